"""Killed at every boundary of every migration, the next run just works, and what it makes equals a clean build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from pgacademy import embedded, execution, migrations, roles, rollbacks, sources
from pgacademy.connection import Connection, connect
from pgacademy.steps import read_steps
from tests.engine import catalogues
from tests.engine.faults import Death, When, dying
from tests.engine.several_transactions import assert_each_row_done_once, write_several_transactions
from tests.lib.conftest import Yard

#: The longest a dead client's session may outlive it, in seconds: client_connection_check_interval is half of one.
LONGEST_AFTERLIFE_S = 1.5
#: Among the functions and views, which are one transaction of hundreds of statements, every so many boundaries; and on
#: the way back.
STRIDE = 23


@dataclass
class Walk:
    """Deaths, by the migration that was to be done next; `""` is after the last."""

    deaths: Counter[str] = field(default_factory=Counter)
    longest_afterlife_s: float = 0.0


@pytest.fixture(scope="module")
def clean_build(server: embedded.Server) -> Iterator[list[str]]:
    """The dump of a school that was made in one go."""
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database engine_clean owner pgacademy_deploy")
        with connect(server.dsn("engine_clean")) as connection:
            roles.apply_roles(connection, "academy")
        migrations.migrate(server.dsn("engine_clean"), "academy")
        yield catalogues.dump(server.binaries, server.dsn("engine_clean", "postgres"))
        admin.execute("drop database engine_clean with (force)")


@pytest.fixture
def admin(server: embedded.Server, dsn: str) -> Iterator[psycopg.Connection]:
    """A superuser who looks on; the engine never is one."""
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(server.dsn(str(name), "postgres"), autocommit=True) as connection:
        yield connection


def walk(
    dsn: str, admin: psycopg.Connection, tree: sources.Tree, when: When | None, *, from_first_statement: bool = True
) -> Walk:
    """Run after run, each dies one boundary later than the one before, until one has no boundary left to die at.

    When a run got a file done before it died, the next begins with the file after it, so its deaths begin anew; so they
    do when it made the journal, which the next need not. Unless told otherwise they do so at the file's first
    statement, once a run got as far as that. Without `when` they die in turns before the request and during it.
    """
    done, ids, texts = Walk(), catalogues.step_ids(tree), _texts(tree)
    boundary, since_file = 1, False
    before, was_there = catalogues.recorded(admin), catalogues.has_journal(admin)

    def of_a_file(asked: str) -> bool:
        return len(asked) > 20 and asked.strip() in texts

    while True:
        how: When = when or ("during" if done.deaths.total() % 2 else "before")
        with dying(boundary, how, of_a_file if since_file else lambda _: True) as client:
            try:
                migrations.migrate(dsn, "academy", tree_=tree)
                return done
            except Death:
                pass
        name = str(admin.info.dbname)
        done.longest_afterlife_s = max(done.longest_afterlife_s, catalogues.seconds_until_gone(admin, name))
        after = steps, objects = catalogues.recorded(admin)
        is_there = catalogues.has_journal(admin)
        assert steps == ids[: len(steps)], f"after a death at: {client.last}"
        done.deaths[ids[len(before[0])] if len(before[0]) < len(ids) else ""] += 1
        if from_first_statement and not since_file:
            since_file = any(map(of_a_file, client.asked))
            boundary = 1 if since_file else boundary + 1
        elif (after, is_there) != (before, was_there):
            # among the tables' triggers, policies and grants every transaction is its own: a death in each, not at
            # each of its boundaries, but at another one every time
            boundary = 1 + (done.deaths[""] % 11 if objects else 0)
        else:
            boundary += STRIDE if steps == ids and not objects else 1
        before, was_there = after, is_there


def _texts(tree: sources.Tree) -> str:
    files = [path.read_text(encoding="utf-8") for path in sorted(tree.migrations.glob("*.sql"))]
    return "\n".join([*files, *(file.text for file in tree.repeatables())])


@pytest.mark.slow(minutes=6)
def test_death_at_every_boundary_leaves_nothing_to_do_by_hand(
    server: embedded.Server,
    dsn: str,
    deploy: Connection,
    admin: psycopg.Connection,
    clean_build: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One after another, as a file's statements are run when a lock is not to be had at once."""
    monkeypatch.setattr(execution, "at_once", lambda *_, **__: False)
    tree = sources.tree()
    done = walk(dsn, admin, tree, None)
    print(f"\n{done.deaths.total()} deaths, {dict(done.deaths)}, gone after {done.longest_afterlife_s:.2f} s")
    for step in read_steps(tree.migrations):
        # In the bookkeeping too, and at the commit. What stands in no transaction may be done though its client is
        # dead, and then has no statement left to die at: test_death_within_steps_of_several_transactions.
        assert done.deaths[step.id] >= (len(step.statements) + 2 if step.kind == "transactional" else 1), step.id
    assert done.longest_afterlife_s < LONGEST_AFTERLIFE_S
    catalogues.assert_recorded_once(admin, tree)
    assert catalogues.dump(server.binaries, server.dsn(str(admin.info.dbname), "postgres")) == clean_build
    assert not migrations.migrate(dsn, "academy").changed


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "during"])
def test_death_within_steps_of_several_transactions(
    server: embedded.Server, yard: Yard, admin: psycopg.Connection, when: When
) -> None:
    write_several_transactions(yard, rows=1500, batch=100)
    done = walk(yard.dsn, admin, yard.tree, when, from_first_statement=False)
    print(f"\n{when}: {done.deaths.total()} deaths, {dict(done.deaths)}")
    # The last file is one message: a run that finds little of the backfill left may pass it alive.
    assert all(done.deaths[name] >= 3 for name in catalogues.step_ids(yard.tree)[:-1])
    assert done.longest_afterlife_s < LONGEST_AFTERLIFE_S
    catalogues.assert_recorded_once(admin, yard.tree)
    assert_each_row_done_once(admin, rows=1500)


@pytest.mark.slow
def test_death_on_the_way_back(
    server: embedded.Server, dsn: str, deploy: Connection, admin: psycopg.Connection, clean_build: list[str]
) -> None:
    """The way is several transactions: each rollback goes on from where the one before it died."""
    tree = sources.tree()
    migrations.migrate(dsn, "academy")
    first, *rest = left = catalogues.step_ids(tree)
    deaths, boundary = 0, 1
    while True:
        try:
            with dying(boundary, "during" if deaths % 2 else "before"):
                rollbacks.rollback(dsn, "academy", first)
            break
        except Death:
            deaths += 1
        catalogues.seconds_until_gone(admin, str(admin.info.dbname))
        before, left = left, catalogues.recorded(admin)[0]
        assert left == [first, *rest][: len(left)]
        boundary = 1 if left != before else boundary + STRIDE
    print(f"\n{deaths} deaths")
    assert deaths > 20
    assert catalogues.recorded(admin) == ([first], 0)
    migrations.migrate(dsn, "academy")
    assert catalogues.dump(server.binaries, server.dsn(str(admin.info.dbname), "postgres")) == clean_build
