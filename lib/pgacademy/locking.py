"""Waiting without harm: one migrator at a time, and short, repeated attempts at locks that readers hold."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from pgacademy.connection import Connection
from pgacademy.errors import LockBusy
from pgacademy.sources import queries

T = TypeVar("T")

#: How long to wait for another migration of the same school, in seconds.
MIGRATION_WAIT_S = 600.0
#: How often a transaction is tried that could not get its locks within lock_timeout.
ATTEMPTS = 12

_RETRIED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def _signed(text: str) -> int:
    """A hash that fits PostgreSQL's signed 32-bit lock keys, the same in every version and process."""
    number = zlib.crc32(text.encode())
    return number - (1 << 32) if number >= 1 << 31 else number


@contextmanager
def advisory_lock(connection: Connection, name: str, wait_s: float = MIGRATION_WAIT_S) -> Iterator[None]:
    """Holds the session lock `name` of this database; raises LockBusy after `wait_s` seconds.

    It polls. A session that waits inside pg_advisory_lock holds a snapshot, which CREATE INDEX CONCURRENTLY in the
    session that has the lock would wait for: a deadlock.
    """
    key = {"space": _signed("pgacademy"), "key": _signed(name)}
    deadline = time.monotonic() + wait_s
    while not _value(connection, "try_lock", key):
        if time.monotonic() > deadline:
            holder = connection.execute(queries("engine")["lock_holder"], key).fetchone()
            # Who is hidden from a connection that has become the owner already.
            who = f"process {holder[0]} of the server" if holder else "another session"
            since = f", connected since {holder[2]:%Y-%m-%d %H:%M}" if holder and holder[2] else ""
            raise LockBusy(
                f"Somebody else is at work on {name} ({who}{since}).",
                hint="Wait for it, or end that session if it is known to be dead.",
            )
        time.sleep(random.uniform(0.05, 0.2))  # noqa: S311  (jitter, not a secret)
    try:
        yield
    finally:
        if not connection.closed:
            _value(connection, "unlock", key)


def retried(connection: Connection, work: Callable[[], T]) -> T:
    """Runs `work` in a transaction, again from its start when a lock could not be had in time or a deadlock ended it.

    Between two attempts those who queued behind us get through, which is what the short lock_timeout is for.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            with connection.transaction():
                return work()
        except _RETRIED:
            time.sleep(random.uniform(0.5, 1.0) * min(0.1 * 2**attempt, 5.0))  # noqa: S311
    try:
        with connection.transaction():
            return work()
    except _RETRIED as exc:
        holders = [str(row[0]) for row in connection.execute(queries("engine")["lock_holders"])]
        raise LockBusy(
            "A lock was not to be had, however often it was tried: other sessions hold tables of the school"
            + (f" (processes {', '.join(holders)} of the server)." if holders else "."),
            detail=exc.diag.context or exc.diag.message_detail,
            hint="Wait for these sessions or end them, then run it again: what was done stays done.",
            sqlstate=exc.sqlstate,
        ) from exc


def _value(connection: Connection, query: str, values: dict[str, int]) -> object:
    row = connection.execute(queries("engine")[query], values).fetchone()
    return row[0] if row else None
