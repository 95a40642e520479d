"""migrate, status, history."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import migrations
from pgacademy.cli import exit_codes
from pgacademy.cli.app import DEFAULT_SCHOOL, AllSchools, Dsn, Jobs, Json, School, app, conninfo
from pgacademy.cli.output import counted, progress, result, rows
from pgacademy.cli.waits import USUAL, LockBudget, LockTimeout, StatementTimeout, Wait
from pgacademy.errors import UsageError
from pgacademy.locking import Patience
from pgacademy.settings import JOBS

BackfillPause = Annotated[
    float | None,
    typer.Option("--backfill-pause", min=0, help="Seconds between two batches of a backfill, whatever its file says."),
]
Development = Annotated[
    bool, typer.Option("--development", help="Make a new school a development one, which `reset` may empty.")
]


@app.command()
def migrate(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    lock_timeout: LockTimeout = USUAL.lock_timeout_s,
    lock_budget: LockBudget = USUAL.budget_s,
    statement_timeout: StatementTimeout = USUAL.statement_timeout_s,
    wait: Wait = USUAL.wait_s,
    backfill_pause: BackfillPause = USUAL.backfill_pause_s,
    development: Development = False,
    all_schools: AllSchools = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Bring a school up to this version of the library. Safe to run at any time, and again."""
    patience = Patience(lock_timeout, lock_budget, statement_timeout, wait, backfill_pause)
    if all_schools:
        if development:
            raise UsageError("--development is for one new school.", hint="Leave out --all-schools.")
        from pgacademy.cli import fleet  # noqa: PLC0415  (it draws)

        fleet.migrate_all(dsn, jobs, patience, json)
        return
    target = conninfo(dsn)
    with progress(f"Migrating {school}", json) as report:
        done = migrations.migrate(target, school, report, patience=patience, development=development)
    text = (
        f"{school} is up to date: {counted(len(done.applied), 'migration')}, {len(done.repeatables)} functions, views, "
        f"triggers, policies and grants applied, {len(done.dropped)} dropped, "
        f"{counted(len(done.partitions), 'partition')} made, in {done.duration_s:.1f} s."
        if done.changed
        else f"{school} is up to date: what was missing of its journal, privileges or comment is there again."
        if done.mended
        else f"{school} was up to date already."
    )
    result(asdict(done), json, text)


@app.command()
def status(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    all_schools: AllSchools = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Say how a school stands against this library, and write nothing. Exit code 2: it is behind; 3: it differs."""
    if all_schools:
        from pgacademy.cli import fleet  # noqa: PLC0415  (it draws)

        fleet.status_all(dsn, jobs, json)
        return
    found = migrations.status(conninfo(dsn), school)
    last = found.applied[-1] if found.applied else "none"
    lines = [
        f"{school}: pgacademy {found.school_version or '(never finished)'}, "
        f"{counted(len(found.applied), 'migration')} applied, the last {last}."
    ]
    for label, names in (
        ("pending", found.pending),
        ("begun and not finished", found.unfinished),
        ("edited since they were applied", found.edited),
        ("unknown to this library", found.unknown),
        ("come too late, before others that are applied", found.late),
        ("changed files", found.changed),
        ("gone from the tree", found.vanished),
    ):
        if names:
            lines.append(f"{label} ({len(names)}):")
            lines.extend(f"  {name}" for name in names)
    if found.has_drifted:
        lines.append("`pgacademy migrate` refuses until the files are again what was applied.")
    else:
        lines.append("Up to date." if found.is_current else f"Run `pgacademy migrate --school {school}`.")
    result(asdict(found) | {"is_current": found.is_current}, json, "\n".join(lines))
    raise typer.Exit(exit_codes.compared(is_clean=found.is_current, has_drifted=found.has_drifted))


@app.command()
def history(dsn: Dsn = None, school: School = DEFAULT_SCHOOL, json: Json = False) -> None:
    """Say who did what to a school, when, how long it took and with which version; the oldest first."""
    found = migrations.history(conninfo(dsn), school)
    if json:
        result([asdict(entry) for entry in found], json)
        return
    records = [
        {
            "at": f"{entry.at:%Y-%m-%d %H:%M:%S %Z}",
            "what": entry.operation,
            "migration": entry.migration_id or _shortened(entry.detail),
            "who": f"{entry.login} ({entry.os_user}@{entry.hostname})",
            "ms": entry.duration_ms,
            "version": entry.library_version,
        }
        for entry in found
    ]
    rows(records, False, f"History of {school}")


def _shortened(text: str | None) -> str:
    return "" if text is None else text if len(text) <= 60 else f"{text[:59]}…"
