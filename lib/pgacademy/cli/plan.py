"""plan: what `migrate` would do, for people, for programs, or as a script for psql."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from pgacademy import plans, scripts
from pgacademy.cli import exit_codes
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.drawing import out
from pgacademy.cli.output import human_size, result
from pgacademy.errors import UsageError
from pgacademy.lock_effects import ROW_EXCLUSIVE
from pgacademy.plans import Plan, PlannedFile, PlannedStatement, PlannedStep, TableEffect

_STYLES = {"reads and writes": "bold red", "writes": "yellow", "unknown": "magenta", "schema changes": "cyan"}
#: Statements of a step, and lines of a difference, that are shown without --all.
_STATEMENTS = 12
_LINES = 30


@app.command()
def plan(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    sql: Annotated[bool, typer.Option("--sql", help="Print the script for psql that does it.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every statement and every line, the harmless ones too.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what `migrate` would do, with locks and sizes, and write nothing. Exit code 2: something; 3: it has drifted.

    A login that may only read is enough: the school's analyst, for example.
    """
    if sql and json:
        raise UsageError("--sql and --json exclude each other.", hint="Say one of them.")
    if sql:
        text = scripts.script(conninfo(dsn), school)
        # As the script itself says of its encoding; and no line's end is changed.
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        raise typer.Exit(exit_codes.PENDING if text.count("\n") > 1 else exit_codes.DONE)
    found = plans.plan(conninfo(dsn), school)
    if json:
        result(asdict(found) | {"is_clean": found.is_clean, "has_drifted": found.has_drifted}, json)
    else:
        out.print(_drawn(found, everything=everything))
    raise typer.Exit(exit_codes.compared(is_clean=found.is_clean, has_drifted=found.has_drifted))


# -- drawing ----------------------------------------------------------------------------------------------------------


def _drawn(found: Plan, *, everything: bool) -> Group:
    stands = "not there yet" if found.is_new else f"pgacademy {found.school_version or '(never finished)'}"
    parts: list[RenderableType] = [Text(f"{found.school}: {stands}")]
    if found.busy:
        parts.append(Text(f"Somebody is at work on it now: {found.busy}.", "yellow"))
    for label, names in (
        ("edited since they were applied", found.edited),
        ("unknown to this library", found.unknown),
        ("come too late, before others that are applied", found.late),
    ):
        if names:
            parts.append(Text(f"{label}: {', '.join(names)}", "bold red"))
    for step in found.steps:
        parts += [Text(), *_step(step, everything=everything)]
    if found.files:
        parts += [Text(), *_files(found.files, everything=everything)]
        for file in found.files:
            if file.action == "changed" and file.diff:
                parts += [Text(), _difference(file.diff, everything=everything)]
    if found.dropped:
        parts += [Text(), Text(f"dropped, for their files are gone: {', '.join(found.dropped)}", "bold")]
    parts += [Text(), _summary(found)]
    return Group(*parts)


def _step(step: PlannedStep, *, everything: bool) -> Iterator[RenderableType]:
    note = "" if step.kind == "transactional" else f" ({step.kind}{', begun before' if step.is_begun else ''})"
    yield Text(f"{step.path}{note}", "bold")
    rows = [(statement, effect) for statement in step.statements for effect in _effects(statement)]
    shown = [row for row in rows if everything or _matters(row[1])]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=bool(shown), header_style="dim")
    for name, right in (("line", True), ("statement", False), ("table", False), ("size", True), ("rows", True)):
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "statement", max_width=44)
    table.add_column("lock", no_wrap=True)
    table.add_column("what happens")
    last = None
    for statement, effect in shown if everything else shown[:_STATEMENTS]:
        head = ("", "") if statement is last else (str(statement.line), statement.text)
        last = statement
        style = _STYLES.get(effect.blocks, "dim")
        size, rows_ = human_size(effect.size_bytes), "" if effect.rows is None else f"{effect.rows:,}"
        cells = (head[0], _short(head[1]), effect.table or "", size, rows_)
        table.add_row(*(Text(cell) for cell in cells), Text(effect.lock or "none", style), Text(_words(effect)))
    yield table
    if hidden := len(step.statements) - len({statement.line for statement, _ in shown}):
        yield Text(f"{_count(hidden, 'statement')} that no reader or writer waits for (--all shows them)", "dim")
    if not everything and len(shown) > _STATEMENTS:
        yield Text(f"… and {len(shown) - _STATEMENTS} more (--all shows them)", "dim")
    if step.kind == "transactional" and len(shown) > 1:
        yield Text("All of it is one transaction: what is locked stays locked to the end of the file.", "dim")


def _effects(statement: PlannedStatement) -> tuple[TableEffect, ...]:
    return statement.effects or (TableEffect(None, "", "nothing", False, False, "", False, None, None),)


def _matters(effect: TableEffect) -> bool:
    """Whether readers or writers notice it."""
    if effect.is_new:
        return False
    waits = effect.blocks in ("reads and writes", "writes", "unknown")
    return waits or effect.rewrites or effect.scans or effect.lock == ROW_EXCLUSIVE


def _words(effect: TableEffect) -> str:
    marks = [word for word, is_so in (("rewrites", effect.rewrites), ("reads it all", effect.scans)) if is_so]
    waits = f"blocks {effect.blocks}" if effect.blocks not in ("nothing", "unknown") else ""
    return ": ".join(part for part in (", ".join([waits, *marks] if waits else marks), effect.reason) if part)


def _files(files: Sequence[PlannedFile], *, everything: bool) -> Iterator[RenderableType]:
    listed = [file for file in files if everything or file.action != "again" or file.effects]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=bool(listed), header_style="dim")
    for name in ("repeatable file", "what", "locks"):
        table.add_column(name)
    for file in listed if everything else listed[:_LINES]:
        locks = Text(", ").join(
            Text(f"{effect.table or ''} {effect.lock}".strip(), _STYLES.get(effect.blocks, ""))
            for effect in file.effects
        )
        table.add_row(Text(file.path), file.action, locks)
    yield table
    if not everything and len(listed) > _LINES:
        yield Text(f"… and {len(listed) - _LINES} more (--all shows them)", "dim")
    if again := len(files) - len(listed):
        yield Text(
            f"{_count(again, 'file')} applied again as before, which no reader or writer waits for (--all shows them)",
            "dim",
        )


def _difference(diff: str, *, everything: bool) -> RenderableType:
    lines = diff.splitlines()
    shown = lines if everything else lines[:_LINES]
    more = [f"  … {len(lines) - len(shown)} more lines (--all)"] if len(lines) > len(shown) else []
    return Syntax("\n".join([*shown, *more]), "diff", theme="ansi_dark", background_color="default", word_wrap=True)


def _summary(found: Plan) -> Text:
    if found.has_drifted:
        return Text("`pgacademy migrate` refuses until the files are again what was applied.", "bold red")
    if found.is_clean:
        return Text("Up to date: there is nothing to do.", "green")
    effects = [effect for step in found.steps for one in step.statements for effect in one.effects]
    blocking = sorted({effect.table for effect in effects if effect.blocks == "reads and writes" and effect.table})
    text = Text(
        f"{_count(len(found.steps), 'migration')}, {_count(len(found.files), 'repeatable file')}, "
        f"{len(found.dropped)} dropped. ",
        "bold",
    )
    if blocking:
        text.append(f"Readers of {', '.join(blocking)} wait. ", "bold red")
    return text.append(f"`pgacademy migrate --school {found.school}` does it.", "none")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    return text if len(text) <= 44 else f"{text[:43]}…"
