"""Settings, moments, job runs."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user

from pgacademy.testing import Role, acting

Connection = psycopg.Connection[Any]


def test_an_administrator_changes_a_setting(db: Connection) -> None:
    with acting(db, make_user(db, "admin"), "admin"):
        db.execute("select set_setting('xp.lesson', '75')")
    assert db.execute("select setting('xp.lesson'), setting('no.such')").fetchone() == (75, None)


@pytest.mark.parametrize(
    ("key", "value", "state"),
    [
        ("no.such", "1", "PA404"),
        ("xp.lesson", '"many"', "PA422"),
        ("xp.lesson", "-1", "PA422"),
        ("xp.lesson", "1.5", "PA422"),
        ("xp.lesson", "null", "PA422"),
        ("school.timezone", '"Mars/Olympus"', "PA422"),
        ("school.timezone", '"FOO+3"', "PA422"),
        ("school.timezone", '""', "PA422"),
        ("learning.backdate_days", "-1", "PA422"),
    ],
)
def test_what_no_setting_can_be(db: Connection, key: str, value: str, state: str) -> None:
    admin = make_user(db, "admin")
    with raises_sqlstate(state, conn=db), acting(db, admin, "admin"):
        db.execute("select set_setting(%s, %s)", [key, value])


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_nobody_else_does(db: Connection, role: Role) -> None:
    user = make_user(db, role)
    with raises_sqlstate("42501", conn=db), acting(db, user, role):
        db.execute("select set_setting('xp.lesson', '75')")


@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_infinity_is_no_moment(db: Connection, moment: str) -> None:
    with raises_sqlstate("PA422", conn=db):
        db.execute("select require_moment(%s)", [moment])


@pytest.mark.parametrize(("ahead", "accepted"), [("4 minutes", True), ("6 minutes", False), ("-20 years", True)])
def test_how_far_ahead_a_moment_may_be(db: Connection, ahead: str, accepted: bool) -> None:
    if accepted:
        row = db.execute(
            "select require_moment(now() + %s::interval) = now() + %s::interval", [ahead, ahead]
        ).fetchone()
        assert row == (True,)
    else:
        with raises_sqlstate("PA422", conn=db):
            db.execute("select require_moment(now() + %s::interval)", [ahead])


def test_runs_are_kept_for_a_while(db: Connection) -> None:
    db.execute("""
        insert into job_runs (job, started_at)
        select j, now() - d * interval '1 day' from unnest('{ours,theirs}'::text[]) as j, unnest('{91,89}'::int[]) as d
    """)
    with acting(db, None, "service"):
        db.execute("select begin_job('ours')")
    kept = db.execute("select job, count(*) from job_runs where job in ('ours', 'theirs') group by job").fetchall()
    assert dict(kept) == {"ours": 2, "theirs": 2}


def test_a_job_ends_once(db: Connection) -> None:
    with acting(db, None, "service"):
        row = db.execute("select begin_job('refresh_leaderboard')").fetchone()
        assert row is not None
        db.execute("select end_job(%s, true, '{\"people\": 3}')", [row[0]])
        db.execute("select end_job(%s, true, '{}')", [row[0]])
        with raises_sqlstate("PA409", conn=db):
            db.execute("select end_job(%s, false)", [row[0]])
    answer = db.execute(
        "select status, detail, finished_at is not null from job_runs where id = %s", [row[0]]
    ).fetchone()
    assert answer == ("succeeded", {"people": 3}, True)
