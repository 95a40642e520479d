"""Waiting without harm: one migrator at a time, and short, repeated attempts at locks that readers hold."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

import psycopg
from psycopg.rows import class_row

from pgacademy.connection import Connection
from pgacademy.errors import LockBusy
from pgacademy.sources import queries
from pgacademy.statements import Statement

T = TypeVar("T")

#: Called as work goes on: what was just done, how many are done, of how many (0: nobody knows).
Progress = Callable[[str, int, int], None]

#: How long to wait for another migration of the same school, in seconds.
MIGRATION_WAIT_S = 600.0
#: How often the one who waits says so, in seconds.
_TELL_EVERY_S = 1.0

#: Between two attempts, in seconds.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0

#: What the server takes at most, in seconds.
_LONGEST_TIMEOUT_S = (2**31 - 1) / 1000

RETRIED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds.

    lock_timeout_s: for the locks of one transaction, because whoever comes after queues behind it; 0: for ever.
    budget_s: for all attempts at one step together. statement_timeout_s: for one statement; 0: for ever.
    wait_s: for another migration of the same school. backfill_pause_s: between two batches of a backfill; None: as long
    as its file says.
    """

    lock_timeout_s: float = 2.0
    budget_s: float = 300.0
    statement_timeout_s: float = 0.0
    wait_s: float = MIGRATION_WAIT_S
    backfill_pause_s: float | None = None


_USUAL = Patience()
_patience: ContextVar[Patience] = ContextVar("patience", default=_USUAL)


@contextmanager
def patient(patience: Patience) -> Iterator[None]:
    """Inside, retried() waits as `patience` says."""
    token = _patience.set(patience)
    try:
        yield
    finally:
        _patience.reset(token)


def limit_session(connection: Connection, seconds: float) -> None:
    """How long each lock may be waited for from here on, in this session."""
    connection.execute(queries("engine")["limit_session_locks"], {"lock_ms": str(milliseconds(seconds))})


def limit_statements(connection: Connection, seconds: float) -> None:
    """How long each statement may take from here on, in this session; 0: as long as the server lets it."""
    if seconds > 0:
        connection.execute(queries("engine")["limit_session_statements"], {"statement_ms": str(milliseconds(seconds))})


def milliseconds(seconds: float) -> int:
    """A timeout as the server takes it, to whom 0 is for ever: the shortest one is 1, the longest 24 days."""
    return max(round(min(seconds, _LONGEST_TIMEOUT_S) * 1000), 1) if seconds > 0 else 0


def timeout_hint(exc: psycopg.Error) -> str | None:
    """Which timeout of patience() a statement met, if it did."""
    if isinstance(exc, psycopg.errors.QueryCanceled) and patience().statement_timeout_s:
        return f"A statement may take {patience().statement_timeout_s:g} s here (--statement-timeout)."
    return None


def patience() -> Patience:
    """How long retried() waits here."""
    return _patience.get()


@dataclass
class Spot:
    """Where in a file the work is: "0003.x.sql, line 4", and the statement, or words, there."""

    where: str = ""
    words: Collection[str] = ()
    statement: Statement | None = None

    @property
    def names(self) -> set[str]:
        """What may be the name of a table there."""
        return set(self.words) | ({token.value for token in self.statement.tokens} if self.statement else set())


class Holder(NamedTuple):
    """A session that holds locks, as far as the login may see it; `open_s` is how long its transaction is open."""

    pid: int
    login: str
    application: str
    state: str | None
    open_s: float | None
    query_start: datetime | None
    query: str | None
    tables: Sequence[str] = ()
    #: The name of a prepared transaction, which no process holds.
    prepared: str | None = None

    def __str__(self) -> str:
        who = " ".join(part for part in (self.login, f"({self.application})" if self.application else "") if part)
        if self.prepared is not None:
            since = f", prepared {self.open_s:.0f} s ago" if self.open_s is not None else ""
            return f"the prepared transaction {self.prepared!r}{f' of {who}' if who else ''}{since}"
        open_ = f", its transaction open for {self.open_s:.0f} s" if self.open_s is not None else ""
        return f"process {self.pid}{f' of {who}' if who else ''}{open_}"

    @property
    def lines(self) -> list[str]:
        """What a DBA asks next."""
        since = f" since {self.query_start:%Y-%m-%d %H:%M:%S %Z}" if self.query_start else ""
        tables = f"holds {', '.join(self.tables)}" if self.tables else ""
        doing = f"{self.state or 'at work'}{since}: {' '.join(self.query.split())}" if self.query else ""
        return [f"{self}", *(f"  {line}" for line in (tables, doing) if line)]


def _signed(text: str) -> int:
    """A hash that fits PostgreSQL's signed 32-bit lock keys, the same in every version and process."""
    number = zlib.crc32(text.encode())
    return number - (1 << 32) if number >= 1 << 31 else number


def lock_key(name: str) -> dict[str, int]:
    """The two numbers of the advisory lock `name`, as values of the queries try_lock, unlock and lock_holder."""
    return {"space": _signed("pgacademy"), "key": _signed(name)}


def of_school(school: str) -> str:
    """The name of the lock that makes one alone at work on the structure of a school."""
    return f"the school {school}"


@contextmanager
def advisory_lock(
    connection: Connection, name: str, wait_s: float = MIGRATION_WAIT_S, progress: Progress | None = None
) -> Iterator[None]:
    """Holds the session lock `name` of this database; raises LockBusy after `wait_s` seconds.

    It polls. A session that waits inside pg_advisory_lock holds a snapshot, which CREATE INDEX CONCURRENTLY in the
    session that has the lock would wait for: a deadlock.
    """
    _get(connection, "try_lock", name, wait_s, (0.05, 0.2), progress)
    try:
        yield
    finally:
        if not connection.closed and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            _value(connection, "unlock", lock_key(name))


