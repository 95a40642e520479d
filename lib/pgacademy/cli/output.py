"""What the commands print: a sentence for people, one JSON document for programs.

Tables and bars are in `drawing`. It imports rich, which is slow, so it is imported only where something is drawn. What
is printed goes through typer.echo(), which flushes, and prints nothing where there is no such stream.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from pgacademy.errors import PgacademyError

if TYPE_CHECKING:
    from rich.table import Table


def document(content: Any) -> str:
    """As JSON."""
    return json.dumps(content, default=str, ensure_ascii=False, indent=2) + "\n"


def result(content: Any, as_json: bool, text: str | Table | None = None) -> None:
    """Prints `content` as JSON, or `text`."""
    if as_json:
        typer.echo(document(content), nl=False)
    elif isinstance(text, str):
        typer.echo(text)
    elif text is not None:
        from pgacademy.cli.drawing import out  # noqa: PLC0415  (slow to import)

        out.print(text)


def rows(records: Sequence[dict[str, Any]], as_json: bool, title: str) -> None:
    """Prints records as a JSON list or as a table."""
    if as_json:
        result(list(records), as_json)
        return
    from pgacademy.cli.drawing import table  # noqa: PLC0415  (slow to import)

    result(None, as_json, table(records, title))


def described(exc: PgacademyError) -> dict[str, str | None]:
    """An error as `--json` tells it."""
    fields = ("message", "hint", "detail", "sqlstate", "constraint")
    return {"error": type(exc).__name__} | {name: getattr(exc, name) for name in fields}


def failure(exc: PgacademyError) -> int:
    """Says what went wrong and what to do; returns the exit code."""
    if "--json" in sys.argv:
        typer.echo(document(described(exc)), nl=False)
        return exc.exit_code
    typer.secho("error:", fg="red", nl=False, err=True)
    typer.echo(f" {exc.message}", err=True)
    if exc.detail:
        typer.secho(exc.detail, dim=True, err=True)
    if exc.hint:
        typer.echo(exc.hint, err=True)
    return exc.exit_code


def hints(errors: Iterable[PgacademyError]) -> None:
    """Says what to do, each thing once."""
    for hint in dict.fromkeys(error.hint for error in errors if error.hint):
        typer.echo(hint, err=True)


def is_watched(as_json: bool) -> bool:
    """Whether somebody looks on: then a bar shows how far the work is."""
    return not as_json and sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress(title: str, as_json: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error while work goes on; silent where nobody watches."""
    if not is_watched(as_json):
        yield lambda *_: None
        return
    from pgacademy.cli.drawing import bar  # noqa: PLC0415  (slow to import)

    with bar(title) as report:
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
