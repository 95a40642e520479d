"""A school as an application uses it: pools of connections, and transactions that act as somebody.

    school = pgacademy.connect("postgresql://web@db.example.org/lms")
    with school.acting_as(user_id) as session:
        course = session.enroll(course_id=course_id)

One `with` is one transaction: role, identity and search path are set at its beginning, local to it; it commits at the
end of the block and rolls back when the block raises. After a call that failed the server keeps nothing of it: so a
block that caught the error raises at its end, TransactionAborted or ServerUnreachable. What may fail while the rest is
to stay belongs into `with session.connection.transaction():`, a savepoint. Whatever else SQL can leave on a connection
(settings, prepared statements, temporary objects, locks) would run inside the next person's transaction: so no
connection is lent again before it has forgotten everything. docs/security.md has the reasons and the costs.
"""

from __future__ import annotations

import asyncio
import logging
import random
import selectors
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from typing import Any, Self, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolClosed, PoolTimeout

from pgacademy import connection as connections
from pgacademy import settings
from pgacademy.client import AsyncSession, Session
from pgacademy.client_base import Context, Role, identity
from pgacademy.errors import PgacademyError, ServerUnreachable, UsageError, translate, translated
from pgacademy.tokens import SigningKey

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 0.01
_log = logging.getLogger(__name__)


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: doubling, and jittered so that two losers do not meet again."""
    return _FIRST_PAUSE_SECONDS * 2.0**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def _characteristics(isolation: psycopg.IsolationLevel | None, read_only: bool) -> sql.SQL | None:
    """The SET TRANSACTION that a transaction begins with, if it needs one."""
    modes = []
    if isolation is not None:
        if not isinstance(isolation, psycopg.IsolationLevel):
            raise UsageError(
                f"{isolation!r} is no isolation level.",
                hint="Pass one of psycopg.IsolationLevel, such as SERIALIZABLE.",
            )
        level = isolation.name.lower().replace("_", " ")
        modes.append(f"isolation level {level}")
    if read_only:
        modes.append("read only")
    return sql.SQL("set transaction " + ", ".join(modes)) if modes else None


def forget(conn: psycopg.Connection[Any]) -> None:
    """Leave nothing on a connection for the next who uses it: the `reset` of a psycopg_pool.ConnectionPool.

    It raises when the connection cannot be cleaned, and the pool then throws the connection away.
    """
    conn.prepare_threshold = None
    conn.autocommit = True
    conn.execute("discard all", prepare=False)
    conn.autocommit = False


async def forget_async(conn: psycopg.AsyncConnection[Any]) -> None:
    """The same for a psycopg_pool.AsyncConnectionPool."""
    conn.prepare_threshold = None
    await conn.set_autocommit(True)
    await conn.execute("discard all", prepare=False)
    await conn.set_autocommit(False)


def _has_said_something(conn: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server did, of its own accord, since the connection came back: mostly that it is gone."""
    with selectors.DefaultSelector() as selector:
        selector.register(conn.fileno(), selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def _check(conn: psycopg.Connection[Any]) -> None:
    """Lends none whose server was restarted meanwhile, and asks it nothing as long as it is silent."""
    if _has_said_something(conn):
        ConnectionPool.check_connection(conn)


async def _check_async(conn: psycopg.AsyncConnection[Any]) -> None:
    if _has_said_something(conn):
        await AsyncConnectionPool.check_connection(conn)


def _pool(conninfo: str, **sizes: Any) -> ConnectionPool[psycopg.Connection[tuple[Any, ...]]]:
    """A pool whose connections forget. They prepare nothing: whoever can write SQL can replace what is prepared."""
    kwargs = {"prepare_threshold": None}
    return ConnectionPool(conninfo, kwargs=kwargs, reset=forget, check=_check, open=True, **sizes)


async def _async_pool(conninfo: str, **sizes: Any) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
    pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] = AsyncConnectionPool(
        conninfo, kwargs={"prepare_threshold": None}, reset=forget_async, check=_check_async, open=False, **sizes
    )
    await pool.open()
    return pool


