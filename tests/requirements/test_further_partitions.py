"""Partitions that the documents think of for later, by person and by date: what making them would cost today."""

from __future__ import annotations

import pytest

from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection


@pytest.mark.parametrize(
    ("table", "by"),
    [
        ("learning_sessions", "hash (user_id)"),
        ("interactions", "hash (user_id)"),
        ("lesson_progress", "range (completed_at)"),
        ("chain_transactions", "range (created_at)"),
    ],
)
def test_a_key_that_it_would_lose(db: Connection, table: str, by: str) -> None:
    """A unique key of a partitioned table holds the partition's column. One completion a person and lesson, one entry
    a transaction of a chain: with the moment in it such a key forbids nothing any more."""
    with raises_sqlstate("0A000", conn=db):
        db.execute(f"create table further (like {table} including defaults including indexes) partition by {by}")


def test_streaks_may_be_partitioned_whenever_they_have_to(db: Connection) -> None:
    """Their key is the person and the date. Each question is about a person's days, and would look into every part."""
    db.execute("create table further (like user_streaks including indexes) partition by range (streak_date)")
