"""What `migrate` would do to a school, told without doing any of it.

Everything is read in one read-only transaction, which sees one moment of the school, as a login that need not be able
to migrate: the school's owner if it may act as that, else itself, the school's analyst or its admin.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import psycopg

from pgacademy import __version__, bookkeeping, locking, roles, schools, standing
from pgacademy.connection import (
    EXTENSIONS_SCHEMA,
    Connection,
    connect,
    extensions_schema,
    release_key,
    school_release,
)
from pgacademy.errors import NotAllowed, SchoolMissing, VersionMismatch
from pgacademy.lock_effects import STRENGTH, Effect, Known, merged
from pgacademy.lock_reach import Reach
from pgacademy.repeatables import Key
from pgacademy.sessions import naming_holders
from pgacademy.settings import school_name
from pgacademy.sources import SourceFile, Tree, queries, tree
from pgacademy.standing import Journal, Standing
from pgacademy.statements import Statement, split
from pgacademy.steps import Step, check, read_steps


@dataclass(frozen=True)
class TableEffect:
    """What a statement does to a table: see lock_effects.Effect. Size in bytes, indexes included, and estimated rows;
    None where there is no such table yet."""

    table: str | None
    lock: str
    blocks: str
    rewrites: bool
    scans: bool
    reason: str
    is_new: bool
    size_bytes: int | None
    rows: int | None


@dataclass(frozen=True)
class PlannedStatement:
    """A statement of a pending file: the line it begins in, the first line of its text, what it does."""

    line: int
    text: str
    effects: tuple[TableEffect, ...]


@dataclass(frozen=True)
class PlannedStep:
    """A pending migration; `is_begun` says that an earlier run did not come to its end."""

    id: str
    path: str
    kind: str
    is_begun: bool
    statements: tuple[PlannedStatement, ...]


@dataclass(frozen=True)
class PlannedFile:
    """A repeatable file that would be applied.

    action: `new`; `changed`, with the difference of the texts in `diff`; `again`, the same text, because what it stands
    on changes, or because the object is not there. `diff` is None where an older version kept no text.
    """

    path: str
    kind: str
    name: str
    action: str
    diff: str | None
    effects: tuple[TableEffect, ...]


@dataclass(frozen=True)
class Plan:
    """What `migrate` would do. `edited`, `unknown` and `late` keep it from doing anything, as in standing.Standing.

    `busy` says who is at work on the school at this moment; `dropped` what has gone from the tree.
    """

    school: str
    library_version: str
    school_version: str | None
    steps: tuple[PlannedStep, ...]
    files: tuple[PlannedFile, ...]
    dropped: tuple[str, ...]
    edited: tuple[str, ...]
    unknown: tuple[str, ...]
    late: tuple[str, ...]
    busy: str | None
    #: Whether there is no such school yet, so that `migrate` would make it.
    is_new: bool = False

    @property
    def is_clean(self) -> bool:
        return not (self.steps or self.files or self.dropped or self.has_drifted)

    @property
    def has_drifted(self) -> bool:
        return bool(self.edited or self.unknown or self.late)


def plan(conninfo: str, school: str, *, tree_: Tree | None = None) -> Plan:
    """Compares a school with the files of this library and says what would be done, statement by statement.

    Writes nothing. Of a school that is not there yet it says what `migrate` would make. Raises NotAllowed,
    VersionMismatch, MigrationError for a file that cannot be run, JournalDamaged as migrate() does, ServerUnreachable.
    """
    with reading(conninfo, school, tree_) as found:
        return found.plan()


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A school at one moment, and the files beside it. The connection is inside a read-only transaction."""

    connection: Connection
    school: str
    release: str | None
    extensions: str
    busy: str | None
    has_journal: bool
    journal: Journal
    steps: Sequence[Step]
    repeatables: Sequence[SourceFile]
    exists: bool = True

    @cached_property
    def standing(self) -> Standing:
        return standing.standing(self.steps, self.journal.state)

    @property
    def pending(self) -> list[Step]:
        return [step for step in self.steps if step.id in self.standing.pending]

    @property
    def history(self) -> list[str]:
        """The migrations that will have been applied when repeatable files have their turn."""
        return [*self.journal.state.applied, *self.standing.pending]

    def changed(self) -> list[SourceFile]:
        """Files that differ from what is recorded, or whose object is not there."""
        if not self.exists:  # what comes next in the path is not the school's
            return list(self.repeatables)
        existing = {(kind, name) for kind, name in self.connection.execute(queries("repeatables")["existing"])}
        differing = standing.changed(self.repeatables, self.journal, self.history)
        return [
            file
            for file in self.repeatables
            if file in differing or (file.kind in ("function", "view") and (file.kind, file.name) not in existing)
        ]

    def vanished(self) -> list[Key]:
        return standing.vanished(self.repeatables, self.journal)

    def with_dependents(self, keys: Sequence[Key]) -> list[tuple[str, str, str]]:
        """Kind, name and DROP statement of functions and views and all that stands on them, the farthest first."""
        named = {"kinds": [kind for kind, _ in keys], "names": [name for _, name in keys]}
        ids = self.connection.execute(queries("repeatables")["ids_of_several"], named).fetchall()
        values = {"classes": [row[0] for row in ids], "objects": [row[1] for row in ids]}
        query = queries("repeatables")["drop_with_dependents"]
        return [(row[0], row[1], row[2]) for row in self.connection.execute(query, values)] if ids else []

    def remade(self, changed: Sequence[SourceFile]) -> tuple[list[SourceFile], list[str]]:
        """Files applied again because what they stand on is dropped for a change; and the statements that drop it all.

        A view is always dropped, a function when its head changes.
        """
        if not self.exists:
            return [], []
        doomed = self.with_dependents(
            [
                (file.kind, file.name)
                for file in changed
                if file.kind == "view" or (file.kind == "function" and self._changes_head(file))
            ]
        )
        known = {(file.kind, file.name): file for file in self.repeatables}
        there = {(file.kind, file.name) for file in changed}
        again = {(kind, name): known[kind, name] for kind, name, _ in doomed if (kind, name) in known}
        return [file for key, file in again.items() if key not in there], [row[2] for row in doomed if row[2]]

    def _changes_head(self, file: SourceFile) -> bool:
        old = self.journal.files.get((file.kind, file.name), ("", None))[1]
        return old is not None and _head(old) != _head(file.text)

    def plan(self) -> Plan:
        changed = self.changed()
        again, _ = self.remade(changed)
        tables = _Tables(self.connection)
        return Plan(
            school=self.school,
            library_version=__version__,
            school_version=self.release,
            steps=tuple(self._steps(tables)),
            files=tuple(
                self._file(file, tables, is_remade=file in again)
                for file in sorted([*changed, *again], key=lambda file: _PHASES.index(file.kind))
            ),
            dropped=tuple(f"{kind} {name}" for kind, name in self.vanished()),
            edited=self.standing.edited,
            unknown=self.standing.unknown,
            late=self.standing.late,
            busy=self.busy,
            is_new=not self.exists,
        )

    def _steps(self, tables: _Tables) -> Iterator[PlannedStep]:
        pending = self.pending
        for step in pending:
            check(step)
        if any(step.kind == "backfill" for step in pending):
            from pgacademy import backfills  # noqa: PLC0415  (most plans have none)

            backfills.require_tables(self.connection, pending)
        effects = iter(tables.effects([statement for step in pending for statement in step.statements]))
        for step in pending:
            yield PlannedStep(
                id=step.id,
                path=step.path.name,
                kind=step.kind,
                is_begun=step.id in self.standing.unfinished,
                statements=tuple(
                    PlannedStatement(statement.line, statement.first_line, next(effects))
                    for statement in step.statements
                ),
            )

    def _file(self, file: SourceFile, tables: _Tables, *, is_remade: bool) -> PlannedFile:
        recorded = self.journal.files.get((file.kind, file.name))
        old = recorded[1] if recorded else ""
        merged: dict[str | None, TableEffect] = {}
        for effects in tables.effects(split(file.text, file.path)):
            for effect in effects:
                other = merged.get(effect.table)
                if other is None or _strength(effect) > _strength(other):
                    merged[effect.table] = effect
        return PlannedFile(
            path=file.path,
            kind=file.kind,
            name=file.name,
            action="new" if recorded is None else "again" if is_remade or old == file.text else "changed",
            diff=None if old is None else _diff(file.path, old, file.text),
            effects=tuple(effect for effect in merged.values() if effect.blocks != "nothing"),
        )


