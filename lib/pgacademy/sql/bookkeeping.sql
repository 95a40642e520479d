-- name: create
-- yoyo's own tables, column for column as yoyo 9 makes them (its schema version 2), so that `yoyo list` agrees; then
-- ours. Only the school's owner reads them: row-level security is on and no policy lets anybody in.
create table if not exists _yoyo_migration (
    migration_hash varchar(64),
    migration_id varchar(255),
    applied_at_utc timestamp,
    primary key (migration_hash)
);

create table if not exists _yoyo_log (
    id varchar(36),
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp,
    primary key (id)
);

create table if not exists _yoyo_version (
    version int not null primary key,
    installed_at_utc timestamp
);

create table if not exists yoyo_lock (
    locked int default 1,
    ctime timestamp,
    pid int not null,
    primary key (locked)
);

insert into _yoyo_version (version, installed_at_utc)
values (2, now() at time zone 'UTC')
on conflict do nothing;

create table if not exists schema_steps (
    migration_id text not null constraint schema_steps_pkey primary key,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user,
    duration_ms bigint not null,
    library_version text not null,
    finished_at timestamptz default clock_timestamp()
);

alter table schema_steps add column if not exists finished_at timestamptz default clock_timestamp();

create table if not exists schema_objects (
    kind text not null,
    name text not null,
    path text not null,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp(),
    library_version text not null,
    constraint schema_objects_pkey primary key (kind, name),
    constraint schema_objects_kind_check check (kind in ('function', 'view', 'triggers', 'policies', 'grants'))
);

alter table schema_objects add column if not exists text text;

create table if not exists schema_history (
    id bigint generated always as identity constraint schema_history_pkey primary key,
    operation text not null,
    migration_id text,
    detail text,
    at timestamptz not null default clock_timestamp(),
    login text not null default session_user,
    os_user text not null,
    hostname text not null,
    duration_ms bigint,
    library_version text not null,
    constraint schema_history_operation_check check (operation ~ '^[a-z]+$')
);

alter table _yoyo_migration enable row level security;
alter table _yoyo_log enable row level security;
alter table _yoyo_version enable row level security;
alter table yoyo_lock enable row level security;
alter table schema_steps enable row level security;
alter table schema_objects enable row level security;
alter table schema_history enable row level security;

comment on table _yoyo_migration is 'The migrations applied to this school, as yoyo keeps them.';
comment on column _yoyo_migration.migration_hash is 'SHA-256 of the migration''s name, in hexadecimal digits.';
comment on column _yoyo_migration.migration_id is 'Name of the file, without its suffix.';
comment on column _yoyo_migration.applied_at_utc is 'When it was applied, in UTC.';
comment on table _yoyo_log is 'What was ever applied or rolled back, as yoyo keeps it.';
comment on column _yoyo_log.id is 'A UUID.';
comment on column _yoyo_log.migration_hash is 'SHA-256 of the migration''s name, in hexadecimal digits.';
comment on column _yoyo_log.migration_id is 'Name of the file, without its suffix.';
comment on column _yoyo_log.operation is 'apply, rollback, mark or unmark.';
comment on column _yoyo_log.username is 'The operating system''s name of who did it.';
comment on column _yoyo_log.hostname is 'The machine it was done from.';
comment on column _yoyo_log.comment is 'Set by yoyo''s own upgrades only.';
comment on column _yoyo_log.created_at_utc is 'When, in UTC.';
comment on table _yoyo_version is 'The version of yoyo''s own tables.';
comment on column _yoyo_version.version is 'Its number.';
comment on column _yoyo_version.installed_at_utc is 'Since when, in UTC.';
comment on table yoyo_lock is 'yoyo''s lock row; pgacademy uses an advisory lock and leaves this empty.';
comment on column yoyo_lock.locked is 'Always 1: there is one lock.';
comment on column yoyo_lock.ctime is 'Since when it is held, in UTC.';
comment on column yoyo_lock.pid is 'The process that holds it.';
comment on table schema_steps is
'Every applied migration with the checksum of its file, so that a later edit is noticed; and every one begun.';
comment on column schema_steps.migration_id is 'Name of the file, without its suffix.';
comment on column schema_steps.sha256 is 'Checksum of the file''s text as it was applied.';
comment on column schema_steps.applied_at is 'When it was applied; of one that takes several transactions, when it was begun.';
comment on column schema_steps.applied_by is 'The login that applied it.';
comment on column schema_steps.duration_ms is 'How long its statements took, in milliseconds.';
comment on column schema_steps.library_version is 'The version of pgacademy that applied it.';
comment on column schema_steps.finished_at is 'When it was done; null while one that takes several transactions is only begun.';
comment on table schema_objects is 'Every repeatable file as it was last applied: functions, views, triggers, policies, grants.';
comment on column schema_objects.kind is 'function, view, triggers, policies or grants.';
comment on column schema_objects.name is 'The function, the view, the table, or the platform role.';
comment on column schema_objects.path is 'The file, from the root of the tree.';
comment on column schema_objects.sha256 is 'Checksum of the file''s text; of grants, also of the migrations before it.';
comment on column schema_objects.applied_at is 'When it was last applied.';
comment on column schema_objects.library_version is 'The version of pgacademy that applied it.';
comment on table schema_history is 'What was ever done to this school, by whom, when and how; rows are only added.';
comment on column schema_history.id is 'Counts upwards.';
comment on column schema_history.operation is 'apply, rollback, baseline, repeatables, rename and the like.';
comment on column schema_history.migration_id is 'The migration it was about; null when it was about the whole school.';
comment on column schema_history.detail is 'More about it, for people.';
comment on column schema_history.at is 'When it was done.';
comment on column schema_history.login is 'The login that did it.';
comment on column schema_history.os_user is 'The operating system''s name of who did it.';
comment on column schema_history.hostname is 'The machine it was done from.';
comment on column schema_history.duration_ms is 'How long it took, in milliseconds, where that was measured.';
comment on column schema_history.library_version is 'The version of pgacademy that did it.';

