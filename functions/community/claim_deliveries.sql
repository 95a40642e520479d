-- claim_deliveries: notifications that are to go out by email or push now, for one sender to send.
--
-- Whoever claims has five minutes to say how it went, with finish_delivery; after that somebody else gets them. Two
-- senders never get the same. Commit the claim before sending.
--
-- called by  the back end's senders
-- requires   require_service
-- errors     PA403 not the service · PA422 no such channel, p_limit not 1 to 1000
create or replace function claim_deliveries(
    p_channel text,
    p_limit integer default 100
)
returns table (
    notification_id uuid,
    user_id uuid,
    email text,
    notification_type text,
    title text,
    message text,
    priority text,
    action_url text,
    attempts smallint
)
language plpgsql
volatile
security definer -- reads what people are told, and their addresses
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    perform require_service();

    if (p_channel in ('email', 'push')) is not true or (p_limit between 1 and 1000) is not true then
        raise exception 'there is no such channel, or the batch is of no use'
            using errcode = 'PA422',
                detail = format(
                    'channel = %s, limit = %s', coalesce(left(p_channel, 60), 'null'), coalesce(p_limit::text, 'null')
                ),
                hint = 'Claim 1 to 1000 of email or push.';
    end if;

    return query
    with claimed as (
        update notification_deliveries as d
        set attempts = least(d.attempts + 1, 32767), next_attempt_at = v_now + interval '5 minutes'
        from (
            select c.notification_id
            from notification_deliveries as c
            where c.channel = p_channel and c.status = 'pending' and c.next_attempt_at <= v_now
            order by c.next_attempt_at
            limit p_limit
            for update skip locked
        ) as due
        where d.notification_id = due.notification_id and d.channel = p_channel
        returning d.notification_id, d.attempts
    )

    select n.id, n.user_id, u.email, n.notification_type, n.title, n.message, n.priority, n.action_url, c.attempts
    from claimed as c
    inner join notifications as n on n.id = c.notification_id
    inner join users as u on u.id = n.user_id
    order by n.created_at, n.id;
end;
$$;

comment on function claim_deliveries is 'Takes notifications that are to go out by email or push, for five minutes.';
revoke all on function claim_deliveries from public;
grant execute on function claim_deliveries to pgacademy_service;
