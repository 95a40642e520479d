"""Up, down and up again: after every step the schema is what it was, to the letter of a dump."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pgacademy import embedded, migrations, snapshot, sources
from pgacademy.connection import Connection, connect
from pgacademy.rollbacks import rollback
from pgacademy.snapshot import Key
from pgacademy.sources import Tree
from pgacademy.steps import Step, read_steps

SCHOOL = "academy"

#: What the schema is: the text of pg_dump, and what `verify` would compare.
Look = tuple[str, dict[Key, str]]


@pytest.fixture
def look(dsn: str, deploy: Connection, server: embedded.Server) -> Callable[[], Look]:
    def dump() -> Look:
        # With rows, which are those that migrations bring, but for the journal, which tells of every way up and down.
        journal = [f"--exclude-table-data={SCHOOL}.{pattern}" for pattern in ("*yoyo*", "schema_*")]
        program = [str(server.binaries / "pg_dump"), f"--role={SCHOOL}_owner", "-n", SCHOOL, "-d", dsn, *journal]
        text = subprocess.run(program, capture_output=True, text=True, check=True).stdout
        # Since 2025 a dump is wrapped in two lines with a random key.
        lines = [line for line in text.splitlines() if not line.startswith(("\\restrict ", "\\unrestrict "))]
        # A row is the same whenever it was made.
        lines = [re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00\b", "", line) for line in lines]
        # A guard counts those who passed it: how often months were made.
        lines = [re.sub(r"^partitions\t\d+$", "partitions", line) for line in lines]
        with connect(dsn) as connection:
            connection.execute(f"set role {SCHOOL}_owner")
            return "\n".join(lines), dict(snapshot.take(connection, SCHOOL).rows)

    return dump


def first_of(tree: Tree, steps: list[Step], root: Path) -> Tree:
    """A tree of an empty first migration, to return to, and of these steps, without repeatable files."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "migrations").mkdir(parents=True)
    (root / "migrations" / "0000.begin.sql").write_text("select 1;\n")
    for step in steps:
        for path in (step.path, step.rollback_path):
            shutil.copy(path, root / "migrations" / path.name)
    return Tree(root)


@pytest.mark.slow
def test_every_step_goes_down_and_up_again(dsn: str, look: Callable[[], Look], tmp_path: Path) -> None:
    steps = read_steps(sources.tree().migrations)
    files = first_of(sources.tree(), [], tmp_path)
    migrations.migrate(dsn, SCHOOL, tree_=files)
    below, previous = look(), "0000.begin"
    assert "create table users" not in below[0].lower()
    for number, step in enumerate(steps, 1):
        files = first_of(sources.tree(), steps[:number], tmp_path)
        assert migrations.migrate(dsn, SCHOOL, tree_=files).applied == [step.id]
        above = look()
        assert above != below or step.kind == "backfill", step.id
        assert rollback(dsn, SCHOOL, previous, tree_=files) == [step.id]
        assert unfinished(look()) == unfinished(below), step.id
        assert migrations.migrate(dsn, SCHOOL, tree_=files).applied == [step.id]
        assert look() == above, step.id
        below, previous = above, step.id


@pytest.mark.slow(minutes=2)
def test_the_whole_school_comes_back_from_every_step(dsn: str, look: Callable[[], Look]) -> None:
    migrations.migrate(dsn, SCHOOL)
    whole = look()
    names = [step.id for step in read_steps(sources.tree().migrations)]
    for number in reversed(range(len(names) - 1)):
        assert rollback(dsn, SCHOOL, names[number]) == names[:number:-1]
        assert look() != whole
        migrations.migrate(dsn, SCHOOL)
        assert look() == whole, names[number]


def unfinished(found: Look) -> Look:
    """Without the schema's comment, which after a rollback says that the school is not whole."""
    text, rows = found
    lines = [line for line in text.splitlines() if not line.startswith("COMMENT ON SCHEMA")]
    return "\n".join(lines), {key: text for key, text in rows.items() if key != Key("schema", "comment", "", "")}
