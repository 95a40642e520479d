"""Schools renamed, dropped and emptied.

All three first hold every table of the school, and give up and try again when that is not to be had at once: whoever is
in the middle of a transaction finishes it, and nobody is drawn into a deadlock. What is renamed or dropped is so in one
transaction, roles included; only a school too large for the server's lock table is dropped in several.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg
from psycopg import sql

from pgacademy import bookkeeping, locking, migrations, registry, roles, schools, seeding, sessions
from pgacademy.connection import Connection, connect, refuse_pooler
from pgacademy.errors import Conflict, MigrationError, NotAllowed, UsageError
from pgacademy.school_comment import BEING_DROPPED
from pgacademy.settings import school_name
from pgacademy.sources import Tree, queries, tree

T = TypeVar("T")

# A drop in one transaction may take this part of the server's lock table; a larger school goes in batches.
_PART_OF_LOCK_TABLE = 4
# A table brings its indexes, its TOAST table and that one's index with it.
_RELATIONS_PER_TABLE = 8
_PLAIN = re.compile(r'[\w"$, ]+')


@dataclass
class RenameReport:
    """What a rename did. `roles` is "renamed", or "made" when the old ones serve other databases and stay.

    `todo` are statements that this login was not allowed to run; somebody else has to.
    """

    old: str
    new: str
    roles: str = "renamed"
    functions: int = 0
    logins: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    duration_s: float = 0.0


@dataclass(frozen=True)
class Holdings:
    """What a school holds: people (None without a table of them), rows as the planner counts them, bytes on disk."""

    school: str
    people: int | None
    tables: int
    rows: int
    size_bytes: int | None


@dataclass
class DropReport:
    """What a drop took: the holdings, the roles dropped, and for each role that stays the reason."""

    school: str
    holdings: Holdings
    transactions: int = 1
    roles_dropped: list[str] = field(default_factory=list)
    roles_left: dict[str, str] = field(default_factory=dict)
    duration_s: float = 0.0


# -- rename -----------------------------------------------------------------------------------------------------------


def rename(conninfo: str, old: str, new: str) -> RenameReport:
    """Renames a school: schema, roles, the paths of its functions and the settings of its logins, in one transaction.

    Roles belong to the cluster: where another database uses the old ones, they stay, and new ones get what they have of
    this school. Applications have to connect under the new name, and sign tokens for it.
    Raises SchoolMissing, Conflict, UsageError, NotAllowed, LockBusy.
    """
    school_name(new)
    if old == new:
        raise UsageError(f"The school is called {new!r} already.")
    started = time.monotonic()
    with _session(conninfo, "rename") as connection:
        registry.require(connection, old)
        with _alone(connection, old, new):
            if registry.require(connection, old).state == "being dropped":
                raise Conflict(f"The school {old!r} is being dropped.", hint=f"Finish it: `pgacademy drop {old}`.")
            _refuse_taken(connection, new)
            tables = _Tables(connection, old)
            report = locking.retried(connection, lambda: _rename(connection, tables, new))
    report.duration_s = time.monotonic() - started
    return report


def _rename(connection: Connection, tables: _Tables, new: str) -> RenameReport:
    started, old = time.monotonic(), tables.school
    report = RenameReport(old, new)
    owner = roles.owner(old)
    locking.take_turn(connection)
    with _acting_as(connection, old, owner):
        tables.hold()
    report.roles = "renamed" if _may_rename_roles(connection, old, new) else "made"
    with _creating_schemas(connection, owner), _acting_as(connection, new, owner):
        connection.execute(_sql("alter schema {} rename to {}", old, new))
        report.functions = _repin(connection, old, new)
    if report.roles == "renamed":
        for before, after in zip(roles.of_school(old), roles.of_school(new), strict=True):
            connection.execute(_sql("alter role {} rename to {}", before, after))
    else:
        report.todo += _hand_over(connection, old, new)
    _move_settings(connection, report)
    values = {"school": new, "old": old}
    report.todo += [row[0] for row in connection.execute(queries("registry")["pinned_elsewhere"], values)]
    with _acting_as(connection, new, roles.owner(new)):
        _note(connection, "rename", f"{old} to {new}", started)
    return report


def _refuse_taken(connection: Connection, new: str) -> None:
    if connection.execute(queries("engine")["schema_owner"], {"school": new}).fetchone():
        raise Conflict(f"There is a schema {new!r} already.", hint="Choose another name.")


def _may_rename_roles(connection: Connection, old: str, new: str) -> bool:
    """Whether no role of the new name exists, nobody else in the cluster uses the old ones, and this login may."""
    if connection.execute(queries("registry")["existing_roles"], {"roles": roles.of_school(new)}).fetchone():
        return False
    values = {"roles": roles.of_school(old)}
    return not any(
        connection.execute(queries("registry")[query], values).fetchone()
        for query in ("used_elsewhere", "unmovable_roles")
    )


def _repin(connection: Connection, old: str, new: str) -> int:
    """Pins the school's functions to the new name, each exactly as `set search_path from current` would have."""
    count = 0
    values = {"school": new, "old": old, "new": new}
    for before, after in connection.execute(queries("registry")["paths"], values).fetchall():
        connection.execute(queries("registry")["set_path"], {"path": after})
        found = connection.execute(queries("registry")["repin"], {"school": new, "path": before}).fetchall()
        connection.execute("; ".join(statement for (statement,) in found).encode())
        count += len(found)
    return count


