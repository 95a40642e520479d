-- find_login: what the back end needs to check a login, by email, by username or by proven wallet.
--
-- No row for nobody: the application then checks the password against a hash of its own, so that a stranger learns
-- nothing from the time it takes. Deactivated people are found, and said to be inactive; deleted ones are not.
--
-- called by  back-end login
-- requires   require_service
-- errors     PA403 not the back end · PA422 not exactly one of p_login and (p_chain, p_address)
create or replace function find_login(
    p_login text default null,
    p_chain text default null,
    p_address text default null
)
returns table (user_id uuid, password_hash text, role text, is_active boolean, email_verified boolean)
language plpgsql
stable
security definer -- reads user_secrets, which no platform role may read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid;
begin
    perform require_service();

    if (p_login is null) = (p_chain is null) or (p_chain is null) <> (p_address is null) then
        raise exception 'a login is found by email or username, or by chain and address'
            using errcode = 'PA422',
                detail = format('login given = %s, chain = %s', p_login is not null, left(p_chain, 100)),
                hint = 'Pass p_login, or p_chain and p_address.';
    end if;

    -- A username has no @, and an email has one: one string can only mean one of them.
    if p_login like '%@%' then
        select u.id
        into v_user_id
        from users as u
        where lower(u.email) = lower(btrim(p_login)) and u.deleted_at is null;
    elsif p_login is not null then
        select u.id
        into v_user_id
        from users as u
        where lower(u.username) = lower(btrim(p_login)) and u.deleted_at is null;
    else
        select w.user_id
        into v_user_id
        from user_wallets as w
        where w.chain = p_chain
            and w.address = case p_chain when 'evm' then lower(p_address) else p_address end
            and w.verified_at is not null;
    end if;

    return query
    select u.id, s.password_hash, u.role, u.is_active, u.email_verified
    from users as u
    left join user_secrets as s on s.user_id = u.id
    where u.id = v_user_id and u.deleted_at is null;
end;
$$;

comment on function find_login is
'Finds a person by email, username or proven wallet, with the password hash; no row for nobody.';
revoke all on function find_login from public;
grant execute on function find_login to pgacademy_service;
