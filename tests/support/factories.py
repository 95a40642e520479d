"""Rows to test with: plain inserts by the owner, so that triggers run and no procedure is needed."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

T = TypeVar("T")
Connection = psycopg.Connection[Any]

_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Course:
    id: UUID
    instructor_id: UUID
    lesson_ids: list[UUID]


def insert(conn: Connection, table: str, returning: str = "id", /, **columns: Any) -> Any:
    """Insert one row and return one column of it. Dictionaries and lists become jsonb."""
    values = {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in columns.items()}
    statement = sql.SQL("insert into {} ({}) values ({}) returning {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
        sql.Identifier(returning),
    )
    row = conn.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def make_user(conn: Connection, role: str = "student", **columns: Any) -> UUID:
    """A living, active person with a proven address. Instructors are approved unless told otherwise."""
    serial = next(_serial)
    defaults: dict[str, Any] = {"username": f"{role}-{serial}", "email": f"{role}-{serial}@example.org"}
    defaults["email_verified"] = "email" not in columns
    return cast(UUID, insert(conn, "users", **defaults | {"role": role, "is_approved": role == "instructor"} | columns))


def make_course(
    conn: Connection, instructor: UUID | None = None, lessons: int = 3, published: bool = True, **columns: Any
) -> Course:
    """A course with so many plain lessons in a row, published unless told otherwise."""
    serial = next(_serial)
    instructor = instructor or make_user(conn, "instructor")
    defaults = {"slug": f"course-{serial}", "title": f"Course {serial}", "instructor_id": instructor}
    course = insert(conn, "courses", **defaults | columns)
    lesson_ids = [
        insert(conn, "lessons", course_id=course, slug=f"lesson-{n}", title=f"Lesson {n}", position=n)
        for n in range(1, lessons + 1)
    ]
    if published:
        conn.execute("update courses set is_published = true, published_at = now() where id = %s", (course,))
    return Course(course, instructor, lesson_ids)


def make_enrollment(conn: Connection, user: UUID, course: UUID | Course, **columns: Any) -> UUID:
    """Somebody on a course, put there by the owner: no rule of enroll() is asked."""
    course_id = course.id if isinstance(course, Course) else course
    return cast(UUID, insert(conn, "enrollments", **{"user_id": user, "course_id": course_id} | columns))


def race(n: int, fn: Callable[[int], T], timeout: float = 60) -> list[T | Exception]:
    """Run fn(0) … fn(n-1) in as many threads, all let go at once. What each returned, or the exception it raised."""
    barrier = threading.Barrier(n)

    def run(i: int) -> T | Exception:
        barrier.wait(timeout)
        try:
            return fn(i)
        except Exception as error:
            return error

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n), timeout=timeout))
