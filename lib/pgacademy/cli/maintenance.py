"""maintain."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import maintenance
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import progress, rows
from pgacademy.cli.repetition import Every, repeated


@app.command()
def maintain(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    job: Annotated[
        list[str] | None, typer.Option("--job", help="Only this one, due or not; may be given again for more.")
    ] = None,
    every: Every = None,
    pg_cron: Annotated[
        bool, typer.Option("--pg-cron", help="Print the SQL that gives the jobs to pg_cron, and do none.")
    ] = False,
    login: Annotated[
        str | None, typer.Option("--login", help="With --pg-cron: the login the jobs run as; it has the role service.")
    ] = None,
    json: Json = False,
) -> None:
    """Do every job that is due: fold, purge, archive, make and retire partitions. For cron, each minute."""
    target = conninfo(dsn)
    if pg_cron:
        sys.stdout.write(maintenance.cron_sql(target, school, login))
        return
    failed = False

    def work() -> None:
        nonlocal failed
        with progress(f"Maintaining {school}", json) as report:
            outcomes = maintenance.maintain(target, school, report, jobs=job or ())
        failed = any(outcome.error for outcome in outcomes)
        records = [
            asdict(outcome) | {"duration_s": round(outcome.duration_s, 2), "error": str(outcome.error or "")}
            for outcome in outcomes
        ]
        rows(records, json, f"Jobs of {school} that were due")

    repeated(work, every)
    if failed:
        raise typer.Exit(1)
