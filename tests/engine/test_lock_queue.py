"""Sixteen clients behind a migration that waits for a long reader: none of them waits longer than it may.

A lock that is waited for is a lock as far as those who come after are concerned: they queue behind it. So the wait is
cut off, and taken up again later.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from pgacademy import migrations
from pgacademy.errors import LockBusy
from pgacademy.locking import Patience
from tests.lib.conftest import Yard
from tests.support import pulse

pytestmark = pytest.mark.slow

READERS, WRITERS = 8, 8
LOCK_TIMEOUT_S = 1.0
LONGEST_S = LOCK_TIMEOUT_S + 0.5
TABLES = ("alpha", "beta", "gamma")

READ, WRITE = "select sum(n) from academy.{}", "update academy.{} set n = n + 1 where id = {}"

FILES = {
    "one table": "alter table gamma add column extra int;\n",
    "two tables": "alter table alpha add column extra int;\nalter table gamma add column extra int;\n",
    "three tables": "".join(f"alter table {name} add column extra int;\n" for name in TABLES),
    "one statement drops three": "drop table alpha, beta, gamma;\ncreate table alpha (id int primary key, n int);\n"
    "create table beta (id int primary key, n int);\ncreate table gamma (id int primary key, n int);\n",
}


@dataclass
class Waits:
    """From when to when each client waited for each of its statements."""

    spans: list[list[tuple[float, float]]]

    def __str__(self) -> str:
        spans = list(itertools.chain(*self.spans))
        halted = max(ended - began for began, ended in spans)
        return f"longest wait {self.longest_s:.2f} s ({halted:.2f} s with halts) of {len(spans)} statements"

    @property
    def longest_s(self) -> float:
        assert all(self.spans)
        return pulse.longest_s(itertools.chain(*self.spans))


@pytest.fixture
def busy(yard: Yard) -> Yard:
    """A school with three tables of sixteen rows, and a migration to come that needs some of them."""
    for number, name in enumerate(TABLES, 3):
        yard.write(
            f"migrations/000{number}.create-{name}.sql",
            f"create table {name} (id int primary key, n int not null);\n"
            f"insert into {name} select g, 0 from generate_series(1, {READERS + WRITERS}) g;\n",
        )
    yard.migrate()
    return yard


@contextmanager
def clients(dsn: str) -> Iterator[Waits]:
    """Eight readers and eight writers, each at one table after the other, as long as the block runs."""
    pulse.begin()
    waits, stop, failures = Waits([[] for _ in range(READERS + WRITERS)]), threading.Event(), []

    def client(number: int) -> None:
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("set role academy_owner")
                turn = number
                while not stop.is_set():
                    turn += 1
                    table = TABLES[turn % len(TABLES)]
                    statement = READ.format(table) if number < READERS else WRITE.format(table, number + 1)
                    began = time.monotonic()
                    connection.execute(statement)
                    waits.spans[number].append((began, time.monotonic()))
                    time.sleep(0.01)
        except psycopg.Error as exc:
            failures.append(exc)

    threads = [threading.Thread(target=client, args=[number]) for number in range(READERS + WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
    assert not failures


@contextmanager
def long_reader(dsn: str, *tables: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """A report that holds tables in its transaction: its server process, and what ends it."""
    with psycopg.connect(dsn) as connection:
        connection.execute("set role academy_owner")
        for table in tables:
            connection.execute(f"select count(*) from academy.{table}")
        yield connection.info.backend_pid, connection.rollback


def migrate(yard: Yard, budget_s: float) -> migrations.MigrationReport:
    patience = Patience(lock_timeout_s=LOCK_TIMEOUT_S, budget_s=budget_s)
    return migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=patience)


@pytest.mark.parametrize("file", FILES)
def test_nobody_waits_longer_than_the_lock_timeout(busy: Yard, file: str) -> None:
    busy.write("migrations/0006.change.sql", FILES[file])
    with long_reader(busy.dsn, "gamma") as (_, end), clients(busy.dsn) as waits:
        time.sleep(0.3)
        threading.Timer(4.0, end).start()
        began = time.monotonic()
        assert migrate(busy, budget_s=60).applied == ["0006.change"]
        assert time.monotonic() - began > 3
        time.sleep(0.2)
    print(f"\n{file}: {waits}")
    assert waits.longest_s <= LONGEST_S


@pytest.mark.parametrize("file", ["three tables", "one statement drops three"])
def test_two_readers_that_end_one_after_the_other_do_not_add_up(busy: Yard, file: str) -> None:
    """The first ends within the time allowed, so the migration holds one table when it comes to wait for the next."""
    busy.write("migrations/0006.change.sql", FILES[file])
    with (
        long_reader(busy.dsn, "beta") as (_, end_first),
        long_reader(busy.dsn, "gamma") as (_, end_second),
        clients(busy.dsn) as waits,
    ):
        threading.Timer(0.8, end_first).start()
        threading.Timer(4.0, end_second).start()
        assert migrate(busy, budget_s=60).applied == ["0006.change"]
        time.sleep(0.2)
    print(f"\n{waits}")
    assert waits.longest_s <= LONGEST_S


def test_a_reader_that_does_not_end_is_named(busy: Yard) -> None:
    busy.write("migrations/0006.change.sql", FILES["two tables"])
    with long_reader(busy.dsn, "gamma") as (pid, _), clients(busy.dsn) as waits:
        began = time.monotonic()
        with pytest.raises(LockBusy) as caught:
            migrate(busy, budget_s=4)
        assert 2 < time.monotonic() - began < 7
        assert str(pid) in caught.value.message
    assert waits.longest_s <= LONGEST_S
    assert busy.status().pending == ("0006.change",)
    assert migrate(busy, budget_s=4).applied == ["0006.change"]


def test_policies_of_a_held_table_keep_nobody_waiting_either(busy: Yard) -> None:
    """Repeatable files go table by table: only the one the reader holds is late."""
    for name in TABLES:
        busy.write(
            f"sql/policies/{name}.sql",
            f"drop policy if exists read on {name};\n"
            f"create policy read on {name} for select to pgacademy_student using (true);\n",
        )
    with long_reader(busy.dsn, "beta") as (_, end), clients(busy.dsn) as waits:
        threading.Timer(3.0, end).start()
        assert len(migrate(busy, budget_s=60).repeatables) == len(TABLES)
        time.sleep(0.2)
    assert waits.longest_s <= LONGEST_S
