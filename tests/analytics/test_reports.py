"""Reports, each against a computation of its own in Python; and who reads which."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.assessment.quizzes import make_quiz
from tests.projects.projects import make_project
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]
NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(shared_school: SchoolDatabase) -> Iterator[Connection]:
    conn = shared_school.connect()
    yield conn
    conn.rollback()


@pytest.fixture
def db(world: Connection) -> Iterator[Connection]:  # one school for all, as nothing is committed
    with world.transaction(force_rollback=True):
        yield world


def rows(conn: Connection, query: str, *args: Any, role: Role = "analyst", user: UUID | None = None) -> list[Any]:
    with acting(conn, user, role):
        return conn.execute(query, args).fetchall()


def learn(conn: Connection, user: UUID, *days: date) -> None:
    for day in days:
        insert(conn, "user_streaks", "user_id", user_id=user, streak_date=day, streak_count=1, activity_type="lesson")


def test_sums_are_not_multiplied_by_joins(db: Connection) -> None:
    """The document's joins repeat the minutes of each course for every project and achievement."""
    rng, people = random.Random(3), {}
    courses = [make_course(db, lessons=1) for _ in range(4)]
    achievements = [row[0] for row in db.execute("select id from achievements order by id limit 4")]
    for _ in range(12):
        user = make_user(db)
        enrolments = [
            (course, rng.randrange(10_000), NOW - timedelta(hours=rng.randrange(999)))
            for course in rng.sample(courses, rng.randrange(4))
        ]
        for course, seconds, at in enrolments:
            enrolment = make_enrollment(db, user, course, last_accessed_at=at)
            insert(
                db, "lesson_progress", enrollment_id=enrolment, user_id=user, course_id=course.id,
                lesson_id=course.lesson_ids[0], status="in_progress", started_at=at, time_spent_seconds=seconds,
            )  # fmt: skip
        projects, earned = rng.randrange(4), rng.randrange(5)
        for _ in range(projects):
            make_project(db, user)
        for achievement in achievements[:earned]:
            insert(db, "user_achievements", user_id=user, achievement_id=achievement, title="T", achievement_type="x")
        db.execute("update user_stats set achievements_earned = %s where user_id = %s", [earned, user])
        minutes = sum(seconds for _, seconds, _ in enrolments) // 60
        latest = max((at for _, _, at in enrolments), default=None)
        people[user] = (len(enrolments), projects, earned, minutes, latest)
    gone = make_user(db)
    db.execute("update users set deleted_at = now(), is_active = false where id = %s", [gone])

    found = {row[0]: row[2:] for row in rows(db, "select * from user_engagement")}
    assert gone not in found
    assert {user: found[user] for user in people} == people
    some = list(people)[:3]
    assert {row[0]: row[2:] for row in rows(db, "select * from engagement(%s)", some)} == {u: people[u] for u in some}

    # Names are for administrators; whoever is none any more is told nothing at all.
    admin = make_user(db, "admin")
    assert {row[1] for row in rows(db, "select * from user_engagement")} == {None}
    assert None not in {row[1] for row in rows(db, "select * from user_engagement", role="admin", user=admin)}
    with raises_sqlstate("PA403", conn=db):
        rows(db, "select * from user_engagement", role="admin", user=make_user(db))

    pages, after = [], None
    while page := rows(db, "select id from engagement_page(%s, 5)", after):
        pages += [row[0] for row in page]
        after = pages[-1]
    assert pages == sorted(row[0] for row in rows(db, "select id from user_engagement"))
    with raises_sqlstate("PA422", conn=db):
        rows(db, "select * from engagement_page(null, 0)")


