"""The months of partitioned tables: made ahead, once, and found by every insert."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from tests.support.asserts import raises_sqlstate
from tests.support.factories import race
from tests.support.requests import check
from tests.support.visits import make_visits

from pgacademy import snapshot
from pgacademy.testing import Databases, SchoolDatabase

Connection = psycopg.Connection[Any]


@pytest.fixture
def log(db: Connection) -> Connection:
    """A school with a partitioned table that nobody may truncate."""
    make_visits(db, alone=True)
    db.execute("""
        create function refuse_truncation() returns trigger language plpgsql as $$
            begin raise exception 'no' using errcode = 'PA403', detail = 'visits', hint = 'detach'; end $$;
        create trigger refuse_truncation before truncate on visits execute function refuse_truncation();
    """)
    return db


def _months(conn: Connection, as_of: str, ahead: int = 12) -> list[str]:
    query = "select partition_name from ensure_partitions(%s, %s) where table_name = 'visits'"
    return [name for (name,) in conn.execute(query, [as_of, ahead])]


@pytest.mark.late
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        ("2024-01-31 23:59:59.999999+00", "visits_p2023_12", "visits_p2025_01"),
        ("2024-02-29 12:00+00", "visits_p2024_01", "visits_p2025_02"),
        ("2024-03-01 00:00+00", "visits_p2024_02", "visits_p2025_03"),
        ("2024-12-31 23:30-05", "visits_p2024_12", "visits_p2026_01"),
    ],
)
def test_a_year_ahead_and_a_month_behind(log: Connection, zone: str, as_of: str, first: str, last: str) -> None:
    log.execute("select set_config('timezone', %s, true)", [zone])
    made = _months(log, as_of)
    assert (made[0], made[-1], len(made)) == (first, last, 14)
    assert _months(log, as_of) == []
    bounds = log.execute("select starts_at, ends_at from list_partitions() where table_name = 'visits'").fetchall()
    assert all(ends == starts for (_, ends), (starts, _) in pairwise(bounds))


def test_no_insert_fails_sixty_days_after_the_last_maintenance(log: Connection) -> None:
    _months(log, "2024-01-31Z")
    log.execute("""
        insert into visits (seen_at)
        select generate_series('2023-12-01Z'::timestamptz, '2025-01-31 23:59Z', interval '1 day')
    """)
    with raises_sqlstate("23514", conn=log):
        log.execute("insert into visits (seen_at) values ('2025-02-01Z')")


def test_a_partition_of_another_width_is_left_alone(log: Connection) -> None:
    log.execute("create table visits_2024 partition of visits for values from ('2024-01-01Z') to ('2024-07-15Z')")
    assert _months(log, "2024-05-05Z", 3) == ["visits_p2024_08"]  # July is begun: its rest is for whoever began it


def test_a_table_in_ranges_of_something_else_is_told_without_moments(log: Connection) -> None:
    log.execute("create table shelves (label text not null) partition by range (label)")
    log.execute("create table shelves_a partition of shelves for values from ('a') to ('m')")
    log.execute("create table shelves_2024 partition of shelves for values from ('2024-01-01') to ('2024-02-01')")
    found = log.execute("select * from list_partitions() where table_name = 'shelves' order by partition_name")
    assert found.fetchall() == [("shelves", "shelves_2024", None, None), ("shelves", "shelves_a", None, None)]
    assert _months(log, "2024-05-05Z", 0) == ["visits_p2024_04", "visits_p2024_05"]


def test_a_month_that_was_detached_by_hand_keeps_its_name(log: Connection) -> None:
    """Its rows stay where they are; the others get their months, and it another table."""
    _months(log, "2024-05-05Z", 0)
    log.execute("insert into visits (seen_at) values ('2024-05-05Z')")
    log.execute("alter table visits detach partition visits_p2024_05")
    assert _months(log, "2024-05-05Z", 1) == ["visits_p2024_05_again", "visits_p2024_06"]
    log.execute("insert into visits (seen_at) values ('2024-05-06Z')")
    assert log.execute("select count(*) from visits_p2024_05").fetchone() == (1,)


def test_a_partition_is_as_its_table(log: Connection) -> None:
    before = snapshot.take(log, "academy")
    _months(log, "2024-05-05Z", 0)
    assert snapshot.take(log, "academy") == before
    row = log.execute("""
        select c.relrowsecurity, pg_get_userbyid(c.relowner), obj_description(c.oid), c.relacl is null,
            (select count(*) from pg_index as i where i.indrelid = c.oid),
            (select count(*) from pg_constraint as k where k.conrelid = c.oid and k.contype in ('c', 'f', 'p'))
        from pg_class as c where c.oid = 'visits_p2024_05'::regclass
    """).fetchone()
    assert row == (True, "academy_owner", "visits from 2024-05-01 to before 2024-06-01, UTC.", True, 2, 3)
    for table in ("visits", "visits_p2024_05"):
        with raises_sqlstate("PA403", conn=log):
            log.execute(f"truncate {table}")


@pytest.mark.parametrize(
    ("as_of", "ahead"), [("infinity", 12), ("2200-01-01Z", 12), (None, -1), (None, 241), (None, None)]
)
def test_months_that_are_none(log: Connection, as_of: str | None, ahead: int | None) -> None:
    with raises_sqlstate("PA422", conn=log):
        log.execute("select ensure_partitions(%s, %s)", [as_of, ahead])


@pytest.fixture
def filled(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    with pgacademy_databases.clone() as school:
        make_visits(school.connect(autocommit=True))
        yield school


def test_sixteen_at_once_make_each_month_once(filled: SchoolDatabase) -> None:
    def ensure(_: int) -> int:
        for _ in range(10):
            began = time.monotonic()
            try:
                with filled.service() as conn:
                    made = conn.execute("select from ensure_partitions() where table_name = 'visits'")
                    return len(made.fetchall())
            except psycopg.errors.LockNotAvailable:
                # Who has waited two seconds for the one that makes them is to come again.
                assert time.monotonic() - began >= 2
        raise AssertionError("nobody makes them, and nobody lets another do it")

    assert sorted(check(race(16, ensure))) == [0] * 15 + [14]


def test_readers_and_writers_go_on_while_months_are_made(filled: SchoolDatabase) -> None:
    filled.connect(autocommit=True).execute("select ensure_partitions(p_months_ahead => 0)")
    reader = filled.connect()
    reader.execute("select from visits")
    writer = filled.connect()
    writer.execute("insert into visits (seen_at) values (now())")
    with filled.service() as maker:
        assert maker.execute("select count(*) from ensure_partitions() where table_name = 'visits'").fetchone() == (12,)
        writer.execute("insert into visits (seen_at) values (now())")
    reader.execute("select from visits")


def test_whoever_is_in_the_way_is_not_waited_for(filled: SchoolDatabase) -> None:
    holder = filled.connect()
    holder.execute("lock table visits in share update exclusive mode")
    with raises_sqlstate("55P03"), filled.service() as maker:
        maker.execute("select ensure_partitions()")


def test_what_the_planner_believes_of_the_whole(log: Connection) -> None:
    """Months have statistics of their own; those of the table that they make up are nobody's work but this job's."""
    _months(log, "2024-01-15Z", 0)
    log.execute(
        "insert into visits (seen_at, page) select '2024-01-10Z', 'p' || n % 7 from generate_series(1, 700) as n"
    )
    known = "select n_distinct::int from pg_stats where tablename = 'visits' and attname = 'page' and inherited"
    assert log.execute(known).fetchall() == []
    assert log.execute("select analyze_partitioned_tables()").fetchone() == (2,)  # and the audit trail
    assert log.execute(known).fetchall() == [(7,)]
