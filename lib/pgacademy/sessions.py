"""The connection of a migration, and the lock that makes it alone at work on a school."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pgacademy import locking, schools
from pgacademy.connection import Connection, connect
from pgacademy.locking import Patience, Progress


@contextmanager
def session(conninfo: str, school: str, patience: Patience | None = None) -> Iterator[tuple[Connection, schools.Look]]:
    """A connection set up for migrating, and what it finds of the school; waits for locks as `patience` says."""
    with locking.patient(patience or Patience()), connect(conninfo, application_name="pgacademy migrate") as connection:
        yield connection, schools.enter(connection, school)


@contextmanager
def school_lock(connection: Connection, school: str, progress: Progress | None = None) -> Iterator[None]:
    """Holds the lock that makes one alone at work on the structure of a school."""
    with locking.advisory_lock(connection, f"the school {school}", locking.patience().wait_s, progress):
        yield


def elapsed_ms(since: float) -> int:
    """Milliseconds since a time of time.monotonic()."""
    return round((time.monotonic() - since) * 1000)
