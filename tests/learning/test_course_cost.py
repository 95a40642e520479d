"""What is the same for everybody on a course is looked up once, however many they are."""

from __future__ import annotations

from decimal import Decimal

from pgacademy.testing import acting
from tests.support.factories import Connection, insert, make_course, make_enrollment, make_user
from tests.support.queries import one, rows

PEOPLE = 60


def looked_up(conn: Connection) -> int:
    """How often this transaction has gone through `lessons`, or looked one up."""
    return int(
        one(
            conn,
            "select seq_scan + coalesce(idx_scan, 0) from pg_stat_xact_user_tables"
            " where schemaname = current_schema() and relname = 'lessons'",
        )
    )


def progress_read(conn: Connection) -> int:
    """How many rows of `lesson_progress` this transaction has found by an index."""
    return int(
        one(
            conn,
            "select idx_tup_fetch from pg_stat_xact_user_tables"
            " where schemaname = current_schema() and relname = 'lesson_progress'",
        )
    )


def test_progress_counted_together_is_that_of_each(db: Connection) -> None:
    course = make_course(db, lessons=4)
    other = make_course(db, lessons=1)
    chapter, *inside = course.lesson_ids
    db.execute("update lessons set parent_lesson_id = %s, position = 1 where id = %s", (chapter, inside[0]))
    db.execute("update lessons set is_mandatory = false where id = %s", (inside[1],))
    people = [make_user(db) for _ in range(3)]
    for person in people:
        make_enrollment(db, person, course)
        make_enrollment(db, person, other)
    for person, lessons in zip(people, (inside[:2], inside, []), strict=True):
        for lesson in lessons:
            db.execute("select record_completion(%s, %s)", (person, lesson))

    for about in (course, other):
        each = rows(
            db,
            "select e.id, p.* from enrollments as e cross join lateral calculate_progress(e.id) as p"
            " where e.course_id = %s order by e.id",
            about.id,
        )
        assert rows(db, "select * from counted_progress(%s) order by enrollment_id", about.id) == each
    assert sorted(row[1:] for row in rows(db, "select * from counted_progress(%s)", course.id)) == [
        (0, 2, Decimal(0)),
        (1, 2, Decimal("50.00")),
        (2, 2, Decimal("100.00")),
    ]
    empty = insert(db, "courses", slug="empty", title="Empty", instructor_id=make_user(db, "instructor"))
    make_enrollment(db, people[0], empty)
    assert [row[1:] for row in rows(db, "select * from counted_progress(%s)", empty)] == [(0, 0, Decimal(0))]


def test_a_large_course_is_walked_through_once(db: Connection) -> None:
    course = make_course(db, lessons=3)
    for _ in range(PEOPLE):
        make_enrollment(db, make_user(db), course, current_lesson_id=course.lesson_ids[0])

    before = looked_up(db)
    assert rows(db, "select * from verify_integrity()") == []
    assert looked_up(db) - before < 2 * PEOPLE

    before = looked_up(db)
    with acting(db, course.instructor_id, "instructor"):
        db.execute("select add_lesson(p_course_id => %s, p_title => 'One more')", (course.id,))
    assert looked_up(db) - before < 2 * PEOPLE
    assert rows(db, "select distinct total_lessons_count from enrollments where course_id = %s", course.id) == [4]


def test_a_completion_does_not_read_what_others_have_done(db: Connection) -> None:
    """Also with plans made while nobody had done anything."""
    course = make_course(db, lessons=2)
    first, last = course.lesson_ids
    ada, *others = [make_user(db) for _ in range(PEOPLE)]
    for person in (ada, *others):
        make_enrollment(db, person, course)
    db.execute("analyze courses, lessons, enrollments, lesson_progress")
    with acting(db, None, "service"):
        db.execute("select record_completion(%s, %s)", (ada, first))
        db.execute("select record_completions(%s, %s)", (others, [first] * len(others)))

    before = progress_read(db)
    with acting(db, None, "service"):
        db.execute("select record_completion(%s, %s)", (ada, last))
    assert progress_read(db) - before < PEOPLE / 2