def _prepared(dsn: str | None, school: str | None, replica_dsn: str | None) -> tuple[str, str, str, str | None]:
    """School, schema of the extensions, and the connection strings with the school's path (of the replica: if any).

    Server and school have been found fit.
    """
    name = settings.school_name(school or settings.default_school())
    plain = dsn or settings.default_dsn()
    if plain is None:
        from pgacademy.embedded import EmbeddedServer  # noqa: PLC0415 - applications with a DSN never need it

        plain = EmbeddedServer().dsn()
    with connections.connect(plain) as conn:
        connections.check_release(conn, name)
        extensions = connections.extensions_schema(conn) or connections.EXTENSIONS_SCHEMA
    try:
        replica = connections.school_conninfo(replica_dsn, name, extensions) if replica_dsn else None
    except psycopg.ProgrammingError as exc:
        raise UsageError(f"The DSN of the replica cannot be read: {' '.join(str(exc).split())}.") from exc
    return name, extensions, connections.school_conninfo(plain, name, extensions), replica


def _checked(signing_key: SigningKey | None) -> SigningKey | None:
    """Without it: a key that is none would be noticed by the first request."""
    if not isinstance(signing_key, SigningKey | None):
        raise UsageError(
            "The signing key is none.", hint='Make one: pgacademy.SigningKey("k1", bytes.fromhex(secret)).'
        )
    return signing_key


class _Common:
    """What both kinds of School know."""

    def __init__(self, name: str, signing_key: SigningKey | None, extensions: str) -> None:
        #: The name of the school, which is its schema.
        self.name = name
        self._signing_key = _checked(signing_key)
        self._path = connections.school_path(name, extensions).as_string(None)

    def _identity(self, user_id: UUID | str | None, role: Role, context: Context | None) -> tuple[str, tuple[str, ...]]:
        return identity(self.name, user_id, role, self._signing_key, self._path, context)


class School(_Common):
    """A school behind pools of connections. Make one with connect(), once per process.

    Pools of your own need `kwargs={"prepare_threshold": None}` and `reset=forget`.
    """

    def __init__(
        self,
        name: str,
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]],
        *,
        replicas: ConnectionPool[psycopg.Connection[tuple[Any, ...]]] | None = None,
        signing_key: SigningKey | None = None,
        extensions: str = connections.EXTENSIONS_SCHEMA,
    ) -> None:
        super().__init__(name, signing_key, extensions)
        self._pool = pool
        self._replicas = replicas

    @contextmanager
    def acting_as(
        self,
        user_id: UUID | str | None,
        role: Role = "student",
        *,
        isolation: psycopg.IsolationLevel | None = None,
        context: Context | None = None,
    ) -> Iterator[Session]:
        """One transaction as this person in this role.

        `context` says where the request comes from, for the audit trail. Calls of sensitive procedures that fail are
        noted there when the transaction is over.
        """
        with self._transaction(self._pool, user_id, role, isolation, read_only=False, context=context) as session:
            yield session

    @contextmanager
    def anonymous(self, *, context: Context | None = None) -> Iterator[Session]:
        """One transaction as nobody."""
        with self.acting_as(None, "anonymous", context=context) as session:
            yield session

    @contextmanager
    def service(
        self, *, isolation: psycopg.IsolationLevel | None = None, context: Context | None = None
    ) -> Iterator[Session]:
        """One transaction as the back end: jobs and imports, under a login that people's requests do not use."""
        with self.acting_as(None, "service", isolation=isolation, context=context) as session:
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
        context: Context | None = None,
    ) -> T:
        """Run `work` in a transaction, and again from its start, up to `retries` times, if another won (40001, 40P01).

        `work` must have no effect outside the database: of all its runs only the last one counts there.
        """
        attempt = 0
        while True:
            try:
                with self.acting_as(acting_as, role, isolation=isolation, context=context) as session:
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
        context: Context | None = None,
    ) -> Iterator[Session]:
        session = None
        try:
            with translated(), _waiting(), pool.connection() as conn, conn.transaction():
                if (characteristics := _characteristics(isolation, read_only)) is not None:
                    conn.execute(characteristics)
                conn.execute(*self._identity(user_id, role, context))
                session = Session(conn, self.name)
                yield session
                _refuse_lost(conn)
        finally:
            if session is not None and session.failures:
                self._note(session, user_id, role, context)

    def _note(self, failed: Session, user_id: UUID | str | None, role: Role, context: Context | None) -> None:
        """Notes the failures in the audit trail. What goes wrong with that must not hide why they failed."""
        try:
            with self._transaction(self._pool, user_id, role, None, read_only=False, context=context) as session:
                for failure in failed.failures:
                    session.log_failure(**asdict(failure))
        except PgacademyError:
            _log.warning("%s could not be noted in the audit trail", failed.failures, exc_info=True)


