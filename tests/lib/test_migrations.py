"""The migration engine: whole or not at all, alone, and in agreement with yoyo."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import yoyo
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgacademy import __version__, execution, locking, migrations, registry, roles, rollbacks, schools, sources, steps
from pgacademy.connection import Connection, check_release, connect
from pgacademy.errors import (
    LockBusy,
    MigrationError,
    NotAllowed,
    RolesMissing,
    SchoolMissing,
    ServerUnreachable,
    UnsafeSearchPath,
    UsageError,
    VersionMismatch,
)
from tests.lib.conftest import Yard

MIGRATE = "import sys; from pgacademy import migrations, sources; from pathlib import Path; "
MIGRATE += "migrations.migrate(sys.argv[1], 'academy', tree_=sources.Tree(Path(sys.argv[2])))"


def test_a_second_run_changes_nothing(yard: Yard) -> None:
    first = yard.migrate()
    assert first.applied == ["0001.create-notes", "0002.protect-notes"]
    assert len(first.repeatables) == 7
    assert not yard.migrate().changed
    assert yard.status().is_current


@pytest.mark.late
def test_the_whole_school_migrates_as_a_login_that_is_no_superuser(dsn: str, deploy: Connection) -> None:
    row = deploy.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user").fetchone()
    assert row == (False, False)
    migrations.migrate(dsn, "academy")
    assert not migrations.migrate(dsn, "academy").changed
    check_release(deploy, "academy")


@pytest.mark.late
def test_the_whole_school_rolls_back_and_returns(dsn: str, deploy: Connection) -> None:
    first = migrations.migrate(dsn, "academy")
    undone = rollbacks.rollback(dsn, "academy", first.applied[0])
    assert undone == first.applied[:0:-1]
    again = migrations.migrate(dsn, "academy")
    assert again.applied == first.applied[1:]
    assert sorted(again.repeatables) == sorted(first.repeatables)


def test_order_is_that_of_yoyo() -> None:
    folder = sources.tree().migrations
    theirs = yoyo.migrations.topological_sort(yoyo.read_migrations(str(folder)))
    assert [step.id for step in steps.read_steps(folder)] == [migration.id for migration in theirs]


def test_they_are_numbered_without_a_gap_and_each_has_a_way_back() -> None:
    found = steps.read_steps(sources.tree().migrations)
    assert [step.id[:5] for step in found] == [f"{number:04}." for number in range(1, len(found) + 1)]
    assert [step.id for step in found if not step.rollback_path.is_file()] == []


def test_yoyo_sees_what_was_applied(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0003.add-title.sql", "-- depends: 0002.protect-notes\nalter table notes add title text;\n")
    parts = conninfo_to_dict(yard.dsn)
    url = (
        f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?host={quote(str(parts['host']), safe='')}"
        f"&port={parts['port']}&schema=academy&options={quote('-c role=academy_owner')}"
    )
    backend = yoyo.get_backend(url)
    files = yoyo.read_migrations(str(yard.tree.migrations))
    assert [migration.id for migration in backend.to_apply(files)] == ["0003.add-title"]
    # And the other way round: what yoyo applies, we do not apply again.
    with backend.lock():
        backend.apply_migrations(backend.to_apply(files))
    backend.connection.close()
    assert yard.migrate().applied == []


def test_a_failing_file_leaves_nothing(yard: Yard) -> None:
    yard.write("migrations/0003.break.sql", "create table half (id int primary key);\nselect 1 / 0;\n")
    with pytest.raises(MigrationError) as caught:
        yard.migrate()
    assert caught.value.sqlstate == "22012"
    assert "0003.break" in caught.value.message
    assert yard.ask("select to_regclass('half')") == [None]
    assert yard.status().applied == ("0001.create-notes", "0002.protect-notes")
    yard.write("migrations/0003.break.sql", "create table half (id int primary key);\n")
    assert yard.migrate().applied == ["0003.break"]


def test_an_edited_file_is_named(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0001.create-notes.sql", "create table notes (id bigint primary key, body text);\n")
    assert yard.status().edited == ("0001.create-notes",)
    with pytest.raises(MigrationError, match=r"0001\.create-notes\.sql"):
        yard.migrate()


def test_a_late_file_is_refused(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0000.late.sql", "create table late (id int primary key);\n")
    found = yard.status()
    assert (found.late, found.pending, found.has_drifted) == (("0000.late",), (), True)
    with pytest.raises(MigrationError, match=r"0000\.late"):
        yard.migrate()


def test_a_file_that_is_missing_here_is_named(yard: Yard) -> None:
    yard.write("migrations/0003.newer.sql", "create table newer (id int primary key);\n")
    yard.migrate()
    yard.remove("migrations/0003.newer.sql")
    found = yard.status()
    assert (found.unknown, found.has_drifted, found.is_current) == (("0003.newer",), True, False)
    with pytest.raises(MigrationError, match=r"0003\.newer"):
        yard.migrate()


@pytest.mark.late
def test_a_backfill_is_begun_killed_gone_on_with_and_taken_back(yard: Yard) -> None:
    yard.migrate()
    yard.run("insert into academy.notes select n, 'x' from generate_series(1, 50) as n")
    yard.write("migrations/0003.add-size.sql", "alter table notes add column size int;\n")
    yard.write(
        "migrations/0004.fill-size.sql",
        "-- backfill: notes\n-- batch: 10\n-- pause: 0.3s\n"
        "update notes set size = length(body) where id > :from_key and id <= :to_key;\n",
    )
    yard.write("migrations/0004.fill-size.rollback.sql", "-- What was there before is gone with the column.\n")
    command = [sys.executable, "-c", MIGRATE, yard.dsn, str(yard.root)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    deadline = time.monotonic() + 30
    while not yard.ask("select to_regclass('schema_backfills') is not null")[0] or not yard.ask(
        "select 1 from schema_backfills where rows_done >= 20"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    found = yard.status()
    assert (found.unfinished, found.pending) == (("0004.fill-size",), ("0004.fill-size",))
    assert yard.migrate().applied == ["0004.fill-size"]
    assert yard.ask("select count(*) from notes where size is null") == [0]
    assert yard.ask("select rows_done from schema_backfills") == [50]
    assert yard.status().is_current
    assert rollbacks.rollback(yard.dsn, "academy", "0003.add-size", tree_=yard.tree) == ["0004.fill-size"]
    assert yard.ask("select count(*) from schema_backfills") == [0]
    assert yard.migrate().applied == ["0004.fill-size"]


def test_errors_name_file_and_line(yard: Yard) -> None:
    """Of the statement, and of the place in it where the server knows it."""
    for text, line, sqlstate in (
        ("select 1;\n\n-- why\nselect\n    1,\n    nothing;\n", 6, "42703"),
        ("select 1;\n\n-- why\nselect\n    1 / 0;\n", 4, "22012"),
        ("select 1; select 2;\nselec 3;\n", 2, "42601"),
        ("/* a\n b */ do $$ begin\n  raise exception 'no' using errcode = 'PA422'; end $$;\n", 2, "PA422"),
    ):
        yard.write("migrations/0003.wrong.sql", text)
        with pytest.raises(MigrationError, match=rf"^0003\.wrong\.sql, line {line}:") as caught:
            yard.migrate()
        assert caught.value.sqlstate == sqlstate


@pytest.mark.parametrize("ending", ["commit;", "rollback; begin;", "commit; begin;"])
def test_a_file_may_not_end_its_transaction(yard: Yard, ending: str) -> None:
    yard.write("migrations/0003.escape.sql", f"create table escaped (id int primary key); {ending}\n")
    with pytest.raises(MigrationError, match="ends its transaction"):
        yard.migrate()


def test_a_rollback_without_its_file_is_refused(yard: Yard) -> None:
    yard.migrate()
    with pytest.raises(MigrationError, match=r"0002\.protect-notes\.rollback\.sql"):
        rollbacks.rollback(yard.dsn, "academy", "0001.create-notes", tree_=yard.tree)
    assert yard.status().is_current


def test_two_at_once_apply_everything_once(yard: Yard) -> None:
    yard.write("migrations/0003.slow.sql", "create table slow (id int primary key); select pg_sleep(0.5);\n")
    reports: list[migrations.MigrationReport] = []
    threads = [threading.Thread(target=lambda: reports.append(yard.migrate())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(len(report.applied) for report in reports) == [0, 0, 3]


def test_after_a_kill_the_next_run_just_works(yard: Yard) -> None:
    yard.write("migrations/0003.long.sql", "create table long (id int primary key); select pg_sleep(30);\n")
    command = [sys.executable, "-c", MIGRATE, yard.dsn, str(yard.root)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    with connect(yard.dsn) as watcher:
        deadline = time.monotonic() + 30
        query = "select from pg_stat_activity where query like '%%pg_sleep(30)%%' and datname = current_database()"
        query += " and pid <> %s"
        while watcher.execute(query, [watcher.info.backend_pid]).fetchone() is None:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    yard.write("migrations/0003.long.sql", "create table long (id int primary key);\n")
    started = time.monotonic()
    assert yard.migrate().applied == ["0003.long"]
    assert time.monotonic() - started < 10


def test_two_schools_in_one_database_do_not_meet(yard: Yard, deploy: Connection) -> None:
    roles.apply_roles(deploy, "riverside")
    yard.migrate()
    yard.migrate("riverside")
    assert yard.status("riverside").is_current
    roles.add_login(deploy, "academy", f"web_{deploy.info.dbname}", "secret", ["student"])
    login = conninfo_to_dict(yard.dsn) | {"user": f"web_{deploy.info.dbname}"}
    with psycopg.connect(**login, autocommit=True) as web:  # type: ignore[arg-type]
        assert web.execute("show search_path").fetchone() == ("academy, extensions, pg_temp",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("select * from academy.few_notes")
        web.execute("set role academy_student")
        web.execute("select * from few_notes")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("select * from riverside.few_notes")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("set role riverside_student")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("set role academy_owner")
    deploy.execute(sql.SQL("drop role {}").format(sql.Identifier(f"web_{deploy.info.dbname}")))


def test_missing_roles_are_named(yard: Yard) -> None:
    with pytest.raises(RolesMissing, match="nowhere_owner"):
        yard.migrate("nowhere")


def test_a_school_that_is_not_there(yard: Yard) -> None:
    with pytest.raises(SchoolMissing):
        yard.status()


def test_no_connection() -> None:
    with pytest.raises(ServerUnreachable):
        migrations.migrate("host=/nowhere", "academy")


def test_a_path_that_others_can_write_to_is_refused(yard: Yard, deploy: Connection) -> None:
    yard.migrate()
    deploy.execute("grant create on schema extensions to public")
    with pytest.raises(UnsafeSearchPath, match="PUBLIC in extensions"):
        yard.migrate()


def test_versions_that_do_not_fit(yard: Yard, deploy: Connection) -> None:
    yard.migrate()
    check_release(deploy, "academy")
    for version in ("99.0.0", "0.0.9"):
        yard.run(f"comment on schema academy is 'pgacademy {version}: a school.'")
        with pytest.raises(VersionMismatch, match=version):
            check_release(deploy, "academy")
        if version == "99.0.0":
            with pytest.raises(VersionMismatch, match=version):
                yard.migrate()
        else:
            yard.migrate()
            assert yard.status().school_version == __version__


def test_bookkeeping_is_closed_to_everybody(yard: Yard) -> None:
    yard.migrate()
    for table in ("schema_steps", "schema_objects", "_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock"):
        assert yard.ask("select relrowsecurity and relacl is null from pg_class where oid = %s::regclass", table) == [
            True
        ]


def test_what_a_login_lacks_is_named_and_nothing_is_made(yard: Yard, deploy: Connection) -> None:
    """A login that may not act as the owner; then one that may, but not make a schema; each in one sentence."""
    login = f"newcomer_{deploy.info.dbname}"
    dsn = make_conninfo("", **(conninfo_to_dict(yard.dsn) | {"user": login}))
    deploy.execute(f"create role {login} login noinherit")
    try:
        with pytest.raises(RolesMissing, match="may not set role academy_owner"):
            migrations.migrate(dsn, "academy", tree_=yard.tree)
        deploy.execute(f"grant academy_owner to {login}")
        with pytest.raises(NotAllowed) as caught:
            migrations.migrate(dsn, "academy", tree_=yard.tree)
        assert caught.value.sqlstate == "42501"
        assert caught.value.hint
        assert deploy.execute("select to_regnamespace('academy')").fetchone() == (None,)
        yard.migrate()  # with a school that is there, acting as its owner is all it takes
        yard.write("migrations/0003.more.sql", "create table more (id int primary key);\n")
        assert migrations.migrate(dsn, "academy", tree_=yard.tree).applied == ["0003.more"]
        assert migrations.history(dsn, "academy")[-2].login == login
    finally:
        deploy.execute(f"drop role {login}")


def test_a_new_school_is_marked_and_an_old_one_is_not(yard: Yard, deploy: Connection) -> None:
    migrations.migrate(yard.dsn, "academy", tree_=yard.tree, development=True)
    assert registry.require(deploy, "academy").development
    assert not migrations.migrate(yard.dsn, "academy", tree_=yard.tree, development=True).changed
    registry.mark(deploy, "academy", development=False)
    with pytest.raises(UsageError):
        migrations.migrate(yard.dsn, "academy", tree_=yard.tree, development=True)
    assert not registry.require(deploy, "academy").development


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("create table more (id int);\n\nselect 1;\nselect nothing;\n", 4),
        ("create table more (id int);\n-- é\nselect 1, 1 / 0;\n", 3),
        ("select 1;\ncreate tabel more (id int);\n", 2),
        ("select 1;\nselect 2\n, 3\nfrom nowhere;\n", 4),
    ],
)
def test_the_line_is_named_of_what_was_sent_with_others(yard: Yard, text: str, line: int) -> None:
    yard.write("migrations/0003.wrong.sql", text)
    with pytest.raises(MigrationError, match=rf"0003\.wrong\.sql, line {line}:"):
        yard.migrate()
    assert yard.ask("select to_regclass('more')") == [None]
    yard.write("migrations/0003.wrong.sql", "create table more (id int);\n")
    assert yard.migrate().applied == ["0003.wrong"]


def test_the_last_commit_waits_for_the_disk_and_no_other(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written last is on the disk last, so all that was written before is there, too."""
    text = "create table first as select current_setting('synchronous_commit') as s;\n"
    yard.write("migrations/0003.first.sql", text)
    said = []
    record = schools.record_release

    def recorded(connection: Connection, school: str, *, anew: bool = False) -> bool:
        said.extend(connection.execute("show synchronous_commit").fetchall())
        differed = record(connection, school, anew=anew)
        said.extend(connection.execute("select pg_current_xact_id_if_assigned() is not null").fetchall())
        return differed

    monkeypatch.setattr(schools, "record_release", recorded)
    dsn = make_conninfo(yard.dsn, options="-c synchronous_commit=on")
    migrations.migrate(dsn, "academy", tree_=yard.tree)
    yard.write("migrations/0004.second.sql", "create table second (id int);\n")
    migrations.migrate(dsn, "academy", tree_=yard.tree)
    assert said == [("on",), (True,)] * 2
    assert yard.ask("select s from first") == ["off"]


