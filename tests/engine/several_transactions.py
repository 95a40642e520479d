"""A history with steps that are more than one transaction: indexes built beside writers, and a backfill."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.lib.conftest import Yard


def write_several_transactions(yard: Yard, rows: int, batch: int) -> None:
    """Six migrations in place of the yard's own."""
    for path in yard.root.rglob("*.sql"):
        path.unlink()
    concurrently = "-- transactional: false\n"
    files = {
        "create-items": "create table items (id bigint primary key, word text, times int not null default 0);\n"
        f"insert into items (id, word) select n * 7, md5(n::text) from generate_series(1, {rows}) n;\n",
        "index-words": f"{concurrently}create index concurrently items_word_idx on items (word);\n",
        "unique-words": f"{concurrently}create unique index concurrently items_word_key on items (word);\n",
        "drop-index": f"{concurrently}drop index concurrently items_word_idx;\n",
        "fill-times": f"-- backfill: items\n-- batch: {batch}\n-- pause: 1ms\n"
        "update items set times = times + 1 where id > :from_key and id <= :to_key;\n",
        "check-times": "alter table items add constraint items_times_check check (times = 1);\n",
    }
    before = ""
    for number, (name, text) in enumerate(files.items(), 1):
        step = f"{number:04}.{name}"
        yard.write(f"migrations/{step}.sql", f"-- depends: {before}\n{text}")
        before = step


def assert_each_row_done_once(admin: psycopg.Connection[Any], rows: int) -> None:
    """No row was left out, none was done twice, and of the indexes the valid ones are there and no other."""
    found = admin.execute("select times, count(*) from academy.items group by times").fetchall()
    assert found == [(1, rows)]
    query = "select indexrelid::regclass::text, indisvalid from pg_index where indrelid = 'academy.items'::regclass"
    assert dict(admin.execute(query).fetchall()) == {"academy.items_pkey": True, "academy.items_word_key": True}
