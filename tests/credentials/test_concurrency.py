"""Completing, issuing, revoking and replacing at once, over real connections: never two valid certificates."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import SchoolDatabase
from tests.credentials.school import graduate, set_to, valid
from tests.support.factories import make_course, make_enrollment, make_user, race
from tests.support.requests import call, check

Connection = psycopg.Connection[Any]
LEVELS = [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ]


def sound(conn: Connection) -> None:
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    assert conn.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone() == (0,)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name.lower())
def test_issued_once(school: SchoolDatabase, level: IsolationLevel) -> None:
    """By staff, by the backfill and by the last lesson done twice over."""
    conn = school.connect(autocommit=True)
    set_to(conn, "certificates.issue_on_completion", False)
    course = make_course(conn, lessons=1)
    ada, bob = graduate(conn, course), make_user(conn)
    make_enrollment(conn, bob, course)
    set_to(conn, "certificates.issue_on_completion", True)

    def act(i: int) -> Any:
        if i % 3 == 0:
            issue = "select certificate_id from issue_certificate(%s)"
            return call(school, course.instructor_id, issue, ada.enrollment, level=level, role="instructor")
        if i % 3 == 1:
            return call(school, None, "select * from issue_missing_certificates()", level=level, role="service")
        done = "select course_completed from record_completion(%s, %s)"
        return call(school, None, done, bob, course.lesson_ids[0], level=level, role="service")

    results = check(race(24, act))
    assert len({results[i] for i in range(0, 24, 3)}) == 1
    assert sum(results[i][0] for i in range(2, 24, 3)) == 1
    assert conn.execute("select count(*), count(distinct user_id) from certificates").fetchone() == (2, 2)
    sound(conn)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name.lower())
def test_revoked_against_replaced(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    ada = graduate(conn)
    teacher = ada.course.instructor_id
    first = valid(conn, ada.enrollment)
    ways = ("select revoke_certificate(%s, 'copied')", "select reissue_certificate(%s, 'misspelt')")
    results = check(race(32, lambda i: call(school, teacher, ways[i % 2], first, level=level, role="instructor")))
    replaced = [r for r in results[1::2] if r != "PA409"]
    assert len(replaced) == 1
    # Whatever came first, the first is revoked, and its one successor is valid.
    assert valid(conn, ada.enrollment) == replaced[0][0]
    assert conn.execute("select count(*) from certificates").fetchone() == (2,)
    assert conn.execute("select certificates_earned from user_stats where user_id = %s", (ada.user,)).fetchone() == (1,)
    sound(conn)


def test_minted_once_or_revoked(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    for _ in range(4):
        ada = graduate(conn)
        certificate = valid(conn, ada.enrollment)
        mint = "select nft_certificate_id from mint_certificate(%s, 'hedera', 'testnet', '0.0.9', 'ipfs://i', %s)"

        def act(i: int, ada: Any = ada, certificate: Any = certificate, mint: str = mint) -> Any:
            if i == 7:
                revoke = "select revoke_certificate(%s, 'copied')"
                return call(school, ada.course.instructor_id, revoke, certificate, role="instructor")
            return call(school, None, mint, certificate, f"{certificate} {i}", role="service")

        results = check(race(16, act))
        assert results[7] == (True,)
        assert sum(r != "PA409" for i, r in enumerate(results) if i != 7) <= 1
        minted = conn.execute(
            "select count(*) from nft_certificates where certificate_id = %s", (certificate,)
        ).fetchone()
        assert minted is not None
        assert minted[0] <= 1
    # Those refused left no transaction behind that somebody would send.
    assert conn.execute(
        "select (select count(*) from chain_transactions) - (select count(*) from nft_certificates)"
    ).fetchone() == (0,)
    sound(conn)
