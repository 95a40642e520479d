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
#: So that any column may be anything: nothing but the triggers of the trail, on every event, no rule but the keys.
BARE = """
    set constraints all immediate;

    do $$ declare v record; begin
        for v in select t.name from jsonb_each(column_catalogue()) as t (name, entry) where t.entry ? 'unnoted' loop
            execute format('alter table %1$I disable trigger user', v.name);
            execute format(
                'create trigger each_change after insert or update or delete on %1$I'
                ' for each row execute function audit_%1$s()', v.name
            );
            execute format(
                'create trigger each_change_as_json after insert or update or delete on %1$I'
                ' for each row execute function noted()', v.name
            );
        end loop;
        for v in
            select k.conrelid::regclass as name, k.conname from pg_constraint as k
            where k.contype in ('c', 'f') and k.conislocal and k.conparentid = 0
                and (
                    column_catalogue() -> k.conrelid::regclass::text ? 'unnoted'
                    or column_catalogue() -> k.confrelid::regclass::text ? 'unnoted'
                )
        loop
            execute format('alter table %s drop constraint %I', v.name, v.conname);
        end loop;
        for v in
            select a.attrelid::regclass as name, a.attname
            from pg_attribute as a
            where a.attnotnull and a.attnum > 0 and a.attidentity = ''
                and column_catalogue() -> a.attrelid::regclass::text ? 'unnoted'
                and not exists (
                    select from pg_index as i
                    where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey)
                )
        loop
            execute format('alter table %s alter %I drop not null', v.name, v.attname);
        end loop;
    end $$;

    insert into course_prerequisites (course_id, prerequisite_course_id) values (uuid_v7(), uuid_v7());
    insert into lesson_prerequisites (lesson_id, prerequisite_lesson_id) values (uuid_v7(), uuid_v7());
    insert into signing_keys (key_id, inner_pad, outer_pad) values ('k', 'inner', 'outer');
"""
#: Other values of each type; what cannot be is skipped.
OTHERS = {
    "boolean": ["coalesce(not {0}, true)"],
    "integer": ["coalesce({0}, 0) + 1", "coalesce({0}, 0) - 1"],
    "bigint": ["coalesce({0}, 0) + 1"],
    "smallint": ["coalesce({0}, 0) + 1"],
    "numeric": ["coalesce({0}, 0) + 0.5"],
    "text": ["concat({0}, 'x')", "concat({0}, repeat('x', 9000))"],
    "jsonb": ["coalesce({0}, '{{}}') || '{{\"other\": [1, null]}}'"],
    "timestamp with time zone": ["coalesce({0}, now()) + interval '1 second'"],
    "date": ["coalesce({0}, current_date) + 1"],
    "text[]": ["{0} || 'other'::text"],
    "bytea": ["coalesce({0}, '') || '\\x00'::bytea"],
    "uuid": ["uuid_v7()"],
    "uuid[]": ["array[uuid_v7()]"],
}
#: What does not change in it: made of criteria, of a part that these have not.
UNTRIED = {("achievements", "scope_course_id")}


def tried(conn: Connection, statement: sql.Composed) -> None:
    """Done if it can be."""
    with suppress(psycopg.Error), conn.transaction():
        conn.execute(statement)


def test_each_note_is_what_a_comparison_of_the_rows_would_be(db: Connection) -> None:
    """All that a life leaves behind; then each column of each table set to something else, and to null; and deletes."""
    db.execute(ORACLE)
    db.execute("set local pgacademy.ip_address = '192.0.2.7'")
    before = db.execute("select coalesce(max(log_number), 0) from audit_logs").fetchone()
    assert before is not None
    live(db)
    db.execute(BARE)
    columns = db.execute(
        "select k.table_name, k.column_name, format_type(a.atttypid, null) from column_classes() as k"
        " join pg_attribute as a on a.attrelid = k.table_name::regclass and a.attname = k.column_name"
        " where column_catalogue() -> k.table_name ? 'unnoted' order by 1, a.attnum"
    ).fetchall()
    for table, column, kind in columns:
        for value in (*OTHERS.get(kind, ()), "null", "{0}", *OTHERS.get(kind, ())):
            assignment = sql.SQL(value).format(sql.Identifier(column))
            tried(db, sql.SQL("update {} set {} = {}").format(*map(sql.Identifier, (table, column)), assignment))
    tables = sorted({table for table, _, _ in columns})
    for table in tables:
        db.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
    noted = db.execute(
        "select action, entity_type, entity_id, old_values, new_values from audit_logs"
        " where log_number > %s and action in ('insert', 'update', 'delete') order by log_number",
        before,
    ).fetchall()
    expected = "select action, entity_type, entity_id, before, after from expected order by number"
    assert noted == db.execute(expected).fetchall()
    assert sorted({table for action, table, *_ in noted if action == "delete"}) == tables
    unnoted = db.execute(
        "select t.name, u.name from jsonb_each(column_catalogue()) as t (name, entry),"
        " unnest(string_to_array(t.entry ->> 'unnoted', ' ')) as u (name)"
    ).fetchall()
    changed = {(table, column) for action, table, _, _, after in noted if action == "update" for column in after}
    assert {(table, column) for table, column, _ in columns} - changed - set(unnoted) == UNTRIED
