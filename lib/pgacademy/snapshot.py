"""A school as data: everything in its schema that is not rows of tables, in a form that two schools can be compared in.

`take` reads the catalogue of a living school. `shipped` is what a school of this library should look like, measured on
several major versions of PostgreSQL when the library was made (`make generate`). Names of schools, of their roles and
of the extensions' schema are placeholders, so that schools of other names in other databases give equal snapshots.

Looked at besides is what stands on the school's tables from other schemas by foreign key or inheritance, what
publications take from it, and what lies beside the extensions without being one's.

Left out is what depends on data or calendar: positions of sequences, whether a materialized view is filled, rows of the
school's journal. A partition shows only what it has of its own, and what it has otherwise than its parent.

Not looked at are event triggers, publications of all tables, casts, text search templates and parsers, members taken
out of an extension, settings of roles and of the database, and views or functions of other schemas that use the
school's. Roles are looked at by roles.inspect_roles.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, NamedTuple

from pgacademy import school_comment
from pgacademy.connection import EXTENSIONS_SCHEMA, Connection, extensions_schema, school_path
from pgacademy.errors import NotAllowed
from pgacademy.roles import of_school
from pgacademy.settings import school_name
from pgacademy.sources import Tree, checksum, queries
from pgacademy.steps import read_steps

State = Literal["missing", "extra", "different"]

#: Where `make generate` writes what a school should look like.
SHIPPED = Path(__file__).with_name("snapshots") / "catalogue.json"

#: The object of rows about what no extension owns in the extensions' schema.
BESIDE_EXTENSIONS = "extensions schema"

_ROLE = re.compile(r"\{role:([^}]*)\}")
_DOLLAR_QUOTED = re.compile(r"(\$\w*\$)(.*?)\1", re.DOTALL)
_HASH = "sha256:"


class Key(NamedTuple):
    """What a row is about: `table users`, `column`, `email`, and the attribute where there is more than one."""

    object: str
    kind: str
    name: str
    attribute: str


@dataclass(frozen=True)
class Snapshot:
    """A school's catalogue on a server of this major version: definitions by key, in order of the keys."""

    server: int
    rows: Mapping[Key, str]


