"""Page 1,000 of the listing of projects, to page 1: list_projects() as a visitor calls it, 20 of 100,000.

In each of the three orders, and of one type. The pages are taken in turns on one connection; medians. Counts of likes
and views are skewed and full of ties, as they are.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from server import SCHOOL, school

from pgacademy import schools
from pgacademy.connection import Connection, connect

BOUND = 1.2
PROJECTS = 100_000
PAGES = 1_000
ROUNDS = 400
WARM = 50
#: What a listing may be asked for; half of the projects are of this type.
LISTINGS: dict[str, tuple[str, str | None]] = {
    "newest": ("newest", None),
    "most viewed": ("most_viewed", None),
    "most liked": ("most_liked", None),
    "newest of a type": ("newest", "car"),
    "most liked of a type": ("most_liked", "car"),
}
COLUMNS = {"newest": "created_at", "most_viewed": "view_count", "most_liked": "like_count"}
PAGE = b"select project_id from list_projects(p_order => %s, p_project_type => %s, p_after => %s)"


def prepare(connection: Connection) -> None:
    """People, courses and projects, in the order they come."""
    connection.execute(
        "insert into users (username, email, role, is_approved)"
        " select 'person-' || n, n || '@example.org', 'instructor', true from generate_series(1, 1000) as n"
    )
    connection.execute(
        "insert into courses (slug, title, instructor_id)"
        " select u.username, u.username, u.id from users as u order by u.id limit 20"
    )
    # Shapes are not what is measured.
    connection.execute("alter table projects disable trigger check_components_shape")
    connection.execute(
        b"""
        insert into projects (
            user_id, course_id, title, description, project_type, components, is_public, view_count, like_count,
            created_at
        )
        select
            u.ids[1 + n %% 1000], c.ids[1 + n %% 21], 'Project ' || n, repeat('What it is. ', 10),
            case n %% 2 when 0 then 'car' else 'rover' end,
            '{"components": [], "metadata": {"totalPower": 1, "totalWeight": 1, "efficiency": 1, "cost": 1}}',
            true, 2000 / (1 + (hashint8(n) & 1023)), 300 / (1 + (hashint8(n + 1) & 255)),
            now() - (%s - n) * interval '1 minute'
        from generate_series(1, %s) as n
        cross join (select array_agg(u.id) as ids from users as u) as u
        cross join (select array_agg(c.id) as ids from courses as c) as c
        """,
        (PROJECTS, PROJECTS),
    )
    connection.execute("alter table projects enable trigger check_components_shape")
    connection.execute("analyze projects, users, public_profiles, courses")


def page(connection: Connection, listing: tuple[str, str | None], after: Any) -> list[Any]:
    """The ids of one page."""
    return [row[0] for row in connection.execute(PAGE, (*listing, after)).fetchall()]


def timed(connection: Connection, listing: tuple[str, str | None], after: Any) -> float:
    """Seconds that a page takes."""
    begun = time.perf_counter()
    page(connection, listing, after)
    return time.perf_counter() - begun


def measure(connection: Connection, listing: tuple[str, str | None]) -> tuple[float, float]:
    """Medians of page 1 and of page 1,000."""
    order, kind = listing
    last_seen = (
        f"select id from projects where is_listed and coalesce(project_type = %s, true)"
        f" order by {COLUMNS[order]} desc, id desc offset %s limit 1"
    )
    ids = [
        row[0]
        for nth in (PAGES - 1, PAGES)
        for row in connection.execute(last_seen.encode(), (kind, 20 * nth - 1)).fetchall()
    ]
    after = ids[0]
    assert page(connection, listing, after)[-1] == ids[1]
    first, last = [], []
    for _ in range(ROUNDS):
        first.append(timed(connection, listing, None))
        last.append(timed(connection, listing, after))
    return statistics.median(first[WARM:]), statistics.median(last[WARM:])


def main() -> int:
    """Prints a ratio a listing; 1 if one is above the bound."""
    failed = False
    with school() as dsn, connect(dsn) as connection, schools.as_owner(connection, SCHOOL):
        prepare(connection)
        for name, listing in LISTINGS.items():
            first, last = measure(connection, listing)
            ratio = last / first
            failed = failed or ratio > BOUND
            figures = f"{1e6 * last:.0f} µs to {1e6 * first:.0f} µs"
            print(f"page {PAGES:,}, {name}, to page 1: {figures}: {ratio:.2f} (at most {BOUND})", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
