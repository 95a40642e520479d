"""Seeds: data that a set of files under seeds/<set>/ brings into a school.

A set is SQL files, applied in their order, each in a transaction of its own as the school's owner, or a `load.py` with
a function `load(conninfo, school, progress) -> dict` that does what SQL alone cannot. Both are idempotent by
themselves: nothing here remembers what was seeded.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pgacademy import locking, schools
from pgacademy.connection import check_release, connect
from pgacademy.errors import UsageError
from pgacademy.repeatables import named
from pgacademy.sources import Tree, queries, tree

Progress = Callable[[str, int, int], None]


@dataclass
class SeedReport:
    """What was run, and what a `load.py` has to say about it."""

    seed_set: str
    files: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    duration_s: float = 0.0


def sets(files: Tree | None = None) -> list[str]:
    """The names of the seed sets there are."""
    folder = (files or tree()).seeds
    return sorted(path.name for path in folder.iterdir() if any(path.glob("*.sql")) or (path / "load.py").exists())


def seed(
    conninfo: str, school: str, seed_set: str, progress: Progress | None = None, *, tree_: Tree | None = None
) -> SeedReport:
    """Brings one seed set into the school. Raises UsageError for an unknown set, MigrationError for a failing file."""
    files = tree_ or tree()
    if seed_set not in sets(files):
        raise UsageError(f"There is no seed set {seed_set!r}.", hint=f"There are {', '.join(sets(files))}.")
    report, started = SeedReport(seed_set), time.monotonic()
    folder = files.seeds / seed_set
    with connect(conninfo, application_name="pgacademy seed") as connection:
        check_release(connection, school)
        connection.execute(queries("engine")["session_settings"])
        with schools.as_owner(connection, school), locking.advisory_lock(connection, f"the seeds of {school}"):
            scripts = sorted(folder.glob("*.sql"))
            for number, script in enumerate(scripts, 1):
                text = script.read_text(encoding="utf-8")
                with connection.transaction(), named(script.name, text):
                    connection.execute(text.encode())
                report.files.append(script.name)
                if progress:
                    progress(script.name, number, len(scripts))
    if (folder / "load.py").exists():
        report.result = _load(folder / "load.py", conninfo, school, progress) or {}
    report.duration_s = time.monotonic() - started
    return report


def _load(path: Path, conninfo: str, school: str, progress: Progress | None) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location(f"pgacademy_seed_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result: dict[str, Any] = module.load(conninfo, school, progress)
    return result
