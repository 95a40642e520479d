"""Repeatable files: the school always shows what the tree says, and nothing that it no longer says."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from pgacademy import migrations, repeatables, snapshot
from pgacademy.connection import connect
from pgacademy.errors import LockBusy, MigrationError
from pgacademy.locking import Patience
from pgacademy.repeatables import creation_order
from pgacademy.sources import SourceFile
from tests.lib.conftest import FUNCTION, Yard
from tests.support import pulse


@pytest.fixture
def migrated(yard: Yard) -> Yard:
    yard.migrate()
    return yard


def test_only_what_changed_is_applied(migrated: Yard) -> None:
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_text text", result="text", body="p_text || '!'")
    )
    assert migrated.status().changed == ("functions/notes/shout.sql",)
    assert migrated.migrate().repeatables == ["functions/notes/shout.sql"]
    assert migrated.ask("select shout('a')") == ["a!"]


@pytest.mark.parametrize(
    ("lost", "path"),
    [("function shout(text)", "functions/notes/shout.sql"), ("view few_notes", "views/notes/few_notes.sql")],
)
def test_what_somebody_dropped_is_made_again(migrated: Yard, lost: str, path: str) -> None:
    migrated.run(f"set search_path to academy; drop {lost} cascade")
    assert path in migrated.migrate().repeatables
    assert migrated.status().is_current


@pytest.mark.parametrize(
    "lost",
    [
        "drop table schema_objects",
        "drop table schema_backfills",
        "drop table schema_history",
        "drop table _yoyo_log",
        "drop view schema_journal",
        "drop view schema_files",
        "alter table schema_steps drop column finished_at",
        "alter table schema_backfills drop column until_key",
        "alter table schema_objects drop column text",
        "alter default privileges grant execute on functions to public",
        "revoke usage on schema academy from academy_student",
        "comment on schema academy is 'pgacademy 0.1.0 was here'",
        "comment on schema academy is null",
    ],
)
def test_what_somebody_lost_of_what_a_school_stands_on_is_put_right(migrated: Yard, lost: str) -> None:
    before = facts(migrated)
    cascade = " cascade" if lost.startswith(("drop", "alter table")) else ""
    migrated.run(f"set search_path to academy; {lost}{cascade}")
    assert facts(migrated) != before
    report = migrated.migrate()
    assert (report.mended, len(report.repeatables)) == (True, 7 if lost == "drop table schema_objects" else 0)
    assert facts(migrated) == before
    again = migrated.migrate()
    assert (again.changed, again.mended) == (False, False)


def facts(yard: Yard) -> dict[snapshot.Key, str]:
    with connect(yard.dsn) as connection:
        connection.execute("set role academy_owner")
        return dict(snapshot.take(connection, "academy").rows)


def test_the_path_is_pinned_to_the_school(migrated: Yard) -> None:
    config = migrated.ask("select proconfig from pg_proc where oid = 'shout'::regproc")
    assert config == [["search_path=academy, extensions, pg_temp"]]


def test_public_may_execute_nothing(migrated: Yard) -> None:
    assert migrated.ask("select has_function_privilege('public', 'no_empty_note()', 'execute')") == [False]


def test_a_grant_that_is_gone_from_a_function(migrated: Yard) -> None:
    text = FUNCTION.format(arguments="p_text text", result="text", body="upper(p_text)")
    migrated.write("functions/notes/shout.sql", text.partition("grant")[0])
    migrated.migrate()
    assert migrated.ask("select has_function_privilege('pgacademy_student', 'shout(text)', 'execute')") == [False]


def test_a_grant_that_is_gone_from_a_view(migrated: Yard) -> None:
    migrated.write(
        "views/notes/few_notes.sql", "-- requires: loud_notes\ncreate view few_notes as select * from loud_notes;\n"
    )
    migrated.migrate()
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'few_notes', 'select')") == [False]


def test_grants_on_tables_are_what_the_file_says(migrated: Yard) -> None:
    migrated.write("sql/grants/student.sql", "grant select (id), update (body) on notes to pgacademy_student;\n")
    migrated.migrate()
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'notes', 'select')") == [False]
    assert migrated.ask("select has_column_privilege('pgacademy_student', 'notes', 'body', 'update')") == [True]
    migrated.write("sql/grants/student.sql", "grant select (id) on notes to pgacademy_student;\n")
    migrated.migrate()
    assert migrated.ask("select has_column_privilege('pgacademy_student', 'notes', 'body', 'update')") == [False]


def test_grants_are_applied_again_after_a_migration(migrated: Yard) -> None:
    migrated.write("sql/grants/student.sql", "grant select on all tables in schema academy to pgacademy_student;\n")
    migrated.migrate()
    migrated.write("migrations/0003.more.sql", "create table more (id int primary key);\n")
    assert migrated.migrate().repeatables == ["sql/grants/student.sql"]
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'more', 'select')") == [True]


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ("p_words text", "text"),  # another parameter name
        ("p_text text", "varchar"),  # another return type
        ("p_text text, p_more text default ''", "text"),  # the old signature would stay beside it
        ("p_text varchar", "text"),  # likewise
    ],
)
def test_another_signature_takes_its_dependents_along(migrated: Yard, arguments: str, result: str) -> None:
    body = f"upper({arguments.partition(' ')[0]})"
    migrated.write("functions/notes/shout.sql", FUNCTION.format(arguments=arguments, result=result, body=body))
    assert set(migrated.migrate().repeatables) == {
        "functions/notes/shout.sql",
        "views/notes/loud_notes.sql",
        "views/notes/few_notes.sql",
    }
    assert migrated.ask("select count(*) from pg_proc where proname = 'shout'") == [1]
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'few_notes', 'select')") == [True]
    granted = "select has_function_privilege('pgacademy_student', oid, 'execute') from pg_proc where proname = 'shout'"
    assert migrated.ask(granted) == [True]
    assert migrated.status().is_current


def test_a_function_becomes_a_procedure(migrated: Yard) -> None:
    migrated.write("functions/notes/act.sql", "create or replace function act() returns void language sql as '';\n")
    migrated.migrate()
    migrated.write("functions/notes/act.sql", "create or replace procedure act() language sql as '';\n")
    migrated.migrate()
    assert migrated.ask("select prokind::text from pg_proc where proname = 'act'") == ["p"]


def test_a_function_that_a_policy_stands_on(migrated: Yard) -> None:
    migrated.write(
        "sql/policies/notes.sql",
        "drop policy if exists read on notes;\n"
        "create policy read on notes for select to pgacademy_student using (shout(body) <> '');\n",
    )
    migrated.migrate()
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_words text", result="text", body="upper(p_words)")
    )
    assert "sql/policies/notes.sql" in migrated.migrate().repeatables
    assert migrated.ask("select polname from pg_policy where polrelid = 'notes'::regclass") == ["read"]
    assert migrated.status().is_current


def test_a_trigger_function_that_must_be_dropped(migrated: Yard) -> None:
    migrated.write(
        "functions/notes/no_empty_note.sql",
        "drop function if exists never_there();\ncreate or replace procedure no_empty_note() language sql as '';\n",
    )
    with pytest.raises(MigrationError):  # its trigger's file no longer fits
        migrated.migrate()
    assert migrated.ask("select tgname from pg_trigger where tgrelid = 'notes'::regclass") == ["no_empty"]


def test_a_view_with_other_columns(migrated: Yard) -> None:
    migrated.write(
        "views/notes/loud_notes.sql", "create view loud_notes as select shout(body) as words, id from notes;\n"
    )
    assert set(migrated.migrate().repeatables) == {"views/notes/loud_notes.sql", "views/notes/few_notes.sql"}
    columns = "select attname from pg_attribute where attrelid = 'few_notes'::regclass and attnum > 0 order by attnum"
    assert migrated.ask(columns) == ["words", "id"]


def test_a_function_on_a_views_row_type(migrated: Yard) -> None:
    migrated.write(
        "functions/notes/pick.sql",
        "-- requires: loud_notes\ncreate or replace function pick() returns setof loud_notes language sql stable\n"
        "begin atomic select * from loud_notes; end;\n",
    )
    migrated.migrate()
    migrated.write("views/notes/loud_notes.sql", "create view loud_notes as select id, body from notes;\n")
    assert "functions/notes/pick.sql" in migrated.migrate().repeatables
    assert migrated.status().is_current


def test_a_view_of_somebody_else_is_never_dropped(migrated: Yard) -> None:
    migrated.run("create view academy.private as select * from academy.loud_notes")
    migrated.write("views/notes/loud_notes.sql", "create view loud_notes as select id from notes;\n")
    with pytest.raises(MigrationError, match="private"):
        migrated.migrate()


def test_a_function_in_a_constraint_is_state(migrated: Yard) -> None:
    migrated.write(
        "migrations/0003.check.sql", "alter table notes add constraint notes_loud_check check (shout(body) <> 'X');\n"
    )
    migrated.migrate()
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_words text", result="text", body="p_words")
    )
    with pytest.raises(MigrationError) as caught:
        migrated.migrate()
    assert caught.value.hint
    assert "migration" in caught.value.hint


def test_policies_and_triggers_are_what_the_files_say(migrated: Yard) -> None:
    migrated.write(
        "sql/policies/notes.sql",
        "drop policy if exists see on notes;\n"
        "create policy see on notes for select to pgacademy_student using (id > 0);\n",
    )
    migrated.write(
        "sql/triggers/notes.sql",
        "create or replace trigger check_note before insert on notes for each row execute function no_empty_note();\n",
    )
    migrated.migrate()
    assert migrated.ask("select polname from pg_policy where polrelid = 'notes'::regclass") == ["see"]
    assert migrated.ask("select tgname from pg_trigger where tgrelid = 'notes'::regclass") == ["check_note"]


def test_what_has_vanished_is_dropped(migrated: Yard) -> None:
    for path in (
        "sql/triggers/notes.sql",
        "sql/policies/notes.sql",
        "sql/grants/student.sql",
        "functions/notes/no_empty_note.sql",
        "views/notes/few_notes.sql",
        "views/notes/loud_notes.sql",
    ):
        migrated.remove(path)
    assert len(migrated.migrate().dropped) == 6
    assert migrated.ask("select proname from pg_proc where pronamespace = 'academy'::regnamespace") == ["shout"]
    assert migrated.ask("select viewname from pg_views where schemaname = 'academy' and viewname !~ '^schema_'") == []
    assert migrated.ask("select tgname from pg_trigger where tgrelid = 'notes'::regclass") == []
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'notes', 'select')") == [False]
    assert migrated.status().is_current


def test_what_has_vanished_but_is_needed_stays(migrated: Yard) -> None:
    migrated.remove("functions/notes/shout.sql")
    with pytest.raises(MigrationError, match="loud_notes"):
        migrated.migrate()
    assert migrated.ask("select shout('a')") == ["A"]


def test_a_file_that_moves_is_no_new_object(migrated: Yard) -> None:
    text = (migrated.root / "functions/notes/shout.sql").read_text()
    migrated.remove("functions/notes/shout.sql")
    migrated.write("functions/other/shout.sql", text)
    assert not migrated.migrate().dropped
    assert migrated.status().is_current


def test_a_view_that_a_migration_dropped_comes_back(migrated: Yard) -> None:
    migrated.write(
        "migrations/0003.widen.sql",
        "drop view few_notes; drop view loud_notes; alter table notes alter column body type varchar(99);\n",
    )
    assert {"views/notes/loud_notes.sql", "views/notes/few_notes.sql"} <= set(migrated.migrate().repeatables)


def test_a_failure_leaves_the_old_objects(migrated: Yard) -> None:
    migrated.write("views/notes/loud_notes.sql", "create view loud_notes as select id, body from notes;\n")
    migrated.write("views/notes/few_notes.sql", "-- requires: loud_notes\ncreate view few_notes as select nothing;\n")
    with pytest.raises(MigrationError, match=r"views/notes/few_notes\.sql, line 2"):
        migrated.migrate()
    assert migrated.ask("select count(*) from few_notes") == [0]


@pytest.mark.late
def test_a_reader_in_the_way_is_waited_for(migrated: Yard) -> None:
    migrated.write("sql/policies/notes.sql", (migrated.root / "sql/policies/notes.sql").read_text() + "-- again\n")
    with psycopg.connect(migrated.dsn) as reader:
        reader.execute("set role academy_owner")
        reader.execute("select * from academy.notes")
        timer = threading.Timer(3.0, reader.rollback)
        timer.start()
        assert migrated.migrate().repeatables == ["sql/policies/notes.sql"]
        timer.join()


def test_one_file_one_object(migrated: Yard) -> None:
    migrated.write("functions/notes/two.sql", "create or replace function other() returns void language sql as '';\n")
    with pytest.raises(MigrationError, match=r"functions/notes/two\.sql should make one function"):
        migrated.migrate()


def test_order_follows_requires_and_puts_functions_first() -> None:
    files = [
        SourceFile("a", "view", "a", "-- requires: b\n"),
        SourceFile("b", "view", "b", ""),
        SourceFile("c", "function", "c", "-- requires: a, d\n"),
        SourceFile("d", "function", "d", "-- requires   nothing, this line is prose\n"),
    ]
    assert [file.name for file in creation_order(files)] == ["d", "b", "a", "c"]


def test_a_circle_is_named() -> None:
    files = [SourceFile("a", "view", "a", "-- requires: b\n"), SourceFile("b", "view", "b", "-- requires: a\n")]
    with pytest.raises(MigrationError, match=r"a → b → a|b → a → b"):
        creation_order(files)


# -- what stands on what ----------------------------------------------------------------------------------------------


def test_two_objects_in_one_file_are_refused(migrated: Yard) -> None:
    text = (migrated.root / "functions/notes/shout.sql").read_text()
    migrated.write(
        "functions/notes/shout.sql", text + "create function whisper() returns void language sql as 'select';\n"
    )
    with pytest.raises(MigrationError, match=r"functions/notes/shout\.sql .*whisper"):
        migrated.migrate()
    assert migrated.ask("select count(*) from pg_proc where proname = 'whisper'") == [0]


def test_a_grant_made_by_hand_goes_when_the_file_is_applied(migrated: Yard) -> None:
    migrated.run("grant execute on function academy.shout to pgacademy_analyst with grant option")
    migrated.run("grant select on academy.few_notes to public")
    migrated.write(
        "functions/notes/shout.sql", (migrated.root / "functions/notes/shout.sql").read_text() + "-- again\n"
    )
    migrated.write(
        "views/notes/few_notes.sql", (migrated.root / "views/notes/few_notes.sql").read_text() + "-- again\n"
    )
    migrated.migrate()
    granted = "select a.grantee::regrole::text from pg_proc, aclexplode(proacl) as a where proname = 'shout' order by 1"
    assert migrated.ask(granted) == ["academy_owner", "pgacademy_student"]
    assert migrated.ask("select has_table_privilege('pgacademy_analyst', 'few_notes', 'select')") == [False]
    assert migrated.ask("select has_table_privilege('pgacademy_student', 'few_notes', 'select')") == [True]


def test_a_materialized_view_and_what_is_on_it(migrated: Yard) -> None:
    migrated.write(
        "views/notes/kept_notes.sql",
        "-- requires: loud_notes\ncreate materialized view kept_notes as select id, body from loud_notes;\n"
        "create unique index kept_notes_key on kept_notes (id);\n"
        "create index kept_notes_body_idx on kept_notes (shout(body));\n",
    )
    migrated.write("views/notes/last_note.sql", "-- requires: kept_notes\ncreate view last_note as table kept_notes;\n")
    migrated.migrate()
    both = {"views/notes/kept_notes.sql", "views/notes/last_note.sql"}
    migrated.write(
        "views/notes/kept_notes.sql", (migrated.root / "views/notes/kept_notes.sql").read_text() + "-- again\n"
    )
    assert set(migrated.migrate().repeatables) == both
    # Through its rows, and through its index.
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_all text", result="text", body="p_all || '!'")
    )
    assert both < set(migrated.migrate().repeatables)
    indexes = "select relname from pg_class where relname ~ '^kept_notes_' and relkind = 'i' order by 1"
    assert migrated.ask(indexes) == ["kept_notes_body_idx", "kept_notes_key"]
    migrated.remove("views/notes/last_note.sql")
    migrated.remove("views/notes/kept_notes.sql")
    assert migrated.migrate().dropped == ["view kept_notes", "view last_note"]
    assert migrated.status().is_current


def test_a_column_type_under_three_views(migrated: Yard) -> None:
    migrated.write(
        "views/notes/a_notes.sql", "-- requires: z_notes\ncreate view a_notes as select body from z_notes;\n"
    )
    migrated.write("views/notes/z_notes.sql", "-- requires: loud_notes\ncreate view z_notes as table loud_notes;\n")
    migrated.migrate()
    migrated.write(
        "views/notes/loud_notes.sql", "create view loud_notes as select id, length(body) as body from notes;\n"
    )
    report = migrated.migrate()
    assert sorted(report.repeatables) == [f"views/notes/{name}_notes.sql" for name in ("a", "few", "loud", "z")]
    type_ = "select format_type(atttypid, null) from pg_attribute where attrelid = 'a_notes'::regclass and attnum = 1"
    assert migrated.ask(type_) == ["integer"]
    assert migrated.status().is_current


def test_bound_functions_follow_the_one_they_call(migrated: Yard) -> None:
    bound = "create or replace {kind} {name}({out}) {returns} language sql begin atomic select {call}; end;\n"
    migrated.write(
        "functions/notes/a_bound.sql",
        "-- requires: z_bound\n"
        + bound.format(kind="function", name="a_bound", out="", returns="returns text", call="z_bound()"),
    )
    migrated.write(
        "functions/notes/z_bound.sql",
        "-- requires: shout\n"
        + bound.format(kind="function", name="z_bound", out="", returns="returns text", call="shout('a')"),
    )
    migrated.write(
        "functions/notes/act.sql",
        "-- requires: a_bound\n" + bound.format(kind="procedure", name="act", out="", returns="", call="a_bound()"),
    )
    migrated.migrate()
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_all text", result="text", body="p_all || '!'")
    )
    assert {f"functions/notes/{name}.sql" for name in ("shout", "z_bound", "a_bound", "act")} <= set(
        migrated.migrate().repeatables
    )
    assert migrated.ask("select a_bound()") == ["a!"]
    assert migrated.status().is_current


def test_a_function_in_the_policies_and_triggers_of_several_tables(migrated: Yard) -> None:
    migrated.write("migrations/0003.more.sql", "create table more (id int primary key, body text);\n")
    migrated.write(
        "sql/triggers/more.sql",
        "create or replace trigger loud before insert on more for each row when (shout(new.body) <> '')\n"
        "execute function no_empty_note();\n"
        "create or replace trigger quiet before update on more for each row execute function no_empty_note();\n",
    )
    for table in ("notes", "more"):
        migrated.write(
            f"sql/policies/{table}.sql",
            f"create policy seen on {table} for select to pgacademy_student using (shout(body) <> '');\n"
            f"create policy made on {table} for insert to pgacademy_student with check (true);\n",
        )
    migrated.migrate()
    migrated.write(
        "functions/notes/shout.sql", FUNCTION.format(arguments="p_all text", result="text", body="p_all || '!'")
    )
    files = {"sql/policies/notes.sql", "sql/policies/more.sql", "sql/triggers/more.sql"}
    assert files < set(migrated.migrate().repeatables)
    policies = "select polrelid::regclass::text || ' ' || polname from pg_policy order by 1"
    assert migrated.ask(policies) == ["more made", "more seen", "notes made", "notes seen"]
    triggers = "select tgname from pg_trigger where tgrelid = 'more'::regclass order by 1"
    assert migrated.ask(triggers) == ["loud", "quiet"]
    assert migrated.status().is_current


def test_what_vanishes_and_is_needed_changes_nothing(migrated: Yard) -> None:
    dump = "select oid::text || xmin::text from pg_proc where pronamespace = 'academy'::regnamespace order by oid"
    before = migrated.ask(dump)
    migrated.remove("functions/notes/no_empty_note.sql")
    migrated.remove("functions/notes/shout.sql")
    with pytest.raises(MigrationError):
        migrated.migrate()
    assert migrated.ask(dump) == before
    assert migrated.status().vanished == ("function no_empty_note", "function shout")


# -- readers and writers meanwhile ------------------------------------------------------------------------------------

LOCK_S = 0.5


def patient_migrate(yard: Yard, budget_s: float) -> migrations.MigrationReport:
    patience = Patience(lock_timeout_s=LOCK_S, budget_s=budget_s)
    return migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=patience)


@contextmanager
def long_reader(yard: Yard, relation: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(yard.dsn) as reader:
        reader.execute("set role academy_owner")
        reader.execute(f"select from academy.{relation}")
        yield reader
        reader.rollback()


@contextmanager
def short_readers(yard: Yard, relation: str) -> Iterator[list[tuple[float, float]]]:
    """From when to when others read a row meanwhile."""
    took, stop = [(pulse.begin(),) * 2], threading.Event()

    def read() -> None:
        with connect(yard.dsn) as connection:
            connection.execute("set role academy_owner")
            while not stop.is_set():
                began = time.monotonic()
                connection.execute(f"select from academy.{relation} limit 1")
                took.append((began, time.monotonic()))
                time.sleep(0.01)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(read) for _ in range(2)]
        try:
            yield took
        finally:
            stop.set()
        for each in done:
            each.result()


@pytest.fixture
def three(migrated: Yard) -> Yard:
    """Tables a, b and c, each with a policy that is to change."""
    made = "".join(
        f"create table {t} (id int primary key); alter table {t} enable row level security;\n" for t in ("a", "b", "c")
    )
    migrated.write("migrations/0003.make-three.sql", made)
    for number in (1, 2):
        for t in ("a", "b", "c"):
            migrated.write(
                f"sql/policies/{t}.sql",
                f"create policy p{number} on {t} for select to pgacademy_student using (true);\n",
            )
        if number == 1:
            migrated.migrate()
    return migrated


def policies_now(yard: Yard) -> list[str]:
    return yard.ask(
        "select polrelid::regclass::text || ' ' || polname from pg_policy where polname <> 'read' order by 1"
    )


def test_a_long_reader_delays_only_its_table(three: Yard) -> None:
    with (
        short_readers(three, "a") as took,
        ThreadPoolExecutor(1) as pool,
        long_reader(three, "a") as reader,
    ):
        running = pool.submit(patient_migrate, three, 30.0)
        wait_until(lambda: policies_now(three) == ["a p1", "b p2", "c p2"])
        reader.rollback()
        assert running.result().repeatables == [f"sql/policies/{t}.sql" for t in ("b", "c", "a")]
    assert policies_now(three) == ["a p2", "b p2", "c p2"]
    assert pulse.longest_s(took) < LOCK_S + 0.5


@pytest.mark.late
def test_a_reader_that_stays_is_named_and_the_rest_is_done(three: Yard) -> None:
    three.remove("sql/triggers/notes.sql")
    three.write("sql/grants/student.sql", "grant select (id) on notes to pgacademy_student;\n")
    with short_readers(three, "a") as took, long_reader(three, "a") as reader:
        with pytest.raises(LockBusy) as caught:
            patient_migrate(three, 1.0)
        assert "sql/policies/a.sql" in caught.value.message
        assert str(reader.info.backend_pid) in caught.value.message
        assert policies_now(three) == ["a p1", "b p2", "c p2"]
        assert three.ask("select tgname from pg_trigger where tgrelid = 'notes'::regclass") == []
        assert three.ask("select has_table_privilege('pgacademy_student', 'notes', 'select')") == [False]
    assert pulse.longest_s(took) < LOCK_S + 0.5
    assert three.migrate().repeatables == ["sql/policies/a.sql"]
    assert three.status().is_current


@pytest.mark.late
def test_a_view_in_use_is_waited_for(migrated: Yard) -> None:
    migrated.write("views/notes/loud_notes.sql", "create view loud_notes as select id, body from notes;\n")
    with short_readers(migrated, "few_notes") as took, long_reader(migrated, "few_notes") as reader:
        with pytest.raises(LockBusy) as caught:
            patient_migrate(migrated, 1.0)
        assert str(reader.info.backend_pid) in caught.value.message
        timer = threading.Timer(1.5, reader.rollback)
        timer.start()
        assert set(patient_migrate(migrated, 30.0).repeatables) == {
            "views/notes/loud_notes.sql",
            "views/notes/few_notes.sql",
        }
        timer.join()
    assert pulse.longest_s(took) < LOCK_S + 0.5
    assert migrated.status().is_current


def test_a_reader_of_two_views_is_never_the_victim(migrated: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for the view we hold, and we come to want the one it holds: we give up before the server looks."""
    migrated.write("views/notes/other_notes.sql", "create view other_notes as select id from notes;\n")
    migrated.migrate()
    for name in ("other_notes", "few_notes"):
        path = f"views/notes/{name}.sql"
        migrated.write(path, (migrated.root / path).read_text() + "-- again\n")
    ours, theirs = migrated.ask("select relname from pg_class where relname ~ '^(few|other)_notes$' order by oid desc")
    has_ours, is_in_circle = threading.Event(), threading.Event()
    held = repeatables._Allowance.held

    def held_and_wanted(self: repeatables._Allowance) -> None:
        held(self)
        if not has_ours.is_set():
            has_ours.set()
            wait_until(lambda: is_waited_for(migrated, self.connection.info.backend_pid))
            is_in_circle.set()

    monkeypatch.setattr(repeatables._Allowance, "held", held_and_wanted)
    with ThreadPoolExecutor(1) as pool, long_reader(migrated, theirs) as reader:
        running = pool.submit(migrations.migrate, migrated.dsn, "academy", tree_=migrated.tree)
        assert has_ours.wait(10)
        reader.execute(f"select from academy.{ours}")
        assert is_in_circle.is_set()
        reader.rollback()
        assert len(running.result().repeatables) == 2


