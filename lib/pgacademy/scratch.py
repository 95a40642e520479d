"""A school that is made only to be looked at: built from a tree, compared with, and gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from pgacademy import migrations, roles, schools
from pgacademy.connection import Connection, connect
from pgacademy.errors import UsageError
from pgacademy.sources import Tree, queries


@contextmanager
def school(conninfo: str, server: int, files: Tree) -> Iterator[tuple[Connection, str]]:
    """Builds a school of `files` under a name of its own; yields a connection that acts as its owner, and the name.

    The login may make roles and, in this database, schemas. What a killed run left behind is dropped first. Raises
    UsageError unless the server's major version is `server`: definitions come out differently from each.
    """
    with connect(conninfo, application_name="pgacademy verify") as connection:
        if connection.info.server_version // 10000 != server:
            raise UsageError(
                f"The scratch server runs PostgreSQL {connection.info.server_version // 10000}, the school's {server}.",
                hint="Name a database on a server of the same major version: one on the school's own will do.",
            )
        for name in [row[0] for row in connection.execute(queries("scratch")["left_behind"])]:
            with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.DependentObjectsStillExist):
                _drop(connection, name)  # of another login or database: theirs to drop
        name = f"verify_scratch_{secrets.token_hex(4)}"
        connection.execute(queries("scratch")["hold"], {"school": name})
        try:
            roles.apply_roles(connection, name)
            migrations.migrate(conninfo, name, tree_=files)
            with schools.as_owner(connection, name):
                yield connection, name
        finally:
            if not connection.closed:
                _drop(connection, name)


def _drop(connection: Connection, name: str) -> None:
    owner = sql.Identifier(roles.owner(name))
    if schools.may_act_as(connection, roles.owner(name)):
        connection.execute(sql.SQL("set role {}").format(owner))
        try:
            connection.execute("drop owned by current_user cascade")
        finally:
            connection.execute("reset role")
    for role in ("owner", *roles.PLATFORM_ROLES):
        connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{name}_{role}")))
    connection.execute(queries("scratch")["release"], {"school": name})
