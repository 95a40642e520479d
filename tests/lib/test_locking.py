"""Politeness: who waits for whom, how long, and what they are told."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgacademy import baselines, bookkeeping, locking, migrations, plans, rollbacks
from pgacademy.connection import Connection, connect
from pgacademy.errors import LockBusy, MigrationError, PgacademyError, PooledConnection
from pgacademy.locking import Patience
from tests.lib.conftest import Yard
from tests.lib.test_migrations import MIGRATE
from tests.support import pulse

HASTY = Patience(lock_timeout_s=0.3, budget_s=1.0, wait_s=0.5)


@contextmanager
def reading(
    yard: Yard,
    table: str = "notes",
    name: str = "a long report",
    isolation: psycopg.IsolationLevel | None = None,
) -> Iterator[Connection]:
    """A session that has read a table and left its transaction open."""
    with psycopg.connect(make_conninfo(yard.dsn, application_name=name)) as reader:
        reader.isolation_level = isolation
        reader.execute("set role academy_owner")
        reader.execute(f"select count(*) from academy.{table}")
        yield reader
        if not reader.closed:
            reader.rollback()


def until(connection: Connection, query: str) -> None:
    deadline = time.monotonic() + 30
    while connection.execute(query).fetchone() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def started(yard: Yard, *prefix: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", MIGRATE, yard.dsn, str(yard.root)]
    return subprocess.Popen([*prefix, *command], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


@pytest.mark.late
def test_who_is_in_the_way_is_named(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0003.widen.sql", "select 1;\nalter table notes add column more text;\n")
    with reading(yard) as reader, reading(yard, "schema_steps", "somebody else"):
        with pytest.raises(LockBusy, match=r"0003\.widen\.sql, line 2") as caught:
            migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=HASTY)
        said = f"{caught.value.message} {caught.value.detail}"
        assert f"process {reader.info.backend_pid} " in caught.value.message
        assert caught.value.sqlstate == "55P03"
        for part in ("notes", "pgacademy_deploy", "a long report", "select count(*) from academy.notes"):
            assert part in said
        assert re.search(r"open for \d+ s", said)
        assert "somebody else" not in said
    assert yard.status().pending == ("0003.widen",)
    assert yard.migrate().applied == ["0003.widen"]


@pytest.mark.late
@pytest.mark.parametrize("table", ["schema_objects", "schema_steps", "_yoyo_migration"])
def test_who_holds_the_journal_is_named(yard: Yard, table: str) -> None:
    yard.migrate()
    with psycopg.connect(yard.dsn) as holder:
        holder.execute("set role academy_owner")
        holder.execute(f"lock table academy.{table} in access exclusive mode")
        with pytest.raises(LockBusy) as caught:
            migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=HASTY)
        assert (caught.value.sqlstate, table in str(caught.value.detail)) == ("55P03", True)
        assert f"process {holder.info.backend_pid} " in caught.value.message
        holder.rollback()
    assert not yard.migrate().changed


@pytest.mark.late
@pytest.mark.parametrize("look", ["status", "history", "plan", "rollback_preview"])
def test_who_only_looks_is_told_too(yard: Yard, look: str) -> None:
    yard.migrate()
    looks: dict[str, Callable[[], object]] = {
        "status": yard.status,
        "history": lambda: migrations.history(yard.dsn, "academy"),
        "plan": lambda: plans.plan(yard.dsn, "academy", tree_=yard.tree),
        "rollback_preview": lambda: rollbacks.rollback_preview(
            yard.dsn, "academy", "0002.protect-notes", tree_=yard.tree, patience=HASTY
        ),
    }
    with psycopg.connect(yard.dsn) as holder:
        holder.execute("set role academy_owner")
        holder.execute("lock table academy.schema_steps, academy.schema_history in access exclusive mode")
        with pytest.raises(LockBusy, match=f"process {holder.info.backend_pid} "):
            looks[look]()
        holder.rollback()
    looks[look]()


def test_a_statement_that_took_too_long_outside_of_a_file_is_told_why(yard: Yard) -> None:
    yard.migrate()
    with pytest.raises(PgacademyError) as caught:
        migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=Patience(statement_timeout_s=0.0004))
    assert (caught.value.sqlstate, "--statement-timeout" in str(caught.value.hint)) == ("57014", True)


def test_timeouts_are_such_as_the_server_takes() -> None:
    given = (0, 0.0004, 0.0016, 2, 1e300, float("inf"))
    assert [locking.milliseconds(seconds) for seconds in given] == [0, 1, 2, 2000, 2**31 - 1, 2**31 - 1]


def test_of_a_stranger_is_said_what_may_be_seen(yard: Yard, deploy: Connection) -> None:
    """Another login's query is hidden from ours; that it is in the way is not."""
    yard.migrate()
    yard.write("migrations/0003.widen.sql", "alter table notes add column more text;\n")
    stranger = f"stranger_{deploy.info.dbname}"
    deploy.execute(f"create role {stranger} login noinherit")
    deploy.execute(f"grant academy_student to {stranger}")
    parts = conninfo_to_dict(yard.dsn) | {"user": stranger, "application_name": "theirs"}
    with psycopg.connect(make_conninfo("", **parts)) as reader:
        reader.execute("set role academy_student")
        reader.execute("select * from academy.notes")
        pid = reader.info.backend_pid
        with pytest.raises(LockBusy) as caught:
            migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=HASTY)
    for part in (str(pid), stranger, "theirs", "notes"):
        assert part in f"{caught.value.message} {caught.value.detail}"
    deploy.execute(f"drop role {stranger}")


