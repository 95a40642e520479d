"""Everything about the SQL that can be checked without running the school: `python -m pgacademy.lint`.

Sources: how files are written, what pglast says about bodies, sqlfluff, squawk. Catalogue: the queries of sql/checks/
on a throwaway database, and plpgsql_check on a server that has it. Each check returns findings; none means all is well.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from pgacademy import errors, sources

Connection = psycopg.Connection[Any]

#: Codes of the server's own that procedures raise on purpose.
_OWN_CODES = frozenset({"28000"})
_PA_CODE = re.compile(r"'(PA[0-9A-Z]{3})'")
_HEADER = re.compile(r"\A((?:--[^\n]*\n)+)")
_ARRAY_TYPE = re.compile(r"\b(?!array\b|precision\b)[a-z_]+\[\]")
_COMMENT = re.compile(r"--[^\n]*")
_PLACEHOLDER = re.compile(r"(?<!:):(from_key|to_key)\b")
#: A waiver of squawk's rules says why on its line: `-- squawk-ignore ban-drop-column: read by nobody since 0.3`.
_WAIVER = re.compile(r"(--\s*squawk-ignore(?:-file)?[ \t]+[a-z-]+(?:\s*,\s*[a-z-]+)*)(?::[ \t]*(.*))?[ \t]*$")
_FUNCTION = re.compile(r"create or replace function (\w+)\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: where, and what. `check` names the rule."""

    check: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.check}]"


# -- sources ----------------------------------------------------------------------------------------------------------


def check_function_source(name: str, text: str) -> Iterator[Finding]:  # noqa: PLR0912 - a list of rules
    """How the file of one function is written; `name` is its path, the function is called like the file."""

    def finding(what: str) -> Finding:
        return Finding("function_source", name, what)

    header = match[1] if (match := _HEADER.match(text)) else ""
    body = text[len(header) :]
    code = _COMMENT.sub("", body)
    stem = Path(name).stem
    if not header.startswith(f"-- {stem}: "):
        yield finding(f"does not begin with `-- {stem}: what it does`")
    if "-- called by" not in header or "-- errors" not in header:
        yield finding("its header says not who calls it and which errors it raises")
    if _FUNCTION.findall(code) != [stem]:
        yield finding(f"does not hold one function called {stem}")
    declared = code.split("as $$")[0].split("begin atomic")[0]
    if not re.search(r"^\s*(immutable|stable|volatile)\b", declared, re.MULTILINE):
        yield finding("says not whether it is immutable, stable or volatile")
    if not re.search(r"^\s*security (invoker|definer)\b", declared, re.MULTILINE):
        yield finding("says not with whose rights it runs")
    if re.search(r"^\s*security definer\s*$", body, re.MULTILINE):
        yield finding("is security definer without the reason on the same line")
    if not re.search(rf"comment on function {stem}\b", code):
        yield finding("has no comment on the function")
    if not re.search(rf"revoke all on function {stem}\b[^;]*from public", code):
        yield finding("does not revoke EXECUTE from public")
    writes = re.search(r"\b(insert into|update|delete from|merge into)\b", code, re.IGNORECASE)
    if writes and re.search(r"^\s*exception\s*$", code, re.MULTILINE):
        yield finding("has an exception block and writes: a subtransaction for every call")
    if "language plpgsql" in declared and "#variable_conflict use_column" not in code:
        yield finding("does not say #variable_conflict use_column")
    for code_ in sorted(set(_PA_CODE.findall(code))):
        if code_ not in header:
            yield finding(f"raises {code_}, which its header does not name")
    for raised in re.findall(r"\braise exception\b.*?;", code, re.DOTALL):
        missing = [word for word in ("errcode", "detail", "hint") if not re.search(rf"\b{word} =", raised)]
        if missing:
            yield finding(f"raises an error without {', '.join(missing)}")


