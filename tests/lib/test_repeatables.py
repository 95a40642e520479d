"""Repeatable files: the school always shows what the tree says, and nothing that it no longer says."""

from __future__ import annotations

import threading

import psycopg
import pytest

from pgacademy.errors import MigrationError
from pgacademy.repeatables import creation_order
from pgacademy.sources import SourceFile
from tests.lib.conftest import FUNCTION, Yard


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
