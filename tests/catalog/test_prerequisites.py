"""The graphs of courses and lessons never have a cycle: whoever writes, however many, at any isolation level."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_course, make_user, race

LEVELS = [
    IsolationLevel.READ_COMMITTED,
    IsolationLevel.REPEATABLE_READ,
    pytest.param(IsolationLevel.SERIALIZABLE, marks=pytest.mark.slow),
]


def is_acyclic(edges: list[tuple[UUID, UUID]]) -> bool:
    """Kahn's algorithm: peel off nodes nothing points to until none is left."""
    left = set(edges)
    while left:
        sources = {a for a, _ in left} - {b for _, b in left}
        if not sources:
            return False
        left = {edge for edge in left if edge[0] not in sources}
    return True


def test_the_oracle_knows_a_cycle() -> None:
    a, b, c = uuid4(), uuid4(), uuid4()
    assert is_acyclic([(a, b), (b, c), (a, c)])
    assert not is_acyclic([(a, b), (b, c), (c, a)])


def test_adding_changing_and_removing(db: Connection) -> None:
    a = make_course(db)
    b = make_course(db, slug="the-b")
    draft = make_course(db, published=False)
    with acting(db, a.instructor_id, "instructor"):
        db.execute("select add_prerequisite(%s, %s)", (a.id, b.id))
        db.execute("select add_prerequisite(%s, %s, false)", (a.id, b.id))
        rows = db.execute(
            "select prerequisite_course_id, is_required from course_prerequisites where course_id = %s", (a.id,)
        ).fetchall()
        assert rows == [(b.id, False)]
        for other in (draft.id, uuid4(), None):
            with raises_sqlstate("PA404", conn=db):
                db.execute("select add_prerequisite(%s, %s)", (a.id, other))
        with raises_sqlstate("PA422", conn=db):
            db.execute("select add_prerequisite(%s, %s)", (a.id, a.id))
        with raises_sqlstate("PA422", conn=db):
            db.execute("select add_prerequisite(%s, %s, null)", (a.id, b.id))
    with acting(db, b.instructor_id, "instructor"), raises_sqlstate("PA409", conn=db) as raised:
        db.execute("select add_prerequisite(%s, %s)", (b.id, a.id))
    assert raised.detail is not None
    path = raised.detail.split(" -> ")
    assert path[0] == path[-1] == "the-b"
    assert len(path) == 3
    with acting(db, a.instructor_id, "instructor"):
        db.execute("select remove_prerequisite(%s, %s)", (a.id, b.id))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select remove_prerequisite(%s, %s)", (a.id, b.id))


def test_a_cycle_in_one_statement_or_by_update(db: Connection) -> None:
    a, b, c = (make_course(db, lessons=0).id for _ in range(3))
    cycle = "insert into course_prerequisites (course_id, prerequisite_course_id) values (%s, %s), (%s, %s)"
    with raises_sqlstate("PA409", conn=db):
        db.execute(cycle, (a, b, b, a))
    db.execute(cycle, (a, b, b, c))
    with raises_sqlstate("PA409", conn=db):
        db.execute("update course_prerequisites set prerequisite_course_id = %s where course_id = %s", (a, b))


def test_a_ladder_of_diamonds_is_checked_in_no_time(db: Connection) -> None:
    """2^40 ways lead from top to bottom; each course is looked at once."""
    rungs = [[make_course(db, lessons=0).id for _ in range(2)] for _ in range(40)]
    edges = [(x, y) for low, high in itertools.pairwise(rungs) for x in low for y in high]
    db.execute("set local statement_timeout = '20s'")
    with db.cursor() as cursor:
        cursor.executemany(
            "insert into course_prerequisites (course_id, prerequisite_course_id) values (%s, %s)", edges
        )
    with raises_sqlstate("PA409", conn=db):
        db.execute(
            "insert into course_prerequisites (course_id, prerequisite_course_id) values (%s, %s)",
            (rungs[-1][0], rungs[0][0]),
        )


def _retrying(school: SchoolDatabase, user: UUID, level: IsolationLevel, statement: str, args: tuple[Any, ...]) -> str:
    """Until it is in or refused. A serialization failure, and a deadlock, says: again."""
    for _ in range(200):
        try:
            with school.app(user, "instructor", isolation=level) as conn:
                conn.execute("select count(*) from course_prerequisites")  # the snapshot is from before the guard
                conn.execute(statement, args)
            return "in"
        except psycopg.Error as error:
            if error.sqlstate == "PA409":
                return "refused"
            if error.sqlstate not in ("40001", "40P01"):
                raise
    raise AssertionError("never got through")


