-- list_notifications: what the caller was told, newest first, page by page.
--
-- For the next page, p_after is the notification_id of the last row seen. No page costs more than the first.
--
-- called by  people
-- requires   require_user, require_limit
-- errors     PA401, PA403 · PA404 no such notification in p_after · PA422 p_limit not 1 to 100
create or replace function list_notifications(
    p_only_unread boolean default false,
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    notification_id uuid,
    notification_type text,
    title text,
    message text,
    related_object_type text,
    related_object_id uuid,
    priority text,
    action_url text,
    is_read boolean,
    created_at timestamptz,
    read_at timestamptz
)
language plpgsql
stable
security definer -- one role's policy less to pass; the caller's rows only
set search_path from current
set plan_cache_mode = force_custom_plan -- a filter that is not given must not be planned as if it were
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_after_at timestamptz;
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if p_after is not null then
        select n.created_at into v_after_at from notifications as n where n.id = p_after and n.user_id = v_user_id;

        if not found then
            raise exception 'there is no such notification to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the notification_id of the last row of the page before; begin again if it was removed.';
        end if;
    end if;

    return query
    select
        n.id, n.notification_type, n.title, n.message, n.related_object_type, n.related_object_id, n.priority,
        n.action_url, n.is_read, n.created_at, n.read_at
    from notifications as n
    where
        n.user_id = v_user_id
        and n.is_in_app
        and (p_only_unread is not true or n.read_at is null)
        and (p_after is null or (n.created_at, n.id) < (v_after_at, p_after))
    order by n.created_at desc, n.id desc
    limit p_limit;
end;
$$;

comment on function list_notifications is 'The caller''s notifications, a page at a time.';
revoke all on function list_notifications from public;
grant execute on function list_notifications to pgacademy_student, pgacademy_instructor, pgacademy_admin;
