"""Drift: whatever is changed by hand is named, and once it is undone the school is clean again."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from pgacademy import baselines, embedded, migrations, roles, rollbacks, snapshot, verification
from pgacademy.baselines import BaselineReport
from pgacademy.cli import load
from pgacademy.cli.exit_codes import DRIFTED, PENDING
from pgacademy.connection import Connection, connect
from pgacademy.errors import LockBusy, MigrationError, NotAllowed, SchoolMissing, UsageError
from pgacademy.sources import Tree
from tests.lib.conftest import Yard

# -- a school with a thing of every kind ------------------------------------------------------------------------------

FILES = {
    "migrations/0001.create-all.sql": """-- depends:
create type mood as enum ('good', 'bad');
create type pair as (a int, b text);
create domain small as int constraint small_check check (value < 10);
create sequence numbers;
create function twice(p int) returns int language sql immutable begin atomic select p * 2; end;
create table notes (
    id bigint generated always as identity constraint notes_pkey primary key,
    body text not null default 'x' constraint notes_body_check check (body <> ''),
    feeling mood,
    amount small,
    made date,
    size int generated always as (twice(1)) stored
);
create unique index notes_body_idx on notes (body);
create table parts (
    id bigint constraint parts_pkey primary key,
    note_id bigint not null constraint parts_note_id_fkey references notes on delete cascade
);
create index parts_note_id_idx on parts (note_id);
create statistics notes_statistics on body, feeling from notes;
create materialized view counts as select count(*) as n from notes;
create rule nothing as on delete to parts do instead nothing;
create table days (day date not null, constraint days_pkey primary key (day)) partition by range (day);
alter table notes enable row level security;
alter table parts enable row level security;
comment on table notes is 'Notes.';
comment on column notes.body is 'Text.';
comment on constraint notes_pkey on notes is 'Key.';
""",
    "functions/notes/shout.sql": """create or replace function shout(p_text text) returns text
language plpgsql immutable set search_path from current as $$
begin
    return upper(p_text);
end;
$$;
comment on function shout is 'Loud.';
grant execute on function shout to pgacademy_student;
""",
    "functions/notes/touch.sql": """create or replace function touch() returns trigger language plpgsql
set search_path from current as $$ begin return new; end $$;
""",
    "views/notes/loud.sql": """create view loud with (security_invoker = true) as
select id, shout(body) as body from notes;
grant select on loud to pgacademy_student;
""",
    "sql/triggers/notes.sql": """create or replace trigger touch before insert on notes
for each row execute function touch();
""",
    "sql/policies/notes.sql": """drop policy if exists see on notes;
