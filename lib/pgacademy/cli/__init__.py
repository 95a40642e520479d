"""The command line. Each module here adds its commands to `app`; `main` runs it and turns errors into sentences.

Exit codes: 0 done, clean · 1 failed · 2 something is pending · 3 something has drifted · 64 wrong usage.
"""

from __future__ import annotations

import sys

import psycopg
import typer

from pgacademy.cli import board, demo, keys, logins, new, output, plan, school, server, verify
from pgacademy.cli.app import app
from pgacademy.errors import PgacademyError, UsageError, translate

app.add_typer(logins.app, name="login")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """The entry point of the `pgacademy` program."""
    # typer's own say 2, which here means that something is pending. Their class is click's, or a copy in typer.
    usage_errors = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
    usage_errors.exit_code = UsageError.exit_code  # type: ignore[attr-defined]
    try:
        app(prog_name="pgacademy")
    except PgacademyError as exc:
        sys.exit(output.failure(exc))
    except psycopg.Error as exc:
        sys.exit(output.failure(translate(exc)))


__all__ = ["app", "board", "demo", "main", "new", "plan", "school", "server", "verify"]