comment on column schema_objects.text is 'The file''s text as it was applied; null if an older version applied it.';

-- For those who plan and may change nothing. They ask with the owner's rights, because the tables are closed to all but
-- the owner, and leave out who did what from where.
create or replace view schema_journal with (security_barrier) as
select
    coalesce(m.migration_id, s.migration_id)::text as migration_id,
    s.sha256,
    m.migration_id is not null as is_done,
    m.applied_at_utc
from _yoyo_migration as m
full join schema_steps as s on m.migration_id = s.migration_id;

create or replace view schema_files with (security_barrier) as
select
    kind,
    name,
    sha256,
    text
from schema_objects;

comment on view schema_journal is 'The migrations applied or begun, for logins that may plan but not migrate.';
comment on column schema_journal.migration_id is 'Name of the file, without its suffix.';
comment on column schema_journal.sha256 is 'Checksum of the file''s text as it was applied.';
comment on column schema_journal.is_done is 'False while a step of several transactions is not at its end.';
comment on column schema_journal.applied_at_utc is 'When it was applied, in UTC.';
comment on view schema_files is 'Every repeatable file as it was last applied, for logins that may plan but not migrate.';
comment on column schema_files.kind is 'function, view, triggers, policies or grants.';
comment on column schema_files.name is 'The function, the view, the table, or the platform role.';
comment on column schema_files.sha256 is 'Checksum of the file''s text; of grants, also of the migrations before it.';
comment on column schema_files.text is 'The file''s text as it was applied; null if an older version applied it.';
grant select on schema_journal, schema_files to pgacademy_analyst, pgacademy_admin;

-- name: is_complete
-- Whether every table of the school's journal is there, with its latest column, for any login to ask.
select count(*) = 8
from (
    values
    ('_yoyo_migration'::name, 'migration_id'::name),
    ('_yoyo_log', 'id'),
    ('schema_steps', 'finished_at'),
    ('schema_history', 'id'),
    ('schema_backfills', 'until_key'),
    ('schema_objects', 'text'),
    ('schema_journal', 'migration_id'),
    ('schema_files', 'kind')
) as w (relation, latest)
where exists (
    select from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and w.latest = a.attname
    where
        c.relname = w.relation
        and c.relnamespace = to_regnamespace(%(school)s)
        and c.relkind in ('r', 'v')
        and not a.attisdropped
)

-- name: exists
select to_regclass('schema_objects') is not null

-- name: history_exists
select to_regclass('schema_history') is not null

-- name: relations
-- The same as an error if something is lost: 42P01 or 42703. For the owner, and four times as quick, because nothing is
-- planned. The table of migrations is read anyhow.
select
    has_column_privilege('_yoyo_log', 'id', 'select'),
    has_column_privilege('schema_steps', 'finished_at', 'select'),
    has_column_privilege('schema_history', 'id', 'select'),
    has_column_privilege('schema_backfills', 'until_key', 'select'),
    has_column_privilege('schema_objects', 'text', 'select'),
    has_column_privilege('schema_journal', 'migration_id', 'select'),
    has_column_privilege('schema_files', 'kind', 'select')

-- name: lost_keys
-- Tables of the journal that could hold a row twice now, the columns that would tell the two apart, and the statement that
-- puts the key back. Any index that does the same is as good.
select
    w.relation,
    array_to_string(w.columns, ', '),
    format(
        'alter table %I.%I add constraint %I primary key (%s)',
        current_schema(), w.relation, w.key, array_to_string(w.columns, ', ')
    )
