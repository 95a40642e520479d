"""Drift: what of a school is not as its files, and this version of the library, say it should be.

Files are compared with the journal the school keeps, objects with the snapshot shipped in the package, or, where a
scratch database is given, with a school rebuilt there from the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from pgacademy import __version__, migrations, repeatables, roles, schools, scratch, sessions, snapshot, standing
from pgacademy.connection import (
    EXTENSIONS_SCHEMA,
    Connection,
    connect,
    extensions_schema,
    school_path,
    school_release,
)
from pgacademy.errors import LockBusy, MigrationError, UsageError
from pgacademy.school_comment import is_development
from pgacademy.settings import school_name
from pgacademy.snapshot import Difference, Expected
from pgacademy.sources import SourceFile, Tree, queries, tree
from pgacademy.standing import Standing
from pgacademy.steps import read_steps

#: How long reading a definition waits for whoever holds its table.
LOCK_TIMEOUT = "5s"

# What migrate makes itself, without a file.
_OF_THE_ENGINE = ("schema", "default privileges")


@dataclass(frozen=True)
class Files(Standing):
    """How the school's journal stands against the tree: migrations, and repeatable files.

    changed: paths of files that are not what was applied; vanished: kind and name of what has no file any more.
    unchecked: migrations that are recorded without a checksum, as yoyo itself does, so that an edit would not be seen.
    """

    changed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def have_drifted(self) -> bool:
        """An applied file was edited, has no file any more, or one has appeared before it."""
        return bool(self.edited or self.unknown or self.late)

    @property
    def are_pending(self) -> bool:
        """There is something for `migrate` to do."""
        return bool(self.pending or self.unfinished or self.changed or self.vanished)


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    `files` is None for a login that may not read the journal. `objects_compared` is False when migrations are pending:
    nothing says how a school half-way should look; its roles are compared even then. `measured_on` is the major version
    whose rows it was compared with. `mending` are statements for an administrator that put the roles right.
    """

    school: str
    library_version: str
    school_version: str | None
    is_development: bool
    server: int
    measured_on: int
    against: str
    files: Files | None
    objects_compared: bool
    differences: tuple[Difference, ...] = field(default=())
    mending: tuple[str, ...] = ()

    @property
    def has_drifted(self) -> bool:
        return bool(self.differences) or (self.files is not None and self.files.have_drifted)

    @property
    def is_pending(self) -> bool:
        return not self.objects_compared or (self.files is not None and self.files.are_pending)

    @property
    def is_clean(self) -> bool:
        return not self.has_drifted and not self.is_pending

    @property
    def states(self) -> dict[str, bool]:
        """What follows from the rest, by name, for documents."""
        return {"has_drifted": self.has_drifted, "is_pending": self.is_pending, "is_clean": self.is_clean}


def verify(conninfo: str, school: str, *, scratch_dsn: str | None = None, tree_: Tree | None = None) -> Verification:
    """Compares a school with what it should be, and writes nothing to its database.

    Any login that may use the school's schema can; the journal is for those that may act as owner, analyst or admin.
    `scratch_dsn` names a database in which a school may be made and dropped, on a server of the same major version; it
    is needed when the tree is not the one this installation was made with. Raises MigrationError when there is nothing
    to compare with or the journal lacks a table, SchoolMissing, NotAllowed, UsageError, LockBusy, ServerUnreachable.
    """
    files = tree_ or tree()
    if scratch_dsn is None:
        _require_shipped(files)
    with connect(conninfo) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        release = school_release(connection, school_name(school))
        with _patient(school), connection.transaction():
            connection.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
            is_development = _is_development(connection, school)
            of_roles = [item for item in roles.inspect_roles(connection, school) if item.role]
            journal = _files(connection, school, files, is_owner=_enter(connection, school))
            live = snapshot.take(connection, school)
    if scratch_dsn is None:
        expected, against = _shipped(live.server), "the snapshot of this library"
    else:
        expected, against = _rebuilt(scratch_dsn, live.server, files), "a school rebuilt from the files"
    behind = journal.pending or journal.unfinished if journal else release != __version__
    differences = [] if behind else snapshot.compare(expected, live, files)
    if journal:
        differences = [item for item in differences if not _is_waiting(item, journal, files.repeatables())]
    return Verification(
        school=school,
        library_version=__version__,
        school_version=release,
        is_development=is_development,
        server=live.server,
        measured_on=expected.measured_on,
        against=against,
        files=journal,
        objects_compared=not behind,
        differences=(*differences, *map(_of_role, of_roles)),
        mending=tuple(item.statement for item in of_roles if item.statement),
    )


