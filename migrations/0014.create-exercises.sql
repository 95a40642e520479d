-- assessment: exercises, what learners hand in, and the grades that staff give for it.
-- depends: 0013.create-community

-- exercises: work that a person grades; a lesson may have several.
create table exercises (
    id uuid not null default uuid_v7() constraint exercises_pkey primary key,
    course_id uuid not null,
    lesson_id uuid not null,
    title text not null,
    description text,
    exercise_type text not null default 'text',
    content jsonb not null default '{}',
    rubric jsonb,
    max_score numeric(7, 2) not null default 100,
    passing_score numeric(5, 2) not null default 60,
    time_limit_minutes integer,
    due_at timestamptz,
    attempts_allowed integer default 3,
    coin_reward integer not null default 0,
    is_mandatory boolean not null default true,
    is_published boolean not null default false,
    has_submissions boolean not null default false,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- The target of exercise_submissions, which repeats the course.
    constraint exercises_course_id_id_key unique (course_id, id),
    constraint exercises_lesson_id_fkey foreign key (course_id, lesson_id) references lessons (course_id, id)
    on delete cascade,
    constraint exercises_title_length_check check (length(title) <= 500 and title ~ '[^[:space:]]'),
    constraint exercises_description_length_check check (length(description) <= 20000),
    constraint exercises_exercise_type_check
    check (exercise_type in ('text', 'code', 'design', 'questions', 'upload', 'project')),
    constraint exercises_content_object_check check (jsonb_typeof(content) = 'object'),
    constraint exercises_content_length_check check (octet_length(content::text) <= 262144),
    constraint exercises_rubric_object_check check (jsonb_typeof(rubric) = 'object'),
    constraint exercises_rubric_length_check check (octet_length(rubric::text) <= 65536),
    -- NaN is above every number.
    constraint exercises_max_score_check check (max_score > 0 and max_score <= 10000),
    constraint exercises_passing_score_check check (passing_score > 0 and passing_score <= 100),
    constraint exercises_time_limit_minutes_check check (time_limit_minutes between 1 and 525600),
    constraint exercises_due_at_check check (due_at between '2000-01-01Z' and '2999-12-31Z'),
    constraint exercises_attempts_allowed_check check (attempts_allowed between 1 and 1000),
    constraint exercises_coin_reward_check check (coin_reward between 0 and 1000000),
    constraint exercises_metadata_object_check check (jsonb_typeof(metadata) = 'object'),
    constraint exercises_metadata_length_check check (octet_length(metadata::text) <= 65536)
);

-- The exercises of a lesson.
create index exercises_course_id_lesson_id_idx on exercises (course_id, lesson_id);

alter table exercises enable row level security;

comment on table exercises is 'Work of a lesson that its teacher grades.';
comment on column exercises.id is 'Identifier.';
comment on column exercises.course_id is 'The course of the lesson.';
comment on column exercises.lesson_id is 'The lesson.';
comment on column exercises.title is 'Title.';
comment on column exercises.description is 'What is to be done.';
comment on column exercises.exercise_type is 'text, code, design, questions, upload or project.';
comment on column exercises.content is
'{"instructions": ..., "prompts": [{"id", "text"}], "resources": [...], "starter_code": ..., "language": ..., "data": {...}}.';
comment on column exercises.rubric is
'{"criteria": [{"id", "title", "max_points", "levels": [...]}]}, together max_score; null for a plain score.';
comment on column exercises.max_score is 'Points for perfect work.';
comment on column exercises.passing_score is 'From which percentage on it is passed.';
comment on column exercises.time_limit_minutes is 'Time from beginning to handing in; null for no limit.';
comment on column exercises.due_at is 'Until when work is taken from anybody; null for always.';
comment on column exercises.attempts_allowed is
'How often a learner may hand in; what was returned does not count. Null for no limit.';
comment on column exercises.coin_reward is 'Coins for passing it, once.';
comment on column exercises.is_mandatory is 'Whether the lesson is completed only when it is passed.';
comment on column exercises.is_published is 'Whether learners can see it and hand in.';
comment on column exercises.has_submissions is
'Whether anybody has begun it: from then on it is unpublished, not deleted. The first learner writes it.';
comment on column exercises.metadata is 'For applications.';
comment on column exercises.created_at is 'When it was made.';
comment on column exercises.updated_at is 'When the row was last changed.';


