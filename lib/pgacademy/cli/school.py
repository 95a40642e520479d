"""roles, migrate, status, rollback, seed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import migrations, seeding, settings
from pgacademy import roles as roles_
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import progress, result
from pgacademy.connection import connect
from pgacademy.errors import UsageError

PENDING = 3


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
def migrate(dsn: Dsn = None, school: School = DEFAULT_SCHOOL, json: Json = False) -> None:
    """Bring a school up to this version of the library. Safe to run at any time, and again."""
    target = conninfo(dsn)
    with progress(f"Migrating {school}", json) as report:
        done = migrations.migrate(target, school, report)
    text = (
        f"{school} is up to date: {len(done.applied)} migrations, {len(done.repeatables)} functions, views, triggers, "
        f"policies and grants applied, {len(done.dropped)} dropped, in {done.duration_s:.1f} s."
        if done.changed
        else f"{school} was up to date already."
    )
    result(asdict(done), json, text)


@app.command()
def status(dsn: Dsn = None, school: School = DEFAULT_SCHOOL, json: Json = False) -> None:
    """Say how a school stands against this library, and write nothing. Exit code 3 when it is behind or differs."""
    found = migrations.status(conninfo(dsn), school)
    lines = [
        f"{school}: pgacademy {found.school_version or '(never finished)'}, "
        f"{len(found.applied)} migrations applied, the last {found.applied[-1] if found.applied else 'none'}."
    ]
    for label, names in (
        ("pending", found.pending),
        ("edited since they were applied", found.edited),
        ("unknown to this library", found.unknown),
        ("changed files", found.changed),
        ("gone from the tree", found.vanished),
    ):
        if names:
            lines.append(f"{label} ({len(names)}):")
            lines.extend(f"  {name}" for name in names)
    lines.append("Up to date." if found.is_current else f"Run `pgacademy migrate --school {school}`.")
    result(asdict(found) | {"is_current": found.is_current}, json, "\n".join(lines))
    if not found.is_current:
        raise typer.Exit(PENDING)


@app.command()
def rollback(
    to: Annotated[str, typer.Option("--to", help="The migration to return to; it stays applied.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Take back every migration after --to, with the data they hold. Functions and views return with `migrate`."""
    target = conninfo(dsn)
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "A rollback drops data, and nobody is here to be asked.", hint="Say --yes if that is meant."
            )
        typer.confirm(f"This drops what the migrations after {to} hold in {school}. Go on?", abort=True)
    with progress(f"Rolling back {school}", json) as report:
        undone = migrations.rollback(target, school, to, report)
    text = (
        "\n".join(["Taken back:", *(f"  {name}" for name in undone)]) if undone else "There was nothing to take back."
    )
    result({"school": school, "rolled_back": undone}, json, text)


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
