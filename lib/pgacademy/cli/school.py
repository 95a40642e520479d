"""roles, rollback, baseline, seed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import baselines, rollbacks, seeding, settings
from pgacademy import roles as roles_
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import counted, progress, result
from pgacademy.cli.waits import USUAL, LockBudget, LockTimeout, StatementTimeout, Wait
from pgacademy.connection import connect
from pgacademy.errors import UsageError
from pgacademy.locking import Patience


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
def rollback(
    to: Annotated[str, typer.Option("--to", help="The migration to return to; it stays applied.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    lock_timeout: LockTimeout = USUAL.lock_timeout_s,
    lock_budget: LockBudget = USUAL.budget_s,
    statement_timeout: StatementTimeout = USUAL.statement_timeout_s,
    wait: Wait = USUAL.wait_s,
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