def test_courses(db: Connection) -> None:
    course, empty, hidden = make_course(db), make_course(db), make_course(db)
    db.execute("update courses set is_active = false, discipline = 'x' where id = %s", [hidden.id])
    values = [(Decimal("10.00"), 61), (Decimal("99.99"), 59), (Decimal("100.00"), 600)]
    for progress, seconds in values:
        done = {"status": "completed", "completed_at": NOW} if progress == 100 else {}
        enrolment = make_enrollment(db, make_user(db), course, total_time_spent_seconds=seconds, **done)
        db.execute("update enrollments set progress_percentage = %s where id = %s", [progress, enrolment])
    found = {row[0]: row[3:] for row in rows(db, "select * from course_performance")}
    assert found[course.id] == (3, 1, Decimal("70.00"), Decimal("4.00"))
    assert found[empty.id] == (0, 0, None, None)
    assert hidden.id not in found
    mine = rows(db, "select id from course_performance", role="instructor", user=course.instructor_id)
    assert mine == [(course.id,)]
    assert rows(db, "select id from course_performance", role="instructor", user=make_user(db)) == []
    assert rows(db, "select id from course_performance", role="admin", user=make_user(db)) == []


def test_no_month_is_missing_from_growth(db: Connection) -> None:
    """Ends of months, a leap day, months without anybody, and people who left since."""
    for at in (
        "2023-11-30 23:59:59.999999Z", "2023-12-01 00:00Z", "2023-12-31 23:30Z", "2024-02-01 00:00Z",
        "2024-02-29 23:59Z", "2024-05-31 12:00Z", "2024-06-01 00:00Z",
    ):  # fmt: skip
        user = make_user(db, created_at=at)
    db.execute("update users set deleted_at = now(), is_active = false where id = %s", [user])
    growth = "select * from monthly_growth('2024-07-10Z')"
    assert rows(db, growth) == [
        (date(2023, 11, 1), 1, 1), (date(2023, 12, 1), 2, 3), (date(2024, 1, 1), 0, 3), (date(2024, 2, 1), 2, 5),
        (date(2024, 3, 1), 0, 5), (date(2024, 4, 1), 0, 5), (date(2024, 5, 1), 1, 6), (date(2024, 6, 1), 1, 7),
        (date(2024, 7, 1), 0, 7),
    ]  # fmt: skip
    # Where it is an hour later the last of November and of February came a month later, one of December a year.
    db.execute("update platform_settings set setting_value = '\"Europe/Berlin\"' where setting_key = 'school.timezone'")
    assert [row[:2] for row in rows(db, growth)] == [
        (date(2023, 12, 1), 2), (date(2024, 1, 1), 1), (date(2024, 2, 1), 1), (date(2024, 3, 1), 1),
        (date(2024, 4, 1), 0), (date(2024, 5, 1), 1), (date(2024, 6, 1), 1), (date(2024, 7, 1), 0),
    ]  # fmt: skip


def test_active_people(db: Connection) -> None:
    rng, first = random.Random(11), date(2024, 1, 1)
    days: dict[UUID, set[date]] = {}
    for _ in range(15):
        user = make_user(db)
        days[user] = {first + timedelta(days=rng.randrange(90)) for _ in range(rng.randrange(12))}
        learned = {day for day in days[user] if rng.random() < 0.6}
        learn(db, user, *learned)
        for day in days[user] - learned | set(list(learned)[:1]):
            insert(db, "user_activity_days", "user_id", user_id=user, activity_date=day, event_count=1)
    frozen = make_user(db)
    insert(
        db,
        "user_streaks",
        "user_id",
        user_id=frozen,
        streak_date=first,
        streak_count=1,
        activity_type="freeze",
        activity_count=0,
    )

    def within(day: date, window: int) -> int:
        return sum(any(0 <= (day - active).days < window for active in active) for active in days.values())

    start, end = first + timedelta(days=20), first + timedelta(days=100)
    found = rows(db, "select * from active_people(%s, %s)", start, end)
    assert [row[:4] for row in found] == [
        (day, within(day, 1), within(day, 7), within(day, 30)) for day in (start + timedelta(days=n) for n in range(81))
    ]
    assert all(row[4] == (round(Decimal(100 * row[1]) / row[3], 2) if row[3] else None) for row in found)
    assert len(rows(db, "select * from active_people()")) == 30
    for bad in (("2024-02-01", "2024-01-31"), ("2024-01-01", "2044-01-01"), ("-infinity", "infinity")):
        with raises_sqlstate("PA422", conn=db):
            rows(db, "select * from active_people(%s, %s)", *bad)


