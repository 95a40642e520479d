"""Fixtures of our own suite are those of the plugin that ships: school, db, person. See docs/testing.md.

What only our tests need is imported by name: `from tests.support.factories import make_user`.
"""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["pgacademy.testing"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, some of it on each worker: in the end nobody waits for a single test.

    Workers begin with parts of equal size (`--dist worksteal`) and then take over from each other.
    """

    def minutes(item: pytest.Item) -> int:
        return max((marker.kwargs.get("minutes", 0) for marker in item.iter_markers("slow")), default=0)

    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = sorted(filter(minutes, items), key=minutes, reverse=True)
    others = [item for item in items if not minutes(item)]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        first = longest[worker::workers]
        room = len(items) * (worker + 1) // workers - len(ordered) - len(first)
        ordered += first + others[: max(room, 0)]
        del others[: max(room, 0)]
    items[:] = ordered + others
