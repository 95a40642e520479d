"""The program itself, and the options that its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from pgacademy import __version__, settings
from pgacademy.embedded import EmbeddedServer
from pgacademy.errors import EmbeddedServerError

app = typer.Typer(
    help="A school in PostgreSQL: its server, its roles, its schema and its data.",
    epilog="Exit codes: 0 done or clean, 1 failed, 2 something is pending, 3 something has drifted, 64 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Dsn = Annotated[
    str | None,
    typer.Option("--dsn", envvar="PGACADEMY_DSN", help="Where the database is; without it, the embedded server."),
]
School = Annotated[str, typer.Option("--school", envvar="PGACADEMY_SCHOOL", help="The school, which is a schema.")]
AllSchools = Annotated[bool, typer.Option("--all-schools", help="Every school of the database, several at a time.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How many schools at a time, each on one connection.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for programs.")]

DEFAULT_SCHOOL = settings.DEFAULT_SCHOOL


def conninfo(dsn: str | None) -> str:
    """The DSN to use: the one given, else that of the embedded server, which must be up."""
    if dsn:
        return dsn
    server = EmbeddedServer()
    if not server.running:
        raise EmbeddedServerError(
            "The embedded server is not up, and no DSN was given.",
            hint="Start it with `pgacademy up`, or name a server with --dsn or PGACADEMY_DSN.",
        )
    return server.dsn()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pgacademy {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass
