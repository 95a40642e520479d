"""Steps outside a transaction: begun, killed, gone on with, done once."""

from __future__ import annotations

import signal
import threading
import time

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy import locking, migrations
from pgacademy.concurrently import Target, target
from pgacademy.connection import connect
from pgacademy.errors import LockBusy, MigrationError
from pgacademy.locking import Patience
from pgacademy.statements import split
from tests.lib.conftest import Yard
from tests.lib.test_locking import reading, started, until

# Only a session that keeps its snapshot is waited for by an index that is built.
REPEATABLE_READ = IsolationLevel.REPEATABLE_READ
STEP = "0003.index-notes"
VALID = "select indisvalid from pg_index where indexrelid = to_regclass(%s)"


def write(yard: Yard, statement: str, name: str = STEP) -> None:
    yard.write(f"migrations/{name}.sql", f"-- transactional: false\n{statement};\n")


@pytest.fixture
def school(yard: Yard) -> Yard:
    yard.migrate()
    yard.run("insert into academy.notes select n, 'note ' || n from generate_series(1, 500) as n")
    write(yard, "create index concurrently notes_body_idx on notes (body)")
    return yard


def begin(yard: Yard, name: str = STEP) -> None:
    """As a run leaves it that was killed after it had recorded the beginning."""
    yard.run(
        "insert into academy.schema_steps (migration_id, sha256, duration_ms, library_version, finished_at) "
        f"values ('{name}', 'x', 0, '0', null)"
    )


def spoil(yard: Yard, index: str) -> None:
    """Makes an invalid index, as a build leaves it that failed in its second phase."""
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner; set search_path to academy")
        with pytest.raises(Exception, match="division"):
            connection.execute(f"create index concurrently {index} on notes ((1 / (id - 7)))")
    assert yard.ask(VALID, index) == [False]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("create index concurrently a on t (x)", Target("create", ("a",), "t")),
        (
            'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "A b" ON ONLY s.t (x)',
            Target("create", ("A b",), "t"),
        ),
        ("drop index concurrently if exists a, s.b cascade", Target("drop", ("a", "b"))),
        ("reindex (verbose) index concurrently s.a", Target("reindex", ("a",))),
        ("reindex table concurrently t", Target("reindex", ("t",))),
        ("alter table p detach partition c concurrently", Target("detach", ("c",), "p")),
        ("REINDEX (concurrently) INDEX a", Target("reindex", ("a",))),
        ("reindex schema concurrently s", Target("other")),
        ("alter table s.p detach partition s.c finalize", Target("detach", ("c",), "p")),
        ("vacuum analyze t", Target("other")),
    ],
)
def test_what_a_statement_is_about(statement: str, expected: Target) -> None:
    assert target("x.sql", split(statement)[0]) == expected


def test_an_index_without_a_name_is_refused(school: Yard) -> None:
    write(school, "create index concurrently on notes (body)")
    with pytest.raises(MigrationError, match=r"0003\.index-notes\.sql, line 2"):
        school.migrate()
    assert school.status().unfinished == ()


def test_it_is_recorded_once_done(school: Yard) -> None:
    assert school.migrate().applied == [STEP]
    assert school.ask(VALID, "notes_body_idx") == [True]
    assert school.ask("select finished_at is not null from schema_steps where migration_id = %s", STEP) == [True]
    assert not school.migrate().changed
    assert [entry.migration_id for entry in migrations.history(school.dsn, "academy")].count(STEP) == 1


def test_a_failure_is_shown_and_leaves_no_index(school: Yard) -> None:
    write(school, "create index concurrently notes_body_idx on notes ((1 / (id - 7)))")
    with pytest.raises(MigrationError) as caught:
        school.migrate()
    assert caught.value.sqlstate == "22012"
    assert school.ask("select to_regclass('notes_body_idx')") == [None]
    found = school.status()
    assert (found.unfinished, found.pending, found.is_current) == ((STEP,), (STEP,), False)
    write(school, "create index concurrently notes_body_idx on notes (body)")
    assert school.migrate().applied == [STEP]
    assert school.status().is_current


def test_an_invalid_index_is_built_again(school: Yard) -> None:
    spoil(school, "notes_body_idx")
    begin(school)
    assert school.migrate().applied == [STEP]
    assert school.ask(VALID, "notes_body_idx") == [True]
    assert "body" in school.ask("select pg_get_indexdef('notes_body_idx'::regclass)")[0]


