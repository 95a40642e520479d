-- settle_unread: adds what came since the last time to a person's count of unread notifications, and takes off what was read.
--
-- The caller holds the person's row of notification_counts, which begin_reading wrote. What was read comes off in the
-- same UPDATE that brings its delta, so that the count is never below zero.
--
-- called by  mark_read, mark_all_read, fold_notification_counts
-- errors     none
create or replace function settle_unread(
    p_user_id uuid,
    p_read bigint
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_change bigint;
    v_unread bigint;
begin
    with gone as (
        delete from notification_deltas as d where d.user_id = p_user_id returning d.change
    )

    select coalesce(sum(g.change), 0) into v_change from gone as g;

    update notification_counts as c
    set unread_count = c.unread_count + v_change - p_read
    where c.user_id = p_user_id
    returning c.unread_count into v_unread;

    return v_unread;
end;
$$;

comment on function settle_unread is 'Internal: brings a person''s count of unread notifications up to date.';
-- Granted to nobody: it is part of procedures.
revoke all on function settle_unread from public;
