"""Repeatable files: functions, views, triggers, policies and grants, which always show the present truth.

Only files whose checksum changed are applied, the checksum's row in the same transaction:

1. functions and views, in one transaction, in the order of their `-- requires:` lines;
2. for each table whose triggers or policies changed, one short transaction, because policy DDL locks readers out, and
   two tables in one transaction can deadlock with them; the table grants, one transaction for each role. What cannot
   have its lock is tried again after all the others;
3. what has vanished from the tree, never with CASCADE.

A transaction that holds a lock others queue for, and waits for a second one, may be in a circle with them. It gives up
before the server looks for circles, so that it is never somebody else's statement that is ended for it.
"""

from __future__ import annotations

import heapq
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import psycopg

from pgacademy import __version__, bookkeeping, execution, locking
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, ServerUnreachable, refused
from pgacademy.locking import RETRIED, Spot, patience
from pgacademy.roles import PLATFORM_ROLES
from pgacademy.sources import SourceFile, checksum, queries
from pgacademy.statements import split

Key = tuple[str, str]  # kind and name

#: The kinds that make one object of the name of the file.
_OBJECTS = ("function", "view")

GROUPS = tuple(f"pgacademy_{role}" for role in PLATFORM_ROLES)

#: The part of deadlock_timeout after which a transaction that holds locks waits for no more of them.
_SAFE = 0.6
#: What DROP TRIGGER and ALTER TABLE lock is more than what CREATE TRIGGER does.
_EXCLUSIVE = re.compile(r"\b(drop\s+trigger|alter\s+table)\b", re.IGNORECASE)

# What the server says when a function cannot be replaced in place: another return type or parameter name (42P13), a
# second signature that makes the name ambiguous (42725), a procedure in the place of a function (42809).
_NOT_REPLACEABLE = (
    psycopg.errors.InvalidFunctionDefinition,
    psycopg.errors.AmbiguousFunction,
    psycopg.errors.WrongObjectType,
)


class Plan(NamedTuple):
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
    existing = {(kind, name) for kind, name in connection.execute(queries("repeatables")["existing"])}
    return compare(files, history, _recorded(connection), existing)


class Current(NamedTuple):
    """What a school has recorded, as rows of the query `objects`, and which of it is there, as rows of `existing`."""

    recorded: set[tuple[str, str, str]]
    existing: set[Key]

    def is_so(self, recorded: Collection[tuple[Any, ...]], existing: Iterable[tuple[Any, ...]]) -> bool:
        """Whether a school with these rows, each there once, has nothing that compare() would name.

        More functions may be there.
        """
        is_recorded = len(recorded) == len(self.recorded) and self.recorded == set(recorded)
        return is_recorded and self.existing.issubset(existing)


def current(files: Sequence[SourceFile], history: Sequence[str]) -> Current:
    """How a school looks in which all files are applied, after the migrations in `history`."""
    return Current(
        {(file.kind, file.name, _checksum(file, history)) for file in files},
        {_key(file) for file in files if file.kind in _OBJECTS},
    )