def test_an_index_that_is_there_already_is_recorded(school: Yard) -> None:
    school.run("create index notes_body_idx on academy.notes (body)")
    oid = school.ask("select 'notes_body_idx'::regclass::oid")
    begin(school)
    assert school.migrate().applied == [STEP]
    assert school.ask("select 'notes_body_idx'::regclass::oid") == oid


def same_oid(yard: Yard) -> list[int]:
    return yard.ask("select 'notes_body_idx'::regclass::oid")


@pytest.mark.parametrize("is_valid", [True, False])
@pytest.mark.parametrize("is_optional", [True, False])
def test_an_index_that_somebody_else_made_is_not_taken_for_ours(
    school: Yard, is_valid: bool, is_optional: bool
) -> None:
    """Without a beginning in the journal nothing is dropped and nothing believed."""
    if is_optional:
        write(school, "create index concurrently if not exists notes_body_idx on notes (body)")
    if is_valid:
        school.run("create index notes_body_idx on academy.notes (id)")
    else:
        spoil(school, "notes_body_idx")
    oid = same_oid(school)
    with pytest.raises(MigrationError) as caught:
        school.migrate()
    assert caught.value.sqlstate == "42P07"
    assert same_oid(school) == oid


@pytest.mark.late
@pytest.mark.parametrize(
    "other",
    [
        "create index notes_body_idx on academy.notes (id)",
        "create index notes_body_idx on academy.notes (body)",
        "create unique index notes_body_idx on academy.notes (body, id)",
        "create unique index notes_body_idx on academy.notes (body) include (id)",
        "create unique index notes_body_idx on academy.notes (body desc)",
        "create unique index notes_body_idx on academy.notes (body) nulls not distinct",
        "create unique index notes_body_idx on academy.notes (body) where id > 7",
        "create unique index notes_body_idx on academy.notes (lower(body))",
        'create unique index notes_body_idx on academy.notes (body collate "C")',
        "create unique index notes_body_idx on academy.notes (body text_pattern_ops)",
        "create unique index notes_body_idx on academy.notes (body) with (fillfactor = 50)",
        "alter table academy.notes add constraint notes_body_idx unique (body) deferrable",
        "create table academy.more (body text); create unique index notes_body_idx on academy.more (body)",
    ],
)
def test_an_index_that_is_another_is_never_taken_for_ours(school: Yard, other: str) -> None:
    write(school, "create unique index concurrently notes_body_idx on notes (body)")
    school.run(other)
    oid = same_oid(school)
    begin(school)
    for _ in range(2):
        with pytest.raises(MigrationError) as caught:
            school.migrate()
        assert caught.value.sqlstate == "42P07"
    assert same_oid(school) == oid
    assert STEP in school.status().unfinished
    assert school.ask("select to_regclass('schema_compared')") == [None]


def test_an_invalid_index_of_another_table_is_not_dropped(school: Yard) -> None:
    school.run("create table academy.more as select * from academy.notes")
    with connect(school.dsn) as connection:
        connection.execute("set role academy_owner; set search_path to academy")
        with pytest.raises(Exception, match="division"):
            connection.execute("create index concurrently notes_body_idx on more ((1 / (id - 7)))")
    oid = same_oid(school)
    begin(school)
    with pytest.raises(MigrationError) as caught:
        school.migrate()
    assert caught.value.sqlstate == "42P07"
    assert same_oid(school) == oid


DETAILED = (
    "create unique index concurrently if not exists Notes_Body_idx on only notes\n"
    "using btree (lower(body) text_pattern_ops desc nulls last, id) include (id) with (fillfactor = 70) where id > 0"
)


@pytest.mark.parametrize("is_begun", [True, False])
def test_an_index_that_is_the_same_in_all_respects_is_taken(school: Yard, is_begun: bool) -> None:
    write(school, DETAILED)
    school.run(DETAILED.replace("concurrently", "").replace("only notes", "academy.notes"))
    oid = same_oid(school)
    if is_begun:
        begin(school)
    assert school.migrate().applied == [STEP]
    assert same_oid(school) == oid