def _hand_over(connection: Connection, old: str, new: str) -> list[str]:
    """Gives what the old roles have of the school, now called `new`, to roles of that name; the old ones stay."""
    before, after = roles.owner(old), roles.owner(new)
    roles.apply_roles(connection, new)
    roles.require_roles(connection, new)
    try:
        with connection.transaction():
            connection.execute(_sql("grant {} to {}", after, before))
    except psycopg.errors.InsufficientPrivilege as exc:
        raise NotAllowed(
            f"This login may not give what {before} owns to {after}.",
            hint=f"Have an administrator run `grant {after} to {before}`, rename, and revoke it again.",
            sqlstate=exc.sqlstate,
        ) from exc
    with _creating_schemas(connection, before), _acting_as(connection, new, before):
        connection.execute(_sql("alter schema {} owner to {}", new, after))
        connection.execute(_sql("reassign owned by {} to {}", before, after))
        # The owner's default privileges, which migrate set, are the one thing left to it: back to PostgreSQL's own.
        connection.execute("alter default privileges grant execute on functions to public")
    connection.execute(_sql("revoke {} from {}", after, before))
    with _acting_as(connection, new, after):
        schools.grant_schema(connection, new)
        for role in roles.of_school(old)[1:]:
            connection.execute(_sql("revoke all on schema {} from {}", new, role))
    return _copy_memberships(connection, old, new)


def _copy_memberships(connection: Connection, old: str, new: str) -> list[str]:
    """Makes every member of an old role one of the new role, on the same terms; what may not be done is returned."""
    todo = []
    found = connection.execute(queries("registry")["members"], {"roles": roles.of_school(old)}).fetchall()
    for role, member, admin, inherits, sets in found:
        options = [f"admin {str(admin).lower()}"]
        options += [f"inherit {str(inherits).lower()}", f"set {str(sets).lower()}"] if sets is not None else []
        # 15 knows ADMIN alone, and no word after it but OPTION.
        terms = sql.SQL(f" with {', '.join(options)}" if sets is not None else " with admin option" if admin else "")
        statement = _sql("grant {} to {}", new + role[len(old) :], member) + terms
        todo += _attempt(connection, statement)
    return todo


