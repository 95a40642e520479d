"""The command line. Each module here adds its commands to `app`; `main` runs it and turns errors into sentences.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 `status` found something pending.
"""

from __future__ import annotations

import sys

import psycopg

from pgacademy.cli import board, demo, keys, logins, new, output, school, server
from pgacademy.cli.app import app
from pgacademy.errors import PgacademyError, translate

app.add_typer(logins.app, name="login")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """The entry point of the `pgacademy` program."""
    try:
        app(prog_name="pgacademy")
    except PgacademyError as exc:
        sys.exit(output.failure(exc))
    except psycopg.Error as exc:
        sys.exit(output.failure(translate(exc)))


__all__ = ["app", "board", "demo", "main", "new", "school", "server"]
