"""The study platform: its tables, its relationships and its examples, over the school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest

from tests.requirements.world import World, due_columns
from tests.study.materials import FLASHCARD, QUIZ
from tests.support.asserts import raises_sqlstate


@dataclass
class Story:
    ada: UUID
    material: UUID
    chunk: UUID
    quiz: UUID
    card: UUID
    #: The session as it stood when it had ended, before its data became metrics.
    session: dict[str, Any]
    answer: UUID
    feedback: UUID


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Ada has a page made into a quiz and a flashcard, answers one question rightly in 900 ms, looks and skips."""
    call = world.call
    ada = world.person(
        "ada", email="ada@example.org", first_name="Ada", last_name="Lovelace", password_hash="$2b$12$" + "a" * 53,
        preferences={"theme": "dark"},
    )  # fmt: skip
    call(ada, "update_profile", avatar_url="https://example.org/a.png")
    material = call(
        ada, "create_material", title="Laws", source_type="url", source_url="https://example.org/laws",
        description="Newton's.", subject_area="physics", difficulty_level="beginner", tags=("newton", "force"),
        metadata={"pages": 2},
    )  # fmt: skip
    chunks = [
        {
            "content": "Force is mass times acceleration.", "chunk_type": "section", "language": "en",
            "summary": "F = m a", "relevance_score": 0.9, "metadata": {"page": 1},
        },
        {"content": "Action and reaction."},
    ]  # fmt: skip
    call(None, "store_chunks", material_id=material, chunks=chunks)
    call(None, "set_material_status", material_id=material, status="ready", content_length=51)
    ((chunk,),) = world.ask("select id from content_chunks where chunk_order = 1")
    quiz = call(
        None, "store_asset", material_id=material, asset_type="quiz", content=QUIZ, generation_model="a-model",
        content_chunk_id=chunk, quality_score=Decimal("0.8"), difficulty_level=3, generation_params={"temperature": 0},
        metadata={"prompt": 7},
    )  # fmt: skip
    card = call(
        None, "store_asset", material_id=material, asset_type="flashcard", content=FLASHCARD, generation_model="a-model"
    )
    session = call(
        ada, "start_study_session", material_id=material, session_type="quiz", configuration={"length": 3}
    )  # fmt: skip
    answer = call(
        ada, "record_interaction", session_id=session, interaction_type="answer", asset_id=quiz, response_time_ms=900,
        confidence_level=Decimal("0.7"), interaction_data={"question": 0, "options": [0, 2]},
    )  # fmt: skip
    call(ada, "record_interaction", session_id=session, interaction_type="view", asset_id=card)
    call(ada, "record_interaction", session_id=session, interaction_type="skip", asset_id=card)
    feedback = call(
        ada, "leave_feedback", feedback_type="rating", interaction_id=answer.interaction_id,
        interaction_created_at=answer.created_at, rating=4, comment="Good.", metadata={"screen": "quiz"},
    )  # fmt: skip
    call(ada, "end_study_session", session_id=session, completion_percentage=80, session_data={"page": 3})
    row = world.row("learning_sessions", session)
    assert call(None, "aggregate_session_data", before=datetime.now(UTC) + timedelta(minutes=1)) == 1
    return Story(ada, material, chunk, quiz, card, row, answer.interaction_id, feedback)


def test_every_column_of_the_document(world: World) -> None:
    assert world.columns() == due_columns("study_platform")


def test_a_person(world: World, story: Story) -> None:
    assert world.row("users", story.ada) == {
        "id": story.ada, "email": "ada@example.org", "username": "ada", "password_hash": "$2b$12$" + "a" * 53,
        "first_name": "Ada", "last_name": "Lovelace", "profile_picture_url": "https://example.org/a.png",
        "preferences": {"theme": "dark"}, "created_at": ANY, "updated_at": ANY, "deleted_at": None, "is_active": True,
        "last_login_at": None,
    }  # fmt: skip


