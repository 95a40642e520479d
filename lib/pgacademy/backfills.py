"""Backfills: one statement, run for one range of a table's primary key after another, each in its own transaction.

A backfill is a migration file with `-- backfill: table` in its header, perhaps `-- batch: 1000` and `-- pause: 50ms`.
Its statement says `key > :from_key and key <= :to_key`. How far it is stands in `schema_backfills`, written in the same
transaction as the batch: a kill at any moment leaves no row done twice and none left out.

It ends at the highest key that there was when it began. Not done are rows that others write meanwhile, with a key
already passed or a higher one: the code that writes them must write them right before the backfill begins.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

import psycopg
from psycopg import sql

from pgacademy import locking
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, UsageError, refused
from pgacademy.locking import Progress
from pgacademy.sources import checksum, queries
from pgacademy.statements import Statement

if TYPE_CHECKING:
    from pgacademy.steps import Step

T = TypeVar("T")

#: Rows in a transaction, and the wait after it, in seconds, where the file says nothing.
BATCH = 1000
PAUSE_S = 0.05
#: How long a batch of more than one row may take, in seconds, before it is halved: its rows are locked for that long.
BATCH_TIME_S = 2.5
#: So many batches without trouble, and one that was halved is doubled again.
GROW_AFTER = 5
#: Where a single row takes longer than BATCH_TIME_S, more rows may take as long as it and half as much again: if it is
#: the same for one row as for a thousand, small batches only make it more often.
_FIXED_COST = 1.5
#: The bounds of a range, and the operator that each must stand behind.
_OPERATORS = {"from_key": ">", "to_key": "<="}
_DIRECTIVE = re.compile(r"\s*--\s*backfill\s*:")
#: How statements begin that make no table but one that they name.
_PLAIN = """
    alter analyze cluster comment create delete drop grant insert lock refresh reindex revoke set truncate update vacuum
"""
_PAUSE = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|)")
_TABLE = re.compile(r'[a-z_][a-z0-9_]*|"(?:[^"]|"")+"')
_RETRIED = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


class _Bound(NamedTuple):
    """A placeholder: from_key or to_key, the operator before it, and where the two are in the statement."""

    name: str
    operator: str
    start: int
    end: int


class BackfillInterrupted(MigrationError):
    """A backfill was stopped between two batches; the next `migrate` goes on where it stands."""

    exit_code: ClassVar[int] = 130


@dataclass(frozen=True)
class Backfill:
    """What the file of a backfill says: `table` in the line `line`, `pause_s` in seconds, `batch` in rows."""

    id: str
    table: str
    line: int
    batch: int
    pause_s: float
    statement: Statement

    @property
    def sha256(self) -> str:
        return checksum(self.statement.text)

    def query(self, key_type: str, *, is_first: bool) -> bytes:
        """The statement as psycopg wants it. The first range begins with its first key, the others after the last."""
        text, parts, last = self.statement.text, list[str](), 0
        for bound in _bounds(self.statement):
            operator = ">=" if is_first and bound.name == "from_key" else bound.operator
            # The type is what format_type() says, quoted by the server where that is needed.
            parts += [_literal(text[last : bound.start]), f"{operator} %({bound.name})s::{_literal(key_type)}"]
            last = bound.end
        return "".join([*parts, _literal(text[last:])]).encode()


def parse(step: Step) -> Backfill:
    """Reads a backfill step; raises MigrationError when it cannot be run."""
    name, table = step.path.name, step.directives.get("backfill", "")
    if not _TABLE.fullmatch(table):
        raise MigrationError(
            f"{name} says `-- backfill: {table}`, which is no table's name.",
            hint="Name one table, without its schema, and in double quotes where it has more than a-z, 0-9 and _.",
        )
    if table.startswith('"'):
        table = table[1:-1].replace('""', '"')
    batch = step.directives.get("batch", str(BATCH))
    if not batch.isdecimal() or not 1 <= int(batch) <= 1_000_000:
        raise MigrationError(f"{name} says `-- batch: {batch}`.", hint="Give a number of rows, 1 to 1000000.")
    pause_s = _seconds(step.directives.get("pause", f"{PAUSE_S}s"))
    if pause_s is None:
        raise MigrationError(
            f"{name} says `-- pause: {step.directives['pause']}`.", hint="Write for example 50ms or 0.5s."
        )
    return Backfill(step.id, table, _line(step), int(batch), pause_s, _statement(step))


def require_tables(connection: Connection, pending: Sequence[Step]) -> None:
    """Raises MigrationError for a backfill along a table that is not there and that nothing before it can make.

    `pending` are the steps still to do, in order; the school is first in the path.
    """
    for number, step in enumerate(pending):
        if step.kind == "backfill":
            backfill = parse(step)
            tables = [name for (name,) in connection.execute(queries("backfills")["tables"])]
            if backfill.table not in tables and not _may_make(pending[:number], backfill.table):
                raise _no_table(backfill, tables)


def run(
    connection: Connection, school: str, step: Step, progress: Progress | None = None, *, pause_s: float | None = None
) -> int:
    """Does a backfill from where it stands to the end of the table, and returns how many rows were passed in all.

    The connection acts as the school's owner and is in no transaction. `progress` is told after each batch which
    backfill it was and where it stands, the rows done, and the rows there were, an estimate. `pause_s`, in seconds, or
    the environment's PGACADEMY_BACKFILL_PAUSE, takes the place of the file's pause. Raises MigrationError, LockBusy,
    and BackfillInterrupted after Ctrl-C.
    """
    backfill = parse(step)
    walk = _Walk(connection, school, backfill, progress, _pause(backfill, pause_s))
    try:
        return walk.run()
    except KeyboardInterrupt as exc:
        raise walk.interrupted() from exc


def forget(connection: Connection, step_id: str) -> None:
    """Lets a backfill begin anew, after its step was rolled back; within the caller's transaction."""
    connection.execute(queries("backfills")["forget"], {"id": step_id})


