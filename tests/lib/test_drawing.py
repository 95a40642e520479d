"""Tables."""

from __future__ import annotations

from rich.console import Console

from pgacademy.cli.drawing import listed, table


def test_names_are_no_markup() -> None:
    """People choose theirs."""
    for draw in (table, listed):
        console = Console(record=True, width=80)
        console.print(draw([{"rank": 1, "name": "[/b] [red]x"}], "Title"))
        assert "[/b] [red]x" in console.export_text()
