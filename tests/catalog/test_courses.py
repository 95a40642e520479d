"""create_course, update_course, publish_course, unpublish_course, delete_course, and the triggers on courses."""

from __future__ import annotations

import re
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.assessment.exercises import make_exercise
from tests.assessment.quizzes import make_quiz
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, insert, make_course, make_enrollment, make_user, race
from tests.support.queries import one


def test_an_approved_instructor_creates_a_draft(db: Connection) -> None:
    ina = make_user(db, "instructor")
    with acting(db, ina, "instructor"):
        course, slug = one(db, "select * from create_course('  Café & Robots II ')")
        again = one(db, "select slug from create_course('Cafe, robots: II')")
    assert (slug, again) == ("cafe-robots-ii", "cafe-robots-ii-2")
    assert one(db, "select instructor_id, created_by, is_published, version from courses where id = %s", course) == (
        ina,
        ina,
        False,
        1,
    )
    assert one(db, "select lesson_count, enrollment_count from course_stats where course_id = %s", course) == (0, 0)


def test_a_title_without_latin_letters_still_gets_a_slug(db: Connection) -> None:
    with acting(db, make_user(db, "instructor"), "instructor"):
        assert one(db, "select slug from create_course('機械工学')") == "course"


def test_an_administrator_creates_a_course_for_an_instructor(db: Connection) -> None:
    ina, ada, sam = make_user(db, "instructor"), make_user(db, "admin"), make_user(db)
    with acting(db, ada, "admin"):
        course = one(
            db, "select course_id from create_course('Gears', p_instructor_id => %s, p_is_featured => true)", ina
        )
        with raises_sqlstate("PA404", conn=db):
            db.execute("select create_course('Gears', p_instructor_id => %s)", (sam,))
    assert one(db, "select instructor_id, created_by, is_featured from courses where id = %s", course) == (
        ina,
        ada,
        True,
    )


CALLS = [
    "create_course('Gears')",
    "update_course(%(course)s, p_title => 'x')",
    "publish_course(%(course)s)",
    "unpublish_course(%(course)s)",
    "delete_course(%(course)s)",
    "add_lesson(%(course)s, 'x')",
    "update_lesson(%(lesson)s, p_title => 'x')",
    "remove_lesson(%(lesson)s)",
    "move_lesson(%(lesson)s, null)",
    "reorder_lessons(%(course)s, null, %(lessons)s)",
    "add_prerequisite(%(course)s, %(other)s)",
    "remove_prerequisite(%(course)s, %(other)s)",
    "add_lesson_prerequisite(%(lesson)s, %(lesson2)s)",
    "remove_lesson_prerequisite(%(lesson)s, %(lesson2)s)",
]


def _arguments(db: Connection) -> dict[str, Any]:
    course, other = make_course(db), make_course(db)
    return {
        "course": course.id, "owner": course.instructor_id, "other": other.id, "lesson": course.lesson_ids[0],
        "lesson2": course.lesson_ids[1], "lessons": course.lesson_ids,
    }  # fmt: skip


def _state(db: Connection) -> Any:
    return [
        db.execute(f"select * from {table} order by 1, 2").fetchall()
        for table in ("courses", "lessons", "course_prerequisites", "lesson_prerequisites", "course_stats")
    ]


@pytest.mark.parametrize("call", CALLS)
def test_nobody_else_changes_a_course(db: Connection, call: str) -> None:
    arguments = _arguments(db)
    before = _state(db)
    waiting = make_user(db, "instructor", is_approved=False)
    gone = make_user(db, "instructor", is_active=False)
    denials: list[tuple[UUID | None, Role, tuple[str, ...]]] = [
        (make_user(db), "student", ("42501",)),
        (None, "anonymous", ("42501",)),
        (arguments["owner"], "student", ("42501",)),
        (make_user(db), "instructor", ("PA403",)),
        (waiting, "instructor", ("PA403",)),
        (gone, "instructor", ("PA403",)),
        (uuid4(), "instructor", ("PA403",)),
        (arguments["owner"], "admin", ("PA403",)),
    ]
    if not call.startswith("create_course"):
        denials.append((make_user(db, "instructor"), "instructor", ("PA403",)))
    for user, role, codes in denials:
        with raises_sqlstate(*codes, conn=db), acting(db, user, role):
            db.execute(f"select {call}", arguments)
    assert _state(db) == before


@pytest.mark.parametrize("call", CALLS)
def test_without_an_identity_nothing_happens(db: Connection, call: str) -> None:
    arguments = _arguments(db)
    with raises_sqlstate("PA401", conn=db), acting(db, None, "instructor"):
        db.execute(f"select {call}", arguments)