def compare(
    files: Sequence[SourceFile], history: Sequence[str], recorded: Mapping[Key, str], existing: Collection[Key]
) -> Plan:
    """Compares the tree with what the school records, by checksum, and the functions and views that it has."""
    changed = [
        file
        for file in files
        if recorded.get(_key(file)) != _checksum(file, history)
        # dropped by a migration that changed what it stands on
        or (file.kind in _OBJECTS and _key(file) not in existing)
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

    def write(written: Sequence[SourceFile]) -> None:
        _record(connection, written, history)

    objects = [file for file in todo.changed if file.kind in _OBJECTS]
    if objects:
        phase = _Objects(connection, files, write)
        doomed = phase.find_doomed(objects)
        unit = _Unit([], lambda: phase.run(objects, doomed), "functions and views", phase.wanted)
        tell = partial(_tell, connection, lambda: [file.path for file in phase.applied.values()])
        _run_each(connection, [unit], done, progress, tell)
        for file in phase.applied.values():
            done(file)

    recorded = _recorded(connection)  # the first phase may have had to redo tables
    units: list[_Unit] = []
    for table in _tables(todo.changed):
        parts = [part for part in table if recorded.get(_key(part)) != _checksum(part, history)]
        if parts:
            label = ", ".join(part.path for part in parts)
            work = partial(_apply_table, connection, parts, write)
            units.append(_Unit(parts, work, label, {parts[0].name}))
        for part in table:
            if part not in parts and part.path not in outcome.applied:
                done(part)
    units += [
        _Unit([file], partial(_apply_grants, connection, file, write), file.path)
        for file in todo.changed
        if file.kind == "grants"
    ]
    units += [
        _Unit([], partial(_drop_part, connection, key), f"dropped: {key[0]} {key[1]}", {key[1]})
        for key in todo.vanished
        if key[0] not in _OBJECTS
    ]
    _run_each(connection, units, done, progress, partial(_tell, connection, lambda: [unit.label for unit in units]))

    if todo.vanished:
        objects_gone = [key for key in todo.vanished if key[0] in _OBJECTS]
        if objects_gone:
            names = [f"dropped: {kind} {name}" for kind, name in objects_gone]
            unit = _Unit([], partial(_drop_vanished, connection, objects_gone), "; ".join(names))
            _run_each(connection, [unit], done, progress, partial(_tell, connection, lambda: names))
        outcome.dropped = [f"{kind} {name}" for kind, name in todo.vanished]
    return outcome


def drop_all(connection: Connection) -> None:
    """Drops every recorded repeatable object, for a rollback; within the caller's transaction."""
    recorded = list(_recorded(connection))
    allowance = _Allowance(connection)
    for table in sorted({name for kind, name in recorded if kind in ("policies", "triggers")}):
        _run_statements(connection, "lock_table", {"table": table, "is_exclusive": True})
        allowance.held()
    for kind, name in recorded:
        if kind in ("policies", "triggers"):
            _run_statements(connection, f"drop_{kind}", {"table": name})
    _drop_objects(connection, [key for key in recorded if key[0] in _OBJECTS], allowance)
    for kind, name in recorded:
        connection.execute(queries("bookkeeping")["forget_object"], {"kind": kind, "name": name})


@contextmanager
def named(name: str, text: str) -> Iterator[None]:
    """Errors of the server inside become a MigrationError that says which file and line.

    Errors that mean "try again" pass: the caller's transaction is repeated.
    """
    try:
        yield
    except RETRIED:
        raise
    except psycopg.Error as exc:
        raise _failure(name, text, exc) from exc


def _failure(name: str, text: str, exc: psycopg.Error, start: int = 0) -> MigrationError:
    position = exc.diag.statement_position
    line = f", line {text[: int(position) - start].count(chr(10)) + 1}" if position else ""
    return refused(f"{name}{line}", exc)


# -- locks ------------------------------------------------------------------------------------------------------------


class _Allowance:
    """How long one transaction may wait for locks: lock_timeout for the first, and for all others what is left of it.

    From the first on, others may queue for what it holds. The server looks for a circle deadlock_timeout after somebody
    began to wait, and ends whoever finds it: until then this transaction must be over, or have given up.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.deadline: float | None = None
        self.began = time.monotonic()

    def held(self) -> None:
        """To be called after a statement that locked: from here on little time is left."""
        if self.deadline is None:
            row = self.connection.execute(queries("repeatables")["deadlock_timeout_ms"]).fetchone()
            # Chance decides how much of it: in a circle waiting is of no use, and a shorter try is the kinder one.
            safe_s = random.uniform(0.3, 1.0) * _SAFE * (row[0] if row else 1000) / 1000  # noqa: S311
            allowed_s = patience().lock_timeout_s or safe_s
            self.deadline = min(self.began + allowed_s, time.monotonic() + safe_s)
        left_ms = max(round((self.deadline - time.monotonic()) * 1000), 10)
        self.connection.execute(queries("repeatables")["limit_locks"], {"lock_ms": str(left_ms)})


@dataclass
class _Unit:
    """What is one short transaction: `files` are applied by it, `names` the relations that it may have to wait for."""

    files: Sequence[SourceFile]
    work: Callable[[], None]
    label: str
    names: set[str] = field(default_factory=set)


def _run_each(
    connection: Connection,
    units: Sequence[_Unit],
    done: Callable[[SourceFile], None],
    progress: Callable[[str, int, int], None] | None,
    tell: Callable[[], None] | None = None,
) -> None:
    """Runs every unit, those that cannot have their locks again after the others, until the budget is used up.

    `tell` is called within the first that succeeds.
    """
    attempts = locking.Attempts(progress)
    left = list(units)
    while left:
        stuck: list[tuple[_Unit, psycopg.Error]] = []
        for unit in left:
            try:
                with connection.transaction():
                    unit.work()
                    if tell:
                        tell()
            except RETRIED as exc:
                stuck.append((unit, exc))
            else:
                tell = None
                for file in unit.files:
                    done(file)
        if not stuck:
            return
        if len(stuck) < len(left):
            attempts.begin_anew()
        left = [unit for unit, _ in stuck]
        wanted = Spot(words=set[str]().union(*(unit.names for unit in left)))
        label = Spot("; ".join(unit.label for unit in left))
        attempts.wait(stuck[0][1], partial(locking.holders, connection, wanted), label)


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


def _record(connection: Connection, files: Sequence[SourceFile], history: Sequence[str]) -> None:
    with connection.cursor() as cursor:  # (which sends many in one message)
        cursor.executemany(queries("bookkeeping")["record_object"], [record_values(file, history) for file in files])


def _tell(connection: Connection, names: Callable[[], Sequence[str]]) -> None:
    """Into the school's history, in the first transaction of a phase: whatever comes later, this was begun."""
    bookkeeping.tell(connection, "repeatables", ", ".join(names()))


def _run_statements(connection: Connection, query: str, values: dict[str, str | bool]) -> None:
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
        self,
        connection: Connection,
        files: Sequence[SourceFile],
        write: Callable[[Sequence[SourceFile]], None],
    ) -> None:
        self.connection = connection
        self.write = write
        #: What it waits for when it cannot go on, and what run() applied.
        self.wanted: set[str] = set()
        self.applied: dict[Key, SourceFile] = {}
        self.files = {_key(file): file for file in files}
        objects = [file for file in files if file.kind in _OBJECTS]
        self.rank = {_key(file): number for number, file in enumerate(creation_order(objects))}

    def find_doomed(self, changed: Sequence[SourceFile]) -> set[Key]:
        """What must be dropped to be changed, found out by trying, and nothing kept of it: views, and functions with
        another signature. So the locks that dropping takes are taken together, and early or not at all.
        """
        existing = self._existing()
        doomed = {_key(file) for file in changed if file.kind == "view" and _key(file) in existing}
        functions = [file for file in changed if file.kind == "function" and _key(file) in existing]
        if not functions:
            return doomed
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("set local check_function_bodies = off")
            for file in functions:
                try:
                    with self.connection.transaction(force_rollback=True):
                        self.connection.execute(file.text.encode())
                        if len(self._ids(file)) > 1:
                            doomed.add(_key(file))
                except _NOT_REPLACEABLE:
                    doomed.add(_key(file))
                except psycopg.Error:
                    if self.connection.closed:
                        raise
                    # It may need what is not there yet; when it is its turn, it succeeds or says why not.
        return doomed

    def run(self, changed: Sequence[SourceFile], doomed: set[Key]) -> None:
        """Applies the changed files, and all that had to go on their account."""
        self.known = _recorded(self.connection)
        self.existing = self._existing()
        before = set(self.existing)
        self.doomed = doomed & before
        self.allowance = _Allowance(self.connection)
        # Bodies may name what comes later in the same transaction.
        self.connection.execute("set local check_function_bodies = off")
        self.queue = [(self.rank[_key(file)], _key(file)) for file in changed]
        heapq.heapify(self.queue)
        self.tables: set[Key] = set()
        self.applied = {}
        while self.queue:
            if new := self._pop_new():
                self._create_all(new)
                continue
            key = heapq.heappop(self.queue)[1]
            file = self.files[key]
            self._apply(file)
            self.write([file])
            self.existing.add(key)
            self.applied[key] = file
        self._refuse_extras(before, list(self.applied.values()))
        for key in sorted(self.tables):
            _apply_table(self.connection, [self.files[key]], self.write, self.allowance)
            self.applied[key] = self.files[key]

    def _existing(self) -> set[Key]:
        return {(kind, name) for kind, name in self.connection.execute(queries("repeatables")["existing"])}

    def _refuse_extras(self, before: set[Key], applied: Sequence[SourceFile]) -> None:
        """A second object in a file would be nobody's: never changed, never dropped."""
        for kind, name in sorted(self._existing() - before - self.files.keys()):
            paths = [file.path for file in applied if re.search(rf"\b{re.escape(name)}\b", file.text)]
            raise MigrationError(
                f"{', '.join(paths) or 'A file'} makes the {kind} {name} beside its own object.",
                hint="Put it into a file of its own, named after it.",
            )

    def _apply(self, file: SourceFile) -> None:
        key = _key(file)
        if key in self.existing and key in self.doomed:
            # All that must go goes at once: after the first lock little time is left for the others.
            self._drop(sorted(self.doomed & self.existing))
        if key not in self.existing:
            self._create(file)
        elif file.kind == "view":
            self._drop([key])
            self._create(file)
        else:
            self._replace(file)
        _check_made(file, len(self._ids(file)))

    def _pop_new(self) -> list[SourceFile]:
        """What comes next in the queue and is not there: nothing has to go for it."""
        found: list[SourceFile] = []
        while self.queue and self.queue[0][1] not in self.existing:
            found.append(self.files[heapq.heappop(self.queue)[1]])
        return found

    def _create_all(self, files: Sequence[SourceFile]) -> None:
        """Creates them in one message."""
        texts = [file.text for file in files]
        done, exc = execution.send_all(self.connection, texts)
        if exc is not None:
            raise _refusal(self.connection, files, done, exc) from exc
        made = Counter((row[2], row[3]) for row in _objects(self.connection, [_key(file) for file in files]))
        for file in files:
            _check_made(file, made[_key(file)])
            self.existing.add(_key(file))
            self.applied[_key(file)] = file
        self.write(files)

    def _create(self, file: SourceFile) -> None:
        with named(file.path, file.text):
            self.connection.execute(file.text.encode())

    def _replace(self, file: SourceFile) -> None:
        """In place where the server can, so that nothing that stands on the function is touched."""
        _run_statements(self.connection, "reset_function", {"name": file.name})
        try:
            with self.connection.transaction():
                self.connection.execute(file.text.encode())
                if len(self._ids(file)) == 1:
                    return
                raise psycopg.Rollback  # the old signature is still there, beside the new one
        except _NOT_REPLACEABLE:
            pass
        except RETRIED:
            raise
        except psycopg.Error as exc:
            raise _failure(file.path, file.text, exc) from exc
        self._drop([_key(file)])
        self._create(file)

    def _ids(self, file: SourceFile) -> list[tuple[int, int]]:
        return _object_ids(self.connection, [_key(file)])

    def _drop(self, keys: Sequence[Key]) -> None:
        """Drops objects and their dependents, and puts these in the queue, or among the tables to be redone."""
        doomed = _with_dependents(self.connection, keys)
        for kind, name, _ in doomed:
            if (kind, name) not in self.files and (kind, name) not in self.known:
                raise self._stranger(keys, kind, name)
        for kind, name, statement in doomed:
            self.wanted.clear()
            self.wanted.add(name)
            self.connection.execute(statement.encode())
            self.allowance.held()
            key = (kind, name)
            self.existing.discard(key)
            if key not in self.files:
                continue
            if kind in ("policies", "triggers"):
                self.tables.add(key)
            elif (self.rank[key], key) not in self.queue and key not in keys:
                heapq.heappush(self.queue, (self.rank[key], key))

    def _stranger(self, keys: Sequence[Key], kind: str, name: str) -> MigrationError:
        cause = next(
            (key for key in keys if (kind, name) in [row[:2] for row in _with_dependents(self.connection, [key])]),
            keys[0],
        )
        return MigrationError(
            f"{self.files[cause].path} changes the shape of {cause[1]}, and {name} stands on it.",
            hint="A function used by a default, constraint or index is state: change it in a migration. "
            "An object that is not of this library must be dropped by whoever made it.",
        )


