"""migrate, status and verify for all schools at once: bars while they are at work, a table of what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar, cast

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from pgacademy import fleet, migrations
from pgacademy.cli.app import conninfo
from pgacademy.cli.drawing import err, listed
from pgacademy.cli.exit_codes import DONE, FAILED, INTERRUPTED, compared
from pgacademy.cli.output import counted, described, hints, is_watched, result
from pgacademy.locking import Patience, patient
from pgacademy.verification import Verification

T = TypeVar("T")


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
                typer.echo(f"`pgacademy verify --school {outcome.school}` says what differs.", err=True)
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
    result(None, False, listed(records, title))
    hints(outcome.error for outcome in found if outcome.error)


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
    with Progress(*columns, console=err, transient=True, disable=not is_watched(as_json)) as bars:
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