def test_a_material_and_its_chunks(world: World, story: Story) -> None:
    assert world.row("study_materials", story.material) == {
        "id": story.material, "user_id": story.ada, "title": "Laws", "description": "Newton's.",
        "source_url": "https://example.org/laws", "source_type": "url", "metadata": {"pages": 2}, "status": "ready",
        "created_at": ANY, "updated_at": ANY, "deleted_at": None, "content_length": 51, "difficulty_level": "beginner",
        "subject_area": "physics", "tags": ["force", "newton"],
    }  # fmt: skip
    assert world.row("content_chunks", story.chunk) == {
        "id": story.chunk, "study_material_id": story.material, "chunk_order": 1,
        "content": "Force is mass times acceleration.", "chunk_type": "section", "metadata": {"page": 1},
        "created_at": ANY, "updated_at": ANY, "word_count": 5, "language": "en", "summary": "F = m a",
        "relevance_score": Decimal("0.9"),
    }  # fmt: skip
    assert world.ask("select chunk_order, chunk_type from content_chunks order by chunk_order") == [
        (1, "section"), (2, "paragraph"),
    ]  # fmt: skip


def test_a_material_is_processed_first(world: World, story: Story) -> None:
    """status is 'processing' until the back end says otherwise."""
    bob = world.person("bob", email="bob@example.org")
    material = world.call(bob, "create_material", title="Notes", source_type="text")
    assert world.row("study_materials", material)["status"] == "processing"
    world.call(bob, "delete_material", material_id=material)
    assert world.row("study_materials", material)["deleted_at"] is not None


def test_a_generated_asset(world: World, story: Story) -> None:
    assert world.row("generated_assets", story.quiz) == {
        "id": story.quiz, "study_material_id": story.material, "content_chunk_id": story.chunk, "asset_type": "quiz",
        "content": QUIZ, "metadata": {"prompt": 7}, "generation_model": "a-model", "created_at": ANY,
        "updated_at": ANY, "status": "ready", "quality_score": Decimal("0.8"), "difficulty_level": 3,
        "generation_params": {"temperature": 0},
    }  # fmt: skip
    card = world.row("generated_assets", story.card)
    assert (card["asset_type"], card["content"], card["content_chunk_id"]) == ("flashcard", FLASHCARD, None)


def test_a_session_and_its_interactions(world: World, story: Story) -> None:
    assert story.session == {
        "id": ANY, "user_id": story.ada, "study_material_id": story.material, "started_at": ANY, "ended_at": ANY,
        "session_type": "quiz", "session_data": {"page": 3}, "total_interactions": 3,
        "completion_percentage": Decimal(80), "status": "completed", "configuration": {"length": 3},
    }  # fmt: skip
    assert world.row("interactions", story.answer) == {
        "id": story.answer, "learning_session_id": story.session["id"], "generated_asset_id": story.quiz,
        "user_id": story.ada, "interaction_type": "answer", "interaction_data": {"question": 0, "options": [0, 2]},
        "created_at": ANY, "is_correct": True, "response_time_ms": 900, "confidence_level": Decimal("0.7"),
        "feedback_data": {"correct_options": [0, 2], "explanation": "They have a direction."},
    }  # fmt: skip
    kinds = "select interaction_type, is_correct from interactions order by created_at"
    assert world.ask(kinds) == [("answer", True), ("view", None), ("skip", None)]


def test_feedback(world: World, story: Story) -> None:
    assert world.row("user_feedback", story.feedback) == {
        "id": story.feedback, "user_id": story.ada, "generated_asset_id": story.quiz, "interaction_id": story.answer,
        "feedback_type": "rating", "rating": 4, "comment": "Good.", "metadata": {"screen": "quiz"}, "created_at": ANY,
        "updated_at": ANY, "status": "active",
    }  # fmt: skip
    with raises_sqlstate("PA422"):
        world.call(story.ada, "leave_feedback", feedback_type="rating", asset_id=story.quiz, rating=6)


