"""The snapshot: a school as data, equal for equal schools whatever their names, servers and days."""

from __future__ import annotations

import json

import psycopg
import pytest

from pgacademy import embedded, roles, snapshot
from pgacademy.connection import Connection, connect
from pgacademy.errors import NotAllowed
from pgacademy.migrations import migrate
from pgacademy.snapshot import Expected, Key, Snapshot
from pgacademy.sources import tree
from tests.lib.conftest import Yard


def taken(dsn: str, school: str) -> Snapshot:
    with connect(dsn) as connection:
        connection.execute(f"set role {school}_owner")
        return snapshot.take(connection, school)


@pytest.mark.late
def test_schools_of_other_names_in_other_places_are_equal(dsn: str, server: embedded.Server) -> None:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database elsewhere owner pgacademy_deploy")
    try:
        found = []
        for place, school, extensions in (
            (dsn, "academy", "extensions"),
            (server.dsn("elsewhere"), "hill_top_2", "tools"),
        ):
            with connect(place) as connection:
                connection.execute(f"create schema {extensions}")
                connection.execute(f"grant usage on schema {extensions} to public")
                connection.execute(f"create extension pg_trgm schema {extensions}")
                roles.apply_roles(connection, school)
            migrate(place, school)
            found.append(taken(place, school))
        assert found[0] == found[1]
        assert list(found[0].rows) == sorted(found[0].rows)
        assert not [
            key for key, text in found[0].rows.items() if "academy_owner" in text or "academy_owner" in key.name
        ]
    finally:
        with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as admin:
            admin.execute("drop database elsewhere with (force)")


def test_the_shipped_one_is_of_this_tree_and_says_what_a_fresh_school_is(dsn: str, deploy: Connection) -> None:
    shipped = snapshot.shipped()
    assert shipped is not None
    assert shipped.fingerprint == snapshot.fingerprint(tree())
    migrate(dsn, "academy")
    live = taken(dsn, "academy")
    expected = shipped.on(live.server)
    assert expected.measured_on == (live.server if live.server in (15, 18) else 18)
    assert snapshot.compare(expected, live) == []


def test_who_takes_it_makes_no_difference(yard: Yard, server: embedded.Server) -> None:
    yard.migrate()
    by_owner = taken(yard.dsn, "academy")
    with connect(yard.dsn.replace("user=pgacademy_deploy", "user=postgres")) as connection:
        connection.execute("set role academy_analyst")
        assert snapshot.take(connection, "academy") == by_owner


def test_without_usage_it_is_refused(yard: Yard) -> None:
    yard.migrate()
    with connect(yard.dsn) as connection, pytest.raises(NotAllowed) as caught:
        snapshot.take(connection, "academy")  # the deploy login itself inherits nothing
    assert "usage" in (caught.value.hint or "").lower()


def test_positions_of_sequences_are_data(yard: Yard) -> None:
    yard.write("migrations/0003.count.sql", "create table counts (id int generated always as identity primary key);\n")
    yard.migrate()
    before = taken(yard.dsn, "academy")
    yard.run("insert into academy.counts default values")
    yard.run("insert into academy.notes values (1, 'a')")
    assert taken(yard.dsn, "academy") == before


@pytest.mark.parametrize(
    ("place", "told"),
    [("extensions", {"table more", "type mood", "function lower(integer)"}), ("public", {"function lower(integer)"})],
)
def test_what_lies_beside_the_extensions(yard: Yard, place: str, told: set[str]) -> None:
    """In `public` tables are others' business; a function is not, being taken where its arguments fit best."""
    with connect(yard.dsn.replace("user=pgacademy_deploy", "user=postgres")) as admin:
        admin.execute(f"create schema if not exists {place}")
        admin.execute(f"grant usage on schema {place} to public")
        admin.execute(f"create extension pg_trgm schema {place}")
        admin.execute(f"create table {place}.more (id int generated always as identity)")
        admin.execute(f"create type {place}.mood as enum ('good')")
        admin.execute(f"create function {place}.lower(int) returns int language sql as 'select 1'")
    yard.migrate()
    found = [key for key in taken(yard.dsn, "academy").rows if key.object == snapshot.BESIDE_EXTENSIONS]
    assert {f"{key.kind} {key.name}" for key in found} == told


PARTITIONED = """
create table days (day date not null, amount int constraint days_amount_check check (amount > 0))
partition by range (day);
create index days_day_idx on days (day);
alter table days enable row level security;
"""


def make_partition(yard: Yard) -> None:
    """As the maintenance makes one: created, then attached."""
    yard.run("create table academy.p (like academy.days including all)")
    yard.run("alter table academy.p enable row level security")
    yard.run("alter table academy.days attach partition academy.p for values from ('2026-01-01') to ('2027-01-01')")


