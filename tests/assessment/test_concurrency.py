"""Caps and grades with 32 connections at once, at every isolation level."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase
from tests.assessment.quizzes import make_learner, make_quiz
from tests.support.factories import race
from tests.support.queries import rows
from tests.support.requests import LEVELS, check
from tests.support.requests import call_like_the_library as call


@pytest.fixture(params=LEVELS, ids=lambda level: level.name.lower())
def level(request: pytest.FixtureRequest) -> IsolationLevel:
    return cast(IsolationLevel, request.param)


def test_the_cap_holds(school: SchoolDatabase, level: IsolationLevel) -> None:
    """32 connections that begin and hand in until they are refused: three attempts, numbered 1 to 3."""
    conn = school.connect(autocommit=True)
    quiz = make_quiz(conn, max_attempts=3)
    user = make_learner(conn, quiz)

    def one(_: int) -> Any:
        found = call(school, user, "select attempt_id from start_quiz(%s)", quiz.id, level=level)
        if isinstance(found, str):
            return found
        return call(school, user, "select attempt_id from submit_quiz(%s, '{}')", found[0], level=level)

    results = check(race(32, one))
    for _ in range(3):
        check(race(8, one))
    assert conn.execute("select array_agg(attempt_number order by attempt_number) from quiz_attempts").fetchone() == (
        [1, 2, 3],
    )
    assert all(isinstance(r, tuple) or r == "PA409" for r in results)
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.late
def test_handed_in_by_many_graded_once(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    quiz = make_quiz(conn, quiz_type="graded")
    user = make_learner(conn, quiz)
    (attempt,) = call(school, user, "select attempt_id from start_quiz(%s)", quiz.id, level=level)
    results = check(
        race(
            16,
            lambda _: call(
                school, user, "select already_submitted, xp_awarded, score from submit_quiz(%s, %s)",
                attempt, Jsonb(quiz.right), level=level
            ),
        )
    )  # fmt: skip
    assert sorted(already for already, _, _ in results) == [False] + [True] * 15
    (total,) = rows(conn, "select total_xp from user_stats where user_id = %s", user)
    assert sum(xp for _, xp, _ in results) == total
    assert {score for _, _, score in results} == {6}
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.late
def test_learners_the_job_and_the_teacher_at_once(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Nobody loses an answer, no question that was asked is deleted, and nothing deadlocks for good."""
    conn = school.connect(autocommit=True)
    quiz = make_quiz(conn, time_limit_minutes=1, max_attempts=None, quiz_type="graded")
    users = [make_learner(conn, quiz) for _ in range(8)]

    def one(i: int) -> Any:
        if i < 8:
            found = call(school, users[i], "select attempt_id from start_quiz(%s)", quiz.id, level=level)
            return call(school, users[i], "select score from submit_quiz(%s, '{}')", found[0], level=level)
        if i < 12:
            return call(school, None, "select close_overdue_attempts()", role="service", level=level)
        return call(
            school, quiz.course.instructor_id, "select remove_question(%s)", quiz.questions[i - 12],
            role="instructor", level=level,
        )  # fmt: skip

    results = check(race(16, one))
    assert all(isinstance(r, tuple) for r in results)
    assert conn.execute(
        """select count(*) from quiz_attempts a cross join unnest(a.question_ids) q
           where not exists (select from quiz_questions t where t.id = q)"""
    ).fetchone() == (0,)
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.late
def test_beginning_and_handing_in_wait_in_one_order(school: SchoolDatabase) -> None:
    """Without a retry: a deadlock would come out of race() as an error."""
    conn = school.connect(autocommit=True)
    quiz = make_quiz(conn, quiz_type="graded", max_attempts=None)
    for _ in range(12):
        user = make_learner(conn, quiz)
        with school.app(user, "student") as app:
            (attempt,) = rows(app, "select attempt_id from start_quiz(%s)", quiz.id)

        def one(i: int, user: UUID = user, attempt: UUID = attempt) -> None:
            with school.app(user, "student") as app:
                if i % 2:
                    app.execute("select start_quiz(%s)", (quiz.id,))
                else:
                    app.execute("select submit_quiz(%s, %s)", (attempt, Jsonb(quiz.right)))

        check(race(8, one))
    assert conn.execute("select * from verify_integrity()").fetchall() == []
