"""Roles: groups for the cluster, a set for every school, logins for applications and people.

The SQL is in sql/roles/, to be printed for an administrator or run here by any role with CREATEROLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

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


def of_school(school: str) -> list[str]:
    """The roles that a school has of its own: the owner, then those of the platform."""
    return [owner(school), *(f"{school}_{role}" for role in PLATFORM_ROLES)]


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


class RoleFinding(NamedTuple):
    """Something that a school's roles lack, or have and must not.

    `statement` mends it, run by an administrator or by whoever granted what is too much; None where apply_roles does.
    `role`, `kind` (role, member, attribute) and `name` say where it is; None where the login is what lacks something.
    """

    phrase: str
    statement: str | None
    role: str | None
    kind: str | None
    name: str | None
    is_extra: bool | None


def inspect_roles(connection: Connection, school: str) -> list[RoleFinding]:
    """What is missing or unsafe among the roles of `school` and their groups; empty when all is well."""
    rows = connection.execute(sources.queries("roles")["roles"], role_values(connection, school)).fetchall()
    return judge(rows, school, connection.info.server_version)


def role_values(connection: Connection, school: str) -> dict[str, object]:
    """Values of the query `roles`. From 16 on membership is not enough to set a role: a grant may come without that."""
    set_right = "set" if connection.info.server_version >= _GRANTS_WITH_OPTIONS else "member"
    return {"school": school_name(school), "wanted": list(_wanted(school)), "set_right": set_right}


def judge(rows: Sequence[tuple[Any, ...]], school: str, server_version: int) -> list[RoleFinding]:
    """What is missing or unsafe, by the rows of the query `roles`."""
    wanted, found = _wanted(school), {row[0]: row[1:] for row in rows}
    has_options = server_version >= _GRANTS_WITH_OPTIONS
    missing, outside, powers, extra = list[RoleFinding](), list[RoleFinding](), list[RoleFinding](), list[RoleFinding]()
    for role, group in wanted.items():
        if role not in found:
            missing.append(RoleFinding(f"role {role} does not exist", None, role, "role", "", False))
            continue
        *attributes, inherits, _, _, memberships = found[role]
        if group is not None and group in found and not inherits:
            outside.append(_outside(role, group, memberships, has_options=has_options))
        powers += [
            RoleFinding(
                f"{role} has the attribute {name.upper()}, which it must not have",
                f"alter role {role} no{name}",
                role,
                "attribute",
                name,
                True,
            )
            for name, is_set in zip(_POWERS, attributes, strict=True)
            if is_set
        ]
        extra += _extra(role, group, memberships, has_options=has_options)
    of_login = []
    if (own := found.get(owner(school))) and not own[7]:
        of_login.append(RoleFinding(f"{own[8]} may not set role {owner(school)}", None, None, None, None, None))
    return [*missing, *outside, *powers, *extra, *of_login]


#: The attributes that none of these roles may have, in the order of the query `roles`.
_POWERS = ("superuser", "createrole", "createdb", "bypassrls", "login", "replication")
#: Since PostgreSQL 16 a membership is granted with options of its own, several times by several grantors.
_GRANTS_WITH_OPTIONS = 160000


def _wanted(school: str) -> dict[str, str | None]:
    """The roles of a school and the groups, each with the group that it is in. No name of them needs quotes."""
    groups = {f"pgacademy_{role}": None for role in PLATFORM_ROLES}
    return {owner(school): None, **groups, **{f"{school}_{role}": f"pgacademy_{role}" for role in PLATFORM_ROLES}}


def _outside(role: str, group: str, memberships: Sequence[Sequence[str]], *, has_options: bool) -> RoleFinding:
    """A role that does not inherit from its group. A membership that is there stays as it is when roles are made."""
    statement = None
    if any(name == group for name, *_ in memberships):
        statement = f"grant {group} to {role} with inherit true" if has_options else f"alter role {role} inherit"
    phrase = f"{role} is not a member of {group} with inherit"
    return RoleFinding(phrase, statement, role, "member", f"of {group}", False)


def _extra(
    role: str, group: str | None, memberships: Sequence[Sequence[str]], *, has_options: bool
) -> list[RoleFinding]:
    """What a role is a member of: the roles of a school are in their groups and nothing else is in between."""
    statements: dict[str, list[str]] = {}
    for name, quoted, grantor, has_admin in memberships:
        if name == group and has_admin != "true":
            continue
        how, option = (" with admin option", "admin option for ") if name == group else ("", "")
        end = f" granted by {grantor}" if has_options else ""
        statements.setdefault(f"{name}{how}", []).append(f"revoke {option}{quoted} from {role}{end}")
    return [
        RoleFinding(
            f"{role} is a member of {what}, which it must not be", "; ".join(texts), role, "member", f"of {what}", True
        )
        for what, texts in sorted(statements.items())
    ]


def check_roles(connection: Connection, school: str) -> list[str]:
    """As inspect_roles(), one phrase each."""
    return [found.phrase for found in inspect_roles(connection, school)]


def require_roles(connection: Connection, school: str) -> None:
    """Raises RolesMissing, naming them, unless inspect_roles finds nothing."""
    if not (found := inspect_roles(connection, school)):
        return
    phrases, statements = [item.phrase for item in found], [item.statement for item in found if item.statement]
    hints = []
    if statements:
        hints.append(f"Have an administrator run: {'; '.join(statements)};")
    if len(statements) < len(found):
        hints.append(f"Run `pgacademy roles --apply --school {school}`, or have an administrator run what it prints.")
    raise RolesMissing(
        f"The roles of the school {school!r} are not as they must be: {phrases[0]}"
        + (f", and {len(phrases) - 1} more." if len(phrases) > 1 else "."),
        hint=" ".join(hints),
        detail="\n".join(phrases) if len(phrases) > 1 else None,
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
