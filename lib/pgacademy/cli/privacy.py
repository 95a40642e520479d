"""export-user, erase-user, rotate-field-keys: what people and the law ask of their data."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from pgacademy import privacy, schools
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import counted, result
from pgacademy.connection import Connection, check_release, connect
from pgacademy.errors import NotFound, PgacademyError, UsageError
from pgacademy.field_keys import FieldKeys
from pgacademy.sources import queries

Who = Annotated[str, typer.Argument(metavar="PERSON", help="Username, email or id.")]
KeysFile = Annotated[
    Path | None,
    typer.Option(
        "--keys-file",
        envvar="PGACADEMY_FIELD_KEYS_FILE",
        help="Keys of encrypted fields: a line for each, a name and 64 hexadecimal digits, the current one first.",
    ),
]


@app.command("export-user")
def export_user(
    person: Who,
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this new file.")] = None,
    keys_file: KeysFile = None,
) -> None:
    """Write out all that the school has of a person, as one JSON document, for them alone."""
    from pgacademy.client import Session  # noqa: PLC0415  (it takes long to read in, and help needs none)

    keys = FieldKeys.load(keys_file) if keys_file else None
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        with schools.as_first(connection, school, "service"):
            document = privacy.export(Session.on(connection, school=school), _find(connection, person), keys)
    text = jsonlib.dumps(document, indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    try:
        # For nobody else's eyes, from the first byte on.
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as exc:
        raise UsageError(f"{output} cannot be written: {exc.strerror}.", hint="Name a file that is not there.") from exc


@app.command("erase-user")
def erase_user(
    person: Who,
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    keep_certificates: Annotated[
        bool | None,
        typer.Option("--keep-certificates/--revoke-certificates", help="Whether certificates go on naming them."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Forget a person, for good. Asks for their name again. What was begun and interrupted is gone on with."""
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "An erasure is for good, and nobody is here to be asked.", hint="Say --yes if that is meant."
            )
        if typer.prompt("Type it again to erase this person", default="", show_default=False) != person:
            raise UsageError("That is another name. Nobody was erased.")
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        as_service = partial(schools.as_first, connection, school, "service")
        with as_service():
            user_id = _find(connection, person)
        privacy.erase(connection, as_service, user_id, keep_certificates)
    result({"user_id": str(user_id), "is_erased": True}, json, f"{person} is erased; what is left is under {user_id}.")


@app.command("rotate-field-keys")
def rotate_field_keys(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    keys_file: KeysFile = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=10000, help="Fields per transaction.")] = 500,
    json: Json = False,
) -> None:
    """Encrypt every field that is under an older key anew under the current one, while the school goes on."""
    if keys_file is None:
        raise UsageError("There are no keys.", hint="Name them with --keys-file or PGACADEMY_FIELD_KEYS_FILE.")
    keys = FieldKeys.load(keys_file)
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        as_service = partial(schools.as_first, connection, school, "service")
        done = privacy.rotate(connection, as_service, keys, batch=batch)
    failed = [{"user_id": str(user), "field_name": name, "reason": reason} for user, name, reason in done.failed]
    lines = [f"{counted(done.rotated, 'field')} encrypted anew under {keys.current}."]
    lines += [f"{entry['user_id']} {entry['field_name']}: {entry['reason']}" for entry in failed]
    result(
        {"key_id": keys.current, "rotated": done.rotated, "overtaken": done.overtaken, "failed": failed},
        json,
        "\n".join(lines),
    )
    if failed:
        raise typer.Exit(PgacademyError.exit_code)


def _find(connection: Connection, person: str) -> UUID:
    """Who is meant: an id also finds the deleted and the erased."""
    try:
        return UUID(person)
    except ValueError:
        row = connection.execute(queries("privacy")["find"], {"login": person}).fetchone()
    if row is None:
        raise NotFound(f"Nobody is called {person}.", hint="Give the id of somebody who was deleted.")
    found: UUID = row[0]
    return found
