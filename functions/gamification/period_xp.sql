-- period_xp: the XP of a week or month after an amount was earned, or taken back, in one.
--
-- p_start and p_xp are the latest period anything was earned in and its sum; p_of is that of the amount. A newer period
-- begins with it, the same adds to it, an older one changes nothing; never less than nothing. Inlined into the UPDATE.
--
-- called by  bump_people, apply_achievement
-- errors     none
create or replace function period_xp(
    p_start date,
    p_xp bigint,
    p_of date,
    p_amount integer
)
returns bigint
language sql
immutable
security invoker
begin atomic
    select case
        when p_of > p_start or (p_start is null and p_amount <> 0) then greatest(0, p_amount)
        when p_of = p_start then greatest(0, p_xp + p_amount)
        else p_xp
    end;
end;

comment on function period_xp is 'Internal: the XP of a week or month after an amount of one.';
-- Granted to nobody: counters move with the ledger.
revoke all on function period_xp from public;
