-- learning: who takes which course, and how far they are.
-- depends: 0004.create-catalog

create table enrollments (
    id uuid not null default uuid_v7() constraint enrollments_pkey primary key,
    user_id uuid not null constraint enrollments_user_id_fkey references users,
    course_id uuid not null constraint enrollments_course_id_fkey references courses,
    status text not null default 'active',
    progress_percentage numeric(5, 2) not null default 0,
    completed_lessons_count integer not null default 0,
    total_lessons_count integer not null default 0,
    current_lesson_id uuid,
    total_time_spent_seconds bigint not null default 0,
    enrolled_at timestamptz not null default now(),
    completed_at timestamptz,
    dropped_at timestamptz,
    expires_at timestamptz,
    last_accessed_at timestamptz not null default now(),
    rating smallint,
    review text,
    rated_at timestamptz,
    certificate_issued_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint enrollments_user_id_course_id_key unique (user_id, course_id),
    -- The target of lesson_progress, which repeats person and course.
    constraint enrollments_id_user_id_course_id_key unique (id, user_id, course_id),
    constraint enrollments_current_lesson_id_fkey foreign key (course_id, current_lesson_id)
    references lessons (course_id, id) on delete set null (current_lesson_id),
    constraint enrollments_status_check check (status in ('active', 'completed', 'dropped', 'expired')),
    constraint enrollments_completed_at_check check ((status = 'completed') = (completed_at is not null)),
    constraint enrollments_dropped_at_check check ((status = 'dropped') = (dropped_at is not null)),
    constraint enrollments_expires_at_check check (status <> 'expired' or expires_at is not null),
    constraint enrollments_progress_percentage_check check (progress_percentage between 0 and 100),
    constraint enrollments_lessons_count_check
    check (completed_lessons_count >= 0 and completed_lessons_count <= total_lessons_count),
    constraint enrollments_total_time_spent_seconds_check check (total_time_spent_seconds >= 0),
    constraint enrollments_rating_check check (rating between 1 and 5),
    constraint enrollments_review_length_check check (length(review) <= 10000)
) with (fillfactor = 80);

-- A course's learners, in the order they came; every page of an instructor's list.
create index enrollments_course_id_enrolled_at_idx on enrollments (course_id, enrolled_at);
-- No index on current_lesson_id: it changes with every completion, which would write every index of the row anew. Removing a
-- lesson finds who is in it among the course's enrolments, which it has to recount anyway.
create index enrollments_completed_at_idx on enrollments (completed_at) where completed_at is not null;
-- What expire_enrollments() looks for.
create index enrollments_expires_at_idx on enrollments (expires_at) where status = 'active' and expires_at is not null;

alter table enrollments enable row level security;

comment on table enrollments is 'A person on a course.';
comment on column enrollments.id is 'Identifier.';
comment on column enrollments.user_id is 'The learner.';
comment on column enrollments.course_id is 'The course.';
comment on column enrollments.status is 'active, completed, dropped or expired. Completed is for good.';
comment on column enrollments.progress_percentage is 'Share of the course''s lessons that are done, 0 to 100.';
comment on column enrollments.completed_lessons_count is 'Lessons done, of those that completion counts.';
comment on column enrollments.total_lessons_count is 'Lessons that completion counts.';
comment on column enrollments.current_lesson_id is 'Where the learner is.';
comment on column enrollments.total_time_spent_seconds is 'Time spent, in seconds.';
comment on column enrollments.enrolled_at is 'When they enrolled.';
comment on column enrollments.completed_at is 'When they completed the course.';
comment on column enrollments.dropped_at is 'When they left it.';
comment on column enrollments.expires_at is 'When an active enrolment expires; null for never.';
comment on column enrollments.last_accessed_at is 'When they last did something in it.';
comment on column enrollments.rating is 'Their rating, 1 to 5.';
comment on column enrollments.review is 'Their review.';
comment on column enrollments.rated_at is 'When they rated it.';
comment on column enrollments.certificate_issued_at is 'When a certificate was issued.';
comment on column enrollments.created_at is 'When the row was made.';
comment on column enrollments.updated_at is 'When the row was last changed.';


create table lesson_progress (
    id uuid not null default uuid_v7() constraint lesson_progress_pkey primary key,
    enrollment_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    lesson_id uuid not null,
    status text not null default 'not_started',
    started_at timestamptz,
    completed_at timestamptz,
    time_spent_seconds integer not null default 0,
    completion_percentage numeric(5, 2) not null default 0,
    score numeric(5, 2),
    xp_earned integer not null default 0,
    counts_for_streak boolean not null default true,
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint lesson_progress_user_id_lesson_id_key unique (user_id, lesson_id),
    constraint lesson_progress_enrollment_id_fkey foreign key (enrollment_id, user_id, course_id)
    references enrollments (id, user_id, course_id) on delete cascade,
    constraint lesson_progress_lesson_id_fkey foreign key (course_id, lesson_id) references lessons (course_id, id),
    constraint lesson_progress_status_check check (status in ('not_started', 'in_progress', 'completed')),
    constraint lesson_progress_started_at_check check (status = 'not_started' or started_at is not null),
    constraint lesson_progress_completed_at_check check ((status = 'completed') = (completed_at is not null)),
    constraint lesson_progress_time_spent_seconds_check check (time_spent_seconds >= 0),
    constraint lesson_progress_completion_percentage_check check (completion_percentage between 0 and 100),
    -- numeric takes NaN, which compares above every number.
    constraint lesson_progress_score_check check (score between 0 and 100),
    constraint lesson_progress_xp_earned_check check (xp_earned >= 0),
    constraint lesson_progress_notes_length_check check (length(notes) <= 20000)
) with (fillfactor = 90);

create index lesson_progress_enrollment_id_idx on lesson_progress (enrollment_id);
create index lesson_progress_course_id_lesson_id_idx on lesson_progress (course_id, lesson_id);
-- A person's recent completions.
create index lesson_progress_user_id_completed_at_idx on lesson_progress (user_id, completed_at desc)
where completed_at is not null;

alter table lesson_progress enable row level security;

comment on table lesson_progress is 'A person in a lesson.';
comment on column lesson_progress.id is 'Identifier.';
comment on column lesson_progress.enrollment_id is 'The enrolment it is part of.';
comment on column lesson_progress.user_id is 'The learner.';
comment on column lesson_progress.course_id is 'The course.';
comment on column lesson_progress.lesson_id is 'The lesson.';
comment on column lesson_progress.status is 'not_started, in_progress or completed.';
comment on column lesson_progress.started_at is 'When it was started.';
comment on column lesson_progress.completed_at is 'When it was completed.';
comment on column lesson_progress.time_spent_seconds is 'Time spent, in seconds.';
comment on column lesson_progress.completion_percentage is 'How much of it is done, 0 to 100.';
comment on column lesson_progress.score is 'Score, 0 to 100; set by grading and imports.';
comment on column lesson_progress.xp_earned is 'XP given for it.';
comment on column lesson_progress.counts_for_streak is
'False where its completion is no day of learning: in one''s own course, or told of an earlier day by the instructor.';
comment on column lesson_progress.notes is 'The learner''s own notes.';
comment on column lesson_progress.created_at is 'When the row was made.';
comment on column lesson_progress.updated_at is 'When the row was last changed.';
