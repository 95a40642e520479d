-- create_exercise: an exercise of a lesson, as a draft. update_exercise() publishes it.
--
-- A null time limit or number of attempts is none. Without p_max_score it is worth what its rubric is worth, or 100.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course, rubric_worth, check_coin_reward; the triggers on exercises
-- errors     PA401 · PA403 · PA404 no such lesson · PA409 a chapter · PA422 no title; too many coins; content or
--            rubric, with the path · 23514 another value against a column's rule
create or replace function create_exercise(
    p_lesson_id uuid,
    p_title text,
    p_description text default null,
    p_exercise_type text default 'text',
    p_content jsonb default '{}',
    p_rubric jsonb default null,
    p_max_score numeric default null,
    p_passing_score numeric default 60,
    p_time_limit_minutes integer default null,
    p_due_at timestamptz default null,
    p_attempts_allowed integer default 3,
    p_coin_reward integer default 0,
    p_is_mandatory boolean default true,
    p_metadata jsonb default '{}'
)
returns uuid
language plpgsql
volatile
security definer -- inserts into exercises, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
    v_exercise_id uuid;
begin
    if p_title is null or p_title !~ '[^[:space:]]' then
        raise exception 'an exercise has a title'
            using errcode = 'PA422', detail = format('title = %s', coalesce(quote_literal(left(p_title, 100)), 'null')),
                hint = 'Give it 1 to 500 characters.';
    end if;

    perform check_coin_reward(p_coin_reward => p_coin_reward, p_of => 'exercise');

    -- Before the lesson that the exercise refers to, as everywhere; no chapter is made of it meanwhile.
    perform lock_course(p_course_id => v_course_id);
    -- It may have been removed while that was waited for.
    perform require_lesson_staff(p_lesson_id => p_lesson_id);

    if exists (select from lessons as l where l.course_id = v_course_id and l.parent_lesson_id = p_lesson_id) then
        raise exception 'a chapter has no exercises'
            using errcode = 'PA409', detail = format('lesson_id = %s', p_lesson_id),
                hint = 'Give it to one of its lessons, or add one for it.';
    end if;

    insert into exercises (
        course_id, lesson_id, title, description, exercise_type, content, rubric, max_score, passing_score,
        time_limit_minutes, due_at, attempts_allowed, coin_reward, is_mandatory, metadata
    )
    values (
        v_course_id, p_lesson_id, p_title, p_description, p_exercise_type, p_content, p_rubric,
        coalesce(p_max_score, rubric_worth(p_rubric => p_rubric), 100), p_passing_score, p_time_limit_minutes, p_due_at,
        p_attempts_allowed, p_coin_reward, p_is_mandatory, p_metadata
    )
    returning id into v_exercise_id;

    return v_exercise_id;
end;
$$;

comment on function create_exercise is 'Makes an exercise of a lesson, as a draft; returns its id.';
revoke all on function create_exercise from public;
grant execute on function create_exercise to pgacademy_instructor, pgacademy_admin;
