"""Whoever is erased is found nowhere any more, whatever they were doing meanwhile; and nobody else loses anything."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import SchoolDatabase, acting
from tests.identity.waiting import wait_until_blocked
from tests.privacy import lives
from tests.projects.projects import COMPONENTS
from tests.study.materials import make_session
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_user, race
from tests.support.queries import one
from tests.support.requests import call, check

Connection = psycopg.Connection[Any]
ERASE = "select step, is_done from erase_user(%s, %s)"
#: Tables of people in which the learner of the tests has no row: what only staff have, and what erasure itself writes.
NOT_LIVED = {"courses", "data_exports", "erasures"}


def erase(conn: Connection, user: UUID, keep: bool | None = None) -> list[str]:
    """All steps; each is a transaction, for the connection commits after every statement."""
    steps = []
    while True:
        step, is_done = one(conn, ERASE, user, keep)
        steps.append(step)
        if is_done:
            return steps


def others(conn: Connection, life: lives.Life) -> list[Any]:
    """What the others have, and what everything is counted from."""
    queries = (
        "select id, content from replies where author_id <> %(u)s order by id",
        "select id, title from discussions where author_id <> %(u)s order by id",
        "select id, user_id, is_read from notifications where user_id <> %(u)s order by id",
        "select id, balance from coin_accounts order by id",
        "select * from coin_postings order by 1, 2",
        "select user_id, total_xp, coins_earned from user_stats order by 1",
        "select id, amount from xp_events order by 1",
        "select discussion_id, reply_count, vote_score from discussion_stats order by 1",
        "select * from discussion_votes order by 1",
        "select id, status, progress_percentage, rating from enrollments order by 1",
        "select id, score, percentage from quiz_attempts order by 1",
        "select id, grade_number, score from exercise_grades order by 1",
        "select id, is_solution, parent_reply_id from replies order by 1",
    )
    return [conn.execute(query, {"u": life.user}).fetchall() for query in queries]


def test_nothing_is_left(school: SchoolDatabase) -> None:
    """A marker in every column that erasure is for, and in what others were told, is found in no table afterwards."""
    conn = school.connect(autocommit=True)
    life = lives.live(conn)
    people = {
        table
        for (table,) in conn.execute("select t.k from jsonb_each(column_catalogue()) as t (k, v) where v ? 'person'")
        if one(conn, f"select exists (select from {table} where {lives.person_of(conn, table, life.user)})")
    }
    everyone = {name for (name,) in conn.execute(
        "select t.k from jsonb_each(column_catalogue()) as t (k, v) where v ? 'person'"
    )}  # fmt: skip
    assert everyone - people == NOT_LIVED
    assert lives.mark(conn, life.user) == []
    assert {table for table, _, _ in lives.blanked(conn)} <= set(lives.found(conn))
    before = others(conn, life)

    assert erase(conn, life.user) == ["closed", "quiet", "erased"]

    assert lives.found(conn) == []
    assert others(conn, life) == before
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    row = one(conn, "select email, username, is_active, deleted_at = erased_at from users where id = %s", life.user)
    assert row == (None, None, False, True)
    # The friend still finds their reply where it was.
    with acting(conn, life.friend, "student"):
        assert one(conn, "select title, reply_count from open_discussion(%s)", life.discussion) == ("[erased]", 3)
        assert one(conn, "select status from verify_certificate(%s)", life.code) == "revoked"
    # Again changes nothing.
    assert erase(conn, life.user) == ["erased"]
    assert others(conn, life) == before


@pytest.mark.late
def test_a_certificate_that_was_kept(school: SchoolDatabase) -> None:
    """It goes on naming the person, nothing else does; and the choice can be taken back."""
    conn = school.connect(autocommit=True)
    life = lives.live(conn)
    erase(conn, life.user, keep=True)

    assert set(lives.found(conn)) <= {"certificates", "nft_certificates"}
    assert one(conn, "select status, recipient_name from verify_certificate(%s)", life.code) == (
        "valid", f"Ada {lives.WORD}",
    )  # fmt: skip
    assert conn.execute("select * from verify_integrity()").fetchall() == []

    erase(conn, life.user, keep=False)
    assert lives.found(conn) == []
    assert one(conn, "select status from verify_certificate(%s)", life.code) == "revoked"
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    with raises_sqlstate("PA409"):
        erase(conn, life.user, keep=True)


def test_leftovers_are_findings(school: SchoolDatabase) -> None:
    """verify_integrity() sees what was written past everything, and a stopped erasure; erasing again mends it."""
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    conn.execute(ERASE, (user, None))
    conn.execute("update erasures set stepped_at = now() - interval '2 days'")
    query = "select check_name, table_name, row_id from verify_integrity()"
    assert conn.execute(query).fetchall() == [("erasure", "erasures", str(user))]

    erase(conn, user)
    conn.execute("alter table user_wallets disable trigger user")
    insert(conn, "user_wallets", user_id=user, chain="hedera", address="0.0.5")
    conn.execute("alter table user_wallets enable trigger user")
    assert conn.execute(query).fetchall() == [("erasure", "user_wallets", str(user))]
    erase(conn, user)
    assert conn.execute(query).fetchall() == []


def test_one_transaction_is_one_step(db: Connection) -> None:
    user = make_user(db)
    assert [db.execute(ERASE, (user, None)).fetchone() for _ in range(3)] == [("closed", False)] * 3


def test_who_may_and_who_can(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    user, admin = make_user(conn), make_user(conn, "admin")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call(school, user, ERASE, user, None)
    with raises_sqlstate("PA404"):
        conn.execute(ERASE, ("00000000-0000-7000-8000-000000000000", None))
    with raises_sqlstate("PA409"):
        conn.execute(ERASE, (admin, None))  # the last one
    erase(conn, user)
    # Nothing comes back, neither by procedures nor by the owner's hand.
    for statement in (
        "update users set bio = 'me' where id = %s",
        "update users set email = 'me@example.org' where id = %s",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(statement, (user,))
    with raises_sqlstate("PA403"):
        conn.execute("insert into user_secrets (user_id, password_hash) values (%s, repeat('x', 60))", (user,))
    with raises_sqlstate("PA404"):
        conn.execute("select reactivate_user(%s)", (user,))


def test_no_address_comes_back(school: SchoolDatabase) -> None:
    """Neither with failures of a token that outlives its person, nor with an erasure that they asked for."""
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    from_here = "select set_config('pgacademy.ip_address', '192.0.2.7', true)"
    for _ in range(3):
        with school.app(user, "service") as back_end:
            back_end.execute(from_here)
            back_end.execute(ERASE, (user, None))
    with school.app(user, "student") as app:
        app.execute(from_here)
        assert one(app, "select log_failure('identity.set_password', 'PA401')") is True
    assert one(conn, "select count(*) from audit_logs where user_id = %s and not is_success", user) == 1
    assert one(conn, "select count(*) from audit_contexts") == 0


def test_no_address_stays_that_the_back_end_told(school: SchoolDatabase) -> None:
    """It logs in, proves wallets and erases for people who are nobody yet, or no more, and says where they are."""
    conn = school.connect(autocommit=True)
    user, other = make_user(conn), make_user(conn)
    wallet = (
        "insert into user_wallets (user_id, chain, address) values (%s, 'evm', '0x' || repeat(%s, 20)) returning id"
    )
    wallets = [one(conn, wallet, somebody, digits) for somebody, digits in ((user, "ab"), (other, "cd"))]
    password = "$2b$12$".ljust(60, "x")
    said = [
        ("select verify_wallet(%s)", (wallets[0],)),
        ("select set_password(%s, %s)", (user, password)),
        *[(ERASE, (user, None))] * 4,
        ("select verify_wallet(%s)", (wallets[1],)),
    ]
    for statement, arguments in said:
        with school.app(None, "service") as back_end:
            back_end.execute("select set_config('pgacademy.ip_address', '192.0.2.7', true)")
            back_end.execute(statement.encode(), arguments)
    assert one(conn, "select count(*) from audit_contexts") == 1
    assert one(conn, "select count(*) from audit_contexts_of(%s)", other) == 1


@pytest.mark.late
def test_a_month_on_its_way_out_is_looked_through(school: SchoolDatabase) -> None:
    """It is detached, and something is in the way of dropping it."""
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    session = make_session(conn, user)
    conn.execute("select ensure_partitions('2024-01-15Z', 0)")
    conn.execute(
        "insert into interactions (learning_session_id, user_id, interaction_type, interaction_data, created_at)"
        " values (%s, %s, 'view', %s, '2024-01-05Z')",
        (session, user, Jsonb({"said": lives.WORD})),
    )
    conn.execute("select begin_retirement()")
    conn.execute("alter table interactions detach partition interactions_p2024_01")
    assert erase(conn, user) == ["closed", "quiet", "erased"]
    assert one(conn, "select interaction_data from interactions_p2024_01") == {}


def test_ledgers_open_for_erasure_only(school: SchoolDatabase) -> None:
    """What guards a ledger lets an erased person's words go, and nothing else, and nobody else's."""
    conn = school.connect(autocommit=True)
    user, other = make_user(conn), make_user(conn)
    for person in (user, other):
        conn.execute("select award_xp(%s, 10, 'gift', gen_random_uuid(), 'For Ada')", (person,))
    conn.execute(ERASE, (user, None))
    conn.execute("update xp_events set reason = null where user_id = %s", (user,))
    for person, change in ((user, "amount = 11"), (user, "reason = null, amount = 11"), (other, "reason = null")):
        with raises_sqlstate("PA409"):
            conn.execute(f"update xp_events set {change} where user_id = %s".encode(), (person,))
    with raises_sqlstate("PA409"):
        conn.execute("delete from xp_events where user_id = %s", (user,))


def test_a_call_that_was_under_way(school: SchoolDatabase) -> None:
    """Whoever still sees the person alive, in an older snapshot, is let in and yet writes nothing any more."""
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    with raises_sqlstate("40001"), school.app(user, "student", isolation=IsolationLevel.REPEATABLE_READ) as app:
        assert one(app, "select current_user_id()") == user
        erase(conn, user)
        assert one(app, "select current_user_id()") == user
        app.execute("select link_wallet('hedera', %s)", (lives.ACCOUNT,))
    assert lives.found(conn) == []


def test_erasure_waits_for_what_was_written(school: SchoolDatabase) -> None:
    """What was written before the door was closed, and not committed yet, is waited for and erased."""
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    writer, back_end = school.connect(), school.connect(autocommit=True)
    with acting(writer, user, "student"):
        writer.execute("select link_wallet('hedera', %s)", (lives.ACCOUNT,))
    with ThreadPoolExecutor(1) as pool:
        steps = pool.submit(erase, back_end, user)
        wait_until_blocked(school)
        writer.commit()
        assert steps.result(20) == ["closed", "quiet", "erased"]
    assert lives.found(conn) == []


def write_until_refused(school: SchoolDatabase, life: lives.Life, i: int, is_over: threading.Event) -> int:
    """One of sixteen that write as the person without a pause; how often it could."""
    word, lesson = lives.WORD, life.course.lesson_ids[0]
    acts: list[tuple[str, tuple[Any, ...]]] = [
        ("select post_reply(%s, %s, p_idempotency_key => gen_random_uuid()::text)", (life.discussion, word)),
        ("select start_discussion(%s, %s, null)", (word, word)),
        ("select rate_course(%s, 4, %s)", (life.course.id, word)),
        ("update lesson_progress set notes = %s where lesson_id = %s", (word, lesson)),
        ("update users set bio = %s where id = %s", (word, life.user)),
        ("select update_settings(p_timezone => 'Asia/Tokyo')", ()),
        ("select transfer_coins(%s, 1, gen_random_uuid()::text, %s)", (life.friend, word)),
        ("select create_project(%s, 'car', %s)", (word, Jsonb(COMPONENTS))),
    ]
    statement, arguments = acts[i % len(acts)]
    count = 0
    while not is_over.is_set():  # for a policy refuses nothing: an update of one's own rows finds none
        try:
            with school.app(life.user, "student") as app:
                count += app.execute(statement.encode(), arguments).rowcount
                if i >= len(acts):
                    time.sleep(0.02)  # what began before the door was closed ends after it
        except psycopg.errors.CheckViolation:
            break
        except psycopg.Error as error:
            if error.sqlstate in ("PA401", "PA403", "PA404"):
                break
            if error.sqlstate not in ("PA409", "PA422", "PA429"):
                raise
    return count


@pytest.mark.slow
def test_erased_while_16_write(school: SchoolDatabase) -> None:
    """Whatever slips in before the door closes is blanked, and nothing does after it."""
    conn = school.connect(autocommit=True)
    for _ in range(3):
        storm(school, lives.live(conn))
        assert lives.found(conn) == []
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    assert one(conn, "select deadlocks from pg_stat_database where datname = current_database()") == 0


def storm(school: SchoolDatabase, life: lives.Life) -> None:
    is_over = threading.Event()

    def act(i: int) -> Any:
        if i < 16:
            return write_until_refused(school, life, i, is_over)
        time.sleep(0.15)
        try:
            return erase(school.connect(autocommit=True), life.user)
        finally:
            is_over.set()

    *written, steps = check(race(17, act))
    assert sum(written) > 16
    assert steps == ["closed", "quiet", "erased"]
