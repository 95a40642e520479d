"""How long the documents keep what grows with time."""

from __future__ import annotations

from typing import cast

import pytest

from tests.study.materials import make_asset, make_material
from tests.support.factories import Connection, make_user
from tests.support.queries import rows
from tests.support.visits import retire

#: Months, and what becomes of it then, in the documents' words: two years of audit, then archived; a year of
#: interactions, half a year of idle people's; half a year of session data, then aggregated; five years of metrics;
#: forum and chain a year, the faucet half a year, archived.
KEPT = {
    "audit_logs": (24, "archive"),
    "interactions": (12, "drop"),
    "interactions.idle": (6, "drop"),
    "session_data": (6, "aggregate"),
    "progress_metrics": (60, "drop"),
    "discussions": (12, "close"),
    "chain_transactions": (12, "archive"),
    "faucet_requests": (6, "archive"),
}


def partition(db: Connection, table: str, months_ago: int) -> str:
    """The name of the month so long before this one."""
    query = "select %s || to_char(date_trunc('month', now()) - %s * interval '1 month', '_\"p\"YYYY_MM')"
    return cast(str, rows(db, query, table, months_ago)[0])


def test_how_long(db: Connection) -> None:
    """All there is but analytics_events, of which no document says how long."""
    kept = {subject: (months, action) for subject, months, action in rows(
        db, "select subject, keep_months, action from retention_policies where subject <> 'analytics_events'"
    )}  # fmt: skip
    assert kept == KEPT


@pytest.mark.late
def test_months_leave_when_they_are_old_enough(db: Connection) -> None:
    """A month leaves when all of it is older than that, and not before."""
    for table in ("audit_logs", "interactions", "progress_metrics"):
        keep, _ = KEPT[table]
        for ago in (keep + 1, keep - 1):
            db.execute("select ensure_partitions(now() - %s * interval '1 month', 0)", (ago,))
        gone = set(retire(db))
        assert {ago - keep for ago in range(keep - 1, keep + 3) if partition(db, table, ago) in gone} == {1, 2}


def test_materials_are_kept(db: Connection) -> None:
    """Nothing of them ends by time."""
    ada = make_user(db)
    make_asset(db, make_material(db, ada, chunks=2))
    db.execute("update study_materials set created_at = now() - interval '20 years'")
    db.execute("select apply_retention()")
    assert rows(db, "select user_id from study_materials") == [ada]
    assert rows(db, "select count(*) from content_chunks union all select count(*) from generated_assets") == [2, 1]
