"""Shared buffers touched by one person's dashboard and one page of the catalogue: 100,000 people to 10,000.

Buffers, not milliseconds: they say how much is read, whatever else the machine does. Asked as a learner, behind
row-level security, the second time in a row, so that the catalogue of the server itself is in memory.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from server import SCHOOL, school

from pgacademy import schools
from pgacademy.acting import act, borrowing
from pgacademy.connection import Connection, connect

BOUND = 1.5
SMALL, LARGE = 10_000, 100_000
VIEWS = ("dashboard", "catalogue")

_parts = re.split(
    r"^-- name: (\w+)\n", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), flags=re.MULTILINE
)
SQL = dict(zip(_parts[1::2], (part.encode() for part in _parts[2::2]), strict=True))


def grow(connection: Connection, first: int, last: int) -> None:
    """Brings the people numbered `first` to `last` into the school."""
    with schools.as_owner(connection, SCHOOL):
        connection.execute(SQL["people"], {"first": first, "last": last})
        connection.execute(SQL["stats"], {})
        with connection.transaction():
            connection.execute("alter table enrollments disable trigger user")
            connection.execute(SQL["enrollments"], {})
            connection.execute("alter table enrollments enable trigger user")
        connection.execute(SQL["fold"])
        connection.execute(
            "vacuum (analyze) users, user_stats, enrollments, public_profiles, courses, course_stats, lessons"
        )
        connection.execute("vacuum (analyze) xp_rank_buckets, xp_rank_deltas")


def buffers(connection: Connection) -> dict[str, int]:
    """Shared buffers hit and read by each view, as one learner."""
    with schools.as_owner(connection, SCHOOL):
        found = connection.execute(SQL["somebody"]).fetchone()
        somebody = UUID(str(found[0])) if found else None
        with borrowing(connection, SCHOOL, "student"):
            act(connection, SCHOOL, "student", somebody)
            touched: dict[str, int] = {}
            for name in (*VIEWS, *VIEWS):
                plan: Any = (connection.execute(SQL[name], {"user": somebody}).fetchone() or [[{}]])[0]
                node = plan[0]["Plan"]
                touched[name] = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    return touched


def main() -> int:
    """Prints the ratios; 1 if one is above the bound."""
    with school() as dsn, connect(dsn) as connection:
        with schools.as_owner(connection, SCHOOL):
            connection.execute(SQL["courses"])
        grow(connection, 1, SMALL)
        small = buffers(connection)
        grow(connection, SMALL + 1, LARGE)
        large = buffers(connection)
    worst = 0.0
    for name in VIEWS:
        ratio = large[name] / small[name]
        worst = max(worst, ratio)
        before, after = f"{small[name]} buffers at {SMALL:,} people", f"{large[name]} at {LARGE:,}"
        print(f"{name}: {before}, {after}: {ratio:.2f} (at most {BOUND})")
    return worst > BOUND


if __name__ == "__main__":
    sys.exit(main())