def _move_settings(connection: Connection, report: RenameReport) -> None:
    """Logins, and the database, whose search path or role names the school are told the new name."""
    values = {"old": report.old, "new": report.new, "roles": roles.of_school(report.old)}
    database = connection.info.dbname
    for kind, name, in_database, setting, value in connection.execute(
        queries("registry")["role_settings"], values
    ).fetchall():
        if name.startswith(f"{report.old}_") and report.roles == "made" and name in roles.of_school(report.old):
            continue
        target = _sql("alter database {}" if kind == "database" else "alter role {}", name)
        if in_database:
            target += _sql(" in database {}", database)
        if setting == "search_path":
            # From current, never spliced in: a login may have put anything into its own path.
            connection.execute(queries("registry")["set_path"], {"path": value})
            left = _attempt(connection, target + sql.SQL(" set search_path from current"))
            shown = value if _PLAIN.fullmatch(value) else "…"
            left = [f"{target.as_string(connection)} set search_path to {shown};" for _ in left]
        else:
            left = _attempt(connection, target + sql.SQL(" set role to {}").format(sql.Literal(value)))
        report.todo += left
        if not left:
            report.logins.append(name)


# -- drop and reset ---------------------------------------------------------------------------------------------------


def holdings(connection: Connection, school: str) -> Holdings:
    """What the school holds. Raises SchoolMissing; people are counted as the owner, if the login may act as it."""
    entry = registry.require(connection, school)
    row = connection.execute(queries("registry")["holdings"], {"school": school}).fetchone()
    tables, rows = row or (0, 0)
    people: int | None = None
    unreadable = (NotAllowed, psycopg.errors.UndefinedTable, psycopg.errors.LockNotAvailable)
    with suppress(*unreadable), schools.as_owner(connection, school):
        found = connection.execute(queries("registry")["people"]).fetchone()
        people = found[0] if found else None
    return Holdings(school, people, tables, rows, entry.size_bytes)


def drop(conninfo: str, school: str, *, confirm: str) -> DropReport:
    """Drops a school with all it holds, and its roles where nobody else uses them; `confirm` repeats its name.

    Refuses when something outside the school stands on it. Raises SchoolMissing, UsageError, Conflict, NotAllowed,
    LockBusy.
    """
    if confirm != school:
        raise UsageError(
            f"To drop the school {school!r}, its name has to be repeated; this is {confirm!r}.",
            hint=f"Say --confirm {school} if that is meant.",
        )
    started = time.monotonic()
    with _session(conninfo, "drop") as connection:
        registry.require(connection, school)
        with _alone(connection, school):
            report = DropReport(school, holdings(connection, school))
            report.transactions = _empty(connection, school, lambda: _drop_school(connection, report))
    report.duration_s = time.monotonic() - started
    return report


def reset(conninfo: str, school: str, *, tree_: Tree | None = None) -> migrations.MigrationReport:
    """Empties a development school: drops everything in it, migrates it anew and brings in the reference data.

    Roles, logins and their settings stay. Raises SchoolMissing, NotAllowed for a school that is no development one, and
    what drop and migrate raise.
    """
    with _session(conninfo, "reset") as connection:
        _require_development(connection, school)
        with _alone(connection, school):
            _require_development(connection, school)
            _empty(connection, school, lambda: _remake_schema(connection, school))
    report = migrations.migrate(conninfo, school, tree_=tree_)
    if ((tree_ or tree()).seeds / "reference").exists():
        seeding.seed(conninfo, school, "reference", tree_=tree_)
    return report


def _require_development(connection: Connection, school: str) -> None:
    if not registry.require(connection, school).development:
        raise NotAllowed(
            f"{school!r} is a production school, and is not reset.",
            hint=f"If it is not, say so first: `pgacademy mark {school} development`.",
        )


