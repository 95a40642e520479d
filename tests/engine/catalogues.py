"""Two databases side by side: what pg_dump says of them, and what the journal of a school says was done."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import yoyo

from pgacademy import sources
from tests.support import pulse


def dump(binaries: Path, dsn: str, *extra: str) -> list[str]:
    """The lines of pg_dump, structure only unless `extra` says otherwise; comments, owners and grants included."""
    command: list[str | Path] = [binaries / "pg_dump", "--no-sync", *(extra or ("--schema-only",)), f"--dbname={dsn}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # pg_dump guards its output with a random word, and names the server, whose versions are the same here
    return [line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def step_ids(tree: sources.Tree) -> list[str]:
    """The migrations of a tree as yoyo reads and sorts them."""
    found = yoyo.read_migrations(str(tree.migrations))
    return [migration.id for migration in yoyo.migrations.topological_sort(found)]


def migrator_sessions(admin: psycopg.Connection[Any], database: str) -> list[int]:
    """Server processes of migrators that are at work in a database."""
    query = "select pid from pg_stat_activity where datname = %s and application_name like 'pgacademy migrate%%'"
    return [pid for (pid,) in admin.execute(query, [database])]


def seconds_until_gone(admin: psycopg.Connection[Any], database: str, limit: float = 10.0) -> float:
    """How long the server takes to notice that the migrators of a database are dead."""
    began = pulse.begin()
    while migrator_sessions(admin, database):
        assert time.monotonic() - began < limit, "the server still works for a client that is dead"
        time.sleep(0.002)
    return pulse.ran_s(began)


def has_journal(observer: psycopg.Connection[Any], school: str = "academy") -> bool:
    """Whether the school has a journal, empty or not."""
    row = observer.execute("select to_regclass(%s) is not null", [f"{school}.schema_objects"]).fetchone()
    return row == (True,)


def recorded(observer: psycopg.Connection[Any], school: str = "academy") -> tuple[list[str], int]:
    """The migrations that the school's journal has, in their order, and how many repeatable files."""
    if not has_journal(observer, school):
        return [], 0
    steps = observer.execute(f"select migration_id from {school}._yoyo_migration order by applied_at_utc, migration_id")
    objects = observer.execute(f"select count(*) from {school}.schema_objects").fetchone()
    return [name for (name,) in steps], objects[0] if objects else 0


def assert_recorded_once(observer: psycopg.Connection[Any], tree: sources.Tree, school: str = "academy") -> None:
    """Every step of the tree is in each of the three lists exactly once, and every repeatable file in its own."""
    wanted = Counter(step_ids(tree))
    for query in (
        f"select migration_id from {school}._yoyo_migration",
        f"select migration_id from {school}.schema_steps",
        f"select migration_id from {school}._yoyo_log where operation = 'apply'",
    ):
        assert Counter(name for (name,) in observer.execute(query)) == wanted, query
    objects = observer.execute(f"select path from {school}.schema_objects")
    assert Counter(path for (path,) in objects) == Counter(file.path for file in tree.repeatables())
