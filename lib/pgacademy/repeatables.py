"""Repeatable files: functions, views, triggers, policies and grants, which always show the present truth.

Only files whose checksum changed are applied, the checksum's row in the same transaction:

1. functions and views, in one transaction, in the order of their `-- requires:` lines;
2. for each table whose triggers or policies changed, one short transaction, because policy DDL locks readers out, and
   two tables in one transaction can deadlock with them; then the table grants, one transaction for each role;
3. what has vanished from the tree, never with CASCADE.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import psycopg

from pgacademy import __version__, locking
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError
from pgacademy.roles import PLATFORM_ROLES
from pgacademy.sources import SourceFile, checksum, queries

Key = tuple[str, str]  # kind and name

GROUPS = tuple(f"pgacademy_{role}" for role in PLATFORM_ROLES)

# What the server says when a function cannot be replaced in place: another return type or parameter name (42P13), a
# second signature that makes the name ambiguous (42725), a procedure in the place of a function (42809).
_NOT_REPLACEABLE = (
    psycopg.errors.InvalidFunctionDefinition,
    psycopg.errors.AmbiguousFunction,
    psycopg.errors.WrongObjectType,
)


@dataclass(frozen=True)
class Plan:
    """What differs between the tree and the school."""

    changed: list[SourceFile]
    vanished: list[Key]


@dataclass
class Outcome:
    """What was done: paths of applied files, and what was dropped because its file is gone."""

    applied: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def plan(connection: Connection, files: Sequence[SourceFile], history: Sequence[str]) -> Plan:
    """Compares the tree with the school; `history` is the list of applied migrations."""
    recorded = _recorded(connection)
    existing = {(kind, name) for kind, name in connection.execute(queries("repeatables")["existing"])}
    changed = [
        file
        for file in files
        if recorded.get(_key(file)) != _checksum(file, history)
        # dropped by a migration that changed what it stands on
        or (file.kind in ("function", "view") and _key(file) not in existing)
    ]
    present = {_key(file) for file in files}
    return Plan(changed, sorted(key for key in recorded if key not in present))


def apply(
    connection: Connection,
    files: Sequence[SourceFile],
    history: Sequence[str],
    progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """Brings the school's repeatable objects up to the tree. The connection acts as the owner, in no transaction."""
    todo = plan(connection, files, history)
    outcome = Outcome()
    total = len(todo.changed)

    def done(file: SourceFile) -> None:
        outcome.applied.append(file.path)
        if progress:
            progress(file.path, len(outcome.applied), max(total, len(outcome.applied)))

    def write(file: SourceFile) -> None:
        _record(connection, file, history)

    objects = [file for file in todo.changed if file.kind in ("function", "view")]
    if objects:
        phase = _Objects(connection, files, write)
        for file in locking.retried(connection, lambda: phase.run(objects)):
            done(file)

    recorded = _recorded(connection)  # the first phase may have had to redo tables
    for table in _tables(todo.changed):
        parts = [part for part in table if recorded.get(_key(part)) != _checksum(part, history)]
        if parts:
            locking.retried(connection, lambda parts=parts: _apply_table(connection, parts, write))  # type: ignore[misc]
        for part in table:
            if part.path not in outcome.applied:
                done(part)

    for file in (file for file in todo.changed if file.kind == "grants"):
        locking.retried(connection, lambda file=file: _apply_grants(connection, file, write))  # type: ignore[misc]
        done(file)

    if todo.vanished:
        outcome.dropped = _drop_vanished(connection, todo.vanished)
    return outcome


def drop_all(connection: Connection) -> None:
    """Drops every recorded repeatable object, for a rollback; within the caller's transaction."""
    recorded = list(_recorded(connection))
    for kind, name in recorded:
        if kind in ("policies", "triggers"):
            _run_statements(connection, f"drop_{kind}", {"table": name})
    _drop_objects(connection, [key for key in recorded if key[0] in ("function", "view")])
    for kind, name in recorded:
        connection.execute(queries("bookkeeping")["forget_object"], {"kind": kind, "name": name})


@contextmanager
def named(name: str, text: str) -> Iterator[None]:
    """Errors of the server inside become a MigrationError that says which file and line.

    Errors that mean "try again" pass: the caller's transaction is repeated.
    """
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        raise
    except psycopg.Error as exc:
        raise _failure(name, text, exc) from exc


def _failure(name: str, text: str, exc: psycopg.Error) -> MigrationError:
    position = exc.diag.statement_position
    line = f", line {text[: int(position)].count(chr(10)) + 1}" if position else ""
    notes = [note for note in (exc.diag.message_detail, exc.diag.context) if note]
    return MigrationError(
        f"{name}{line}: {exc.diag.message_primary or exc}",
        detail="\n".join(notes) or None,
        hint=exc.diag.message_hint,
        sqlstate=exc.sqlstate,
        constraint=exc.diag.constraint_name,
    )


# -- bookkeeping ------------------------------------------------------------------------------------------------------


def _key(file: SourceFile) -> Key:
    return file.kind, file.name


