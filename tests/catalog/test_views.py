"""v_course_catalog and v_course_outline: what they show, to whom, and how little they read for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import Connection, make_course, make_enrollment, make_user


def test_the_catalogue(db: Connection) -> None:
    before, hidden = make_course(db, title="Before"), make_course(db, published=False)
    course = make_course(db, lessons=3)
    db.execute("update lessons set is_mandatory = false where id = %s", (course.lesson_ids[0],))
    for other, required in ((before, True), (hidden, False)):
        db.execute("insert into course_prerequisites values (%s, %s, %s)", (course.id, other.id, required))
    query = "select lesson_count, instructor_name, prerequisites from v_course_catalog where course_id = %s"
    for role in ("anonymous", "student", "instructor"):
        with acting(db, None if role == "anonymous" else make_user(db), role):
            rows = db.execute(query, (course.id,)).fetchall()
            assert len(rows) == 1
            assert rows[0][0] == 2
            assert [(p["title"], p["is_required"]) for p in rows[0][2]] == [("Before", True), (None, False)]
            assert db.execute(query, (hidden.id,)).fetchall() == []
    # The catalogue shows what is published, also to the one whose draft it is.
    with acting(db, hidden.instructor_id, "instructor"):
        assert db.execute(query, (hidden.id,)).fetchall() == []
    back_office: tuple[Role, ...] = ("service", "analyst")
    for role in back_office:
        with raises_sqlstate("42501", conn=db), acting(db, None, role):
            db.execute(query, (course.id,))


def test_the_outline_is_numbered_depth_first_and_says_titles_only(db: Connection) -> None:
    course = make_course(db, lessons=3)
    one, two, _three = course.lesson_ids
    with acting(db, course.instructor_id, "instructor"):
        for n in (2, 1):
            db.execute(
                "select add_lesson(%s, %s, p_parent_lesson_id => %s, p_position => 1)", (course.id, f"1.{n}", one)
            )
        db.execute("select update_lesson(%s, p_is_active => false)", (two,))
    query = "select sequence_number, depth, title, is_chapter from v_course_outline where course_id = %s order by 1"
    expected = [(1, 1, "Lesson 1", True), (2, 2, "1.1", False), (3, 2, "1.2", False), (4, 1, "Lesson 3", False)]
    with acting(db, None, "anonymous"):
        assert db.execute(query, (course.id,)).fetchall() == expected
        assert db.execute("select count(*) from lessons where course_id = %s", (course.id,)).fetchone() == (0,)
    columns = db.execute("select * from v_course_outline limit 0").description
    assert columns is not None
    assert not {column.name for column in columns} & {"content", "body", "video_url", "materials", "description"}
    # Unpublished: still there for its instructor and those on it, for nobody else.
    student, dropped = make_user(db), make_user(db)
    make_enrollment(db, student, course)
    make_enrollment(db, dropped, course, status="dropped", dropped_at="now")
    db.execute("update courses set is_published = false where id = %s", (course.id,))
    readers: list[tuple[UUID | None, Role, list[Any]]] = [
        (None, "anonymous", []), (make_user(db), "student", []), (dropped, "student", []),
        (student, "student", expected),
        (course.instructor_id, "instructor", expected), (make_user(db, "instructor"), "instructor", []),
    ]  # fmt: skip
    for user, role, rows in readers:
        with acting(db, user, role):
            assert db.execute(query, (course.id,)).fetchall() == rows
    db.execute("update courses set deleted_at = now() where id = %s", (course.id,))
    with acting(db, student, "student"):
        assert db.execute(query, (course.id,)).fetchall() == []


FILL = """
with people as (
    insert into users (username, role)
    select 'p' || n, 'instructor' from generate_series(%(first)s::int, %(last)s::int) as n
    returning id, username
)
insert into courses (slug, title, instructor_id, is_published, published_at)
select
    'c-' || username, 'Course ' || username, id, true,
    timestamptz '2024-01-01' + substr(username, 2)::int * interval '1 minute'
from people
"""
LESSONS = """
insert into lessons (course_id, slug, title, position)
select id, 'lesson', 'Lesson', 1 from courses as c where not exists (select from lessons as l where l.course_id = c.id)
"""
PAGES = {
    "first page": "select * from v_course_catalog order by published_at desc, course_id desc limit 20",
    "later page": "select * from v_course_catalog where (published_at, course_id) < "
    "('2024-01-01 12:00+00', '00000000-0000-0000-0000-000000000000') "
    "order by published_at desc, course_id desc limit 20",
    "one course": "select * from v_course_catalog where slug = 'c-p70'",
    "outline": "select * from v_course_outline where course_slug = 'c-p70'",
    "lessons": "select * from lessons where course_id = (select id from courses where slug = 'c-p70')",
    "search": "select * from search_courses(p_limit => 20)",
}


def buffers(conn: Connection, query: str) -> int:
    conn.execute(query)  # caches of the session are not the query's business
    row: Any = conn.execute("explain (analyze, buffers, format json) " + query).fetchone()
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.late
def test_a_page_reads_its_own_rows_only(school: SchoolDatabase) -> None:
    """Ten times the courses and people: at most half as much again is read, by whoever asks."""
    owner = school.connect(autocommit=True)
    student, teacher = make_user(owner), make_user(owner, "instructor")
    make_enrollment(owner, student, make_course(owner, teacher))
    readers: list[tuple[Any, Any]] = [(None, "anonymous"), (student, "student"), (teacher, "instructor")]
    measured: list[dict[tuple[str, str], int]] = []
    few = effort(1_200)
    for first, last in ((1, few), (few + 1, 10 * few)):
        owner.execute(FILL, {"first": first, "last": last})
        owner.execute(LESSONS)
        owner.execute("vacuum analyze users, public_profiles, courses, course_stats, lessons, course_prerequisites")
        measured.append({})
        for person, role in readers:
            with school.app(person, role) as conn:
                for name, query in PAGES.items():
                    measured[-1][role, name] = buffers(conn, query)
    small, large = measured
    for page in small:
        assert large[page] <= 1.5 * small[page], (page, small[page], large[page])
