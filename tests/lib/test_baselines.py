"""Taking over a database that has its tables already."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgacademy import baselines, migrations, schools, sources
from pgacademy.baselines import created_tables
from pgacademy.connection import Connection, connect
from pgacademy.errors import MigrationError, UsageError
from pgacademy.statements import split
from tests.lib.conftest import Yard
from tests.lib.test_cli import document, run

LAST = "0002.protect-notes"


def baseline(yard: Yard, to: str = LAST) -> tuple[str, ...]:
    return baselines.baseline(yard.dsn, "academy", to, tree_=yard.tree).applied


@pytest.fixture
def legacy(yard: Yard, deploy: Connection) -> Yard:
    """A database that somebody made by hand: tables with data, and functions, views, triggers and policies on them."""
    schools.prepare(deploy, "academy")
    own = yard.ask(
        "select oid::regclass::text from pg_class where relnamespace = 'academy'::regnamespace and relkind = 'r'"
    )
    yard.run(f"drop table {', '.join(f'academy.{table}' for table in own)} cascade")
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner; set search_path to academy, extensions, pg_temp")
        connection.execute(
            """
            create table notes (id int primary key, body text);
            create table others (id int primary key);
            insert into notes values (1, 'kept');
            alter table notes enable row level security;
            alter table others enable row level security;
            create function shout(p_words varchar) returns varchar language sql as 'select ''old''::varchar';
            create function theirs() returns trigger language plpgsql as 'begin return new; end';
            create view loud_notes as select body from notes;
            create view few_notes as select body from loud_notes;
            create view their_view as select id from others;
            create trigger old_trigger before insert on notes for each row execute function theirs();
            create trigger their_trigger before insert on others for each row execute function theirs();
            create policy old_policy on notes for select to pgacademy_student using (false);
            create policy their_policy on others for select to pgacademy_student using (true);
            """
        )
    return yard


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ('create table a (id int); create unlogged table if not exists s."B" (id int);', ["a", "B"]),
        ("create table a (id int); drop table a;", []),
        ("create table a (id int); alter table a rename to b;", ["b"]),
        ("create table a (id int); alter table a rename x to y;", ["a"]),
        ("create temporary table a (id int); create index a on b (c);", []),
    ],
)
def test_which_tables_the_files_make(text: str, tables: list[str]) -> None:
    assert created_tables(split(text)) == tables


def test_it_is_taken_over_and_goes_on(legacy: Yard) -> None:
    legacy.write("migrations/0003.add-title.sql", "alter table notes add column title text;\n")
    assert baseline(legacy) == ("0001.create-notes", LAST)
    assert legacy.status().pending == ("0003.add-title",)
    assert legacy.migrate().applied == ["0003.add-title"]
    assert legacy.status().is_current
    assert legacy.ask("select body from notes") == ["kept"]
    told = migrations.history(legacy.dsn, "academy")
    assert [entry.operation for entry in told] == ["baseline", "baseline", "apply", "repeatables", "repeatables"]
    assert legacy.ask("select operation from _yoyo_log order by created_at_utc") == ["mark", "mark", "apply"]


def test_what_becomes_of_what_is_there(legacy: Yard) -> None:
    """Objects of the tree become what its files say; what the tree knows nothing of stays as it is."""
    baseline(legacy)
    legacy.migrate()
    assert legacy.ask("select shout('new')") == ["NEW"]
    assert legacy.ask("select pg_get_function_arguments(oid) from pg_proc where proname = 'shout'") == ["p_text text"]
    assert legacy.ask("select id from few_notes") == [1]
    tables = "select relname || '.' || {0}name from pg_{1} as p inner join pg_class as c on c.oid = p.{0}relid "
    ours = "c.relnamespace = 'academy'::regnamespace"
    assert legacy.ask(tables.format("tg", "trigger") + f"where not tgisinternal and {ours} order by 1") == [
        "notes.no_empty",
        "others.their_trigger",
    ]
    assert legacy.ask(tables.format("pol", "policy") + f"where {ours} order by 1") == [
        "notes.read",
        "others.their_policy",
    ]
    assert legacy.ask(
        "select viewname::text from pg_views where schemaname = 'academy' and viewname !~ '^schema_' order by 1"
    ) == [
        "few_notes",
        "loud_notes",
        "their_view",
    ]
    assert legacy.ask("select proname::text from pg_proc where proname = 'theirs'") == ["theirs"]


def test_a_view_of_theirs_on_one_of_ours_is_named(legacy: Yard) -> None:
    legacy.run("create view academy.theirs_too as select * from academy.loud_notes")
    baseline(legacy)
    with pytest.raises(MigrationError, match="theirs_too"):
        legacy.migrate()
    assert legacy.ask("select body from theirs_too") == ["kept"]


def test_what_is_missing_is_named(legacy: Yard) -> None:
    legacy.write("migrations/0003.more.sql", "create table more (id int primary key);\ncreate table even (id int);\n")
    with pytest.raises(MigrationError, match="more, even"):
        baseline(legacy, "0003.more")
    assert legacy.ask("select to_regclass('schema_steps')") == [None]  # nothing was written
    baseline(legacy)
    assert legacy.migrate().applied == ["0003.more"]


def test_tables_of_another_owner(legacy: Yard, deploy: Connection) -> None:
    legacy.run("grant create on schema academy to academy_student")
    with connect(legacy.dsn) as connection:
        connection.execute("grant academy_student to pgacademy_deploy")
        connection.execute("set role academy_student")
        connection.execute("create table academy.alien (id int primary key)")
    legacy.run("revoke create on schema academy from academy_student")
    legacy.write("migrations/0003.alien.sql", "create table alien (id int primary key);\n")
    with pytest.raises(MigrationError, match="alien") as caught:
        baseline(legacy, "0003.alien")
    assert "alter table alien owner to academy_owner" in (caught.value.hint or "")


def test_a_school_that_keeps_its_own_record(yard: Yard) -> None:
    yard.migrate()
    with pytest.raises(MigrationError, match=LAST):
        baseline(yard)
    told = migrations.history(yard.dsn, "academy")
    assert [entry.operation for entry in told] == ["apply", "apply", "repeatables", "repeatables"]


def test_no_school_and_no_such_migration(yard: Yard) -> None:
    with pytest.raises(MigrationError, match="academy"):
        baseline(yard)
    with pytest.raises(UsageError):
        baseline(yard, "0009.never")
    with connect(yard.dsn) as connection:
        assert connection.execute("select to_regnamespace('academy')").fetchone() == (None,)


def test_a_schema_of_another_owner(yard: Yard, deploy: Connection) -> None:
    deploy.execute("create schema academy")
    with pytest.raises(MigrationError, match="pgacademy_deploy") as caught:
        baseline(yard)
    assert "alter schema academy owner to academy_owner" in (caught.value.hint or "")


@pytest.mark.slow
def test_the_command_on_the_whole_school(dsn: str, deploy: Connection, tmp_path: Path) -> None:
    options = ("--dsn", dsn, "--json")
    last = sorted(path.name for path in sources.tree().migrations.glob("*.sql") if "rollback" not in path.name)[-1]
    run("migrate", *options, home=tmp_path)
    with connect(dsn) as connection:
        connection.execute("set role academy_owner; set search_path to academy")
        connection.execute("delete from _yoyo_migration; delete from schema_steps; delete from schema_objects")
    done = document(run("baseline", "--to", last.removesuffix(".sql"), *options, home=tmp_path))
    assert "users" in done["tables"]
    run("migrate", *options, home=tmp_path)
    assert document(run("status", *options, home=tmp_path))["is_current"]


def test_a_migrate_in_its_place_leads_to_it(legacy: Yard) -> None:
    with pytest.raises(MigrationError) as caught:
        legacy.migrate()
    assert caught.value.sqlstate == "42P07"
    assert "pgacademy baseline" in (caught.value.hint or "")
