"""Enrolling, learning, dropping, rating: what one person after the other can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.rows import dict_row

from pgacademy.testing import Role, acting
from tests.learning.invariants import assert_invariants
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, Course, insert, make_course, make_enrollment, make_user
from tests.support.queries import one


def row(conn: Connection, query: str, *args: Any) -> dict[str, Any]:
    with conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(query, args).fetchone()
    assert found is not None
    return found


def learner(conn: Connection, user: UUID, query: str, *args: Any) -> dict[str, Any]:
    with acting(conn, user, "student"):
        return row(conn, query, *args)


def service(conn: Connection, query: str, *args: Any) -> dict[str, Any]:
    with acting(conn, None, "service"):
        return row(conn, query, *args)


ENROLL = "select * from enroll(%s)"
COMPLETE = "select * from complete_lesson(%s)"


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def course(db: Connection) -> Course:
    return make_course(db, lessons=3)


@pytest.fixture(autouse=True)
def invariants(db: Connection) -> Iterator[None]:
    yield
    assert_invariants(db)


def test_a_course_from_first_to_last_lesson(db: Connection, ada: UUID, course: Course) -> None:
    got = learner(db, ada, ENROLL, course.id)
    assert (got["status"], got["already_enrolled"], got["total_lessons"]) == ("active", False, 3)
    assert got["first_lesson_id"] == course.lesson_ids[0]

    # Achievements of the reference seed pay too: what is asserted is that everything adds up.
    before = row(db, "select total_xp from user_stats where user_id = %s", ada)["total_xp"]
    for number, lesson in enumerate(course.lesson_ids, 1):
        got = learner(db, ada, COMPLETE, lesson)
        last = number == 3
        achievements = sum(a["xp_reward"] for a in got["achievements"])
        assert got["xp_awarded"] == 50 + (500 if last else 0) + achievements
        assert got["total_xp"] == before + got["xp_awarded"]
        assert not got["already_completed"]
        assert got["course_completed"] == last
        assert (got["completed_lessons"], got["total_lessons"]) == (number, 3)
        assert float(got["progress_percentage"]) == round(100 * number / 3, 2)
        assert got["next_lesson_id"] == (None if last else course.lesson_ids[number])
        assert (got["current_streak"], got["longest_streak"]) == (1, 1)
        before = got["total_xp"]
    assert row(db, "select status from enrollments where user_id = %s", ada)["status"] == "completed"


def test_levels_gained_are_those_of_this_call(db: Connection, ada: UUID) -> None:
    course = make_course(db, lessons=2, completion_xp=0)
    db.execute("update lessons set completion_xp = 4500 where id = %s", (course.lesson_ids[0],))
    db.execute("update lessons set completion_xp = 0 where id = %s", (course.lesson_ids[1],))
    db.execute("update achievements set is_active = false")
    learner(db, ada, ENROLL, course.id)
    got = learner(db, ada, COMPLETE, course.lesson_ids[0])
    assert (got["xp_awarded"], got["current_level"], got["levels_gained"]) == (4500, 10, 9)
    got = learner(db, ada, COMPLETE, course.lesson_ids[1])
    assert (got["xp_awarded"], got["current_level"], got["levels_gained"]) == (0, 10, 0)
    assert got["course_completed"]
    # 0 = none: nothing for the course; the paid-once rule would not know.
    db.execute("select award_xp(%s, 1, 'course', %s)", (ada, course.id))


def test_again_changes_nothing(db: Connection, ada: UUID, course: Course) -> None:
    learner(db, ada, ENROLL, course.id)
    first = learner(db, ada, COMPLETE, course.lesson_ids[0])
    state = db.execute("select * from user_stats where user_id = %s", (ada,)).fetchone()
    again = learner(db, ada, COMPLETE, course.lesson_ids[0])
    assert again["already_completed"]
    assert again["xp_awarded"] == 0
    assert again["achievements"] == []
    assert again["lesson_progress_id"] == first["lesson_progress_id"]
    assert db.execute("select * from user_stats where user_id = %s", (ada,)).fetchone() == state
    assert learner(db, ada, ENROLL, course.id)["already_enrolled"]


def test_a_key_replays_the_same_row(db: Connection, ada: UUID, course: Course) -> None:
    keyed = "select * from complete_lesson(%s, %s, %s)"
    enrolled = learner(db, ada, "select * from enroll(%s, 'e')", course.id)
    first = learner(db, ada, keyed, course.lesson_ids[0], 5, "k")
    learner(db, ada, COMPLETE, course.lesson_ids[1])
    assert learner(db, ada, keyed, course.lesson_ids[0], 5, "k") == first
    assert learner(db, ada, "select * from enroll(%s, 'e')", course.id) == enrolled
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, keyed, course.lesson_ids[0], 6, "k")
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, keyed, course.lesson_ids[2], 5, "k")
    # Somebody else's key of the same name is another key.
    eve = make_user(db)
    learner(db, eve, ENROLL, course.id)
    assert not learner(db, eve, keyed, course.lesson_ids[0], 5, "k")["already_completed"]


def test_time_counts_from_start_lesson(db: Connection, ada: UUID, course: Course) -> None:
    learner(db, ada, ENROLL, course.id)
    one, two, three = course.lesson_ids
    learner(db, ada, "select * from complete_lesson(%s, 500)", one)
    service(db, "select * from record_start(%s, %s, now() - interval '100 seconds')", ada, two)
    learner(db, ada, "select * from complete_lesson(%s, 500)", two)
    service(db, "select * from record_completion(%s, %s, p_seconds => 7000)", ada, three)
    spent = dict(
        db.execute("select lesson_id, time_spent_seconds from lesson_progress where user_id = %s", (ada,)).fetchall()
    )
    assert spent == {one: 0, two: 100, three: 7000}
    for query in ("complete_lesson(%s, -1)", "complete_lesson(%s, -2147483648)"):
        with raises_sqlstate("PA422"), db.transaction():
            learner(db, ada, f"select * from {query}", one)


def test_start_moves_the_learner_and_keeps_the_first_time(db: Connection, ada: UUID, course: Course) -> None:
    learner(db, ada, ENROLL, course.id)
    early = datetime(2020, 1, 1, tzinfo=UTC)
    service(db, "select * from record_start(%s, %s, %s)", ada, course.lesson_ids[1], early)
    got = learner(db, ada, "select * from start_lesson(%s)", course.lesson_ids[1])
    assert (got["status"], got["started_at"]) == ("in_progress", early)
    assert row(db, "select current_lesson_id from enrollments")["current_lesson_id"] == course.lesson_ids[1]
    learner(db, ada, COMPLETE, course.lesson_ids[1])
    assert learner(db, ada, "select * from start_lesson(%s)", course.lesson_ids[1])["status"] == "completed"
    # Skipped the first: it is what comes next.
    assert learner(db, ada, "select * from resume_lesson(%s)", course.id)["lesson_id"] == course.lesson_ids[0]


@pytest.mark.parametrize("columns", [{"lesson_type": "quiz"}, {"lesson_type": "assignment"}, {"is_graded": True}])
def test_graded_lessons_are_not_the_learners_to_complete(
    db: Connection, ada: UUID, course: Course, columns: dict[str, Any]
) -> None:
    graded = insert(db, "lessons", course_id=course.id, slug="graded", title="Graded", position=9, **columns)
    learner(db, ada, ENROLL, course.id)
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, COMPLETE, graded)
    assert not service(db, "select * from record_completion(%s, %s, 80)", ada, graded)["already_completed"]


def test_the_best_score_stays(db: Connection, ada: UUID, course: Course) -> None:
    service(db, "select * from record_enrollment(%s, %s)", ada, course.id)
    scored = "select * from record_completion(%s, %s, %s::numeric)"
    lesson = course.lesson_ids[0]
    for score, best in ((None, None), (40, 40), (30, 40), (100, 100), (None, 100), (99.5, 100)):
        service(db, scored, ada, lesson, score)
        assert row(db, "select score from lesson_progress")["score"] == best
        assert_invariants(db)
    for bad in ("NaN", -0.01, 100.01, "Infinity"):
        with raises_sqlstate("PA422"), db.transaction():
            service(db, "select * from record_completion(%s, %s, %s::numeric)", ada, lesson, bad)


def test_completed_is_for_good(db: Connection, ada: UUID) -> None:
    course = make_course(db, lessons=1)
    learner(db, ada, ENROLL, course.id)
    assert learner(db, ada, COMPLETE, course.lesson_ids[0])["course_completed"]
    extra = insert(db, "lessons", course_id=course.id, slug="extra", title="Extra", position=2)
    got = row(db, "select status, progress_percentage, current_lesson_id from enrollments")
    assert got == {"status": "completed", "progress_percentage": 50, "current_lesson_id": extra}
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, "select * from drop_course(%s)", course.id)
    got = learner(db, ada, COMPLETE, extra)
    assert got["xp_awarded"] >= 50
    assert not got["course_completed"]
    assert got["progress_percentage"] == 100


def test_removing_the_last_missing_lesson_completes(db: Connection, ada: UUID) -> None:
    course = make_course(db, lessons=2)
    learner(db, ada, ENROLL, course.id)
    learner(db, ada, COMPLETE, course.lesson_ids[0])
    db.execute("delete from lessons where id = %s", (course.lesson_ids[1],))
    assert row(db, "select status from enrollments")["status"] == "completed"
    assert row(db, "select amount from xp_events where source_type = 'course'")["amount"] == 500
    assert row(db, "select courses_completed from user_stats where user_id = %s", ada)["courses_completed"] == 1


def test_optional_lessons_pay_and_do_not_count(db: Connection, ada: UUID, course: Course) -> None:
    optional = insert(db, "lessons", course_id=course.id, slug="o", title="O", position=0 + 7, is_mandatory=False)
    learner(db, ada, ENROLL, course.id)
    got = learner(db, ada, COMPLETE, optional)
    assert got["xp_awarded"] >= 50
    assert (got["completed_lessons"], got["total_lessons"]) == (0, 3)


def test_chapters_are_walked_depth_first_and_not_completed(db: Connection, ada: UUID) -> None:
    course = make_course(db, lessons=2)
    chapter, after = course.lesson_ids
    inner = [
        insert(db, "lessons", course_id=course.id, parent_lesson_id=chapter, slug=f"in-{n}", title="In", position=n)
        for n in (1, 2)
    ]
    got = learner(db, ada, ENROLL, course.id)
    assert (got["total_lessons"], got["first_lesson_id"]) == (3, inner[0])
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, COMPLETE, chapter)
    walked = [learner(db, ada, COMPLETE, lesson)["next_lesson_id"] for lesson in (*inner, after)]
    assert walked == [inner[1], after, None]


def test_lessons_wait_for_those_before_them(db: Connection, ada: UUID, course: Course) -> None:
    one, two, three = course.lesson_ids
    insert(db, "lesson_prerequisites", "lesson_id", course_id=course.id, lesson_id=one, prerequisite_lesson_id=three)
    assert learner(db, ada, ENROLL, course.id)["first_lesson_id"] == two
    for query in ("start_lesson(%s)", "complete_lesson(%s)"):
        with raises_sqlstate("PA409") as raised, db.transaction():
            learner(db, ada, f"select * from {query}", one)
        assert str(three) in (raised.detail or "")
    learner(db, ada, COMPLETE, three)
    assert not learner(db, ada, COMPLETE, one)["already_completed"]


@pytest.mark.parametrize("query", ["start_lesson(%s)", "complete_lesson(%s)"])
def test_a_hidden_lesson_holds_nobody_up(db: Connection, ada: UUID, course: Course, query: str) -> None:
    one, two, three = course.lesson_ids
    for before in (two, three):
        insert(
            db, "lesson_prerequisites", "lesson_id", course_id=course.id, lesson_id=one, prerequisite_lesson_id=before
        )
    learner(db, ada, ENROLL, course.id)
    db.execute("update lessons set is_active = false where id = %s", [three])
    with raises_sqlstate("PA409") as raised, db.transaction():
        learner(db, ada, f"select * from {query}", one)
    assert str(two) in (raised.detail or "")
    assert str(three) not in (raised.detail or "")
    assert learner(db, ada, COMPLETE, two)["next_lesson_id"] == one
    assert learner(db, ada, "select * from resume_lesson(%s)", course.id)["lesson_id"] == one
    with db.transaction(force_rollback=True):
        learner(db, ada, f"select * from {query}", one)
    db.execute("update lessons set is_active = true where id = %s", [three])
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, f"select * from {query}", one)


def test_courses_wait_for_those_before_them(db: Connection, ada: UUID, course: Course) -> None:
    basics = make_course(db, lessons=1)
    hint = make_course(db, lessons=1)
    for before, required in ((basics, True), (hint, False)):
        insert(
            db,
            "course_prerequisites",
            "course_id",
            course_id=course.id,
            prerequisite_course_id=before.id,
            is_required=required,
        )
    with raises_sqlstate("PA409") as raised, db.transaction():
        learner(db, ada, ENROLL, course.id)
    assert str(basics.id) in (raised.detail or "")
    assert str(hint.id) not in (raised.detail or "")
    learner(db, ada, ENROLL, basics.id)
    learner(db, ada, COMPLETE, basics.lesson_ids[0])
    assert learner(db, ada, ENROLL, course.id)["status"] == "active"


def test_unpublished_unknown_and_deleted_courses(db: Connection, ada: UUID, course: Course) -> None:
    draft = make_course(db, published=False)
    gone = make_course(db)
    db.execute("update courses set deleted_at = now() where id = %s", (gone.id,))
    for course_id in (draft.id, gone.id, uuid4(), None):
        with raises_sqlstate("PA404"), db.transaction():
            learner(db, ada, "select * from enroll(%s::uuid)", course_id)
    with raises_sqlstate("PA409"), db.transaction():
        service(db, "select * from record_enrollment(%s, %s)", ada, draft.id)
    for query in ("complete_lesson", "start_lesson"):
        for lesson in (uuid4(), None):
            with raises_sqlstate("PA404"), db.transaction():
                learner(db, ada, f"select * from {query}(%s::uuid)", lesson)
        with raises_sqlstate("PA409"), db.transaction():
            learner(db, ada, f"select * from {query}(%s)", course.lesson_ids[0])


def test_the_last_seat(db: Connection, ada: UUID) -> None:
    course = make_course(db, max_enrollments=1)
    bob, eve = make_user(db), make_user(db)
    learner(db, ada, ENROLL, course.id)
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, bob, ENROLL, course.id)
    with raises_sqlstate("PA409"), db.transaction():
        make_enrollment(db, eve, course)
    assert learner(db, ada, "select * from drop_course(%s)", course.id)["status"] == "dropped"
    learner(db, bob, ENROLL, course.id)
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, ENROLL, course.id)


def test_coming_back_keeps_progress(db: Connection, ada: UUID, course: Course) -> None:
    first = learner(db, ada, ENROLL, course.id)
    learner(db, ada, COMPLETE, course.lesson_ids[0])
    learner(db, ada, "select * from drop_course(%s)", course.id)
    learner(db, ada, "select * from drop_course(%s)", course.id)
    for query in ("complete_lesson(%s)", "start_lesson(%s)"):
        with raises_sqlstate("PA409"), db.transaction():
            learner(db, ada, f"select * from {query}", course.lesson_ids[1])
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, "select * from resume_lesson(%s)", course.id)
    back = learner(db, ada, ENROLL, course.id)
    assert back["enrollment_id"] == first["enrollment_id"]
    assert not back["already_enrolled"]
    assert back["first_lesson_id"] == course.lesson_ids[1]
    assert row(db, "select courses_enrolled from user_stats where user_id = %s", ada)["courses_enrolled"] == 1
    # What is missing goes while they are away: coming back completes.
    learner(db, ada, "select * from drop_course(%s)", course.id)
    db.execute("delete from lessons where id = any(%s)", (course.lesson_ids[1:],))
    assert learner(db, ada, ENROLL, course.id)["status"] == "completed"


def test_expiry(db: Connection, ada: UUID, course: Course) -> None:
    start = datetime.now(UTC) - timedelta(days=10)
    record = "select * from record_enrollment(%s, %s, %s, p_expires_at => %s)"
    service(db, record, ada, course.id, start, start + timedelta(days=5))
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, COMPLETE, course.lesson_ids[0])
    service(
        db,
        "select * from record_completion(%s, %s, p_occurred_at => %s)",
        ada,
        course.lesson_ids[0],
        start + timedelta(days=1),
    )
    assert service(db, "select expire_enrollments(%s) as n", start + timedelta(days=4))["n"] == 0
    assert service(db, "select expire_enrollments() as n")["n"] == 1
    assert row(db, "select enrollment_count from course_stats where course_id = %s", course.id)["enrollment_count"] == 0
    # The time that staff gave is over, and staff give more.
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, ENROLL, course.id)
    assert service(db, "select * from record_enrollment(%s, %s)", ada, course.id)["status"] == "active"
    learner(db, ada, COMPLETE, course.lesson_ids[1])
    with raises_sqlstate("PA422"), db.transaction():
        service(db, record, ada, course.id, start, start)


@pytest.mark.parametrize("days", [5, 20])
def test_coming_back_is_no_way_around_the_expiry(db: Connection, ada: UUID, course: Course, days: int) -> None:
    start = datetime.now(UTC) - timedelta(days=10)
    expires = start + timedelta(days=days)
    record = "select * from record_enrollment(%s, %s, %s, p_expires_at => %s)"
    service(db, record, ada, course.id, start, expires)
    learner(db, ada, "select * from drop_course(%s)", course.id)
    if days == 5:
        with raises_sqlstate("PA409"), db.transaction():
            learner(db, ada, ENROLL, course.id)
        service(db, record, ada, course.id, None, datetime.now(UTC) + timedelta(days=1))
        assert learner(db, ada, ENROLL, course.id)["already_enrolled"]
    else:
        assert learner(db, ada, ENROLL, course.id)["status"] == "active"
        assert row(db, "select expires_at from enrollments where user_id = %s", ada)["expires_at"] == expires


def test_staff_give_more_time_before_the_job_has_come_by(db: Connection, ada: UUID, course: Course) -> None:
    start = datetime.now(UTC) - timedelta(days=10)
    service(
        db, "select * from record_enrollment(%s, %s, %s, p_expires_at => %s)",
        ada, course.id, start, start + timedelta(days=5),
    )  # fmt: skip
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, ENROLL, course.id)
    assert not service(db, "select * from record_enrollment(%s, %s)", ada, course.id)["already_enrolled"]
    learner(db, ada, COMPLETE, course.lesson_ids[0])
    assert row(db, "select enrollment_count from course_stats where course_id = %s", course.id)["enrollment_count"] == 1


def test_rating(db: Connection, ada: UUID, course: Course) -> None:
    rate = "select * from rate_course(%s, %s)"
    with raises_sqlstate("PA404"), db.transaction():
        learner(db, ada, rate, course.id, 5)
    learner(db, ada, ENROLL, course.id)
    with raises_sqlstate("PA409"), db.transaction():
        learner(db, ada, rate, course.id, 5)
    learner(db, ada, COMPLETE, course.lesson_ids[0])
    for bad in (0, 6, -1, None):
        with raises_sqlstate("PA422"), db.transaction():
            learner(db, ada, "select * from rate_course(%s, %s::integer)", course.id, bad)
    learner(db, ada, rate, course.id, 2)
    bob = make_user(db)
    learner(db, bob, ENROLL, course.id)
    learner(db, bob, COMPLETE, course.lesson_ids[0])
    learner(db, bob, rate, course.id, 5)
    got = learner(db, ada, rate, course.id, 4)
    assert (float(got["average_rating"]), got["rating_count"]) == (4.5, 2)


def test_who_may_record(db: Connection, ada: UUID, course: Course) -> None:
    stranger = make_user(db, "instructor")
    record = "select * from record_completion(%s, %s, 90)"
    with acting(db, course.instructor_id, "instructor"):
        row(db, "select * from record_enrollment(%s, %s)", ada, course.id)
        assert row(db, record, ada, course.lesson_ids[0])["xp_awarded"] >= 50
    learner(db, course.instructor_id, ENROLL, course.id)
    with raises_sqlstate("PA403"), acting(db, course.instructor_id, "instructor"):
        row(db, record, course.instructor_id, course.lesson_ids[1])
    with raises_sqlstate("PA403"), acting(db, stranger, "instructor"):
        row(db, record, ada, course.lesson_ids[1])
    with raises_sqlstate("PA403"), acting(db, stranger, "instructor"):
        row(db, "select * from record_enrollment(%s, %s)", stranger, course.id)
    for query in (record, "select * from record_start(%s, %s)"):
        with raises_sqlstate("42501"), acting(db, ada, "student"):
            row(db, query, ada, course.lesson_ids[1])
    with raises_sqlstate("42501"), acting(db, ada, "student"):
        row(db, "select expire_enrollments()")
    with raises_sqlstate("PA401"), acting(db, None, "student"):
        row(db, COMPLETE, course.lesson_ids[1])
    for nobody in (uuid4(), None):
        with raises_sqlstate("PA404"), acting(db, None, "service"):
            row(db, "select * from record_completion(%s::uuid, %s)", nobody, course.lesson_ids[1])
    for moment in ("infinity", "-infinity", "2999-01-01"):
        with raises_sqlstate("PA422"), acting(db, None, "service"):
            row(
                db,
                "select * from record_completion(%s, %s, p_occurred_at => %s::timestamptz)",
                ada,
                course.lesson_ids[1],
                moment,
            )


def test_nobody_earns_anything_in_their_own_course(db: Connection, course: Course) -> None:
    """Whoever makes the lessons could make as many as they like."""
    teacher = course.instructor_id
    for number in range(12):
        other = make_course(db, teacher, lessons=1)
        learner(db, teacher, ENROLL, other.id)
        got = learner(db, teacher, COMPLETE, other.lesson_ids[0])
        assert (got["course_completed"], got["xp_awarded"], got["total_xp"]) == (True, 0, 0), number
        assert (got["current_streak"], got["achievements"], got["levels_gained"]) == (0, [], 0)
    # Also where the course is completed because a lesson goes.
    learner(db, teacher, ENROLL, course.id)
    for lesson in course.lesson_ids[:2]:
        learner(db, teacher, COMPLETE, lesson)
    db.execute("update lessons set is_active = false where id = %s", (course.lesson_ids[2],))
    assert row(db, "select count(*) as n from enrollments where status = 'completed'")["n"] == 13
    for table in ("xp_events", "user_achievements", "user_streaks"):
        assert row(db, f"select count(*) as n from {table}")["n"] == 0, table
    assert row(db, "select max(xp_earned) as xp from lesson_progress")["xp"] == 0
    # In anyone else's they do.
    elsewhere = make_course(db, lessons=1)
    learner(db, teacher, ENROLL, elsewhere.id)
    got = learner(db, teacher, COMPLETE, elsewhere.lesson_ids[0])
    assert got["xp_awarded"] >= 550
    assert got["current_streak"] == 1


class TestInstructorsRecordThePresent:
    RECORD = "select * from record_completion(%s, %s, p_occurred_at => %s)"

    def teacher(self, db: Connection, course: Course, query: str, *args: Any) -> dict[str, Any]:
        with acting(db, course.instructor_id, "instructor"):
            return row(db, query, *args)

    def test_the_past_is_narrow(self, db: Connection, ada: UUID, course: Course) -> None:
        now = datetime.now(UTC)
        enrolled = now - timedelta(days=20)
        service(db, "select * from record_enrollment(%s, %s, %s)", ada, course.id, enrolled)
        for days, limit, refused in ((21, 30, True), (19, 10, True), (19, 30, False)):
            db.execute(
                "insert into platform_settings (setting_key, setting_value) "
                "values ('learning.backdate_days', to_jsonb(%s)) "
                "on conflict (setting_key) do update set setting_value = excluded.setting_value",
                (limit,),
            )
            args = (self.RECORD, ada, course.lesson_ids[0], now - timedelta(days=days))
            if refused:
                with raises_sqlstate("PA422", conn=db):
                    self.teacher(db, course, *args)
            else:
                assert not self.teacher(db, course, *args)["already_completed"]

    def test_thirty_days_where_nothing_is_set(self, db: Connection, ada: UUID, course: Course) -> None:
        now = datetime.now(UTC)
        service(db, "select * from record_enrollment(%s, %s, %s)", ada, course.id, now - timedelta(days=99))
        db.execute("delete from platform_settings where setting_key = 'learning.backdate_days'")
        with raises_sqlstate("PA422", conn=db):
            self.teacher(db, course, self.RECORD, ada, course.lesson_ids[0], now - timedelta(days=31))
        self.teacher(db, course, self.RECORD, ada, course.lesson_ids[0], now - timedelta(days=29))
        # Imports tell the past as it was.
        service(db, self.RECORD, ada, course.lesson_ids[1], now - timedelta(days=90))
        with raises_sqlstate("PA422", conn=db):
            service(db, self.RECORD, ada, course.lesson_ids[2], "1899-12-31T23:00Z")

    def test_what_was_earlier_is_no_day_of_a_streak(self, db: Connection, ada: UUID, course: Course) -> None:
        now = datetime.now(UTC)
        service(db, "select * from record_enrollment(%s, %s, %s)", ada, course.id, now - timedelta(days=20))
        for lesson, days in zip(course.lesson_ids, (2, 1, 0), strict=True):
            got = self.teacher(db, course, self.RECORD, ada, lesson, now - timedelta(days=days))
            assert got["xp_awarded"] >= 50
            assert got["current_streak"] == (days == 0)
        assert row(db, "select count(*) as n from user_streaks")["n"] == 1

    def test_a_day_of_time_at_most(self, db: Connection, ada: UUID, course: Course) -> None:
        record = "select * from record_completion(%s, %s, p_seconds => %s)"
        service(db, "select * from record_enrollment(%s, %s)", ada, course.id)
        with raises_sqlstate("PA422", conn=db):
            self.teacher(db, course, record, ada, course.lesson_ids[0], 86_401)
        self.teacher(db, course, record, ada, course.lesson_ids[0], 86_400)
        service(db, record, ada, course.lesson_ids[1], 86_401)

    def test_only_while_they_are_approved(self, db: Connection, ada: UUID, course: Course) -> None:
        service(db, "select * from record_enrollment(%s, %s)", ada, course.id)
        db.execute("update users set is_approved = false where id = %s", (course.instructor_id,))
        for query, what in (
            ("select * from record_completion(%s, %s)", course.lesson_ids[0]),
            ("select * from record_enrollment(%s, %s)", course.id),
        ):
            with raises_sqlstate("PA403", conn=db):
                self.teacher(db, course, query, ada, what)


def test_rows_are_seen_by_those_they_concern(db: Connection, ada: UUID, course: Course) -> None:
    bob, stranger, admin = make_user(db), make_user(db, "instructor"), make_user(db, "admin")
    for user in (ada, bob):
        learner(db, user, ENROLL, course.id)
        learner(db, user, COMPLETE, course.lesson_ids[0])
    for table in ("enrollments", "lesson_progress", "v_my_courses"):
        seen = f"select count(*) as n, count(*) filter (where user_id = %s) as own from {table}"
        if table == "lesson_progress":
            seen = "select count(*) as n, count(*) filter (where user_id = %s) as own from lesson_progress"
        assert learner(db, ada, seen, ada) == {"n": 1, "own": 1}
        others: list[tuple[UUID, Role, int]] = [
            (course.instructor_id, "instructor", 2),
            (stranger, "instructor", 0),
            (admin, "admin", 2),
        ]
        for user, role, n in others:
            with acting(db, user, role):
                assert row(db, seen, ada)["n"] == n
    with acting(db, ada, "student"):
        assert db.execute("update lesson_progress set notes = 'mine'").rowcount == 1
    for column in ("score = 100", "status = 'not_started'", "xp_earned = 9"):
        with raises_sqlstate("42501"), acting(db, ada, "student"):
            db.execute(f"update lesson_progress set {column}")
    for statement in (
        "update enrollments set rating = 5",
        "delete from enrollments",
        "delete from lesson_progress",
        f"insert into enrollments (user_id, course_id) values ('{ada}', '{course.id}')",
    ):
        with raises_sqlstate("42501"), acting(db, ada, "student"):
            db.execute(statement)


def test_deleting_progress_takes_its_counters_along(db: Connection, ada: UUID, course: Course) -> None:
    service(db, "select * from record_enrollment(%s, %s)", ada, course.id)
    service(db, "select * from record_completion(%s, %s, 100)", ada, course.lesson_ids[0])
    service(db, "select * from record_completion(%s, %s, 55.5)", ada, course.lesson_ids[1])
    db.execute("delete from lesson_progress where lesson_id = %s", (course.lesson_ids[0],))
    assert_invariants(db)
    db.execute("delete from enrollments where user_id = %s", (ada,))


def test_a_completion_is_counted_once_whoever_writes_the_status(db: Connection, ada: UUID, course: Course) -> None:
    def counted() -> tuple[int, int]:
        """Completed enrolments, as the course and the person have them."""
        return (
            one(db, "select completion_count from course_stats where course_id = %s", course.id),
            one(db, "select courses_completed from user_stats where user_id = %s", ada),
        )

    service(db, "select * from record_enrollment(%s, %s)", ada, course.id)
    for lesson in course.lesson_ids:
        service(db, "select * from record_completion(%s, %s)", ada, lesson)
    assert counted() == (1, 1)
    by_hand = "update enrollments set status = %s, completed_at = %s, dropped_at = %s where user_id = %s"
    now = datetime.now(UTC)
    db.execute(by_hand, ("dropped", None, now, ada))
    assert counted() == (0, 0)
    db.execute(by_hand, ("completed", now, None, ada))
    assert counted() == (1, 1)
    db.execute(by_hand, ("active", None, None, ada))
    assert counted() == (0, 0)
    # Nothing is left to do; the next look at it sees that, without a lesson that would be rewarded.
    db.execute(
        "update lesson_progress set time_spent_seconds = time_spent_seconds + 60 where lesson_id = %s",
        (course.lesson_ids[0],),
    )
    assert counted() == (1, 1)


def test_triggers_of_the_release_before_count_nothing_twice(db: Connection, ada: UUID, course: Course) -> None:
    """A release replaces functions first; until its triggers follow, those of the release before call them."""
    db.execute(
        """
        create or replace trigger count_enrollment_on_update
        after update of status, rating on enrollments
        for each row
        when (old.status <> new.status or old.rating is distinct from new.rating)
        execute function count_enrollment();

        create or replace trigger update_course_progress_on_insert
        after insert on lesson_progress
        for each row
        execute function update_course_progress()
        """
    )
    everybody = [ada, *(make_user(db) for _ in range(3))]
    for person in everybody:
        service(db, "select * from record_enrollment(%s, %s)", person, course.id)
    for lesson in course.lesson_ids:
        people = [person for person in everybody if person != everybody[-1] or lesson != course.lesson_ids[-1]]
        service(db, "select count(*) from record_completions(%s, %s)", people, [lesson] * len(people))
    assert one(db, "select completion_count from course_stats where course_id = %s", course.id) == 3
    assert one(
        db,
        "select array_agg(courses_completed order by array_position(%s, user_id)) from user_stats"
        " where user_id = any(%s)",
        everybody,
        everybody,
    ) == [1, 1, 1, 0]
    assert one(db, "select count(*) from verify_integrity()") == 0


def test_the_dashboard(db: Connection, ada: UUID, course: Course) -> None:
    learner(db, ada, ENROLL, course.id)
    done = learner(db, ada, COMPLETE, course.lesson_ids[0])
    make_user(db)
    got = learner(db, ada, "select * from v_user_dashboard")
    assert got["user_id"] == ada
    assert got["total_xp"] == done["total_xp"]
    assert (got["current_streak"], got["courses_enrolled"], got["lessons_completed"], got["live_rank"]) == (1, 1, 1, 1)
    assert [c["course_id"] for c in got["current_courses"]] == [str(course.id)]
    assert len(got["recent_achievements"]) == got["achievements_earned"] >= 1
    admin = make_user(db, "admin")
    with acting(db, admin, "admin"):
        assert (
            row(db, "select count(*) as n from v_user_dashboard")["n"]
            == row(db, "select count(*) as n from users")["n"]
        )
