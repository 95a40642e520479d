-- mark_all_read: the caller has read everything there is. Returns how many were marked.
--
-- What comes in at the same moment stays unread, and counted.
--
-- called by  people
-- requires   require_user, begin_reading, settle_unread
-- errors     PA401, PA403
create or replace function mark_all_read()
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
    perform begin_reading(p_user_id => v_user_id);

    -- In the order of their time, as whoever retracts news.
    update notifications as n
    set read_at = v_now
    from (
        select o.id
        from notifications as o
        where o.user_id = v_user_id and o.read_at is null and o.is_in_app
        order by o.created_at, o.id
        for no key update
    ) as unread
    where n.id = unread.id;
    get diagnostics v_read = row_count;

    perform settle_unread(p_user_id => v_user_id, p_read => v_read);

    return v_read;
end;
$$;

comment on function mark_all_read is 'Marks all of the caller''s notifications as read; returns how many.';
revoke all on function mark_all_read from public;
grant execute on function mark_all_read to pgacademy_student, pgacademy_instructor, pgacademy_admin;