def test_the_pause_of_a_backfill_is_the_callers_if_he_says_one(yard: Yard) -> None:
    yard.migrate()
    yard.write("migrations/0003.more.sql", "insert into notes (id, body) select g, 'a' from generate_series(1, 6) g;\n")
    yard.write(
        "migrations/0004.fill.sql",
        "-- backfill: notes\n-- batch: 1\n-- pause: 5s\n"
        "update notes set body = 'b' where id > :from_key and id <= :to_key;\n",
    )
    patience = locking.Patience(backfill_pause_s=0)
    assert migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=patience).duration_s < 5


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("create table t3 (id int);\ncreate view v3 as select 1 from nowhere;\n", 2),  # refused when its turn comes
        ("create table t3 (id int);\n\ncreate tabel t4 (id int);\n", 3),  # refused before anything is done
        ("create table t3 (id int);\ncreate table t4 as select 1 / 0 as x;\n", 2),
        ("create table t3 (id int);\ndo $$ begin raise division_by_zero; end $$;\n", 2),  # by itself
        ("create table t3 (id int);\n\n\nalter table t1 add check (id <> 1);\n", 4),  # without a position
    ],
)
def test_of_files_sent_together_those_before_the_bad_one_are_done(yard: Yard, text: str, line: int) -> None:
    yard.write("migrations/0003.one.sql", "create table t1 as select 1 as id;\n")
    yard.write("migrations/0004.two.sql", "create table t2 (id int);\n-- a comment at the end")
    yard.write("migrations/0005.bad.sql", text)
    yard.write("migrations/0006.four.sql", "create table t4 (id int);\n")
    told: list[tuple[str, int, int]] = []
    with pytest.raises(MigrationError, match=f"^0005.bad.sql, line {line}: "):
        migrations.migrate(yard.dsn, "academy", lambda *what: told.append(what), tree_=yard.tree)
    done = ["0001.create-notes", "0002.protect-notes", "0003.one", "0004.two"]
    assert told == [(name, number, 6) for number, name in enumerate(done, 1)]
    assert yard.ask("select migration_id from _yoyo_migration order by applied_at_utc") == done
    assert yard.ask("select to_regclass('t3') is null and to_regclass('t4') is null") == [True]
    yard.write("migrations/0005.bad.sql", "create table t3 (id int);\n")
    assert yard.migrate().applied == ["0005.bad", "0006.four"]


