"""A quiz that is deleted, and one whose keys were wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase, acting
from tests.assessment.quizzes import Quiz, make_learner, make_quiz
from tests.assessment.test_quizzes import findings, row, stats, take, value
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_user, race
from tests.support.requests import call_like_the_library as call
from tests.support.requests import check

Connection = psycopg.Connection[Any]


def regrade(conn: Connection, quiz: Quiz) -> tuple[int, int, int]:
    with acting(conn, quiz.course.instructor_id, "instructor"):
        done = row(conn, "select * from regrade_quiz(%s)", quiz.id)
    return done["attempts_changed"], done["learners_passed"], done["scores_moved"]


def correct(conn: Connection, quiz: Quiz, *, wrong: bool) -> None:
    """The first two questions get the key that makes `quiz.right` wrong, or the one that makes it right."""
    with acting(conn, quiz.course.instructor_id, "instructor"):
        keys = [{"correct": "c"}, {"correct": ["b"]}] if wrong else [{"correct": "b"}, {"correct": ["a", "c"]}]
        for question, key in zip(quiz.questions, keys, strict=False):
            conn.execute("select update_question(%s, p_answer_key => %s)", (question, Jsonb(key)))


def progress(conn: Connection, user: UUID) -> tuple[str, Any]:
    found = row(conn, "select status, score from lesson_progress where user_id = %s", user)
    return found["status"], found["score"]


class TestDeleting:
    def test_while_nobody_has_begun(self, db: Connection) -> None:
        course = make_course(db)
        quiz = make_quiz(db, course)
        with acting(db, make_user(db, "instructor"), "instructor"), raises_sqlstate("PA403", conn=db):
            db.execute("select delete_quiz(%s)", (quiz.id,))
        with acting(db, course.instructor_id, "instructor"):
            db.execute("select delete_quiz(%s)", (quiz.id,))
            with raises_sqlstate("PA404", conn=db):
                db.execute("select delete_quiz(%s)", (quiz.id,))
            value(db, "select create_quiz(%s, 'Another')", course.lesson_ids[0])
        assert value(db, "select count(*) from quiz_question_keys") == 0

    def test_not_what_somebody_has_begun(self, db: Connection) -> None:
        quiz = make_quiz(db)
        take(db, make_learner(db, quiz), quiz, 1)
        with acting(db, quiz.course.instructor_id, "instructor"), raises_sqlstate("PA409", conn=db):
            db.execute("select delete_quiz(%s)", (quiz.id,))


class TestRegrading:
    def test_who_was_right_all_along(self, db: Connection) -> None:
        """Failed by a wrong key: passed, completed, counted and paid as of then, once."""
        quiz = make_quiz(db, quiz_type="graded")
        correct(db, quiz, wrong=True)
        user, other = make_learner(db, quiz), make_learner(db, quiz)
        assert not take(db, user, quiz, 6)["is_passed"]
        take(db, other, quiz, 0)
        xp = stats(db, user)["total_xp"]
        assert regrade(db, quiz) == (0, 0, 0)
        correct(db, quiz, wrong=False)
        assert regrade(db, quiz) == (2, 1, 0)
        assert progress(db, user) == ("completed", 100)
        assert progress(db, other)[0] == "in_progress"
        assert stats(db, user)["quizzes_passed"] == 1
        assert stats(db, user)["total_xp"] > xp
        assert regrade(db, quiz) == (0, 0, 0)
        assert stats(db, user)["current_streak"] == 1
        assert findings(db) == []

    @pytest.mark.parametrize(
        ("policy", "before", "after"),
        [("best", "100.00", "66.67"), ("last", "83.33", "50.00"), ("average", "91.67", "58.34")],
    )
    def test_who_was_right_by_mistake(self, db: Connection, policy: str, before: str, after: str) -> None:
        """The score falls by the policy; the lesson stays completed, XP, coins and the count of quizzes stay."""
        quiz = make_quiz(db, quiz_type="graded", grade_policy=policy)
        user = make_learner(db, quiz)
        take(db, user, quiz, 6)
        take(db, user, quiz, 5)
        kept = {key: stats(db, user)[key] for key in ("total_xp", "quizzes_passed", "lessons_completed")}
        assert str(progress(db, user)[1]) == before
        # Only the key of the question that the second attempt had wrong, and one that both had right.
        with acting(db, quiz.course.instructor_id, "instructor"):
            for question in quiz.questions[:1] + quiz.questions[2:3]:
                kind = value(db, "select question_type from quiz_questions where id = %s", question)
                key = {"correct": "c"} if kind == "multiple_choice" else {"correct": False}
                db.execute("select update_question(%s, p_answer_key => %s)", (question, Jsonb(key)))
        changed, passed, moved = regrade(db, quiz)
        assert (changed, passed, moved) == (2, 0, 1)
        assert str(value(db, "select result from v_my_quizzes where user_id = %s", user)) == after
        assert (progress(db, user)[0], str(progress(db, user)[1])) == ("completed", after)
        assert {key: stats(db, user)[key] for key in kept} == kept
        assert value(db, "select count(*) from quiz_attempts where first_pass") == 1
        assert findings(db) == []

    def test_a_score_that_staff_gave_stays(self, db: Connection) -> None:
        quiz = make_quiz(db, quiz_type="graded", passing_score=50)
        user = make_learner(db, quiz)
        take(db, user, quiz, 5)
        db.execute("select record_completion(%s, %s, 99)", (user, quiz.course.lesson_ids[0]))
        correct(db, quiz, wrong=True)
        assert regrade(db, quiz) == (1, 0, 0)
        assert progress(db, user) == ("completed", 99)

    def test_another_passing_score(self, db: Connection) -> None:
        quiz = make_quiz(db, passing_score=90)
        user = make_learner(db, quiz)
        take(db, user, quiz, 5)
        db.execute("update quizzes set passing_score = 50")
        assert regrade(db, quiz) == (1, 1, 0)
        assert progress(db, user) == ("completed", None)
        assert findings(db) == []

    def test_who_may(self, db: Connection) -> None:
        quiz = make_quiz(db)
        with acting(db, make_user(db, "instructor"), "instructor"), raises_sqlstate("PA403", conn=db):
            db.execute("select regrade_quiz(%s)", (quiz.id,))
        with acting(db, make_user(db, "admin"), "admin"):
            assert value(db, "select attempts_changed from regrade_quiz(%s)", quiz.id) == 0


@pytest.mark.late
@pytest.mark.parametrize(
    "level",
    [
        pytest.param(IsolationLevel.READ_COMMITTED, id="read_committed"),
        pytest.param(IsolationLevel.REPEATABLE_READ, id="repeatable_read", marks=pytest.mark.slow),
        pytest.param(IsolationLevel.SERIALIZABLE, id="serializable", marks=pytest.mark.slow),
    ],
)
def test_regrading_while_learners_hand_in(school: SchoolDatabase, level: IsolationLevel) -> None:
    """A key is corrected and the quiz regraded in the middle: in the end every attempt has its grade by that key."""
    conn = school.connect(autocommit=True)
    quiz = make_quiz(conn, quiz_type="graded", max_attempts=None)
    with conn.transaction():
        correct(conn, quiz, wrong=True)
    users = [make_learner(conn, quiz) for _ in range(12)]

    def one(i: int) -> Any:
        if i < 12:
            found = call(school, users[i], "select attempt_id from start_quiz(%s)", quiz.id, level=level)
            return call(
                school, users[i], "select score from submit_quiz(%s, %s)", found[0], Jsonb(quiz.right), level=level
            )
        teacher = quiz.course.instructor_id
        for question, key in zip(quiz.questions, ({"correct": "b"}, {"correct": ["a", "c"]}), strict=False):
            call(
                school, teacher, "select 1 from update_question(%s, p_answer_key => %s)", question, Jsonb(key),
                role="instructor", level=level,
            )  # fmt: skip
        return call(
            school, teacher, "select attempts_changed from regrade_quiz(%s)", quiz.id, role="instructor", level=level
        )

    results = check(race(16, one))
    assert all(isinstance(r, tuple) for r in results), results
    assert conn.execute("select distinct percentage, is_passed from quiz_attempts").fetchall() == [(100, True)]
    assert conn.execute("select count(*) from quiz_attempts where first_pass").fetchone() == (12,)
    assert conn.execute("select * from verify_integrity()").fetchall() == []
