"""A major upgrade: a school full of data, dumped from PostgreSQL 15 and restored into the newer server, is the same.

Nobody is a superuser: the deploy login dumps and restores, acting as the school's owner.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgacademy import demo, embedded, migrations, roles, seeding, snapshot, verification
from pgacademy.acting import act, borrowing
from pgacademy.connection import Connection, connect
from pgacademy.snapshot import Key

SCHOOL = "riverside"
DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def old_server() -> Iterator[embedded.Server]:
    """PostgreSQL 15: where PGACADEMY_PG15_BIN says, else Debian's. Asked for and missing is a failure."""
    asked = os.environ.get("PGACADEMY_PG15_BIN")
    folder = Path(asked) if asked else DEBIAN
    if not asked and not (folder / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGACADEMY_PG_BIN", str(folder))
            running = stack.enter_context(embedded.throwaway())
        yield running


@pytest.fixture(scope="module")
def new_server() -> Iterator[embedded.Server]:
    with embedded.throwaway() as running:
        with psycopg.connect(running.dsn()) as connection:
            if connection.info.server_version < 160000:
                pytest.skip("the server to upgrade to is PostgreSQL 15 itself")
        yield running


GENERATED = {
    # Names of every kind of character; two thousand people with a time zone each, preferences, and some deleted.
    "people": """
        insert into users (id, username, email, full_name, bio, preferences, deleted_at, created_at)
        select
            md5('person ' || n)::uuid,
            'person_' || n,
            'person' || n || '@example.org',
            (array['Ada', 'Łukasz', '数学', 'O''Brien', E'tab\\tand\\nline', '🎓 \\ %s', null])[1 + n % 7],
            repeat('é', n % 50),
            jsonb_build_object('n', n, 'text', E'quote " and \\\\ backslash'),
            case when n % 97 = 0 then timestamptz '2026-02-28 23:59:59.123456+14' end,
            timestamptz '2026-01-01 00:00+00' + n * interval '1 hour 0.000001 second'
        from generate_series(1, 2000) as n
    """,
    # The ledger, with what it moves: totals, levels, ranks.
    "points": """
        select count(*) from users as u
        cross join lateral award_xp(
            u.id, 1 + abs(hashtext(u.username)) % 5000, 'import', md5(u.username)::uuid, p_occurred_at => '2026-03-01'
        )
        where u.username like 'person%%' and u.deleted_at is null
    """,
}


def fill(dsn: str) -> None:
    seeding.seed(dsn, SCHOOL, "reference")
    seeding.seed(dsn, SCHOOL, "demo")
    demo.play(dsn, SCHOOL)
    with connect(dsn) as connection:
        path = f"set search_path to {SCHOOL}, extensions, pg_temp"
        with borrowing(connection, SCHOOL, "service"):
            act(connection, SCHOOL, "owner")
            connection.execute(path)
            connection.execute(GENERATED["people"])
            connection.execute("create temp table people on commit drop as select id, username, deleted_at from users")
            connection.execute(f"grant select on people to {SCHOOL}_service")
            act(connection, SCHOOL, "service")
            connection.execute(path)
            connection.execute(GENERATED["points"].replace("from users", "from people"))


def tables(connection: Connection) -> dict[str, Any]:
    """Of each table: how many rows, and a checksum of all of them in an order that does not depend on the collation."""
    names = connection.execute(
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace "
        "and relkind in ('r', 'p') and not relispartition order by 1"
    ).fetchall()
    query = (
        """select count(*), md5(coalesce(string_agg(t::text, E'\\n' order by t::text collate "C"), '')) from {} as t"""
    )
    return {name: connection.execute(query.format(name)).fetchone() for (name,) in names}


def sequences(connection: Connection) -> dict[str, Any]:
    names = connection.execute(
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'S'"
    ).fetchall()
    query = "select last_value, is_called from {}"
    return {name: connection.execute(query.format(name)).fetchone() for (name,) in names}


def facts(dsn: str) -> tuple[dict[str, Any], dict[str, Any], dict[Key, str]]:
    with connect(dsn) as connection:
        connection.execute(f"set role {SCHOOL}_owner")
        connection.execute(f"set search_path to {SCHOOL}, extensions, pg_temp")
        connection.execute("set timezone to 'UTC'")
        return tables(connection), sequences(connection), dict(snapshot.take(connection, SCHOOL).rows)


def of_kind(rows: dict[Key, str], kind: str) -> dict[Key, str]:
    """Rows of a kind; not what views select, which each major version writes in its own way: `verify` knows both."""
    return {key: text for key, text in rows.items() if key.kind == kind and key.attribute != "query"}


def run(server: embedded.Server, name: str, *arguments: str) -> None:
    done = subprocess.run([str(server.binaries / name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def stamps_columns(dsn: str) -> bool:
    with connect(dsn) as connection:
        query = "select exists (select from pg_attribute as a where a.attoptions::text like '%pg_attver=%')"
        return connection.execute(query).fetchone() == (True,)


@pytest.mark.slow
def test_a_full_school_from_15_to_newer(
    old_server: embedded.Server, new_server: embedded.Server, tmp_path: Path
) -> None:
    old, new, file = old_server.dsn(), new_server.dsn(), str(tmp_path / "riverside.dump")
    with connect(old) as connection:
        assert connection.info.server_version // 10000 == 15
        roles.apply_roles(connection, SCHOOL)
    migrations.migrate(old, SCHOOL)
    fill(old)
    before = facts(old)
    assert before[0]["users"][0] > 2000
    assert before[0]["xp_events"][0] > 1900

    # The newer one's, but where the server stamps columns with an option that only its own pg_dump leaves out (15.20).
    dumper = old_server if stamps_columns(old) else new_server
    run(dumper, "pg_dump", "-Fc", f"--role={SCHOOL}_owner", "-n", SCHOOL, "-d", old, "-f", file)
    with connect(new) as connection:
        roles.apply_roles(connection, SCHOOL)
        connection.execute("create schema extensions")
        connection.execute("create extension pg_trgm schema extensions")
        connection.execute("grant usage on schema extensions to public")
        connection.execute(f"grant create on database {connection.info.dbname} to {SCHOOL}_owner")
    run(new_server, "pg_restore", "--exit-on-error", f"--role={SCHOOL}_owner", "-d", new, file)

    report = migrations.migrate(new, SCHOOL)
    assert (report.changed, report.mended) == (False, True)  # default privileges are no part of a schema
    after = facts(new)
    assert after[0] == before[0]
    assert after[1] == before[1]
    for kind in sorted({key.kind for key in before[2]}):
        assert of_kind(after[2], kind) == of_kind(before[2], kind), kind
    found = verification.verify(new, SCHOOL)
    assert found.differences == ()
    assert found.is_clean

    demo.play(new, SCHOOL)  # and it works: the same day again changes nothing
    assert facts(new)[0]["xp_events"] == before[0]["xp_events"]
