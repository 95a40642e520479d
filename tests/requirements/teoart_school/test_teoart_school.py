"""TeoArt School: its models as Django's tables, its queries as the SQL that Django sends, and its constraints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest

from tests.requirements.world import World, due_columns
from tests.support.asserts import raises_sqlstate

MONDAY = datetime(2025, 1, 6, 10, tzinfo=UTC)
HASH = "0x" + "ab" * 32

#: Course.objects.select_related('teacher').prefetch_related('lessons', 'enrollments').filter(is_published=True)
COURSES = """
    select c.id, c.title, t.username from courses_course as c
    inner join users_user as t on t.id = c.teacher_id
    where c.is_published"""
LESSONS = 'select course_id, title from courses_lesson where course_id = any(%(courses)s) order by course_id, "order"'
ENROLLMENTS = (
    "select course_id, student_id from courses_courseenrollment where course_id = any(%(courses)s) order by id"
)

#: UserProgress.objects.select_related('user').prefetch_related('user__achievements__course').get(user=user)
USER_PROGRESS = """
    select u.username, p.total_courses_enrolled, p.total_courses_completed, p.total_lessons_completed,
        p.total_exercises_completed, p.average_score, p.streak_days, p.achievements_earned, p.total_teocoins_earned
    from users_userprogress as p inner join users_user as u on u.id = p.user_id
    where p.user_id = %(user)s"""
ACHIEVEMENTS = """
    select a.achievement_type, a.progress, c.title from rewards_achievement as a
    left join courses_course as c on c.id = a.course_id
    where a.user_id = any(%(users)s) order by a.id"""

#: TeoCoinTransaction.objects.select_related('recipient').filter(user=user).order_by('-created_at')
TRANSACTIONS = """
    select t.transaction_type, t.amount, t.description, r.username from rewards_teocointransaction as t
    left join users_user as r on r.id = t.recipient_id
    where t.user_id = %(user)s order by t.created_at desc"""


@dataclass
class Story:
    ada: UUID
    bob: UUID
    teacher: UUID
    course: UUID
    advanced: UUID
    lessons: list[UUID]
    exercise: UUID
    enrollment: UUID


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Ada finishes a course, handing in what the teacher grades, and gives Bob 30 of her coins."""
    call = world.call
    teacher = world.person("teo", "instructor", full_name="Teo")
    ada = world.person(
        "ada", email="ada@example.org", first_name="Ada", last_name="Lovelace", language="it", timezone="Europe/Rome",
        password_hash="$2b$12$" + "a" * 53, preferences={"privacy": {"showProgress": False}},
    )  # fmt: skip
    bob = world.person("bob", email="bob@example.org")
    call(ada, "update_profile", bio="I paint.", avatar_url="https://example.org/a.png")
    call(ada, "update_settings", theme="dark", email_notifications=False)
    course = call(
        teacher, "create_course", title="Oil", description="Oil painting.", category="painting",
        difficulty="intermediate", estimated_minutes=90, coin_reward=100, max_enrollments=2,
        thumbnail_url="https://example.org/o.png",
    ).course_id  # fmt: skip
    advanced = call(teacher, "create_course", title="Frescoes").course_id
    lessons = [
        call(
            teacher, "add_lesson", course_id=course, title="Brushes", body="Many.", lesson_type="video",
            duration_minutes=20, video_url="https://example.org/b.mp4", coin_reward=10,
            materials=[{"title": "List", "url": "https://example.org/list.pdf"}],
        ).lesson_id,
        call(teacher, "add_lesson", course_id=course, title="A still life", lesson_type="assignment").lesson_id,
        call(teacher, "add_lesson", course_id=course, title="History", is_mandatory=False).lesson_id,
    ]  # fmt: skip
    call(teacher, "add_lesson", course_id=advanced, title="Plaster")
    exercise = call(
        teacher, "create_exercise", lesson_id=lessons[1], title="An apple", description="Paint it.",
        exercise_type="text", content={}, max_score=50, time_limit_minutes=60, attempts_allowed=2, coin_reward=5,
    )  # fmt: skip
    call(teacher, "update_exercise", exercise_id=exercise, is_published=True)
    for it in (course, advanced):
        call(teacher, "publish_course", course_id=it)
    call(teacher, "add_prerequisite", course_id=advanced, prerequisite_course_id=course)
    enrollment = call(None, "record_enrollment", user_id=ada, course_id=course, occurred_at=MONDAY).enrollment_id
    call(None, "record_completion", user_id=ada, lesson_id=lessons[0], seconds=90, occurred_at=MONDAY)
    with world.school.app(ada) as conn:
        conn.execute("update lesson_progress set notes = 'Hog hair.' where user_id = %s", (ada,))
    call(ada, "start_exercise", exercise_id=exercise)
    submission = call(ada, "submit_exercise", exercise_id=exercise, content={"text": "Done."}).submission_id
    call(teacher, "grade_submission", submission_id=submission, score=40, feedback="Fine.")
    call(ada, "transfer_coins", recipient_id=bob, amount=30, idempotency_key="gift", description="For you")
    call(
        None, "record_blockchain_coins", user_id=ada, transaction_type="deposit", amount=7, idempotency_key="chain",
        blockchain_tx_hash=HASH, description="From outside",
    )  # fmt: skip
    call(bob, "enroll", course_id=course)
    return Story(ada, bob, teacher, course, advanced, lessons, exercise, enrollment)


