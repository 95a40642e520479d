"""How many submissions a second are replayed, to how many one-row commits a second the same server makes.

One-row commits are what any application does at least: a connection that inserts one row and commits, again and again.
They are measured before and after the replay, for a second each, and averaged.
"""

from __future__ import annotations

import sys
import time

import psycopg
from server import SCHOOL, school

from pgacademy import open_university, schools
from pgacademy.connection import Connection, connect
from pgacademy.errors import UsageError

BOUND = 0.5
SLOWEST = 12

PROFILE = """
select f.funcname, f.calls, f.self_time::integer, (1000 * f.self_time / f.calls)::integer
from pg_stat_user_functions as f order by f.self_time desc limit %s
"""


def commits_per_second(connection: Connection, seconds: float = 1.0) -> float:
    """Transactions of one inserted row each, one after the other."""
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection.execute("insert into bench_commits (note) values ('one row')")
        done += 1
    return done / (time.perf_counter() - began)


def main() -> int:
    """Prints the ratio; 1 if it is below the bound."""
    module = sys.argv[sys.argv.index("--module") + 1] if "--module" in sys.argv else None
    try:
        data = open_university.read(open_university.folder(), module)
    except UsageError as exc:
        print(f"{exc} {exc.hint}")
        return 1
    with school() as dsn, connect(dsn) as connection:
        with schools.as_owner(connection, SCHOOL):
            connection.execute("create table bench_commits (id bigint generated always as identity, note text)")
            before = commits_per_second(connection)
        if "--profile" in sys.argv:
            profile(dsn)
        loaded = open_university.load(dsn, SCHOOL, data)
        with schools.as_owner(connection, SCHOOL):
            after = commits_per_second(connection)
        rate = len(data.submissions) / loaded.seconds["submissions"]
        ratio = rate / ((before + after) / 2)
        commits = f"{before:,.0f} and {after:,.0f} one-row commits/s"
        print(f"{rate:,.0f} submissions/s, {commits}: {ratio:.2f} (at least {BOUND})")
        print("seconds: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in loaded.seconds.items()))
        if "--profile" in sys.argv:
            for name, calls, total, each in connection.execute(PROFILE, [SLOWEST]):
                print(f"  {name:24} {calls:>9,} calls  {total:>8,} ms  {each:>5} µs each")
    return ratio < BOUND


def profile(dsn: str) -> None:
    """Has the server time its functions: needs a superuser, which the socket of this server lets in."""
    superuser = psycopg.conninfo.make_conninfo(dsn, user="postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("alter system set track_functions = 'all'")
        connection.execute("select pg_reload_conf()")


if __name__ == "__main__":
    sys.exit(main())
