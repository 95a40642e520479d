"""Roles: groups for the cluster, a set for every school, logins for applications and people.

The SQL is in sql/roles/, to be printed for an administrator or run here by any role with CREATEROLE.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from pgacademy import sources
from pgacademy.connection import Connection, extensions_schema, school_path
from pgacademy.errors import Conflict, NotAllowed, PgacademyError, RolesMissing, UsageError
from pgacademy.settings import school_name

PLATFORM_ROLES = ("anonymous", "student", "instructor", "admin", "service", "analyst")


def owner(school: str) -> str:
    """The role that owns the school's objects."""
    return f"{school}_owner"


def roles_sql(school: str, deploy: str, tree: sources.Tree | None = None) -> str:
    """The idempotent SQL that makes the groups and the roles of `school`, `deploy` being able to migrate it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  (takes long, and is seldom needed)

    templates = Environment(  # SQL, not HTML: nothing to escape, and every value is a checked name
        loader=FileSystemLoader((tree or sources.tree()).roles),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    values = {"school": school_name(school), "deploy": deploy.replace("'", "''"), "platform_roles": PLATFORM_ROLES}
    return "\n".join(templates.get_template(name).render(values) for name in ("groups.sql", "school.sql"))


def apply_roles(connection: Connection, school: str) -> None:
    """Makes what is missing; the connection's login becomes able to migrate the school."""
    try:
        connection.execute(roles_sql(school, _login(connection)).encode())
    except psycopg.errors.InsufficientPrivilege as exc:
        raise RolesMissing(
            f"This login may not make the roles of the school {school!r}: {exc.diag.message_primary}.",
            hint=f"Have `pgacademy roles --school {school}` run by the role that made the groups, by one with "
            "CREATEROLE that holds pgacademy_… with admin option, or by an administrator.",
            sqlstate=exc.sqlstate,
        ) from exc


def check_roles(connection: Connection, school: str) -> list[str]:
    """What is missing or unsafe among the roles of `school`, one phrase each; empty when all is well."""
    values = {"school": school_name(school), "roles": list(PLATFORM_ROLES)}
    return [row[0] for row in connection.execute(sources.queries("roles")["missing"], values)]


def require_roles(connection: Connection, school: str) -> None:
    """Raises RolesMissing, naming them, unless check_roles finds nothing."""
    if missing := check_roles(connection, school):
        raise RolesMissing(
            f"The roles of the school {school!r} are not complete: {'; '.join(missing)}.",
            hint=f"Run `pgacademy roles --apply --school {school}`, or have an administrator run what it prints.",
            detail="\n".join(missing),
        )


def add_login(
    connection: Connection, school: str, name: str, password: str, roles: Iterable[str], *, allow_admin: bool = False
) -> None:
    """Creates a login of the school, member of `<school>_<role>` for each of `roles`, all or nothing.

    The login does not inherit: it can do nothing until it says `set role`, request by request. The server is sent a
    SCRAM verifier, so the password is in no log.
    """
    wanted = list(dict.fromkeys(roles))
    _check_login_roles(wanted, allow_admin=allow_admin)
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    login, database = sql.Identifier(name), sql.Identifier(connection.info.dbname)
    path = school_path(school, extensions_schema(connection) or "extensions")
    memberships = sql.SQL(", ").join(sql.Identifier(f"{school}_{role}") for role in wanted)
    try:
        with connection.transaction():
            # NOINHERIT from the start: from 16 on, altering it later would change no membership.
            connection.execute(
                sql.SQL("create role {} login noinherit password {}").format(login, sql.Literal(verifier))
            )
            connection.execute(sql.SQL("grant {} to {}").format(memberships, login))
            connection.execute(
                sql.SQL("alter role {} in database {} set search_path to {}").format(login, database, path)
            )
    except psycopg.errors.DuplicateObject as exc:
        raise Conflict(f"There is a role {name!r} already.", hint="Choose another name, or drop that role.") from exc
    except psycopg.errors.UndefinedObject as exc:
        require_roles(connection, school)
        raise PgacademyError(str(exc)) from exc
    except psycopg.errors.InsufficientPrivilege as exc:
        raise NotAllowed(
            f"This login may not make logins: {exc.diag.message_primary}.",
            hint="Connect as the role that made the school's roles; it needs CREATEROLE.",
            sqlstate=exc.sqlstate,
        ) from exc


def _check_login_roles(roles: list[str], *, allow_admin: bool) -> None:
    unknown = [role for role in roles if role not in PLATFORM_ROLES]
    if unknown or not roles:
        raise UsageError(
            f"There is no role {unknown[0]!r}." if unknown else "A login needs at least one role.",
            hint=f"Roles are {', '.join(PLATFORM_ROLES)}.",
        )
    if "service" in roles and len(roles) > 1:
        raise UsageError(
            "A login with the role service can have no other: whoever holds it can act on everybody.",
            hint="Make a login of its own for trusted jobs.",
        )
    if "admin" in roles and not allow_admin:
        raise UsageError(
            "Application logins are not given the role admin.",
            hint="If this login is a person's or an administration tool's, say --allow-admin.",
        )


def _login(connection: Connection) -> str:
    row = connection.execute("select session_user::text").fetchone()
    assert row is not None  # noqa: S101  (a select without FROM returns a row)
    return str(row[0])
