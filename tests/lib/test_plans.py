"""The plan: true to what `migrate` then does, made by logins that may not, and without a trace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from pgacademy import embedded, locking, migrations, plans, roles, scripts, sources
from pgacademy.backfills import BackfillInterrupted
from pgacademy.cli import load
from pgacademy.cli.output import human_size
from pgacademy.connection import Connection, connect
from pgacademy.errors import MigrationError, NotAllowed, VersionMismatch
from tests.lib.conftest import FUNCTION, Yard

LONG = "alter table notes add column stars int not null default 0;\nalter table notes alter column body set not null;\n"


@pytest.fixture
def migrated(yard: Yard) -> Yard:
    yard.migrate()
    yard.run("insert into academy.notes select i, 'x' from generate_series(1, 1000) as i")
    yard.run("analyze academy.notes")
    return yard


@pytest.fixture
def changed(migrated: Yard) -> Yard:
    """A migration, a changed function, a changed view that another stands on, a changed policy, a file that went."""
    migrated.write("migrations/0003.rate-notes.sql", f"-- depends: 0002.protect-notes\n\n{LONG}")
    migrated.write("migrations/0003.rate-notes.rollback.sql", "alter table notes drop column stars;\n")
    migrated.write(
        "functions/notes/shout.sql",
        FUNCTION.format(arguments="p_text text", result="text", body="upper(p_text) || '!'"),
    )
    migrated.write(
        "views/notes/loud_notes.sql", "create view loud_notes as select id, shout(body) as body, stars from notes;\n"
    )
    migrated.write(
        "sql/policies/notes.sql",
        "create policy read on notes for select to pgacademy_student using (stars >= 0);\n",
    )
    migrated.remove("sql/triggers/notes.sql")
    return migrated


@pytest.fixture
def reader(migrated: Yard, server: embedded.Server) -> Iterator[str]:
    """The DSN of a login that may be the school's analyst, only reads, and inherits nothing."""
    admin = server.dsn(str(psycopg.conninfo.conninfo_to_dict(migrated.dsn)["dbname"]), "postgres")
    name = "plan_reader"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"create role {name} login noinherit password 'x'")
        connection.execute(f"alter role {name} set default_transaction_read_only = on")
        connection.execute(f"grant academy_analyst to {name}")
    yield psycopg.conninfo.make_conninfo(migrated.dsn, user=name, password="x")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"drop role {name}")


def made(yard: Yard, dsn: str | None = None) -> plans.Plan:
    return plans.plan(dsn or yard.dsn, "academy", tree_=yard.tree)


