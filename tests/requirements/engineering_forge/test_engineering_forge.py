"""Engineering Forge: its tables, queries, views and reports, over the school. Its wrong figures stand beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest

from tests.projects.projects import COMPONENTS, METRICS, token_metadata
from tests.requirements.world import World, due_columns
from tests.support.asserts import raises_sqlstate

JANUARY = datetime(2025, 1, 6, 9, tzinfo=UTC)
MARCH = datetime(2025, 3, 3, 9, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
WALLET = "4Nd1mYvJq8cT3hVb2s9kXfRwLzQpGaUe7oHtCyDiZ5Fj"

USER_PROGRESS = """
    SELECT
      up.progress_percentage,
      c.title as course_title,
      l.title as current_lesson_title
    FROM user_progress up
    JOIN courses c ON up.course_id = c.id
    LEFT JOIN lessons l ON up.current_lesson_id = l.id
    WHERE up.user_id = %(user)s
      AND c.is_active = true
    ORDER BY up.last_accessed_at DESC"""

PROJECT_LISTING = """
    SELECT
      p.*,
      u.username,
      c.title as course_title
    FROM projects p
    JOIN users u ON p.user_id = u.id
    JOIN courses c ON p.course_id = c.id
    WHERE p.is_public = true
      AND c.is_active = true
    ORDER BY p.created_at DESC
    LIMIT 20"""

USER_ENGAGEMENT = """
    SELECT
      u.id,
      u.username,
      COUNT(DISTINCT up.course_id) as courses_enrolled,
      COUNT(DISTINCT p.id) as projects_created,
      COUNT(DISTINCT a.id) as achievements_earned,
      SUM(up.time_spent) as total_time_spent,
      MAX(up.last_accessed_at) as last_activity
    FROM users u
    LEFT JOIN user_progress up ON u.id = up.user_id
    LEFT JOIN projects p ON u.id = p.user_id
    LEFT JOIN achievements a ON u.id = a.user_id
    GROUP BY u.id, u.username"""

#: The same columns, each counted by itself: what the document means.
EXACT_ENGAGEMENT = """
    select
        u.id, u.username,
        (select count(*) from user_progress as up where up.user_id = u.id) as courses_enrolled,
        (select count(*) from projects as p where p.user_id = u.id) as projects_created,
        (select count(*) from achievements as a where a.user_id = u.id) as achievements_earned,
        (select sum(up.time_spent) from user_progress as up where up.user_id = u.id) as total_time_spent,
        (select max(up.last_accessed_at) from user_progress as up where up.user_id = u.id) as last_activity
    from users as u"""

COURSE_PERFORMANCE = """
    SELECT
      c.id,
      c.title,
      c.discipline,
      COUNT(DISTINCT up.user_id) as enrolled_users,
      COUNT(DISTINCT CASE WHEN up.completed_at IS NOT NULL THEN up.user_id END) as completed_users,
      AVG(up.progress_percentage) as avg_progress,
      AVG(up.time_spent) as avg_time_spent
    FROM courses c
    LEFT JOIN user_progress up ON c.id = up.course_id
    WHERE c.is_active = true
    GROUP BY c.id, c.title, c.discipline"""

MONTHLY_GROWTH = """
    SELECT
      DATE_TRUNC('month', created_at) as month,
      COUNT(*) as new_users,
      SUM(COUNT(*)) OVER (ORDER BY DATE_TRUNC('month', created_at)) as total_users
    FROM users
    GROUP BY DATE_TRUNC('month', created_at)
    ORDER BY month"""

#: The same with the months in which nobody came.
WHOLE_GROWTH = """
    select m.month, count(u.id) as new_users, sum(count(u.id)) over (order by m.month) as total_users
    from generate_series(
        (select date_trunc('month', min(created_at)) from users), %(until)s::timestamptz, interval '1 month'
    ) as m (month)
    left join users as u on date_trunc('month', u.created_at) = m.month
    group by m.month
    order by m.month"""

PROJECT_COMPLETION = """
    SELECT
      project_type,
      COUNT(*) as total_projects,
      COUNT(CASE WHEN nft_token_id IS NOT NULL THEN 1 END) as nft_minted,
      ROUND(
        COUNT(CASE WHEN nft_token_id IS NOT NULL THEN 1 END) * 100.0 / COUNT(*),
        2
      ) as completion_rate
    FROM projects
    GROUP BY project_type
    ORDER BY completion_rate DESC"""


@dataclass
class Story:
    ada: UUID
    bob: UUID
    teacher: UUID
    mechanics: UUID
    electrics: UUID
    lessons: list[UUID]
    car: UUID
    bridge: UUID
    loose: UUID
    session: UUID


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Ada: 10 minutes in one course, 20 in another that she finishes, two projects. Bob: 10 minutes, two projects."""
    call = world.call
    teacher = world.person("grace", "instructor", occurred_at=JANUARY)
    ada = world.person(
        "ada", email="ada@example.org", full_name="Ada", occurred_at=JANUARY, academic_level="expert",
        email_verified=True,
        preferences={
            "accessibility": {"fontSize": "large", "highContrast": True, "screenReader": False},
            "privacy": {"profileVisibility": "public", "showProgress": True, "showAchievements": False},
            "notifications": {"achievements": True, "community": False},
        },
    )  # fmt: skip
    bob = world.person("bob", email="bob@example.org", occurred_at=MARCH)
    call(ada, "update_settings", theme="dark", push_notifications=False)
    call(ada, "update_profile", avatar_url="https://example.org/ada.png")
    call(None, "verify_wallet", wallet_id=call(ada, "link_wallet", chain="solana", address=WALLET))
    call(
        None, "store_encrypted_field", user_id=ada, field_name="ssn", key_id="k1", nonce=b"n" * 12, ciphertext=b"c" * 40
    )
    session = call(
        None, "open_session", user_id=ada, token_hash=b"\x01" * 32, token_jti="token-00001", expires_at=LATER,
        ip_address="192.0.2.7", user_agent="Firefox",
    )  # fmt: skip
    mechanics = call(
        teacher, "create_course", title="Mechanics", description="Forces.", discipline="mechanical",
        difficulty="beginner", estimated_minutes=300, learning_objectives={"objectives": ["Understand forces"]},
        content_structure={"parts": [1, 2]},
    ).course_id  # fmt: skip
    electrics = call(teacher, "create_course", title="Electrics", discipline="electrical").course_id
    lessons = [
        call(
            teacher, "add_lesson", course_id=mechanics, title="Statics", description="Rest.", content={"pages": 3},
            lesson_type="theory", duration_minutes=25, learning_outcomes=["Can sum forces"],
        ).lesson_id,
        call(teacher, "add_lesson", course_id=mechanics, title="Dynamics", lesson_type="project").lesson_id,
        call(teacher, "add_lesson", course_id=electrics, title="Charge").lesson_id,
    ]  # fmt: skip
    call(teacher, "add_lesson_prerequisite", lesson_id=lessons[1], prerequisite_lesson_id=lessons[0])
    for course in (mechanics, electrics):
        call(teacher, "publish_course", course_id=course)
    call(teacher, "add_prerequisite", course_id=electrics, prerequisite_course_id=mechanics, is_required=False)

    for user, course, lesson, seconds, at in (
        (ada, mechanics, lessons[0], 600, JANUARY),
        (ada, electrics, lessons[2], 1200, MARCH),
        (bob, mechanics, lessons[0], 600, MARCH),
    ):
        call(None, "record_enrollment", user_id=user, course_id=course, occurred_at=at)
        call(None, "record_completion", user_id=user, lesson_id=lesson, seconds=seconds, occurred_at=at)

    car, bridge, loose, _other = (
        call(
            user, "create_project", title=title, project_type=kind, components=COMPONENTS, course_id=course,
            description=f"{title}.", performance_metrics=METRICS,
        ).project_id
        for user, title, kind, course in (
            (ada, "Boxer", "car", mechanics), (ada, "Arch", "bridge", None), (bob, "Loose", "car", None),
            (bob, "Draft", "car", None),
        )
    )  # fmt: skip
    for user, project in ((ada, car), (bob, loose)):
        call(user, "publish_project", project_id=project)
    for project, user in ((car, ada), (bridge, ada)):
        call(
            None, "mint_project", project_id=project, token_id=f"token-{project}",
            nft_metadata=token_metadata(project, user),
        )  # fmt: skip
    call(world.admin, "feature_project", project_id=car)
    call(bob, "like_project", project_id=car)
    call(bob, "record_project_view", project_id=car)
    call(None, "fold_project_views")
    return Story(ada, bob, teacher, mechanics, electrics, lessons, car, bridge, loose, session)


