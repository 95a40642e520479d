"""demo: everything at once, on the embedded server, for a first look."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from urllib.parse import quote

from pgacademy import demo as demo_
from pgacademy import embedded, migrations, registry, roles, seeding
from pgacademy.cli.app import DEFAULT_SCHOOL, Json, School, app
from pgacademy.cli.drawing import out
from pgacademy.cli.output import progress, result
from pgacademy.connection import connect, school_path
from pgacademy.roles import owner


@app.command()
def demo(school: School = DEFAULT_SCHOOL, json: Json = False) -> None:
    """Bring up a school with people in it and play a learner's day. Again shows the same day and changes nothing."""
    server = embedded.EmbeddedServer()
    with progress("Starting PostgreSQL", json):
        server.start()
    target = server.dsn()
    with connect(target) as connection:
        is_new = registry.find(connection, school) is None
        with connection.transaction():
            roles.apply_roles(connection, school)
    with progress(f"Migrating {school}", json) as report:
        migrations.migrate(target, school, report)
    if is_new:  # one that was there before is somebody's, and stays what it was
        with connect(target) as connection:
            registry.mark(connection, school, development=True)
    for seed_set in ("reference", "demo"):
        with progress(f"Seeding {seed_set}", json) as report:
            seeding.seed(target, school, seed_set, report)
    day = demo_.play(target, school)
    if json:
        result(asdict(day), json)
        return
    command = _command()
    path = school_path(school).as_string(None).replace(" ", "")
    options = quote(f"-c role={owner(school)} -c search_path={path}")
    demo_.show(
        day,
        out,
        connecting=(
            f"{command} psql",
            f"psql '{server.tcp_dsn()}?options={options}'",
            f"cat {server.password_file}   # its password",
        ),
        stopping=(f"{command} down",),
    )


def _command() -> str:
    """How to call this program again from any shell: where it is, and for which server."""
    home = os.environ.get("PGACADEMY_HOME")
    return f"PGACADEMY_HOME={home} {sys.argv[0]}" if home else sys.argv[0]
