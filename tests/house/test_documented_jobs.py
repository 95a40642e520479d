"""docs/running.md lists what a school has to schedule: all of it, once."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CALLED_BY = re.compile(r"^-- called by(.*\n(?:--  .*\n)*)", re.MULTILINE)


def listed() -> list[str]:
    """Every function in the first column of the table of jobs."""
    section = (ROOT / "docs/running.md").read_text().split("\n## Jobs\n")[1].split("\n## ")[0]
    calls = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for call in calls for name in re.findall(r"`(\w+)\(", call)]


def scheduled() -> set[str]:
    """Functions whose header says that a job calls them."""
    return {
        path.stem
        for path in (ROOT / "functions").glob("*/*.sql")
        if (called := _CALLED_BY.search(path.read_text())) and re.search(r"\ba (\w+ )?job\b", called[1])
    }


def test_every_job_is_listed_once() -> None:
    assert len(scheduled()) > 10
    assert scheduled() - set(listed()) == set()
    assert sorted(listed()) == sorted(set(listed()))


def test_what_is_listed_is_for_the_service() -> None:
    for name in listed():
        (path,) = (ROOT / "functions").glob(f"*/{name}.sql")
        assert re.search(rf"grant execute on function {name}\b[^;]*pgacademy_service", path.read_text()), name