def check_mapped_codes(texts: Iterable[str]) -> Iterator[Finding]:
    """Every code that is raised has an exception class in the library."""
    raised = {code for text in texts for code in _PA_CODE.findall(text)} | _OWN_CODES
    for code in sorted(raised - set(errors._BY_SQLSTATE)):
        yield Finding("mapped_codes", "lib/pgacademy/errors.py", f"{code} is raised and not mapped")


def check_view_source(name: str, text: str) -> Iterator[Finding]:
    """A view says with whose rights it asks, and why if they are not the reader's."""
    header = match[1] if (match := _HEADER.match(text)) else ""
    code = _COMMENT.sub("", text)
    if not header.startswith(f"-- {Path(name).stem}: "):
        yield Finding("view_source", name, f"does not begin with `-- {Path(name).stem}: what it shows`")
    if not re.search(r"security_invoker\s*(=\s*(true|on)\b|[,)])", code) and "owner" not in header.lower():
        yield Finding("view_source", name, "asks with its owner's rights and does not say why")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def _qualified(tree: Any) -> Iterator[str]:
    """Names of tables and functions with a schema before them, but for the server's own."""
    own = {"pg_catalog", "information_schema"}
    for node in _nodes(tree):
        relation = node.get("RangeVar", node if "relname" in node else {})
        if isinstance(relation, dict) and relation.get("schemaname", "pg_catalog") not in own:
            yield f"{relation['schemaname']}.{relation['relname']}"
        call = node.get("FuncCall")
        if isinstance(call, dict):
            name = [part["String"]["sval"] for part in call.get("funcname", [])]
            if len(name) > 1 and name[0] not in own:
                yield ".".join(name)


def _without_placeholders(text: str) -> str:
    """A backfill's :from_key and :to_key as parameters that parsers know, every column where it was."""
    return _PLACEHOLDER.sub(lambda match: ("$1" if match[1] == "from_key" else "$2").ljust(len(match[0])), text)


def check_statements(name: str, text: str) -> Iterator[Finding]:
    """Every statement parses, bodies of plpgsql included, and no name carries a schema."""
    from pglast import parser  # noqa: PLC0415 - only linting needs it

    text = _without_placeholders(text)
    try:
        tree = json.loads(parser.parse_sql_json(text))
    except parser.ParseError as error:
        yield Finding("parse", name, str(error))
        return
    trees = [tree]
    for start, length in ((s.get("stmt_location", 0), s.get("stmt_len")) for s in tree.get("stmts", [])):
        raw = text.encode()[start : start + length if length else None].decode()
        if not re.search(r"\blanguage plpgsql\b", _COMMENT.sub("", raw)):
            continue
        try:
            # To a parser without a catalogue an array of a table's rows is one of records, which it refuses.
            functions = json.loads(parser.parse_plpgsql_json(_ARRAY_TYPE.sub("text[]", raw)))
        except parser.ParseError as error:
            yield Finding("parse_plpgsql", name, str(error))
            continue
        for node in _nodes(functions):
            query = node.get("query")
            if isinstance(query, str):
                for candidate in (query, f"select {query}"):
                    try:
                        trees.append(json.loads(parser.parse_sql_json(candidate)))
                    except parser.ParseError:
                        continue
                    break
    for qualified in sorted({q for t in trees for q in _qualified(t)}):
        yield Finding("qualified_name", name, f"{qualified}: a school may have any name, so nothing is qualified")


def check_sources(root: Path) -> Iterator[Finding]:
    """All of the above over the tree at `root`."""
    functions = {str(p.relative_to(root)): p.read_text() for p in sorted((root / "functions").rglob("*.sql"))}
    views = {str(p.relative_to(root)): p.read_text() for p in sorted((root / "views").rglob("*.sql"))}
    others = {
        str(p.relative_to(root)): p.read_text()
        for folder in ("migrations", "sql/triggers", "sql/policies", "sql/grants", "sql/checks", "seeds/reference")
        for p in sorted((root / folder).rglob("*.sql"))
    }
    for name, text in functions.items():
        yield from check_function_source(name, text)
    for name, text in views.items():
        yield from check_view_source(name, text)
    yield from check_mapped_codes([*functions.values(), *views.values(), *others.values()])
    for name, text in (functions | views | others).items():
        yield from check_statements(name, text)


