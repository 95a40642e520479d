"""Two hundred migrations: forth, back in bites, forth again; yoyo sees the same all the while."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
import yoyo
from psycopg.conninfo import conninfo_to_dict

from pgacademy import embedded, rollbacks
from pgacademy.connection import Connection
from tests.engine import catalogues, history
from tests.lib.conftest import Yard

pytestmark = pytest.mark.slow

FILES, BITE = 200, 50


@pytest.fixture
def long(tmp_path: Path, dsn: str, deploy: Connection) -> Yard:
    return Yard(tmp_path / "tree", dsn)


def yoyo_pending(yard: Yard) -> list[str]:
    """What `yoyo list` shows as not applied."""
    parts = conninfo_to_dict(yard.dsn)
    backend = yoyo.get_backend(
        f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?host={quote(str(parts['host']), safe='')}"
        f"&port={parts['port']}&schema=academy&options={quote('-c role=academy_owner')}"
    )
    try:
        return [migration.id for migration in backend.to_apply(yoyo.read_migrations(str(yard.tree.migrations)))]
    finally:
        backend.connection.close()


def dump(server: embedded.Server, yard: Yard) -> list[str]:
    """Structure and rows of all but the journal, which tells of more the second time."""
    journal = ("schema_*", "_yoyo_*", "yoyo_lock")
    excluded = [f"--exclude-table-data=academy.{pattern}" for pattern in journal]
    name = str(conninfo_to_dict(yard.dsn)["dbname"])
    times = ("--exclude-table-data=academy.owners_*", "--inserts")  # created_at is of its time
    return catalogues.dump(server.binaries, server.dsn(name, "postgres"), *excluded, *times)


def test_two_hundred_files_go_forth_and_back_and_forth(server: embedded.Server, long: Yard) -> None:
    ids = history.write(long.tree.migrations, FILES)
    assert long.migrate().applied == ids
    assert long.status().is_current
    assert yoyo_pending(long) == []
    made = dump(server, long)

    for last in range(FILES - BITE, 0, -BITE):
        undone = rollbacks.rollback(long.dsn, "academy", ids[last - 1], tree_=long.tree)
        assert undone == ids[last : last + BITE][::-1]
        assert long.status().pending == tuple(ids[last:])
        assert yoyo_pending(long) == ids[last:]

    assert long.migrate().applied == ids[BITE:]
    assert dump(server, long) == made
    assert not long.migrate().changed
    assert yoyo_pending(long) == []
