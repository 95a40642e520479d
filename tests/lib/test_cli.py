"""The program: exit codes, JSON, and one clear sentence for what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer

from pgacademy.cli import MODULES, load
from pgacademy.connection import connect
from tests.lib.test_locking import until


def run(*arguments: str, home: Path, check: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PGACADEMY_")}
    done = subprocess.run(
        [sys.executable, "-m", "pgacademy", *arguments],
        env=environment | {"PGACADEMY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == check, done.stdout + done.stderr
    return done


def begin(*arguments: str) -> subprocess.Popen[str]:
    """The program, under way."""
    return subprocess.Popen(
        [sys.executable, "-m", "pgacademy", *arguments],
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def document(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


@pytest.mark.late
def test_a_school_from_nothing(dsn: str, tmp_path: Path) -> None:
    options = ("--dsn", dsn, "--school", "hilltop", "--json")
    assert "create role" in run("roles", "--school", "hilltop", home=tmp_path).stdout
    run("roles", "--apply", *options, home=tmp_path)
    assert document(run("migrate", *options, home=tmp_path))["applied"]
    assert document(run("status", *options, home=tmp_path))["is_current"] is True
    run("seed", "reference", *options, home=tmp_path)
    run("seed", "reference", *options, home=tmp_path)
    assert document(run("refresh", *options, home=tmp_path))["generation"]
    for period in ("now", "all_time", "weekly", "monthly"):
        assert document(run("leaderboard", "--period", period, *options, home=tmp_path)) == []
    secret = document(run("keys", "add", "k1", *options, home=tmp_path))["secret"]
    assert len(bytes.fromhex(secret)) == 32
    assert [key["key_id"] for key in document(run("keys", "list", *options, home=tmp_path))] == ["k1"]
    refused = document(run("keys", "retire", "k1", *options, home=tmp_path, check=1))
    assert (refused["error"], refused["sqlstate"]) == ("Conflict", "PA409")
    shown = run("psql", *options[:4], "--", "-XAtc", "select current_user, current_schema", home=tmp_path)
    assert shown.stdout == "hilltop_owner|hilltop\n"


@pytest.mark.late
@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("status", "--dsn", "host=/nowhere"), 1, "ServerUnreachable"),
        (("status", "--dsn", "what is this"), 1, "ServerUnreachable"),
        (("status", "--dsn", "postgresql://nobody@127.0.0.1:1/x"), 1, "ServerUnreachable"),
        (("status",), 1, "EmbeddedServerError"),
        (("status", "--school", "pg_school"), 1, "EmbeddedServerError"),
        (("roles", "--school", "Bad Name"), 64, "UsageError"),
    ],
)
def test_what_goes_wrong_is_said(arguments: tuple[str, ...], code: int, error: str, tmp_path: Path) -> None:
    said = document(run(*arguments, "--json", home=tmp_path, check=code))
    assert said["error"] == error
    assert said["hint"]
    plain = run(*arguments, home=tmp_path, check=code)
    assert plain.stderr.startswith("error: ")
    assert "Traceback" not in plain.stderr


@pytest.mark.late
def test_a_school_that_is_behind_has_its_own_exit_code(dsn: str, tmp_path: Path) -> None:
    options = ("--dsn", dsn, "--json")
    assert document(run("status", *options, home=tmp_path, check=1))["error"] == "SchoolMissing"
    run("roles", "--apply", *options, home=tmp_path)
    run("migrate", *options, home=tmp_path)
    first = document(run("status", *options, home=tmp_path))["applied"][0]
    # Nobody is asked where nobody can answer, so nothing is dropped either.
    assert document(run("rollback", "--to", first, *options, home=tmp_path, check=64))["error"] == "UsageError"
    assert not document(run("status", *options, home=tmp_path))["pending"]
    run("rollback", "--to", first, "--yes", *options, home=tmp_path)
    status = document(run("status", *options, home=tmp_path, check=2))
    assert status["pending"]
    assert status["school_version"] is None
    assert document(run("refresh", *options, home=tmp_path, check=1))["error"] == "VersionMismatch"


@pytest.mark.late
def test_drift_has_its_own_exit_code(dsn: str, tmp_path: Path) -> None:
    options = ("--dsn", dsn, "--json")
    run("roles", "--apply", *options, home=tmp_path)
    run("migrate", *options, "--wait", "5", "--lock-timeout", "1.5", "--lock-budget", "60", home=tmp_path)
    with connect(dsn) as connection:
        connection.execute("set role academy_owner; update academy.schema_steps set sha256 = 'another'")
    status = document(run("status", *options, home=tmp_path, check=3))
    assert status["edited"] == status["applied"]
    assert document(run("migrate", *options, home=tmp_path, check=1))["error"] == "MigrationError"


@pytest.mark.late
@pytest.mark.parametrize("arguments", [("migrate", "--never-heard-of"), ("never-heard-of",), ("rollback",)])
def test_wrong_usage_has_its_own_exit_code(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*arguments, home=tmp_path, check=64).stderr


@pytest.mark.late
def test_refresh_stops_at_the_first_interrupt(dsn: str, tmp_path: Path) -> None:
    for command in (("roles", "--apply"), ("migrate",)):
        run(*command, "--dsn", dsn, home=tmp_path)
    process = begin("refresh", "--every", "60", "--dsn", dsn)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Generation")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == ""


@pytest.mark.late
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_who_listens_to_nothing_has_his_work_done_all_the_same(dsn: str, tmp_path: Path, closed: str) -> None:
    run("roles", "--apply", "--dsn", dsn, home=tmp_path)
    for command, code in (("status", 1), ("migrate", 0), ("status", 0), ("migrate --json", 0), ("history", 0)):
        text = f"{sys.executable} -m pgacademy {command} --dsn '{dsn}' {closed}"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(["/bin/sh", "-c", text], env=environment, check=False)
        assert done.returncode == code, command


@pytest.mark.parametrize(
    "arguments", [("migrate", "--all-schools", "--jobs", "0"), ("migrate", "--all-schools", "--development")]
)
def test_what_makes_no_sense_is_wrong_usage(arguments: tuple[str, ...], dsn: str, tmp_path: Path) -> None:
    run(*arguments, "--dsn", dsn, home=tmp_path, check=64)


@pytest.mark.late
def test_an_interrupt_is_told_what_stays(dsn: str, tmp_path: Path) -> None:
    for command in (("roles", "--apply"), ("migrate",)):
        run(*command, "--dsn", dsn, home=tmp_path)
    with psycopg.connect(dsn) as holder, connect(dsn) as watcher:
        holder.execute("set role academy_owner")
        holder.execute("lock table academy.schema_steps in access exclusive mode")
        process = begin("migrate", "--lock-timeout", "0", "--dsn", dsn)
        until(watcher, "select from pg_locks where locktype = 'relation' and not granted")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, ("", "Interrupted. What was done stays done: run it again.\n"))


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (["--version"], [f"pgacademy.cli.{module}" for module in MODULES] + ["pgacademy.client", "rich.console"]),
        (["--help"], ["pgacademy.client", "pgacademy.lock_levels", "yoyo", "jinja2"]),
        (["erase-user", "--help"], ["pgacademy.client", "pgacademy.cli.school"]),
        (["migrate", "--dsn", "nowhere", "--json"], ["rich.console", "pgacademy.rollbacks", "pgacademy.fleet"]),
    ],
)
def test_what_takes_long_to_read_in_is_read_in_where_it_is_needed(arguments: list[str], without: list[str]) -> None:
    program = (
        "import sys; from contextlib import suppress; from pgacademy.__main__ import main\n"
        "with suppress(SystemExit): main()\n"
        "import gc; assert gc.isenabled()\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout
    assert not set(without) & set(done.stderr.split())


def test_the_help_has_the_commands_in_their_order() -> None:
    """By a program of its own: which module was read in first matters."""
    program = "import typer; from pgacademy.cli import load; print(*typer.main.get_command(load()).commands)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told = [command for commands in MODULES.values() for command in commands]
    groups = ["login", "keys"]  # come last
    assert done.stdout.split() == [name for name in told if name not in groups] + groups


def test_every_command_is_where_the_program_looks_for_it() -> None:
    program = typer.main.get_command(load())
    assert isinstance(program, typer.core.TyperGroup)
    assert set(program.commands) == {command for commands in MODULES.values() for command in commands}
    for module, commands in MODULES.items():
        source = import_module(f"pgacademy.cli.{module}")
        for command in commands:
            callback = getattr(program.commands[command], "callback", None)
            assert callback is None or callback.__module__ == source.__name__
