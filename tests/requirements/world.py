"""A small school that is filled through its procedures, and read in the words of one of the five documents."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, namedtuple_row
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, SchoolDatabase
from tests.support.factories import Connection, make_user

FOLDER = Path(__file__).parent
TABLES: dict[str, Any] = tomllib.loads((FOLDER / "tables.toml").read_text())


class World:
    """One school; `document` is also the schema in which its tables have the document's names and columns."""

    def __init__(self, school: SchoolDatabase, document: str) -> None:
        self.school = school
        self.document = document
        self.roles: dict[UUID, Role] = {}
        with psycopg.connect(school.dsn, autocommit=True) as deploy:
            deploy.execute(sql.SQL("create schema {} authorization academy_owner").format(sql.Identifier(document)))
        self.owner: Connection = school.connect(autocommit=True)
        self.owner.execute((FOLDER / document / "schema.sql").read_bytes())
        self.reader: Connection = school.connect(autocommit=True)
        # Nothing but the document's own names: what it asks for is found there, or nowhere.
        self.reader.execute(sql.SQL("set search_path = {}, pg_temp").format(sql.Identifier(document)))
        self.admin = self.known(make_user(self.owner, "admin"), "admin")

    def known(self, user: UUID, role: Role) -> UUID:
        self.roles[user] = role
        return user

    def call(self, who: UUID | None, procedure: str, /, **arguments: Any) -> Any:
        """A request: one procedure, as that person, or as the back end. The value, or the row, or None.

        Dictionaries and lists become jsonb, tuples arrays.
        """
        values = {
            name: Jsonb(value) if isinstance(value, dict | list) else list(value) if isinstance(value, tuple) else value
            for name, value in arguments.items()
        }
        statement = sql.SQL("select * from {}({})").format(
            sql.Identifier(procedure),
            sql.SQL(", ").join(sql.SQL("p_{} => {}").format(sql.SQL(name), sql.Placeholder(name)) for name in values),
        )
        with (
            self.school.app(who, self.roles[who] if who else "service") as conn,
            conn.cursor(row_factory=namedtuple_row) as cursor,
        ):
            row = cursor.execute(statement, values).fetchone()
        return row[0] if row is not None and len(row) == 1 else row

    def person(self, username: str, role: Role = "student", **arguments: Any) -> UUID:
        """Somebody who registered; a teacher is approved at once."""
        user: UUID = self.call(None, "register_user", username=username, role=role, **arguments)
        if role == "instructor":
            self.call(self.admin, "approve_instructor", user_id=user)
        return self.known(user, role)

    def ask(self, query: str, /, **arguments: Any) -> list[tuple[Any, ...]]:
        """The rows of a query of the document, in its words; arguments as %(name)s."""
        return self.reader.execute(query, arguments).fetchall()

    def ask_as(self, who: UUID, query: str, /, **arguments: Any) -> list[tuple[Any, ...]]:
        """The rows that somebody gets who asks the school itself, where its names are the document's."""
        with self.school.app(who, self.roles[who]) as conn:
            return conn.execute(query, arguments).fetchall()

    def row(self, table: str, id: UUID | str, key: str = "id") -> dict[str, Any]:
        """One row of a table of the document."""
        with self.reader.cursor(row_factory=dict_row) as cursor:
            statement = sql.SQL("select * from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(key))
            (found,) = cursor.execute(statement, (id,)).fetchall()
        return found

    def columns(self) -> dict[str, list[str]]:
        """The tables that the school holds for the document, with their columns in order."""
        return dict(
            self.owner.execute(
                """select c.relname, array_agg(a.attname::text order by a.attnum)
                    from pg_class as c
                    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
                    where c.relnamespace = %s::regnamespace and c.relkind = 'v'
                    group by c.relname""",
                (self.document,),
            ).fetchall()
        )


def due_columns(document: str) -> dict[str, list[str]]:
    """What the document demands."""
    return {table: columns.split() for table, columns in TABLES[document].items()}
