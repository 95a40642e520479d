-- verify_wallet: records that a person has proven a claimed address, by a signature that the application checked.
--
-- From then on the address is theirs alone and logs them in. Someone who proves an address that is proven for another
-- person is refused; between two proofs at the same moment the unique index decides (23505,
-- user_wallets_chain_address_key). Doing it again changes nothing.
--
-- called by  back end
-- requires   require_service, write_audit
-- errors     PA403 not the back end · PA404 no such claim, or not of a living person · PA409 proven for someone else
create or replace function verify_wallet(p_wallet_id uuid)
returns void
language plpgsql
volatile
security definer -- writes user_wallets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_wallet user_wallets;
begin
    perform require_service();

    select w.*
    into v_wallet
    from user_wallets as w
    join users as u on u.id = w.user_id
    where w.id = p_wallet_id and u.deleted_at is null
    for no key update of w;

    if not found then
        raise exception 'there is no such wallet'
            using errcode = 'PA404', detail = format('wallet_id = %s', p_wallet_id), hint = 'Check the id.';
    end if;
    if exists (
        select
        from user_wallets as w
        where w.chain = v_wallet.chain
            and w.address = v_wallet.address
            and w.verified_at is not null
            and w.id <> v_wallet.id
    ) then
        raise exception 'this address is proven for someone else'
            using errcode = 'PA409', detail = 'user_wallets_chain_address_key',
                hint = 'The other person gives it up first.';
    end if;

    perform write_audit(
        p_action => 'identity.verify_wallet', p_entity_type => 'user_wallets', p_entity_id => p_wallet_id::text
    );

    update user_wallets as w
    set verified_at = v_now
    where w.id = p_wallet_id and w.verified_at is null;
end;
$$;

comment on function verify_wallet is
'Records that a claimed blockchain address was proven; it is exclusive from then on.';
revoke all on function verify_wallet from public;
grant execute on function verify_wallet to pgacademy_service;
