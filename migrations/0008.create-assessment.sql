-- assessment: quizzes, their questions and keys, attempts.
-- depends: 0007.create-coins

-- quizzes: at most one per lesson.
create table quizzes (
    id uuid not null default uuid_v7() constraint quizzes_pkey primary key,
    course_id uuid not null,
    lesson_id uuid not null,
    title text not null,
    description text,
    quiz_type text not null default 'practice',
    passing_score numeric(5, 2) not null default 70,
    time_limit_minutes integer,
    max_attempts integer default 3,
    grade_policy text not null default 'best',
    shuffle_questions boolean not null default false,
    shuffle_options boolean not null default false,
    show_answers text not null default 'never',
    is_published boolean not null default false,
    has_attempts boolean not null default false,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint quizzes_lesson_id_key unique (lesson_id),
    -- The target of quiz_attempts, which repeats the course; serves the foreign key below as well.
    constraint quizzes_course_id_id_key unique (course_id, id),
    constraint quizzes_lesson_id_fkey foreign key (course_id, lesson_id) references lessons (course_id, id)
    on delete cascade,
    constraint quizzes_title_length_check check (length(title) <= 500 and title ~ '[^[:space:]]'),
    constraint quizzes_description_length_check check (length(description) <= 10000),
    constraint quizzes_quiz_type_check check (quiz_type in ('practice', 'graded')),
    -- Above nothing: a quiz that everybody passes without an answer is none. NaN is above every number.
    constraint quizzes_passing_score_check check (passing_score > 0 and passing_score <= 100),
    constraint quizzes_time_limit_minutes_check check (time_limit_minutes between 1 and 10080),
    constraint quizzes_max_attempts_check check (max_attempts between 1 and 1000),
    constraint quizzes_grade_policy_check check (grade_policy in ('best', 'last', 'average')),
    constraint quizzes_show_answers_check
    check (show_answers in ('never', 'after_last_attempt', 'after_passing', 'after_attempt')),
    constraint quizzes_metadata_object_check check (jsonb_typeof(metadata) = 'object')
);

-- A lesson's key leads; with the course it is what the foreign key names.
create index quizzes_course_id_lesson_id_idx on quizzes (course_id, lesson_id);

alter table quizzes enable row level security;

comment on table quizzes is 'The quiz of a lesson.';
comment on column quizzes.id is 'Identifier.';
comment on column quizzes.course_id is 'The course of the lesson.';
comment on column quizzes.lesson_id is 'The lesson; it has at most one quiz.';
comment on column quizzes.title is 'Title.';
comment on column quizzes.description is 'What it is about.';
comment on column quizzes.quiz_type is 'practice (passing completes the lesson) or graded (the lesson gets the score as well).';
comment on column quizzes.passing_score is 'From which percentage on it is passed.';
comment on column quizzes.time_limit_minutes is 'Time for one attempt; null for no limit.';
comment on column quizzes.max_attempts is 'Attempts that a learner has; null for no limit.';
comment on column quizzes.grade_policy is 'Which attempts make the result: best, last or average.';
comment on column quizzes.shuffle_questions is 'Whether every attempt has its own order of questions.';
comment on column quizzes.shuffle_options is
'Whether every attempt has its own order of options; those to be put in order are always shuffled.';
comment on column quizzes.show_answers is 'When a learner may see them: never, after_last_attempt, after_passing, after_attempt.';
comment on column quizzes.is_published is 'Whether learners can take it.';
comment on column quizzes.has_attempts is
'Whether anybody has begun it: from then on questions are retired, not deleted. The first learner writes it.';
comment on column quizzes.metadata is 'For applications.';
comment on column quizzes.created_at is 'When it was made.';
comment on column quizzes.updated_at is 'When the row was last changed.';


