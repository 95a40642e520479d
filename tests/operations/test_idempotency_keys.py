"""One effect per key: replay, refusal, and two calls at the same moment."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.support.asserts import raises_sqlstate

from pgacademy.testing import SchoolDatabase

Connection = psycopg.Connection[Any]
CLAIM = sql.SQL("select claim_idempotency_key('ada', 'enroll', %s, %s::jsonb)")
STORE = sql.SQL("select store_reply('ada', 'enroll', %s, %s::jsonb)")


def claim(conn: Connection, key: str | None, request: str = '{"course": 1}') -> Any:
    row = conn.execute(CLAIM, [key, request]).fetchone()
    assert row is not None
    return row[0]


def test_the_first_call_works_and_a_repeated_one_replays(db: Connection) -> None:
    assert claim(db, "k") is None
    db.execute(STORE, ["k", '{"id": 7}'])
    assert claim(db, "k") == {"id": 7}


def test_the_order_of_arguments_does_not_matter(db: Connection) -> None:
    assert claim(db, "k", '{"a": 1, "b": 2}') is None
    db.execute(STORE, ["k", "7"])
    assert claim(db, "k", '{"b": 2, "a": 1}') == 7


def test_another_request_under_the_same_key_is_refused(db: Connection) -> None:
    claim(db, "k")
    db.execute(STORE, ["k", "1"])
    with raises_sqlstate("PA409", conn=db):
        claim(db, "k", '{"course": 2}')


def test_a_key_twice_in_one_call_is_refused(db: Connection) -> None:
    claim(db, "k")
    with raises_sqlstate("PA409", conn=db):
        claim(db, "k")


def test_a_reply_of_null_is_a_reply(db: Connection) -> None:
    claim(db, "k")
    db.execute(STORE, ["k", None])
    statement = "select claim_idempotency_key('ada', 'enroll', 'k', %s)::text"
    row = db.execute(statement, ['{"course": 1}']).fetchone()
    assert row == ("null",)


def test_no_key_claims_nothing(db: Connection) -> None:
    assert claim(db, None) is None
    assert claim(db, None) is None
    assert db.execute("select count(*) from idempotency_keys").fetchone() == (0,)


@pytest.mark.parametrize("key", ["", "x" * 201, "é" * 101])
def test_the_length_of_a_key(db: Connection, key: str) -> None:
    with raises_sqlstate("PA422", conn=db):
        claim(db, key)


@pytest.mark.parametrize("committed", [True, False])
def test_the_second_of_two_waits_for_the_first(school: SchoolDatabase, committed: bool) -> None:
    first, second, watch = school.connect(), school.connect(), school.connect(autocommit=True)
    assert claim(first, "k") is None
    answers: list[Any] = []
    waiting = Thread(target=lambda: answers.append(claim(second, "k")))
    waiting.start()
    # pg_locks: of pg_stat_activity the owner does not see the rows of its login.
    blocked = "select from pg_locks where pid = %s and not granted"
    deadline = time.monotonic() + 20
    while watch.execute(blocked, [second.info.backend_pid]).fetchone() is None:
        assert time.monotonic() < deadline, "the second call never waited"
        time.sleep(0.01)
    assert not answers
    first.execute(STORE, ["k", '"done"'])
    if committed:
        first.commit()
    else:
        first.rollback()
    waiting.join(20)
    assert answers == ["done" if committed else None]


def test_old_keys_are_purged(db: Connection) -> None:
    claim(db, "old")
    claim(db, "new")
    db.execute("update idempotency_keys set created_at = now() - interval '31 days' where key = 'old'")
    assert db.execute("select purge_idempotency_keys()").fetchone() == (1,)
    assert db.execute("select key from idempotency_keys").fetchall() == [("new",)]
