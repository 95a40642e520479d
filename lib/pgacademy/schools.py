"""A school's schema: made, checked, and entered as its owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from pgacademy import __version__, bookkeeping, execution, locking, roles
from pgacademy.connection import (
    EXTENSIONS_SCHEMA,
    Connection,
    batch,
    extensions_schema,
    refuse_half_dropped,
    refuse_pooler,
    release_key,
    school_path,
    school_release,
)
from pgacademy.errors import MigrationError, NotAllowed, RolesMissing, SchoolMissing, UnsafeSearchPath, VersionMismatch
from pgacademy.school_comment import is_development, release_in, written
from pgacademy.sources import queries


class Look(NamedTuple):
    """What a school stands on, as the login sees it: what is missing, and what is there."""

    missing_roles: list[str]
    extensions: str | None
    owner: str | None
    comment: str
    #: Who may create in which schema of the path though they may not be trusted, and whether the schema is theirs.
    strangers: list[tuple[str, str, bool]]
    #: Roles that may not use the extensions' schema, and those that may not use the school's.
    without_extensions: list[str]
    without_school: list[str]
    functions_are_private: bool
    has_journal: bool

    @property
    def exists(self) -> bool:
        return self.owner is not None

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing, so that migrations may begin."""
        return (
            not (self.missing_roles or self.strangers or self.without_extensions or self.without_school)
            and self.extensions is not None
            and self.exists
            and self.functions_are_private
            and self.has_journal
        )


def enter(connection: Connection, school: str) -> Look:
    """Sets the session up for a migration and looks at the school, in one message to the server.

    A school that this very version has migrated to the end has its journal: it is not asked for that. Raises
    PooledConnection. Writes nothing.
    """
    engine, patience = queries("engine"), locking.patience()
    user, host = bookkeeping.person()
    values = _look_values(connection, school) | {
        "application_name": f"pgacademy migrate {user}@{host}",
        "lock_timeout": f"{locking.milliseconds(patience.lock_timeout_s)}ms",
        "statement_timeout": f"{locking.milliseconds(patience.statement_timeout_s)}ms",
    }
    settings, looks = ["session_settings", "migration_settings"], _look_parts()[:-1]
    if connection.info.server_version >= 170000:
        settings.append("no_transaction_timeout")
    found = batch(connection, [*(engine[name] for name in settings), engine["backend_pid"], *looks], values)
    pid, *found = found[-1 - len(looks) :]
    refuse_pooler(connection, pid[0][0])
    seen = _look(connection, school, [*found, [(True,)]])
    return seen if release_in(seen.comment) == __version__ else look(connection, school)


def look(connection: Connection, school: str) -> Look:
    """Looks at the school as the connection's login."""
    return _look(connection, school, batch(connection, _look_parts(), _look_values(connection, school)))


def _look_parts() -> list[bytes]:
    """What _look() reads the answers of; the journal comes last."""
    engine = queries("engine")
    names = ("extensions_schema", "school", "strangers_who_may_create", "roles_without_usage", "functions_are_private")
    return [queries("roles")["roles"], *(engine[name] for name in names), queries("bookkeeping")["is_complete"]]


def _look_values(connection: Connection, school: str) -> dict[str, object]:
    values = {"owner": roles.owner(school), "members": roles.of_school(school)}
    return roles.role_values(connection, school) | values


def _look(connection: Connection, school: str, found: list[list[tuple[Any, ...]]]) -> Look:
    of_roles, extensions, schema, strangers, without_usage, private, journal = found
    return Look(
        missing_roles=[item.phrase for item in roles.judge(of_roles, school, connection.info.server_version)],
        extensions=extensions[0][0] if extensions else None,
        owner=schema[0][0] if schema else None,
        comment=schema[0][1] if schema else "",
        strangers=[(row[0], row[1], bool(row[2])) for row in strangers],
        without_extensions=[row[0] for row in without_usage if not row[1]],
        without_school=[row[0] for row in without_usage if row[1]],
        functions_are_private=bool(private[0][0]),
        has_journal=bool(journal[0][0]),
    )


#: Which queries make the tables of a school's journal, in their order.
JOURNAL = ("bookkeeping", "backfills")


