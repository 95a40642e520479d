"""Migrations: yoyo's files, order and tracking tables; our execution.

What differs from yoyo, and why, was measured: yoyo commits a migration and its tracking row apart (a kill between the
two needs hands), keeps a lock row that a killed run leaves behind, splits files with a parser that breaks on valid SQL,
and does not notice an edited file. Here one connection holds an advisory lock, and each file is one transaction, its
row included; what cannot be one is recorded as begun and as done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import psycopg

from pgacademy import __version__, bookkeeping, execution, locking, repeatables, roles, schools
from pgacademy.bookkeeping import HistoryEntry, State, state_of
from pgacademy.connection import Connection, batch, school_release
from pgacademy.errors import JournalDamaged, MigrationError, UsageError
from pgacademy.locking import Patience, Progress
from pgacademy.school_comment import is_development, is_finished, release_in
from pgacademy.sessions import elapsed_ms, looking, school_lock, session
from pgacademy.settings import school_name
from pgacademy.sources import SourceFile, Tree, queries, tree
from pgacademy.standing import standing
from pgacademy.steps import Step, check, read_steps

__all__ = [
    "MigrationReport",
    "Patience",
    "Progress",
    "Status",
    "history",
    "migrate",
    "status",
]


@dataclass
class MigrationReport:
    """What a run changed: migrations, paths of repeatable files, names of dropped objects and of new partitions.

    mended: something of what a school stands on was missing, as in a new one: its journal, privileges, the comment.
    That alone is no change.
    """

    school: str
    applied: list[str] = field(default_factory=list)
    repeatables: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    partitions: list[str] = field(default_factory=list)
    mended: bool = False
    duration_s: float = 0.0

    @property
    def changed(self) -> bool:
        return bool(self.applied or self.repeatables or self.dropped or self.partitions)


@dataclass(frozen=True)
class Status:
    """How a school stands against the files of this library.

    pending: to be applied; unfinished: begun by a run that did not come to its end. edited, unknown, late: what keeps
    `migrate` from running: a file that is not what was applied, one that is missing here, one that has appeared before
    others that are applied. changed, vanished: repeatable files.
    """

    school: str
    library_version: str
    school_version: str | None
    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unfinished: tuple[str, ...]
    edited: tuple[str, ...]
    unknown: tuple[str, ...]
    late: tuple[str, ...]
    changed: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return not (self.pending or self.unfinished or self.changed or self.vanished or self.has_drifted)

    @property
    def has_drifted(self) -> bool:
        return bool(self.edited or self.unknown or self.late)


def migrate(
    conninfo: str,
    school: str,
    progress: Progress | None = None,
    *,
    tree_: Tree | None = None,
    patience: Patience | None = None,
    development: bool = False,
) -> MigrationReport:
    """Brings a school up to the files of this library: pending migrations, then every repeatable file that changed.

    Safe to run at any time, from several places at once and after any kind of death: each file is either there with its
    row or not at all, and what takes several transactions goes on where it was. The roles must exist
    (roles.apply_roles). `development` makes a new school a development one, which `reset` may empty; one that is there
    stays what it is, and UsageError is raised if that is another. Raises MigrationError, JournalDamaged, RolesMissing,
    NotAllowed, UnsafeSearchPath, VersionMismatch, Conflict for a school that is half dropped, LockBusy,
    PooledConnection, ServerUnreachable.
    """
    report = MigrationReport(school_name(school))
    started = time.monotonic()
    reading = _reading(tree_ or tree())
    with session(conninfo, school, patience) as (connection, seen):
        files = reading.result()
        if development and seen.comment and not is_development(seen.comment):
            raise UsageError(
                f"The school {school!r} is there already, and is no development school.",
                hint=f"Make it one, if that is meant: `pgacademy mark {school} development`.",
            )
        if not _is_current(connection, school, seen, files):
            with school_lock(connection, school, progress), _kept(connection):
                _migrate(connection, report, files, progress, development=development)
    report.duration_s = time.monotonic() - started
    return report


def status(conninfo: str, school: str, *, tree_: Tree | None = None) -> Status:
    """Compares a school with the files of this library, and writes nothing. Raises JournalDamaged as migrate() does."""
    files = tree_ or tree()
    steps, changeable = read_steps(files.migrations), files.repeatables()
    with looking(conninfo, school_name(school)) as connection:
        release = school_release(connection, school)
        with schools.as_owner(connection, school):
            state = bookkeeping.read(connection)
            bookkeeping.require_checksums(connection, state, steps)
            plan = repeatables.plan(connection, changeable, list(state.applied))
    found = standing(steps, state)
    return Status(
        school=school,
        library_version=__version__,
        school_version=release,
        applied=tuple(state.applied),
        **vars(found),
        changed=tuple(file.path for file in plan.changed),
        vanished=tuple(f"{kind} {name}" for kind, name in plan.vanished),
    )


def history(conninfo: str, school: str) -> list[HistoryEntry]:
    """Who did what to the school, when, how long it took and with which version; the oldest first."""
    with looking(conninfo, school_name(school)) as connection:
        school_release(connection, school)
        with schools.as_owner(connection, school):
            return bookkeeping.history(connection)


# -- reading ----------------------------------------------------------------------------------------------------------


class _Files(NamedTuple):
    """What the files say: migrations, repeatable files, and how a school looks that has them all."""

    steps: list[Step]
    changeable: list[SourceFile]
    current: repeatables.Current


def _read(files: Tree) -> _Files:
    steps, changeable = read_steps(files.migrations), files.repeatables()
    return _Files(steps, changeable, repeatables.current(changeable, [step.id for step in steps]))


def _reading(files: Tree) -> Future[_Files]:
    """The files, looked at while the server connects and answers. By a daemon: nobody who interrupts waits for it."""
    found: Future[_Files] = Future()

    def read() -> None:
        try:
            found.set_result(_read(files))
        except BaseException as exc:  # raised where the result is asked for
            found.set_exception(exc)

    threading.Thread(target=read, name="files", daemon=True).start()
    return found


def _is_current(connection: Connection, school: str, seen: schools.Look, files: _Files) -> bool:
    """Whether there is nothing to do, seen without the lock: what is true of one moment needs none."""
    if not seen.is_ready or seen.owner != roles.owner(school):
        return False
    if not is_finished(seen.comment) or release_in(seen.comment) != __version__:
        return False
    journal = queries("bookkeeping")
    parts = [journal["relations"], journal["state"], journal["objects"], queries("repeatables")["existing"]]
    try:
        found = batch(connection, [schools.become_owner(school, seen.extensions or "", local=True), *parts], {})
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):  # somebody has had a hand in the journal
        return False
    *_, rows, recorded, existing = found
    try:
        state = state_of(rows)
    except JournalDamaged:  # told below, after a look at the tables themselves
        return False
    if None in state.applied.values():
        with schools.as_owner(connection, school, seen.extensions):
            bookkeeping.require_checksums(connection, state, files.steps)
    return standing(files.steps, state).is_current and files.current.is_so(recorded, existing)


def _pending(steps: Sequence[Step], state: State) -> list[Step]:
    """The steps still to do, after checking that those done are what the files say, and come first."""
    found = standing(steps, state)
    if found.edited:
        edited = [step.path.name for step in steps if step.id in found.edited]
        raise MigrationError(
            f"Applied migrations were edited since: {', '.join(edited)}.",
            hint="Restore the files as they were, and put the change into a new migration.",
        )
    if found.unknown:
        raise MigrationError(
            f"The school has migrations that this library does not know: {', '.join(found.unknown)}.",
            hint="Use the version of pgacademy that applied them, or a later one.",
        )
    if found.late:
        raise MigrationError(
            f"Migrations have appeared before ones that are already applied: {', '.join(found.late)}.",
            hint="Number them after the last one applied.",
        )
    return [step for step in steps if step.id in found.pending]


def _check(steps: Sequence[Step]) -> None:
    for step in steps:
        check(step)


# -- writing ----------------------------------------------------------------------------------------------------------


#: What the server says of a table, a function or anything else that is there already.
_IS_THERE = ("42P07", "42723", "42710")


def _migrate(
    connection: Connection,
    report: MigrationReport,
    files: _Files,
    progress: Progress | None,
    *,
    development: bool,
) -> None:
    school = report.school
    seen = schools.look(connection, school)
    schools.check(connection, school, seen)
    # A commit that waits for the disk does so for all before it, which are written in order: the last one is enough.
    # Until then a file is there with its row, or neither is.
    connection.execute("set synchronous_commit = off")
    # A new school is not there before all of its files were looked at; of others, only those that are not applied.
    checking = None if seen.exists else partial(_check, files.steps)
    report.mended = schools.prepare(connection, school, seen, checking)
    with schools.as_owner(connection, school):
        if development and not seen.comment:
            schools.set_development(connection, school, True)
        state = bookkeeping.read_existing(connection) if seen.exists else State()
        bookkeeping.require_checksums(connection, state, files.steps)
        pending = _pending(files.steps, state)
        if seen.exists:
            _check(pending)
        if any(step.kind == "backfill" for step in pending):
            from pgacademy import backfills  # noqa: PLC0415  (few steps take several transactions)

            backfills.require_tables(connection, pending)
        try:
            _apply_all(connection, report, pending, state, progress)
        except MigrationError as exc:
            if not state.applied and not report.applied and exc.sqlstate in _IS_THERE:
                exc.hint = (
                    "The schema holds objects, and no journal says where they come from. "
                    "If they are of this school, say so with `pgacademy baseline`."
                )
            raise
        # Before triggers that write to a table that is new, if the school can already; and after all is there.
        made = _ensure_partitions(connection, progress)
        outcome = repeatables.apply(connection, files.changeable, [*state.applied, *report.applied], progress)
        report.repeatables, report.dropped = outcome.applied, outcome.dropped
        report.partitions = made + _ensure_partitions(connection, progress)
        connection.execute("reset synchronous_commit")
        with connection.transaction():
            anew = report.changed or report.mended or development
            report.mended |= schools.record_release(connection, school, anew=anew)


@contextmanager
def _kept(connection: Connection) -> Iterator[None]:
    """A run that fails does not say so before what it did is on the disk: it says that this stays."""
    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):  # the connection may be what failed
            connection.execute(queries("engine")["wait_for_the_disk"])
        raise


def _ensure_partitions(connection: Connection, progress: Progress | None) -> list[str]:
    """A partitioned table takes no row before its months are there: they come with the table."""
    engine = queries("engine")
    if connection.execute(engine["has_partitioned_tables"]).fetchone() != (True,):
        return []
    made: list[str] = []

    def work() -> None:
        made[:] = [name for (name,) in connection.execute(engine["ensure_partitions"])]

    locking.retried(connection, work, spot=locking.Spot(), progress=progress)
    return made


#: In a school that has nothing yet nobody waits for anybody, and statements that only define something take no time. So
#: many files of them, of so many characters in all, are sent in one message there, behind the file that comes before
#: them; elsewhere whoever looks on sees one file at a time.
_TOGETHER, _TOGETHER_CHARACTERS = 20, 50_000
_DEFINING = {"alter", "comment", "create", "drop", "grant", "revoke"}


def _apply_all(
    connection: Connection, report: MigrationReport, pending: Sequence[Step], state: State, progress: Progress | None
) -> None:
    """Does the steps in their order, each in a transaction of its own, and enters each in the report."""
    is_empty = not (state.applied or state.started)
    prepared: str | None = None

    def done(step: Step) -> None:
        report.applied.append(step.id)
        if progress:
            progress(step.id, len(report.applied), len(pending))

    while left := pending[len(report.applied) :]:
        together = _together(left) if is_empty else []
        if together:
            if not prepared:
                prepared = f"pgacademy_mark_{len(report.applied)}"
                bookkeeping.prepare_mark(connection, prepared)
            files = [_file(step, bookkeeping.mark_prepared_sql(prepared, step)) for step in together]
            count = execution.at_once(connection, files, lambda number: done(left[number]))
            if count < len(files):  # after that the driver may have the server forget what is prepared
                prepared = None
            if count:
                continue
        is_resumed = left[0].id in state.started
        apply(connection, report.school, left[0], progress, is_resumed=is_resumed, is_tried=bool(together))
        prepared = None  # as above: a step may have dropped something
        done(left[0])


def _together(steps: Sequence[Step]) -> list[Step]:
    """The first steps, as far as they are sent in one message."""
    found: list[Step] = []
    characters = 0
    for step in steps[:_TOGETHER]:
        characters += len(step.text)
        if step.kind != "transactional" or characters > _TOGETHER_CHARACTERS or (found and not _is_quick(step)):
            break
        found.append(step)
    return found


def _is_quick(step: Step) -> bool:
    return all(_DEFINING.intersection(statement.head[:1]) for statement in step.statements)


def _file(step: Step, last: str) -> execution.File:
    return execution.File(step.path.name, step.statements, last)


def apply(
    connection: Connection,
    school: str,
    step: Step,
    progress: Progress | None = None,
    *,
    is_resumed: bool = False,
    is_tried: bool = False,
) -> None:
    """Does one step and records it. The connection acts as the owner, in no transaction, and holds the lock.

    `is_resumed`: an earlier run began it. `is_tried`: in one message it could not be done.
    """
    started = time.monotonic()
    if step.kind == "transactional":
        if not is_tried and execution.at_once(connection, [_file(step, bookkeeping.mark_sql(connection, step))]):
            return
        spot = locking.Spot()

        def work() -> None:
            began = time.monotonic()
            execution.run(connection, step.path.name, step.statements, spot)
            execution.settle(connection, step.path.name, step.statements)
            bookkeeping.mark(connection, step, elapsed_ms(began))

        locking.retried(connection, work, spot=spot, progress=progress)
        return
    from pgacademy import backfills, concurrently  # noqa: PLC0415  (few steps take several transactions)

    if step.kind == "concurrent" and not is_resumed:
        concurrently.look(connection, step.path.name, step.statements[0])
    bookkeeping.begin(connection, step)
    if step.kind == "concurrent":
        name, (statement,) = step.path.name, step.statements
        concurrently.run(connection, name, statement, is_resumed=is_resumed, progress=progress)
    else:
        # Its batches wait for the disk and for a standby that is waited for: else they would run ahead of everybody.
        connection.execute("reset synchronous_commit")
        backfills.run(connection, school, step, progress, pause_s=locking.patience().backfill_pause_s)
    with connection.transaction():
        bookkeeping.mark(connection, step, elapsed_ms(started))