def test_withdrawn_approval_stops_the_owner(db: Connection) -> None:
    course = make_course(db)
    db.execute("update users set is_approved = false where id = %s", (course.instructor_id,))
    with raises_sqlstate("PA403", conn=db), acting(db, course.instructor_id, "instructor"):
        db.execute("select publish_course(%s)", (course.id,))


def test_update_changes_what_is_given_and_clears_what_is_named(db: Connection) -> None:
    course = make_course(db, published=False, category="maths", max_enrollments=5, description="old")
    with acting(db, course.instructor_id, "instructor"):
        db.execute(
            "select update_course(%s, p_description => 'new', p_max_enrollments => 7, p_clear => '{category}')",
            (course.id,),
        )
    assert one(db, "select description, max_enrollments, category, version from courses where id = %s", course.id) == (
        "new",
        7,
        None,
        1,
    )
    with acting(db, course.instructor_id, "instructor"):
        for clear in ("{title}", "{slug}", "{nonsense}", "{NULL}"):
            with raises_sqlstate("PA422", conn=db):
                db.execute("select update_course(%s, p_clear => %s)", (course.id, clear))
        with raises_sqlstate("PA422", conn=db):
            db.execute("select update_course(%s, p_category => 'x', p_clear => '{category}')", (course.id,))
        with raises_sqlstate("PA403", conn=db):
            db.execute("select update_course(%s, p_is_featured => true)", (course.id,))


def test_the_version_counts_changes_of_published_content(db: Connection) -> None:
    course = make_course(db)
    with acting(db, course.instructor_id, "instructor"):
        assert one(db, "select version from update_course(%s, p_title => 'New')", course.id) == 2
        assert one(db, "select version from update_course(%s, p_title => 'New')", course.id) == 2
        assert one(db, "select version from update_course(%s, p_max_enrollments => 9)", course.id) == 2
        db.execute("select add_lesson(%s, 'More')", (course.id,))
        assert one(db, "select version from courses where id = %s", course.id) == 3
        db.execute("select unpublish_course(%s)", (course.id,))
        assert one(db, "select version from update_course(%s, p_title => 'Newer')", course.id) == 3


def test_publishing_needs_a_lesson_to_complete(db: Connection) -> None:
    course = make_course(db, lessons=0, published=False)
    with acting(db, course.instructor_id, "instructor"):
        with raises_sqlstate("PA409", conn=db):
            db.execute("select publish_course(%s)", (course.id,))
        db.execute("select add_lesson(%s, 'Optional', p_is_mandatory => false)", (course.id,))
        with raises_sqlstate("PA409", conn=db):
            db.execute("select publish_course(%s)", (course.id,))
        db.execute("select add_lesson(%s, 'Real')", (course.id,))
        first = one(db, "select publish_course(%s)", course.id)
        assert one(db, "select publish_course(%s)", course.id) == first
        db.execute("select unpublish_course(%s)", (course.id,))
        assert one(db, "select is_published, published_at from courses where id = %s", course.id) == (False, first)
        db.execute("select update_course(%s, p_is_active => false)", (course.id,))
        with raises_sqlstate("PA409", conn=db):
            db.execute("select publish_course(%s)", (course.id,))


def test_deleting_keeps_the_row_and_refuses_what_others_require(db: Connection) -> None:
    course = make_course(db)
    later = make_course(db, instructor=course.instructor_id)
    make_enrollment(db, make_user(db), course)
    with acting(db, course.instructor_id, "instructor"):
        db.execute("select add_prerequisite(%s, %s)", (later.id, course.id))
        with raises_sqlstate("PA409", conn=db):
            db.execute("select delete_course(%s)", (course.id,))
        db.execute("select add_prerequisite(%s, %s, false)", (later.id, course.id))
        db.execute("select delete_course(%s)", (course.id,))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select delete_course(%s)", (course.id,))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select publish_course(%s)", (course.id,))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select update_lesson(%s, p_title => 'x')", (course.lesson_ids[0],))
    assert one(db, "select deleted_at is not null, is_published from courses where id = %s", course.id) == (True, False)
    with raises_sqlstate("23", conn=db):
        db.execute("delete from courses where id = %s", (course.id,))


