"""Study materials, flashcards and sessions for tests, made as they are made: by their owner and by the back end."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, acting
from tests.support.queries import one

Connection = psycopg.Connection[Any]

FLASHCARD = {"front": "What does F = m a say?", "back": "Force is mass times acceleration."}
QUIZ = {
    "questions": [
        {
            "question": "Which of these are vectors?",
            "options": [
                {"text": "force", "is_correct": True},
                {"text": "mass", "is_correct": False},
                {"text": "velocity", "is_correct": True},
            ],
            "explanation": "They have a direction.",
        }
    ]
}
SUMMARY = {"text": "Newton's three laws.", "key_points": ["inertia", "force", "reaction"]}


def call(conn: Connection, user: UUID | None, query: str, *args: Any, role: Role = "student") -> Any:
    with acting(conn, user, role):
        return one(conn, query, *args)


def make_material(conn: Connection, user: UUID, status: str = "ready", chunks: int = 0, **given: Any) -> UUID:
    arguments = {"title": "Mechanics", "source_type": "text"} | given
    names = ", ".join(f"p_{name} => %s" for name in arguments)
    material = call(conn, user, f"select create_material({names})", *arguments.values())
    if chunks:
        pieces = [{"content": f"Piece {n}."} for n in range(1, chunks + 1)]
        conn.execute("select store_chunks(%s, %s)", (material, Jsonb(pieces)))
    conn.execute("select set_material_status(%s, %s)", (material, status))
    return cast(UUID, material)


def make_asset(conn: Connection, material: UUID, asset_type: str = "flashcard", **given: Any) -> UUID:
    content = {"flashcard": FLASHCARD, "quiz": QUIZ, "summary": SUMMARY}[asset_type]
    arguments = {"content": Jsonb(content), "generation_model": "a-model"} | given
    names = ", ".join(f"p_{name} => %s" for name in arguments)
    return cast(UUID, one(conn, f"select store_asset(%s, %s, {names})", material, asset_type, *arguments.values()))


def make_card(conn: Connection, user: UUID, material: UUID | None = None) -> UUID:
    """A flashcard of the person's, due now; returns the card."""
    asset = make_asset(conn, material or make_material(conn, user))
    return cast(UUID, one(conn, "select id from review_cards where generated_asset_id = %s", asset))


def make_session(conn: Connection, user: UUID, material: UUID | None = None, kind: str = "study") -> UUID:
    return cast(
        UUID, call(conn, user, "select start_study_session(%s, %s)", material or make_material(conn, user), kind)
    )
