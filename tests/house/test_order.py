"""The order of our own tests: every test once, and what takes minutes at the head of each worker's part."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import pytest_collection_modifyitems


class Item:
    def __init__(self, number: int, minutes: int) -> None:
        self.number = number
        self.marks = [pytest.mark.slow(minutes=minutes).mark] if minutes else []

    def iter_markers(self, name: str) -> Any:
        return iter(self.marks)


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
@pytest.mark.parametrize("total", [0, 1, 5, 20, 101])
def test_all_of_them_once(workers: int, total: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", str(workers))
    items: list[Any] = [Item(number, minutes=number % 9 if number in (4, 50, 70) else 0) for number in range(total)]
    pytest_collection_modifyitems(items)
    assert sorted(item.number for item in items) == list(range(total))


def test_the_longest_first_and_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "2")
    items: list[Any] = [Item(number, {7: 3, 15: 9, 16: 1}.get(number, 0)) for number in range(20)]
    pytest_collection_modifyitems(items)
    numbers = [item.number for item in items]
    assert (numbers[:2], numbers[10]) == ([15, 16], 7)
