-- school_coin_account: the id of an account of the school: issuance or sink. They are the same in every school.
--
-- called by  grant_coins, reward_lessons, buy_streak_freeze, record_blockchain_coins, confirm_blockchain_coins
-- errors     none; null for any other kind
create or replace function school_coin_account(
    p_kind text
)
returns uuid
language sql
immutable
security invoker
begin atomic
    select case p_kind
        when 'issuance' then '00000000-0000-0000-0000-000000000001'::uuid
        when 'sink' then '00000000-0000-0000-0000-000000000002'::uuid
    end;
end;

comment on function school_coin_account is 'The id of an account of the school: issuance or sink.';
-- Granted to nobody: procedures post to it.
revoke all on function school_coin_account from public;
