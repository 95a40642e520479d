"""What discussions and notifications cost at 100,000 of them, as a learner's request sees it.

- Page 1,000 of the list, to page 1: the same call, 20 discussions a page, in each of its three orders.
- A search, to the bare GIN query: the same words, all matches found by the index and ranked, and nothing else. Words
  that 100 and 1,000 discussions hold. Told beside it: without the rank, and a misspelt word to the bare trigram query.
- The count of unread notifications, to a lookup of one row by its primary key, with 10,000 notifications, half of them
  unread, and 20 that came since they were last added up.

Medians of many calls, the two sides in turns, each on the same connection. Both sides of the last figure are definer
functions that ask who is calling; the plain SELECT by the owner is told.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from typing import Any

import psycopg
from server import SCHOOL, school

Connection = psycopg.Connection[Any]

PAGE_BOUND = 1.2
SEARCH_BOUND = 2.0
UNREAD_BOUND = 1.5
DISCUSSIONS = 100_000
PAGE = 20

#: Word w<n> is in every n-th discussion or so; each has 40 words of a vocabulary of 5,000 besides.
FILL = """
insert into discussions (author_id, title, content, created_at)
select
    %s,
    initcap((select string_agg('term' || (random() * 5000)::int, ' ') from generate_series(1, 5) where i > 0)),
    (select string_agg('term' || (random() * 5000)::int, ' ') from generate_series(1, 40) where i > 0)
    || case when i %% 100 = 0 then ' gearbox' else '' end || case when i %% 1000 = 0 then ' flywheel' else '' end,
    now() - make_interval(secs => i)
from generate_series(1, %s) as i
"""
BARE = """
select id, ts_rank(search_vector, websearch_to_tsquery('english', %s), 32) as relevance from discussions
where search_vector @@ websearch_to_tsquery('english', %s) and deleted_at is null
order by relevance desc, id desc limit 20
"""
UNRANKED = """
select count(id) from discussions
where search_vector @@ websearch_to_tsquery('english', %s) and deleted_at is null
"""


def median_pair(
    one: tuple[Connection, str, tuple[Any, ...]], other: tuple[Connection, str, tuple[Any, ...]], rounds: int
) -> tuple[float, float]:
    """Seconds of two queries, in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 10):
        for (connection, query, values), seconds in zip((one, other), times, strict=True):
            begun = time.perf_counter()
            connection.execute(query.encode(), values, prepare=True).fetchall()
            if number >= 10:
                seconds.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])


def told(what: str, measured: tuple[float, float], bound: float | None) -> bool:
    """Prints a figure; whether it is above its bound."""
    ratio = measured[0] / measured[1]
    limit = "told" if bound is None else f"at most {bound}"
    print(f"{what}: {1e6 * measured[0]:.0f} µs to {1e6 * measured[1]:.0f} µs: {ratio:.2f} ({limit})", flush=True)
    return bound is not None and ratio > bound


def one(connection: Connection, query: str, values: tuple[Any, ...] = ()) -> Any:
    """The first column of the one row."""
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def prepare(connection: Connection) -> Any:
    """Discussions and notifications; returns the learner."""
    insert = "insert into users (username, email) values (%s, %s) returning id"
    author, learner = (one(connection, insert, (name, f"{name}@example.org")) for name in ("author", "learner"))
    connection.execute(FILL.encode(), (author, DISCUSSIONS))
    connection.execute(b"update discussion_stats set upvote_count = (random() * 50)::int")
    connection.execute(
        b"insert into notifications (user_id, notification_type, title, read_at)"
        b" select %s, 'announcement', 'T', case when n %% 2 = 0 then now() end from generate_series(1, 10000) as n",
        (learner,),
    )
    connection.execute(b"insert into notification_counts (user_id, unread_count) values (%s, 4980)", (learner,))
    connection.execute(b"insert into notification_deltas (user_id) select %s from generate_series(1, 20)", (learner,))
    connection.execute(
        b"create function settings_row() returns text language plpgsql stable security definer"
        b" set search_path from current as $$ declare v_user_id uuid := current_user_id(); begin"
        b" return (select theme from user_settings where user_id = v_user_id); end; $$"
    )
    connection.execute(b"grant execute on function settings_row() to pgacademy_student")
    return learner


def main() -> int:
    """Prints the ratios; 1 if one is above its bound."""
    with school() as dsn, ExitStack() as stack:
        # The superuser of the throwaway server may take any role.
        owner, web = (
            stack.enter_context(psycopg.connect(psycopg.conninfo.make_conninfo(dsn, user="postgres"), autocommit=True))
            for _ in range(2)
        )
        for connection, role in ((owner, "owner"), (web, "student")):
            connection.execute("select set_config('search_path', %s, false)", [f"{SCHOOL}, extensions, pg_temp"])
            connection.execute(f"set role {SCHOOL}_{role}".encode())
        learner = prepare(owner)
        owner.execute("vacuum (analyze) discussions, discussion_stats, notifications, notification_deltas")
        web.execute("select set_config('pgacademy.user_id', %s, false)", [str(learner)])
        return measure(owner, web, learner)


def measure(owner: Connection, web: Connection, learner: Any) -> int:
    """All figures."""
    failed = 0
    listing = "select * from list_discussions(p_sort => %s, p_limit => 20, p_after => %s)"
    for sort in ("newest", "votes", "unanswered"):
        after = None
        for _ in range(999):
            rows = web.execute(listing.encode(), (sort, after)).fetchall()
            after = rows[-1][0]
        pages = median_pair((web, listing, (sort, after)), (web, listing, (sort, None)), 400)
        failed |= told(f"page 1,000 to page 1, {sort}", pages, PAGE_BOUND)

    search = "select * from search_discussions(%s)"
    for word, rounds in (("gearbox", 100), ("flywheel", 200)):
        found = one(owner, UNRANKED, (word,))
        pair = median_pair((web, search, (word,)), (owner, BARE, (word, word)), rounds)
        failed |= told(f"search with {found} matches to the bare GIN query", pair, SEARCH_BOUND)
        told(
            "  the same, to matching alone",
            median_pair((web, search, (word,)), (owner, UNRANKED, (word,)), rounds),
            None,
        )
    nearly = median_pair(
        (web, search, ("trem4711",)),
        (
            owner,
            "select id from discussions where %s <% title and deleted_at is null".replace("<%", "<%%"),
            ("trem4711",),
        ),
        20,
    )
    told("misspelt search to the bare trigram query", nearly, None)

    count = "select unread_count()"
    assert one(web, count) == 5000
    failed |= told(
        "unread count to a key lookup",
        median_pair((web, count, ()), (web, "select settings_row()", ()), 2000),
        UNREAD_BOUND,
    )
    bare = (owner, "select theme from user_settings where user_id = %s", (learner,))
    told("  the same, to the owner's plain select", median_pair((web, count, ()), bare, 2000), None)
    return failed


if __name__ == "__main__":
    sys.exit(main())
