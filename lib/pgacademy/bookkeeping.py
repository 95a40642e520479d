"""The journal a school keeps of its migrations: yoyo's tables, and ours with checksums beside them."""

from __future__ import annotations

import getpass
import socket

from yoyo.migrations import get_migration_hash

from pgacademy import __version__
from pgacademy.connection import Connection
from pgacademy.sources import queries
from pgacademy.steps import Step


def applied(connection: Connection) -> dict[str, str | None]:
    """Applied migrations in their order, with the checksum they had (None: yoyo itself applied them)."""
    row = connection.execute(queries("bookkeeping")["exists"]).fetchone()
    if row is None or not row[0]:
        return {}
    return {name: sha256 for name, sha256, _ in connection.execute(queries("bookkeeping")["applied"])}


def mark(connection: Connection, step: Step, duration_ms: int) -> None:
    """Records a step as applied, within the caller's transaction."""
    values = _who(step) | {"sha256": step.sha256, "duration_ms": duration_ms, "library_version": __version__}
    connection.execute(queries("bookkeeping")["mark"], values)


def unmark(connection: Connection, step: Step) -> None:
    """Records a step as taken back, within the caller's transaction."""
    connection.execute(queries("bookkeeping")["unmark"], _who(step))


def _who(step: Step) -> dict[str, object]:
    try:
        username = getpass.getuser()
    except (KeyError, OSError):
        username = ""
    return {
        "id": step.id,
        "hash": get_migration_hash(step.id),
        "username": username[:255],
        "hostname": socket.gethostname()[:255],
    }
