"""Migration files as steps: read in yoyo's order, told apart by their headers, and refused when they cannot be run.

A step is of one of three kinds: `transactional` (the file and its bookkeeping are one transaction), `concurrent`
(`-- transactional: false`: one statement that must stand outside a transaction, such as CREATE INDEX CONCURRENTLY) and
`backfill` (`-- backfill: table`: one statement that is run range by range of the table's primary key).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from yoyo.exceptions import BadMigration, MigrationConflict
from yoyo.migrations import read_migrations
from yoyo.topologicalsort import CycleError, topological_sort

from pgacademy.errors import MigrationError
from pgacademy.sources import checksum

Kind = Literal["transactional", "concurrent", "backfill"]

# As yoyo reads its two: only in the comments before the first statement, a repeated one adds to the first.
_DIRECTIVE = re.compile(r"\s*--\s*(depends|transactional|backfill|batch|pause)\s*:\s*(.*)")


@dataclass(frozen=True)
class Step:
    """One migration file. `id` is its name without the suffix, as yoyo has it."""

    id: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def sha256(self) -> str:
        return checksum(self.text)

    @cached_property
    def directives(self) -> dict[str, str]:
        """What the header says: depends, transactional, backfill, batch, pause, where they are there."""
        return directives(self.text)

    @cached_property
    def depends(self) -> frozenset[str]:
        return frozenset(self.directives.get("depends", "").split())

    @property
    def kind(self) -> Kind:
        if "backfill" in self.directives:
            return "backfill"
        return "transactional" if self.directives.get("transactional", "true").lower() == "true" else "concurrent"

    @property
    def rollback_path(self) -> Path:
        return self.path.with_name(f"{self.id}.rollback.sql")


def directives(text: str) -> dict[str, str]:
    """The directives in the comments before a file's first statement."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if match := _DIRECTIVE.match(line):
            name, value = match[1], match[2].strip()
            found[name] = f"{found[name]} {value}" if name in found else value
        elif line.strip() and not line.lstrip().startswith("--"):
            break
    return found


def read_steps(folder: Path) -> list[Step]:
    """The migrations of a folder in the order in which they are applied, which is yoyo's.

    Raises MigrationError, with the file's name, for a file that cannot be run.
    """
    try:
        found = read_migrations(str(folder))
    except MigrationConflict as exc:
        raise MigrationError(f"Two migrations are called {exc}.", hint="Rename one of them.") from exc
    steps = {migration.id: Step(migration.id, Path(migration.path)) for migration in found}
    for step in steps.values():
        _check_supported(step, steps)
    try:
        graph = {name: step.depends for name, step in steps.items()}
        return [steps[name] for name in topological_sort(list(steps), graph)]
    except (CycleError, BadMigration) as exc:
        raise MigrationError(f"Migrations depend on one another in a circle: {', '.join(exc.args[1])}.") from exc


def _check_supported(step: Step, steps: dict[str, Step]) -> None:
    if step.path.suffix != ".sql":
        raise MigrationError(f"{step.path.name} is not SQL.", hint="Migrations are .sql files here.")
    if step.kind != "transactional":
        raise MigrationError(
            f"{step.path.name} is not transactional.", hint="This version applies files whole or not at all."
        )
    if unknown := step.depends - set(steps):
        raise MigrationError(f"{step.path.name} depends on {', '.join(sorted(unknown))}, which is not there.")