def _check_made(file: SourceFile, found: int) -> None:
    if found != 1:
        raise MigrationError(
            f"{file.path} should make one {file.kind} called {file.name}, and made {found}.",
            hint="A file holds one object and is named after it; overloads are not used.",
        )


def _refusal(connection: Connection, files: Sequence[SourceFile], done: int, exc: psycopg.Error) -> Exception:
    """The error of ours for what the server refused of files sent together, after so many statements."""
    if isinstance(exc, RETRIED):
        return exc
    if connection.closed:
        return ServerUnreachable(
            f"The connection was lost among functions and views: {' '.join(str(exc).split())}",
            hint="Run it again: they are there all or not at all.",
            sqlstate=exc.sqlstate,
        )
    if exc.diag.statement_position:
        number, start = execution.at_position([file.text for file in files], int(exc.diag.statement_position))
        return _failure(files[number].path, files[number].text, exc, start)
    for file in files:
        done -= len(split(file.text, file.path))
        if done < 0:
            break
    return _failure(file.path, file.text, exc)


def _objects(connection: Connection, keys: Sequence[Key]) -> list[tuple[int, int, str, str]]:
    """The catalogue rows of functions and views: class, object, kind and name."""
    values = {"kinds": [kind for kind, _ in keys], "names": [name for _, name in keys]}
    found = connection.execute(queries("repeatables")["ids_of_several"], values)
    return [(row[0], row[1], row[2], row[3]) for row in found]


