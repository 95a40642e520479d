"""Backfills: every row once, whatever the key, the batch and the moment somebody pulls the plug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgacademy import backfills, locking, plans, rollbacks, schools, scripts
from pgacademy.connection import Connection, connect
from pgacademy.errors import LockBusy, MigrationError
from pgacademy.sources import queries
from pgacademy.steps import Step
from tests.lib.conftest import Yard
from tests.support.effort import effort

COUNT = "update items set times = times + 1 where id > :from_key and id <= :to_key;\n"
#: Each key type, and how the key of row n is made; some begin with the lowest value that the type has.
KEYS = {
    "bigint": "n * 3",
    "bigint ": "(-9223372036854775808 + n)::bigint",
    "uuid": "lpad(to_hex(n), 32, '0')::uuid",
    "uuid ": "md5(n::text)::uuid",
    "text": "case n when 0 then '' else md5(n::text) || '''%s' end",
    'text collate "C"': "chr(1 + n) || 'é'",
    "timestamptz": "case n when 0 then '-infinity' else '2026-03-29 00:30+01'::timestamptz + n * interval '1 us' end",
    "numeric": "case n when 0 then '-Infinity' else n / 7.0 end",
    "varchar(40)": "'k' || n",
    "date": "date '2026-01-01' + n",
}
RUN = """
import sys
from pathlib import Path
from pgacademy import backfills, locking, schools
from pgacademy.connection import connect
from pgacademy.errors import PgacademyError
from pgacademy.steps import Step
step = Step("0009.fill", Path(sys.argv[2]))
with connect(sys.argv[1]) as connection, schools.as_owner(connection, "academy"):
    try:
        print("started", flush=True)
        print(backfills.run(connection, "academy", step))
    except PgacademyError as exc:
        print(type(exc).__name__, exc.message, file=sys.stderr)
        sys.exit(exc.exit_code)
