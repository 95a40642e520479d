-- Queries of pgacademy.backfills, run as the school's owner. {table} and {key} are put in as quoted names, {type} as the
-- key's type, {last_key} and {until_key} as values of it.

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

alter table schema_backfills add column if not exists until_key text;

alter table schema_backfills enable row level security;

comment on table schema_backfills is
'How far each backfill is. A batch and its progress are one transaction, so that none is done twice or left out.';
comment on column schema_backfills.migration_id is 'Name of the file, without its suffix.';
comment on column schema_backfills.sha256 is 'Checksum of the statement that is run for each range of keys.';
comment on column schema_backfills.table_name is 'The table whose primary key is walked along.';
comment on column schema_backfills.last_key is 'The last key done, as text; null before the first batch.';
comment on column schema_backfills.until_key is 'The last key to do: the highest there was at the start, as text.';
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

-- name: tables
-- What a backfill may walk along, by name.
select c.relname::text
from pg_class as c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
order by c.relname

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

-- name: highest_key
select
    t.{key}::text as until_key,
    t.{key} = t.{key}::text::{type} as is_exact
from {table} as t
order by t.{key} desc
limit 1

-- name: position
-- What stands in the history since it began is its end: it was recorded as applied, and taken back without our knowing.
select
    b.sha256,
    exists (
        select from schema_history as h
        where h.migration_id = b.migration_id and h.at > b.started_at
    ) as is_over,
    b.last_key,
    b.until_key,
    b.rows_done,
    b.rows_estimated,
    b.batch_size
from schema_backfills as b
where b.migration_id = %(id)s

-- name: begin
insert into schema_backfills (migration_id, sha256, table_name, until_key, rows_estimated, batch_size)
values (%(id)s, %(sha256)s, %(table)s, %(until_key)s, %(rows)s, %(size)s)

-- name: settings
-- For one transaction. A key's text must mean the same in a session that goes on with it later, whatever its settings;
-- and a table whose policies bind its owner too is an error, for rows that these hide would be passed over in silence.
-- The session's own lock_timeout stays, where it has one.
select
    set_config('statement_timeout', %(statement_ms)s::text, true),
    set_config(
        'lock_timeout',
        case current_setting('lock_timeout') when '0' then '2s' else current_setting('lock_timeout') end,
        true
    ),
    set_config('datestyle', 'ISO', true),
    set_config('intervalstyle', 'postgres', true),
    set_config('extra_float_digits', '1', true),
    set_config('lc_monetary', 'C', true),
    set_config('row_security', 'off', true)

-- name: first_range
select
    first_value(k.key) over (order by k.key)::text as first_key,
    k.key::text as last_key,
    row_number() over (order by k.key) as rows,
    bool_and(k.key = k.key::text::{type}) over () as is_exact
from (
    select t.{key} as key
    from {table} as t
    where t.{key} <= {until_key}
    order by t.{key}
    limit %(size)s
) as k
order by k.key desc
limit 1

-- name: next_range
-- The index alone answers this, and reads no more than a batch.
select
    %(last_key)s::text as first_key,
    k.key::text as last_key,
    row_number() over (order by k.key) as rows,
    bool_and(k.key = k.key::text::{type}) over () as is_exact
from (
    select t.{key} as key
    from {table} as t
    where t.{key} > {last_key} and t.{key} <= {until_key}
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
