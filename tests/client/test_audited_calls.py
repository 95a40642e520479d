"""What the library adds to the audit trail: where a request comes from, and calls of procedures that failed."""

from __future__ import annotations

import asyncio
import logging
import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.support.factories import make_user

import pgacademy
from pgacademy import Context, errors
from pgacademy.field_keys import FieldKeys
from pgacademy.testing import Databases, SchoolDatabase

FROM = Context(ip_address="192.0.2.7", user_agent="Browser", request_id="r-1", session_id="s-1")
FAILED = """
select l.action, l.error_code, l.entity_id, l.user_id, host(c.ip_address), c.request_id
from audit_logs as l left join audit_contexts as c on c.id = l.context_id where not l.is_success order by l.log_number
"""


@pytest.fixture(scope="module")
def school(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    with pgacademy_databases.clone() as school:
        yield school


@pytest.fixture(scope="module")
def conn(school: SchoolDatabase) -> psycopg.Connection[Any]:
    return school.connect(autocommit=True)


@pytest.fixture
def web(school: SchoolDatabase) -> Iterator[pgacademy.School]:
    with pgacademy.connect(school.app_dsn("student"), school.name, max_size=1, timeout=5) as connected:
        yield connected


def failures(conn: psycopg.Connection[Any], user: uuid.UUID) -> list[tuple[Any, ...]]:
    return [row[:3] + row[4:] for row in conn.execute(FAILED) if row[3] == user]


def test_a_failure_is_noted_after_the_rollback(conn: psycopg.Connection[Any], web: pgacademy.School) -> None:
    ada, session_id = make_user(conn), uuid.uuid4()
    with pytest.raises(errors.NotFound), web.acting_as(ada, context=FROM) as session:
        session.update_profile(bio="never kept")
        session.revoke_session(session_id=session_id)
    assert failures(conn, ada) == [("identity.revoke_session", "PA404", None, "192.0.2.7", "r-1")]
    assert conn.execute("select bio from users where id = %s", (ada,)).fetchone() == (None,)


def test_one_that_the_application_goes_on_after(conn: psycopg.Connection[Any], web: pgacademy.School) -> None:
    ada = make_user(conn)
    with web.acting_as(ada) as session:
        with pytest.raises(errors.InvalidValue), session.connection.transaction():
            session.revoke_session(user_id=ada, scope="some")
        session.update_profile(bio="kept")
    assert failures(conn, ada) == [("identity.revoke_session", "PA422", str(ada), None, None)]
    assert conn.execute("select bio from users where id = %s", (ada,)).fetchone() == ("kept",)


def test_a_field_that_could_not_be_stored_is_noted(pgacademy_databases: Databases) -> None:
    keys, nobody, request_id = FieldKeys("k1", {"k1": secrets.token_bytes(32)}), uuid.uuid4(), uuid.uuid4()
    with pgacademy_databases.clone() as school:
        with (
            pgacademy.connect(school.app_dsn("service"), school.name) as jobs,
            pytest.raises(errors.NotFound),
            jobs.service(context=Context(request_id=request_id)) as session,
        ):
            pgacademy.privacy.store_field(session, keys, nobody, "tax_number", "123")
        noted = school.connect(autocommit=True).execute(FAILED).fetchall()
    assert noted == [("identity.store_encrypted_field", "PA404", str(nobody), None, None, str(request_id))]


def test_others_are_not_noted(conn: psycopg.Connection[Any], web: pgacademy.School) -> None:
    ada = make_user(conn)
    with pytest.raises(errors.NotFound), web.acting_as(ada) as session:
        session.enroll(course_id=uuid.uuid4())
    with pytest.raises(ZeroDivisionError), web.acting_as(ada):
        _ = 1 / 0
    assert failures(conn, ada) == []


def test_with_asyncio(conn: psycopg.Connection[Any], school: SchoolDatabase) -> None:
    ada = make_user(conn)

    async def fail() -> None:
        async with await pgacademy.connect_async(school.app_dsn("student"), school.name) as web:
            with pytest.raises(errors.NotFound):
                async with web.acting_as(ada, context=FROM) as session:
                    await session.revoke_session(session_id=uuid.uuid4())

    asyncio.run(fail())
    assert failures(conn, ada) == [("identity.revoke_session", "PA404", None, "192.0.2.7", "r-1")]


def test_what_cannot_be_noted_does_not_hide_why(
    conn: psycopg.Connection[Any], web: pgacademy.School, caplog: pytest.LogCaptureFixture
) -> None:
    ada = make_user(conn)
    conn.execute("revoke execute on function log_failure from pgacademy_student")
    try:
        with (
            caplog.at_level(logging.WARNING, "pgacademy"),
            pytest.raises(errors.NotFound),
            web.acting_as(ada) as session,
        ):
            session.revoke_session(session_id=uuid.uuid4())
    finally:
        conn.execute("grant execute on function log_failure to pgacademy_student")
    assert "identity.revoke_session" in caplog.text
    assert failures(conn, ada) == []


def test_where_a_request_comes_from(conn: psycopg.Connection[Any], web: pgacademy.School) -> None:
    ada = make_user(conn)
    with web.acting_as(ada, context=FROM) as session:
        session.update_profile(bio="x")
    with web.acting_as(ada) as session:
        session.update_profile(bio="y")
        own = session.my_audit_trail(limit=2)
    assert [(entry.action, entry.ip_address and str(entry.ip_address)) for entry in own] == [
        ("update", None),
        ("update", "192.0.2.7"),
    ]


def test_the_back_end_tells_of_a_wrong_password(conn: psycopg.Connection[Any], school: SchoolDatabase) -> None:
    ada = make_user(conn)
    with pgacademy.connect(school.app_dsn("service"), school.name) as jobs:
        with jobs.service(context=FROM) as session:
            assert session.log_failure(action="identity.open_session", error_code="28P01", entity_id=str(ada))
        with pytest.raises(errors.NotFound), jobs.service() as session:
            session.set_password(user_id=uuid.UUID(int=5), password_hash="$2b$12$" + "x" * 53)
    noted = [row[:3] for row in conn.execute(FAILED) if row[3] is None]
    assert noted == [
        ("identity.open_session", "28P01", str(ada)),
        ("identity.set_password", "PA404", str(uuid.UUID(int=5))),
    ]


def test_in_a_transaction_of_ones_own_they_are_told(conn: psycopg.Connection[Any], school: SchoolDatabase) -> None:
    ada = make_user(conn)
    with psycopg.connect(school.app_dsn("student")) as mine:
        session = pgacademy.Session.on(mine, school=school.name, user_id=ada, context=FROM)
        with pytest.raises(errors.NotFound):
            session.revoke_session(session_id=uuid.uuid4())
        mine.rollback()
        assert [(failure.action, failure.error_code) for failure in session.failures] == [
            ("identity.revoke_session", "PA404")
        ]
