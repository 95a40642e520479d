"""What an SQL injection may leave on a pooled connection for the next person, through School and AsyncSchool.

Eve attacks in one request; Alice makes the next ones, on the same connection. The schools sign identities, so that
Eve's prize is Alice's token.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

import pgacademy
from pgacademy import SigningKey
from pgacademy.access import forget
from pgacademy.client_base import identity
from pgacademy.errors import PgacademyError
from pgacademy.testing import SchoolDatabase
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_enrollment, make_user

Rows = list[tuple[Any, ...]]

# What an application runs that is not a procedure of the library: a relation by its unqualified name.
APPLICATION = "select course_title from v_my_courses"

STOLEN = "select coalesce(current_setting('x.stolen', true), '')"

# A: each prepared statement that sets the token is replaced by one that also keeps it for the session.
REPLACE_PREPARED = """
do $x$
declare
    r record;
begin
    for r in select * from pg_prepared_statements where statement like '%pgacademy.token%' loop
        execute format('deallocate %I', r.name);
        execute format(
            'prepare %I (%s) as select set_config(''x.stolen'', $3, false) is not null,'
            ' (select 1 from (%s) z limit 1)',
            r.name, 'text' || repeat(', text', cardinality(r.parameter_types) - 1), r.statement
        );
    end loop;
