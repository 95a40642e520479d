"""The schools of a database, read from its catalogue: there is no table of them, so none that could be wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from pgacademy import locking
from pgacademy.connection import Connection
from pgacademy.errors import LockBusy, NotAllowed, SchoolMissing
from pgacademy.school_comment import BEING_DROPPED, is_development, is_finished, release_in
from pgacademy.schools import act_in, as_owner, may_act_as, set_development
from pgacademy.sources import queries

__all__ = ["SchoolEntry", "find", "mark", "names", "require", "schools"]

State = Literal["ready", "unfinished", "being dropped"]

# How long a lock of one school is waited for: with many schools, those that are held add up.
_LOCK_TIMEOUT = "500ms"
_JOURNAL = locking.Spot("The journal", ("_yoyo_migration", "schema_objects"))


@dataclass(frozen=True)
class SchoolEntry:
    """One school. What this login may not read is None.

    `release` is the version that last migrated it to the end, None while it is unfinished; `size_bytes` is what it
    takes on disk, None while somebody holds one of its tables. `error` says who holds the journal, where that is why it
    was not read.
    """

    name: str
    release: str | None
    state: State
    development: bool
    owner: str
    size_bytes: int | None
    migrations: int | None
    last_migrated_at: datetime | None
    error: LockBusy | None = None


def schools(connection: Connection) -> list[SchoolEntry]:
    """Every school of the connection's database, by name. Reads only, and waits half a second at most for a lock."""
    found = connection.execute(queries("registry")["schools"]).fetchall()
    return [_entry(connection, name, owner, comment) for name, owner, comment in found]


def names(connection: Connection) -> list[str]:
    """The names of the schools, without looking into them."""
    return [row[0] for row in connection.execute(queries("registry")["schools"])]


def find(connection: Connection, school: str) -> SchoolEntry | None:
    """The school of that name; None when there is none."""
    for name, owner, comment in connection.execute(queries("registry")["schools"]).fetchall():
        if name == school:
            return _entry(connection, name, owner, comment)
    return None


def require(connection: Connection, school: str) -> SchoolEntry:
    """The school of that name. Raises SchoolMissing, also for a schema that is no school."""
    entry = find(connection, school)
    if entry is None:
        raise SchoolMissing(
            f"There is no school {school!r} in this database.", hint="`pgacademy schools` lists those there are."
        )
    return entry


def mark(connection: Connection, school: str, *, development: bool) -> None:
    """Says whether the school is a development one, which `reset` may empty. Raises SchoolMissing, NotAllowed."""
    require(connection, school)
    with as_owner(connection, school):
        set_development(connection, school, development)


def _entry(connection: Connection, name: str, owner: str, comment: str) -> SchoolEntry:
    finished = is_finished(comment)
    state: State = "ready" if finished else "being dropped" if comment == BEING_DROPPED else "unfinished"
    migrations: int | None = None
    last: datetime | None = None
    error: LockBusy | None = None
    try:
        migrations, last = _journal(connection, name, owner)
    except psycopg.errors.LockNotAvailable as exc:
        error = _journal_held(connection, name, exc)
    return SchoolEntry(
        name=name,
        release=release_in(comment) if finished else None,
        state=state,
        development=is_development(comment),
        owner=owner,
        size_bytes=None if error else _size(connection, name),  # it looks at the journal too, and would wait again
        migrations=migrations,
        last_migrated_at=last,
        error=error,
    )


def _size(connection: Connection, school: str) -> int | None:
    size: int | None = None
    with suppress(psycopg.errors.LockNotAvailable), connection.transaction():
        connection.execute(queries("registry")["set_lock_timeout"], {"value": _LOCK_TIMEOUT})
        row = connection.execute(queries("registry")["size"], {"school": school}).fetchone()
        size = row[0] if row else None
    return size


def _journal(connection: Connection, school: str, owner: str) -> tuple[int | None, datetime | None]:
    """Only the owner reads the journal; whoever may not act as it learns nothing. Raises LockNotAvailable."""
    if not may_act_as(connection, owner):
        return None, None
    found: tuple[int | None, datetime | None] = None, None
    unreadable = (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege, NotAllowed)
    with suppress(*unreadable), connection.transaction():
        act_in(connection, school, owner)
        connection.execute(queries("registry")["set_lock_timeout"], {"value": _LOCK_TIMEOUT})
        row = connection.execute(queries("registry")["journal"]).fetchone()
        found = (row[0], row[1]) if row else found
    return found


def _journal_held(connection: Connection, school: str, exc: psycopg.Error) -> LockBusy:
    with connection.transaction(force_rollback=True):  # so that a caller's transaction keeps its role
        return locking.busy(exc, locking.holders(connection, _JOURNAL, school=school), _JOURNAL)
