"""up, down, psql."""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgacademy import embedded, roles
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.drawing import err
from pgacademy.cli.output import is_watched, result
from pgacademy.connection import connect, extensions_schema, school_conninfo, school_release
from pgacademy.errors import UsageError
from pgacademy.schools import may_act_as


@app.command()
def up(json: Json = False) -> None:
    """Start the embedded PostgreSQL, making it the first time. It runs until `down`."""
    server = embedded.EmbeddedServer()
    with err.status("Starting PostgreSQL …") if is_watched(json) else nullcontext():
        started = server.start()
    document = {
        "started": started,
        "dsn": server.dsn(),
        "tcp_dsn": server.tcp_dsn(),
        "password_file": str(server.password_file),
        "home": str(server.home),
    }
    text = (
        f"The embedded server {'is up' if started else 'was up already'}.\n"
        f"  connect    pgacademy psql\n"
        f"  or         {server.tcp_dsn()}\n"
        f"  password   in {server.password_file}\n"
        f"  stop       pgacademy down"
    )
    result(document, json, text)


@app.command()
def down(json: Json = False) -> None:
    """Stop the embedded PostgreSQL. Its data is kept."""
    stopped = embedded.EmbeddedServer().stop()
    text = "The embedded server is stopped; its data is kept." if stopped else "The embedded server was not up."
    result({"stopped": stopped}, json, text)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context,
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    role: Annotated[str, typer.Option("--as", help="owner, or a platform role such as student.")] = "owner",
) -> None:
    """Open psql in the school. What follows `--` goes to psql."""
    if role not in ("owner", *roles.PLATFORM_ROLES):
        raise UsageError(f"There is no role {role!r}.", hint=f"Roles are owner, {', '.join(roles.PLATFORM_ROLES)}.")
    target = conninfo(dsn)
    name = f"{school}_{role}"
    with connect(target) as connection:
        school_release(connection, school)
        target = school_conninfo(target, school, extensions_schema(connection) or "extensions")
        # Members of the role enter it; others stay who they are, and psql will say what they may not do.
        if may_act_as(connection, name):
            options = f"{conninfo_to_dict(target)['options']} -c role={name}"
            target = make_conninfo(target, options=options)
    program = shutil.which("psql") or str(embedded.find_binaries() / "psql")
    os.execv(program, [program, target, *context.args])  # noqa: S606  (psql takes over this terminal)
