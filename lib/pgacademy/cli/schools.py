"""schools, mark, rename, drop, reset; and migrate, status and verify for all schools at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast

import typer
from rich.console import JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from pgacademy import fleet, lifecycle, migrations, registry
from pgacademy.cli.app import Dsn, Json, app, conninfo
from pgacademy.cli.exit_codes import DONE, FAILED, INTERRUPTED, compared
from pgacademy.cli.output import counted, described, err, human_size, progress, result
from pgacademy.connection import connect
from pgacademy.errors import PgacademyError, UsageError
from pgacademy.locking import Patience, patient
from pgacademy.verification import Verification

T = TypeVar("T")

Name = Annotated[str, typer.Argument(metavar="SCHOOL", help="The school's name.")]
AllSchools = Annotated[bool, typer.Option("--all-schools", help="Every school of the database, several at a time.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How many schools at a time, each on one connection.")]


@app.command("schools")
def list_schools(dsn: Dsn = None, json: Json = False) -> None:
    """List the schools of the database, and write nothing. Exit code 1 when somebody holds the journal of one."""
    with connect(conninfo(dsn)) as connection:
        found = registry.schools(connection)
    errors = [entry.error for entry in found if entry.error]
    if json:
        result([asdict(entry) | {"error": entry.error and described(entry.error)} for entry in found], json)
    else:
        result(None, False, _shown(_listed(found), "Schools"))
        _hint(errors)
    if errors:
        raise typer.Exit(FAILED)


def _listed(found: Sequence[registry.SchoolEntry]) -> list[dict[str, object]]:
    """A row for each school; why a journal was not read has a column only where there is something to say."""
    is_held = any(entry.error for entry in found)
    return [
        {
            "school": entry.name,
            "release": entry.release or entry.state,
            "kind": "development" if entry.development else "production",
            "size": human_size(entry.size_bytes),
            "migrations": entry.migrations,
            "last migrated (UTC)": _utc(entry.last_migrated_at),
        }
        | ({"not read": entry.error and entry.error.message} if is_held else {})
        for entry in found
    ]


@app.command()
def mark(
    school: Name,
    kind: Annotated[str, typer.Argument(help="development or production.")],
    dsn: Dsn = None,
    json: Json = False,
) -> None:
    """Say whether a school is a development one, which `reset` may empty."""
    if kind not in ("development", "production"):
        raise UsageError(f"A school is no {kind!r} one.", hint="Say development or production.")
    with connect(conninfo(dsn)) as connection:
        registry.mark(connection, school, development=kind == "development")
    result({"school": school, "kind": kind}, json, f"{school} is a {kind} school.")


@app.command()
def rename(
    old: Annotated[str, typer.Argument(help="The school's name.")],
    new: Annotated[str, typer.Argument(help="The name it gets.")],
    dsn: Dsn = None,
    json: Json = False,
) -> None:
    """Rename a school, with its roles and the settings of its logins, in one transaction."""
    target = conninfo(dsn)
    with progress(f"Renaming {old}", json):
        done = lifecycle.rename(target, old, new)
    made = "renamed" if done.roles == "renamed" else "made anew, as the old ones serve others"
    lines = [
        f"{old} is {new} now: its roles {made}, {done.functions} functions pinned to the new name, "
        f"{len(done.logins)} settings of logins changed, in {done.duration_s:.1f} s.",
        "Applications have to connect under the new name, and sign tokens for it.",
    ]
    if done.todo:
        lines += ["This login was not allowed to do the rest; have somebody run:", *(f"  {line}" for line in done.todo)]
    result(asdict(done), json, "\n".join(lines))


@app.command()
def drop(
    school: Name,
    confirm: Annotated[str, typer.Option("--confirm", metavar="SCHOOL", help="Its name again, not asked for.")] = "",
    dsn: Dsn = None,
    json: Json = False,
) -> None:
    """Drop a school with all it holds. Asks for its name."""
    target = conninfo(dsn)
    if not confirm:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "A drop takes everything a school holds, and nobody is here to be asked for its name.",
                hint=f"Say --confirm {school} if that is meant.",
            )
        with connect(target) as connection:
            typer.echo(_losses(lifecycle.holdings(connection, school)))
        confirm = typer.prompt("Type the school's name to drop it", default="", show_default=False)
    with progress(f"Dropping {school}", json):
        done = lifecycle.drop(target, school, confirm=confirm)
    lines = [f"{school} is gone, in {done.duration_s:.1f} s. {_losses(done.holdings, past=True)}"]
    lines += [f"The role {role} stays: {reason}." for role, reason in done.roles_left.items()]
    result(asdict(done), json, "\n".join(lines))


@app.command()
def reset(
    school: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dsn: Dsn = None,
    json: Json = False,
) -> None:
    """Empty a development school, migrate it anew and bring in the reference data. Refuses any other school."""
    target = conninfo(dsn)
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError("A reset drops data, and nobody is here to be asked.", hint="Say --yes if that is meant.")
        with connect(target) as connection:
            typer.echo(_losses(lifecycle.holdings(connection, school)))
        typer.confirm(f"Empty {school}?", abort=True)
    with progress(f"Resetting {school}", json):
        done = lifecycle.reset(target, school)
    result(asdict(done), json, f"{school} is empty and up to date, in {done.duration_s:.1f} s.")


def migrate_all(dsn: str | None, jobs: int, patience: Patience, json: bool) -> None:
    """`migrate --all-schools`: every school, a table at the end, exit code 1 when one failed, 130 after Ctrl-C."""
    target = conninfo(dsn)
    with patient(patience), _lines("Migrating", json) as report:
        found = fleet.migrate_all(target, jobs=jobs, progress=report)

    def what(done: migrations.MigrationReport) -> str:
        if not done.changed:
            return "journal, privileges or comment put right" if done.mended else "up to date already"
        parts = f"{counted(len(done.applied), 'migration')}, {counted(len(done.repeatables), 'object')} applied"
        return f"{parts}, {len(done.dropped)} dropped" if done.dropped else parts

    _table(found, what, json, "Migrated")
    raise typer.Exit(_worst(found, lambda _: DONE))


def status_all(dsn: str | None, jobs: int, json: bool) -> None:
    """`status --all-schools`: 1 if one could not be read, 3 if one differs, 2 if one is behind, 130 after Ctrl-C."""
    target = conninfo(dsn)
    with _lines("Looking", json) as report:
        found = fleet.status_all(target, jobs=jobs, progress=report)

    def what(status: migrations.Status) -> str:
        if status.has_drifted:
            return "differs from the files that were applied"
        behind = f"{counted(len(status.pending), 'migration')}, {counted(len(status.changed), 'object')} pending"
        return "up to date" if status.is_current else behind

    _table(found, what, json, "Status")
    raise typer.Exit(_worst(found, lambda status: compared(is_clean=status.is_current, has_drifted=status.has_drifted)))


def verify_all(dsn: str | None, jobs: int, json: bool) -> None:
    """`verify --all-schools`: exit codes as of status_all."""
    target = conninfo(dsn)
    with _lines("Verifying", json) as report:
        found = fleet.verify_all(target, jobs=jobs, progress=report)

    def what(of: Verification) -> str:
        told = [counted(len(of.differences), "difference")] if of.differences else []
        if of.files and of.files.have_drifted:
            told.append("files are not those that were applied")
        if of.is_pending:
            told.append("behind")
        return ", ".join(told) or f"as {of.against} has it"

    _table(found, what, json, "Verified", lambda of: of.states)
    if not json:
        for outcome in found:
            if outcome.report and outcome.report.has_drifted:
                err.print(f"`pgacademy verify --school {outcome.school}` says what differs.", markup=False)
    raise typer.Exit(_worst(found, lambda of: compared(is_clean=of.is_clean, has_drifted=of.has_drifted)))


def _worst(found: fleet.Outcomes[T], code: Callable[[T], int]) -> int:
    """The exit code of all: that of Ctrl-C after one, 1 when one failed, else the highest."""
    if found.interrupted:
        return INTERRUPTED
    if not all(outcome.succeeded for outcome in found):
        return FAILED
    return max((code(outcome.report) for outcome in found if outcome.report is not None), default=DONE)


def _table(
    found: Sequence[fleet.Outcome[T]],
    what: Callable[[T], str],
    json: bool,
    title: str,
    more: Callable[[T], dict[str, Any]] = lambda _: {},
) -> None:
    """Draws what became of each school; as JSON the whole report of each, and what `more` adds to it."""
    if json:
        result([_document(outcome, more) for outcome in found], json)
        return
    records: list[dict[str, object]] = [
        {
            "school": outcome.school,
            "outcome": "failed" if outcome.error else "done" if outcome.report is not None else "not begun",
            "what": outcome.error.message if outcome.error else what(outcome.report) if outcome.report else None,
            "s": f"{outcome.duration_s:.1f}",
        }
        for outcome in found
    ]
    result(None, False, _shown(records, title))
    _hint(outcome.error for outcome in found if outcome.error)


def _hint(errors: Iterable[PgacademyError]) -> None:
    """Says what to do, each thing once."""
    for hint in dict.fromkeys(error.hint for error in errors if error.hint):
        err.print(hint, markup=False, soft_wrap=True)


def _shown(records: Sequence[dict[str, object]], title: str) -> Table | str:
    """A table in which the names, which people copy, are never broken, and nothing is cut off."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for number, name in enumerate(records[0] if records else ()):
        numeric = name in ("size", "migrations", "s")
        justify: JustifyMethod = "right" if numeric else "left"
        table.add_column(name, no_wrap=number == 0 or numeric, justify=justify, overflow="fold")
    for record in records:
        table.add_row(*("" if value is None else Text(str(value)) for value in record.values()))
    return table if records else "There is no school in this database."


