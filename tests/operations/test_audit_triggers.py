"""What the triggers of the audit trail note: each table's own function, against one that compares rows as JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql
from tests.privacy.lives import live

Connection = psycopg.Connection[Any]

#: What was noted, by columns' classes: beside every trigger of the trail stands one of this function, `noted`.
ORACLE = """
    create temp table expected (
        number bigint generated always as identity,
        action text, entity_type text, entity_id text, before jsonb, after jsonb
    );

    create function redacted(p_table text, p_column text, p_value jsonb) returns jsonb language sql as $$
        select case
            when k.class = 'secret' then '"[secret]"'
            when p_value = 'null' then p_value
            when k.is_blanked then '"[sensitive]"'
            when pg_column_size(p_value) > 8192
                then to_jsonb(format('[sha256 %s]', encode(sha256(convert_to(p_value::text, 'UTF8')), 'hex')))
            else p_value
        end
        from column_classes() as k where k.table_name = p_table and k.column_name = p_column
    $$;

    create function noted() returns trigger language plpgsql as $$
    declare
        v_old jsonb := to_jsonb(old);
        v_new jsonb := to_jsonb(new);
        v_unnoted text[] := string_to_array(column_catalogue() -> tg_table_name -> 'unnoted' #>> '{}', ' ');
    begin
        insert into expected (action, entity_type, entity_id, before, after)
        select
            lower(tg_op), tg_table_name,
            (
                select string_agg(coalesce(v_new, v_old) ->> a.attname, '/' order by n.nth)
                from pg_index as i, unnest(i.indkey::int2[]) with ordinality as n (attnum, nth), pg_attribute as a
                where i.indrelid = tg_relid and i.indisprimary and a.attrelid = tg_relid and a.attnum = n.attnum
                    and not (tg_table_name = 'user_encrypted_fields' and a.attname = 'field_name')
            ),
            case when tg_op <> 'INSERT' then coalesce(c.before, '{}') end,
            case when tg_op <> 'DELETE' then coalesce(c.after, '{}') end
        from (
            select
                jsonb_object_agg(k.key, redacted(tg_table_name, k.key, coalesce(v_old -> k.key, 'null'))) as before,
                jsonb_object_agg(k.key, redacted(tg_table_name, k.key, coalesce(v_new -> k.key, 'null'))) as after
            from jsonb_object_keys(coalesce(v_new, v_old)) as k (key)
            where coalesce(v_old -> k.key, 'null') <> coalesce(v_new -> k.key, 'null') and k.key <> all(v_unnoted)
        ) as c
        where tg_op <> 'UPDATE' or c.after is not null;
        return null;
    end
    $$;

    do $$ declare v_trigger text; begin
        for v_trigger in
            select regexp_replace(
                replace(pg_get_triggerdef(t.oid), 'TRIGGER ' || t.tgname, 'TRIGGER ' || t.tgname || '_as_json'),
                'EXECUTE FUNCTION audit_.*', 'EXECUTE FUNCTION noted()'
            )
            from pg_trigger as t
            where t.tgname like 'audit\\_%' and t.tgparentid = 0 and t.tgfoid::regproc::text like 'audit\\_%'
        loop
            execute v_trigger;
        end loop;
    end $$;
"""
#: Other values of each type; what its table does not take is skipped.
OTHERS = {
    "boolean": ["not {0}"],
    "integer": ["{0} + 1", "{0} - 1", "1"],
    "bigint": ["{0} + 1"],
    "smallint": ["{0} + 1", "1"],
    "numeric(5,2)": ["{0} - 0.5", "{0} + 0.5", "1.25"],
    "text": ["{0} || 'x'", "{0} || repeat('x', 9000)", "'other'"],
    "jsonb": ["{0} || '{{\"other\": [1, null]}}'", "'[]'"],
    "timestamp with time zone": ["{0} + interval '1 second'", "now()"],
    "date": ["{0} + 1"],
    "text[]": ["{0} || 'other'::text"],
    "bytea": ["{0} || '\\x00'::bytea"],
}


def tried(conn: Connection, statement: sql.Composed) -> None:
    """Done if the table takes it."""
    with suppress(psycopg.Error), conn.transaction():
        conn.execute(statement)


def test_each_note_is_what_a_comparison_of_the_rows_would_be(db: Connection) -> None:
    """All that a life leaves behind; then each column of each table set to something else, and to null; and deletes."""
    db.execute(ORACLE)
    db.execute("set local pgacademy.ip_address = '192.0.2.7'")
    before = db.execute("select coalesce(max(log_number), 0) from audit_logs").fetchone()
    assert before is not None
    live(db)
    columns = db.execute(
        "select k.table_name, k.column_name, format_type(a.atttypid, null) from column_classes() as k"
        " join pg_attribute as a on a.attrelid = k.table_name::regclass and a.attname = k.column_name"
        " where column_catalogue() -> k.table_name ? 'unnoted' and a.attgenerated = '' order by 1, a.attnum"
    ).fetchall()
    for table, column, kind in columns:
        for value in (*OTHERS.get(kind, ()), "null", "{0}"):
            assignment = sql.SQL(value).format(sql.Identifier(column))
            tried(db, sql.SQL("update {} set {} = {}").format(*map(sql.Identifier, (table, column)), assignment))
    for table in sorted({table for table, _, _ in columns}, reverse=True):
        tried(db, sql.SQL("delete from {}").format(sql.Identifier(table)))
    noted = db.execute(
        "select action, entity_type, entity_id, old_values, new_values from audit_logs"
        " where log_number > %s and action in ('insert', 'update', 'delete') order by log_number",
        before,
    ).fetchall()
    expected = "select action, entity_type, entity_id, before, after from expected order by number"
    assert noted == db.execute(expected).fetchall()
    assert len({(action, table) for action, table, *_ in noted}) > 40
    assert (
        len({(table, column) for action, table, _, _, after in noted if action == "update" for column in after}) > 100
    )
