"""The command line. Each module here adds its commands to `app`; `main` runs it and turns errors into sentences.

Exit codes: 0 done, clean · 1 failed · 2 something is pending · 3 something has drifted · 64 wrong usage
· 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from importlib import import_module

import psycopg
import typer

from pgacademy.cli.app import app
from pgacademy.cli.exit_codes import INTERRUPTED
from pgacademy.cli.output import failure
from pgacademy.errors import PgacademyError, UsageError, translate

#: Which module holds which commands, in the order of the help. The program reads in the one it needs: all of them take
#: longer than most commands.
MODULES = {
    "server": ("up", "down", "psql"),
    "demo": ("demo",),
    "migrate": ("migrate", "status", "history"),
    "plan": ("plan",),
    "verify": ("verify",),
    "new": ("new",),
    "school": ("roles", "rollback", "baseline", "seed"),
    "schools": ("schools", "mark", "rename", "drop", "reset"),
    "logins": ("login",),
    "keys": ("keys",),
    "maintenance": ("maintain",),
    "board": ("leaderboard", "refresh"),
    "report": ("report",),
    "privacy": ("export-user", "erase-user", "rotate-field-keys"),
    "django": ("import-django",),
}


def load(command: str | None = None) -> typer.Typer:
    """The program with the module of one command read in, with none for the version, or with all, as its help needs."""
    found = [module for module, commands in MODULES.items() if command in commands]
    for name in () if command == "--version" else found or MODULES:
        module = import_module(f"pgacademy.cli.{name}")
        if module.app is not app and module.app not in (group.typer_instance for group in app.registered_groups):
            app.add_typer(module.app, name=MODULES[name][0])
    return app


def main() -> None:
    """Runs the command that the program was called with."""
    # What it cannot tell a server that Ctrl-C has just interrupted is nobody's business.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    # typer's own say 2, which here means that something is pending. Their class is click's, or a copy in typer.
    usage_errors = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
    usage_errors.exit_code = UsageError.exit_code  # type: ignore[attr-defined]
    try:
        program = load(sys.argv[1] if len(sys.argv) > 1 else None)
        # All that was read in stays; the collector was off for that since __main__. At its end Python would look for
        # garbage in it and take it apart, which takes as long as many a command does; the system has it back anyway.
        # What closes things at the end is called before.
        gc.freeze()
        gc.enable()
        atexit.register(gc.freeze)
        program(prog_name="pgacademy")
    except PgacademyError as exc:
        sys.exit(failure(exc))
    except psycopg.Error as exc:
        sys.exit(failure(translate(exc)))
    except (KeyboardInterrupt, SystemExit) as exc:  # typer makes the second of the first
        if isinstance(exc, SystemExit) and exc.code != INTERRUPTED:
            raise
        typer.echo("Interrupted. What was done stays done: run it again.", err=True)
        sys.exit(INTERRUPTED)


__all__ = ["app", "load", "main"]
