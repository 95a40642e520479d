-- reward_course: what a learner gets for a completed course, once; returns the XP it gave. Nobody is paid for their own.
--
-- called by  apply_completion, complete_course
-- requires   setting, grant_xp
-- errors     those of grant_xp
create or replace function reward_course(
    p_user_id uuid,
    p_course_id uuid,
    p_occurred_at timestamptz
)
returns integer
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_title text;
    v_amount integer;
    v_awarded integer := 0;
begin
    select
        c.title,
        case
            when c.instructor_id = p_user_id then 0
            else coalesce(c.completion_xp, (setting(p_key => 'xp.course'))::integer, 500)
        end
    into v_title, v_amount
    from courses as c
    where c.id = p_course_id;

    if v_amount > 0 then
        select x.awarded
        into v_awarded
        from grant_xp(
            p_user_id => p_user_id,
            p_amount => v_amount,
            p_source_type => 'course',
            p_source_id => p_course_id,
            p_reason => v_title,
            p_occurred_at => p_occurred_at
        ) as x;
    end if;

    return v_awarded;
end;
$$;

comment on function reward_course is 'Rewards a learner for a completed course, once; returns the XP given.';
-- Granted to nobody: the reward follows the completion.
revoke all on function reward_course from public;
