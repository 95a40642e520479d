"""Migrators as processes of their own, a server that keeps what it was told to keep, and how each is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pgacademy import embedded, roles
from pgacademy.connection import connect

MIGRATOR = Path(__file__).with_name("migrator.py")


def start_migrator(dsn: str, tree: Path, school: str = "academy") -> subprocess.Popen[str]:
    """A process that migrates; it has said `ready`, and begins when it reads a line."""
    process = subprocess.Popen(
        [sys.executable, str(MIGRATOR), dsn, str(tree), school],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def begin(process: subprocess.Popen[str]) -> None:
    """Lets a migrator that is ready go on."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def kill(process: subprocess.Popen[str]) -> bool:
    """SIGKILL; False if the process had come to its end, a good one, before."""
    process.kill()
    _, said = process.communicate(timeout=30)
    if process.returncode == -signal.SIGKILL:
        return True
    assert process.returncode == 0, said
    return False


@dataclass
class DurableServer:
    """A server as in production: fsync, synchronous commits, full page writes, on a disk."""

    server: embedded.EmbeddedServer

    def dsn(self, dbname: str, user: str = "pgacademy_deploy") -> str:
        return self.server.dsn(dbname, user)

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A fresh database, the roles of `academy` made; its DSN for the deploy login."""
        with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("create database {} owner pgacademy_deploy").format(sql.Identifier(name)))
        with connect(self.dsn(name)) as connection:
            roles.apply_roles(connection, "academy")
        yield self.dsn(name)
        with psycopg.connect(self.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def kill_and_restart(self) -> None:
        """SIGKILL for every process of the server at once, so that it has no time to tidy up, and then a new start."""
        postmaster = int((self.server.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(postmaster, signal.SIGSTOP)  # it must not see its children die
        victims = [*_children(postmaster), postmaster]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while any(_lives(pid) for pid in victims):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert self.server.start()


@contextmanager
def durable_server() -> Iterator[DurableServer]:
    """A DurableServer for as long as the block runs."""
    parent = next(place for place in ("/var/tmp", tempfile.gettempdir()) if Path(place).is_dir())
    home = Path(tempfile.mkdtemp(prefix="pgacademy-crash-", dir=parent))
    home.chmod(0o755)
    server = embedded.EmbeddedServer(home)
    try:
        server.start()
        with psycopg.connect(server.dsn("postgres", "postgres")) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"show {setting}").fetchone() == ("on",)
        yield DurableServer(server)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (state := _stat(int(entry.name))) and state[1] == parent:
            found.append(int(entry.name))
    return found


def _lives(pid: int) -> bool:
    state = _stat(pid)
    return state is not None and state[0] != "Z"


def _stat(pid: int) -> tuple[str, int] | None:
    """State and parent of a process; None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])
