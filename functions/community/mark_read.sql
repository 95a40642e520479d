-- mark_read: the caller has read a notification. Doing it again changes nothing. Returns how many are left.
--
-- called by  people
-- requires   require_user, begin_reading, settle_unread
-- errors     PA401, PA403 · PA404 the caller has no such notification
create or replace function mark_read(
    p_notification_id uuid
)
returns bigint
language plpgsql
volatile
security definer -- writes notifications, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_now timestamptz := now();
    v_read bigint;
begin
    if not exists (
        select from notifications as n where n.id = p_notification_id and n.user_id = v_user_id and n.is_in_app
    ) then
        raise exception 'there is no such notification'
            using errcode = 'PA404', detail = format('notification_id = %s', coalesce(p_notification_id::text, 'null')),
                hint = 'Look it up with list_notifications; old ones that were read are removed.';
    end if;

    perform begin_reading(p_user_id => v_user_id);

    update notifications as n
    set read_at = v_now
    where n.id = p_notification_id and n.user_id = v_user_id and n.read_at is null;
    get diagnostics v_read = row_count;

    return settle_unread(p_user_id => v_user_id, p_read => v_read);
end;
$$;

comment on function mark_read is 'Marks one of the caller''s notifications as read; returns how many are unread.';
revoke all on function mark_read from public;
grant execute on function mark_read to pgacademy_student, pgacademy_instructor, pgacademy_admin;