def _document(outcome: fleet.Outcome[T], more: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    report = None if outcome.report is None else asdict(cast("Any", outcome.report)) | more(outcome.report)
    error = outcome.error and described(outcome.error)
    return {"school": outcome.school, "report": report, "error": error, "duration_s": outcome.duration_s}


@contextmanager
def _lines(title: str, as_json: bool) -> Iterator[fleet.Progress]:
    """A line for every school at work and one for all, on standard error; silent where nobody watches."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    with Bars(*columns, console=err, transient=True, disable=as_json or not err.is_terminal) as bars:
        everything = bars.add_task(title, total=None, what="")
        lines: dict[str, TaskID] = {}

        def report(school: str, what: str, done: int, total: int) -> None:
            if what:
                bars.update(lines[school], completed=done, total=total or None, what=what)
            elif done < total:
                lines[school] = bars.add_task(school, total=None, what="")
            else:
                bars.remove_task(lines.pop(school))
                bars.advance(everything)

        yield report


def _losses(held: lifecycle.Holdings, *, past: bool = False) -> str:
    people = "" if held.people is None else f"{held.people:,} people, "
    size = "" if held.size_bytes is None else f", {human_size(held.size_bytes)}"
    verb = "It held" if past else f"{held.school} holds"
    return f"{verb} {people}{held.tables} tables with about {held.rows:,} rows{size}."


def _utc(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else None
