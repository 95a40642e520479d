"""Tables and bars, drawn by rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def table(records: Sequence[dict[str, Any]], title: str) -> Table | str:
    """A table of records, which have the same keys."""
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for name in records[0] if records else ():
        numbers = all(isinstance(record[name], int) for record in records)
        drawn.add_column(name.replace("_", " "), justify="right" if numbers else "left")
    for record in records:
        cells = ("" if value is None else f"{value:,}" if _counts(value) else str(value) for value in record.values())
        drawn.add_row(*map(Text, cells))  # not as markup: people choose their names
    return drawn if records else f"{title}: nothing yet."


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def listed(records: Sequence[dict[str, object]], title: str) -> Table | str:
    """A table of schools, in which their names, which people copy, are never broken, and nothing is cut off."""
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for number, name in enumerate(records[0] if records else ()):
        numeric = name in ("size", "migrations", "s")
        justify: JustifyMethod = "right" if numeric else "left"
        drawn.add_column(name, no_wrap=number == 0 or numeric, justify=justify, overflow="fold")
    for record in records:
        drawn.add_row(*("" if value is None else Text(str(value)) for value in record.values()))
    return drawn if records else "There is no school in this database."


@contextmanager
def bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error while work goes on, and what is called as it does."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task(title, total=None, what="")

        def report(what: str, done: int, total: int) -> None:
            if total:
                bars.update(task, completed=done, total=total, what=what)
            else:  # nobody knows how long it takes, such as a wait
                bars.update(task, what=what)

        yield report
