"""Many schools at once: the same work for each, a few at a time, each with an outcome of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import psycopg

from pgacademy import locking, migrations, registry, verification
from pgacademy.connection import connect
from pgacademy.errors import PgacademyError, SchoolMissing, ServerUnreachable, UsageError, translate
from pgacademy.migrations import MigrationReport, Status
from pgacademy.settings import JOBS
from pgacademy.sources import Tree, queries, tree
from pgacademy.verification import Verification

T = TypeVar("T")

_log = logging.getLogger(__name__)

# Left to others of what the server still takes.
_SPARE_CONNECTIONS = 2
_LOOK_EVERY_S = 0.1

#: Called as work goes on, from several threads in turn: school, what was just done, how many are done, of how many.
#: A school begins with `what` empty, and ends with `done` equal to `total`.
Progress = Callable[[str, str, int, int], None]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one school: a report or an error. Neither: it was not begun, because the run was interrupted."""

    school: str
    report: T | None
    error: PgacademyError | None
    duration_s: float

    @property
    def succeeded(self) -> bool:
        return self.report is not None


class Outcomes(list[Outcome[T]]):
    """The outcomes in the order of the names. `interrupted`: Ctrl-C came, though all may have been at their end."""

    interrupted = False


def migrate_all(
    conninfo: str,
    *,
    jobs: int = JOBS,
    progress: Progress | None = None,
    tree_: Tree | None = None,
    only: Iterable[str] | None = None,
) -> Outcomes[MigrationReport]:
    """Migrates every school of the database, or those named in `only`, up to `jobs` at a time; see migrations.migrate.

    A school that fails keeps its error in its Outcome and stops no other. After Ctrl-C no more schools are begun,
    those at work are waited for, and `interrupted` of what is returned says so; after a second one nobody is waited
    for. Raises UsageError, SchoolMissing for a name in `only`, ServerUnreachable.
    """
    files = tree_ or tree()
    names = _names(conninfo, only)

    def work(school: str, report: migrations.Progress) -> MigrationReport:
        return migrations.migrate(conninfo, school, report, tree_=files, patience=locking.patience())

    return each(names, work, jobs=_affordable(conninfo, jobs), progress=progress)


def status_all(
    conninfo: str, *, jobs: int = JOBS, progress: Progress | None = None, tree_: Tree | None = None
) -> Outcomes[Status]:
    """The status of every school of the database; writes nothing. Errors are those of migrate_all."""
    files = tree_ or tree()

    def work(school: str, report: migrations.Progress) -> Status:
        return migrations.status(conninfo, school, tree_=files)

    return each(_names(conninfo, None), work, jobs=_affordable(conninfo, jobs), progress=progress)


def verify_all(
    conninfo: str, *, jobs: int = JOBS, progress: Progress | None = None, tree_: Tree | None = None
) -> Outcomes[Verification]:
    """What verification.verify finds of every school; writes nothing. Errors are those of migrate_all."""
    files = tree_ or tree()

    def work(school: str, report: migrations.Progress) -> Verification:
        return verification.verify(conninfo, school, tree_=files)

    return each(_names(conninfo, None), work, jobs=_affordable(conninfo, jobs), progress=progress)


def each(
    names: Sequence[str],
    work: Callable[[str, migrations.Progress], T],
    *,
    jobs: int = JOBS,
    progress: Progress | None = None,
) -> Outcomes[T]:
    """Does `work` for every name, `jobs` at a time. After Ctrl-C it begins no more, and waits for those at work.

    A second Ctrl-C raises KeyboardInterrupt, and those at work are left to themselves: they die with the process.
    """
    lock, all_started, interrupted = threading.Lock(), threading.Event(), threading.Event()
    outcomes: dict[str, Outcome[T]] = {}
    left = deque(names)

    def tell(school: str, what: str, done: int, total: int) -> None:
        if progress:
            with lock:
                progress(school, what, done, total)

    def one(school: str) -> None:
        started = time.monotonic()
        report: T | None = None
        error: PgacademyError | None = None
        tell(school, "", 0, 1)
        try:
            report = work(school, partial(tell, school))
        except PgacademyError as exc:
            error = exc
        except psycopg.Error as exc:
            error = translate(exc)
        except Exception as exc:  # a defect met in one school is no reason to stop the others
            error = PgacademyError(f"{type(exc).__name__}: {exc}")
        outcomes[school] = Outcome(school, report, error, time.monotonic() - started)
        tell(school, "", 1, 1)

    def some(ended: threading.Event) -> None:
        try:
            all_started.wait()
            while not interrupted.is_set():
                try:
                    name = left.popleft()
                except IndexError:
                    return
                one(name)
        finally:
            ended.set()

    ends = [threading.Event() for _ in range(min(jobs, len(names)))]
    try:
        for end in ends:
            # A daemon: a pool's threads would be waited for at the end of the process, whatever happens. It has the
            # caller's patience.
            threading.Thread(target=copy_context().run, args=(some, end), name="school", daemon=True).start()
        all_started.set()
        _wait(ends)
    except KeyboardInterrupt:
        interrupted.set()
        if all_started.is_set():
            _log.warning("Interrupted: the schools at work are finished first. After another Ctrl-C they are not.")
            _wait(ends)
    finally:
        all_started.set()
    found = Outcomes(outcomes.get(name) or Outcome(name, None, None, 0.0) for name in names)
    found.interrupted = interrupted.is_set()
    return found


def _wait(ends: Iterable[threading.Event]) -> None:
    """Waits for all of them, and wakes up to see a signal that another thread got.

    Not by Thread.join(), which takes a thread for dead when a signal interrupts it (Python 3.11).
    """
    for end in ends:
        while not end.wait(_LOOK_EVERY_S):
            pass


def _names(conninfo: str, only: Iterable[str] | None) -> list[str]:
    with connect(conninfo) as connection:
        known = registry.names(connection)
    if only is None:
        return known
    wanted = sorted(set(only))
    if missing := [name for name in wanted if name not in known]:
        raise SchoolMissing(
            f"There is no school {', '.join(map(repr, missing))} in this database.",
            hint="`pgacademy schools` lists those there are.",
        )
    return wanted


def _affordable(conninfo: str, jobs: int) -> int:
    """`jobs`, or fewer when the server has not so many connections left."""
    if jobs < 1:
        raise UsageError(f"{jobs} schools at a time is not possible.", hint="Say --jobs 1 or more.")
    with connect(conninfo) as connection:
        row = connection.execute(queries("registry")["free_connections"]).fetchone()
    free = row[0] if row else jobs
    if free < 1:
        raise ServerUnreachable("The server has no connection left.", hint="Try again when others have closed theirs.")
    return max(1, min(jobs, free - _SPARE_CONNECTIONS))
