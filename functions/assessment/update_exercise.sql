-- update_exercise: change what is given, leave the rest; publish it with p_is_published.
--
-- Null means unchanged; what shall go is named in p_clear. Work that was graded keeps its grade and the points it was
-- graded with; a time limit holds for who begins from now on, a due date for everybody. A new rubric without
-- p_max_score makes the exercise worth what it is worth. From the moment a mandatory exercise is published its lesson
-- is completed by grading only.
--
-- called by  approved instructors, administrators
-- requires   require_exercise_staff, check_clear, lock_course, rubric_worth, check_coin_reward, withheld_after; the
--            triggers on exercises
-- errors     PA401 · PA403, also for publishing what an administrator took down · PA404 no such exercise · PA422
--            unknown name in p_clear, or given as well; too many coins; content or rubric, with the path · 23514 a
--            value against a column's rule
create or replace function update_exercise(
    p_exercise_id uuid,
    p_title text default null,
    p_description text default null,
    p_exercise_type text default null,
    p_content jsonb default null,
    p_rubric jsonb default null,
    p_max_score numeric default null,
    p_passing_score numeric default null,
    p_time_limit_minutes integer default null,
    p_due_at timestamptz default null,
    p_attempts_allowed integer default null,
    p_coin_reward integer default null,
    p_is_mandatory boolean default null,
    p_is_published boolean default null,
    p_metadata jsonb default null,
    p_clear text[] default '{}'
)
returns void
language plpgsql
volatile
security definer -- updates exercises and lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
    v_course_id uuid := require_exercise_staff(p_exercise_id => p_exercise_id);
    v_exercise exercises;
begin
    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object(
            'description', p_description is not null, 'rubric', p_rubric is not null,
            'time_limit_minutes', p_time_limit_minutes is not null, 'due_at', p_due_at is not null,
            'attempts_allowed', p_attempts_allowed is not null
        )
    );

    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'exercise');
    perform lock_course(p_course_id => v_course_id);

    update exercises as x
    set
        title = coalesce(p_title, x.title),
        description = case when 'description' = any(v_clear) then null else coalesce(p_description, x.description) end,
        exercise_type = coalesce(p_exercise_type, x.exercise_type),
        content = coalesce(p_content, x.content),
        rubric = case when 'rubric' = any(v_clear) then null else coalesce(p_rubric, x.rubric) end,
        max_score = coalesce(p_max_score, rubric_worth(p_rubric => p_rubric), x.max_score),
        passing_score = coalesce(p_passing_score, x.passing_score),
        time_limit_minutes = case
            when 'time_limit_minutes' = any(v_clear) then null else coalesce(p_time_limit_minutes, x.time_limit_minutes)
        end,
        due_at = case when 'due_at' = any(v_clear) then null else coalesce(p_due_at, x.due_at) end,
        attempts_allowed = case
            when 'attempts_allowed' = any(v_clear) then null else coalesce(p_attempts_allowed, x.attempts_allowed)
        end,
        coin_reward = coalesce(p_coin_reward, x.coin_reward),
        is_mandatory = coalesce(p_is_mandatory, x.is_mandatory),
        is_published = coalesce(p_is_published, x.is_published),
        withheld_at = withheld_after(x.withheld_at, p_is_published),
        metadata = coalesce(p_metadata, x.metadata)
    where x.id = p_exercise_id
    returning x.* into v_exercise;

    if not found then
        raise exception 'there is no such exercise'
            using errcode = 'PA404', detail = format('exercise_id = %s', p_exercise_id), hint = 'It was deleted just now.';
    end if;

    -- Or learners would complete the lesson without it.
    if v_exercise.is_published and v_exercise.is_mandatory then
        update lessons as l set is_graded = true where l.id = v_exercise.lesson_id and not l.is_graded;
    end if;
end;
$$;

comment on function update_exercise is 'Changes the given columns of an exercise, or publishes it.';
revoke all on function update_exercise from public;
grant execute on function update_exercise to pgacademy_instructor, pgacademy_admin;