@pytest.mark.late
def test_a_wait_is_reported(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0003.widen.sql", "alter table notes add column more text;\n")
    said: list[tuple[str, int, int]] = []
    with reading(yard) as reader:
        pid = reader.info.backend_pid
        timer = threading.Timer(1.5, reader.rollback)
        timer.start()
        migrations.migrate(
            yard.dsn, "academy", lambda *what: said.append(what), tree_=yard.tree, patience=Patience(lock_timeout_s=0.2)
        )
        timer.join()
    assert any(f"process {pid} " in what and total == 0 for what, _, total in said)


@pytest.mark.slow
def test_what_waits_behind_a_file_waits_no_longer_than_its_allowance(yard: Yard) -> None:
    """The file gets its first lock late and waits for the second: both count, or those behind it would wait twice."""
    yard.write("migrations/0003.other.sql", "create table other (id int primary key);\n")
    yard.migrate()
    yard.write(
        "migrations/0004.both.sql",
        "alter table notes add column more text;\nalter table other add column more text;\n",
    )
    waits = [(pulse.begin(),) * 2]
    done = threading.Event()

    def client() -> None:
        with connect(yard.dsn) as connection:
            connection.execute("set role academy_owner")
            while not done.is_set():
                before = time.monotonic()
                connection.execute("select from academy.notes")
                waits.append((before, time.monotonic()))
                time.sleep(0.01)

    with reading(yard) as first, reading(yard, "other") as second:
        clients = [threading.Thread(target=client) for _ in range(2)]
        for thread in clients:
            thread.start()
        timers = [threading.Timer(0.8, first.rollback), threading.Timer(4.0, second.rollback)]
        for timer in timers:
            timer.start()
        report = migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=Patience(lock_timeout_s=1.0))
        done.set()
        for thread in (*clients, *timers):
            thread.join()
    assert report.applied == ["0004.both"]
    assert 0.3 < pulse.longest_s(waits) < 1.5


def test_a_file_may_set_its_own_timeouts(yard: Yard) -> None:
    yard.write(
        "migrations/0003.own.sql",
        "set local lock_timeout = '7s';\nselect pg_sleep(0.1);\ncreate table own as select 1 as id, "
        "current_setting('lock_timeout') as said;\n",
    )
    yard.write("migrations/0004.next.sql", "create table after as select current_setting('lock_timeout') as said;\n")
    yard.migrate()
    assert yard.ask("select said from own") == ["7s"]
    assert yard.ask("select said from after") == ["2s"]


def test_what_is_set_for_a_client_that_is_stopped_or_gone(yard: Yard) -> None:
    names = ("idle_in_transaction_session_timeout", "client_connection_check_interval", "idle_session_timeout")
    columns = ", ".join(f"current_setting('{name}') as {name}" for name in (*names, "application_name"))
    yard.write("migrations/0003.seen.sql", f"create table seen as select {columns};\n")
    yard.migrate()
    user, host = bookkeeping.person()
    for name, value in zip(names, ("30s", "500ms", "10min"), strict=True):
        assert yard.ask(f"select {name} from seen") == [value]
    assert yard.ask("select application_name from seen") == [f"pgacademy migrate {user}@{host}"[:63]]


