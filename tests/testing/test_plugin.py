"""The plugin keeps what docs/testing.md promises."""

from __future__ import annotations

import psycopg
import pytest
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_user, race

from pgacademy.testing import SchoolDatabase, acting


def test_each_school_is_its_own(school: SchoolDatabase, db: psycopg.Connection) -> None:
    with school.connect() as conn:
        make_user(conn, username="only-here")
    row = db.execute("select count(*) from users where username = 'only-here'").fetchone()
    assert row == (0,)


@pytest.mark.parametrize("turn", [1, 2])
def test_db_is_rolled_back(db: psycopg.Connection, turn: int) -> None:
    assert db.execute("select count(*) from users").fetchone() == (0,), turn
    make_user(db)


def test_nobody_is_superuser(school: SchoolDatabase) -> None:
    with school.connect() as conn:
        assert conn.execute("select current_user::text").fetchone() == ("academy_owner",)
        assert conn.execute(
            "select bool_or(rolsuper) from pg_roles where rolname in (session_user, current_user)"
        ).fetchone() == (False,)
    with school.app() as conn:
        assert conn.execute("select current_user::text").fetchone() == ("academy_student",)
        assert conn.execute("select rolsuper or rolinherit from pg_roles where rolname = session_user").fetchone() == (
            False,
        )


def test_acting_ends_with_its_block(db: psycopg.Connection) -> None:
    user = make_user(db)
    with acting(db, user, "student"):
        row = db.execute("select current_user::text, current_setting('pgacademy.user_id')").fetchone()
        assert row == ("academy_student", str(user))
    after = db.execute("select current_user::text, current_setting('pgacademy.user_id')").fetchone()
    assert after == ("academy_owner", "")
    with raises_sqlstate("42501"), acting(db, user, "student"):
        db.execute("insert into courses (slug, title, instructor_id) values ('x', 'x', %s)", (user,))
    assert db.execute("select current_user::text").fetchone() == ("academy_owner",)


def test_application_logins_cannot_become_more(school: SchoolDatabase) -> None:
    with school.app() as conn, raises_sqlstate("42501"):
        conn.execute("set local role academy_service")
    with school.app() as conn, raises_sqlstate("42501"):
        conn.execute("set local role academy_owner")


def test_app_commits(school: SchoolDatabase) -> None:
    with school.connect(autocommit=True) as conn:
        make_course(conn)
    assert race(4, lambda i: i) == [0, 1, 2, 3]
