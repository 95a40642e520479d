"""kill -9, for real: of the migrator, and of every process of a server that writes durably."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from pgacademy import embedded, migrations, sources
from pgacademy.errors import MigrationError
from tests.engine import catalogues
from tests.engine.processes import DurableServer, begin, durable_server, kill, start_migrator
from tests.engine.several_transactions import assert_each_row_done_once, write_several_transactions
from tests.lib.conftest import Yard

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds a server's processes in /proc"),
]

KILLS = 15
ROWS = 20_000
LONGEST_AFTERLIFE_S = 1.5

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def durable() -> Iterator[DurableServer]:
    with durable_server() as running:
        yield running


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random moments, the same in every run of a test; what the machine makes of them is chance enough."""
    return random.Random(request.node.name)


def finish(dsn: str, tree: sources.Tree) -> float:
    """A run that nobody kills; the seconds it took."""
    process = start_migrator(dsn, tree.root)
    began = time.monotonic()
    begin(process)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return time.monotonic() - began


def full_dump(durable: DurableServer, name: str) -> list[str]:
    return catalogues.dump(embedded.find_binaries(), durable.dsn(name, "postgres"))


@pytest.fixture(scope="module")
def clean_build(durable: DurableServer) -> tuple[list[str], float]:
    """The dump of a school made in one go, and the seconds that took."""
    with durable.database("clean") as dsn:
        seconds = finish(dsn, sources.tree())
        return full_dump(durable, "clean"), seconds


class Moments:
    """Random moments of a run, the first of which in a database is whole.

    How long that takes changes with what else the machine does. A whole run that was over before its moment came took
    no longer than that: from then on moments are within it, or most would come too late.
    """

    def __init__(self, chance: random.Random, seconds: float, share: float = 1.0) -> None:
        self.chance, self.seconds, self.share = chance, seconds, share
        self.waited = 0.0

    def wait(self) -> None:
        self.waited = self.chance.uniform(0, self.seconds * self.share)
        time.sleep(self.waited)

    def learn(self, struck: int) -> None:
        """Of a database in which so many runs were struck down before one came to its end."""
        if not struck:
            self.seconds = min(self.seconds, self.waited)


def killed_until_done(
    durable: DurableServer, dsn: str, tree: sources.Tree, strike: Callable[[subprocess.Popen[str]], bool]
) -> int:
    """Runs that are struck down one after the other until one gets to its end; how many were."""
    for struck in itertools.count():
        process = start_migrator(dsn, tree.root)
        begin(process)
        if not strike(process):
            return struck
    raise AssertionError


@pytest.mark.parametrize("victim", ["client", "server"])
def test_killed_at_random(
    durable: DurableServer, clean_build: tuple[list[str], float], chance: random.Random, victim: str
) -> None:
    dump, seconds = clean_build
    tree, killed, longest, moments = sources.tree(), 0, 0.0, Moments(chance, seconds)

    def strike(process: subprocess.Popen[str]) -> bool:
        nonlocal longest
        moments.wait()
        if victim == "client":
            if not kill(process):
                return False
            with psycopg.connect(durable.dsn(name, "postgres"), autocommit=True) as admin:
                longest = max(longest, catalogues.seconds_until_gone(admin, name))
            return True
        durable.kill_and_restart()
        _, said = process.communicate(timeout=30)  # it must notice, and end
        assert process.returncode in (0, 1), said
        return process.returncode == 1

    while killed < KILLS:
        name = f"random_{victim}_{next(_numbers)}"
        with durable.database(name) as dsn:
            struck = killed_until_done(durable, dsn, tree, strike)
            moments.learn(struck)
            killed += struck
            assert full_dump(durable, name) == dump
            with psycopg.connect(durable.dsn(name, "postgres")) as admin:
                catalogues.assert_recorded_once(admin, tree)
    assert longest < LONGEST_AFTERLIFE_S


@pytest.mark.parametrize("victim", ["client", "server"])
def test_killed_when_a_file_is_just_done(
    durable: DurableServer, clean_build: tuple[list[str], float], victim: str
) -> None:
    """Right after a commit is where bookkeeping that is kept apart would be lost."""
    tree, name = sources.tree(), f"done_{victim}"
    wanted = len(catalogues.step_ids(tree)) + 6  # and after some of the repeatable files' transactions
    struck = 0

    def strike(process: subprocess.Popen[str]) -> bool:
        nonlocal struck
        assert process.stdout is not None
        if struck == wanted or not process.stdout.readline():
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said
            return False
        struck += 1
        if victim == "client":
            return kill(process)
        durable.kill_and_restart()
        process.communicate(timeout=30)
        return True

    with durable.database(name) as dsn:
        killed_until_done(durable, dsn, tree, strike)
        assert struck == wanted
        assert full_dump(durable, name) == clean_build[0]
        with psycopg.connect(durable.dsn(name, "postgres")) as admin:
            catalogues.assert_recorded_once(admin, tree)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    yard = Yard(tmp_path_factory.mktemp("several"), "")
    write_several_transactions(yard, rows=ROWS, batch=500)
    return yard