@contextmanager
def reading(conninfo: str, school: str, tree_: Tree | None = None) -> Iterator[Reading]:
    """Reads a school and the files; inside, the connection is in a transaction that can write nothing."""
    files = tree_ or tree()
    steps, changeable = read_steps(files.migrations), files.repeatables()
    with (
        connect(conninfo, application_name="pgacademy plan") as connection,
        naming_holders(connection, school),
    ):
        exists = True
        try:
            release = school_release(connection, school_name(school))
        except SchoolMissing:
            exists, release = False, None
        if release is not None and release_key(release) > release_key(__version__):
            raise VersionMismatch(
                f"The school {school!r} was migrated by pgacademy {release}; this is the older {__version__}.",
                hint=f"Install pgacademy {release} or later.",
            )
        holder = connection.execute(
            queries("engine")["lock_holder"], locking.lock_key(locking.of_school(school))
        ).fetchone()
        role, has_journal = _reader(connection, school) if exists else (None, False)
        extensions = extensions_schema(connection) or EXTENSIONS_SCHEMA
        connection.execute("set client_encoding = 'UTF8'; set standard_conforming_strings = on")  # as a script has it
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            schools.act_in(connection, school, role)
            connection.execute("set local lock_timeout = '300ms'")
            journal = standing.read_journal(connection, has_views=has_journal) if exists else Journal()
            bookkeeping.require_checksums(connection, journal.state, steps)
            yield Reading(
                connection=connection,
                school=school,
                release=release,
                extensions=extensions,
                busy=f"process {holder[0]} of {holder[1]} ({holder[2]})" if holder else None,
                has_journal=has_journal,
                journal=journal,
                steps=steps,
                repeatables=changeable,
                exists=exists,
            )


