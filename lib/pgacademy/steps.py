"""Migration files as steps: read in yoyo's order, told apart by their headers, and refused when they cannot be run.

A step is of one of three kinds: `transactional` (the file and its bookkeeping are one transaction), `concurrent`
(`-- transactional: false`: one statement that must stand outside a transaction, such as CREATE INDEX CONCURRENTLY) and
`backfill` (`-- backfill: table`: one statement that is run range by range of the table's primary key).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pgacademy import statements
from pgacademy.errors import MigrationError
from pgacademy.sources import Stamp, checksum, read_text, scan, settled
from pgacademy.statements import Statement

Kind = Literal["transactional", "concurrent", "backfill"]

# As yoyo reads its two: only in the comments before the first statement, a repeated one adds to the first.
_DIRECTIVE = re.compile(r"\s*--\s*(depends|transactional|backfill|batch|pause)\s*:\s*(.*)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Step:
    """One migration file. `id` is its name without the suffix, as yoyo has it."""

    id: str
    path: Path

    @cached_property
    def text(self) -> str:
        return read_text(self.path)

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

    @cached_property
    def statements(self) -> list[Statement]:
        return statements.split(self.text, self.path.name)

    @cached_property
    def rollback_path(self) -> Path:
        return self.path.with_name(f"{self.id}.rollback.sql")

    @property
    def rollback(self) -> Step | None:
        """The file that takes the step back, read as a step of the same name; None when there is none."""
        return Step(self.id, self.rollback_path) if self.rollback_path.exists() else None


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

    Raises MigrationError, with the file's name, for files that cannot stand beside one another or are no text. What a
    file holds is looked at by check().
    """
    stamps = scan(folder)
    listed = folder.stat().st_mtime_ns if folder.exists() else 0  # files that are not SQL have no stamp
    read = _read_steps if settled(stamps) else _read_steps.__wrapped__
    return list(read(folder, stamps, listed))


@lru_cache(maxsize=8)
def _read_steps(folder: Path, _stamps: tuple[Stamp, ...], _listed: int) -> tuple[Step, ...]:
    plain = _plain_files(folder)
    steps = {path.stem: Step(path.stem, path) for path in (_yoyos_files(folder) if plain is None else plain)}
    names, numbers = set(steps), dict[int, Step]()
    for step in steps.values():
        _check_name(step, numbers)
        if unknown := step.depends - names:
            raise MigrationError(
                f"{step.path.name} depends on {', '.join(sorted(unknown))}, which is not there.",
                hint="Write the names of files, without .sql, on the line `-- depends:`.",
            )
    before = set[str]()
    for step in steps.values():
        if not step.depends <= before:
            return _yoyos_order(steps)
        before.add(step.id)
    return tuple(steps.values())


# Reading in yoyo takes longer than all of this package, and where every name is that of a plain file of SQL, and each
# file depends on earlier ones, its answer is the order of the names. In all other cases it is asked.