@pytest.fixture(scope="module")
def clean_several(durable: DurableServer, several: Yard) -> tuple[list[str], float]:
    with durable.database("clean_several") as dsn:
        seconds = finish(dsn, several.tree)
        return full_dump(durable, "clean_several"), seconds


def check_several(durable: DurableServer, name: str, several: Yard, dump: list[str]) -> None:
    assert full_dump(durable, name) == dump
    with psycopg.connect(durable.dsn(name, "postgres")) as admin:
        catalogues.assert_recorded_once(admin, several.tree)
        assert_each_row_done_once(admin, ROWS)


@pytest.mark.parametrize("victim", ["client", "server"])
def test_killed_within_steps_of_several_transactions(
    durable: DurableServer, several: Yard, clean_several: tuple[list[str], float], chance: random.Random, victim: str
) -> None:
    dump, seconds = clean_several
    killed, moments = 0, Moments(chance, seconds, share=0.6)

    def strike(process: subprocess.Popen[str]) -> bool:
        moments.wait()
        if victim == "client":
            return kill(process)
        durable.kill_and_restart()
        _, said = process.communicate(timeout=30)
        assert process.returncode in (0, 1), said
        return process.returncode == 1

    while killed < KILLS:
        name = f"several_{victim}_{next(_numbers)}"
        with durable.database(name) as dsn:
            struck = killed_until_done(durable, dsn, several.tree, strike)
            moments.learn(struck)
            killed += struck
            check_several(durable, name, several, dump)


@pytest.mark.parametrize(
    ("step", "victim"),
    [
        ("0002.index-words", "client"),
        ("0003.unique-words", "client"),
        ("0003.unique-words", "server"),
        ("0004.drop-index", "client"),
    ],
)
def test_killed_while_an_index_is_half_there(
    durable: DurableServer, several: Yard, clean_several: tuple[list[str], float], step: str, victim: str
) -> None:
    """Somebody who writes the table keeps CONCURRENTLY waiting, with an index in the catalogue that is not valid."""
    name = f"half_{victim}_{step[:4]}"
    later = [path for path in sorted(several.tree.migrations.glob("*.sql")) if path.name >= step]
    with durable.database(name) as dsn:
        early = Yard(several.root.with_name(name), dsn)
        for path in several.tree.migrations.glob("*.sql"):
            if path not in later:
                early.write(f"migrations/{path.name}", path.read_text())
        finish(dsn, early.tree)
        with psycopg.connect(durable.dsn(name, "postgres"), autocommit=True) as admin:
            writer = psycopg.connect(durable.dsn(name, "postgres"))
            writer.execute("update academy.items set word = word where id = 7")
            process = start_migrator(dsn, several.root)
            begin(process)
            query = "select 1 from pg_index where indrelid = 'academy.items'::regclass and not indisvalid"
            deadline = time.monotonic() + 20
            while not admin.execute(query).fetchone():
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(0.1)
            if victim == "client":
                assert kill(process)
                assert catalogues.seconds_until_gone(admin, name) < LONGEST_AFTERLIFE_S
                assert admin.execute(query).fetchone()
            else:
                durable.kill_and_restart()
                process.communicate(timeout=30)
                assert process.returncode == 1
            writer.close()
        finish(dsn, several.tree)
        check_several(durable, name, several, clean_several[0])


@contextmanager
def lazy_wal_writer(durable: DurableServer) -> Iterator[None]:
    """Inside, it does not write in time what nobody waits for."""

    def say(statement: str) -> None:
        with psycopg.connect(durable.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(statement.encode())
            admin.execute("select pg_reload_conf()")

    say("alter system set wal_writer_delay = '10s'")
    try:
        yield
    finally:
        say("alter system reset wal_writer_delay")


def test_what_a_run_did_before_it_failed_is_on_the_disk(durable: DurableServer, yard: Yard) -> None:
    """It says that what was done stays done; that must be true of a server that dies the moment after."""
    yard.write("migrations/0003.fail.sql", "select 1 / 0;\n")
    with lazy_wal_writer(durable), durable.database("failed") as dsn:
        with pytest.raises(MigrationError, match=r"0003\.fail"):
            migrations.migrate(dsn, "academy", tree_=yard.tree)
        durable.kill_and_restart()
        assert migrations.status(dsn, "academy", tree_=yard.tree).pending == ("0003.fail",)