def test_every_column_of_the_document(world: World) -> None:
    assert world.columns() == due_columns("teoart_school")


def test_a_person(world: World, story: Story) -> None:
    # 10 for the lesson, 5 for the exercise, 100 for the course, 30 given away; the deposit is not confirmed.
    assert world.row("users_user", story.ada) == {
        "id": story.ada, "password": "$2b$12$" + "a" * 53, "last_login": None, "is_superuser": False,
        "username": "ada", "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "is_staff": False,
        "is_active": True, "date_joined": ANY, "role": "student", "is_approved": False, "teo_coins": 85,
        "bio": "I paint.", "profile_image": "https://example.org/a.png", "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    teacher = world.row("users_user", story.teacher)
    assert (teacher["role"], teacher["is_approved"]) == ("teacher", True)


def test_settings_of_a_person(world: World, story: Story) -> None:
    assert world.row("users_usersettings", story.ada, "user_id") == {
        "id": story.ada, "user_id": story.ada, "email_notifications": False, "push_notifications": True,
        "privacy_settings": {"showProgress": False}, "theme": "dark", "language": "it", "timezone": "Europe/Rome",
        "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    bob = world.row("users_usersettings", story.bob, "user_id")
    defaults = ("email_notifications", "push_notifications", "privacy_settings", "theme", "language", "timezone")
    assert [bob[name] for name in defaults] == [True, True, {}, "light", "en", "UTC"]


def test_statistics_of_a_person(world: World, story: Story) -> None:
    assert world.row("users_userprogress", story.ada, "user_id") == {
        "id": story.ada, "user_id": story.ada, "total_courses_enrolled": 1, "total_courses_completed": 1,
        "total_lessons_completed": 2, "total_exercises_completed": 1, "average_score": Decimal("80.00"),
        "streak_days": 1, "last_activity_date": ANY, "achievements_earned": 3, "total_teocoins_earned": 115,
        "updated_at": ANY,
    }  # fmt: skip


def test_a_course_and_its_lessons(world: World, story: Story) -> None:
    assert world.row("courses_course", story.course) == {
        "id": story.course, "title": "Oil", "description": "Oil painting.", "category": "painting",
        "level": "intermediate", "teocoin_reward": 100, "teacher_id": story.teacher,
        "thumbnail": "https://example.org/o.png", "is_published": True, "max_enrollments": 2,
        "duration_hours": Decimal("1.5"), "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    assert world.row("courses_course_prerequisites", story.advanced, "from_course_id")["to_course_id"] == story.course
    assert world.row("courses_lesson", story.lessons[0]) == {
        "id": story.lessons[0], "course_id": story.course, "title": "Brushes", "content": "Many.", "order": 1,
        "lesson_type": "video", "duration_minutes": 20, "video_url": "https://example.org/b.mp4",
        "materials": [{"title": "List", "url": "https://example.org/list.pdf"}], "is_mandatory": True,
        "teocoin_reward": 10, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    assert world.row("courses_lesson", story.lessons[2])["is_mandatory"] is False


def test_seats_are_counted(world: World, story: Story) -> None:
    """max_enrollments: two seats, taken by Ada and Bob."""
    carol = world.person("carol", email="carol@example.org")
    with raises_sqlstate("PA409"):
        world.call(carol, "enroll", course_id=story.course)


def test_enrolment_and_completion(world: World, story: Story) -> None:
    assert world.row("courses_courseenrollment", story.enrollment) == {
        "id": story.enrollment, "student_id": story.ada, "course_id": story.course, "enrolled_at": MONDAY,
        "completed": True, "completion_date": ANY, "progress_percentage": Decimal(100), "last_accessed": ANY,
    }  # fmt: skip
    assert world.row("courses_lessoncompletion", story.lessons[0], "lesson_id") == {
        "id": ANY, "student_id": story.ada, "lesson_id": story.lessons[0], "completed_at": MONDAY, "score": None,
        "time_spent_minutes": Decimal("1.5"), "notes": "Hog hair.",
    }  # fmt: skip
    assert world.row("courses_lessoncompletion", story.lessons[1], "lesson_id")["score"] == 80


def test_an_exercise_and_its_submission(world: World, story: Story) -> None:
    assert world.row("courses_exercise", story.exercise) == {
        "id": story.exercise, "lesson_id": story.lessons[1], "title": "An apple", "description": "Paint it.",
        "exercise_type": "text", "content": {}, "max_score": 50, "time_limit_minutes": 60, "attempts_allowed": 2,
        "teocoin_reward": 5, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    assert world.row("courses_exercisesubmission", story.exercise, "exercise_id") == {
        "id": ANY, "student_id": story.ada, "exercise_id": story.exercise,
        "submission_data": {"content": {"text": "Done."}, "files": []}, "score": 40, "max_score": 50,
        "submitted_at": ANY, "graded_at": ANY, "graded_by_id": story.teacher, "feedback": "Fine.", "attempt_number": 1,
    }  # fmt: skip


def test_a_transaction(world: World, story: Story) -> None:
    assert world.row("rewards_teocointransaction", "For you", "description") == {
        "id": ANY, "user_id": story.ada, "transaction_type": "transfer", "amount": 30, "description": "For you",
        "recipient_id": story.bob, "related_object_type_id": None, "related_object_id": None,
        "blockchain_tx_hash": None, "is_blockchain_confirmed": False, "created_at": ANY,
    }  # fmt: skip
    deposit = world.row("rewards_teocointransaction", HASH, "blockchain_tx_hash")
    assert (deposit["transaction_type"], deposit["amount"], deposit["is_blockchain_confirmed"]) == ("deposit", 7, False)
    reward = world.ask(
        "select related_object_type_id, related_object_id from rewards_teocointransaction where amount = 100"
    )
    assert reward == [("course", story.course)]


def test_a_notification(world: World, story: Story) -> None:
    rows = "select id from notifications_notification where notification_type = 'coins_received' and user_id = %(bob)s"
    ((id,),) = world.ask(rows, bob=story.bob)
    notification = world.row("notifications_notification", id)
    assert notification == {
        "id": id, "user_id": story.bob, "title": ANY, "message": ANY, "notification_type": "coins_received",
        "related_object_type_id": "coin_transaction", "related_object_id": ANY, "is_read": False, "priority": ANY,
        "action_url": ANY, "created_at": ANY, "read_at": None,
    }  # fmt: skip
    assert notification["title"]
    world.call(story.bob, "mark_read", notification_id=id)
    read = world.row("notifications_notification", id)
    assert (read["is_read"], read["read_at"] is None) == (True, False)


def test_query_course_listing(world: World, story: Story) -> None:
    courses = world.ask(f"{COURSES} order by c.title")
    assert courses == [(story.advanced, "Frescoes", "teo"), (story.course, "Oil", "teo")]
    ids = [story.course, story.advanced]
    lessons = world.ask(LESSONS, courses=ids)
    assert sorted(lessons, key=lambda row: ids.index(row[0])) == [
        (story.course, "Brushes"), (story.course, "A still life"), (story.course, "History"),
        (story.advanced, "Plaster"),
    ]  # fmt: skip
    assert world.ask(ENROLLMENTS, courses=ids) == [(story.course, story.ada), (story.course, story.bob)]
    # The same from one view, with the lessons that completing means, and the seats that are taken.
    ours = "select title, instructor_name, lesson_count, enrollment_count from v_course_catalog order by title"
    assert world.ask_as(story.ada, ours) == [("Frescoes", "Teo", 1, 0), ("Oil", "Teo", 2, 2)]


def test_query_progress_with_achievements(world: World, story: Story) -> None:
    assert world.ask(USER_PROGRESS, user=story.ada) == [("ada", 1, 1, 2, 1, Decimal("80.00"), 1, 3, 115)]
    # First Steps, First Lesson, Finisher: of no course in particular.
    assert world.ask(ACHIEVEMENTS, users=[story.ada]) == [("milestone", 100, None)] * 3
    ours = "select courses_completed, average_score, coins_earned, coin_balance from v_user_dashboard"
    assert world.ask_as(story.ada, ours) == [(1, Decimal("80.00"), 115, 85)]


def test_query_transaction_history(world: World, story: Story) -> None:
    """The document's query shows who gave, and nothing to who received; ours shows both sides what it did to them."""
    rows: list[Any] = world.ask(TRANSACTIONS, user=story.ada)
    assert rows[:2] == [("deposit", 7, "From outside", None), ("transfer", 30, "For you", "bob")]
    assert sorted(row[1] for row in rows[2:]) == [5, 10, 100]
    assert world.ask(TRANSACTIONS, user=story.bob) == []
    ours = "select amount, change, other_username from v_my_coins where transaction_type = 'transfer'"
    assert world.ask_as(story.ada, ours) == [(30, -30, "bob")]
    assert world.ask_as(story.bob, ours) == [(30, 30, "ada")]


#: What the document's constraints forbid.
FORBIDDEN = {
    "unique_email": ("insert into users (email) values ('ADA@example.org')", "23505"),
    "unique_username": ("insert into users (email, username) values ('x@example.org', 'Ada')", "23505"),
    "role_choices": ("update users set role = 'wizard'", "23514"),
    "unique_student_course": (
        "insert into enrollments (user_id, course_id) select user_id, course_id from enrollments",
        "23505",
    ),
    "unique_achievement": ("insert into user_achievements select * from user_achievements", "23505"),
    "positive_amount": (
        "insert into coin_transactions (user_id, transaction_type, amount)"
        " select user_id, 'reward', 0 from coin_accounts where user_id is not null limit 1",
        "23514",
    ),
    "positive_order": ("update lessons set position = 0", "23514"),
}


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("rule", FORBIDDEN)
def test_constraints(world: World, rule: str) -> None:
    statement, state = FORBIDDEN[rule]
    with raises_sqlstate(state, conn=world.owner):
        world.owner.execute(statement)
