"""The embedded server: kept, found again, stopped, and cleaned up after a death."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgacademy import embedded
from pgacademy.errors import EmbeddedServerError

HOLD = "import sys, time; from pgacademy import embedded\n"
HOLD += "with embedded.throwaway() as s: print(s.socket_folder, flush=True); time.sleep(60)"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    server = embedded.EmbeddedServer(tmp_path / "home")
    server.stop()
    shutil.rmtree(server.home)  # as root it is not where we said, if others cannot enter there


@pytest.mark.late
def test_up_down_and_up_again(home: Path) -> None:
    server = embedded.EmbeddedServer(home)
    assert server.start() is True
    assert server.start() is False
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("create schema kept")
        assert connection.execute("select current_user, current_setting('is_superuser')").fetchone() == (
            "pgacademy_deploy",
            "off",
        )
    port = server.port
    assert server.stop() is True
    assert server.stop() is False
    assert not server.running
    assert server.start() is True
    assert server.port == port
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("select to_regnamespace('kept')").fetchone() == ("kept",)


@pytest.mark.late
def test_the_loopback_port_wants_the_password(home: Path) -> None:
    server = embedded.EmbeddedServer(home)
    server.start()
    assert server.password_file.stat().st_mode & 0o777 == 0o600
    password = server.password_file.read_text().strip()
    with psycopg.connect(server.tcp_dsn(), password=password) as connection:
        connection.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.tcp_dsn(), password="wrong", passfile="/dev/null")


@pytest.mark.late
def test_two_at_once_start_one(home: Path) -> None:
    started: list[bool] = []
    threads = [threading.Thread(target=lambda: started.append(embedded.EmbeddedServer(home).start())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(started) == [False, False, True]


@pytest.mark.late
def test_a_killed_server_comes_back(home: Path) -> None:
    server = embedded.EmbeddedServer(home)
    server.start()
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while server.running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.start() is True


@pytest.mark.late
def test_a_pid_file_whose_number_belongs_to_something_else(home: Path) -> None:
    server = embedded.EmbeddedServer(home)
    server.start()
    text = (server.data / "postmaster.pid").read_text()
    server.stop()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n")
    assert server.start() is True


def test_not_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError) as caught:
        embedded.EmbeddedServer(tmp_path / "none").dsn()
    assert "pgacademy up" in str(caught.value.hint)


@pytest.mark.late
@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is announced on Linux only")
def test_a_throwaway_server_dies_with_its_parent() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    data = folder.parent / "data"
    pid = int((data / "postmaster.pid").read_text().split()[0])
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while embedded._is_postgres(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with embedded.throwaway():
        assert not folder.parent.exists()  # swept by the next one
