"""A long history, made up: tables, columns, indexes and constraints, each step with its way back.

Every group of ten steps makes two tables and changes them in all the ways that are usual; the tables of a group refer
to those of the group before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

GROUP = 10


def write(folder: Path, count: int) -> list[str]:
    """Writes `count` migrations with their rollback files into a folder; returns their ids in order."""
    folder.mkdir(parents=True, exist_ok=True)
    ids: list[str] = []
    for (name, up, down), _ in zip(_steps(), range(count), strict=False):
        step = f"{len(ids) + 1:04}.{name}"
        (folder / f"{step}.sql").write_text(f"-- depends: {ids[-1] if ids else ''}\n\n{up}\n", encoding="utf-8")
        (folder / f"{step}.rollback.sql").write_text(f"{down}\n", encoding="utf-8")
        ids.append(step)
    return ids


def _steps() -> Iterator[tuple[str, str, str]]:
    """Name, statements there, statements back; for ever."""
    group = 0
    while True:
        group += 1
        yield from _group(group)


def _group(n: int) -> list[tuple[str, str, str]]:
    owner, item = f"owners_{n}", f"items_{n}"
    before = f"owners_{n - 1}" if n > 1 else owner
    return [
        (
            f"create-{owner}",
            f"create table {owner} (\n    id bigint generated always as identity primary key,\n"
            f"    name text not null,\n    created_at timestamptz not null default now()\n);\n"
            f"comment on table {owner} is 'Who has items; group {n}.';",
            f"drop table {owner};",
        ),
        (
            f"create-{item}",
            f"create table {item} (\n    id bigint generated always as identity primary key,\n"
            f"    owner_id bigint not null references {owner} (id),\n    title text,\n    amount integer\n);\n"
            f"create index {item}_owner_id_idx on {item} (owner_id);",
            f"drop table {item};",
        ),
        (
            f"add-columns-to-{item}",
            f"alter table {item} add column note text;\nalter table {item} add column score numeric(6, 2) default 0;",
            f"alter table {item} drop column score;\nalter table {item} drop column note;",
        ),
        (
            f"check-{item}",
            f"alter table {item} add constraint {item}_amount_check check (amount >= 0) not valid;\n"
            f"alter table {item} validate constraint {item}_amount_check;",
            f"alter table {item} drop constraint {item}_amount_check;",
        ),
        (
            f"index-{item}",
            f"create index {item}_title_idx on {item} (lower(title)) where title is not null;",
            f"drop index {item}_title_idx;",
        ),
        (
            f"unique-{owner}",
            f"alter table {owner} add constraint {owner}_name_key unique (name);",
            f"alter table {owner} drop constraint {owner}_name_key;",
        ),
        (
            f"link-{owner}",
            f"alter table {owner} add column parent_id bigint;\n"
            f"alter table {owner} add constraint {owner}_parent_id_fkey\n"
            f"    foreign key (parent_id) references {before} (id);\n"
            f"create index {owner}_parent_id_idx on {owner} (parent_id);",
            f"alter table {owner} drop column parent_id;",
        ),
        (
            f"default-{item}",
            f"alter table {item} alter column amount set default 1;\n"
            f"alter table {item} alter column title set default 'it''s; untitled';",
            f"alter table {item} alter column title drop default;\n"
            f"alter table {item} alter column amount drop default;",
        ),
        (
            f"fill-{item}",
            f"insert into {owner} (name) values ('first'), ('second');\n"
            f"insert into {item} (owner_id, title) select o.id, o.name from {owner} as o;",
            f"delete from {item};\ndelete from {owner};",
        ),
        (
            f"protect-{item}",
            f"do $$ begin execute format('comment on table %I is %L', '{item}', 'Things; group {n}.'); end $$;\n"
            f"alter table {owner} enable row level security;\nalter table {item} enable row level security;",
            f"alter table {item} disable row level security;\nalter table {owner} disable row level security;\n"
            f"comment on table {item} is null;",
        ),
    ]
