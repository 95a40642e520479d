"""Everybody does everything at once: every procedure that writes, as everyone who may, from sixteen connections.

No domain knows all the others, and the order in which rows are locked is one for all of them. So there must be no
deadlock, no error that is not meant for the caller, no null where the client says that there is none, and nothing out
of step in the end. What is called, by whom and with what is made up (calls.py) from what there is at the moment
(things.py); who comes first is up to the machine.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import psycopg
import pytest

from pgacademy.generate import shapes
from pgacademy.testing import SchoolDatabase
from tests.everybody.calls import Call, make_up, procedures
from tests.everybody.things import build, look
from tests.support.factories import race
from tests.support.requests import SERIALIZATION_FAILURE

SHAPES = shapes()
CONNECTIONS = 16
SECONDS = 20
#: Procedures that must have come to their end at least once; most of the others need what is seldom there.
AT_LEAST = 100


def is_meant(state: str) -> bool:
    """An error of ours; what a row may not be; under an old snapshot that the call is to be repeated; of a job that it
    gives up waiting for a table."""
    return state.startswith(("PA", "22", "23")) or state in (SERIALIZATION_FAILURE, "55P03")


@pytest.mark.slow(minutes=1)
@pytest.mark.parametrize("level", list(psycopg.IsolationLevel)[1:], ids=lambda level: level.name.lower())
def test_everybody_does_everything_at_once(school: SchoolDatabase, level: psycopg.IsolationLevel) -> None:
    owner = school.connect(autocommit=True)
    build(owner)
    callable_ = procedures(owner)
    weights = [procedure.weight for procedure in callable_]
    done: Counter[str] = Counter()
    strange: dict[tuple[str, str], str] = {}
    end = time.monotonic() + SECONDS

    def work(number: int) -> None:
        dice, conn = random.Random(number), school.connect(autocommit=True)
        things, looked = look(conn), time.monotonic()
        # A slow machine may need longer.
        while time.monotonic() < end + 60 * (len(done) < AT_LEAST):
            if time.monotonic() - looked > 1:
                things, looked = look(conn), time.monotonic()
            (procedure,) = dice.choices(callable_, weights)
            call = make_up(dice, conn, procedure, things)
            try:
                rows = call.make(conn, school.name, level)
                done[procedure.name] += 1
                if missing := nulls(procedure.name, rows):
                    strange[procedure.name, "null"] = f"{procedure.name} returns no {', no '.join(missing)}"
            except psycopg.Error as error:
                if not is_meant(error.sqlstate or ""):
                    strange[procedure.name, error.sqlstate or ""] = said(call, error)

    for result in race(CONNECTIONS, work, timeout=SECONDS + 120):
        if isinstance(result, Exception):
            raise result

    assert not strange, "\n\n".join(strange.values())
    assert len(done) >= AT_LEAST, sorted({procedure.name for procedure in callable_} - done.keys())
    assert owner.execute("select * from verify_integrity()").fetchall() == []


def nulls(name: str, rows: list[dict[str, Any]]) -> set[str]:
    """Columns that are null in one of these rows, and never are by what the client says of the procedure."""
    nullable = SHAPES.get(name, {}).get("nullable")
    if nullable is None:
        return set()
    return {column for row in rows for column, value in row.items() if value is None and column not in nullable}


def said(call: Call, error: psycopg.Error) -> str:
    given = {name: str(value)[:60] for name, value in call.arguments.items()}
    return f"{error.sqlstate} as {call.role}: {call.procedure.name}{given}: {error}\n{error.diag.context}"