-- quiz_questions: what is asked. What is right stands in quiz_question_keys, so that no privilege on this table can
-- give it away. A question that attempts were made with is retired, not deleted.
create table quiz_questions (
    id uuid not null default uuid_v7() constraint quiz_questions_pkey primary key,
    quiz_id uuid not null constraint quiz_questions_quiz_id_fkey references quizzes on delete cascade,
    question_type text not null,
    question_text text not null,
    options jsonb,
    points numeric(6, 2) not null default 1,
    position integer,
    retired_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Checked at the end of the statement: a new order is one UPDATE.
    constraint quiz_questions_quiz_id_position_key unique (quiz_id, position) deferrable initially immediate,
    constraint quiz_questions_question_type_check check (
        question_type in ('multiple_choice', 'multiple_select', 'true_false', 'short_answer', 'numeric', 'ordering')
    ),
    constraint quiz_questions_question_text_length_check
    check (length(question_text) <= 10000 and question_text ~ '[^[:space:]]'),
    constraint quiz_questions_options_check check (
        (question_type in ('multiple_choice', 'multiple_select', 'ordering')) = (options is not null)
        and (options is null or jsonb_typeof(options) = 'array')
    ),
    constraint quiz_questions_points_check check (points > 0 and points <= 1000),
    constraint quiz_questions_position_check check (position >= 1),
    constraint quiz_questions_retired_at_check check ((position is null) = (retired_at is not null))
);

alter table quiz_questions enable row level security;

comment on table quiz_questions is 'The questions of a quiz, without their answers.';
comment on column quiz_questions.id is 'Identifier.';
comment on column quiz_questions.quiz_id is 'The quiz.';
comment on column quiz_questions.question_type is
'multiple_choice, multiple_select, true_false, short_answer, numeric or ordering.';
comment on column quiz_questions.question_text is 'The question.';
comment on column quiz_questions.options is
'[{"id": "a", "text": "..."}, ...] to choose from or to put in order; null for the other types.';
comment on column quiz_questions.points is 'What a right answer is worth.';
comment on column quiz_questions.position is 'Place in the quiz, from 1; null for a retired one.';
comment on column quiz_questions.retired_at is 'When it was taken out of a quiz that had been attempted.';
comment on column quiz_questions.created_at is 'When it was made.';
comment on column quiz_questions.updated_at is 'When the row was last changed.';


create table quiz_question_keys (
    question_id uuid not null constraint quiz_question_keys_pkey primary key
    constraint quiz_question_keys_question_id_fkey references quiz_questions on delete cascade,
    answer_key jsonb not null,
    explanation text,
    updated_at timestamptz not null default now(),
    constraint quiz_question_keys_answer_key_object_check check (jsonb_typeof(answer_key) = 'object'),
    constraint quiz_question_keys_explanation_length_check check (length(explanation) <= 10000)
);

alter table quiz_question_keys enable row level security;

comment on table quiz_question_keys is 'What is right, apart from the questions; granted to no learner.';
comment on column quiz_question_keys.question_id is 'The question.';
comment on column quiz_question_keys.answer_key is
'{"correct": ...}, {"accepted": [...], "case_sensitive": ...} or {"value": ..., "tolerance": ..., "partial_tolerance": ...}.';
comment on column quiz_question_keys.explanation is 'Why it is right; shown with the answers.';
comment on column quiz_question_keys.updated_at is 'When the row was last changed.';


