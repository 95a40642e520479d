"""Writes what is made from the catalogue of a migrated school: what writes the audit trail, functions/*/audit_*.sql;
the typed client, lib/pgacademy/client.py; the shapes of JSON documents, schemas/; and the snapshot that `verify`
compares with, snapshots/catalogue.json.

    python -m pgacademy.generate            write them
    python -m pgacademy.generate --check    fail when they are not what would be written

A method exists for every function that at least one platform role may execute and that has a file under functions/. The
snapshot is taken on every major version of PostgreSQL that is installed here.
"""

from __future__ import annotations

import argparse
import difflib
import json
import keyword
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from psycopg import sql

from pgacademy import audit_triggers, catalogue, schemas, snapshot, sources, templating
from pgacademy.catalogue import ProcedureFacts
from pgacademy.connection import OLDEST_SERVER, Connection
from pgacademy.errors import MigrationError
from pgacademy.settings import DEFAULT_SCHOOL

_TARGET = Path(__file__).with_name("client.py")
_WIDTH = 108
_PARAMETER_PREFIX = re.compile(r"\bp_(?=[a-z])")

#: SQL types as Python has them: what a result is, and what an argument may be.
_TYPES = {
    "boolean": ("bool", "bool"),
    "smallint": ("int", "int"),
    "integer": ("int", "int"),
    "bigint": ("int", "int"),
    "numeric": ("Decimal", "Decimal | int | float"),
    "real": ("float", "float"),
    "double precision": ("float", "float"),
    "text": ("str", "str"),
    "name": ("str", "str"),
    "uuid": ("UUID", "UUID | str"),
    "bytea": ("bytes", "bytes"),
    "date": ("dt.date", "dt.date"),
    "interval": ("dt.timedelta", "dt.timedelta"),
    "timestamp with time zone": ("dt.datetime", "dt.datetime"),
    "timestamp without time zone": ("dt.datetime", "dt.datetime"),
    "jsonb": ("Json", "Json"),
    "json": ("Json", "Json"),
    "inet": ("Inet", "Inet | str"),
}


@dataclass(frozen=True)
class Parameter:
    """An argument of a method."""

    name: str
    sql: str
    type: str
    required: bool


@dataclass(frozen=True)
class Field:
    """A field of a result."""

    name: str
    column: str
    type: str


@dataclass(frozen=True)
class Method:
    """What the template needs to write one method, twice."""

    name: str
    class_name: str
    result_doc: str
    arguments: list[Parameter]
    fields: list[Field]
    returns: str
    action: str | None
    entity: str | None
    caller: str
    cast: bool
    docstring: str

    @property
    def constant(self) -> str:
        return f"_{self.name.upper()}"


def _python_type(sql_type: str, *, argument: bool = False) -> str | None:
    if sql_type.endswith("[]"):
        inner = _python_type(sql_type[:-2], argument=argument)
        return inner and f"list[{inner}]"
    found = _TYPES.get(sql_type)
    return found[argument] if found else None


def _optional(kind: str) -> str:
    return kind if kind == "Json" else f"{kind} | None"


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _parameters(procedure: ProcedureFacts) -> list[Parameter] | None:
    """The arguments, or None when one of them has no Python type (a table's row)."""
    parameters = []
    for argument in procedure.arguments:
        kind = _python_type(argument.type, argument=True)
        if kind is None:
            return None
        required = argument.default is None
        parameters.append(
            Parameter(
                argument.name.removeprefix("p_"),
                argument.type,
                # An argument without a default may still be null: the procedure says whether it minds.
                kind if required else _optional(kind),
                required,
            )
        )
    return parameters