@dataclass(frozen=True)
class Expected:
    """What a school should look like on one major version.

    `measured_on` is the version whose rows these are: the nearest one, where that version was not measured.
    `alternatives` are the definitions on the other versions: a school that came from an older server keeps some.
    """

    server: int
    measured_on: int
    rows: Mapping[Key, str]
    alternatives: Mapping[Key, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """One thing that is missing, extra or different. `expected` and `found` are its definitions."""

    object: str
    kind: str
    name: str
    attribute: str
    state: State
    expected: str | None
    found: str | None


# -- of a living school -----------------------------------------------------------------------------------------------


def take(connection: Connection, school: str) -> Snapshot:
    """Reads the catalogue of a school, as whoever the connection is; changes nothing but the transaction's path.

    Raises NotAllowed for a login that may not use the schema: without that, definitions would come out otherwise.
    """
    extensions = extensions_schema(connection) or EXTENSIONS_SCHEMA
    found: dict[Key, str] = {}
    with connection.transaction():
        path = school_path(school_name(school), extensions).as_string(connection)
        connection.execute("select set_config('search_path', %s, true)", (path,))
        texts = dict(queries("snapshot"))
        names = {"school": school, "extensions": extensions}
        row = connection.execute(texts.pop("usable"), names).fetchone()
        if row is None or not row[0]:
            raise NotAllowed(
                f"This login may not use the schemas {school!r} and {extensions!r}, so it sees no definitions.",
                hint=f"Grant it USAGE on both, or a role that has it, such as {school}_analyst.",
            )
        # Without parameters %% would stay %%.
        with connection.pipeline():
            cursors = [connection.execute(text, {}) for text in texts.values()]
        for cursor in cursors:
            for *key, definition in cursor:
                _add(found, Key(*key), definition, school, extensions)
    return Snapshot(connection.info.server_version // 10000, dict(sorted(found.items())))


def _add(found: dict[Key, str], key: Key, definition: str, school: str, extensions: str) -> None:
    own = dict(zip(of_school(school), of_school("<school>"), strict=True))

    def role(match: re.Match[str]) -> str:
        return own.get(match[1], match[1])

    if key.attribute == "settings":
        definition = _placed(definition, school, extensions)
    elif key.object == "schema" and key.kind == "comment":
        definition = school_comment.placed(definition)
    elif "{role:" in definition and key.attribute not in ("body", "statements", "query"):
        definition = _ROLE.sub(role, definition)
    found[key._replace(name=_ROLE.sub(role, key.name))] = definition


def _placed(settings: str, school: str, extensions: str) -> str:
    """A function's settings with placeholders for the two schemas of its path."""
    lines = []
    for line in settings.split("\n"):
        name, _, value = line.partition("=")
        if name == "search_path":
            places = {school: "<school>", f'"{school}"': "<school>", extensions: "<extensions>"}
            value = ", ".join(places.get(part, part) for part in value.split(", "))
        lines.append(f"{name}={value}")
    return "\n".join(lines)


# -- as it is shipped -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shipped:
    """The snapshot in the package. `fingerprint` is that of the tree it was taken of; `versions` were measured."""

    fingerprint: str
    versions: tuple[int, ...]
    rows: tuple[tuple[Key, str, tuple[int, ...]], ...]

    def on(self, server: int) -> Expected:
        """What a school should look like on major version `server`, or on the nearest one that was measured."""
        newer = [version for version in self.versions if version >= server]
        measured = min(newer, default=max(self.versions))
        alternatives: defaultdict[Key, set[str]] = defaultdict(set)
        rows: dict[Key, str] = {}
        for key, definition, versions in self.rows:
            if measured in versions:
                rows[key] = definition
            else:
                alternatives[key].add(definition)
        return Expected(server, measured, rows, {key: frozenset(found) for key, found in alternatives.items()})


def fingerprint(tree: Tree) -> str:
    """The checksum of all that makes a school look as it does: the tree's files, and the engine's own tables."""
    parts = [
        *((step.id, step.sha256) for step in read_steps(tree.migrations)),
        *((file.path, file.sha256) for file in tree.repeatables()),
        *((name, checksum(queries(name)["create"].decode())) for name in ("bookkeeping", "backfills")),
        *((name, checksum(text.decode())) for name, text in queries("snapshot").items()),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def shipped() -> Shipped | None:
    """The snapshot in the package; None where there is none yet."""
    file = resources.files("pgacademy") / "snapshots" / "catalogue.json"
    return read(file.read_text(encoding="utf-8")) if file.is_file() else None


def read(text: str) -> Shipped:
    """The inverse of `write`."""
    document = json.loads(text)
    everywhere = tuple(document["versions"])
    rows = tuple((Key(*row[:4]), row[4], tuple(row[5]) if len(row) > 5 else everywhere) for row in document["rows"])
    return Shipped(document["fingerprint"], everywhere, rows)


def restricted(text: str, servers: Iterable[int]) -> str:
    """A written snapshot with the rows of these major versions only."""
    kept = read(text)
    wanted = [server for server in kept.versions if server in set(servers)]
    return write(kept.fingerprint, [Snapshot(server, kept.on(server).rows) for server in wanted])


def write(fingerprint_: str, snapshots: Iterable[Snapshot]) -> str:
    """The text of a snapshot to ship: one row a line, with the versions where not all have it.

    A function's body is kept as a checksum, because its text is in the function's file.
    """
    taken = sorted(snapshots, key=lambda snapshot: snapshot.server)
    versions = [snapshot.server for snapshot in taken]
    found: defaultdict[Key, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for snapshot in taken:
        for key, definition in snapshot.rows.items():
            found[key][_hashed(definition) if key.attribute == "body" else definition].append(snapshot.server)
    lines = [
        json.dumps([*key, definition, *([where] if where != versions else [])], ensure_ascii=False)
        for key, definitions in sorted(found.items())
        for definition, where in definitions.items()
    ]
    head = f'{{"fingerprint": "{fingerprint_}",\n"versions": {json.dumps(versions)},\n"rows": [\n'
    return head + ",\n".join(lines) + "\n]}\n"


def _hashed(text: str) -> str:
    """The checksum of a function's body; of a checksum, itself."""
    if text.startswith(_HASH):
        return text
    return _HASH + hashlib.sha256(text.encode()).hexdigest()


# -- comparing --------------------------------------------------------------------------------------------------------


def compare(expected: Expected, live: Snapshot, tree: Tree | None = None) -> list[Difference]:
    """What differs, one entry for each thing: of an object that is missing or extra its parts are not told again.

    With a tree, the expected body of a function is shown as its file has it.
    """
    found = {
        key: definition
        for key, definition in live.rows.items()
        if key in expected.rows or definition not in expected.alternatives.get(key, ())
    }
    differences = [*_only_in(expected.rows, found, "missing"), *_only_in(found, expected.rows, "extra")]
    things = {key[:3] for key in expected.rows} & {key[:3] for key in found}
    for key in sorted(expected.rows.keys() | found.keys()):
        wanted, actual = expected.rows.get(key, ""), found.get(key, "")
        if key[:3] not in things or _same(expected, key, actual):
            continue
        if key.attribute == "order of columns" and sorted(wanted.split(", ")) != sorted(actual.split(", ")):
            continue  # a column is missing or extra, which is told already
        shown = _body(tree, key.object, wanted) if key.attribute == "body" else wanted
        differences.append(Difference(*key, "different", shown, actual))
    return sorted(differences, key=lambda item: (item.object, item.kind, item.name, item.attribute))


def _same(expected: Expected, key: Key, found: str) -> bool:
    wanted = expected.rows.get(key, "")
    if key.attribute == "body" and wanted.startswith(_HASH):
        found = _hashed(found)
    return found == wanted or found in expected.alternatives.get(key, ())


def _only_in(rows: Mapping[Key, str], others: Mapping[Key, str], state: State) -> Iterator[Difference]:
    """The things of `rows` of which `others` has nothing, without what goes with a larger one that is not there."""
    objects = {key.object for key in others}
    things = {key[:3] for key in others}
    alone: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    is_part = {key: bool(key.name) or key.kind in ("comment", "grant") for key in rows}
    whole = {key.object for key, part in is_part.items() if not part} - objects
    for key, definition in rows.items():
        if key[:3] not in things and not (is_part[key] and key.object in whole):
            alone[key[:3]].append(f"{key.attribute}: {definition}" if key.attribute else definition)
    parts = {(owner, f"{kind} {name}") for owner, kind, name in alone if name}
    for (owner, kind, name), lines in alone.items():
        column = name.removeprefix("on ").partition(" to ")[0]  # of a grant
        if (owner, name if kind == "comment" else f"column {column}" if kind == "grant" else "") in parts:
            continue
        text = "\n".join(lines)
        yield Difference(owner, kind, name, "", state, *((text, None) if state == "missing" else (None, text)))


def _body(tree: Tree | None, function: str, wanted: str) -> str:
    """The body whose checksum is `wanted`, from the function's file; the checksum where it is not found."""
    name = function.partition(" ")[2].partition("(")[0]
    texts = [file.text for file in tree.repeatables() if file.kind == "function" and file.name == name] if tree else []
    texts += [step.text for step in read_steps(tree.migrations)] if tree and not texts else []
    for text in texts:
        for _, body in _DOLLAR_QUOTED.findall(text.replace("\r\n", "\n")):
            if _hashed(body) == wanted:
                return str(body)
    return wanted