create policy see on notes for select to pgacademy_student using (id > 0);
""",
    "sql/grants/student.sql": "grant select, update (body) on notes to pgacademy_student;\n",
}


@dataclass
class School:
    dsn: str
    tree: Tree

    def run(self, *statements: str) -> None:
        """Runs statements as the school's owner, unqualified names being the school's."""
        with connect(self.dsn) as connection:
            connection.execute("set role hill_owner")
            connection.execute("set search_path to hill, extensions, pg_temp")
            for statement in statements:
                connection.execute(statement)

    def verify(self, dsn: str | None = None) -> verification.Verification:
        return verification.verify(dsn or self.dsn, "hill", tree_=self.tree)


Made = tuple[School, snapshot.Shipped]


@pytest.fixture(scope="module")
def made(
    server: embedded.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[School, snapshot.Shipped]]:
    """The school `hill` of the files above, and what it looks like, measured on a school of another name."""
    root = tmp_path_factory.mktemp("tree")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database verification owner pgacademy_deploy")
    school = School(server.dsn("verification"), Tree(root))
    with connect(school.dsn) as connection:
        for name in ("hill", "model"):
            roles.apply_roles(connection, name)
            migrations.migrate(school.dsn, name, tree_=school.tree)
        connection.execute("set role model_owner")
        taken = snapshot.take(connection, "model")
    yield school, snapshot.read(snapshot.write(snapshot.fingerprint(school.tree), [taken]))
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("drop database verification with (force)")


@pytest.fixture
def school(made: Made, monkeypatch: pytest.MonkeyPatch) -> School:
    monkeypatch.setattr(snapshot, "shipped", lambda: made[1])
    return made[0]


NEW, OLD = "extra", "missing"
VIEW = FILES["views/notes/loud.sql"]

# What somebody does, how it is undone, and the entry that names it: object, kind, name, attribute, state.
DRIFTS = [
    # tables
    ("create table more (id int)", "drop table more", "table more", "table", "", "", NEW),
    ("alter table parts disable row level security", "alter table parts enable row level security",
     "table parts", "table", "", "row security", "different"),
    ("alter table parts force row level security", "alter table parts no force row level security",
     "table parts", "table", "", "row security", "different"),
    ("alter table parts set (fillfactor = 70)", "alter table parts reset (fillfactor)",
     "table parts", "table", "", "options", "different"),
    ("alter table parts set unlogged", "alter table parts set logged",
     "table parts", "table", "", "persistence", "different"),
    ("alter table parts replica identity full", "alter table parts replica identity default",
     "table parts", "table", "", "replica identity", "different"),
    ("alter table days add column more int", "alter table days drop column more",
     "table days", "column", "more", "", NEW),
    # columns
    ("alter table notes add column more int", "alter table notes drop column more",
     "table notes", "column", "more", "", NEW),
    ("alter table notes rename made to done", "alter table notes rename done to made",
     "table notes", "column", "made", "", OLD),
    ("alter table parts alter note_id drop not null", "alter table parts alter note_id set not null",
     "table parts", "column", "note_id", "", "different"),
    ("alter table notes alter body set default 'y'", "alter table notes alter body set default 'x'",
     "table notes", "column", "body", "", "different"),
    ("alter table notes alter id set generated by default", "alter table notes alter id set generated always",
     "table notes", "column", "id", "", "different"),
    ("alter table notes alter size drop expression",
     "alter table notes drop column size; alter table notes add column size int generated always as (twice(1)) stored",
     "table notes", "column", "size", "", "different"),
    ("alter table notes alter made set statistics 500", "alter table notes alter made set statistics -1",
     "table notes", "column", "made", "", "different"),
    ("alter table notes alter body set storage external", "alter table notes alter body set storage extended",
     "table notes", "column", "body", "", "different"),
    # constraints
    ("alter table notes drop constraint notes_body_check",
     "alter table notes add constraint notes_body_check check (body <> '')",
     "table notes", "constraint", "notes_body_check", "", OLD),
    ("alter table parts add constraint more_check check (id > 0) not valid",
     "alter table parts drop constraint more_check",
     "table parts", "constraint", "more_check", "", NEW),
    ("alter table parts alter constraint parts_note_id_fkey deferrable",
     "alter table parts alter constraint parts_note_id_fkey not deferrable",
     "table parts", "constraint", "parts_note_id_fkey", "", "different"),
    # indexes
    ("drop index parts_note_id_idx", "create index parts_note_id_idx on parts (note_id)",
     "table parts", "index", "parts_note_id_idx", "", OLD),
    ("create index more_idx on parts (id, note_id)", "drop index more_idx",
     "table parts", "index", "more_idx", "", NEW),
    ("alter index parts_note_id_idx set (fillfactor = 50)", "alter index parts_note_id_idx reset (fillfactor)",
     "table parts", "index", "parts_note_id_idx", "", "different"),
    # sequences
    ("alter sequence numbers increment 5", "alter sequence numbers increment 1",
     "sequence numbers", "sequence", "", "definition", "different"),
    ("create sequence more", "drop sequence more", "sequence more", "sequence", "", "", NEW),
    # triggers
    ("drop trigger touch on notes", FILES["sql/triggers/notes.sql"], "table notes", "trigger", "touch", "", OLD),
    ("alter table notes disable trigger touch", "alter table notes enable trigger touch",
     "table notes", "trigger", "touch", "", "different"),
    ("create trigger more after delete on notes for each row execute function touch()", "drop trigger more on notes",
     "table notes", "trigger", "more", "", NEW),
    # policies
    ("drop policy see on notes", FILES["sql/policies/notes.sql"], "table notes", "policy", "see", "", OLD),
    ("alter policy see on notes using (true)", "alter policy see on notes using (id > 0)",
     "table notes", "policy", "see", "using", "different"),
    ("alter policy see on notes to public", "alter policy see on notes to pgacademy_student",
     "table notes", "policy", "see", "roles", "different"),
    ("create policy more on notes for update to pgacademy_student using (true) with check (true)",
     "drop policy more on notes", "table notes", "policy", "more", "", NEW),
    # functions
    ("create or replace function shout(p_text text) returns text language plpgsql immutable "
     "set search_path from current as $$ begin return p_text; end $$", FILES["functions/notes/shout.sql"],
     "function shout(text)", "function", "", "body", "different"),
    ("alter function shout(text) security definer", "alter function shout(text) security invoker",
     "function shout(text)", "function", "", "properties", "different"),
    ("alter function shout(text) set search_path to public", FILES["functions/notes/shout.sql"],
     "function shout(text)", "function", "", "settings", "different"),
    ("create or replace function twice(p int) returns int language sql immutable begin atomic select p * 3; end",
     "create or replace function twice(p int) returns int language sql immutable begin atomic select p * 2; end",
     "function twice(integer)", "function", "", "statements", "different"),
    ("create function more() returns int language sql as 'select 1'", "drop function more",
     "function more()", "function", "", "", NEW),
    ("create procedure more() language sql as ''", "drop procedure more", "procedure more()", "procedure", "", "", NEW),
    # views
    ("create or replace view loud with (security_invoker = true) as select id, body from notes",
     "create or replace view loud with (security_invoker = true) as select id, shout(body) as body from notes",
     "view loud", "view", "", "query", "different"),
    ("alter view loud reset (security_invoker)", "alter view loud set (security_invoker = true)",
     "view loud", "view", "", "options", "different"),
    ("drop view loud", VIEW, "view loud", "view", "", "", OLD),
    ("create view more as select 1 as n", "drop view more", "view more", "view", "", "", NEW),
    ("drop materialized view counts", "create materialized view counts as select count(*) as n from notes",
     "materialized view counts", "materialized view", "", "", OLD),
    # types
    ("alter type pair add attribute c int", "alter type pair drop attribute c", "type pair", "column", "c", "", NEW),
    ("alter domain small set default 1", "alter domain small drop default",
     "type small", "type", "", "definition", "different"),
    ("alter domain small drop constraint small_check",
     "alter domain small add constraint small_check check (value < 10)",
     "type small", "constraint", "small_check", "", OLD),
    # statistics, rules, what else there is
    ("drop statistics notes_statistics", "create statistics notes_statistics on body, feeling from notes",
     "table notes", "statistics", "notes_statistics", "", OLD),
    ("drop rule nothing on parts", "create rule nothing as on delete to parts do instead nothing",
     "table parts", "rule", "nothing", "", OLD),
    ("create collation more from \"C\"", "drop collation more", "collation more", "collation", "", "", NEW),
    # grants
    ("grant insert on notes to pgacademy_student", "revoke insert on notes from pgacademy_student",
     "table notes", "grant", "to pgacademy_student", "", "different"),
    ("grant select on parts to public", "revoke select on parts from public",
     "table parts", "grant", "to public", "", NEW),
    ("revoke update (body) on notes from pgacademy_student", "grant update (body) on notes to pgacademy_student",
     "table notes", "grant", "on body to pgacademy_student", "", OLD),
    ("revoke execute on function shout(text) from pgacademy_student",
     "grant execute on function shout(text) to pgacademy_student",
     "function shout(text)", "grant", "to pgacademy_student", "", OLD),
    ("grant usage on sequence numbers to pgacademy_student with grant option",
     "revoke usage on sequence numbers from pgacademy_student",
     "sequence numbers", "grant", "to pgacademy_student", "", NEW),
    ("revoke usage on type mood from public", "grant usage on type mood to public",
     "type mood", "grant", "to public", "", OLD),
    ("grant create on schema hill to hill_student", "revoke create on schema hill from hill_student",
     "schema", "grant", "to <school>_student", "", "different"),
    ("revoke delete on notes from hill_owner", "grant delete on notes to hill_owner",
     "table notes", "grant", "to the owner <school>_owner", "", NEW),
    ("alter default privileges in schema hill grant select on tables to pgacademy_student",
     "alter default privileges in schema hill revoke select on tables from pgacademy_student",
     "default privileges", "default privileges", "tables in the school", "", NEW),
    ("alter default privileges grant execute on functions to public",
     "alter default privileges revoke execute on functions from public",
     "default privileges", "default privileges", "functions", "", OLD),
    # comments
    ("comment on table notes is 'Other.'", "comment on table notes is 'Notes.'",
     "table notes", "comment", "", "", "different"),
    ("comment on column notes.body is null", "comment on column notes.body is 'Text.'",
     "table notes", "comment", "column body", "", OLD),
    ("comment on function shout(text) is null", "comment on function shout(text) is 'Loud.'",
     "function shout(text)", "comment", "", "", OLD),
    ("comment on constraint notes_pkey on notes is 'Other.'", "comment on constraint notes_pkey on notes is 'Key.'",
     "table notes", "comment", "constraint notes_pkey", "", "different"),
    ("comment on index parts_note_id_idx is 'New.'", "comment on index parts_note_id_idx is null",
     "index parts_note_id_idx", "comment", "", "", NEW),
    ("comment on policy see on notes is 'New.'", "comment on policy see on notes is null",
     "table notes", "comment", "policy see", "", NEW),
    # last, for it cannot be undone
    ("alter type mood add value 'so-so'", None, "type mood", "type", "", "definition", "different"),
]  # fmt: skip


# What only an administrator does, how it is undone, and the entry that names it. The path is that of the school.
BY_ADMINISTRATORS = [
    # the index of a constraint
    ("update pg_index set indisvalid = false where indexrelid = 'notes_pkey'::regclass",
     "update pg_index set indisvalid = true where indexrelid = 'notes_pkey'::regclass",
     "table notes", "constraint", "notes_pkey", "", "different"),
    ("alter index notes_pkey set (fillfactor = 40)", "alter index notes_pkey reset (fillfactor)",
     "table notes", "constraint", "notes_pkey", "", "different"),
    ("alter table notes cluster on notes_pkey", "alter table notes set without cluster",
     "table notes", "constraint", "notes_pkey", "", "different"),
    ("alter index notes_pkey set tablespace elsewhere", "alter index notes_pkey set tablespace pg_default",
     "table notes", "constraint", "notes_pkey", "", "different"),
    # where things are
    ("alter table notes cluster on notes_body_idx", "alter table notes set without cluster",
     "table notes", "index", "notes_body_idx", "", "different"),
    ("alter table parts set tablespace elsewhere", "alter table parts set tablespace pg_default",
     "table parts", "table", "", "tablespace", "different"),
    ("alter index parts_note_id_idx set tablespace elsewhere",
     "alter index parts_note_id_idx set tablespace pg_default",
     "table parts", "index", "parts_note_id_idx", "", "different"),
    # who gets the rows
    ("create publication all_notes for table notes (id, body) where (id > 5)", "drop publication all_notes",
     "table notes", "publication", "all_notes", "", NEW),
    ("create publication whole for tables in schema hill", "drop publication whole",
     "schema", "publication", "whole", "", NEW),
    ("alter default privileges for role hill_service in schema hill grant select on tables to public",
     "alter default privileges for role hill_service in schema hill revoke select on tables from public",
     "default privileges", "default privileges", "tables in the school by <school>_service", "", NEW),
    # what stands on it from outside
    ("create table public.more (id bigint constraint more_fkey references notes)", "drop table public.more",
     "table notes", "constraint from outside", "public.more more_fkey", "", NEW),
    ("create table public.more () inherits (parts)", "drop table public.more",
     "table parts", "child outside", "public.more", "", NEW),
    ("create table public.more partition of days for values from ('2026-01-01') to ('2027-01-01')",
     "drop table public.more", "table days", "child outside", "public.more", "", NEW),
    # what its names may be taken for
    ("create function extensions.more() returns int language sql as 'select 1'", "drop function extensions.more",
     "extensions schema", "function", "more()", "", NEW),
    ("create table extensions.more (id int)", "drop table extensions.more",
     "extensions schema", "table", "more", "", NEW),
    ("create type extensions.more as enum ('a')", "drop type extensions.more",
     "extensions schema", "type", "more", "", NEW),
    ("create operator extensions.=== (leftarg = int, rightarg = int, function = int4eq)",
     "drop operator extensions.=== (int, int)", "extensions schema", "operator", "===(integer,integer)", "", NEW),
    # roles
    ("set role pgacademy_deploy; revoke pgacademy_student from hill_student; reset role",
     "set role pgacademy_deploy; grant pgacademy_student to hill_student; reset role",
     "role hill_student", "member", "of pgacademy_student", "", OLD),
    ("grant hill_admin to hill_student", "revoke hill_admin from hill_student",
     "role hill_student", "member", "of hill_admin", "", NEW),
    ("grant pgacademy_admin to hill_student", "revoke pgacademy_admin from hill_student",
     "role hill_student", "member", "of pgacademy_admin", "", NEW),
    ("grant pg_read_all_data to hill_owner", "revoke pg_read_all_data from hill_owner",
     "role hill_owner", "member", "of pg_read_all_data", "", NEW),
    ("grant pgacademy_student to hill_student with admin option",
     "revoke admin option for pgacademy_student from hill_student",
     "role hill_student", "member", "of pgacademy_student with admin option", "", NEW),
    ("alter role hill_student bypassrls", "alter role hill_student nobypassrls",
     "role hill_student", "attribute", "bypassrls", "", NEW),
    ("alter role hill_owner replication", "alter role hill_owner noreplication",
     "role hill_owner", "attribute", "replication", "", NEW),
    ("alter role pgacademy_student login", "alter role pgacademy_student nologin",
     "role pgacademy_student", "attribute", "login", "", NEW),
]  # fmt: skip


@pytest.fixture(scope="module")
def administrator(made: Made, server: embedded.Server) -> Iterator[Connection]:
    """A superuser's connection to the school's database, which has a tablespace `elsewhere`."""
    dsn = server.dsn("verification", "postgres")
    with psycopg.connect(dsn, autocommit=True, options="-c search_path=hill,extensions") as admin:
        admin.execute("set allow_in_place_tablespaces = on")
        admin.execute("create tablespace elsewhere location ''")
        admin.execute("set allow_system_table_mods = on")
        admin.execute("set client_min_messages = error")
        yield admin
        admin.execute("drop tablespace elsewhere")


@pytest.mark.late
@pytest.mark.parametrize("drift", BY_ADMINISTRATORS, ids=[drift[0][:60] for drift in BY_ADMINISTRATORS])
def test_what_an_administrator_did_is_named_and_its_undoing_seen(
    school: School, administrator: Connection, drift: tuple[str, str, str, str, str, str, str]
) -> None:
    statement, undo, *entry = drift
    administrator.execute(statement)
    try:
        found = school.verify()
    finally:
        administrator.execute(undo)
    told = [[item.object, item.kind, item.name, item.attribute, item.state] for item in found.differences]
    assert told == [entry]
    assert found.has_drifted
    assert school.verify().differences == ()


def test_what_mends_a_role_is_told_and_does(school: School, administrator: Connection) -> None:
    administrator.execute("alter role hill_student bypassrls createdb")
    administrator.execute("grant hill_admin to hill_student")
    found = school.verify()
    assert len(found.mending) == 3
    for statement in found.mending:
        administrator.execute(statement)
    assert school.verify().is_clean
    assert school.verify().mending == ()


def test_roles_are_looked_at_even_when_the_school_is_behind(
    school: School, administrator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "compare", lambda *_: pytest.fail("compared"))
    school.run(
        "insert into schema_steps (migration_id, sha256, duration_ms, library_version, finished_at) "
        "values ('0001.create-all.more', 'x', 0, '0', null)"
    )
    administrator.execute("alter role hill_student createdb")
    try:
        found = school.verify()
    finally:
        administrator.execute("alter role hill_student nocreatedb")
        school.run("delete from schema_steps where finished_at is null")
    assert not found.objects_compared
    assert [(item.object, item.name) for item in found.differences] == [("role hill_student", "createdb")]


def test_what_is_planted_beside_the_extensions_shows_in_a_comparison_with_a_rebuild(
    school: School, administrator: Connection
) -> None:
    administrator.execute("create function extensions.more() returns int language sql as 'select 1'")
    try:
        found = verification.verify(school.dsn, "hill", scratch_dsn=school.dsn, tree_=school.tree)
    finally:
        administrator.execute("drop function extensions.more")
    assert ("extensions schema", "more()") in {(item.object, item.name) for item in found.differences}


def test_whether_it_is_a_development_school_is_told_and_no_drift(school: School) -> None:
    assert not school.verify().is_development
    release = school.verify().school_version
    school.run(f"comment on schema hill is 'pgacademy {release}: a development school.'")
    found = school.verify()
    school.run(f"comment on schema hill is 'pgacademy {release}: a school.'")
    assert (found.is_development, found.is_clean) == (True, True)


@pytest.mark.late
@pytest.mark.parametrize("drift", DRIFTS, ids=[drift[0][:60] for drift in DRIFTS])
def test_drift_is_named_and_its_undoing_seen(
    school: School, drift: tuple[str, str | None, str, str, str, str, str]
) -> None:
    statement, undo, *entry = drift
    school.run(statement)
    found = school.verify()
    told = [[item.object, item.kind, item.name, item.attribute, item.state] for item in found.differences]
    assert entry in told
    assert found.has_drifted
    assert len(told) <= 2  # one thing was done; a renamed column is one missing and one extra
    if undo is None:  # a value of an enum cannot be taken away
        return
    school.run(undo)
    assert school.verify().differences == ()


@pytest.mark.parametrize(
    ("thing", "entry"),
    [
        ("table parts", "table parts"),
        ("view loud", "view loud"),
        ("materialized view counts", "materialized view counts"),
        ("sequence numbers", "sequence numbers"),
        ("function shout(text)", "function shout(text)"),
        ("domain small", "type small"),
        ("schema hill", "schema"),
    ],
)
def test_another_owner(school: School, server: embedded.Server, thing: str, entry: str) -> None:
    dsn = server.dsn("verification", "postgres")
    with psycopg.connect(dsn, autocommit=True, options="-c search_path=hill") as admin:
        admin.execute(f"alter {thing} owner to hill_service")
        try:
            told = [(item.object, item.attribute, item.found) for item in school.verify(dsn).differences]
            assert (entry, "owner", "<school>_service") in told
        finally:
            admin.execute(f"alter {thing} owner to hill_owner")


def test_all_that_differs_is_told_at_once(school: School) -> None:
    school.run("alter table parts drop column note_id", "comment on table notes is null")
    told = {(item.object, item.kind, item.name, item.state) for item in school.verify().differences}
    assert told >= {
        ("table parts", "column", "note_id", "missing"),
        ("table parts", "constraint", "parts_note_id_fkey", "missing"),
        ("table parts", "index", "parts_note_id_idx", "missing"),
        ("table notes", "comment", "", "missing"),
    }
    school.run(
        "alter table parts add column note_id bigint not null "
        "constraint parts_note_id_fkey references notes on delete cascade",
        "create index parts_note_id_idx on parts (note_id)",
        "comment on table notes is 'Notes.'",
    )


# -- files ------------------------------------------------------------------------------------------------------------

SILENCED = "create or replace function academy.shout(p_text text) returns text language sql immutable as 'select null'"


def table(name: str) -> str:
    return f"create table {name} (id int primary key);\n"


@pytest.fixture
def measured(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """The yard, migrated, with a snapshot of what its tree makes now."""
    yard.write(
        "migrations/0005.create-more.sql", "-- depends: 0002.protect-notes\ncreate table more (id int primary key);\n"
    )
    yard.migrate()
    remeasure(yard, monkeypatch)
    return yard


def remeasure(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner")
        taken = snapshot.take(connection, "academy")
    shipped = snapshot.read(snapshot.write(snapshot.fingerprint(yard.tree), [taken]))
    monkeypatch.setattr(snapshot, "shipped", lambda: shipped)


def verified(yard: Yard, dsn: str | None = None) -> verification.Verification:
    return verification.verify(dsn or yard.dsn, "academy", tree_=yard.tree)


def files(found: verification.Verification) -> verification.Files:
    assert found.files is not None
    return found.files


def test_an_edited_file(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.write("migrations/0001.create-notes.sql", "-- depends:\ncreate table notes (id int primary key);\n")
    remeasure(measured, monkeypatch)
    found = verified(measured)
    assert files(found).edited == ("0001.create-notes",)
    assert found.has_drifted


def test_a_file_that_is_gone(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.remove("migrations/0005.create-more.sql")
    remeasure(measured, monkeypatch)
    found = verified(measured)
    assert files(found).unknown == ("0005.create-more",)
    assert found.has_drifted


def test_a_late_file(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.write("migrations/0003.late.sql", table("late"))
    remeasure(measured, monkeypatch)
    found = verified(measured)
    assert (files(found).late, files(found).pending) == (("0003.late",), ())
    assert found.has_drifted


def test_pending_migrations_come_first(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.write("migrations/0006.last.sql", "-- depends: 0005.create-more\n" + table("last"))
    remeasure(measured, monkeypatch)
    measured.run("create table academy.by_hand (id int)")
    found = verified(measured)
    assert files(found).pending == ("0006.last",)
    assert (found.objects_compared, found.differences, found.is_pending, found.has_drifted) == (False, (), True, False)


def test_a_changed_function_waits_and_the_rest_is_compared(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (measured.root / "functions/notes/shout.sql").read_text()
    measured.write("functions/notes/shout.sql", text.replace("upper", "lower"))
    remeasure(measured, monkeypatch)
    measured.run(
        "create or replace function academy.shout(p_text text) returns text language sql immutable as 'select null'"
    )
    measured.run("create table academy.by_hand (id int)")
    found = verified(measured)
    assert files(found).changed == ("functions/notes/shout.sql",)
    assert [item.object for item in found.differences] == ["table by_hand"]
    assert found.is_pending


def test_a_dropped_view_is_drift_not_work_to_do(measured: Yard) -> None:
    measured.run("drop view academy.few_notes")
    found = verified(measured)
    assert [(item.object, item.state) for item in found.differences] == [("view few_notes", "missing")]
    assert not found.is_pending


def test_a_step_that_was_only_begun(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.write("migrations/0006.index.sql", "-- transactional: false\ncreate index concurrently i on more (id);\n")
    remeasure(measured, monkeypatch)
    measured.run(
        "insert into academy.schema_steps (migration_id, sha256, duration_ms, library_version, finished_at) "
        "values ('0006.index', 'x', 0, '0', null)"
    )
    found = verified(measured)
    assert files(found).unfinished == ("0006.index",)
    assert found.is_pending
    assert not found.objects_compared


def test_another_tree_than_the_snapshots(measured: Yard) -> None:
    measured.write("functions/notes/more.sql", "create or replace function more() returns int language sql as '';\n")
    with pytest.raises(MigrationError) as caught:
        verified(measured)
    assert "--scratch-dsn" in (caught.value.hint or "")


def test_a_file_without_a_checksum_is_told_and_no_drift(measured: Yard) -> None:
    measured.run("delete from academy.schema_steps where migration_id = '0001.create-notes'")  # as yoyo leaves it
    found = verified(measured)
    assert files(found).unchecked == ("0001.create-notes",)
    assert found.is_clean


@pytest.mark.parametrize("table", ["_yoyo_migration", "schema_steps", "schema_objects"])
def test_a_table_of_the_journal_is_lost(measured: Yard, table: str) -> None:
    measured.run(f"drop table academy.{table} cascade")
    with pytest.raises(MigrationError, match=table):
        verified(measured)


def test_a_view_of_the_journal_is_lost(measured: Yard, reader: str) -> None:
    measured.run("drop view academy.schema_journal")
    for dsn, has_files in ((measured.dsn, True), (reader, False)):
        found = verified(measured, dsn)
        assert [(item.object, item.state) for item in found.differences] == [("view schema_journal", "missing")]
        assert (found.files is not None) is has_files


def test_no_such_school(measured: Yard) -> None:
    with pytest.raises(SchoolMissing):
        verification.verify(measured.dsn, "nowhere", tree_=measured.tree)


# -- who asks ---------------------------------------------------------------------------------------------------------


def login(yard: Yard, server: embedded.Server, name: str, *grants: str) -> str:
    with psycopg.connect(server.dsn(yard_database(yard), "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name} login noinherit")
        for grant in grants:
            admin.execute(grant)
    return make_conninfo(yard.dsn, user=name, options="-c default_transaction_read_only=on")


def yard_database(yard: Yard) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(yard.dsn)["dbname"])


@pytest.fixture
def reader(measured: Yard, server: embedded.Server) -> Iterator[str]:
    """A login that may read, and may not act as the owner."""
    yield login(measured, server, "verify_reader", "grant academy_analyst to verify_reader")
    with psycopg.connect(server.dsn(yard_database(measured), "postgres"), autocommit=True) as admin:
        admin.execute("drop owned by verify_reader")
        admin.execute("drop role verify_reader")


def test_a_login_that_only_reads(measured: Yard, reader: str) -> None:
    found = verified(measured, reader)
    assert found.is_clean
    assert found.files == verification.Files()
    measured.run("create table academy.by_hand (id int)")
    assert [item.object for item in verified(measured, reader).differences] == ["table by_hand"]


def test_a_login_that_may_use_the_schema_and_nothing_else(measured: Yard, reader: str, server: embedded.Server) -> None:
    with psycopg.connect(server.dsn(yard_database(measured), "postgres"), autocommit=True) as admin:
        admin.execute("revoke academy_analyst from verify_reader")
    with pytest.raises(NotAllowed):
        verified(measured, reader)
    measured.run("grant usage on schema academy to verify_reader")
    found = verified(measured, reader)
    assert found.files is None
    told = [(item.object, item.kind, item.name) for item in found.differences]
    assert told == [("schema", "grant", "to verify_reader")]  # which is a grant that the tree does not know


def test_who_cannot_read_the_journal_goes_by_the_release(
    measured: Yard, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_READERS", ("student",))
    with psycopg.connect(measured.dsn, autocommit=True) as connection:
        connection.execute("grant academy_student to verify_reader")
    measured.run("comment on schema academy is 'pgacademy 0.0.1: a school.'")
    found = verified(measured, reader)
    assert (found.files, found.school_version, found.objects_compared, found.is_pending) == (None, "0.0.1", False, True)


def test_it_does_not_wait_for_ever(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "LOCK_TIMEOUT", "100ms")
    with connect(measured.dsn) as other, other.transaction():
        other.execute("set local role academy_owner")
        other.execute("lock table academy.notes in access exclusive mode")
        with pytest.raises(LockBusy):
            verified(measured)


# -- mending ----------------------------------------------------------------------------------------------------------


def test_repair_applies_the_files_again(measured: Yard) -> None:
    measured.run(
        "create or replace function academy.shout(p_text text) returns text language sql immutable as 'select null'"
    )
    measured.run("drop policy read on academy.notes")
    measured.run("create policy more on academy.notes using (true)")
    measured.run("drop trigger no_empty on academy.notes")
    measured.run("revoke select on academy.notes from pgacademy_student")
    measured.run("grant delete on academy.more to pgacademy_student")
    measured.run("drop view academy.few_notes")
    measured.run("create table academy.by_hand (id int)")
    done = verification.repair(measured.dsn, verified(measured), tree_=measured.tree)
    assert set(done) == {
        "functions/notes/shout.sql",
        "views/notes/few_notes.sql",
        "sql/policies/notes.sql",
        "sql/triggers/notes.sql",
        "sql/grants/student.sql",
    }
    left = verified(measured)
    assert [(item.object, item.state) for item in left.differences] == [("table by_hand", "extra")]
    assert verification.repair(measured.dsn, left, tree_=measured.tree) == []


def test_repair_brings_back_what_the_engine_makes(measured: Yard) -> None:
    measured.run("alter default privileges grant execute on functions to public")
    measured.run("revoke usage on schema academy from academy_student")
    found = verified(measured)
    assert {item.object for item in found.differences} == {"default privileges", "schema"}
    assert verification.repair(measured.dsn, found, tree_=measured.tree) == []
    assert verified(measured).is_clean


def test_repair_refuses_a_school_that_is_behind(measured: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    measured.run("drop policy read on academy.notes")
    found = verified(measured)
    measured.write("migrations/0006.last.sql", table("last"))
    remeasure(measured, monkeypatch)
    behind = dataclasses.replace(found, objects_compared=False)
    with pytest.raises(UsageError):
        verification.repair(measured.dsn, behind, tree_=measured.tree)


# -- a rebuild --------------------------------------------------------------------------------------------------------


def scratch_roles(dsn: str) -> list[str]:
    with connect(dsn) as connection:
        found = connection.execute("select rolname::text from pg_roles where rolname ~ '^verify_scratch' order by 1")
        return [row[0] for row in found]


@pytest.mark.late
def test_any_tree_can_be_compared_with_a_rebuild(yard: Yard) -> None:
    yard.migrate()
    assert verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree).is_clean
    yard.run("alter table academy.notes alter body set not null")
    found = verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree)
    assert [(item.object, item.name, item.expected, item.found) for item in found.differences] == [
        ("table notes", "body", "text", "text not null")
    ]
    assert scratch_roles(yard.dsn) == []
    assert yard.ask("select count(*) from pg_namespace where nspname like 'verify%%'") == [0]


@pytest.mark.late
def test_what_a_killed_rebuild_left_behind_is_dropped_by_the_next(yard: Yard) -> None:
    yard.migrate()
    source = (
        "import sys, time; from pathlib import Path\n"
        "from pgacademy import scratch; from pgacademy.sources import Tree\n"
        "with scratch.school(sys.argv[1], int(sys.argv[3]), Tree(Path(sys.argv[2]))) as (_, name):\n"
        "    print(name, flush=True); time.sleep(60)\n"
    )
    with connect(yard.dsn) as connection:
        version = str(connection.info.server_version // 10000)
    process = subprocess.Popen(
        [sys.executable, "-c", source, yard.dsn, str(yard.root), version],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    # One that is at work is let alone.
    verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree)
    assert f"{name}_owner" in scratch_roles(yard.dsn)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while scratch_roles(yard.dsn) and time.monotonic() < deadline:  # the server has to notice first
        verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree)
    assert scratch_roles(yard.dsn) == []


def test_a_rebuild_that_fails_leaves_nothing(yard: Yard) -> None:
    yard.migrate()
    yard.write("views/notes/bad.sql", "create view bad as select nothing from notes;\n")
    with pytest.raises(MigrationError):
        verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree)
    assert scratch_roles(yard.dsn) == []


def test_a_scratch_server_of_another_version(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.migrate()
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner")
        taken = snapshot.take(connection, "academy")
    monkeypatch.setattr(snapshot, "take", lambda *_: snapshot.Snapshot(taken.server - 1, taken.rows))
    with pytest.raises(UsageError):
        verification.verify(yard.dsn, "academy", scratch_dsn=yard.dsn, tree_=yard.tree)


# -- the command ------------------------------------------------------------------------------------------------------


def command(*arguments: str, code: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pgacademy", "verify", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_baseline_leads_to_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks for tables and no more: what their columns are only verify says."""
    monkeypatch.setattr(baselines, "baseline", lambda *_: BaselineReport("academy", ("0001.a",), ("a",)))
    done = CliRunner().invoke(load("baseline"), ["baseline", "--to", "0001.a", "--dsn", "host=nowhere"])
    assert done.exit_code == 0, done.output
    assert "`pgacademy verify --school academy`" in done.output


@pytest.mark.slow
def test_the_command(dsn: str, deploy: Connection) -> None:
    migrations.migrate(dsn, "academy")
    options = ("--dsn", dsn, "--school", "academy")
    assert json.loads(command(*options, "--json", code=0))["is_clean"] is True
    deploy.execute("set role academy_owner")
    deploy.execute("drop policy select_own on academy.users")
    assert "select_own" in command(*options, code=DRIFTED)
    document = json.loads(command(*options, "--json", code=DRIFTED))
    assert [(item["object"], item["name"]) for item in document["differences"]] == [("table users", "select_own")]
    document = json.loads(command(*options, "--repair", "--json", code=0))
    assert document["repaired"] == ["sql/policies/users.sql"]
    rollbacks.rollback(dsn, "academy", migrations.status(dsn, "academy").applied[-2])
    assert "pgacademy migrate" in command(*options, code=PENDING)
