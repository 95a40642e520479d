"""Twenty migrators of one fresh school at once, and what the others see of the one at work, and of its death."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from pgacademy import embedded, locking, migrations, sources
from pgacademy.connection import Connection, connect
from pgacademy.errors import LockBusy
from tests.engine import catalogues
from tests.engine.processes import begin, start_migrator
from tests.lib.conftest import Yard
from tests.support import pulse

pytestmark = pytest.mark.slow

MIGRATORS = 20

# Sleeps until somebody makes the table public.hurry, and so only for the first to come.
SLOW_STEP = """
create table slow (id int primary key);
do $$
begin
    if not exists (select from pg_class where relname = 'hurry') then
        perform pg_sleep(60);
    end if;
end
$$;
"""


@pytest.fixture
def admin(server: embedded.Server, dsn: str) -> Iterator[psycopg.Connection]:
    name = str(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])
    with psycopg.connect(server.dsn(name, "postgres"), autocommit=True) as connection:
        yield connection


def wait_until(condition: Callable[[], object], limit: float = 30.0) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def holder_at_work(yard: Yard, admin: psycopg.Connection) -> Iterator[tuple[int, int]]:
    """A migrator in the middle of a step that takes a minute: its process, and the server's process that serves it."""
    yard.write("migrations/0003.slow.sql", SLOW_STEP)
    process = start_migrator(yard.dsn, yard.root)
    try:
        begin(process)
        query = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        wait_until(lambda: admin.execute(query).fetchone())
        row = admin.execute(query).fetchone()
        assert row is not None
        yield process.pid, row[0]
    finally:
        process.kill()
        process.communicate()


def test_twenty_at_once_apply_everything_once(dsn: str, deploy: Connection, admin: psycopg.Connection) -> None:
    tree = sources.tree()
    processes = [start_migrator(dsn, tree.root) for _ in range(MIGRATORS)]
    try:
        for process in processes:
            begin(process)
        said = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * MIGRATORS, [error for _, error in said]
    catalogues.assert_recorded_once(admin, tree)
    ids = catalogues.step_ids(tree)
    claimed = [line.split(" ", 1)[0] for out, _ in said for line in out.splitlines()]
    assert sorted(name for name in claimed if name in ids) == sorted(ids)


def test_the_one_who_waits_names_the_one_at_work(yard: Yard, admin: psycopg.Connection) -> None:
    with holder_at_work(yard, admin) as (_, backend), connect(yard.dsn) as connection:
        with pytest.raises(LockBusy) as caught, locking.advisory_lock(connection, "the school academy", wait_s=0.3):
            pass
        assert str(backend) in caught.value.message
        heard: list[str] = []
        run = threading.Thread(
            target=lambda: migrations.migrate(
                yard.dsn, "academy", lambda what, _done, _total: heard.append(what), tree_=yard.tree
            )
        )
        run.start()
        wait_until(lambda: any(str(backend) in line for line in heard), limit=5)
        admin.execute("create table public.hurry ()")
        admin.execute("select pg_terminate_backend(%s)", [backend])
        run.join(timeout=30)
        assert yard.status().is_current


def test_kill_9_of_the_one_at_work_frees_the_rest_within_a_second(yard: Yard, admin: psycopg.Connection) -> None:
    with holder_at_work(yard, admin) as (pid, _):
        waiting = [start_migrator(yard.dsn, yard.root) for _ in range(4)]
        for process in waiting:
            begin(process)
        time.sleep(0.5)
        assert all(process.poll() is None for process in waiting)
        admin.execute("create table public.hurry ()")
        os.kill(pid, signal.SIGKILL)
        killed = pulse.begin()
        query = "select 1 from academy._yoyo_migration where migration_id = '0003.slow'"
        wait_until(lambda: admin.execute(query).fetchone(), limit=10)
        assert pulse.ran_s(killed) < 1.3
        said = [process.communicate(timeout=30)[1] for process in waiting]
    assert [process.returncode for process in waiting] == [0] * len(waiting), said
    catalogues.assert_recorded_once(admin, yard.tree)
