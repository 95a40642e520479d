-- erase_quotes: what others were told in a person's words says so no more, and what of it has not gone out does not go out:
-- their replies, what they wrote beside a transfer, and the titles of their discussions, in notifications about replies.
--
-- The rows stay, read or unread as they were, so no counter moves. What a person announced as staff is the school's.
--
-- called by  erase_user
-- errors     none
create or replace function erase_quotes(
    p_user_id uuid
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
begin
    select array_agg(o.id)
    into v_ids
    from (
        select n.id
        from notifications as n
        where n.id in (
            select q.id
            from notifications as q
            where q.related_object_type = 'reply'
                and q.related_object_id in (
                    select r.id from replies as r where r.author_id = p_user_id
                    union
                    select r.id
                    from replies as r
                    inner join discussions as d on d.id = r.discussion_id
                    where d.author_id = p_user_id
                )
            union all
            select q.id
            from coin_transactions as t
            inner join notifications as q
                on q.user_id = t.recipient_id and q.related_object_type = 'coin_transaction' and q.related_object_id = t.id
            where t.user_id = p_user_id and t.recipient_id is not null
        )
        order by n.created_at, n.id -- as mark_all_read() does
        for no key update
    ) as o;

    delete from notification_deliveries as d where d.notification_id = any(v_ids) and d.status = 'pending';

    update notifications as n
    set title = '[erased]', message = '', action_url = null
    where n.id = any(v_ids) and (n.title, n.message, n.action_url) is distinct from ('[erased]', '', null);

    return coalesce(cardinality(v_ids), 0);
end;
$$;

comment on function erase_quotes is 'Internal: blanks what others were told in a person''s words; returns how many notifications.';
-- Granted to nobody: erase_user() decides.
revoke all on function erase_quotes from public;
