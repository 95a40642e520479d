-- The tables of the course LMS over the school. The schema course_lms is there already.

create view course_lms.users as
select
    u.id, u.email, s.password_hash, u.full_name, u.role, u.is_active, u.metadata, u.created_at, u.updated_at, u.last_login_at
from users as u
left join user_secrets as s on s.user_id = u.id
where u.deleted_at is null;

create view course_lms.refresh_tokens as
select
    id, user_id, token_jti, expires_at, revoked_at, created_at, user_agent, host(ip_address) as ip_address
from auth_sessions;

create view course_lms.courses as
select
    id, title, slug, description, instructor_id, category, difficulty as difficulty_level, is_published, thumbnail_url,
    estimated_minutes as estimated_duration_minutes, metadata, created_at, updated_at
from courses
where deleted_at is null;

create view course_lms.lessons as
select
    id, course_id, title, slug, description, body as content, lesson_type, position as order_index, parent_lesson_id,
    duration_minutes, video_url, is_preview, metadata, created_at, updated_at
from lessons
where is_active;

create view course_lms.enrollments as
select
    id, user_id as student_id, course_id, status, progress_percentage, completed_lessons_count, total_lessons_count,
    total_time_spent_seconds, rating, review, certificate_issued_at, enrolled_at as created_at, updated_at, completed_at
from enrollments;

create view course_lms.lesson_progress as
select
    id, enrollment_id, lesson_id, status, started_at, completed_at, time_spent_seconds, completion_percentage, created_at,
    updated_at
from lesson_progress;

create view course_lms.quizzes as
select
    id, lesson_id, title, description, quiz_type, passing_score, time_limit_minutes, max_attempts, shuffle_questions,
    shuffle_options, show_answers <> 'never' as show_correct_answers, is_published, metadata, created_at, updated_at
from quizzes;

-- What is right is kept apart from the question, and is put together again here.
create view course_lms.quiz_questions as
select
    q.id, q.quiz_id, q.question_text, q.question_type, q.points, q.position as order_index,
    case when q.options is not null then (
        select jsonb_agg(
            jsonb_build_object('text', o.value ->> 'text', 'is_correct', k.answer_key -> 'correct' @> (o.value -> 'id'))
            order by o.nth
        )
        from jsonb_array_elements(q.options) with ordinality as o (value, nth)
    ) end as options,
    case when q.options is null then k.answer_key end as correct_answer,
    k.explanation, q.created_at, q.updated_at
from quiz_questions as q
inner join quiz_question_keys as k on k.question_id = q.id
where q.retired_at is null;

create view course_lms.quiz_attempts as
select
    id, enrollment_id, quiz_id, attempt_number, status, started_at, submitted_at, graded_at, score, max_score, percentage,
    is_passed, time_taken_seconds, answers, created_at
from quiz_attempts;

create view course_lms.uploaded_files as
select
    id, user_id as uploader_id, filename, original_filename, file_url, storage_path, file_type, mime_type, file_size, folder,
    storage_provider, is_public, created_at
from uploaded_files
where deleted_at is null;

create view course_lms.certificates as
select
    id, enrollment_id, user_id as student_id, course_id, certificate_number, pdf_path, completed_at as completion_date,
    issued_at, is_revoked, revoked_at
from certificates;