-- exercise_submissions: one row per attempt, from draft to grade. The grade in it is the last of exercise_grades.
create table exercise_submissions (
    id uuid not null default uuid_v7() constraint exercise_submissions_pkey primary key,
    enrollment_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    exercise_id uuid not null,
    attempt_number integer not null,
    status text not null default 'draft',
    started_at timestamptz not null,
    deadline_at timestamptz,
    content jsonb not null default '{}',
    files jsonb not null default '[]',
    submitted_at timestamptz,
    closed_by text,
    graded_at timestamptz,
    graded_by uuid constraint exercise_submissions_graded_by_fkey references users on delete set null,
    score numeric(7, 2),
    max_score numeric(7, 2),
    percentage numeric(5, 2),
    is_passed boolean,
    first_pass boolean not null default false,
    rubric jsonb,
    feedback text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint exercise_submissions_enrollment_exercise_attempt_number_key
    unique (enrollment_id, exercise_id, attempt_number),
    constraint exercise_submissions_enrollment_id_fkey foreign key (enrollment_id, user_id, course_id)
    references enrollments (id, user_id, course_id) on delete cascade,
    constraint exercise_submissions_exercise_id_fkey foreign key (course_id, exercise_id)
    references exercises (course_id, id),
    constraint exercise_submissions_attempt_number_check check (attempt_number >= 1),
    constraint exercise_submissions_status_check check (status in ('draft', 'submitted', 'graded', 'returned')),
    constraint exercise_submissions_deadline_at_check check (deadline_at > started_at),
    constraint exercise_submissions_content_object_check check (jsonb_typeof(content) = 'object'),
    constraint exercise_submissions_content_length_check check (octet_length(content::text) <= 262144),
    constraint exercise_submissions_files_array_check check (jsonb_typeof(files) = 'array'),
    constraint exercise_submissions_files_length_check check (octet_length(files::text) <= 65536),
    constraint exercise_submissions_submitted_at_check
    check ((status = 'draft') = (submitted_at is null) and submitted_at >= started_at),
    constraint exercise_submissions_closed_by_check
    check ((status = 'draft') = (closed_by is null) and closed_by in ('learner', 'deadline')),
    constraint exercise_submissions_graded_check
    check ((status = 'graded') = (num_nonnulls(score, max_score, percentage, is_passed) = 4)),
    constraint exercise_submissions_ungraded_check
    check (status = 'graded' or num_nonnulls(score, max_score, percentage, is_passed, rubric) = 0),
    constraint exercise_submissions_graded_at_check check ((status in ('graded', 'returned')) = (graded_at is not null)),
    constraint exercise_submissions_graded_by_check check (graded_by <> user_id),
    constraint exercise_submissions_score_check check (score between 0 and max_score),
    constraint exercise_submissions_percentage_check check (percentage between 0 and 100),
    constraint exercise_submissions_first_pass_check check (not first_pass or status = 'graded'),
    constraint exercise_submissions_feedback_length_check check (length(feedback) <= 20000)
) with (fillfactor = 80);

-- At most one draft, and one that first passed the exercise.
create unique index exercise_submissions_draft_key on exercise_submissions (enrollment_id, exercise_id)
where status = 'draft';
create unique index exercise_submissions_first_pass_key on exercise_submissions (user_id, exercise_id)
where first_pass;
create index exercise_submissions_course_id_exercise_id_idx on exercise_submissions (course_id, exercise_id);
-- A person's work, newest first.
create index exercise_submissions_user_id_submitted_at_idx on exercise_submissions (user_id, submitted_at desc);
-- A page of v_grading_queue, the longest waiting first.
create index exercise_submissions_course_id_submitted_at_id_idx on exercise_submissions (course_id, submitted_at, id)
where status = 'submitted';
create index exercise_submissions_graded_by_idx on exercise_submissions (graded_by) where graded_by is not null;
-- What close_overdue_drafts() looks for.
create index exercise_submissions_deadline_at_idx on exercise_submissions (deadline_at) where status = 'draft';

alter table exercise_submissions enable row level security;