def test_a_partition_that_is_as_its_parent_does_not_show(yard: Yard) -> None:
    yard.write("migrations/0003.days.sql", PARTITIONED)
    yard.write(
        "sql/triggers/days.sql",
        "create or replace trigger no_empty before insert on days for each row execute function no_empty_note();\n",
    )
    yard.migrate()
    before = taken(yard.dsn, "academy")
    assert Key("table days", "table", "", "partition key") in before.rows
    make_partition(yard)
    yard.run("comment on table academy.p is 'made by a job'")
    assert taken(yard.dsn, "academy") == before


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        (
            "alter table academy.p disable row level security",
            Key("table p", "table", "", "row security"),
        ),
        ("create index own_idx on academy.p (amount)", Key("table p", "index", "own_idx", "")),
        ("alter table academy.p alter amount set default 1", Key("table p", "column", "amount", "")),
        (
            "alter table academy.p add constraint own check (amount < 9)",
            Key("table p", "constraint", "own", ""),
        ),
        ("create policy own on academy.p using (true)", Key("table p", "policy", "own", "command")),
        (
            "grant select on academy.p to academy_student",
            Key("table p", "grant", "to <school>_student", ""),
        ),
    ],
)
def test_what_a_partition_has_of_its_own_shows(yard: Yard, statement: str, key: Key) -> None:
    yard.write("migrations/0003.days.sql", PARTITIONED)
    yard.migrate()
    make_partition(yard)
    before = taken(yard.dsn, "academy")
    yard.run(statement)
    assert key in taken(yard.dsn, "academy").rows.keys() - before.rows.keys()


# -- as it is shipped -------------------------------------------------------------------------------------------------

A, B, C = (Key("function f()", "function", "", name) for name in ("body", "result", "statements"))
ON_15 = Snapshot(15, {A: "begin end", B: "text", C: "old"})
ON_18 = Snapshot(18, {A: "begin end", B: "text", C: "new"})


def test_one_file_holds_all_versions() -> None:
    text = snapshot.write("f", [ON_18, ON_15])
    assert len(json.loads(text)["rows"]) == 4
    shipped = snapshot.read(text)
    assert shipped.versions == (15, 18)
    for server, statements in ((15, "old"), (18, "new")):
        assert shipped.on(server).rows[C] == statements
        assert shipped.on(server).rows[B] == "text"
        assert snapshot.restricted(text, [server]) == snapshot.write("f", [ON_15 if server == 15 else ON_18])


@pytest.mark.parametrize(("server", "measured"), [(15, 15), (16, 18), (17, 18), (18, 18), (19, 18)])
def test_a_version_that_was_not_measured(server: int, measured: int) -> None:
    assert snapshot.read(snapshot.write("f", [ON_15, ON_18])).on(server).measured_on == measured


def test_what_an_older_server_made_of_a_file_is_no_drift() -> None:
    shipped = snapshot.read(snapshot.write("f", [ON_15, ON_18]))
    assert snapshot.compare(shipped.on(18), Snapshot(18, ON_15.rows)) == []
    found = snapshot.compare(shipped.on(18), Snapshot(18, {**ON_15.rows, C: "other"}))
    assert [(item.attribute, item.expected, item.found) for item in found] == [("statements", "new", "other")]


def test_a_body_is_compared_by_its_checksum() -> None:
    shipped = snapshot.read(snapshot.write("f", [ON_15]))
    assert "begin end" not in snapshot.write("f", [ON_15])
    assert [item.attribute for item in snapshot.compare(shipped.on(15), Snapshot(15, {**ON_15.rows, A: "other"}))] == [
        "body"
    ]


def test_what_goes_with_something_larger_is_not_told_again() -> None:
    table, column = Key("table t", "table", "", "owner"), Key("table t", "column", "c", "")
    rows = {
        table: "o",
        Key("table t", "table", "", "order of columns"): "c, d",
        column: "int",
        Key("table t", "column", "d", ""): "int",
        Key("table t", "comment", "column c", ""): "C",
        Key("table t", "grant", "on c to x", ""): "select",
        Key("table u", "table", "", "owner"): "o",
        Key("table u", "column", "c", ""): "int",
        Key("table u", "comment", "", ""): "U",
    }
    left = {table: "o", Key("table t", "table", "", "order of columns"): "d", Key("table t", "column", "d", ""): "int"}
    for expected, live, state in ((rows, left, "missing"), (left, rows, "extra")):
        found = snapshot.compare(Expected(18, 18, expected), Snapshot(18, live))
        assert [(item.object, item.kind, item.name, item.state) for item in found] == [
            ("table t", "column", "c", state),
            ("table u", "table", "", state),
        ]
