-- verify_audit_seals: what in the audit trail is not as it was sealed. An empty answer means that all is well.
--
--     seal missing       a seal was deleted
--     seal changed       it says something else than when it was made, or does not follow the one before it
--     rows changed       the rows are as many as were sealed, and not the same
--     rows deleted       they are fewer
--     rows added         they are more, or there are rows among the sealed ones that no seal covers
--     partition missing  it has seals and is not there; an older one with seals is (the oldest leave by retention)
--     head missing       no seal has the hash that was kept elsewhere
--
-- Without arguments, every seal and every partition that is attached. With p_partition, its seals and its rows only; and
-- p_table is where these rows are now, if the partition was detached, renamed or brought back from an archive. p_head is
-- the last seal_hash that was kept elsewhere: against somebody who could change the seals too.
--
-- Reads all of the rows. Those noted since the last seal are not looked at.
--
-- called by  a nightly job, an auditor, whoever archives
-- requires   require_service, audit_batches, audit_seal_hash, list_partitions
-- errors     PA403 not the service · PA404 no such table in this school · PA422 a table and no partition
create or replace function verify_audit_seals(
    p_partition text default null,
    p_table text default null,
    p_head bytea default null
)
returns table (partition_name text, seal_number bigint, problem text, expected text, actual text)
language plpgsql
stable
security definer -- reads the audit trail, which no platform role may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_sealed bigint := coalesce((select max(s.up_to_log_number) from audit_seals as s), 0);
    v_partition record;
    v_numbers bigint[];
    v_after bigint[];
    v_up_to bigint[];
begin
    perform require_service();

    if p_table is not null and p_partition is null then
        raise exception 'which partition is this table?'
            using errcode = 'PA422', detail = format('table = %s', left(p_table, 100)),
                hint = 'Pass p_partition, the name under which it was sealed.';
    end if;

    -- The chain.
    return query
    select c.partition_name, c.seal_number, v.problem, v.expected, v.actual
    from (
        select
            s.partition_name,
            s.seal_number,
            s.seal_hash,
            s.previous_hash,
            audit_seal_hash(p_seal => s) as due_hash,
            lag(s.seal_hash) over (partition by s.partition_name order by s.seal_number) as due_previous_hash,
            s.seal_number - lag(s.seal_number, 1, 0::bigint) over (order by s.seal_number) as step
        from audit_seals as s
    ) as c
    cross join lateral (
        select 'seal missing'::text, (c.seal_number - c.step + 1)::text, c.seal_number::text
        where c.step <> 1 and p_partition is null
        union all
        select 'seal changed', encode(c.due_hash, 'hex'), encode(c.seal_hash, 'hex')
        where c.due_hash <> c.seal_hash
        union all
        select 'seal changed', encode(c.due_previous_hash, 'hex'), encode(c.previous_hash, 'hex')
        where c.due_previous_hash is distinct from c.previous_hash
    ) as v (problem, expected, actual)
    where p_partition is null or c.partition_name = p_partition
    order by c.seal_number;

    if p_head is not null and not exists (
        select
        from audit_seals as s
        where s.seal_hash = p_head and s.partition_name = coalesce(p_partition, s.partition_name)
    ) then
        return query select coalesce(p_partition, 'audit_logs'), null::bigint, 'head missing', left(encode(p_head, 'hex'), 64), 'none';
    end if;

    -- The rows.
    for v_partition in
        select l.partition_name as name, l.partition_name as stored_in, l.starts_at
        from list_partitions() as l
        where l.table_name = 'audit_logs' and p_partition is null
        union all
        select p_partition, coalesce(p_table, p_partition), null
        where p_partition is not null
        order by 3, 1
    loop
        if not exists (
            select
            from pg_class as c
            inner join pg_attribute as a on a.attrelid = c.oid and a.attname = 'log_number'
            where c.relnamespace = current_schema()::regnamespace and c.relname = v_partition.stored_in
        ) then
            raise exception 'there is no such part of the audit trail'
                using errcode = 'PA404', detail = format('table = %s', left(v_partition.stored_in, 100)),
                    hint = 'Pass the table of this school that holds the rows of the partition.';
        end if;

        select
            coalesce(array_agg(s.seal_number order by s.seal_number), '{}'),
            coalesce(array_agg(s.after_log_number order by s.seal_number), '{}'),
            coalesce(array_agg(s.up_to_log_number order by s.seal_number), '{}')
        into v_numbers, v_after, v_up_to
        from audit_seals as s
        where s.partition_name = v_partition.name;

        return query
        with sealed as (
            select n.nth::integer as batch, s.seal_number, s.row_count, s.rows_hash
            from unnest(v_numbers) with ordinality as n (seal_number, nth)
            inner join audit_seals as s on s.seal_number = n.seal_number
            union all
            select 0, null, 0, null
        ),

        found as (
            select b.batch, b.row_count, b.rows_hash
            from audit_batches(
                p_table => v_partition.stored_in, p_from => 0, p_to => v_sealed, p_after => v_after, p_up_to => v_up_to
            ) as b
        )

        select
            v_partition.name,
            s.seal_number,
            case
                when coalesce(f.row_count, 0) < s.row_count then 'rows deleted'
                when f.row_count > s.row_count then 'rows added'
                else 'rows changed'
            end,
            concat_ws(' ', s.row_count, encode(s.rows_hash, 'hex')),
            concat_ws(' ', coalesce(f.row_count, 0), encode(f.rows_hash, 'hex'))
        from sealed as s
        left join found as f on f.batch = s.batch
        where
            coalesce(f.row_count, 0) <> s.row_count
            or (s.batch > 0 and f.rows_hash is distinct from s.rows_hash)
        order by s.seal_number;
    end loop;

    -- Retention takes the oldest partition; whoever takes another one has something to hide. Months that were made for an
    -- import of the past are empty, and say nothing of those after them.
    if p_partition is null then
        return query
        select s.partition_name, max(s.seal_number), 'partition missing', 'attached', 'none'
        from audit_seals as s
        where
            s.partition_name collate "C" > (
                select min(l.partition_name collate "C")
                from list_partitions() as l
                where
                    l.table_name = 'audit_logs'
                    and exists (select from audit_seals as o where o.partition_name = l.partition_name)
            )
            and not exists (select from list_partitions() as l where l.partition_name = s.partition_name)
        group by s.partition_name;
    end if;
end;
$$;

comment on function verify_audit_seals is 'What in the audit trail is not as it was sealed.';
revoke all on function verify_audit_seals from public;
grant execute on function verify_audit_seals to pgacademy_service;
