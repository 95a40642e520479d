"""How long the documents keep what grows with time."""

from __future__ import annotations

from typing import Any

from tests.study.materials import make_asset, make_material
from tests.support.factories import Connection, make_user
from tests.support.visits import retire

#: Months, in the documents' words: two years of audit, a year of interactions, half a year of idle people's, half a
#: year of session data, five years of metrics; forum and chain a year, the faucet half a year.
MONTHS = {
    "audit_logs": 24,
    "interactions": 12,
    "interactions.idle": 6,
    "session_data": 6,
    "progress_metrics": 60,
    "discussions": 12,
    "chain_transactions": 12,
    "faucet_requests": 6,
}


def rows(db: Connection, query: str, *args: Any) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in db.execute(query, args).fetchall()]  # type: ignore[call-overload]


def partition(db: Connection, table: str, months_ago: int) -> str:
    """The name of the month so long before this one."""
    query = "select %s || to_char(date_trunc('month', now()) - %s * interval '1 month', '_\"p\"YYYY_MM')"
    return rows(db, query, table, months_ago)[0]  # type: ignore[no-any-return]


def test_how_long(db: Connection) -> None:
    kept: dict[str, Any] = dict(rows(db, "select subject, keep_months from retention_policies"))
    assert {subject: kept[subject] for subject in MONTHS} == MONTHS


def test_months_leave_when_they_are_old_enough(db: Connection) -> None:
    """A month leaves when all of it is older than that, and not before."""
    for table in ("audit_logs", "interactions", "progress_metrics"):
        keep = MONTHS[table]
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
