"""Acting as people of a school from the login that migrates it, for as long as one transaction lasts.

Seeds and the demo enter courses as their instructors and learn as their learners, through the procedures that those
people call. The login that migrates a school is a member of its owner only, but it made the other roles and so may
grant them: it does, inside the transaction, and takes them back before the end. No other session sees the membership.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from pgacademy.connection import Connection
from pgacademy.errors import NotAllowed
from pgacademy.sources import queries


@contextmanager
def borrowing(connection: Connection, school: str, *roles: str) -> Iterator[None]:
    """One transaction in which the connection may `act` in these platform roles of the school, such as "instructor".

    Raises NotAllowed when the login neither holds the roles nor may grant them.
    """
    names = [f"{school}_{role}" for role in roles]
    with connection.transaction():
        connection.execute("set local role none")
        found = connection.execute(queries("acting")["lacking"], {"roles": names}).fetchall()
        lacking = [sql.Identifier(name) for (name,) in found]
        borrowed = sql.SQL(", ").join(lacking)
        if lacking:
            try:
                connection.execute(sql.SQL("grant {} to session_user").format(borrowed))
            except psycopg.errors.InsufficientPrivilege as exc:
                raise NotAllowed(
                    f"This login may not act as {', '.join(name for (name,) in found)}.",
                    hint="Connect as the role that made the school's roles.",
                    sqlstate=exc.sqlstate,
                ) from exc
        yield
        connection.execute("set local role none")
        if lacking:
            connection.execute(sql.SQL("revoke {} from session_user").format(borrowed))


def act(connection: Connection, school: str, role: str, person: UUID | None = None) -> None:
    """Until the end of the transaction, or the next call: in this role, as this person or as nobody."""
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(f"{school}_{role}")))
    connection.execute(queries("acting")["identity"], {"user_id": str(person or "")})
