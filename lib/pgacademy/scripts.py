"""The script that does by hand, with psql, what `migrate` would do: for a change board, or where only psql may write.

It does the same in the same order, with the same rows in the school's journal, but patiently: no lock is tried for
again, and the first error ends it. What was committed before stays, and a new script goes on from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from psycopg import sql

from pgacademy import __version__, backfills, bookkeeping, concurrently, locking, repeatables, roles, schools
from pgacademy.connection import Connection, school_path
from pgacademy.errors import MigrationError
from pgacademy.plans import Reading, reading
from pgacademy.sources import SourceFile, Tree, queries
from pgacademy.statements import Statement, split
from pgacademy.steps import Step


def script(conninfo: str, school: str, *, tree_: Tree | None = None) -> str:
    """The SQL that `migrate` would run now, for psql. Writes nothing.

    Raises as plans.plan does, and MigrationError for a school that has drifted or one that psql alone cannot migrate.
    """
    with reading(conninfo, school, tree_) as found:
        return _Script(found).text()


class _Recorder:
    """Takes the place of a connection: what would be written is kept as text, what only reads is done."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cursor = psycopg.ClientCursor(connection)
        self.lines: list[str] = []

    def execute(self, query: Any, values: Any = None) -> Any:
        text = self.rendered(query, values)
        if text.lstrip().startswith("select"):
            return self.connection.execute(query, values)
        self.lines.append(f"{text.rstrip(';')};")
        return None

    def rendered(self, query: Any, values: Any = None) -> str:
        """A query with its values put in."""
        return self.cursor.mogrify(query, values).strip()


