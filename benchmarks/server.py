"""A server of its own for one benchmark: durable as a production server is, on a disk, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgacademy import embedded, migrations, roles, seeding
from pgacademy.connection import connect

SCHOOL = "academy"


@contextmanager
def durable() -> Iterator[embedded.EmbeddedServer]:
    """The server by itself."""
    home = Path(tempfile.mkdtemp(prefix="pgacademy-bench-", dir="/var/tmp" if Path("/var/tmp").is_dir() else None))
    home.chmod(0o755)
    server = embedded.EmbeddedServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def school() -> Iterator[str]:
    """The DSN of the deploy login of a fresh school with reference data."""
    with durable() as server:
        dsn = server.dsn()
        with connect(dsn) as connection:
            roles.apply_roles(connection, SCHOOL)
        migrations.migrate(dsn, SCHOOL)
        seeding.seed(dsn, SCHOOL, "reference")
        yield dsn
