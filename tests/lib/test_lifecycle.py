"""Schools renamed, dropped and emptied: whole, for everybody, whatever else goes on."""

from __future__ import annotations

import itertools
import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import pgacademy
from pgacademy import demo, embedded, lifecycle, locking, migrations, plans, registry, roles, seeding, verification
from pgacademy.connection import Connection, check_release, connect
from pgacademy.errors import (
    Conflict,
    InvalidIdentity,
    LockBusy,
    NotAllowed,
    PgacademyError,
    SchoolMissing,
    UsageError,
)
from pgacademy.tokens import SigningKey
from tests.lib.conftest import Yard

_numbers = itertools.count(1)

# What a request meets that comes under the old name: no such table, function, schema or role.
GONE = {"42P01", "42883", "3F000", "22023", "42704"}


@pytest.fixture
def names() -> Iterator[str]:
    """Names of schools that no other test has: roles belong to the cluster."""
    return (f"life{os.getpid()}_{number}" for number in _numbers)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What cannot be had is given up after a second or two."""
    if hasattr(locking, "ATTEMPTS"):
        monkeypatch.setattr(locking, "ATTEMPTS", 3)
        yield
    else:
        with locking.patient(locking.Patience(budget_s=1.0)):
            yield


def make(yard: Yard, *schools: str) -> None:
    """Schools of the small tree."""
    with connect(yard.dsn) as connection:
        for school in schools:
            roles.apply_roles(connection, school)
    for school in schools:
        yard.migrate(school)


def whole(dsn: str, school: str) -> None:
    """A school of the real tree with the demo's people in it."""
    with connect(dsn) as connection:
        roles.apply_roles(connection, school)
    migrations.migrate(dsn, school)
    for seed_set in ("reference", "demo"):
        seeding.seed(dsn, school, seed_set)


def structure(dsn: str, school: str) -> list[str]:
    """pg_dump's lines on a school's structure, its name taken out."""
    program = embedded.find_binaries() / "pg_dump"
    command: list[str | Path] = [program, "--schema-only", f"--schema={school}", f"--dbname={dsn}"]
    done = subprocess.run([*command, f"--role={school}_owner"], capture_output=True, text=True, check=True)
    lines = [line.replace(school, "SCHOOL") for line in done.stdout.splitlines()]
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict", "--"))]


def exists(connection: Connection, name: str) -> bool:
    row = connection.execute("select exists (select from pg_roles where rolname = %s)", (name,)).fetchone()
    return bool(row and row[0])


@pytest.fixture
def other_dsn(server: embedded.Server) -> Iterator[str]:
    """A second database of the same cluster."""
    name = f"life_{next(_numbers)}"
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner pgacademy_deploy").format(sql.Identifier(name)))
        yield server.dsn(name)
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


# -- rename -----------------------------------------------------------------------------------------------------------


def works(server: embedded.Server, dsn: str, school: str, login: str, key: SigningKey) -> None:
    """A learner's requests, signed, over the application's login; and everything still adds up."""
    with connect(dsn) as connection:
        check_release(connection, school)
        database = connection.info.dbname
        connection.execute(f"set role {school}_owner")
        connection.execute(f"set search_path to {school}, extensions, pg_temp")
        assert connection.execute("select * from verify_integrity()").fetchall() == []
        (person,) = connection.execute("select id from users where username = 'ada'").fetchone() or (None,)
        course, lesson = connection.execute(
            "select c.id, l.id from courses as c join lessons as l on l.course_id = c.id and l.is_mandatory "
            "where c.slug = 'ledgers-explained' order by l.position limit 1"
        ).fetchone() or (None, None)
    application = pgacademy.connect(server.dsn(database, login), school, signing_key=key)
    with application, application.acting_as(person) as session:
        assert session.connection.execute("select current_user_id()").fetchone() == (person,)
        session.enroll(course_id=course)
        session.start_lesson(lesson_id=lesson)
        assert session.complete_lesson(lesson_id=lesson, seconds=60).progress_percentage > 0
    # The login's own setting: its path is the school's without anybody saying so.
    with psycopg.connect(server.dsn(database, login)) as plain:
        assert plain.execute("show search_path").fetchone() == (f"{school}, extensions, pg_temp",)
    assert migrations.status(dsn, school).is_current
    assert migrations.migrate(dsn, school).changed is False