def test_a_statement_may_take_so_long(yard: Yard) -> None:
    yard.write("migrations/0003.slow.sql", "select 1;\nselect pg_sleep(20);\n")
    with pytest.raises(MigrationError, match=r"0003\.slow\.sql, line 2") as caught:
        migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=Patience(statement_timeout_s=0.3))
    assert caught.value.sqlstate == "57014"
    assert "--statement-timeout" in (caught.value.hint or "")


@pytest.mark.late
def test_the_one_who_waits_says_for_whom(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0003.more.sql", "create table more (id int primary key);\n")
    said: list[str] = []
    with (
        connect(yard.dsn, application_name="pgacademy migrate them@there") as other,
        locking.advisory_lock(other, "the school academy"),
    ):
        with pytest.raises(LockBusy) as caught:
            migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=HASTY)
        for part in (str(other.info.backend_pid), "them@there", "since "):
            assert part in caught.value.message
        with pytest.raises(LockBusy):
            migrations.migrate(
                yard.dsn, "academy", lambda *what: said.append(what[0]), tree_=yard.tree, patience=Patience(wait_s=1.5)
            )
    assert any("them@there" in what for what in said)
    assert yard.migrate().applied == ["0003.more"]


def test_a_school_that_is_current_is_not_waited_for(yard: Yard) -> None:
    yard.migrate()
    with connect(yard.dsn) as other, locking.advisory_lock(other, "the school academy"):
        assert not migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=HASTY).changed


@pytest.mark.late
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_locks_of_the_dead_are_free_within_a_second(yard: Yard, how: signal.Signals) -> None:
    yard.migrate()
    yard.write("migrations/0003.long.sql", "alter table notes add column more text;\nselect pg_sleep(60);\n")
    process = started(yard)
    with connect(yard.dsn) as watcher:
        until(watcher, "select from pg_stat_activity where wait_event = 'PgSleep' and query like '%pg_sleep(60)%'")
        process.send_signal(how)
        died = pulse.begin()
        watcher.execute("set role academy_owner")
        watcher.execute("set lock_timeout = '10s'")
        watcher.execute("select from academy.notes")
        with locking.advisory_lock(watcher, "the school academy", 10):
            pass
        assert pulse.ran_s(died) < 1.5  # a second for the locks, the rest for a busy machine
    process.wait()
    yard.write("migrations/0003.long.sql", "alter table notes add column more text;\n")
    assert yard.migrate().applied == ["0003.long"]


# -- poolers ----------------------------------------------------------------------------------------------------------


class Pooler:
    """Passes everything on, but tells clients another process number, as a pooler does."""

    def __init__(self, folder: Path, dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        self.target = f"{parts['host']}/.s.PGSQL.{parts['port']}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{folder}/.s.PGSQL.7777")
        self.listener.listen()
        self.dsn = make_conninfo(dsn, host=str(folder), port=7777, connect_timeout=5)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError), target:  # the other way may have closed both
            while data := source.recv(65536):
                if is_answer:  # BackendKeyData: K, the length, the process, the secret
                    data = re.sub(
                        rb"(K\0\0\0[\x0c-\x7f])[\0-\xff]{4}", lambda found: found[1] + b"\0\0\0\7", data, count=1
                    )
                target.sendall(data)


def test_a_pooled_connection_is_refused(yard: Yard) -> None:
    folder = Path("/tmp") / f"pooler-{os.getpid()}"
    folder.mkdir()
    pooler = Pooler(folder, yard.dsn)
    try:
        for work in (
            lambda: migrations.migrate(pooler.dsn, "academy", tree_=yard.tree),
            lambda: rollbacks.rollback(pooler.dsn, "academy", "0001.create-notes", tree_=yard.tree),
            lambda: baselines.baseline(pooler.dsn, "academy", "0001.create-notes", tree_=yard.tree),
        ):
            with pytest.raises(PooledConnection) as caught:
                work()
            assert caught.value.hint
        with connect(yard.dsn) as connection:
            assert connection.execute("select to_regnamespace('academy')").fetchone() == (None,)
    finally:
        pooler.listener.close()
        (folder / ".s.PGSQL.7777").unlink()
        folder.rmdir()