def test_retention(db: Connection) -> None:
    rng, as_of = random.Random(2), datetime(2024, 5, 20, tzinfo=UTC)
    db.execute("update users set created_at = '2020-01-01Z'")
    people: dict[UUID, tuple[date, set[date]]] = {}
    for _ in range(25):
        joined = date(2023, 12, 1) + timedelta(days=rng.randrange(160))
        user = make_user(db, created_at=datetime(joined.year, joined.month, joined.day, 9, tzinfo=UTC))
        active = {joined + timedelta(days=rng.randrange(100)) for _ in range(rng.randrange(6))}
        learn(db, user, *active)
        people[user] = (joined, {day for day in active if day <= as_of.date()})

    for unit, count in (("month", 5), ("week", 9)):

        def start(day: date, unit: str = unit) -> date:
            return day.replace(day=1) if unit == "month" else day - timedelta(days=day.weekday())

        def following(day: date, unit: str = unit) -> date:
            return start(day + timedelta(days=32)) if unit == "month" else day + timedelta(days=7)

        found = rows(db, "select * from cohort_retention(%s, %s, %s)", unit, count, as_of)
        periods = [row[0] for row in found if row[2] == 0]
        assert len(periods) == count
        assert all(following(one) == other for one, other in pairwise(periods))
        assert periods[-1] == start(as_of.date())
        expected = []
        for n, cohort in enumerate(periods):
            members = [active for joined, active in people.values() if start(joined) == cohort]
            for nth, period in enumerate(periods[n:]):
                returned = sum(any(start(day) == period for day in days) for days in members)
                share = round(Decimal(100 * returned) / len(members), 2) if members else None
                expected.append((cohort, len(members), nth, returned, share))
        assert found == expected
    for bad in (("year", 3), ("week", 0), ("week", 61), (None, 3)):
        with raises_sqlstate("PA422", conn=db):
            rows(db, "select * from cohort_retention(%s, %s)", *bad)


def test_how_far_people_come(db: Connection) -> None:
    course, other = make_course(db, lessons=1), make_course(db, lessons=2)
    db.execute("update users set created_at = '2020-01-01Z'")
    people = [make_user(db, created_at=NOW) for _ in range(5)]
    for user in people[:4]:
        make_enrollment(db, user, course)
        make_enrollment(db, user, other)  # twice on a course, once in a step
    for user in people[:3]:
        with acting(db, user, "student"):
            db.execute("select start_lesson(%s)", [course.lesson_ids[0]])
    for user in people[:2]:
        db.execute("select record_completion(%s, %s)", [user, course.lesson_ids[0]])
    db.execute(
        "update certificates set revoked_at = now(), revocation_reason = 'x' where user_id = %s",
        [people[0]],
    )

    found = rows(
        db,
        "select step, people, share_of_first, share_of_previous from learning_funnel(%s, %s)",
        NOW.date(),
        NOW.date(),
    )
    assert [row[:2] for row in found] == [
        ("registered", 5), ("enrolled", 4), ("started", 3), ("completed", 2), ("certified", 1),
    ]  # fmt: skip
    assert found[2][2:] == (Decimal("60.00"), Decimal("75.00"))
    in_course = "select step, people from learning_funnel(p_course_id => %s)"
    expected = [("enrolled", 4), ("started", 3), ("completed", 2), ("certified", 1)]
    assert rows(db, in_course, course.id) == expected
    assert rows(db, in_course, course.id, role="instructor", user=course.instructor_id) == expected
    assert rows(db, in_course, other.id) == [("enrolled", 4), ("started", 0), ("completed", 0), ("certified", 0)]
    for query, args in ((in_course, [other.id]), ("select * from learning_funnel()", [])):
        with raises_sqlstate("PA403", conn=db):
            rows(db, query, *args, role="instructor", user=course.instructor_id)
    with raises_sqlstate("PA404", conn=db):
        rows(db, in_course, UUID(int=7))


