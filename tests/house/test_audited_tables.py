"""Every table is in the audit trail, or docs/audit.md says why not; every sensitive procedure notes its calls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
_SECTION = (ROOT / "docs/audit.md").read_text().split("\n## Tables that are not audited\n")[1].split("\n## ")[0]
#: Tables without a trigger of the audit trail.
WAIVED = [
    name
    for names in re.findall(r"^\| (`[^|]+) \| [^|]{10,} \|$", _SECTION, re.MULTILINE)
    for name in re.findall(r"`(\w+)`", names)
]


def audited(conn: psycopg.Connection[Any]) -> set[str]:
    rows = conn.execute(
        "select c.relname from pg_trigger as t join pg_class as c on c.oid = t.tgrelid"
        " join pg_proc as p on p.oid = t.tgfoid"
        " where c.relnamespace = current_schema()::regnamespace and p.proname = 'audit_' || c.relname"
    )
    return {str(name) for (name,) in rows}


def test_every_table_is_decided_about(db: psycopg.Connection[Any]) -> None:
    rows = db.execute(
        "select c.relname from pg_class as c where c.relnamespace = current_schema()::regnamespace"
        " and c.relkind in ('r', 'p') and not c.relispartition"
        " and not c.relname like any (array['\\_yoyo%', 'yoyo\\_%', 'schema\\_%'])"
    )
    tables = {name for (name,) in rows}
    assert sorted(WAIVED) == sorted(set(WAIVED))
    assert set(WAIVED) & audited(db) == set()
    assert set(WAIVED) | audited(db) == tables


def test_what_tells_a_row_fits_into_the_trail(db: psycopg.Connection[Any]) -> None:
    """Without a CHECK there: a key that is a text has one in its own table, which says how long it may be."""
    rows = db.execute(
        "select c.relname, pg_get_constraintdef(k.oid) from pg_class as c"
        " join pg_index as i on i.indrelid = c.oid and i.indisprimary"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum = any (i.indkey) and a.atttypid = 'text'::regtype"
        " left join pg_constraint as k on k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]"
        " and pg_get_constraintdef(k.oid) ~ '(length[(]|[{]1,[0-9]+[}])'"
        " join column_classes() as n on n.table_name = c.relname and n.column_name = a.attname"
        " and n.is_blanked is not true"
        " where column_catalogue() -> c.relname::text ? 'unnoted' order by 1"
    ).fetchall()
    assert [table for table, _ in rows] == ["platform_settings", "retention_policies", "signing_keys"]
    assert [table for table, check in rows if check is None] == []


def test_a_transaction_has_its_identifier_before_a_row_its_number(db: psycopg.Connection[Any]) -> None:
    """What seal_audit_logs() relies on: a row it cannot see yet is of a transaction that it can."""
    rows = db.execute(
        "select p.proname, strpos(p.prosrc, ':= pg_current_xact_id();'), strpos(p.prosrc, 'insert into audit_logs')"
        " from pg_proc as p where p.pronamespace = current_schema()::regnamespace and p.prosrc ~ 'into audit_logs'"
    ).fetchall()
    assert {name for name, *_ in rows} == {"write_audit", *(f"audit_{table}" for table in audited(db))}
    assert [name for name, first, then in rows if not 0 < first < then] == []


def test_sensitive_procedures_note_their_calls(db: psycopg.Connection[Any]) -> None:
    """Each of the list, under its own name, and no other."""
    listed = {action for (action,) in db.execute("select action from audited_procedures()")}
    noting = {
        f"{path.parent.name}.{path.stem}": re.findall(r"write_audit\(\s*p_action => '([\w.]+)'", path.read_text())
        for path in (ROOT / "functions").glob("*/*.sql")
    }
    assert {name: found for name, found in noting.items() if found} == {name: [name] for name in listed}


def test_the_row_that_a_call_is_about_is_named_by_an_argument(db: psycopg.Connection[Any]) -> None:
    rows = db.execute(
        "select a.action, a.argument from audited_procedures() as a where a.argument is not null and not exists ("
        " select from pg_proc as p where p.pronamespace = current_schema()::regnamespace"
        " and p.proname = split_part(a.action, '.', 2) and a.argument = any (p.proargnames))"
    )
    assert rows.fetchall() == []


@pytest.mark.parametrize("table", ["audit_logs", "audit_seals"])
def test_every_part_of_the_trail_refuses_to_change(db: psycopg.Connection[Any], table: str) -> None:
    """Partitions as well, whoever made them: rows are held by a trigger, TRUNCATE by another."""
    db.execute("select ensure_partitions(p_months_ahead => 2)")
    rows = db.execute(
        "select c.relname, array_agg(t.tgtype & 1) from pg_class as c"
        " left join pg_trigger as t on t.tgrelid = c.oid and t.tgenabled = 'O'"
        " and t.tgfoid = 'refuse_change'::regproc"
        " where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')"
        " and (c.relname = %s or c.oid in (select inhrelid from pg_inherits where inhparent = %s::regclass))"
        " group by c.relname",
        (table, table),
    ).fetchall()
    assert len(rows) == (1 if table == "audit_seals" else 5)
    assert {tuple(sorted(kinds)) for _, kinds in rows} == {(0, 1)}
