"""leaderboard, refresh."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from psycopg.rows import dict_row

from pgacademy import schools
from pgacademy.cli.app import DEFAULT_SCHOOL, Dsn, Json, School, app, conninfo
from pgacademy.cli.output import result, rows
from pgacademy.cli.repetition import Every, repeated
from pgacademy.connection import Connection, check_release, connect
from pgacademy.sources import queries


class Period(StrEnum):
    """Which board: `now` is live, the others are as of the last refresh."""

    NOW = "now"
    ALL_TIME = "all_time"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@app.command()
def leaderboard(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    period: Annotated[
        Period, typer.Option("--period", help="now is live; the others, as of the last refresh.")
    ] = Period.NOW,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many people.")] = 10,
    json: Json = False,
) -> None:
    """Show the best people by XP."""
    query = "leaderboard_now" if period is Period.NOW else "leaderboard_page"
    with connect(conninfo(dsn)) as connection:
        check_release(connection, school)
        with (
            schools.as_first(connection, school, "service", "anonymous", "student", "instructor"),
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            found = cursor.execute(queries("cli")[query], {"limit": limit, "period": period.value}).fetchall()
    rows(found, json, f"Leaderboard of {school}, {period.value.replace('_', ' ')}")


@app.command()
def refresh(dsn: Dsn = None, school: School = DEFAULT_SCHOOL, every: Every = None, json: Json = False) -> None:
    """Rank everyone anew, once or until Ctrl-C."""
    with connect(conninfo(dsn), application_name="pgacademy refresh") as connection:
        check_release(connection, school)

        def work() -> None:
            done = _refresh(connection, school)
            result(done, json, f"Generation {done['generation']}: {done['people']:,} people ranked.")

        repeated(work, every)


def _refresh(connection: Connection, school: str) -> dict[str, Any]:
    with schools.as_first(connection, school, "service"), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(queries("cli")["refresh"]).fetchone()
    assert row is not None  # noqa: S101  (the procedure returns one row or raises)
    return row