def _plain_files(folder: Path) -> list[Path] | None:
    """The migrations of a folder by name; None where one of its files is not, or may not be, a plain migration."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if os.path.splitext(entry.name)[1] in (".sql", ".py") and entry.is_file()  # noqa: PTH122  (a name, no path)
        )
    if any(name.endswith(".py") or name.startswith(_YOYOS_OWN) for name in names):
        return None
    return [folder / name for name in names if not name.endswith(".rollback.sql")]


#: How files begin that mean something of their own to yoyo.
_YOYOS_OWN = ("post-apply", "_tmp_yoyonew")


def _yoyos_files(folder: Path) -> list[Path]:
    from yoyo.exceptions import MigrationConflict  # noqa: PLC0415
    from yoyo.migrations import read_migrations  # noqa: PLC0415

    try:
        return [Path(migration.path) for migration in read_migrations(str(folder))]
    except MigrationConflict as exc:
        raise MigrationError(f"Two migrations are called {exc}.", hint="Rename one of them.") from exc


def _yoyos_order(steps: dict[str, Step]) -> tuple[Step, ...]:
    from yoyo.topologicalsort import CycleError, topological_sort  # noqa: PLC0415

    try:
        graph = {name: step.depends for name, step in steps.items()}
        return tuple(steps[name] for name in topological_sort(list(steps), graph))
    except CycleError as exc:
        raise MigrationError(f"Migrations depend on one another in a circle: {', '.join(exc.args[1])}.") from exc


#: What a file's name may have in bytes; that of its rollback file is the longer one.
_LONGEST_NAME = 255


def _check_name(step: Step, numbers: dict[int, Step]) -> None:
    try:
        step.id.encode()
    except UnicodeEncodeError as exc:
        raise MigrationError(f"The name of {step.path.name!a} is not UTF-8.", hint="Rename the file.") from exc
    if len(os.fsencode(step.rollback_path.name)) > _LONGEST_NAME:
        raise MigrationError(
            f"{step.path.name} has so long a name that its rollback file cannot be named after it.",
            hint="Shorten it to 240 bytes or less.",
        )
    if step.path.suffix != ".sql":
        raise MigrationError(f"{step.path.name} is not SQL.", hint="Migrations are .sql files here.")
    if number := _NUMBER.match(step.id):
        other = numbers.setdefault(int(number[0]), step)
        if other is not step:
            raise MigrationError(
                f"{other.path.name} and {step.path.name} have the same number.",
                hint="Give the one that is applied nowhere yet the next free number.",
            )


# -- what a file may hold ---------------------------------------------------------------------------------------------


def check(step: Step) -> None:
    """Raises MigrationError, with file and line, unless the step and its rollback file can be run."""
    _check_file(step)
    if step.kind == "backfill":
        from pgacademy import backfills  # noqa: PLC0415  (few steps take several transactions)

        backfills.parse(step)
    back = step.rollback
    # What a backfill wrote can seldom be taken back: then its rollback file says so, in a comment, and does nothing.
    if back is not None and (step.kind != "backfill" or back.statements):
        _check_file(back)


def _check_file(step: Step) -> None:
    name = step.path.name
    if "\\" in step.text and (commands := statements.meta_commands(step.text)):
        word = commands[0].text.split()[0]
        raise MigrationError(
            f"{name}, line {commands[0].line}: {word} is a command of psql, not SQL.",
            hint="Write what it does in SQL; a file is sent to the server as it is.",
        )
    if step.directives.get("transactional", "true").lower() not in ("true", "false"):
        raise MigrationError(
            f"{name} says `-- transactional: {step.directives['transactional']}`.", hint="Say true or false."
        )
    if not step.statements:
        raise MigrationError(f"{name} holds no statement.", hint="Write one, or delete the file.")
    for statement in step.statements:
        _check_statement(name, statement, step.kind)
    if step.kind == "concurrent" and len(step.statements) > 1:
        raise MigrationError(
            f"{name} is not transactional and holds {len(step.statements)} statements.",
            hint="Make each of them a file of its own, so that each is known to be done or not.",
        )
    if step.kind == "concurrent":
        from pgacademy import concurrently  # noqa: PLC0415

        concurrently.target(name, step.statements[0])


_UNLOCKS = "pg_advisory_unlock_all"


def _check_statement(name: str, statement: Statement, kind: Kind) -> None:
    where, words = f"{name}, line {statement.line}", (*statement.head, "", "", "")
    if statements.transaction_control([statement]) or words[0] in ("savepoint", "release", "rollback"):
        raise MigrationError(
            f"{where}: {words[0].upper()} is not for a file to say, which begins or ends its transaction that way.",
            hint="Take it out: every file is one transaction, together with its bookkeeping.",
        )
    if (words[0] == "set" and words[1] not in ("local", "constraints", "transaction")) or words[0] in (
        "reset",
        "discard",
    ):
        raise MigrationError(
            f"{where}: {words[0].upper()} would last longer than the file.", hint="Say SET LOCAL, which ends with it."
        )
    if _UNLOCKS in statement.text.lower() and any(_UNLOCKS in token.value.lower() for token in statement.tokens):
        raise MigrationError(
            f"{where}: {_UNLOCKS}() would give back the lock that keeps others from migrating this school.",
            hint="Name the locks that are to go: pg_advisory_unlock(…).",
        )
    if words[0] == "copy" and {"stdin", "stdout"} & set(statement.words):
        raise MigrationError(f"{where}: COPY has no client here to talk to.", hint="Write an INSERT.")
    is_index = kind == "transactional" and words[0] in ("create", "drop", "reindex")
    if is_index and "concurrently" in statement.text.lower() and "concurrently" in statement.words:
        raise MigrationError(
            f"{where}: CONCURRENTLY does not work inside a transaction.",
            hint="Put the statement into a file of its own that begins with `-- transactional: false`.",
        )