def prepare(
    connection: Connection, school: str, seen: Look | None = None, meanwhile: Callable[[], None] | None = None
) -> bool:
    """Makes what a school stands on, where it is missing: extension, schema, privileges, bookkeeping tables.

    All of it or nothing. Returns whether anything was missing. The caller holds the school's lock. `meanwhile` is
    called while the server is at work, if it has anything to do; nothing is made if it raises. Raises RolesMissing,
    UnsafeSearchPath, NotAllowed or LockBusy.
    """
    seen = seen or look(connection, school)
    check(connection, school, seen)
    if seen.is_ready and seen.owner == roles.owner(school):
        return False
    _check_path(seen)
    with connection.transaction():
        extensions = seen.extensions
        if extensions is None or seen.owner != roles.owner(school):
            locking.take_turn(connection)  # extensions, and the names of schemas, are the database's
            extensions = extensions_schema(connection) or _install_extension(connection)
            _make_schema(connection, school)
            _check_path(look(connection, school), is_made=True)
        connection.execute(become_owner(school, extensions, local=True))
        grant_schema(connection, school)
        _, exc = execution.send_all(connection, [queries(name)["create"].decode() for name in JOURNAL], meanwhile)
        if exc is not None:
            raise exc
    return True


def check(connection: Connection, school: str, seen: Look) -> None:
    """Raises what stands against migrating the school before anything is written.

    RolesMissing, VersionMismatch, or Conflict for a school that is half dropped.
    """
    refuse_half_dropped(school, seen.comment)
    if seen.missing_roles:
        roles.require_roles(connection, school)
    release = release_in(seen.comment)
    if release is not None and release_key(release) > release_key(__version__):
        raise VersionMismatch(
            f"The school {school!r} was migrated by pgacademy {release}; this is the older {__version__}.",
            hint=f"Install pgacademy {release} or later.",
        )


@contextmanager
def as_owner(connection: Connection, school: str, extensions: str | None = None) -> Iterator[None]:
    """Inside, the connection is the school's owner and unqualified names are the school's. Not in a transaction.

    `extensions` is the schema of the extensions, for callers that know it already.
    """
    extensions = extensions or extensions_schema(connection)
    if extensions is None:
        school_release(connection, school)  # says so if there is no school at all
        raise SchoolMissing("The extension pg_trgm is missing.", hint="Run `pgacademy migrate`.")
    try:
        connection.execute(become_owner(school, extensions))
    except (psycopg.errors.UndefinedObject, psycopg.errors.InvalidParameterValue) as exc:
        school_release(connection, school)
        raise RolesMissing(
            f"The role {roles.owner(school)} does not exist.", hint=f"Run `pgacademy roles --apply --school {school}`."
        ) from exc
    except psycopg.errors.InsufficientPrivilege as exc:
        raise NotAllowed(
            f"This login may not act as {roles.owner(school)}.",
            hint="Connect as the role that deploys this school, or have an administrator grant it that role.",
            sqlstate=exc.sqlstate,
        ) from exc
    try:
        yield
    finally:
        become_oneself(connection)


def become_owner(school: str, extensions: str, *, local: bool = False) -> bytes:
    """The SQL that makes a connection the school's owner, with the school's path; see as_owner()."""
    owner, path = sql.Identifier(roles.owner(school)), school_path(school, extensions)
    text = "set local role {}; set local search_path to {}" if local else "set role {}; set search_path to {}"
    return sql.SQL(text).format(owner, path).as_bytes(None)


def become_oneself(connection: Connection) -> None:
    """Undoes become_owner(), unless the connection is lost or its transaction has failed."""
    if not connection.closed and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        connection.execute("reset search_path; reset role")


def may_act_as(connection: Connection, role: str) -> bool:
    """Whether the login may `set role` to `role`; False when there is no such role."""
    row = connection.execute(queries("roles")["may_set_role"], {"role": role}).fetchone()
    return bool(row and row[0])


def act_in(connection: Connection, school: str, role: str | None) -> None:
    """Until the end of the transaction: in this role (None: as it is), unqualified names being the school's."""
    path = school_path(school, extensions_schema(connection) or EXTENSIONS_SCHEMA)
    if role is not None:
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    connection.execute(sql.SQL("set local search_path to {}").format(path))


@contextmanager
def as_first(connection: Connection, school: str, *platform_roles: str) -> Iterator[None]:
    """Inside, the connection acts as the school's owner, or, for logins that may not, in the first of these roles."""
    names = [roles.owner(school), *(f"{school}_{role}" for role in platform_roles)]
    school_release(connection, school)
    name = next((name for name in names if may_act_as(connection, name)), None)
    if name is None:
        raise NotAllowed(
            f"This login may act as none of {', '.join(names)}.",
            hint="Connect as the role that deploys the school, or as a login that has one of these roles.",
        )
    with connection.transaction():
        act_in(connection, school, name)
        yield


