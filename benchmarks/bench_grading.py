"""Grading an attempt of 20 questions, to inserting it: both statements alone, in one transaction, without a commit.

The insert is that of the row itself, with its order and its answers: what an application that grades elsewhere would
still have to do. Medians over many attempts, taken in turns.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb
from server import SCHOOL, school

from pgacademy import schools
from pgacademy.connection import Connection, connect

BOUND = 2.0
ROUNDS = 400
QUESTIONS = 20

OPTIONS = [{"id": i, "text": f"Option {i}"} for i in "abcd"]
#: Type, options, key, and an answer that is partly right.
KINDS: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("multiple_choice", OPTIONS, {"correct": "b"}, "b"),
    ("multiple_select", OPTIONS, {"correct": ["a", "c"]}, ["a"]),
    ("true_false", None, {"correct": True}, False),
    ("short_answer", None, {"accepted": ["Newton", "Isaac Newton"]}, " isaac  newton "),
    ("numeric", None, {"value": 9.81, "tolerance": 0.01, "partial_tolerance": 0.2}, 9.7),
    ("ordering", OPTIONS, {"correct": ["d", "c", "b", "a"]}, ["d", "b", "c", "a"]),
]


def one(connection: Connection, query: str, values: tuple[Any, ...]) -> Any:
    """The first column of the one row."""
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def prepare(connection: Connection) -> tuple[tuple[Any, ...], list[Any], dict[str, Any]]:
    """A quiz and a learner: what an attempt refers to, its questions, its answers."""
    teacher = one(
        connection, "insert into users (username, email, role, is_approved) values (%s, %s, %s, true) returning id",
        ("teacher", "teacher@example.org", "instructor"),
    )  # fmt: skip
    course = one(
        connection, "insert into courses (slug, title, instructor_id) values ('c', 'C', %s) returning id", (teacher,)
    )
    lesson = one(
        connection, "insert into lessons (course_id, slug, title, position) values (%s, 'l', 'L', 1) returning id",
        (course,),
    )  # fmt: skip
    quiz = one(
        connection, "insert into quizzes (course_id, lesson_id, title) values (%s, %s, 'Q') returning id",
        (course, lesson),
    )  # fmt: skip
    learner = one(
        connection, "insert into users (username, email) values (%s, %s) returning id", ("ada", "ada@example.org")
    )
    enrollment = one(
        connection, "insert into enrollments (user_id, course_id) values (%s, %s) returning id", (learner, course)
    )
    questions, answers = [], {}
    for position in range(1, QUESTIONS + 1):
        kind, options, key, answer = KINDS[position % len(KINDS)]
        question = one(
            connection,
            "insert into quiz_questions (quiz_id, question_type, question_text, options, position)"
            " values (%s, %s, 'What?', %s, %s) returning id",
            (quiz, kind, None if options is None else Jsonb(options), position),
        )
        one(
            connection,
            "insert into quiz_question_keys (question_id, answer_key) values (%s, %s) returning question_id",
            (question, Jsonb(key)),
        )  # fmt: skip
        questions.append(question)
        answers[str(question)] = answer
    connection.execute("analyze quiz_questions, quiz_question_keys")
    return (enrollment, learner, course, quiz), questions, answers


def timed(run: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def main() -> int:
    """Prints the ratio; 1 if it is above the bound."""
    inserting, grading = [], []
    with school() as dsn, connect(dsn) as connection, schools.as_owner(connection, SCHOOL), connection.transaction():
        refers, questions, answers = prepare(connection)
        for number in range(1, ROUNDS + 1):
            values = (*refers, number, questions, Jsonb(answers))
            inserting.append(
                timed(
                    partial(
                        connection.execute,
                        "insert into quiz_attempts (enrollment_id, user_id, course_id, quiz_id, attempt_number,"
                        " started_at, seed, question_ids, answers, status, submitted_at, graded_at, closed_by, grading,"
                        " score, max_score, percentage, is_passed, time_taken_seconds)"
                        " values (%s, %s, %s, %s, %s, now(), 1, %s, %s, 'graded', now(), now(), 'learner', '[]',"
                        " 0, 20, 0, false, 0)",
                        values,
                    )
                )
            )
            grading.append(
                timed(
                    lambda: connection.execute(
                        "select sum(points), sum(max_points) from grade_answers(%s, %s)", (questions, Jsonb(answers))
                    ).fetchone()
                )
            )
    graded, inserted = (statistics.median(times[50:]) for times in (grading, inserting))
    ratio = graded / inserted
    figures = f"{1e6 * graded:.0f} µs to {1e6 * inserted:.0f} µs"
    print(f"grading {QUESTIONS} questions to inserting the attempt: {figures}: {ratio:.2f} (at most {BOUND})")
    return ratio > BOUND


if __name__ == "__main__":
    sys.exit(main())
