-- Policies ask who is calling inside a sub-select of its own, which runs once per statement instead of once per row:
-- (select current_user_id()), (select acts_as('admin')), (select acting_in('admin')).
select
    c.oid::regclass::text as object,
    'policy ' || p.polname || ' asks who is calling once per row' as finding
from pg_policy as p
inner join pg_class as c on c.oid = p.polrelid
inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
    select concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as rule
) as e
where
    n.nspname = current_schema()
    and regexp_replace(
        e.rule,
        '\( SELECT (\w+\.)?(current_user_id|acts_as|acting_in|verified_identity)\([^()]*\) AS \w+\)', '', 'g'
    ) ~ '\m(current_user_id|acts_as|acting_in|verified_identity|current_setting)\('
order by 1, 2;
