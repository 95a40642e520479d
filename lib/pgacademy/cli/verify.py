"""verify, for one school or for all."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Annotated

import typer

from pgacademy import verification
from pgacademy.cli import exit_codes
from pgacademy.cli.app import DEFAULT_SCHOOL, AllSchools, Dsn, Jobs, Json, School, app, conninfo
from pgacademy.cli.output import progress, result
from pgacademy.errors import UsageError
from pgacademy.settings import JOBS
from pgacademy.snapshot import Difference
from pgacademy.sources import tree
from pgacademy.verification import Verification

_LONG = 80


@app.command()
def verify(
    dsn: Dsn = None,
    school: School = DEFAULT_SCHOOL,
    scratch_dsn: Annotated[
        str | None,
        typer.Option("--scratch-dsn", help="Compare with a school rebuilt in this database, made and dropped again."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Apply the files of functions, views, triggers, policies, grants again.")
    ] = False,
    all_schools: AllSchools = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Compare a school with what it should be; writes nothing. Exit code 3 when it has drifted, 2 when it is behind."""
    if all_schools:
        if repair or scratch_dsn:
            raise UsageError("--repair and --scratch-dsn are for one school.", hint="Leave out --all-schools.")
        from pgacademy.cli import fleet  # noqa: PLC0415  (it draws)

        fleet.verify_all(dsn, jobs, json)
        return
    target = conninfo(dsn)
    found = verification.verify(target, school, scratch_dsn=scratch_dsn)
    repaired: list[str] = []
    if repair and found.differences:
        with progress(f"Repairing {school}", json) as report:
            repaired = verification.repair(target, found, report)
        found = verification.verify(target, school, scratch_dsn=scratch_dsn)
    result(asdict(found) | {"repaired": repaired} | found.states, json, "\n".join(_lines(found, repaired)))
    raise typer.Exit(exit_codes.compared(is_clean=found.is_clean, has_drifted=found.has_drifted))


def _lines(found: Verification, repaired: list[str]) -> list[str]:
    kind = "a development school, which `pgacademy reset` may empty" if found.is_development else "a school"
    lines = [f"{found.school}: {kind}, of pgacademy {found.school_version or '(unfinished)'}."]
    lines += [f"applied again: {path}" for path in repaired]
    if found.files is None:
        lines.append("This login may not read the school's journal, so files were not checked.")
    else:
        for label, names in (
            ("edited since they were applied", found.files.edited),
            ("unknown to this library", found.files.unknown),
            ("come too late, before others that are applied", found.files.late),
            ("begun and not finished", found.files.unfinished),
            ("pending", found.files.pending),
            ("changed files", found.files.changed),
            ("gone from the tree", found.files.vanished),
            ("applied without a checksum, so that nobody knows whether they were edited", found.files.unchecked),
        ):
            lines += [f"{label} ({len(names)}):", *(f"  {name}" for name in names)] if names else []
    heading = ""
    for item in found.differences:
        if item.object != heading:
            heading = item.object
            lines.append(heading)
        lines += _told(item)
    lines += _advice(found)
    if found.measured_on != found.server:
        lines.append(f"No snapshot was taken on PostgreSQL {found.server}; compared with that of {found.measured_on}.")
    return lines


def _told(item: Difference) -> list[str]:
    kind = "" if item.object.startswith(item.kind) and not item.name else item.kind
    what = " ".join(part for part in (kind, item.name, item.attribute) if part)
    expected, actual = item.expected or "", item.found or ""
    if item.state != "different":
        text = expected or actual
        shown = f": {text}" if text and "\n" not in text and len(text) <= _LONG else ""
        return [f"  {item.state}{' ' if what else ''}{what}{shown}"]
    if "\n" not in expected + actual and len(expected) + len(actual) <= _LONG:
        return [f"  {what}: {expected or '(none)'} → {actual or '(none)'}"]
    changes = list(difflib.unified_diff(expected.splitlines(), actual.splitlines(), lineterm="", n=1))[2:]
    return [f"  {what}:", *(f"    {line}" for line in changes)]


def _advice_on_roles(found: Verification) -> list[str]:
    missing = sum(item.object.startswith("role ") for item in found.differences) - len(found.mending)
    lines = ["Roles are put right by an administrator:", *(f"  {text};" for text in found.mending)]
    apply = f"`pgacademy roles --apply --school {found.school}` makes what is missing of the roles."
    return [*(lines if found.mending else []), *([apply] if missing else [])]


def _advice(found: Verification) -> list[str]:
    school = f"--school {found.school}"
    lines = _advice_on_roles(found)
    if not found.objects_compared:
        return [*lines, f"Behind, so objects were not compared: run `pgacademy migrate {school}` first."]
    if found.files and found.files.have_drifted:
        lines.append("Restore the files as they were applied; what should change goes into a new migration.")
    if found.differences:
        count = len(found.differences)
        lines.append(f"{count} difference{'s' if count > 1 else ''} from {found.against}.")
        if verification.can_repair(found, tree()):
            lines.append(f"`pgacademy verify --repair {school}` applies the files of functions, views and so on again.")
        lines.append("What a migration made (tables, columns, indexes …) and what somebody added is mended by hand.")
    if found.is_pending:
        lines.append(f"There is something to apply: run `pgacademy migrate {school}`.")
    return lines or [f"{found.school} is as {found.against} has it."]
