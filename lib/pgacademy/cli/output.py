"""What the commands print: a sentence or a table for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pgacademy.errors import PgacademyError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def document(content: Any) -> str:
    """As JSON."""
    return json.dumps(content, default=str, ensure_ascii=False, indent=2) + "\n"


def result(content: Any, as_json: bool, text: str | Table | None = None) -> None:
    """Prints `content` as JSON, or `text`."""
    if as_json:
        sys.stdout.write(document(content))
    elif isinstance(text, str):
        out.print(text, markup=False, soft_wrap=True)
    elif text is not None:
        out.print(text)


def rows(records: Sequence[dict[str, Any]], as_json: bool, title: str) -> None:
    """Prints records as a JSON list or as a table."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in records[0] if records else ():
        numbers = all(isinstance(record[name], int) for record in records)
        table.add_column(name.replace("_", " "), justify="right" if numbers else "left")
    for record in records:
        table.add_row(
            *("" if value is None else f"{value:,}" if _counts(value) else str(value) for value in record.values())
        )
    result(list(records), as_json, table if records else f"{title}: nothing yet.")


def described(exc: PgacademyError) -> dict[str, str | None]:
    """An error as `--json` tells it."""
    fields = ("message", "hint", "detail", "sqlstate", "constraint")
    return {"error": type(exc).__name__} | {name: getattr(exc, name) for name in fields}


def failure(exc: PgacademyError) -> int:
    """Says what went wrong and what to do; returns the exit code."""
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(described(exc), ensure_ascii=False, indent=2) + "\n")
        return exc.exit_code
    err.print("[red]error:[/red] ", end="")
    err.print(exc.message, markup=False, soft_wrap=True)
    if exc.detail:
        err.print(exc.detail, markup=False, soft_wrap=True, style="dim")
    if exc.hint:
        err.print(exc.hint, markup=False, soft_wrap=True)
    return exc.exit_code


@contextmanager
def progress(title: str, as_json: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error while work goes on; silent where nobody watches."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    with Progress(*columns, console=err, transient=True, disable=as_json or not err.is_terminal) as bar:
        task = bar.add_task(title, total=None, what="")

        def report(what: str, done: int, total: int) -> None:
            if total:
                bar.update(task, completed=done, total=total, what=what)
            else:  # nobody knows how long it takes, such as a wait
                bar.update(task, what=what)

        yield report


def counted(number: int, thing: str) -> str:
    """`1 migration`, `2 migrations`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def human_size(size: int | None) -> str:
    """Bytes as people read them, in powers of 1024: 8 kB, 1.2 GB."""
    if size is None:
        return ""
    number = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if number >= 10 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TB"


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
