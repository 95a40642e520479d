"""schools, mark, rename, drop, reset."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pgacademy import lifecycle, registry
from pgacademy.cli.app import Dsn, Json, app, conninfo
from pgacademy.cli.drawing import listed
from pgacademy.cli.exit_codes import FAILED
from pgacademy.cli.output import described, hints, human_size, progress, result
from pgacademy.connection import connect
from pgacademy.errors import UsageError

Name = Annotated[str, typer.Argument(metavar="SCHOOL", help="The school's name.")]


@app.command("schools")
def list_schools(dsn: Dsn = None, json: Json = False) -> None:
    """List the schools of the database, and write nothing. Exit code 1 when somebody holds the journal of one."""
    with connect(conninfo(dsn)) as connection:
        found = registry.schools(connection)
    errors = [entry.error for entry in found if entry.error]
    if json:
        result([asdict(entry) | {"error": entry.error and described(entry.error)} for entry in found], json)
    else:
        result(None, False, listed(_rows(found), "Schools"))
        hints(errors)
    if errors:
        raise typer.Exit(FAILED)


def _rows(found: Sequence[registry.SchoolEntry]) -> list[dict[str, object]]:
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


def _losses(held: lifecycle.Holdings, *, past: bool = False) -> str:
    people = "" if held.people is None else f"{held.people:,} people, "
    size = "" if held.size_bytes is None else f", {human_size(held.size_bytes)}"
    verb = "It held" if past else f"{held.school} holds"
    return f"{verb} {people}{held.tables} tables with about {held.rows:,} rows{size}."


def _utc(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else None