# -- tools of others --------------------------------------------------------------------------------------------------


def _tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise errors.UsageError(f"{name} is not installed.", hint="pip install 'pgacademy[lint]'")
    return found


def run_sqlfluff(root: Path) -> Iterator[Finding]:
    """The style of every SQL file but the templates of the roles and psql's bootstrap script."""
    folders = [
        f"sql/{p.name}" for p in sorted((root / "sql").iterdir()) if p.is_dir() and p.name not in {"roles", "bootstrap"}
    ]
    folders += [name for name in ("migrations", "functions", "views", "seeds") if (root / name).is_dir()]
    done = subprocess.run(
        [_tool("sqlfluff"), "lint", "--processes", "2", "--format", "json", *folders],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        files = json.loads(done.stdout)
    except json.JSONDecodeError:
        yield Finding("sqlfluff", "sqlfluff", done.stderr.strip() or done.stdout.strip() or "no answer")
        return
    for file in files:
        for v in file["violations"]:
            yield Finding("sqlfluff", f"{file['filepath']}:{v['start_line_no']}", f"{v['code']} {v['description']}")


def check_waivers(name: str, text: str) -> Iterator[Finding]:
    """Whoever waives one of squawk's rules says which and why, on the same line."""
    for number, line in enumerate(text.splitlines(), 1):
        match = _WAIVER.search(line)
        if "squawk-ignore" in line and (match is None or not match[2]):
            yield Finding(
                "squawk_waiver", f"{name}:{number}", "waives a rule without a reason: `-- squawk-ignore rule: reason`"
            )


def run_squawk(root: Path) -> Iterator[Finding]:
    """What a migration would block or break. .squawk.toml says which rules do not apply here; a file waives the others.

    So a migration only adds, or says why it may take something away: the release before still runs beside it.
    """
    files = [path for path in sorted((root / "migrations").glob("*.sql")) if ".rollback." not in path.name]
    config = root / ".squawk.toml"
    with tempfile.TemporaryDirectory() as scratch:
        # squawk takes a reason for the name of a rule, and knows no named placeholders: it gets copies without them.
        (Path(scratch) / "migrations").mkdir()
        for path in files:
            text = path.read_text(encoding="utf-8")
            yield from check_waivers(f"migrations/{path.name}", text)
            lines = (_WAIVER.sub(r"\1", line) for line in _without_placeholders(text).split("\n"))
            (Path(scratch) / "migrations" / path.name).write_text("\n".join(lines), encoding="utf-8")
        done = subprocess.run(
            [
                *(_tool("squawk"), "--reporter", "json", "--no-error-on-unmatched-pattern"),
                *(("--config", str(config)) if config.exists() else ()),
                *(f"migrations/{path.name}" for path in files),
            ],
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        findings = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        findings = None
    if findings is None or (done.returncode and not findings):
        yield Finding("squawk", "squawk", done.stderr.strip() or done.stdout.strip() or "no answer")
        return
    for v in findings:
        yield Finding("squawk", f"{v['file']}:{v['line'] + 1}", f"{v['rule_name']} {v['message']}")


# -- catalogue --------------------------------------------------------------------------------------------------------


def run_checks(conn: Connection, root: Path) -> Iterator[Finding]:
    """The queries of sql/checks/ on the school in the connection's search_path: each returns what breaks its rule."""
    for path in sorted((root / "sql" / "checks").glob("*.sql")):
        for where, what in conn.execute(path.read_bytes()).fetchall():
            yield Finding(path.stem, where, what)


def run_plpgsql_check(conn: Connection) -> Iterator[Finding]:
    """plpgsql_check over every function of the school; trigger functions once for each table they are on.

    The extension is looked for in any schema. Performance notices are left out.
    """
    row = conn.execute(
        "select n.nspname::text from pg_extension as e join pg_namespace as n on n.oid = e.extnamespace"
        " where e.extname = 'plpgsql_check'"
    ).fetchone()
    if row is None:
        yield Finding("plpgsql_check", "server", "the extension is not installed in this database")
        return
    query = sql.SQL(
        """
        select p.oid::regprocedure::text, coalesce(t.tgrelid::regclass::text, ''), c.lineno, c.level, c.message
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace and n.nspname = current_schema()
        join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
        left join (select distinct g.tgfoid, g.tgrelid from pg_trigger as g where not g.tgisinternal) as t
            on t.tgfoid = p.oid
        cross join lateral {}.plpgsql_check_function_tb(
            p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, performance_warnings => false, extra_warnings => true
        ) as c
        where p.prorettype <> 'trigger'::regtype or t.tgrelid is not null
        order by 1, 2, 3
        """
    ).format(sql.Identifier(row[0]))
    for function, table, line, level, message in conn.execute(query).fetchall():
        yield Finding("plpgsql_check", f"{function}{' on ' + table if table else ''}:{line}", f"{level}: {message}")


@contextmanager
def throwaway_school(extension: str | None = None) -> Iterator[Connection]:
    """The owner's connection to a freshly migrated school on a throwaway server, with an extension if asked for."""
    from pgacademy.testing import Databases  # noqa: PLC0415 - brings pytest along
    from pgacademy.testing_server import provide  # noqa: PLC0415

    with provide() as server:
        databases = Databases(server)
        try:
            databases.make_template()
            with databases.clone() as school:
                if extension:
                    user = psycopg.conninfo.conninfo_to_dict(server.admin).get("user")
                    with psycopg.connect(server.dsn(school.database, str(user)), autocommit=True) as admin:
                        admin.execute(f'create extension if not exists "{extension}" schema public'.encode())
                yield school.connect()
        finally:
            databases.close()


def binaries_with(extension: str) -> Path | None:
    """The programs of a PostgreSQL on this machine that has an extension; the newest one first."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        if (Path("/usr/share/postgresql") / version / "extension" / f"{extension}.control").exists():
            return folder
    return None


def run_catalogue(root: Path) -> Iterator[Finding]:
    """sql/checks/ on the server that tests use."""
    with throwaway_school() as conn:
        yield from run_checks(conn, root)


def run_bodies(_: Path) -> Iterator[Finding]:
    """plpgsql_check, where a PostgreSQL of this machine has it."""
    folder = binaries_with("plpgsql_check")
    if folder is None:
        print("  no PostgreSQL on this machine has plpgsql_check: left out", file=sys.stderr)
        return
    before = {name: os.environ.pop(name, None) for name in ("PGACADEMY_PG_BIN", "PGACADEMY_TEST_DSN")}
    os.environ["PGACADEMY_PG_BIN"] = str(folder)
    try:
        with throwaway_school("plpgsql_check") as conn:
            yield from run_plpgsql_check(conn)
    finally:
        del os.environ["PGACADEMY_PG_BIN"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


STEPS: dict[str, Callable[[Path], Iterator[Finding]]] = {
    "sources": check_sources,
    "squawk": run_squawk,
    "sqlfluff": run_sqlfluff,
    "catalogue": run_catalogue,
    "plpgsql_check": run_bodies,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the steps named, or all; the exit code is 1 if there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m pgacademy.lint", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="step", help=f"what to run: {', '.join(STEPS)}; all by default")
    chosen = parser.parse_args(arguments).steps or list(STEPS)
    if unknown := [step for step in chosen if step not in STEPS]:
        parser.error(f"no such step: {', '.join(unknown)}")
    root = sources.root()
    found = 0
    for step in chosen:
        findings = list(STEPS[step](root))
        found += len(findings)
        print(f"{step}: {len(findings) or 'no'} finding{'s' if len(findings) != 1 else ''}")
        for finding in findings:
            print(f"  {finding}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
