"""Who sees which rows of gamification: role by table, denials included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user

from pgacademy.testing import Role, acting

Connection = psycopg.Connection[Any]

OWN = ["xp_events", "user_stats", "user_achievements", "user_streaks"]
BOARD = ["leaderboard_generation"]
STAFF = ["leaderboard_cache"]  # it lists who opted out since the refresh
PUBLIC = ["levels", "achievement_metrics", "achievements"]
HIDDEN = ["xp_rank_buckets", "xp_rank_deltas"]
ROLES = ["anonymous", "student", "instructor", "admin", "service", "analyst"]


@pytest.fixture
def people(db: Connection) -> dict[str, Any]:
    """Three people with one row in every table that is about people."""
    users = {role: make_user(db, role) for role in ("student", "instructor", "admin")}
    for user in users.values():
        db.execute("select award_xp(%s, 10, 'test', %s)", (user, uuid4()))
        db.execute("select record_activity(%s, 'lesson', %s)", (user, datetime.now(UTC)))
        db.execute(
            "insert into user_achievements (user_id, achievement_id, title, achievement_type) "
            "select %s, id, title, achievement_type from achievements limit 1",
            (user,),
        )
    db.execute("update achievements set is_active = false where slug = 'first-lesson'")
    db.execute("select refresh_leaderboard()")
    return users


def expected(conn: Connection, role: str, table: str) -> int | None:
    """Rows a role sees; None is refused."""
    row = conn.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    everything = int(row[0])
    if role in ("service", "analyst") or table in HIDDEN:
        return None
    if table in PUBLIC:
        return everything - (table == "achievements" and role != "admin")
    if role == "anonymous" or (table in STAFF and role != "admin"):
        return None
    if table in BOARD or role == "admin":
        return everything
    return 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", OWN + BOARD + STAFF + PUBLIC + HIDDEN)
def test_reading(db: Connection, people: dict[str, Any], role: Role, table: str) -> None:
    rows = expected(db, role, table)
    if rows is None:
        with raises_sqlstate("42501", conn=db), acting(db, people.get(role), role):
            db.execute(f"select count(*) from {table}")
    else:
        with acting(db, people.get(role), role):
            assert db.execute(f"select count(*) from {table}").fetchone() == (rows,)


@pytest.mark.parametrize("table", OWN)
def test_a_student_in_the_admins_role_sees_nothing(db: Connection, people: dict[str, Any], table: str) -> None:
    with acting(db, people["student"], "admin"):
        assert db.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize("table", OWN)
def test_nobody_sees_nothing(db: Connection, people: dict[str, Any], table: str) -> None:
    for role in ("student", "instructor", "admin"):
        with acting(db, None, role):
            assert db.execute(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", OWN + BOARD + STAFF + PUBLIC + HIDDEN)
def test_writing_is_for_nobody(db: Connection, people: dict[str, Any], role: Role, table: str) -> None:
    column = db.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attgenerated = '' "
        "and attidentity = '' limit 1",
        (table,),
    ).fetchone()
    assert column is not None
    for statement in (
        f"insert into {table} default values",
        f"update {table} set {column[0]} = {column[0]}",
        f"delete from {table}",
        f"truncate {table}",
    ):
        with raises_sqlstate("42501", conn=db), acting(db, people.get(role), role):
            db.execute(statement)
