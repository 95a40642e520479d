"""What people study, what the back end makes of it, and what is theirs alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import acting
from tests.study.materials import FLASHCARD, QUIZ, call, make_asset, make_material
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def _in_step(db: Connection) -> Any:
    """After every test everything that verify_integrity knows is true."""
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


class TestMaterials:
    def test_one_is_added_changed_and_removed(self, db: Connection, ada: UUID) -> None:
        material = call(
            db, ada, "select create_material('Laws', 'url', 'https://example.org/laws', p_tags => %s)",
            [" Physics", "physics", "newton"],
        )  # fmt: skip
        seen = "select title, status, tags, difficulty_level, description from study_materials"
        assert call(db, ada, seen) == ("Laws", "processing", ["newton", "physics"], None, None)
        call(db, ada, "select update_material(%s, 'Newton', 'Three.', p_difficulty_level => 'beginner')", material)
        call(db, ada, "select update_material(%s, p_clear => '{description}')", material)
        assert call(db, ada, seen) == ("Newton", "processing", ["newton", "physics"], "beginner", None)
        make_asset(db, material)
        call(db, ada, "select delete_material(%s)", material)
        for table in ("study_materials", "generated_assets", "v_due_cards"):
            assert call(db, ada, f"select count(*) from {table}") == 0
        assert one(db, "select deleted_at is not null from study_materials where id = %s", material)
        for query in ("select delete_material(%s)", "select update_material(%s)", "select start_study_session(%s)"):
            with raises_sqlstate("PA404", conn=db):
                call(db, ada, query, material)
        with raises_sqlstate("PA404", conn=db):
            make_asset(db, material)

    def test_what_can_be_cleared(self, db: Connection, ada: UUID) -> None:
        page = make_material(db, ada, source_type="url", source_url="https://example.org/laws")
        for material, given in (
            (page, "p_clear => '{source_url}'"),
            (page, "p_clear => '{title}'"),
            (page, "p_clear => array[null]"),
            (page, "p_clear => '{description}', p_description => 'Three.'"),
        ):
            with raises_sqlstate("PA422", conn=db):
                call(db, ada, f"select update_material(%s, {given})", material)
        text = make_material(db, ada, source_url="https://example.org/laws")
        call(db, ada, "select update_material(%s, p_clear => '{source_url,subject_area}')", text)
        assert one(db, "select source_url from study_materials where id = %s", text) is None

    def test_a_key_makes_it_once(self, db: Connection, ada: UUID) -> None:
        query = "select create_material(%s, 'text', p_idempotency_key => 'k')"
        assert call(db, ada, query, "A") == call(db, ada, query, "A")
        with raises_sqlstate("PA409", conn=db):
            call(db, ada, query, "B")
        assert call(db, ada, "select count(*) from study_materials") == 1

    def test_there_is_a_limit(self, db: Connection, ada: UUID) -> None:
        db.execute("update platform_settings set setting_value = '2' where setting_key = 'study.max_materials'")
        first, _ = make_material(db, ada), make_material(db, ada)
        with raises_sqlstate("PA409", conn=db):
            make_material(db, ada)
        call(db, ada, "select delete_material(%s)", first)
        make_material(db, ada)

    def test_anothers_is_none(self, db: Connection, ada: UUID) -> None:
        material, eve = make_material(db, ada, chunks=2), make_user(db)
        asset = make_asset(db, material)
        for table, count in {
            "study_materials": 1, "content_chunks": 2, "generated_assets": 1, "review_cards": 1
        }.items():  # fmt: skip
            assert call(db, eve, f"select count(*) from {table}") == 0
            assert call(db, ada, f"select count(*) from {table}") == count
        for query in (
            "select update_material(%s, 'Mine')", "select delete_material(%s)", "select start_study_session(%s)",
        ):  # fmt: skip
            with raises_sqlstate("PA404", conn=db):
                call(db, eve, query, material)
        with raises_sqlstate("PA404", conn=db):
            call(db, eve, "select leave_feedback('rating', %s, p_rating => 1)", asset)

    @pytest.mark.parametrize(
        "given",
        [
            {"source_type": "ftp"},
            {"source_type": "url"},
            {"source_url": "javascript:alert(1)"},
            {"title": " "},
            {"title": "two\nlines"},
            {"difficulty_level": "hard"},
            {"tags": ["two words"]},
            {"tags": [f"t{n}" for n in range(21)]},
            {"metadata": Jsonb([])},
        ],
        ids=str,
    )
    def test_what_it_cannot_be(self, db: Connection, ada: UUID, given: dict[str, Any]) -> None:
        with raises_sqlstate("PA422", conn=db):
            make_material(db, ada, **given)

    def test_nobody_owns_what_hangs_on_anothers(self, db: Connection, ada: UUID) -> None:
        """The keys say so: a session, a chunk of another material, an interaction in somebody's name."""
        material, other, eve = make_material(db, ada, chunks=1), make_material(db, ada, chunks=1), make_user(db)
        chunk = one(db, "select id from content_chunks where study_material_id = %s", other)
        for statement, args in (
            (
                "insert into learning_sessions (user_id, study_material_id, session_type) values (%s, %s, 'study')",
                (eve, material),
            ),
            (
                "insert into generated_assets (study_material_id, content_chunk_id, asset_type, content,"
                " generation_model) values (%s, %s, 'flashcard', %s, 'm')",
                (material, chunk, Jsonb(FLASHCARD)),
            ),
        ):
            with raises_sqlstate("23503", conn=db):
                db.execute(statement, args)


