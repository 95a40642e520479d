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


@pytest.mark.parametrize(
    ("drift", "undo"),
    [
        ("grant academy_admin to academy_student", "revoke academy_admin from academy_student"),
        ("grant pgacademy_admin to academy_student", "revoke pgacademy_admin from academy_student"),
        ("grant academy_owner to pgacademy_student", "revoke academy_owner from pgacademy_student"),
        ("grant pg_read_all_data to academy_owner", "revoke pg_read_all_data from academy_owner"),
        (
            "grant pgacademy_student to academy_student with admin option",
            "revoke admin option for pgacademy_student from academy_student",
        ),
        *(
            (f"alter role {role} {attribute}", f"alter role {role} no{attribute}")
            for role, attribute in (
                ("academy_owner", "superuser"),
                ("academy_student", "createrole"),
                ("academy_student", "createdb"),
                ("academy_student", "bypassrls"),
                ("academy_owner", "replication"),
                ("pgacademy_student", "login"),
            )
        ),
        ("alter role academy_student noinherit", "alter role academy_student inherit"),
    ],
)
def test_what_nobody_should_have_given_them(deploy: Connection, server: embedded.Server, drift: str, undo: str) -> None:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        if "noinherit" in drift and admin.info.server_version >= 160000:  # there, what counts is the grant's own
            drift = "grant pgacademy_student to academy_student with inherit false"
            undo = "grant pgacademy_student to academy_student with inherit true"
            admin.execute("revoke pgacademy_student from academy_student granted by pgacademy_deploy")
        try:
            admin.execute(drift)
            found = roles.inspect_roles(deploy, "academy")
            assert len(found) == len(roles.check_roles(deploy, "academy")) == 1
            with pytest.raises(RolesMissing) as caught:
                roles.apply_roles(deploy, "academy")
                roles.require_roles(deploy, "academy")
            assert found[0].statement is not None
            assert found[0].statement in (caught.value.hint or "")
            admin.execute(found[0].statement)
            assert roles.check_roles(deploy, "academy") == []
        finally:
            admin.execute("set client_min_messages = error")
            admin.execute(undo)


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
