"""What a migrated school says about itself, for the generators of the client and of the reference.

Facts come from the catalogue; prose (why, errors) from the header of an object's file, its domain from the folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pgacademy import embedded, sources
from pgacademy.connection import Connection, connect, school_conninfo
from pgacademy.migrations import migrate
from pgacademy.roles import apply_roles
from pgacademy.settings import DEFAULT_SCHOOL

_SENTENCE_END = re.compile(r"(?<=[.])\s+")
_HEADER_FIELD = re.compile(r"^(called by|requires|errors)\s{2,}(.*)$")
_CREATED_TABLE = re.compile(r"^create table (\w+)", re.MULTILINE)
_MIGRATION_DOMAIN = re.compile(r"^-- (\w+):", re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """The comment at the head of an object's file."""

    summary: str = ""
    prose: str = ""
    called_by: str = ""
    errors: str = ""


@dataclass(frozen=True)
class Argument:
    """An argument of a procedure, or a column of what it returns."""

    name: str
    type: str
    default: str | None = None


@dataclass(frozen=True)
class ProcedureFacts:
    """A function of the school."""

    name: str
    domain: str
    path: str
    comment: str
    header: Header
    callers: tuple[str, ...]
    volatility: str
    is_definer: bool
    returns_set: bool
    is_void: bool
    result: str
    result_type: str
    arguments: tuple[Argument, ...]
    columns: tuple[Argument, ...] = ()
    #: What the audit trail calls it, and the argument that names the row it is about.
    action: str | None = None
    entity: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """Everything the generators need."""

    procedures: list[ProcedureFacts]
    relations: list[dict[str, Any]] = field(default_factory=list)


def read_header(text: str) -> Header:
    """Parse the leading comment of an object's file (CONVENTIONS.md says how it is written)."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if not line.startswith("-- requires:"):
            lines.append(line.removeprefix("--").removeprefix(" "))
    # The first sentence is the summary, on however many lines; what comes after it is prose.
    opening, _, after = "\n".join(lines).partition("\n\n")
    first, *rest = _SENTENCE_END.split(opening, maxsplit=1)
    prose: list[str] = []
    fields: dict[str, list[str]] = {}
    current: str | None = None
    for line in [*"".join(rest).splitlines(), "", *after.splitlines()]:
        if match := _HEADER_FIELD.match(line):
            current = match[1]
            fields[current] = [match[2]]
        elif current and line.startswith(" "):
            fields[current].append(line.strip())
        else:
            current = None
            prose.append(line.rstrip())
    said = {name: " ".join(parts).strip() for name, parts in fields.items()}
    summary = " ".join(first.partition(": ")[2].split()) or first
    return Header(summary, "\n".join(prose).strip(), said.get("called by", ""), said.get("errors", ""))


@contextmanager
def fresh_school() -> Iterator[Connection]:
    """A school migrated from this tree on a throwaway server, and a connection to it."""
    with embedded.throwaway() as server:
        dsn = server.dsn()
        with connect(dsn) as conn:
            apply_roles(conn, DEFAULT_SCHOOL)
        migrate(dsn, DEFAULT_SCHOOL)
        with connect(school_conninfo(dsn, DEFAULT_SCHOOL)) as conn:
            conn.execute(f"set role {DEFAULT_SCHOOL}_owner")
            yield conn


def table_domains(tree: sources.Tree) -> dict[str, str]:
    """The domain of every table: the one that the migration which made it names in its first line."""
    domains: dict[str, str] = {}
    for path in sorted(tree.migrations.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        if path.name.endswith(".rollback.sql") or not (found := _MIGRATION_DOMAIN.search(text)):
            continue
        named = path.name.split(".")[1].rpartition("-")[2]
        domain = "operations" if named == "foundation" else (found[1] if found[1] != "depends" else named)
        domains |= dict.fromkeys(_CREATED_TABLE.findall(text), domain)
    return domains


def read(conn: psycopg.Connection[Any], tree: sources.Tree | None = None) -> Catalogue:
    """Read the school that is first in the connection's search path."""
    tree = tree or sources.tree()
    queries = sources.queries("catalogue")
    files = {file.name: file for file in tree.repeatables() if file.kind in {"function", "view"}}

    def fetch(name: str) -> list[dict[str, Any]]:
        with conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(queries[name]).fetchall()

    def by(rows: list[dict[str, Any]], key: str) -> dict[int, list[dict[str, Any]]]:
        groups: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row[key], []).append(row)
        return groups

    arguments, columns = by(fetch("arguments"), "oid"), by(fetch("columns"), "relation")
    audited = {row["name"]: row for row in fetch("audited")}
    procedures = []
    for row in fetch("procedures"):
        file = files.get(row["name"])
        own = arguments.get(row["oid"], [])
        returned = [Argument(a["name"], a["type"]) for a in own if a["mode"] in {"t", "o", "b"}]
        if not returned and row["typrelid"]:
            returned = [Argument(c["name"], c["base_type"]) for c in columns[row["typrelid"]]]
        procedures.append(
            ProcedureFacts(
                name=row["name"],
                domain=file.path.split("/")[1] if file else "",
                path=file.path if file else "",
                comment=row["comment"] or "",
                header=read_header(file.text) if file else Header(),
                callers=tuple(row["callers"]),
                volatility={"v": "volatile", "s": "stable", "i": "immutable"}[row["volatility"]],
                is_definer=row["is_definer"],
                returns_set=row["returns_set"],
                is_void=row["is_void"],
                result=row["result"],
                result_type=row["result_type"],
                arguments=tuple(Argument(a["name"], a["type"], a["default"]) for a in own if a["mode"] in {"i", "b"}),
                columns=tuple(returned),
                action=audited.get(row["name"], {}).get("action"),
                entity=audited.get(row["name"], {}).get("argument"),
            )
        )

    domains = table_domains(tree)
    parts = {name: by(fetch(name), "relation") for name in ("constraints", "indexes", "policies", "triggers")}
    relations = []
    for row in fetch("relations"):
        file = files.get(row["name"])
        relations.append(
            row
            | {"domain": file.path.split("/")[1] if file else domains.get(row["name"], "operations")}
            | {"path": file.path if file else "", "header": read_header(file.text) if file else Header()}
            | {"columns": columns.get(row["oid"], [])}
            | {name: groups.get(row["oid"], []) for name, groups in parts.items()}
        )
    # yoyo's own bookkeeping is not part of the model.
    return Catalogue(procedures, [r for r in relations if not r["name"].startswith(("_yoyo", "yoyo"))])
