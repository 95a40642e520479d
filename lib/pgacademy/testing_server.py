"""The server that tests run on: one that exists, a container, or an embedded one thrown away afterwards."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgacademy import embedded

DEPLOY = "pgacademy_test_deploy"


class ServerUnavailable(Exception):
    """The server that was asked for cannot be had. Asked for and missing is a failure, never a skip."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server and the two logins that tests use it with.

    `admin` is whatever login was given to us; `deploy` one that may make roles and databases and is no superuser.
    """

    kind: str
    admin: str
    deploy: str

    def dsn(self, dbname: str, user: str | None = None) -> str:
        """Connection string of a database, as the deploy login or as another login that the plugin made."""
        return make_conninfo(self.deploy, dbname=dbname, **({"user": user} if user else {}))


def password(admin: str) -> str | None:
    """The password of every login the plugin makes: derived from the administrator's, so that parallel workers agree
    on it and nobody else can guess it. A server that asks no password of its administrator asks none here."""
    known = conninfo_to_dict(admin).get("password") or os.environ.get("PGPASSWORD")
    return hashlib.sha256(f"pgacademy tests {known}".encode()).hexdigest() if known else None


def make_login(conn: psycopg.Connection, name: str, secret: str | None, *, options: str) -> None:
    """Make a login if it is not there, and set its password."""
    login = sql.Identifier(name)
    if not conn.execute("select from pg_roles where rolname = %s", (name,)).fetchone():
        # A parallel worker may be faster.
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            conn.execute(sql.SQL("create role {} login noinherit {}").format(login, sql.SQL(options)))
    if secret is not None:
        conn.execute(sql.SQL("alter role {} password {}").format(login, sql.Literal(secret)))


def _prepare(kind: str, admin: str) -> Server:
    """Turn an administrator's login into a deploy login that is no superuser."""
    try:
        with psycopg.connect(admin, autocommit=True) as conn:
            if conn.info.server_version < 150000:
                raise ServerUnavailable(
                    f"PostgreSQL 15 or newer is needed, this is {conn.info.server_version // 10000}"
                )
            row = conn.execute(
                "select rolsuper, rolcreaterole, rolcreatedb, current_user from pg_roles where rolname = current_user"
            ).fetchone()
            assert row is not None  # noqa: S101 - we are logged in as it
            is_superuser, creates_roles, creates_databases, name = row
            if not is_superuser:
                if not (creates_roles and creates_databases):
                    raise ServerUnavailable(f"the login {name} needs CREATEROLE and CREATEDB to make test databases")
                return Server(kind, admin, admin)
            secret = password(admin)
            # One at a time: parallel workers set up the same login.
            conn.execute("select pg_advisory_lock(hashtext('pgacademy.testing'))")
            make_login(conn, DEPLOY, secret, options="createrole createdb")
            extra = {"password": secret} if secret else {}
            return Server(kind, admin, make_conninfo(admin, user=DEPLOY, **extra))
    except psycopg.OperationalError as error:
        raise ServerUnavailable(f"the test server cannot be reached: {error}") from error


@contextmanager
def _container(image: str) -> Iterator[str]:
    try:
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ServerUnavailable("install testcontainers to run the tests in a container") from error
    try:
        container = PostgresContainer(image, driver=None)
        container.start()
    except Exception as error:  # docker, requests and testcontainers each have their own
        raise ServerUnavailable(f"no container of {image} could be started: {error}") from error
    try:
        yield make_conninfo(
            host=container.get_container_host_ip(),
            port=str(container.get_exposed_port(5432)),
            user=container.username,
            password=container.password,
            dbname=container.dbname,
        )
    finally:
        container.stop()


@contextmanager
def provide(environ: Mapping[str, str] = os.environ) -> Iterator[Server]:
    """The server the environment asks for.

    `PGACADEMY_TEST_DSN`: that one. Else `PGACADEMY_TEST_SERVER`: `embedded` (the default) or `container`, of the image
    `PGACADEMY_TEST_IMAGE`. Raises ServerUnavailable when it cannot be had.
    """
    dsn = environ.get("PGACADEMY_TEST_DSN")
    kind = environ.get("PGACADEMY_TEST_SERVER") or "embedded"
    if dsn:
        yield _prepare("dsn", dsn)
    elif kind == "container":
        with _container(environ.get("PGACADEMY_TEST_IMAGE") or "postgres:18") as admin:
            yield _prepare("container", admin)
    elif kind == "embedded":
        with embedded.throwaway() as server:
            yield _prepare("embedded", server.dsn(dbname="postgres", user="postgres"))
    else:
        raise ServerUnavailable(f"PGACADEMY_TEST_SERVER is {kind!r}; it may be embedded or container")