def test_every_column_of_the_document(world: World) -> None:
    assert world.columns() == due_columns("engineering_forge")


def test_a_person(world: World, story: Story) -> None:
    # 10 for enrolling first, 50 + 25 and 50 for lessons, 500 + 100 for the first course, 100 for the first project.
    assert world.row("users", story.ada) == {
        "id": story.ada, "email": "ada@example.org", "username": "ada", "wallet_address": WALLET,
        "avatar_url": "https://example.org/ada.png",
        "preferences": {
            "theme": "dark",
            "notifications": {"email": True, "push": False, "achievements": True, "community": False},
            "accessibility": {"fontSize": "large", "highContrast": True, "screenReader": False},
            "privacy": {"profileVisibility": "public", "showProgress": True, "showAchievements": False},
        },
        "academic_level": "expert", "total_xp": 835, "created_at": JANUARY, "updated_at": ANY, "last_login": ANY,
        "is_active": True, "email_verified": True, "wallet_verified": True, "encrypted_ssn": b"c" * 40,
        "encrypted_private_key": None,
    }  # fmt: skip
    bob = world.row("users", story.bob)
    assert (bob["academic_level"], bob["wallet_address"], bob["wallet_verified"]) == ("beginner", None, False)


def test_a_session(world: World, story: Story) -> None:
    session = world.row("user_sessions", story.session)
    assert session == {
        "id": story.session, "user_id": story.ada, "session_token": "01" * 32, "ip_address": ANY,
        "user_agent": "Firefox", "expires_at": LATER, "created_at": ANY, "last_accessed_at": ANY,
    }  # fmt: skip
    assert str(session["ip_address"]) == "192.0.2.7"


