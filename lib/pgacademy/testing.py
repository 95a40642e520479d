"""A pytest plugin: every test gets a migrated school of its own, in milliseconds.

    # conftest.py
    pytest_plugins = ["pgacademy.testing"]

    # test_enrolling.py
    def test_enrolling(school, person):
        ada = person()
        with school.app(ada) as conn:
            conn.execute("select enroll(p_course_id => %s)", [course_id])

One template database a session is migrated and seeded, by a login that is no superuser; each test's database is a copy
of its files. Which server: see `pgacademy.testing_server`. The guide is docs/testing.md.
"""

from __future__ import annotations

import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from pgacademy.access import forget
from pgacademy.connection import school_conninfo
from pgacademy.errors import RolesMissing, UsageError
from pgacademy.migrations import migrate
from pgacademy.roles import apply_roles, roles_sql
from pgacademy.seeding import seed
from pgacademy.testing_server import Server, ServerUnavailable, make_login, password, provide

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Role: TypeAlias = Literal["anonymous", "student", "instructor", "admin", "service", "analyst"]

SCHOOL = "academy"

#: Which login acts in which role: applications for people never hold the roles of the back office.
_LOGINS: dict[str, tuple[str, ...]] = {
    "pgacademy_test_web": ("anonymous", "student", "instructor"),
    "pgacademy_test_console": ("admin",),
    "pgacademy_test_jobs": ("service",),
    "pgacademy_test_reports": ("analyst",),
}
#: So many connections of a login wait for the next request: a race of many must leave room for that of another worker.
#: A pool of psycopg_pool would keep as many as it ever had, or let a race of many wait.
_MAX_IDLE = 8
_LOGIN_OF = {role: login for login, roles in _LOGINS.items() for role in roles}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to act as."""

    id: UUID
    username: str
    role: Role


def _identity(user: Person | UUID | str | None) -> str:
    if user is None:
        return ""
    return str(user.id if isinstance(user, Person) else user)


@contextmanager
def acting(conn: Connection, user: Person | UUID | str | None, role: Role | None = None) -> Iterator[Connection]:
    """Act as a person in a role on an owner's connection (the fixture `db`), inside its transaction.

    Role and identity end with the block, and so does a failed statement: the block is a savepoint. Without `role`, a
    Person acts in their own and anyone else as a student.
    """
    if role is None:
        role = user.role if isinstance(user, Person) else "student"
    row = conn.execute("select current_schema(), current_setting('role')").fetchone()
    assert row is not None
    school, before = row
    with conn.transaction():
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(f"{school}_{role}")))
        conn.execute("select set_config('pgacademy.user_id', %s, true)", (_identity(user),))
        yield conn
        conn.execute(sql.SQL("set local role {}").format(sql.Identifier(before)))
        conn.execute("select set_config('pgacademy.user_id', '', true)")


@dataclass(slots=True)
class SchoolDatabase:
    """A database with one migrated school in it, for one test."""

    server: Server
    database: str
    name: str = SCHOOL
    _open: ExitStack = field(default_factory=ExitStack, repr=False)
    _idle: dict[str, deque[Connection]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    @property
    def dsn(self) -> str:
        """Connection string of the deploy login, which may `set role` to the school's owner."""
        return school_conninfo(self.server.dsn(self.database), self.name)

    def app_dsn(self, role: Role = "student") -> str:
        """Connection string of the application login that acts in this role. It is nobody until it sets one."""
        if role not in _LOGIN_OF:
            raise UsageError(f"There is no role {role!r}.", hint=f"Act as one of {', '.join(_LOGIN_OF)}.")
        return school_conninfo(self.server.dsn(self.database, _LOGIN_OF[role]), self.name)

    def connect(self, autocommit: bool = False) -> Connection:
        """A connection as the school's owner. It is closed after the test."""
        conn = self._open.enter_context(_closing(psycopg.connect(self.dsn, autocommit=True)))
        conn.execute(sql.SQL("set role {}").format(sql.Identifier(f"{self.name}_owner")))
        conn.autocommit = autocommit
        return conn

    @contextmanager
    def app(
        self,
        user: Person | UUID | str | None = None,
        role: Role | None = None,
        *,
        autocommit: bool = False,
        isolation: psycopg.IsolationLevel | None = None,
    ) -> Iterator[Connection]:
        """A connection of an application login, acting as a person in a role: what a request is in production.

        One transaction, committed at the end of the block and rolled back if it raises, on a connection that an earlier
        request may have used, as from a pool. With `autocommit` the connection is new, role and identity last as long
        as it does, and every statement is a transaction of its own.
        """
        if role is None:
            role = user.role if isinstance(user, Person) else "student"
        platform_role = sql.Identifier(f"{self.name}_{role}")
        if autocommit:
            with _closing(psycopg.connect(self.app_dsn(role), autocommit=True)) as conn:
                conn.execute(sql.SQL("set role {}").format(platform_role))
                conn.execute("select set_config('pgacademy.user_id', %s, false)", (_identity(user),))
                yield conn
                return
        with self._lent(self.app_dsn(role)) as conn:
            conn.isolation_level = isolation
            conn.execute(sql.SQL("set local role {}").format(platform_role))
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (_identity(user),))
            yield conn

    @contextmanager
    def _lent(self, dsn: str) -> Iterator[Connection]:
        """A connection for one transaction, and clean again after it."""
        idle = self._idle[dsn]
        try:
            conn = idle.pop()
        except IndexError:
            conn = psycopg.connect(dsn, prepare_threshold=None)
        try:
            yield conn
            conn.commit()
        except BaseException:
            if not conn.closed:
                conn.rollback()
            raise
        finally:
            if conn.closed or len(idle) >= _MAX_IDLE:
                conn.close()
            else:
                try:
                    forget(conn)
                except psycopg.Error:  # what cannot be cleaned is not lent again
                    conn.close()
                else:
                    idle.append(conn)

    def close(self) -> None:
        """End every connection that this object made."""
        for idle in self._idle.values():
            for conn in idle:
                conn.close()
            idle.clear()
        self._open.close()

    @contextmanager
    def service(
        self, *, autocommit: bool = False, isolation: psycopg.IsolationLevel | None = None
    ) -> Iterator[Connection]:
        """The same as the back end: the service role, and nobody's identity."""
        with self.app(None, "service", autocommit=autocommit, isolation=isolation) as conn:
            yield conn


