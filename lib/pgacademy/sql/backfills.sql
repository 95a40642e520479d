-- Queries of pgacademy.backfills, run as the school's owner. {table} and {key} are put in as quoted names.

-- name: create
create table if not exists schema_backfills (
    migration_id text not null constraint schema_backfills_pkey primary key,
    sha256 text not null,
    table_name text not null,
    last_key text,
    rows_done bigint not null default 0,
    rows_estimated bigint not null,
    batches bigint not null default 0,
    batch_size bigint not null,
    started_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);

alter table schema_backfills enable row level security;

comment on table schema_backfills is
'How far each backfill is. A batch and its progress are one transaction, so that none is done twice or left out.';
comment on column schema_backfills.migration_id is 'Name of the file, without its suffix.';
comment on column schema_backfills.sha256 is 'Checksum of the statement that is run for each range of keys.';
comment on column schema_backfills.table_name is 'The table whose primary key is walked along.';
comment on column schema_backfills.last_key is 'The last key done, as text; null before the first batch.';
comment on column schema_backfills.rows_done is 'How many rows of the table were passed.';
comment on column schema_backfills.rows_estimated is 'How many there were at the start, as the planner estimated.';
comment on column schema_backfills.batches is 'How many transactions that took.';
comment on column schema_backfills.batch_size is 'Rows in the next batch; less than the file says after trouble with locks.';
comment on column schema_backfills.started_at is 'When the first batch began.';
comment on column schema_backfills.updated_at is 'When the last batch was done.';

-- name: key
-- The columns of the table's primary key, with their types as they are written.
select
    a.attname::text,
    format_type(a.atttypid, a.atttypmod)
from pg_class as c
left join pg_index as i on c.oid = i.indrelid and i.indisprimary
left join pg_attribute as a on c.oid = a.attrelid and a.attnum = any(i.indkey::smallint[])
where
    c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p')

-- name: is_locked
-- Whether this transaction has locked the table: what was planned in it names the table, if only through a view.
select exists (
    select from pg_locks as l
    inner join pg_class as c on l.relation = c.oid
    where
        l.pid = pg_backend_pid()
        and l.locktype = 'relation'
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())
        and c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
)

-- name: estimate
explain (format json) select from {table}

-- name: position
select
    sha256,
    last_key,
    rows_done,
    rows_estimated,
    batch_size
from schema_backfills
where migration_id = %(id)s

-- name: begin
insert into schema_backfills (migration_id, sha256, table_name, rows_estimated, batch_size)
values (%(id)s, %(sha256)s, %(table)s, %(rows)s, %(size)s)

-- name: batch_settings
-- The session's own lock_timeout stays, where it has one.
select
    set_config('statement_timeout', %(statement_ms)s::text, true),
    set_config(
        'lock_timeout',
        case current_setting('lock_timeout') when '0' then '2s' else current_setting('lock_timeout') end,
        true
    )

-- name: first_range
select
    first_value(k.key) over (order by k.key)::text as first_key,
    k.key::text as last_key,
    row_number() over (order by k.key) as rows
from (select t.{key} as key from {table} as t order by t.{key} limit %(size)s) as k
order by k.key desc
limit 1

-- name: next_range
-- The index alone answers this, and reads no more than a batch.
select
    %(last_key)s::text as first_key,
    k.key::text as last_key,
    row_number() over (order by k.key) as rows
from (
    select t.{key} as key
    from {table} as t
    where t.{key} > {last_key}
    order by t.{key}
    limit %(size)s
) as k
order by k.key desc
limit 1

-- name: advance
update schema_backfills
set
    last_key = %(last_key)s,
    rows_done = rows_done + %(rows)s,
    batches = batches + 1,
    batch_size = %(size)s,
    updated_at = clock_timestamp()
where migration_id = %(id)s
returning rows_done

-- name: forget
delete from schema_backfills where migration_id = %(id)s
