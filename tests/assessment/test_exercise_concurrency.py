"""Caps and grades of exercises with many connections at once, at every isolation level."""

from __future__ import annotations

from typing import Any, cast

import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase
from tests.assessment.exercises import TEXT, make_exercise, make_learner
from tests.support.factories import make_enrollment, make_user, race
from tests.support.queries import rows
from tests.support.requests import LEVELS, check
from tests.support.requests import call_like_the_library as call

SUBMIT = "select submission_id from submit_exercise(%s, %s)"


@pytest.fixture(params=LEVELS, ids=lambda level: level.name.lower())
def level(request: pytest.FixtureRequest) -> IsolationLevel:
    return cast(IsolationLevel, request.param)


@pytest.mark.late
def test_the_cap_holds(school: SchoolDatabase, level: IsolationLevel) -> None:
    """32 connections hand in at once: three attempts, numbered 1 to 3; the others are refused."""
    conn = school.connect(autocommit=True)
    exercise = make_exercise(conn, attempts_allowed=3)
    user = make_learner(conn, exercise)
    results = check(race(32, lambda _: call(school, user, SUBMIT, exercise.id, Jsonb(TEXT), level=level)))
    assert sum(isinstance(r, tuple) for r in results) == 3
    assert results.count("PA409") == 29
    assert conn.execute(
        "select array_agg(attempt_number order by attempt_number) from exercise_submissions"
    ).fetchone() == ([1, 2, 3],)
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.late
def test_graded_by_many_once(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Two submissions of one exercise, graded 16 times each: one grade each, the exercise paid and counted once."""
    conn = school.connect(autocommit=True)
    exercise = make_exercise(conn, coin_reward=9)
    user = make_learner(conn, exercise)
    staff = [exercise.course.instructor_id, make_user(conn, "admin")]
    work = [call(school, user, SUBMIT, exercise.id, Jsonb(TEXT), level=level)[0] for _ in range(2)]

    def one(i: int) -> Any:
        return call(
            school, staff[i % 2], "select coins_awarded, xp_awarded from grade_submission(%s, 90)",
            work[i // 16], role=("instructor", "admin")[i % 2], level=level,
        )  # fmt: skip

    results = check(race(32, one))
    graded = [r for r in results if isinstance(r, tuple)]
    assert len(graded) == 2
    assert results.count("PA409") == 30
    assert sum(coins for coins, _ in graded) == 9
    assert conn.execute(
        "select total_xp, coins_earned, exercises_completed from user_stats where user_id = %s", (user,)
    ).fetchone() == (sum(xp for _, xp in graded), 9, 1)
    assert conn.execute("select count(*) from exercise_grades").fetchone() == (2,)
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.late
def test_handing_in_grading_returning_and_closing_wait_in_one_order(school: SchoolDatabase) -> None:
    """Without a retry: a deadlock would come out of race() as an error."""
    conn = school.connect(autocommit=True)
    exercise = make_exercise(conn, attempts_allowed=None, coin_reward=3)
    teacher = exercise.course.instructor_id
    level = IsolationLevel.READ_COMMITTED
    for _ in range(2):
        user = make_learner(conn, exercise)
        work = [call(school, user, SUBMIT, exercise.id, Jsonb(TEXT), level=level)[0] for _ in range(6)]

        def one(i: int, user: Any = user, work: Any = work) -> Any:
            with school.app(*((user, "student") if i < 5 else (teacher, "instructor"))) as app:
                if i < 5:
                    app.execute(SUBMIT if i % 2 else "select start_exercise(%s), %s", (exercise.id, Jsonb(TEXT)))
                elif i < 10:
                    app.execute("select grade_submission(%s, 80)", (work[i - 5],))
                elif i == 10:
                    app.execute("select return_submission(%s, 'Again.')", (work[5],))
                else:
                    app.execute("select update_exercise(%s, p_title => 'Same', p_rubric => null)", (exercise.id,))

        check(race(12, one))
    assert conn.execute("select * from verify_integrity()").fetchall() == []


def test_deleted_or_begun(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Whoever is first: never work without its exercise, never an error of the server."""
    conn = school.connect(autocommit=True)
    for _ in range(4):
        exercise = make_exercise(conn)
        users = [make_user(conn) for _ in range(3)]
        for user in users:
            make_enrollment(conn, user, exercise.course)

        def one(i: int, exercise: Any = exercise, users: Any = users) -> Any:
            if i:
                return call(
                    school, users[i - 1], "select submission_id from start_exercise(%s)", exercise.id, level=level
                )
            return call(
                school, exercise.course.instructor_id, "select 1 from delete_exercise(%s)", exercise.id,
                role="instructor", level=level,
            )  # fmt: skip

        results = check(race(4, one))
        assert all(isinstance(r, tuple) or r in {"PA404", "PA409"} for r in results)
        (left,) = rows(conn, "select count(*) from exercises where id = %s", exercise.id)
        (work,) = rows(conn, "select count(*) from exercise_submissions where exercise_id = %s", exercise.id)
        assert (left, work > 0) in {(1, True), (0, False)}
