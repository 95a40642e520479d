"""What the commands print: a sentence for people, one JSON document for programs.

What is drawn, tables and bars, is in `drawing`, which takes long to read in: it is read in where something is drawn.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pgacademy.errors import PgacademyError

if TYPE_CHECKING:
    from rich.table import Table


def document(content: Any) -> str:
    """As JSON."""
    return json.dumps(content, default=str, ensure_ascii=False, indent=2) + "\n"


def result(content: Any, as_json: bool, text: str | Table | None = None) -> None:
    """Prints `content` as JSON, or `text`."""
    if as_json:
        sys.stdout.write(document(content))
    elif isinstance(text, str):
        sys.stdout.write(f"{text}\n")
    elif text is not None:
        from pgacademy.cli.drawing import out  # noqa: PLC0415

        out.print(text)


def described(exc: PgacademyError) -> dict[str, str | None]:
    """An error as `--json` tells it."""
    fields = ("message", "hint", "detail", "sqlstate", "constraint")
    return {"error": type(exc).__name__} | {name: getattr(exc, name) for name in fields}


def failure(exc: PgacademyError) -> int:
    """Says what went wrong and what to do; returns the exit code."""
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(described(exc), ensure_ascii=False, indent=2) + "\n")
        return exc.exit_code
    from pgacademy.cli.drawing import err  # noqa: PLC0415

    err.print("[red]error:[/red] ", end="")
    err.print(exc.message, markup=False, soft_wrap=True)
    if exc.detail:
        err.print(exc.detail, markup=False, soft_wrap=True, style="dim")
    if exc.hint:
        err.print(exc.hint, markup=False, soft_wrap=True)
    return exc.exit_code


def hints(errors: Iterable[PgacademyError]) -> None:
    """Says what to do, each thing once."""
    for hint in dict.fromkeys(error.hint for error in errors if error.hint):
        sys.stderr.write(f"{hint}\n")


@contextmanager
def progress(title: str, as_json: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error while work goes on; silent where nobody watches."""
    if as_json or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from pgacademy.cli.drawing import bar  # noqa: PLC0415

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
