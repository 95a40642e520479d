"""sql/hardening/: may be run twice, shuts what it says, and a school works as before."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pgacademy.migrations import migrate
from pgacademy.testing import Role, SchoolDatabase
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_user

SCRIPT = Path(__file__).parents[2] / "sql" / "hardening" / "harden_database.sql"


@pytest.fixture
def hardened(school: SchoolDatabase) -> SchoolDatabase:
    admin = psycopg.conninfo.make_conninfo(school.server.admin, dbname=school.database)
    with psycopg.connect(admin) as conn:
        row = conn.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        if row != (True,):
            pytest.skip("needs a superuser, and the server that was given has none")
        for _ in range(2):
            conn.execute(SCRIPT.read_bytes())
    return school


@pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin", "service", "analyst"])
def test_what_nobody_needs_is_shut(hardened: SchoolDatabase, role: Role) -> None:
    with hardened.app(None, role) as conn:
        for statement in (
            "select lo_create(0)",
            "select lo_from_bytea(0, 'x')",
            "select pg_read_file('PG_VERSION')",
            "select pg_ls_dir('.')",
            "select pg_reload_conf()",
            "create temporary table t ()",
            "create schema mine",
            "create table public.t ()",
            "select pg_advisory_lock(1)",
            "select pg_try_advisory_xact_lock_shared(1, 2)",
        ):
            with raises_sqlstate("42501", conn=conn):
                conn.execute(statement)


def test_a_school_works_and_migrates_as_before(hardened: SchoolDatabase) -> None:
    with hardened.connect() as owner:
        ada, course = make_user(owner), make_course(owner)
        owner.commit()
    with hardened.app(ada) as conn:
        conn.execute("select enroll(%s)", (course.id,))
        for lesson in course.lesson_ids:
            conn.execute("select start_lesson(%s)", (lesson,))
            conn.execute("select complete_lesson(%s)", (lesson,))
        assert conn.execute("select status from enrollments").fetchall() == [("completed",)]
    with hardened.service() as conn:
        conn.execute("select refresh_leaderboard()")
    migrate(hardened.dsn, "academy")
