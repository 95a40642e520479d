"""A school as an application uses it: pools of connections, and transactions that act as somebody.

    school = pgacademy.connect("postgresql://web@db.example.org/lms")
    with school.acting_as(user_id) as session:
        course = session.enroll(course_id=course_id)

One `with` is one transaction: role and identity are set at its beginning, local to it, so that a pooled connection
carries nothing over to the next request; it commits at the end of the block and rolls back when the block raises.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from pgacademy import connection as connections
from pgacademy import settings
from pgacademy.client import AsyncSession, Session
from pgacademy.client_base import Role, identity
from pgacademy.errors import PgacademyError, ServerUnreachable, translated
from pgacademy.tokens import SigningKey

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 0.01


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: doubling, and jittered so that two losers do not meet again."""
    return _FIRST_PAUSE_SECONDS * 2.0**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def _characteristics(isolation: psycopg.IsolationLevel | None, read_only: bool) -> sql.SQL | None:
    """The SET TRANSACTION that a transaction begins with, if it needs one."""
    modes = []
    if isolation is not None:
        level = isolation.name.lower().replace("_", " ")
        modes.append(f"isolation level {level}")
    if read_only:
        modes.append("read only")
    return sql.SQL("set transaction " + ", ".join(modes)) if modes else None


def _prepared(dsn: str | None, school: str | None) -> tuple[str, str, str]:
    """DSN, school, and the connection string with the school's path, once server and school have been found fit."""
    name = settings.school_name(school or settings.default_school())
    plain = dsn or settings.default_dsn()
    if plain is None:
        from pgacademy.embedded import EmbeddedServer  # noqa: PLC0415 - applications with a DSN never need it

        plain = EmbeddedServer().dsn()
    with connections.connect(plain) as conn:
        connections.check_release(conn, name)
        extensions = connections.extensions_schema(conn) or connections.EXTENSIONS_SCHEMA
    return plain, name, connections.school_conninfo(plain, name, extensions)


class _Common:
    """What both kinds of School know."""

    def __init__(self, name: str, signing_key: SigningKey | None) -> None:
        #: The name of the school, which is its schema.
        self.name = name
        self._signing_key = signing_key

    def _identity(self, user_id: UUID | str | None, role: Role) -> tuple[str, tuple[str, str, str]]:
        return identity(self.name, user_id, role, self._signing_key)


class School(_Common):
    """A school behind pools of connections. Make one with connect(), once per process."""

    def __init__(
        self,
        name: str,
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]],
        *,
        replicas: ConnectionPool[psycopg.Connection[tuple[Any, ...]]] | None = None,
        signing_key: SigningKey | None = None,
    ) -> None:
        super().__init__(name, signing_key)
        self._pool = pool
        self._replicas = replicas

    @contextmanager
    def acting_as(
        self,
        user_id: UUID | str | None,
        role: Role = "student",
        *,
        isolation: psycopg.IsolationLevel | None = None,
    ) -> Iterator[Session]:
        """One transaction as this person in this role."""
        with self._transaction(self._pool, user_id, role, isolation, read_only=False) as session:
            yield session

    @contextmanager
    def anonymous(self) -> Iterator[Session]:
        """One transaction as nobody."""
        with self.acting_as(None, "anonymous") as session:
            yield session

    @contextmanager
    def service(self, *, isolation: psycopg.IsolationLevel | None = None) -> Iterator[Session]:
        """One transaction as the back end: jobs and imports, under a login that people's requests do not use."""
        with self.acting_as(None, "service", isolation=isolation) as session:
            yield session

    @contextmanager
    def read_only(self, user_id: UUID | str | None = None, role: Role = "student") -> Iterator[Session]:
        """One read-only transaction, on a replica where there is one, which may lag behind what was just written."""
        with self._transaction(self._replicas or self._pool, user_id, role, None, read_only=True) as session:
            yield session

    def run(
        self,
        work: Callable[[Session], T],
        *,
        acting_as: UUID | str | None = None,
        role: Role = "student",
        retries: int = 3,
        isolation: psycopg.IsolationLevel | None = None,
    ) -> T:
        """Run `work` in a transaction, and again from its start, up to `retries` times, if another won (40001, 40P01).

        `work` must have no effect outside the database: of all its runs only the last one counts there.
        """
        attempt = 0
        while True:
            try:
                with self.acting_as(acting_as, role, isolation=isolation) as session:
                    return work(session)
            except PgacademyError as error:
                if not error.retryable or attempt >= retries:
                    raise
            time.sleep(_pause(attempt))
            attempt += 1

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        if self._replicas is not None:
            self._replicas.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(
        self,
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]],
        user_id: UUID | str | None,
        role: Role,
        isolation: psycopg.IsolationLevel | None,
        read_only: bool,
    ) -> Iterator[Session]:
        with translated(), _waiting(), pool.connection() as conn, conn.transaction():
            if (characteristics := _characteristics(isolation, read_only)) is not None:
                conn.execute(characteristics)
            conn.execute(*self._identity(user_id, role))
            yield Session(conn, self.name)


