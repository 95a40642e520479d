"""keys add, list, retire: what identity tokens are signed with."""

from __future__ import annotations

import re
import secrets
import sys
from typing import Annotated

import typer
from psycopg.rows import dict_row

from pgacademy import schools
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, conninfo
from pgacademy.cli.output import result, rows
from pgacademy.connection import check_release, connect
from pgacademy.errors import UsageError
from pgacademy.sources import queries

app = typer.Typer(help="Keys that identity tokens are signed with.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(help="The key's name, as tokens carry it.")]


@app.command()
def add(
    key_id: KeyId,
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the secret in hexadecimal.")] = False,
    json: Json = False,
) -> None:
    """Add a key. From the first one on, only signed tokens say who is calling."""
    if secret_stdin:
        given = sys.stdin.readline().strip()
        if not re.fullmatch(r"([0-9a-fA-F]{2}){32,}", given):
            raise UsageError("The secret must be 32 bytes or more, in hexadecimal digits.")
        secret = bytes.fromhex(given)
    else:
        secret = secrets.token_bytes(32)
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        with schools.as_owner(connection, school):
            connection.execute(queries("cli")["add_key"], {"key_id": key_id, "secret": secret})
    document = {"key_id": key_id}
    text = f"The key {key_id} is added."
    if not secret_stdin:
        document["secret"] = secret.hex()
        text += f"\nIts secret in hexadecimal, shown only now: {secret.hex()}"
    result(document, json, text)


@app.command("list")
def list_(dsn: Dsn = None, school: School = DEFAULT_SCHOOL, json: Json = False) -> None:
    """List the keys, never their secrets."""
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        with schools.as_owner(connection, school), connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(queries("cli")["list_keys"]).fetchall()
    rows(found, json, f"Signing keys of {school}")


@app.command()
def retire(
    key_id: KeyId,
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="Permit the last key: unsigned identities are believed again.")
    ] = False,
    json: Json = False,
) -> None:
    """Retire a key: tokens signed with it are refused from now on."""
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        with schools.as_owner(connection, school):
            connection.execute(queries("cli")["retire_key"], {"key_id": key_id, "allow_unsigned": allow_unsigned})
    result({"key_id": key_id, "retired": True}, json, f"The key {key_id} is retired.")
