-- coin_findings: what is wrong with the coins: none come from nowhere, none vanish.
--
-- called by  verify_integrity
-- requires   counted_coins, school_coin_account
-- errors     none
create or replace function coin_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select 'coin_accounts.balance', 'coin_accounts', a.user_id::text, c.balance::text, a.balance::text
    from coin_accounts as a
    inner join counted_coins() as c on c.user_id = a.user_id
    where a.balance <> c.balance
    union all
    select 'user_stats.coins_earned', 'user_stats', s.user_id::text, c.coins_earned::text, s.coins_earned::text
    from user_stats as s
    inner join counted_coins() as c on c.user_id = s.user_id
    where s.coins_earned <> c.coins_earned
    union all
    select 'coin_conservation', 'coin_postings', null, '0', sum(p.amount)::text
    from coin_postings as p
    having sum(p.amount) <> 0
    union all
    select 'coin_accounts.negative', 'coin_postings', p.account_id::text, 'at least 0', sum(p.amount)::text
    from coin_postings as p
    where p.account_id <> school_coin_account('issuance')
    group by p.account_id
    having sum(p.amount) < 0
    union all
    -- What is not paid out yet, or never will be, has no postings; everything else moves its amount.
    select
        'coin_postings', 'coin_transactions', t.id::text,
        'postings of ' || v.expected, 'postings of ' || coalesce(p.moved, 0) || ', sum ' || coalesce(p.total, 0)
    from coin_transactions as t
    left join (
        select g.transaction_id, sum(g.amount) as total, sum(g.amount) filter (where g.amount > 0) as moved
        from coin_postings as g
        group by g.transaction_id
    ) as p on p.transaction_id = t.id
    cross join lateral (
        select case when t.transaction_type = 'deposit' and t.status <> 'confirmed' then 0 else t.amount end as expected
    ) as v
    where coalesce(p.moved, 0) <> v.expected or coalesce(p.total, 0) <> 0
    union all
    -- A withdrawal that failed gave back what it had taken.
    select 'coin_withdrawal', 'coin_transactions', t.id::text, 'given back', 'not given back'
    from coin_transactions as t
    where
        t.transaction_type = 'withdrawal'
        and t.status = 'failed'
        and not exists (select from coin_transactions as r where r.reverses_id = t.id);
$$;

comment on function coin_findings is 'Internal: what verify_integrity says of accounts, transactions and postings.';
-- Granted to nobody: it reads other people's rows.
revoke all on function coin_findings from public;
