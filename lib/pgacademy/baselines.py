"""Baseline: a database that has its tables already is taken over, without running what would make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgacademy import bookkeeping, roles, schools
from pgacademy.bookkeeping import State
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, UsageError
from pgacademy.locking import Patience, Progress
from pgacademy.rollbacks import dropped_tables
from pgacademy.sessions import school_lock, session
from pgacademy.settings import school_name
from pgacademy.sources import Tree, queries, tree
from pgacademy.statements import Statement, name_at
from pgacademy.steps import Step, check, read_steps


@dataclass(frozen=True)
class BaselineReport:
    """The migrations that now count as applied, and the tables that were found for them."""

    school: str
    applied: tuple[str, ...]
    tables: tuple[str, ...]


def baseline(
    conninfo: str,
    school: str,
    to: str,
    progress: Progress | None = None,
    *,
    tree_: Tree | None = None,
    patience: Patience | None = None,
) -> BaselineReport:
    """Records the migrations up to `to` as applied without running them; `migrate` then goes on with the rest.

    The schema must be there, belong to the school's owner, hold every table that those migrations make, and none may be
    recorded yet. `migrate` afterwards replaces functions and views of the names in the tree; the triggers and policies
    of a table that has a file for them become what the file says; everything else stays as it is.
    Raises MigrationError, UsageError when `to` is no migration, and what migrate() raises.
    """
    steps = _up_to(read_steps((tree_ or tree()).migrations), to)
    for step in steps:
        check(step)
    tables = created_tables([statement for step in steps for statement in step.statements])
    with (
        session(conninfo, school_name(school), patience) as (connection, seen),
        school_lock(connection, school, progress),
    ):
        schools.check(connection, school, seen)
        _check_schema(school, seen)
        with schools.as_owner(connection, school):
            _check_untouched(bookkeeping.read(connection))
            _check_tables(connection, school, tables)
        schools.prepare(connection, school)
        with schools.as_owner(connection, school), connection.transaction():
            for step in steps:
                bookkeeping.mark(connection, step, 0, "baseline")
    return BaselineReport(school, tuple(step.id for step in steps), tuple(tables))


def _up_to(steps: Sequence[Step], to: str) -> list[Step]:
    names = [step.id for step in steps]
    if to not in names:
        raise UsageError(f"There is no migration {to!r}.", hint=f"The last one is {names[-1] if names else 'none'}.")
    return list(steps[: names.index(to) + 1])


def _check_schema(school: str, seen: schools.Look) -> None:
    owner = roles.owner(school)
    if not seen.exists:
        raise MigrationError(
            f"There is no schema {school!r} to take over.",
            hint=f"`pgacademy migrate --school {school}` makes a new one.",
        )
    if seen.owner != owner:
        raise MigrationError(
            f"The schema {school!r} belongs to {seen.owner}, not to {owner}.",
            hint=f"Have an administrator run: alter schema {school} owner to {owner};",
        )
    if seen.extensions is None:
        raise MigrationError(
            "The extension pg_trgm is missing.",
            hint="Have the database's owner run: create schema extensions; create extension pg_trgm schema extensions; "
            "grant usage on schema extensions to public;",
        )


def _check_untouched(state: State) -> None:
    if names := [*state.applied, *state.started]:
        raise MigrationError(
            f"The school has its own record already, up to {names[-1]}.", hint="Go on with `pgacademy migrate`."
        )


def _check_tables(connection: Connection, school: str, tables: Sequence[str]) -> None:
    found: dict[str, str] = dict(
        connection.execute(queries("baselines")["owners"], {"tables": list(tables)}).fetchall()
    )
    if missing := [table for table in tables if table not in found]:
        raise MigrationError(
            f"These tables are not there, which the migrations up to this one make: {', '.join(missing)}.",
            hint="Name the last migration whose tables are all there.",
            detail="\n".join(missing),
        )
    owner = roles.owner(school)
    if foreign := [table for table in tables if found[table] != owner]:
        raise MigrationError(
            f"These tables do not belong to {owner}: {', '.join(foreign)}.",
            hint=f"Have an administrator run: {' '.join(f'alter table {t} owner to {owner};' for t in foreign)}",
        )


def created_tables(statements: Sequence[Statement]) -> list[str]:
    """The tables that are there once these statements have run, in the order in which they are made."""
    tables: list[str] = []
    for statement in statements:
        tokens = [token for token in statement.tokens if not token.is_word("if", "not", "exists", "unlogged", "only")]
        words = [token.value if token.kind == "word" else "" for token in tokens]
        if words[:2] == ["create", "table"] and len(tokens) > 2:
            tables.append(name_at(tokens, 2)[0])
        elif words[:2] == ["drop", "table"]:
            gone = dropped_tables(statement)
            tables = [table for table in tables if table not in gone]
        elif words[:2] == ["alter", "table"] and words[-3:-1] == ["rename", "to"]:
            old = name_at(tokens, 2)[0]
            tables = [tokens[-1].value if table == old else table for table in tables]
    return list(dict.fromkeys(tables))