def take_turn(connection: Connection) -> None:
    """Takes the lock of what is the database's, such as the names of schemas, until the end of the transaction.

    That has locked nothing before. Nobody holds it for long. Raises LockBusy.
    """
    _get(connection, "try_lock_in_transaction", "the database", patience().wait_s, (0.01, 0.05))


def _get(
    connection: Connection,
    query: str,
    name: str,
    wait_s: float,
    pause_s: tuple[float, float],
    progress: Progress | None = None,
) -> None:
    """Asks for the lock with pauses in between, of a length by chance."""
    key = lock_key(name)
    deadline = time.monotonic() + wait_s
    told = time.monotonic()
    while not _value(connection, query, key):
        if time.monotonic() > deadline:
            raise LockBusy(
                f"Somebody else is at work on {name}: {_lock_holder(connection, key)}.",
                hint="Wait for it, or end that session if it is known to be dead.",
            )
        if progress and time.monotonic() - told > _TELL_EVERY_S:
            progress(f"waiting for {_lock_holder(connection, key)}", 0, 0)
            told = time.monotonic()
        time.sleep(random.uniform(*pause_s))  # noqa: S311  (jitter, not a secret)


def _lock_holder(connection: Connection, key: dict[str, int]) -> str:
    holder = connection.execute(queries("engine")["lock_holder"], key).fetchone()
    if holder is None:
        return "a session that has just ended"
    pid, login, application, since = holder
    # Since when is hidden from a connection that has become the owner already.
    return f"process {pid} of {login} ({application})" + (f", since {since:%Y-%m-%d %H:%M:%S %Z}" if since else "")


def retried(
    connection: Connection, work: Callable[[], T], *, spot: Spot | None = None, progress: Progress | None = None
) -> T:
    """Runs `work` in a transaction, again from its start when a lock could not be had in time or a deadlock ended it.

    Between two attempts those who queued behind us get through, which is what the short lock_timeout is for. When the
    budget of patience() is used up it raises LockBusy, which names who is in the way.
    """
    attempts = Attempts(progress)
    while True:
        try:
            with connection.transaction():
                return work()
        except RETRIED as exc:
            attempts.wait(exc, lambda: holders(connection, spot), spot)


class Attempts:
    """The attempts at one step, until the budget of patience() is used up."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress
        self.deadline = time.monotonic() + patience().budget_s
        self.begin_anew()

    def begin_anew(self) -> None:
        """After something was achieved: the next pause is a short one again."""
        self.pause_s = _FIRST_PAUSE_S

    def wait(self, exc: psycopg.Error, find: Callable[[], Sequence[Holder]], spot: Spot | None = None) -> None:
        """Pauses after the attempt that ended with `exc`, each time longer, and never the same for two.

        Raises LockBusy when there is no time left for another attempt. `find` is asked who is in the way.
        """
        sleep_s = random.uniform(0.5, 1.0) * self.pause_s  # noqa: S311  (jitter, not a secret)
        is_over = time.monotonic() + sleep_s > self.deadline
        found = find() if is_over or self.progress else []
        if is_over:
            raise busy(exc, found, spot) from exc
        if self.progress and found:
            self.progress(f"waiting for {found[0]}", 0, 0)
        time.sleep(sleep_s)
        self.pause_s = min(self.pause_s * 2, _LONGEST_PAUSE_S)


def holders(
    connection: Connection, spot: Spot | None = None, query: str = "lock_holders", *, school: str | None = None
) -> list[Holder]:
    """Who is in the way: of the sessions that hold tables of the school, those that hold one named at `spot`.

    `school` is needed where the connection is not its owner.
    """
    with connection.transaction():
        row = connection.execute("select current_schema()").fetchone()
        connection.execute(queries("engine")["as_login"])
        with connection.cursor(row_factory=class_row(Holder)) as cursor:
            found = cursor.execute(queries("engine")[query], {"school": school or (row and row[0])}).fetchall()
    words = spot.names if spot else set()
    named = [holder for holder in found if words & set(holder.tables)]
    return named or found


def busy(exc: psycopg.Error, found: Sequence[Holder], spot: Spot | None = None) -> LockBusy:
    """The error that names who is in the way."""
    words = spot.names if spot else set()
    wanted = {table for holder in found for table in holder.tables if table in words}
    table = f" on {', '.join(sorted(wanted))}" if wanted else ""
    where = f"{spot.where}: a" if spot and spot.where else "A"
    notes = [line for holder in found[:5] for line in holder.lines]
    notes += [note for note in (exc.diag.context, exc.diag.message_detail) if note]
    who = f" {found[0]} is in the way." if found else ""
    end = ["pg_terminate_backend"] if any(holder.prepared is None for holder in found) or not found else []
    end += [f"rollback prepared {holder.prepared!r}" for holder in found if holder.prepared is not None]
    return LockBusy(
        f"{where} lock{table} was not to be had in time.{who}",
        detail="\n".join(notes) or None,
        hint=f"Wait for such sessions or end them ({'; '.join(end)}), then run it again: what was done stays done.",
        sqlstate=exc.sqlstate,
    )


def _value(connection: Connection, query: str, values: dict[str, int]) -> object:
    row = connection.execute(queries("engine")[query], values).fetchone()
    return row[0] if row else None
