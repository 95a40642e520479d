"""Steps that cannot be in a transaction: CREATE INDEX CONCURRENTLY and its like, one statement each.

Such a step is recorded as begun, run, and recorded as done. Killed in between it leaves an index that is invalid, half
dropped or finished without anybody having said so; the next run looks which, and goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgacademy import execution, locking
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError, PgacademyError
from pgacademy.locking import Progress, Spot, patience
from pgacademy.sources import queries
from pgacademy.statements import Statement, Token, name_at

#: The table that an index is compared on; it is never there to stay.
_COMPARED = "schema_compared"


@dataclass(frozen=True)
class Target:
    """What a statement is about: `create`, `drop`, `reindex`, `detach` or `other`, and the names in it."""

    action: str
    names: tuple[str, ...] = ()
    table: str = ""

    @property
    def is_harmless(self) -> bool:
        """Whether nobody queues behind it while it waits: its locks let readers and writers pass."""
        return self.action in ("create", "drop", "reindex")


def target(name: str, statement: Statement) -> Target:
    """Reads a statement as far as recovery needs.

    Raises MigrationError for an index without a name, and for what may stand in a transaction: nobody could tell after
    a kill whether that was done.
    """
    tokens = [token for token in statement.tokens if not token.is_word("if", "not", "exists", "concurrently", "only")]
    words = [token.value if token.kind == "word" else "" for token in tokens]
    is_concurrent = "concurrently" in statement.words
    match words[:3]:
        case ["create", "index", *_] | ["create", "unique", "index", *_] if is_concurrent:
            at = words.index("index") + 1
            if words[at] == "on":
                raise MigrationError(
                    f"{name}, line {statement.line}: the index has no name.",
                    hint="Name it: only then is it known after a kill whether it was built.",
                )
            return Target("create", (_name(tokens, at),), _name(tokens, words.index("on", at) + 1))
        case ["drop", "index", *_] if is_concurrent:
            return Target("drop", tuple(_name(tokens, at) for at in _list(tokens, 2)))
        case ["reindex", *_]:
            kinds = [at for at, word in enumerate(words) if word in ("index", "table", "schema", "database", "system")]
            if kinds and words[kinds[0]] not in ("index", "table"):
                return Target("other")
            if kinds and is_concurrent:
                return Target("reindex", (_name(tokens, kinds[0] + 1),))
        case ["alter", "table", *_] if "detach" in words and (is_concurrent or "finalize" in words):
            return Target("detach", (_name(tokens, words.index("detach") + 2),), _name(tokens, 2))
        case ["alter", "type", *_] if " value if not exists" in " ".join(statement.words):
            return Target("other")
        case ["vacuum", *_]:
            return Target("other")
    raise MigrationError(
        f"{name}, line {statement.line}: this may stand in a transaction, and so it must: killed before it is recorded "
        "it would be done twice.",
        hint="Take out `-- transactional: false`, or say IF NOT EXISTS where this is ALTER TYPE … ADD VALUE.",
    )


def _list(tokens: list[Token], start: int) -> list[int]:
    """Where the names of a comma-separated list begin."""
    found = [start]
    found += [at + 1 for at in range(start, len(tokens) - 1) if tokens[at].value == ","]
    return found


def _name(tokens: list[Token], at: int) -> str:
    return name_at(tokens, at)[0]


def run(
    connection: Connection,
    name: str,
    statement: Statement,
    *,
    is_resumed: bool,
    progress: Progress | None = None,
) -> None:
    """Runs the statement of the file `name`; `is_resumed` says that it may have been begun before.

    The connection acts as the owner, in no transaction. Raises MigrationError and LockBusy.
    """
    about = target(name, statement)
    spot = Spot()
    has_begun = is_resumed
    if not is_resumed:
        look(connection, name, statement)

    def work() -> None:
        nonlocal has_begun
        resumed, has_begun = has_begun, True
        spot.where, spot.statement = f"{name}, line {statement.line}", statement
        if not (resumed and _is_done(connection, name, statement, about)):
            execution.send(connection, name, statement, spot)

    try:
        _patiently(connection, about, work, spot, progress)
    except PgacademyError:
        if has_begun:
            _tidy(connection, name, statement, about)
        raise


def look(connection: Connection, name: str, statement: Statement) -> None:
    """Raises MigrationError when an index is in the way of a step that was never begun.

    That index is somebody else's: it is neither dropped nor believed to be the one. To be asked before the beginning is
    recorded. CREATE INDEX IF NOT EXISTS takes it as it is when it is the same in all respects.
    """
    about = target(name, statement)
    row = _one(connection, "index", {"name": about.names[0]}) if about.action == "create" else None
    if row is None:
        return
    is_valid, table = row
    is_welcome = " index concurrently if not exists" in " ".join(statement.words)
    if not (is_welcome and is_valid and table == about.table and _is_same(connection, statement, about)):
        raise _in_the_way(name, statement, about, str(table))


def _in_the_way(name: str, statement: Statement, about: Target, table: str) -> MigrationError:
    return MigrationError(
        f"{name}, line {statement.line}: there is another index {about.names[0]}, on {table}, which the file does not "
        "describe.",
        hint="See with \\d what it is for; drop or rename one of the two.",
        sqlstate=psycopg.errors.DuplicateTable.sqlstate,
    )


def _is_same(connection: Connection, statement: Statement, about: Target) -> bool:
    """Whether the index that is there is the one of the statement, as far as the catalogue describes it.

    The statement is run, by another name, for an empty table of the same columns, which is then gone again.
    """
    tokens = statement.tokens
    on = next(at for at, token in enumerate(tokens) if token.is_word("on")) + 1
    _, rest = name_at(tokens, on + tokens[on].is_word("only"))
    unique = "unique " if tokens[1].is_word("unique") else ""
    text = f"create {unique}index {_COMPARED}_idx on {_COMPARED} {statement.text[tokens[rest].start :]}"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(
                sql.SQL("create table {} (like {})").format(sql.Identifier(_COMPARED), sql.Identifier(about.table))
            )
            connection.execute(text.encode())
            row = _one(connection, "is_same_index", {"name": about.names[0], "other": f"{_COMPARED}_idx"})
    except locking.RETRIED:
        raise
    except psycopg.Error:  # what cannot be compared is not the same
        if connection.closed:
            raise
        return False
    return row is not None and bool(row[0])


def _is_done(connection: Connection, name: str, statement: Statement, about: Target) -> bool:
    """Whether an earlier run came to the end; what it left half done is put right, so that it can be run again."""
    match about.action:
        case "create":
            row = _one(connection, "index", {"name": about.names[0]})
            if row is None:
                return False
            is_valid, table = row
            # An invalid one on our table may be of the file as it was before it was corrected.
            if table != about.table or (is_valid and not _is_same(connection, statement, about)):
                raise _in_the_way(name, statement, about, str(table))
            if not is_valid:
                _drop_index(connection, about.names[0])
            return bool(is_valid)
        case "drop":
            return not any(_one(connection, "index", {"name": index}) for index in about.names)
        case "reindex":
            found = connection.execute(queries("concurrently")["leftovers"], {"name": about.names[0]}).fetchall()
            for (drop,) in found:
                connection.execute(drop.encode())
            return False
        case "detach":
            row = _one(connection, "partition", {"name": about.names[0], "table": about.table})
            if row is None:
                return True
            if row[0]:
                finalize = sql.SQL("alter table {} detach partition {} finalize")
                connection.execute(finalize.format(sql.Identifier(about.table), sql.Identifier(about.names[0])))
                return True
    return False


def _tidy(connection: Connection, name: str, statement: Statement, about: Target) -> None:
    """After a failure: an invalid index serves no reader and costs every writer, so it goes at once if it can."""
    if connection.closed or about.action not in ("create", "reindex"):
        return
    with suppress(psycopg.Error, PgacademyError):  # else the next run does it
        _is_done(connection, name, statement, about)


def _drop_index(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("drop index concurrently if exists {}").format(sql.Identifier(name)))


def _one(connection: Connection, query: str, values: dict[str, str]) -> tuple[object, ...] | None:
    return connection.execute(queries("concurrently")[query], values).fetchone()


def _patiently(
    connection: Connection, about: Target, work: Callable[[], None], spot: Spot, progress: Progress | None
) -> None:
    """As locking.retried(), without the transaction.

    What waits for readers to end and lets everybody pass meanwhile may wait as long as the budget; giving up early
    would only mean to build the index again.
    """
    usual_s = patience().lock_timeout_s
    query = "snapshot_holders" if about.is_harmless else "lock_holders"
    attempts = locking.Attempts(progress)
    try:
        while True:
            if about.is_harmless and usual_s:
                locking.limit_session(connection, max(attempts.deadline - time.monotonic(), usual_s))
            try:
                return work()
            except locking.RETRIED as exc:
                attempts.wait(exc, lambda: locking.holders(connection, spot, query), spot)
    finally:
        if not connection.closed:
            locking.limit_session(connection, usual_s)