class _Script:
    def __init__(self, found: Reading) -> None:
        self.found = found
        self.recorder = _Recorder(found.connection)
        self.lines = self.recorder.lines

    def text(self) -> str:
        plan = self.found.plan()
        if plan.has_drifted:
            raise MigrationError(
                f"The school {plan.school!r} is not what the files say, so `migrate` would refuse.",
                hint="`pgacademy plan` says what differs.",
            )
        if plan.is_clean:
            return f"-- {plan.school}: there is nothing to do.\n"
        self._head()
        for step in self.found.pending:
            self._step(step)
        self._repeatables()
        self._tail(plan.dropped)
        return "\n".join(self.lines) + "\n"

    # -- parts

    def _head(self) -> None:
        found = self.found
        made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        school_lock = locking.lock_key(locking.of_school(found.school))
        state = found.journal.state
        self.lines += [
            f"-- What pgacademy {__version__} would do to the school {found.school}, as of {made}.",
            f"-- For psql -X -f FILE, as a login that may set role {roles.owner(found.school)}.",
            *_PSQL,
            self.recorder.rendered(queries("plan")["script_settings"]),
        ]
        self.recorder.execute(queries("plan")["script_lock"], school_lock)
        owner, path = sql.Identifier(roles.owner(found.school)), school_path(found.school, found.extensions)
        if not found.has_journal:
            self._school(owner, path)
        self.lines += ["", self._sql("set role {}", owner), self._sql("set search_path to {}", path)]
        if found.has_journal and any(step.kind == "backfill" for step in found.pending):
            self.lines.append("begin;")
            self.recorder.execute(queries("backfills")["create"])
            self.lines.append("commit;")
        self.lines.append("")
        seen = {
            "applied": ",".join(sorted(state.applied)),
            "started": ",".join(sorted(state.started)),
            "files": ",".join(sorted(f"{kind} {name} {sha}" for (kind, name), (sha, _) in found.journal.files.items())),
        }
        self.recorder.execute(queries("plan")["script_state"], seen)

    def _school(self, owner: sql.Identifier, path: sql.Composed) -> None:
        """What a school stands on, as schools.prepare() makes it. Its roles are `pgacademy roles`' business."""
        extensions, school = sql.Identifier(self.found.extensions), sql.Identifier(self.found.school)
        self.lines += ["", "begin;"]
        if not self.found.exists:
            self.lines += [
                f"-- The roles must be there: pgacademy roles --school {self.found.school}",
                self._sql("create schema if not exists {}", extensions),
                self._sql("grant usage on schema {} to public", extensions),
                self._sql("create extension if not exists pg_trgm schema {}", extensions),
                self._sql("create schema {} authorization {}", school, owner),
            ]
        self.lines += [self._sql("set local role {}", owner), self._sql("set local search_path to {}", path)]
        schools.grant_schema(cast(Connection, self.recorder), self.found.school)
        for name in schools.JOURNAL:
            self.recorder.execute(queries(name)["create"])
        self.lines.append("commit;")

    def _step(self, step: Step) -> None:
        self._title(f"{step.path.name} ({step.kind})")
        connection = cast(Connection, self.recorder)
        if step.kind == "transactional":
            self.lines.append("begin;")
            self.lines += [f"{_for_psql(statement)};" for statement in step.statements]
        else:
            if step.kind == "concurrent" and step.id not in self.found.journal.state.started:
                self._look(step)
            bookkeeping.begin(connection, step)
            if step.kind == "backfill":
                self.lines.append("begin;")
                self._backfill(step)
            else:
                self._concurrently(step)
                self.lines.append("begin;")
        bookkeeping.mark(connection, step, 0)
        self.lines.append("commit;")

    def _look(self, step: Step) -> None:
        for statement in step.statements:
            about = concurrently.target(step.path.name, statement)
            if about.action == "create":
                self.recorder.execute(queries("plan")["script_look"], {"name": about.names[0]})

    def _concurrently(self, step: Step) -> None:
        """As concurrently.run(): what an earlier run left half done goes first, and what it did is not done again."""
        for statement in step.statements:
            about = concurrently.target(step.path.name, statement)
            is_resumed = step.id in self.found.journal.state.started
            if not is_resumed or about.action == "other":
                self.lines.append(f"{_for_psql(statement)};")
                continue
            values = {"names": list(about.names), "name": about.names[0], "table": about.table}
            plan = queries("plan") | {"script_mend_reindex": queries("concurrently")["leftovers"]}
            if about.action != "drop":
                self.lines += [self.recorder.rendered(plan[f"script_mend_{about.action}"], values), "\\gexec"]
            if about.action == "reindex":
                self.lines.append(f"{_for_psql(statement)};")
                continue
            self.lines += [f"{self.recorder.rendered(plan[f'script_done_{about.action}'], values)} \\gset"]
            self.lines += ["\\if :is_done", "\\else", f"{_for_psql(statement)};", "\\endif", "\\unset is_done"]

    def _backfill(self, step: Step) -> None:
        backfill = backfills.parse(step)
        values = {"id": backfill.id, "sha256": backfill.sha256, "table": backfill.table, "size": backfill.batch}
        self.lines.append(f"-- `migrate` does this in batches of {backfill.batch} rows; here it is one transaction.")
        self.recorder.execute(queries("plan")["script_backfill"], values)
        key, type_ = self._key(step, backfill.table)
        range_ = sql.SQL(queries("plan")["script_range"].decode()).format(
            key=key,
            table=sql.Identifier(backfill.table),
            last_key=sql.SQL(f"b.last_key::{type_}"),
            until_key=sql.SQL(f"b.until_key::{type_}"),
        )
        parts = [f"{self.recorder.rendered(range_, values)} \\gset", "\\if :{?to_key}", "\\if :is_first"]
        parts += [f"{_with_variables(backfill.query(type_, is_first=True))};", "\\else"]
        parts += [f"{_with_variables(backfill.query(type_, is_first=False))};", "\\endif"]
        self.lines += [part.replace(_KEY_TYPE, ":key_type") for part in parts]
        advance = queries("backfills")["advance"].decode()
        marks = {"last_key": ":'to_key'", "rows": ":rows"}
        for mark, variable in marks.items():
            advance = advance.replace(f"%({mark})s", variable)
        self.lines += [f"{self.recorder.rendered(advance, values)} \\gset", "\\endif"]
        used = ("key_name", "key_type", "from_key", "to_key", "is_first", "rows", "rows_done")
        self.lines += [f"\\unset {name}" for name in used]

    def _key(self, step: Step, table: str) -> tuple[sql.Composable, str]:
        """The column and the type of a table's key. Of one that the script itself makes, psql asks for them by then."""
        columns = self.found.connection.execute(queries("backfills")["key"], {"table": table}).fetchall()
        if not columns:
            self.lines.append(f"{self.recorder.rendered(queries('plan')['script_key'], {'table': table})} \\gset")
            return sql.SQL(':"key_name"'), _KEY_TYPE
        if len(columns) != 1 or columns[0][0] is None:
            raise MigrationError(
                f"{step.path.name} fills {table}, of which the server has no key of one column to tell yet.",
                hint="Run the script up to here first, or let `migrate` do it.",
            )
        name, type_ = columns[0]
        return sql.Identifier(name), type_

    def _repeatables(self) -> None:
        changed = self.found.changed()
        again, drops = self.found.remade(changed)
        todo = [*changed, *again]
        objects = [file for file in todo if file.kind in ("function", "view")]
        tables = [file for file in again if file.kind in ("triggers", "policies")]
        everything = [file for file in self.found.repeatables if file.kind in ("function", "view")]
        order = [file for file in repeatables.creation_order(everything) if file in objects]
        if order:
            self._title("functions and views")
            self.lines += ["begin;", "set local check_function_bodies = off;"]
            self.lines += [f"{_if_exists(statement)};" for statement in drops]
            for file in order:
                self._object(file)
            for file in tables:
                self._table(file)
            self.lines.append("commit;")
        done = {(file.kind, file.name) for file in tables}
        parts = [file for file in changed if file.kind in ("triggers", "policies")]
        parts = [file for file in parts if (file.kind, file.name) not in done]
        for name in sorted({file.name for file in parts}):
            self._title(f"table {name}")
            self.lines.append("begin;")
            mine = [file for file in parts if file.name == name]
            for file in sorted(mine, key=lambda file: file.kind, reverse=True):
                self._table(file)
            self.lines.append("commit;")
        for file in (file for file in changed if file.kind == "grants"):
            self._title(file.path)
            self.lines.append("begin;")
            self._each("reset_table_grants", {"group": f"pgacademy_{file.name}"})
            self._file(file)
            self.lines.append("commit;")

    def _object(self, file: SourceFile) -> None:
        if file.kind == "function":
            self._each("reset_function", {"name": file.name, "groups": ", ".join(repeatables.GROUPS)})
        self._file(file)

    def _table(self, file: SourceFile) -> None:
        if file.kind == "policies":
            self._each("drop_policies", {"table": file.name})
        self._file(file)
        if file.kind == "triggers":
            self._each("drop_old_triggers", {"table": file.name})

    def _file(self, file: SourceFile) -> None:
        self.lines.append(f"-- {file.path}")
        self.lines += [f"{_for_psql(statement)};" for statement in split(file.text, file.path)]
        self.recorder.execute(
            queries("bookkeeping")["record_object"], repeatables.record_values(file, self.found.history)
        )

    def _tail(self, dropped: Sequence[str]) -> None:
        if any((file.kind, file.name) == ("function", "ensure_partitions") for file in self.found.repeatables):
            self._title("the months of partitioned tables")
            self.lines.append(queries("engine")["ensure_partitions"].decode().strip() + ";")
        self._title("what is gone from the tree; and the end")
        self.lines.append("begin;")
        vanished = self.found.vanished()
        for kind, name in vanished:
            if kind == "grants":
                self._each("reset_table_grants", {"group": f"pgacademy_{name}"})
            elif kind not in ("function", "view"):
                self._each(f"drop_{kind}", {"table": name})
        doomed = self.found.with_dependents([key for key in vanished if key[0] in ("function", "view")])
        self.lines += [f"{_if_exists(drop)};" for kind, name, drop in doomed if (kind, name) in vanished]
        for kind, name in vanished:
            self.recorder.execute(queries("bookkeeping")["forget_object"], {"kind": kind, "name": name})
        recorder = cast(Connection, self.recorder)
        schools.record_release(recorder, self.found.school, anew=not self.found.exists)
        detail = ", ".join(["by a script", *(f"dropped: {name}" for name in dropped)])
        bookkeeping.tell(recorder, "repeatables", detail)
        self.lines += ["commit;", "select pg_advisory_unlock_all();", "reset search_path;", "reset role;"]

    # -- lines

    def _title(self, text: str) -> None:
        self.lines += ["", f"-- {text}"]

    def _each(self, query: str, values: dict[str, str]) -> None:
        """What a query returns is run, as it is at that moment; what it would be now stands in a comment."""
        text = self.recorder.rendered(queries("repeatables")[query], values)
        now = self.found.connection.execute(queries("repeatables")[query], values).fetchall()
        self.lines += [f"-- as of now: {row[0]};" for row in now if query != "drop_old_triggers"]
        self.lines += [text, "\\gexec"]

    def _sql(self, text: str, *parts: sql.Composable) -> str:
        return sql.SQL(cast(Any, text)).format(*parts).as_string(self.found.connection) + ";"


