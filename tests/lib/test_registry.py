"""The schools of a database, found in its catalogue."""

from __future__ import annotations

import time

import psycopg
import pytest

from pgacademy import embedded, registry, roles, rollbacks, schools
from pgacademy.connection import Connection, connect, school_release
from pgacademy.errors import LockBusy, MigrationError, NotAllowed, SchoolMissing
from pgacademy.locking import Patience
from tests.lib.conftest import Yard


def add(yard: Yard, *names: str) -> None:
    with connect(yard.dsn) as connection:
        for name in names:
            roles.apply_roles(connection, name)
    for name in names:
        yard.migrate(name)


def test_a_database_without_schools(deploy: Connection) -> None:
    assert registry.schools(deploy) == []


def test_schools_with_what_is_known_of_them(yard: Yard, deploy: Connection) -> None:
    add(yard, "academy", "hilltop")
    first, second = registry.schools(deploy)
    assert (first.name, second.name) == ("academy", "hilltop")
    assert first.owner == "academy_owner"
    assert first.release == school_release(deploy, "academy")
    assert (first.state, first.development, first.migrations) == ("ready", False, 2)
    assert first.size_bytes is not None
    assert first.size_bytes > 0
    assert first.last_migrated_at is not None


def test_a_login_without_rights_sees_the_schools_and_not_into_them(
    yard: Yard, deploy: Connection, server: embedded.Server
) -> None:
    add(yard, "academy")
    deploy.execute("create role registry_visitor login noinherit")
    with connect(server.dsn(deploy.info.dbname, "registry_visitor")) as visitor:
        (entry,) = registry.schools(visitor)
    assert entry.name == "academy"
    assert entry.size_bytes
    assert (entry.migrations, entry.last_migrated_at) == (None, None)


def test_what_only_looks_like_a_school_is_none(yard: Yard, deploy: Connection) -> None:
    add(yard, "academy")
    deploy.execute("create schema pretender")
    deploy.execute("comment on schema pretender is 'pgacademy 0.1.0: a school.'")
    deploy.execute("create schema stranger authorization academy_owner")
    deploy.execute("create role empty_owner nologin")
    deploy.execute("grant empty_owner to session_user")
    deploy.execute("create schema empty authorization empty_owner")
    assert registry.names(deploy) == ["academy"]
    with pytest.raises(SchoolMissing):
        registry.require(deploy, "pretender")


def test_a_school_that_was_never_finished_is_one(yard: Yard, deploy: Connection) -> None:
    yard.write("functions/notes/broken.sql", "create function broken( returns int language sql as $$ select 1 $$;\n")
    with pytest.raises(MigrationError):
        yard.migrate()
    (entry,) = registry.schools(deploy)
    assert (entry.state, entry.release, entry.migrations) == ("unfinished", None, 2)


def test_a_table_that_is_held_keeps_nobody_waiting(yard: Yard, deploy: Connection) -> None:
    add(yard, "academy")
    with connect(yard.dsn) as holder, holder.transaction():
        holder.execute("set local role academy_owner")
        holder.execute("lock table academy.notes, academy.schema_objects in access exclusive mode")
        (entry,) = registry.schools(deploy)
    assert (entry.size_bytes, entry.migrations, entry.state) == (None, None, "ready")


@pytest.mark.late
@pytest.mark.parametrize("table", ["schema_objects", "_yoyo_migration"])
def test_who_holds_the_journal_is_named_and_the_other_schools_are_read(
    yard: Yard, deploy: Connection, table: str
) -> None:
    add(yard, "academy", "hilltop")
    with psycopg.connect(yard.dsn) as reader, psycopg.connect(yard.dsn) as holder:
        reader.execute("set role academy_owner")
        reader.execute("select * from academy.notes")
        holder.execute("set role academy_owner")
        holder.execute(f"lock table academy.{table} in access exclusive mode")
        started = time.monotonic()
        held, other = registry.schools(deploy)
        took_s = time.monotonic() - started
        assert isinstance(held.error, LockBusy)
        assert (held.error.sqlstate, held.migrations, held.size_bytes) == ("55P03", None, None)
        assert f"process {holder.info.backend_pid} " in held.error.message
        assert table in held.error.message
        assert (other.error, other.migrations) == (None, 2)
        assert took_s < Patience().lock_timeout_s
        # Whoever is in a transaction of their own stays who they are.
        with deploy.transaction():
            deploy.execute("set local role academy_owner")
            assert registry.require(deploy, "academy").error
            assert deploy.execute("select current_user::text").fetchone() == ("academy_owner",)


def test_the_mark_of_a_development_school_outlives_migrations_and_rollbacks(yard: Yard, deploy: Connection) -> None:
    yard.write("migrations/0002.protect-notes.rollback.sql", "alter table notes disable row level security;\n")
    add(yard, "academy")
    registry.mark(deploy, "academy", development=True)
    release = school_release(deploy, "academy")
    assert release is not None
    assert registry.require(deploy, "academy").development
    yard.migrate()
    rollbacks.rollback(yard.dsn, "academy", "0001.create-notes", tree_=yard.tree)
    entry = registry.require(deploy, "academy")
    assert (entry.development, entry.release, entry.state) == (True, None, "unfinished")
    assert school_release(deploy, "academy") is None
    yard.migrate()
    entry = registry.require(deploy, "academy")
    assert (entry.development, entry.release, entry.state) == (True, release, "ready")
    registry.mark(deploy, "academy", development=False)
    assert registry.require(deploy, "academy").development is False
    assert school_release(deploy, "academy") == release


def test_a_mark_before_the_first_migration_is_kept(yard: Yard, deploy: Connection) -> None:
    schools.prepare(deploy, "academy")
    registry.mark(deploy, "academy", development=True)
    yard.migrate()
    assert registry.require(deploy, "academy").development


def test_only_the_owner_marks(yard: Yard, deploy: Connection, server: embedded.Server) -> None:
    add(yard, "academy")
    deploy.execute("create role registry_marker login noinherit")
    with connect(server.dsn(deploy.info.dbname, "registry_marker")) as visitor, pytest.raises(NotAllowed):
        registry.mark(visitor, "academy", development=True)
    assert registry.require(deploy, "academy").development is False