def dump(dsn: str) -> str:
    """Schema and data, without what differs between two dumps of the same database."""
    found = subprocess.run(
        [str(embedded.find_binaries() / "pg_dump"), psycopg.conninfo.make_conninfo(dsn, user="postgres")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return "\n".join(line for line in found.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def test_nothing_to_do_is_clean(migrated: Yard) -> None:
    plan = made(migrated)
    assert (plan.is_clean, plan.has_drifted) == (True, False)
    assert (plan.steps, plan.files, plan.dropped) == ((), (), ())


def test_what_migrate_then_does_was_planned(changed: Yard) -> None:
    plan = made(changed)
    assert (plan.is_clean, plan.has_drifted) == (False, False)
    report = changed.migrate()
    assert [step.id for step in plan.steps] == report.applied == ["0003.rate-notes"]
    assert sorted(file.path for file in plan.files) == sorted(report.repeatables)
    assert list(plan.dropped) == report.dropped == ["triggers notes"]
    assert made(changed).is_clean


def test_statements_have_lines_locks_and_sizes(changed: Yard) -> None:
    (step,) = made(changed).steps
    (add,), (not_null,) = (statement.effects for statement in step.statements)
    assert [statement.line for statement in step.statements] == [3, 4]
    assert (add.table, add.lock, add.rewrites, add.scans) == ("notes", "ACCESS EXCLUSIVE", False, False)
    assert (not_null.lock, not_null.scans, not_null.blocks) == ("ACCESS EXCLUSIVE", True, "reads and writes")
    assert add.rows == 1000
    assert add.size_bytes == changed.ask("select pg_total_relation_size('notes')")[0]


def test_files_have_exact_differences(changed: Yard) -> None:
    files = {file.path: file for file in made(changed).files}
    assert {path: file.action for path, file in files.items()} == {
        "functions/notes/shout.sql": "changed",
        "views/notes/loud_notes.sql": "changed",
        "views/notes/few_notes.sql": "again",
        "sql/policies/notes.sql": "changed",
        "sql/grants/student.sql": "again",
    }
    diff = files["functions/notes/shout.sql"].diff or ""
    assert [line for line in diff.splitlines()[2:] if line[0] in "+-"] == [
        "-as $$ select upper(p_text) $$;",
        "+as $$ select upper(p_text) || '!' $$;",
    ]
    assert files["views/notes/few_notes.sql"].diff == ""
    assert [(e.table, e.blocks) for e in files["sql/policies/notes.sql"].effects] == [("notes", "reads and writes")]


def test_a_login_that_only_reads_sees_the_same_plan(changed: Yard, reader: str) -> None:
    assert made(changed, reader) == made(changed)
    assert (
        scripts.script(reader, "academy", tree_=changed.tree).splitlines()[3:]
        == (scripts.script(changed.dsn, "academy", tree_=changed.tree).splitlines()[3:])
    )
    with psycopg.connect(reader, autocommit=True) as connection:
        connection.execute("set role academy_analyst")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from academy.schema_objects")


def test_a_login_of_no_role_is_refused(migrated: Yard, server: embedded.Server) -> None:
    admin = server.dsn(str(psycopg.conninfo.conninfo_to_dict(migrated.dsn)["dbname"]), "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("create role plan_nobody login password 'x'")
        try:
            with pytest.raises(NotAllowed):
                made(migrated, psycopg.conninfo.make_conninfo(migrated.dsn, user="plan_nobody", password="x"))
        finally:
            connection.execute("drop role plan_nobody")


def test_planning_writes_nothing(changed: Yard) -> None:
    def state() -> tuple[object, ...]:
        with connect(changed.dsn) as connection:
            row = connection.execute("select pg_snapshot_xmax(pg_current_snapshot())").fetchone()
        return dump(changed.dsn), row

    before = state()
    made(changed)
    scripts.script(changed.dsn, "academy", tree_=changed.tree)
    assert state() == before
    with (
        plans.reading(changed.dsn, "academy", changed.tree) as found,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        found.connection.transaction(),
    ):
        found.connection.execute("insert into notes values (-1, '')")


def test_a_school_that_is_not_there_yet(dsn: str, yard: Yard) -> None:
    found = plans.plan(dsn, "riverside", tree_=yard.tree)
    assert (found.is_new, found.school_version, found.is_clean, found.has_drifted) == (True, None, False, False)
    assert [step.id for step in found.steps] == ["0001.create-notes", "0002.protect-notes"]
    assert {file.action for file in found.files} == {"new"}
    assert len(found.files) == len(yard.tree.repeatables())
    with connect(dsn) as connection:
        assert connection.execute("select to_regnamespace('riverside')").fetchone() == (None,)


def test_a_school_of_a_newer_library_is_left_alone(migrated: Yard) -> None:
    migrated.run("comment on schema academy is 'pgacademy 99.0.0: a school.'")
    with pytest.raises(VersionMismatch):
        made(migrated)


def test_drift_is_named_and_nothing_is_scripted(changed: Yard) -> None:
    changed.write("migrations/0001.create-notes.sql", "-- depends:\ncreate table notes (id bigint primary key);\n")
    plan = made(changed)
    assert (plan.edited, plan.has_drifted) == (("0001.create-notes",), True)
    with pytest.raises(MigrationError):
        scripts.script(changed.dsn, "academy", tree_=changed.tree)
    changed.remove("migrations/0002.protect-notes.sql")
    changed.remove("migrations/0003.rate-notes.sql")
    assert made(changed).unknown == ("0002.protect-notes",)


def test_a_late_file_is_drift(migrated: Yard) -> None:
    migrated.write("migrations/0005.five.sql", "-- depends: 0002.protect-notes\ncreate table five (id int);\n")
    migrated.migrate()
    migrated.write("migrations/0004.four.sql", "-- depends: 0002.protect-notes\ncreate table four (id int);\n")
    plan = made(migrated)
    assert (plan.late, plan.edited, plan.has_drifted) == (("0004.four",), (), True)


def test_tables_made_by_the_same_plan_have_no_size_and_block_nobody(migrated: Yard) -> None:
    migrated.write("migrations/0003.tags.sql", "create table tags (id int primary key, note_id int references notes);")
    migrated.write("migrations/0004.more.sql", "-- depends: 0003.tags\nalter table tags add column name text;")
    first, second = made(migrated).steps
    assert {(e.table, e.blocks) for e in first.statements[0].effects} == {("tags", "nothing"), ("notes", "writes")}
    (effect,) = second.statements[0].effects
    assert (effect.is_new, effect.blocks, effect.size_bytes) == (True, "nothing", None)


def test_what_goes_is_followed_to_tables_that_the_statement_does_not_name(migrated: Yard) -> None:
    migrated.write(
        "migrations/0003.tags.sql",
        "create table tags (id int primary key, note_id int constraint tags_note_fkey references notes);\n"
        "create index tags_note_idx on tags (note_id);",
    )
    migrated.migrate()
    migrated.write(
        "migrations/0004.a.sql", "drop index tags_note_idx; alter table tags drop constraint tags_note_fkey;"
    )
    migrated.write("migrations/0005.b.sql", "-- depends: 0004.a\ndrop table tags;")
    first, second = made(migrated).steps
    assert [{e.table for e in s.effects} for s in first.statements] == [{"tags"}, {"tags", "notes"}]
    assert {(e.table, e.lock) for e in second.statements[0].effects} == {
        ("tags", "ACCESS EXCLUSIVE"),
        ("notes", "ACCESS EXCLUSIVE"),
    }


def test_partitions_views_and_what_cascades_is_followed_too(migrated: Yard) -> None:
    migrated.write(
        "migrations/0003.k.sql",
        "create table k (id int primary key) partition by range (id);\n"
        "create table k_1 partition of k for values from (0) to (10);\n"
        "create table k_rest partition of k default;\n"
        "create table tags (id int primary key, k_id int references k, note_id int references notes);\n"
        "create domain small as int;\n"
        "create table uses_small (a small);\n"
        "create statistics pairs on id, note_id from tags;\n",
    )
    migrated.migrate()
    migrated.write(
        "migrations/0004.a.sql",
        "-- depends: 0003.k\n"
        "drop table k_1 cascade; truncate notes cascade; alter table notes drop column id cascade;\n"
        "alter domain small add check (value > 0); drop domain small cascade; drop statistics pairs;\n"
        "lock table few_notes; alter table k add column x float8 default random();\n"
        "drop owned by pgacademy_student; drop function shout(text) cascade;\n",
    )
    (step,) = made(migrated).steps
    found = [{(e.table, e.lock) for e in s.effects if e.table} for s in step.statements]
    everything = {name for name, lock in found[8] if lock == "ACCESS EXCLUSIVE"}
    assert {"notes", "k", "k_1", "tags", "uses_small"} <= everything
    exclusive = [
        {"k", "k_1", "k_rest", "tags"},
        {"notes", "tags"},
        {"notes", "tags", "loud_notes", "few_notes"},
        set(),
        {"uses_small"},
        set(),
        {"few_notes", "loud_notes", "notes"},
        {"k", "k_1", "k_rest"},
        everything,
        {"loud_notes", "few_notes"},
    ]
    assert [{name for name, lock in each if lock == "ACCESS EXCLUSIVE"} for each in found] == exclusive
    assert found[3] == {("uses_small", "SHARE")}
    assert found[5] == {("tags", "SHARE UPDATE EXCLUSIVE")}
    assert {e.table for e in step.statements[7].effects if e.rewrites} == {"k", "k_1", "k_rest"}


def test_what_the_server_knows_decides(migrated: Yard) -> None:
    migrated.write("migrations/0003.a.sql", "alter table notes add a varchar(10), add b int, add c int check (c > 0);")
    migrated.write("migrations/0004.b.sql", "alter table notes add constraint b_known check (b is not null) not valid;")
    migrated.run("truncate academy.notes")
    migrated.migrate()
    migrated.run("alter table academy.notes validate constraint b_known")
    migrated.write(
        "migrations/0005.c.sql",
        "alter table notes alter column a type varchar(20);"
        "alter table notes alter column a type varchar(5);"
        "alter table notes add column x text default shout('a');"
        "alter table notes alter column b set not null;"
        "alter table notes alter column c set not null;",
    )
    (step,) = made(migrated).steps
    assert [statement.effects[0].rewrites for statement in step.statements] == [False, True, False, False, False]
    assert [statement.effects[0].scans for statement in step.statements] == [False, True, False, False, True]


def test_a_plan_is_made_while_a_migration_holds_a_table(changed: Yard) -> None:
    with connect(changed.dsn) as connection:
        key, pid = locking.lock_key("the school academy"), connection.info.backend_pid
        connection.execute(sources.queries("engine")["try_lock"], key)
        connection.execute("set role academy_owner")
        with connection.transaction():
            connection.execute("lock table academy.notes in access exclusive mode")
            plan = made(changed)
    assert plan.busy is not None
    assert str(pid) in plan.busy
    assert [step.id for step in plan.steps] == ["0003.rate-notes"]
    assert plan.steps[0].statements[0].effects[0].rows == 1000
    assert made(changed).busy is None


def test_a_school_of_an_older_library_is_planned_by_its_owner(changed: Yard, reader: str) -> None:
    changed.run("drop view academy.schema_journal, academy.schema_files")
    changed.run("alter table academy.schema_objects drop column text")
    plan = made(changed)
    assert [step.id for step in plan.steps] == ["0003.rate-notes"]
    assert {file.diff for file in plan.files if file.action == "changed"} == {None}
    with pytest.raises(NotAllowed):
        made(changed, reader)
    changed.migrate()
    assert made(changed, reader).is_clean


# -- the script -------------------------------------------------------------------------------------------------------


def psql(dsn: str, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    program = embedded.find_binaries() / "psql"
    return subprocess.run(
        [str(program), "-X", "-q", *options, "-f", "-", dsn],
        input=script,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00\b")


def without_journal(dsn: str) -> list[str]:
    """A dump as sorted lines, without what differs each time: the rows of the journal, and when rows were made."""
    kept, inside = [], False
    for line in dump(dsn).splitlines():
        if line.startswith("COPY ") and any(name in line for name in ("_yoyo_", "schema_", "yoyo_")):
            inside = True
        if not inside and "setval" not in line:
            kept.append(_MOMENT.sub("", line))
        inside = inside and line != "\\."
    return sorted(kept)


@pytest.fixture
def twin(changed: Yard, deploy: Connection, server: embedded.Server) -> Iterator[Yard]:
    """The same school as it is before its migration, in a database of its own."""
    deploy.close()  # a database in use cannot be copied
    old = psycopg.conninfo.conninfo_to_dict(changed.dsn)["dbname"]
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database plan_twin template {old} owner pgacademy_deploy")
        yield Yard(changed.root, server.dsn("plan_twin"))
        admin.execute("drop database plan_twin with (force)")


def add_the_other_kinds(yard: Yard) -> None:
    yard.write("sql/grants/student.sql", "grant select (id) on notes to pgacademy_student;\n")
    yard.write(
        "migrations/0004.index.sql",
        "-- depends: 0003.rate-notes\n-- transactional: false\n"
        "create index concurrently notes_stars_idx on notes (stars);\n",
    )
    yard.write(
        "migrations/0005.fill.sql",
        "-- depends: 0004.index\n-- backfill: notes\n-- batch: 300\n-- pause: 0ms\n"
        "update notes set stars = 5, body = body || '100%;' where id > :from_key and id <= :to_key;\n",
    )


def test_the_script_does_what_migrate_does(changed: Yard, twin: Yard) -> None:
    add_the_other_kinds(changed)
    script = scripts.script(twin.dsn, "academy", tree_=twin.tree)
    done = psql(twin.dsn, script)
    assert (done.returncode, done.stderr) == (0, "")
    changed.migrate()
    assert without_journal(twin.dsn) == without_journal(changed.dsn)
    assert twin.status().is_current
    assert made(twin).is_clean
    query = "select migration_id, sha256, finished_at is null from schema_steps order by 1"
    assert twin.ask(f"select x::text from ({query}) as x") == changed.ask(f"select x::text from ({query}) as x")
    assert twin.ask("select count(*) from notes where stars = 5 and body = 'x100%%;'") == [1000]


def test_a_script_that_dies_leaves_what_migrate_goes_on_with(changed: Yard) -> None:
    changed.write(
        "migrations/0004.index.sql",
        "-- depends: 0003.rate-notes\n-- transactional: false\n"
        "create unique index concurrently notes_body_idx on notes (body);\n",
    )
    assert psql(changed.dsn, scripts.script(changed.dsn, "academy", tree_=changed.tree)).returncode == 3
    assert changed.status().unfinished == ("0004.index",)
    (step,) = made(changed).steps
    assert (step.kind, step.is_begun) == ("concurrent", True)
    changed.run("delete from academy.notes where id > 1")
    changed.migrate()
    assert made(changed).is_clean


def test_a_script_that_died_in_an_index_is_mended_by_the_next(changed: Yard) -> None:
    changed.write(
        "migrations/0004.index.sql",
        "-- depends: 0003.rate-notes\n-- transactional: false\n"
        "create unique index concurrently notes_body_idx on notes (body);\n",
    )
    assert psql(changed.dsn, scripts.script(changed.dsn, "academy", tree_=changed.tree)).returncode == 3
    changed.run("delete from academy.notes where id > 1")
    # an invalid index of this name is there now
    done = psql(changed.dsn, scripts.script(changed.dsn, "academy", tree_=changed.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert changed.ask("select indisvalid from pg_index where indexrelid = 'notes_body_idx'::regclass") == [True]
    assert made(changed).is_clean


def test_somebody_else_s_index_is_not_taken_for_that_of_a_step(changed: Yard) -> None:
    changed.migrate()
    statement = "create index concurrently if not exists notes_body_idx on notes (body);\n"
    changed.write("migrations/0004.index.sql", f"-- depends: 0003.rate-notes\n-- transactional: false\n{statement}")
    changed.run("create index notes_body_idx on academy.notes (id)")
    for _ in range(2):
        assert psql(changed.dsn, scripts.script(changed.dsn, "academy", tree_=changed.tree)).returncode == 3
        assert changed.status().unfinished == ()
    assert len(changed.ask("select pg_get_indexdef('notes_body_idx'::regclass)")) == 1


def test_an_index_that_was_finished_and_not_recorded_is_not_built_again(changed: Yard) -> None:
    changed.migrate()
    statement = "create index concurrently notes_body_idx on notes (body);\n"
    changed.write("migrations/0004.index.sql", f"-- depends: 0003.rate-notes\n-- transactional: false\n{statement}")
    script = scripts.script(changed.dsn, "academy", tree_=changed.tree)
    assert psql(changed.dsn, script[: script.index(statement) + len(statement)]).returncode == 0
    before = changed.ask("select 'notes_body_idx'::regclass::oid")
    done = psql(changed.dsn, scripts.script(changed.dsn, "academy", tree_=changed.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert changed.ask("select 'notes_body_idx'::regclass::oid") == before
    assert changed.status().is_current


@pytest.fixture
def half_filled(migrated: Yard) -> Yard:
    """A backfill that was interrupted after 600 of 1,000 rows."""
    migrated.write("migrations/0003.count.sql", "alter table notes add column n int not null default 0;\n")
    migrated.migrate()
    migrated.write(
        "migrations/0004.fill.sql",
        "-- depends: 0003.count\n-- backfill: notes\n-- batch: 300\n-- pause: 0ms\n"
        "update notes set n = n + 1 where id > :from_key and id <= :to_key;\n",
    )

    def interrupt(what: str, done: int, _: int) -> None:
        if what.startswith("0004.fill:") and done == 600:
            raise KeyboardInterrupt

    with pytest.raises(BackfillInterrupted):
        migrations.migrate(migrated.dsn, "academy", tree_=migrated.tree, progress=interrupt)
    assert migrated.ask("select n from notes group by n order by n") == [0, 1]
    return migrated


def test_a_script_ends_a_backfill_where_its_table_ended(half_filled: Yard) -> None:
    half_filled.run("insert into academy.notes (id, body, n) values (2000, 'written right by new code', 7)")
    done = psql(half_filled.dsn, scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert half_filled.ask("select n from notes group by n order by n") == [1, 7]


def test_a_script_begins_a_backfill_anew_that_was_taken_back(half_filled: Yard) -> None:
    half_filled.run(
        "insert into academy.schema_history (operation, migration_id, os_user, hostname, library_version)"
        " values ('rollback', '0004.fill', '', '', '0')"
    )
    done = psql(half_filled.dsn, scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert half_filled.ask("select n from notes group by n order by n") == [1, 2]


def test_a_script_goes_on_with_a_backfill_where_it_stands(half_filled: Yard) -> None:
    done = psql(half_filled.dsn, scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert half_filled.ask("select n from notes group by n") == [1]
    assert half_filled.ask("select last_key || ' ' || rows_done from schema_backfills") == ["1000 1000"]
    assert half_filled.status().is_current


def test_a_backfill_at_its_end_and_one_of_an_empty_table_are_only_recorded(half_filled: Yard) -> None:
    half_filled.run("delete from academy.notes where n = 0")
    half_filled.write("migrations/0005.empty.sql", "-- depends: 0004.fill\ncreate table empty (id uuid primary key);")
    script = scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree)
    assert psql(half_filled.dsn, script).returncode == 0
    assert half_filled.ask("select n from notes group by n") == [1]
    half_filled.write(
        "migrations/0006.fill.sql",
        "-- depends: 0005.empty\n-- backfill: empty\nupdate empty set id = id where id > :from_key and id <= :to_key;",
    )
    done = psql(half_filled.dsn, scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree))
    assert (done.returncode, done.stderr) == (0, "")
    assert half_filled.status().is_current


@pytest.mark.parametrize(
    ("columns", "key", "returned", "filled"),
    [
        ('"Last Name" varchar(20) primary key', '"Last Name"', 0, 5),
        ("a text, b text default 'b', primary key (a, b)", "a", 3, 0),
    ],
)
def test_a_script_fills_a_table_that_it_makes_itself(
    migrated: Yard, columns: str, key: str, returned: int, filled: int
) -> None:
    """Its key is asked for when it is there; one of several columns ends the script."""
    migrated.write(
        "migrations/0003.make.sql",
        f"create table made (n integer not null default 0, {columns});\n"
        f"insert into made ({key}) values ('1'), ('2'), ('3');\n",
    )
    migrated.write(
        "migrations/0004.fill.sql",
        f"-- depends: 0003.make\n-- backfill: made\n"
        f"update made set n = n + 5 where {key} > :from_key and {key} <= :to_key;\n",
    )
    done = psql(migrated.dsn, scripts.script(migrated.dsn, "academy", tree_=migrated.tree))
    assert done.returncode == returned
    assert migrated.ask("select n from made group by n") == [filled]


def test_a_script_does_not_go_on_with_a_backfill_of_another_statement(half_filled: Yard) -> None:
    path = half_filled.root / "migrations/0004.fill.sql"
    path.write_text(path.read_text().replace("n + 1", "n + 2"))
    script = scripts.script(half_filled.dsn, "academy", tree_=half_filled.tree)
    assert psql(half_filled.dsn, script).returncode == 3
    assert half_filled.ask("select n from notes group by n order by n") == [0, 1]


def test_what_psql_was_told_changes_nothing(changed: Yard, twin: Yard) -> None:
    """Its encoding, its quoting, its variables, and the settings of the login."""
    changed.write(
        "migrations/0004.texts.sql",
        "-- depends: 0003.rate-notes\n"
        "create table texts (\n"
        "    a text default 'Grüße', b text default 'back\\slash',\n"
        "    d text default (date '2026-02-01')::text, i text default (interval '1 day 2 hours')::text\n"
        ");\n"
        "insert into texts default values;\n"
        "insert into notes (id, body) values (-1, 'Grüße \\n :HOST ''HOST'' '), (-2, $x$:DBNAME$x$);\n"
        "-- a comment with :HOST\n"
        "insert into notes (id, body)\n"
        "select -3, (s.a)[1:VERSION_NUM]::text || (s.a)[2:'3']::text || (s.a)[VERSION_NUM:\"HOST\"]::text\n"
        'from (values (array[1, 2, 3, 4], 2, 3)) as s (a, version_num, "HOST");\n',
    )
    settings = "client_encoding=LATIN1 standard_conforming_strings=off datestyle=German intervalstyle=iso_8601"
    options = " ".join(f"-c {setting}" for setting in settings.split())
    odd = psycopg.conninfo.make_conninfo(twin.dsn, options=options)
    script = scripts.script(odd, "academy", tree_=twin.tree)
    assert script.splitlines()[3:] == scripts.script(twin.dsn, "academy", tree_=twin.tree).splitlines()[3:]
    done = psql(odd, script, "-v", "AUTOCOMMIT=off")
    assert (done.returncode, done.stderr) == (0, "")
    changed.migrate()
    assert without_journal(twin.dsn) == without_journal(changed.dsn)


def test_a_script_does_not_put_older_functions_back(changed: Yard) -> None:
    changed.migrate()
    shout = FUNCTION.format(arguments="p_text text", result="text", body="'two'")
    changed.write("functions/notes/shout.sql", shout)
    script = scripts.script(changed.dsn, "academy", tree_=changed.tree)
    changed.write("functions/notes/shout.sql", shout.replace("two", "three"))
    changed.migrate()
    assert psql(changed.dsn, script).returncode == 3
    assert changed.ask("select shout('')") == ["three"]


def test_a_script_is_refused_once_a_step_was_begun(changed: Yard) -> None:
    script = scripts.script(changed.dsn, "academy", tree_=changed.tree)
    changed.run(
        "insert into academy.schema_steps (migration_id, sha256, duration_ms, library_version, finished_at)"
        " values ('0003.rate-notes', '', 0, '0', null)"
    )
    assert psql(changed.dsn, script).returncode == 3
    assert changed.ask("select migration_id from _yoyo_migration order by 1") == [
        "0001.create-notes",
        "0002.protect-notes",
    ]


def test_a_command_for_psql_is_not_scripted(changed: Yard) -> None:
    changed.write("sql/grants/student.sql", "grant select on notes to pgacademy_student;\n\\! true\n;\n")
    with pytest.raises(MigrationError):
        scripts.script(changed.dsn, "academy", tree_=changed.tree)


def test_a_script_is_refused_by_a_school_that_went_on_meanwhile(changed: Yard) -> None:
    twin = changed
    script = scripts.script(twin.dsn, "academy", tree_=twin.tree)
    twin.run("insert into academy._yoyo_migration values ('x', '0009.other', now())")
    before = dump(twin.dsn)
    assert psql(twin.dsn, script).returncode == 3
    assert dump(twin.dsn) == before


def test_a_function_of_another_shape_is_scripted_with_what_stands_on_it(changed: Yard, twin: Yard) -> None:
    changed.write(
        "functions/notes/shout.sql",
        FUNCTION.format(arguments="p_words text, p_n int default 1", result="text", body="repeat(p_words, p_n)"),
    )
    paths = {file.path for file in made(twin).files}
    assert {"views/notes/loud_notes.sql", "views/notes/few_notes.sql"} <= paths
    assert psql(twin.dsn, scripts.script(twin.dsn, "academy", tree_=twin.tree)).returncode == 0
    report = changed.migrate()
    assert set(report.repeatables) == paths
    assert without_journal(twin.dsn) == without_journal(changed.dsn)


@pytest.mark.slow
def test_the_whole_project_is_scripted_from_its_first_migration_on(
    dsn: str, server: embedded.Server, tmp_path: Path
) -> None:
    """A school with nothing but the first migration, made whole by psql, is the school that migrate makes whole."""
    whole = sources.tree()
    small = Yard(tmp_path / "tree", dsn)
    for name in ("0001.create-foundation.sql", "0001.create-foundation.rollback.sql"):
        small.write(f"migrations/{name}", (whole.migrations / name).read_text(encoding="utf-8"))
    with connect(dsn) as connection:
        roles.apply_roles(connection, "academy")
    small.migrate()
    old = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database plan_whole template {old} owner pgacademy_deploy")
        try:
            other = server.dsn("plan_whole")
            done = psql(other, scripts.script(other, "academy"))
            assert (done.returncode, done.stderr) == (0, "")
            migrations.migrate(dsn, "academy")
            assert migrations.status(other, "academy").is_current
            assert without_journal(other) == without_journal(dsn)
        finally:
            admin.execute("drop database plan_whole with (force)")


def test_a_first_deployment_is_scripted(yard: Yard, server: embedded.Server) -> None:
    """An empty database, its roles made, becomes by psql the school that migrate makes."""
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database plan_first owner pgacademy_deploy")
        try:
            other = server.dsn("plan_first")
            done = psql(other, scripts.script(other, "academy", tree_=yard.tree))
            assert (done.returncode, done.stderr) == (0, "")
            yard.migrate()
            assert migrations.status(other, "academy", tree_=yard.tree).is_current
            assert not migrations.migrate(other, "academy", tree_=yard.tree).changed
            assert without_journal(other) == without_journal(yard.dsn)
        finally:
            admin.execute("drop database plan_first with (force)")


# -- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: str, dsn: str) -> tuple[int, str]:
    done = CliRunner().invoke(load(), ["plan", "--dsn", dsn, *arguments], env={"COLUMNS": "160"})
    return done.exit_code, done.output


def test_exit_codes_and_documents(changed: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "tree", lambda: changed.tree)
    code, text = run(dsn=changed.dsn)
    assert code == 2
    assert "0003.rate-notes.sql" in text
    assert "ACCESS EXCLUSIVE" in text
    assert "+as $$ select upper(p_text) || '!' $$;" in text
    code, text = run("--json", dsn=changed.dsn)
    document = json.loads(text)
    assert (code, document["steps"][0]["statements"][0]["line"], document["is_clean"]) == (2, 3, False)
    code, text = run("--sql", dsn=changed.dsn)
    assert code == 2
    assert "\nset role " in text
    changed.migrate()
    assert run(dsn=changed.dsn)[0] == 0
    assert run("--sql", dsn=changed.dsn)[0] == 0
    changed.write("migrations/0001.create-notes.sql", "-- depends:\ncreate table notes (id bigint);\n")
    assert run(dsn=changed.dsn)[0] == 3
    assert json.loads(run("--json", dsn=changed.dsn)[1])["has_drifted"] is True


@pytest.mark.late
def test_the_program_plans_a_school_that_is_not_there_yet(dsn: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pgacademy", "plan", "--dsn", dsn, "--school", "riverside", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["is_new"]) == (2, True)


@pytest.mark.parametrize(
    ("size", "text"), [(None, ""), (0, "0 B"), (8192, "8.0 kB"), (15 << 20, "15 MB"), (3 << 40, "3.0 TB")]
)
def test_sizes_are_human(size: int | None, text: str) -> None:
    assert human_size(size) == text
