"""Migrations: yoyo's files, order and tracking tables; our execution.

What differs from yoyo, and why, was measured: yoyo commits a migration and its tracking row apart (a kill between the
two needs hands), keeps a lock row that a killed run leaves behind, splits files with a parser that breaks on valid SQL,
and does not notice an edited file. Here one connection holds an advisory lock, and each file goes to the server whole,
in one transaction with its row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg

from pgacademy import __version__, bookkeeping, locking, repeatables, schools
from pgacademy.connection import Connection, connect, school_release
from pgacademy.errors import MigrationError, UsageError
from pgacademy.settings import school_name
from pgacademy.sources import Tree, queries, tree
from pgacademy.steps import Step, read_steps

#: Called as work goes on: what was just done, how many are done, of how many.
Progress = Callable[[str, int, int], None]


@dataclass
class MigrationReport:
    """What a run changed: names of migrations, paths of repeatable files, names of dropped objects."""

    school: str
    applied: list[str] = field(default_factory=list)
    repeatables: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    duration_s: float = 0.0

    @property
    def changed(self) -> bool:
        return bool(self.applied or self.repeatables or self.dropped)


@dataclass(frozen=True)
class Status:
    """How a school stands against the files of this library."""

    school: str
    library_version: str
    school_version: str | None
    applied: tuple[str, ...]
    pending: tuple[str, ...]
    edited: tuple[str, ...]
    unknown: tuple[str, ...]
    changed: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return not (self.pending or self.edited or self.unknown or self.changed or self.vanished)


def migrate(
    conninfo: str, school: str, progress: Progress | None = None, *, tree_: Tree | None = None
) -> MigrationReport:
    """Brings a school up to the files of this library: pending migrations, then every repeatable file that changed.

    Safe to run at any time, from several places at once and after any kind of death: each file is either there with its
    row or not at all. The roles must exist (roles.apply_roles). Raises MigrationError, RolesMissing, NotAllowed,
    UnsafeSearchPath, VersionMismatch, LockBusy, ServerUnreachable.
    """
    files = tree_ or tree()
    report = MigrationReport(school_name(school))
    steps, changeable = read_steps(files.migrations), files.repeatables()
    started = time.monotonic()
    with _session(conninfo) as connection, locking.advisory_lock(connection, f"the school {school}"):
        schools.prepare(connection, school)
        with schools.as_owner(connection, school):
            applied = bookkeeping.applied(connection)
            pending = _pending(steps, applied)
            for number, step in enumerate(pending, 1):
                _apply(connection, step)
                report.applied.append(step.id)
                if progress:
                    progress(step.id, number, len(pending))
            history = [*applied, *report.applied]
            outcome = repeatables.apply(connection, changeable, history, progress)
            report.repeatables, report.dropped = outcome.applied, outcome.dropped
            schools.record_release(connection, school)
    report.duration_s = time.monotonic() - started
    return report


def status(conninfo: str, school: str, *, tree_: Tree | None = None) -> Status:
    """Compares a school with the files of this library, and writes nothing."""
    files = tree_ or tree()
    steps, changeable = read_steps(files.migrations), files.repeatables()
    with connect(conninfo) as connection:
        connection.read_only = True
        release = school_release(connection, school_name(school))
        with schools.as_owner(connection, school):
            applied = bookkeeping.applied(connection)
            known = {step.id for step in steps}
            plan = repeatables.plan(connection, changeable, list(applied))
    return Status(
        school=school,
        library_version=__version__,
        school_version=release,
        applied=tuple(applied),
        pending=tuple(step.id for step in steps if step.id not in applied),
        edited=tuple(step.id for step in steps if _is_edited(step, applied)),
        unknown=tuple(name for name in applied if name not in known),
        changed=tuple(file.path for file in plan.changed),
        vanished=tuple(f"{kind} {name}" for kind, name in plan.vanished),
    )


def rollback(
    conninfo: str, school: str, to: str, progress: Progress | None = None, *, tree_: Tree | None = None
) -> list[str]:
    """Takes back every migration after `to`, newest first, in one transaction; `to` itself stays. Returns their names.

    Functions, views, triggers and policies describe the newest state, not the older one, so they go first; the library
    that fits that state brings its own back with `migrate`. Refuses when any step has no rollback file.
    """
    files = tree_ or tree()
    steps = {step.id: step for step in read_steps(files.migrations)}
    with _session(conninfo) as connection, locking.advisory_lock(connection, f"the school {school_name(school)}"):
        school_release(connection, school)
        with schools.as_owner(connection, school):
            applied = list(bookkeeping.applied(connection))
            doomed = [steps[name] if name in steps else _no_file(name) for name in reversed(_after(applied, to))]
            _check_rollback_files(doomed)

            def work() -> None:
                repeatables.drop_all(connection)
                schools.forget_release(connection, school)
                for number, step in enumerate(doomed, 1):
                    _send(connection, step.rollback_path.read_text(encoding="utf-8"), step.rollback_path.name)
                    bookkeeping.unmark(connection, step)
                    if progress:
                        progress(step.id, number, len(doomed))

            if doomed:
                locking.retried(connection, work)
    return [step.id for step in doomed]


# -- reading ----------------------------------------------------------------------------------------------------------


def _session(conninfo: str) -> Connection:
    connection = connect(conninfo, application_name="pgacademy migrate")
    connection.execute(queries("engine")["session_settings"])
    return connection


def _is_edited(step: Step, applied: dict[str, str | None]) -> bool:
    return applied.get(step.id) not in (None, step.sha256)


def _pending(steps: Sequence[Step], applied: dict[str, str | None]) -> list[Step]:
    """The steps still to do, after checking that those done are what the files say, and come first."""
    edited = [step.path.name for step in steps if _is_edited(step, applied)]
    if edited:
        raise MigrationError(
            f"Applied migrations were edited since: {', '.join(edited)}.",
            hint="Restore the files as they were, and put the change into a new migration.",
        )
    unknown = sorted(applied.keys() - {step.id for step in steps})
    if unknown:
        raise MigrationError(
            f"The school has migrations that this library does not know: {', '.join(unknown)}.",
            hint="Use the version of pgacademy that applied them, or a later one.",
        )
    pending = [step for step in steps if step.id not in applied]
    last = max((number for number, step in enumerate(steps) if step.id in applied), default=-1)
    late = [step.id for step in steps[: last + 1] if step.id not in applied]
    if late:
        raise MigrationError(
            f"Migrations have appeared before ones that are already applied: {', '.join(late)}.",
            hint="Number them after the last one applied.",
        )
    return pending


def _after(applied: list[str], to: str) -> list[str]:
    if to not in applied:
        raise UsageError(f"The migration {to!r} is not applied.", hint="`pgacademy status` lists those that are.")
    return applied[applied.index(to) + 1 :]


def _no_file(name: str) -> Step:
    raise MigrationError(
        f"This library has no file for the migration {name!r}.", hint="Use the version that applied it."
    )


def _check_rollback_files(doomed: list[Step]) -> None:
    missing = [step.rollback_path.name for step in doomed if not step.rollback_path.exists()]
    if missing:
        raise MigrationError(
            f"There is no way back: {', '.join(missing)} does not exist.", hint="Restore a backup instead."
        )


# -- writing ----------------------------------------------------------------------------------------------------------


def _apply(connection: Connection, step: Step) -> None:
    """One file and its bookkeeping, in one transaction."""

    def work() -> None:
        started = time.monotonic()
        _send(connection, step.text, step.path.name)
        bookkeeping.mark(connection, step, round((time.monotonic() - started) * 1000))

    locking.retried(connection, work)


def _send(connection: Connection, text: str, name: str) -> None:
    """Sends a whole file in one message, unsplit; refuses one that ends the transaction around it."""
    before = connection.execute(queries("bookkeeping")["transaction_id"]).fetchone()
    with repeatables.named(name, text):
        connection.execute(text.encode())
    if (
        connection.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS
        or connection.execute(queries("bookkeeping")["transaction_id"]).fetchone() != before
    ):
        raise MigrationError(
            f"{name} ends its transaction itself.", hint="Take COMMIT and ROLLBACK out; every file is one transaction."
        )
