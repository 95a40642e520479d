"""Whatever is sent to a staff procedure: an error of ours, or of class 22 or 23, and no half-written row."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from pgacademy.testing import acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_course

OURS = ("PA404", "PA409", "PA422", "22", "23")  # and 42883: an integer that is too big finds no function
HUGE = "x" * 1_000_000
TEXTS: dict[str, list[Any]] = {
    "title": ["", "  \n", HUGE],
    "slug": ["", "Not A Slug", "-a", HUGE],
    "description": [HUGE],
}
COURSE: dict[str, list[Any]] = TEXTS | {
    "category": ["", HUGE], "discipline": ["", HUGE], "track": ["", "nonsense"], "difficulty": ["", "nonsense"],
    "estimated_minutes": [0, -1, 2**31], "learning_objectives": ["1", '"x"', "{"], "content_structure": ["1", "nope"],
    "thumbnail_url": [HUGE], "max_enrollments": [-1, 2**31],
    "completion_xp": [-1, 100_001, 2**40], "coin_reward": [-1, 2**31],
    "metadata": ["[]", "1", "{"],
}  # fmt: skip
LESSON: dict[str, list[Any]] = TEXTS | {
    "lesson_type": ["", "nonsense"], "content": ["{"], "duration_minutes": [-1, 2**31], "video_url": [HUGE],
    "materials": ["{}", "1"], "learning_outcomes": ["1"],
    "completion_xp": [-1, 100_001], "coin_reward": [-1, 1_000_001],
    "metadata": ["[]"],
}  # fmt: skip
PLACE: dict[str, list[Any]] = {"parent_lesson_id": [uuid4(), "nope"], "position": [0, -1, -(2**31)]}
CALLS: dict[str, tuple[str, dict[str, list[Any]]]] = {
    "create_course": ("p_title => 'T'", COURSE),
    "update_course": (
        "p_course_id => %(course)s",
        COURSE | {"course_id": [None, uuid4()], "clear": [["title"], [None]]},
    ),
    "publish_course": ("", {"course_id": [None, uuid4(), "nope"]}),
    "unpublish_course": ("", {"course_id": [None, uuid4(), "nope"]}),
    "delete_course": ("", {"course_id": [None, uuid4(), "nope"]}),
    "add_lesson": (
        "p_course_id => %(course)s, p_title => 'T'",
        LESSON | PLACE | {"course_id": [None, uuid4()], "title": [None]},
    ),
    "update_lesson": ("p_lesson_id => %(lesson)s", LESSON | {"lesson_id": [None, uuid4()], "clear": [["title"]]}),
    "remove_lesson": ("", {"lesson_id": [None, uuid4(), "nope"]}),
    "move_lesson": ("p_lesson_id => %(lesson)s, p_parent_lesson_id => null", PLACE | {"lesson_id": [None, uuid4()]}),
    "reorder_lessons": (
        "p_course_id => %(course)s, p_parent_lesson_id => null, p_lesson_ids => array[%(lesson)s::uuid]",
        {"course_id": [None, uuid4()], "parent_lesson_id": [uuid4()], "lesson_ids": [None, [], [None], [uuid4()]]},
    ),
    "add_prerequisite": (
        "p_course_id => %(course)s, p_prerequisite_course_id => %(other)s",
        {"course_id": [None, uuid4()], "prerequisite_course_id": [None, uuid4()], "is_required": [None]},
    ),
    "remove_prerequisite": (
        "p_course_id => %(course)s, p_prerequisite_course_id => %(other)s",
        {"course_id": [None, uuid4()], "prerequisite_course_id": [None, uuid4()]},
    ),
    "add_lesson_prerequisite": (
        "p_lesson_id => %(lesson)s, p_prerequisite_lesson_id => %(lesson2)s",
        {"lesson_id": [None, uuid4()], "prerequisite_lesson_id": [None, uuid4()]},
    ),
    "remove_lesson_prerequisite": (
        "p_lesson_id => %(lesson)s, p_prerequisite_lesson_id => %(lesson2)s",
        {"lesson_id": [None, uuid4()], "prerequisite_lesson_id": [None, uuid4()]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("procedure", CALLS)
def test_bad_input_changes_nothing(db: Connection, procedure: str) -> None:
    course, other = make_course(db), make_course(db)
    known = {"course": course.id, "other": other.id, "lesson": course.lesson_ids[0], "lesson2": course.lesson_ids[1]}
    good, bad = CALLS[procedure]
    arguments = dict(part.split(" => ", 1) for part in good.split(", ") if part)

    def state() -> Any:
        return [
            db.execute(f"select * from {table} order by 1, 2").fetchall()
            for table in ("courses", "lessons", "course_prerequisites", "lesson_prerequisites", "course_stats")
        ]

    before = state()
    for name, values in bad.items():
        for value in values:
            call = ", ".join(f"{key} => {said}" for key, said in (arguments | {f"p_{name}": "%(bad)s"}).items())
            with raises_sqlstate(*OURS, "42883", conn=db), acting(db, course.instructor_id, "instructor"):
                db.execute(f"select {procedure}({call})", known | {"bad": value})
    assert state() == before


@pytest.mark.parametrize(
    ("constraint", "good", "argument"),
    [
        ("courses_track_check", "create_course(p_title => 'T', {})", "p_track"),
        ("courses_difficulty_check", "create_course(p_title => 'T', {})", "p_difficulty"),
        ("courses_track_check", "update_course(%(course)s, {})", "p_track"),
        ("courses_difficulty_check", "update_course(%(course)s, {})", "p_difficulty"),
        ("lessons_lesson_type_check", "add_lesson(%(course)s, 'T', {})", "p_lesson_type"),
        ("lessons_lesson_type_check", "update_lesson(%(lesson)s, {})", "p_lesson_type"),
    ],
)
def test_a_wrong_choice_is_answered_with_the_choices(db: Connection, constraint: str, good: str, argument: str) -> None:
    """What the table accepts, the procedure accepts and names."""
    course = make_course(db)
    known = {"course": course.id, "lesson": course.lesson_ids[0]}
    call = f"select {good.format(f'{argument} => %(value)s')}"
    row = db.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [constraint]).fetchone()
    assert row is not None
    choices = re.findall(r"'(\w+)'::text", row[0])
    assert choices
    with (
        raises_sqlstate("PA422", conn=db) as raised,
        acting(db, course.instructor_id, "instructor"),
    ):
        db.execute(call, known | {"value": "nonsense"})
    assert set(choices) <= set(re.findall(r"\w+", raised.hint or ""))
    with acting(db, course.instructor_id, "instructor"):
        for choice in choices:
            db.execute(call, known | {"value": choice})


@pytest.mark.parametrize(
    "call",
    [
        "create_course('T', {})",
        "update_course(%(course)s, {})",
        "add_lesson(%(course)s, 'T', {})",
        "update_lesson(%(lesson)s, {})",
    ],
)
@pytest.mark.parametrize(
    ("argument", "value"), [("p_slug", "Not A Slug"), ("p_slug", "a" * 501), ("p_title", "t" * 501), ("p_title", " ")]
)
def test_titles_and_slugs_are_refused_with_a_hint(db: Connection, call: str, argument: str, value: str) -> None:
    course = make_course(db)
    known = {"course": course.id, "lesson": course.lesson_ids[0], "value": value}
    given = f"{argument} => %(value)s"
    if argument == "p_title":
        call = call.replace("'T', ", "")
    with raises_sqlstate("PA422", conn=db), acting(db, course.instructor_id, "instructor"):
        db.execute(f"select {call.format(given)}", known)


@pytest.mark.parametrize(
    ("table", "column", "limit"),
    [
        ("users", "preferences", 65_536),
        ("users", "metadata", 65_536),
        ("courses", "metadata", 65_536),
        ("courses", "learning_objectives", 65_536),
        ("courses", "content_structure", 65_536),
        ("lessons", "body", 1_048_576),
        ("lessons", "content", 1_048_576),
        ("lessons", "materials", 65_536),
        ("lessons", "learning_outcomes", 65_536),
        ("lessons", "metadata", 65_536),
    ],
)
def test_what_a_row_holds_has_an_end(db: Connection, table: str, column: str, limit: int) -> None:
    """Bytes count: the last that fit are taken, one more is refused by a constraint named for the rule."""
    course = make_course(db)
    row = {"users": course.instructor_id, "courses": course.id, "lessons": course.lesson_ids[0]}[table]
    shape = {"body": "{}", "materials": '["{}"]', "learning_outcomes": '["{}"]', "learning_objectives": '["{}"]'}.get(
        column, '{{"a": "{}"}}'
    )
    room = limit - len(shape.format("").encode())
    statement = f"update {table} set {column} = %s where id = %s"
    db.execute(statement, (shape.format("é" + "x" * (room - 2)), row))
    with raises_sqlstate("23514", conn=db) as raised:
        db.execute(statement, (shape.format("é" + "x" * (room - 1)), row))
    assert raised.constraint == f"{table}_{column}_length_check"
