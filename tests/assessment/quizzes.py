"""Quizzes to test with: plain inserts by the owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from tests.support.factories import Course, insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]

OPTIONS = [{"id": i, "text": f"Option {i}"} for i in "abcd"]
#: One of each type, with what is right and what is wrong.
SIX: list[tuple[str, Any, dict[str, Any], Any, Any]] = [
    ("multiple_choice", OPTIONS, {"correct": "b"}, "b", "c"),
    ("multiple_select", OPTIONS, {"correct": ["a", "c"]}, ["c", "a"], ["b"]),
    ("true_false", None, {"correct": True}, True, False),
    ("short_answer", None, {"accepted": ["Newton"]}, " newton ", "Leibniz"),
    ("numeric", None, {"value": 9.81, "tolerance": 0.01}, 9.8, 10),
    ("ordering", OPTIONS, {"correct": ["d", "c", "b", "a"]}, ["d", "c", "b", "a"], ["a", "b", "c", "d"]),
]


@dataclass
class Quiz:
    """A published quiz with one question of each type, on the first lesson of its course."""

    id: UUID
    course: Course
    questions: list[UUID]

    @property
    def right(self) -> dict[str, Any]:
        return {str(q): right for q, (_, _, _, right, _) in zip(self.questions, SIX, strict=True)}

    @property
    def wrong(self) -> dict[str, Any]:
        return {str(q): wrong for q, (_, _, _, _, wrong) in zip(self.questions, SIX, strict=True)}

    def some(self, count: int) -> dict[str, Any]:
        """So many right answers, the others wrong."""
        return self.wrong | dict(list(self.right.items())[:count])


def make_question(
    conn: Connection, quiz: UUID, position: int, kind: str, options: Any, key: Any, points: Any = 1
) -> UUID:
    question: UUID = insert(
        conn, "quiz_questions", quiz_id=quiz, question_type=kind, question_text=f"Question {position}",
        options=options, position=position, points=points,
    )  # fmt: skip
    insert(conn, "quiz_question_keys", "question_id", question_id=question, answer_key=key, explanation="Because.")
    return question


def make_quiz(conn: Connection, course: Course | None = None, **columns: Any) -> Quiz:
    course = course or make_course(conn)
    defaults = {"course_id": course.id, "lesson_id": course.lesson_ids[0], "title": "Quiz", "is_published": True}
    quiz = insert(conn, "quizzes", **defaults | columns)
    questions = [
        make_question(conn, quiz, position, kind, options, key)
        for position, (kind, options, key, _, _) in enumerate(SIX, 1)
    ]
    return Quiz(quiz, course, questions)


def make_learner(conn: Connection, quiz: Quiz) -> UUID:
    user = make_user(conn)
    make_enrollment(conn, user, quiz.course)
    return user


def answers(value: Any) -> Jsonb:
    return Jsonb(value)
