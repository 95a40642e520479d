"""For races that are played move by move."""

from __future__ import annotations

import time

import psycopg

from pgacademy.testing import SchoolDatabase


def wait_until_blocked(school: SchoolDatabase, timeout: float = 20) -> None:
    """Return when a session of this database waits for another one's lock."""
    deadline = time.monotonic() + timeout
    # A connection that takes part in nothing; pg_locks shows waiting to everyone.
    with psycopg.connect(school.dsn, autocommit=True) as conn:
        while time.monotonic() < deadline:
            row = conn.execute(
                """select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid
                   where not l.granted and a.datname = current_database())"""
            ).fetchone()
            if row is not None and row[0]:
                return
            time.sleep(0.005)
    raise TimeoutError("nobody waits")
