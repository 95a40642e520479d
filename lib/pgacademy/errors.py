"""Everything that can go wrong, as exceptions that keep what the server said.

Errors of ours carry a SQLSTATE that begins with PA (CONVENTIONS.md). psycopg delivers such codes as a bare
DatabaseError, so the mapping goes by `sqlstate`, never by psycopg's class or by message text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import psycopg


class PgacademyError(Exception):
    """The base of all errors of this library.

    `sqlstate`, `hint`, `detail` and `constraint` are what the server sent, or what the library would say in its place.
    """

    #: The exit code of the command line when this error ends it.
    exit_code: ClassVar[int] = 1
    #: Whether the same transaction may succeed when it is run again from its start.
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        detail: str | None = None,
        sqlstate: str | None = None,
        constraint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.sqlstate = sqlstate
        self.constraint = constraint


# -- what the stored procedures raise ---------------------------------------------------------------------------------


class IdentityRequired(PgacademyError):
    """PA401: the procedure acts for the caller, and nobody is signed in."""


class NotAllowed(PgacademyError):
    """PA403, and 42501: the caller's role, or the rules about the row, do not permit it."""


class ReadOnly(NotAllowed):
    """25006: the server, or this transaction, takes no changes."""


class NotFound(PgacademyError):
    """PA404: no such row, or none that the caller may know of."""


class Conflict(PgacademyError):
    """PA409: the request contradicts the present state."""


class InvalidValue(PgacademyError):
    """PA422, class 22 and 42846: an argument is outside what the procedure accepts, or of another type."""


class TooManyRequests(PgacademyError):
    """PA429: a limit on how often was reached."""


class InvalidIdentity(PgacademyError):
    """28000: the token that names the caller is forged, malformed or expired."""


class ConstraintViolated(PgacademyError):
    """Class 23: a constraint refused the row; `constraint` names it."""


class Duplicate(ConstraintViolated, Conflict):
    """23505: another row has the same already, as when two register one name at once."""


class TransactionAborted(PgacademyError):
    """25P02: a call in this transaction failed, and the server keeps nothing of it, nor does anything more in it."""


class SerializationFailure(PgacademyError):
    """40001 and 40P01: another transaction won; run this one again from its start."""

    retryable = True


# -- what the engine and the command line raise -----------------------------------------------------------------------


class UsageError(PgacademyError):
    """An option or argument makes no sense. The exit code is EX_USAGE of sysexits.h."""

    exit_code = 64


class ServerUnreachable(PgacademyError):
    """No connection, or none any more: wrong DSN, server not up or stopped, login refused."""


class PooledConnection(PgacademyError):
    """The DSN leads to a connection pooler, and the work needs a server session of its own."""


class ServerTooOld(PgacademyError):
    """The server is older than PostgreSQL 15."""


class UnsupportedDatabase(PgacademyError):
    """The database cannot hold a school: its encoding is not UTF-8."""


class EmbeddedServerError(PgacademyError):
    """The embedded server cannot be found, started or stopped."""


class RolesMissing(PgacademyError):
    """Roles or memberships that a school needs are not there; `detail` lists them if they are several."""


class SchoolMissing(PgacademyError):
    """The database holds no school of that name."""


class UnsafeSearchPath(PgacademyError):
    """Somebody else may create objects in a schema that the school's procedures trust."""


class VersionMismatch(PgacademyError):
    """The school was migrated by another version of the library."""


class MigrationError(PgacademyError):
    """A migration or repeatable file failed, was edited, or cannot be used."""


class JournalDamaged(MigrationError):
    """Somebody has had a hand in the journal of a school: rows are lost, there twice or without a name."""


class LockBusy(PgacademyError):
    """Other sessions hold what is needed: another migration of the school, or readers of a table."""


_BY_SQLSTATE: dict[str, type[PgacademyError]] = {
    "PA401": IdentityRequired,
    "PA403": NotAllowed,
    "PA404": NotFound,
    "PA409": Conflict,
    "PA422": InvalidValue,
    "PA429": TooManyRequests,
    "28000": InvalidIdentity,
    "42501": NotAllowed,
    "23505": Duplicate,
    "25006": ReadOnly,
    "25P02": TransactionAborted,
    "40001": SerializationFailure,
    "40P01": SerializationFailure,
    "42846": InvalidValue,
    # Stopped, crashed, or not yet up.
    "57P01": ServerUnreachable,
    "57P02": ServerUnreachable,
    "57P03": ServerUnreachable,
}

_BY_CLASS: dict[str, type[PgacademyError]] = {
    "08": ServerUnreachable,
    "22": InvalidValue,
    "23": ConstraintViolated,
}

#: What to do about an error for which the server, or whoever wrote it, gives no hint.
_HINTS: dict[type[PgacademyError], str] = {
    InvalidValue: "See docs/reference/procedures.md for the types of arguments, and what they may be.",
    Duplicate: "Look for the row that is there, or choose another value.",
    NotAllowed: "Act in a role that may, and that the login was given: `pgacademy login add … --role …`.",
    ReadOnly: "Use the DSN of the primary, check default_transaction_read_only, and write outside of read_only().",
    ServerUnreachable: "Try again when the server is up; look whether the last thing done is there.",
    TransactionAborted: "Put what may fail, if the rest is to stay, into `with session.connection.transaction():`.",
}


def translate(exc: psycopg.Error) -> PgacademyError:
    """The exception of ours that says what `exc` says. Unknown codes become a plain PgacademyError."""
    diagnostics = exc.diag
    code = exc.sqlstate or diagnostics.sqlstate
    kind = PgacademyError
    if code is not None:
        kind = _BY_SQLSTATE.get(code) or _BY_CLASS.get(code[:2]) or PgacademyError
    elif isinstance(exc, psycopg.OperationalError):
        kind = ServerUnreachable
    return kind(
        diagnostics.message_primary or str(exc).strip(),
        hint=diagnostics.message_hint or _HINTS.get(kind),
        detail=diagnostics.message_detail,
        sqlstate=code,
        constraint=diagnostics.constraint_name,
    )


def refused(where: str, exc: psycopg.Error, *notes: str | None, hint: str | None = None) -> MigrationError:
    """The error that says where in the files the server refused what, with all that it says of that."""
    told = [note for note in (exc.diag.message_detail, exc.diag.context, *notes) if note]
    return MigrationError(
        f"{where}: {exc.diag.message_primary or exc}",
        detail="\n".join(told) or None,
        hint=hint or exc.diag.message_hint or (_HINTS[ReadOnly] if exc.sqlstate == "25006" else None),
        sqlstate=exc.sqlstate,
        constraint=exc.diag.constraint_name,
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turns every psycopg error raised inside into one of ours, the original kept as its cause."""
    try:
        yield
    except psycopg.Error as exc:
        raise translate(exc) from exc