def _object_ids(connection: Connection, keys: Sequence[Key]) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in _objects(connection, keys)]


def _with_dependents(connection: Connection, keys: Sequence[Key]) -> list[tuple[str, str, str]]:
    """Kind, name and DROP statement of the objects and all that stands on them, the farthest first."""
    ids = _object_ids(connection, keys)
    values = {"classes": [classid for classid, _ in ids], "objects": [oid for _, oid in ids]}
    rows = connection.execute(queries("repeatables")["drop_with_dependents"], values)
    return [(kind, name, statement) for kind, name, statement in rows]


# -- 2. triggers, policies, grants ------------------------------------------------------------------------------------


def _tables(files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    """The changed trigger and policy files, those of one table together, triggers first."""
    tables: dict[str, list[SourceFile]] = {}
    for file in files:
        if file.kind in ("triggers", "policies"):
            tables.setdefault(file.name, []).append(file)
    return [sorted(tables[name], key=lambda file: file.kind, reverse=True) for name in sorted(tables)]


def _apply_table(
    connection: Connection,
    parts: Sequence[SourceFile],
    write: Callable[[Sequence[SourceFile]], None],
    allowance: _Allowance | None = None,
) -> None:
    table = parts[0].name
    allowance = allowance or _Allowance(connection)
    row = connection.execute(queries("repeatables")["table"], {"table": table}).fetchone()
    if row is None:
        raise MigrationError(f"{parts[0].path} is named after {table}, which is no table.", hint="Rename or drop it.")
    lockable, triggers = row
    if lockable:
        # The strongest lock first: one that grows later meets readers who by then wait for its weaker self.
        is_exclusive = any(
            part.kind == "policies"
            or _EXCLUSIVE.search(part.text)
            or not all(re.search(rf"\b{re.escape(name)}\b", part.text) for name in triggers)
            for part in parts
        )
        _run_statements(connection, "lock_table", {"table": table, "is_exclusive": is_exclusive})
        allowance.held()
    for file in parts:
        if file.kind == "policies":
            _run_statements(connection, "drop_policies", {"table": table})
        with named(file.path, file.text):
            connection.execute(file.text.encode())
        if file.kind == "triggers":
            _run_statements(connection, "drop_old_triggers", {"table": table})
    write(parts)


def _apply_grants(connection: Connection, file: SourceFile, write: Callable[[Sequence[SourceFile]], None]) -> None:
    if file.name not in PLATFORM_ROLES:
        raise MigrationError(
            f"{file.path} is named after no platform role.", hint=f"Roles: {', '.join(PLATFORM_ROLES)}."
        )
    _run_statements(connection, "reset_table_grants", {"group": f"pgacademy_{file.name}"})
    with named(file.path, file.text):
        connection.execute(file.text.encode())
    write([file])


# -- 3. what has vanished ---------------------------------------------------------------------------------------------


def _drop_part(connection: Connection, key: Key) -> None:
    """The triggers and policies of a table, or the grants of a role, whose file is gone."""
    kind, name = key
    if kind == "grants":
        _run_statements(connection, "reset_table_grants", {"group": f"pgacademy_{name}"})
    else:
        _run_statements(connection, f"drop_{kind}", {"table": name})
    connection.execute(queries("bookkeeping")["forget_object"], {"kind": kind, "name": name})


def _drop_vanished(connection: Connection, keys: Sequence[Key]) -> None:
    _drop_objects(connection, keys)
    for kind, name in keys:
        connection.execute(queries("bookkeeping")["forget_object"], {"kind": kind, "name": name})


def _drop_objects(connection: Connection, keys: Sequence[Key], allowance: _Allowance | None = None) -> None:
    """Drops functions and views and nothing else: a dependent outside `keys` is an error that names it."""
    doomed = _with_dependents(connection, keys)
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
    allowance = allowance or _Allowance(connection)
    for _, _, statement in doomed:
        connection.execute(statement.encode())
        allowance.held()