class AsyncSchool(_Common):
    """A school behind pools of connections, for asyncio. Make one with connect_async(), once per event loop."""

    def __init__(
        self,
        name: str,
        pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]],
        *,
        replicas: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] | None = None,
        signing_key: SigningKey | None = None,
    ) -> None:
        super().__init__(name, signing_key)
        self._pool = pool
        self._replicas = replicas

    @asynccontextmanager
    async def acting_as(
        self,
        user_id: UUID | str | None,
        role: Role = "student",
        *,
        isolation: psycopg.IsolationLevel | None = None,
    ) -> AsyncIterator[AsyncSession]:
        """One transaction as this person in this role."""
        async with self._transaction(self._pool, user_id, role, isolation, read_only=False) as session:
            yield session

    @asynccontextmanager
    async def anonymous(self) -> AsyncIterator[AsyncSession]:
        """One transaction as nobody."""
        async with self.acting_as(None, "anonymous") as session:
            yield session

    @asynccontextmanager
    async def service(self, *, isolation: psycopg.IsolationLevel | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction as the back end: jobs and imports, under a login that people's requests do not use."""
        async with self.acting_as(None, "service", isolation=isolation) as session:
            yield session

    @asynccontextmanager
    async def read_only(self, user_id: UUID | str | None = None, role: Role = "student") -> AsyncIterator[AsyncSession]:
        """One read-only transaction, on a replica where there is one, which may lag behind what was just written."""
        async with self._transaction(self._replicas or self._pool, user_id, role, None, read_only=True) as session:
            yield session

    async def run(
        self,
        work: Callable[[AsyncSession], Awaitable[T]],
        *,
        acting_as: UUID | str | None = None,
        role: Role = "student",
        retries: int = 3,
        isolation: psycopg.IsolationLevel | None = None,
    ) -> T:
        """Run `work` in a transaction, and again from its start, up to `retries` times, if another won (40001, 40P01).

        `work` must have no effect outside the database: of all its runs only the last one counts there.
        """
        attempt = 0
        while True:
            try:
                async with self.acting_as(acting_as, role, isolation=isolation) as session:
                    return await work(session)
            except PgacademyError as error:
                if not error.retryable or attempt >= retries:
                    raise
            await asyncio.sleep(_pause(attempt))
            attempt += 1

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()
        if self._replicas is not None:
            await self._replicas.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _transaction(
        self,
        pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]],
        user_id: UUID | str | None,
        role: Role,
        isolation: psycopg.IsolationLevel | None,
        read_only: bool,
    ) -> AsyncIterator[AsyncSession]:
        with translated(), _waiting():
            async with pool.connection() as conn, conn.transaction():
                if (characteristics := _characteristics(isolation, read_only)) is not None:
                    await conn.execute(characteristics)
                await conn.execute(*self._identity(user_id, role))
                yield AsyncSession(conn, self.name)


@contextmanager
def _waiting() -> Iterator[None]:
    """Says in our words that no connection of the pool became free."""
    try:
        yield
    except PoolTimeout as error:
        raise ServerUnreachable(
            "No connection became free in time.", hint="Make the pool larger, or transactions shorter."
        ) from error


def connect(
    dsn: str | None = None,
    school: str | None = None,
    *,
    replica_dsn: str | None = None,
    signing_key: SigningKey | None = None,
    min_size: int = 1,
    max_size: int = 10,
    timeout: float = 30,
) -> School:
    """Connect to `school` (else PGACADEMY_SCHOOL, else academy) at `dsn` (else PGACADEMY_DSN, else the embedded one).

    `timeout` is the number of seconds to wait for a free connection. Raises ServerUnreachable, ServerTooOld,
    SchoolMissing, or VersionMismatch when the school was migrated by another version of this library.
    """
    _, name, conninfo = _prepared(dsn, school)
    pool = ConnectionPool(conninfo, min_size=min_size, max_size=max_size, timeout=timeout, open=True)
    replicas = None
    if replica_dsn:
        replica = connections.school_conninfo(replica_dsn, name)
        replicas = ConnectionPool(replica, min_size=0, max_size=max_size, timeout=timeout, open=True)
    return School(name, pool, replicas=replicas, signing_key=signing_key)


async def connect_async(
    dsn: str | None = None,
    school: str | None = None,
    *,
    replica_dsn: str | None = None,
    signing_key: SigningKey | None = None,
    min_size: int = 1,
    max_size: int = 10,
    timeout: float = 30,
) -> AsyncSchool:
    """The same as connect(), for asyncio."""
    _, name, conninfo = await asyncio.to_thread(_prepared, dsn, school)
    pool = AsyncConnectionPool(conninfo, min_size=min_size, max_size=max_size, timeout=timeout, open=False)
    await pool.open()
    replicas = None
    if replica_dsn:
        replica = connections.school_conninfo(replica_dsn, name)
        replicas = AsyncConnectionPool(replica, min_size=0, max_size=max_size, timeout=timeout, open=False)
        await replicas.open()
    return AsyncSchool(name, pool, replicas=replicas, signing_key=signing_key)
