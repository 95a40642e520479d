"""Authors change a course while its learners work in it: both wait for their turn, and none for each other."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.factories import Connection, Course, make_course, make_enrollment, make_user, race

SECONDS = 4
#: A lesson that was removed, hidden or made a chapter a moment ago, an order that no longer fits.
REFUSALS = {"PA404", "PA409", "23503"}
LEARNERS = ("complete", "complete", "record", "record", "start", "leave", "come back")
AUTHORS = ("remove", "add", "reorder", "hide", "rename")


def act(conn: Connection, what: str, course: Course, learner: UUID, dice: random.Random) -> None:
    """One request. The course shrinks and grows around three lessons, so that now and then somebody completes it."""
    lessons = [
        row[0]
        for row in conn.execute(
            "select id from lessons where course_id = %s and is_active order by id", (course.id,)
        ).fetchall()
    ]
    if what in ("remove", "hide") and len(lessons) < 3:
        what = "add"
    lesson = dice.choice(lessons) if lessons else course.lesson_ids[0]

    dice.shuffle(lessons)
    person: UUID | None
    role: Role
    person, role = (learner, "student") if what in LEARNERS else (course.instructor_id, "instructor")
    if what == "record":
        person, role = None, "service"
    requests: dict[str, tuple[Any, ...]] = {
        "complete": ("select complete_lesson(%s, 10)", lesson),
        "start": ("select start_lesson(%s)", lesson),
        "record": ("select record_completion(%s, %s, %s)", learner, lesson, dice.randint(1, 100)),
        "leave": ("select drop_course(%s)", course.id),
        "come back": ("select enroll(%s)", course.id),
        "remove": ("select remove_lesson(%s)", lesson),
        "add": ("select add_lesson(%s, 'L', p_position => 2)", course.id),
        "reorder": ("select reorder_lessons(%s, null, %s)", course.id, lessons),
        "hide": ("select update_lesson(%s, p_is_active => false)", lesson),
        "rename": ("select update_lesson(%s, p_slug => %s)", lesson, f"l-{dice.getrandbits(60)}"),
    }
    query, *args = requests[what]
    with conn.transaction(), acting(conn, person, role):
        conn.execute(query, args)


@pytest.mark.slow
def test_authors_and_learners_never_deadlock(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    courses = [make_course(owner, lessons=3) for _ in range(2)]
    learners = [make_user(owner) for _ in range(8)]
    for course in courses:
        for learner in learners:
            make_enrollment(owner, learner, course)
    conns = [school.connect(autocommit=True) for _ in range(8)]
    deadlocks: list[str] = []
    done: set[str] = set()
    end = time.monotonic() + SECONDS

    def work(i: int) -> Counter[str]:
        dice = random.Random(i)
        outcomes: Counter[str] = Counter()
        # A slow machine may need longer.
        while time.monotonic() < end + 60 * (len(done) < len({*LEARNERS, *AUTHORS})):
            what = dice.choice(LEARNERS if i % 2 else AUTHORS)
            try:
                act(conns[i], what, dice.choice(courses), dice.choice(learners), dice)
                outcomes[what] += 1
                done.add(what)
            except psycopg.Error as error:
                if error.sqlstate not in REFUSALS | {"40P01"}:
                    raise
                outcomes[error.sqlstate or ""] += 1
                if error.sqlstate == "40P01":
                    deadlocks.append(f"{what}: {error.diag.message_detail}\n{error.diag.context}")
        return outcomes

    outcomes: Counter[str] = Counter()
    for result in race(8, work, timeout=SECONDS + 120):
        if isinstance(result, Exception):
            raise result
        outcomes += result

    assert outcomes["40P01"] == 0, "\n\n".join([str(outcomes), *deadlocks])
    assert all(outcomes[what] for what in LEARNERS + AUTHORS), outcomes
    assert owner.execute("select * from verify_integrity()").fetchall() == []


def test_moving_a_lesson_does_not_wait_for_its_learners(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    course = make_course(owner, lessons=3)
    author = school.connect(autocommit=True)
    author.execute("set lock_timeout = '2s'")
    held = school.connect()
    # What a foreign key does to the lesson that a learner begins.
    held.execute("select from lessons where course_id = %s for key share", (course.id,))
    with author.transaction(), acting(author, course.instructor_id, "instructor"):
        author.execute("select reorder_lessons(%s, null, %s)", (course.id, course.lesson_ids[::-1]))
        author.execute("select add_lesson(%s, 'First', p_position => 1)", (course.id,))
        author.execute(
            "select update_lesson(%s, p_title => 'T', p_slug => 'lesson-1', p_is_active => false)",
            (course.lesson_ids[0],),
        )
    held.rollback()


def test_two_lessons_share_a_place_only_until_the_check(school: SchoolDatabase) -> None:
    conn = school.connect()
    course = make_course(conn, lessons=2)
    first, second = course.lesson_ids
    conn.commit()

    with pytest.raises(psycopg.errors.ExclusionViolation):
        conn.execute("update lessons set position = 2 where id = %s", (first,))
    conn.rollback()

    conn.execute("set constraints lessons_course_id_parent_lesson_id_position_excl deferred")
    conn.execute("update lessons set position = 2 where id = %s", (first,))
    conn.execute("update lessons set position = 1 where id = %s", (second,))
    conn.commit()

    conn.execute("set constraints lessons_course_id_parent_lesson_id_position_excl deferred")
    conn.execute("update lessons set position = 2 where id = %s", (second,))
    with pytest.raises(psycopg.errors.ExclusionViolation):
        conn.commit()
