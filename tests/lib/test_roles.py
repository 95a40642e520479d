"""Roles are made by a role with CREATEROLE, are complete, and leave what exists alone."""

from __future__ import annotations

import threading

import psycopg
import pytest
from psycopg import sql

from pgacademy import embedded, roles
from pgacademy.connection import Connection, connect
from pgacademy.errors import Conflict, RolesMissing, UsageError


def test_roles_are_complete_and_making_them_again_changes_nothing(dsn: str) -> None:
    with connect(dsn) as connection:
        assert len(roles.check_roles(connection, "hillside")) >= 7
        for _ in range(2):
            roles.apply_roles(connection, "hillside")
            assert roles.check_roles(connection, "hillside") == []
        connection.execute("set role hillside_owner")


def test_the_owner_has_no_power_over_the_cluster(deploy: Connection) -> None:
    powers = "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolcanlogin from pg_roles"
    rows = deploy.execute(powers + " where rolname like 'academy\\_%' or rolname ~ '^pgacademy_(student|service)'")
    assert {row[0] for row in rows} == {False}


def test_a_power_given_to_the_owner_is_reported(deploy: Connection, server: embedded.Server) -> None:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("alter role academy_owner createrole")
        try:
            assert "academy_owner" in roles.check_roles(deploy, "academy")[0]
        finally:
            admin.execute("alter role academy_owner nocreaterole")


def test_many_at_once(server: embedded.Server) -> None:
    """Different sessions make the same roles at the same moment; roles belong to the cluster, no lock covers them."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with connect(server.dsn()) as connection:
                for number in range(5):
                    roles.apply_roles(connection, f"crowd{number}")
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []


def test_without_createrole_the_roles_are_named(dsn: str, deploy: Connection, server: embedded.Server) -> None:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create role plain_login login")
        try:
            with connect(server.dsn("postgres", "plain_login")) as connection, pytest.raises(RolesMissing):
                roles.apply_roles(connection, "elsewhere")
        finally:
            admin.execute("drop role plain_login")


def test_a_login_inherits_nothing_and_its_password_is_a_verifier(deploy: Connection, server: embedded.Server) -> None:
    roles.add_login(deploy, "academy", "login_test", "secret", ["student", "instructor"])
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        try:
            row = admin.execute("select rolinherit, rolpassword from pg_authid where rolname = 'login_test'").fetchone()
            assert row is not None
            assert row[0] is False
            assert row[1].startswith("SCRAM-SHA-256$")
            held = (
                "select array_agg(r.rolname::text order by r.rolname) from pg_roles as r "
                "where r.rolname like 'academy\\_%' and pg_has_role('login_test', r.oid, 'member')"
            )
            assert admin.execute(held).fetchone() == (["academy_instructor", "academy_student"],)
            with pytest.raises(Conflict):
                roles.add_login(deploy, "academy", "login_test", "other", ["student"])
        finally:
            admin.execute(sql.SQL("drop role {}").format(sql.Identifier("login_test")))


@pytest.mark.parametrize("wanted", [["service", "student"], ["admin"], ["owner"], []])
def test_logins_that_are_refused(deploy: Connection, wanted: list[str]) -> None:
    with pytest.raises(UsageError):
        roles.add_login(deploy, "academy", "never_made", "secret", wanted)
    assert deploy.execute("select from pg_roles where rolname = 'never_made'").fetchone() is None
