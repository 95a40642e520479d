-- finish_delivery: how the sending of a notification went. Without an error it is sent; with one it is tried again
-- later, five times in all, each time after a longer pause, and then given up. What was cancelled meanwhile stays
-- cancelled.
--
-- called by  the back end's senders
-- requires   require_service
-- errors     PA403 not the service · PA404 nothing of that kind is on its way
create or replace function finish_delivery(
    p_notification_id uuid,
    p_channel text,
    p_error text default null
)
returns text
language plpgsql
volatile
security definer -- writes notification_deliveries, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_status text;
begin
    perform require_service();

    update notification_deliveries as d
    set
        status = case when p_error is null then 'sent' when d.attempts >= 5 then 'failed' else 'pending' end,
        error = left(p_error, 1000),
        finished_at = case when p_error is null or d.attempts >= 5 then v_now end,
        next_attempt_at = v_now + interval '1 minute' * power(4, least(d.attempts, 5))
    where d.notification_id = p_notification_id and d.channel = p_channel and d.status = 'pending'
    returning d.status into v_status;

    if not found then
        select d.status
        into v_status
        from notification_deliveries as d
        where d.notification_id = p_notification_id and d.channel = p_channel and d.status = 'cancelled';
    end if;

    if not found then
        raise exception 'nothing of that kind is on its way'
            using errcode = 'PA404',
                detail = format(
                    'notification_id = %s, channel = %s', coalesce(p_notification_id::text, 'null'),
                    coalesce(left(p_channel, 60), 'null')
                ),
                hint = 'It was finished before, or never claimed.';
    end if;

    return v_status;
end;
$$;

comment on function finish_delivery is 'Says how sending a notification went; returns sent, pending (again later), failed or cancelled.';
revoke all on function finish_delivery from public;
grant execute on function finish_delivery to pgacademy_service;
