"""import-django: a school that was developed elsewhere moves in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pgacademy import django_files, django_import
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import counted, progress, result
from pgacademy.django_import import Imported
from pgacademy.errors import UsageError

#: So many bad rows, or differences, are told to people; programs are told all.
_SHOWN = 50


@app.command("import-django")
def import_django(
    file: Annotated[Path, typer.Argument(help="A fixture of `manage.py dumpdata`, or the SQLite file.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    source: Annotated[
        str, typer.Option("--source", help="The name of where it comes from. A second import must say the same.")
    ] = "django",
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone", help="The zone of moments that name none; in a SQLite file they are UTC without it."
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad rows out, with all that refer to them, and keep the others.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do it all, say what came of it, and keep nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring a Django development database into a school, all or nothing. Again adds only what is new."""
    target = conninfo(dsn)
    content = django_files.read(file, _zone(time_zone))
    with progress(f"Importing into {school}", json) as report:
        done = django_import.load(target, school, content, source, report, skip_bad=skip_bad, dry_run=dry_run)
    result(done.document(), json, "\n".join(_lines(done, school, dry_run)))
    if done.bad and not skip_bad:
        raise typer.Exit(1)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as exc:
        raise UsageError(f"There is no time zone {name!r}.", hint="Name one as in Europe/Rome, or UTC.") from exc


def _lines(done: Imported, school: str, dry_run: bool) -> list[str]:
    counts = ", ".join(f"{what} {number:,}" for what, number in done.document()["added"].items())
    lines = []
    for label, rows in (("bad", done.bad), ("different here", done.differences)):
        if rows:
            lines.append(f"{label} ({counted(len(rows), 'row')}):")
            lines += [_printable(f"  {row.model} {row.pk}: {row.reason}") for row in rows[:_SHOWN]]
            lines += [f"  … and {len(rows) - _SHOWN:,} more: --json tells all."] if len(rows) > _SHOWN else []
    if done.left:
        lines.append("not taken over:")
        for what, number in sorted(done.left.items()):
            why = f": {done.why_left[what]}" if what in done.why_left else ""
            lines.append(f"  {number:,} of {_printable(what)}{why}")
    if done.is_kept:
        lines.append(f"New in {school} from {done.source}: {counts}.")
    elif done.bad and not dry_run:
        lines.append("Nothing was kept: mend the rows at their source, or say --skip-bad.")
    else:
        lines.append(f"Nothing was kept. New would be: {counts}.")
    return lines


def _printable(text: str) -> str:
    """What a file says, for a terminal, which takes some characters for orders."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
