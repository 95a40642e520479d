-- grant_missing_coins: pays what people had earned before there were coins: the lessons and courses they had completed,
-- at what those promise today, up to the ceilings of today. Nobody for their own course, nobody who left.
--
-- Takes the next p_limit people who were there when the coins came and have not been looked at; call it until
-- people_left is 0, each time in a transaction of its own. It may be stopped at any moment and run by several at once:
-- what is paid has its unique source, who is done is marked in the same transaction. People learn and spend meanwhile:
-- the locks are taken in the order of the house, each kind in the order of its ids, and looked at again once they are
-- held.
--
-- called by  back-end jobs, the owner after the migration
-- requires   require_service, school_coin_account, coin_ceiling, require_limit
-- errors     PA403 not the service · PA422 limit not between 1 and 10000
create or replace function grant_missing_coins(
    p_limit integer default 500
)
returns table (people integer, transactions integer, coins bigint, people_left bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
    v_paid uuid[];
    v_lesson_max integer := coin_ceiling(p_of => 'lesson');
    v_course_max integer := coin_ceiling(p_of => 'course');
begin
    perform require_service();

    perform require_limit(p_limit => p_limit, p_max => 10000);

    -- Those who run this at once queue on a guard row, so that no two take the same people.
    update write_guards as g set version = g.version + 1 where g.name = 'grant_missing_coins';

    select coalesce(array_agg(d.id), '{}')
    into v_ids
    from (
        select a.id from coin_accounts as a where a.is_backfill_due order by a.id limit p_limit
    ) as d;

    perform from enrollments as e where e.user_id = any(v_ids) order by e.id for no key update;

    with earned as (
        select p.user_id, 'lesson' as source_type, l.id as source_id, least(l.coin_reward, v_lesson_max) as coins, l.title
        from lesson_progress as p
        inner join lessons as l on l.id = p.lesson_id and l.coin_reward > 0
        inner join courses as c on c.id = p.course_id and c.instructor_id <> p.user_id
        where p.user_id = any(v_ids) and p.status = 'completed'
        union all
        select e.user_id, 'course', c.id, least(c.coin_reward, v_course_max), c.title
        from enrollments as e
        inner join courses as c on c.id = e.course_id and c.coin_reward > 0 and c.instructor_id <> e.user_id
        where e.user_id = any(v_ids) and e.status = 'completed'
    ), paid as (
        insert into coin_transactions as t
        (user_id, transaction_type, amount, description, related_object_type, related_object_id)
        select d.user_id, 'reward', d.coins, left(d.title, 500), d.source_type, d.source_id
        from earned as d
        inner join users as u on u.id = d.user_id and u.deleted_at is null
        where d.coins > 0
        order by d.user_id, d.source_type, d.source_id
        on conflict do nothing
        returning t.id
    )

    select coalesce(array_agg(d.id), '{}') into v_paid from paid as d;

    update lesson_progress as p
    set coins_earned = t.amount
    from coin_transactions as t
    where
        t.id = any(v_paid) and t.related_object_type = 'lesson'
        and p.user_id = t.user_id and p.lesson_id = t.related_object_id;

    perform from user_stats as s where s.user_id = any(v_ids) order by s.user_id for no key update;

    update user_stats as s
    set coins_earned = s.coins_earned + t.coins
    from (
        select d.user_id, sum(d.amount) as coins from coin_transactions as d where d.id = any(v_paid) group by d.user_id
    ) as t
    where s.user_id = t.user_id;

    perform from coin_accounts as a where a.id = any(v_ids) order by a.id for no key update;

    update coin_accounts as a
    set
        balance = a.balance + coalesce((
            select sum(d.amount) from coin_transactions as d where d.id = any(v_paid) and d.user_id = a.id
        ), 0),
        is_backfill_due = false
    where a.id = any(v_ids);

    insert into coin_postings (transaction_id, account_id, user_id, amount)
    select t.id, v.account_id, v.user_id, v.amount
    from coin_transactions as t
    cross join lateral (
        values
        (school_coin_account('issuance'), null, -t.amount),
        (t.user_id, t.user_id, t.amount)
    ) as v (account_id, user_id, amount)
    where t.id = any(v_paid);

    people := cardinality(v_ids);
    transactions := cardinality(v_paid);
    select coalesce(sum(t.amount), 0) into coins from coin_transactions as t where t.id = any(v_paid);
    select count(*) into people_left from coin_accounts as a where a.is_backfill_due;

    return next;
end;
$$;

comment on function grant_missing_coins is
'Pays what was earned before there were coins, for the next people; call it until nobody is left.';
revoke all on function grant_missing_coins from public;
grant execute on function grant_missing_coins to pgacademy_service;
