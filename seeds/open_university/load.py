"""The Open University data; README.md says what becomes what."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console

from pgacademy import open_university
from pgacademy.connection import check_release, connect


def load(conninfo: str, school: str, progress: open_university.Report | None = None) -> dict[str, Any]:
    """Loads the files in PGACADEMY_OULAD, or one module of them, and shows what the school has become."""
    data = open_university.read(open_university.folder(), os.environ.get("PGACADEMY_OULAD_MODULE") or None)
    with connect(conninfo, application_name="pgacademy seed open_university") as connection:
        check_release(connection, school)
        loaded = open_university.load(conninfo, school, data, progress or (lambda *_: None))
        become = open_university.become(connection, school, data)
    open_university.show(become, Console(stderr=True))
    return {"added": loaded.added(), "seconds": loaded.seconds, "school": become.counts}