"""


@pytest.fixture
def items(yard: Yard) -> Yard:
    yard.migrate()
    return yard


def fill(yard: Yard, key: str = "bigint", rows: int = 100, made: str | None = None) -> None:
    made = made or KEYS[key]
    yard.run("drop table if exists academy.items; delete from academy.schema_backfills")
    yard.run(f"create table academy.items (id {key} primary key, times int not null default 0)")
    yard.run(f"insert into academy.items (id) select {made} from generate_series(0, {rows} - 1) as n")


def step(yard: Yard, text: str = COUNT, *, table: str = "items", batch: int = 10, pause: str = "0ms") -> Step:
    path = yard.root / "backfills" / "0009.fill.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"-- Counts.\n-- depends:\n-- backfill: {table}\n-- batch: {batch}\n-- pause: {pause}\n{text}")
    return Step("0009.fill", path)


@contextmanager
def owner(yard: Yard) -> Iterator[Connection]:
    with connect(yard.dsn) as connection, schools.as_owner(connection, "academy"):
        yield connection


def run(yard: Yard, text: str = COUNT, **header: Any) -> int:
    with owner(yard) as connection:
        return backfills.run(connection, "academy", step(yard, text, **header))


def times(yard: Yard) -> list[tuple[int, int]]:
    """How many rows were done how often."""
    with owner(yard) as connection:
        return connection.execute("select times, count(*) from items group by 1 order by 1").fetchall()


def position(yard: Yard) -> tuple[Any, ...] | None:
    query = "select rows_done, rows_estimated, batches, batch_size from schema_backfills"
    with owner(yard) as connection:
        return connection.execute(query).fetchone()


@pytest.mark.parametrize("key", KEYS)
def test_every_row_once_whatever_the_key(items: Yard, key: str) -> None:
    fill(items, key, 23)
    assert run(items, batch=5) == 23
    assert times(items) == [(1, 23)]


@pytest.mark.parametrize(("rows", "batch", "batches"), [(0, 5, 0), (1, 5, 1), (5, 5, 1), (6, 5, 2), (9, 1, 9)])
def test_batches_are_of_the_size_asked_for(items: Yard, rows: int, batch: int, batches: int) -> None:
    fill(items, rows=rows)
    items.run("analyze academy.items")
    assert run(items, batch=batch) == rows
    found = position(items)
    assert found is not None
    assert found[0] == rows
    assert found[2:] == (batches, batch)


class Pulled(BaseException):
    """The plug was pulled: nothing in the engine may catch it."""


class Plug:
    """Ends the connection before or after its n-th statement, commits among them."""

    def __init__(self, connection: Connection, at: int, *, after: bool) -> None:
        self.left, self.after = at, after
        self.connection, self.wait = connection, connection.wait
        connection.wait = self  # type: ignore[method-assign]

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            self.pull()
        answer = self.wait(*arguments, **options)
        if self.left == 0:
            self.pull()
        return answer

    def pull(self) -> None:
        self.connection.wait = self.wait  # type: ignore[method-assign]
        self.connection.close()
        raise Pulled


@pytest.mark.slow
@settings(max_examples=effort(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(list(KEYS)),
    rows=st.integers(0, 40),
    batch=st.integers(1, 45),
    kills=st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=4),
    inserted=st.booleans(),
)
def test_every_row_once_whatever_happens(
    items: Yard, key: str, rows: int, batch: int, kills: list[tuple[int, bool]], inserted: bool
) -> None:
    fill(items, key, rows)
    for at, after in kills:
        try:
            with connect(items.dsn) as connection, schools.as_owner(connection, "academy"):
                Plug(connection, at, after=after)
                backfills.run(connection, "academy", step(items, batch=batch))
        except Pulled:
            pass
    begun = position(items) is not None
    if inserted and rows:
        # Once it has begun, the code that writes them is to write them right.
        items.run(f"insert into academy.items (id) select {KEYS[key]} from generate_series({rows}, {rows} + 4) as n")
    run(items, batch=batch)
    assert max((often for often, _ in times(items)), default=1) == 1
    done = dict(times(items)).get(1, 0)
    assert rows <= done <= rows + 5 * (inserted and rows > 0)
    if not begun:
        assert times(items) == ([(1, done)] if rows else [])
    run(items, batch=batch)
    assert max((often for often, _ in times(items)), default=1) == 1


def test_rows_that_come_at_the_end_meanwhile_are_left_to_their_writers(items: Yard) -> None:
    """It ends where the table ended when it began, however fast the table grows, and interrupted or not."""
    fill(items, rows=20)

    def meanwhile(_: str, done: int, __: int) -> None:
        items.run(f"insert into academy.items (id) values ({1000 + done})")
        if done == 10:
            raise KeyboardInterrupt

    with owner(items) as connection, pytest.raises(backfills.BackfillInterrupted):
        backfills.run(connection, "academy", step(items), meanwhile)
    assert run(items) == 20
    assert times(items) == [(0, 2), (1, 20)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("insert into items (id) select id + 1000 from items where id > :from_key and id <= :to_key;\n", 50),
        ("update items set id = id + 1000, times = times + 1 where id > :from_key and id <= :to_key;\n", 25),
    ],
)
def test_a_statement_that_writes_ahead_of_itself_comes_to_an_end(items: Yard, text: str, rows: int) -> None:
    fill(items, rows=25)
    assert run(items, text) == 25
    assert items.ask("select count(*) from items") == [rows]
    assert items.ask("select max(times) <= 1 and max(id) < 2000 from items") == [True]


#: Settings of a session in which keys of a type are written as text, and others in which somebody goes on.
FOREIGN = {
    "date": ("'2026-01-01'::date + n", "datestyle=SQL,DMY", "datestyle=SQL,MDY"),
    "timestamp": ("'2026-01-01'::timestamp + n * interval '1 day'", "datestyle=SQL,DMY", "datestyle=SQL,MDY"),
    "interval": ("- (n + 1) * interval '1 day 1 hour'", "intervalstyle=sql_standard", "intervalstyle=postgres"),
    "float8": ("1 + n * 2.220446049250313e-16::float8", "extra_float_digits=0", "extra_float_digits=-15"),
}


def in_session(yard: Yard, options: str, batch: int, stop_at: int | None = None) -> None:
    """Runs the backfill in a session that has the setting; stops it once so many rows are done."""

    def interrupt(_: str, done: int, __: int) -> None:
        if done == stop_at:
            raise KeyboardInterrupt

    dsn = psycopg.conninfo.make_conninfo(yard.dsn, options=f"-c {options}")
    with connect(dsn) as connection, schools.as_owner(connection, "academy"):
        connection.execute("set statement_timeout = '20s'")
        backfills.run(connection, "academy", step(yard, batch=batch), interrupt)


@pytest.mark.parametrize("key", FOREIGN)
def test_going_on_in_a_session_with_other_settings(items: Yard, key: str) -> None:
    made, first, second = FOREIGN[key]
    fill(items, key, 60, made)
    with pytest.raises(backfills.BackfillInterrupted):
        in_session(items, first, 5, stop_at=5)
    in_session(items, second, 5)
    assert times(items) == [(1, 60)]


def test_a_key_that_text_does_not_hold_is_an_error(items: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _, _ = FOREIGN["float8"]
    fill(items, "float8", 20, made)
    found = dict(queries("backfills"))
    found["settings"] = found["settings"].replace(b"'extra_float_digits', '1'", b"'extra_float_digits', '0'")
    monkeypatch.setattr(backfills, "queries", lambda _: found)
    with pytest.raises(MigrationError, match=r"0009\.fill\.sql"):
        run(items, batch=3)
    assert times(items) == [(0, 20)]


def test_a_walk_that_does_not_move_is_an_error(items: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(items, rows=20)
    found = dict(queries("backfills"))
    found["next_range"] = found["next_range"].replace(b"t.{key} > {last_key}", b"t.{key} <= {last_key}")
    monkeypatch.setattr(backfills, "queries", lambda _: found)
    with pytest.raises(MigrationError, match=r"0009\.fill\.sql"):
        run(items)
    assert times(items) == [(0, 10), (1, 10)]


@pytest.mark.parametrize("policy", ["", "create policy low on academy.items using (id < 5)"])
def test_a_table_whose_policies_hide_rows_from_its_owner_is_an_error(items: Yard, policy: str) -> None:
    fill(items, rows=20)
    items.run("alter table academy.items enable row level security, force row level security")
    if policy:
        items.run(policy)
    with pytest.raises(MigrationError) as caught:
        run(items)
    assert caught.value.sqlstate == "42501"
    assert position(items) is None
    items.run("alter table academy.items no force row level security")
    assert run(items) == 20
    assert times(items) == [(1, 20)]


@pytest.mark.parametrize("taken_back", ["delete from _yoyo_migration where migration_id = '0009.fill'", None])
def test_recorded_as_done_and_taken_back_it_begins_anew(items: Yard, taken_back: str | None) -> None:
    """By hand or with yoyo, whose row is all that goes, or by us."""
    fill(items, rows=20)
    items.write("migrations/0009.fill.sql", f"-- backfill: items\n{COUNT}")
    items.write("migrations/0009.fill.rollback.sql", "-- What stood there is gone.\n")
    assert items.migrate().applied == ["0009.fill"]
    if taken_back:
        with owner(items) as connection:
            connection.execute(taken_back)
    else:
        rollbacks.rollback(items.dsn, "academy", "0002.protect-notes", tree_=items.tree)
    assert items.migrate().applied == ["0009.fill"]
    assert times(items) == [(2, 20)]


def test_names_that_need_quotes(items: Yard) -> None:
    table, key = '"100% ""Übung"" T"', '"Nr %s %(x)s"'
    items.run(f"create table academy.{table} ({key} int primary key, times int not null default 0)")
    items.run(f"insert into academy.{table} ({key}) select generate_series(1, 20)")
    text = f"update {table} set times = times + 1 where {key} > :from_key and {key} <= :to_key;\n"
    assert run(items, text, table=table) == 20
    assert items.ask("select table_name from schema_backfills") == ['100% "Übung" T']
    with owner(items) as connection:
        query = f"select times, count(*) from {table} group by 1".encode()
        assert connection.execute(query).fetchall() == [(1, 20)]


def test_progress_is_told_and_kept(items: Yard) -> None:
    fill(items, rows=25)
    items.run("analyze academy.items")
    told: list[tuple[int, int]] = []
    with owner(items) as connection:
        backfills.run(connection, "academy", step(items), lambda _, done, total: told.append((done, total)))
    assert told == [(0, 25), (10, 25), (20, 25), (25, 25)]
    assert position(items) == (25, 25, 3, 10)


def test_forgotten_it_begins_anew(items: Yard) -> None:
    fill(items, rows=7)
    run(items)
    with owner(items) as connection:
        backfills.forget(connection, "0009.fill")
    run(items)
    assert times(items) == [(2, 7)]


def test_a_failing_row_leaves_its_batch_undone(items: Yard) -> None:
    fill(items, rows=30)
    items.run("alter table academy.items add check (times < 1 or id <> 45)")
    with pytest.raises(MigrationError) as caught:
        run(items)
    assert caught.value.sqlstate == "23514"
    assert caught.value.detail
    assert "keys 27 to 57" in caught.value.detail
    assert times(items) == [(0, 20), (1, 10)]
    items.run("alter table academy.items drop constraint items_check")
    assert run(items) == 30
    assert times(items) == [(1, 30)]


def test_an_edited_statement_is_refused_half_way(items: Yard) -> None:
    fill(items, rows=30)
    items.run("alter table academy.items add check (times < 1 or id <> 45)")
    with pytest.raises(MigrationError):
        run(items)
    items.run("alter table academy.items drop constraint items_check")
    with pytest.raises(MigrationError, match="edited"):
        run(items, COUNT.replace("+ 1", "+ 2"))
    assert run(items, COUNT, batch=7) == 30  # the header may change


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("update items set times = 1;\n", "items"),
        ("update items set times = 1 where id > :from_key;\n", "items"),
        ("update items set times = 1 where id >= :from_key and id <= :to_key;\n", "items"),
        ("update items set times = 1 where id > :from_key and id < :to_key;\n", "items"),
        ("update items set times = 1 where id between :from_key and :to_key;\n", "items"),
        ("update items set times = 1 where ':from_key :to_key' <> ''; -- > :from_key <= :to_key\n", "items"),
        ("update items set times = 1 /* /* */ where id > :from_key and id <= :to_key */;\n", "items"),
        (COUNT + COUNT, "items"),
        (COUNT + "select 1\n", "items"),
        ("update notes set body = '' where id > :from_key and id <= :to_key;\n", "items"),
        ("call nothing(:from_key, :to_key);\n", "items"),
        (COUNT, "nowhere"),
        (COUNT, "items; drop table items"),
        (COUNT, "Items"),
        (COUNT, '"items'),
        (COUNT, ""),
        ("update pairs set c = 1 where a > :from_key and a <= :to_key;\n", "pairs"),
        ("update bare set c = 1 where a > :from_key and a <= :to_key;\n", "bare"),
        ("update items set nothing = 1 where id > :from_key and id <= :to_key;\n", "items"),
    ],
)
def test_what_cannot_be_run_is_refused_and_nothing_changed(items: Yard, text: str, table: str) -> None:
    fill(items, rows=3)
    items.run("create table academy.pairs (a int, b int, c int, primary key (a, b))")
    items.run("create table academy.bare (a int, c int)")
    with pytest.raises(MigrationError) as caught:
        run(items, text, table=table)
    assert "0009.fill" in caught.value.message
    assert times(items) == [(0, 3)]
    assert position(items) is None


FILL = "-- depends: 0003.make\n-- backfill: {}\nupdate {} set body = '' where id > :from_key and id <= :to_key;\n"


@pytest.mark.parametrize("before", ["alter table notes add nots_at date", "-- nots\ncreate table nots_old (id int)"])
@pytest.mark.parametrize("is_new", [True, False])
def test_a_table_that_nothing_makes_is_refused_before_anything_is_done(yard: Yard, before: str, is_new: bool) -> None:
    if not is_new:
        yard.migrate()
    yard.write("migrations/0003.make.sql", f"-- depends: 0002.protect-notes\n{before};\n")
    yard.write("migrations/0004.fill.sql", FILL.format("nots", "nots"))
    looks: tuple[Callable[[], object], ...] = (
        lambda: plans.plan(yard.dsn, "academy", tree_=yard.tree),
        lambda: scripts.script(yard.dsn, "academy", tree_=yard.tree),
        yard.migrate,
    )
    for look in looks:
        with pytest.raises(MigrationError, match=r"^0004\.fill\.sql, line 2: nots ") as caught:
            look()
    assert is_new or "notes" in str(caught.value.hint)
    found = yard.status()
    assert found.applied == (() if is_new else ("0001.create-notes", "0002.protect-notes"))
    assert found.unfinished == ()
    yard.write("migrations/0003.make.sql", "-- depends: 0002.protect-notes\nselect 1;\n")
    yard.write("migrations/0004.fill.sql", FILL.format("notes", "notes"))
    assert yard.migrate().applied[-1] == "0004.fill"


@pytest.mark.parametrize(
    ("before", "table"),
    [
        ("create table made (id int primary key, body text)", "made"),
        ("create table Made (id int primary key, body text)", "made"),
        ("alter table notes rename to made", "made"),
        ('create table "a ""b" (id int primary key, body text)', '"a ""b"'),
        ('create table U&"m\\0061de" (id int primary key, body text)', "made"),
        ("do $$ begin execute 'create table ' || 'ma' || 'de (id int primary key, body text)'; end $$", "made"),
    ],
)
def test_a_table_that_a_migration_before_it_may_make_is_waited_for(yard: Yard, before: str, table: str) -> None:
    yard.remove("views/notes/loud_notes.sql")
    yard.remove("views/notes/few_notes.sql")
    yard.remove("sql/triggers/notes.sql")
    yard.remove("sql/policies/notes.sql")
    yard.remove("sql/grants/student.sql")
    yard.migrate()
    yard.write("migrations/0003.make.sql", f"-- depends: 0002.protect-notes\n{before};\n")
    yard.write("migrations/0004.fill.sql", FILL.format(table, table))
    assert [step.id for step in plans.plan(yard.dsn, "academy", tree_=yard.tree).steps] == ["0003.make", "0004.fill"]
    assert yard.migrate().applied == ["0003.make", "0004.fill"]


@pytest.mark.parametrize(("name", "value"), [("batch", "0"), ("batch", "many"), ("pause", "5 minutes")])
def test_a_bad_header_is_refused(items: Yard, name: str, value: str) -> None:
    with pytest.raises(MigrationError, match=r"0009\.fill"):
        run(items, **{name: value})


def test_another_statement_over_a_parents_key(items: Yard) -> None:
    """Quotes, per cent signs, casts and comments in the statement are left as they are."""
    fill(items, "uuid ", 12)
    items.run("create table academy.marks (item_id uuid, mark text)")
    text = (
        "with done as (update items set times = times + 1 where id > :from_key and id <= :to_key returning id)\n"
        "insert into marks select i.id, '100 % :from_key' /* ; */ || $q$;$q$ || 7 % 4::int from items as i\n"
        "where i.id > :from_key::uuid -- ; and so on\n and i.id <=:to_key ;\n-- the end\n"
    )
    assert run(items, text, batch=5) == 12
    assert items.ask("select distinct mark from marks") == ["100 % :from_key;3"]
    assert items.ask("select count(distinct item_id) from marks") == [12]
    assert times(items) == [(1, 12)]


@pytest.mark.late
def test_a_locked_row_is_waited_for_in_smaller_batches(items: Yard) -> None:
    fill(items, rows=40)
    with psycopg.connect(items.dsn) as writer:
        writer.execute("set role academy_owner")
        writer.execute("select from academy.items where id = 60 for update")
        timer = threading.Timer(1.2, writer.rollback)
        timer.start()
        with owner(items) as connection:
            connection.execute("set lock_timeout = '200ms'")
            assert backfills.run(connection, "academy", step(items, batch=16)) == 40
        timer.join()
    assert times(items) == [(1, 40)]
    found = position(items)
    assert found is not None
    assert found[2] > 3


@pytest.mark.late
def test_a_row_that_stays_locked_is_an_error_that_names_the_session(items: Yard) -> None:
    fill(items, rows=40)
    with psycopg.connect(items.dsn) as writer:
        writer.execute("set role academy_owner")
        writer.execute("select from academy.items where id = 60 for update")
        with (
            locking.patient(locking.Patience(budget_s=3.0)),
            owner(items) as connection,
            pytest.raises(LockBusy, match=str(writer.info.backend_pid)),
        ):
            connection.execute("set lock_timeout = '100ms'")
            backfills.run(connection, "academy", step(items, batch=16))
        # All before it is done: the batches came down to single rows.
        assert times(items) == [(0, 20), (1, 20)]
    assert run(items) == 40
    assert times(items) == [(1, 40)]


@pytest.mark.late
def test_a_batch_that_takes_too_long_is_halved_and_grows_back(items: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "BATCH_TIME_S", 0.5)
    # After the first sixteen rows, which are slow ones, enough of them to grow back from single ones.
    fill(items, rows=200)
    text = COUNT.replace("times + 1", "times + 1 + case when id < 48 then length(pg_sleep(0.05)::text) else 0 end")
    assert run(items, text, batch=16) == 200
    assert times(items) == [(1, 200)]
    assert position(items) is not None
    assert items.ask("select batch_size from schema_backfills") == [16]
    assert items.ask("select batches > 13 from schema_backfills") == [True]  # as many as there would be of sixteen


@pytest.mark.late
def test_a_batch_whose_time_is_not_that_of_its_rows_is_not_left_small(
    items: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfills, "BATCH_TIME_S", 0.2)
    fill(items, rows=200)
    slow = "with slow as materialized (select pg_sleep(0.25)) "
    text = slow + COUNT.replace(" where", " from slow where")
    with locking.patient(locking.Patience(budget_s=0.3)):
        assert run(items, text, batch=64) == 200
    assert times(items) == [(1, 200)]
    assert items.ask("select batches < 12 and batch_size > 32 from schema_backfills") == [True]


@pytest.mark.late
def test_single_rows_that_take_long_stay_single(items: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "BATCH_TIME_S", 0.1)
    # Two rows take twice as long as one, and are not granted that; less is granted here, because one may be begun late.
    assert backfills._FIXED_COST < 2
    monkeypatch.setattr(backfills, "_FIXED_COST", 1.1)
    fill(items, rows=8)
    text = COUNT.replace("times + 1", "times + 1 + length(pg_sleep(0.25)::text)")
    assert run(items, text, batch=4) == 8
    assert times(items) == [(1, 8)]
    assert items.ask("select batches from schema_backfills") == [8]


def test_a_cancel_from_outside_is_an_interrupt(items: Yard) -> None:
    fill(items, rows=20)
    with owner(items) as connection, connect(items.dsn) as other:
        pid = connection.info.backend_pid
        timer = threading.Timer(0.5, lambda: other.execute("select pg_cancel_backend(%s)", [pid]))
        timer.start()
        text = COUNT.replace("times + 1", "times + 1 + length(pg_sleep(1.5)::text)")
        with pytest.raises(backfills.BackfillInterrupted):
            backfills.run(connection, "academy", step(items, text))
        timer.join()
    assert times(items) == [(0, 20)]


def test_the_pause_may_be_overridden(items: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(items, rows=3)
    monkeypatch.setenv("PGACADEMY_BACKFILL_PAUSE", "0ms")
    began = time.monotonic()
    run(items, batch=1, pause="5s")
    assert time.monotonic() - began < 4
    monkeypatch.setenv("PGACADEMY_BACKFILL_PAUSE", "now and then")
    with pytest.raises(Exception, match="PGACADEMY_BACKFILL_PAUSE"):
        run(items)


def process(yard: Yard, file: Step) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", RUN, yard.dsn, str(file.path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "started\n"
    return started


@pytest.mark.late
def test_an_interrupt_says_where_it_stands(items: Yard) -> None:
    fill(items, rows=300)
    file = step(items, batch=1, pause="20ms")
    running = process(items, file)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=10)
    assert running.returncode == 130
    done = dict(times(items))[1]
    assert errors.startswith("BackfillInterrupted")
    assert f" {done} of " in errors
    assert 0 < done < 300
    assert run(items, batch=100) == 300
    assert times(items) == [(1, 300)]


@pytest.mark.slow
def test_killed_at_any_moment(items: Yard) -> None:
    fill(items, rows=2000)
    file = step(items, batch=1)
    for number in range(8):
        running = process(items, file)
        time.sleep(0.03 + number * 0.017)
        running.kill()
        running.wait()
    assert max(often for often, _ in times(items)) == 1
    before = dict(times(items))
    assert run(items, batch=7) == 2000
    assert times(items) == [(1, 2000)]
    assert 0 < before[1] < 2000