# -- reading the file -------------------------------------------------------------------------------------------------


def _line(step: Step) -> int:
    """The line that names the table."""
    lines = enumerate(step.text.splitlines(), 1)
    return next((number for number, line in lines if _DIRECTIVE.match(line)), 1)


def _may_make(steps: Sequence[Step], table: str) -> bool:
    """Whether one of these steps names the table, or runs what may make tables that it does not name."""
    spelt, plain = table.replace('"', '""'), set(_PLAIN.split())
    for step in steps:
        if any(not plain.issuperset(one.head[:1]) or "extension" in one.head[:2] for one in step.statements):
            return True
        text = step.text.lower()
        if 'u&"' in text:
            return True
        if spelt.lower() in text:  # to look at each token takes longer
            tokens = (token for one in step.statements for token in one.tokens)
            if any(token.kind in ("word", "name") and token.value == table for token in tokens):
                return True
    return False


def _no_table(backfill: Backfill, tables: Sequence[str]) -> MigrationError:
    near = get_close_matches(backfill.table, tables, n=1)
    hint = f"Is {near[0]} meant?" if near else "Name a table of the school, or make it in a migration before this one."
    return MigrationError(
        f"{backfill.id}.sql, line {backfill.line}: {backfill.table} is no table of the school.", hint=hint
    )


def _statement(step: Step) -> Statement:
    """The one statement of the file, its placeholders where they should be."""
    name = step.path.name
    if len(step.statements) != 1:
        raise MigrationError(
            f"{name} is a backfill of {len(step.statements)} statements.", hint="Make each of them a file of its own."
        )
    (statement,) = step.statements
    bounds = _bounds(statement)
    if {bound.name for bound in bounds} != set(_OPERATORS) or any(
        bound.operator != _OPERATORS[bound.name] for bound in bounds
    ):
        raise MigrationError(
            f"{name} does not say which rows belong to a batch.",
            hint="Write `key > :from_key and key <= :to_key`, with just these operators, and in no other way.",
        )
    return statement


def _bounds(statement: Statement) -> list[_Bound]:
    """The placeholders of a statement in order; what stands in quotes and comments is none."""
    tokens = statement.tokens
    return [
        _Bound(name.value, before.value, before.start, name.start + len(name.value))
        for before, colon, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if colon[:2] == ("punctuation", ":") and name.is_word(*_OPERATORS) and name.start == colon.start + 1
    ]


def _literal(text: str) -> str:
    """A part of a query in which psycopg is not to see placeholders."""
    return text.replace("%", "%%")


def _seconds(text: str) -> float | None:
    match = _PAUSE.fullmatch(text.strip())
    return None if match is None else float(match[1]) / (1000 if match[2] == "ms" else 1)


def _pause(backfill: Backfill, given: float | None) -> float:
    named = os.environ.get("PGACADEMY_BACKFILL_PAUSE")
    if given is None and named:
        given = _seconds(named)
        if given is None:
            raise UsageError(f"PGACADEMY_BACKFILL_PAUSE is {named!r}.", hint="Write for example 50ms or 0.5s.")
    return backfill.pause_s if given is None else given


# -- walking the table ------------------------------------------------------------------------------------------------


class _Position(NamedTuple):
    last_key: str | None
    until_key: str | None
    rows_done: int
    rows_estimated: int
    batch_size: int