@contextmanager
def _patient(school: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.LockNotAvailable as exc:
        raise LockBusy(
            f"The school {school!r} is being changed at this moment.",
            hint="Wait for the migration, or whatever holds its tables, and verify again.",
            sqlstate=exc.sqlstate,
        ) from exc


def repair(
    conninfo: str, found: Verification, progress: migrations.Progress | None = None, *, tree_: Tree | None = None
) -> list[str]:
    """Applies again the repeatable files whose objects have drifted; returns their paths.

    What `migrate` itself makes (default privileges, USAGE on the schema) comes back too. What a migration made is left
    alone, and so is what somebody added. Raises as migrations.migrate does.
    """
    files = tree_ or tree()
    due = mendable(found.differences, files.repeatables())
    if not can_repair(found, files):
        return []
    if not found.objects_compared:
        raise UsageError(
            f"The school {found.school!r} is behind.", hint=f"Run `pgacademy migrate --school {found.school}` first."
        )
    with (
        connect(conninfo) as connection,
        sessions.school_lock(connection, found.school),
        schools.as_owner(connection, found.school),
        connection.transaction(),
    ):
        for file in due:
            values = {"kind": file.kind, "name": file.name}
            connection.execute(queries("bookkeeping")["forget_object"], values)
    migrations.migrate(conninfo, found.school, progress, tree_=files)
    return [file.path for file in due]


def can_repair(found: Verification, files: Tree) -> bool:
    """Whether repair() would do anything."""
    of_the_engine = any(item.object in _OF_THE_ENGINE for item in found.differences)
    return of_the_engine or bool(mendable(found.differences, files.repeatables()))


def mendable(differences: Sequence[Difference], files: Sequence[SourceFile]) -> list[SourceFile]:
    """The repeatable files that say how what differs should be."""
    by_key = {(file.kind, file.name): file for file in files}
    found = (by_key.get(key) for item in differences for key in [_file_of(item)] if key)
    return list(dict.fromkeys(file for file in found if file is not None))


# -- the school -------------------------------------------------------------------------------------------------------


# Those that may read the journal first.
_READERS = ("owner", "analyst", "admin", "service", "instructor", "student", "anonymous")


def _enter(connection: Connection, school: str) -> bool:
    """Acts as the owner, else as a role of the school that the login has, else as itself; True for the owner."""
    for name in (f"{school}_{role}" for role in _READERS):
        if schools.may_act_as(connection, name) and _may_use(connection, name, school):
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(name)))
            return name == roles.owner(school)
    return False


def _may_use(connection: Connection, role: str, school: str) -> bool:
    """Not even the owner may, once the schema was given to somebody else."""
    row = connection.execute(queries("verification")["may_use"], {"role": role, "school": school}).fetchone()
    return bool(row and row[0])


def _is_development(connection: Connection, school: str) -> bool:
    row = connection.execute(queries("engine")["school_release"], {"school": school}).fetchone()
    return is_development(row[0] or "") if row else False


