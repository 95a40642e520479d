-- missing_partitions: the months from p_first on that the partitioned tables of this school lack.
--
-- A table counts if it is partitioned by ranges of one timestamptz. A month is there as soon as any partition reaches
-- into it: one of another width, made by hand, is for whoever made it to complete.
--
-- called by  ensure_partitions
-- requires   list_partitions
-- errors     none
create or replace function missing_partitions(
    p_first timestamptz,
    p_months integer
)
returns table (table_name text, starts_at timestamptz, ends_at timestamptz)
language sql
stable
security invoker
set search_path from current
set timezone = 'UTC' -- a month is a month of UTC, whoever asks
as $$
    with there as materialized (
        select * from list_partitions()
    )

    select p.relname::text, m.starts_at, m.starts_at + interval '1 month'
    from pg_class as p
    inner join pg_partitioned_table as t on p.oid = t.partrelid and t.partstrat = 'r' and t.partnatts = 1
    inner join pg_attribute as a
        on p.oid = a.attrelid and a.attnum = t.partattrs[0] and a.atttypid = 'timestamptz'::regtype
    cross join generate_series(p_first, p_first + make_interval(months => p_months - 1), interval '1 month')
        as m (starts_at)
    where
        p.relnamespace = current_schema()::regnamespace
        and not exists (
            select
            from there as e
            where
                e.table_name = p.relname
                and e.starts_at < m.starts_at + interval '1 month'
                and e.ends_at > m.starts_at
        )
    order by 1, 2;
$$;

comment on function missing_partitions is 'Internal: the months that partitioned tables lack.';
-- Granted to nobody: ensure_partitions asks.
revoke all on function missing_partitions from public;
