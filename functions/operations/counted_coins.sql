-- counted_coins: what each account holds and each person has earned, added up from the postings.
--
-- p_user_ids limits it to some people; null counts everyone. What was earned is the rewards less those taken back.
--
-- called by  coin_findings, repair_counters
-- errors     none
create or replace function counted_coins(
    p_user_ids uuid[] default null
)
returns table (user_id uuid, balance bigint, coins_earned bigint)
language sql
stable
security invoker
begin atomic
    select
        u.id,
        coalesce(p.balance, 0)::bigint,
        coalesce(p.earned, 0)::bigint
    from users as u
    left join (
        select
            g.user_id,
            sum(g.amount) as balance,
            sum(g.amount) filter (where coalesce(r.transaction_type, t.transaction_type) = 'reward') as earned
        from coin_postings as g
        inner join coin_transactions as t on t.id = g.transaction_id
        left join coin_transactions as r on r.id = t.reverses_id
        where g.user_id is not null and (p_user_ids is null or g.user_id = any(p_user_ids))
        group by g.user_id
    ) as p on p.user_id = u.id
    where p_user_ids is null or u.id = any(p_user_ids);
end;

comment on function counted_coins is 'Internal: balances and coins earned, added up anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_coins from public;
