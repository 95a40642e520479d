"""The way back: what it would cost, and the walk itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from psycopg import sql

from pgacademy import backfills, bookkeeping, concurrently, execution, locking, repeatables, schools
from pgacademy.bookkeeping import State
from pgacademy.connection import Connection, school_release
from pgacademy.errors import MigrationError, UsageError
from pgacademy.locking import Patience, Progress
from pgacademy.sessions import elapsed_ms, looking, school_lock, session
from pgacademy.settings import school_name
from pgacademy.sources import Tree, queries, tree
from pgacademy.statements import Statement
from pgacademy.steps import Step, check, read_steps

#: Up to so many rows of a table are counted; of more the planner's estimate is told.
COUNTED_ROWS = 100_000


@dataclass(frozen=True)
class LostTable:
    """A table that a rollback drops, with its rows."""

    table: str
    rows: int
    is_estimate: bool

    def __str__(self) -> str:
        return f"the table {self.table} with {'about ' if self.is_estimate else ''}{self.rows:,} rows"


@dataclass(frozen=True)
class RollbackPreview:
    """What a rollback would take back, the newest first, and what data would go with it."""

    school: str
    to: str
    steps: tuple[str, ...]
    tables: tuple[LostTable, ...]
    columns: tuple[str, ...]
    #: Statements that take or change data in ways that nobody can tell without running them: DELETE, DO and their like.
    others: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """What goes, a phrase each."""
        return [
            *(str(table) for table in self.tables),
            *(f"the column {column}" for column in self.columns),
            *(f"whatever this takes: {other}" for other in self.others),
        ]

    def document(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return asdict(self)


def rollback_preview(
    conninfo: str, school: str, to: str, *, tree_: Tree | None = None, patience: Patience | None = None
) -> RollbackPreview:
    """What rollback() would do, and what data would go; writes nothing. Raises what rollback() would refuse with."""
    files = tree_ or tree()
    with looking(conninfo, school_name(school), patience) as connection:
        school_release(connection, school)
        with schools.as_owner(connection, school), connection.transaction():
            doomed = _doomed(files, bookkeeping.read(connection), to)
            return _preview(connection, school, to, doomed)


def rollback(
    conninfo: str,
    school: str,
    to: str,
    progress: Progress | None = None,
    *,
    tree_: Tree | None = None,
    patience: Patience | None = None,
) -> list[str]:
    """Takes back every migration after `to`, newest first; `to` itself stays. Returns their names.

    It is one transaction, unless a rollback file says `-- transactional: false`: that one stands alone, what is newer
    in a transaction before it, what is older in one after it. Functions, views, triggers and policies describe the
    newest state, not the older one, so they go first; the library that fits that state brings its own back with
    `migrate`. Raises MigrationError when any step has no rollback file, UsageError when `to` is not applied, LockBusy.
    """
    files = tree_ or tree()
    with (
        session(conninfo, school_name(school), patience) as (connection, _),
        school_lock(connection, school, progress),
    ):
        school_release(connection, school)
        seen = schools.look(connection, school)  # enter() does not ask a school of this release for its journal
        with schools.as_owner(connection, school):
            doomed = _doomed(files, bookkeeping.read(connection), to)
            if doomed:
                if not seen.has_journal:  # the school was made by a version that wrote less down
                    with connection.transaction():
                        connection.execute(queries("bookkeeping")["create"])
                        connection.execute(queries("backfills")["create"])
                _Way(connection, school, len(doomed), progress).go(doomed)
    return [step.id for step in doomed]


def _doomed(files: Tree, state: State, to: str) -> list[Step]:
    """The steps after `to`, newest first, those only begun before all; each has its way back."""
    steps = {step.id: step for step in read_steps(files.migrations)}
    if to not in state.applied:
        raise UsageError(f"The migration {to!r} is not applied.", hint="`pgacademy status` lists those that are.")
    unknown = [name for name in (*state.started, *state.applied) if name not in steps]
    # In the order of the files: the times in the journal are those of clocks, which are set back now and then.
    order = list(steps)
    after = order[order.index(to) + 1 :] if to in steps else []
    names = [*state.started, *(name for name in reversed(after) if name in state.applied)]
    if unknown:
        raise MigrationError(
            f"This library has no file for the migration {unknown[0]!r}.", hint="Use the version that applied it."
        )
    doomed = [steps[name] for name in names]
    if missing := [step.rollback_path.name for step in doomed if step.rollback is None]:
        raise MigrationError(
            f"There is no way back: {', '.join(missing)} does not exist.", hint="Restore a backup instead."
        )
    for step in doomed:
        check(step)
    return doomed


class _Way:
    """One rollback, under way."""

    def __init__(self, connection: Connection, school: str, total: int, progress: Progress | None) -> None:
        self.connection = connection
        self.school = school
        self.total = total
        self.progress = progress
        self.done = 0
        self.has_begun = False

    def go(self, doomed: Sequence[Step]) -> None:
        together: list[Step] = []
        for step in doomed:
            back = step.rollback
            if back is not None and back.kind == "concurrent":
                self._together(together)
                together = []
                self._alone(step, back)
            else:
                together.append(step)
        self._together(together)

    def _together(self, doomed: Sequence[Step]) -> None:
        """These in one transaction."""
        if not doomed and self.has_begun:
            return
        spot = locking.Spot()

        def work() -> None:
            began = time.monotonic()
            allowance = execution.Allowance()
            self._begin()
            allowance.spend(time.monotonic() - began)
            for step in doomed:
                started = time.monotonic()
                back = step.rollback
                if back is not None and back.statements:
                    execution.run(self.connection, back.path.name, back.statements, spot, allowance)
                self._unmark(step, started)

        locking.retried(self.connection, work, spot=spot, progress=self.progress)
        self.has_begun = True
        for step in doomed:
            self._report(step)

    def _alone(self, step: Step, back: Step) -> None:
        if not self.has_begun:
            self._together([])
        started = time.monotonic()
        (statement,) = back.statements
        concurrently.run(self.connection, back.path.name, statement, is_resumed=True, progress=self.progress)
        with self.connection.transaction():
            self._unmark(step, started)
        self._report(step)

    def _begin(self) -> None:
        if not self.has_begun:
            repeatables.drop_all(self.connection)
            schools.forget_release(self.connection, self.school)

    def _unmark(self, step: Step, started: float) -> None:
        bookkeeping.unmark(self.connection, step, elapsed_ms(started))
        if step.kind == "backfill":
            backfills.forget(self.connection, step.id)

    def _report(self, step: Step) -> None:
        self.done += 1
        if self.progress:
            self.progress(step.id, self.done, self.total)


# -- what it would cost -----------------------------------------------------------------------------------------------


def _preview(connection: Connection, school: str, to: str, doomed: Sequence[Step]) -> RollbackPreview:
    tables: dict[str, LostTable] = {}
    columns: list[str] = []
    others: list[str] = []
    for step in doomed:
        for statement in step.rollback.statements if step.rollback else ():
            if loses_unknown(statement):
                others.append(statement.first_line)
            for table in dropped_tables(statement):
                if table not in tables and (found := _count(connection, table)):
                    tables[table] = found
            columns += [column for column in dropped_columns(statement) if column.partition(".")[0] not in tables]
    return RollbackPreview(
        school, to, tuple(step.id for step in doomed), tuple(tables.values()), tuple(columns), tuple(others)
    )


def _count(connection: Connection, table: str) -> LostTable | None:
    row = connection.execute(queries("rollbacks")["estimate"], {"table": table}).fetchone()
    if row is None:
        return None
    estimate = int(row[0])
    if estimate <= COUNTED_ROWS:
        # The estimate may be old, or there may be none, so that counting stops as soon as the table proves large.
        text = sql.SQL(queries("rollbacks")["count"].decode())
        counted = connection.execute(text.format(table=sql.Identifier(table)), {"limit": COUNTED_ROWS + 1}).fetchone()
        if counted is not None and counted[0] <= COUNTED_ROWS:
            return LostTable(table, int(counted[0]), is_estimate=False)
    return LostTable(table, max(estimate, COUNTED_ROWS), is_estimate=True)


def loses_unknown(statement: Statement) -> bool:
    """Whether a statement may lose data that its text does not name: rows, or what a change of type cuts off."""
    words = [token.value for token in statement.tokens if token.kind == "word"]
    if words[:2] == ["alter", "table"]:
        return "type" in words[3:]
    return bool(words) and words[0] in ("truncate", "delete", "update", "merge", "do", "call", "select", "with")


def dropped_tables(statement: Statement) -> list[str]:
    """The tables that a DROP TABLE names, without their schemas."""
    tokens = [token for token in statement.tokens if not token.is_word("if", "exists")]
    if len(tokens) < 3 or not (tokens[0].is_word("drop") and tokens[1].is_word("table")):
        return []
    names: list[str] = []
    for before, token in pairwise(tokens[1:]):
        if before.value == "." and names:
            names[-1] = token.value
        elif token.kind in ("word", "name") and not token.is_word("cascade", "restrict"):
            names.append(token.value)
    return names


def dropped_columns(statement: Statement) -> list[str]:
    """The columns, as table.column, that an ALTER TABLE drops."""
    tokens = [token for token in statement.tokens if not token.is_word("if", "exists", "only")]
    if len(tokens) < 5 or not (tokens[0].is_word("alter") and tokens[1].is_word("table")):
        return []
    table = tokens[4].value if tokens[3].value == "." else tokens[2].value
    found = []
    for at, token in enumerate(tokens[:-1]):
        if token.is_word("drop") and not tokens[at + 1].is_word(
            "constraint", "default", "expression", "identity", "not"
        ):
            after = tokens[at + 2] if tokens[at + 1].is_word("column") and at + 2 < len(tokens) else tokens[at + 1]
            found.append(f"{table}.{after.value}")
    return found
