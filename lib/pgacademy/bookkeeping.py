"""The journal a school keeps of its migrations: yoyo's tables, ours with checksums beside them, and a history.

A step of several transactions is recorded when it is begun, in `schema_steps` alone, and again when it is done: yoyo
gets its row only then.
"""

from __future__ import annotations

import getpass
import hashlib
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from pgacademy import __version__
from pgacademy.connection import Connection
from pgacademy.errors import JournalDamaged
from pgacademy.sources import queries
from pgacademy.steps import Step


@dataclass(frozen=True)
class State:
    """Migrations by name with the checksum their file had: those applied, in their order, and those only begun.

    The checksum is None where yoyo itself applied the file.
    """

    applied: Mapping[str, str | None] = field(default_factory=dict)
    started: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that was done to a school. `duration_ms` is in milliseconds."""

    id: int
    at: datetime
    operation: str
    migration_id: str | None
    detail: str | None
    login: str
    os_user: str
    hostname: str
    duration_ms: int | None
    library_version: str


def read(connection: Connection) -> State:
    """What was applied and begun; nothing where the school has no journal yet. Raises JournalDamaged."""
    row = connection.execute(queries("bookkeeping")["exists"]).fetchone()
    return read_existing(connection) if row is not None and row[0] else State()


def read_existing(connection: Connection) -> State:
    """As read(), for a school that is known to have a journal."""
    require_keys(connection)
    return state_of(connection.execute(queries("bookkeeping")["state"]).fetchall())


def state_of(rows: Sequence[tuple[Any, ...]]) -> State:
    """The rows of the query `state`. Raises JournalDamaged."""
    names = [name for name, _, _ in rows]
    if None in names:
        raise JournalDamaged(
            "In the school's journal a row of _yoyo_migration names no migration.",
            hint="Somebody changed it by hand. Its migration_hash is the SHA-256 of the name: have the school's owner "
            "put that back where migration_id is null, or delete the row if it is of no migration.",
        )
    if len(set(names)) < len(names):
        twice = [name for name, count in Counter(names).items() if count > 1]
        raise JournalDamaged(
            f"In the school's journal migrations are there twice: {', '.join(twice)}.",
            hint="Somebody changed it by hand. Have the school's owner delete the rows of _yoyo_migration whose "
            "migration_hash is not the SHA-256 of the name.",
        )
    return State(
        {name: sha256 for name, sha256, is_done in rows if is_done},
        {name: sha256 for name, sha256, is_done in rows if not is_done},
    )


def require_keys(connection: Connection) -> None:
    """Raises JournalDamaged where a table of the journal could hold a row twice, so that nothing can be recorded."""
    lost = connection.execute(queries("bookkeeping")["lost_keys"]).fetchall()
    if lost:
        tables = " and ".join(f"{table} ({columns})" for table, columns, _ in lost)
        raise JournalDamaged(
            f"In the school's journal the key is lost of {tables}: rows may be there twice, and none can be recorded.",
            hint="Somebody changed it by hand. Have the school's owner delete what is there twice, and then run: "
            + " ".join(f"{statement};" for _, _, statement in lost),
        )


def require_checksums(connection: Connection, state: State, steps: Sequence[Step]) -> None:
    """Raises JournalDamaged where the checksum of a migration is lost that we applied: nobody would notice an edit.

    The school is first in the path. What yoyo applied never had one, and who may not read the history is told nothing.
    """
    if None not in state.applied.values():
        return
    row = connection.execute(queries("bookkeeping")["may_read_history"]).fetchone()
    if row is None or not row[0]:
        return
    files = {step.id: step.sha256 for step in steps}
    rows = connection.execute(queries("bookkeeping")["forgotten"]).fetchall()
    lost = [name for name, _ in rows if name in files]
    if lost:
        values = ",\n".join(f"  ('{name}', '{files[name]}', 0, '{__version__}')" for name in lost)
        raise JournalDamaged(
            f"In the school's journal the checksums of applied migrations are lost: {', '.join(lost)}.",
            detail=f"insert into {rows[0][1]} (migration_id, sha256, duration_ms, library_version) values\n{values}\n"
            "on conflict (migration_id) do update set sha256 = excluded.sha256;",
            hint="Somebody changed it by hand. Bring the rows of schema_steps back from a backup; or, if the files are "
            "as they were applied, have the school's owner run the insert that `pgacademy status` shows of the school.",
        )


def begin(connection: Connection, step: Step) -> None:
    """Records that a step of several transactions is begun."""
    values = {"id": step.id, "sha256": step.sha256, "library_version": __version__}
    connection.execute(queries("bookkeeping")["begin"], values)


def mark(connection: Connection, step: Step, duration_ms: int, operation: str = "apply") -> None:
    """Records a step as applied, within the caller's transaction."""
    connection.execute(queries("bookkeeping")["mark"], _mark_values(step, duration_ms, operation))


