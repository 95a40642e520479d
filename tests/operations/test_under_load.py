"""Keys and repairs while others are at work, over real connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb
from tests.support.factories import make_course, make_user, race

from pgacademy.testing import SchoolDatabase

Connection = psycopg.Connection[Any]
CONNECTIONS, CALLS, KEYS = 16, 32, 8


def claim_and_work(conn: Connection, key: str, worker: int, doomed: set[str]) -> Any:
    """One call under a key, as a procedure makes it, repeated on a serialization failure. Its reply."""
    for _ in range(200):
        try:
            with conn.transaction():
                row = conn.execute("select claim_idempotency_key('ada', 'work', %s, '{}')", [key]).fetchone()
                assert row is not None
                if row[0] is not None:
                    return row[0]
                effect = conn.execute("insert into effects values (%s, %s) returning id", [key, worker]).fetchone()
                assert effect is not None
                reply = {"worker": worker, "effect": effect[0]}
                conn.execute("select store_reply('ada', 'work', %s, %s)", [key, Jsonb(reply)])
                if key in doomed:
                    doomed.remove(key)
                    raise psycopg.Rollback
                return reply
        except psycopg.errors.SerializationFailure:
            continue
    raise AssertionError("no end of serialization failures")


@pytest.mark.parametrize("level", [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ])
def test_a_key_has_one_effect_whoever_calls(school: SchoolDatabase, level: IsolationLevel) -> None:
    """All connections call under every key four times; the first to do the work of a key loses it again."""
    owner = school.connect(autocommit=True)
    owner.execute("create table effects (key text, worker integer, id integer generated always as identity)")
    connections = [school.connect() for _ in range(CONNECTIONS)]
    for conn in connections:
        conn.isolation_level = level
    doomed = {f"key-{n}" for n in range(KEYS)}

    def work(worker: int) -> list[tuple[str, Any]]:
        keys = [f"key-{n % KEYS}" for n in range(CALLS)]
        return [(key, claim_and_work(connections[worker], key, worker, doomed)) for key in keys]

    replies: dict[str, list[Any]] = {}
    for result in race(CONNECTIONS, work):
        if isinstance(result, Exception):
            raise result
        for key, reply in result:
            replies.setdefault(key, []).append(reply)

    assert not doomed
    effects = {
        key: {"worker": worker, "effect": id_}
        for key, worker, id_ in owner.execute("select key, worker, id from effects").fetchall()
    }
    assert owner.execute("select count(*) from effects").fetchone() == (KEYS,)
    assert {key: len(given) for key, given in replies.items()} == dict.fromkeys(
        (f"key-{n}" for n in range(KEYS)), CONNECTIONS * CALLS // KEYS
    )
    for key, given in replies.items():
        assert all(reply == effects[key] for reply in given)


#: One wrong number of each kind, off by little: rewards for what nobody did would be real.
BREAK = [
    "update user_stats set total_xp = total_xp + 1",
    "update user_stats set lessons_completed = lessons_completed + 1",
    "update user_stats set score_sum = score_sum + 1",
    "update enrollments set completed_lessons_count = completed_lessons_count - 1"
    " where completed_lessons_count > 0 and status = 'active'",
    "update enrollments set total_time_spent_seconds = total_time_spent_seconds + 1",
    "update course_stats set enrollment_count = enrollment_count + 1",
    "insert into xp_rank_deltas (bucket, people) values (3, 1)",
]


@pytest.mark.late
def test_repairs_beside_people_at_work(school: SchoolDatabase) -> None:
    """Eight learners complete two courses; meanwhile numbers are broken and mended, over and over."""
    owner = school.connect(autocommit=True)
    courses = [make_course(owner, lessons=8) for _ in range(2)]
    learners = [make_user(owner) for _ in range(8)]
    ended = threading.Event()
    mended: set[str] = set()

    def learn(i: int) -> None:
        with school.app(learners[i], autocommit=True) as conn:
            for course in courses if i % 2 else reversed(courses):
                conn.execute("select enroll(%s)", [course.id])
                for lesson in course.lesson_ids:
                    conn.execute("select complete_lesson(%s, 60)", [lesson])

    def mend() -> int:
        breaking, rounds = school.connect(autocommit=True), 0
        with school.service(autocommit=True) as conn:
            while not (last := ended.is_set()) or rounds < len(BREAK):
                breaking.execute(BREAK[rounds % len(BREAK)].encode())
                mended.update(name for (name,) in conn.execute("select check_name from repair_counters()").fetchall())
                rounds += 1
                if last and rounds >= len(BREAK):
                    break
        return rounds

    with ThreadPoolExecutor(1) as pool:
        mending = pool.submit(mend)
        try:
            results = race(len(learners), learn)
        finally:
            ended.set()
        mending.result(60)
    for result in results:
        if result is not None:
            raise result
    assert {"user_stats.total_xp", "course_stats.enrollment_count", "xp_ranks"} <= mended
    assert owner.execute("select * from verify_integrity()").fetchall() == []
    assert owner.execute("select distinct lessons_completed, courses_completed from user_stats where user_id = any(%s)",
                         [learners]).fetchall() == [(16, 2)]  # fmt: skip