def test_metrics(world: World, story: Story) -> None:
    """session_data is kept for months, then aggregated: one of one right, 900 ms, three interactions, 80 percent."""
    metrics = """
        select metric_type, metric_value, aggregation_type, subject_area, learning_session_id, user_id
        from progress_metrics where metric_type <> 'duration' order by metric_type"""
    of = ("physics", story.session["id"], story.ada)
    assert world.ask(metrics) == [
        ("accuracy", 100, "average", *of), ("completion", 80, "last", *of), ("interactions", 3, "count", *of),
        ("speed", 900, "average", *of),
    ]  # fmt: skip
    assert world.row("learning_sessions", story.session["id"])["session_data"] is None


def test_relationships(world: World, story: Story) -> None:
    """The document's diagram, walked from the person to the last of what hangs on them."""
    query = """
        select u.username, m.title, c.chunk_order, a.asset_type, s.session_type, i.interaction_type, f.rating
        from users as u
        join study_materials as m on m.user_id = u.id
        join content_chunks as c on c.study_material_id = m.id
        join generated_assets as a on a.content_chunk_id = c.id and a.study_material_id = m.id
        join learning_sessions as s on s.user_id = u.id and s.study_material_id = m.id
        join interactions as i on i.learning_session_id = s.id and i.generated_asset_id = a.id and i.user_id = u.id
        join user_feedback as f on f.interaction_id = i.id and f.generated_asset_id = a.id and f.user_id = u.id"""
    assert world.ask(query) == [("ada", "Laws", 1, "quiz", "quiz", "answer", 4)]


def test_an_audit_log(world: World, story: Story) -> None:
    """A change with the values before and after, from where and with what."""
    with world.school.app(story.ada) as conn:
        for name, value in (("ip_address", "192.0.2.7"), ("user_agent", "Firefox"), ("session_id", "s-1")):
            conn.execute("select set_config(%s, %s, true)", (f"pgacademy.{name}", value))
        conn.execute("select update_profile(p_show_on_leaderboard => false)")
    row = world.row("audit_logs", "s-1", "session_id")
    assert row == {
        "id": ANY, "user_id": story.ada, "action": "update", "entity_type": "users", "entity_id": str(story.ada),
        "old_values": {"show_on_leaderboard": True}, "new_values": {"show_on_leaderboard": False}, "ip_address": ANY,
        "user_agent": "Firefox", "created_at": ANY, "session_id": "s-1", "is_success": True, "error_message": None,
    }  # fmt: skip
    assert str(row["ip_address"]) == "192.0.2.7"


@pytest.mark.parametrize(
    ("table", "column"),
    [("audit_logs", "created_at"), ("interactions", "created_at"), ("progress_metrics", "recorded_at")],
)
def test_partitioned_by_month(world: World, table: str, column: str) -> None:
    """The month before, this one, and a year ahead."""
    world.owner.execute("select ensure_partitions()")
    query = """
        select pg_get_partkeydef(p.oid), count(i.inhrelid)
        from pg_class as p left join pg_inherits as i on i.inhparent = p.oid
        where p.oid = %s::regclass group by p.oid"""
    assert world.owner.execute(query, (table,)).fetchall() == [(f"RANGE ({column})", 14)]


def test_adding_a_column(world: World, story: Story) -> None:
    """The example of the document, phone_number: there, and null until somebody says theirs."""
    query = "select phone_number from users where id = %(ada)s"
    assert world.ask_as(story.ada, query, ada=story.ada) == [(None,)]
    world.call(story.ada, "update_profile", phone_number="+39 06 1234567")
    assert world.ask_as(story.ada, query, ada=story.ada) == [("+39 06 1234567",)]


def test_the_database(world: World) -> None:
    """The creation script: UTF8, pg_trgm; uuid-ossp is not needed for what it was for."""
    query = "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
    assert world.owner.execute(query).fetchone() == ("UTF8",)
    assert world.owner.execute("select extname from pg_extension where extname <> 'plpgsql'").fetchall() == [
        ("pg_trgm",)
    ]
    (first,), (second,) = world.owner.execute("select uuid_v7() from generate_series(1, 2)").fetchall()
    assert (first.version, first != second) == (7, True)
