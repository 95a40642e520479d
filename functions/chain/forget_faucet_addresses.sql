-- forget_faucet_addresses: the network address of a request is personal data and is needed while it is counted, no
-- longer.
--
-- At most p_limit requests at a time: call it until it returns 0.
--
-- called by  a daily job
-- requires   require_service, require_limit, setting
-- errors     PA403 not the service · PA422 fewer days than a limit counts, or more than 3650, a batch of no use
create or replace function forget_faucet_addresses(
    p_keep_days integer default 30,
    p_limit integer default 10000
)
returns bigint
language plpgsql
volatile
security definer -- writes faucet_requests, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_hours integer := greatest(1, coalesce((setting(p_key => 'faucet.window_hours') #>> '{}')::integer, 24));
    v_before timestamptz;
    v_count bigint;
begin
    perform require_service();
    perform require_limit(p_limit => p_limit, p_max => 100000);

    if p_keep_days is null or p_keep_days > 3650 or p_keep_days::bigint * 24 < v_hours then
        raise exception 'addresses cannot be kept this long, or this short'
            using errcode = 'PA422',
                detail = format('days = %s, window = %s hours', coalesce(p_keep_days::text, 'null'), v_hours),
                hint = 'Keep them while a limit counts them, and at most 3650 days.';
    end if;

    v_before := now() - make_interval(days => p_keep_days);

    update faucet_requests as r
    set request_ip = null
    where r.id in (
        select o.id
        from faucet_requests as o
        where o.request_ip is not null and o.requested_at < v_before
        order by o.requested_at
        limit p_limit
        for no key update skip locked
    );

    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function forget_faucet_addresses is 'Forgets from which addresses the faucet was asked; returns how many.';
revoke all on function forget_faucet_addresses from public;
grant execute on function forget_faucet_addresses to pgacademy_service;