def _filled(block: str) -> str:
    """A paragraph at our width; an indented one is a table or code, and stays as it is."""
    if any(line.startswith("  ") for line in block.splitlines()):
        return block
    return textwrap.fill(" ".join(block.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _docstring(procedure: ProcedureFacts) -> str:
    header = procedure.header
    blocks = [procedure.comment]
    prose = [paragraph for paragraph in header.prose.split("\n\n") if paragraph.strip()]
    defaults = [
        f"`{a.name.removeprefix('p_')}` is {a.default.split('::')[0]}"
        for a in procedure.arguments
        if a.default and not a.default.upper().startswith("NULL")
    ]
    blocks += [_PARAMETER_PREFIX.sub("", paragraph) for paragraph in prose]
    if defaults:
        blocks.append(f"Left out, {', '.join(defaults)}.")
    if header.errors:
        blocks.append(f"Errors: {header.errors}")
    blocks.append(f"Who may call it: {', '.join(procedure.callers)}.")
    text = "\n\n".join(_filled(block) for block in blocks)
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    return '"""' + textwrap.indent(text, " " * 8).lstrip() + '\n        """'


def _method(procedure: ProcedureFacts, shape: Mapping[str, Any]) -> Method | None:
    arguments = _parameters(procedure)
    if arguments is None:
        return None
    nullable = shape.get("nullable")
    if strange := set(nullable or ()) - {column.name for column in procedure.columns}:
        raise MigrationError(f"templates/shapes.toml: {procedure.name} has no column {', '.join(sorted(strange))}.")
    fields: list[Field] = []
    for column in procedure.columns:
        kind = _python_type(column.type)
        if kind is None:
            return None
        never = nullable is not None and column.name not in nullable
        fields.append(Field(_safe(column.name), column.name, kind if never else _optional(kind)))
    class_name = "".join(part.capitalize() for part in procedure.name.split("_"))
    must_cast = False
    if procedure.is_void:
        returns, caller = "None", "_value"
    elif fields:
        rows = shape.get("rows", "many" if procedure.returns_set else "one")
        returns = {"one": class_name, "maybe": f"{class_name} | None", "many": f"list[{class_name}]"}[rows]
        caller, must_cast = ("_rows", False) if rows == "many" else ("_row", rows == "one")
    else:
        kind = _python_type(procedure.result_type)
        if kind is None:
            return None
        scalar = kind if nullable is not None else _optional(kind)
        returns, caller = (f"list[{kind}]", "_values") if procedure.returns_set else (scalar, "_value")
        must_cast = returns != "Json"
    return Method(
        name=procedure.name,
        class_name=class_name,
        result_doc=f"What {procedure.name}() returns{', row by row' if returns.startswith('list') else ''}.",
        arguments=arguments,
        fields=fields,
        returns=returns,
        action=procedure.action,
        entity=procedure.entity and procedure.entity.removeprefix("p_"),
        caller=caller,
        cast=must_cast,
        docstring=_docstring(procedure),
    )


def shapes() -> dict[str, dict[str, Any]]:
    """What templates/shapes.toml says about results."""
    text = (resources.files("pgacademy") / "templates" / "shapes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def render(procedures: Iterable[ProcedureFacts]) -> str:
    """The source of the client."""
    known = shapes()
    public = [p for p in procedures if p.callers and p.path]
    if unknown := sorted(known.keys() - {p.name for p in public}):
        raise MigrationError(f"templates/shapes.toml names what is no procedure: {', '.join(unknown)}.")
    methods = [m for p in public if (m := _method(p, known.get(p.name, {}))) is not None]
    return _formatted(templating.environment().get_template("client.py.j2").render(procedures=methods))


def published(conn: Connection, procedures: Iterable[ProcedureFacts]) -> dict[Path, str]:
    """The text of the JSON Schema of every shape that the school has: its functions named …_shape that return jsonb."""
    folder = Path(schemas.__file__).parent
    texts = {}
    for procedure in procedures:
        if not procedure.name.endswith("_shape") or procedure.result_type != "jsonb" or procedure.arguments:
            continue
        row = conn.execute(sql.SQL("select {}()").format(sql.Identifier(procedure.name))).fetchone()
        assert row is not None  # noqa: S101
        document = {"$schema": schemas.DIALECT, "$comment": f"Written from {procedure.path}.", **row[0]}
        path = folder / f"{procedure.name.removesuffix('_shape')}.json"
        texts[path] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return texts


def _write(texts: Mapping[Path, str], *, check: bool) -> bool:
    """Writes the files that are not as they should be, or with `check` says which; returns whether there were any."""
    stale = False
    for target, text in texts.items():
        kept = target.read_text(encoding="utf-8") if target.exists() else ""
        if kept == text:
            continue
        stale = True
        if check:
            sys.stderr.write(difference(kept, text, target.name)[:5000])
            sys.stderr.write(f"\n{target.name} is stale: run `make generate`.\n")
        else:
            target.write_text(text, encoding="utf-8")
    return stale


def _delete(files: Iterable[Path], *, check: bool) -> bool:
    """Deletes files that are not written any more, or with `check` says which; returns whether there were any."""
    found = False
    for path in files:
        found = True
        if check:
            sys.stderr.write(f"{path.name} is of no table in the audit trail: run `make generate`.\n")
        else:
            path.unlink()
    return found


def _formatted(source: str) -> str:
    """What ruff makes of it: the same text on every machine."""
    for arguments in (
        ["check", "--fix-only", "--quiet", "--select", "I,F401"],
        ["format", "--quiet"],
    ):
        options = [
            "--isolated",
            "--line-length",
            "120",
            "--target-version",
            "py311",
            "--stdin-filename",
            "client.py",
            "-",
        ]
        command = [sys.executable, "-m", "ruff", *arguments, *options]
        source = subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
    return source


def difference(old: str, new: str, name: str) -> str:
    """A unified diff, for the message of --check."""
    return "".join(
        difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"{name} (kept)", f"{name} (due)", n=1)
    )


def measured() -> Iterator[snapshot.Snapshot]:
    """A fresh school's catalogue on each major version that is here: the embedded one, and Debian's packages."""
    chosen = os.environ.get("PGACADEMY_PG_BIN")
    seen: set[int] = set()
    try:
        for folder in (chosen, *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))):
            if folder is not None:
                os.environ["PGACADEMY_PG_BIN"] = folder
                version = Path(folder).parent.name
                if not (Path(folder) / "initdb").exists() or (version.isdigit() and int(version) < OLDEST_SERVER):
                    continue
            with catalogue.fresh_school() as conn:
                if conn.info.server_version // 10000 not in seen:
                    seen.add(conn.info.server_version // 10000)
                    yield snapshot.take(conn, DEFAULT_SCHOOL)
    finally:
        os.environ.pop("PGACADEMY_PG_BIN", None)
        os.environ.update({"PGACADEMY_PG_BIN": chosen} if chosen else {})


def _write_snapshot(*, check: bool) -> int:
    """Writes the snapshot, or says whether it is stale, judging by the versions that are here."""
    taken = list(measured())
    kept = snapshot.SHIPPED.read_text(encoding="utf-8") if snapshot.SHIPPED.exists() else ""
    versions = snapshot.read(kept).versions if kept else ()
    here = {one.server for one in taken}
    source = snapshot.write(snapshot.fingerprint(sources.tree()), taken)
    if check:
        if kept and snapshot.restricted(kept, here) == source:
            return 0
        sys.stderr.write(
            difference(snapshot.restricted(kept, here) if kept else "", source, snapshot.SHIPPED.name)[:5000]
        )
        sys.stderr.write("\nThe snapshot is stale: run `make generate`.\n")
        return 1
    if lost := sorted(set(versions) - here):
        if kept and snapshot.restricted(kept, here) == source:
            return 0
        sys.stderr.write(f"The snapshot is now without PostgreSQL {', '.join(map(str, lost))}, not found here.\n")
    if kept != source:
        snapshot.SHIPPED.parent.mkdir(exist_ok=True)
        snapshot.SHIPPED.write_text(source, encoding="utf-8")
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m pgacademy.generate", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when one of them is stale")
    options = parser.parse_args(argv)
    tree = sources.tree()
    try:
        with catalogue.fresh_school() as conn:
            procedures = catalogue.read(conn).procedures
            texts = {_TARGET: render(procedures)}
            texts |= published(conn, procedures)
            texts |= audit_triggers.render(conn, tree)
        stale = _write(texts, check=options.check)
        stale |= _delete(audit_triggers.left_over(texts, tree), check=options.check)
        if stale and options.check:
            return 1
        return _write_snapshot(check=options.check)
    except MigrationError as exc:
        sys.stderr.write(f"{exc}\n")
        if "function audit_" in str(exc):
            sys.stderr.write("Take the trigger out, run `make generate`, which writes its function, and put it back.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