def test_what_is_hidden_from_an_author_keeps_no_course(db: Connection) -> None:
    """Others' drafts lose the prerequisite; only what anyone can find is named."""
    course, found = make_course(db), make_course(db, slug="everyone-finds-it")
    hidden = [
        make_course(db, published=False),
        make_course(db, is_active=False),
        make_course(db, deleted_at="now"),
    ]
    for other in (found, *hidden):
        db.execute("insert into course_prerequisites values (%s, %s)", (other.id, course.id))
    with acting(db, course.instructor_id, "instructor"), raises_sqlstate("PA409", conn=db) as raised:
        db.execute("select delete_course(%s)", (course.id,))
    assert raised.detail == "everyone-finds-it"
    with acting(db, found.instructor_id, "instructor"):
        db.execute("select remove_prerequisite(%s, %s)", (found.id, course.id))
    with acting(db, course.instructor_id, "instructor"):
        db.execute("select delete_course(%s)", (course.id,))
    assert one(db, "select count(*) from course_prerequisites where prerequisite_course_id = %s", course.id) == 0


def test_an_authors_own_draft_keeps_a_course(db: Connection) -> None:
    course = make_course(db)
    draft = make_course(db, course.instructor_id, published=False, slug="my-draft")
    db.execute("insert into course_prerequisites values (%s, %s)", (draft.id, course.id))
    with acting(db, course.instructor_id, "instructor"), raises_sqlstate("PA409", conn=db) as raised:
        db.execute("select delete_course(%s)", (course.id,))
    assert raised.detail == "my-draft"


XP = [
    ("create_course('T', p_completion_xp => %(xp)s)", "xp.course_max", 5000),
    ("update_course(%(course)s, p_completion_xp => %(xp)s)", "xp.course_max", 5000),
    ("add_lesson(%(course)s, 'T', p_completion_xp => %(xp)s)", "xp.lesson_max", 500),
    ("update_lesson(%(lesson)s, p_completion_xp => %(xp)s)", "xp.lesson_max", 500),
]


@pytest.mark.parametrize(("call", "key", "most"), XP)
def test_how_much_xp_an_author_gives(db: Connection, call: str, key: str, most: int) -> None:
    course, admin = make_course(db), make_user(db, "admin")
    known = {"course": course.id, "lesson": course.lesson_ids[0]}

    def give(user: UUID, role: Role, xp: int) -> None:
        with acting(db, user, role):
            db.execute(f"select {call}", known | {"xp": xp})

    give(course.instructor_id, "instructor", most)
    with raises_sqlstate("PA422", conn=db) as raised:
        give(course.instructor_id, "instructor", most + 1)
    assert str(most) in (raised.hint or "")
    # An administrator who teaches is an instructor meanwhile; acting as what they are, the column is the limit.
    if call.startswith("create"):
        with raises_sqlstate("PA422", conn=db):
            give(admin, "instructor", most + 1)
    give(admin, "admin", 100_000)
    with raises_sqlstate("23514", conn=db):
        give(admin, "admin", 100_001)

    with acting(db, admin, "admin"):
        db.execute("select set_setting(%s, '7')", (key,))
    give(course.instructor_id, "instructor", 7)
    with raises_sqlstate("PA422", conn=db):
        give(course.instructor_id, "instructor", 8)
    # Without the setting the default holds, not infinity.
    db.execute("delete from platform_settings where setting_key = %s", (key,))
    with raises_sqlstate("PA422", conn=db):
        give(course.instructor_id, "instructor", most + 1)


def test_a_title_with_a_big_number_taken_still_gets_a_slug(db: Connection) -> None:
    ina = make_user(db, "instructor")
    for slug in ("intro", "intro-9999999999", "intro-5000000"):
        make_course(db, ina, slug=slug)
    with acting(db, ina, "instructor"):
        assert one(db, "select slug from create_course('Intro')") == "intro-2"
    make_course(db, ina, slug="intro-999999")
    with acting(db, ina, "instructor"):
        assert one(db, "select slug from create_course('Intro')") == "intro-1000000"
        taken = [one(db, "select slug from create_course('Intro')") for _ in range(2)]
    assert len(set(taken)) == 2
    assert all(re.fullmatch("intro-[0-9a-f]{32}", slug) for slug in taken)


def test_no_login_keeps_others_from_creating(school: SchoolDatabase) -> None:
    """What creating a course waits for is held by nobody who does not create one."""
    owner = school.connect(autocommit=True)
    ina = make_user(owner, "instructor")
    with school.app(None, "anonymous") as other, school.app(ina, "instructor") as conn:
        other.execute("select pg_advisory_xact_lock(hashtextextended('academy/courses/intro', 0))")
        conn.execute("set local lock_timeout = '5s'")
        assert one(conn, "select slug from create_course('Intro')") == "intro"


