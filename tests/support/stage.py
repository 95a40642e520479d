"""Connections that take turns: each step waits until the one before has come to where it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.factories import Connection

GATE = 4711


class Stuck(Exception):
    """What a test waits for does not happen."""


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happened():
        if time.monotonic() > end:
            raise Stuck
        time.sleep(0.005)


class Stage:
    """Connections that take turns, and a gate that holds up whoever writes a table."""

    def __init__(self, school: SchoolDatabase) -> None:
        self.school = school
        self.owner = school.connect(autocommit=True)
        self.gate = school.connect(autocommit=True)
        self.owner.execute(
            f"""create function wait_at_gate() returns trigger language plpgsql as $$ begin
                    perform pg_advisory_lock_shared({GATE}); perform pg_advisory_unlock_shared({GATE});
                    return new; end $$"""
        )

    def build(self, table: str, at: str = "before insert or update") -> None:
        self.owner.execute(f"create trigger aa_gate {at} on {table} for each row execute function wait_at_gate()")

    def shut(self) -> None:
        self.gate.execute("select pg_advisory_lock(%s)", (GATE,))

    def open(self) -> None:
        self.gate.execute("select pg_advisory_unlock(%s)", (GATE,))

    def waits(self, conn: Connection, at: str | None = None) -> bool:
        row = self.owner.execute(
            "select locktype from pg_locks where pid = %s and not granted", (conn.info.backend_pid,)
        ).fetchone()
        return row is not None and (at is None or row[0] == at)

    @contextmanager
    def cleared(self, *conns: Connection) -> Iterator[None]:
        """Nobody is left waiting for what does not come."""
        try:
            yield
        except BaseException:
            for conn in conns:
                conn.cancel_safe(timeout=5)
            self.gate.close()
            raise

    def holds_up(self, conn: Connection, other: Connection) -> bool:
        row = self.owner.execute(
            "select %s = any(pg_blocking_pids(%s))", (conn.info.backend_pid, other.info.backend_pid)
        ).fetchone()
        return row is not None and bool(row[0])

    def request(self, conn: Connection, user: UUID | None, role: Role, query: str, *args: Any) -> Any:
        with conn.transaction(), acting(conn, user, role):
            return conn.execute(query, args).fetchone()
