"""The level table against the formula behind it."""

from __future__ import annotations

import math
from typing import Any, cast

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.effort import effort

from pgacademy.testing import Role, acting

Connection = psycopg.Connection[Any]


def oracle(xp: int) -> int:
    """floor((1 + sqrt(1 + 0.08 xp)) / 2), at most 100, in integers: 1 + 0.08 xp = (25 + 2 xp) / 25."""
    level = (5 + math.isqrt(25 + 2 * xp)) // 10
    return min(100, level)


def level(conn: Connection, xp: int | None) -> int | None:
    row = conn.execute("select calculate_user_level(%s)", (xp,)).fetchone()
    assert row is not None
    return cast(int | None, row[0])


def test_every_boundary(db: Connection) -> None:
    for reached in range(1, 101):
        need = 50 * reached * (reached - 1)
        assert level(db, need) == oracle(need) == reached
        if reached > 1:
            assert level(db, need - 1) == oracle(need - 1) == reached - 1


@settings(max_examples=effort(400), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(xp=st.integers(0, 600_000) | st.integers(0, 2**62))
@example(xp=2**63 - 1)
@example(xp=505_000)
def test_formula(db: Connection, xp: int) -> None:
    assert level(db, xp) == oracle(xp)


def test_the_oracle_is_the_formula() -> None:
    assert all(
        oracle(xp) == min(100, math.floor((1 + math.sqrt(1 + 0.08 * xp)) / 2 + 1e-12)) for xp in range(0, 600_000, 7)
    )


@pytest.mark.parametrize(("xp", "expected"), [(None, None), (-1, 1), (-(2**63), 1)])
def test_odd_amounts(db: Connection, xp: int | None, expected: int | None) -> None:
    assert level(db, xp) == expected


@pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin", "service"])
def test_anyone_may_ask(db: Connection, role: Role) -> None:
    with acting(db, None, role):
        assert level(db, 100) == 2


def test_the_curve_is_data(db: Connection) -> None:
    db.execute("delete from levels where level > 2")
    assert level(db, 10_000) == 2
