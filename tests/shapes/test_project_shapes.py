"""The documents of projects: the school and the JSON Schema that ships say the same of every document, good or bad."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import psycopg
import pytest
from jsonschema import Draft202012Validator
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.projects.projects import COMPONENTS, METRICS, token_metadata

Connection = psycopg.Connection[Any]
UUID = "01a1fdf9-fc34-79b8-bfbd-0e3efff50a19"
GOOD = {"project_components": COMPONENTS, "performance_metrics": METRICS, "nft_metadata": token_metadata(UUID, UUID)}
#: The same with one of each element: what is changed piece by piece.
SMALL = {
    "project_components": COMPONENTS | {"components": COMPONENTS["components"][:1]},
    "performance_metrics": METRICS | {"tests": METRICS["tests"][1:]},
    "nft_metadata": GOOD["nft_metadata"],
}
#: What is put in the place of every value there is.
WRONG: list[Any] = [
    None, True, 5, -3.5, 2e12, 10**300, "", "x", "NaN", "engine", "racetrack", UUID.upper(), "x" * 300, "x" * 20_000,
    "2025-02-28T10:00Z", "2025-13-01T10:00:00Z", [], [1], {}, {"a": 1}, [{}], [[]], "🦉" * 255, "🦉" * 256,
]  # fmt: skip


def validator(shape: str) -> Draft202012Validator:
    text = (resources.files("pgacademy") / "schemas" / f"{shape}.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def places(value: Any, path: str = "$") -> Iterator[tuple[str, Any, Any]]:
    """Every value within: its path, what holds it, and under which key."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        where = f"{path}.{key}" if isinstance(key, str) else f"{path}[{key}]"
        yield where, value, key
        yield from places(item, where)


def variants(good: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Documents with one thing changed, and the path to it."""
    for wrong in WRONG:
        yield "$", wrong
    for path, _, _ in places(good):
        for change in (*WRONG, "drop", "add"):
            document = copy.deepcopy(good)
            holder, key = next((h, k) for p, h, k in places(document) if p == path)
            if change == "drop" and isinstance(holder, dict):
                del holder[key]
                yield path, document
            elif change == "add" and isinstance(holder, dict):
                holder["unknown"] = 1
                yield f"{path.rpartition('.')[0]}.unknown", document
            else:
                holder[key] = change
                yield path, document


def said(conn: Connection, shape: str, document: Any) -> str | None:
    """The detail of the refusal; None if there was none."""
    query = sql.SQL("select check_shape('document', %s, {}())").format(sql.Identifier(f"{shape}_shape"))
    try:
        with conn.transaction():
            conn.execute(query, (Jsonb(document),))
    except psycopg.Error as error:
        if error.sqlstate != "PA422":
            raise
        return error.diag.message_detail
    return None


@pytest.mark.parametrize("shape", GOOD)
def test_the_school_and_the_schema_agree(db: Connection, shape: str) -> None:
    schema = validator(shape)
    assert schema.is_valid(GOOD[shape])
    assert said(db, shape, GOOD[shape]) is None
    refused = 0
    for path, document in variants(SMALL[shape]):
        detail = said(db, shape, document)
        shown = json.dumps(document)[:300]
        assert (detail is None) == schema.is_valid(document), f"{path}: {detail}, {shown}"
        if detail is not None:
            refused += 1
            assert detail.startswith(path), f"{path}: {detail}"
            assert len(detail) < 500
    assert refused > 200


@pytest.mark.parametrize("shape", GOOD)
def test_the_file_is_what_the_school_checks_with(db: Connection, shape: str) -> None:
    row = db.execute(sql.SQL("select {}()").format(sql.Identifier(f"{shape}_shape"))).fetchone()
    assert row is not None
    kept = dict(validator(shape).schema)
    assert kept.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    assert kept == row[0]


def test_the_path_of_a_strange_key_is_quoted_and_short(db: Connection) -> None:
    assert said(db, "project_components", COMPONENTS | {'a"b.c': 1}) == '$."a\\"b.c" is not known here (document)'
    assert len(said(db, "project_components", COMPONENTS | {"x" * 5000: 1}) or "") < 300


def test_lists_end_somewhere(db: Connection) -> None:
    schema = validator("project_components")
    part = COMPONENTS["components"][0]
    for count, fits in ((500, True), (501, False)):
        document = COMPONENTS | {"components": [part] * count}
        assert schema.is_valid(document) is fits
        assert (said(db, "project_components", document) is None) is fits


def test_no_document_is_none_to_look_at(db: Connection) -> None:
    db.execute("select check_shape('document', null, project_components_shape())")
