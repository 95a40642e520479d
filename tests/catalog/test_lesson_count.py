"""course_stats.lesson_count against an oracle, for random trees changed at random, by procedures and by plain SQL."""

from __future__ import annotations

from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgacademy.testing import acting
from tests.support.effort import effort
from tests.support.factories import Connection, make_course

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "optional", "move", "hide", "show", "demand", "waive", "remove", "sql_move", "sql_delete"]
        ),
        st.integers(0, 11),
        st.integers(-1, 11),
    ),
    min_size=1,
    max_size=25,
)
STATEMENTS = {
    "add": "select add_lesson(%(course)s, 'L', p_parent_lesson_id => %(other)s)",
    "optional": "select add_lesson(%(course)s, 'L', p_parent_lesson_id => %(other)s, p_is_mandatory => false, "
    "p_position => 1)",
    "move": "select move_lesson(%(lesson)s, %(other)s, 1)",
    "hide": "select update_lesson(%(lesson)s, p_is_active => false)",
    "show": "select update_lesson(%(lesson)s, p_is_active => true)",
    "demand": "select update_lesson(%(lesson)s, p_is_mandatory => true)",
    "waive": "select update_lesson(%(lesson)s, p_is_mandatory => false)",
    "remove": "select remove_lesson(%(lesson)s)",
    "sql_move": "update lessons set parent_lesson_id = %(other)s, position = position + 100 where id = %(lesson)s",
    "sql_delete": "delete from lessons where id = %(lesson)s or parent_lesson_id = %(other)s",
}


def oracle(rows: list[tuple[UUID, UUID | None, bool, bool]]) -> int:
    """Counted in Python: reachable from the top through active lessons, mandatory, and nobody's parent."""
    by_id = {row[0]: row for row in rows}
    parents = {row[1] for row in rows}

    def is_reachable(lesson: UUID | None) -> bool:
        while lesson is not None:
            _, parent, is_active, _ = by_id[lesson]
            if not is_active:
                return False
            lesson = parent
        return True

    return sum(row[3] and row[0] not in parents and is_reachable(row[0]) for row in rows)


@settings(max_examples=effort(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_count_is_always_what_an_oracle_counts(db: Connection, steps: list[tuple[str, int, int]]) -> None:
    with db.transaction(force_rollback=True):
        course = make_course(db, lessons=3)
        for name, i, j in steps:
            lessons = [
                row[0] for row in db.execute("select id from lessons where course_id = %s order by id", (course.id,))
            ]
            if not lessons:
                break
            values = {
                "course": course.id,
                "lesson": lessons[i % len(lessons)],
                "other": None if j < 0 else lessons[j % len(lessons)],
            }
            try:
                if name.startswith("sql"):
                    with db.transaction():
                        db.execute(STATEMENTS[name], values)
                else:
                    with acting(db, course.instructor_id, "instructor"):
                        db.execute(STATEMENTS[name], values)
            except psycopg.Error as error:
                # Into itself, into something hidden, a place that is taken: refused, and nothing changed.
                if error.sqlstate not in ("PA409", "23505", "23514", "23P01"):
                    raise
            rows = db.execute(
                "select id, parent_lesson_id, is_active, is_mandatory from lessons where course_id = %s", (course.id,)
            ).fetchall()
            stats = db.execute(
                "select lesson_count, lesson_sync from course_stats where course_id = %s", (course.id,)
            ).fetchone()
            assert stats == (oracle(rows), "done"), (name, i, j)
