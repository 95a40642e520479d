-- ensure_partitions: makes the months that the partitioned tables lack; returns what it made.
--
-- Every table of this school that is partitioned by ranges of a timestamptz gets a partition for each calendar month (UTC)
-- from the one before p_as_of to p_months_ahead after it. There is no default partition: a row that landed there would
-- forbid its month's partition for ever. A year ahead is why no insert fails when nobody has called this for months;
-- whoever imports the past names it as p_as_of first. A month whose name is taken, because it was detached by hand and
-- kept, gets a longer one.
--
-- A partition is created and then attached, which locks its table against no reader and no writer (`create ... partition
-- of` would); the tables it refers to take no writes for that moment. Whoever is in the way is hardly waited for, because
-- others queue behind it: nothing is made then, and the next run does it.
--
-- called by  migrate, `pgacademy maintain`, a daily job
-- requires   copy_statement_triggers, missing_partitions, require_moment, require_service
-- errors     PA403 not the service · PA422 a moment in the future, or months not between 0 and 240 · 55P03 a table was in use
create or replace function ensure_partitions(
    p_as_of timestamptz default null,
    p_months_ahead integer default 12
)
returns table (table_name text, partition_name text, starts_at timestamptz, ends_at timestamptz)
language plpgsql
volatile
security definer -- makes tables, which only the owner may
set search_path from current
set timezone = 'UTC' -- a month is a month of UTC, whoever asks
set lock_timeout = '2s' -- for another who makes them; less below
as $$
#variable_conflict use_column
declare
    v_first timestamptz;
    v_missing record;
begin
    perform require_service();

    if p_months_ahead is null or p_months_ahead not between 0 and 240 then
        raise exception 'partitions are made 0 to 240 months ahead'
            using errcode = 'PA422',
                detail = format('months_ahead = %s', coalesce(p_months_ahead::text, 'null')),
                hint = 'A year is the rule; p_as_of names the past to be imported.';
    end if;

    v_first := date_trunc('month', require_moment(p_at => p_as_of)) - interval '1 month';

    if not exists (select from missing_partitions(p_first => v_first, p_months => p_months_ahead + 2)) then
        perform copy_statement_triggers();
        return;
    end if;

    update write_guards as g set version = g.version + 1 where g.name = 'partitions';
    perform set_config('lock_timeout', '100ms', true);

    -- Looked for again: whoever was at it before may have made them meanwhile.
    for v_missing in
        select m.table_name, m.starts_at, m.ends_at
        from missing_partitions(p_first => v_first, p_months => p_months_ahead + 2) as m
    loop
        table_name := v_missing.table_name;
        partition_name := format('%s_p%s', table_name, to_char(v_missing.starts_at, 'YYYY_MM'));
        while exists (
            select from pg_class as c where c.relnamespace = current_schema()::regnamespace and c.relname = partition_name
        ) loop
            partition_name := partition_name || '_again';
        end loop;

        starts_at := v_missing.starts_at;
        ends_at := v_missing.ends_at;
        execute format(
            'create table %1$I (like %2$I including defaults including constraints including generated including storage)',
            partition_name, table_name
        );
        execute format('alter table %I enable row level security', partition_name);
        execute format(
            'alter table %I attach partition %I for values from (%L) to (%L)', table_name, partition_name, starts_at, ends_at
        );
        execute format(
            'comment on table %I is %L', partition_name,
            format('%s from %s to before %s, UTC.', table_name, starts_at::date, ends_at::date)
        );

        return next;
    end loop;

    perform copy_statement_triggers();
end;
$$;

comment on function ensure_partitions is
'Makes the monthly partitions that are missing, from the month before to a year ahead; returns those it made.';
revoke all on function ensure_partitions from public;
grant execute on function ensure_partitions to pgacademy_service;
