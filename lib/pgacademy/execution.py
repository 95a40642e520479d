"""Runs the statements of files: first all in one message, and if a lock is not to be had at once, one after another.

One after another, waiting for locks is bounded for the file as a whole, and who is in the way can be told.
"""

from __future__ import annotations

import selectors
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, PgacademyError, ServerUnreachable, refused
from pgacademy.locking import RETRIED, Spot, milliseconds, patience, timeout_hint
from pgacademy.sources import queries
from pgacademy.statements import Statement

if TYPE_CHECKING:
    from pgacademy.lock_effects import Effect

#: A statement that took less, in seconds, has not waited for anything worth counting.
_QUICK_S = 0.05
#: What is granted to each lock when the time is used up, in seconds: nobody holds the table, it is only busy.
_LAST_S = 0.1
#: In one message, nobody counts what the statements wait for: each lock is to be had at once, and all of them together
#: within this, in milliseconds.
_AT_ONCE_MS, _AT_ONCE_TOTAL_MS = 10, 500
#: What says that a message was no way to do it, not that it cannot be done: a lock was not to be had, or a file took
#: away what the next one needs of what was prepared.
_NOT_AT_ONCE = (*RETRIED, psycopg.errors.InvalidSqlStatementName)
#: How long it may take, in seconds, to tell the server to stop what it does, and after what time it is told again.
_CANCEL_S, _STOP_AGAIN_S = 5.0, 0.1


@dataclass
class Allowance:
    """How long a transaction may wait for locks: lock_timeout, for all of them together.

    Once it holds locks, whoever wants them waits for it. What its statements spend working counts too: from outside it
    looks the same.
    """

    allowed_s: float = field(default_factory=lambda: patience().lock_timeout_s)
    spent_s: float = 0.0
    said_s: float | None = None

    def spend(self, took_s: float) -> None:
        self.spent_s += took_s if took_s > _QUICK_S else 0.0

    def say(self, connection: Connection) -> None:
        """Tells the server how long the next lock may take."""
        left_s = max(self.allowed_s - self.spent_s, _LAST_S)
        if self.allowed_s > 0 and (self.said_s is None or left_s < self.said_s):
            connection.execute(queries("engine")["limit_locks"], {"lock_ms": str(milliseconds(left_s))})
            self.said_s = left_s


# -- in one message ---------------------------------------------------------------------------------------------------


