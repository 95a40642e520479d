"""Sealing the audit trail while others write, and finding out what somebody did to it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user, race
from tests.support.requests import call, check
from tests.support.visits import retire

from pgacademy.testing import Databases, SchoolDatabase

Connection = psycopg.Connection[Any]


def seal(school: SchoolDatabase) -> list[tuple[Any, ...]]:
    with school.app(None, "service") as conn:
        return conn.execute("select partition_name, row_count from seal_audit_logs()").fetchall()


def found(conn: Connection, arguments: str = "", *values: object) -> list[tuple[Any, ...]]:
    query = f"select distinct partition_name, seal_number, problem from verify_audit_seals({arguments}) order by 2, 3"
    return conn.execute(query, values).fetchall()


def unsealed(conn: Connection) -> int:
    row = conn.execute(
        "select count(*) from audit_logs"
        " where log_number > (select coalesce(max(up_to_log_number), 0) from audit_seals)"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def school(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    """One school for the module: what one test seals is verified by the others too."""
    with pgacademy_databases.clone() as school:
        yield school


@pytest.fixture(scope="module")
def sealed(school: SchoolDatabase) -> tuple[SchoolDatabase, str, str]:
    """A school with three seals on this month and one on the month before; and the names of these partitions."""
    conn = school.connect(autocommit=True)
    this, before = (
        str(name)
        for (name,) in conn.execute(
            "select partition_name from list_partitions() where table_name = 'audit_logs' and starts_at <= now()"
            " order by starts_at desc"
        )
    )
    seal(school)
    for n in range(3):
        for _ in range(3):
            make_user(conn)
        if n == 1:
            conn.execute(
                "insert into audit_logs (created_at, acted_as, login, action, entity_type)"
                " select lower, 'x', 'x', 'insert', 'users' from (select starts_at as lower from list_partitions()"
                " where partition_name = %s) as b",
                [before],
            )
        assert seal(school)
    assert found(conn) == []
    return school, this, before


@pytest.fixture
def tamper(sealed: tuple[SchoolDatabase, str, str]) -> Iterator[tuple[Connection, str, str]]:
    """A connection of somebody who has put the triggers out of the way; undone afterwards."""
    school, this, before = sealed
    conn = school.connect()
    for table in ("audit_logs", this, before, "audit_seals"):
        conn.execute(sql.SQL("alter table {} disable trigger user").format(sql.Identifier(table)))
    yield conn, this, before
    conn.rollback()


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "problem"),
        [
            ('update {t} set new_values = new_values || \'{{"role": "admin"}}\' where {sealed}', "rows changed"),
            ("update {t} set user_id = gen_random_uuid() where {sealed}", "rows changed"),
            ("update {t} set created_at = created_at + interval '1 microsecond' where {sealed}", "rows changed"),
            ("update {t} set acted_as = 'x' || acted_as where {sealed}", "rows changed"),
            ("update {t} set is_success = false, error_code = 'PA403' where {sealed}", "rows changed"),
            ("delete from {t} where {sealed}", "rows deleted"),
            (
                "insert into {t} (log_number, acted_as, login, action, entity_type)"
                " select log_number, 'x', 'x', 'insert', 'users' from {t} where {sealed}",
                "rows added",
            ),
        ],
    )
    def test_rows(self, tamper: tuple[Connection, str, str], statement: str, problem: str) -> None:
        conn, this, _ = tamper
        which = f"log_number = (select min(up_to_log_number) from audit_seals where partition_name = '{this}')"
        seals = conn.execute("select seal_number from audit_seals where partition_name = %s order by 1", [this])
        (first,) = seals.fetchall()[0]
        conn.execute(statement.format(t=this, sealed=which))
        assert found(conn) == [(this, first, problem)]

    def test_a_row_put_where_nothing_was_sealed(self, tamper: tuple[Connection, str, str]) -> None:
        conn, _, before = tamper
        conn.execute(
            "insert into audit_logs (log_number, created_at, acted_as, login, action, entity_type)"
            " select 1, l.created_at, 'x', 'x', 'insert', 'users' from audit_logs as l where l.acted_as = 'x' limit 1"
        )
        assert found(conn) == [(before, None, "rows added")]

    def test_a_seal_taken_away(self, tamper: tuple[Connection, str, str]) -> None:
        conn, this, _ = tamper
        numbers = [
            number
            for (number,) in conn.execute(
                "select seal_number from audit_seals where partition_name = %s order by 1", [this]
            ).fetchall()
        ]
        conn.execute("delete from audit_seals where seal_number = %s", [numbers[1]])
        problems = {problem for _, _, problem in found(conn)}
        assert problems == {"seal missing", "seal changed", "rows added"}

    def test_a_seal_made_anew(self, tamper: tuple[Connection, str, str]) -> None:
        """Somebody changes rows and computes their hash, and even that of the seal: the next one remembers."""
        conn, this, _ = tamper
        conn.execute("update audit_seals set row_count = row_count + 1, rows_hash = sha256('') where seal_number = 1")
        assert (this, 1, "seal changed") in found(conn)
        conn.execute("update audit_seals as s set seal_hash = audit_seal_hash(s) where seal_number = 1")
        assert [problem for _, number, problem in found(conn) if number != 1] == ["seal changed"]

    def test_everything_computed_anew_meets_the_head_that_was_kept(self, tamper: tuple[Connection, str, str]) -> None:
        conn, this, _ = tamper
        head = conn.execute(
            "select seal_hash from audit_seals where partition_name = %s order by seal_number desc limit 1", [this]
        ).fetchone()
        assert head is not None
        assert found(conn, "%s, null, %s", this, head[0]) == []
        conn.execute("delete from audit_seals where seal_hash = %s", head)
        conn.execute(
            sql.SQL("delete from {} where log_number > (select max(up_to_log_number) from audit_seals)").format(
                sql.Identifier(this)
            )
        )
        assert found(conn) == []
        assert found(conn, "%s, null, %s", this, head[0]) == [(this, None, "head missing")]

    def test_a_partition_taken_away(self, tamper: tuple[Connection, str, str]) -> None:
        """The oldest leaves by retention; a newer one does not."""
        conn, this, before = tamper
        conn.execute(f"alter table audit_logs detach partition {before}")
        assert found(conn) == []
        conn.execute(f"alter table {before} rename to archived")
        assert found(conn, "%s, 'archived'", before) == []
        conn.execute("update archived set login = 'y'")
        assert [problem for _, _, problem in found(conn, "%s, 'archived'", before)] == ["rows changed"]
        with raises_sqlstate("PA404", conn=conn):
            found(conn, "%s", before)
        with raises_sqlstate("PA422", conn=conn):
            found(conn, "null, 'archived'")
        conn.rollback()
        conn.execute(f"alter table audit_logs detach partition {this}")
        assert [problem for _, _, problem in found(conn)] == ["partition missing"]


def test_a_month_is_verified_out_of_its_archive(pgacademy_databases: Databases) -> None:
    """What docs/audit.md says: its rows are read back into a table, and that is held against the seals."""
    with pgacademy_databases.clone() as school:
        conn = school.connect(autocommit=True)
        conn.execute("select ensure_partitions('2023-12-01Z', 0)")
        conn.execute("""
            insert into audit_logs (created_at, acted_as, login, action, entity_type, entity_id, old_values, new_values)
            select
                m, 'x', 'Łódź', 'update', 'users', gen_random_uuid(),
                jsonb_build_object('a', 1.10, 'b', E'"é\\n'), jsonb_build_array(null, 1e-7)
            from generate_series('2023-11-01 00:00:00.000001Z'::timestamptz, '2023-11-30Z', '1 day') as m
        """)
        assert ("audit_logs_p2023_11", 29) in seal(school)
        retire(conn)
        conn.execute("select ensure_partitions('2023-01-01Z', 0)")
        assert found(conn) == []
        conn.execute("""
            create table restored as
            select r.* from list_archives() as a, read_archive(a.archive_id) as e,
                jsonb_populate_record(null::audit_logs, e.entry) as r
            where a.partition_name = 'audit_logs_p2023_11'
        """)
        assert found(conn, "'audit_logs_p2023_11', 'restored'") == []
        conn.execute("update restored set login = 'y' where created_at < '2023-11-02Z'")
        assert [problem for *_, problem in found(conn, "'audit_logs_p2023_11', 'restored'")] == ["rows changed"]


def test_what_a_session_sets_makes_no_difference(sealed: tuple[SchoolDatabase, str, str]) -> None:
    conn = sealed[0].connect()
    conn.execute(
        "set local timezone = 'Asia/Kathmandu'; set local datestyle = 'SQL, DMY';"
        "set local intervalstyle = 'sql_standard'; set local bytea_output = 'escape';"
        "set local extra_float_digits = 0; set local lc_numeric = 'C'"
    )
    assert found(conn) == []


def test_it_has_to_see_what_others_commit(school: SchoolDatabase) -> None:
    level = psycopg.IsolationLevel.REPEATABLE_READ
    assert call(school, None, "select seal_audit_logs()", level=level) == "PA409"


class TestLateCommits:
    def test_whoever_is_still_writing_is_waited_for(self, school: SchoolDatabase) -> None:
        conn = school.connect(autocommit=True)
        make_user(conn)
        assert seal(school)
        late = school.connect()
        make_user(late)  # its rows have numbers, and are not there to see
        make_user(conn)
        # Nothing is sealed: the row of the other one has the smaller number.
        assert seal(school) == []
        assert unsealed(conn) == 1
        late.commit()
        assert sum(count for _, count in seal(school)) == 2
        assert found(conn) == []
        assert unsealed(conn) == 0

    def test_a_number_is_kept_so_that_sealing_goes_on_under_load(self, school: SchoolDatabase) -> None:
        """There is always somebody writing; but not always the same."""
        conn = school.connect(autocommit=True)
        writers = [school.connect() for _ in range(6)]
        make_user(writers[0])
        done = 0
        for before, after in pairwise(writers):
            seal(school)
            make_user(after)
            before.commit()
            done += sum(count for _, count in seal(school))
            assert found(conn) == []
        assert done >= 4
        writers[-1].commit()
        seal(school)
        assert unsealed(conn) == 0
        assert found(conn) == []

    def test_a_restored_database_counts_transactions_anew(self, school: SchoolDatabase) -> None:
        conn = school.connect(autocommit=True)
        make_user(conn)
        conn.execute("update audit_watermark set log_number = 0, transaction_id = '9000000000000'")
        assert seal(school)
        assert unsealed(conn) == 0

    def test_one_that_wrote_before_seals_what_is_certain(self, school: SchoolDatabase) -> None:
        """It has its identifier already, so it cannot know whose numbers came before."""
        conn = school.connect()
        make_user(conn)
        assert conn.execute("select * from seal_audit_logs()").fetchall() == []
        conn.commit()
        assert seal(school)
        assert found(conn) == []


@pytest.mark.late
@pytest.mark.parametrize("rounds", [12, pytest.param(150, marks=pytest.mark.slow)])
def test_16_write_while_two_seal(school: SchoolDatabase, rounds: int) -> None:
    conn = school.connect(autocommit=True)
    people = [make_user(conn) for _ in range(16)]
    writing = [True] * 16

    def write(i: int) -> None:
        for n in range(rounds):
            with school.app(people[i]) as mine:
                mine.execute("select update_profile(p_bio => %s)", [f"{n}"])
                if (i + n) % 5 == 0:
                    mine.rollback()
                elif (i + n) % 7 == 0:
                    mine.execute("select pg_sleep(0.02)")

    def work(i: int) -> None:
        if i < 16:
            try:
                write(i)
            finally:
                writing[i] = False
            return
        while any(writing):
            seal(school)

    check(race(18, work, timeout=240))
    seal(school)
    seal(school)
    assert unsealed(conn) == 0
    assert found(conn) == []
    covered = conn.execute("select sum(row_count) from audit_seals").fetchone()
    assert covered == conn.execute("select count(*) from audit_logs").fetchone()
