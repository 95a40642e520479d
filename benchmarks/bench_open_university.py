"""How many submissions a second are replayed, to how many one-row commits a second the same server makes.

One-row commits are what any application does at least: a connection that inserts one row and commits, again and again.
They are measured for a second each before the load, just before the submissions, three times on their way and after the
load, and averaged: a machine that others use too is fast at one time and slow at another. On the way the replay stands
still, and the seconds of measuring are not counted as its own.
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
ON_THE_WAY = 3
STILL = 10
SLOWEST = 12

BUSY = """
select from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend' and state <> 'idle'
limit 1
"""

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


class Commits:
    """Measures one-row commits when the replay of the submissions begins, on its way, and when it has ended."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rates: list[float] = []
        self.paused = 0.0
        self.marks: list[float] | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Told of each batch; while this takes, no worker begins another one."""
        if step != "submissions":
            return
        if self.marks is None:
            self.marks = [done + (total - done) * mark / (ON_THE_WAY + 1) for mark in range(ON_THE_WAY + 1)]
        if self.marks and done >= self.marks[0]:
            self.marks.pop(0)
            self.wait()
            began = time.perf_counter()
            self.measure()
            self.paused += time.perf_counter() - began

    def wait(self) -> None:
        """Until the workers stand still, for longer than one of them needs between two statements."""
        still = 0
        while still < STILL:
            still = 0 if self.connection.execute(BUSY).fetchone() else still + 1
            time.sleep(0.01)

    def measure(self) -> None:
        """For a second."""
        with schools.as_owner(self.connection, SCHOOL):
            self.rates.append(commits_per_second(self.connection))


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
        if "--profile" in sys.argv:
            profile(dsn)
        commits = Commits(connection)
        commits.measure()
        loaded = open_university.load(dsn, SCHOOL, data, commits)
        commits.measure()
        rate = len(data.submissions) / (loaded.seconds["submissions"] - commits.paused)
        ratio = rate * len(commits.rates) / sum(commits.rates)
        found = ", ".join(f"{each:,.0f}" for each in commits.rates)
        print(f"{rate:,.0f} submissions/s; one-row commits/s: {found}: {ratio:.2f} (at least {BOUND})")
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
