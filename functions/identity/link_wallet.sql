-- link_wallet: claims a blockchain address. Returns the claim's id; a repeated claim is the same claim.
--
-- A claim is worth nothing until verify_wallet(): anyone may claim anything, so that nobody can lock another person out
-- of their wallet by claiming it first, and a claim does not tell whether the address is known here.
--
-- called by  people, for themselves
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA422 no such chain; not an address of it · PA429 20 unproven claims
create or replace function link_wallet(p_chain text, p_address text)
returns uuid
language plpgsql
volatile
security definer -- writes user_wallets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(null);
    v_address text := case p_chain when 'evm' then lower(btrim(p_address)) else btrim(p_address) end;
    v_wallet_id uuid;
begin
    if v_address is null or not coalesce(
        case p_chain
            when 'solana' then v_address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'
            when 'evm' then v_address ~ '^0x[0-9a-f]{40}$'
            when 'hedera' then v_address ~ '^[0-9]{1,10}[.][0-9]{1,10}[.][0-9]{1,19}$'
        end,
        false
    ) then
        raise exception 'this is not an address of a chain we know'
            using errcode = 'PA422',
                detail = format('chain = %s, address = %s', left(p_chain, 100), left(v_address, 100)),
                hint = 'Chains are solana, evm and hedera.';
    end if;

    if (select count(*) from user_wallets as w where w.user_id = v_user_id and w.verified_at is null) >= 20 then
        raise exception 'there are too many unproven claims'
            using errcode = 'PA429', detail = 'unproven claims = 20', hint = 'Prove or remove some of them.';
    end if;

    insert into user_wallets (user_id, chain, address)
    values (v_user_id, p_chain, v_address)
    on conflict (user_id, chain, address) do nothing
    returning id into v_wallet_id;

    if v_wallet_id is null then
        select w.id
        into v_wallet_id
        from user_wallets as w
        where w.user_id = v_user_id and w.chain = p_chain and w.address = v_address;
    end if;

    return v_wallet_id;
end;
$$;

comment on function link_wallet is 'Claims a blockchain address for the caller; returns the claim''s id.';
revoke all on function link_wallet from public;
grant execute on function link_wallet to pgacademy_student, pgacademy_instructor, pgacademy_admin;
