"""A journal in which somebody had a hand: whoever reads it says so in one sentence, and what puts it right."""

from __future__ import annotations

import pytest

from pgacademy import plans, rollbacks
from pgacademy.connection import connect
from pgacademy.errors import JournalDamaged
from tests.lib.conftest import Yard

MORE = "-- depends: 0002.protect-notes\nalter table notes add tag text;\n"

#: What is done to a table of the journal, and what undoes it but for the key.
TWICE = {
    "schema_objects": (
        "alter table academy.schema_objects drop constraint schema_objects_pkey;"
        "insert into academy.schema_objects select * from academy.schema_objects where name = 'shout'",
        "delete from academy.schema_objects as o using academy.schema_objects as p"
        " where o.kind = p.kind and o.name = p.name and o.ctid < p.ctid",
    ),
    "schema_steps": (
        "alter table academy.schema_steps drop constraint schema_steps_pkey;"
        "insert into academy.schema_steps select * from academy.schema_steps limit 1",
        "delete from academy.schema_steps as o using academy.schema_steps as p"
        " where o.migration_id = p.migration_id and o.ctid < p.ctid",
    ),
}
#: The same of yoyo's table, which has no key to lose.
ROWS = {
    "without a name": (
        "update academy._yoyo_migration set migration_id = null where migration_id = '0002.protect-notes'",
        "update academy._yoyo_migration set migration_id = '0002.protect-notes' where migration_id is null",
    ),
    "of no migration": (
        "insert into academy._yoyo_migration values ('x', null, now())",
        "delete from academy._yoyo_migration where migration_id is null",
    ),
    "twice": (
        "insert into academy._yoyo_migration values ('x', '0002.protect-notes', now())",
        "delete from academy._yoyo_migration where migration_hash = 'x'",
    ),
}


def refused(yard: Yard) -> JournalDamaged:
    """All who read the journal refuse it with the same error, and nothing is done."""
    looks = (
        yard.status,
        lambda: plans.plan(yard.dsn, "academy", tree_=yard.tree),
        lambda: rollbacks.rollback_preview(yard.dsn, "academy", "0001.create-notes", tree_=yard.tree),
        yard.migrate,
    )
    told = []
    for look in looks:
        with pytest.raises(JournalDamaged) as caught:
            look()
        assert caught.value.hint
        told.append(caught.value)
    assert len({error.message for error in told}) == 1
    assert yard.ask("select count(*) from pg_attribute where attrelid = 'notes'::regclass and attname = 'tag'") == [0]
    return told[-1]


@pytest.mark.late
@pytest.mark.parametrize("is_pending", [False, True])
@pytest.mark.parametrize("where", [*TWICE, *ROWS])
def test_rows_that_are_wrong(yard: Yard, where: str, is_pending: bool) -> None:
    yard.migrate()
    damaged, mended = (TWICE | ROWS)[where]
    yard.run(damaged)
    if is_pending:
        yard.write("migrations/0003.add-column.sql", MORE)
    error = refused(yard)
    yard.run(mended)
    if where in TWICE:
        assert where in error.message
        # What the hint says does it.
        yard.run(str(error.hint).rpartition("run: ")[2])
    assert yard.migrate().applied == ["0003.add-column"] * is_pending
    assert yard.status().is_current


@pytest.mark.parametrize("is_pending", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        "delete from academy.schema_steps where migration_id = '0002.protect-notes'",
        "alter table academy.schema_steps alter sha256 drop not null; update academy.schema_steps set sha256 = null",
    ],
)
def test_a_checksum_that_is_lost(yard: Yard, damage: str, is_pending: bool) -> None:
    yard.migrate()
    yard.run(damage)
    if is_pending:
        yard.write("migrations/0003.add-column.sql", MORE)
    looks = (yard.status, yard.migrate, lambda: plans.plan(yard.dsn, "academy", tree_=yard.tree))
    for look in looks:
        with pytest.raises(JournalDamaged, match=r"0002\.protect-notes") as caught:
            look()
    yard.run(str(caught.value.detail))
    assert yard.migrate().applied == ["0003.add-column"] * is_pending
    yard.write("migrations/0002.protect-notes.sql", "-- depends: 0001.create-notes\nselect 1;\n")
    assert yard.status().edited == ("0002.protect-notes",)


@pytest.mark.parametrize("rolled_back", [False, True])
def test_what_yoyo_applied_never_had_a_checksum(yard: Yard, rolled_back: bool) -> None:
    yard.migrate()
    yard.run("delete from academy.schema_steps where migration_id = '0002.protect-notes'")
    if rolled_back:  # by us, and then applied by yoyo
        told = "update academy.schema_history set operation = 'rollback' where migration_id = '0002.protect-notes'"
    else:
        told = "delete from academy.schema_history"
    yard.run(told)
    assert not yard.migrate().changed
    assert yard.status().is_current
    assert plans.plan(yard.dsn, "academy", tree_=yard.tree).is_clean
    yard.write("migrations/0003.add-column.sql", MORE)
    assert yard.migrate().applied == ["0003.add-column"]


def test_an_index_does_for_a_key(yard: Yard) -> None:
    yard.migrate()
    yard.run(
        "alter table academy.schema_objects drop constraint schema_objects_pkey;"
        "create unique index on academy.schema_objects (name, kind)"
    )
    yard.write("migrations/0003.add-column.sql", MORE)
    assert yard.migrate().applied == ["0003.add-column"]


def test_an_analyst_is_told_what_an_analyst_may_see(yard: Yard) -> None:
    yard.migrate()
    yard.run(TWICE["schema_objects"][0])
    with connect(yard.dsn) as connection:
        connection.execute("create role journal_reader login noinherit; grant academy_analyst to journal_reader")
    reader = yard.dsn.replace("pgacademy_deploy", "journal_reader")
    with pytest.raises(JournalDamaged):
        plans.plan(reader, "academy", tree_=yard.tree)
    yard.run(TWICE["schema_objects"][1])
    yard.run("alter table academy.schema_objects add constraint schema_objects_pkey primary key (kind, name)")
    yard.run("delete from academy.schema_steps")
    assert plans.plan(reader, "academy", tree_=yard.tree).is_clean
