"""Who may read which rows of the catalogue's tables, and that nobody writes them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from pgacademy.testing import Role, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_course, make_enrollment, make_user

TABLES = ["courses", "course_stats", "course_prerequisites", "lessons", "lesson_prerequisites"]
ROLES: list[Role] = ["anonymous", "student", "instructor", "admin", "service", "analyst"]


def school_of(db: Connection) -> dict[str, Any]:
    """A published and a draft course, each with a preview, a prerequisite and a lesson prerequisite."""
    made: dict[str, Any] = {"before": make_course(db, lessons=0)}
    for name, published in (("public", True), ("draft", False)):
        course = made[name] = make_course(db, lessons=3, published=published)
        db.execute("update lessons set is_preview = true where id = %s", (course.lesson_ids[0],))
        db.execute("insert into course_prerequisites values (%s, %s)", (course.id, made["before"].id))
        db.execute("insert into lesson_prerequisites values (%s, %s, %s)", (course.id, *course.lesson_ids[1:]))
    return made


def seen(db: Connection, table: str, course: UUID) -> int:
    key = "id" if table == "courses" else "course_id"
    row = db.execute(f"select count(*) from {table} where {key} = %s", (course,)).fetchone()
    assert row is not None
    return cast(int, row[0])


NONE = (0, 0, 0, 0, 0)
TITLE_ONLY = (1, 1, 1, 0, 1)
PREVIEW = (1, 1, 1, 1, 1)
ALL = (1, 1, 1, 3, 1)


def test_who_sees_what(db: Connection) -> None:
    made = school_of(db)
    public, draft = made["public"], made["draft"]
    student, expired, admin = make_user(db), make_user(db), make_user(db, "admin")
    dropped, completed = make_user(db), make_user(db)
    for course in (public, draft):
        make_enrollment(db, student, course)
        make_enrollment(db, expired, course, status="expired", expires_at="now")
        make_enrollment(db, dropped, course, status="dropped", dropped_at="now")
        make_enrollment(db, completed, course, status="completed", completed_at="now", progress_percentage=100)
    readers: list[tuple[UUID | None, Role, tuple[int, ...], tuple[int, ...]]] = [
        (None, "anonymous", PREVIEW, NONE),
        (None, "student", PREVIEW, NONE),
        (make_user(db), "student", PREVIEW, NONE),
        (student, "student", ALL, ALL),
        (expired, "student", PREVIEW, NONE),
        (dropped, "student", PREVIEW, NONE),
        (completed, "student", ALL, ALL),
        (public.instructor_id, "instructor", ALL, NONE),
        (draft.instructor_id, "instructor", TITLE_ONLY, ALL),
        (draft.instructor_id, "student", PREVIEW, NONE),
        (student, "instructor", TITLE_ONLY, NONE),
        (admin, "admin", ALL, ALL),
        (student, "admin", NONE, NONE),
        (None, "admin", NONE, NONE),
    ]
    for user, role, sees_public, sees_draft in readers:
        with acting(db, user, role):
            for course, expected in ((public, sees_public), (draft, sees_draft)):
                assert tuple(seen(db, table, course.id) for table in TABLES) == expected, (role, user, course)


@pytest.mark.parametrize(("hidden", "title"), [("deleted_at = now()", 0), ("is_active = false", 1)])
def test_what_is_gone_is_gone_for_learners(db: Connection, hidden: str, title: int) -> None:
    course, student = school_of(db)["public"], make_user(db)
    make_enrollment(db, student, course)
    db.execute(f"update courses set {hidden} where id = %s", (course.id,))
    with acting(db, student, "student"):
        # The row of a hidden course stays readable to those on it, so that their list keeps its title.
        assert (seen(db, "courses", course.id), seen(db, "lessons", course.id)) == (title, 0)
    with acting(db, None, "anonymous"):
        assert (seen(db, "courses", course.id), seen(db, "lessons", course.id)) == (0, 0)


def test_a_hidden_lesson_is_hidden_from_learners(db: Connection) -> None:
    course, student = school_of(db)["public"], make_user(db)
    make_enrollment(db, student, course)
    db.execute("update lessons set is_active = false where id = %s", (course.lesson_ids[0],))
    readers: list[tuple[UUID | None, Role, int]] = [
        (None, "anonymous", 0),
        (student, "student", 2),
        (course.instructor_id, "instructor", 3),
    ]
    for user, role, expected in readers:
        with acting(db, user, role):
            assert seen(db, "lessons", course.id) == expected


def test_a_deleted_course_leaves_the_list(db: Connection) -> None:
    course, student, admin = make_course(db), make_user(db), make_user(db, "admin")
    make_enrollment(db, student, course)
    lists = """select
        (select array_agg(course_title) from v_my_courses where user_id = %s),
        (select jsonb_path_query_array(current_courses, '$[*].title') from v_user_dashboard where user_id = %s)"""
    row = db.execute("select title from courses where id = %s", (course.id,)).fetchone()
    assert row is not None
    readers: list[tuple[UUID, Role]] = [(student, "student"), (admin, "admin")]
    # Unpublished, it stays with those who are on it.
    for change, listed in (("is_published = false", [row[0]]), ("deleted_at = now()", [])):
        db.execute(f"update courses set {change} where id = %s", (course.id,))
        for user, role in readers:
            with acting(db, user, role):
                assert db.execute(lists, (student, student)).fetchone() == (listed or None, listed)


@pytest.mark.parametrize("change", ["role = 'student'", "is_active = false", "deleted_at = now()"])
def test_whoever_is_no_longer_an_instructor_has_no_drafts(db: Connection, change: str) -> None:
    draft = make_course(db, published=False)
    tables = [table for table in TABLES if table != "lessons"]
    outline = "select count(*) from v_course_outline where course_id = %s"
    db.execute("insert into course_prerequisites values (%s, %s)", (draft.id, make_course(db, lessons=0).id))
    db.execute("insert into lesson_prerequisites values (%s, %s, %s)", (draft.id, *draft.lesson_ids[1:]))
    for sees in (1, 0):
        with acting(db, draft.instructor_id, "instructor"):
            assert [seen(db, table, draft.id) for table in tables] == [sees] * 4
            assert db.execute(outline, (draft.id,)).fetchone() == (3 * sees,)
        db.execute(f"update users set {change} where id = %s", (draft.instructor_id,))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_writes_a_table(db: Connection, table: str, role: Role) -> None:
    school_of(db)
    user = make_user(db, role if role in ("instructor", "admin") else "student")
    column = "lesson_count" if table == "course_stats" else "created_at"
    commands = [
        f"insert into {table} default values",
        f"update {table} set {column} = {column}",
        f"delete from {table}",
        f"truncate {table} cascade",
    ]
    if role in ("service", "analyst"):
        commands.append(f"select from {table}")
    for command in commands:
        with raises_sqlstate("42501", conn=db), acting(db, user, role):
            db.execute(command)


INTERNAL = [
    "course_leaf_lessons(null)", "lock_course(null)", "touch_course(null)",
    "check_chapter(null, null)",
    "make_lesson_room(null, null, 1)", "require_course_author()", "require_course_staff(null)",
    "require_lesson_staff(null)",
    "slugify('x', 'y')", "check_completion_xp(1, 'xp.lesson_max', 1)",
]  # fmt: skip


@pytest.mark.parametrize("call", INTERNAL)
def test_what_is_internal_is_nobodys(db: Connection, call: str) -> None:
    for role in ROLES:
        with raises_sqlstate("42501", conn=db), acting(db, None, role):
            db.execute(f"select {call}")
