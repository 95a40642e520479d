"""report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pgacademy import report as report_
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import document, result
from pgacademy.connection import check_release, connect
from pgacademy.errors import UsageError


@app.command()
def report(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write, - for standard output; else <school>-report.html.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=7, max=3660, help="The period of what is told by day.")] = 90,
    json: Json = False,
) -> None:
    """Write the reports of a school on one page of HTML with plots, or as JSON. For its analysts, and its owner."""
    with connect(conninfo(dsn), application_name="pgacademy report") as connection:
        check_release(connection, school)
        found = report_.collect(connection, school, days)
    if json and out is None:
        result(found, json)
        return
    page = document(found) if json else report_.render(found)
    target = out or Path(f"{school}-report.html")
    if str(target) == "-":
        sys.stdout.write(page)
        return
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as exc:
        raise UsageError(f"{target} cannot be written: {exc.strerror}.", hint="Name another file with --out.") from exc
    if not json:
        result(None, json, f"Written to {target}: open it in a browser.")
