"""An exercise from its making to its grade, and each thing that could go wrong on the way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgacademy.testing import acting
from tests.assessment.exercises import RUBRIC, TEXT, Exercise, make_exercise, make_learner, points
from tests.assessment.quizzes import Quiz, make_quiz
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]


def row(conn: Connection, query: str, *args: Any) -> dict[str, Any]:
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query, args).fetchone()
    assert found is not None
    return found


def value(conn: Connection, query: str, *args: Any) -> Any:
    return next(iter(row(conn, query, *args).values()))


def start(conn: Connection, user: UUID, exercise: Exercise) -> dict[str, Any]:
    with acting(conn, user, "student"):
        return row(conn, "select * from start_exercise(%s)", exercise.id)


def submit(
    conn: Connection, user: UUID, exercise: Exercise, content: Any = TEXT, files: Any = None, key: str | None = None
) -> dict[str, Any]:
    with acting(conn, user, "student"):
        return row(
            conn, "select * from submit_exercise(%s, %s, %s, %s)",
            exercise.id, None if content is None else Jsonb(content), None if files is None else Jsonb(files), key,
        )  # fmt: skip


def grade(conn: Connection, who: UUID, submission: Any, score: Any = None, **more: Any) -> dict[str, Any]:
    role = value(conn, "select role from users where id = %s", who)
    rubric = Jsonb(more["rubric"]) if "rubric" in more else None
    with acting(conn, who, role):
        return row(
            conn,
            "select * from grade_submission(%s, %s, %s, p_feedback => %s, p_reason => %s, p_idempotency_key => %s)",
            submission, score, rubric, more.get("feedback"), more.get("reason"), more.get("key"),
        )  # fmt: skip


def handed_in(conn: Connection, exercise: Exercise) -> tuple[UUID, UUID]:
    user = make_learner(conn, exercise)
    return user, submit(conn, user, exercise)["submission_id"]


def findings(conn: Connection) -> list[Any]:
    return conn.execute("select * from verify_integrity()").fetchall()


def stats(conn: Connection, user: UUID) -> dict[str, Any]:
    return row(conn, "select * from user_stats where user_id = %s", user)


class TestMaking:
    def test_from_draft_to_grade(self, db: Connection) -> None:
        course = make_course(db)
        with acting(db, course.instructor_id, "instructor"):
            exercise = Exercise(
                value(
                    db, "select create_exercise(%s, 'Essay', p_rubric => %s, p_coin_reward => 7)",
                    course.lesson_ids[0], Jsonb(RUBRIC),
                ), course,
            )  # fmt: skip
        user = make_learner(db, exercise)
        with raises_sqlstate("PA404", conn=db):  # not published yet
            submit(db, user, exercise)
        with acting(db, course.instructor_id, "instructor"):
            db.execute("select update_exercise(%s, p_is_published => true)", (exercise.id,))
        # From now on nobody completes the lesson without it.
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
        done = submit(db, user, exercise)
        assert (done["attempt_number"], done["attempts_left"], done["status"]) == (1, 2, "submitted")
        assert stats(db, user)["current_streak"] == 1

        with acting(db, course.instructor_id, "instructor"):
            waiting = row(db, "select * from v_grading_queue")
        assert (waiting["submission_id"], waiting["user_id"]) == (done["submission_id"], user)
        graded = grade(db, course.instructor_id, done["submission_id"], rubric=points(40, 40), feedback="Good.")
        assert (graded["score"], graded["max_score"], graded["percentage"], graded["is_passed"]) == (80, 100, 80, True)
        assert (graded["exercise_completed"], graded["lesson_completed"], graded["coins_awarded"]) == (True, True, 7)
        assert graded["xp_awarded"] == stats(db, user)["total_xp"]
        assert stats(db, user)["exercises_completed"] == 1
        with acting(db, user, "student"):
            mine = row(db, "select * from v_my_exercises")
            assert (mine["is_passed"], mine["best_percentage"], mine["last_status"]) == (True, 80, "graded")
            seen = row(db, "select * from exercise_submissions")
        assert seen["feedback"] == "Good."
        assert seen["rubric"]["criteria"][1] == {
            "id": "form", "title": "Form", "points": 40, "max_points": 60, "comment": "See there.",
        }  # fmt: skip
        progress = row(db, "select status, score from lesson_progress where user_id = %s", user)
        assert (progress["status"], progress["score"]) == ("completed", 80)
        assert findings(db) == []

    @pytest.mark.parametrize(
        ("columns", "path"),
        [
            ({"rubric": {"criteria": []}}, "$.rubric.criteria "),
            ({"rubric": {"criteria": [{"id": "a", "title": "A"}]}}, "$.rubric.criteria[0].max_points "),
            ({"rubric": RUBRIC, "max_score": 90}, "$.rubric.criteria "),
            (
                {"rubric": {"criteria": [{"id": "a", "title": "A", "max_points": 50}] * 2}},
                "$.rubric.criteria[1].id ",
            ),
            (
                {
                    "rubric": {
                        "criteria": [
                            {"id": "a", "title": "A", "max_points": 100, "levels": [{"title": "!", "points": 101}]}
                        ]
                    }
                },
                "$.rubric.criteria[0].levels[0].points ",
            ),
            ({"content": {"prompts": [{"id": "a", "text": "?"}] * 2}}, "$.content.prompts[1].id "),
            ({"content": {"hints": 1}}, "$.content.hints "),
            ({"content": {"resources": [{"title": "!", "url": "javascript:x"}]}}, "$.content.resources[0].url "),
        ],
    )  # fmt: skip
    def test_the_path_of_what_does_not_fit(self, db: Connection, columns: dict[str, Any], path: str) -> None:
        with raises_sqlstate("PA422", conn=db) as raised:
            make_exercise(db, **columns)
        assert raised.detail is not None
        assert raised.detail.startswith(path)

    def test_what_it_is_worth_follows_the_rubric(self, db: Connection) -> None:
        exercise = make_exercise(db, max_score=50)
        with acting(db, exercise.course.instructor_id, "instructor"):
            db.execute("select update_exercise(%s, p_rubric => %s)", (exercise.id, Jsonb(RUBRIC)))
            with raises_sqlstate("PA422", conn=db):
                db.execute("select update_exercise(%s, p_max_score => 50)", (exercise.id,))
            with raises_sqlstate("PA422", conn=db):
                db.execute("select update_exercise(%s, p_clear => '{title}')", (exercise.id,))
            db.execute("select update_exercise(%s, p_max_score => 50, p_clear => '{rubric}')", (exercise.id,))
        assert value(db, "select max_score from exercises") == 50

    def test_deleted_until_somebody_begins(self, db: Connection) -> None:
        course = make_course(db)
        new, begun = make_exercise(db, course), make_exercise(db, course)
        start(db, make_learner(db, begun), begun)
        with acting(db, course.instructor_id, "instructor"):
            db.execute("select delete_exercise(%s)", (new.id,))
            with raises_sqlstate("PA409", conn=db):
                db.execute("select delete_exercise(%s)", (begun.id,))
        assert db.execute("select id from exercises").fetchall() == [(begun.id,)]

    def test_another_teachers_course(self, db: Connection) -> None:
        exercise = make_exercise(db)
        _, submission = handed_in(db, exercise)
        other = make_user(db, "instructor")
        with acting(db, other, "instructor"):
            for query, argument in (
                ("select create_exercise(%s, 'x')", exercise.course.lesson_ids[0]),
                ("select update_exercise(%s, p_title => 'x')", exercise.id),
                ("select delete_exercise(%s)", exercise.id),
                ("select grade_submission(%s, 100)", submission),
                ("select return_submission(%s, 'No.')", submission),
            ):
                with raises_sqlstate("PA403", conn=db):
                    db.execute(query, (argument,))
            assert db.execute("select * from exercise_submissions").fetchall() == []
            assert db.execute("select * from v_grading_queue").fetchall() == []


class TestHandingIn:
    def test_attempts_are_capped_and_a_returned_one_is_none(self, db: Connection) -> None:
        exercise = make_exercise(db, attempts_allowed=2)
        user = make_learner(db, exercise)
        first = submit(db, user, exercise)
        assert submit(db, user, exercise)["attempts_left"] == 0
        with raises_sqlstate("PA409", conn=db):
            submit(db, user, exercise)
        with acting(db, exercise.course.instructor_id, "instructor"):
            with raises_sqlstate("PA422", conn=db):
                db.execute("select return_submission(%s, ' ')", (first["submission_id"],))
            db.execute("select return_submission(%s, 'Once more.')", (first["submission_id"],))
            with raises_sqlstate("PA409", conn=db):
                db.execute("select return_submission(%s, 'Twice.')", (first["submission_id"],))
        with raises_sqlstate("PA409", conn=db):
            grade(db, exercise.course.instructor_id, first["submission_id"], 100, reason="Changed my mind.")
        assert submit(db, user, exercise)["attempt_number"] == 3
        with raises_sqlstate("PA409", conn=db):
            submit(db, user, exercise)
        assert findings(db) == []

    def test_a_draft_is_kept_and_handed_in(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user = make_learner(db, exercise)
        draft = start(db, user, exercise)
        assert (draft["is_resumed"], draft["attempt_number"], draft["deadline_at"]) == (False, 1, None)
        with acting(db, user, "student"):
            db.execute(
                "select save_submission(%s, %s, %s)",
                (draft["submission_id"], Jsonb({"text": "Half"}), Jsonb([{"name": "a.pdf", "url": "/files/a.pdf"}])),
            )
        again = start(db, user, exercise)
        assert (again["is_resumed"], again["submission_id"], again["content"], again["attempts_left"]) == (
            True, draft["submission_id"], {"text": "Half"}, 2,
        )  # fmt: skip
        # A draft is nobody else's.
        teacher = exercise.course.instructor_id
        with acting(db, teacher, "instructor"):
            assert db.execute("select * from exercise_submissions").fetchall() == []
            with raises_sqlstate("PA404", conn=db):
                db.execute("select grade_submission(%s, 100)", (draft["submission_id"],))
        done = submit(db, user, exercise, None)
        assert done["submission_id"] == draft["submission_id"]
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select save_submission(%s, '{}')", (draft["submission_id"],))
        assert value(db, "select content from exercise_submissions") == {"text": "Half"}

    def test_others_drafts_and_work(self, db: Connection) -> None:
        exercise = make_exercise(db)
        _, submission = handed_in(db, exercise)
        other = make_learner(db, exercise)
        with acting(db, other, "student"):
            with raises_sqlstate("PA404", conn=db):
                db.execute("select save_submission(%s, '{}')", (submission,))
            assert db.execute("select * from exercise_submissions").fetchall() == []
            assert db.execute("select * from exercise_grades").fetchall() == []
            for query in (
                "insert into exercise_submissions (content) values ('{}')",
                "update exercise_submissions set score = 100",
                "delete from exercise_submissions",
            ):
                with raises_sqlstate("42501", conn=db):
                    db.execute(query)

    @pytest.mark.parametrize(
        ("content", "files", "path"),
        [
            ({"essay": "x"}, None, "$.content.essay "),
            ({"answers": {"a": []}}, None, "$.content.answers.a "),
            ({"answers": {"a b": "x"}}, None, '$.content.answers."a b" '),
            (TEXT, {}, "$.files "),
            (TEXT, [{"name": "a"}], "$.files[0].url "),
            (TEXT, [{"name": "a", "url": "javascript:alert(1)"}], "$.files[0].url "),
            (TEXT, [{"name": "a", "url": "/a", "size": 1.5}], "$.files[0].size "),
            (TEXT, [{"name": str(n), "url": "/a"} for n in range(21)], "$.files "),
            ({}, None, "exercise_id "),
        ],
    )  # fmt: skip
    def test_what_cannot_be_handed_in(self, db: Connection, content: Any, files: Any, path: str) -> None:
        exercise = make_exercise(db)
        user = make_learner(db, exercise)
        with raises_sqlstate("PA422", conn=db) as raised:
            submit(db, user, exercise, content, files)
        assert raised.detail is not None
        assert raised.detail.startswith(path)
        assert value(db, "select count(*) from exercise_submissions") == 0

    def test_too_large(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user = make_learner(db, exercise)
        with raises_sqlstate("23514", conn=db) as raised:
            submit(db, user, exercise, {"text": "x" * 150_000, "code": "y" * 150_000})
        assert raised.constraint == "exercise_submissions_content_length_check"

    def test_the_same_key_hands_in_once(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user = make_learner(db, exercise)
        assert submit(db, user, exercise, key="k") == submit(db, user, exercise, key="k")
        with raises_sqlstate("PA409", conn=db):
            submit(db, user, exercise, {"text": "Other"}, key="k")
        assert value(db, "select count(*) from exercise_submissions") == 1

    def test_who_is_not_on_the_course(self, db: Connection) -> None:
        exercise = make_exercise(db)
        stranger = make_user(db)
        with raises_sqlstate("PA409", conn=db):
            submit(db, stranger, exercise)
        user = make_learner(db, exercise)
        db.execute("update enrollments set status = 'dropped', dropped_at = now() where user_id = %s", (user,))
        with raises_sqlstate("PA409", conn=db):
            submit(db, user, exercise)


class TestTime:
    def test_the_server_decides(self, db: Connection) -> None:
        exercise = make_exercise(db, time_limit_minutes=10)
        user = make_learner(db, exercise)
        with raises_sqlstate("PA409", conn=db):  # never begun
            submit(db, user, exercise)
        draft = start(db, user, exercise)
        assert (draft["deadline_at"] - draft["started_at"]).total_seconds() == 600
        with acting(db, user, "student"):
            db.execute("select save_submission(%s, %s)", (draft["submission_id"], Jsonb(TEXT)))
        db.execute(
            """update exercise_submissions
               set started_at = now() - interval '1 hour', deadline_at = now() - interval '50 minutes'"""
        )
        with raises_sqlstate("PA409", conn=db):
            submit(db, user, exercise, {"text": "Too late."})
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select save_submission(%s, '{}')", (draft["submission_id"],))
        # What was saved is handed in, as of the deadline, and the next attempt begins.
        second = start(db, user, exercise)
        assert (second["is_resumed"], second["attempt_number"], second["attempts_left"]) == (False, 2, 1)
        first = row(db, "select * from exercise_submissions where id = %s", draft["submission_id"])
        assert (first["status"], first["closed_by"], first["content"]) == ("submitted", "deadline", TEXT)
        assert first["submitted_at"] == first["deadline_at"]

    def test_the_job_closes_what_is_overdue(self, db: Connection) -> None:
        course = make_course(db)
        limited, due, free = (make_exercise(db, course, time_limit_minutes=n) for n in (10, None, None))
        users = [make_learner(db, limited) for _ in range(3)]
        for user in users:
            for exercise in (limited, due, free):
                start(db, user, exercise)
        db.execute(
            """update exercise_submissions
               set started_at = now() - interval '1 hour',
                   deadline_at = case when deadline_at is not null then now() - interval '50 minutes' end"""
        )
        db.execute("update exercises set due_at = now() - interval '5 minutes' where id = %s", (due.id,))
        with acting(db, None, "service"):
            assert [value(db, "select close_overdue_drafts(4)") for _ in range(3)] == [4, 2, 0]
        assert value(db, "select count(*) from exercise_submissions where status = 'draft'") == 3
        assert findings(db) == []

    def test_after_the_due_date_nobody_hands_in(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user = make_learner(db, exercise)
        start(db, user, exercise)
        db.execute("update exercises set due_at = now() - interval '5 minutes'")
        for call in (start, submit):
            with raises_sqlstate("PA409", conn=db):
                call(db, user, exercise)
        with acting(db, exercise.course.instructor_id, "instructor"):
            db.execute("select update_exercise(%s, p_clear => '{due_at}')", (exercise.id,))
        submit(db, user, exercise)


class TestGrading:
    def test_who_may(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user, submission = handed_in(db, exercise)
        for role in ("student", "service", "anonymous"):
            with acting(db, user, role), raises_sqlstate("42501", conn=db):
                db.execute("select grade_submission(%s, 100)", (submission,))
        db.execute("update users set is_approved = false where id = %s", (exercise.course.instructor_id,))
        with raises_sqlstate("PA403", conn=db):
            grade(db, exercise.course.instructor_id, submission, 100)
        assert grade(db, make_user(db, "admin"), submission, 100)["is_passed"]

    def test_nobody_grades_themselves(self, db: Connection) -> None:
        """A teacher who takes their own course; an administrator may grade them, and they get nothing for it."""
        exercise = make_exercise(db, coin_reward=5)
        teacher, admin = exercise.course.instructor_id, make_user(db, "admin")
        make_enrollment(db, teacher, exercise.course)
        submission = submit(db, teacher, exercise)["submission_id"]
        with raises_sqlstate("PA403", conn=db):
            grade(db, teacher, submission, 100)
        done = grade(db, admin, submission, 100)
        assert (done["exercise_completed"], done["xp_awarded"], done["coins_awarded"]) == (False, 0, 0)
        assert done["lesson_completed"]
        make_enrollment(db, admin, exercise.course)
        own = submit(db, admin, exercise)["submission_id"]
        with raises_sqlstate("PA403", conn=db):
            grade(db, admin, own, 100)
        assert findings(db) == []

    @pytest.mark.parametrize(
        ("columns", "score", "rubric", "path"),
        [
            ({}, None, None, "score = null"),
            ({}, -1, None, "score = -1"),
            ({}, 101, None, "score = 101"),
            ({}, "NaN", None, "score = NaN"),
            ({}, 50, points(1, 1), "score = 50"),
            ({"rubric": RUBRIC}, 50, None, "$ "),
            ({"rubric": RUBRIC}, 50, points(1, 1), "score = 50"),
            ({"rubric": RUBRIC}, None, {"idea": {"points": 1}}, "$.form is missing"),
            ({"rubric": RUBRIC}, None, points(1, 1) | {"x": {"points": 1}}, "$.x "),
            ({"rubric": RUBRIC}, None, points(41, 1), "$.idea.points "),
            ({"rubric": RUBRIC}, None, points(1, -1), "$.form.points "),
            ({"rubric": RUBRIC}, None, points(1, 0.001), "$.form.points "),
            ({"rubric": RUBRIC}, None, points(1, "1"), "$.form.points "),
        ],
    )  # fmt: skip
    def test_what_is_no_grade(self, db: Connection, columns: Any, score: Any, rubric: Any, path: str) -> None:
        exercise = make_exercise(db, **columns)
        _, submission = handed_in(db, exercise)
        with raises_sqlstate("PA422", conn=db) as raised:
            grade(
                db, exercise.course.instructor_id, submission, score, **({} if rubric is None else {"rubric": rubric})
            )
        assert raised.detail is not None
        assert raised.detail.startswith(path)

    def test_graded_anew(self, db: Connection) -> None:
        """With a reason; every grade is kept, the score of the lesson follows, what was completed and paid stays."""
        exercise = make_exercise(db, coin_reward=5)
        teacher = exercise.course.instructor_id
        user, submission = handed_in(db, exercise)
        assert not grade(db, teacher, submission, 20)["is_passed"]
        for reason in (None, " "):
            with raises_sqlstate("PA409", conn=db):
                grade(db, teacher, submission, 90, reason=reason)
        better = grade(db, teacher, submission, 90, reason="Read again.")
        assert (better["grade_number"], better["previous_percentage"], better["lesson_completed"]) == (2, 20, True)
        assert (better["coins_awarded"], better["exercise_completed"]) == (5, True)
        before = stats(db, user)
        worse = grade(db, teacher, submission, 10, reason="Copied.")
        assert (worse["is_passed"], worse["exercise_completed"], worse["coins_awarded"]) == (False, False, 0)
        assert stats(db, user)["exercises_completed"] == 1
        assert (stats(db, user)["total_xp"], stats(db, user)["coins_earned"]) == (
            before["total_xp"], before["coins_earned"],
        )  # fmt: skip
        assert value(db, "select status || ' ' || score from lesson_progress where user_id = %s", user) == (
            "completed 10.00"
        )
        again = grade(db, teacher, submission, 95, reason="Not copied.")
        assert (again["exercise_completed"], again["lesson_completed"], again["coins_awarded"]) == (False, False, 0)
        assert db.execute("select score, reason from exercise_grades order by grade_number").fetchall() == [
            (20, None), (90, "Read again."), (10, "Copied."), (95, "Not copied."),
        ]  # fmt: skip
        assert findings(db) == []

    def test_the_same_key_grades_once(self, db: Connection) -> None:
        exercise = make_exercise(db)
        _, submission = handed_in(db, exercise)
        teacher = exercise.course.instructor_id
        assert grade(db, teacher, submission, 80, key="g") == grade(db, teacher, submission, 80, key="g")
        with raises_sqlstate("PA409", conn=db):
            grade(db, teacher, submission, 81, key="g")
        assert value(db, "select count(*) from exercise_grades") == 1

    def test_all_mandatory_exercises_and_the_quiz_complete_the_lesson(self, db: Connection) -> None:
        course = make_course(db)
        one, two = make_exercise(db, course), make_exercise(db, course)
        optional = make_exercise(db, course, is_mandatory=False)
        quiz: Quiz = make_quiz(db, course, quiz_type="graded")
        user = make_learner(db, one)
        done = []
        for exercise, score in ((optional, 100), (one, 80), (two, 100)):
            submission = submit(db, user, exercise)["submission_id"]
            done.append(grade(db, course.instructor_id, submission, score)["lesson_completed"])
        with acting(db, user, "student"):
            attempt = value(db, "select attempt_id from start_quiz(%s)", quiz.id)
            done.append(row(db, "select * from submit_quiz(%s, %s)", attempt, Jsonb(quiz.right))["lesson_completed"])
        assert done == [False, False, False, True]
        assert stats(db, user)["exercises_completed"] == 3
        assert findings(db) == []

    def test_the_quiz_first(self, db: Connection) -> None:
        course = make_course(db)
        exercise = make_exercise(db, course)
        quiz = make_quiz(db, course, quiz_type="graded")
        user = make_learner(db, exercise)
        with acting(db, user, "student"):
            attempt = value(db, "select attempt_id from start_quiz(%s)", quiz.id)
            assert not row(db, "select * from submit_quiz(%s, %s)", attempt, Jsonb(quiz.right))["lesson_completed"]
        submission = submit(db, user, exercise)["submission_id"]
        assert grade(db, course.instructor_id, submission, 80)["lesson_completed"]

    def test_the_best_attempt_counts(self, db: Connection) -> None:
        exercise = make_exercise(db)
        user, first = handed_in(db, exercise)
        second = submit(db, user, exercise)["submission_id"]
        teacher = exercise.course.instructor_id
        grade(db, teacher, first, 90)
        grade(db, teacher, second, 70)
        assert value(db, "select score from lesson_progress where user_id = %s", user) == 90

    def test_who_has_left(self, db: Connection) -> None:
        """The grade is kept; nothing is completed for who dropped the course or is gone."""
        exercise = make_exercise(db)
        teacher = exercise.course.instructor_id
        dropped, gone = handed_in(db, exercise), handed_in(db, exercise)
        db.execute("update enrollments set status = 'dropped', dropped_at = now() where user_id = %s", (dropped[0],))
        db.execute("update users set deleted_at = now() where id = %s", (gone[0],))
        assert [
            (g["is_passed"], g["exercise_completed"], g["lesson_completed"])
            for g in (grade(db, teacher, dropped[1], 100), grade(db, teacher, gone[1], 100))
        ] == [(True, True, False), (True, False, False)]

    def test_an_achievement_of_exercises(self, db: Connection) -> None:
        insert(
            db, "achievements", slug="diligent", title="Diligent",
            criteria={"metric": "exercises_completed", "threshold": 1},
        )  # fmt: skip
        exercise = make_exercise(db)
        user, submission = handed_in(db, exercise)
        done = grade(db, exercise.course.instructor_id, submission, 100)
        assert "Diligent" in [a["title"] for a in done["achievements"]]
        assert done["xp_awarded"] == stats(db, user)["total_xp"]
        assert findings(db) == []


def test_integrity_sees_what_is_wrong(db: Connection) -> None:
    exercise = make_exercise(db)
    _, submission = handed_in(db, exercise)
    grade(db, exercise.course.instructor_id, submission, 100)
    for change in (
        "update exercise_submissions set score = 1",
        "update exercise_submissions set attempt_number = 2",
        "update exercise_submissions set first_pass = false",
        "update exercise_grades set grade_number = 2, reason = 'x'",
        "update user_stats set exercises_completed = 5",
    ):
        with db.transaction(force_rollback=True):
            db.execute(change)
            assert findings(db), change
    db.execute("update user_stats set exercises_completed = 5")
    assert [name for name, *_ in db.execute("select * from repair_counters()").fetchall()] != []
    assert findings(db) == []


def test_a_page_of_the_queue_is_read_by_its_index(db: Connection) -> None:
    exercise = make_exercise(db)
    handed_in(db, exercise)
    db.execute("analyze exercise_submissions")
    db.execute("set local enable_seqscan = off; set local enable_sort = off")
    plan = db.execute(
        """explain select * from v_grading_queue
           where course_id = %s and (submitted_at, submission_id) > ('2020-01-01', %s)
           order by submitted_at, submission_id limit 20""",
        (exercise.course.id, exercise.id),
    ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "exercise_submissions_course_id_submitted_at_id_idx" in text
    assert "Sort" not in text.replace("Sort Key", "")


def test_names_are_looked_up_for_the_page(db: Connection) -> None:
    """Not for all that waits, where that has to be sorted."""
    exercise = make_exercise(db)
    for _ in range(12):
        handed_in(db, exercise)
    # By the key of each person, as in a large school.
    db.execute("set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off")
    with acting(db, exercise.course.instructor_id, "instructor"):
        plan: Any = value(
            db,
            "explain (analyze, format json) select * from v_grading_queue"
            " where course_id = %s order by submission_id limit 3",
            exercise.course.id,
        )

    def looked_up(node: dict[str, Any]) -> list[int]:
        mine = [node["Actual Loops"]] if node.get("Relation Name") == "public_profiles" else []
        return mine + [loops for part in node.get("Plans", []) for loops in looked_up(part)]

    found = looked_up(plan[0]["Plan"])
    assert found
    assert max(found) <= 3