def _files(connection: Connection, school: str, tree_: Tree, *, is_owner: bool) -> Files | None:
    """The journal against the files; None where this role may not read it."""
    path = school_path(school, extensions_schema(connection) or EXTENSIONS_SCHEMA)
    connection.execute(sql.SQL("set local search_path to {}").format(path))
    row = connection.execute(queries("verification")["may_read"]).fetchone()
    has_views = bool(row and row[0])
    if not has_views and not is_owner:
        return None
    _require_journal(connection, school)
    journal, files = standing.read_journal(connection, has_views=has_views), tree_.repeatables()
    applied = journal.state.applied
    # An object that was dropped, its file being as it was applied, is drift, though `migrate` brings it back.
    changed = standing.changed(files, journal, list(applied))
    return Files(
        **vars(standing.standing(read_steps(tree_.migrations), journal.state)),
        unchecked=tuple(name for name, sha256 in applied.items() if sha256 is None),
        changed=tuple(file.path for file in changed),
        vanished=tuple(f"{kind} {name}" for kind, name in standing.vanished(files, journal)),
    )


def _require_journal(connection: Connection, school: str) -> None:
    """Raises MigrationError when a table is lost without which the journal cannot be read."""
    lost = [row[0] for row in connection.execute(queries("verification")["lost"])]
    if "_yoyo_migration" in lost:
        hint = "Bring it back from a backup of the school: nothing else says for sure which migrations were applied."
    else:
        hint = f"Bring it back from a backup, or run `pgacademy migrate --school {school}`, which makes it anew."
    if lost:
        raise MigrationError(f"The journal of the school {school!r} lacks {' and '.join(lost)}.", hint=hint)


# -- what it should be ------------------------------------------------------------------------------------------------


def _require_shipped(files: Tree) -> None:
    shipped = snapshot.shipped()
    if shipped is None or shipped.fingerprint != snapshot.fingerprint(files):
        raise MigrationError(
            "The snapshot in this installation is not of these files, so it cannot say what a school should look like.",
            hint="Name a database in which a school may be made and dropped: `pgacademy verify --scratch-dsn …`. "
            "In a checkout, `make generate` brings the snapshot up to date.",
        )


def _shipped(server: int) -> Expected:
    shipped = snapshot.shipped()
    assert shipped is not None  # noqa: S101  (_require_shipped came before)
    return shipped.on(server)


def _rebuilt(scratch_dsn: str, server: int, files: Tree) -> Expected:
    with scratch.school(scratch_dsn, server, files) as (connection, name):
        rebuilt = snapshot.take(connection, name)
    # In the school's own database the same things lie beside the extensions.
    rows = {key: text for key, text in rebuilt.rows.items() if key.object != snapshot.BESIDE_EXTENSIONS}
    # A school that came from an older server keeps what that one made of a file.
    shipped = snapshot.shipped()
    alternatives = shipped.on(server).alternatives if shipped else {}
    return Expected(server, server, rows, alternatives)


def _of_role(item: roles.RoleFinding) -> Difference:
    state: snapshot.State = "extra" if item.is_extra else "missing"
    expected, found = (None, item.phrase) if item.is_extra else (item.phrase, None)
    return Difference(f"role {item.role}", item.kind or "", item.name or "", "", state, expected, found)


# -- differences and files --------------------------------------------------------------------------------------------


def _file_of(item: Difference) -> tuple[str, str] | None:
    """Kind and name of the repeatable file that a difference would be in, if there is such a file."""
    kind, _, rest = item.object.partition(" ")
    if kind in ("function", "procedure"):
        return "function", rest.partition("(")[0]
    if kind == "view" or item.object.startswith("materialized view "):
        return "view", item.object.removeprefix("materialized ").partition(" ")[2]
    if kind == "table":
        part = item.name.partition(" ")[0] if item.kind == "comment" else item.kind
        if part in ("trigger", "policy"):
            return {"trigger": "triggers", "policy": "policies"}[part], rest
    if kind in ("table", "sequence") and item.kind == "grant":
        grantee = item.name.rpartition("to ")[2]
        if grantee in repeatables.GROUPS:
            return "grants", grantee.removeprefix("pgacademy_")
    return None


def _is_waiting(item: Difference, journal: Files, files: Sequence[SourceFile]) -> bool:
    """Whether `migrate` would come to this object anyway, because its file changed or is gone."""
    key = _file_of(item)
    if key is None:
        return False
    waiting = {(file.kind, file.name) for file in files if file.path in journal.changed}
    return key in waiting or " ".join(key) in journal.vanished
