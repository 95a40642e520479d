"""What the generated client stands on: how a stored procedure is called, and who is calling.

Sessions never begin or end a transaction: whoever made the connection does. The calls name the school's schema, so a
session works on any connection, whatever its search path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar, get_args
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import args_row, tuple_row
from psycopg.types.json import Jsonb

from pgacademy.errors import PgacademyError, UsageError, translated
from pgacademy.settings import default_school, school_name
from pgacademy.tokens import SigningKey, sign

T = TypeVar("T")

#: The platform roles one can act in.
Role: TypeAlias = Literal["anonymous", "student", "instructor", "admin", "service", "analyst"]

#: A value of type jsonb: None, bool, int, float, str, or lists and dictionaries of these.
Json: TypeAlias = Any

Connection: TypeAlias = psycopg.Connection[Any]
AsyncConnection: TypeAlias = psycopg.AsyncConnection[Any]

# pg_catalog is named, so that this means what it says whatever the connection's path and temporary schema hold.
_STATEMENT = (
    "select pg_catalog.set_config('role', %s, true), pg_catalog.set_config('pgacademy.user_id', %s, true),"
    " pg_catalog.set_config('request.jwt.claims', '', true), pg_catalog.set_config('pgacademy.token', %s, true),"
    " pg_catalog.set_config('pgacademy.ip_address', %s, true), pg_catalog.set_config('pgacademy.user_agent', %s, true),"
    " pg_catalog.set_config('pgacademy.request_id', %s, true), pg_catalog.set_config('pgacademy.session_id', %s, true)"
)
_STATEMENT_WITH_PATH = _STATEMENT + ", pg_catalog.set_config('search_path', %s, true)"


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request comes from, for the audit trail. The school keeps it for a while only, and believes none of it.

    `session_id` is the application's name for the session, `request_id` for the request or for the run of a job.
    """

    ip_address: str = ""
    user_agent: str = ""
    request_id: str | UUID = ""
    session_id: str | UUID = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A call of a sensitive procedure that failed: what log_failure() notes, in a transaction after it."""

    action: str
    error_code: str
    entity_id: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Procedure(Generic[T]):
    """A stored procedure as the catalogue describes it.

    `arguments` maps the Python name of each argument to its SQL type, `required` are those without a default, `columns`
    the columns of its rows (none for a scalar), `result` what a row becomes. One whose calls are in the audit trail has
    the `action` it is called there, and maybe the argument that names the row it is about, `entity`.
    """

    name: str
    arguments: Mapping[str, str]
    required: frozenset[str]
    columns: tuple[str, ...] = ()
    result: type[T] | None = None
    action: str | None = None
    entity: str | None = None


@lru_cache(maxsize=1024)
def _query(procedure: Procedure[Any], school: str, names: tuple[str, ...]) -> sql.Composed:
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}::{}").format(
            sql.Identifier(f"p_{name}"),
            sql.Placeholder(name),
            sql.SQL(procedure.arguments[name]),
        )
        for name in names
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, procedure.columns)) if procedure.columns else sql.SQL("*")
    return sql.SQL("select {} from {}({})").format(columns, sql.Identifier(school, procedure.name), arguments)


def _bind(
    procedure: Procedure[Any], school: str, values: Mapping[str, object]
) -> tuple[sql.Composed, dict[str, object]]:
    """The statement that calls the procedure, and its parameters. An argument left at None has its default."""
    given = {
        name: Jsonb(value) if procedure.arguments[name] == "jsonb" and value is not None else value
        for name, value in values.items()
        if value is not None or name in procedure.required
    }
    return _query(procedure, school, tuple(given)), given


def identity(
    school: str,
    user_id: UUID | str | None,
    role: Role,
    signing_key: SigningKey | None,
    path: str | None = None,
    context: Context | None = None,
) -> tuple[str, tuple[str, ...]]:
    """The statement that makes a transaction act as a person in a role, and its parameters.

    Everything is transaction-local, and set every time: role, each setting that verified_identity() reads, where the
    request comes from, and the search path where one is given. It replaces what an earlier request, or
    `alter role … set`, left in these. Raises UsageError for a role that is none, and with a signing key for a user id
    that is none.
    """
    if role not in get_args(Role):
        raise UsageError(f"There is no role {role!r}.", hint=f"Act as one of {', '.join(get_args(Role))}.")
    told = context or Context()
    if not isinstance(told, Context):
        raise UsageError("The context is none.", hint="Make one: pgacademy.Context(ip_address=…, request_id=…).")
    user = "" if user_id is None else str(user_id)
    token = sign(user, signing_key.key_id, signing_key.secret, school) if signing_key and user else ""
    whence = (told.ip_address, told.user_agent, told.request_id, told.session_id)
    values = (f"{school}_{role}", "" if token else user, token, *(str(value or "") for value in whence))
    return (_STATEMENT, values) if path is None else (_STATEMENT_WITH_PATH, (*values, path))


def _require_transaction(conn: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    if conn.autocommit and conn.info.transaction_status == TransactionStatus.IDLE:
        raise UsageError(
            "Role and identity last for one transaction, and this connection is not in one.",
            hint="Open one with conn.transaction().",
        )


@contextmanager
def _noting(failures: list[Failure], procedure: Procedure[Any], values: Mapping[str, object]) -> Iterator[None]:
    """Remembers that a sensitive procedure failed, but for one that is to be called again."""
    try:
        yield
    except PgacademyError as error:
        if procedure.action and error.sqlstate and not error.retryable:
            entity = values.get(procedure.entity or "")
            failures.append(Failure(procedure.action, error.sqlstate, None if entity is None else str(entity)[:200]))
        raise


@dataclass(frozen=True, slots=True)
class SessionBase:
    """Calls on a connection of the caller's, in the caller's transaction. Use Session, which has the procedures."""

    connection: Connection = field(repr=False)
    school: str
    #: Calls of sensitive procedures that failed: School notes them when the transaction is over. Whoever opened the
    #: transaction passes them to log_failure() in a new one.
    failures: list[Failure] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def on(
        cls,
        connection: Connection,
        *,
        school: str | None = None,
        user_id: UUID | str | None = None,
        role: Role | None = None,
        signing_key: SigningKey | None = None,
        context: Context | None = None,
    ) -> Self:
        """A session that rides on the caller's own connection and transaction, and never commits it.

        With `role`, the rest of the transaction acts in that role as `user_id`; without, the connection stays as it is.
        The search path is the caller's. So is the state of the connection: one that serves several people must forget
        each before the next (`discard all`) and prepare no statement; docs/security.md says how.
        """
        name = school_name(school or default_school())
        if role is None and user_id is not None:
            role = "student"
        if role is not None:
            _require_transaction(connection)
            with translated():
                connection.execute(*identity(name, user_id, role, signing_key, None, context))
        return cls(connection, name)

    def _rows(self, procedure: Procedure[T], values: Mapping[str, object]) -> list[T]:
        assert procedure.result is not None  # noqa: S101 - generated code
        query, parameters = _bind(procedure, self.school, values)
        with (
            _noting(self.failures, procedure, values),
            translated(),
            self.connection.cursor(row_factory=args_row(procedure.result)) as cursor,
        ):
            return cursor.execute(query, parameters).fetchall()

    def _row(self, procedure: Procedure[T], values: Mapping[str, object]) -> T | None:
        rows = self._rows(procedure, values)
        return rows[0] if rows else None

    def _values(self, procedure: Procedure[Any], values: Mapping[str, object]) -> list[Any]:
        query, parameters = _bind(procedure, self.school, values)
        with (
            _noting(self.failures, procedure, values),
            translated(),
            self.connection.cursor(row_factory=tuple_row) as cursor,
        ):
            return [row[0] for row in cursor.execute(query, parameters)]

    def _value(self, procedure: Procedure[Any], values: Mapping[str, object]) -> Any:
        found = self._values(procedure, values)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class AsyncSessionBase:
    """The same for asyncio. Use AsyncSession, which has the procedures."""

    connection: AsyncConnection = field(repr=False)
    school: str
    #: As those of Session.
    failures: list[Failure] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    async def on(
        cls,
        connection: AsyncConnection,
        *,
        school: str | None = None,
        user_id: UUID | str | None = None,
        role: Role | None = None,
        signing_key: SigningKey | None = None,
        context: Context | None = None,
    ) -> Self:
        """A session that rides on the caller's own connection and transaction, and never commits it.

        With `role`, the rest of the transaction acts in that role as `user_id`; without, the connection stays as it is.
        The search path is the caller's. So is the state of the connection: one that serves several people must forget
        each before the next (`discard all`) and prepare no statement; docs/security.md says how.
        """
        name = school_name(school or default_school())
        if role is None and user_id is not None:
            role = "student"
        if role is not None:
            _require_transaction(connection)
            with translated():
                await connection.execute(*identity(name, user_id, role, signing_key, None, context))
        return cls(connection, name)

    async def _rows(self, procedure: Procedure[T], values: Mapping[str, object]) -> list[T]:
        assert procedure.result is not None  # noqa: S101 - generated code
        query, parameters = _bind(procedure, self.school, values)
        with _noting(self.failures, procedure, values), translated():
            async with self.connection.cursor(row_factory=args_row(procedure.result)) as cursor:
                await cursor.execute(query, parameters)
                return await cursor.fetchall()

    async def _row(self, procedure: Procedure[T], values: Mapping[str, object]) -> T | None:
        rows = await self._rows(procedure, values)
        return rows[0] if rows else None

    async def _values(self, procedure: Procedure[Any], values: Mapping[str, object]) -> list[Any]:
        query, parameters = _bind(procedure, self.school, values)
        with _noting(self.failures, procedure, values), translated():
            async with self.connection.cursor(row_factory=tuple_row) as cursor:
                await cursor.execute(query, parameters)
                return [row[0] for row in await cursor.fetchall()]

    async def _value(self, procedure: Procedure[Any], values: Mapping[str, object]) -> Any:
        found = await self._values(procedure, values)
        return found[0] if found else None
