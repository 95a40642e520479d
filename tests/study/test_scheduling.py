"""FSRS-6 in SQL against its reference, the package `fsrs`: state, step, memory and next moment, review by review."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from tests.study.materials import make_card
from tests.support.factories import make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
START = datetime(2024, 1, 1, 8, tzinfo=UTC)
SCHEDULE = "select state, step, stability, difficulty, retrievability, due_at from schedule_review({})".format(
    ", ".join(["%s"] * 12)
)


def a_wait(rng: random.Random, card: Card, now: datetime) -> timedelta:
    """At once, on time, early, late, very late."""
    on_time = max(card.due - now, timedelta())
    return rng.choice(
        [
            timedelta(seconds=rng.randint(0, 3600)),
            on_time,
            on_time,
            on_time * rng.random(),
            on_time + timedelta(days=rng.randint(0, 30), seconds=rng.randint(0, 86399)),
            timedelta(days=rng.randint(1, 900)),
        ]
    )


def steps(minutes: list[float]) -> list[timedelta]:
    return [timedelta(minutes=m) for m in minutes]


def follow(conn: Connection, scheduler: Scheduler, rng: random.Random, reviews: int) -> None:
    card, now = Card(due=START), START
    state: tuple[Any, ...] = ("learning", 0, None, None, None)
    how = (
        list(scheduler.parameters), scheduler.desired_retention, list(scheduler.learning_steps),
        list(scheduler.relearning_steps), scheduler.maximum_interval,
    )  # fmt: skip
    for _ in range(reviews):
        rating = rng.choices((1, 2, 3, 4), (3, 2, 6, 1))[0]
        likely = scheduler.get_card_retrievability(card, now)
        card, _ = scheduler.review_card(card, Rating(rating), now)
        found = one(conn, SCHEDULE, *state, rating, now, *how)
        assert (found[0], found[1], found[5]) == (card.state.name.lower(), card.step, card.due)
        assert found[2:4] == pytest.approx((card.stability, card.difficulty), rel=1e-9)
        assert (found[4] or 0) == pytest.approx(likely, rel=1e-9)
        state = (*found[:4], now)
        now += a_wait(rng, card, now)


@pytest.mark.parametrize("seed", range(12))
def test_the_defaults(db: Connection, seed: int) -> None:
    scheduler = Scheduler(enable_fuzzing=False)
    found = one(db, "select * from fsrs_scheduler()")
    assert found == (
        list(scheduler.parameters), scheduler.desired_retention, list(scheduler.learning_steps),
        list(scheduler.relearning_steps), scheduler.maximum_interval,
    )  # fmt: skip
    follow(db, scheduler, random.Random(seed), 30)


@pytest.mark.parametrize("learning", [[], [5], [1, 10], [1, 10, 60]], ids=len)
@pytest.mark.parametrize("relearning", [[], [10], [3, 30]], ids=len)
def test_other_steps_parameters_and_retentions(db: Connection, learning: list[float], relearning: list[float]) -> None:
    rng = random.Random(f"{learning}{relearning}")
    parameters = [
        rng.uniform(max(low, high / 10), high)
        for low, high in zip(LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    ]
    scheduler = Scheduler(
        parameters=parameters, desired_retention=rng.uniform(0.7, 0.97), learning_steps=steps(learning),
        relearning_steps=steps(relearning), maximum_interval=rng.choice([30, 36500]), enable_fuzzing=False,
    )  # fmt: skip
    follow(db, scheduler, rng, 20)


def test_a_card_on_a_step_that_is_no_longer_there(db: Connection) -> None:
    long = Scheduler(learning_steps=steps([1, 5, 10, 60]), enable_fuzzing=False)
    card = Card(due=START)
    for minutes in (0, 1, 6):
        card, _ = long.review_card(card, Rating.Good, START + timedelta(minutes=minutes))
    assert card.step == 3
    short = Scheduler(enable_fuzzing=False)
    last, now = card.last_review, START + timedelta(hours=1)
    before = (card.state.name.lower(), card.step, card.stability, card.difficulty, last)
    how = one(db, "select * from fsrs_scheduler()")
    for rating in (1, 2, 3, 4):
        after, _ = short.review_card(card, Rating(rating), now)
        found = one(db, SCHEDULE, *before, rating, now, *how)
        assert (found[0], found[1], found[5]) == (after.state.name.lower(), after.step, after.due)


def test_the_procedure_follows_the_reference(db: Connection) -> None:
    """What is stored is what comes back: no digit is lost on the way."""
    scheduler, rng = Scheduler(enable_fuzzing=False), random.Random(7)
    card_id, card, now = make_card(db, make_user(db)), Card(due=START), START
    db.execute("update review_cards set due_at = %s where id = %s", (START, card_id))
    for _ in range(25):
        rating = rng.choices((1, 2, 3, 4), (3, 2, 6, 1))[0]
        card, _ = scheduler.review_card(card, Rating(rating), now)
        found = one(db, "select state, due_at from record_review(%s, %s, %s)", card_id, rating, now)
        assert found == (card.state.name.lower(), card.due)
        now += min(a_wait(rng, card, now), timedelta(days=25))
    stored = one(db, "select stability, difficulty, step, review_count from review_cards where id = %s", card_id)
    assert (float(stored[0]), float(stored[1])) == pytest.approx((card.stability, card.difficulty), rel=1e-9)
    assert stored[2:] == (card.step, 25)
    assert db.execute("select * from verify_integrity()").fetchall() == []
