"""`world`: the school of a document, one database for the tests of its module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pgacademy.testing import Databases
from tests.requirements.world import World


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, pgacademy_databases: Databases) -> Iterator[World]:
    with pgacademy_databases.clone() as school:
        yield World(school, request.path.parent.name)
