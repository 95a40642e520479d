"""What surrounds a migration does not change what it does: encodings, settings of login and database, clocks."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgacademy import lifecycle, migrations, roles, rollbacks
from pgacademy.connection import Connection, connect
from pgacademy.embedded import Server, throwaway
from pgacademy.errors import LockBusy, MigrationError, NotAllowed, UnsafeSearchPath, UnsupportedDatabase
from pgacademy.locking import Patience
from tests.lib.conftest import Yard


def set_in_database(connection: Connection, setting: str, value: str) -> None:
    names = sql.Identifier(connection.info.dbname), sql.Identifier(setting)
    connection.execute(sql.SQL("alter database {} set {} = {}").format(*names, sql.Literal(value)))


def test_the_encoding_of_the_environment_changes_no_text(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    yard.write("migrations/0003.add-name.sql", "insert into notes values (1, 'Schüler');\n")
    yard.migrate()
    assert yard.ask("select length(body) from notes") == [7]


def test_the_encoding_of_the_dsn_changes_no_text(yard: Yard) -> None:
    yard.write("migrations/0003.add-name.sql", "insert into notes values (1, 'Schüler');\n")
    migrations.migrate(make_conninfo(yard.dsn, client_encoding="LATIN1"), "academy", tree_=yard.tree)
    assert yard.ask("select length(body) from notes") == [7]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused(server: Server, encoding: str) -> None:
    name = f"encoded_{encoding.lower()}"
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        options = f"owner pgacademy_deploy encoding '{encoding}' locale 'C' template template0"
        admin.execute(f"create database {name} {options}")
        try:
            with pytest.raises(UnsupportedDatabase):
                migrations.migrate(server.dsn(name), "academy")
        finally:
            admin.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("standard_conforming_strings", "off"),
        ("transform_null_equals", "on"),
        ("datestyle", "SQL, DMY"),
        ("intervalstyle", "iso_8601"),
        ("extra_float_digits", "0"),
    ],
)
def test_what_the_database_sets_changes_no_migration(yard: Yard, deploy: Connection, setting: str, value: str) -> None:
    database = sql.Identifier(deploy.info.dbname)
    deploy.execute(
        sql.SQL("alter database {} set {} = {}").format(database, sql.Identifier(setting), sql.Literal(value))
    )
    yard.write(
        "migrations/0003.add-checks.sql",
        "create table seen (pattern text, days text, spread text, share text);\n"
        "insert into seen values\n"
        "('^\\d+$', '2024-02-01'::date::text, '1 day'::interval::text, (0.1::float8 + 0.2)::text);\n",
    )
    yard.migrate()
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner")
        row = connection.execute("select pattern, days, spread, share from academy.seen").fetchone()
    assert row == (r"^\d+$", "2024-02-01", "1 day", "0.30000000000000004")


def test_a_transaction_timeout_of_the_login_ends_no_file(yard: Yard, deploy: Connection) -> None:
    if deploy.info.server_version < 170000:
        pytest.skip("transaction_timeout came with PostgreSQL 17")
    deploy.execute(
        sql.SQL("alter database {} set transaction_timeout = '200ms'").format(sql.Identifier(deploy.info.dbname))
    )
    yard.write("migrations/0003.take-long.sql", "create table slow (id int primary key); select pg_sleep(0.5);\n")
    assert "0003.take-long" in yard.migrate().applied


def test_policies_that_bind_the_owner_do_not_shorten_a_migration(yard: Yard) -> None:
    yard.write(
        "migrations/0003.fill.sql", "insert into notes values (1, 'a'); alter table notes force row level security;\n"
    )
    yard.migrate()
    yard.write("migrations/0004.shout.sql", "update notes set body = upper(body);\n")
    with pytest.raises(MigrationError) as caught:
        yard.migrate()
    assert caught.value.sqlstate == "42501"


def test_a_read_only_server_is_named(yard: Yard) -> None:
    dsn = make_conninfo(yard.dsn, options="-c default_transaction_read_only=on")
    with pytest.raises(NotAllowed) as caught:
        migrations.migrate(dsn, "academy", tree_=yard.tree)
    assert caught.value.sqlstate == "25006"


def test_a_read_only_server_is_named_where_a_school_would_go_or_be_called_otherwise(yard: Yard) -> None:
    yard.migrate()
    dsn = make_conninfo(yard.dsn, options="-c default_transaction_read_only=on")
    for work in (
        lambda: lifecycle.rename(dsn, "academy", "elsewhere"),
        lambda: lifecycle.drop(dsn, "academy", confirm="academy"),
    ):
        with pytest.raises(NotAllowed) as caught:
            work()
        assert caught.value.sqlstate == "25006"
        assert caught.value.hint
    assert yard.status().is_current


def test_the_way_back_follows_the_files_and_no_clock(yard: Yard) -> None:
    yard.write("migrations/0002.protect-notes.rollback.sql", "alter table notes disable row level security;\n")
    yard.write("migrations/0003.add-title.sql", "alter table notes add column title text;\n")
    yard.write("migrations/0003.add-title.rollback.sql", "alter table notes drop column title;\n")
    yard.migrate()
    # As a clock that was set back would have written it.
    earlier = "update academy._yoyo_migration set applied_at_utc = applied_at_utc - interval '1 hour'"
    yard.run(f"{earlier} where migration_id like '0003%'")
    assert rollbacks.rollback(yard.dsn, "academy", "0003.add-title", tree_=yard.tree) == []
    assert rollbacks.rollback(yard.dsn, "academy", "0002.protect-notes", tree_=yard.tree) == ["0003.add-title"]


def test_what_a_way_back_may_take_besides_is_told(yard: Yard) -> None:
    yard.write("migrations/0002.protect-notes.rollback.sql", "alter table notes disable row level security;\n")
    yard.write("migrations/0003.fill.sql", "insert into notes values (1, 'a');\n")
    back = ["truncate notes", "delete from notes", "do $$ begin end $$", "alter table notes alter body type varchar(1)"]
    yard.write("migrations/0003.fill.rollback.sql", "".join(f"{statement};\n" for statement in back))
    yard.migrate()
    preview = rollbacks.rollback_preview(yard.dsn, "academy", "0002.protect-notes", tree_=yard.tree)
    assert list(preview.others) == back


def test_what_yoyo_took_back_is_pending_and_not_begun(yard: Yard) -> None:
    yard.migrate()
    yard.run("delete from academy._yoyo_migration where migration_id = '0002.protect-notes'")
    found = yard.status()
    assert (found.pending, found.unfinished) == (("0002.protect-notes",), ())


def test_the_schema_of_the_extensions_is_trusted_to_nobody_else(yard: Yard, server: Server, deploy: Connection) -> None:
    """Its owner could plant an operator that the engine's own queries would find, and so act as any school's owner."""
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create role neighbour login")
        try:
            roles.apply_roles(deploy, "academy")
            name = deploy.info.dbname
            with psycopg.connect(server.dsn(name, "postgres"), autocommit=True) as inside:
                inside.execute("create schema extensions authorization neighbour")
                inside.execute("grant usage on schema extensions to public")
                inside.execute("create extension pg_trgm schema extensions")
                with pytest.raises(UnsafeSearchPath):
                    yard.migrate()
                assert inside.execute("select to_regnamespace('academy')").fetchone() == (None,)
                inside.execute("alter schema extensions owner to pgacademy_deploy")
                assert yard.migrate().changed
        finally:
            with psycopg.connect(server.dsn(deploy.info.dbname, "postgres"), autocommit=True) as inside:
                inside.execute("drop owned by neighbour cascade")
            admin.execute("drop role neighbour")


def test_a_schema_that_others_may_write_to_leaves_no_school_behind(yard: Yard, deploy: Connection) -> None:
    deploy.execute("create schema extensions")
    deploy.execute("grant create, usage on schema extensions to public")
    deploy.execute("create extension pg_trgm schema extensions")
    with pytest.raises(UnsafeSearchPath):
        yard.migrate()
    assert deploy.execute("select to_regnamespace('academy')").fetchone() == (None,)


@pytest.mark.late
def test_a_prepared_transaction_in_the_way_is_named(yard: Yard) -> None:
    """No process holds it, so that pg_stat_activity does not know it."""
    with throwaway(settings_={"max_prepared_transactions": "2"}) as server:
        yard.dsn = server.dsn()
        with connect(yard.dsn) as connection:
            roles.apply_roles(connection, "academy")
            yard.migrate()
            connection.execute("set role academy_owner; begin; lock table academy.notes in access exclusive mode")
            connection.execute("prepare transaction 'left behind'")
            yard.write("migrations/0003.add-title.sql", "alter table notes add column title text;\n")
            with pytest.raises(LockBusy) as caught:
                impatient = Patience(lock_timeout_s=0.1, budget_s=0.3)
                migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=impatient)
            assert "left behind" in (caught.value.detail or "")
            assert "rollback prepared 'left behind'" in (caught.value.hint or "")
            connection.execute("rollback prepared 'left behind'")
