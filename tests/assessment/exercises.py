"""Exercises to test with: plain inserts by the owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from tests.support.factories import Course, insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]

RUBRIC: dict[str, Any] = {
    "criteria": [
        {"id": "idea", "title": "Idea", "max_points": 40, "levels": [{"title": "New", "points": 40}]},
        {"id": "form", "title": "Form", "max_points": 60},
    ]
}
TEXT = {"text": "My work."}


def points(idea: Any, form: Any) -> dict[str, Any]:
    return {"idea": {"points": idea}, "form": {"points": form, "comment": "See there."}}


@dataclass
class Exercise:
    """A published exercise of the first lesson of its course."""

    id: UUID
    course: Course


def make_exercise(conn: Connection, course: Course | None = None, **columns: Any) -> Exercise:
    course = course or make_course(conn)
    defaults = {"course_id": course.id, "lesson_id": course.lesson_ids[0], "title": "Exercise", "is_published": True}
    return Exercise(insert(conn, "exercises", **defaults | columns), course)


def make_learner(conn: Connection, exercise: Exercise) -> UUID:
    user = make_user(conn)
    make_enrollment(conn, user, exercise.course)
    return user
