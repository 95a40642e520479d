"""What the school has of a person is given to them whole, without secrets, and at the cost of their own rows."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgacademy.testing import SchoolDatabase, acting
from tests.privacy import lives
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]


def exported(conn: Connection, user: UUID) -> dict[str, list[dict[str, Any]]]:
    return dict(conn.execute("select table_name, rows from export_user(%s)", (user,)).fetchall())


@pytest.mark.late
def test_everything_and_no_secret(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    life = lives.live(conn)
    lives.mark(conn, life.user)

    found = exported(conn, life.user)
    people = conn.execute(
        "select t.k from jsonb_each(column_catalogue()) as t (k, v) where v ? 'person' order by 1"
    ).fetchall()
    for (table,) in people:
        rows = one(conn, f"select count(*) from {table} where {lives.person_of(conn, table, life.user)}")
        assert len(found.get(table, [])) >= rows, table
    assert lives.WORD in json.dumps(found["users"])
    # What others sent is there, what they only did is not.
    assert {row["user_id"] for row in exported(conn, life.friend)["coin_transactions"]} == {str(life.user)}
    assert "exercise_grades" not in exported(conn, life.course.instructor_id)
    assert [row["id"] for row in exported(conn, life.course.instructor_id)["courses"]] == [str(life.course.id)]

    told = {(table, column) for table, rows in found.items() for row in rows for column in row}
    secret = set(conn.execute(
        "select table_name, column_name from column_classes() where class = 'secret'"
    ))  # fmt: skip
    assert not told & (secret | {("quiz_attempts", "grading"), ("quiz_attempts", "seed")})
    classified = set(conn.execute("select table_name, column_name from column_classes()"))
    assert told <= classified


def test_ones_own_and_not_too_often(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    user = make_user(conn)
    with acting(conn, user, "student"):
        found: dict[str, Any] = dict(conn.execute("select table_name, rows from export_my_data()").fetchall())
    assert {row["id"] for row in found["users"]} == {str(user)}
    with raises_sqlstate("PA429"), acting(conn, user, "student"):
        conn.execute("select * from export_my_data()")
    conn.execute("update data_exports set exported_at = now() - interval '61 minutes'")
    with acting(conn, user, "student"):
        conn.execute("select * from export_my_data()")
    assert one(conn, "select export_count from data_exports where user_id = %s", user) == 2
    with school.app(user, "student") as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select * from export_user(%s)", (user,))


def test_an_index_finds_the_rows(db: Connection) -> None:
    """Every condition of the catalogue is served by an index: with sequential scans off there is none left."""
    db.execute("set local enable_seqscan = off")
    for table, condition in db.execute(
        """
        select t.k, c.condition
        from jsonb_each(column_catalogue()) as t (k, v)
        cross join lateral (values (v ->> 'person'), (v ->> 'also')) as c (condition)
        where c.condition is not null
        """
    ).fetchall():
        asked = condition.replace("$1", "'00000000-0000-7000-8000-000000000000'::uuid")
        plan = db.execute(f"explain select from {table} as t where {asked}").fetchall()
        assert not any("Seq Scan" in line for (line,) in plan), (table, plan)


def pages(conn: Connection, user: UUID) -> int:
    """Pages of tables and indexes that an export reads, catalogue and plans already known to the session."""
    exported(conn, user)
    ((plan,),) = conn.execute("explain (analyze, buffers, format json) select * from export_user(%s)", (user,))
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


@pytest.mark.slow
def test_ten_times_the_people_cost_no_more_pages(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    life = lives.live(conn)
    crowd(conn, life, 200)
    few = pages(conn, life.user)
    crowd(conn, life, 1800)
    assert pages(conn, life.user) <= 1.5 * few


def crowd(conn: Connection, life: lives.Life, people: int) -> None:
    """So many other people, each with a few rows in the large tables."""
    for statement in (
        "insert into users (username) select 'p' || gen_random_uuid() from generate_series(1, %(n)s)",
        "insert into enrollments (user_id, course_id) select u.id, %(c)s from users as u"
        " where u.role = 'student' on conflict do nothing",
        "insert into xp_events (user_id, amount, source_type, source_id) select u.id, 1, 'gift', gen_random_uuid()"
        " from users as u cross join generate_series(1, 3)",
        "insert into replies (id, discussion_id, author_id, path, content) select i.id, %(d)s, u.id, array[i.id], 'x'"
        " from users as u cross join lateral (select uuid_v7() as id, u.id as of) as i",
        "insert into notifications (user_id, notification_type, title)"
        " select u.id, 'announcement', 'x' from users as u",
    ):
        conn.execute(statement.encode(), {"n": people, "c": life.course.id, "d": life.discussion})
    conn.execute("analyze")
