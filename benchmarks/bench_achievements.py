"""A changed definition applied to 100,000 people, set by set, to asking after them one by one.

Both grant the same definition to people who have all reached it, which is the dearest there is: a row each of the
achievement and of the XP ledger, the counters, the rank. apply_achievement() takes 1,000 a transaction;
check_achievements() is called for 1,000 in one statement, so that neither a client nor commits are measured against it.
Then the whole school is gone over with a definition that one in ten has reached. In turns; the median counts.
"""

from __future__ import annotations

import statistics
import sys
import time

from server import SCHOOL, school

from pgacademy import schools
from pgacademy.connection import Connection, connect

BOUND = 3.0
PEOPLE, BATCH, ROUNDS = 100_000, 1_000, 8


def seconds(connection: Connection, query: str, *values: object) -> tuple[float, tuple[object, ...]]:
    """How long one call takes, its commit included, and its one row."""
    begun = time.perf_counter()
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return time.perf_counter() - begun, row


def define(connection: Connection, slug: str, threshold: int) -> None:
    """An achievement for so many reviews."""
    connection.execute(
        "insert into achievements (slug, title, criteria, xp_reward) values"
        " (%s, %s, jsonb_build_object('metric', 'reviews_completed', 'threshold', %s::integer), 10)",
        (slug, slug, threshold),
    )


def main() -> int:
    """Prints the figures; 1 if the ratio is below the bound."""
    applied, checked = [], []
    with school() as dsn, connect(dsn) as connection, schools.as_owner(connection, SCHOOL):
        connection.execute("update achievements set is_active = false")
        connection.execute("insert into users (username) select 'l-' || n from generate_series(1, %s) as n", (PEOPLE,))
        connection.execute(
            "update user_stats as s set reviews_completed = 1 + n.n % 10 from ("
            " select u.id, row_number() over (order by u.id) as n from users as u) as n where n.id = s.user_id"
        )
        connection.execute("vacuum analyze users, user_stats, achievements")
        define(connection, "everyone", 1)
        after, offset = None, 0
        for _ in range(ROUNDS):
            spent, row = seconds(
                connection, "select last_user_id, granted from apply_achievement('everyone', %s, %s)", after, BATCH
            )
            after = row[0]
            applied.append(spent / BATCH)
            assert row[1] == BATCH
            # Those at the other end, who are not granted it yet.
            spent, row = seconds(
                connection,
                "select count(g) from (select u.id from users as u order by u.id desc limit %s offset %s) as u"
                " cross join lateral check_achievements(u.id) as g",
                BATCH, offset,
            )  # fmt: skip
            offset += BATCH
            checked.append(spent / BATCH)
            assert row[0] == BATCH
        define(connection, "one-in-ten", 10)
        preview, row = seconds(connection, "select gaining_count from preview_achievement('one-in-ten')")
        assert row[0] == PEOPLE // 10
        whole, granted, after, done = 0.0, 0, None, False
        while not done:
            spent, row = seconds(
                connection, "select last_user_id, granted, is_done from apply_achievement('one-in-ten', %s, %s)", after,
                BATCH,
            )  # fmt: skip
            whole += spent
            after, granted, done = row[0], granted + int(str(row[1])), bool(row[2])
        assert granted == PEOPLE // 10
        broken = connection.execute("select * from verify_integrity() where check_name !~ 'reviews'").fetchall()
    set_based, one_by_one = statistics.median(applied), statistics.median(checked)
    ratio = one_by_one / set_based
    each = f"{1 / set_based:,.0f} people/s set by set, {1 / one_by_one:,.0f} one by one"
    print(f"granted to everyone: {each}: {ratio:.1f} (at least {BOUND})")
    print(f"{PEOPLE:,} people, one in ten gains it: previewed in {preview:.1f} s, applied in {whole:.1f} s")
    if broken:
        print(f"out of step: {broken[:3]}")
    return ratio < BOUND or bool(broken)


if __name__ == "__main__":
    sys.exit(main())