def _reader(connection: Connection, school: str) -> tuple[str | None, bool]:
    """The role to read as, None for the login itself; and whether the school has a journal that others may read."""
    row = connection.execute(queries("plan")["school"], {"school": school}).fetchone()
    may_use, has_journal, may_read = row or (False, False, False)
    owner = roles.owner(school)
    if schools.may_act_as(connection, owner):
        return owner, has_journal
    if not has_journal:
        raise NotAllowed(
            f"The journal of {school!r} can be read by {owner} alone.",
            hint="An older version of pgacademy keeps it: plan as the role that deploys the school, or migrate first.",
        )
    if may_use and may_read:
        return None, has_journal
    for role in (f"{school}_analyst", f"{school}_admin"):
        if schools.may_act_as(connection, role):
            return role, has_journal
    raise NotAllowed(
        f"This login may not read the journal of {school!r}.",
        hint=f"Grant it {school}_analyst, or connect as the role that deploys the school.",
    )


_PHASES = ("function", "view", "triggers", "policies", "grants")

# What may follow a function's result type.
_OPTIONS = """
    language transform window immutable stable volatile not leakproof called returns strict security external parallel
    cost rows support set as return begin
"""


def _head(text: str) -> list[str]:
    """The tokens of a function's name, parameters and result: while they stay, the server can replace it in place."""
    head: list[str] = []
    depth = 0
    for statement in split(text)[:1]:
        for token in statement.tokens:
            depth += (token.value == "(") - (token.value == ")")
            is_result = token.value == "returns" and head[-1:] == [")"]
            if depth == 0 and token.is_word(*_OPTIONS.split()) and not is_result:
                break
            head.append(token.value)
    return head


def _diff(path: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"{path} (applied)", path, lineterm="")
    return "\n".join(lines)


def _strength(effect: TableEffect) -> int:
    return STRENGTH.index(effect.lock)


# -- tables -----------------------------------------------------------------------------------------------------------


@dataclass
class _Tables:
    """What the server says of the school's tables, asked for when it is first needed."""

    connection: Connection
    _known: Known | None = None
    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    _indexes: dict[str, str] = field(default_factory=dict)

    def effects(self, statements: Sequence[Statement]) -> list[tuple[TableEffect, ...]]:
        """The effects of statements that are run one after another."""
        if not statements:
            return []
        from pgacademy import lock_levels  # noqa: PLC0415  (its rules take long to read in, and help needs none)

        known = self._known or self._read()
        found = lock_levels.assess_all(statements, known)
        return [
            tuple(self._sized(effect) for effect in self._resolved(statement, effects))
            for statement, effects in zip(statements, found, strict=True)
        ]

    def _read(self) -> Known:
        ask = self.connection.execute
        columns, checks, functions, indexes = (
            ask(queries("plan")[name]).fetchall() for name in ("columns", "checks", "not_volatile", "indexes")
        )
        self._indexes = dict(indexes)
        self._sizes = {table: (size, rows) for table, size, rows in self._read_sizes()}
        self._known = Known(
            types={(table, column): type_ for table, column, type_ in columns},
            checked=frozenset((table, column) for table, column, _ in checks),
            never_null=frozenset((table, column) for table, column, is_proven in checks if is_proven),
            not_volatile=frozenset(row[0] for row in functions),
        )
        return self._known

    def _read_sizes(self) -> list[tuple[str, int, int]]:
        try:
            with self.connection.transaction():
                return self._ask_sizes(are_measured=True)
        except psycopg.errors.LockNotAvailable:  # somebody else changes a table just now
            return self._ask_sizes(are_measured=False)

    def _ask_sizes(self, *, are_measured: bool) -> list[tuple[str, int, int]]:
        found = self.connection.execute(queries("plan")["sizes"], {"are_measured": are_measured})
        return [(row[0], row[1], row[2]) for row in found]

    def _resolved(self, statement: Statement, effects: Sequence[Effect]) -> list[Effect]:
        """An index is replaced by its table, and what the statement reaches without naming it is added."""
        found = [self._on_table(statement, effect) for effect in effects]
        return merged([*found, *Reach(self.connection).beyond(statement, found)])

    def _on_table(self, statement: Statement, effect: Effect) -> Effect:
        if effect.kind != "index":
            return replace(effect, kind="table")
        if statement.words[0] == "alter":
            return replace(effect, table=None, reason=f"index {effect.table}: {effect.reason}")
        return replace(effect, table=self._indexes.get(effect.table or ""), kind="table")

    def _sized(self, effect: Effect) -> TableEffect:
        size, rows = (None, None) if effect.is_new else self._sizes.get(effect.table or "", (None, None))
        return TableEffect(
            table=effect.table,
            lock=effect.lock,
            blocks=effect.blocks,
            rewrites=effect.rewrites,
            scans=effect.scans,
            reason=effect.reason,
            is_new=effect.is_new,
            size_bytes=size,
            rows=rows,
        )