end
$x$
"""

# B: a temporary view hides the school's, and the path, for as long as the session lasts, finds it first.
SHADOW_VIEW = [
    """
    create temp view v_my_courses as
    select c.*, set_config(
        'x.stolen', coalesce(current_setting('x.stolen', true), '') || ' ' || current_setting('pgacademy.token'), false
    ) as z
    from academy.v_my_courses as c
    """,
    "grant select on pg_temp.v_my_courses to public",
    "set session search_path = pg_temp, academy, extensions",
]

# Each leaves something behind, and the query that sees it: (1,) where it is still there.
LEFTOVERS = {
    "a prepared statement": (["prepare p as select 1"], "select 1 from pg_prepared_statements where name = 'p'"),
    "the role": (["set session role academy_instructor"], "select 1 where current_user <> session_user"),
    "the role, over a SET LOCAL": (
        ["set session authorization default", "set session role academy_instructor"],
        "select 1 where current_user <> session_user or current_setting('role') <> 'none'",
    ),
    "the session's user": (
        ["set session authorization pgacademy_test_web", "set session role academy_anonymous"],
        "select 1 where current_setting('role') <> 'none'",
    ),
    # Listening begins with the commit.
    "a channel": (["listen loot", "commit", "begin"], "select 1 from pg_listening_channels()"),
    "an advisory lock": (
        ["select pg_advisory_lock(4711)"],
        "select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
    ),
    "a temporary table": (
        ["create temp table users (id uuid)"],
        "select 1 from pg_class where relname = 'users' and pg_table_is_visible(oid)"
        " and relnamespace = pg_my_temp_schema()",
    ),
    "a temporary function": (
        ["create function pg_temp.loot() returns int language sql return 1"],
        "select 1 from pg_proc where pronamespace = pg_my_temp_schema()",
    ),
    "a cursor": (["declare c cursor with hold for select 1"], "select 1 from pg_cursors where name = 'c'"),
    "a setting of its own": (
        ["set session x.loot = 'yes'"],
        "select 1 where current_setting('x.loot', true) = 'yes'",
    ),
    "an identity": (
        ["set session pgacademy.user_id = '00000000-0000-0000-0000-000000000001'"],
        "select 1 where current_setting('pgacademy.user_id', true) <> ''",
    ),
    "claims": (
        ["""set session request.jwt.claims = '{"sub": "x"}'"""],
        "select 1 where current_setting('request.jwt.claims', true) <> ''",
    ),
    "the path": (
        ["set session search_path = pg_temp, academy"],
        "select 1 where current_setting('search_path') <> '\"academy\",\"extensions\",pg_temp'",
    ),
    **{
        name: (
            [f"set session {name} = '{value}'"],
            f"select 1 from pg_settings where name = '{name}' and source = 'session'",
        )
        for name, value in {
            "standard_conforming_strings": "off",
            "TimeZone": "Pacific/Kiritimati",
            "DateStyle": "German",
            "IntervalStyle": "iso_8601",
            "transform_null_equals": "on",
            "row_security": "off",
            "default_transaction_read_only": "on",
            "default_transaction_isolation": "serializable",
            "statement_timeout": "86400000",
            "idle_in_transaction_session_timeout": "86400000",
        }.items()
    },
}


class Prey:
    """A school with keys, and who is in it."""

    def __init__(self, school: SchoolDatabase) -> None:
        self.school = school
        self.key = SigningKey("k1", secrets.token_bytes(32))
        with school.connect() as conn:
            conn.execute("select add_signing_key(%s, %s)", (self.key.key_id, self.key.secret))
            self.eve, self.alice = make_user(conn), make_user(conn)
            course = make_course(conn, make_user(conn, "instructor"))
            make_enrollment(conn, self.alice, course)
            conn.commit()

    def token_found(self, rows: Rows) -> bool:
        return str(self.alice) in rows[0][0]


@pytest.fixture
def prey(school: SchoolDatabase) -> Prey:
    return Prey(school)


class Requests:
    """One connection, many requests: the same through School and through AsyncSchool."""

    def __init__(self, prey: Prey, kind: str) -> None:
        self.prey = prey
        arguments: dict[str, Any] = {"min_size": 1, "max_size": 1, "timeout": 10, "signing_key": prey.key}
        dsn, name = prey.school.app_dsn("student"), prey.school.name
        self._web: Any
        if kind == "sync":
            self._loop = None
            self._web = pgacademy.connect(dsn, name, **arguments)
        else:
            self._loop = asyncio.new_event_loop()
            self._web = self._loop.run_until_complete(pgacademy.connect_async(dsn, name, **arguments))
        #: The backends that served, in order.
        self.backends: list[int] = []

    def __call__(self, user: UUID | None, *statements: str, read_only: bool = False) -> Rows:
        """One request that runs these statements, and the rows of the last."""
        if self._loop:
            return self._loop.run_until_complete(self._async(user, statements, read_only))
        rows: Rows = []
        with self._web.read_only(user) if read_only else self._web.acting_as(user) as session:
            self.backends.append(session.connection.info.backend_pid)
            for statement in statements:
                cursor = session.connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    async def _async(self, user: UUID | None, statements: tuple[str, ...], read_only: bool) -> Rows:
        rows: Rows = []
        async with self._web.read_only(user) if read_only else self._web.acting_as(user) as session:
            self.backends.append(session.connection.info.backend_pid)
            for statement in statements:
                cursor = await session.connection.execute(statement)
                rows = await cursor.fetchall() if cursor.description else []
        return rows

    def raw(self, *statements: str) -> Rows:
        """What the connection of the pool shows to whoever gets it next, before role, identity and path are set."""
        if self._loop:
            return self._loop.run_until_complete(self._raw(statements))
        rows: Rows = []
        with self._web._pool.connection() as conn:
            for statement in statements:
                rows = conn.execute(statement).fetchall()
        return rows

    async def _raw(self, statements: tuple[str, ...]) -> Rows:
        rows: Rows = []
        async with self._web._pool.connection() as conn:
            for statement in statements:
                rows = await (await conn.execute(statement)).fetchall()
        return rows

    def close(self) -> None:
        if self._loop:
            self._loop.run_until_complete(self._web.close())
            self._loop.close()
        else:
            self._web.close()


@pytest.fixture(params=["sync", "asyncio"])
def request_as(prey: Prey, request: pytest.FixtureRequest) -> Iterator[Requests]:
    requests = Requests(prey, request.param)
    yield requests
    requests.close()


def test_prepared_statements_cannot_be_replaced(prey: Prey, request_as: Requests) -> None:
    """The driver used to prepare what it runs often: among it the statement that carries the token."""
    for _ in range(7):
        request_as(prey.eve, "select 1")
    request_as(prey.eve, REPLACE_PREPARED)
    request_as(prey.alice, "select 1")
    assert not prey.token_found(request_as.raw(STOLEN))
    assert len(set(request_as.backends)) == 1


def test_nothing_is_ever_prepared(prey: Prey, request_as: Requests) -> None:
    """Within one request too, so that a helper of the application's has nothing to lose."""
    rows = request_as(prey.eve, *["select 1"] * 12, "select count(*) from pg_prepared_statements")
    assert rows == [(0,)]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_temporary_view_does_not_shadow_the_schools(prey: Prey, request_as: Requests, read_only: bool) -> None:
    request_as(prey.eve, *SHADOW_VIEW)
    assert len(request_as(prey.alice, APPLICATION, read_only=read_only)) == 1
    assert not prey.token_found(request_as.raw(STOLEN))
    assert len(set(request_as.backends)) == 1


@pytest.mark.parametrize("left", LEFTOVERS)
def test_nothing_is_left_on_the_connection(prey: Prey, request_as: Requests, left: str) -> None:
    statements, seen = LEFTOVERS[left]
    # It is there within the request, so that the second half means something.
    assert request_as(prey.eve, "set local role none", *statements, seen) == [(1,)]
    assert request_as.raw(seen) == []
    assert request_as(prey.alice, "select current_user_id()") == [(prey.alice,)]
    assert len(set(request_as.backends)) == 1


