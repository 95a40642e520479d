"""Maintenance by the library: what is due is done once, months leave a table in use, a dead run is gone on with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pgacademy.errors import NotAllowed, NotFound
from pgacademy.locking import Patience
from pgacademy.maintenance import cron_sql, maintain
from pgacademy.testing import SchoolDatabase
from tests.identity.waiting import wait_until_blocked
from tests.support.asserts import raises_sqlstate
from tests.support.factories import race
from tests.support.visits import make_visits

HASTY = Patience(lock_timeout_s=0.3, budget_s=1.0)


@pytest.fixture
def visited(school: SchoolDatabase) -> SchoolDatabase:
    """A school with a table of visits that are kept for a year: 61 in November and December of 2023, one today."""
    conn = school.connect(autocommit=True)
    make_visits(conn)
    conn.execute("""
        select ensure_partitions('2023-12-01Z', 0);
        select ensure_partitions();
        insert into visits (seen_at) select generate_series('2023-11-01Z'::timestamptz, '2023-12-31Z', '1 day');
        insert into visits (seen_at) values (now());
    """)
    return school


def runs(school: SchoolDatabase) -> dict[str, list[str]]:
    rows = school.connect(autocommit=True).execute(
        "select job, array_agg(status order by started_at) from job_runs group by job"
    )
    return dict(rows.fetchall())


def visits(school: SchoolDatabase) -> Any:
    return (
        school.connect(autocommit=True)
        .execute("""
        select
            (select count(*) from visits), (select coalesce(sum(row_count), 0) from archives where status = 'archived'),
            (select count(*) from list_partitions() where table_name = 'visits' and starts_at < '2024-01-01Z')
    """)
        .fetchone()
    )


def test_what_is_due_is_done_and_then_is_not_due(visited: SchoolDatabase) -> None:
    done = {outcome.job: outcome for outcome in maintain(visited.dsn, visited.name)}
    assert not [outcome for outcome in done.values() if outcome.error]
    gone: dict[str, int] = dict(
        visited.connect().execute("select table_name, count(*) from archives where finished_at is not null group by 1")
    )
    assert gone == {"analytics_events": 2, "audit_logs": 2, "interactions": 2, "visits": 2}
    assert done["retire_partitions"].count == 8
    assert visits(visited) == (1, 61, 0)
    assert maintain(visited.dsn, visited.name) == []
    (again,) = maintain(visited.dsn, visited.name, jobs=["purge_sessions"])
    assert again.error is None
    assert runs(visited) == {job: ["succeeded"] * (1 + (job == "purge_sessions")) for job in done}


@pytest.mark.parametrize(
    ("late", "due"),
    [
        ("56 seconds", set()), ("58 seconds", {"refresh_leaderboard"}),
        ("23 hours 59 minutes", {"refresh_leaderboard"}),
        ("23 hours 59 minutes 31 seconds", {"refresh_leaderboard", "remind_streaks"}),
    ],
)  # fmt: skip
def test_a_job_keeps_its_minute_and_its_hour(db: psycopg.Connection[Any], late: str, due: set[str]) -> None:
    """What comes round each minute finds a daily job due once a day, not an hour earlier each time."""
    both = ["refresh_leaderboard", "remind_streaks"]
    db.execute(
        "insert into job_runs (job, status, started_at, finished_at)"
        " select j, 'succeeded', now() - %s::interval, now() from unnest(%s::text[]) as j",
        [late, both],
    )
    assert {job for (job,) in db.execute("select job from due_jobs()") if job in both} == due


@pytest.mark.parametrize(
    ("ago", "due"),
    [
        ("50 seconds", set()), ("59 minutes", {"refresh_leaderboard"}),
        ("61 minutes", {"refresh_leaderboard", "remind_streaks"}),
    ],
)  # fmt: skip
def test_a_run_that_never_ended_is_not_waited_for_long(db: psycopg.Connection[Any], ago: str, due: set[str]) -> None:
    both = ["refresh_leaderboard", "remind_streaks"]
    db.execute(
        "insert into job_runs (job, status, started_at)"
        " select j, 'running', now() - %s::interval from unnest(%s::text[]) as j",
        [ago, both],
    )
    assert {job for (job,) in db.execute("select job from due_jobs()") if job in both} == due


@pytest.mark.late
def test_a_reader_is_not_made_to_wait(visited: SchoolDatabase) -> None:
    """Detaching waits for whoever has read the table; who comes meanwhile reads on, and the next run does the rest."""
    reader = visited.connect()
    reader.execute("select from visits")
    (outcome,) = maintain(visited.dsn, visited.name, jobs=["retire_partitions"], patience=HASTY)
    assert outcome.error is not None
    assert outcome.error.sqlstate == "55P03"
    assert visited.connect().execute("select count(*) from visits where seen_at > '2024-01-01Z'").fetchone() == (1,)
    reader.rollback()
    maintain(visited.dsn, visited.name)
    assert visits(visited) == (1, 61, 0)
    assert runs(visited)["retire_partitions"] == ["failed", "succeeded"]


@pytest.mark.late
def test_nobody_queues_long_behind_a_month_that_goes(visited: SchoolDatabase) -> None:
    """Dropping it locks the tables it refers to: beside a dump, which reads them for hours, it is given up at once."""
    conn = visited.connect(autocommit=True)
    row = conn.execute("select archive_id from begin_retirement() where table_name = 'visits'").fetchone()
    assert row is not None
    conn.execute("alter table visits detach partition visits_p2023_11")
    dump = visited.connect()
    dump.execute("select from users")
    with ThreadPoolExecutor(1) as pool:
        finishing = pool.submit(conn.execute, "select finish_retirement(%s)", row)
        wait_until_blocked(visited)
        reader = visited.connect(autocommit=True)
        reader.execute("set statement_timeout = '1s'")
        reader.execute("select from users")
        with raises_sqlstate("55P03"):
            finishing.result()


@pytest.mark.parametrize("after", ["begun", "detached"])
def test_a_run_that_died_is_gone_on_with(visited: SchoolDatabase, after: str) -> None:
    conn = visited.connect(autocommit=True)
    conn.execute("select begin_job('retire_partitions'), begin_retirement()")
    if after == "detached":
        conn.execute("alter table visits detach partition visits_p2023_11 concurrently")
    maintain(visited.dsn, visited.name, jobs=["retire_partitions"])
    assert visits(visited) == (1, 61, 0)


@pytest.mark.slow
def test_eight_at_once(visited: SchoolDatabase) -> None:
    outcomes = race(8, lambda _: maintain(visited.dsn, visited.name))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    maintain(visited.dsn, visited.name)
    assert visits(visited) == (1, 61, 0)


@pytest.mark.slow
def test_the_service_may_too(visited: SchoolDatabase) -> None:
    dsn = visited.app_dsn("service")
    assert not [outcome for outcome in maintain(dsn, visited.name) if outcome.error]
    assert visits(visited) == (1, 61, 0)
    with pytest.raises(NotAllowed):
        maintain(visited.app_dsn("student"), visited.name)
    with pytest.raises(NotFound):
        maintain(dsn, visited.name, jobs=["make_coffee"])


def test_one_that_fails_stops_no_other(visited: SchoolDatabase) -> None:
    conn = visited.connect(autocommit=True)
    conn.execute("""
        create or replace function purge_sessions(p_as_of timestamptz default null) returns bigint language plpgsql
            set search_path from current as $$ begin raise division_by_zero; end $$
    """)
    done = {outcome.job: outcome for outcome in maintain(visited.dsn, visited.name)}
    failed = done["purge_sessions"].error
    assert failed is not None
    assert failed.sqlstate == "22012"
    assert list(done)[-1] != "purge_sessions"
    assert [outcome.job for outcome in maintain(visited.dsn, visited.name)] == ["purge_sessions"]
    row = conn.execute("select detail ->> 'sqlstate' from job_runs where job = 'purge_sessions' limit 1").fetchone()
    assert row == ("22012",)


@pytest.mark.slow
def test_what_pg_cron_is_given_does_the_jobs(visited: SchoolDatabase) -> None:
    """pg_cron runs each command alone, as a login, with nothing set."""
    admin = psycopg.connect(visited.server.admin, dbname=visited.database, autocommit=True)
    admin.execute("""
        create schema cron;
        create table cron.job (jobname text, schedule text, command text, database text, username text);
        create function cron.schedule_in_database(text, text, text, text, text default null, boolean default true)
        returns bigint language sql as 'insert into cron.job values ($1, $2, $3, $4, $5); select 1::bigint';
    """)
    admin.execute(cron_sql(visited.dsn, visited.name, "pgacademy_test_jobs").encode())
    jobs = admin.execute("select jobname, schedule, command, database, username from cron.job").fetchall()
    admin.close()
    assert {(database, username) for *_, database, username in jobs} == {(visited.database, "pgacademy_test_jobs")}
    assert ("academy: refresh_leaderboard", "* * * * *") in [job[:2] for job in jobs]
    for _, _, command, *_ in jobs:
        with psycopg.connect(visited.server.dsn(visited.database, "pgacademy_test_jobs"), autocommit=True) as conn:
            conn.execute(sql.SQL(command))
    assert visits(visited) == (1, 61, 0)
