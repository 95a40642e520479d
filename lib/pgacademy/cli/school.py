"""roles, migrate, status, history, rollback, baseline, seed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import baselines, migrations, rollbacks, seeding, settings
from pgacademy import roles as roles_
from pgacademy.cli import exit_codes, schools
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import counted, progress, result, rows
from pgacademy.cli.schools import AllSchools, Jobs
from pgacademy.connection import connect
from pgacademy.errors import UsageError
from pgacademy.fleet import JOBS
from pgacademy.locking import Patience

_USUAL = Patience()
LockTimeout = Annotated[
    float, typer.Option("--lock-timeout", min=0, help="Seconds that others may have to queue for a lock; 0: for ever.")
]
LockBudget = Annotated[
    float, typer.Option("--lock-budget", min=0, help="Seconds for all attempts at a step that does not get its locks.")
]
StatementTimeout = Annotated[
    float, typer.Option("--statement-timeout", min=0, help="Seconds that a statement may take; 0: as long as it takes.")
]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait while somebody else is at work on the school.")
]
BackfillPause = Annotated[
    float | None,
    typer.Option("--backfill-pause", min=0, help="Seconds between two batches of a backfill, whatever its file says."),
]
Development = Annotated[
    bool, typer.Option("--development", help="Make a new school a development one, which `reset` may empty.")
]


@app.command()
def roles(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    apply: Annotated[bool, typer.Option("--apply", help="Run the SQL instead of printing it.")] = False,
    deploy: Annotated[
        str, typer.Option("--deploy", help="In what is printed: the role that will run `migrate`.")
    ] = settings.DEPLOY_ROLE,
    json: Json = False,
) -> None:
    """Print, or run, the SQL that makes a school's roles. Needs CREATEROLE, not a superuser."""
    settings.school_name(school)
    if not apply:
        script = roles_.roles_sql(school, deploy)
        result({"sql": script}, json, script)
        return
    with connect(conninfo(dsn)) as connection:
        missing = roles_.check_roles(connection, school)
        if missing:
            with connection.transaction():
                roles_.apply_roles(connection, school)
        roles_.require_roles(connection, school)
    text = f"The roles of {school} are made." if missing else f"The roles of {school} were complete already."
    result({"school": school, "were_missing": missing}, json, text)


@app.command()
def migrate(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    lock_timeout: LockTimeout = _USUAL.lock_timeout_s,
    lock_budget: LockBudget = _USUAL.budget_s,
    statement_timeout: StatementTimeout = _USUAL.statement_timeout_s,
    wait: Wait = _USUAL.wait_s,
    backfill_pause: BackfillPause = _USUAL.backfill_pause_s,
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
        schools.migrate_all(dsn, jobs, patience, json)
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
        schools.status_all(dsn, jobs, json)
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
    rows(records, json, f"History of {school}")


@app.command()
def rollback(
    to: Annotated[str, typer.Option("--to", help="The migration to return to; it stays applied.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    lock_timeout: LockTimeout = _USUAL.lock_timeout_s,
    lock_budget: LockBudget = _USUAL.budget_s,
    statement_timeout: StatementTimeout = _USUAL.statement_timeout_s,
    wait: Wait = _USUAL.wait_s,
    json: Json = False,
) -> None:
    """Take back every migration after --to, with the data they hold. Functions and views return with `migrate`."""
    target = conninfo(dsn)
    patience = Patience(lock_timeout, lock_budget, statement_timeout, wait)
    lost = rollbacks.rollback_preview(target, school, to, patience=patience)
    told = "\n".join(["This takes back:", *(f"  {name}" for name in lost.steps), *_loss(lost.lines)])
    if dry_run or not lost.steps:
        text = told if lost.steps else "There is nothing to take back."
        result(lost.document() | {"rolled_back": []}, json, text)
        return
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "A rollback drops data, and nobody is here to be asked.",
                hint="Say --yes if that is meant, or --dry-run to see what would go.",
            )
        result(None, False, told)
        typer.confirm("Go on?", abort=True)
    with progress(f"Rolling back {school}", json) as report:
        undone = rollbacks.rollback(target, school, to, report, patience=patience)
    text = "\n".join(["Taken back:", *(f"  {name}" for name in undone), *_loss(lost.lines)])
    result(lost.document() | {"rolled_back": undone}, json, text)


@app.command()
def baseline(
    to: Annotated[str, typer.Option("--to", help="The last migration whose tables are there.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    json: Json = False,
) -> None:
    """Take over a database that has its tables already: record migrations as applied without running them."""
    with progress(f"Taking over {school}", json) as report:
        done = baselines.baseline(conninfo(dsn), school, to, report)
    text = (
        f"{counted(len(done.applied), 'migration')} recorded as applied in {school}, "
        f"{counted(len(done.tables), 'table')} found for that. "
        f"Run `pgacademy migrate --school {school}` for the rest, then `pgacademy verify --school {school}`: only that "
        "says whether those tables are as the migrations make them."
    )
    result(asdict(done), json, text)


@app.command()
def seed(
    seed_set: Annotated[str, typer.Argument(help="reference, demo or open_university.")] = "reference",
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    json: Json = False,
) -> None:
    """Bring a set of data into a school. Again changes nothing."""
    target = conninfo(dsn)
    with progress(f"Seeding {seed_set}", json) as report:
        done = seeding.seed(target, school, seed_set, report)
    result(asdict(done), json, f"{seed_set} is in {school} ({done.duration_s:.1f} s).")


def _loss(lines: list[str]) -> list[str]:
    return ["With it goes:", *(f"  {line}" for line in lines)] if lines else []


def _shortened(text: str | None) -> str:
    return "" if text is None else text if len(text) <= 60 else f"{text[:59]}…"