def mark_sql(connection: Connection, step: Step) -> str:
    """The SQL that records a step as applied, to be sent with the step's own; it measures how long that took."""
    with psycopg.ClientCursor(connection) as cursor:
        return cursor.mogrify(queries("bookkeeping")["mark"], _mark_values(step, None, "apply"))


def prepare_mark(connection: Connection, name: str) -> None:
    """Has the server read and plan `mark` once, for many steps, which saves a sixth of a small one's time.

    `name` is one that the connection has not had: whether an earlier one is still there, nobody knows. After a
    rollback, or a DROP or ALTER that it sent itself, the driver may have the server forget all that is prepared.
    """
    values: dict[str, sql.Composable] = {key: sql.Literal(value) for key, value in _always("apply", None).items()}
    values |= {"id": sql.SQL("$1"), "hash": sql.SQL("$2"), "sha256": sql.SQL("$3")}
    text = queries("bookkeeping")["mark"].decode() % {key: value.as_string(None) for key, value in values.items()}
    connection.execute(f"prepare {name} (text, text, text) as {text}".encode())


def mark_prepared_sql(name: str, step: Step) -> str:
    """As mark_sql(), by what was prepared under a name."""
    values = (sql.Literal(value).as_string(None) for value in _own(step).values())
    return f"execute {name} ({', '.join(values)})"


def _mark_values(step: Step, duration_ms: int | None, operation: str) -> dict[str, object]:
    return _always(operation, duration_ms) | _own(step)


def _own(step: Step) -> dict[str, str]:
    """What `mark` is told of the step, in the order of the parameters of what is prepared."""
    return {"id": step.id, "hash": yoyos_hash(step.id), "sha256": step.sha256}


def _always(operation: str, duration_ms: int | None) -> dict[str, object]:
    """What `mark` is told that is not of the step."""
    return _who() | {
        "operation": operation,
        # yoyo's word for what was not run
        "yoyo_operation": "apply" if operation == "apply" else "mark",
        "duration_ms": duration_ms,
    }


def yoyos_hash(migration_id: str) -> str:
    """The key of yoyo's tables, as its get_migration_hash() makes it; yoyo itself takes long to be read in."""
    return hashlib.sha256(migration_id.encode()).hexdigest()


def unmark(connection: Connection, step: Step, duration_ms: int | None = None) -> None:
    """Records a step as taken back, within the caller's transaction."""
    values = _who() | {"id": step.id, "hash": yoyos_hash(step.id), "duration_ms": duration_ms}
    connection.execute(queries("bookkeeping")["unmark"], values)


def tell(
    connection: Connection,
    operation: str,
    detail: str | None = None,
    *,
    migration_id: str | None = None,
    duration_ms: int | None = None,
) -> None:
    """Adds to the history what is not about a step being applied or taken back."""
    values = _who() | {
        "operation": operation,
        "migration_id": migration_id,
        "detail": detail,
        "duration_ms": duration_ms,
    }
    connection.execute(queries("bookkeeping")["tell"], values)


def history(connection: Connection) -> list[HistoryEntry]:
    """Everything that was done to the school, the oldest first; nothing where it keeps no history."""
    row = connection.execute(queries("bookkeeping")["history_exists"]).fetchone()
    if row is None or not row[0]:
        return []
    with connection.cursor(row_factory=class_row(HistoryEntry)) as cursor:
        return cursor.execute(queries("bookkeeping")["history"]).fetchall()


@cache
def person() -> tuple[str, str]:
    """The operating system's name of who runs this, and the machine's."""
    try:
        username = getpass.getuser()
    except (KeyError, OSError):
        username = ""
    return username[:255], socket.gethostname()[:255]


def _who() -> dict[str, object]:
    username, hostname = person()
    return {"username": username, "hostname": hostname, "library_version": __version__}