def test_a_private_key_is_refused(world: World, story: Story) -> None:
    with raises_sqlstate("PA422"):
        world.call(
            None, "store_encrypted_field", user_id=story.ada, field_name="private_key", key_id="k1", nonce=b"n" * 12,
            ciphertext=b"c" * 40,
        )  # fmt: skip


def test_courses_and_lessons(world: World, story: Story) -> None:
    assert world.row("courses", story.mechanics) == {
        "id": story.mechanics, "title": "Mechanics", "description": "Forces.", "discipline": "mechanical",
        "difficulty_level": "beginner", "estimated_duration": 300, "prerequisites": [],
        "learning_objectives": {"objectives": ["Understand forces"]}, "content_structure": {"parts": [1, 2]},
        "is_active": True, "created_at": ANY, "updated_at": ANY, "created_by": story.teacher, "version": 1,
    }  # fmt: skip
    assert world.row("courses", story.electrics)["prerequisites"] == [str(story.mechanics)]
    assert world.row("lessons", story.lessons[0]) == {
        "id": story.lessons[0], "course_id": story.mechanics, "title": "Statics", "description": "Rest.",
        "content": {"pages": 3}, "lesson_type": "theory", "order_index": 1, "estimated_duration": 25,
        "prerequisites": [], "learning_outcomes": ["Can sum forces"], "is_active": True, "created_at": ANY,
        "updated_at": ANY,
    }  # fmt: skip
    assert world.row("lessons", story.lessons[1])["prerequisites"] == [str(story.lessons[0])]