def _empty(connection: Connection, school: str, finish: Callable[[], None]) -> int:
    """Runs `finish`, which drops the schema, in a transaction; before it, what is too much for one, in others."""
    transactions = 1
    row = connection.execute(queries("registry")["relations"], {"school": school}).fetchone()
    relations, room = row or (0, 1)
    part = max(room // _PART_OF_LOCK_TABLE, _RELATIONS_PER_TABLE)
    if relations > part:
        limit = {"school": school, "limit": part // _RELATIONS_PER_TABLE}
        locking.retried(connection, lambda: _close(connection, school))
        transactions += 1
        while locking.retried(connection, lambda: _drop_some_tables(connection, limit)):
            transactions += 1

    tables = _Tables(connection, school)

    def work() -> None:
        locking.take_turn(connection)
        with _acting_as(connection, school, roles.owner(school)):
            tables.hold()
            _refuse_dependents(connection, school)
        finish()

    locking.retried(connection, work)
    return transactions


def _close(connection: Connection, school: str) -> None:
    """Nobody enters a school that is about to be dropped in parts; a development school stays one, for reset."""
    with _acting_as(connection, school, roles.owner(school)):
        _refuse_dependents(connection, school)
        for role in roles.of_school(school)[1:]:
            connection.execute(_sql("revoke all on schema {} from {}", school, role))
        entry = registry.require(connection, school)
        if entry.development:
            schools.forget_release(connection, school)
        else:
            text = sql.Literal(BEING_DROPPED)
            connection.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(school), text))


def _drop_some_tables(connection: Connection, limit: dict[str, object]) -> int:
    school = str(limit["school"])
    with _acting_as(connection, school, roles.owner(school)):
        _refuse_dependents(connection, school)
        found = connection.execute(queries("registry")["tables_to_drop"], limit).fetchall()
        for (statement,) in found:
            connection.execute(statement.encode())
    return len(found)


def _refuse_dependents(connection: Connection, school: str) -> None:
    found = [row[0] for row in connection.execute(queries("registry")["dependents_outside"], {"school": school})]
    if found:
        raise Conflict(
            f"What is not of the school {school!r} stands on it: {', '.join(found[:5])}"
            + (f" and {len(found) - 5} more." if len(found) > 5 else "."),
            hint="Have whoever made these things drop or move them.",
            detail="\n".join(found),
        )


def _drop_school(connection: Connection, report: DropReport) -> None:
    school = report.school
    owner = roles.owner(school)
    report.roles_dropped, report.roles_left = [], {}
    with _acting_as(connection, school, owner):
        connection.execute(_sql("drop schema {} cascade", school))
        connection.execute("alter default privileges grant execute on functions to public")
    for role in reversed(roles.of_school(school)):
        reason = _drop_role(connection, role)
        if reason is None:
            report.roles_dropped.append(role)
        else:
            report.roles_left[role] = reason


def _drop_role(connection: Connection, role: str) -> str | None:
    """Drops a role that nothing and nobody uses; otherwise says what does."""
    values = {"role": role, "roles": [role]}
    if not connection.execute(queries("registry")["existing_roles"], values).fetchone():
        return "it does not exist"
    if elsewhere := connection.execute(queries("registry")["used_elsewhere"], values).fetchall():
        return f"used in {', '.join(place for _, place in elsewhere)}"
    if here := connection.execute(queries("registry")["used_here"], values).fetchall():
        return f"used by {', '.join(thing for (thing,) in here)}"
    if members := connection.execute(queries("registry")["members"], values).fetchall():
        return f"held by {', '.join(member for _, member, *_ in members)}"
    left = _attempt(connection, _sql("drop role {}", role))
    return f"to be dropped by whoever may: {left[0]}" if left else None


def _remake_schema(connection: Connection, school: str) -> None:
    owner = roles.owner(school)
    with _creating_schemas(connection, owner), _acting_as(connection, school, owner):
        connection.execute(_sql("drop schema {} cascade", school))
        connection.execute(_sql("create schema {} authorization {}", school, owner))
        schools.set_development(connection, school, True)


# -- what they share --------------------------------------------------------------------------------------------------


@contextmanager
def _session(conninfo: str, what: str) -> Iterator[Connection]:
    with connect(conninfo, application_name=f"pgacademy {what}") as connection, sessions.writing():
        refuse_pooler(connection, int(str(_value(connection.execute("select pg_backend_pid()")))))
        connection.execute(queries("engine")["session_settings"])
        yield connection


@contextmanager
def _alone(connection: Connection, *names: str) -> Iterator[None]:
    """Holds the locks of these schools, in one order for all, so that no two sessions wait for one another."""
    if not names:
        yield
        return
    first, *others = sorted(names)
    with locking.advisory_lock(connection, locking.of_school(first)), _alone(connection, *others):
        yield