def test_questions_of_a_quiz(db: Connection) -> None:
    """Difficulty and discrimination against the textbook: Pearson's r of each item with the sum of the others."""
    rng = random.Random(8)
    course = make_course(db)
    quiz = make_quiz(db, course)
    questions = quiz.questions
    first: list[list[Decimal]] = []
    for _ in range(30):
        user = make_user(db)
        enrolment = make_enrollment(db, user, course)
        for attempt in (1, 2):
            points = [Decimal(rng.choice([0, 0, 1, 2])) / 2 for _ in questions]
            if attempt == 1:
                first.append(points)
            grading = [
                {"question_id": str(question), "points": float(got), "max_points": 1}
                for question, got in zip(questions, points, strict=True)
            ]
            insert(
                db, "quiz_attempts", enrollment_id=enrolment, user_id=user, course_id=course.id, quiz_id=quiz.id,
                attempt_number=attempt, status="graded", started_at=NOW, seed=1,
                question_ids=questions_array(questions), submitted_at=NOW, graded_at=NOW,
                closed_by="learner", grading=grading, score=sum(points),
                max_score=len(questions), percentage=0, is_passed=False, time_taken_seconds=1,
            )  # fmt: skip
    found = rows(db, "select question_id, answers, difficulty, discrimination from quiz_item_analysis(%s)", quiz.id)
    assert [row[0] for row in found] == list(questions)
    for n, (_, answers, difficulty, discrimination) in enumerate(found):
        item = [float(points[n]) for points in first]
        rest = [float(sum(points)) - own for points, own in zip(first, item, strict=True)]
        assert answers == 30
        assert float(difficulty) == pytest.approx(statistics.mean(item), abs=1e-4)
        assert float(discrimination) == pytest.approx(statistics.correlation(item, rest), abs=1e-4)
    query = "select * from quiz_item_analysis(%s)"
    assert len(rows(db, query, quiz.id, role="instructor", user=course.instructor_id)) == len(questions)
    with raises_sqlstate("PA403", conn=db):
        rows(db, query, quiz.id, role="instructor", user=make_user(db, "instructor"))
    with raises_sqlstate("PA404", conn=db):
        rows(db, query, UUID(int=7))
    empty = make_quiz(db, make_course(db))
    assert {row[6:] for row in rows(db, query, empty.id)} == {
        (0, row[7], None, None, None) for row in rows(db, query, empty.id)
    }


def questions_array(questions: Any) -> str:
    return "{" + ",".join(map(str, questions)) + "}"


def test_activity_by_course(db: Connection) -> None:
    course, other = make_course(db, lessons=0), make_course(db, lessons=0)
    for which in (course, other):
        insert(
            db, "course_activity_days", "people", activity_date=NOW.date(), course_id=which.id, event_count=3, people=2
        )  # fmt: skip
    query = "select course_id, event_count, people from v_course_activity"
    assert sorted(rows(db, query)) == sorted([(course.id, 3, 2), (other.id, 3, 2)])
    assert rows(db, query, role="instructor", user=other.instructor_id) == [(other.id, 3, 2)]


def test_a_report_of_a_course_reads_that_course(db: Connection) -> None:
    """Not the enrolments of the whole school."""
    other, course = make_course(db, lessons=1), make_course(db, lessons=1)
    people = [make_user(db) for _ in range(30)]
    for user in people:
        make_enrollment(db, user, other)
    make_enrollment(db, people[0], course)
    # Of a few rows all would be read; and a plan for any course must do as well as one for this.
    db.execute("set local enable_seqscan = off")
    db.execute("set local plan_cache_mode = force_generic_plan")
    read = "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'enrollments'::regclass"
    for query in ("select * from course_performance", f"select * from learning_funnel(p_course_id => '{course.id}')"):
        before = db.execute(read).fetchone()
        rows(db, query, role="instructor", user=course.instructor_id)
        after = db.execute(read).fetchone()
        assert before is not None
        assert after is not None
        assert 0 < after[0] - before[0] < 10, query
