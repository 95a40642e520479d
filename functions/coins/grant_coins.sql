-- grant_coins: gives a person coins, once per source; returns how many, 0 if the source has paid before.
--
-- Entry, counters, account: always in this order. It asks nobody who they are; the back end calls award_coins.
--
-- called by  award_coins, reward_courses, grade_submission
-- requires   record_coin_reward, bump_stats, post_coins, school_coin_account
-- errors     none of its own
create or replace function grant_coins(
    p_user_id uuid,
    p_amount bigint,
    p_source_type text,
    p_source_id uuid,
    p_description text,
    p_occurrence text default ''
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_id uuid := record_coin_reward(
        p_user_id => p_user_id,
        p_amount => p_amount,
        p_source_type => p_source_type,
        p_source_id => p_source_id,
        p_description => p_description,
        p_occurrence => p_occurrence
    );
begin
    if v_id is null then
        return 0;
    end if;

    perform bump_stats(p_user_id => p_user_id, p_coins => p_amount);
    perform post_coins(
        p_transaction_id => v_id,
        p_from => school_coin_account('issuance'),
        p_to => p_user_id,
        p_amount => p_amount
    );

    return p_amount;
end;
$$;

comment on function grant_coins is 'Internal: gives a person coins once per source; returns how many.';
-- Granted to nobody: it is part of procedures.
revoke all on function grant_coins from public;
