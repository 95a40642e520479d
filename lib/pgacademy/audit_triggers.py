"""What writes the audit trail: write_audit(), and the function of each table's trigger, `audit_<table>()`.

A table is in the trail if column_catalogue() says which of its columns are unnoted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from pgacademy import catalogue, sources, templating
from pgacademy.connection import Connection
from pgacademy.errors import MigrationError

#: Of a line, but for its indentation.
_WIDTH = 112
#: What every file says that is written here.
_MARK = "Written by `make generate`"
#: What a function calls for a column, by what the trail keeps of it.
_HELPERS = {"sensitive": "audited_presence", "long": "audited_content"}


def _value(kept: str, column: str) -> str:
    """The SQL of what the trail keeps of a column."""
    return {
        "secret": "'[secret]'",
        "sensitive": f"audited_presence({column} is not null)",
        "long": f"audited_content(to_jsonb({column}))",
        "short": column,
    }[kept]


def _key(table: str, columns: Sequence[str]) -> str:
    """The SQL of what tells a row from others, as text, also of one that is deleted."""
    if not columns:
        raise MigrationError(
            f"column_catalogue() puts {table} into the audit trail, which has no key that may be noted, or is no table."
        )
    parts = [f"coalesce(new.{name}, old.{name})" for name in columns]
    if len(parts) == 1:
        return f"{parts[0]}::text"
    return "concat_ws(\n" + ",\n".join(f"            {part}" for part in ("'/'", *parts)) + "\n        )"


def _assignment(variable: str, name: str, value: str) -> str:
    """The SQL that adds a column's value to those that are noted."""
    line = f"{variable} := {variable} || jsonb_build_object('{name}', {value});"
    if len(line) <= _WIDTH:
        return line
    return f"{variable} := {variable} || jsonb_build_object(\n            '{name}', {value}\n        );"


def render(conn: Connection, tree: sources.Tree) -> dict[Path, str]:
    """The text of each file, for the school that is first in the connection's search path."""
    environment = templating.environment()
    functions = tree.root / "functions"
    domains = catalogue.table_domains(tree)
    trigger = environment.get_template("audit_trigger.sql.j2")
    texts = {functions / "operations" / "write_audit.sql": environment.get_template("write_audit.sql.j2").render()}
    for table, key, columns in conn.execute(sources.queries("catalogue")["noted"]):
        texts[functions / domains[table] / f"audit_{table}.sql"] = trigger.render(
            table=table,
            key=_key(table, key),
            columns=columns,
            helpers=sorted({_HELPERS[kept] for _, kept in columns if kept in _HELPERS}),
            value=_value,
            assignment=_assignment,
        )
    return texts


def left_over(texts: Collection[Path], tree: sources.Tree) -> list[Path]:
    """The files that were written here once and are not among `texts`: of tables that have left the trail."""
    files = (tree.root / "functions").glob("*/audit_*.sql")
    return sorted(path for path in files if path not in texts and _MARK in path.read_text(encoding="utf-8"))