# What psql may have been told by its own options to do otherwise.
_PSQL = (
    "\\set ON_ERROR_STOP on",
    "\\set ON_ERROR_ROLLBACK off",
    "\\set AUTOCOMMIT on",
    "\\set SINGLELINE off",
    "\\set SINGLESTEP off",
    "\\unset FETCH_COUNT",
)
#: Stands for a type that only psql will know, until the colon of its variable can no longer be taken for SQL.
_KEY_TYPE = "pgacademy_key_type"
_MARK = re.compile(r"%%|%\((\w+)\)s")


def _for_psql(statement: Statement) -> str:
    """The statement as psql sends it unchanged: a variable of psql is a colon with a name right behind it.

    Raises MigrationError for a command of psql's own.
    """
    text, parts, last = statement.text, list[str](), 0
    for token in statement.tokens:
        if token.kind == "meta":
            raise MigrationError(
                f"{token.value!r} is a command for psql, and no SQL.", hint="Take it out: a file holds SQL alone."
            )
        if token[:2] == ("punctuation", ":") and not text[token.start + 1 : token.start + 2].isspace():
            parts += [text[last : token.start + 1], " "]
            last = token.start + 1
    return "".join([*parts, text[last:]])


def _with_variables(query: bytes) -> str:
    """A backfill's statement, its placeholders now variables of psql."""
    (statement,) = split(query.decode())
    return _MARK.sub(lambda mark: f":'{mark[1]}'" if mark[1] else "%", _for_psql(statement))


def _if_exists(statement: str) -> str:
    """A migration of the same script may have dropped it already."""
    for kind in ("materialized view", "view", "function", "procedure", "aggregate", "policy", "trigger"):
        if statement.startswith(f"drop {kind} "):
            return statement.replace(f"drop {kind} ", f"drop {kind} if exists ", 1)
    return statement
