"""What statements lock, against a server that has run them: pg_locks, relfilenode, and how many rows were read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from pgacademy import embedded, sources
from pgacademy.connection import Connection
from pgacademy.lock_effects import ACCESS_EXCLUSIVE, NO_LOCK, ROW_SHARE, STRENGTH, UNKNOWN, Effect, Known, merged
from pgacademy.lock_levels import assess, assess_all, strongest
from pgacademy.lock_reach import Reach
from pgacademy.statements import Statement, split

SETUP = """
create table r (id int primary key, name text);
create table t (
    id int primary key, a int, b varchar(10), c text, n numeric(6, 2), at timestamptz default now(), r_id int, g int,
    constraint t_a_proven check (a is not null)
);
create table f (id int primary key, t_id int constraint f_t_fkey references t, u int not null, v int);
create unique index f_u_idx on f (u);
create unique index f_v_idx on f (v);
alter table f add constraint f_late check (v > 0) not valid;
alter table f add constraint f_r_late foreign key (v) references r not valid;
insert into r select i, 'x' from generate_series(1, 50) as i;
insert into t select i, i, 'x', 'y', 1, now(), i, i from generate_series(1, 50) as i;
insert into f select i, i, i, i from generate_series(1, 50) as i;
create index t_c_idx on t (c);
create table p (id int not null, k int not null) partition by range (k);
create table p_1 partition of p for values from (0) to (100);
create table p_2 (id int not null, k int not null);
insert into p_1 select i, i from generate_series(1, 50) as i;
insert into p_2 select i, 100 + i from generate_series(1, 50) as i;
create table "Odd name" (id int);
insert into "Odd name" values (1);
create view w as select id from t;
create materialized view m as select id from t;
create unique index m_id_idx on m (id);
create sequence q;
create unlogged table ul (id int);
insert into ul values (1);
create policy old_policy on r using (true);
create function nothing() returns trigger language plpgsql as 'begin return new; end';
create function steady() returns int stable language sql as 'select 1';
create trigger old_trigger before insert on r for each row execute function nothing();
create statistics r_stats on id, name from r;
create type mood as enum ('a');
create group lock_level_readers;
"""

KNOWN = Known(
    types={("t", "a"): "integer", ("t", "b"): "character varying(10)", ("t", "c"): "text", ("t", "n"): "numeric(6,2)"},
    checked=frozenset({("t", "a")}),
    never_null=frozenset({("t", "a")}),
    not_volatile=frozenset({"steady"}),
)

# Rows are read wherever "scans" or "rewrites" is said, and only there; where a version is named, from it on.
CASES = [
    "create table x (id int primary key, t_id int references t (id), check (id > 0))",
    "create table x as select * from t",
    "create unlogged table if not exists x (like t including all)",
    "create table x (z int) inherits (r)",
    "create table x (z int) inherits (s.r)",
    "create table p_3 partition of p for values from (300) to (400)",
    "drop table f",
    'drop table if exists "Odd name", s.f, nowhere',
    "alter table t add column x int",
    "alter table t add x int default 1 not null, add column if not exists y text default 'z'",
    "alter table t add column x timestamptz default now() not null",
    "alter table t add column x int default steady()",
    "alter table t add column x numeric(4, 2) default 1.5 not null check (x > 1)",
    "alter table t add column x float8 default random()",
    "alter table t add column x uuid default gen_random_uuid()",
    "alter table t add column x timestamptz default clock_timestamp()",
    "alter table t add column x bigint generated always as identity",
    "alter table t add column x serial",
    "alter table t add column x int generated always as (a + 1) stored",
    "18: alter table t add column x int generated always as (a + 1) virtual",
    "18: alter table t add column x int generated always as (a + 1)",
    "alter table t add column x int references r (id)",
    "alter table t add column x int default 1 references r (id)",
    "alter table t add column x int unique",
    'alter table "Odd name" add column "default" int',
    "alter table t drop column a",
    "alter table only t drop g, drop if exists h",
    "alter table t alter column a type bigint",
    "alter table t alter a type int",
    "alter table t alter n type numeric(6, 2)",
    "alter table t alter column b type varchar(20)",
    "alter table t alter column b set data type text",
    "alter table t alter column b type varchar(5)",
    "alter table t alter column n type numeric(8, 2)",
    "alter table t alter column n type numeric(8, 3)",
    "alter table t alter column n type numeric",
    "alter table t alter column c type int using length(c)",
    "alter table t alter column g set not null",
    "alter table t alter column a set not null",
    "alter table f alter column u drop not null",
    "alter table t alter column g set default random()",
    "alter table t alter column at drop default",
    "alter table t alter column g set statistics 500",
    "alter table t alter column g set (n_distinct = 5)",
    "alter table t alter column c set storage external",
    "alter table t alter column c set compression pglz",
    "alter table f alter column u add generated always as identity",
    "alter table t add constraint t_g_check check (g > 0)",
    "alter table t add check (g > 0) not valid",
    "18: alter table t add constraint t_g_nn not null g",
    "18: alter table t add constraint t_g_nn not null g not valid",
    "alter table t add constraint t_r_fkey foreign key (r_id) references s.r (id) on delete cascade",
    "alter table t add foreign key (r_id) references r not valid",
    "alter table f validate constraint f_late",
    "alter table f validate constraint f_r_late",
    "alter table t add constraint t_g_key unique (g)",
    'alter table "Odd name" add primary key (id)',
    "alter table f add constraint f_u_key unique using index f_u_idx",
    "alter table f drop constraint f_pkey, add constraint f_new_pkey primary key using index f_v_idx",
    "alter table t add constraint t_excl exclude using btree (g with =)",
    "alter table f drop constraint f_t_fkey",
    "alter table t drop constraint t_a_proven",
    "alter table f alter constraint f_t_fkey deferrable",
    "alter table p attach partition p_2 for values from (100) to (200)",
    "alter table p detach partition p_1",
    "alter table t set (fillfactor = 70, autovacuum_enabled = false)",
    "alter table t reset (fillfactor)",
    "alter table ul set logged",
    'alter table "Odd name" set unlogged',
    "alter table t cluster on t_pkey",
    "alter table t set without cluster",
    "alter table t enable row level security",
    "alter table t force row level security",
    "alter table r disable trigger old_trigger",
    "alter table r enable replica trigger old_trigger",
    "alter table t rename to t_old",
    "alter table t rename column a to a2",
    "alter table f rename constraint f_late to f_later",
    "alter table t owner to current_user",
    "alter table t set schema public",
    "alter table t replica identity full",
    'alter table "Odd name" inherit f_parent',
    "create index on t (g)",
    "create unique index if not exists i on s.t using btree (g) where g > 0",
    "drop index t_c_idx",
    "alter index t_c_idx rename to t_c2_idx",
    "reindex table t",
    "reindex index t_c_idx",
    "create trigger x before insert or update of a on t for each row execute function nothing()",
    "create or replace trigger old_trigger after insert on r for each row execute function nothing()",
    "drop trigger if exists old_trigger on r",
    "alter trigger old_trigger on r rename to x",
    "create policy x on t for select using (true)",
    "alter policy old_policy on r using (false)",
    "drop policy if exists old_policy on r",
    "create rule x as on insert to t do instead nothing",
    "create view x as select * from t",
    "create or replace view w as select id from t",
    "drop view w",
    "alter view w rename to w2",
    "create materialized view x as select * from t",
    "refresh materialized view m",
    "refresh materialized view concurrently m",
    "drop materialized view m",
    "create or replace function y() returns int language sql begin atomic select 1; end",
    "drop function steady()",
    "comment on table t is 'x'",
    "comment on column s.t.a is 'x'",
    "comment on constraint t_a_proven on t is 'x'",
    "comment on trigger old_trigger on r is 'x'",
    "comment on policy old_policy on r is 'x'",
    "comment on index t_c_idx is 'x'",
    "comment on view w is 'x'",
    "comment on column w.id is 'x'",
    "comment on function steady() is 'x'",
    "grant select on t to lock_level_readers",
    "grant select (a), update (b) on t to lock_level_readers",
    "revoke all on all tables in schema s from lock_level_readers",
    "create type x as (a int)",
    "create domain x as int check (value > 0)",
    "alter type mood add value 'b'",
    "create sequence x",
    "alter sequence q restart with 5",
    "drop sequence q",
    "create statistics x (dependencies) on a, g from t",
    "truncate f",
    "truncate table r, f, t",
    "insert into r (id) values (100) on conflict do nothing",
    "update only t set a = 1 where id = 3",
    "delete from f where id = 1",
    "merge into r using (values (1)) as v (i) on r.id = v.i when matched then update set name = 'z'",
    "lock table t in share row exclusive mode",
    "lock r, t",
    "analyze t",
    "cluster t using t_pkey",
    "set local lock_timeout = '1s'",
]


@pytest.fixture(scope="module")
def connection(server: embedded.Server) -> Iterator[Connection]:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database lock_levels")
        with psycopg.connect(server.dsn("lock_levels", "postgres"), autocommit=True) as made:
            made.execute("create schema s")
            made.execute("set search_path to s")
            made.execute(SETUP)
            made.execute("create table f_parent (id int)")
            yield made
        admin.execute("drop database lock_levels with (force)")
        admin.execute("drop role lock_level_readers")


LOCKS = "select relation, mode from pg_locks where pid = pg_backend_pid() and relation = any(%s) and granted"
TABLES = (
    "select oid, relname::text from pg_class where relnamespace = 's'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
)
STATE = """
select c.oid, pg_relation_filenode(c.oid), pg_stat_get_xact_tuples_returned(c.oid)
from pg_class as c where c.oid = any(%s)
"""


def in_words(mode: str) -> str:
    """AccessExclusiveLock as ACCESS EXCLUSIVE."""
    return "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock")).strip().upper()


def observed(rows: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, mode in rows:
        found[name] = max(found.get(name, NO_LOCK), in_words(mode), key=STRENGTH.index)
    return {name: lock for name, lock in found.items() if STRENGTH.index(lock) > STRENGTH.index(ROW_SHARE)}


def told(effects: list[Effect]) -> dict[str, str]:
    return {
        effect.table: effect.lock
        for effect in effects
        if effect.table
        and effect.kind in ("table", "view")
        and not effect.is_new
        and STRENGTH.index(effect.lock) > STRENGTH.index(ROW_SHARE)
    }


def one(text: str) -> Statement:
    (statement,) = split(text)
    return statement


def versioned(case: str) -> tuple[int, str]:
    version, _, text = case.partition(": ")
    return (int(version), text) if version.isdigit() else (15, case)


# What only the catalogue can tell: the other end of a foreign key that goes, the table of an index, and the like.
ELSEWHERE = {
    "drop table f": {"t", "r"},
    'drop table if exists "Odd name", s.f, nowhere': {"t", "r", "nowhere"},
    "alter table f drop constraint f_t_fkey": {"t"},
    "drop index t_c_idx": {"t"},
    "reindex index t_c_idx": {"t"},
    "alter table f alter constraint f_t_fkey deferrable": {"t"},
    "alter table f drop constraint f_pkey, add constraint f_new_pkey primary key using index f_v_idx": set(),
}


@pytest.mark.parametrize("case", CASES)
def test_locks_rewrites_and_scans_are_those_of_the_server(case: str, connection: Connection) -> None:
    version, text = versioned(case)
    if connection.info.server_version < version * 10000:
        pytest.skip(f"from PostgreSQL {version} on")
    names: dict[int, str] = dict(connection.execute(TABLES).fetchall())
    oids = list(names)
    effects = assess(one(text), KNOWN)
    with connection.transaction(force_rollback=True):
        before = {names[oid]: (node, read) for oid, node, read in connection.execute(STATE, [oids])}
        connection.execute(text.encode())
        locks = observed([(names[oid], mode) for oid, mode in connection.execute(LOCKS, [oids])])
        after = {names[oid]: (node, read) for oid, node, read in connection.execute(STATE, [oids])}
    ignored = ELSEWHERE.get(text, set())
    assert {n: lock for n, lock in told(effects).items() if n not in ignored} == {
        n: lock for n, lock in locks.items() if n not in ignored
    }
    kept = before.keys() & after.keys()
    rewritten = {name for name in kept if after[name][0] != before[name][0]}
    read = {name for name in kept if after[name][1] > before[name][1]}
    named = {effect.table for effect in effects if effect.kind in ("table", "view")}
    assert {effect.table for effect in effects if effect.rewrites} == rewritten
    if not text.startswith(("update", "delete", "merge", "create table", "create materialized", "analyze")):
        assert {effect.table for effect in effects if effect.scans and not effect.rewrites} & named == (
            (read - rewritten) & named
        )


# What only the server can tell: tables that the statement does not name.
REACHED = [
    "drop table p_1",
    "drop table k_2 cascade",
    "drop table p",
    "drop table r cascade",
    "drop table f",
    "truncate r cascade",
    "truncate p",
    "truncate k cascade",
    "truncate i_parent",
    "truncate only i_parent",
    "alter table k drop constraint k_pkey cascade",
    "alter table r drop column id cascade",
    "alter table k drop column r_id",
    "alter table t drop column id cascade",
    "alter table f drop constraint f_t_fkey",
    "alter table t drop column a",
    "drop function nothing() cascade",
    "drop function part(int) cascade",
    "drop domain small cascade",
    "drop type mood cascade",
    "drop view w cascade",
    "drop sequence q cascade",
    "alter domain small add check (value < 1000)",
    "alter domain small add constraint c check (value < 1000) not valid",
    "alter domain small validate constraint late",
    "alter domain small set not null",
    "alter domain small set default 1",
    "drop statistics r_stats",
    "lock table w",
    "lock table ww in share mode",
    "lock table i_parent in exclusive mode",
    "drop owned by lock_level_owner",
    "alter table k add column x int",
    "alter table k add column x float8 default random()",
    "alter table k alter column v type bigint",
    "alter table only i_parent alter column v set default 5",
    "alter table i_parent alter column v set default 5",
    "alter table i_parent add check (v > 0)",
    "alter table i_parent rename column v to v2",
    "alter table i_parent rename to x",
    "alter table i_parent set (fillfactor = 50)",
    "alter table i_parent enable row level security",
    "alter table k owner to current_user",
    "create index on k (v)",
    "create index on only k (v)",
    "create index on i_parent (v)",
    "create trigger x before insert on k for each row execute function nothing()",
    "drop trigger k_trigger on k",
    "alter table k add constraint k_v_key unique (id, v)",
    "alter table k attach partition k_3 for values from (300) to (400)",
    "alter table k detach partition k_1",
    "create table k_4 partition of k for values from (500) to (600)",
    "drop index k_v_idx",
    "analyze k",
    "alter materialized view m set (fillfactor = 50)",
    "alter materialized view m cluster on m_id_idx",
    "alter materialized view m alter column id set statistics 5",
    "alter materialized view m rename to m2",
    "alter materialized view m owner to current_user",
    "create view x as select * from k",
    "alter table k_child add constraint x foreign key (id) references k",
    "alter table t add column k_id int references k",
    "alter table k disable trigger k_trigger",
    "alter table i_parent rename constraint i_check to i_check2",
    "alter table i_parent alter v type bigint",
    "alter table i_parent alter v set statistics 5",
    "alter table i_parent alter v set (n_distinct = 5)",
    "alter table i_parent alter v set storage plain",
    "alter table i_parent alter v set not null",
    "alter table i_parent add column z int, set (fillfactor = 50)",
    "alter table i_parent drop column v",
    "alter table i_parent replica identity full",
    "alter table i_child no inherit i_parent",
    "drop table i_child cascade",
    "drop materialized view m",
    "drop table if exists nowhere, t, m_not cascade",
    "drop policy old_policy on r",
    "comment on table k is 'x'",
    "drop index f_u_idx cascade",
    "alter table k_child drop constraint if exists k_child_fkey, drop if exists nowhere",
]

MORE = """
create table k (id int, v int, r_id int references r, constraint k_pkey primary key (id)) partition by range (id);
create table k_1 partition of k for values from (0) to (100);
create table k_2 partition of k for values from (100) to (200);
create table k_rest partition of k default;
create table k_3 (id int not null, v int, r_id int);
insert into k select i, i from generate_series(1, 150) as i;
create index k_v_idx on k (v);
create table k_child (id int, k_id int constraint k_child_fkey references k);
create trigger k_trigger before insert on k for each row execute function nothing();
create table i_parent (v int constraint i_check check (v < 1000));
create table i_child (w int) inherits (i_parent);
create table i_grandchild () inherits (i_child);
insert into i_parent values (1);
insert into i_child values (1);
create function part(int) returns int immutable language sql as 'select $1';
create table uses_part (id int check (part(id) > 0), d int default part(1));
create domain small as int;
create domain smaller as small;
alter domain small add constraint late check (value > 0) not valid;
create table uses_small (a small, b text);
create table uses_smaller (a smaller);
insert into uses_small values (1), (2);
create table uses_mood (a mood, b text);
create table uses_q (a int default nextval('q'));
create view ww as select w.id, r.name from w cross join r;
create role lock_level_owner;
create table owned (id int);
alter table owned owner to lock_level_owner;
"""


@pytest.fixture(scope="module")
def larger(connection: Connection, server: embedded.Server) -> Iterator[Connection]:
    """The same and more, in a database of its own."""
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database lock_reach")
        with psycopg.connect(server.dsn("lock_reach", "postgres"), autocommit=True) as made:
            made.execute("create schema s")
            made.execute("set search_path to s")
            made.execute(SETUP.replace("create group lock_level_readers;", ""))
            made.execute(MORE)
            yield made
        admin.execute("drop database lock_reach with (force)")
        admin.execute("drop role lock_level_owner")


# Before this version a partition's lock is weaker than is told.
STRONGER_SINCE = {"alter table k add constraint k_v_key unique (id, v)": 18}

# PostgreSQL locks what a role owns; told is everything, because what it owns then cannot be known.
WIDE = {"drop owned by lock_level_owner"}


@pytest.mark.parametrize("text", REACHED)
def test_tables_that_a_statement_does_not_name_are_reached(text: str, larger: Connection) -> None:
    names: dict[int, str] = dict(larger.execute(TABLES).fetchall())
    oids = list(names)
    effects = assess(one(text), KNOWN)
    effects = merged([*effects, *Reach(larger).beyond(one(text), effects)])
    with larger.transaction(force_rollback=True):
        before = {names[oid]: node for oid, node, _ in larger.execute(STATE, [oids])}
        larger.execute(text.encode())
        locks = observed([(names[oid], mode) for oid, mode in larger.execute(LOCKS, [oids])])
        after = {names[oid]: node for oid, node, _ in larger.execute(STATE, [oids])}
    if text in WIDE:
        assert told(effects).items() >= locks.items()
        return
    if larger.info.server_version < STRONGER_SINCE.get(text, 0) * 10000:
        assert told(effects).keys() == locks.keys()
        assert all(STRENGTH.index(lock) >= STRENGTH.index(locks[name]) for name, lock in told(effects).items())
        return
    assert {n: lock for n, lock in told(effects).items() if n in names.values()} == locks
    kept = {name for name in before.keys() & after.keys() if before[name] is not None}
    rewritten = {name for name in kept if after[name] != before[name]}
    assert {effect.table for effect in effects if effect.rewrites} & kept == rewritten


ALONE = [
    ("create index concurrently t_g_idx on t (g)", "t"),
    ("drop index concurrently t_c_idx", "t"),
    ("reindex index concurrently t_pkey", "t"),
    ("reindex table concurrently t", "t"),
    ("vacuum t", "t"),
    ("vacuum full t", "t"),
    ("alter table p detach partition p_1 concurrently", "p"),
]


@pytest.mark.parametrize(("text", "table"), ALONE)
def test_what_runs_outside_a_transaction_locks_what_is_said(
    text: str, table: str, connection: Connection, server: embedded.Server
) -> None:
    """Another transaction keeps the statement waiting, while its locks are looked at."""
    effects = assess(one(text), KNOWN)
    expected = strongest(effect for effect in effects if effect.table == table or effect.kind == "index")
    with (
        psycopg.connect(server.dsn("lock_levels", "postgres"), options="-c search_path=s", autocommit=True) as worker,
        psycopg.connect(server.dsn("lock_levels", "postgres"), options="-c search_path=s") as holder,
    ):
        # What does not wait for writers, or not while it holds its lock, is kept waiting for the lock itself.
        waits_for_writers = "index" in text
        mode = "row exclusive" if waits_for_writers else "share update exclusive"
        holder.execute(f"lock table t, p in {mode} mode")
        thread = threading.Thread(target=lambda: worker.execute(text.encode()))
        thread.start()
        seen: set[str] = set()
        deadline = time.monotonic() + 5
        query = "select mode from pg_locks where pid = %s and relation = %s::regclass"
        while time.monotonic() < deadline and expected not in seen:
            seen.update(in_words(row[0]) for row in connection.execute(query, [worker.info.backend_pid, table]))
            time.sleep(0.01)
        holder.rollback()
        thread.join()
        if text.startswith("drop index"):
            connection.execute("create index t_c_idx on t (c)")
    assert expected in seen
    assert max(seen, key=STRENGTH.index) == expected


def test_nobody_waits_for_what_the_same_plan_made() -> None:
    text = (
        "create table x (id int); create index on x (id); alter table x rename to y; alter table y add z int unique;"
        "create table z (y_id int references y, t_id int references t); alter table t add u int; drop table y;"
    )
    effects = assess_all(split(text))
    waits = [{effect.table for effect in each if effect.blocks != "nothing"} for each in effects]
    assert waits == [set(), set(), set(), set(), {"t"}, {"t"}, set()]
    assert {effect.table for each in effects for effect in each if effect.is_new} == {"x", "y", "z"}


def test_what_may_have_been_there_before_is_not_new() -> None:
    _, effects = assess_all(split("create table if not exists x (id int); alter table x add y int;"))
    assert [(effect.table, effect.blocks) for effect in effects] == [("x", "reads and writes")]


@pytest.mark.parametrize(
    "text",
    ["do $$ begin execute 'drop table t'; end $$", "select f()", "with a as (select 1) select f() from a", "call f()"],
)
def test_what_runs_code_is_said_to_be_unknown(text: str) -> None:
    assert [(effect.table, effect.lock, effect.blocks) for effect in assess(one(text))] == [(None, UNKNOWN, "unknown")]


def test_a_form_that_is_not_known_is_never_called_harmless() -> None:
    (effect,) = assess(one("frobnicate table t"))
    assert effect.lock == UNKNOWN
    (effect,) = assess(one("alter table t frobnicate"))
    assert effect.lock == ACCESS_EXCLUSIVE


def test_without_the_server_the_worse_case_is_assumed() -> None:
    for text in (
        "alter table t alter a type int",
        "alter table t add x int default steady()",
    ):
        assert [effect.rewrites for effect in assess(one(text))] == [True]
        assert [effect.rewrites for effect in assess(one(text), KNOWN)] == [False]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("alter table t add x int", "reads and writes"),
        ("create index on t (a)", "writes"),
        ("create index concurrently on t (a)", "schema changes"),
        ("insert into t values (1)", "nothing"),
    ],
)
def test_who_waits(text: str, blocks: str) -> None:
    assert [effect.blocks for effect in assess(one(text))] == [blocks]


def test_a_constraint_that_goes_is_named_for_its_other_end() -> None:
    assert [effect.constraint for effect in assess(one("alter table f drop constraint if exists f_t_fkey"))] == [
        "f_t_fkey"
    ]
    assert [effect.constraint for effect in assess(one("drop table f, t cascade"))] == ["*", "*"]


def test_every_statement_of_the_project_s_migrations_is_understood() -> None:
    for path in sorted(sources.tree().migrations.glob("*.sql")):
        for statement, effects in zip(split(path.read_text()), assess_all(split(path.read_text())), strict=True):
            is_known = all(effect.lock != UNKNOWN for effect in effects)
            assert is_known or statement.words[0] == "do", statement.first_line
