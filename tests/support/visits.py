"""A partitioned table to try things with: visits, kept for a year; and how months leave without the library."""

from __future__ import annotations

from typing import Any

import psycopg


def retire(conn: psycopg.Connection[Any], as_of: str | None = None) -> list[str]:
    """What a scheduler does: step by step, until nothing is left. The partitions that are gone."""
    gone = []
    while (row := conn.execute("select * from retire_partitions(%s)", [as_of]).fetchone()) is not None:
        partition, rows_archived = row
        if rows_archived is not None:
            gone.append(partition)
    return gone


def make_visits(conn: psycopg.Connection[Any], *, alone: bool = False) -> None:
    """Makes the table, without a month. `alone`: the school's other partitioned tables go, whose months take time."""
    if alone:
        conn.execute("""
            do $$ declare v_table text; begin
                for v_table in
                    select oid::regclass from pg_class
                    where relkind = 'p' and relname <> 'audit_logs' and relnamespace = current_schema()::regnamespace
                loop
                    execute format('drop table %s cascade', v_table);
                end loop;
            end $$
        """)
    conn.execute("""
        create table visits (
            id uuid not null default uuid_v7(), seen_at timestamptz not null, page text default 'home',
            user_id uuid references users, primary key (id, seen_at), check (page <> '')
        ) partition by range (seen_at);
        create index visits_page_idx on visits (page);
        alter table visits enable row level security;
        insert into retention_policies (subject, keep_months, action, description) values ('visits', 12, 'archive', '');
    """)
