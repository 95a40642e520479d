"""The connection of a migration, and the lock that makes it alone at work on a school."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pgacademy import locking, schools
from pgacademy.connection import Connection, connect
from pgacademy.errors import ReadOnly, translate
from pgacademy.locking import Patience, Progress


@contextmanager
def session(conninfo: str, school: str, patience: Patience | None = None) -> Iterator[tuple[Connection, schools.Look]]:
    """A connection set up for migrating, and what it finds of the school; waits for locks as `patience` says."""
    with (
        locking.patient(patience or Patience()),
        connect(conninfo, application_name="pgacademy migrate") as connection,
        _named(),
        naming_holders(connection, school),
    ):
        yield connection, schools.enter(connection, school)


@contextmanager
def looking(conninfo: str, school: str, patience: Patience | None = None) -> Iterator[Connection]:
    """A connection for looking at a school: it waits for locks as a migration does, and says who holds them."""
    with (
        locking.patient(patience or Patience()),
        connect(conninfo) as connection,
        _named(),
        naming_holders(connection, school),
    ):
        locking.limit_session(connection, locking.patience().lock_timeout_s)
        locking.limit_statements(connection, locking.patience().statement_timeout_s)
        connection.read_only = True
        yield connection


@contextmanager
def naming_holders(connection: Connection, school: str) -> Iterator[None]:
    """A lock that could not be had outside of locking.retried(), as of the journal, arrives as a LockBusy."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as exc:
        raise locking.busy(exc, locking.holders(connection, school=school)) from exc


@contextmanager
def _named() -> Iterator[None]:
    """What the server refuses outside of the files arrives as an error of ours."""
    try:
        with writing():
            yield
    except psycopg.Error as exc:
        error = translate(exc)
        error.hint = error.hint or locking.timeout_hint(exc)
        raise error from exc


@contextmanager
def writing() -> Iterator[None]:
    """Inside, a server that takes no changes is named by a ReadOnly."""
    try:
        yield
    except psycopg.errors.ReadOnlySqlTransaction as exc:
        raise ReadOnly(
            "The server takes no changes: it is a replica, or its transactions are read-only by default.",
            hint="Give the DSN of the primary, and check default_transaction_read_only.",
            sqlstate=exc.sqlstate,
        ) from exc


@contextmanager
def school_lock(connection: Connection, school: str, progress: Progress | None = None) -> Iterator[None]:
    """Holds the lock that makes one alone at work on the structure of a school."""
    with locking.advisory_lock(connection, locking.of_school(school), locking.patience().wait_s, progress):
        yield


def elapsed_ms(since: float) -> int:
    """Milliseconds since a time of time.monotonic()."""
    return round((time.monotonic() - since) * 1000)