@pytest.mark.late
@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_course_edges_from_sixteen_connections(school: SchoolDatabase, level: IsolationLevel) -> None:
    owner = school.connect(autocommit=True)
    ina = make_user(owner, "instructor")
    courses = [make_course(owner, ina, lessons=0).id for _ in range(5)]

    def work(i: int) -> list[str]:
        rng = random.Random(i)
        pairs = [rng.sample(courses, 2) for _ in range(3)]
        # A ring first: whichever comes last must be refused.
        pairs.insert(0, [courses[i % 5], courses[(i + 1) % 5]])
        return [_retrying(school, ina, level, "select add_prerequisite(%s, %s)", (a, b)) for a, b in pairs]

    results = race(16, work, timeout=120)
    assert not [r for r in results if isinstance(r, Exception)]
    edges = owner.execute("select course_id, prerequisite_course_id from course_prerequisites").fetchall()
    assert edges
    assert is_acyclic(edges)
    assert any("refused" in r for r in results if isinstance(r, list))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_two_edges_that_close_a_cycle_between_them(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Both transactions have their snapshot before either writes."""
    owner = school.connect(autocommit=True)
    ina = make_user(owner, "instructor")
    a, b = (make_course(owner, ina, lessons=0).id for _ in range(2))
    outcomes = race(2, lambda i: _retrying(school, ina, level, "select add_prerequisite(%s, %s)", ((a, b), (b, a))[i]))
    assert sorted(map(str, outcomes)) == ["in", "refused"]


@pytest.mark.late
@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_lesson_trees_and_edges_from_sixteen_connections(school: SchoolDatabase, level: IsolationLevel) -> None:
    owner = school.connect(autocommit=True)
    course = make_course(owner, lessons=5)
    lessons = course.lesson_ids
    edged = make_course(owner, course.instructor_id, lessons=5)

    def work(i: int) -> list[str]:
        rng = random.Random(i)
        x, y = rng.sample(lessons, 2)
        p, q = rng.sample(edged.lesson_ids, 2)
        return [
            _retrying(school, course.instructor_id, level, "select move_lesson(%s, %s)", (x, y)),
            _retrying(school, course.instructor_id, level, "select add_lesson_prerequisite(%s, %s)", (p, q)),
        ]

    results = race(16, work, timeout=120)
    assert not [r for r in results if isinstance(r, Exception)]
    parents = owner.execute("select id, parent_lesson_id from lessons where parent_lesson_id is not null").fetchall()
    edges = owner.execute("select lesson_id, prerequisite_lesson_id from lesson_prerequisites").fetchall()
    assert parents
    assert is_acyclic(parents)
    assert edges
    assert is_acyclic(edges)
    leaves = set(lessons) - {parent for _, parent in parents}
    row = owner.execute("select lesson_count from course_stats where course_id = %s", (course.id,)).fetchone()
    assert row == (len(leaves),)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_the_table_guards_itself(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Plain inserts, no procedure in between: the second writer waits for the first and then sees it, or fails."""
    first, second = school.connect(), school.connect()
    a, b = make_course(first, lessons=0).id, make_course(first, lessons=0).id
    first.commit()
    insert = "insert into course_prerequisites (course_id, prerequisite_course_id) values (%s, %s)"
    for conn in (first, second):
        conn.isolation_level = level
        conn.execute("select count(*) from course_prerequisites")
    first.execute(insert, (a, b))

    def write(i: int) -> str | None:
        if i == 0:
            time.sleep(0.3)  # until the other one waits; were it not to wait, it would have its cycle by now
            first.commit()
            return None
        try:
            second.execute(insert, (b, a))
            second.commit()
        except psycopg.Error as error:
            return error.sqlstate
        return "in"

    assert race(2, write)[1] == ("PA409" if level == IsolationLevel.READ_COMMITTED else "40001")


@pytest.mark.parametrize("hidden", ["is_published = false", "is_active = false", "deleted_at = now()"])
def test_what_is_missing_is_named_only_where_anyone_finds_it(db: Connection, hidden: str) -> None:
    course, seen, secret = make_course(db), make_course(db, slug="seen"), make_course(db, slug="secret")
    student = make_user(db)
    db.execute(f"update courses set {hidden} where id = %s", (secret.id,))
    for other, expected in ((secret, "missing = 1 not published"), (seen, "and 1 not published")):
        db.execute("insert into course_prerequisites values (%s, %s)", (course.id, other.id))
        with raises_sqlstate("PA409", conn=db) as raised, acting(db, student, "student"):
            db.execute("select enroll(%s)", (course.id,))
        assert expected in (raised.detail or "")
        assert "secret" not in (raised.detail or "")
        assert str(secret.id) not in (raised.detail or "")
    assert f"seen ({seen.id})" in (raised.detail or "")


def test_a_hidden_lesson_is_not_named(db: Connection) -> None:
    course, student = make_course(db), make_user(db)
    first, second, third = course.lesson_ids
    for before in (first, second):
        db.execute("insert into lesson_prerequisites values (%s, %s, %s)", (course.id, third, before))
    db.execute("update lessons set is_active = false where id = %s", (second,))
    with acting(db, student, "student"):
        db.execute("select enroll(%s)", (course.id,))
        with raises_sqlstate("PA409", conn=db) as raised:
            db.execute("select start_lesson(%s)", (third,))
    assert raised.detail == f"missing = lesson-1 ({first})"