def _checksum(file: SourceFile, history: Sequence[str]) -> str:
    """Grants depend on which tables there are, so the migrations before them are part of their checksum."""
    return checksum(json.dumps([file.sha256, *sorted(history)])) if file.kind == "grants" else file.sha256


def _recorded(connection: Connection) -> dict[Key, str]:
    row = connection.execute(queries("bookkeeping")["exists"]).fetchone()
    if row is None or not row[0]:
        return {}
    return {(kind, name): sha256 for kind, name, sha256 in connection.execute(queries("bookkeeping")["objects"])}


def record_values(file: SourceFile, history: Sequence[str]) -> dict[str, str]:
    """What the bookkeeping keeps of an applied file; values of the query record_object."""
    return {
        "kind": file.kind,
        "name": file.name,
        "path": file.path,
        "sha256": _checksum(file, history),
        "text": file.text,
        "library_version": __version__,
    }


def _record(connection: Connection, file: SourceFile, history: Sequence[str]) -> None:
    connection.execute(queries("bookkeeping")["record_object"], record_values(file, history))


def _run_statements(connection: Connection, query: str, values: dict[str, str]) -> None:
    """Runs the statements that a query returns."""
    for (statement,) in connection.execute(queries("repeatables")[query], values).fetchall():
        connection.execute(statement.encode())


# -- 1. functions and views -------------------------------------------------------------------------------------------


