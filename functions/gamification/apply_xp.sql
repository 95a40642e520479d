-- apply_xp: moves a person's totals by an amount that was just written to the ledger.
--
-- One UPDATE: total, level, and the XP of the current week and month, which begin in the school's time zone. The period
-- columns hold the latest period anything was earned in: an event of a newer one begins it, one of the same adds to it,
-- an older one changes the total only. So weekly_xp is always the sum of the ledger over that week.
--
-- called by  grant_xp, reverse_xp
-- requires   calculate_user_level, school_zone, ensure_user_stats
-- errors     PA404 no such person
create or replace function apply_xp(
    p_user_id uuid,
    p_amount integer,
    p_at timestamptz,
    out total_xp bigint,
    out current_level integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_local timestamp := p_at at time zone school_zone();
    v_week date := date_trunc('week', v_local)::date;
    v_month date := date_trunc('month', v_local)::date;
begin
    loop
        -- Written with the row's own values, so that a writer who waited for another adds to what that one left.
        -- A reversal after a change of time zone may fall outside: a period never shows less than nothing.
        update user_stats as s
        set
            total_xp = s.total_xp + p_amount,
            current_level = calculate_user_level(p_total_xp => s.total_xp + p_amount),
            week_start = greatest(s.week_start, v_week),
            weekly_xp = greatest(0, case
                when s.week_start is null or v_week > s.week_start then p_amount
                when v_week = s.week_start then s.weekly_xp + p_amount
                else s.weekly_xp
            end),
            month_start = greatest(s.month_start, v_month),
            monthly_xp = greatest(0, case
                when s.month_start is null or v_month > s.month_start then p_amount
                when v_month = s.month_start then s.monthly_xp + p_amount
                else s.monthly_xp
            end)
        where s.user_id = p_user_id
        returning s.total_xp, s.current_level into total_xp, current_level;

        exit when found;

        perform ensure_user_stats(p_user_id => p_user_id);
    end loop;
end;
$$;

comment on function apply_xp is 'Moves a person''s XP totals, level and periods by an amount of the ledger.';
-- Granted to nobody: only what is in the ledger may move the totals.
revoke all on function apply_xp from public;
