"""What a school stands on is made whole or not at all, whatever comes between."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest

from pgacademy import execution, schools
from pgacademy.connection import Connection
from pgacademy.embedded import Server
from pgacademy.errors import UnsafeSearchPath
from tests.lib.conftest import Yard

IS_THERE = (
    "select to_regnamespace('academy') is not null, exists (select from pg_extension where extname = 'pg_trgm'), "
    "exists (select from pg_default_acl)"
)


def test_nothing_is_made_where_what_goes_on_meanwhile_fails(deploy: Connection) -> None:
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        schools.prepare(deploy, "academy", meanwhile=fail)
    assert deploy.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert deploy.execute(IS_THERE).fetchone() == (False, False, False)
    assert deploy.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() == (0,)
    assert schools.prepare(deploy, "academy")
    assert not schools.prepare(deploy, "academy")


def test_what_the_journal_cannot_be_made_of_is_raised(deploy: Connection) -> None:
    deploy.execute("create schema academy authorization academy_owner")
    deploy.execute("set role academy_owner; create sequence academy.schema_steps; reset role")
    with pytest.raises(psycopg.errors.WrongObjectType):
        schools.prepare(deploy, "academy")
    assert deploy.execute(IS_THERE).fetchone() == (True, False, False)


def test_a_schema_for_the_extensions_that_others_may_write_to_is_not_used(deploy: Connection) -> None:
    deploy.execute("create schema extensions; grant create on schema extensions to public")
    with pytest.raises(UnsafeSearchPath, match="PUBLIC in extensions"):
        schools.prepare(deploy, "academy")
    assert deploy.execute(IS_THERE).fetchone() == (False, False, False)


@pytest.mark.parametrize("exception", [KeyboardInterrupt, RuntimeError])
def test_the_server_is_told_to_stop_when_what_goes_on_meanwhile_ends_otherwise(
    deploy: Connection, exception: type[BaseException]
) -> None:
    def fail() -> None:
        raise exception

    for _ in range(20):  # now before the server has begun, and now after
        began = time.monotonic()
        with pytest.raises(exception):
            execution.send_all(deploy, ["select 1", "select pg_sleep(60)"], fail)
        assert time.monotonic() - began < 30
        assert deploy.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert deploy.execute("select 2").fetchone() == (2,)


def test_a_server_that_cannot_be_told_to_stop_is_left(deploy: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancel_safe(*_: object, **__: object) -> None:
        raise psycopg.errors.CancellationTimeout

    def fail() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(psycopg.Connection, "cancel_safe", cancel_safe)
    with pytest.raises(KeyboardInterrupt):
        execution.send_all(deploy, ["select pg_sleep(60)"], fail)
    assert deploy.closed


def test_an_interruption_while_the_server_waits_leaves_no_school(
    yard: Yard, server: Server, deploy: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy.execute("create schema extensions; grant usage on schema extensions to public")
    deploy.execute("create extension pg_trgm schema extensions")
    send_all = execution.send_all

    def interrupted(connection: Connection, texts: list[str], meanwhile: Callable[[], None] | None = None) -> object:
        def interrupt() -> None:
            time.sleep(0.3)
            raise KeyboardInterrupt

        return send_all(connection, texts, interrupt if meanwhile else None)

    monkeypatch.setattr(execution, "send_all", interrupted)
    name = str(psycopg.conninfo.conninfo_to_dict(yard.dsn)["dbname"])
    with psycopg.connect(server.dsn(name, "postgres")) as holder:
        holder.execute("lock table pg_description in share row exclusive mode")  # comments have to wait
        with pytest.raises(KeyboardInterrupt):
            yard.migrate()
    monkeypatch.undo()
    assert deploy.execute(IS_THERE).fetchone() == (False, True, False)
    assert yard.migrate().applied


def test_files_that_are_applied_stop_no_mending_of_the_journal(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of files that is newer than they are is not theirs to keep."""
    yard.migrate()
    yard.run("drop view academy.schema_journal")
    checked: list[str] = []
    monkeypatch.setattr("pgacademy.migrations.check", lambda step: checked.append(step.id))
    yard.write("migrations/0003.more.sql", "create table more (id int);\n")
    report = yard.migrate()
    assert (report.mended, report.applied, checked) == (True, ["0003.more"], ["0003.more"])