class File(NamedTuple):
    """What is done in one transaction: the statements of a file, and `last`, the SQL that records it."""

    name: str
    statements: Sequence[Statement]
    last: str

    def texts(self) -> tuple[list[str], int]:
        """Everything that is sent for it, and how many statements come before its own."""
        # A transaction's own time is that at which the message came, the same for all in it.
        settings = ["set_config('pgacademy.began', clock_timestamp()::text, true)"]
        if not sets_lock_timeout(self.statements):
            lock_ms = min(_AT_ONCE_MS, _AT_ONCE_TOTAL_MS // len(self.statements)) or 1
            settings.append(f"set_config('lock_timeout', '{lock_ms}ms', true)")
        before = ["begin", f"select {', '.join(settings)}"]
        return [*before, *(statement.text for statement in self.statements), self.last, "commit"], len(before)


def at_once(
    connection: Connection,
    files: Sequence[File],
    done: Callable[[int], None] = lambda _: None,
) -> int:
    """Does whole files in one message, each in a transaction of its own, `last` included.

    Returns how many were done: fewer than all when the next one wants to be done statement by statement. `done` is told
    the number of each, from 0, also when the next one fails. Raises MigrationError with file and line, and
    ServerUnreachable.
    """
    every = [file.texts() for file in files]
    texts = [text for own, _ in every for text in own]
    try:
        number, exc = send_all(connection, texts)
    finally:
        if connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            connection.rollback()
    starts = list(accumulate((len(own) for own, _ in every), initial=0))
    count = bisect_right(starts, number) - 1
    for at in range(count):
        done(at)
    if exc is None or isinstance(exc, _NOT_AT_ONCE):
        return count
    exc_start = 0
    if exc.diag.statement_position:
        number, exc_start = at_position(texts, int(exc.diag.statement_position))
        failed = bisect_right(starts, number) - 1
        if failed > count:  # what cannot be read at all keeps the server from doing what comes before it
            return at_once(connection, files[:failed], done)
    file, own_number = files[count], number - starts[count] - every[count][1]
    statement = file.statements[min(max(own_number, 0), len(file.statements) - 1)]
    name = file.name if not connection.closed or len(files) == 1 else f"{file.name} or one of those after it"
    raise failure(connection, name, statement, exc, exc_start) from exc


def send_all(
    connection: Connection, texts: Sequence[str], meanwhile: Callable[[], None] | None = None
) -> tuple[int, psycopg.Error | None]:
    """Sends texts of SQL in one message. Returns how many statements were done, and the error that ended them.

    `meanwhile` is called while the server is at work, and cannot use the connection. What it raises passes on once the
    server was told to stop.
    """
    query = _SEPARATOR.join(texts).encode()
    try:
        with connection.lock:
            results = _results(connection, query, meanwhile)
    except psycopg.OperationalError as exc:  # the connection is lost
        return 0, exc
    for number, result in enumerate(results):
        if result.status == ExecStatus.FATAL_ERROR:
            return number, psycopg.errors.error_from_result(result, connection.info.encoding)
    return len(results), None


def _results(connection: Connection, query: bytes, meanwhile: Callable[[], None] | None) -> list[PGresult]:
    pgconn = connection.pgconn
    try:
        return connection.wait(_answers(pgconn, query, meanwhile))
    except BaseException:
        if pgconn.transaction_status == TransactionStatus.ACTIVE:  # an interruption, at whatever point
            try:
                _stop(connection)
            except psycopg.Error:  # the server stops when it misses its client
                connection.close()
        raise


def _answers(pgconn: PGconn, query: bytes, meanwhile: Callable[[], None] | None) -> PQGen[list[PGresult]]:
    pgconn.send_query(query)
    if meanwhile:
        meanwhile()
    results: list[PGresult] = yield from generators.execute(pgconn)
    return results


def _stop(connection: Connection) -> None:
    """Has the server stop what it was sent, and takes its answers.

    One that is told before it has begun does not hear it, so it is told until it stops.
    """
    pgconn = connection.pgconn
    with selectors.DefaultSelector() as answer:
        answer.register(pgconn.socket, selectors.EVENT_READ)
        while pgconn.transaction_status == TransactionStatus.ACTIVE:
            pgconn.flush()
            connection.cancel_safe(timeout=_CANCEL_S)
            if answer.select(_STOP_AGAIN_S):
                pgconn.consume_input()
            while not pgconn.is_busy() and pgconn.get_result():
                pass


def at_position(texts: Sequence[str], position: int) -> tuple[int, int]:
    """Which of the texts sent together is at a position, counted from 1, and how many characters precede it."""
    start = 0
    for number, text in enumerate(texts):
        if position <= start + len(text) + len(_SEPARATOR):
            return number, start
        start += len(text) + len(_SEPARATOR)
    return len(texts) - 1, start


#: On a line of its own: a file may end with a comment.
_SEPARATOR = "\n;\n"


def sets_lock_timeout(statements: Sequence[Statement]) -> bool:
    """Whether a file sets its own lock_timeout; then it knows why."""
    return any("lock_timeout" in statement.text.lower() for statement in statements)


# -- one after another ------------------------------------------------------------------------------------------------


def run(
    connection: Connection,
    name: str,
    statements: Sequence[Statement],
    spot: Spot,
    allowance: Allowance | None = None,
) -> None:
    """Sends the statements, within the caller's transaction; `spot` says where it is when an error passes.

    `allowance` is what the transaction has left, where it began before. The server's lock_timeout is for each lock, so
    the tables of a statement that takes several are locked beforehand, one by one. (Which these are in a DO block or a
    function, nobody can tell from outside.)

    Raises MigrationError with file and line, and psycopg's errors that mean "try again".
    """
    allowance = allowance or Allowance()
    is_counted = allowance.allowed_s > 0 and not sets_lock_timeout(statements)
    effects = _locks(statements) if is_counted else [[] for _ in statements]
    for statement, locks in zip(statements, effects, strict=True):
        if is_counted:
            spot.where, spot.statement = f"{name}, line {statement.line}", statement
            _lock_first(connection, locks, allowance)
            allowance.say(connection)
        began = time.monotonic()
        send(connection, name, statement, spot)
        allowance.spend(time.monotonic() - began)
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise MigrationError(f"{name} ends its transaction itself.", hint="Every file is one transaction.")


def settle(connection: Connection, name: str, statements: Sequence[Statement]) -> None:
    """At the end of a file's transaction: what its commit would refuse is refused here, where the file is known."""
    try:
        connection.execute("set constraints all immediate")
    except RETRIED:
        raise
    except psycopg.Error as exc:
        raise failure(connection, name, statements[-1], exc) from exc


def _locks(statements: Sequence[Statement]) -> list[list[Effect]]:
    """What each statement locks of what others may hold: not what one before it made."""
    from pgacademy import lock_levels  # noqa: PLC0415  (its rules take long to read in, and are seldom needed)

    none = (lock_levels.NO_LOCK, lock_levels.UNKNOWN)
    return [
        [effect for effect in effects if effect.table and not effect.is_new and effect.lock not in none]
        for effects in lock_levels.assess_all(statements)
    ]


def _lock_first(connection: Connection, effects: Sequence[Effect], allowance: Allowance) -> None:
    """Takes the table locks of a statement that takes more than one."""
    if not effects:
        return
    values = {
        "tables": [effect.table for effect in effects],
        "locks": [effect.lock for effect in effects],
        "constraints": [effect.constraint for effect in effects],
    }
    found = connection.execute(queries("engine")["table_locks"], values).fetchall()
    for (lock,) in found if len(found) > 1 else ():
        allowance.say(connection)
        began = time.monotonic()
        connection.execute(lock.encode())
        allowance.spend(time.monotonic() - began)


def send(connection: Connection, name: str, statement: Statement, spot: Spot) -> None:
    """Sends one statement, in a transaction or not."""
    spot.where, spot.statement = f"{name}, line {statement.line}", statement
    try:
        connection.execute(statement.text.encode())
    except RETRIED:
        raise
    except psycopg.Error as exc:
        raise failure(connection, name, statement, exc) from exc


def failure(
    connection: Connection, name: str, statement: Statement, exc: psycopg.Error, start: int = 0
) -> PgacademyError:
    """The error of ours that says in which line of which file the server refused what.

    `start` is how many characters were sent ahead of the statement.
    """
    position = exc.diag.statement_position
    line = statement.line + (statement.text[: int(position) - start - 1].count("\n") if position else 0)
    if connection.closed:
        return ServerUnreachable(
            f"{name}, line {line}: the connection was lost: {' '.join(str(exc).split())}",
            hint="Run it again: every file is there whole or not at all.",
            sqlstate=exc.sqlstate,
        )
    return refused(f"{name}, line {line}", exc, hint=timeout_hint(exc))