def test_progress(world: World, story: Story) -> None:
    (row,) = world.ask(
        "select to_jsonb(p) - array['id', 'last_accessed_at', 'started_at'] from user_progress as p"
        " where user_id = %(user)s and course_id = %(course)s",
        user=story.ada, course=story.mechanics,
    )  # fmt: skip
    assert row[0] == {
        "user_id": str(story.ada), "course_id": str(story.mechanics), "progress_percentage": 50.0,
        "completed_lessons": [str(story.lessons[0])], "current_lesson_id": str(story.lessons[1]), "completed_at": None,
        "time_spent": 10.0,
    }  # fmt: skip


def test_a_project(world: World, story: Story) -> None:
    assert world.row("projects", story.car) == {
        "id": story.car, "user_id": story.ada, "course_id": story.mechanics, "title": "Boxer",
        "description": "Boxer.", "project_type": "car", "components": COMPONENTS, "performance_metrics": METRICS,
        "nft_token_id": f"token-{story.car}", "nft_metadata": token_metadata(story.car, story.ada), "is_public": True,
        "is_featured": True, "view_count": 1, "like_count": 1, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip


def test_achievements(world: World, story: Story) -> None:
    earned = "select title from achievements where user_id = %(user)s order by title"
    assert world.ask(earned, user=story.ada) == [
        ("Finisher",), ("First Lesson",), ("First Project",), ("First Steps",)
    ]  # fmt: skip
    achievement = world.row("achievements", "Finisher", "title")
    assert achievement == {
        "id": ANY, "user_id": story.ada, "achievement_type": "milestone", "title": "Finisher",
        "description": "Complete your first course", "icon_url": None, "nft_token_id": None, "earned_at": ANY,
        "metadata": {},
    }  # fmt: skip
    assert world.row("achievement_definitions", "First Project", "title") == {
        "id": ANY, "title": "First Project", "description": "Complete your first engineering project",
        "achievement_type": "milestone",
        "criteria": {"metric": "projects_created", "threshold": 1, "scope": "global"}, "icon_url": None,
        "xp_reward": 100, "is_active": True, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip


def test_the_documents_own_criteria_are_understood(world: World) -> None:
    """The seed of the document says condition and value."""
    world.call(
        world.admin, "define_achievement", slug="tinkerer", title="Tinkerer", xp_reward=75,
        criteria={"condition": "projects_created", "value": 3},
    )  # fmt: skip
    assert world.row("achievement_definitions", "Tinkerer", "title")["criteria"] == {
        "metric": "projects_created", "threshold": 3, "scope": "global",
    }  # fmt: skip


def test_query_user_progress(world: World, story: Story) -> None:
    rows = world.ask(USER_PROGRESS, user=story.ada)
    assert rows == [(Decimal(100), "Electrics", ANY), (Decimal(50), "Mechanics", "Dynamics")]
    ours = """
        select progress_percentage, course_title, current_lesson_title from v_my_courses
        where user_id = %(user)s order by last_accessed_at desc"""
    assert world.ask_as(story.ada, ours, user=story.ada) == rows


def test_query_project_listing(world: World, story: Story) -> None:
    """The document's inner join loses what hangs on no course; ours lists it, and what was minted and outlives it."""
    ((*project, username, course),) = world.ask(PROJECT_LISTING)
    assert (project[0], username, course) == (story.car, "ada", "Mechanics")
    ours = "select project_id, username, course_title from list_projects()"
    assert world.ask_as(story.bob, ours) == [(story.loose, "bob", None), (story.car, "ada", "Mechanics")]


def test_an_event(world: World, story: Story) -> None:
    event = world.call(
        story.bob, "track_event", event_type="lesson.viewed", event_data={"page": 2}, session_id="visit-1",
        ip_address="192.0.2.9", user_agent="Firefox",
    )  # fmt: skip
    row = world.row("analytics_events", event)
    assert row == {
        "id": event, "user_id": story.bob, "event_type": "lesson.viewed", "event_data": {"page": 2},
        "session_id": "visit-1", "ip_address": ANY, "user_agent": "Firefox", "created_at": ANY,
    }  # fmt: skip
    assert str(row["ip_address"]) == "192.0.2.9"


def test_report_user_engagement(world: World, story: Story) -> None:
    """The document's joins multiply each course's minutes by the number of projects times that of achievements."""
    theirs = {row[0]: row[1:6] for row in world.ask(USER_ENGAGEMENT)}
    ours = {row[0]: row[1:6] for row in world.ask(EXACT_ENGAGEMENT)}
    assert ours[story.ada] == ("ada", 2, 2, 4, Decimal(30))
    assert theirs[story.ada] == ("ada", 2, 2, 4, Decimal(30 * 2 * 4))
    # First Steps, First Lesson, First Project.
    assert ours[story.bob] == ("bob", 1, 2, 3, Decimal(10))
    assert theirs[story.bob] == ("bob", 1, 2, 3, Decimal(10 * 2 * 3))
    assert ours[story.teacher] == theirs[story.teacher] == ("grace", 0, 0, 0, None)
    shown = world.ask_as(world.admin, "select * from user_engagement")
    assert {row[0]: row[1:6] for row in shown if row[0] in (story.ada, story.bob)} == {
        story.ada: ("ada", 2, 2, 4, 30), story.bob: ("bob", 1, 2, 3, 10),
    }  # fmt: skip


def test_report_course_performance(world: World, story: Story) -> None:
    """One join, no product: the document's figures are right."""
    rows = {row[0]: row[1:] for row in world.ask(COURSE_PERFORMANCE)}
    assert rows == {
        story.mechanics: ("Mechanics", "mechanical", 2, 0, Decimal(50), Decimal(10)),
        story.electrics: ("Electrics", "electrical", 1, 1, Decimal(100), Decimal(20)),
    }
    ours = """
        select id, title, discipline, enrolled_users, completed_users, avg_progress, avg_time_spent
        from course_performance"""
    assert {row[0]: row[1:] for row in world.ask_as(world.admin, ours)} == rows


def test_report_monthly_growth(world: World, story: Story) -> None:
    """The document's rows leave out the months in which nobody came: February 2025."""
    january, february, march = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2, 3))
    assert world.ask(MONTHLY_GROWTH)[:2] == [(january, 2, 2), (march, 1, 3)]
    whole = [(january, 2, 2), (february, 0, 2), (march, 1, 3)]
    assert world.ask(WHOLE_GROWTH, until=march) == whole
    shown = world.ask_as(world.admin, "select month, new_users, total_users from monthly_growth() limit 3")
    assert shown == [(month.date(), new, total) for month, new, total in whole]