def creation_order(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Functions and views so that each comes after what its `-- requires:` names; functions first where it is free."""
    by_name = {file.name: file for file in files}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for file in files:
        if unknown := [name for name in file.requires if name not in by_name]:
            raise MigrationError(
                f"{file.path} requires {', '.join(unknown)}, which is no function or view of the tree.",
                hint="A `-- requires:` line names functions and views, without their schema.",
            )
        sorter.add(file.name, *file.requires)
    try:
        sorter.prepare()
    except CycleError as exc:
        raise MigrationError(f"Files require one another in a circle: {' → '.join(exc.args[1])}.") from exc
    order: list[SourceFile] = []
    ready: list[tuple[str, str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (by_name[name].kind, name))  # "function" sorts before "view"
        _, name = heapq.heappop(ready)
        order.append(by_name[name])
        sorter.done(name)
    return order


class _Objects:
    """The first phase. What must be dropped to change an object is dropped with what stands on it, and made again."""

    def __init__(
        self, connection: Connection, files: Sequence[SourceFile], write: Callable[[SourceFile], None]
    ) -> None:
        self.connection = connection
        self.write = write
        self.files = {_key(file): file for file in files}
        objects = [file for file in files if file.kind in ("function", "view")]
        self.rank = {_key(file): number for number, file in enumerate(creation_order(objects))}

    def run(self, changed: Sequence[SourceFile]) -> list[SourceFile]:
        """Applies the changed files, and all that had to go on their account; returns every file applied."""
        self.known = _recorded(self.connection)
        self.existing = {(kind, name) for kind, name in self.connection.execute(queries("repeatables")["existing"])}
        # Bodies may name what comes later in the same transaction.
        self.connection.execute("set local check_function_bodies = off")
        self.queue = [(self.rank[_key(file)], _key(file)) for file in changed]
        heapq.heapify(self.queue)
        self.tables: set[Key] = set()
        applied: dict[Key, SourceFile] = {}
        while self.queue:
            key = heapq.heappop(self.queue)[1]
            file = self.files[key]
            self._apply(file)
            self.write(file)
            self.existing.add(key)
            applied[key] = file
        for key in sorted(self.tables):
            _apply_table(self.connection, [self.files[key]], self.write)
            applied[key] = self.files[key]
        return list(applied.values())

    def _apply(self, file: SourceFile) -> None:
        if file.kind == "view":
            if _key(file) in self.existing:
                self._drop(file)
            self._create(file)
        elif _key(file) not in self.existing:
            self._create(file)
        else:
            self._replace(file)
        found = len(self._ids(file))
        if found != 1:
            raise MigrationError(
                f"{file.path} should make one {file.kind} called {file.name}, and made {found}.",
                hint="A file holds one object and is named after it; overloads are not used.",
            )

    def _create(self, file: SourceFile) -> None:
        with named(file.path, file.text):
            self.connection.execute(file.text.encode())

    def _replace(self, file: SourceFile) -> None:
        """In place where the server can, so that nothing that stands on the function is touched."""
        _run_statements(self.connection, "reset_function", {"name": file.name, "groups": ", ".join(GROUPS)})
        try:
            with self.connection.transaction():
                self.connection.execute(file.text.encode())
                if len(self._ids(file)) == 1:
                    return
                raise psycopg.Rollback  # the old signature is still there, beside the new one
        except _NOT_REPLACEABLE:
            pass
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            raise
        except psycopg.Error as exc:
            raise _failure(file.path, file.text, exc) from exc
        self._drop(file)
        self._create(file)

    def _ids(self, file: SourceFile) -> list[tuple[int, int]]:
        values = {"kind": file.kind, "name": file.name}
        return [(row[0], row[1]) for row in self.connection.execute(queries("repeatables")["object_ids"], values)]

    def _drop(self, file: SourceFile) -> None:
        """Drops the object and its dependents, and puts these in the queue, or among the tables to be redone."""
        ids = self._ids(file)
        values = {"classes": [classid for classid, _ in ids], "objects": [oid for _, oid in ids]}
        doomed = self.connection.execute(queries("repeatables")["drop_with_dependents"], values).fetchall()
        for kind, name, _ in doomed:
            if (kind, name) not in self.files and (kind, name) not in self.known:
                raise MigrationError(
                    f"{file.path} changes the shape of {file.name}, and {name} stands on it.",
                    hint="A function used by a default, constraint or index is state: change it in a migration. "
                    "An object that is not of this library must be dropped by whoever made it.",
                )
        for kind, name, statement in doomed:
            self.connection.execute(statement.encode())
            key = (kind, name)
            self.existing.discard(key)
            if key == _key(file) or key not in self.files:
                continue
            if kind in ("policies", "triggers"):
                self.tables.add(key)
            elif (self.rank[key], key) not in self.queue:
                heapq.heappush(self.queue, (self.rank[key], key))


# -- 2. triggers, policies, grants ------------------------------------------------------------------------------------


def _tables(files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    """The changed trigger and policy files, those of one table together, triggers first."""
    tables: dict[str, list[SourceFile]] = {}
    for file in files:
        if file.kind in ("triggers", "policies"):
            tables.setdefault(file.name, []).append(file)
    return [sorted(tables[name], key=lambda file: file.kind, reverse=True) for name in sorted(tables)]


def _apply_table(connection: Connection, parts: Sequence[SourceFile], write: Callable[[SourceFile], None]) -> None:
    for file in parts:
        values = {"table": file.name}
        row = connection.execute(queries("repeatables")["table_exists"], values).fetchone()
        if row is None or not row[0]:
            raise MigrationError(
                f"{file.path} is named after {file.name}, which is no table.", hint="Rename or drop it."
            )
        if file.kind == "policies":
            _run_statements(connection, "drop_policies", values)
        with named(file.path, file.text):
            connection.execute(file.text.encode())
        if file.kind == "triggers":
            _run_statements(connection, "drop_old_triggers", values)
        write(file)


def _apply_grants(connection: Connection, file: SourceFile, write: Callable[[SourceFile], None]) -> None:
    if file.name not in PLATFORM_ROLES:
        raise MigrationError(
            f"{file.path} is named after no platform role.", hint=f"Roles: {', '.join(PLATFORM_ROLES)}."
        )
    _run_statements(connection, "reset_table_grants", {"group": f"pgacademy_{file.name}"})
    with named(file.path, file.text):
        connection.execute(file.text.encode())
    write(file)


# -- 3. what has vanished ---------------------------------------------------------------------------------------------


def _drop_vanished(connection: Connection, vanished: Sequence[Key]) -> list[str]:
    def forget(key: Key) -> None:
        connection.execute(queries("bookkeeping")["forget_object"], {"kind": key[0], "name": key[1]})

    def drop_part(key: Key) -> None:
        kind, name = key
        if kind == "grants":
            _run_statements(connection, "reset_table_grants", {"group": f"pgacademy_{name}"})
        else:
            _run_statements(connection, f"drop_{kind}", {"table": name})
        forget(key)

    def drop_objects(keys: list[Key]) -> None:
        _drop_objects(connection, keys)
        for key in keys:
            forget(key)

    parts = [key for key in vanished if key[0] not in ("function", "view")]
    objects = [key for key in vanished if key[0] in ("function", "view")]
    for key in parts:
        locking.retried(connection, lambda key=key: drop_part(key))  # type: ignore[misc]
    if objects:
        locking.retried(connection, lambda: drop_objects(objects))
    return [f"{kind} {name}" for kind, name in vanished]


def _drop_objects(connection: Connection, keys: Sequence[Key]) -> None:
    """Drops functions and views and nothing else: a dependent outside `keys` is an error that names it."""
    ids = [
        (row[0], row[1])
        for kind, name in keys
        for row in connection.execute(queries("repeatables")["object_ids"], {"kind": kind, "name": name})
    ]
    values = {"classes": [classid for classid, _ in ids], "objects": [oid for _, oid in ids]}
    doomed = connection.execute(queries("repeatables")["drop_with_dependents"], values).fetchall()
    wanted = set(keys)
    strangers = [
        f"{kind if kind != 'other' else ''} {name}".strip() for kind, name, _ in doomed if (kind, name) not in wanted
    ]
    if strangers:
        raise MigrationError(
            f"{', '.join(sorted(set(strangers)))} still needs what should be dropped: "
            f"{', '.join(sorted(name for _, name in wanted))}.",
            hint="Change or drop it first; nothing is ever dropped along with its dependents.",
        )
    for _, _, statement in doomed:
        connection.execute(statement.encode())
