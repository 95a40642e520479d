"""The shapes of the school's JSON documents, as JSON Schema (draft 2020-12), for applications that want to check or
edit a document before they send it. The database holds its columns to the same shapes, and refuses with PA422 and
the path.

    from pgacademy import schemas
    jsonschema.validate(document, schemas.load("exercise_content"))
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["DIALECT", "load", "names"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def names() -> tuple[str, ...]:
    """What `load` knows."""
    files = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in files if name.endswith(".json")))


def load(name: str) -> dict[str, Any]:
    """The schema of a shape, new with every call. KeyError for a name that is none of `names`."""
    if name not in names():
        raise KeyError(name)
    text = (resources.files(__name__) / f"{name}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
