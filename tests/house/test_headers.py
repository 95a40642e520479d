"""The header of a function names the functions of the house that its body calls, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {path.stem: path for path in (ROOT / "functions").glob("*/*.sql")}
_REQUIRES = re.compile(r"^-- requires +(.*(?:\n--  .*)*)", re.MULTILINE)


def called(text: str) -> set[str]:
    """By its code: not by what comments and strings say."""
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", text.split("\ncomment on function", maxsplit=1)[0])
    return set(re.findall(r"\b([a-z_0-9]+)\(", code)) & set(FILES)


def required(text: str) -> tuple[set[str], set[str]]:
    """What the header names, and beginnings such as counted_…; what follows a semicolon is told, not called."""
    found = _REQUIRES.search(text)
    named = found[1].split(";")[0] if found else ""
    return set(re.findall(r"\b[a-z_0-9]+\b(?!…)", named)) & set(FILES), set(re.findall(r"\b([a-z_]+_)…", named))


@pytest.mark.parametrize("name", sorted(FILES))
def test_requires_is_what_is_called(name: str) -> None:
    text = FILES[name].read_text()
    calls = called(text) - {name}
    named, beginnings = required(text)
    assert {call for call in calls - named if not call.startswith(tuple(beginnings))} == set()
    assert named - calls == set()