class TestWhatTheBackEndMakes:
    def test_chunks_are_replaced_where_they_differ(self, db: Connection, ada: UUID) -> None:
        material = make_material(db, ada, chunks=3)
        rows = "select id from content_chunks where study_material_id = %s order by chunk_order"
        first, second, third = (row[0] for row in db.execute(rows, (material,)).fetchall())
        assets = [make_asset(db, material, content_chunk_id=chunk) for chunk in (first, second, third)]
        again = [{"content": "Piece 1."}, {"content": "Another.", "language": "en", "relevance_score": 0.5}]
        assert one(db, "select store_chunks(%s, %s)", material, Jsonb(again)) == 2
        assert [row[0] for row in db.execute(rows, (material,)).fetchall()] == [first, second]
        assert one(db, "select content_length from study_materials where id = %s", material) == 16
        assert one(db, "select word_count, language, relevance_score from content_chunks where id = %s", second) == (
            1, "en", one(db, "select 0.5")
        )  # fmt: skip
        kept = "select array_agg(content_chunk_id order by id) from generated_assets where id = any(%s)"
        assert one(db, kept, assets) == [first, None, None]

    def test_only_a_ready_flashcard_is_a_card(self, db: Connection, ada: UUID) -> None:
        material = make_material(db, ada)
        for kind in ("quiz", "summary"):
            make_asset(db, material, kind)
        draft = make_asset(db, material, status="draft")
        cards = "select count(*) from review_cards"
        assert call(db, ada, cards) == 0
        db.execute("select set_asset_status(%s, 'ready', 0.9)", (draft,))
        assert call(db, ada, cards) == 1
        db.execute("select set_asset_status(%s, 'retired')", (draft,))
        assert call(db, ada, cards) == 1
        assert call(db, ada, "select count(*) from due_cards()") == 0
        with raises_sqlstate("PA404", conn=db):
            call(db, ada, "select review_card(id, 3) from review_cards")

    def test_a_key_stores_it_once(self, db: Connection, ada: UUID) -> None:
        material = make_material(db, ada)
        assert make_asset(db, material, idempotency_key="k") == make_asset(db, material, idempotency_key="k")
        with raises_sqlstate("PA409", conn=db):
            make_asset(db, material, "quiz", idempotency_key="k")

    @pytest.mark.parametrize(
        ("kind", "given"),
        [
            ("flashcard", {"content": Jsonb({"front": "?"})}),
            ("flashcard", {"content": Jsonb(QUIZ)}),
            ("quiz", {"content": Jsonb({"questions": []})}),
            ("summary", {"content": Jsonb({"text": ""})}),
            ("summary", {"quality_score": Decimal("1.01")}),
            ("summary", {"difficulty_level": 11}),
            ("summary", {"generation_model": ""}),
            ("summary", {"status": "lost"}),
        ],
    )
    def test_what_an_asset_cannot_be(self, db: Connection, ada: UUID, kind: str, given: dict[str, Any]) -> None:
        with raises_sqlstate("PA422", conn=db):
            make_asset(db, make_material(db, ada), kind, **given)

    def test_only_the_service_may(self, db: Connection, ada: UUID) -> None:
        material = make_material(db, ada)
        for query in ("select store_chunks(%s, '[]')", "select set_material_status(%s, 'ready')"):
            with raises_sqlstate("42501", conn=db):
                call(db, ada, query, material)

    def test_nothing_of_what_is_not_there(self, db: Connection) -> None:
        for query in ('store_chunks(%s, \'[{"content": "x"}]\')', "set_material_status(%s, 'ready')"):
            with raises_sqlstate("PA404", conn=db):
                one(db, f"select {query}", uuid4())
        with raises_sqlstate("PA404", conn=db):
            one(db, "select set_asset_status(%s, 'ready')", uuid4())


def test_the_scheduler_takes_no_nonsense(db: Connection) -> None:
    admin = make_user(db, "admin")
    for key, value in (
        ("fsrs_parameters", [1] * 20),
        ("fsrs_parameters", [1] * 20 + ["x"]),
        ("fsrs_parameters", [1] * 20 + [0.9]),
        ("learning_steps_minutes", [0]),
        ("relearning_steps_minutes", ["ten"]),
        ("desired_retention_percent", 100),
        ("maximum_interval_days", 0),
    ):
        with raises_sqlstate("PA422", conn=db), acting(db, admin, "admin"):
            db.execute("select set_setting(%s, %s)", (f"study.{key}", Jsonb(value)))
    with acting(db, admin, "admin"):
        db.execute("select set_setting('study.learning_steps_minutes', '[1, 5, 15]')")
        db.execute("select set_setting('study.desired_retention_percent', '85')")
    assert one(db, "select cardinality(learning_steps), desired_retention from fsrs_scheduler()") == (3, 0.85)