-- quiz_attempts: written when begun, saved, and graded. The order of the questions is kept with the attempt, so that
-- what was asked stays known whatever happens to the quiz.
create table quiz_attempts (
    id uuid not null default uuid_v7() constraint quiz_attempts_pkey primary key,
    enrollment_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    quiz_id uuid not null,
    attempt_number integer not null,
    status text not null default 'in_progress',
    started_at timestamptz not null,
    deadline_at timestamptz,
    seed bigint not null,
    question_ids uuid [] not null,
    answers jsonb not null default '{}',
    submitted_at timestamptz,
    graded_at timestamptz,
    closed_by text,
    grading jsonb,
    score numeric(10, 2),
    max_score numeric(10, 2),
    percentage numeric(5, 2),
    is_passed boolean,
    first_pass boolean not null default false,
    time_taken_seconds integer,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint quiz_attempts_enrollment_id_quiz_id_attempt_number_key unique (enrollment_id, quiz_id, attempt_number),
    constraint quiz_attempts_enrollment_id_fkey foreign key (enrollment_id, user_id, course_id)
    references enrollments (id, user_id, course_id) on delete cascade,
    constraint quiz_attempts_quiz_id_fkey foreign key (course_id, quiz_id) references quizzes (course_id, id),
    constraint quiz_attempts_attempt_number_check check (attempt_number >= 1),
    constraint quiz_attempts_status_check check (status in ('in_progress', 'graded')),
    constraint quiz_attempts_deadline_at_check check (deadline_at > started_at),
    constraint quiz_attempts_question_ids_check check (cardinality(question_ids) between 1 and 500),
    constraint quiz_attempts_answers_object_check check (jsonb_typeof(answers) = 'object'),
    constraint quiz_attempts_closed_by_check check (closed_by in ('learner', 'deadline')),
    constraint quiz_attempts_graded_check check (
        (status = 'graded') = (
            num_nonnulls(
                submitted_at, graded_at, closed_by, grading, score, max_score, percentage, is_passed, time_taken_seconds
            ) = 9
        )
        and (status = 'graded' or num_nonnulls(submitted_at, graded_at, closed_by, grading, score) = 0)
    ),
    constraint quiz_attempts_submitted_at_check check (submitted_at >= started_at),
    constraint quiz_attempts_score_check check (score between 0 and max_score),
    constraint quiz_attempts_percentage_check check (percentage between 0 and 100),
    constraint quiz_attempts_first_pass_check check (not first_pass or status = 'graded'),
    constraint quiz_attempts_time_taken_seconds_check check (time_taken_seconds >= 0)
) with (fillfactor = 80);

-- At most one open attempt, and one that first passed the quiz.
create unique index quiz_attempts_open_key on quiz_attempts (enrollment_id, quiz_id) where status = 'in_progress';
create unique index quiz_attempts_first_pass_key on quiz_attempts (user_id, quiz_id) where first_pass;
create index quiz_attempts_course_id_quiz_id_idx on quiz_attempts (course_id, quiz_id);
-- A person's attempts, newest first.
create index quiz_attempts_user_id_started_at_idx on quiz_attempts (user_id, started_at desc);
-- What close_overdue_attempts() looks for.
create index quiz_attempts_deadline_at_idx on quiz_attempts (deadline_at) where status = 'in_progress';

alter table quiz_attempts enable row level security;

comment on table quiz_attempts is 'A learner''s attempt at a quiz.';
comment on column quiz_attempts.id is 'Identifier.';
comment on column quiz_attempts.enrollment_id is 'The enrolment it is part of.';
comment on column quiz_attempts.user_id is 'The learner.';
comment on column quiz_attempts.course_id is 'The course.';
comment on column quiz_attempts.quiz_id is 'The quiz.';
comment on column quiz_attempts.attempt_number is '1 for the first.';
comment on column quiz_attempts.status is 'in_progress or graded: handing in grades.';
comment on column quiz_attempts.started_at is 'When it was begun.';
comment on column quiz_attempts.deadline_at is 'Until when answers are taken, as decided when it was begun; null for no limit.';
comment on column quiz_attempts.seed is 'What its order of questions and options is made from.';
comment on column quiz_attempts.question_ids is 'The questions, in the order of this attempt.';
comment on column quiz_attempts.answers is '{question id: answer}; questions without an answer are left out.';
comment on column quiz_attempts.submitted_at is 'When it was handed in, or the deadline that ended it.';
comment on column quiz_attempts.graded_at is 'When it was graded.';
comment on column quiz_attempts.closed_by is 'learner, or deadline.';
comment on column quiz_attempts.grading is '[{"question_id": ..., "points": ..., "max_points": ...}, ...] in the order of the attempt.';
comment on column quiz_attempts.score is 'Points reached.';
comment on column quiz_attempts.max_score is 'Points there were.';
comment on column quiz_attempts.percentage is 'Share reached, 0 to 100.';
comment on column quiz_attempts.is_passed is 'Whether this attempt alone reached the passing score.';
comment on column quiz_attempts.first_pass is 'Whether with it the learner''s result first reached the passing score.';
comment on column quiz_attempts.time_taken_seconds is 'From beginning to end, in seconds.';
comment on column quiz_attempts.created_at is 'When the row was made.';
comment on column quiz_attempts.updated_at is 'When the row was last changed.';
