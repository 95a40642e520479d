"""Writes the reference, docs/reference/, from the catalogue of a migrated school, and the register of requirements.

python -m pgacademy.docs            write it
python -m pgacademy.docs --check    fail when it is not what would be written
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pgacademy import catalogue, sources, templating
from pgacademy.catalogue import Catalogue, ProcedureFacts
from pgacademy.errors import _BY_SQLSTATE as BY_CODE

_DOMAINS = ["operations", "identity", "catalog", "learning", "gamification", "coins"]
_RAISED = re.compile(r"errcode = '(\w{5})'")


def _domains(read: Catalogue) -> list[str]:
    present = {r["domain"] for r in read.relations} | {p.domain for p in read.procedures if p.path}
    return [d for d in _DOMAINS if d in present] + sorted(present - set(_DOMAINS))


def _cell(text: object) -> str:
    """Text inside a table of Markdown."""
    return " ".join(str(text if text is not None else "").split()).replace("|", "\\|")


def _code(names: Iterable[str]) -> str:
    """Names in a cell, each as code."""
    return ", ".join(f"`{name}`" for name in names)


def _diagram(tables: list[dict[str, Any]]) -> list[str]:
    """Lines of a mermaid ER diagram: the domain's tables with their keys, and what they refer to."""
    lines = []
    for table in tables:
        keys: dict[str, list[str]] = {}
        for constraint in table["constraints"]:
            kind = {"p": "PK", "f": "FK"}.get(constraint["kind"], "")
            for column in constraint["columns"] if kind else []:
                if kind not in keys.setdefault(column, []):
                    keys[column].append(kind)
        lines.append(f"    {table['name']} {{")
        for column in table["columns"]:
            kind = re.sub(r"\W+", "_", column["base_type"].replace("timestamp with time zone", "timestamptz"))
            mark = ", ".join(keys.get(column["name"], []))
            lines.append(f"        {kind} {column['name']}" + (f" {mark}" if mark else ""))
        lines.append("    }")
    for table in tables:
        nullable = {c["name"] for c in table["columns"] if not c["is_not_null"]}
        unique = [set(c["columns"]) for c in table["constraints"] if c["kind"] in {"p", "u"}]
        for constraint in table["constraints"]:
            if constraint["kind"] == "f":
                one = "o|" if nullable & set(constraint["columns"]) else "||"
                many = "o|" if set(constraint["columns"]) in unique else "o{"
                label = ", ".join(constraint["columns"])
                lines.append(f'    {constraint["target"]} {one}--{many} {table["name"]} : "{label}"')
    return lines


def _errors(read: Catalogue) -> dict[str, list[ProcedureFacts]]:
    """Which functions raise which of our codes."""
    raised: dict[str, list[ProcedureFacts]] = {}
    tree = sources.tree()
    by_path = {p.path: p for p in read.procedures if p.path}
    for file in tree.repeatables():
        facts = by_path.get(file.path)
        for code in sorted(set(_RAISED.findall(file.text))) if facts else []:
            assert facts is not None  # noqa: S101
            raised.setdefault(code, []).append(facts)
    return dict(sorted(raised.items()))


def _render(template: str, **values: Any) -> str:
    environment = templating.environment()
    environment.filters |= {"cell": _cell, "code": _code}
    text = environment.get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def demands() -> dict[int, dict[str, Any]]:
    """What docs/requirements.toml says of each demand: demand, state, where, proof, note."""
    text = (sources.root() / "docs" / "requirements.toml").read_text(encoding="utf-8")
    nothing = {"where": [], "proof": [], "note": ""}
    return {int(number): nothing | entry for number, entry in tomllib.loads(text).items()}


def register() -> str:
    """The text of docs/requirements.md."""
    return _render("requirements.md.j2", demands=demands())


def pages(read: Catalogue) -> dict[str, str]:
    """The text of every page of the reference by its name."""
    domains = _domains(read)
    result = {"README.md": _render("reference.md.j2", domains=domains)}
    for domain in domains:
        relations = [r for r in read.relations if r["domain"] == domain]
        tables = [r for r in relations if r["kind"] != "v"]
        result[f"tables-{domain}.md"] = _render(
            "tables.md.j2",
            domain=domain,
            tables=tables,
            views=[r for r in relations if r["kind"] == "v"],
            diagram=_diagram(tables),
        )
    result["procedures.md"] = _render(
        "procedures.md.j2",
        groups=[(d, [p for p in read.procedures if p.domain == d and p.path and p.callers]) for d in domains],
        internal=[(d, [p for p in read.procedures if p.domain == d and p.path and not p.callers]) for d in domains],
    )
    result["errors.md"] = _render(
        "errors.md.j2",
        raised=_errors(read),
        classes={code: (kind.__name__, (kind.__doc__ or "").strip()) for code, kind in BY_CODE.items()},
    )
    return result


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pgacademy.docs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
    options = parser.parse_args(argv)
    folder = Path(sources.root()) / "docs"
    with catalogue.fresh_school() as conn:
        due = {f"reference/{name}": text for name, text in pages(catalogue.read(conn)).items()}
    due["requirements.md"] = register()
    kept = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in [*folder.glob("reference/*.md"), folder / "requirements.md"]
    }
    stale = sorted(name for name in due.keys() | kept.keys() if due.get(name) != kept.get(name))
    if options.check:
        if stale:
            sys.stderr.write(f"Stale in docs: {', '.join(stale)}. Run `make docs`.\n")
        return 1 if stale else 0
    (folder / "reference").mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in due:
            (folder / name).write_text(due[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
