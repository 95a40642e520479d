"""The typed client against a real school: sync, asyncio, pools, the caller's own transaction, errors, retries."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from tests.support.factories import Course, make_course

import pgacademy
from pgacademy import Session, SigningKey, errors
from pgacademy.client import Enroll
from pgacademy.testing import Person, SchoolDatabase
from pgacademy.tokens import sign


@pytest.fixture
def course(school: SchoolDatabase) -> Course:
    return make_course(school.connect(autocommit=True))


@pytest.fixture
def web(school: SchoolDatabase) -> Iterator[pgacademy.School]:
    with pgacademy.connect(school.app_dsn("student"), school.name, max_size=1, timeout=5) as connected:
        yield connected


@pytest.fixture
def jobs(school: SchoolDatabase) -> Iterator[pgacademy.School]:
    with pgacademy.connect(school.app_dsn("service"), school.name, max_size=4) as connected:
        yield connected


def test_a_learner_enrols_and_finishes(web: pgacademy.School, course: Course, person: Callable[..., Person]) -> None:
    ada = person()
    with web.acting_as(ada.id) as session:
        enrolled = session.enroll(course_id=course.id)
        assert isinstance(enrolled, Enroll)
        assert enrolled.first_lesson_id == course.lesson_ids[0]
        assert not enrolled.already_enrolled
        with pytest.raises(dataclasses.FrozenInstanceError):
            enrolled.status = "completed"  # type: ignore[misc]
    with web.acting_as(ada.id) as session:
        done = session.complete_lesson(lesson_id=course.lesson_ids[0])
    assert done.total_xp >= done.xp_awarded > 0
    assert isinstance(done.achievements, list)
    assert done.next_lesson_id == course.lesson_ids[1]


def test_the_same_with_asyncio(school: SchoolDatabase, course: Course, person: Callable[..., Person]) -> None:
    ada = person()

    async def learn() -> None:
        async with await pgacademy.connect_async(school.app_dsn("student"), school.name) as web:
            async with web.acting_as(ada.id) as session:
                assert (await session.enroll(course_id=course.id)).first_lesson_id == course.lesson_ids[0]
                assert (await session.complete_lesson(lesson_id=course.lesson_ids[0])).total_xp > 0
            with pytest.raises(errors.NotFound):
                async with web.acting_as(ada.id) as session:
                    await session.enroll(course_id=uuid.uuid4())
            rows = await web.run(lambda s: s.search_courses(limit=5), acting_as=ada.id)
            assert [row.course_id for row in rows] == [course.id]

    asyncio.run(learn())


def test_a_failed_block_leaves_nothing(
    web: pgacademy.School, course: Course, school: SchoolDatabase, person: Callable[..., Person]
) -> None:
    ada = person()
    with pytest.raises(ZeroDivisionError), web.acting_as(ada.id) as session:
        session.enroll(course_id=course.id)
        raise ZeroDivisionError
    with school.connect() as conn:
        assert conn.execute("select count(*) from enrollments").fetchone() == (0,)


def test_a_block_that_caught_an_error_does_not_end_as_if_it_had_been_kept(
    web: pgacademy.School, course: Course, person: Callable[..., Person]
) -> None:
    ada = person()
    with pytest.raises(errors.TransactionAborted) as caught, web.acting_as(ada.id) as session:
        session.enroll(course_id=course.id)
        with pytest.raises(errors.NotFound):
            session.enroll(course_id=uuid.uuid4())
    assert (caught.value.sqlstate, "transaction()" in str(caught.value.hint)) == ("25P02", True)
    with web.acting_as(ada.id) as session:
        assert not session.enroll(course_id=course.id).already_enrolled
        with pytest.raises(errors.NotFound), session.connection.transaction():
            session.enroll(course_id=uuid.uuid4())
    with web.acting_as(ada.id) as session:
        assert session.enroll(course_id=course.id).already_enrolled


def terminate(school: SchoolDatabase, *pids: int) -> None:
    with psycopg.connect(school.server.admin, autocommit=True) as admin:
        for pid in pids:
            admin.execute("select pg_terminate_backend(%s, 5000)", (pid,))


def test_nor_does_one_whose_connection_was_lost(
    school: SchoolDatabase, course: Course, person: Callable[..., Person]
) -> None:
    ada = person()

    async def lose() -> None:
        async with await pgacademy.connect_async(school.app_dsn("student"), school.name) as web:
            with pytest.raises(errors.ServerUnreachable):
                async with web.acting_as(ada.id) as session:
                    terminate(school, session.connection.info.backend_pid)
                    with pytest.raises(errors.ServerUnreachable):
                        await session.enroll(course_id=course.id)

    with pgacademy.connect(school.app_dsn("student"), school.name) as web:
        with pytest.raises(errors.ServerUnreachable), web.acting_as(ada.id) as session:
            session.enroll(course_id=course.id)
            terminate(school, session.connection.info.backend_pid)
            with pytest.raises(errors.ServerUnreachable):
                session.current_user_id()
        with web.acting_as(ada.id) as session:
            assert not session.enroll(course_id=course.id).already_enrolled
    asyncio.run(lose())
    with pytest.raises(errors.UsageError), web.anonymous():
        pass


@pytest.mark.late
def test_who_comes_after_a_restart_of_the_server_notices_nothing(
    school: SchoolDatabase, person: Callable[..., Person]
) -> None:
    ada = person()

    async def restarted() -> None:
        async with await pgacademy.connect_async(school.app_dsn("student"), school.name, min_size=1) as web:
            async with web.acting_as(ada.id) as session:
                pid = session.connection.info.backend_pid
            terminate(school, pid)
            async with web.acting_as(ada.id) as session:
                assert await session.current_user_id() == ada.id

    with pgacademy.connect(school.app_dsn("student"), school.name, min_size=2) as web:
        with web.acting_as(ada.id) as one, web.acting_as(ada.id) as other:
            pids = {session.connection.info.backend_pid for session in (one, other)}
        terminate(school, *pids)
        for _ in range(3):
            with web.acting_as(ada.id) as session:
                assert session.current_user_id() == ada.id
                assert session.connection.info.backend_pid not in pids
    asyncio.run(restarted())


def test_nor_does_one_with_asyncio(school: SchoolDatabase, person: Callable[..., Person]) -> None:
    ada = person()

    async def fail() -> None:
        async with await pgacademy.connect_async(school.app_dsn("student"), school.name) as web:
            with pytest.raises(errors.TransactionAborted):
                async with web.acting_as(ada.id) as session:
                    with pytest.raises(errors.NotFound):
                        await session.enroll(course_id=uuid.uuid4())

    asyncio.run(fail())


def test_what_makes_no_sense_is_a_usage_error(web: pgacademy.School, school: SchoolDatabase) -> None:
    wrong: list[dict[str, Any]] = [
        {"role": "teacher"},
        {"isolation": "serializable"},
        {"context": {"ip_address": "192.0.2.7"}},
    ]
    for arguments in wrong:
        with pytest.raises(errors.UsageError), web.acting_as(None, **arguments):
            pass
    with pytest.raises(errors.UsageError):
        pgacademy.connect(school.app_dsn("student"), school.name, signing_key="k1")  # type: ignore[arg-type]
    with pytest.raises(errors.UsageError):
        pgacademy.connect(school.app_dsn("student"), school.name, replica_dsn="no dsn at all")
    with pytest.raises(errors.UsageError):
        SigningKey("k1", secrets.token_hex(32))  # type: ignore[arg-type]  # as `keys add` prints it
    with pytest.raises(errors.UsageError):
        sign("ada", "k1", secrets.token_bytes(32), school.name)
    with pytest.raises(errors.UsageError), school.app(role="teacher"):  # type: ignore[arg-type]
        pass


def test_what_another_row_has_already_is_a_conflict(school: SchoolDatabase, person: Callable[..., Person]) -> None:
    ada = person()
    with pytest.raises(errors.Conflict) as caught, errors.translated(), school.connect() as conn:
        conn.execute("insert into users (id, username) values (%s, 'another')", (ada.id,))
    assert isinstance(caught.value, errors.ConstraintViolated)
    assert (caught.value.sqlstate, bool(caught.value.hint)) == ("23505", True)


def test_who_writes_where_nothing_is_written_is_told(web: pgacademy.School, person: Callable[..., Person]) -> None:
    with pytest.raises(errors.ReadOnly) as caught, web.read_only(person().id) as session:
        session.update_profile(bio="no")
    assert caught.value.hint


def test_errors_are_typed_and_keep_what_the_server_said(web: pgacademy.School, person: Callable[..., Person]) -> None:
    ada = person()
    with pytest.raises(errors.NotFound) as raised, web.acting_as(ada.id) as session:
        session.enroll(course_id=uuid.uuid4())
    assert raised.value.sqlstate == "PA404"
    assert raised.value.hint
    assert raised.value.detail
    assert isinstance(raised.value.__cause__, psycopg.Error)
    with pytest.raises(errors.IdentityRequired), web.acting_as(None) as session:
        session.enroll(course_id=uuid.uuid4())
    # 2**40 is no integer: the cast says so, instead of "no such function".
    with pytest.raises(errors.InvalidValue) as raised_value, web.acting_as(ada.id) as session:
        session.leaderboard_top(limit=2**40)
    assert raised_value.value.sqlstate == "22003"
    with pytest.raises(errors.InvalidValue) as raised_value, web.acting_as(ada.id) as session:
        session.enroll(course_id=1)  # type: ignore[arg-type]
    assert (raised_value.value.sqlstate, bool(raised_value.value.hint)) == ("42846", True)
    # The web login holds no role of the back office.
    with pytest.raises(errors.NotAllowed), web.service() as session:
        session.verify_integrity()


def test_a_pooled_connection_forgets_who_it_was(web: pgacademy.School, person: Callable[..., Person]) -> None:
    ada = person()
    with web.acting_as(ada.id) as session:
        before = session.connection.info.backend_pid
        assert session.current_user_id() == ada.id
    with web.anonymous() as session:
        assert session.connection.info.backend_pid == before
        assert session.current_user_id() is None
    with web._pool.connection() as conn:
        row = conn.execute("select current_user = session_user, current_setting('pgacademy.user_id')").fetchone()
        assert row == (True, "")


def test_riding_on_the_callers_transaction(
    school: SchoolDatabase, course: Course, person: Callable[..., Person]
) -> None:
    ada = person()
    with psycopg.connect(school.app_dsn("student")) as conn:
        session = Session.on(conn, school=school.name, user_id=ada.id)
        session.enroll(course_id=course.id)
        conn.rollback()
    with school.connect() as owner:
        assert owner.execute("select count(*) from enrollments").fetchone() == (0,)
    with psycopg.connect(school.app_dsn("student"), autocommit=True) as conn, pytest.raises(errors.UsageError):
        Session.on(conn, school=school.name, user_id=ada.id)


def test_read_only_writes_nothing(web: pgacademy.School, course: Course, person: Callable[..., Person]) -> None:
    ada = person()
    with web.read_only(ada.id) as session:
        assert [found.course_id for found in session.search_courses()] == [course.id]
    with pytest.raises(errors.PgacademyError) as raised, web.read_only(ada.id) as session:
        session.enroll(course_id=course.id)
    assert raised.value.sqlstate == "25006"


def test_a_real_serialization_failure_is_run_again(jobs: pgacademy.School, person: Callable[..., Person]) -> None:
    ada = person()
    source, attempts = uuid.uuid4(), []
    first_look, other_done = threading.Event(), threading.Event()

    def award(session: Session) -> int:
        attempts.append(session.connection.info.backend_pid)
        session.connection.execute("select 1")  # the snapshot of REPEATABLE READ is taken here
        first_look.set()
        assert other_done.wait(20)
        return session.award_xp(user_id=ada.id, amount=10, source_type="manual", source_id=source).total_xp

    def interfere() -> None:
        assert first_look.wait(20)
        with jobs.service() as session:
            session.award_xp(user_id=ada.id, amount=5, source_type="manual", source_id=uuid.uuid4())
        other_done.set()

    other = threading.Thread(target=interfere)
    other.start()
    try:
        total = jobs.run(award, role="service", isolation=psycopg.IsolationLevel.REPEATABLE_READ)
    finally:
        other.join()
    assert total == 15
    assert len(attempts) == 2


def test_without_retries_it_is_raised(jobs: pgacademy.School) -> None:
    calls = []

    def fail(session: Session) -> None:
        calls.append(1)
        raise errors.SerializationFailure("made up")

    with pytest.raises(errors.SerializationFailure):
        jobs.run(fail, role="service", retries=0)
    with pytest.raises(errors.SerializationFailure):
        jobs.run(fail, role="service", retries=2)
    assert len(calls) == 1 + 3


def test_signed_identity(school: SchoolDatabase, person: Callable[..., Person]) -> None:
    ada, eve = person(), person()
    key = SigningKey("k1", secrets.token_bytes(32))
    with school.connect(autocommit=True) as owner:
        owner.execute("select add_signing_key(p_key_id => %s, p_secret => %s)", (key.key_id, key.secret))
    signed = pgacademy.connect(school.app_dsn("student"), school.name, signing_key=key)
    with signed as web, web.acting_as(ada.id) as session:
        assert session.current_user_id() == ada.id
        session.connection.execute("select set_config('pgacademy.user_id', %s, true)", (str(eve.id),))
        assert session.current_user_id() == ada.id
    stranger = SigningKey("k1", secrets.token_bytes(32))
    forged = pgacademy.connect(school.app_dsn("student"), school.name, signing_key=stranger)
    with forged as web, pytest.raises(errors.InvalidIdentity), web.acting_as(ada.id) as session:
        session.current_user_id()
    with pytest.raises(errors.UsageError):
        sign(ada.id, "k1", b"short", school.name)


def test_wrong_dsn_and_missing_school(school: SchoolDatabase) -> None:
    with pytest.raises(errors.ServerUnreachable):
        pgacademy.connect("host=/nowhere dbname=x")
    with pytest.raises(errors.SchoolMissing):
        pgacademy.connect(school.dsn, "riverside")


def test_the_parts_of_the_package_are_there_by_name() -> None:
    code = "import pgacademy; pgacademy.schemas.load, pgacademy.access.forget, pgacademy.privacy, pgacademy.field_keys"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_importing_is_cheap() -> None:
    code = "import sys, pgacademy; print('psycopg' in sys.modules, 'jinja2' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert output.stdout.split() == ["False", "False"]