def record_release(connection: Connection, school: str, *, anew: bool = False) -> bool:
    """Writes this library's version where every login can read it: the comment of the schema. Returns if it differed.

    `anew` writes it even if it is there, for a transaction that must write something.
    """
    comment = _comment(connection, school)
    development = is_development(comment)
    differs = comment != written(__version__, development=development)
    if anew or differs:
        _describe(connection, school, __version__, development)
    return differs


def forget_release(connection: Connection, school: str) -> None:
    """Marks the school as unfinished, so that no application takes what a rollback leaves for a whole one."""
    _describe(connection, school, None, is_development(_comment(connection, school)))


def set_development(connection: Connection, school: str, development: bool) -> None:
    """Writes into the schema's comment whether the school is a development one; the connection acts as the owner."""
    _describe(connection, school, school_release(connection, school), development)


def _describe(connection: Connection, school: str, release: str | None, development: bool) -> None:
    text = written(release, development=development)
    connection.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(school), sql.Literal(text)))


def _comment(connection: Connection, school: str) -> str:
    row = connection.execute(queries("engine")["school_release"], {"school": school}).fetchone()
    return str(row[0]) if row else ""


def _install_extension(connection: Connection) -> str:
    """pg_trgm is a trusted extension: whoever may create in the database may install it, superuser or not."""
    try:
        with connection.transaction():
            schema = sql.Identifier(EXTENSIONS_SCHEMA)
            connection.execute(sql.SQL("create schema if not exists {}").format(schema))
            connection.execute(sql.SQL("grant usage on schema {} to public").format(schema))
            connection.execute(sql.SQL("create extension if not exists pg_trgm schema {}").format(schema))
    except psycopg.errors.InsufficientPrivilege as exc:
        raise NotAllowed(
            "This login may not install the extension pg_trgm.",
            hint="Have the database's owner run: create schema extensions; create extension pg_trgm schema extensions; "
            "grant usage on schema extensions to public;",
            sqlstate=exc.sqlstate,
        ) from exc
    except psycopg.errors.FeatureNotSupported as exc:
        raise MigrationError(
            "The server does not have the extension pg_trgm.",
            hint="Install PostgreSQL's contrib modules on the server.",
        ) from exc
    return EXTENSIONS_SCHEMA


def _make_schema(connection: Connection, school: str) -> None:
    row = connection.execute(queries("engine")["schema_owner"], {"school": school}).fetchone()
    owner = roles.owner(school)
    if row is None:
        try:
            connection.execute(
                sql.SQL("create schema {} authorization {}").format(sql.Identifier(school), sql.Identifier(owner))
            )
        except psycopg.errors.InsufficientPrivilege as exc:
            raise NotAllowed(
                f"This login may not create the schema {school!r} in this database.",
                hint=f"Grant it CREATE on the database, or have it made: create schema {school} authorization {owner};",
                sqlstate=exc.sqlstate,
            ) from exc
    elif row[0] != owner:
        raise MigrationError(
            f"The schema {school!r} is there already and belongs to {row[0]}, not to {owner}.",
            hint="Choose another name for the school.",
        )


def _check_path(seen: Look, *, is_made: bool = False) -> None:
    if seen.strangers:
        found = ", ".join(f"{who} in {schema}" for schema, who, _ in seen.strangers)
        raise UnsafeSearchPath(
            f"Others may create objects in a schema that the school trusts: {found}.",
            hint="Take it from them: "
            + " ".join(
                f"alter schema {schema} owner to the owner of the database;"
                if is_owner
                else f"revoke create on schema {schema} from {who};"
                for schema, who, is_owner in seen.strangers
            )
            + (" Where the schema was not there before, default privileges gave it: psql's \\ddp." if is_made else ""),
        )
    if seen.without_extensions:
        raise NotAllowed(
            f"{seen.without_extensions[0]} may not use the schema {seen.extensions!r}, where pg_trgm is.",
            hint=f"Have its owner run: grant usage on schema {seen.extensions} to public;",
        )


def grant_schema(connection: Connection, school: str) -> None:
    """USAGE for the school's own roles, and no EXECUTE for everybody on what the owner makes.

    Without IN SCHEMA: a schema's default privileges can only add to the global ones, never take away.
    """
    members = sql.SQL(", ").join(map(sql.Identifier, roles.of_school(school)[1:]))
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(school), members))
    connection.execute("alter default privileges revoke execute on functions from public")
