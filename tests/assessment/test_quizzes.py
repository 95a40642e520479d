"""A quiz from its making to its review, and each thing that could go wrong on the way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase, acting
from tests.assessment.quizzes import OPTIONS, SIX, Quiz, make_learner, make_quiz
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Course, insert, make_course, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]


def row(conn: Connection, query: str, *args: Any) -> dict[str, Any]:
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query, args).fetchone()
    assert found is not None
    return found


def value(conn: Connection, query: str, *args: Any) -> Any:
    return next(iter(row(conn, query, *args).values()))


def start(conn: Connection, user: UUID, quiz: Quiz) -> dict[str, Any]:
    with acting(conn, user, "student"):
        return row(conn, "select * from start_quiz(%s)", quiz.id)


def submit(conn: Connection, user: UUID, attempt: Any, answers: Any) -> dict[str, Any]:
    with acting(conn, user, "student"):
        return row(conn, "select * from submit_quiz(%s, %s)", attempt, Jsonb(answers))


def take(conn: Connection, user: UUID, quiz: Quiz, right: int) -> dict[str, Any]:
    """One attempt with so many right answers of six."""
    return submit(conn, user, start(conn, user, quiz)["attempt_id"], quiz.some(right))


def findings(conn: Connection) -> list[Any]:
    return conn.execute("select * from verify_integrity()").fetchall()


def stats(conn: Connection, user: UUID) -> dict[str, Any]:
    return row(conn, "select * from user_stats where user_id = %s", user)


class TestMaking:
    @pytest.fixture
    def course(self, db: Connection) -> Course:
        return make_course(db)

    @pytest.fixture
    def quiz(self, db: Connection, course: Course) -> UUID:
        with acting(db, course.instructor_id, "instructor"):
            return cast(UUID, value(db, "select create_quiz(%s, 'Forces')", course.lesson_ids[0]))

    def test_from_draft_to_review(self, db: Connection, course: Course, quiz: UUID) -> None:
        with acting(db, course.instructor_id, "instructor"):
            with raises_sqlstate("PA409", conn=db):  # nothing in it yet
                db.execute("select update_quiz(%s, p_is_published => true)", (quiz,))
            for kind, options, key, _, _ in SIX:
                value(
                    db, "select add_question(%s, %s, 'What?', %s, %s)",
                    quiz, kind, None if options is None else Jsonb(options), Jsonb(key),
                )  # fmt: skip
            db.execute(
                "select update_quiz(%s, p_quiz_type => 'graded', p_is_published => true)",
                (quiz,),
            )
            questions = db.execute(
                "select id from quiz_questions where quiz_id = %s order by position", (quiz,)
            ).fetchall()
        # From now on nobody completes the lesson without it.
        assert value(db, "select is_graded from lessons where id = %s", course.lesson_ids[0])
        whole = Quiz(quiz, course, [question for (question,) in questions])
        user = make_learner(db, whole)
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
        # Options to be put in order have got other names.
        put_in_order = value(
            db, "select answer_key -> 'correct' from quiz_question_keys where question_id = %s", whole.questions[5]
        )
        right = whole.right | {str(whole.questions[5]): put_in_order}
        done = submit(db, user, start(db, user, whole)["attempt_id"], right)
        assert (done["score"], done["percentage"], done["lesson_completed"]) == (6, 100, True)

    def test_what_is_right_leaves_the_options(self, db: Connection, course: Course, quiz: UUID) -> None:
        documents = [{"text": "Red"}, {"text": "Blue", "is_correct": True}, {"text": "Green", "is_correct": False}]
        with acting(db, course.instructor_id, "instructor"):
            question = value(db, "select add_question(%s, 'multiple_choice', 'Colour?', %s)", quiz, Jsonb(documents))
        assert value(db, "select options from quiz_questions where id = %s", question) == [
            {"id": "1", "text": "Red"}, {"id": "2", "text": "Blue"}, {"id": "3", "text": "Green"},
        ]  # fmt: skip
        assert value(db, "select answer_key from quiz_question_keys where question_id = %s", question) == {
            "correct": "2"
        }

    @pytest.mark.parametrize(
        ("kind", "options", "key", "path"),
        [
            ("essay", None, {}, "$.question_type"),
            ("multiple_choice", None, {"correct": "a"}, "$.options"),
            ("multiple_choice", [OPTIONS[0]], {"correct": "a"}, "$.options"),
            ("multiple_choice", [*OPTIONS, "x"], {"correct": "a"}, "$.options[4]"),
            ("multiple_choice", [*OPTIONS, OPTIONS[1]], {"correct": "a"}, "$.options[4].id"),
            ("multiple_choice", [*OPTIONS, {"id": "e"}], {"correct": "a"}, "$.options[4].text"),
            ("multiple_choice", [*OPTIONS, {"id": "é", "text": "e"}], {"correct": "a"}, "$.options[4].id"),
            ("multiple_choice", [*OPTIONS, {"text": "e", "why": 1}], {"correct": "a"}, "$.options[4].why"),
            ("multiple_choice", [*OPTIONS, {"text": "e", "is_correct": 1}], None, "$.options[4].is_correct"),
            ("multiple_choice", [{"text": "e", "is_correct": True}, *OPTIONS], {}, "$.options[0].is_correct"),
            ("multiple_choice", OPTIONS, None, "$.answer_key"),
            ("multiple_choice", OPTIONS, {"correct": "z"}, "$.answer_key.correct"),
            ("multiple_choice", OPTIONS, {"correct": ["a"]}, "$.answer_key.correct"),
            ("multiple_choice", OPTIONS, {"correct": "a", "hint": 1}, "$.answer_key.hint"),
            ("multiple_select", OPTIONS, {"correct": []}, "$.answer_key.correct"),
            ("multiple_select", OPTIONS, {"correct": ["a", "z"]}, "$.answer_key.correct[1]"),
            ("multiple_select", OPTIONS, {"correct": ["a", "a"]}, "$.answer_key.correct[1]"),
            ("ordering", OPTIONS, {"correct": ["a", "b", "c"]}, "$.answer_key.correct"),
            ("true_false", OPTIONS, {"correct": True}, "$.options"),
            ("true_false", None, {"correct": "true"}, "$.answer_key.correct"),
            ("short_answer", None, {"accepted": []}, "$.answer_key.accepted"),
            ("short_answer", None, {"accepted": ["a", 1]}, "$.answer_key.accepted[1]"),
            ("short_answer", None, {"accepted": ["a", " "]}, "$.answer_key.accepted[1]"),
            ("short_answer", None, {"accepted": [{"text": "a", "credit": 2}]}, "$.answer_key.accepted[0].credit"),
            ("short_answer", None, {"accepted": ["a"], "case_sensitive": 1}, "$.answer_key.case_sensitive"),
            ("numeric", None, {"value": "1"}, "$.answer_key.value"),
            ("numeric", None, {"value": 1, "tolerance": -1}, "$.answer_key.tolerance"),
            ("numeric", None, {"value": 1, "tolerance": 2, "partial_tolerance": 1}, "$.answer_key.partial_tolerance"),
            ("numeric", None, {}, "$.answer_key.value"),
            ("numeric", None, [], "$.answer_key"),
        ],
    )  # fmt: skip
    def test_the_path_of_what_does_not_fit(
        self, db: Connection, course: Course, quiz: UUID, kind: str, options: Any, key: Any, path: str
    ) -> None:
        with acting(db, course.instructor_id, "instructor"), raises_sqlstate("PA422", conn=db) as raised:
            db.execute(
                "select add_question(%s, %s, 'What?', %s, %s)",
                (quiz, kind, *(None if v is None else Jsonb(v) for v in (options, key))),
            )
        assert raised.detail is not None
        assert raised.detail.split(" ")[0] == path

    def test_neither_names_nor_places_of_options_tell_their_order(
        self, db: Connection, course: Course, quiz: UUID
    ) -> None:
        """As authors write them: in the right order, with names that say it."""
        texts = [f"Step {n}" for n in range(8)]
        options = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
        key = {"correct": [o["id"] for o in options]}
        stored = "select options, answer_key from quiz_questions inner join quiz_question_keys on question_id = id"
        with acting(db, course.instructor_id, "instructor"):
            question = value(
                db, "select add_question(%s, 'ordering', 'How?', %s, %s)", quiz, Jsonb(options), Jsonb(key)
            )
        seen = set()
        for _ in range(3):
            shown, right = one(db, stored + " where id = %s", question)
            by_id = {o["id"]: o["text"] for o in shown}
            assert [by_id[i] for i in right["correct"]] == texts
            assert not {o["id"] for o in options} & set(by_id)
            # Chance: one in 40,320 that it is right.
            seen |= {tuple(o["text"] for o in shown), tuple(by_id[i] for i in sorted(by_id))}
            with acting(db, course.instructor_id, "instructor"):
                db.execute(
                    "select update_question(%s, p_options => %s, p_answer_key => %s)",
                    (question, Jsonb(options), Jsonb(key)),
                )
                # The key alone leaves the names, which attempts may rest on.
                names = value(db, "select options from quiz_questions where id = %s", question)
                keyed = value(db, "select answer_key from quiz_question_keys where question_id = %s", question)
                db.execute("select update_question(%s, p_answer_key => %s)", (question, Jsonb(keyed)))
                assert value(db, "select options from quiz_questions where id = %s", question) == names
        assert len(seen) == 3
        assert tuple(texts) not in seen

    def test_reordering_under_the_unique_key(self, db: Connection) -> None:
        quiz = make_quiz(db)
        backwards = quiz.questions[::-1]
        with acting(db, quiz.course.instructor_id, "instructor"):
            db.execute("select reorder_questions(%s, %s)", (quiz.id, backwards))
            for wrong in (backwards[1:], [*backwards, backwards[0]], [*backwards[1:], quiz.id], [], None):
                with raises_sqlstate("PA409", conn=db):
                    db.execute("select reorder_questions(%s, %s::uuid[])", (quiz.id, wrong))
        found = db.execute("select id from quiz_questions where quiz_id = %s order by position", (quiz.id,)).fetchall()
        assert [question for (question,) in found] == backwards

    def test_a_question_finds_its_place_and_leaves_it(self, db: Connection) -> None:
        quiz = make_quiz(db, is_published=False)
        with acting(db, quiz.course.instructor_id, "instructor"):
            second = value(
                db,
                "select add_question(%s, 'true_false', 'New', null, '{\"correct\": true}', p_position => 2)",
                quiz.id,
            )
            assert value(db, "select remove_question(%s)", quiz.questions[0]) == "deleted"
            found = db.execute(
                "select id, position from quiz_questions where quiz_id = %s order by position", (quiz.id,)
            ).fetchall()
        assert found == list(zip([second, *quiz.questions[1:]], range(1, 7), strict=True))

    def test_what_was_asked_stands_still(self, db: Connection) -> None:
        quiz = make_quiz(db)
        user = make_learner(db, quiz)
        first = start(db, user, quiz)
        with acting(db, quiz.course.instructor_id, "instructor"):
            for change in ("p_points => 2", "p_options => '[]'"):
                with raises_sqlstate("PA409", conn=db):
                    db.execute(f"select update_question(%s, {change})", (quiz.questions[0],))
            db.execute('select update_question(%s, p_answer_key => \'{"correct": "c"}\')', (quiz.questions[0],))
            assert value(db, "select remove_question(%s)", quiz.questions[1]) == "retired"
            with raises_sqlstate("PA409", conn=db):
                db.execute("select remove_question(%s)", (quiz.questions[1],))
        # The open attempt keeps it; the next one does without.
        done = submit(db, user, first["attempt_id"], quiz.right | {str(quiz.questions[0]): "c"})
        assert (done["score"], done["max_score"]) == (6, 6)
        assert len(start(db, user, quiz)["questions"]) == 5

    def test_only_the_staff_of_the_course(self, db: Connection) -> None:
        quiz = make_quiz(db)
        other = make_user(db, "instructor")
        calls = [
            ("select create_quiz(%s, 'Q')", quiz.course.lesson_ids[1]),
            ("select update_quiz(%s)", quiz.id),
            ("select add_question(%s, 'true_false', 'Q', null, '{\"correct\": true}')", quiz.id),
            ("select update_question(%s, 'Q')", quiz.questions[0]),
            ("select remove_question(%s)", quiz.questions[0]),
            ("select reorder_questions(%s, '{}')", quiz.id),
        ]
        for query, argument in calls:
            with acting(db, other, "instructor"), raises_sqlstate("PA403", conn=db):
                db.execute(query, (argument,))
            with acting(db, make_learner(db, quiz), "student"), raises_sqlstate("42501", conn=db):
                db.execute(query, (argument,))

    def test_one_quiz_a_lesson(self, db: Connection, course: Course, quiz: UUID) -> None:
        with acting(db, course.instructor_id, "instructor"), raises_sqlstate("PA409", conn=db):
            db.execute("select create_quiz(%s, 'Again')", (course.lesson_ids[0],))

    @pytest.mark.parametrize(
        "columns",
        [{"passing_score": 0}, {"passing_score": Decimal("NaN")}, {"max_attempts": 0}, {"time_limit_minutes": 0},
         {"quiz_type": "exam"}, {"grade_policy": "worst"}, {"show_answers": "yes"}],
    )  # fmt: skip
    def test_values_that_no_quiz_has(self, db: Connection, columns: dict[str, Any]) -> None:
        with raises_sqlstate("23514", conn=db):
            make_quiz(db, **columns)


class TestTaking:
    def test_no_answer_reaches_a_learner(self, db: Connection) -> None:
        quiz = make_quiz(db)
        user = make_learner(db, quiz)
        begun = start(db, user, quiz)
        assert [set(q) for q in begun["questions"]] == [{"id", "type", "text", "points", "options"}] * 6
        assert all(set(o) == {"id", "text"} for q in begun["questions"] for o in q["options"] or [])
        submit(db, user, begun["attempt_id"], quiz.wrong)
        with acting(db, user, "student"):
            for query in (
                "select * from quiz_question_keys", "select * from quiz_questions", "select grading from quiz_attempts",
                "select grade_answers('{}', '{}')",
            ):  # fmt: skip
                with raises_sqlstate("42501", conn=db):
                    db.execute(query)
            reviewed = db.execute("select points, answer_key, explanation from review_quiz(%s)", (begun["attempt_id"],))
            assert set(reviewed.fetchall()) == {(None, None, None)}

    def test_an_open_attempt_is_resumed(self, db: Connection) -> None:
        quiz = make_quiz(db, time_limit_minutes=10, shuffle_questions=True, shuffle_options=True)
        user = make_learner(db, quiz)
        first = start(db, user, quiz)
        assert first["deadline_at"] - first["started_at"] == timedelta(minutes=10)
        with acting(db, user, "student"):
            for saved in (quiz.some(1), {str(quiz.questions[0]): None}):
                assert (
                    value(db, "select save_answers(%s, %s)", first["attempt_id"], Jsonb(saved)) == first["deadline_at"]
                )
        again = start(db, user, quiz)
        assert again["is_resumed"]
        assert not first["is_resumed"]
        same = ("attempt_id", "attempt_number", "attempts_left", "deadline_at", "questions")
        assert [again[k] for k in same] == [first[k] for k in same]
        assert again["answers"] == {k: v for k, v in quiz.some(1).items() if k != str(quiz.questions[0])}

    def test_every_attempt_has_its_own_order(self, db: Connection) -> None:
        quiz = make_quiz(db, max_attempts=None, shuffle_questions=True, shuffle_options=True)
        user = make_learner(db, quiz)
        orders, options = set(), set()
        for _ in range(8):
            begun = start(db, user, quiz)
            orders.add(tuple(q["id"] for q in begun["questions"]))
            options.add(
                tuple(o["id"] for o in next(q for q in begun["questions"] if q["type"] == "multiple_choice")["options"])
            )
            submit(db, user, begun["attempt_id"], {})
        assert len(orders) > 1
        assert len(options) > 1
        assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(map(str, quiz.questions)))}
        # Without shuffles: the author's order, but for what is to be put in order.
        plain = make_quiz(db, max_attempts=None)
        learner = make_learner(db, plain)
        ordering = set()
        for _ in range(8):
            begun = start(db, learner, plain)
            assert [q["id"] for q in begun["questions"]] == list(map(str, plain.questions))
            assert [o["id"] for o in begun["questions"][0]["options"]] == list("abcd")
            ordering.add(tuple(o["id"] for o in begun["questions"][5]["options"]))
            submit(db, learner, begun["attempt_id"], {})
        assert len(ordering) > 1

    def test_attempts_run_out(self, db: Connection) -> None:
        quiz = make_quiz(db, max_attempts=2)
        user = make_learner(db, quiz)
        assert [take(db, user, quiz, 0)["attempts_left"] for _ in range(2)] == [1, 0]
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select start_quiz(%s)", (quiz.id,))

    def test_the_server_decides_what_is_late(self, db: Connection) -> None:
        quiz = make_quiz(db, time_limit_minutes=10)
        user = make_learner(db, quiz)
        attempt = start(db, user, quiz)["attempt_id"]
        # In the grace time.
        late = "update quiz_attempts set started_at = now() - interval '1 hour', deadline_at = clock_timestamp() - %s"
        db.execute(late, (timedelta(seconds=20),))
        with acting(db, user, "student"):
            value(db, "select save_answers(%s, %s)", attempt, Jsonb(quiz.some(3)))
        # And after it.
        db.execute(late, (timedelta(seconds=31),))
        with acting(db, user, "student"):
            for query in ("select save_answers(%s, %s)", "select submit_quiz(%s, %s)"):
                with raises_sqlstate("PA409", conn=db):
                    db.execute(query, (attempt, Jsonb(quiz.right)))
        # What was saved is graded, and the next attempt begins.
        following = start(db, user, quiz)
        assert (following["attempt_number"], following["is_resumed"]) == (2, False)
        closed = row(db, "select * from quiz_attempts where id = %s", attempt)
        assert (closed["score"], closed["closed_by"], closed["submitted_at"]) == (3, "deadline", closed["deadline_at"])

    def test_an_old_transaction_gains_no_time(self, school: SchoolDatabase) -> None:
        conn = school.connect(autocommit=True)
        quiz = make_quiz(conn, time_limit_minutes=10)
        user = make_learner(conn, quiz)
        with school.app(user, "student") as app:
            attempt = one(app, "select attempt_id from start_quiz(%s)", quiz.id)
        with school.app(user, "student") as app:
            app.execute("select now()")
            conn.execute(
                "update quiz_attempts set started_at = now() - interval '1 hour',"
                " deadline_at = clock_timestamp() - interval '29.9 seconds'"
            )
            in_time = "select pg_sleep(0.5), now() < deadline_at + interval '30 seconds' from quiz_attempts"
            assert one(app, in_time)[1]
            with raises_sqlstate("PA409"):
                app.execute("select submit_quiz(%s)", (attempt,))

    def test_the_job_closes_what_is_overdue(self, db: Connection) -> None:
        quiz = make_quiz(db, time_limit_minutes=10, quiz_type="graded")
        passed, failed, gone, busy = (make_learner(db, quiz) for _ in range(4))
        attempts = {user: start(db, user, quiz)["attempt_id"] for user in (passed, failed, gone, busy)}
        for user, right in ((passed, 6), (failed, 1), (gone, 6)):
            with acting(db, user, "student"):
                value(db, "select save_answers(%s, %s)", attempts[user], Jsonb(quiz.some(right)))
        db.execute(
            "update quiz_attempts set started_at = now() - interval '1 hour',"
            " deadline_at = now() - interval '5 minutes' where user_id <> %s", (busy,),
        )  # fmt: skip
        # Left the course meanwhile: graded, and nothing follows.
        db.execute("update enrollments set status = 'dropped', dropped_at = now() where user_id = %s", (gone,))
        assert value(db, "select close_overdue_attempts(2)") == 2
        assert value(db, "select close_overdue_attempts()") == 1
        assert value(db, "select close_overdue_attempts()") == 0
        assert value(db, "select status from quiz_attempts where user_id = %s", busy) == "in_progress"
        for user, completed in ((passed, 1), (failed, 0), (gone, 0)):
            assert stats(db, user)["lessons_completed"] == completed
        assert findings(db) == []

    @pytest.mark.parametrize(
        ("number", "answer", "path"),
        [(0, "z", ""), (0, 1, ""), (1, ["a", "z"], "[1]"), (1, ["a", "a"], "[1]"), (1, "a", ""), (2, "true", ""),
         (3, 1, ""), (3, "x" * 1001, ""), (4, "1", ""), (4, 10**50, ""), (5, ["a"], ""), (5, [*"abcz"], "[3]")],
    )  # fmt: skip
    def test_the_path_of_an_answer_that_does_not_fit(self, db: Connection, number: int, answer: Any, path: str) -> None:
        quiz = make_quiz(db)
        user = make_learner(db, quiz)
        attempt = start(db, user, quiz)["attempt_id"]
        question = quiz.questions[number]
        with acting(db, user, "student"):
            for query in ("select save_answers(%s, %s)", "select submit_quiz(%s, %s)"):
                with raises_sqlstate("PA422", conn=db) as raised:
                    db.execute(query, (attempt, Jsonb({str(question): answer})))
                assert raised.detail is not None
                assert raised.detail.startswith(f'$."{question}"{path} ')
            strange: Any
            for strange in ([], 1, {"x": 1}, {str(quiz.id): "a"}):
                with raises_sqlstate("PA422", conn=db):
                    db.execute("select submit_quiz(%s, %s)", (attempt, Jsonb(strange)))
        assert value(db, "select answers from quiz_attempts where id = %s", attempt) == {}

    def test_handing_in_twice_changes_nothing(self, db: Connection) -> None:
        quiz = make_quiz(db, quiz_type="graded")
        user = make_learner(db, quiz)
        attempt = start(db, user, quiz)["attempt_id"]
        first = submit(db, user, attempt, quiz.some(5))
        before = stats(db, user)
        again = submit(db, user, attempt, quiz.right)
        assert (first["already_submitted"], again["already_submitted"]) == (False, True)
        assert again["xp_awarded"] == 0
        for same in ("score", "percentage", "is_passed", "quiz_percentage", "quiz_passed", "attempts_left"):
            assert again[same] == first[same]
        assert stats(db, user) == before

    def test_only_ones_own_attempts(self, db: Connection) -> None:
        quiz = make_quiz(db)
        mine = start(db, make_learner(db, quiz), quiz)["attempt_id"]
        with acting(db, make_learner(db, quiz), "student"):
            for query in ("save_answers(%s, '{}')", "submit_quiz(%s)", "review_quiz(%s)"):
                with raises_sqlstate("PA404", conn=db):
                    db.execute(f"select {query}", (mine,))

    def test_who_may_not_begin(self, db: Connection) -> None:
        quiz = make_quiz(db)
        with acting(db, make_user(db), "student"), raises_sqlstate("PA409", conn=db):  # not enrolled
            db.execute("select start_quiz(%s)", (quiz.id,))
        draft = make_quiz(db, is_published=False)
        with acting(db, make_learner(db, draft), "student"), raises_sqlstate("PA404", conn=db):
            db.execute("select start_quiz(%s)", (draft.id,))
        user = make_learner(db, quiz)
        db.execute(
            "insert into lesson_prerequisites (course_id, lesson_id, prerequisite_lesson_id) values (%s, %s, %s)",
            (quiz.course.id, quiz.course.lesson_ids[0], quiz.course.lesson_ids[1]),
        )
        with acting(db, user, "student"), raises_sqlstate("PA409", conn=db):
            db.execute("select start_quiz(%s)", (quiz.id,))


class TestWhatFollows:
    @pytest.mark.parametrize(
        ("policy", "passing", "right", "results", "scores"),
        [
            ("best", 70, (3, 6, 3), (50, 100, 100), (None, 100, 100)),
            ("last", 70, (3, 6, 3), (50, 100, 50), (None, 100, 50)),
            ("average", 75, (3, 6, 4), (50, 75, Decimal("72.22")), (None, 75, Decimal("72.22"))),
        ],
    )
    def test_the_policy_makes_the_result(
        self, db: Connection, policy: str, passing: int, right: Any, results: Any, scores: Any
    ) -> None:
        quiz = make_quiz(db, quiz_type="graded", grade_policy=policy, passing_score=passing)
        user = make_learner(db, quiz)
        for number, (count, result, score) in enumerate(zip(right, results, scores, strict=True), 1):
            done = take(db, user, quiz, count)
            assert done["quiz_percentage"] == result
            # The second attempt passes the quiz, and it stays passed.
            assert (done["lesson_completed"], done["quiz_passed"]) == (number == 2, number >= 2)
            assert value(db, "select score from lesson_progress where user_id = %s", user) == score
        assert stats(db, user)["quizzes_passed"] == 1
        assert findings(db) == []

    def test_passing_completes_the_lesson_and_failing_does_not(self, db: Connection) -> None:
        db.execute("update achievements set is_active = false")
        insert(
            db, "achievements", slug="quizzer", title="Quizzer", xp_reward=7,
            criteria={"metric": "quizzes_passed", "threshold": 1},
        )  # fmt: skip
        quiz = make_quiz(db, course=make_course(db, lessons=1))
        user = make_learner(db, quiz)
        failed = take(db, user, quiz, 3)
        assert (failed["is_passed"], failed["lesson_completed"], failed["xp_awarded"]) == (False, False, 0)
        # A day of learning all the same.
        assert value(db, "select activity_type from user_streaks where user_id = %s", user) == "quiz"
        passed = take(db, user, quiz, 5)
        assert (passed["lesson_completed"], passed["course_completed"]) == (True, True)
        assert [a["title"] for a in passed["achievements"]] == ["Quizzer"]
        assert passed["xp_awarded"] == 50 + 500 + 7 == stats(db, user)["total_xp"]
        # Practice: completed without a score.
        assert stats(db, user)["score_count"] == 0
        assert take(db, user, quiz, 6)["xp_awarded"] == 0
        assert (stats(db, user)["quizzes_passed"], stats(db, user)["total_xp"]) == (1, 557)
        assert findings(db) == []

    def test_an_empty_attempt_is_no_day_of_learning(self, db: Connection) -> None:
        quiz = make_quiz(db)
        user = make_learner(db, quiz)
        submit(db, user, start(db, user, quiz)["attempt_id"], {})
        assert stats(db, user)["current_streak"] == 0

    def test_nobody_is_rewarded_for_their_own_quiz(self, db: Connection) -> None:
        quiz = make_quiz(db)
        make_enrollment(db, quiz.course.instructor_id, quiz.course)
        done = take(db, quiz.course.instructor_id, quiz, 6)
        assert (done["lesson_completed"], done["xp_awarded"], done["quiz_passed"]) == (True, 0, True)
        mine = stats(db, quiz.course.instructor_id)
        assert (mine["total_xp"], mine["current_streak"], mine["quizzes_passed"]) == (0, 0, 0)
        assert findings(db) == []

    @pytest.mark.parametrize(
        ("shown", "expected"),
        [("never", [False] * 4), ("after_attempt", [True] * 4), ("after_passing", [False, True, True, True]),
         ("after_last_attempt", [False, False, False, True])],
    )  # fmt: skip
    def test_answers_are_shown_only_when_the_quiz_allows(
        self, db: Connection, shown: str, expected: list[bool]
    ) -> None:
        quiz = make_quiz(db, show_answers=shown, max_attempts=4)
        user = make_learner(db, quiz)
        first = None
        for count, is_shown in zip((0, 6, 0, 0), expected, strict=True):
            attempt = start(db, user, quiz)["attempt_id"]
            with acting(db, user, "student"):
                with raises_sqlstate("PA409", conn=db):
                    db.execute("select review_quiz(%s)", (attempt,))
                if first:  # another attempt is open
                    found = db.execute("select answer_key from review_quiz(%s)", (first,)).fetchall()
                    assert found == [(None,)] * 6
            submit(db, user, attempt, quiz.some(count))
            first = first or attempt
            with acting(db, user, "student"):
                rows = db.execute("select answer_key, explanation, points from review_quiz(%s)", (first,)).fetchall()
            keys = [key for _, _, key, _, _ in SIX]
            assert [key for key, _, _ in rows] == (keys if is_shown else [None] * 6)
            assert {text for _, text, _ in rows} == {"Because." if is_shown else None}
            assert [points for _, _, points in rows] == ([0] * 6 if is_shown else [None] * 6)

    def test_the_list_of_quizzes(self, db: Connection) -> None:
        quiz = make_quiz(db)
        user, other = make_learner(db, quiz), make_learner(db, quiz)
        take(db, user, quiz, 6)
        begun = start(db, user, quiz)
        with acting(db, user, "student"):
            mine = row(db, "select * from v_my_quizzes")
        assert (mine["attempts_used"], mine["attempts_left"], mine["result"], mine["is_passed"]) == (2, 1, 100, True)
        assert mine["open_attempt_id"] == begun["attempt_id"]
        with acting(db, other, "student"):
            theirs = row(db, "select * from v_my_quizzes")
        assert (theirs["attempts_used"], theirs["result"], theirs["is_passed"]) == (0, None, False)
        with acting(db, quiz.course.instructor_id, "instructor"):
            assert len(db.execute("select from v_my_quizzes").fetchall()) == 2

    def test_integrity_notices_a_changed_grade(self, db: Connection) -> None:
        quiz = make_quiz(db)
        user = make_learner(db, quiz)
        take(db, user, quiz, 3)
        assert findings(db) == []
        db.execute("update quiz_attempts set score = 4, attempt_number = 3")
        assert {f[0] for f in findings(db)} == {"quiz_attempts.score", "quiz_attempts.attempt_number"}
        db.execute("update user_stats set quizzes_passed = 5 where user_id = %s", (user,))
        repaired = db.execute("select check_name from repair_counters()").fetchall()
        assert repaired == [("user_stats.quizzes_passed",)]