def test_report_project_completion(world: World, story: Story) -> None:
    """What the document calls completed is what was minted."""
    rows: list[Any] = [("bridge", 1, 1, Decimal("100.00")), ("car", 3, 1, Decimal("33.33"))]
    assert world.ask(PROJECT_COMPLETION) == rows
    assert world.ask_as(world.admin, "select * from v_project_completion order by completion_rate desc") == rows


def test_row_level_security(world: World, story: Story) -> None:
    """user_own_data and project_access; but what is public may be read only, where the document's policy is for all."""
    assert world.ask_as(story.bob, "select username from users") == [("bob",)]
    projects = "select title from projects order by title"
    assert world.ask_as(story.bob, projects) == [("Boxer",), ("Draft",), ("Loose",)]
    with raises_sqlstate("42501"):
        world.ask_as(story.bob, "update projects set title = 'Mine' where id = %(car)s returning id", car=story.car)


def test_what_hangs_on_a_person_or_a_course(world: World, story: Story) -> None:
    """The document deletes in cascades. Here nobody's work goes with somebody else's row: people and courses that
    anything hangs on are marked as deleted, never removed."""
    for table, row in (("users", story.bob), ("courses", story.mechanics)):
        with raises_sqlstate("23503", conn=world.owner):
            world.owner.execute(f"delete from {table} where id = %s", (row,))
