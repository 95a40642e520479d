"""Reviews of flashcards: which are due, what they count for, and what they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from tests.study.materials import call, make_card, make_material, make_session
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
REVIEW = "select state, was_due, current_streak, achievements, xp_awarded from review_card(%s, %s)"


@pytest.fixture(autouse=True)
def _in_step(db: Connection) -> Any:
    """After every test everything that verify_integrity knows is true."""
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


def reviews(conn: Connection, user: UUID) -> int:
    return cast(int, one(conn, "select reviews_completed from user_stats where user_id = %s", user))


def test_only_a_card_that_is_due_counts(db: Connection, ada: UUID) -> None:
    """Else one card, asked for over and over, would make the achievement."""
    insert(
        db, "achievements", slug="reviewer", title="Reviewer", xp_reward=5,
        criteria={"metric": "reviews_completed", "threshold": 1},
    )  # fmt: skip
    card = make_card(db, ada)
    state, was_due, streak, achievements, xp = call(db, ada, REVIEW, card, 3)
    assert (state, was_due, streak, [a["title"] for a in achievements], xp) == ("learning", True, 1, ["Reviewer"], 5)
    for rating in (1, 2, 3, 4):
        assert call(db, ada, REVIEW, card, rating)[1] is False
    assert reviews(db, ada) == 1
    assert call(db, ada, "select count(*) from review_logs") == 5
    assert call(db, ada, "select review_count, lapse_count, state from review_cards") == (5, 0, "review")
    assert one(db, "select last_activity_at = now() from user_stats where user_id = %s", ada)


def test_a_key_reviews_once(db: Connection, ada: UUID) -> None:
    card = make_card(db, ada)
    query = "select * from review_card(%s, %s, 'k')"
    assert call(db, ada, query, card, 3) == call(db, ada, query, card, 3)
    with raises_sqlstate("PA409", conn=db):
        call(db, ada, query, card, 4)
    assert call(db, ada, "select review_count from review_cards") == 1


def test_what_is_due_comes_in_order(db: Connection, ada: UUID) -> None:
    material = make_material(db, ada)
    cards = [make_card(db, ada, material) for _ in range(3)]
    for card, minutes in zip(cards, (5, 20, -1), strict=True):
        db.execute("update review_cards set due_at = now() - make_interval(mins => %s) where id = %s", (minutes, card))
    assert call(db, ada, "select array_agg(card_id) from due_cards()") == [cards[1], cards[0]]
    assert call(db, ada, "select card_id, retrievability from due_cards(1)") == (cards[1], None)
    assert call(db, make_user(db), "select count(*) from due_cards()") == 0
    assert call(db, ada, "select cards, cards_due, cards_new, next_due_at is not null from v_my_study") == (
        3, 2, 3, True,
    )  # fmt: skip
    for limit in (0, 501, None):
        with raises_sqlstate("PA422", conn=db):
            call(db, ada, "select * from due_cards(%s)", limit)


def test_what_is_refused(db: Connection, ada: UUID) -> None:
    card, eve = make_card(db, ada), make_user(db)
    with raises_sqlstate("PA404", conn=db):
        call(db, eve, REVIEW, card, 3)
    for rating in (0, 5, None):
        with raises_sqlstate("PA422", conn=db):
            call(db, ada, REVIEW, card, rating)
    with raises_sqlstate("42501", conn=db):
        call(db, ada, "select record_review(%s, 3)", card)


def test_reviews_made_elsewhere_come_in_their_order(db: Connection, ada: UUID) -> None:
    card, now = make_card(db, ada), datetime.now(UTC)
    db.execute("update review_cards set due_at = %s where id = %s", (now - timedelta(days=30), card))
    record = "select was_due, current_streak from record_review(%s, %s, %s)"
    assert one(db, record, card, 4, now - timedelta(days=20)) == (True, 0)
    with raises_sqlstate("PA409", conn=db):
        one(db, record, card, 3, now - timedelta(days=21))
    with raises_sqlstate("PA422", conn=db):
        one(db, record, card, 3, now + timedelta(days=1))
    assert one(db, record, card, 1, now)[0] is True
    assert one(db, "select state, lapse_count from review_cards where id = %s", card) == ("relearning", 1)
    assert call(db, ada, "select reviews_30_days, true_retention_30_days from v_my_study") == (2, 0)
    assert reviews(db, ada) == 2


def test_the_dashboard_multiplies_nothing(db: Connection, ada: UUID) -> None:
    """The trap of the documents: one join over materials, cards and interactions counts each by the others."""
    materials = [make_material(db, ada) for _ in range(2)]
    for _ in range(3):
        make_card(db, ada, materials[0])
    for material in (*materials, materials[0]):
        session = make_session(db, ada, material)
        for _ in range(2):
            call(db, ada, "select 1 from record_interaction(%s, 'answer', p_response_time_ms => 100)", session)
    assert call(
        db, ada,
        "select materials, cards, cards_due, sessions, interactions_30_days, average_response_ms_30_days"
        " from v_my_study",
    ) == (2, 3, 3, 3, 6, 100)  # fmt: skip


def test_counts_are_mended(db: Connection, ada: UUID) -> None:
    card = make_card(db, ada)
    call(db, ada, REVIEW, card, 3)
    db.execute("update review_cards set review_count = 4, lapse_count = 1, due_at = 'epoch'")
    db.execute("update user_stats set reviews_completed = 9 where user_id = %s", (ada,))
    make_card(db, ada)
    db.execute("delete from review_cards where review_count = 0")
    found = {row[0] for row in db.execute("select check_name from verify_integrity()").fetchall()}
    assert found == {
        "one_to_one", "review_cards.review_count", "review_cards.lapse_count", "review_cards.due_at",
        "user_stats.reviews_completed",
    }  # fmt: skip
    assert {row[0] for row in db.execute("select check_name from repair_counters()").fetchall()} == found
