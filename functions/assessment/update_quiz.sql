-- update_quiz: change what is given, leave the rest; publish it with p_is_published.
--
-- Null means unchanged; a limit that shall go is named in p_clear. Attempts that were begun keep their deadline, those
-- that were graded their grade. From the moment a graded quiz is published its lesson is completed by grading only.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff, check_clear, withheld_after
-- errors     PA401 · PA403, also for publishing what an administrator took down · PA404 no such quiz · PA409 published
--            without a question · PA422 unknown name in p_clear, or given as well · 23514 a value against a column's
--            rule
create or replace function update_quiz(
    p_quiz_id uuid,
    p_title text default null,
    p_description text default null,
    p_quiz_type text default null,
    p_passing_score numeric default null,
    p_time_limit_minutes integer default null,
    p_max_attempts integer default null,
    p_grade_policy text default null,
    p_shuffle_questions boolean default null,
    p_shuffle_options boolean default null,
    p_show_answers text default null,
    p_is_published boolean default null,
    p_metadata jsonb default null,
    p_clear text[] default '{}'
)
returns void
language plpgsql
volatile
security definer -- updates quizzes and lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
    v_quiz quizzes := require_quiz_staff(p_quiz_id => p_quiz_id);
begin
    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object(
            'description', p_description is not null, 'time_limit_minutes', p_time_limit_minutes is not null,
            'max_attempts', p_max_attempts is not null
        )
    );

    if
        p_is_published
        and not exists (select from quiz_questions as q where q.quiz_id = p_quiz_id and q.retired_at is null)
    then
        raise exception 'a quiz without questions cannot be published'
            using errcode = 'PA409', detail = format('quiz_id = %s', p_quiz_id), hint = 'Add one first.';
    end if;

    update quizzes as q
    set
        title = coalesce(p_title, q.title),
        description = case when 'description' = any(v_clear) then null else coalesce(p_description, q.description) end,
        quiz_type = coalesce(p_quiz_type, q.quiz_type),
        passing_score = coalesce(p_passing_score, q.passing_score),
        time_limit_minutes = case
            when 'time_limit_minutes' = any(v_clear) then null else coalesce(p_time_limit_minutes, q.time_limit_minutes)
        end,
        max_attempts = case
            when 'max_attempts' = any(v_clear) then null else coalesce(p_max_attempts, q.max_attempts)
        end,
        grade_policy = coalesce(p_grade_policy, q.grade_policy),
        shuffle_questions = coalesce(p_shuffle_questions, q.shuffle_questions),
        shuffle_options = coalesce(p_shuffle_options, q.shuffle_options),
        show_answers = coalesce(p_show_answers, q.show_answers),
        is_published = coalesce(p_is_published, q.is_published),
        withheld_at = withheld_after(q.withheld_at, p_is_published),
        metadata = coalesce(p_metadata, q.metadata)
    where q.id = p_quiz_id
    returning q.* into v_quiz;

    -- Or learners would complete the lesson without the quiz.
    if v_quiz.is_published and v_quiz.quiz_type = 'graded' then
        update lessons as l set is_graded = true where l.id = v_quiz.lesson_id and not l.is_graded;
    end if;
end;
$$;

comment on function update_quiz is 'Changes the given columns of a quiz, or publishes it.';
revoke all on function update_quiz from public;
grant execute on function update_quiz to pgacademy_instructor, pgacademy_admin;
