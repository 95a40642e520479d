-- complete_lesson: a learner has finished a lesson. One call does everything that follows and returns what changed.
--
-- See apply_completion for what that is. p_seconds counts up to the time since start_lesson, and not at all without it;
-- null counts nothing. When it is done is the clock's business, not that of the transaction: one begun yesterday claims
-- no day that is over. xp_awarded is all XP of this call: lesson, course and achievements; coins_awarded all coins, of
-- lesson and course. achievements is an array of {"id", "title", "xp_reward", "icon"}. Without a key a second call
-- changes nothing and says already_completed; with a key it returns the row of the first call.
--
-- called by  learners
-- requires   require_user, apply_completion
-- errors     PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a chapter
--            or hidden lesson, a lesson that grading completes, lessons before it not done, key used for another
--            request · PA422 negative time
create or replace function complete_lesson(
    p_lesson_id uuid,
    p_seconds integer default null,
    p_idempotency_key text default null
)
returns table (
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    already_completed boolean,
    xp_awarded integer,
    course_completed boolean,
    progress_percentage numeric,
    completed_lessons integer,
    total_lessons integer,
    total_xp bigint,
    current_level integer,
    levels_gained integer,
    current_streak integer,
    longest_streak integer,
    achievements jsonb,
    next_lesson_id uuid,
    coins_awarded integer
)
language plpgsql
volatile
security definer -- writes progress, XP and counters, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
begin
    return query
    select c.*
    from apply_completion(
        p_user_id => v_user_id,
        p_lesson_id => p_lesson_id,
        p_score => null,
        p_seconds => p_seconds,
        p_at => clock_timestamp(),
        p_by_learner => true,
        p_moves_streak => true,
        p_actor => v_user_id::text,
        p_procedure => 'complete_lesson',
        p_idempotency_key => p_idempotency_key,
        p_request => case
            when p_idempotency_key is not null then jsonb_build_object('lesson_id', p_lesson_id, 'seconds', p_seconds)
        end
    ) as c;
end;
$$;

comment on function complete_lesson is
'Completes a lesson for the calling learner: progress, XP, coins, level, streak, achievements; returns what changed.';
revoke all on function complete_lesson from public;
grant execute on function complete_lesson to pgacademy_student;
