-- The tables of TeoArt School as Django names them, over the school. The schema teoart_school is there already.
--
-- Hours and minutes are kept as minutes and seconds here: a row says them with their fraction, so that sums are exact.

create view teoart_school.users_user as
select
    u.id, s.password_hash as password, u.last_login_at as last_login, u.role = 'admin' as is_superuser, u.username,
    u.first_name, u.last_name, u.email, u.role = 'admin' as is_staff, u.is_active, u.created_at as date_joined,
    case u.role when 'instructor' then 'teacher' else u.role end as role,
    u.is_approved, coalesce(c.balance, 0) as teo_coins, u.bio, u.avatar_url as profile_image, u.created_at, u.updated_at
from users as u
left join user_secrets as s on s.user_id = u.id
left join coin_accounts as c on c.user_id = u.id
where u.deleted_at is null;

create view teoart_school.users_usersettings as
select
    s.user_id as id, s.user_id, s.email_notifications, s.push_notifications,
    coalesce(u.preferences -> 'privacy', '{}') as privacy_settings, s.theme, s.language, s.timezone, s.created_at,
    s.updated_at
from user_settings as s
inner join users as u on u.id = s.user_id;

create view teoart_school.users_userprogress as
select
    s.user_id as id, s.user_id, s.courses_enrolled as total_courses_enrolled,
    s.courses_completed as total_courses_completed, s.lessons_completed as total_lessons_completed,
    s.exercises_completed as total_exercises_completed,
    coalesce(round(s.score_sum / nullif(s.score_count, 0), 2), 0) as average_score,
    effective_streak(p_user_id => s.user_id) as streak_days, s.last_activity_at as last_activity_date,
    s.achievements_earned, s.coins_earned as total_teocoins_earned, s.updated_at
from user_stats as s;

create view teoart_school.courses_course as
select
    id, title, description, category, difficulty as level, coin_reward as teocoin_reward, instructor_id as teacher_id,
    thumbnail_url as thumbnail, is_published, max_enrollments, estimated_minutes / 60.0 as duration_hours, created_at,
    updated_at
from courses
where deleted_at is null;

create view teoart_school.courses_course_prerequisites as
select
    md5(course_id::text || prerequisite_course_id::text)::uuid as id, course_id as from_course_id,
    prerequisite_course_id as to_course_id
from course_prerequisites;

create view teoart_school.courses_lesson as
select
    id, course_id, title, body as content, position as "order", lesson_type, duration_minutes, video_url, materials,
    is_mandatory, coin_reward as teocoin_reward, created_at, updated_at
from lessons
where is_active;

create view teoart_school.courses_exercise as
select
    id, lesson_id, title, description, exercise_type, content, max_score, time_limit_minutes, attempts_allowed,
    coin_reward as teocoin_reward, created_at, updated_at
from exercises;

create view teoart_school.courses_courseenrollment as
select
    id, user_id as student_id, course_id, enrolled_at, status = 'completed' as completed, completed_at as completion_date,
    progress_percentage, last_accessed_at as last_accessed
from enrollments;

create view teoart_school.courses_lessoncompletion as
select
    id, user_id as student_id, lesson_id, completed_at, score, time_spent_seconds / 60.0 as time_spent_minutes, notes
from lesson_progress
where status = 'completed';

create view teoart_school.courses_exercisesubmission as
select
    id, user_id as student_id, exercise_id, jsonb_build_object('content', content, 'files', files) as submission_data,
    score, max_score, submitted_at, graded_at, graded_by as graded_by_id, feedback, attempt_number
from exercise_submissions
where submitted_at is not null;

create view teoart_school.rewards_teocointransaction as
select
    id, user_id, transaction_type, amount, description, recipient_id, related_object_type as related_object_type_id,
    related_object_id, blockchain_tx_hash, is_blockchain_confirmed, created_at
from coin_transactions;

create view teoart_school.rewards_achievement as
select id, user_id, achievement_type, course_id, earned_at, progress, metadata
from user_achievements;

create view teoart_school.notifications_notification as
select
    id, user_id, title, message, notification_type, related_object_type as related_object_type_id, related_object_id,
    is_read, priority, action_url, created_at, read_at
from notifications
where is_in_app;
