"""The way back: refused without a file, told before it is gone, and whole or resumable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pgacademy import rollbacks
from pgacademy.connection import Connection, connect
from pgacademy.errors import MigrationError, UsageError
from pgacademy.rollbacks import LostTable, dropped_columns, dropped_tables
from pgacademy.statements import split
from tests.lib.conftest import Yard
from tests.lib.test_cli import document, run
from tests.lib.test_locking import until

FIRST = "0001.create-notes"


@pytest.fixture
def school(yard: Yard) -> Yard:
    """Three more steps: a table with a column added later, and an index built concurrently."""
    yard.write("migrations/0002.protect-notes.rollback.sql", "alter table notes disable row level security;\n")
    yard.write("migrations/0003.things.sql", "create table things (id int primary key);\n")
    yard.write("migrations/0003.things.rollback.sql", "drop table things;\n")
    yard.write("migrations/0004.name.sql", "alter table notes add column title text;\n")
    yard.write("migrations/0004.name.rollback.sql", "alter table notes drop column title;\n")
    yard.write(
        "migrations/0005.index.sql",
        "-- transactional: false\ncreate index concurrently notes_title_idx on notes (title);\n",
    )
    yard.write(
        "migrations/0005.index.rollback.sql", "-- transactional: false\ndrop index concurrently notes_title_idx;\n"
    )
    yard.write("migrations/0006.more.sql", "create table more (id int primary key);\n")
    yard.write("migrations/0006.more.rollback.sql", "drop table more;\n")
    yard.migrate()
    yard.run("insert into academy.things select generate_series(1, 7)")
    return yard


def back(yard: Yard, to: str = FIRST) -> list[str]:
    return rollbacks.rollback(yard.dsn, "academy", to, tree_=yard.tree)


def shape(yard: Yard) -> list[str]:
    return yard.ask(
        "select format('%%s.%%s %%s', attrelid::regclass, attname, atttypid::regtype) from pg_attribute as a "
        "inner join pg_class as c on a.attrelid = c.oid where c.relnamespace = 'academy'::regnamespace "
        "and a.attnum > 0 and not a.attisdropped order by 1"
    )


@pytest.mark.parametrize(
    ("statement", "tables", "columns"),
    [
        ("drop table a", ["a"], []),
        ('drop table if exists s.a, "B c", d cascade', ["a", "B c", "d"], []),
        ("drop view a", [], []),
        ("alter table a drop column b, drop if exists c cascade", [], ["a.b", "a.c"]),
        ("alter table only s.a drop constraint b, drop column c", [], ["a.c"]),
        ("alter table a alter column b drop not null, alter column c drop default", [], []),
        ("select 1", [], []),
    ],
)
def test_what_a_statement_drops(statement: str, tables: list[str], columns: list[str]) -> None:
    (parsed,) = split(statement)
    assert (dropped_tables(parsed), dropped_columns(parsed)) == (tables, columns)


def test_what_would_go_is_told(school: Yard) -> None:
    before = shape(school)
    found = rollbacks.rollback_preview(school.dsn, "academy", FIRST, tree_=school.tree)
    assert found.steps == ("0006.more", "0005.index", "0004.name", "0003.things", "0002.protect-notes")
    assert found.tables == (LostTable("more", 0, False), LostTable("things", 7, False))
    assert found.columns == ("notes.title",)
    assert shape(school) == before
    assert school.status().is_current


def test_large_tables_are_estimated(school: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollbacks, "COUNTED_ROWS", 5)
    found = rollbacks.rollback_preview(school.dsn, "academy", FIRST, tree_=school.tree)
    assert found.tables[1] == LostTable("things", 5, True)  # nothing was analyzed yet: at least so many
    school.run("analyze academy.things")
    found = rollbacks.rollback_preview(school.dsn, "academy", FIRST, tree_=school.tree)
    assert found.tables[1] == LostTable("things", 7, True)


def test_back_and_forth(school: Yard) -> None:
    before = shape(school)
    assert back(school) == ["0006.more", "0005.index", "0004.name", "0003.things", "0002.protect-notes"]
    assert school.ask("select to_regclass('things')::text") == [None]
    assert school.ask("select to_regclass('notes_title_idx')::text") == [None]
    assert school.status().applied == (FIRST,)
    school.migrate()
    assert shape(school) == before
    assert school.status().is_current


def test_a_kill_between_two_parts(school: Yard) -> None:
    """What stands alone is done and its row is not yet taken back: the next run goes on."""
    code = (
        "import sys, os, signal; from pathlib import Path; from pgacademy import bookkeeping, rollbacks, sources\n"
        "unmark = bookkeeping.unmark\n"
        "def dying(connection, step, *rest):\n"
        "    if step.id == '0005.index': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    unmark(connection, step, *rest)\n"
        "bookkeeping.unmark = dying\n"
        f"rollbacks.rollback(sys.argv[1], 'academy', '{FIRST}', tree_=sources.Tree(Path(sys.argv[2])))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, school.dsn, str(school.root)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert school.ask("select to_regclass('notes_title_idx')::text") == [None]
    assert "0005.index" in school.status().applied
    assert back(school)[0] == "0005.index"
    assert school.migrate().applied[-1] == "0006.more"


@pytest.mark.late
def test_a_kill_inside_a_transaction(school: Yard) -> None:
    school.write("migrations/0006.more.rollback.sql", "drop table more;\nselect pg_sleep(60);\n")
    code = (
        "import sys; from pathlib import Path; from pgacademy import rollbacks, sources\n"
        f"rollbacks.rollback(sys.argv[1], 'academy', '{FIRST}', tree_=sources.Tree(Path(sys.argv[2])))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", code, school.dsn, str(school.root)], env=environment)
    with connect(school.dsn) as watcher:
        until(watcher, "select from pg_stat_activity where query like 'select pg_sleep(60)%'")
    process.kill()
    process.wait()
    school.write("migrations/0006.more.rollback.sql", "drop table more;\n")
    assert len(back(school)) == 5


def test_a_step_only_begun_is_taken_back_too(school: Yard) -> None:
    school.write("migrations/0007.idx.sql", "-- transactional: false\ncreate index concurrently i on notes ((1/0));\n")
    school.write("migrations/0007.idx.rollback.sql", "-- transactional: false\ndrop index concurrently i;\n")
    with pytest.raises(MigrationError):
        school.migrate()
    assert school.status().unfinished == ("0007.idx",)
    assert back(school, "0006.more") == ["0007.idx"]
    assert school.status().unfinished == ()


def test_a_failing_way_back_changes_nothing(school: Yard) -> None:
    school.write("migrations/0003.things.rollback.sql", "drop table things;\nselect 1 / 0;\n")
    before = shape(school)
    with pytest.raises(MigrationError, match=r"0003\.things\.rollback\.sql, line 2"):
        back(school, "0002.protect-notes")
    # 0005 stands alone, so 0006 and it are gone; what is older is whole.
    assert school.status().applied[-1] == "0004.name"
    school.write("migrations/0003.things.rollback.sql", "drop table things;\n")
    school.migrate()
    assert shape(school) == before


@pytest.mark.parametrize("fault", ["", "drop table things; commit;", "\\i x", "-- nothing"])
def test_a_bad_way_back_is_refused_before_anything_goes(school: Yard, fault: str) -> None:
    school.write("migrations/0003.things.rollback.sql", fault)
    for work in (back, lambda yard: rollbacks.rollback_preview(yard.dsn, "academy", FIRST, tree_=yard.tree)):
        with pytest.raises(MigrationError, match=r"0003\.things\.rollback\.sql"):
            work(school)
    assert school.status().is_current


def test_to_what_is_not_applied(school: Yard) -> None:
    with pytest.raises(UsageError):
        back(school, "0009.never")


@pytest.mark.slow
def test_the_command_tells_first(dsn: str, deploy: Connection, tmp_path: Path) -> None:
    options = ("--dsn", dsn, "--json")
    run("migrate", *options, home=tmp_path)
    run("seed", "reference", *options, home=tmp_path)
    names = document(run("status", *options, home=tmp_path))["applied"]
    told = document(run("rollback", "--to", names[0], "--dry-run", *options, home=tmp_path))
    assert told["steps"] == names[:0:-1]
    assert told["rolled_back"] == []
    rows = {table["table"]: table["rows"] for table in told["tables"]}
    assert rows["levels"] == 100
    assert document(run("status", *options, home=tmp_path))["is_current"]
    done = document(run("rollback", "--to", names[0], "--yes", *options, home=tmp_path))
    assert done == told | {"rolled_back": names[:0:-1]}