@contextmanager
def _closing(conn: Connection) -> Iterator[Connection]:
    try:
        yield conn
    finally:
        conn.close()


class Databases:
    """The template of the session, and what is copied from it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.template = f"pgacademy_template_{secrets.token_hex(6)}"
        self._admin = psycopg.connect(server.admin, autocommit=True)
        self._deploy = psycopg.connect(server.dsn(self._admin.info.dbname), autocommit=True)
        self._made: list[str] = []

    def make_template(self) -> None:
        """Roles, logins, migrations and reference data, all by the deploy login."""
        self._create(self.template, template=None)
        dsn = self.server.dsn(self.template)
        with psycopg.connect(dsn, autocommit=True) as conn:
            # Roles belong to the whole server: one worker at a time.
            conn.execute("select pg_advisory_lock(hashtext('pgacademy.testing'))")
            try:
                apply_roles(conn, SCHOOL)
                self._make_logins(conn, conn.info.user)
            except (RolesMissing, psycopg.errors.InsufficientPrivilege):
                # The server has roles of that school from somebody else, who alone may grant them: an administrator
                # must help. Where we were given none, this fails with the same error.
                self._admin.execute(roles_sql(SCHOOL, conn.info.user).encode())
                self._make_logins(self._admin, conn.info.user)
        migrate(dsn, SCHOOL)
        seed(dsn, SCHOOL, "reference")
        self._drop_far_months(dsn)

    def _drop_far_months(self, dsn: str) -> None:
        """A test ends before the month after next; a copy of a year of empty partitions takes twice the time."""
        with psycopg.connect(school_conninfo(dsn, SCHOOL), autocommit=True) as conn:
            conn.execute(sql.SQL("set role {}").format(sql.Identifier(f"{SCHOOL}_owner")))
            far = conn.execute(
                "select partition_name from list_partitions() where starts_at > now() + interval '1 month'"
            ).fetchall()
            for (name,) in far:
                conn.execute(sql.SQL("drop table {}").format(sql.Identifier(name)))

    def _make_logins(self, conn: Connection, deploy: str) -> None:
        secret = password(self.server.admin)
        for login, roles in _LOGINS.items():
            make_login(conn, login, secret, options="")
            for role in roles:
                _grant(conn, f"{SCHOOL}_{role}", login)
        # So that tests can act as anyone from one connection; acting() needs it.
        for role in _LOGIN_OF:
            _grant(conn, f"{SCHOOL}_{role}", deploy)

    def _create(self, name: str, template: str | None) -> None:
        statement = sql.SQL("create database {}").format(sql.Identifier(name))
        if template:
            # file_copy copies files instead of logging every page: milliseconds, without fsync.
            statement += sql.SQL(" template {} strategy file_copy").format(sql.Identifier(template))
        self._deploy.execute(statement)
        self._made.append(name)

    def drop(self, name: str) -> None:
        self._admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        self._made.remove(name)

    @contextmanager
    def clone(self, of: SchoolDatabase | None = None) -> Iterator[SchoolDatabase]:
        """A copy of the template, or of a school that tests have filled and closed."""
        name = f"pgacademy_test_{secrets.token_hex(6)}"
        self._create(name, of.database if of else self.template)
        database = SchoolDatabase(self.server, name)
        try:
            yield database
        finally:
            database.close()
            self.drop(name)

    def close(self) -> None:
        for name in reversed(self._made):
            self.drop(name)
        self._deploy.close()
        self._admin.close()


def _grant(conn: Connection, role: str, to: str) -> None:
    """Let a login become a role. Without inheritance, where the server can say so: a role is taken, never carried."""
    extra = " with inherit false, set true" if conn.info.server_version >= 160000 else ""
    conn.execute(sql.SQL("grant {} to {}" + extra).format(sql.Identifier(role), sql.Identifier(to)))


@pytest.fixture(scope="session")
def pgacademy_server() -> Iterator[Server]:
    """The server the session runs on."""
    try:
        with provide() as server:
            yield server
    except ServerUnavailable as error:
        pytest.exit(f"pgacademy: {error}", returncode=3)


@pytest.fixture(scope="session")
def pgacademy_databases(pgacademy_server: Server) -> Iterator[Databases]:
    """The migrated template and its copies."""
    databases = Databases(pgacademy_server)
    try:
        databases.make_template()
        yield databases
    finally:
        databases.close()


@pytest.fixture
def school(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    """A school in a database of its own, with reference data and nobody in it."""
    with pgacademy_databases.clone() as database:
        yield database


@pytest.fixture(scope="session")
def shared_school(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    """A school that many tests read at once: nothing may be committed to it."""
    with pgacademy_databases.clone() as database:
        yield database


@pytest.fixture(scope="session")
def _db_connection(shared_school: SchoolDatabase) -> Connection:
    return shared_school.connect()


@pytest.fixture
def db(_db_connection: Connection) -> Generator[Connection]:
    """The owner's connection to a shared school; whatever the test does is rolled back. Cheaper than `school`."""
    yield _db_connection
    _db_connection.rollback()


@pytest.fixture
def person(school: SchoolDatabase) -> Callable[..., Person]:
    """Makes people in the test's `school`: person(role='student', **columns of users)."""
    conn = school.connect(autocommit=True)

    def make(role: Role = "student", **columns: Any) -> Person:
        values = {
            "username": f"{role}-{secrets.token_hex(5)}",
            "role": role,
            "is_approved": role == "instructor",
        } | columns
        statement = sql.SQL("insert into users ({}) values ({}) returning id, username").format(
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        )
        row = conn.execute(statement, values).fetchone()
        assert row is not None
        return Person(row[0], row[1], role)

    return make