class _Walk:
    """One run of a backfill."""

    def __init__(
        self, connection: Connection, school: str, backfill: Backfill, progress: Progress | None, pause_s: float
    ) -> None:
        self.connection = connection
        self.school = school
        self.backfill = backfill
        self.progress = progress
        self.pause_s = pause_s
        self.total = 0
        self.done = 0
        self.size = backfill.batch
        self.limit_s = BATCH_TIME_S
        self.took_s = 0.0
        self.grow_after = GROW_AFTER
        self.last_key: str | None = None
        self.until_key: str | None = None
        self.keys: tuple[str | None, str | None] = (None, None)

    def run(self) -> int:
        self.key, self.key_type = self._key()
        self._patiently(self._check_statement)
        position = self._patiently(self._begin)
        self.last_key, self.until_key = position.last_key, position.until_key
        self.done, self.total = position.rows_done, position.rows_estimated
        self.size = max(1, min(position.batch_size, self.backfill.batch))
        self._report()
        good = 0
        while True:
            before = self.size
            rows = self._patiently(self._batch)
            if rows == 0:
                return self.done
            self._report()
            self._set_limit()
            good = good + 1 if self.size == before else 0
            if good >= self.grow_after and self.size < self.backfill.batch:
                self.size, good = min(self.size * 2, self.backfill.batch), 0
            time.sleep(self.pause_s)

    def _set_limit(self) -> None:
        """How long the next batch may take, after the time that this one took."""
        if self.took_s <= BATCH_TIME_S:
            self.limit_s = BATCH_TIME_S
        elif self.size == 1:
            if self.limit_s == BATCH_TIME_S:  # more rows are tried at once; not again so soon once they took too long
                self.grow_after = 1
            self.limit_s = self.took_s * _FIXED_COST

    def interrupted(self) -> BackfillInterrupted:
        done, total = self.done, self.total
        try:  # the interrupt may have come just after a commit
            if position := self._position():
                done, total = position.rows_done, position.rows_estimated
        except (psycopg.Error, MigrationError):
            pass
        return BackfillInterrupted(
            f"The backfill {self.backfill.id} was interrupted: {done:,} of about {max(done, total):,} rows are done.",
            hint=f"`pgacademy migrate --school {self.school}` goes on from there.",
        )

    def _key(self) -> tuple[str, str]:
        name, table = f"{self.backfill.id}.sql", self.backfill.table
        columns = self.connection.execute(queries("backfills")["key"], {"table": table}).fetchall()
        if not columns:
            raise _no_table(self.backfill, [row[0] for row in self.connection.execute(queries("backfills")["tables"])])
        if len(columns) != 1 or columns[0][0] is None:
            what = "no primary key" if columns[0][0] is None else "a primary key of several columns"
            raise MigrationError(
                f"{name} walks along {table}, which has {what}.",
                hint="A backfill needs a key of one column. Do this one in an ordinary migration, or walk along the "
                "table that it refers to.",
            )
        name_, type_ = columns[0]
        return name_, type_

    def _check_statement(self) -> None:
        """Has the server plan the statement, without running it."""
        with self.connection.transaction():
            self._set(0)
            self._execute(b"explain " + self.backfill.query(self.key_type, is_first=False), None, None)
            row = self.connection.execute(queries("backfills")["is_locked"], {"table": self.backfill.table}).fetchone()
        if row is None or not row[0]:
            raise MigrationError(
                f"{self.backfill.id}.sql walks along {self.backfill.table}, and its statement does not touch it.",
                hint="Name in `-- backfill:` the table whose key the statement asks for.",
            )

    def _position(self) -> _Position | None:
        row = self.connection.execute(queries("backfills")["position"], {"id": self.backfill.id}).fetchone()
        if row is None:
            return None
        (sha256, is_over), position = row[:2], _Position(*row[2:])
        if is_over:
            return None
        if sha256 != self.backfill.sha256 and position.rows_done:
            raise MigrationError(
                f"The statement of {self.backfill.id}.sql was edited after {position.rows_done:,} rows were done.",
                hint="Restore it as it was; what else is to be done belongs into another migration.",
            )
        return position if sha256 == self.backfill.sha256 else None

    def _begin(self) -> _Position:
        backfill = self.backfill
        with self.connection.transaction():
            self._set(0)
            highest = self.connection.execute(self._composed("highest_key"), {}).fetchone()
            until_key = self._exact(*highest) if highest else None
            found = self._position()
            if found is not None and found.rows_done:
                # Only what an older version began has no such key.
                return found if found.until_key is not None else found._replace(until_key=until_key)
            plan = self.connection.execute(self._composed("estimate"), {}).fetchone()
            rows = int(plan[0][0]["Plan"]["Plan Rows"]) if plan else 0
            forget(self.connection, backfill.id)
            values = {"id": backfill.id, "sha256": backfill.sha256, "table": backfill.table, "until_key": until_key}
            self.connection.execute(queries("backfills")["begin"], values | {"rows": rows, "size": backfill.batch})
        return _Position(None, until_key, 0, rows, backfill.batch)

    def _batch(self) -> int:
        """One range of keys, its rows and the progress in one transaction. Returns the rows passed, 0 at the end."""
        is_first = self.last_key is None
        began = time.monotonic()
        with self.connection.transaction():
            # A single row cannot be halved, so it may take as long as it must.
            self._set(self.limit_s if self.size > 1 else 0)
            found = self.connection.execute(
                self._composed("first_range" if is_first else "next_range"),
                {"size": self.size, "last_key": self.last_key, "until_key": self.until_key},
                prepare=False,
            ).fetchone()
            if found is None:
                return 0
            first_key, last_key, rows, is_exact = found
            if self._exact(last_key, is_exact) == self.last_key:
                raise self._not_exact(last_key)  # it would go on like this for ever
            self.keys = (first_key, last_key)
            query = self.backfill.query(self.key_type, is_first=is_first)
            self._execute(query, first_key, last_key)
            values = {"id": self.backfill.id, "last_key": last_key, "rows": rows, "size": self.size}
            moved = self.connection.execute(queries("backfills")["advance"], values).fetchone()
        if moved is None:
            raise MigrationError(
                f"The progress of the backfill {self.backfill.id} has vanished from schema_backfills.",
                hint="Restore its row, or roll the step back and begin anew.",
            )
        self.last_key, self.done = last_key, moved[0]
        self.took_s = time.monotonic() - began
        return int(rows)

    def _set(self, statement_s: float) -> None:
        """The settings of a transaction, which may take so long, or as long as it must (0)."""
        self.connection.execute(queries("backfills")["settings"], {"statement_ms": round(statement_s * 1000)})

    def _exact(self, key: str, is_exact: bool) -> str:
        if not is_exact:
            raise self._not_exact(key)
        return key

    def _not_exact(self, key: str) -> MigrationError:
        return MigrationError(
            f"{self.backfill.id}.sql cannot walk along {self.backfill.table}: "
            f"written as text, the key {key} is not the same key any more.",
            hint="Do this one in an ordinary migration.",
        )

    def _execute(self, query: bytes, from_key: str | None, to_key: str | None) -> None:
        # Nothing is prepared: a plan for unknown ranges of keys may be one that reads the whole table.
        self.connection.execute(query, {"from_key": from_key, "to_key": to_key}, prepare=False)

    def _patiently(self, work: Callable[[], T]) -> T:
        """Does it again, with half the rows, until locks are to be had, or the time for that is over."""
        attempts = locking.Attempts()
        while True:
            began = time.monotonic()
            try:
                return work()
            except psycopg.errors.QueryCanceled as exc:
                took_s = time.monotonic() - began
                if took_s < self.limit_s * 0.8 or self.size == 1:
                    raise self.interrupted() from exc  # not our timeout, but somebody's pg_cancel_backend
                # Fewer rows take less time, or a single one as long as it must: there is nothing to wait for.
                self.grow_after = GROW_AFTER
                self.size //= 2
                continue
            except _RETRIED as exc:
                first, last = self.keys
                keys = f", keys {first} to {last}" if last else ""
                spot = locking.Spot(f"{self.backfill.id}.sql, {self.done:,} rows done{keys}")
                wanted = locking.Spot(words={self.backfill.table})
                attempts.wait(exc, partial(locking.holders, self.connection, wanted), spot)
            except psycopg.Error as exc:
                if self.connection.closed:
                    raise
                raise self._failure(exc) from exc
            self.size = max(1, self.size // 2)

    def _failure(self, exc: psycopg.Error) -> MigrationError:
        first, last = self.keys
        return refused(f"{self.backfill.id}.sql", exc, f"keys {first} to {last}" if last else None)

    def _composed(self, name: str) -> sql.Composed:
        text = queries("backfills")[name].decode()
        type_ = _literal(self.key_type)
        return sql.SQL(text).format(
            table=sql.SQL(_literal(sql.Identifier(self.backfill.table).as_string(None))),
            key=sql.SQL(_literal(sql.Identifier(self.key).as_string(None))),
            type=sql.SQL(type_),
            last_key=sql.SQL(f"%(last_key)s::{type_}"),
            until_key=sql.SQL(f"%(until_key)s::{type_}"),
        )

    def _report(self) -> None:
        if self.progress:
            total = max(self.total, self.done)
            self.progress(f"{self.backfill.id}: {self.done:,} of about {total:,} rows", self.done, total)
