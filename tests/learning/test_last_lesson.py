"""The last lesson of a course writes the course's own row, which authors take before the enrolments.

A course shrinks, or its learner completes another of its lessons, while a completion waits: then the lesson is the last
one, and was not when the call began. The learner is stopped just after the enrolment is theirs, until an author queues
behind them; without a circle both come through.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase, acting
from tests.assessment.quizzes import make_quiz
from tests.support.factories import make_course, make_enrollment, make_user
from tests.support.stage import Stage, until


@pytest.fixture
def stage(school: SchoolDatabase) -> Stage:
    return Stage(school)


@pytest.mark.parametrize("meanwhile", ["the course shrinks", "another lesson is completed"])
@pytest.mark.parametrize("by", ["complete_lesson", "submit_quiz"])
def test_a_lesson_becomes_the_last_one_while_it_waits(stage: Stage, meanwhile: str, by: str) -> None:
    stage.build("quiz_attempts" if by == "submit_quiz" else "lesson_progress")
    # Both are let go by the same commit. Now and then the author is the quicker one, and there is nothing to see.
    assert any(learner_came_first(stage, meanwhile, by) for _ in range(5))


def learner_came_first(stage: Stage, meanwhile: str, by: str) -> bool:
    owner = stage.owner
    course = make_course(owner, lessons=2)
    first, second = course.lesson_ids
    teacher, user = course.instructor_id, make_user(owner)
    enrollment = make_enrollment(owner, user, course)
    one, author, learner = (stage.school.connect(autocommit=True) for _ in range(3))
    args: list[Any]
    query, args = "select course_completed from complete_lesson(%s)", [first]
    if by == "submit_quiz":
        quiz = make_quiz(owner, course)
        (attempt,) = stage.request(owner, user, "student", "select attempt_id from start_quiz(%s)", quiz.id)
        query, args = "select course_completed from submit_quiz(%s, %s)", [attempt, Jsonb(quiz.right)]
    change = ("select lesson_position from add_lesson(%s, 'One more')", course.id)

    with ThreadPoolExecutor(2) as pool, stage.cleared(one, author, learner):
        with one.transaction():
            if meanwhile == "the course shrinks":
                with acting(one, teacher, "instructor"):
                    one.execute("select remove_lesson(%s)", (second,))
            else:
                with acting(one, user, "student"):
                    one.execute("select complete_lesson(%s)", (second,))
            stage.shut()
            done = pool.submit(stage.request, learner, user, "student", query, *args)
            until(lambda: stage.waits(learner))
            changed = pool.submit(stage.request, author, teacher, "instructor", *change)
            until(lambda: stage.waits(author))
        until(lambda: stage.waits(learner, "advisory") and (stage.holds_up(learner, author) or changed.done()))
        first_come = not changed.done()
        stage.open()
        assert done.result(20) == (first_come,)
        assert changed.result(20) is not None

    row = owner.execute(
        "select status, completed_lessons_count, total_lessons_count from enrollments where id = %s", (enrollment,)
    ).fetchone()
    done_of_all = (1, 2) if meanwhile == "the course shrinks" else (2, 3)
    assert row == ("completed" if first_come else "active", *done_of_all)
    assert owner.execute("select * from verify_integrity()").fetchall() == []
    return first_come


def test_a_course_that_is_not_to_be_had_is_a_serialization_failure(school: SchoolDatabase) -> None:
    """What the caller saw of a free enrolment holds no more: then the course is taken if it is free, not waited for."""
    conn = school.connect()
    course = make_course(conn, lessons=1)
    enrollment = make_enrollment(conn, make_user(conn), course)
    conn.commit()
    author = school.connect()

    row = conn.execute("select (lock_enrollment(%s, false)).course_id", (enrollment,)).fetchone()
    assert row == (course.id,)
    author.execute("set lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        author.execute("select lock_course(%s)", (course.id,))
    author.rollback()
    conn.rollback()

    author.execute("select lock_course(%s)", (course.id,))
    with pytest.raises(psycopg.errors.SerializationFailure):
        conn.execute("select lock_enrollment(%s, false)", (enrollment,))
    conn.rollback()

    # With more than one lesson to go the course is nobody's business.
    author.rollback()
    conn.execute("insert into lessons (course_id, slug, title, position) values (%s, 'x', 'X', 9)", (course.id,))
    conn.commit()
    author.execute("select lock_course(%s)", (course.id,))
    assert conn.execute("select (lock_enrollment(%s, false)).id", (enrollment,)).fetchone() == (enrollment,)


@pytest.mark.late
@pytest.mark.parametrize(
    ("ledger", "award"),
    [
        ("xp_events", "select awarded from award_xp(%s, 5, %s, %s)"),
        ("coin_transactions", "select awarded from award_coins(%s, 5, %s, %s)"),
    ],
)
@pytest.mark.parametrize("source", ["course", "lesson"])
def test_the_back_end_awards_what_is_just_being_completed(stage: Stage, ledger: str, award: str, source: str) -> None:
    """The award has entered the ledger and not yet moved the counters, which the completion of a course moves first."""
    owner = stage.owner
    course = make_course(owner, lessons=1, coin_reward=5)
    owner.execute("update lessons set coin_reward = 5")
    user = make_user(owner)
    make_enrollment(owner, user, course)
    job, learner = (stage.school.connect(autocommit=True) for _ in range(2))
    stage.build(ledger, "after insert")
    source_id = course.id if source == "course" else course.lesson_ids[0]

    with ThreadPoolExecutor(2) as pool, stage.cleared(job, learner):
        stage.shut()
        awarded = pool.submit(stage.request, job, None, "service", award, user, source, source_id)
        until(lambda: stage.waits(job))
        done = pool.submit(
            stage.request, learner, user, "student", "select course_completed from complete_lesson(%s)",
            course.lesson_ids[0],
        )  # fmt: skip
        until(lambda: stage.waits(learner))
        stage.open()
        assert awarded.result(30) == (5,)
        assert done.result(30) == (True,)
    assert owner.execute("select * from verify_integrity()").fetchall() == []