def test_of_files_sent_together_each_has_its_own_duration(yard: Yard) -> None:
    yard.write("migrations/0003.slow.sql", "create table t1 as select 1 as x from pg_sleep(0.3);\n")
    yard.write("migrations/0004.quick.sql", "create table t2 (id int);\n")
    assert yard.migrate().applied[-2:] == ["0003.slow", "0004.quick"]
    slow, quick = yard.ask("select duration_ms from schema_steps where migration_id > '0003' order by migration_id")
    assert slow >= 300
    assert quick < 300
    assert yard.ask("select duration_ms from schema_history where migration_id > '0003' order by id") == [slow, quick]


def test_only_a_school_without_anything_is_sent_files_together(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    at_once = execution.at_once

    def counted(connection: Connection, files: Sequence[execution.File], *args: Any, **kwargs: Any) -> int:
        sent.append(len(files))
        return at_once(connection, files, *args, **kwargs)

    monkeypatch.setattr(execution, "at_once", counted)
    yard.write("migrations/0003.fill.sql", "insert into notes values (1);\n")
    yard.write("migrations/0004.define.sql", "comment on table notes is 'A note.';\n")
    yard.write("migrations/0005.define.sql", "alter table notes add column more text;\n")
    yard.migrate()
    assert sent == [2, 3]
    yard.write("migrations/0006.more.sql", "create table t3 (id int);\n")
    yard.write("migrations/0007.others.sql", "create table t4 (id int);\n")
    yard.migrate()
    assert sent == [2, 3, 1, 1]


def test_files_are_recorded_though_the_driver_forgot_what_was_prepared(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a DROP that it sent itself it may, as it does where statements are sent one by one for want of a lock."""
    at_once = execution.at_once

    def up_to_the_drop(connection: Connection, files: Sequence[execution.File], *args: Any, **kwargs: Any) -> int:
        left = list(itertools.takewhile(lambda file: file.name != "0003.drop.sql", files))
        return at_once(connection, left, *args, **kwargs) if left else 0

    monkeypatch.setattr(execution, "at_once", up_to_the_drop)
    yard.write("migrations/0003.drop.sql", "drop table if exists nothing;\n")
    for number in range(4, 8):
        yard.write(f"migrations/000{number}.more.sql", f"create table t{number} (id int);\n")
    assert len(yard.migrate().applied) == 7
    assert yard.ask("select count(*) from _yoyo_migration") == [7]
    assert not yard.migrate().changed


@pytest.mark.parametrize("number", [3, 4, 5])
def test_a_file_that_takes_away_what_is_prepared_is_applied_with_the_others(yard: Yard, number: int) -> None:
    for other in range(3, 6):
        yard.write(f"migrations/000{other}.more.sql", f"create table t{other} (id int);\n")
    yard.write(f"migrations/000{number}.more.sql", "do $$ begin execute 'deallocate all'; end $$;\n")
    assert len(yard.migrate().applied) == 5
    assert yard.ask("select count(*) from _yoyo_migration") == [5]
    assert not yard.migrate().changed


def test_a_file_that_needs_what_is_not_prepared_is_named(yard: Yard) -> None:
    yard.write("migrations/0003.wrong.sql", "create table t3 (id int);\nexecute nothing;\n")
    with pytest.raises(MigrationError, match=r"0003\.wrong\.sql, line 2:") as caught:
        yard.migrate()
    assert caught.value.sqlstate == "26000"


def test_work_before_a_lock_that_is_not_to_be_had_is_tried_in_one_message_once(yard: Yard, deploy: Connection) -> None:
    deploy.execute("create schema aside; create table aside.other (id int); create sequence aside.tries")
    deploy.execute(
        "grant usage on schema aside to academy_owner; grant all on aside.other, aside.tries to academy_owner"
    )
    yard.write("migrations/0003.wait.sql", "select nextval('aside.tries');\nlock table aside.other;\n")
    with psycopg.connect(yard.dsn) as holder:
        holder.execute("lock table aside.other in access share mode")
        with pytest.raises(LockBusy):
            migrations.migrate(yard.dsn, "academy", tree_=yard.tree, patience=locking.Patience(0.1, 0))
    assert deploy.execute("select last_value from aside.tries").fetchone() == (2,)


@pytest.mark.parametrize("is_at_once", [True, False])
def test_what_only_the_commit_would_refuse_names_its_file(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, is_at_once: bool
) -> None:
    if not is_at_once:
        monkeypatch.setattr(execution, "at_once", lambda *_, **__: 0)
    yard.write(
        "migrations/0003.later.sql",
        "create table later (id int references notes deferrable initially deferred);\ninsert into later values (7);\n",
    )
    with pytest.raises(MigrationError, match=r"^0003\.later\.sql, line 2: ") as caught:
        yard.migrate()
    assert caught.value.sqlstate == "23503"
    assert caught.value.constraint == "later_id_fkey"