def is_waited_for(yard: Yard, pid: int) -> bool:
    """Whether some session waits for what the session `pid` holds."""
    query = "select true from pg_locks where not granted and %s = any(pg_blocking_pids(pid))"
    with psycopg.connect(yard.dsn, autocommit=True) as connection:
        return connection.execute(query, [pid]).fetchone() is not None


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to be")


@pytest.mark.slow
def test_nobody_meets_a_deadlock(three: Yard) -> None:
    """Two migrators change policies, triggers and views; eight others read and write in every order."""
    for t in ("a", "b", "c"):
        three.run(f"insert into academy.{t} select generate_series(1, 20)")
        three.write(f"views/three/v_{t}.sql", f"create view v_{t} as select id from {t};\n")
    three.migrate()
    stop, failures = threading.Event(), list[str]()

    def use(seed: int) -> int:
        chance, rounds = random.Random(seed), 0
        with psycopg.connect(three.dsn) as connection:
            connection.execute("set role academy_owner")
            connection.commit()
            while not stop.is_set():
                try:
                    for name in chance.sample(["a", "b", "c", "v_a", "v_b", "v_c"], 2):
                        connection.execute(f"select count(*) from academy.{name}")
                        if len(name) == 1:  # each its own row, or they would meet one another
                            connection.execute(f"update academy.{name} set id = id where id = {seed + 1}")
                        time.sleep(chance.random() * 0.005)
                    connection.commit()
                    time.sleep(chance.random() * 0.1)
                    rounds += 1
                except psycopg.Error as exc:
                    connection.rollback()
                    failures.append(f"{exc.sqlstate} {exc}")
        return rounds

    with ThreadPoolExecutor(10) as pool:
        users = [pool.submit(use, seed) for seed in range(8)]
        try:
            for number in range(12):
                for t in ("a", "b", "c"):
                    text = f"create policy q{number} on {t} for select to pgacademy_student using (shout('') = '');\n"
                    three.write(f"sql/policies/{t}.sql", text)
                    trigger = f"create or replace trigger t{number} before update on {t}\nfor each row execute function"
                    three.write(f"sql/triggers/{t}.sql", f"{trigger} no_empty_id();\n")
                    three.write(f"views/three/v_{t}.sql", f"create view v_{t} as select id, {number} as n from {t};\n")
                three.write(
                    "functions/notes/no_empty_id.sql",
                    "create or replace function no_empty_id() returns trigger language plpgsql\n"
                    "set search_path from current as $$ begin return new; end $$;\n",
                )
                argument = FUNCTION.format(arguments=f"p_{number // 5} text", result="text", body="''::text")
                three.write("functions/notes/shout.sql", argument)
                for done in [pool.submit(patient_migrate, three, 60.0) for _ in range(2)]:
                    done.result()
        finally:
            stop.set()
        assert sum(user.result() for user in users) > 50
    assert failures == []
    assert three.status().is_current
