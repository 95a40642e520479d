"""Connections: one clear sentence when there is none, and the path that makes unqualified names mean a school's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgacademy import __version__
from pgacademy.errors import (
    Conflict,
    PooledConnection,
    SchoolMissing,
    ServerTooOld,
    ServerUnreachable,
    UnsupportedDatabase,
    VersionMismatch,
)
from pgacademy.school_comment import BEING_DROPPED, release_in
from pgacademy.sources import queries

Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST_SERVER = 15
EXTENSIONS_SCHEMA = "extensions"

#: So that a server which has vanished is noticed in half a minute, and not in hours. The DSN may say otherwise.
_TCP_DEFAULTS = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


def connect(conninfo: str, *, application_name: str = "pgacademy", school: str | None = None) -> Connection:
    """Opens a connection in autocommit mode, to PostgreSQL 15 or later, or says in one sentence why it cannot.

    Unqualified names are those of `school`, if it is given.
    """
    try:
        conninfo = school_conninfo(conninfo, school) if school else conninfo
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in _TCP_DEFAULTS.items() if name not in given}
        connection = psycopg.connect(
            conninfo,
            autocommit=True,
            fallback_application_name=application_name,
            client_encoding="UTF8",  # files are UTF-8 and sent as they are, whatever the environment says
            **defaults,  # type: ignore[arg-type]  # (parameters of libpq)
        )
    except psycopg.ProgrammingError as exc:
        raise ServerUnreachable(
            f"The DSN cannot be read: {_one_line(exc)}",
            hint="Write it as postgresql://user@host:port/database or as 'host=… dbname=… user=…'.",
        ) from exc
    except psycopg.OperationalError as exc:
        raise ServerUnreachable(
            f"Cannot connect: {_one_line(exc)}",
            hint="Check the DSN (--dsn or PGACADEMY_DSN); for the embedded server run `pgacademy up`.",
        ) from exc
    if connection.info.server_version < OLDEST_SERVER * 10000:
        version = connection.info.server_version // 10000
        connection.close()
        raise ServerTooOld(
            f"The server runs PostgreSQL {version}; pgacademy needs {OLDEST_SERVER} or later.",
            hint="Upgrade the server, or give the DSN of a newer one.",
        )
    _refuse_encoding(connection)
    return connection


def _refuse_encoding(connection: Connection) -> None:
    """Names come from everywhere, and SQL_ASCII would take any bytes for text."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        name = connection.info.dbname
        connection.close()
        raise UnsupportedDatabase(
            f"The database {name!r} has the encoding {encoding}; pgacademy needs UTF8.",
            hint=f"Make one: create database {name} encoding 'UTF8' template template0;",
        )


def batch(connection: Connection, parts: Sequence[bytes], values: Mapping[str, object]) -> list[list[tuple[Any, ...]]]:
    """Sends several queries in one message and returns the rows of each; values are put in by the client."""
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(b";\n".join(parts), values)
        found = [_rows(cursor)]
        while cursor.nextset():
            found.append(_rows(cursor))
    return found


def _rows(cursor: psycopg.ClientCursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of this result; none where it has no rows to have. (To ask for its description would make one.)"""
    return [] if cursor.rownumber is None else cursor.fetchall()


def refuse_pooler(connection: Connection, backend_pid: int) -> None:
    """Raises PooledConnection when the server says another process number than the one given at the connection."""
    if connection.info.backend_pid != backend_pid:
        raise PooledConnection(
            "This connection goes through a pooler, which may give each transaction another session of the server.",
            hint="Give the DSN of the server itself: a migration holds a lock of its session.",
        )


def school_path(school: str, extensions: str = EXTENSIONS_SCHEMA) -> sql.Composed:
    """The search path of a school: its schema, the extensions' schema, and temporary objects last."""
    return sql.SQL("{}, {}, pg_temp").format(sql.Identifier(school), sql.Identifier(extensions))


def extensions_schema(connection: Connection) -> str | None:
    """The schema that holds pg_trgm in this database; None when it is not installed."""
    row = connection.execute(queries("engine")["extensions_schema"]).fetchone()
    return row[0] if row else None


def school_conninfo(conninfo: str, school: str, extensions: str = EXTENSIONS_SCHEMA) -> str:
    """`conninfo` with the school's search path among its options.

    Poolers that drop startup options (pgbouncer does) lose it: give the login the path instead, as `login add` does.
    """
    options = str(conninfo_to_dict(conninfo).get("options") or "")
    path = school_path(school, extensions).as_string(None).replace(" ", "")
    return make_conninfo(conninfo, options=f"{options} -c search_path={path}".strip())


def school_release(connection: Connection, school: str) -> str | None:
    """The version of the library that last migrated the school; None when it was never finished.

    Raises SchoolMissing, and Conflict for a school that is half dropped.
    It is kept in the schema's comment, the one place that any login may read without being granted anything.
    """
    row = connection.execute(queries("engine")["school_release"], {"school": school}).fetchone()
    if row is None:
        raise SchoolMissing(
            f"There is no school {school!r} in this database.",
            hint=f"Make it with `pgacademy migrate --school {school}`, or name another with --school.",
        )
    refuse_half_dropped(school, row[0] or "")
    return release_in(row[0] or "")


def refuse_half_dropped(school: str, comment: str) -> None:
    """Raises Conflict when the comment of the school's schema says that the school is being dropped."""
    if comment == BEING_DROPPED:
        raise Conflict(
            f"The school {school!r} is being dropped: some of its tables are gone.",
            hint=f"Finish it: `pgacademy drop {school} --confirm {school}`.",
        )


def check_release(connection: Connection, school: str) -> None:
    """Raises VersionMismatch unless library and school agree in major and minor version."""
    release = school_release(connection, school)
    if release is None:
        raise VersionMismatch(
            f"The school {school!r} has not been migrated to the end.",
            hint=f"Run `pgacademy migrate --school {school}`.",
        )
    if release_key(release) != release_key(__version__):
        older = release_key(release) < release_key(__version__)
        raise VersionMismatch(
            f"The school {school!r} was migrated by pgacademy {release}; this is pgacademy {__version__}.",
            hint=f"Run `pgacademy migrate --school {school}`." if older else f"Install pgacademy {release}.",
        )


def release_key(version: str) -> tuple[int, int]:
    """Major and minor number of a version: schools and libraries that agree in both fit each other."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def _one_line(exc: psycopg.Error) -> str:
    """The line of libpq's message that says what failed; it tries several addresses and adds advice below each."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    failures = [line for line in lines if "failed:" in line]
    return (failures or lines or [type(exc).__name__])[-1]
