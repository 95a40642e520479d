"""The way of a change, as docs/migrations.md has it: development, staging, production, and a look at what came of it.

What an empty development school cannot tell, production's own rows in the staging one do.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pgacademy import embedded, lifecycle, migrations, plans, registry, rollbacks, seeding, sources, verification
from pgacademy.connection import Connection, connect
from pgacademy.errors import MigrationError
from pgacademy.sources import Tree

SCHOOL = "academy"
#: The courses of the demo school have longer titles than ten letters.
CHECK = "alter table courses add constraint courses_title_brevity_check check (length(title) <= {});\n"


@pytest.fixture
def staging(server: embedded.Server) -> Iterator[str]:
    yield from database(server, "staging")


@pytest.fixture
def development(server: embedded.Server) -> Iterator[str]:
    yield from database(server, "development")


@pytest.fixture
def scratch(server: embedded.Server) -> Iterator[str]:
    yield from database(server, "scratch")


def database(server: embedded.Server, name: str) -> Iterator[str]:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner pgacademy_deploy").format(sql.Identifier(name)))
        yield server.dsn(name)
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def copy_data(server: embedded.Server, source: str, target: str, file: Path) -> None:
    """Production's data into an empty database, as the deploy login: what "A major upgrade" does."""
    with connect(target) as connection:
        connection.execute("create schema extensions; create extension pg_trgm schema extensions")
        connection.execute("grant usage on schema extensions to public")
        connection.execute(f"grant create on database {connection.info.dbname} to {SCHOOL}_owner")
    role = f"--role={SCHOOL}_owner"
    for program, *arguments in (
        ("pg_dump", "-Fc", role, "-n", SCHOOL, "-d", source, "-f", str(file)),
        ("pg_restore", "--exit-on-error", role, "-d", target, str(file)),
    ):
        done = subprocess.run([str(server.binaries / program), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def rows(dsn: str, query: str) -> list[Any]:
    with connect(dsn) as connection:
        connection.execute(f"set role {SCHOOL}_owner; set search_path to {SCHOOL}, extensions, pg_temp")
        return connection.execute(query).fetchall()


def is_sound(dsn: str, tree: Tree, scratch: str) -> bool:
    """Structure and data, as the last step of every release looks at them."""
    found = verification.verify(dsn, SCHOOL, scratch_dsn=scratch, tree_=tree)
    return found.is_clean and rows(dsn, "select * from verify_integrity()") == []


@pytest.mark.slow
def test_from_development_over_staging_to_production(
    server: embedded.Server, dsn: str, deploy: Connection, development: str, staging: str, scratch: str, tmp_path: Path
) -> None:
    production, release = dsn, sources.tree()
    migrations.migrate(production, SCHOOL)
    for data in ("reference", "demo"):
        seeding.seed(production, SCHOOL, data)
    people = rows(production, "select id, username, email from users order by id")

    # Development: a migration is written, tried on a school that may be emptied, taken back and brought in again.
    last = migrations.status(production, SCHOOL).applied[-1]
    step = f"{int(last[:4]) + 1:04}.limit-titles"
    shutil.copytree(release.root, tmp_path / "tree", ignore=shutil.ignore_patterns(".*", "tests", "docs", "lib"))
    tree = Tree(tmp_path / "tree")
    file = tree.migrations / f"{step}.sql"
    file.write_text(f"-- depends: {last}\n{CHECK.format(10)}")
    (tree.migrations / f"{step}.rollback.sql").write_text(
        "alter table courses drop constraint courses_title_brevity_check;\n"
    )
    migrations.migrate(development, SCHOOL, development=True)
    assert migrations.migrate(development, SCHOOL, tree_=tree).applied == [step]
    assert rollbacks.rollback(development, SCHOOL, last, tree_=tree) == [step]
    assert lifecycle.reset(development, SCHOOL, tree_=tree).applied[-1] == step
    assert is_sound(development, tree, scratch)

    # Staging: as much data as production has, and what is wrong with the step shows there, and nowhere else.
    copy_data(server, production, staging, tmp_path / "academy.dump")
    assert not registry.require(deploy, SCHOOL).development
    with pytest.raises(MigrationError, match="courses_title_brevity_check"):
        migrations.migrate(staging, SCHOOL, tree_=tree)
    assert migrations.status(staging, SCHOOL, tree_=tree).pending == (step,)
    file.write_text(f"-- depends: {last}\n{CHECK.format(10_000)}")
    assert migrations.migrate(staging, SCHOOL, tree_=tree).applied == [step]
    assert is_sound(staging, tree, scratch)
    assert rows(staging, "select id, username, email from users order by id") == people

    # Production, and the same look at it.
    assert [pending.id for pending in plans.plan(production, SCHOOL, tree_=tree).steps] == [step]
    assert migrations.migrate(production, SCHOOL, tree_=tree).applied == [step]
    assert is_sound(production, tree, scratch)
    assert rows(production, "select id, username, email from users order by id") == people
    (took,) = [entry.duration_ms for entry in migrations.history(production, SCHOOL) if entry.migration_id == step]
    assert took is not None