def test_nor_when_the_injection_ended_the_transaction(prey: Prey, request_as: Requests) -> None:
    """Statements without parameters may be several: with a COMMIT among them, even SET LOCAL is out of the picture."""
    with suppress(PgacademyError, psycopg.Error):
        request_as(prey.eve, "commit; set role academy_instructor; set x.loot = 'yes'; prepare p as select 1; begin")
    seen = "select current_user = session_user, current_setting('x.loot', true), count(*) from pg_prepared_statements"
    assert request_as.raw(seen) in ([(True, "", 0)], [(True, None, 0)])


@pytest.mark.parametrize("left", ["set session statement_timeout = 1", "set session idle_session_timeout = 1"])
def test_a_connection_that_cannot_be_cleaned_is_not_lent_again(prey: Prey, request_as: Requests, left: str) -> None:
    """Short timeouts race with the cleaning: it wins, or the connection goes. Eve's own request may fall, too."""
    for _ in range(3):
        with suppress(PgacademyError):
            request_as(prey.eve, left)
        assert request_as(prey.alice, "select current_user_id()") == [(prey.alice,)]
        assert request_as.raw("show statement_timeout") == [("0",)]


def test_a_connection_whose_cleaning_fails_is_thrown_away(prey: Prey, monkeypatch: pytest.MonkeyPatch) -> None:
    with pgacademy.connect(
        prey.school.app_dsn("student"), prey.school.name, max_size=1, timeout=10, signing_key=prey.key
    ) as web:
        with web.acting_as(prey.eve) as session:
            first = session.connection.info.backend_pid
            session.connection.execute("set session x.loot = 'yes'")

            def broken(*_: object, **__: object) -> None:
                raise psycopg.OperationalError("made up")

            # From here on this connection can run nothing through execute(), DISCARD ALL included.
            monkeypatch.setattr(session.connection, "execute", broken)
        with web.acting_as(prey.alice) as session:
            assert session.connection.info.backend_pid != first


def test_settings_of_the_login_do_not_choose_who_acts(school: SchoolDatabase) -> None:
    """`alter role … set` outlives every pool, and any login may do it to itself: not for the settings that say who is
    calling, and what it may set is overridden."""
    with school.connect() as conn:
        eve, alice = make_user(conn), make_user(conn)
        conn.commit()
    dsn = school.app_dsn("student")
    # In this database only, which is dropped with everything that was set in it.
    alter = sql.SQL("alter role current_user in database {} set {} = {}")
    database = sql.Identifier(school.database)
    with psycopg.connect(dsn, autocommit=True) as conn:
        for setting in ("request.jwt.claims", "pgacademy.user_id", "pgacademy.token"):
            with raises_sqlstate("42501"):
                conn.execute(alter.format(database, sql.SQL(setting), sql.Literal(str(eve))))
        for setting, value in (("search_path", "pg_temp"), ("role", "academy_instructor")):
            conn.execute(alter.format(database, sql.SQL(setting), sql.Literal(value)))
    with pgacademy.connect(dsn, school.name, max_size=1) as web:
        with web.acting_as(alice) as session:
            row = session.connection.execute("select current_user_id(), current_user, current_schema()").fetchone()
            assert row == (alice, "academy_student", "academy")
        with web.anonymous() as session:
            assert session.current_user_id() is None


def test_claims_that_were_left_do_not_speak_for_the_next(school: SchoolDatabase) -> None:
    """In a school without keys, claims go before the user id: the library's transactions have none."""
    with school.connect() as conn:
        eve, alice = make_user(conn), make_user(conn)
        conn.commit()
    with psycopg.connect(school.app_dsn("student"), autocommit=True) as conn:
        conn.execute("select set_config('request.jwt.claims', %s, false)", (f'{{"sub": "{eve}"}}',))
        with conn.transaction():
            session = pgacademy.Session.on(conn, school=school.name, user_id=alice)
            assert session.current_user_id() == alice


def test_a_pool_of_ones_own_forgets_with_the_same_function(prey: Prey) -> None:
    with psycopg.connect(prey.school.app_dsn("student")) as conn:
        for _ in range(7):
            conn.execute(*identity("academy", prey.alice, "student", prey.key))
        conn.commit()
        conn.execute("set session x.loot = 'yes'")
        conn.commit()
        forget(conn)
        assert not conn.autocommit
        row = conn.execute(
            "select current_setting('x.loot', true), (select count(*) from pg_prepared_statements)"
        ).fetchone()
        assert row == ("", 0)
