"""Many spend, send and earn at once, over real connections. No coin appears, vanishes, or is spent twice."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import SchoolDatabase
from tests.support.factories import make_course, make_enrollment, make_user, race
from tests.support.queries import one
from tests.support.requests import READ_COMMITTED, call, check

Connection = psycopg.Connection[Any]
ENDS = (
    "select status from confirm_blockchain_coins(%s)",
    "select status from fail_blockchain_coins(%s, 'lost')",
)
LEVELS = [READ_COMMITTED, IsolationLevel.REPEATABLE_READ]


def rich(conn: Connection, amount: int) -> UUID:
    user = make_user(conn)
    conn.execute("select award_coins(%s, %s, 'test', null)", (user, amount))
    return user


def balances(conn: Connection, *users: UUID) -> list[int]:
    rows = dict(conn.execute("select user_id, balance from coin_accounts where user_id is not null").fetchall())
    return [rows[user] for user in users]


def verify(conn: Connection) -> None:
    assert conn.execute("select * from verify_integrity()").fetchall() == []


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name.lower())
def test_32_spenders_of_one_account(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    ada, bob = rich(conn, 100), make_user(conn)
    send = "select balance from transfer_coins(%s, 7, %s)"
    results = check(race(32, lambda i: call(school, ada, send, bob, str(uuid4()), level=level)))
    assert results.count("PA409") == 32 - 14
    assert balances(conn, ada, bob) == [2, 98]
    assert sorted(r[0] for r in results if r != "PA409") == list(range(2, 100, 7))
    verify(conn)


def test_the_days_limit_holds_against_32(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    conn.execute("update platform_settings set setting_value = '50' where setting_key = 'coins.transfer_daily_max'")
    ada, bob = rich(conn, 1000), make_user(conn)
    results = check(
        race(32, lambda i: call(school, ada, "select balance from transfer_coins(%s, 7, %s)", bob, str(uuid4())))
    )
    assert results.count("PA429") == 32 - 7
    assert balances(conn, ada, bob) == [951, 49]
    verify(conn)


@pytest.mark.late
def test_32_transfers_at_random_never_deadlock(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    people = [rich(conn, 200) for _ in range(8)]

    def sender(i: int) -> None:
        rng = random.Random(i)
        for _ in range(25):
            one, other = rng.sample(people, 2)
            said = call(
                school, one, "select balance from transfer_coins(%s, %s, %s)", other, rng.randint(1, 60), str(uuid4())
            )
            assert said == "PA409" or said[0] >= 0

    check(race(32, sender, timeout=240))
    assert sum(balances(conn, *people)) == 1600
    deadlocks = conn.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()
    assert deadlocks == (0,)
    verify(conn)


@pytest.mark.late
def test_one_key_32_times(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada, bob = rich(conn, 1000), make_user(conn)
    rows = check(race(32, lambda i: call(school, ada, "select * from transfer_coins(%s, 7, 'k')", bob)))
    assert len(set(rows)) == 1
    bought = check(race(32, lambda i: call(school, ada, "select * from buy_streak_freeze('k')")))
    assert len(set(bought)) == 1
    assert balances(conn, ada, bob) == [793, 7]
    verify(conn)


def test_two_freezes_at_most(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada = rich(conn, 10_000)
    results = check(race(32, lambda i: call(school, ada, "select balance from buy_streak_freeze(%s)", str(uuid4()))))
    assert results.count("PA409") == 30
    assert balances(conn, ada) == [9600]
    verify(conn)


def test_one_source_32_times(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada, source = make_user(conn), uuid4()
    rows = check(
        race(32, lambda i: call(school, None, "select awarded from award_coins(%s, 5, 'test', %s)", ada, source))
    )
    assert sorted(rows) == [(0,)] * 31 + [(5,)]
    reward = conn.execute("select id from coin_transactions").fetchone()
    assert reward is not None
    back = check(race(16, lambda i: call(school, None, "select is_new from reverse_coins(%s, 'x')", reward[0])))
    assert sorted(back) == [(False,)] * 15 + [(True,)]
    assert balances(conn, ada) == [0]
    verify(conn)


@pytest.mark.late
def test_confirmed_or_failed_but_not_both(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    for n in range(6):
        ada = rich(conn, 100)
        kind = ("deposit", "withdrawal")[n % 2]
        row = call(
            school, None, "select transaction_id from record_blockchain_coins(%s, %s, 60, %s, %s)", ada, kind,
            f"k{n}", f"0.0.1@{n}",
        )  # fmt: skip

        def end(i: int, transaction: Any = row[0]) -> Any:
            return call(school, None, ENDS[i % 2], transaction)

        results = check(race(16, end))
        winner = "confirmed" if ("confirmed",) in results else "failed"
        assert set(results) == {(winner,), "PA409"}
        expected = {"deposit": (160, 100), "withdrawal": (40, 100)}[kind][winner == "failed"]
        assert balances(conn, ada) == [expected]
    verify(conn)


def test_a_killed_connection_and_its_retry_pay_once(school: SchoolDatabase) -> None:
    """Killed before the commit: nothing. After it, the answer lost: the retry gets the answer."""
    conn = school.connect(autocommit=True)
    ada, bob = rich(conn, 100), make_user(conn)
    send = "select * from transfer_coins(%s, 7, 'k')"
    with pytest.raises(psycopg.OperationalError), school.app(ada, "student") as doomed:
        doomed.execute(send, (bob,))
        doomed.execute("reset role")
        doomed.execute("select pg_terminate_backend(pg_backend_pid())")
    assert balances(conn, ada, bob) == [100, 0]
    first = call(school, ada, send, bob)
    assert call(school, ada, send, bob) == first
    assert balances(conn, ada, bob) == [93, 7]
    verify(conn)


@pytest.mark.late
def test_a_storm_with_the_backfill(school: SchoolDatabase) -> None:
    """Learning, sending, buying and awarding while what was earned before is paid, twice at once."""
    conn = school.connect(autocommit=True)
    course = make_course(conn, lessons=4, coin_reward=50)
    conn.execute("update lessons set coin_reward = 10 where course_id = %s", (course.id,))
    people = [make_user(conn) for _ in range(12)]
    for user in people:
        make_enrollment(conn, user, course)
        conn.execute("select record_completion(%s, %s)", (user, course.lesson_ids[0]))
        conn.execute("select record_completion(%s, %s)", (user, course.lesson_ids[1]))
    # As if the second lesson had been completed before there were coins.
    conn.execute("alter table coin_transactions disable trigger user")
    conn.execute("alter table coin_postings disable trigger user")
    gone = "(select id from coin_transactions where related_object_id = %s)"
    conn.execute(f"delete from coin_postings where transaction_id in {gone}".encode(), (course.lesson_ids[1],))
    conn.execute("delete from coin_transactions where related_object_id = %s", (course.lesson_ids[1],))
    conn.execute("alter table coin_transactions enable trigger user")
    conn.execute("alter table coin_postings enable trigger user")
    conn.execute("update coin_accounts set balance = 10, is_backfill_due = true where user_id = any(%s)", (people,))
    conn.execute("update user_stats set coins_earned = 10 where user_id = any(%s)", (people,))
    verify(conn)

    def work(i: int) -> None:
        rng = random.Random(i)
        user = people[i % 12]
        if i < 2:
            while call(school, None, "select people_left from grant_missing_coins(2)") != (0,):
                pass
            return
        for lesson in course.lesson_ids:
            call(school, user, "select complete_lesson(%s)", lesson)
            other = rng.choice([p for p in people if p != user])
            call(school, user, "select transfer_coins(%s, 5, %s)", other, str(uuid4()))
            call(school, None, "select award_coins(%s, 3, 'test', %s)", other, uuid4())
            call(school, user, "select buy_streak_freeze(%s)", str(uuid4()))

    check(race(26, work, timeout=240))
    assert sum(balances(conn, *people)) == 12 * (40 + 50) + 24 * 4 * 3 - 200 * one(
        conn, "select count(*) from coin_transactions where transaction_type = 'purchase'"
    )
    verify(conn)
