"""new: the two files of a migration, in a checkout."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib import resources
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from pgacademy import sources
from pgacademy.cli.app import Json, app
from pgacademy.cli.output import result
from pgacademy.errors import UsageError
from pgacademy.steps import read_steps

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_NUMBER = re.compile(r"\d+")


class StepKind(StrEnum):
    """How a migration is run: in one transaction, outside any, or range by range."""

    TRANSACTIONAL = "transactional"
    CONCURRENT = "concurrent"
    BACKFILL = "backfill"


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it does, verb first: add-badges.")],
    kind: Annotated[StepKind, typer.Option("--kind", help="How it is run.")] = StepKind.TRANSACTIONAL,
    table: Annotated[str | None, typer.Option("--table", help="The table that a backfill walks along.")] = None,
    depends: Annotated[
        list[str] | None, typer.Option("--depends", help="A migration it needs; again for more. The last by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the two files of a new migration into this checkout."""
    files = write(sources.root(), name, kind, table, depends)
    shown = [str(path) for path in files]
    result({"id": files[0].stem, "files": shown}, json, "\n".join(["Fill in:", *(f"  {path}" for path in shown)]))


def write(
    root: Path,
    name: str,
    kind: StepKind = StepKind.TRANSACTIONAL,
    table: str | None = None,
    depends: list[str] | None = None,
) -> list[Path]:
    """Writes the migration and its rollback file below `root`, and returns their paths. Raises UsageError."""
    folder = root / "migrations"
    if not (root / "lib" / "pgacademy").is_dir() or not folder.is_dir():
        raise UsageError(
            "Migrations are written in a checkout of pgacademy, and this is an installed package.",
            hint="Clone the repository, and run `pgacademy new` from its virtual environment (`make venv`).",
        )
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise UsageError(
            f"A migration cannot be called {name!r}.",
            hint="Write verb-object in lower-case letters, digits and hyphens, 60 at most: add-badges.",
        )
    if kind is StepKind.BACKFILL and not (table and _TABLE.fullmatch(table)):
        raise UsageError(
            f"{table!r} is no table's name." if table else "A backfill walks along a table, and none was named.",
            hint="Name it with --table, without its schema.",
        )
    if kind is not StepKind.BACKFILL and table:
        raise UsageError("Only a backfill has a --table.", hint="Add --kind backfill, or leave --table out.")
    ids = [step.id for step in read_steps(folder)]
    if same := [step for step in ids if step.partition(".")[2] == name]:
        raise UsageError(f"{same[0]} has that name already.", hint="Choose another, so that nobody mixes them up.")
    if unknown := [step for step in depends or () if step not in ids]:
        raise UsageError(f"There is no migration {unknown[0]!r}.", hint="Write its file's name without .sql.")
    stem = f"{_next_number(folder):04}.{name}"
    values = {"name": name, "depends": " ".join(depends or ids[-1:]), "table": table or ""}
    texts = {
        folder / f"{stem}{suffix}": Template(_template(f"{kind}{suffix}")).substitute(values)
        for suffix in (".sql", ".rollback.sql")
    }
    written: list[Path] = []
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                # A line without anything to depend on ends in a blank.
                file.write("".join(f"{line.rstrip()}\n" for line in text.splitlines()))
    except OSError as exc:
        for path in written:
            path.unlink(missing_ok=True)
        raise UsageError(f"{exc.filename} cannot be written: {exc.strerror}.", hint="Run it again.") from exc
    return written


def _next_number(folder: Path) -> int:
    """One more than the highest number of any file, a rollback file without its migration among them."""
    numbers = [int(match[0]) for path in folder.glob("*.sql") if (match := _NUMBER.match(path.name))]
    return max(numbers, default=0) + 1


def _template(name: str) -> str:
    return (resources.files("pgacademy") / "templates" / "migrations" / name).read_text(encoding="utf-8")
