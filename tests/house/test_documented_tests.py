"""Every test that a page names is there: what it vouches for is not lost with a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(
    {
        name
        for page in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"`(tests/[\w/]+\.py::\w+)`", page.read_text())
    }
)


def test_pages_are_read() -> None:
    assert len(NAMED) > 10


@pytest.mark.parametrize("name", NAMED)
def test_it_exists(name: str) -> None:
    path, function = name.split("::")
    assert re.search(rf"^ *def {function}\(", (ROOT / path).read_text(), re.MULTILINE)
