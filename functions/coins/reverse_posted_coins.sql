-- reverse_posted_coins: moves the coins of a transaction back where they came from, once; whether it did.
--
-- called by  reverse_coins, fail_blockchain_coins
-- requires   bump_stats, post_coins
-- errors     PA409 they are spent
create or replace function reverse_posted_coins(
    p_transaction coin_transactions,
    p_reason text
)
returns boolean
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_id uuid;
begin
    insert into coin_transactions
    (
        user_id, transaction_type, amount, description, recipient_id, related_object_type, related_object_id, occurrence,
        reverses_id
    )
    values
    (
        p_transaction.user_id, 'reversal', p_transaction.amount, p_reason, p_transaction.recipient_id,
        p_transaction.related_object_type, p_transaction.related_object_id, p_transaction.occurrence, p_transaction.id
    )
    on conflict do nothing
    returning id into v_id;

    if v_id is null then
        return false;
    end if;

    if p_transaction.transaction_type = 'reward' then
        perform bump_stats(p_user_id => p_transaction.user_id, p_coins => -p_transaction.amount);
    end if;

    perform post_coins(
        p_transaction_id => v_id, p_from => g.account_id, p_to => p.account_id, p_amount => p_transaction.amount
    )
    from coin_postings as g
    inner join coin_postings as p on p.transaction_id = g.transaction_id and p.amount < 0
    where g.transaction_id = p_transaction.id and g.amount > 0;

    return true;
end;
$$;

comment on function reverse_posted_coins is 'Internal: moves the coins of a transaction back, once.';
-- Granted to nobody: it believes its caller.
revoke all on function reverse_posted_coins from public;
