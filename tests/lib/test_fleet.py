"""Many schools at once: each for itself, a few at a time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from pgacademy import fleet, lifecycle, locking, migrations, roles
from pgacademy.connection import Connection, connect
from pgacademy.errors import LockBusy, MigrationError, SchoolMissing, UsageError
from tests.lib.conftest import Yard

MANY = [f"fleet_{number}" for number in range(8)]


def make(yard: Yard, *names: str) -> None:
    with connect(yard.dsn) as connection:
        for name in names:
            roles.apply_roles(connection, name)

    def migrate(school: str, report: migrations.Progress) -> migrations.MigrationReport:
        return yard.migrate(school)

    assert all(outcome.succeeded for outcome in fleet.each(names, migrate))


@pytest.mark.late
def test_new_schools_are_made_beside_one_another(yard: Yard) -> None:
    make(yard, *MANY)
    found = fleet.migrate_all(yard.dsn, tree_=yard.tree)
    assert [outcome.school for outcome in found] == MANY
    assert not any(outcome.report is None or outcome.report.changed for outcome in found)


@pytest.mark.late
def test_one_that_fails_stops_no_other(yard: Yard, deploy: Connection) -> None:
    make(yard, *MANY)
    yard.write("migrations/0003.add-column.sql", "-- depends: 0002.protect-notes\nalter table notes add tag text;\n")
    deploy.execute("set role fleet_3_owner; alter table fleet_3.notes add tag text; reset role")
    found = fleet.migrate_all(yard.dsn, tree_=yard.tree, jobs=3)
    failed = [outcome for outcome in found if not outcome.succeeded]
    assert [outcome.school for outcome in failed] == ["fleet_3"]
    assert isinstance(failed[0].error, MigrationError)
    assert failed[0].error.sqlstate == "42701"
    for outcome in found:
        if outcome.report:
            assert outcome.report.applied == ["0003.add-column"]
            assert yard.status(outcome.school).is_current
    states = {outcome.school: outcome.report for outcome in fleet.status_all(yard.dsn, tree_=yard.tree)}
    assert [name for name, report in states.items() if report and report.pending] == ["fleet_3"]


def test_only_some(yard: Yard) -> None:
    make(yard, *MANY[:3])
    yard.write("migrations/0003.add-column.sql", "-- depends: 0002.protect-notes\nalter table notes add tag text;\n")
    found = fleet.migrate_all(yard.dsn, tree_=yard.tree, only=["fleet_1"])
    assert [outcome.school for outcome in found] == ["fleet_1"]
    assert yard.status("fleet_0").pending == ("0003.add-column",)
    with pytest.raises(SchoolMissing):
        fleet.migrate_all(yard.dsn, tree_=yard.tree, only=["fleet_1", "nowhere"])
    with pytest.raises(UsageError):
        fleet.migrate_all(yard.dsn, tree_=yard.tree, jobs=0)


@pytest.mark.late
def test_a_school_that_is_held_fails_alone_and_with_the_patience_of_the_caller(yard: Yard) -> None:
    make(yard, *MANY[:4])
    yard.write("migrations/0003.add-column.sql", "-- depends: 0002.protect-notes\nalter table notes add tag text;\n")
    started = time.monotonic()
    with psycopg.connect(yard.dsn) as reader:
        reader.execute("set role fleet_0_owner")
        reader.execute("select * from fleet_0.notes")
        with locking.patient(locking.Patience(lock_timeout_s=0.2, budget_s=0.5)):
            found = fleet.migrate_all(yard.dsn, tree_=yard.tree)
    assert [type(outcome.error) for outcome in found] == [LockBusy, type(None), type(None), type(None)]
    assert time.monotonic() - started < 10


def test_no_more_than_so_many_at_a_time() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(school: str, report: Callable[[str, int, int], None]) -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        if school == "b":
            raise ValueError(school)
        return school

    told: list[tuple[str, str, int, int]] = []
    found = fleet.each("abcdefgh", work, jobs=3, progress=lambda *what: told.append(what))
    assert most == 3
    assert [outcome.report for outcome in found] == ["a", None, *"cdefgh"]
    assert found[1].error is not None
    for school in "abcdefgh":
        assert [entry[2:] for entry in told if entry[0] == school] == [(0, 1), (1, 1)]


def test_an_interruption_begins_no_more_and_waits_for_those_at_work() -> None:
    begun: list[str] = []
    ended: list[str] = []

    def work(school: str, report: Callable[[str, int, int], None]) -> str:
        begun.append(school)
        if len(begun) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        ended.append(school)
        return school

    found = fleet.each("abcdef", work, jobs=2)
    assert sorted(begun) == sorted(ended) == ["a", "b"]
    assert [outcome.succeeded for outcome in found] == [True, True, False, False, False, False]
    assert all(outcome.error is None for outcome in found)
    assert found.interrupted
    assert not fleet.each("ab", lambda school, report: school).interrupted


def test_a_second_interruption_waits_for_nobody() -> None:
    go_on = threading.Event()

    def work(school: str, report: Callable[[str, int, int], None]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        go_on.wait(60)

    def again() -> None:
        while not go_on.wait(0.3):
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=again, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        fleet.each("abcdef", work, jobs=1)
    go_on.set()


@pytest.mark.late
def test_no_more_connections_than_the_server_has_left(yard: Yard, deploy: Connection) -> None:
    make(yard, *MANY)
    (limit,) = deploy.execute("select current_setting('max_connections')::int").fetchone() or (0,)
    (now,) = deploy.execute("select count(*) from pg_stat_activity").fetchone() or (0,)
    hoard = [psycopg.connect(yard.dsn) for _ in range(limit - now - 3)]
    try:
        found = fleet.migrate_all(yard.dsn, tree_=yard.tree, jobs=50)
    finally:
        for connection in hoard:
            connection.close()
    assert [outcome.error for outcome in found] == [None] * len(MANY)


@pytest.mark.slow
def test_twenty_schools_made_migrated_renamed_and_dropped_at_once(yard: Yard, deploy: Connection) -> None:
    names = [f"flock_{number}" for number in range(20)]
    make(yard, *names)

    def rename(school: str, report: migrations.Progress) -> lifecycle.RenameReport:
        return lifecycle.rename(yard.dsn, school, school.replace("flock", "herd"))

    assert [outcome.error for outcome in fleet.each(names, rename, jobs=8)] == [None] * 20
    herds = [name.replace("flock", "herd") for name in names]
    assert all(yard.status(name).is_current for name in herds)

    def drop(school: str, report: migrations.Progress) -> lifecycle.DropReport:
        return lifecycle.drop(yard.dsn, school, confirm=school)

    found = fleet.each(herds, drop, jobs=8)
    assert [outcome.error for outcome in found] == [None] * 20
    assert not any(outcome.report and outcome.report.roles_left for outcome in found)
