-- repair_unread: mends the counts of unread notifications that verify_integrity has found.
--
-- The deltas go in the statement that counts, so that both are seen in one snapshot: a notification written meanwhile
-- is in neither, and its delta stays.
--
-- called by  repair_counters
-- requires   counted_unread
-- errors     none
create or replace function repair_unread(
    p_found jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
begin
    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(p_found) as f (table_name text, row_id text)
    where f.table_name = 'notification_counts';

    insert into notification_counts (user_id)
    select i.user_id from unnest(v_ids) as i (user_id)
    order by i.user_id
    on conflict (user_id) do nothing;

    perform from notification_counts as c where c.user_id = any(v_ids) order by c.user_id for update;

    with gone as (
        delete from notification_deltas as d where d.user_id = any(v_ids)
    )

    update notification_counts as c
    set unread_count = u.unread
    from counted_unread(p_user_ids => v_ids) as u
    where c.user_id = u.user_id;
end;
$$;

comment on function repair_unread is 'Internal: mends the counts of unread notifications.';
-- Granted to nobody: a part of repair_counters.
revoke all on function repair_unread from public;
