"""Events come in and are added up by day: of whom, in which course, of which kind, and never twice or not at all."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_user, race
from tests.support.queries import one
from tests.support.requests import call, check

Connection = psycopg.Connection[Any]
ROLLUPS = {
    "user_activity_days": "user_id, event_count",
    "learner_activity_days": "course_id, user_id, event_count",
    "course_activity_days": "course_id, event_count, people",
    "event_type_days": "event_type, event_count",
    "platform_activity_days": "event_count, visitor_event_count, people",
}


@pytest.fixture(scope="module")
def world(shared_school: SchoolDatabase) -> Iterator[Connection]:
    conn = shared_school.connect()
    yield conn
    conn.rollback()


@pytest.fixture
def db(world: Connection) -> Iterator[Connection]:  # one school for all that needs no commit
    with world.transaction(force_rollback=True):
        yield world


def rollups(conn: Connection) -> dict[str, set[Any]]:
    return {
        table: set(conn.execute(f"select activity_date, {columns} from {table}").fetchall())
        for table, columns in ROLLUPS.items()
    }


def counted(conn: Connection, zone: str = "UTC") -> dict[str, set[Any]]:
    """The full computation, from the events and in Python."""
    people: dict[str, Counter[Any]] = defaultdict(Counter)
    seen: dict[str, set[Any]] = defaultdict(set)
    for user, course, kind, at in conn.execute(
        "select user_id, course_id, event_type, created_at from analytics_events"
    ):
        day = at.astimezone(ZoneInfo(zone)).date()
        people["days"][day] += 1
        people["kinds"][day, kind] += 1
        people["visitors"][day] += user is None
        if user:
            people["user"][day, user] += 1
            seen["days"].add((day, user))
        if course:
            people["course"][day, course] += 1
        if user and course:
            people["learner"][day, course, user] += 1
    by_day = Counter(day for day, _ in seen["days"])
    by_course = Counter((day, course) for day, course, _ in people["learner"])
    return {
        "user_activity_days": {(*key, n) for key, n in people["user"].items()},
        "learner_activity_days": {(*key, n) for key, n in people["learner"].items()},
        "course_activity_days": {(*key, n, by_course[key]) for key, n in people["course"].items()},
        "event_type_days": {(*key, n) for key, n in people["kinds"].items()},
        "platform_activity_days": {(day, n, people["visitors"][day], by_day[day]) for day, n in people["days"].items()},
    }


def track(conn: Connection, user: UUID | None, role: Role = "student", **values: Any) -> UUID:
    arguments = {"event_type": "page.viewed"} | values
    with acting(conn, user, role):
        named = ", ".join(f"p_{name} => %s" for name in arguments)
        return cast(UUID, one(conn, f"select track_event({named})", *arguments.values()))


class TestTracking:
    def test_what_a_person_did(self, db: Connection) -> None:
        user, course = make_user(db), make_course(db)
        event = track(db, user, event_data=Jsonb({"a": 1}), session_id="s1", course_id=course.id)
        row = one(
            db,
            "select user_id, course_id, event_type, event_data, session_id from analytics_events where id = %s",
            event,
        )
        assert row == (user, course.id, "page.viewed", {"a": 1}, "s1")

    def test_addresses_are_kept_apart_and_forgotten(self, db: Connection) -> None:
        user = make_user(db)
        for address in ("192.0.2.1", "192.0.2.2"):  # the first that was told stays
            track(db, user, session_id="s1", ip_address=address, user_agent="Lynx")
        track(db, user, ip_address="192.0.2.3")  # no visit to keep it with
        assert db.execute(
            "select session_id, user_id, host(ip_address), user_agent from analytics_contexts"
        ).fetchall() == [("s1", user, "192.0.2.1", "Lynx")]
        columns = "select attname from pg_attribute where attrelid = 'analytics_events'::regclass"
        assert not {"ip_address", "user_agent"} & {name for (name,) in db.execute(columns)}
        assert one(db, "select forget_analytics_contexts()") == 0
        db.execute("update analytics_contexts set created_at = now() - interval '31 days'")
        assert one(db, "select forget_analytics_contexts()") == 1

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"event_type": "Page viewed"}, "PA422"),
            ({"event_type": "x" * 101}, "PA422"),
            ({"event_data": Jsonb([])}, "PA422"),
            ({"event_data": Jsonb({"a": "x" * 10_000})}, "PA422"),
            ({"session_id": ""}, "PA422"),
            ({"session_id": "x" * 256}, "PA422"),
            ({"session_id": "x", "user_agent": "x" * 501}, "PA422"),
            ({"course_id": UUID(int=7)}, "PA404"),
        ],
    )
    def test_what_is_refused(self, db: Connection, values: dict[str, Any], code: str) -> None:
        user = make_user(db)
        with raises_sqlstate(code, conn=db):
            track(db, user, **values)

    def test_nobody_in_particular(self, db: Connection) -> None:
        with raises_sqlstate("PA401", conn=db):
            track(db, None)
        with raises_sqlstate("42501", conn=db):
            track(db, make_user(db), role="anonymous")

    def test_many_at_once(self, db: Connection) -> None:
        user, course = make_user(db), make_course(db)
        events = [
            {"event_type": "page.viewed", "user_id": str(user), "course_id": course.id.hex, "session_id": "s"},
            {"event_type": "search", "event_data": {"words": 3}},
            {
                "event_type": "video.played",
                "event_data": None,
                "occurred_at": str(datetime.now(UTC) - timedelta(days=6)),
            },
        ]
        with acting(db, None, "service"):
            assert [one(db, "select track_events(%s, 'k')", Jsonb(events)) for _ in range(2)] == [3, 3]
        stored = "select count(*), count(user_id), min(created_at) < now() - interval '5 days' from analytics_events"
        assert one(db, stored) == (3, 1, True)
        with raises_sqlstate("PA409", conn=db), acting(db, None, "service"):
            db.execute("select track_events(%s, 'k')", [Jsonb(events[:1])])

    @pytest.mark.parametrize(
        ("event", "code"),
        [
            ("text", "PA422"),
            ({"event_type": "no good"}, "PA422"),
            ({"event_type": "x", "event_data": 5}, "PA422"),
            ({"event_type": "x", "user_id": str(UUID(int=7))}, "PA404"),
            ({"event_type": "x", "course_id": str(UUID(int=7))}, "PA404"),
            ({"event_type": "x", "occurred_at": "2999-01-01Z"}, "PA422"),
            ({"event_type": "x", "occurred_at": str(datetime.now(UTC) - timedelta(days=8))}, "PA422"),
            ({"event_type": "x", "user_id": "nobody"}, "PA422"),
            ({"event_type": "x", "course_id": {}}, "PA422"),
            ({"event_type": "x", "user_id": str(UUID(int=7)), "course_id": f"{UUID(int=7)} "}, "PA422"),
            ({"event_type": "x", "occurred_at": "yesterday evening"}, "PA422"),
            ({"event_type": "x", "occurred_at": "2026-13-45T00:00:00Z"}, "PA422"),
        ],
    )
    def test_one_bad_event_spoils_the_batch(self, db: Connection, event: Any, code: str) -> None:
        make_user(db)
        with raises_sqlstate(code, conn=db), acting(db, None, "service"):
            db.execute("select track_events(%s)", [Jsonb([{"event_type": "page.viewed"}, event])])
        assert one(db, "select count(*) from analytics_events") == 0

    def test_a_person_may_go_and_the_event_stays(self, db: Connection) -> None:
        user = make_user(db)
        event = track(db, user, session_id="s", ip_address="192.0.2.1")
        for table in ("coin_accounts", "public_profiles"):
            db.execute(f"delete from {table} where user_id = %s", [user])
        db.execute("delete from users where id = %s", [user])
        assert one(db, "select user_id from analytics_events where id = %s", event) is None
        assert one(db, "select count(*) from analytics_contexts") == 0


def scatter(conn: Connection, rng: random.Random, people: list[UUID], courses: list[UUID], events: int) -> None:
    """Events of anybody, anywhere, in the last days and around midnight; each transaction is one."""
    now = datetime.now(UTC)
    rows = [
        {
            "event_type": rng.choice(["page.viewed", "search", "lesson.opened"]),
            "user_id": rng.choice([None, *map(str, people)]),
            "course_id": rng.choice([None, *map(str, courses)]),
            "occurred_at": str(now - timedelta(hours=rng.randrange(160), minutes=rng.randrange(60))),
        }
        for _ in range(events)
    ]
    conn.execute("select track_events(%s)", [json.dumps(rows)])


def test_rollups_are_what_the_events_say(school: SchoolDatabase) -> None:
    """Bit by bit, anew, after a change of the time zone, and after a restore into another cluster: always the same."""
    conn, rng = school.connect(autocommit=True), random.Random(5)
    people = [make_user(conn) for _ in range(6)]
    courses = [make_course(conn, lessons=0).id for _ in range(3)]
    assert one(conn, "select roll_up_analytics()") == 0
    for _ in range(8):
        scatter(conn, rng, people, courses, rng.randrange(12))
        if rng.random() < 0.7:
            conn.execute("select roll_up_analytics()")
            assert rollups(conn) == counted(conn)
    conn.execute("select roll_up_analytics()")
    assert one(conn, "select roll_up_analytics()") == 0
    assert rollups(conn) == counted(conn)
    assert conn.execute("select * from analytics_findings()").fetchall() == []

    conn.execute("update event_type_days set event_count = event_count + 1")
    conn.execute("delete from platform_activity_days")
    wrong = {row[0] for row in conn.execute("select check_name from analytics_findings()")}
    assert wrong == {
        "event_type_days.event_count",
        "platform_activity_days.event_count",
        "platform_activity_days.people",
    }
    assert {row[0] for row in conn.execute("select check_name from repair_counters()")} == wrong
    assert rollups(conn) == counted(conn)

    conn.execute(
        "update platform_settings set setting_value = '\"Pacific/Kiritimati\"' where setting_key = 'school.timezone'"
    )
    conn.execute("select roll_up_analytics()")
    assert rollups(conn) == counted(conn, "Pacific/Kiritimati")

    # What another cluster wrote has numbers that this one will only come to.
    conn.execute("update analytics_events set written_by = '9000000000'")
    conn.execute("update rollup_state set rolled_to = '9000000001', cluster_id = 1")
    scatter(conn, rng, people, courses, 5)
    conn.execute("select roll_up_analytics()")
    scatter(conn, rng, people, courses, 5)
    assert one(conn, "select roll_up_analytics()") == 5
    assert rollups(conn) == counted(conn, "Pacific/Kiritimati")


def test_what_commits_late_is_counted(school: SchoolDatabase) -> None:
    """A transaction that began first and ends last; what was written after it waits with it."""
    conn, late = school.connect(autocommit=True), school.connect()
    conn.execute("select roll_up_analytics()")
    add = "insert into analytics_events (event_type) values ('page.viewed')"
    late.execute(add)
    conn.execute(add)
    assert one(conn, "select roll_up_analytics()") == 0
    late.commit()
    assert one(conn, "select roll_up_analytics()") == 2
    late.execute(add)
    late.rollback()
    assert one(conn, "select roll_up_analytics()") == 0
    assert rollups(conn) == counted(conn)


def test_days_without_their_events_stay(school: SchoolDatabase) -> None:
    """Retention removes old events; what was added up of them is not counted away."""
    conn = school.connect(autocommit=True)
    for days in (3, 2, 2, 1):
        insert(conn, "analytics_events", event_type="page.viewed", created_at=datetime.now(UTC) - timedelta(days=days))
    conn.execute("select roll_up_analytics()")
    before = rollups(conn)
    conn.execute("delete from analytics_events where created_at < now() - interval '60 hours'")
    conn.execute(
        "delete from analytics_events where id = (select min(id::text)::uuid from analytics_events)"
    )  # half a day
    conn.execute("select rebuild_rollups()")
    assert rollups(conn) == before
    assert conn.execute("select * from analytics_findings()").fetchall() == []


def write_and_roll_up(school: SchoolDatabase, writers: int, rounds: int) -> None:
    """So many writers while the job runs all the time; afterwards nothing is missing and nothing is there twice."""
    conn = school.connect(autocommit=True)
    people, course = [make_user(conn) for _ in range(4)], make_course(conn, lessons=0).id
    done = threading.Event()

    def work(i: int) -> Any:
        if i >= writers:
            while not done.is_set():
                call(school, None, "select roll_up_analytics()", role="service")
            return None
        for n in range(rounds):
            assert isinstance(
                call(school, people[(i + n) % 4], "select track_event('page.viewed', p_course_id => %s)", course), tuple
            )
        if not done.is_set() and i == 0:
            threading.Timer(0.3, done.set).start()
        return None

    check(race(writers + 2, work))
    call(school, None, "select roll_up_analytics()", role="service")
    assert one(conn, "select count(*) from analytics_events") == writers * rounds
    assert rollups(conn) == counted(conn)


def test_writers_while_the_job_runs(school: SchoolDatabase) -> None:
    write_and_roll_up(school, writers=16, rounds=4)


@pytest.mark.slow
def test_many_more_of_them(school: SchoolDatabase) -> None:
    write_and_roll_up(school, writers=16, rounds=60)


def test_only_the_back_end_rolls_up(db: Connection) -> None:
    user = make_user(db, "admin")
    for query in ("roll_up_analytics()", "rebuild_rollups()", "forget_analytics_contexts()", "track_events('[]')"):
        with raises_sqlstate("42501", conn=db), acting(db, user, "admin"):
            db.execute(f"select {query}")
