"""v_user_dashboard and v_my_courses asked for one person read one person's rows, however many people there are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.factories import Connection, make_course, make_user


def grow(conn: Connection, first: int, last: int, courses: list[UUID]) -> None:
    """People with XP, enrolments and achievements; without the triggers that would count them one by one."""
    conn.execute("alter table enrollments disable trigger user")
    conn.execute(
        "insert into users (username) select 'crowd-' || n from generate_series(%s::int, %s::int) as n", (first, last)
    )
    conn.execute(
        "update user_stats as s set total_xp = 7 * substr(u.username, 7)::int "
        "from users as u where u.id = s.user_id and u.username like 'crowd-%%' and s.total_xp = 0",
        (),
    )
    conn.execute(
        "insert into enrollments (user_id, course_id) "
        "select u.id, c.id from users as u, unnest(%s::uuid[]) as c (id) where u.username like 'crowd-%%' "
        "on conflict do nothing",
        (courses,),
    )
    conn.execute(
        "insert into user_achievements (user_id, achievement_id, title, achievement_type) "
        "select u.id, a.id, a.title, a.achievement_type from users as u, achievements as a "
        "where u.username like 'crowd-%%' on conflict do nothing",
        (),
    )
    conn.execute("alter table enrollments enable trigger user")
    conn.execute("select fold_xp_ranks()")
    conn.commit()
    conn.autocommit = True
    conn.execute("vacuum analyze")
    conn.autocommit = False


def buffers(conn: Connection, user: UUID, role: Role, query: str) -> int:
    with acting(conn, user, role):
        for _ in range(2):  # the first call plans and fills the catalogue caches
            row = conn.execute(f"explain (analyze, buffers, format json) {query}").fetchone()
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.slow
def test_one_person_costs_one_person(school: SchoolDatabase) -> None:
    conn = school.connect()
    admin = make_user(conn, "admin")
    courses = [make_course(conn).id for _ in range(2)]
    cases: list[tuple[str, Role]] = [
        (f"select * from {view} where user_id = %s", role)
        for view in ("v_user_dashboard", "v_my_courses")
        for role in ("student", "admin")
    ] + [("select * from v_user_dashboard", "student"), ("select * from v_my_courses", "student")]

    def measure() -> list[int]:
        row = conn.execute("select id from users where username = 'crowd-1000'").fetchone()
        assert row is not None
        return [
            buffers(conn, admin if role == "admin" else row[0], role, query.replace("%s", f"'{row[0]}'"))
            for query, role in cases
        ]

    grow(conn, 1, 2000, courses)
    few = measure()
    grow(conn, 2001, 20000, courses)
    many = measure()
    assert all(b <= 1.5 * a for a, b in zip(few, many, strict=True)), list(zip(cases, few, many, strict=True))
