-- retract_news: what people were told of replies that were taken down says so no more: the words are theirs no longer,
-- and what has not gone out by email or push does not go out.
--
-- The row stays, read or unread as it was, so no counter moves. Rows are written in the order of their time, as
-- mark_all_read() does. What a sender has claimed may be on its way: finish_delivery() tells it.
--
-- called by  delete_reply, delete_discussion; both hold the discussion's row of discussion_stats, so nothing new comes
-- errors     none
create or replace function retract_news(
    p_reply_ids uuid[]
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_ids uuid[];
begin
    select array_agg(o.id)
    into v_ids
    from (
        select n.id
        from notifications as n
        where n.related_object_type = 'reply' and n.related_object_id = any(p_reply_ids)
        order by n.created_at, n.id
        for no key update
    ) as o;

    update notifications as n set title = 'This was taken down', message = '' where n.id = any(v_ids);

    update notification_deliveries as d
    set status = 'cancelled', finished_at = v_now
    where d.notification_id = any(v_ids) and d.status = 'pending';
end;
$$;

comment on function retract_news is 'Internal: empties what people were told of replies that were taken down, and sends no more of it.';
-- Granted to nobody: part of procedures.
revoke all on function retract_news from public;
