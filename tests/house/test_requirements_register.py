"""docs/requirements.toml names 170 demands; what it calls built is there, and is proven by a test that is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from pgacademy import docs

ROOT = Path(__file__).resolve().parents[2]
DEMANDS = docs.demands()
BUILT = {number: entry for number, entry in DEMANDS.items() if entry["state"] != "to come"}
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


@cache
def names_in(path: str) -> set[str]:
    """The tests of a file, those of a class as Class::test."""
    if not (ROOT / path).is_file():
        return set()
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def is_a_test(proof: str) -> bool:
    path, _, name = proof.partition("::")
    return Path(path).name.startswith("test_") and name in names_in(path)


def test_every_demand_is_registered_once() -> None:
    assert list(DEMANDS) == list(range(1, 171))


def test_what_is_said_of_each() -> None:
    known = {"demand", "state", "where", "proof", "note"}
    states = {"built", "built differently", "to come"}
    assert {n: e.keys() - known for n, e in DEMANDS.items() if e.keys() - known} == {}
    assert [n for n, e in DEMANDS.items() if not e.get("demand") or e.get("state") not in states] == []
    # Whoever meets a demand in another way, or not yet, says so.
    assert [n for n, e in DEMANDS.items() if e["state"] != "built" and not e["note"]] == []


def test_what_is_called_built_is_there() -> None:
    assert [number for number, entry in BUILT.items() if not entry["where"]] == []
    gone = {n: [w for w in entry["where"] if not is_there(w)] for n, entry in BUILT.items()}
    assert {number: names for number, names in gone.items() if names} == {}


def test_what_is_called_built_is_proven() -> None:
    assert [number for number, entry in BUILT.items() if not entry["proof"]] == []
    gone = {n: [p for p in entry["proof"] if not is_a_test(p)] for n, entry in BUILT.items()}
    assert {number: names for number, names in gone.items() if names} == {}


def test_what_is_to_come_claims_no_proof() -> None:
    assert [number for number, entry in DEMANDS.items() if entry["proof"] and number not in BUILT] == []


def test_the_page_is_fresh() -> None:
    assert (ROOT / "docs/requirements.md").read_text() == docs.register(), "run `make docs`"


def test_a_test_that_is_not_there_proves_nothing() -> None:
    here = Path(__file__).relative_to(ROOT).as_posix()
    assert is_a_test(f"{here}::test_every_demand_is_registered_once")
    assert is_a_test("tests/coins/test_coins.py::TestRewards::test_award_once_per_source")
    assert not is_a_test(f"{here}::test_gone")
    assert not is_a_test(f"{here}::is_a_test")
    assert not is_a_test("tests/house/test_gone.py::test_every_demand_is_registered_once")
