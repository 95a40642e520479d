"""The commands about schools: exit codes, JSON, and what they refuse."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from pgacademy import registry, roles, schools
from pgacademy.connection import Connection, connect
from tests.lib.conftest import Yard
from tests.lib.test_cli import begin, document, run
from tests.lib.test_locking import until


def school(dsn: str, home: Path, name: str) -> None:
    with connect(dsn) as connection:
        roles.apply_roles(connection, name)
    run("migrate", "--dsn", dsn, "--school", name, home=home)


@pytest.mark.late
def test_a_school_whose_journal_is_held_is_told_in_its_row(yard: Yard, tmp_path: Path) -> None:
    yard.migrate()
    with psycopg.connect(yard.dsn) as holder:
        holder.execute("set role academy_owner")
        holder.execute("lock table academy._yoyo_migration in access exclusive mode")
        pid = str(holder.info.backend_pid)
        (entry,) = document(run("schools", "--dsn", yard.dsn, "--json", home=tmp_path, check=1))
        shown = run("schools", "--dsn", yard.dsn, home=tmp_path, check=1)
        assert (entry["name"], entry["migrations"], entry["error"]["error"]) == ("academy", None, "LockBusy")
        assert (pid in entry["error"]["message"], entry["error"]["sqlstate"]) == (True, "55P03")
        assert pid in shown.stdout
        assert "pg_terminate_backend" in shown.stderr
        holder.rollback()
    (entry,) = document(run("schools", "--dsn", yard.dsn, "--json", home=tmp_path))
    assert (entry["migrations"], entry["error"]) == (2, None)


@pytest.mark.late
@pytest.mark.parametrize("command", ["migrate", "status", "verify"])
def test_after_an_interrupt_all_schools_are_told_of(command: str, dsn: str, deploy: Connection, tmp_path: Path) -> None:
    names = ["academy", "hilltop"]
    roles.apply_roles(deploy, "hilltop")
    for name in names:
        schools.prepare(deploy, name)
    with psycopg.connect(dsn) as holder:
        holder.execute("set role academy_owner")
        holder.execute("lock table academy._yoyo_migration in access exclusive mode")
        process = begin(command, "--all-schools", "--jobs", "1", "--json", "--dsn", dsn)
        until(deploy, "select from pg_locks where locktype = 'relation' and not granted")
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)  # the main thread wakes up every tenth of a second; what waits for the lock does so for two
        holder.rollback()
        told, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [line.partition(" ")[0] for line in errors.splitlines()] == ["Interrupted:", "Interrupted."]
    begun = [(entry["school"], entry["report"] is not None, entry["error"]) for entry in json.loads(told)]
    assert begun == [("academy", True, None), ("hilltop", False, None)]


@pytest.mark.late
def test_after_a_second_interrupt_nobody_is_waited_for(dsn: str, deploy: Connection) -> None:
    schools.prepare(deploy, "academy")
    with psycopg.connect(dsn) as holder:
        holder.execute("set role academy_owner")
        holder.execute("lock table academy._yoyo_migration in access exclusive mode")
        process = begin("migrate", "--all-schools", "--lock-timeout", "0", "--json", "--dsn", dsn)
        until(deploy, "select from pg_locks where locktype = 'relation' and not granted")
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Interrupted:")
        process.send_signal(signal.SIGINT)
        told, errors = process.communicate(timeout=60)
        until(deploy, "select where not exists (select from pg_locks where locktype = 'relation' and not granted)")
    assert (process.returncode, told, errors) == (130, "", "Interrupted. What was done stays done: run it again.\n")


@pytest.mark.slow
def test_the_life_of_schools(dsn: str, deploy: Connection, tmp_path: Path) -> None:
    first, second, third = (f"cli{os.getpid()}_{letter}" for letter in "abc")
    options = ("--dsn", dsn, "--json")
    assert document(run("schools", *options, home=tmp_path)) == []
    school(dsn, tmp_path, first)
    school(dsn, tmp_path, second)
    found = document(run("schools", *options, home=tmp_path))
    assert [(entry["name"], entry["state"], entry["development"]) for entry in found] == [
        (first, "ready", False),
        (second, "ready", False),
    ]
    assert first in run("schools", "--dsn", dsn, home=tmp_path).stdout

    everything = document(run("migrate", "--all-schools", "--jobs", "2", *options, home=tmp_path))
    assert [(entry["school"], entry["error"]) for entry in everything] == [(first, None), (second, None)]
    run("status", "--all-schools", *options, home=tmp_path)
    verified = document(run("verify", "--all-schools", *options, home=tmp_path))
    assert [(entry["school"], entry["report"]["is_clean"]) for entry in verified] == [(first, True), (second, True)]
    run("verify", "--all-schools", "--repair", *options, home=tmp_path, check=64)
    deploy.execute(f"set role {second}_owner; drop view {second}.v_course_catalog cascade; reset role")
    verified = document(run("verify", "--all-schools", *options, home=tmp_path, check=3))
    assert [(entry["report"]["has_drifted"], bool(entry["report"]["differences"])) for entry in verified] == [
        (False, False),
        (True, True),
    ]
    assert f"verify --school {second}" in run("verify", "--all-schools", "--dsn", dsn, home=tmp_path, check=3).stderr
    run("verify", "--repair", "--school", second, *options, home=tmp_path)
    deploy.execute(f"set role {second}_owner; delete from {second}.schema_objects where kind = 'grants'; reset role")
    run("status", "--all-schools", *options, home=tmp_path, check=2)
    deploy.execute(f"set role {second}_owner; update {second}.schema_steps set sha256 = 'x'; reset role")
    run("status", "--all-schools", *options, home=tmp_path, check=3)
    everything = document(run("migrate", "--all-schools", *options, home=tmp_path, check=1))
    assert [entry["error"] and entry["error"]["error"] for entry in everything] == [None, "MigrationError"]
    run("migrate", "--all-schools", "--dsn", dsn, home=tmp_path, check=1)

    assert document(run("rename", first, third, *options, home=tmp_path))["roles"] == "renamed"
    assert registry.names(deploy) == [second, third]
    refused = document(run("rename", third, second, *options, home=tmp_path, check=1))
    assert refused["error"] == "Conflict"
    assert document(run("rename", third, "select", *options, home=tmp_path, check=64))["error"] == "UsageError"

    assert document(run("reset", third, "--yes", *options, home=tmp_path, check=1))["error"] == "NotAllowed"
    run("reset", third, *options, home=tmp_path, check=64)
    run("mark", third, "huge", *options, home=tmp_path, check=64)
    run("mark", third, "development", *options, home=tmp_path)
    assert document(run("reset", third, "--yes", *options, home=tmp_path))["applied"]

    for arguments in ((), ("--confirm", second)):
        run("drop", third, *arguments, *options, home=tmp_path, check=64)
    assert registry.names(deploy) == [second, third]
    assert document(run("drop", third, "--confirm", third, *options, home=tmp_path))["roles_left"] == {}
    run("drop", third, "--confirm", third, *options, home=tmp_path, check=1)
    assert registry.names(deploy) == [second]
