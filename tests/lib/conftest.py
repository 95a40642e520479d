"""A server for the engine's own tests, and small trees of SQL that a test may change as it likes.

These tests do not use the plugin's fixtures, which stand on what is tested here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgacademy import embedded, migrations, roles, sources
from pgacademy.connection import Connection, connect

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    with embedded.throwaway() as running:
        yield running


@pytest.fixture(scope="session")
def server_admin(server: embedded.Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        yield admin


@pytest.fixture
def dsn(server: embedded.Server, server_admin: psycopg.Connection) -> Iterator[str]:
    """An empty database of its own; the login owns it, may create roles, and is no superuser."""
    name = f"engine_{next(_numbers)}"
    # file_copy copies files instead of logging every page
    server_admin.execute(f"create database {name} owner pgacademy_deploy strategy file_copy")
    yield server.dsn(name)
    server_admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def deploy(dsn: str) -> Iterator[Connection]:
    """A connection of the deploy role, with the roles of the school `academy` made."""
    with connect(dsn) as connection:
        roles.apply_roles(connection, "academy")
        yield connection


@dataclass
class Yard:
    """A small tree, and the school `academy` that it is applied to."""

    root: Path
    dsn: str

    @property
    def tree(self) -> sources.Tree:
        return sources.Tree(self.root)

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def migrate(self, school: str = "academy") -> migrations.MigrationReport:
        return migrations.migrate(self.dsn, school, tree_=self.tree)

    def status(self, school: str = "academy") -> migrations.Status:
        return migrations.status(self.dsn, school, tree_=self.tree)

    def run(self, statement: str) -> None:
        """Runs a statement as the school's owner."""
        with connect(self.dsn) as connection:
            connection.execute("set role academy_owner")
            connection.execute(statement)

    def ask(self, query: str, *values: Any, role: str = "academy_owner", school: str = "academy") -> list[Any]:
        """The first column of a query run as `role` in the school."""
        with connect(self.dsn) as connection:
            connection.execute(f"set role {role}")
            connection.execute(f"set search_path to {school}, extensions, pg_temp")
            return [row[0] for row in connection.execute(query, values)]


@pytest.fixture
def yard(tmp_path: Path, dsn: str, deploy: Connection) -> Yard:
    """A tree with one table, one function, one view on it, a trigger, a policy and a grant."""
    made = Yard(tmp_path / "tree", dsn)
    made.write("migrations/0001.create-notes.sql", "-- depends:\ncreate table notes (id int primary key, body text);\n")
    made.write("migrations/0001.create-notes.rollback.sql", "drop table notes;\n")
    made.write(
        "migrations/0002.protect-notes.sql",
        "-- depends: 0001.create-notes\nalter table notes enable row level security;\n",
    )
    made.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_text text", result="text", body="upper(p_text)")
    )
    made.write("views/notes/loud_notes.sql", "create view loud_notes as select id, shout(body) as body from notes;\n")
    made.write(
        "views/notes/few_notes.sql",
        "-- requires: loud_notes\ncreate view few_notes as select * from loud_notes where id < 10;\n"
        "grant select on few_notes to pgacademy_student;\n",
    )
    made.write(
        "functions/notes/no_empty_note.sql",
        "create or replace function no_empty_note() returns trigger language plpgsql set search_path from current as\n"
        "$$ begin if new.body = '' then return null; end if; return new; end $$;\n",
    )
    made.write(
        "sql/triggers/notes.sql",
        "create or replace trigger no_empty before insert on notes for each row execute function no_empty_note();\n",
    )
    made.write(
        "sql/policies/notes.sql",
        "drop policy if exists read on notes;\n"
        "create policy read on notes for select to pgacademy_student using (true);\n",
    )
    made.write("sql/grants/student.sql", "grant select on notes to pgacademy_student;\n")
    return made


FUNCTION = (
    "create or replace function shout({arguments}) returns {result} language sql immutable\n"
    "set search_path from current\n"
    "as $$ select {body} $$;\n"
    "grant execute on function shout to pgacademy_student;\n"
)
