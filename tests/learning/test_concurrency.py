"""Many at once, over real connections. Whatever happened, the invariants hold afterwards."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import SchoolDatabase
from tests.learning.invariants import assert_invariants
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_enrollment, make_user, race
from tests.support.requests import LEVELS, READ_COMMITTED, RETRY, check
from tests.support.requests import call_like_the_library as call


@pytest.fixture(params=LEVELS, ids=lambda level: level.name.lower())
def level(request: pytest.FixtureRequest) -> IsolationLevel:
    return cast(IsolationLevel, request.param)


def test_two_last_lessons_at_once(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    course = make_course(conn, lessons=3)
    for _ in range(12):
        user = make_user(conn)
        call(school, user, "select enroll(%s)", course.id, level=level)
        call(school, user, "select complete_lesson(%s)", course.lesson_ids[0], level=level)

        def complete(i: int, user: UUID = user) -> Any:
            lesson = course.lesson_ids[i + 1]
            return call(school, user, "select course_completed from complete_lesson(%s)", lesson, level=level)

        done = check(race(2, complete))
        assert sorted(done) == [(False,), (True,)]
    assert_invariants(conn)


@pytest.mark.parametrize("key", [None, "the-key"])
def test_one_lesson_many_times(school: SchoolDatabase, level: IsolationLevel, key: str | None) -> None:
    conn = school.connect(autocommit=True)
    course, user = make_course(conn, lessons=1), make_user(conn)
    call(school, user, "select enroll(%s)", course.id, level=level)
    for _ in range(2):
        rows = check(
            race(
                16,
                lambda i: call(
                    school, user, "select * from complete_lesson(%s, null, %s)", course.lesson_ids[0], key, level=level
                ),
            )
        )
        if key:
            first, *others = rows
            assert all(row == first for row in others)
            assert first[3] is False
    assert_invariants(conn)
    assert conn.execute("select count(*) from xp_events where source_type in ('lesson', 'course')").fetchone() == (2,)
    assert conn.execute("select activity_count from user_streaks").fetchall() == [(1,)]


def test_enrolling_many_times_is_one_enrolment(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    course, user = make_course(conn), make_user(conn)
    rows = check(
        race(16, lambda i: call(school, user, "select already_enrolled from enroll(%s)", course.id, level=level))
    )
    assert sorted(rows) == [(False,)] + [(True,)] * 15
    assert_invariants(conn)


def test_one_seat_left(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    for _ in range(3):
        course = make_course(conn, max_enrollments=2)
        make_enrollment(conn, make_user(conn), course)
        people = [make_user(conn) for _ in range(16)]

        def enroll(i: int, who: list[UUID] = people, to: UUID = course.id) -> Any:
            return call(school, who[i], "select status from enroll(%s)", to, level=level)

        rows = check(race(16, enroll))
        assert sorted(map(str, rows)) == sorted([str(("active",))] + ["PA409"] * 15)
    assert_invariants(conn)


def test_raw_inserts_cannot_take_more_seats_either(school: SchoolDatabase, level: IsolationLevel) -> None:
    setup = school.connect(autocommit=True)
    course = make_course(setup, max_enrollments=3)
    people = [make_user(setup) for _ in range(8)]
    conns = [school.connect() for _ in people]

    def insert(i: int) -> str:
        conns[i].isolation_level = level
        try:
            make_enrollment(conns[i], people[i], course)
            conns[i].commit()
            return "in"
        except psycopg.Error as error:
            conns[i].rollback()
            return error.sqlstate or "?"

    results = check(race(8, insert))
    assert set(results) <= {"in", "PA409", *RETRY}
    assert 1 <= results.count("in") <= 3
    assert_invariants(setup)


def test_a_storm_of_everything(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Enrolling, leaving, learning, rating and a course that changes, all on one course with too few seats."""
    conn = school.connect(autocommit=True)
    course = make_course(conn, lessons=4, max_enrollments=5)
    people = [make_user(conn) for _ in range(8)]
    rounds = 12

    def person(i: int) -> None:
        rng = random.Random(i)
        user = people[i % len(people)]
        for _ in range(rounds):
            query, arg = rng.choice(
                [
                    ("select status from enroll(%s)", course.id),
                    ("select status from enroll(%s)", course.id),
                    ("select status from drop_course(%s)", course.id),
                    (f"select rating from rate_course(%s, {rng.randint(1, 5)})", course.id),
                    ("select status from start_lesson(%s)", rng.choice(course.lesson_ids)),
                    ("select xp_awarded from complete_lesson(%s)", rng.choice(course.lesson_ids)),
                ]
            )
            call(school, user, query, arg, level=level)

    def author(_: int) -> None:
        """Hides and shows a lesson, adds one and removes it."""
        with school.connect() as own:
            own.isolation_level = level
            for step in range(rounds):
                for _attempt in range(200):
                    try:
                        if step % 2:
                            own.execute(
                                "update lessons set is_mandatory = not is_mandatory where id = %s",
                                (course.lesson_ids[3],),
                            )
                        else:
                            own.execute(
                                "insert into lessons (course_id, slug, title, position) values (%s, %s, 'New', %s)",
                                (course.id, f"new-{step}", 100 + step),
                            )
                            own.execute(
                                "delete from lessons where course_id = %s and slug = %s", (course.id, f"new-{step}")
                            )
                        own.commit()
                        break
                    except psycopg.Error as error:
                        own.rollback()
                        if error.sqlstate not in RETRY:
                            raise
                else:
                    raise AssertionError("no end of serialization failures")

    check(race(16, lambda i: author(i) if i == 15 else person(i), timeout=120))
    assert_invariants(conn)


def kill_when_asleep(admin: str, pid: int) -> bool:
    with psycopg.connect(admin, autocommit=True) as conn:
        for _ in range(2000):
            row = conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid = %s and wait_event = 'PgSleep'",
                (pid,),
            ).fetchone()
            if row:
                return bool(row[0])
            time.sleep(0.005)
    return False


@pytest.mark.parametrize("step", ["xp_events", "user_streaks", "enrollments"])
def test_a_killed_connection_leaves_nothing(school: SchoolDatabase, step: str) -> None:
    """The server ends the session in the middle of complete_lesson, at a write that comes late or early."""
    conn = school.connect(autocommit=True)
    course, user = make_course(conn, lessons=1), make_user(conn)
    call(school, user, "select enroll(%s)", course.id, level=READ_COMMITTED)
    tables = (
        "enrollments",
        "lesson_progress",
        "xp_events",
        "user_stats",
        "user_streaks",
        "user_achievements",
        "idempotency_keys",
    )

    def snapshot() -> list[Any]:
        return [conn.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables]

    before = snapshot()
    conn.execute(
        "create function die() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$"
    )
    conn.execute(f"create trigger zz_die after insert or update on {step} for each row execute function die()")
    with raises_sqlstate("57P01"), school.app(user) as app, ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill_when_asleep, school.server.admin, app.info.backend_pid)
        app.execute("select complete_lesson(%s, null, 'k')", (course.lesson_ids[0],))
    assert killed.result()
    assert snapshot() == before
    conn.execute(f"drop trigger zz_die on {step}")
    assert call(
        school,
        user,
        "select course_completed from complete_lesson(%s, null, 'k')",
        course.lesson_ids[0],
        level=READ_COMMITTED,
    ) == (True,)
    assert_invariants(conn)
