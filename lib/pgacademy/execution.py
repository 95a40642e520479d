"""Runs the statements of a file one after another, so that waiting for locks stays bounded for the file as a whole."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, PgacademyError, ServerUnreachable
from pgacademy.locking import RETRIED, Spot, patience
from pgacademy.sources import queries
from pgacademy.statements import Statement

#: A statement that took less, in seconds, has not waited for anything worth counting.
_QUICK_S = 0.05
#: What is granted to each lock when the time is used up, in seconds: nobody holds the table, it is only busy.
_LAST_S = 0.1


def run(connection: Connection, name: str, statements: Sequence[Statement], spot: Spot) -> None:
    """Sends the statements, within the caller's transaction; `spot` says where it is when an error passes.

    Once the transaction holds locks, whoever wants them waits for it, so what its statements wait for further locks is
    taken from one allowance, lock_timeout. What they spend working counts too: from outside it looks the same.

    Raises MigrationError with file and line, and psycopg's errors that mean "try again".
    """
    allowed_s = patience().lock_timeout_s
    # A file that sets its own lock_timeout knows why.
    is_counted = allowed_s > 0 and not any("lock_timeout" in statement.text.lower() for statement in statements)
    said_s, spent_s = allowed_s, 0.0
    for statement in statements:
        left_s = max(allowed_s - spent_s, _LAST_S)
        if is_counted and left_s < said_s:
            connection.execute(queries("engine")["limit_locks"], {"lock_ms": str(round(left_s * 1000))})
            said_s = left_s
        began = time.monotonic()
        send(connection, name, statement, spot)
        took_s = time.monotonic() - began
        spent_s += took_s if took_s > _QUICK_S else 0.0
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
        raise MigrationError(f"{name} ends its transaction itself.", hint="Every file is one transaction.")


def send(connection: Connection, name: str, statement: Statement, spot: Spot) -> None:
    """Sends one statement, in a transaction or not."""
    spot.where, spot.statement = f"{name}, line {statement.line}", statement
    try:
        connection.execute(statement.text.encode())
    except RETRIED:
        raise
    except psycopg.Error as exc:
        raise failure(connection, name, statement, exc) from exc


def failure(connection: Connection, name: str, statement: Statement, exc: psycopg.Error) -> PgacademyError:
    """The error of ours that says in which line of which file the server refused what."""
    position = exc.diag.statement_position
    line = statement.line + (statement.text[: int(position) - 1].count("\n") if position else 0)
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
