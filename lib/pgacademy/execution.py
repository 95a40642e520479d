"""Runs the statements of a file: first all in one message, and if a lock is not to be had at once, one after another.

One after another, waiting for locks is bounded for the file as a whole, and who is in the way can be told.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, PgacademyError, ServerUnreachable
from pgacademy.locking import RETRIED, Spot, patience
from pgacademy.sources import queries
from pgacademy.statements import Statement

#: A statement that took less, in seconds, has not waited for anything worth counting.
_QUICK_S = 0.05
#: What is granted to each lock when the time is used up, in seconds: nobody holds the table, it is only busy.
_LAST_S = 0.1
#: In one message, nobody counts what the statements wait for: each lock is to be had at once, and all of them together
#: within this, in milliseconds.
_AT_ONCE_MS, _AT_ONCE_TOTAL_MS = 10, 500


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
            connection.execute(queries("engine")["limit_locks"], {"lock_ms": str(round(left_s * 1000))})
            self.said_s = left_s


# -- in one message ---------------------------------------------------------------------------------------------------


def at_once(
    connection: Connection, name: str, statements: Sequence[Statement], last: str, *, is_lasting: bool = True
) -> bool:
    """Does a whole file in one message, its transaction and `last` included; False when a lock was not to be had.

    Then nothing is done. Unless `is_lasting`, a later commit is what makes it outlive a crash of the server; until then
    the file is there with its row, or neither is. Raises MigrationError with file and line, ServerUnreachable.
    """
    before = ["begin"]
    if not sets_lock_timeout(statements):
        before.append(f"set local lock_timeout = {min(_AT_ONCE_MS, _AT_ONCE_TOTAL_MS // len(statements)) or 1}")
    if not is_lasting:
        before.append("set local synchronous_commit = off")
    texts = [*before, *(statement.text for statement in statements), last, "commit"]
    try:
        done, exc = send_all(connection, texts)
    finally:
        if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
            connection.rollback()
    if exc is None:
        return True
    if isinstance(exc, RETRIED):
        return False
    if exc.diag.statement_position:
        done, exc_start = at_position(texts, int(exc.diag.statement_position))
    else:
        exc_start = 0
    number = min(max(done - len(before), 0), len(statements) - 1)
    raise failure(connection, name, statements[number], exc, exc_start) from exc


def send_all(connection: Connection, texts: Sequence[str]) -> tuple[int, psycopg.Error | None]:
    """Sends texts of SQL in one message. Returns how many statements were done, and the error that ended them."""
    query = _SEPARATOR.join(texts).encode()
    try:
        with connection.lock:
            results = connection.wait(_sent(connection.pgconn, query))
    except psycopg.OperationalError as exc:  # the connection is lost
        return 0, exc
    for number, result in enumerate(results):
        if result.status == ExecStatus.FATAL_ERROR:
            return number, psycopg.errors.error_from_result(result, connection.info.encoding)
    return len(results), None


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


def _sent(pgconn: PGconn, query: bytes) -> PQGen[list[PGresult]]:
    pgconn.send_query(query)
    results: list[PGresult] = yield from generators.execute(pgconn)
    return results


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
    for statement in statements:
        if is_counted:
            spot.where, spot.statement = f"{name}, line {statement.line}", statement
            _lock_first(connection, statement, allowance)
            allowance.say(connection)
        began = time.monotonic()
        send(connection, name, statement, spot)
        allowance.spend(time.monotonic() - began)
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        raise MigrationError(f"{name} ends its transaction itself.", hint="Every file is one transaction.")


def _lock_first(connection: Connection, statement: Statement, allowance: Allowance) -> None:
    """Takes the table locks of a statement that takes more than one."""
    from pgacademy import lock_levels  # noqa: PLC0415  (its rules take long to read in, and are seldom needed)

    effects = [
        effect
        for effect in lock_levels.assess(statement)
        if effect.table and not effect.is_new and effect.lock not in (lock_levels.NO_LOCK, lock_levels.UNKNOWN)
    ]
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
    hint = exc.diag.message_hint
    if isinstance(exc, psycopg.errors.QueryCanceled) and patience().statement_timeout_s:
        hint = f"A statement may take {patience().statement_timeout_s:g} s here (--statement-timeout)."
    return MigrationError(
        f"{name}, line {line}: {exc.diag.message_primary or exc}",
        detail="\n".join(note for note in (exc.diag.message_detail, exc.diag.context) if note) or None,
        hint=hint,
        sqlstate=exc.sqlstate,
        constraint=exc.diag.constraint_name,
    )
