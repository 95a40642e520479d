"""What writes the audit trail: write_audit(), and the function of each table's trigger, `audit_<table>()`.

A table is in the trail if column_catalogue() says which of its columns are unnoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2

from pgacademy import catalogue, sources
from pgacademy.connection import Connection

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


def _key(columns: Sequence[str]) -> str:
    """The SQL of what tells a row from others, as text, also of one that is deleted."""
    parts = [f"coalesce(new.{name}, old.{name})" for name in columns]
    if len(parts) == 1:
        return f"{parts[0]}::text"
    return "concat_ws(\n" + ",\n".join(f"            {part}" for part in ("'/'", *parts)) + "\n        )"


def render(conn: Connection, tree: sources.Tree) -> dict[Path, str]:
    """The text of each file, for the school that is first in the connection's search path."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pgacademy"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - SQL, not HTML
        undefined=jinja2.StrictUndefined,
    )
    functions = tree.root / "functions"
    domains = catalogue.table_domains(tree)
    trigger = environment.get_template("audit_trigger.sql.j2")
    texts = {functions / "operations" / "write_audit.sql": environment.get_template("write_audit.sql.j2").render()}
    for table, key, columns in conn.execute(sources.queries("catalogue")["noted"]):
        texts[functions / domains[table] / f"audit_{table}.sql"] = trigger.render(
            table=table,
            key=_key(key),
            columns=columns,
            helpers=sorted({_HELPERS[kept] for _, kept in columns if kept in _HELPERS}),
            value=_value,
        )
    return texts
