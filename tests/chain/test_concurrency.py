"""The faucet's limits, and the one who sends, against many at once over real connections."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import SchoolDatabase
from tests.support.factories import make_user, race
from tests.support.requests import call, check

Connection = psycopg.Connection[Any]
LEVELS = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]
ASK = "select transaction_id from request_faucet(%s, %s, %s)"


#: Each limit where a lock alone would not hold it; the rest of the square takes longer than it tells.
SQUARE = [
    pytest.param(
        limit, level, id=f"{limit}-{level.name.lower()}", marks=() if level.name in quick else pytest.mark.slow
    )
    for limit, quick in {
        "user": ("READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE"),
        "account": ("REPEATABLE_READ",),
        "ip": ("REPEATABLE_READ",),
    }.items()
    for level in LEVELS
]


@pytest.mark.late
@pytest.mark.parametrize(("limit", "level"), SQUARE)
def test_32_at_the_limit(school: SchoolDatabase, limit: str, level: IsolationLevel) -> None:
    """All 32 share what is limited, and nothing else."""
    conn = school.connect(autocommit=True)
    for key in ("user", "account", "ip"):
        conn.execute(
            "update platform_settings set setting_value = to_jsonb(%s) where setting_key = %s",
            (3 if key == limit else 1000, f"faucet.{key}_limit"),
        )
    ada = make_user(conn)
    people = [ada if limit == "user" else make_user(conn) for _ in range(32)]

    def ask(i: int) -> Any:
        account = "0.0.7" if limit == "account" else f"0.0.{100 + i}"
        ip = "192.0.2.1" if limit == "ip" else f"198.51.100.{i}"
        return call(school, people[i], ASK, account, ip, str(uuid4()), level=level)

    results = check(race(32, ask))
    assert results.count("PA429") == 29
    assert conn.execute("select count(*) from faucet_requests").fetchone() == (3,)
    deadlocks = conn.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()
    assert deadlocks == (0,)
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.parametrize("level", LEVELS[:2], ids=["read_committed", "repeatable_read"])
def test_16_who_try_again(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Each fails at once, so that the limit of what is given never holds; that of the attempts does."""
    conn = school.connect(autocommit=True)
    ada = make_user(conn)
    fail = "select status from advance_chain_transaction(%s, 'failed', p_failure_reason => 'no gas')"

    def attempt(i: int) -> Any:
        for _ in range(3):
            found = call(school, ada, ASK, f"0.0.{100 + i}", f"198.51.100.{i}", str(uuid4()), level=level)
            if not isinstance(found, str):
                call(school, None, fail, found[0], level=level)

    check(race(16, attempt))
    for _ in range(5):
        attempt(17)
    assert conn.execute("select count(*) from faucet_requests").fetchone() == (5,)


def test_one_key_32_times_is_one_request(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada = make_user(conn)
    rows = check(race(32, lambda i: call(school, ada, ASK, "0.0.7", "192.0.2.1", "k", level=LEVELS[i % 2])))
    assert len(set(rows)) == 1
    assert conn.execute("select count(*) from chain_transactions").fetchone() == (1,)


@pytest.mark.late
def test_one_worker_sends_and_one_end_is_reached(school: SchoolDatabase) -> None:
    """Of 16 who would send it under a name each, one does; then it fails or is final, not both."""
    conn = school.connect(autocommit=True)
    ada = make_user(conn)
    level = LEVELS[0]
    (transaction,) = call(school, ada, ASK, "0.0.7", "192.0.2.1", "k", level=level)
    send = "select status, is_new from advance_chain_transaction(%s, 'submitted', %s)"
    sent = check(race(16, lambda i: call(school, None, send, transaction, f"0.0.2@1700000000.{i + 1}", level=level)))
    assert sorted(map(str, sent)) == sorted(["PA409"] * 15 + ["('submitted', True)"])
    ends = (
        "select status from advance_chain_transaction(%s, 'final', p_consensus_timestamp => '2024-05-01Z')",
        "select status from advance_chain_transaction(%s, 'failed', p_failure_reason => 'lost')",
    )
    ended = check(race(16, lambda i: call(school, None, ends[i % 2], transaction, level=level)))
    (state,) = conn.execute("select status from chain_transactions").fetchone() or ("",)
    assert {e for e in ended if e != "PA409"} == {(state,)}
    assert ended.count("PA409") == 8
    assert conn.execute("select * from verify_integrity()").fetchall() == []
