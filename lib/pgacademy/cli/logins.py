"""login add."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated
from urllib.parse import quote

import typer

from pgacademy import embedded, roles
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, conninfo
from pgacademy.cli.output import result
from pgacademy.connection import connect, school_release
from pgacademy.errors import UsageError

app = typer.Typer(help="Logins of applications and people.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The login's name.")],
    role: Annotated[list[str], typer.Option("--role", help="A platform role; may be given several times.")],
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password, not make one.")] = False,
    allow_admin: Annotated[bool, typer.Option("--allow-admin", help="Permit --role admin.")] = False,
    json: Json = False,
) -> None:
    """Make a login that may `set role` to the school's roles, and does nothing by itself."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise UsageError("No password came on standard input.", hint="Pipe it in, on one line.")
    else:
        password = secrets.token_urlsafe(24)
    with connect(conninfo(dsn)) as connection:
        school_release(connection, school)
        roles.add_login(connection, school, name, password, role, allow_admin=allow_admin)
        host, port, database = connection.info.host, connection.info.port, connection.info.dbname
    document = {"login": name, "school": school, "roles": role}
    text = f"The login {name} is made: {', '.join(role)} in {school}."
    if not password_stdin:
        if not dsn:  # the embedded one is reached by its socket here, where it asks for no password
            host, port = "127.0.0.1", embedded.EmbeddedServer().port
        document["password"] = password
        document["dsn"] = f"postgresql://{quote(name)}:{password}@{quote(host, safe='')}:{port}/{quote(database)}"
        text += f"\nIts password, shown only now: {password}\nSo its DSN: {document['dsn']}"
    result(document, json, text)
