-- record_coin_reward: enters a reward, once per source; the id of the transaction, null if the source has paid before.
--
-- Only the entry: the caller moves coins_earned and posts the coins, in this order, as the locks are taken everywhere.
--
-- called by  grant_coins, reward_lessons
-- errors     none of its own
create or replace function record_coin_reward(
    p_user_id uuid,
    p_amount bigint,
    p_source_type text,
    p_source_id uuid,
    p_description text,
    p_occurrence text default ''
)
returns uuid
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
    (user_id, transaction_type, amount, description, related_object_type, related_object_id, occurrence)
    values (p_user_id, 'reward', p_amount, left(p_description, 500), p_source_type, p_source_id, p_occurrence)
    on conflict do nothing
    returning id into v_id;

    return v_id;
end;
$$;

comment on function record_coin_reward is 'Internal: enters a reward once per source; null if it was there.';
-- Granted to nobody: a helper of procedures.
revoke all on function record_coin_reward from public;
