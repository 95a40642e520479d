"""The journal: who did what, also in schools made before it was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgacademy import __version__, bookkeeping, migrations, rollbacks
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError
from tests.lib.conftest import Yard
from tests.lib.test_cli import document, run


def test_who_when_how_long_and_which_version(yard: Yard) -> None:
    yard.write("migrations/0003.slow.sql", "select pg_sleep(0.05);\n")
    yard.write("migrations/0003.slow.rollback.sql", "select 1;\n")
    yard.migrate()
    rollbacks.rollback(yard.dsn, "academy", "0002.protect-notes", tree_=yard.tree)
    found = migrations.history(yard.dsn, "academy")
    assert [(entry.operation, entry.migration_id) for entry in found] == [
        ("apply", "0001.create-notes"),
        ("apply", "0002.protect-notes"),
        ("apply", "0003.slow"),
        ("repeatables", None),
        ("repeatables", None),
        ("rollback", "0003.slow"),
    ]
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    assert {(entry.os_user, entry.hostname) for entry in found} == {bookkeeping.person()}
    assert {(entry.login, entry.library_version) for entry in found} == {("pgacademy_deploy", __version__)}
    assert found[2].duration_ms is not None
    assert 50 <= found[2].duration_ms < 5000
    assert "functions/notes/shout.sql" in (found[3].detail or "")
    assert "sql/policies/notes.sql" in (found[4].detail or "")


def test_what_was_done_is_told_when_the_rest_never_was(yard: Yard) -> None:
    yard.write("sql/grants/student.sql", "select 1 / 0;\n")
    with pytest.raises(MigrationError, match="student"):
        yard.migrate()
    told = [entry.detail or "" for entry in migrations.history(yard.dsn, "academy") if not entry.migration_id]
    assert len(told) == 2
    assert "views/notes/loud_notes.sql" in told[0]
    assert "sql/triggers/notes.sql" in told[1]


def test_a_run_that_does_nothing_is_not_told(yard: Yard) -> None:
    yard.migrate()
    before = migrations.history(yard.dsn, "academy")
    yard.migrate()
    assert migrations.history(yard.dsn, "academy") == before


@pytest.mark.slow
def test_the_command(dsn: str, deploy: Connection, tmp_path: Path) -> None:
    options = ("--dsn", dsn)
    run("migrate", *options, home=tmp_path)
    told = document(run("history", *options, "--json", home=tmp_path))
    assert told[0]["operation"] == "apply"
    assert json.dumps(told)
    assert told[0]["migration_id"].split(".")[0] in run("history", *options, home=tmp_path).stdout


def test_a_school_made_before_there_was_a_history(yard: Yard) -> None:
    yard.migrate()
    yard.run("drop table academy.schema_history; alter table academy.schema_steps drop column finished_at")
    yard.run("drop table academy.schema_backfills")
    assert yard.status().is_current
    assert migrations.history(yard.dsn, "academy") == []
    yard.write("migrations/0003.more.sql", "create table more (id int primary key);\n")
    assert yard.migrate().applied == ["0003.more"]
    assert yard.ask("select count(*) from schema_steps where finished_at is null") == [0]
    assert next(entry.migration_id for entry in migrations.history(yard.dsn, "academy")) == "0003.more"
    assert yard.status().is_current


def test_yoyo_sees_the_same(yard: Yard) -> None:
    yard.migrate()
    query = "select l.operation from _yoyo_log as l join _yoyo_migration as m using (migration_hash)"
    assert yard.ask(query) == ["apply", "apply"]
