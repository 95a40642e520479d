"""Requests over real connections, for tests in which many come at once: `check(race(32, lambda i: call(…)))`."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import Role, SchoolDatabase

READ_COMMITTED = IsolationLevel.READ_COMMITTED
#: Every level; those above the default are not for `make test`.
LEVELS = [
    READ_COMMITTED,
    pytest.param(IsolationLevel.REPEATABLE_READ, marks=pytest.mark.late),
    pytest.param(IsolationLevel.SERIALIZABLE, marks=pytest.mark.slow),
]
SERIALIZATION_FAILURE = "40001"
#: What the library repeats a request on: that, or a deadlock.
RETRY = frozenset({SERIALIZATION_FAILURE, "40P01"})


def call(
    school: SchoolDatabase,
    user: UUID | None,
    query: str,
    *args: Any,
    role: Role | None = None,
    level: IsolationLevel = READ_COMMITTED,
    retry: Collection[str] = (SERIALIZATION_FAILURE,),
) -> Any:
    """One request, repeated on these SQLSTATEs: never on a deadlock, there must be none. The row, or our own SQLSTATE.

    Without `role` a person acts as a student, nobody as the service.
    """
    for _ in range(300):
        try:
            with school.app(user, role or ("student" if user else "service"), isolation=level) as conn:
                return conn.execute(query, args).fetchone()
        except psycopg.Error as error:
            if error.sqlstate in retry:
                continue
            if (error.sqlstate or "").startswith("PA"):
                return error.sqlstate
            raise
    raise AssertionError("no end of serialization failures")


#: The same, and not put off by a deadlock.
call_like_the_library = partial(call, retry=RETRY)


def check(results: list[Any]) -> list[Any]:
    """What race() returned, unless one of them raised."""
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