class AsyncSchool(_Common):
    """A school behind pools of connections, for asyncio. Make one with connect_async(), once per event loop.

    Pools of your own need `kwargs={"prepare_threshold": None}` and `reset=forget_async`.
    """

    def __init__(
        self,
        name: str,
        pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]],
        *,
        replicas: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] | None = None,
        signing_key: SigningKey | None = None,
        extensions: str = connections.EXTENSIONS_SCHEMA,
    ) -> None:
        super().__init__(name, signing_key, extensions)
        self._pool = pool
        self._replicas = replicas

    @asynccontextmanager
    async def acting_as(
        self,
        user_id: UUID | str | None,
        role: Role = "student",
        *,
        isolation: psycopg.IsolationLevel | None = None,
        context: Context | None = None,
    ) -> AsyncIterator[AsyncSession]:
        """One transaction as this person in this role; as School.acting_as."""
        transaction = self._transaction(self._pool, user_id, role, isolation, read_only=False, context=context)
        async with transaction as session:
            yield session

    @asynccontextmanager
    async def anonymous(self, *, context: Context | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction as nobody."""
        async with self.acting_as(None, "anonymous", context=context) as session:
            yield session

    @asynccontextmanager
    async def service(
        self, *, isolation: psycopg.IsolationLevel | None = None, context: Context | None = None
    ) -> AsyncIterator[AsyncSession]:
        """One transaction as the back end: jobs and imports, under a login that people's requests do not use."""
        async with self.acting_as(None, "service", isolation=isolation, context=context) as session:
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
        context: Context | None = None,
    ) -> T:
        """Run `work` in a transaction, and again from its start, up to `retries` times, if another won (40001, 40P01).

        `work` must have no effect outside the database: of all its runs only the last one counts there.
        """
        attempt = 0
        while True:
            try:
                async with self.acting_as(acting_as, role, isolation=isolation, context=context) as session:
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
        context: Context | None = None,
    ) -> AsyncIterator[AsyncSession]:
        session = None
        try:
            with translated(), _waiting():
                async with pool.connection() as conn, conn.transaction():
                    if (characteristics := _characteristics(isolation, read_only)) is not None:
                        await conn.execute(characteristics)
                    await conn.execute(*self._identity(user_id, role, context))
                    session = AsyncSession(conn, self.name)
                    yield session
                    _refuse_lost(conn)
        finally:
            if session is not None and session.failures:
                await self._note(session, user_id, role, context)

    async def _note(
        self, failed: AsyncSession, user_id: UUID | str | None, role: Role, context: Context | None
    ) -> None:
        """Notes the failures in the audit trail. What goes wrong with that must not hide why they failed."""
        try:
            transaction = self._transaction(self._pool, user_id, role, None, read_only=False, context=context)
            async with transaction as session:
                for failure in failed.failures:
                    await session.log_failure(**asdict(failure))
        except PgacademyError:
            _log.warning("%s could not be noted in the audit trail", failed.failures, exc_info=True)


def _refuse_lost(conn: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    """A commit that the server makes a rollback, or never hears of, must not pass for one."""
    status = conn.info.transaction_status
    if status == TransactionStatus.INERROR:
        raise translate(psycopg.errors.InFailedSqlTransaction("an error was caught, and nothing of this block stays"))
    if status == TransactionStatus.UNKNOWN:
        raise translate(psycopg.OperationalError("the connection was lost, and nothing of this block stays"))


@contextmanager
def _waiting() -> Iterator[None]:
    """Says in our words that the pool gave no connection."""
    try:
        yield
    except PoolClosed as error:
        raise UsageError("This school was closed.", hint="Connect again, or close it later.") from error
    except PoolTimeout as error:
        raise ServerUnreachable(
            "No connection became free in time.",
            hint="Look whether the server can be reached; if so, make the pool larger, or transactions shorter.",
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
    _checked(signing_key)
    name, extensions, conninfo, replica = _prepared(dsn, school, replica_dsn)
    pool = _pool(conninfo, min_size=min_size, max_size=max_size, timeout=timeout)
    replicas = _pool(replica, min_size=0, max_size=max_size, timeout=timeout) if replica else None
    return School(name, pool, replicas=replicas, signing_key=signing_key, extensions=extensions)


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
    _checked(signing_key)
    name, extensions, conninfo, replica = await asyncio.to_thread(_prepared, dsn, school, replica_dsn)
    pool = await _async_pool(conninfo, min_size=min_size, max_size=max_size, timeout=timeout)
    replicas = await _async_pool(replica, min_size=0, max_size=max_size, timeout=timeout) if replica else None
    return AsyncSchool(name, pool, replicas=replicas, signing_key=signing_key, extensions=extensions)
