"""The connection of a migration, and the lock that makes it alone at work on a school."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pgacademy import locking, schools
from pgacademy.connection import Connection, connect
from pgacademy.errors import NotAllowed, translate
from pgacademy.locking import Patience, Progress


@contextmanager
def session(conninfo: str, school: str, patience: Patience | None = None) -> Iterator[tuple[Connection, schools.Look]]:
    """A connection set up for migrating, and what it finds of the school; waits for locks as `patience` says."""
    with (
        locking.patient(patience or Patience()),
        connect(conninfo, application_name="pgacademy migrate") as connection,
        _named(),
    ):
        try:
            yield connection, schools.enter(connection, school)
        except psycopg.errors.LockNotAvailable as exc:  # of what was only read, outside of locking.retried()
            raise locking.busy(exc, locking.holders(connection, school=school)) from exc


@contextmanager
def _named() -> Iterator[None]:
    """What the server refuses outside of the files arrives as an error of ours."""
    try:
        with writing():
            yield
    except psycopg.Error as exc:
        raise translate(exc) from exc


@contextmanager
def writing() -> Iterator[None]:
    """Inside, a server that takes no changes is named by a NotAllowed."""
    try:
        yield
    except psycopg.errors.ReadOnlySqlTransaction as exc:
        raise NotAllowed(
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
