"""Shared buffers touched by the export of one person: 100,000 people to 10,000.

Buffers, not milliseconds: they say how much is read, whatever else the machine does. The second time in a row, so that
the catalogue of the server itself and the plans are known. `--people N` measures N people to a tenth of them.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any
from uuid import UUID

from bench_buffers import LARGE, SQL, grow
from server import SCHOOL, school

from pgacademy import schools
from pgacademy.connection import Connection, connect

BOUND = 1.5
EXPLAIN = b"explain (analyze, buffers, timing off, format json) select * from export_user(%s)"


def buffers(connection: Connection) -> int:
    """Shared buffers hit and read by the export of one learner, as the owner."""
    with schools.as_owner(connection, SCHOOL):
        found = connection.execute(SQL["somebody"]).fetchone()
        somebody = UUID(str(found[0])) if found else None
        for _ in range(3):
            plan: Any = (connection.execute(EXPLAIN, (somebody,)).fetchone() or [[{}]])[0]
    node = plan[0]["Plan"]
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def main() -> int:
    """Prints the ratio; 1 if it is above the bound."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=LARGE)
    many = parser.parse_known_args()[0].people
    few = many // 10
    with school() as dsn, connect(dsn) as connection:
        with schools.as_owner(connection, SCHOOL):
            connection.execute(SQL["courses"])
        grow(connection, 1, few)
        small = buffers(connection)
        grow(connection, few + 1, many)
        large = buffers(connection)
    ratio = large / small
    print(f"export: {small} buffers at {few:,} people, {large} at {many:,}: {ratio:.2f} (at most {BOUND})")
    return ratio > BOUND


if __name__ == "__main__":
    sys.exit(main())
