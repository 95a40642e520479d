"""When a person was last in one of their courses is counted once, whatever brought them there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from pgacademy.testing import SchoolDatabase, acting
from tests.assessment.exercises import make_exercise
from tests.assessment.quizzes import make_quiz
from tests.support.factories import Connection, make_course, make_enrollment, make_user
from tests.support.queries import one
from tests.support.stage import Stage, until

VISITS = {
    "record_start": "select from record_start(%(user)s, %(lesson)s, now() - interval '1 hour')",
    "start_lesson": "select from start_lesson(%(lesson)s)",
    "start_quiz": "select from start_quiz(%(quiz)s)",
    "submit_quiz": "select from submit_quiz(%(attempt)s)",
    "start_exercise": "select from start_exercise(%(exercise)s)",
    "submit_exercise": """select from submit_exercise(%(exercise)s, '{"text": "Because."}')""",
    "complete_lesson": "select from complete_lesson(%(lesson)s, 60)",
    "enroll": "select from enroll(%(other)s)",
    "enroll again": "select from enroll(%(left)s)",
    "enroll anew": "select from record_enrollment(%(user)s, %(over)s)",
}


def last_access(conn: Connection, user: UUID) -> tuple[Any, Any]:
    """As it is kept, and as the enrolments have it."""
    return (
        one(conn, "select last_accessed_at from user_stats where user_id = %s", user),
        one(conn, "select max(last_accessed_at) from enrollments where user_id = %s", user),
    )


def learner(conn: Connection, **of: Any) -> UUID:
    """Enrolled long ago, in everything of these but what they are to enrol in."""
    user = make_user(conn)
    for name in ("course", "left", "over", "quiz_course", "exercise_course"):
        lapsed = {"left": {"status": "dropped", "dropped_at": "2024-02-01Z"}, "over": {"expires_at": "2024-03-01Z"}}
        make_enrollment(
            conn, user, of[name], enrolled_at="2024-01-01Z", last_accessed_at="2024-01-01Z", **lapsed.get(name, {})
        )
    return user


@pytest.mark.parametrize("visit", VISITS)
def test_every_visit_is_the_last_access(db: Connection, visit: str) -> None:
    quiz, exercise, course = make_quiz(db), make_exercise(db), make_course(db, lessons=2)
    user = learner(
        db, course=course, left=make_course(db), over=(over := make_course(db)), quiz_course=quiz.course,
        exercise_course=exercise.course,
    )  # fmt: skip
    left = one(db, "select course_id from enrollments where user_id = %s and status = 'dropped'", user)
    attempt = visit == "submit_quiz" and one(
        db,
        """insert into quiz_attempts
            (enrollment_id, user_id, course_id, started_at, attempt_number, seed, quiz_id, question_ids)
        select id, user_id, course_id, now(), 1, 1, %s, %s from enrollments where user_id = %s and course_id = %s
        returning id""",
        quiz.id, quiz.questions, user, quiz.course.id,
    )  # fmt: skip
    kept, counted = last_access(db, user)
    assert kept == counted
    values = {
        "user": user, "lesson": course.lesson_ids[0], "quiz": quiz.id, "exercise": exercise.id, "attempt": attempt,
        "other": make_course(db).id, "left": left, "over": over.id,
    }  # fmt: skip
    with acting(db, None if "record" in VISITS[visit] else user, "service" if "record" in VISITS[visit] else "student"):
        db.execute(VISITS[visit].encode(), values)
    after, counted = last_access(db, user)
    assert after == counted > kept


def test_an_enrolment_that_goes_takes_its_access_and_time_with_it(db: Connection) -> None:
    user, course, other = make_user(db), make_course(db, lessons=3), make_course(db)
    make_enrollment(db, user, other, enrolled_at="2024-01-01Z", last_accessed_at="2024-01-02Z")
    db.execute("select record_enrollment(%s, %s, '2024-03-01Z')", [user, course.id])
    db.execute("select record_completion(%s, %s, null, 60, '2024-03-02Z')", [user, course.lesson_ids[0]])
    spent = "select total_time_spent_seconds from user_stats where user_id = %s"
    assert (one(db, spent, user), last_access(db, user)[0].month) == (60, 3)
    # A completion of long ago moves nothing forward.
    db.execute("select record_completion(%s, %s, null, 30, '2024-03-01 12:00Z')", [user, course.lesson_ids[1]])
    assert (one(db, spent, user), last_access(db, user)[0].day) == (90, 2)
    db.execute("delete from lesson_progress where lesson_id = %s", [course.lesson_ids[1]])
    assert one(db, spent, user) == 60
    db.execute("delete from enrollments where user_id = %s and course_id = %s", [user, course.id])
    kept, counted = last_access(db, user)
    assert kept == counted
    assert (one(db, spent, user), kept.month) == (0, 1)
    db.execute("delete from enrollments where user_id = %s", [user])
    assert last_access(db, user) == (None, None)


@pytest.mark.parametrize("begin", ["start_quiz", "start_exercise"])
def test_waiting_for_the_counters_costs_nobody_their_time(school: SchoolDatabase, begin: str) -> None:
    stage, other, learner = Stage(school), school.connect(), school.connect(autocommit=True)
    owner = stage.owner
    if begin == "start_quiz":
        quiz = make_quiz(owner, time_limit_minutes=1)
        what, course = quiz.id, quiz.course
    else:
        exercise = make_exercise(owner, time_limit_minutes=1)
        what, course = exercise.id, exercise.course
    user = make_user(owner)
    make_enrollment(owner, user, course, enrolled_at="2024-01-01Z", last_accessed_at="2024-01-01Z")

    other.execute("update user_stats set current_streak = 0 where user_id = %s", (user,))
    with ThreadPoolExecutor(1) as pool, stage.cleared(other, learner):
        query = f"select started_at, deadline_at - started_at from {begin}(%s)"
        begun = pool.submit(stage.request, learner, user, "student", query, what)
        until(lambda: stage.holds_up(other, learner))
        released = one(owner, "select clock_timestamp()")
        other.rollback()
        started_at, time_limit = begun.result(20)
    assert (started_at > released, time_limit.total_seconds()) == (True, 60)
