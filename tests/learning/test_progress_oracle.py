"""Random lives on random courses, against an oracle that keeps sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgacademy.testing import acting
from tests.learning.invariants import assert_invariants
from tests.support.effort import effort
from tests.support.factories import Connection, insert, make_course, make_user

PEOPLE = 2


@dataclass
class Oracle:
    """What the rules say, without SQL: a lesson counts if shown and mandatory; completed is for good."""

    lessons: dict[UUID, dict[str, bool]] = field(default_factory=dict)
    status: dict[UUID, str] = field(default_factory=dict)
    done: dict[UUID, set[UUID]] = field(default_factory=dict)

    def counted(self) -> list[UUID]:
        return [lesson for lesson, is_ in self.lessons.items() if is_["active"] and is_["mandatory"]]

    def settle(self) -> None:
        counted = set(self.counted())
        for user, status in self.status.items():
            if status == "active" and counted and counted <= self.done[user]:
                self.status[user] = "completed"

    def next(self, user: UUID) -> UUID | None:
        left = [
            (not is_["mandatory"], n, lesson)
            for n, (lesson, is_) in enumerate(self.lessons.items())
            if is_["active"] and lesson not in self.done[user]
        ]
        return min(left)[2] if left else None

    def xp(self, user: UUID, course: UUID) -> int:
        return 50 * len(self.done[user]) + 500 * (self.status.get(user) == "completed")


step = st.tuples(
    st.sampled_from(
        ["enroll", "enroll", "drop", "complete", "complete", "complete", "add", "hide", "optional", "remove"]
    ),
    st.integers(0, PEOPLE - 1),
    st.integers(0, 9),
)


def refused(conn: Connection, user: UUID, query: str, *args: object) -> str | None:
    try:
        with acting(conn, user, "student"):
            conn.execute(query, args)
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith("PA"):
            raise
        return error.sqlstate
    return None


@settings(max_examples=effort(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=5, max_size=30), lessons=st.integers(0, 3))
@pytest.mark.filterwarnings("ignore")
def test_progress_is_what_the_oracle_says(db: Connection, steps: list[tuple[str, int, int]], lessons: int) -> None:
    with db.transaction(force_rollback=True):
        db.execute("update achievements set is_active = false")
        course = make_course(db, lessons=lessons)
        people = [make_user(db) for _ in range(PEOPLE)]
        oracle = Oracle({lesson: {"active": True, "mandatory": True} for lesson in course.lesson_ids})
        oracle.done = {user: set() for user in people}
        position = lessons

        for action, who, which in steps:
            user = people[who]
            ids = list(oracle.lessons)
            lesson = ids[which % len(ids)] if ids else None
            status = oracle.status.get(user)
            if action == "enroll":
                assert refused(db, user, "select enroll(%s)", course.id) is None
                if status in (None, "dropped"):
                    # A newcomer to a course without lessons has nothing to complete.
                    oracle.status[user] = "active"
            elif action == "drop":
                expected = {None: "PA404", "completed": "PA409"}.get(status)
                assert refused(db, user, "select drop_course(%s)", course.id) == expected
                if expected is None:
                    oracle.status[user] = "dropped"
            elif action == "add":
                position += 1
                added = insert(db, "lessons", course_id=course.id, slug=f"x-{position}", title="X", position=position)
                oracle.lessons[added] = {"active": True, "mandatory": True}
            elif lesson is None:
                continue
            elif action == "complete":
                open_ = status in ("active", "completed") and oracle.lessons[lesson]["active"]
                got = refused(db, user, "select complete_lesson(%s)", lesson)
                assert got == (None if open_ else "PA409")
                if open_:
                    oracle.done[user].add(lesson)
            elif action in ("hide", "optional"):
                key, column = ("active", "is_active") if action == "hide" else ("mandatory", "is_mandatory")
                oracle.lessons[lesson][key] = not oracle.lessons[lesson][key]
                db.execute(f"update lessons set {column} = not {column} where id = %s", (lesson,))
            elif action == "remove" and not any(lesson in done for done in oracle.done.values()):
                del oracle.lessons[lesson]
                db.execute("delete from lessons where id = %s", (lesson,))
            oracle.settle()

            counted = oracle.counted()
            for person, status in oracle.status.items():
                finished = len(oracle.done[person] & set(counted))
                row = db.execute(
                    "select e.status, e.completed_lessons_count, e.total_lessons_count, e.progress_percentage, "
                    "next_lesson(e.id), s.total_xp from enrollments as e join user_stats as s using (user_id) "
                    "where user_id = %s and course_id = %s",
                    (person, course.id),
                ).fetchone()
                assert row is not None
                percentage = round(100 * finished / len(counted), 2) if counted else 0
                assert (*row[:3], float(row[3]), *row[4:]) == (
                    status,
                    finished,
                    len(counted),
                    percentage,
                    oracle.next(person),
                    oracle.xp(person, course.id),
                )
        assert_invariants(db)