from (
    values
    ('schema_steps', 'schema_steps_pkey', array['migration_id']),
    ('schema_objects', 'schema_objects_pkey', array['kind', 'name']),
    ('schema_backfills', 'schema_backfills_pkey', array['migration_id'])
) as w (relation, key, columns)
inner join pg_class as c on w.relation = c.relname and c.relnamespace = current_schema()::regnamespace
where not exists (
    select from pg_index as i
    where
        i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
        and w.columns = (
            select array_agg(a.attname::text order by a.attname)
            from pg_attribute as a
            where a.attrelid = c.oid and a.attnum = any(i.indkey::smallint[])
        )
)

-- name: may_read_history
select has_table_privilege(to_regclass('schema_history'), 'select')

-- name: forgotten
-- Applied by us, as the history says, and without a checksum. Of what yoyo applied there is none, and no history.
select
    m.migration_id,
    format('%I.schema_steps', current_schema())
from _yoyo_migration as m
where
    not exists (select from schema_steps as s where s.migration_id = m.migration_id and s.sha256 is not null)
    and 'rollback' <> (
        select h.operation
        from schema_history as h
        where h.migration_id = m.migration_id and h.operation in ('apply', 'baseline', 'rollback')
        order by h.id desc
        limit 1
    )
order by m.migration_id

-- name: state
-- Every migration applied or begun, in the order in which that was done. yoyo knows those that are done. One that we
-- had finished and yoyo does not know was taken back by yoyo itself; as JSON, because an old journal has no such column.
select
    coalesce(m.migration_id, s.migration_id)::text as migration_id,
    s.sha256,
    m.migration_id is not null as is_done
from _yoyo_migration as m
full join schema_steps as s on m.migration_id = s.migration_id
where m.migration_id is not null or to_jsonb(s) ->> 'finished_at' is null
order by is_done desc, m.applied_at_utc, migration_id

-- name: begin
insert into schema_steps (migration_id, sha256, duration_ms, library_version, finished_at)
values (%(id)s, %(sha256)s, 0, %(library_version)s, null)
on conflict (migration_id) do update set
    sha256 = excluded.sha256,
    library_version = excluded.library_version

-- name: mark
-- Without a duration, it is the time since pgacademy.began, which a transaction sets that is one of several in a message.
with took as (
    select coalesce(
        %(duration_ms)s::bigint,
        (extract(
            epoch from clock_timestamp() - current_setting('pgacademy.began', true)::timestamptz
        ) * 1000)::bigint
    ) as duration_ms
),

marked as (
    insert into _yoyo_migration (migration_hash, migration_id, applied_at_utc)
    values (%(hash)s, %(id)s, clock_timestamp() at time zone 'UTC')
),

logged as (
    insert into _yoyo_log (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
    values (
        gen_random_uuid()::text, %(hash)s, %(id)s, %(yoyo_operation)s, %(username)s, %(hostname)s,
        clock_timestamp() at time zone 'UTC'
    )
),

told as (
    insert into schema_history (operation, migration_id, os_user, hostname, duration_ms, library_version)
    select %(operation)s, %(id)s, %(username)s, %(hostname)s, t.duration_ms, %(library_version)s
    from took as t
)

insert into schema_steps (migration_id, sha256, duration_ms, library_version)
select %(id)s, %(sha256)s, t.duration_ms, %(library_version)s
from took as t
on conflict (migration_id) do update set
    sha256 = excluded.sha256,
    applied_by = excluded.applied_by,
    duration_ms = excluded.duration_ms,
    library_version = excluded.library_version,
    finished_at = excluded.finished_at

-- name: unmark
with unmarked as (
    delete from _yoyo_migration
    where migration_hash = %(hash)s
),

logged as (
    insert into _yoyo_log (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
    values (
        gen_random_uuid()::text, %(hash)s, %(id)s, 'rollback', %(username)s, %(hostname)s,
        clock_timestamp() at time zone 'UTC'
    )
),

told as (
    insert into schema_history (operation, migration_id, os_user, hostname, duration_ms, library_version)
    values ('rollback', %(id)s, %(username)s, %(hostname)s, %(duration_ms)s, %(library_version)s)
)

delete from schema_steps where migration_id = %(id)s

-- name: tell
insert into schema_history (operation, migration_id, detail, os_user, hostname, duration_ms, library_version)
values (
    %(operation)s, %(migration_id)s, %(detail)s, %(username)s, %(hostname)s, %(duration_ms)s, %(library_version)s
)

-- name: history
select
    id,
    at,
    operation,
    migration_id,
    detail,
    login,
    os_user,
    hostname,
    duration_ms,
    library_version
from schema_history
order by id

-- name: objects
select kind, name, sha256 from schema_objects

-- name: record_object
insert into schema_objects (kind, name, path, sha256, text, library_version)
values (%(kind)s, %(name)s, %(path)s, %(sha256)s, %(text)s, %(library_version)s)
on conflict (kind, name) do update
    set
        path = excluded.path,
        sha256 = excluded.sha256,
        text = excluded.text,
        applied_at = excluded.applied_at,
        library_version = excluded.library_version

-- name: forget_object
delete from schema_objects where kind = %(kind)s and name = %(name)s
