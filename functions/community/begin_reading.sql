-- begin_reading: takes a person's row of notification_counts, which is made here if it is missing.
--
-- Written, not locked, so that an older snapshot fails with 40001 instead of reading the same notifications again.
--
-- called by  mark_read, mark_all_read
-- errors     none
create or replace function begin_reading(
    p_user_id uuid
)
returns void
language sql
volatile
security invoker
begin atomic
    insert into notification_counts as c (user_id)
    values (p_user_id)
    on conflict (user_id) do update
    set unread_count = c.unread_count;
end;

comment on function begin_reading is 'Internal: takes a person''s row of unread notifications.';
-- Granted to nobody: it is part of procedures.
revoke all on function begin_reading from public;
