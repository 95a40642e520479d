"""People with and without certificates, for the tests of credentials."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import psycopg.types.json

from pgacademy.testing import acting
from tests.support.factories import Course, make_course, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]


class Graduate(NamedTuple):
    user: UUID
    course: Course
    enrollment: UUID


def set_to(conn: Connection, key: str, value: Any) -> None:
    conn.execute(
        "update platform_settings set setting_value = %s where setting_key = %s",
        (psycopg.types.json.Jsonb(value), key),
    )


def graduate(conn: Connection, course: Course | None = None, user: UUID | None = None, **columns: Any) -> Graduate:
    """Somebody who has just completed a course of one lesson."""
    course = course or make_course(conn, lessons=1)
    user = user or make_user(conn, **{"full_name": "Ada Lovelace"} | columns)
    enrollment = make_enrollment(conn, user, course)
    conn.execute("select record_completion(%s, %s)", (user, course.lesson_ids[0]))
    return Graduate(user, course, enrollment)


def valid(conn: Connection, enrollment: UUID) -> Any:
    row = conn.execute(
        "select id from certificates where enrollment_id = %s and not is_revoked", (enrollment,)
    ).fetchone()
    return row and row[0]


def by_staff(conn: Connection, course: Course, query: str, *args: Any) -> Any:
    with acting(conn, course.instructor_id, "instructor"):
        return one(conn, query, *args)