comment on table exercise_submissions is 'What a learner hands in for an exercise, with its grade.';
comment on column exercise_submissions.id is 'Identifier.';
comment on column exercise_submissions.enrollment_id is 'The enrolment it is part of.';
comment on column exercise_submissions.user_id is 'The learner.';
comment on column exercise_submissions.course_id is 'The course.';
comment on column exercise_submissions.exercise_id is 'The exercise.';
comment on column exercise_submissions.attempt_number is '1 for the first.';
comment on column exercise_submissions.status is
'draft, submitted (waits for its grade), graded, or returned (to be done again, without a grade).';
comment on column exercise_submissions.started_at is 'When it was begun.';
comment on column exercise_submissions.deadline_at is
'Until when it can be handed in, as decided when it was begun; null for no limit.';
comment on column exercise_submissions.content is
'The work: {"text": ..., "code": ..., "language": ..., "answers": {prompt id: answer}, "data": {...}}.';
comment on column exercise_submissions.files is '[{"name": ..., "url": ..., "mime_type": ..., "size": bytes}, ...].';
comment on column exercise_submissions.submitted_at is 'When it was handed in, or the deadline that ended it.';
comment on column exercise_submissions.closed_by is 'learner, or deadline.';
comment on column exercise_submissions.graded_at is 'When it was last graded, or returned.';
comment on column exercise_submissions.graded_by is 'Who did that.';
comment on column exercise_submissions.score is 'Points reached.';
comment on column exercise_submissions.max_score is 'Points there were when it was graded.';
comment on column exercise_submissions.percentage is 'Share reached, 0 to 100.';
comment on column exercise_submissions.is_passed is 'Whether it reached the passing score.';
comment on column exercise_submissions.first_pass is
'Whether with it the learner first passed the exercise; a later grade does not take that back.';
comment on column exercise_submissions.rubric is
'{"criteria": [{"id", "title", "points", "max_points", "comment"}, ...]}: the points given, criterion by criterion.';
comment on column exercise_submissions.feedback is 'What the grader wrote.';
comment on column exercise_submissions.created_at is 'When the row was made.';
comment on column exercise_submissions.updated_at is 'When the row was last changed.';


-- exercise_grades: every grade that was ever given, never changed. The second and later ones say why.
create table exercise_grades (
    id uuid not null default uuid_v7() constraint exercise_grades_pkey primary key,
    submission_id uuid not null constraint exercise_grades_submission_id_fkey references exercise_submissions
    on delete cascade,
    user_id uuid not null,
    course_id uuid not null,
    grade_number integer not null,
    graded_at timestamptz not null,
    graded_by uuid constraint exercise_grades_graded_by_fkey references users on delete set null,
    score numeric(7, 2) not null,
    max_score numeric(7, 2) not null,
    percentage numeric(5, 2) not null,
    is_passed boolean not null,
    rubric jsonb,
    feedback text,
    reason text,
    constraint exercise_grades_submission_id_grade_number_key unique (submission_id, grade_number),
    constraint exercise_grades_grade_number_check check (grade_number >= 1),
    constraint exercise_grades_reason_check check ((grade_number = 1) = (reason is null)),
    constraint exercise_grades_reason_length_check check (length(reason) <= 2000 and reason ~ '[^[:space:]]')
);

create index exercise_grades_graded_by_idx on exercise_grades (graded_by) where graded_by is not null;
-- What was graded when, in a course and of a person.
create index exercise_grades_course_id_graded_at_idx on exercise_grades (course_id, graded_at);
create index exercise_grades_user_id_graded_at_idx on exercise_grades (user_id, graded_at);

alter table exercise_grades enable row level security;

comment on table exercise_grades is 'Every grade that was given for a submission, the earlier ones too.';
comment on column exercise_grades.id is 'Identifier.';
comment on column exercise_grades.submission_id is 'The submission.';
comment on column exercise_grades.user_id is 'The learner.';
comment on column exercise_grades.course_id is 'The course.';
comment on column exercise_grades.grade_number is '1 for the first; the last one counts.';
comment on column exercise_grades.graded_at is 'When it was given.';
comment on column exercise_grades.graded_by is 'By whom.';
comment on column exercise_grades.score is 'Points reached.';
comment on column exercise_grades.max_score is 'Points there were.';
comment on column exercise_grades.percentage is 'Share reached, 0 to 100.';
comment on column exercise_grades.is_passed is 'Whether that reached the passing score.';
comment on column exercise_grades.rubric is 'The points criterion by criterion; null without a rubric.';
comment on column exercise_grades.feedback is 'What the grader wrote.';
comment on column exercise_grades.reason is 'Why it was graded anew; null for the first.';