def test_a_course_nobody_took_can_be_purged_with_its_lessons(db: Connection) -> None:
    course = make_course(db)
    with acting(db, course.instructor_id, "instructor"):
        for lesson in course.lesson_ids:
            db.execute("select add_lesson(%s, 'Part', p_parent_lesson_id => %s)", (course.id, lesson))
    db.execute("delete from courses where id = %s", (course.id,))
    assert one(db, "select count(*) from lessons where course_id = %s", course.id) == 0


def test_seats_are_never_set_below_those_taken(db: Connection) -> None:
    course = make_course(db)
    db.execute("update course_stats set enrollment_count = 3 where course_id = %s", (course.id,))
    with acting(db, course.instructor_id, "instructor"):
        with raises_sqlstate("PA409", conn=db):
            db.execute("select update_course(%s, p_max_enrollments => 2)", (course.id,))
        db.execute("select update_course(%s, p_max_enrollments => 3)", (course.id,))
        with raises_sqlstate("PA409", conn=db):
            db.execute("select update_course(%s, p_max_enrollments => 0)", (course.id,))
        db.execute("select update_course(%s, p_clear => '{max_enrollments}')", (course.id,))


def test_sixteen_courses_of_one_title_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    ina = make_user(owner, "instructor")

    def create(i: int) -> str:
        with school.app(ina, "instructor") as conn:
            return cast(str, one(conn, "select slug from create_course('Gears')"))

    assert sorted(map(str, race(16, create))) == sorted(["gears", *(f"gears-{n}" for n in range(2, 17))])


def test_what_an_administrator_took_down_only_an_administrator_puts_back(db: Connection) -> None:
    course, admin = make_course(db), make_user(db, "admin")
    quiz = make_quiz(db, make_course(db, course.instructor_id))
    exercise = make_exercise(db, make_course(db, course.instructor_id))
    known = {"course": course.id, "quiz": quiz.id, "exercise": exercise.id}

    def by(user: UUID, role: Role, call: str) -> None:
        with acting(db, user, role):
            db.execute(f"select {call}", known)

    for down, up in (
        ("unpublish_course(%(course)s)", "publish_course(%(course)s)"),
        ("update_course(%(course)s, p_is_active => false)", "update_course(%(course)s, p_is_active => true)"),
        ("update_quiz(%(quiz)s, p_is_published => false)", "update_quiz(%(quiz)s, p_is_published => true)"),
        ("update_exercise(%(exercise)s, p_is_published => false)",
         "update_exercise(%(exercise)s, p_is_published => true)"),
    ):  # fmt: skip
        by(course.instructor_id, "instructor", down)
        by(course.instructor_id, "instructor", up)  # their own decision
        by(admin, "admin", down)
        by(course.instructor_id, "instructor", down)  # which does not make it theirs
        with raises_sqlstate("PA403", conn=db):
            by(course.instructor_id, "instructor", up)
        by(admin, "admin", up)
        by(course.instructor_id, "instructor", down)
        by(course.instructor_id, "instructor", up)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JavaScript:x", " javascript:x", "java\tscript:x", "data:text/html,x"]
)
def test_an_address_is_none_that_a_browser_runs(db: Connection, address: str) -> None:
    course, ada = make_course(db), make_user(db)
    insert(db, "achievements", slug="s", title="S", criteria={"metric": "total_xp", "threshold": 9})
    calls: list[tuple[UUID, Any, str, UUID | None]] = [
        (ada, "student", "select update_profile(p_avatar_url => %s)", None),
        (course.instructor_id, "instructor", "select update_course(%(id)s, p_thumbnail_url => %(to)s)", course.id),
        (
            course.instructor_id,
            "instructor",
            "select update_lesson(%(id)s, p_video_url => %(to)s)",
            course.lesson_ids[0],
        ),
    ]
    for user, role, call, of in calls:
        for good in ("https://x.org/a?b=c:d#e", "http://x/a", "/files/a.png", "files/a:b.png", "//cdn.org/a.png"):
            with acting(db, user, role):
                db.execute(call, {"id": of, "to": good} if of else (good,))
        with acting(db, user, role), raises_sqlstate("23514", conn=db):
            db.execute(call, {"id": of, "to": address} if of else (address,))
    with acting(db, ada, "student"), raises_sqlstate("23514", conn=db):  # the column is theirs to write
        db.execute("update users set avatar_url = %s where id = %s", (address, ada))
    with raises_sqlstate("23514", conn=db):
        db.execute("update achievements set icon_url = %s", (address,))
