"""docs/requirements.md names 170 demands; what it calls built must be there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (built|built differently|to come) \| ([^|]*)\| ([^|]*)\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/requirements.md").read_text())
STATE = "\n".join(
    path.read_text() for path in sorted((ROOT / "migrations").glob("*.sql")) if ".rollback." not in path.name
)


def is_there(reference: str) -> bool:
    """A path of the tree, a column as table.column, or the name of a table, constraint or index."""
    if "/" in reference:
        return (ROOT / reference).exists()
    if "." in reference:
        return f"comment on column {reference} is" in STATE
    return re.search(rf"\b{re.escape(reference)}\b", STATE) is not None


def test_every_demand_is_registered_once() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 171))


@pytest.mark.parametrize(("number", "where"), [(row[0], row[3]) for row in ROWS if row[2] != "to come"])
def test_what_is_called_built_is_there(number: str, where: str) -> None:
    references = re.findall(r"`([^`]+)`", where)
    assert references, f"demand {number} does not say where it is held"
    assert [reference for reference in references if not is_there(reference)] == []
