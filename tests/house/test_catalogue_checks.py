"""The lints of sql/checks/: the house is clean, and each of them sees what it is for (none, one, none again)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[Any]
ROOT = Path(__file__).resolve().parents[2]
CHECKS = sorted(path.stem for path in (ROOT / "sql/checks").glob("*.sql"))

FUNCTION = "create function planted() returns integer language sql stable begin atomic select 1; end;"
CLEAN = FUNCTION + "comment on function planted is 'x'; revoke all on function planted from public;"
TABLE = """
    create table planted (id bigint primary key);
    alter table planted enable row level security;
    comment on table planted is 'x';
    comment on column planted.id is 'x';
"""


def rewritten(function: str, text: str, other: str) -> str:
    """A function with another text in place of one in it."""
    texts = f"'{function}'::regproc), $x${text}$x$, $x${other}$x$"
    return f"do $$ begin execute replace(pg_get_functiondef({texts}); end $$;"


#: What breaks each rule, once.
PLANTED = {
    "audit_functions": rewritten("audit_user_secrets", "'[secret]'", "new.password_hash"),
    "column_unclassified": TABLE,
    "foreign_key_without_index": TABLE + "alter table planted add user_id uuid references users;",
    "function_grantee": CLEAN + "grant execute on function planted to academy_student;",
    "function_overload": CLEAN
    + "create function planted(i integer) returns integer language sql begin atomic select 1; end;",
    "function_public": FUNCTION + "grant execute on function planted to public;",
    "function_search_path": "create function planted() returns integer language sql"
    " set search_path = '' as 'select 1';",
    "function_without_comment": FUNCTION,
    "identity_not_bigint": TABLE + "alter table planted add n integer generated always as identity;",
    "index_covered": TABLE
    + "create index planted_a on planted ((id + 1), id); create index planted_b on planted ((id + 1));",
    "person_overlooked": TABLE + "alter table planted add user_id uuid;",
    "policy_for_all": TABLE + "create policy p on planted for all to pgacademy_admin using (true);",
    "policy_overlap": TABLE
    + "create policy p on planted for select to pgacademy_admin using (true);"
    + "create policy q on planted for select to pgacademy_admin, pgacademy_student using (true);",
    "policy_unwrapped_identity": "create policy p on job_runs for select to pgacademy_student"
    " using (id = current_user_id() and id = (select current_user_id()));",
    "relation_without_comment": TABLE + "alter table planted add extra text;",
    "table_forces_row_security": TABLE + "alter table planted force row level security;",
    "table_grants": TABLE + "grant truncate on planted to pgacademy_admin;",
    "table_without_primary_key": "create table planted (id bigint);",
    "table_without_row_security": TABLE + "alter table planted disable row level security;",
    "timestamp_without_time_zone": TABLE + "alter table planted add at timestamp;",
    "trigger_transition_table": TABLE
    + "create trigger t after update on planted referencing new table as n for each statement"
    " execute function touch_updated_at();",
    "unique_key_with_nulls": TABLE
    + "alter table planted add other bigint; create unique index planted_key on planted (id, other);"
    + "comment on column planted.other is 'x';",
    "view_owner_rights": "create view planted as select 1 as one; comment on view planted is 'x';",
}


def found(conn: Connection, check: str) -> list[tuple[str, str]]:
    return conn.execute((ROOT / f"sql/checks/{check}.sql").read_bytes()).fetchall()


def test_every_check_is_tested() -> None:
    assert sorted(PLANTED) == CHECKS


@pytest.mark.parametrize("check", CHECKS)
def test_none_one_none(db: Connection, check: str) -> None:
    assert found(db, check) == []
    with db.transaction(force_rollback=True):
        db.execute(PLANTED[check].encode())
        assert len(found(db, check)) == 1
    assert found(db, check) == []


@pytest.mark.parametrize(
    ("planted", "object_", "finding"),
    [
        ("drop trigger audit_row on levels", "levels", "has no trigger audit_levels"),
        (
            "create trigger planted after delete on user_stats for each row execute function audit_levels()",
            "planted on user_stats",
            "calls audit_levels",
        ),
        (
            "create function audit_planted() returns trigger language plpgsql as 'begin return null; end'",
            "audit_planted",
            "is of no table",
        ),
        (rewritten("column_catalogue", 'min_xp", "unnoted": ""', 'min_xp", "unnoted": "titel"'), "levels", "titel"),
        (rewritten("audit_levels", "old.min_xp is", "null is"), "audit_levels", "does not compare min_xp"),
        (
            rewritten("audit_levels", "end if;", "end if; if old.x is distinct from new.x then end if;"),
            "audit_levels",
            "compares x",
        ),
        (rewritten("audit_users", "(old.email is not null)", "(true)"), "audit_users", "does not redact email"),
        (
            rewritten("audit_users", "audited_presence(new.email is not null)", "left(new.email::text, 9)"),
            "audit_users",
            "does not redact email",
        ),
        (
            rewritten("audit_users", "coalesce(new.id, old.id)", "coalesce(new.email, '')"),
            "audit_users",
            "names rows by email",
        ),
    ],
)
def test_what_is_wrong_with_the_trail(db: Connection, planted: str, object_: str, finding: str) -> None:
    with db.transaction(force_rollback=True):
        db.execute(planted.encode())
        ((named, said),) = found(db, "audit_functions")
        assert named == object_
        assert finding in said


def test_a_named_grant_instead_of_a_covered_unique_is_fine(db: Connection) -> None:
    """A unique index that a longer one begins with is needed for its rule."""
    db.execute((TABLE + "create index planted_a on planted (id, (1));").encode())
    assert found(db, "index_covered") == []
