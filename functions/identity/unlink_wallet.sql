-- unlink_wallet: gives up a blockchain address, proven or not.
--
-- called by  people, for themselves
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 no such claim of the caller
create or replace function unlink_wallet(p_wallet_id uuid)
returns void
language plpgsql
volatile
security definer -- writes user_wallets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(null);
begin
    delete from user_wallets as w
    where w.id = p_wallet_id and w.user_id = v_user_id;

    if not found then
        raise exception 'there is no such wallet'
            using errcode = 'PA404', detail = format('wallet_id = %s', p_wallet_id), hint = 'Check the id.';
    end if;
end;
$$;

comment on function unlink_wallet is 'Gives up a blockchain address of the caller.';
revoke all on function unlink_wallet from public;
grant execute on function unlink_wallet to pgacademy_student, pgacademy_instructor, pgacademy_admin;
