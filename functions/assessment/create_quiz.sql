-- create_quiz: the quiz of a lesson, as a draft without questions. add_question() fills it, update_quiz() publishes it.
--
-- A null time limit or number of attempts is none.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course
-- errors     PA401 · PA403 · PA404 no such lesson · PA409 the lesson has a quiz, or is a chapter · PA422 no title · 23514 another
--            value against a column's rule
create or replace function create_quiz(
    p_lesson_id uuid,
    p_title text,
    p_description text default null,
    p_quiz_type text default 'practice',
    p_passing_score numeric default 70,
    p_time_limit_minutes integer default null,
    p_max_attempts integer default 3,
    p_grade_policy text default 'best',
    p_shuffle_questions boolean default false,
    p_shuffle_options boolean default false,
    p_show_answers text default 'never',
    p_metadata jsonb default '{}'
)
returns uuid
language plpgsql
volatile
security definer -- inserts into quizzes, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
    v_quiz_id uuid;
begin
    if p_title is null or p_title !~ '[^[:space:]]' then
        raise exception 'a quiz has a title'
            using errcode = 'PA422', detail = format('title = %s', coalesce(quote_literal(left(p_title, 100)), 'null')),
                hint = 'Give it 1 to 500 characters.';
    end if;

    -- Before the lesson that the quiz refers to, as everywhere; no chapter is made of it meanwhile.
    perform lock_course(p_course_id => v_course_id);
    -- It may have been removed while that was waited for.
    perform require_lesson_staff(p_lesson_id => p_lesson_id);

    if exists (select from lessons as l where l.course_id = v_course_id and l.parent_lesson_id = p_lesson_id) then
        raise exception 'a chapter has no quiz'
            using errcode = 'PA409', detail = format('lesson_id = %s', p_lesson_id),
                hint = 'Give it to one of its lessons, or add one for it.';
    end if;

    insert into quizzes (
        course_id, lesson_id, title, description, quiz_type, passing_score, time_limit_minutes, max_attempts,
        grade_policy, shuffle_questions, shuffle_options, show_answers, metadata
    )
    values (
        v_course_id, p_lesson_id, p_title, p_description, p_quiz_type, p_passing_score, p_time_limit_minutes,
        p_max_attempts, p_grade_policy, p_shuffle_questions, p_shuffle_options, p_show_answers, p_metadata
    )
    on conflict (lesson_id) do nothing
    returning id into v_quiz_id;

    if v_quiz_id is null then
        raise exception 'this lesson has a quiz'
            using errcode = 'PA409', detail = format('lesson_id = %s', p_lesson_id), hint = 'Change that one.';
    end if;

    return v_quiz_id;
end;
$$;

comment on function create_quiz is 'Makes the quiz of a lesson, as a draft; returns its id.';
revoke all on function create_quiz from public;
grant execute on function create_quiz to pgacademy_instructor, pgacademy_admin;
