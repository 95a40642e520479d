"""The demo school is all there after one run, the same after two, and a day in it can be played again."""

from __future__ import annotations

import importlib.util
import io
from typing import Any

import psycopg
import pytest
from psycopg import sql
from rich.console import Console

from pgacademy import demo, sources
from pgacademy.errors import UsageError
from pgacademy.testing import SchoolDatabase


def seed(school: SchoolDatabase) -> None:
    path = sources.tree().seeds / "demo" / "load.py"
    spec = importlib.util.spec_from_file_location("demo_seed", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.load(school.dsn, school.name)


def one(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query).fetchone()
    assert row is not None
    return row[0]


def digest(school: SchoolDatabase) -> dict[str, Any]:
    """Every table of the school, every column and the rows' versions: what has not been written is the same."""
    conn = school.connect(autocommit=True)
    tables = conn.execute(
        "select c.relname from pg_class as c where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace"
    ).fetchall()
    assert len(tables) > 25
    query = "select md5(string_agg(t::text || t.xmin::text, '|' order by t::text)) from {} as t"
    return {
        name: row[0]
        for (name,) in tables
        if (row := conn.execute(sql.SQL(query).format(sql.Identifier(name))).fetchone()) is not None
    }


def test_a_second_run_changes_nothing(school: SchoolDatabase) -> None:
    seed(school)
    first = digest(school)
    seed(school)
    assert digest(school) == first


@pytest.mark.late
def test_the_day_can_be_played_again(school: SchoolDatabase) -> None:
    seed(school)
    day = demo.play(school.dsn, school.name)
    first = digest(school)
    again = demo.play(school.dsn, school.name)
    seed(school)
    assert digest(school) == first
    assert again == day

    assert [done["course_completed"] for _, done in day.lessons] == [False, False, False, True]
    assert sum(done["levels_gained"] for _, done in day.lessons) > 0
    assert {a["title"] for _, done in day.lessons for a in done["achievements"]} >= {"On a Roll", "Finisher"}
    assert day.lessons[-1][1]["current_streak"] == 3
    assert day.dashboard["total_xp"] == day.lessons[-1][1]["total_xp"]
    assert sum(row["is_ada"] for row in day.leaderboard) == 1


@pytest.mark.late
def test_nothing_that_was_borrowed_is_kept(school: SchoolDatabase) -> None:
    memberships = (
        "select array_agg(concat_ws(' ', m.roleid, m.member, m.admin_option) order by m.roleid, m.member)"
        " from pg_auth_members as m"
    )
    conn = school.connect(autocommit=True)
    before = one(conn, memberships)
    seed(school)
    demo.play(school.dsn, school.name)
    assert one(conn, memberships) == before


def test_the_school_is_alive_and_sound(school: SchoolDatabase) -> None:
    seed(school)
    conn = school.connect(autocommit=True)
    assert one(conn, "select count(*) from users where role = 'student'") == 12
    assert one(conn, "select count(*) from users where role = 'admin'") == 1
    assert one(conn, "select count(*) from users where role = 'instructor' and is_approved") == 2
    assert one(conn, "select count(*) from v_course_catalog") == 6
    assert one(conn, "select count(*) from lessons where parent_lesson_id is not null") > 5
    assert one(conn, "select count(*) from course_prerequisites where is_required") == 2
    assert one(conn, "select count(distinct status) from enrollments") == 3
    assert one(conn, "select count(*) from enrollments where rating is not null") > 10
    assert one(conn, "select count(*) from user_achievements") > 20
    assert one(conn, "select max(completed_at) < now() from lesson_progress")
    assert one(conn, "select count(*) from list_projects() where like_count > 0 and view_count > 0") == 2
    assert one(conn, "select count(*) from projects where nft_token_id is not null") == 1
    assert one(conn, "select count(*) from verify_integrity()") == 0


@pytest.mark.late
def test_the_course_that_the_documents_name(school: SchoolDatabase) -> None:
    seed(school)
    row = (
        school.connect(autocommit=True)
        .execute(
            "select title, description, discipline, difficulty, estimated_minutes, learning_objectives, is_published"
            " from courses where slug = 'mechanical-engineering-fundamentals'"
        )
        .fetchone()
    )
    assert row == (
        "Mechanical Engineering Fundamentals",
        "Learn the basics of mechanical engineering through car design",
        "mechanical",
        "beginner",
        300,
        {
            "objectives": [
                "Understand basic physics principles",
                "Learn about materials and their properties",
                "Master vehicle design concepts",
            ]
        },
        True,
    )


@pytest.mark.late
def test_it_is_drawn_in_80_columns_without_a_terminal(school: SchoolDatabase) -> None:
    seed(school)
    out = io.StringIO()
    long = f"psql postgresql://somewhere/{'x' * 80}"  # to be copied: in one piece, however long
    demo.show(demo.play(school.dsn, school.name), Console(file=out, width=80), ["psql here", long], ["pgacademy down"])
    text = out.getvalue()
    assert long in text
    assert max(len(line) for line in text.splitlines() if long not in line) <= 80
    assert "\x1b" not in text
    for expected in ("Ada Nwosu", "Ledgers Explained", "Mei-Ling Chen", "psql here", "pgacademy down"):
        assert expected in text


def test_without_the_demo_school_it_says_so(school: SchoolDatabase) -> None:
    with pytest.raises(UsageError):
        demo.play(school.dsn, school.name)
    assert one(school.connect(autocommit=True), "select count(*) from users") == 0
