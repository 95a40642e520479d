"""add_lesson, update_lesson, remove_lesson, move_lesson, reorder_lessons, lesson prerequisites, triggers on lessons."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy.testing import SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, Course, insert, make_course, make_enrollment, make_user, race
from tests.support.queries import one


@pytest.fixture
def course(db: Connection) -> Iterator[Course]:
    course = make_course(db, lessons=4)
    with acting(db, course.instructor_id, "instructor"):
        yield course


def order(conn: Connection, course: UUID, parent: UUID | None = None) -> list[UUID]:
    """The lessons of a chapter in order; their positions are 1, 2, 3, …"""
    rows = conn.execute(
        "select id, position from lessons where course_id = %s and parent_lesson_id is not distinct from %s "
        "order by position",
        (course, parent),
    ).fetchall()
    assert [position for _, position in rows] == list(range(1, len(rows) + 1))
    return [lesson for lesson, _ in rows]


def test_lessons_are_appended_or_put_between(db: Connection, course: Course) -> None:
    last, slug, position = one(db, "select * from add_lesson(%s, 'Lesson 1')", course.id)
    assert (slug, position) == ("lesson-1-2", 5)
    first = one(db, "select lesson_id from add_lesson(%s, 'First', p_position => 1)", course.id)
    third = one(db, "select lesson_id from add_lesson(%s, 'Third', p_position => 3)", course.id)
    far = one(db, "select lesson_id from add_lesson(%s, 'Far', p_position => 2147483647)", course.id)
    a, *rest = course.lesson_ids
    assert order(db, course.id) == [first, a, third, *rest, last, far]


def test_a_lesson_with_lessons_inside_is_a_chapter(db: Connection, course: Course) -> None:
    chapter = course.lesson_ids[1]
    inside = one(db, "select lesson_id from add_lesson(%s, 'In', p_parent_lesson_id => %s)", course.id, chapter)
    second = one(
        db, "select lesson_id from add_lesson(%s, 'In', p_parent_lesson_id => %s, p_position => 1)", course.id, chapter
    )
    assert order(db, course.id, chapter) == [second, inside]
    assert one(db, "select lesson_count from course_stats where course_id = %s", course.id) == 5
    # Both are hidden: the chapter does not become something to complete.
    for lesson in (inside, second):
        db.execute("select update_lesson(%s, p_is_active => false)", (lesson,))
    assert one(db, "select lesson_count from course_stats where course_id = %s", course.id) == 3


def test_update_changes_what_is_given(db: Connection, course: Course) -> None:
    lesson = course.lesson_ids[0]
    db.execute("select update_lesson(%s, p_body => 'b', p_video_url => 'v', p_is_preview => true)", (lesson,))
    db.execute("select update_lesson(%s, p_title => 'T', p_clear => '{video_url}')", (lesson,))
    assert one(db, "select title, body, video_url, is_preview from lessons where id = %s", lesson) == (
        "T",
        "b",
        None,
        True,
    )
    for clear in ("{title}", "{NULL}", "{position}"):
        with raises_sqlstate("PA422", conn=db):
            db.execute("select update_lesson(%s, p_clear => %s)", (lesson, clear))


def test_removing_deletes_and_closes_the_gap(db: Connection, course: Course) -> None:
    a, b, c, d = course.lesson_ids
    db.execute("select add_lesson(%s, 'In', p_parent_lesson_id => %s)", (course.id, b))
    assert one(db, "select remove_lesson(%s)", b) == "deleted"
    assert order(db, course.id) == [a, c, d]
    assert one(db, "select count(*) from lessons where course_id = %s", course.id) == 3


def _begin(db: Connection, course: Course, lesson: UUID) -> UUID:
    user = make_user(db)
    enrollment = make_enrollment(db, user, course, total_lessons_count=4)
    insert(
        db, "lesson_progress", enrollment_id=enrollment, user_id=user, course_id=course.id, lesson_id=lesson,
        status="in_progress", started_at="now",
    )  # fmt: skip
    return enrollment


def test_removing_what_somebody_began_hides_it(db: Connection) -> None:
    course = make_course(db, lessons=4)
    chapter, *_ = course.lesson_ids
    with acting(db, course.instructor_id, "instructor"):
        inside = one(db, "select lesson_id from add_lesson(%s, 'In', p_parent_lesson_id => %s)", course.id, chapter)
        db.execute("select add_lesson_prerequisite(%s, %s)", (course.lesson_ids[1], inside))
    enrollment = _begin(db, course, inside)
    with acting(db, course.instructor_id, "instructor"):
        assert one(db, "select remove_lesson(%s)", chapter) == "deactivated"
    assert one(db, "select count(*) from lessons where course_id = %s and is_active", course.id) == 3
    assert one(db, "select count(*) from lesson_prerequisites where course_id = %s", course.id) == 0
    # The learners' progress was counted anew at once.
    assert one(db, "select total_lessons_count from enrollments where id = %s", enrollment) == 3


def test_moving_between_chapters(db: Connection, course: Course) -> None:
    a, b, c, d = course.lesson_ids
    assert one(db, "select move_lesson(%s, %s)", c, a) == 1
    assert one(db, "select move_lesson(%s, %s, 1)", b, a) == 1
    assert order(db, course.id) == [a, d]
    assert order(db, course.id, a) == [b, c]
    assert one(db, "select lesson_count from course_stats where course_id = %s", course.id) == 3
    assert one(db, "select move_lesson(%s, null, 1)", b) == 1
    assert order(db, course.id) == [b, a, d]
    assert one(db, "select move_lesson(%s, null, 3)", b) == 3
    assert order(db, course.id) == [a, d, b]
    assert one(db, "select move_lesson(%s, null, 2)", b) == 2
    assert order(db, course.id) == [a, b, d]
    assert one(db, "select move_lesson(%s, null)", a) == 3
    assert order(db, course.id) == [b, d, a]
    with raises_sqlstate("PA409", conn=db):
        db.execute("select move_lesson(%s, %s)", (a, c))
    with raises_sqlstate("PA409", conn=db):
        db.execute("select move_lesson(%s, %s)", (a, a))
    with raises_sqlstate("PA422", conn=db):
        db.execute("select move_lesson(%s, %s)", (a, uuid4()))
    with raises_sqlstate("PA422", conn=db):
        db.execute("select move_lesson(%s, null, 0)", (a,))
    with raises_sqlstate("PA404", conn=db):
        db.execute("select move_lesson(%s, null)", (uuid4(),))


def test_a_tree_stays_a_tree_whoever_writes(db: Connection) -> None:
    a, b, c = (course := make_course(db)).lesson_ids
    db.execute("update lessons set parent_lesson_id = %s where id = %s", (a, b))
    with raises_sqlstate("PA409", conn=db) as raised:
        db.execute("update lessons set parent_lesson_id = %s where id = %s", (b, a))
    assert raised.detail == "lesson-1 -> lesson-2 -> lesson-1"
    # Both edges of a cycle in one statement.
    db.execute("update lessons set parent_lesson_id = null, position = position + 10 where id = %s", (b,))
    with raises_sqlstate("PA409", conn=db):
        db.execute(
            "update lessons set parent_lesson_id = case id when %(b)s then %(c)s else %(b)s end "
            "where id in (%(b)s, %(c)s)",
            {"b": b, "c": c},
        )
    with raises_sqlstate("PA409", conn=db):
        db.execute("update lessons set course_id = %s where id = %s", (make_course(db).id, c))
    assert one(db, "select count(*) from lessons where course_id = %s and parent_lesson_id is null", course.id) == 3


def test_hiding_a_chapter_hides_all_in_it(db: Connection, course: Course) -> None:
    a, b, c, d = course.lesson_ids
    db.execute("select move_lesson(%s, %s)", (b, a))
    db.execute("select move_lesson(%s, %s)", (c, b))
    db.execute("select update_lesson(%s, p_is_active => false)", (a,))
    assert one(db, "select array_agg(id) from lessons where is_active and course_id = %s", course.id) == [d]
    assert one(db, "select lesson_count, lesson_sync from course_stats where course_id = %s", course.id) == (1, "done")
    with raises_sqlstate("PA409", conn=db):
        db.execute("select update_lesson(%s, p_is_active => true)", (c,))
    with raises_sqlstate("PA409", conn=db):
        db.execute("select move_lesson(%s, %s)", (d, a))


def test_reordering(db: Connection, course: Course) -> None:
    a, b, c, d = course.lesson_ids
    db.execute("select reorder_lessons(%s, null, %s)", (course.id, [d, b, a, c]))
    assert order(db, course.id) == [d, b, a, c]
    db.execute("select update_lesson(%s, p_is_active => false)", (b,))
    db.execute("select reorder_lessons(%s, null, %s)", (course.id, [a, c, d]))
    assert order(db, course.id) == [a, c, d, b]
    for bad, code in (
        ([a, c], "PA409"),
        ([a, c, d, uuid4()], "PA409"),
        ([a, c, d, d], "PA422"),
        ([a, c, d, None], "PA422"),
        (None, "PA422"),
        ([], "PA409"),
    ):
        with raises_sqlstate(code, conn=db):
            db.execute("select reorder_lessons(%s, null, %s::uuid[])", (course.id, bad))
    with raises_sqlstate("PA422", conn=db):
        db.execute("select reorder_lessons(%s, %s, %s)", (course.id, uuid4(), [a]))
    assert order(db, course.id) == [a, c, d, b]


def test_lesson_prerequisites(db: Connection, course: Course) -> None:
    a, b, c, d = course.lesson_ids
    db.execute("select add_lesson_prerequisite(%s, %s)", (b, a))
    db.execute("select add_lesson_prerequisite(%s, %s)", (b, a))
    db.execute("select add_lesson_prerequisite(%s, %s)", (c, b))
    with raises_sqlstate("PA409", conn=db) as raised:
        db.execute("select add_lesson_prerequisite(%s, %s)", (a, c))
    assert raised.detail == "lesson-1 -> lesson-3 -> lesson-2 -> lesson-1"
    for wrong in (d, uuid4(), None):
        with raises_sqlstate("PA422", conn=db):
            db.execute("select add_lesson_prerequisite(%s, %s)", (d, wrong))
    # What is a prerequisite cannot become a chapter, and a chapter not a prerequisite.
    with raises_sqlstate("PA409", conn=db):
        db.execute("select move_lesson(%s, %s)", (d, a))
    db.execute("select move_lesson(%s, %s)", (c, d))
    with raises_sqlstate("PA422", conn=db):
        db.execute("select add_lesson_prerequisite(%s, %s)", (a, d))
    db.execute("select remove_lesson_prerequisite(%s, %s)", (c, b))
    with raises_sqlstate("PA404", conn=db):
        db.execute("select remove_lesson_prerequisite(%s, %s)", (c, b))


@pytest.fixture
def refreshes(db: Connection) -> Connection:
    """refresh_course_progress() replaced by one that only counts its calls."""
    db.execute("create table refreshes (course_id uuid)")
    db.execute(
        "create or replace function refresh_course_progress(p_course_id uuid) returns void language sql "
        "begin atomic insert into refreshes values (p_course_id); end"
    )
    return db


def test_progress_is_recounted_once_a_statement_and_only_for_learners(refreshes: Connection) -> None:
    db = refreshes
    course = make_course(db)
    many = (
        "insert into lessons (course_id, title, slug, position) "
        "select %s, 'L', %s || n, %s + n from generate_series(1, 200) as n"
    )
    db.execute(many, (course.id, "a", 100))
    assert one(db, "select count(*) from refreshes") == 0
    make_enrollment(db, make_user(db), course)
    db.execute(many, (course.id, "b", 400))
    assert one(db, "select count(*) from refreshes") == 1
    ids = order_ids(db, course.id)
    random.Random(1).shuffle(ids)
    with acting(db, course.instructor_id, "instructor"):
        db.execute("select reorder_lessons(%s, null, %s)", (course.id, ids))
        db.execute("select add_lesson(%s, 'Optional', p_is_mandatory => false)", (course.id,))
        assert order(db, course.id)[:-1] == ids
    assert one(db, "select count(*) from refreshes") == 1
    db.execute("set constraints refresh_progress deferred")
    with acting(db, course.instructor_id, "instructor"):
        for _ in range(3):
            db.execute("select add_lesson(%s, 'More')", (course.id,))
        # Deferred, it runs when the caller is back in their own role.
        assert one(db, "select lesson_count from course_stats where course_id = %s", course.id) == 406
    assert one(db, "select count(*) from refreshes") == 1
    db.execute("set constraints refresh_progress immediate")
    assert one(db, "select count(*) from refreshes") == 2
    assert one(db, "select lesson_sync from course_stats where course_id = %s", course.id) == "done"


def order_ids(conn: Connection, course: UUID) -> list[UUID]:
    return [r[0] for r in conn.execute("select id from lessons where course_id = %s order by position", (course,))]


def test_sixteen_people_reorder_and_add_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    course = make_course(owner, lessons=20)
    rng = random.Random(3)
    orders = [rng.sample(course.lesson_ids, 20) for _ in range(12)]

    def work(i: int) -> str:
        with school.app(course.instructor_id, "instructor") as conn:
            if i < 12:
                conn.execute("select reorder_lessons(%s, null, %s)", (course.id, orders[i]))
                return "reordered"
            conn.execute("select add_lesson(%s, 'New', p_position => %s)", (course.id, None if i < 14 else 1))
            return "added"

    results = race(16, work)
    # A list from before an added lesson no longer fits, and says so; nothing else may go wrong.
    failures = {r.sqlstate if isinstance(r, psycopg.Error) else repr(r) for r in results if isinstance(r, Exception)}
    assert failures <= {"PA409"}
    assert results.count("added") == 4
    assert len(order(owner, course.id)) == 24
    with school.app(course.instructor_id, "instructor") as conn:
        final = order(conn, course.id)[::-1]
        conn.execute("select reorder_lessons(%s, null, %s)", (course.id, final))
    assert order(owner, course.id) == final
    assert one(owner, "select lesson_count from course_stats where course_id = %s", course.id) == 24


def test_sixteen_reorders_all_succeed_and_the_last_one_stands(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    course = make_course(owner, lessons=20)
    rng = random.Random(5)
    orders = [rng.sample(course.lesson_ids, 20) for _ in range(16)]

    def work(i: int) -> None:
        with school.app(course.instructor_id, "instructor") as conn:
            conn.execute("select reorder_lessons(%s, null, %s)", (course.id, orders[i]))

    assert race(16, work) == [None] * 16
    assert order(owner, course.id) in orders


def test_a_big_number_in_a_slug_stops_no_lesson(db: Connection, course: Course) -> None:
    for slug in ("intro", "intro-9999999999"):
        db.execute("select add_lesson(%s, 'X', %s)", (course.id, slug))
    assert one(db, "select slug from add_lesson(%s, 'Intro')", course.id) == "intro-2"
    for slug in ("intro-999999", "intro-1000000"):
        db.execute("select add_lesson(%s, 'X', %s)", (course.id, slug))
    assert re.fullmatch("intro-[0-9a-f]{32}", one(db, "select slug from add_lesson(%s, 'Intro')", course.id))