@contextmanager
def _acting_as(connection: Connection, school: str, role: str) -> Iterator[None]:
    """Within a transaction: the role, and the school's path. Both end with the block, or the transaction."""
    try:
        schools.act_in(connection, school, role)
    except psycopg.errors.InsufficientPrivilege as exc:
        raise NotAllowed(
            f"This login may not act as {role}.", hint="Connect as the role that deploys the school.", sqlstate="42501"
        ) from exc
    yield
    connection.execute("set local role none")


@contextmanager
def _creating_schemas(connection: Connection, role: str) -> Iterator[None]:
    """Within a transaction: `role` may create schemas in this database, which renaming and emptying one takes."""
    database = connection.info.dbname
    query, values = queries("registry")["may_create_schemas"], {"role": role}
    had = bool(_value(connection.execute(query, values)))
    if not had:
        with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(_sql("grant create on database {} to {}", database, role))
        if not _value(connection.execute(query, values)):
            raise NotAllowed(
                f"{role} may not create a schema in this database, which this takes for a moment.",
                hint=f"Have the database's owner run: grant create on database {database} to {role};",
            )
    yield
    if not had:
        connection.execute(_sql("revoke create on database {} from {}", database, role))


class _Tables:
    """All tables of the school, to be held at once, while others come and go.

    Whoever is in a transaction must be able to finish it, so a table that transactions begin with is taken before those
    that they go on to: taken the other way round, they wait for the second while we wait for the first. Nobody says
    which tables those are, but most sessions hold them at any moment, and what could not be had comes first next time.
    """

    def __init__(self, connection: Connection, school: str) -> None:
        self.connection = connection
        self.school = school
        self.weight: Counter[str] = Counter()

    def hold(self) -> None:
        """Locks them, or raises LockNotAvailable well before anybody who waits for us looks for a deadlock."""
        execute, values = self.connection.execute, {"school": self.school}
        budget = int(str(_value(execute(queries("registry")["lock_budget"]))))
        before = _value(execute("show lock_timeout"))
        found = execute(queries("registry")["tables_to_lock"], values).fetchall()
        self.weight.update({name: holders for name, holders, _ in found})
        deadline: float | None = None
        for name, _, statement in sorted(found, key=lambda row: -self.weight[row[0]]):
            # The first wait may last: we hold nothing yet. From then on others may be waiting for us.
            left = budget if deadline is None else max(1, round((deadline - time.monotonic()) * 1000))
            execute(queries("registry")["set_lock_timeout"], {"value": f"{left}ms"})
            try:
                _execute_lock(self.connection, statement)
            except psycopg.errors.LockNotAvailable:
                self.weight[name] = self.weight.total() + 1
                raise
            deadline = deadline or time.monotonic() + budget / 1000
        execute(queries("registry")["set_lock_timeout"], {"value": before})


def _execute_lock(connection: Connection, statement: str) -> None:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.OutOfMemory as exc:
        raise MigrationError(
            "The server has no room for so many locks.",
            hint="Raise max_locks_per_transaction and restart it.",
            sqlstate=exc.sqlstate,
        ) from exc


def _attempt(connection: Connection, statement: sql.Composed) -> list[str]:
    """Runs a statement; returns it as text, to be told to people, when this login may not."""
    try:
        with connection.transaction():
            connection.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantor):
        return [f"{statement.as_string(connection)};"]
    return []


def _note(connection: Connection, operation: str, detail: str, started: float) -> None:
    """A line in the school's history, if it is new enough to keep one."""
    if _value(connection.execute(queries("bookkeeping")["history_exists"])):
        bookkeeping.tell(connection, operation, detail, duration_ms=round((time.monotonic() - started) * 1000))


def _sql(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _value(found: psycopg.Cursor[tuple[object, ...]]) -> object:
    row: Sequence[object] | None = found.fetchone()
    return row[0] if row else None