def test_a_kill_in_the_middle_of_a_build(school: Yard) -> None:
    """A reader keeps the build waiting; the migrator dies; the next one drops what is left and builds it."""
    with reading(school, isolation=REPEATABLE_READ) as reader, connect(school.dsn) as watcher:
        process = started(school)
        until(
            watcher,
            "select from pg_stat_activity where query like 'create index concurrently%' and wait_event_type = 'Lock'",
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        reader.rollback()
    assert school.migrate().applied == [STEP]
    assert school.ask(VALID, "notes_body_idx") == [True]
    assert school.ask("select count(*) from pg_index where not indisvalid") == [0]


@pytest.mark.late
def test_waiting_migrators_do_not_keep_it_waiting(school: Yard) -> None:
    reports: list[migrations.MigrationReport] = []
    with reading(school, isolation=REPEATABLE_READ) as reader:
        threads = [threading.Thread(target=lambda: reports.append(school.migrate())) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        reader.rollback()
        for thread in threads:
            thread.join(timeout=30)
    assert sorted(report.applied for report in reports) == [[], [], [], [STEP]]


@pytest.mark.late
def test_a_reader_that_never_ends_is_named(school: Yard) -> None:
    patience = Patience(lock_timeout_s=0.2, budget_s=1.5)
    with reading(school, isolation=REPEATABLE_READ) as reader:
        pid = reader.info.backend_pid
        with pytest.raises(LockBusy, match=f"process {pid} "):
            migrations.migrate(school.dsn, "academy", tree_=school.tree, patience=patience)
    assert school.migrate().applied == [STEP]


@pytest.mark.late
@pytest.mark.parametrize("is_begun", [False, True])
def test_so_is_one_of_whom_only_that_he_is_there_may_be_seen(school: Yard, is_begun: bool) -> None:
    """Of a superuser it is hidden since when the transaction is open."""
    if is_begun:
        begin(school)
    patience = Patience(lock_timeout_s=0.2, budget_s=1.5)
    with psycopg.connect(school.dsn, user="postgres") as reader:
        reader.isolation_level = REPEATABLE_READ
        reader.execute("select count(*) from academy.notes")
        with pytest.raises(LockBusy, match=rf"{STEP}\.sql, line 2: .*process {reader.info.backend_pid} "):
            migrations.migrate(school.dsn, "academy", tree_=school.tree, patience=patience)
    assert school.migrate().applied == [STEP]


@pytest.mark.parametrize("is_gone", [True, False])
def test_an_index_is_dropped(school: Yard, is_gone: bool) -> None:
    school.migrate()
    write(school, "drop index concurrently notes_body_idx", "0004.drop")
    begin(school, "0004.drop")
    if is_gone:
        school.run("drop index academy.notes_body_idx")
    assert school.migrate().applied == ["0004.drop"]
    assert school.ask("select to_regclass('notes_body_idx')") == [None]


@pytest.mark.parametrize("what", ["index concurrently notes_body_idx", "table concurrently notes"])
def test_leftovers_of_a_reindex(school: Yard, what: str) -> None:
    school.migrate()
    spoil(school, "notes_body_idx_ccnew")
    spoil(school, "notes_body_idx_ccold1")
    spoil(school, "unrelated_idx")
    write(school, f"reindex {what}", "0004.reindex")
    begin(school, "0004.reindex")
    if "table" in what:
        school.run("drop index academy.unrelated_idx")  # REINDEX TABLE skips it with a warning of its own
    assert school.migrate().applied == ["0004.reindex"]
    assert school.ask("select count(*) from pg_class where relname ~ '_cc(new|old)'") == [0]


@pytest.mark.parametrize("statement", ["concurrently", "finalize"])
@pytest.mark.parametrize("how_far", ["not at all", "half", "whole"])
def test_a_partition_is_detached(yard: Yard, how_far: str, statement: str) -> None:
    if (how_far, statement) == ("not at all", "finalize"):
        return  # an error of the server
    yard.write(
        "migrations/0003.parts.sql",
        "create table parts (id int primary key) partition by range (id);\n"
        "create table parts_1 partition of parts for values from (0) to (10);\n",
    )
    yard.migrate()
    write(yard, f"alter table parts detach partition parts_1 {statement}", "0004.detach")
    begin(yard, "0004.detach")
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner; set search_path to academy; set lock_timeout = '200ms'")
        if how_far == "half":
            with reading(yard, "parts"), pytest.raises(Exception, match="lock timeout"):
                connection.execute("alter table parts detach partition parts_1 concurrently")
        elif how_far == "whole":
            connection.execute("alter table parts detach partition parts_1")
    assert yard.migrate().applied == ["0004.detach"]
    assert yard.ask("select count(*) from pg_inherits where inhparent = 'parts'::regclass") == [0]
    assert locking.patience() == Patience()