@pytest.mark.slow
@pytest.mark.parametrize("used_elsewhere", [False, True])
def test_a_renamed_school_is_as_if_made_under_its_new_name(
    server: embedded.Server, dsn: str, other_dsn: str, names: Iterator[str], used_elsewhere: bool
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_web"
    whole(dsn, old)
    if used_elsewhere:
        with connect(other_dsn) as connection:
            roles.apply_roles(connection, old)
        migrations.migrate(other_dsn, old)
    demo.play(dsn, old)
    key = SigningKey("k1", secrets.token_bytes(32))
    with connect(dsn) as connection:
        roles.add_login(connection, old, login, "secret", ["student", "anonymous"])
        connection.execute(f"set role {old}_owner")
        connection.execute(f"set search_path to {old}, extensions, pg_temp")
        connection.execute("select add_signing_key('k1', %s)", (key.secret,))
    works(server, dsn, old, login, key)
    before = structure(dsn, old)

    report = lifecycle.rename(dsn, old, new)

    assert report.roles == ("made" if used_elsewhere else "renamed")
    assert (report.logins, report.todo) == ([login], [])
    assert report.functions > 100
    works(server, dsn, new, login, key)
    assert structure(dsn, new) == before
    with connect(dsn) as connection:
        assert registry.names(connection) == [new]
        assert [exists(connection, name) for name in roles.of_school(old)] == [used_elsewhere] * 7
        assert all(exists(connection, name) for name in roles.of_school(new))
        assert roles.check_roles(connection, new) == []
        left = connection.execute(
            "select pg_describe_object(classid, objid, 0) from pg_shdepend join pg_roles as r on r.oid = refobjid "
            "where r.rolname = any(%s) and dbid = (select oid from pg_database where datname = current_database())",
            (roles.of_school(old),),
        ).fetchall()
        assert left == []
        assert connection.execute(
            "select has_database_privilege(%s, current_database(), 'create')", (f"{new}_owner",)
        ).fetchone() == (False,)
    if used_elsewhere:
        assert migrations.status(other_dsn, old).is_current
        assert structure(other_dsn, old) == before
    # Nothing but the name differs from one that never had another.
    fresh = next(names)
    whole(dsn, fresh)
    assert structure(dsn, fresh) == before


@pytest.mark.late
def test_a_token_for_the_old_name_is_no_token_for_the_new_one(
    server: embedded.Server, dsn: str, names: Iterator[str]
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_web"
    with connect(dsn) as connection:
        roles.apply_roles(connection, old)
        migrations.migrate(dsn, old)
        roles.add_login(connection, old, login, "secret", ["student"])
        key = SigningKey("k1", secrets.token_bytes(32))
        connection.execute(f"set role {old}_owner")
        connection.execute(f"set search_path to {old}, extensions, pg_temp")
        connection.execute("select add_signing_key('k1', %s)", (key.secret,))
        database = connection.info.dbname
    lifecycle.rename(dsn, old, new)
    token = pgacademy.tokens.sign("0190a0a0-0000-7000-8000-000000000000", "k1", key.secret, old)
    with psycopg.connect(server.dsn(database, login)) as web:
        web.execute(f"set role {new}_student")
        web.execute("select set_config('pgacademy.token', %s, false)", (token,))
        with pytest.raises(psycopg.Error) as refused:
            web.execute("select current_user_id()")
    assert refused.value.sqlstate == "28000"
    assert issubclass(InvalidIdentity, PgacademyError)


def test_a_rename_is_in_the_history_and_keeps_the_mark(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    old, new = next(names), next(names)
    make(yard, old)
    registry.mark(deploy, old, development=True)
    lifecycle.rename(yard.dsn, old, new)
    entry = registry.require(deploy, new)
    assert (entry.development, entry.state, entry.migrations) == (True, "ready", 2)
    found = yard.ask("select detail from schema_history where operation = 'rename'", role=f"{new}_owner", school=new)
    assert found == [f"{old} to {new}"]
    assert yard.status(new).is_current


@pytest.mark.parametrize("name", ["public", "select", "a b", "x" * 41, ""])
def test_no_rename_to_a_name_that_no_school_may_have(yard: Yard, names: Iterator[str], name: str) -> None:
    old = next(names)
    make(yard, old)
    with pytest.raises(UsageError):
        lifecycle.rename(yard.dsn, old, name)
    assert yard.status(old).is_current


def test_no_rename_to_itself_nor_onto_what_is_there_nor_of_nothing(
    yard: Yard, deploy: Connection, names: Iterator[str]
) -> None:
    old, taken, free = next(names), next(names), next(names)
    make(yard, old, taken)
    deploy.execute(f"create schema {free}")
    with pytest.raises(UsageError):
        lifecycle.rename(yard.dsn, old, old)
    for name in (taken, free):
        with pytest.raises(Conflict):
            lifecycle.rename(yard.dsn, old, name)
    with pytest.raises(SchoolMissing):
        lifecycle.rename(yard.dsn, next(names), next(names))
    with pytest.raises(SchoolMissing):
        lifecycle.rename(yard.dsn, free, next(names))
    assert registry.names(deploy) == sorted([old, taken])
    assert yard.status(old).is_current
    assert yard.status(taken).is_current


def test_a_school_with_a_name_that_is_now_refused_can_be_renamed(
    yard: Yard, deploy: Connection, names: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = next(names)
    with monkeypatch.context() as patch:
        patch.setattr("pgacademy.settings._WORDS_OF_SQL", "")
        make(yard, "user")
        assert yard.status("user").is_current
    lifecycle.rename(yard.dsn, "user", new)
    assert yard.status(new).is_current
    assert yard.migrate(new).changed is False


def test_a_login_that_the_deploy_role_may_not_alter_is_named(
    yard: Yard, deploy: Connection, server: embedded.Server, names: Iterator[str]
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_web"
    make(yard, old)
    database = deploy.info.dbname
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {login} login noinherit superuser")  # which 15 protects from CREATEROLE as well
        admin.execute(f"alter role {login} in database {database} set search_path to {old}, extensions, pg_temp")
        admin.execute(f"alter role {login} in database {database} set role to {old}_student")
        report = lifecycle.rename(yard.dsn, old, new)
        assert report.logins == []
        assert len(report.todo) == 2
        for statement in report.todo:
            admin.execute(statement.encode())
        (settings,) = admin.execute(
            "select setconfig from pg_db_role_setting as s join pg_roles as r on r.oid = setrole where rolname = %s",
            (login,),
        ).fetchone() or ([],)
        admin.execute(f"drop role {login}")
    assert sorted(settings) == [f"role={new}_student", f"search_path={new}, extensions, pg_temp"]


def test_what_a_login_put_into_its_own_path_is_not_run(
    yard: Yard, deploy: Connection, server: embedded.Server, names: Iterator[str]
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_web"
    make(yard, old)
    deploy.execute(f"create role {login} login noinherit")
    deploy.execute("create schema witness")
    hostile = f"{old},x;drop/**/schema/**/witness"
    with psycopg.connect(server.dsn(deploy.info.dbname, login), autocommit=True) as web:
        web.execute("select set_config('search_path', %s, false)", (hostile,))
        web.execute(f"alter role {login} in database {deploy.info.dbname} set search_path from current")
    lifecycle.rename(yard.dsn, old, new)
    assert deploy.execute("select to_regnamespace('witness') is not null").fetchone() == (True,)
    with psycopg.connect(server.dsn(deploy.info.dbname, login)) as web:
        assert web.execute("show search_path").fetchone() == (hostile.replace(old, new),)


def test_a_login_that_may_make_nothing_renames_nothing(
    yard: Yard, deploy: Connection, server: embedded.Server, names: Iterator[str]
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_deploy"
    make(yard, old)
    deploy.execute(f"create role {login} login noinherit")
    with pytest.raises(NotAllowed):
        lifecycle.rename(server.dsn(deploy.info.dbname, login), old, new)
    deploy.execute(f"grant {old}_owner to {login}")
    with pytest.raises(NotAllowed):
        lifecycle.rename(server.dsn(deploy.info.dbname, login), old, new)
    assert registry.names(deploy) == [old]
    assert not exists(deploy, f"{new}_owner")
    assert yard.status(old).is_current


def test_roles_made_beforehand_are_used(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    old, new = next(names), next(names)
    make(yard, old)
    roles.apply_roles(deploy, new)
    report = lifecycle.rename(yard.dsn, old, new)
    assert report.roles == "made"
    assert yard.status(new).is_current
    owners = deploy.execute(
        "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = %s::regnamespace", (new,)
    ).fetchall()
    assert owners == [(f"{new}_owner",)]


@pytest.mark.late
def test_two_renames_at_once(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    for _ in range(5):
        old, targets = next(names), [next(names), next(names)]
        make(yard, old)
        results = together(*[partial(lifecycle.rename, yard.dsn, old, target) for target in targets])
        winners = [result.new for result in results if isinstance(result, lifecycle.RenameReport)]
        assert len(winners) == 1
        assert [type(result) for result in results if not isinstance(result, lifecycle.RenameReport)] == [SchoolMissing]
        assert yard.status(winners[0]).is_current


def test_two_renames_to_one_name(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    olds, new = [next(names), next(names)], next(names)
    make(yard, *olds)
    results = together(*[partial(lifecycle.rename, yard.dsn, old, new) for old in olds])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "RenameReport"]
    assert len(registry.names(deploy)) == 2
    for school in registry.names(deploy):
        assert yard.status(school).is_current


def together(*works: Any) -> list[Any]:
    """What each returned or raised, all begun at once."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = works[number]()
        except PgacademyError as exc:
            results[number] = exc

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.slow
@pytest.mark.parametrize("used_elsewhere", [False, True])
def test_learners_at_work_meet_a_school_that_is_gone_and_nothing_worse(
    server: embedded.Server, dsn: str, other_dsn: str, names: Iterator[str], used_elsewhere: bool
) -> None:
    old, new, login = next(names), next(names), f"{next(names)}_web"
    whole(dsn, old)
    with connect(dsn) as connection:
        if used_elsewhere:
            with connect(other_dsn) as other:
                roles.apply_roles(other, old)
            migrations.migrate(other_dsn, old)
        roles.add_login(connection, old, login, "secret", ["student"])
        database = connection.info.dbname
        connection.execute(f"set role {old}_owner")
        connection.execute(f"set search_path to {old}, extensions, pg_temp")
        people = [
            row[0] for row in connection.execute("select id from users where role = 'student' order by id limit 4")
        ]
        lessons = [
            (row[0], row[1])
            for row in connection.execute(
                "select l.id, l.course_id from lessons as l join courses as c on c.id = l.course_id "
                "where c.is_published and not exists (select from course_prerequisites as p where p.course_id = c.id) "
                "and l.lesson_type in ('theory', 'text', 'video') "
                "and not exists (select from lessons as k where k.parent_lesson_id = l.id)"
            )
        ]
    assert len(people) == 4
    stop = threading.Event()
    errors: list[tuple[str | None, int]] = []
    done = dict.fromkeys((old, new), 0)

    def learn(person: Any, connection: psycopg.Connection[Any]) -> None:
        school, lesson = old, itertools.cycle(lessons)
        while not stop.is_set():
            statement = 0
            try:
                with connection.transaction():
                    connection.execute(f"set local role {school}_student")
                    connection.execute(f"set local search_path to {school}, extensions, pg_temp")
                    connection.execute("select set_config('pgacademy.user_id', %s, true)", (str(person),))
                    at, course = next(lesson)
                    for query, value in (
                        ("select enroll(%s)", course),
                        ("select start_lesson(%s)", at),
                        ("select complete_lesson(%s, 60)", at),
                    ):
                        connection.execute(query, (value,))
                        statement += 1
                done[school] += 1
            except psycopg.Error as exc:
                if exc.sqlstate in GONE and school == old:
                    errors.append((exc.sqlstate, statement))
                    school = new
                elif exc.sqlstate in GONE:
                    school = new  # its commit is a moment away
                    errors.append((exc.sqlstate, statement))
                else:
                    errors.append((exc.sqlstate, -1))
                    raise

    connections = [psycopg.connect(server.dsn(database, login), autocommit=True) for _ in people]
    threads = [
        threading.Thread(target=learn, args=(person, connection))
        for person, connection in zip(people, connections, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    lifecycle.rename(dsn, old, new)
    time.sleep(1.0)
    stop.set()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()

    assert done[old] > 0
    assert done[new] > 0
    assert {state for state, _ in errors} <= GONE
    assert {statement for _, statement in errors} <= {0}, "a transaction that had begun was broken in its middle"
    with connect(dsn) as connection:
        connection.execute(f"set role {new}_owner")
        connection.execute(f"set search_path to {new}, extensions, pg_temp")
        assert connection.execute("select * from verify_integrity()").fetchall() == []
    assert migrations.status(dsn, new).is_current


@pytest.mark.slow
def test_a_rename_killed_at_any_moment_has_happened_or_not(
    yard: Yard, deploy: Connection, names: Iterator[str]
) -> None:
    old, new = next(names), next(names)
    make(yard, old)
    outcomes = set()
    for moment in itertools.count(1):
        if killed(yard.dsn, old, new, moment) == 0:
            break
        found = registry.names(deploy)
        assert found in ([old], [new]), moment
        (school,) = found
        outcomes.add(school)
        assert [exists(deploy, name) for name in roles.of_school(old)] == [school == old] * 7, moment
        assert [exists(deploy, name) for name in roles.of_school(new)] == [school == new] * 7, moment
        assert yard.status(school).is_current, moment
        if school == new:
            lifecycle.rename(yard.dsn, new, old)
    assert moment > 30
    assert outcomes == {old, new}
    assert yard.status(new).is_current


def killed(dsn: str, old: str, new: str, moment: int) -> int:
    """Renames in a process that is killed before it waits for the server's answer for the n-th time; the signal."""
    child = os.fork()
    if child == 0:
        count = itertools.count(1)
        wait = psycopg.Connection.wait

        def dying(self: Any, *arguments: Any, **options: Any) -> Any:
            if next(count) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return wait(self, *arguments, **options)

        psycopg.Connection.wait = dying  # type: ignore[method-assign]
        code = 1
        try:
            lifecycle.rename(dsn, old, new)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@pytest.mark.late
@pytest.mark.usefixtures("impatient")
def test_a_school_that_somebody_holds_is_not_renamed(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    old, new = next(names), next(names)
    make(yard, old)
    with connect(yard.dsn) as reader, reader.transaction():
        reader.execute(f"set local role {old}_owner")
        reader.execute(f"select * from {old}.notes")
        with pytest.raises(LockBusy):
            lifecycle.rename(yard.dsn, old, new)
        reader.execute(f"insert into {old}.notes values (1, 'still here')")
    assert registry.names(deploy) == [old]
    assert yard.ask("select body from notes", role=f"{old}_owner", school=old) == ["still here"]


# -- drop -------------------------------------------------------------------------------------------------------------


def test_a_drop_takes_the_school_and_its_roles_and_nothing_else(
    yard: Yard, deploy: Connection, names: Iterator[str]
) -> None:
    school, neighbour = next(names), next(names)
    make(yard, school, neighbour)
    before = structure(yard.dsn, neighbour)
    report = lifecycle.drop(yard.dsn, school, confirm=school)
    assert sorted(report.roles_dropped) == sorted(roles.of_school(school))
    assert report.roles_left == {}
    assert report.transactions == 1
    assert registry.names(deploy) == [neighbour]
    assert deploy.execute("select to_regnamespace(%s)", (school,)).fetchone() == (None,)
    assert not any(exists(deploy, name) for name in roles.of_school(school))
    assert structure(yard.dsn, neighbour) == before
    assert yard.status(neighbour).is_current
    with pytest.raises(SchoolMissing):
        lifecycle.drop(yard.dsn, school, confirm=school)


@pytest.mark.parametrize("confirm", ["", "yes", "ACADEMY", "academy "])
def test_no_drop_unless_the_name_is_repeated(yard: Yard, deploy: Connection, confirm: str) -> None:
    yard.migrate()
    with pytest.raises(UsageError):
        lifecycle.drop(yard.dsn, "academy", confirm=confirm)
    assert registry.names(deploy) == ["academy"]


def test_no_drop_of_what_is_no_school(yard: Yard, deploy: Connection) -> None:
    yard.migrate()
    deploy.execute("create schema precious")
    deploy.execute("comment on schema precious is 'pgacademy 0.1.0: a school.'")
    for name in ("precious", "extensions", "public", "pg_catalog"):
        with pytest.raises(SchoolMissing):
            lifecycle.drop(yard.dsn, name, confirm=name)
    assert deploy.execute("select to_regnamespace('precious') is not null").fetchone() == (True,)


def test_roles_that_others_use_stay_and_are_named(
    yard: Yard, deploy: Connection, other_dsn: str, names: Iterator[str]
) -> None:
    school, login = next(names), f"{next(names)}_web"
    make(yard, school)
    with connect(other_dsn) as connection:
        roles.apply_roles(connection, school)
    migrations.migrate(other_dsn, school, tree_=yard.tree)
    roles.add_login(deploy, school, login, "secret", ["student"])
    report = lifecycle.drop(yard.dsn, school, confirm=school)
    assert f"{school}_student" in report.roles_left
    assert f"{school}_owner" in report.roles_left
    assert all(exists(deploy, name) for name in roles.of_school(school))
    assert migrations.status(other_dsn, school, tree_=yard.tree).is_current
    # In the other database, nobody but the login is left to use any.
    report = lifecycle.drop(other_dsn, school, confirm=school)
    assert list(report.roles_left) == [f"{school}_student"]
    assert login in report.roles_left[f"{school}_student"]
    assert not exists(deploy, f"{school}_owner")


@pytest.mark.parametrize(
    "statement",
    [
        "create view outside.notes as select * from SCHOOL.notes",
        "create table outside.links (id int references SCHOOL.notes)",
        "create table outside.copies (note SCHOOL.notes)",
        "create function outside.loud(n SCHOOL.notes) returns text language sql as 'select n.body'",
        "create table outside.child () inherits (SCHOOL.notes)",
        "create table outside.x (s text default SCHOOL.shout('a'))",
        "create materialized view outside.m as select * from SCHOOL.loud_notes",
    ],
)
def test_no_drop_of_what_something_outside_stands_on(yard: Yard, deploy: Connection, statement: str) -> None:
    yard.migrate()
    owner_can = "grant usage on schema academy to public; grant all on all tables in schema academy to public"
    deploy.execute(f"set role academy_owner; {owner_can}; grant all on all functions in schema academy to public")
    deploy.execute("reset role; create schema outside authorization academy_owner; set role academy_owner")
    deploy.execute(statement.replace("SCHOOL", "academy").encode())
    deploy.execute("reset role")
    with pytest.raises(Conflict) as refused:
        lifecycle.drop(yard.dsn, "academy", confirm="academy")
    assert "outside" in (refused.value.detail or "")
    assert registry.names(deploy) == ["academy"]
    assert yard.status().is_current
    deploy.execute("set role academy_owner; drop schema outside cascade; reset role")
    lifecycle.drop(yard.dsn, "academy", confirm="academy")


def test_no_drop_of_a_school_that_another_ones_table_points_to(
    yard: Yard, deploy: Connection, names: Iterator[str]
) -> None:
    school, neighbour = next(names), next(names)
    make(yard, school, neighbour)
    deploy.execute(f"set role {school}_owner; grant usage on schema {school} to public")
    deploy.execute(f"grant references on {school}.notes to public; reset role; set role {neighbour}_owner")
    deploy.execute(f"create table {neighbour}.links (id int references {school}.notes); reset role")
    with pytest.raises(Conflict):
        lifecycle.drop(yard.dsn, school, confirm=school)
    lifecycle.drop(yard.dsn, neighbour, confirm=neighbour)  # its own constraint is no hindrance to it
    lifecycle.drop(yard.dsn, school, confirm=school)
    assert registry.names(deploy) == []


@pytest.mark.late
@pytest.mark.usefixtures("impatient")
def test_a_school_in_use_is_not_dropped(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    school = next(names)
    make(yard, school)
    with connect(yard.dsn) as writer, writer.transaction():
        writer.execute(f"set local role {school}_owner")
        writer.execute(f"insert into {school}.notes values (1, 'mine')")
        with pytest.raises(LockBusy):
            lifecycle.drop(yard.dsn, school, confirm=school)
        writer.execute(f"insert into {school}.notes values (2, 'also mine')")
    assert yard.ask("select count(*) from notes", role=f"{school}_owner", school=school) == [2]
    assert yard.status(school).is_current
    lifecycle.drop(yard.dsn, school, confirm=school)


@pytest.mark.slow
def test_a_school_larger_than_the_lock_table_is_dropped_in_parts(
    yard: Yard, deploy: Connection, names: Iterator[str]
) -> None:
    school = next(names)
    make(yard, school)
    yard_role = f"set role {school}_owner"
    for part in range(20):  # 2000 tables, each with an index, a TOAST table and its index
        deploy.execute(
            f"{yard_role}; do $$ begin for n in {part * 100} .. {part * 100 + 99} loop "
            f"execute format('create table {school}.t%s (id int primary key, body text)', n); end loop; end $$; "
            "reset role"
        )
    with connect(yard.dsn) as plain, pytest.raises(psycopg.errors.OutOfMemory):
        plain.execute(f"{yard_role}; drop schema {school} cascade")
    report = lifecycle.drop(yard.dsn, school, confirm=school)
    assert report.transactions > 2
    assert report.roles_left == {}
    assert registry.names(deploy) == []


def test_a_drop_in_parts_that_was_killed_goes_on(
    yard: Yard, deploy: Connection, names: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    school = next(names)
    make(yard, school)
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "_PART_OF_LOCK_TABLE", 1_000_000)
        patch.setattr(lifecycle, "_drop_school", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            lifecycle.drop(yard.dsn, school, confirm=school)
    entry = registry.require(deploy, school)
    assert (entry.state, entry.migrations) == ("being dropped", None)
    with pytest.raises(PgacademyError):
        check_release(deploy, school)
    with pytest.raises(Conflict):
        lifecycle.rename(yard.dsn, school, next(names))
    for look in (migrations.migrate, migrations.status, plans.plan, verification.verify):
        with pytest.raises(Conflict, match=school):
            look(yard.dsn, school)
    assert registry.require(deploy, school).state == "being dropped"
    assert lifecycle.drop(yard.dsn, school, confirm=school).roles_left == {}
    assert registry.names(deploy) == []


# -- reset ------------------------------------------------------------------------------------------------------------


@pytest.mark.late
def test_only_a_development_school_is_reset(yard: Yard, deploy: Connection, names: Iterator[str]) -> None:
    school, login = next(names), f"{next(names)}_web"
    make(yard, school)
    roles.add_login(deploy, school, login, "secret", ["student"])
    with connect(yard.dsn) as writer:
        writer.execute(f"set role {school}_owner")
        writer.execute(f"insert into {school}.notes values (1, 'a')")
    with pytest.raises(NotAllowed):
        lifecycle.reset(yard.dsn, school, tree_=yard.tree)
    assert yard.ask("select count(*) from notes", role=f"{school}_owner", school=school) == [1]
    registry.mark(deploy, school, development=True)
    fresh = structure(yard.dsn, school)

    report = lifecycle.reset(yard.dsn, school, tree_=yard.tree)

    assert report.applied
    assert yard.ask("select count(*) from notes", role=f"{school}_owner", school=school) == [0]
    entry = registry.require(deploy, school)
    assert (entry.development, entry.state) == (True, "ready")
    assert structure(yard.dsn, school) == fresh
    assert yard.status(school).is_current
    held = deploy.execute("select pg_has_role(%s, %s, 'member')", (login, f"{school}_student")).fetchone()
    assert held == (True,)


def test_a_reset_that_was_killed_can_be_done_again(
    yard: Yard, deploy: Connection, names: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    school = next(names)
    make(yard, school)
    registry.mark(deploy, school, development=True)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrate", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            lifecycle.reset(yard.dsn, school, tree_=yard.tree)
    entry = registry.require(deploy, school)
    assert (entry.development, entry.state) == (True, "unfinished")
    lifecycle.reset(yard.dsn, school, tree_=yard.tree)
    assert yard.status(school).is_current
    assert registry.require(deploy, school).development


@pytest.mark.slow
def test_a_reset_school_has_its_reference_data(dsn: str, deploy: Connection, names: Iterator[str]) -> None:
    school = next(names)
    whole(dsn, school)
    registry.mark(deploy, school, development=True)
    assert (lifecycle.holdings(deploy, school).people or 0) > 0
    lifecycle.reset(dsn, school)
    assert lifecycle.holdings(deploy, school).people == 0
    deploy.execute(f"set role {school}_owner; set search_path to {school}, extensions, pg_temp")
    (achievements,) = deploy.execute("select count(*) from achievements").fetchone() or (0,)
    assert achievements > 0
