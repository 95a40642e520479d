"""`pgacademy new`: two files that pass once they are filled in, and are refused as long as they are not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pgacademy
from pgacademy import lint, steps
from pgacademy.cli.new import StepKind, write
from pgacademy.errors import MigrationError, UsageError
from tests.lib.conftest import Yard

FILLED = {
    StepKind.TRANSACTIONAL: ("create table badges (id bigint primary key);\n", "drop table badges;\n"),
    StepKind.CONCURRENT: (
        "create index concurrently notes_body_idx on notes (body);\n",
        "drop index concurrently notes_body_idx;\n",
    ),
    StepKind.BACKFILL: ("update notes set body = upper(body) where id > :from_key and id <= :to_key;\n", ""),
}


@pytest.fixture
def checkout(yard: Yard) -> Yard:
    (yard.root / "lib" / "pgacademy").mkdir(parents=True)
    shutil.copy(Path(__file__).resolve().parents[2] / ".squawk.toml", yard.root)
    return yard


def table(kind: StepKind) -> str | None:
    return "notes" if kind is StepKind.BACKFILL else None


@pytest.mark.parametrize("kind", StepKind)
def test_filled_in_it_passes(checkout: Yard, kind: StepKind) -> None:
    files = write(checkout.root, "change-notes", kind, table(kind))
    assert [path.name for path in files] == ["0003.change-notes.sql", "0003.change-notes.rollback.sql"]
    for path, text in zip(files, FILLED[kind], strict=True):
        with path.open("a") as file:
            file.write("\n" + text)
    step = steps.read_steps(checkout.tree.migrations)[-1]
    assert (step.id, step.kind, step.depends) == ("0003.change-notes", kind.value, frozenset({"0002.protect-notes"}))
    steps.check(step)
    for path in files:
        assert list(lint.check_statements(path.name, path.read_text())) == []
    assert [f for f in lint.run_squawk(checkout.root) if "0003" in f.where] == []
    assert all(len(line) <= 120 for path in files for line in path.read_text().splitlines())


@pytest.mark.parametrize("kind", StepKind)
def test_as_it_is_written_it_is_refused(checkout: Yard, kind: StepKind) -> None:
    write(checkout.root, "change-notes", kind, table(kind))
    with pytest.raises(MigrationError, match=r"0003\.change-notes\.sql"):
        steps.check(steps.read_steps(checkout.tree.migrations)[-1])


def test_numbers_go_on_and_depends_is_what_was_said(checkout: Yard) -> None:
    checkout.write("migrations/0041.leftover.rollback.sql", "drop table leftover;\n")
    first = write(checkout.root, "add-one")[0]
    second = write(checkout.root, "add-two", depends=["0001.create-notes", "0042.add-one"])[0]
    assert (first.name, second.name) == ("0042.add-one.sql", "0043.add-two.sql")
    assert steps.directives(second.read_text())["depends"] == "0001.create-notes 0042.add-one"


def test_the_first_of_all_depends_on_nothing(tmp_path: Path) -> None:
    for folder in ("lib/pgacademy", "migrations"):
        (tmp_path / folder).mkdir(parents=True)
    assert "\n-- depends:\n" in write(tmp_path, "add-one")[0].read_text()


@pytest.mark.parametrize(
    ("name", "kind", "table", "depends"),
    [
        ("badges", "transactional", None, None),
        ("Add-Badges", "transactional", None, None),
        ("add_badges", "transactional", None, None),
        ("../add-badges", "transactional", None, None),
        ("add-badges.rollback", "transactional", None, None),
        ("add-" + "x" * 60, "transactional", None, None),
        ("", "transactional", None, None),
        ("protect-notes", "transactional", None, None),
        ("add-badges", "transactional", "notes", None),
        ("fill-notes", "backfill", None, None),
        ("fill-notes", "backfill", "notes; drop", None),
        ("add-badges", "transactional", None, ["0009.nothing"]),
    ],
)
def test_what_makes_no_sense_is_refused(
    checkout: Yard, name: str, kind: str, table: str | None, depends: list[str] | None
) -> None:
    before = sorted(checkout.tree.migrations.iterdir())
    with pytest.raises(UsageError) as caught:
        write(checkout.root, name, StepKind(kind), table, depends)
    assert caught.value.hint
    assert sorted(checkout.tree.migrations.iterdir()) == before


def test_an_installed_package_is_no_checkout(yard: Yard) -> None:
    with pytest.raises(UsageError):
        write(yard.root, "add-badges")


def test_the_program_says_which_files(tmp_path: Path) -> None:
    """From a copy of the package that stands in a checkout of its own."""
    package = Path(pgacademy.__file__).parent
    shutil.copytree(package, tmp_path / "lib" / "pgacademy", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations").mkdir()
    command = [sys.executable, "-m", "pgacademy", "new", "add-badges", "--json"]
    environment = {"PYTHONPATH": f"{tmp_path / 'lib'}:{':'.join(sys.path)}"}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["id"] == "0001.add-badges"
    assert sorted(said["files"]) == sorted(str(path) for path in (tmp_path / "migrations").iterdir())
