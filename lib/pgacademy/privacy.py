"""People's data: exported, erased, and single fields of it encrypted. The rules are in the stored procedures.

Every function takes a session, or a connection, that acts as the service of the school, and commits nothing, but where
it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import dict_row

from pgacademy.connection import Connection
from pgacademy.errors import PgacademyError, translated
from pgacademy.field_keys import FieldKeys, Sealed
from pgacademy.sources import queries

if TYPE_CHECKING:
    from pgacademy.client import Session

#: Enters a transaction as the service, and commits it at the end: what works in steps needs one for each.
Transaction = Callable[[], AbstractContextManager[Any]]


@dataclass
class Rotation:
    """What a rotation did: how many fields are under the current key now, how many others had written meanwhile."""

    rotated: int = 0
    overtaken: int = 0
    #: Person, field, and why it could not be read; it stays as it is.
    failed: list[tuple[UUID, str, str]] = field(default_factory=list)


def export(session: Session, user_id: UUID | str, keys: FieldKeys | None = None) -> dict[str, list[dict[str, Any]]]:
    """All that the school has of a person: rows by table. With a ring, encrypted fields are among it, decrypted."""
    document: dict[str, list[dict[str, Any]]] = {
        part.table_name: part.rows for part in session.export_user(user_id=user_id)
    }
    if keys:
        for row in document.get("user_encrypted_fields", []):
            row["value"] = read_field(session, keys, user_id, row["field_name"])
    return document


def erase(
    connection: Connection, transaction: Transaction, user_id: UUID, keep_certificates: bool | None = None
) -> None:
    """Forgets a person, each step in a transaction of its own. What was begun is gone on with."""
    is_done = False
    while not is_done:
        with translated(), transaction():
            row = connection.execute(
                queries("privacy")["erase"], {"user_id": user_id, "keep_certificates": keep_certificates}
            ).fetchone()
            assert row is not None  # noqa: S101  (the procedure returns one row or raises)
            is_done = row[1]


def store_field(session: Session, keys: FieldKeys, user_id: UUID | str, field_name: str, value: str | None) -> None:
    """Encrypts a text under the current key and stores it; None removes the field."""
    sealed = Sealed("", b"", b"") if value is None else keys.encrypt(user_id, field_name, value)
    ciphertext: Any = (
        None if value is None else sealed.ciphertext
    )  # null removes it: the signature has no word for that
    session.store_encrypted_field(
        user_id=user_id,
        field_name=field_name,
        key_id=sealed.key_id,
        nonce=sealed.nonce,
        ciphertext=ciphertext,
    )


def read_field(session: Session, keys: FieldKeys, user_id: UUID | str, field_name: str) -> str | None:
    """The text of an encrypted field, None if there is none. Raises UnknownFieldKey and TamperedField."""
    row = session.read_encrypted_field(user_id=user_id, field_name=field_name)
    return keys.decrypt(user_id, field_name, Sealed(row.key_id, row.nonce, row.ciphertext)) if row else None


def rotate(
    connection: Connection,
    transaction: Transaction,
    keys: FieldKeys,
    *,
    batch: int = 500,
    progress: Callable[[int], None] | None = None,
) -> Rotation:
    """Encrypts everything that is under another key anew under the current one, a batch per transaction.

    It may be interrupted at any time and run again, and the school goes on reading and writing meanwhile: with a ring
    that holds both keys. A field that somebody writes between being read and being replaced keeps what they wrote.
    """
    done = Rotation()
    after: dict[str, Any] = {"user_id": None, "field_name": None}
    while True:
        with translated(), transaction(), connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(
                queries("privacy")["stale"], after | {"key_id": keys.current, "limit": batch}
            ).fetchall()
            for row in found:
                _rotate_one(cursor, keys, row, done)
        if progress:
            progress(done.rotated)
        if len(found) < batch:
            return done
        after = {"user_id": found[-1]["user_id"], "field_name": found[-1]["field_name"]}


def _rotate_one(cursor: Any, keys: FieldKeys, row: dict[str, Any], done: Rotation) -> None:
    old = Sealed(row["key_id"], row["nonce"], row["ciphertext"])
    named = {"user_id": row["user_id"], "field_name": row["field_name"]}
    try:
        new = keys.encrypt(**named, value=keys.decrypt(**named, sealed=old))
    except PgacademyError as exc:
        done.failed.append((row["user_id"], row["field_name"], exc.message))
        return
    replaced = cursor.execute(
        queries("privacy")["rotate"],
        named
        | {"old_key_id": old.key_id, "old_nonce": old.nonce}
        | {"key_id": new.key_id, "nonce": new.nonce, "ciphertext": new.ciphertext},
    ).fetchone()
    if next(iter(replaced.values())):
        done.rotated += 1
    else:
        done.overtaken += 1
