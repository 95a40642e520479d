"""What was kept long enough leaves: to an archive that can be read, or for good; what is still wanted stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.chain.test_chain import advance, ask, known, record
from tests.study.materials import make_session
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user
from tests.support.queries import one
from tests.support.visits import make_visits, retire

from pgacademy.testing import acting

Connection = psycopg.Connection[Any]


def settled(conn: Connection, transaction: UUID, ago: str) -> None:
    """As if it had all happened so long ago."""
    conn.execute("alter table chain_transactions disable trigger guard_chain_transaction")
    conn.execute(
        "update chain_transactions set settled_at = now() - %s::interval, created_at = '2024-05-31Z' where id = %s",
        [ago, transaction],
    )
    conn.execute("alter table chain_transactions enable trigger guard_chain_transaction")


def let_go(conn: Connection, as_of: str | None = None) -> dict[str, int]:
    return dict(conn.execute("select * from apply_retention(p_as_of => %s)", [as_of]).fetchall())


def archived(conn: Connection, table: str) -> list[dict[str, Any]]:
    archives = conn.execute("select archive_id from list_archives(%s)", [table]).fetchall()
    return [row[0] for (id_,) in archives for row in conn.execute("select entry from read_archive(%s)", [id_])]


def test_requests_and_transactions_leave_sums_behind(db: Connection) -> None:
    db.execute("update platform_settings set setting_value = '10' where setting_key like 'faucet.%%_limit'")
    ada = make_user(db)
    requests = [ask(db, ada, f"0.0.{n}") for n in (7, 8, 9)]
    for number, (_, transaction, *_) in enumerate(requests[:2]):
        told = {"p_tx_id": f"0.0.1@170000000{number}.000000001", "p_consensus_timestamp": "2024-06-01Z", "p_fee": "0.5"}
        advance(db, transaction, "final", **told)
    settled(db, requests[0][1], "6 months 1 day")
    settled(db, requests[1][1], "6 months -1 day")
    old, minted = (record(db, p_tx_type=kind)[0] for kind in ("transfer", "transfer"))
    advance(db, old, "failed", **known("failed"))
    settled(db, old, "12 months 1 day")
    advance(db, minted, "failed", **known("failed"))
    settled(db, minted, "12 months -1 day")
    assert let_go(db) == {"faucet_requests": 1, "chain_transactions": 1}
    assert let_go(db) == {}
    assert {row[0] for row in db.execute("select id from chain_transactions")} == {
        requests[1][1], requests[2][1], minted
    }  # fmt: skip
    totals = "select month::text, tx_type, status, transaction_count, amount, fee from chain_totals order by 2"
    assert db.execute(totals).fetchall() == [
        ("2024-05-01", "faucet", "final", 1, requests[0][3], 0.5), ("2024-05-01", "transfer", "failed", 1, 0, 0)
    ]  # fmt: skip
    (kept,) = archived(db, "faucet_requests")
    assert (kept["id"], kept["user_id"]) == (str(requests[0][0]), str(ada))
    everything = json.dumps(archived(db, "faucet_requests") + archived(db, "chain_transactions"))
    assert '"0.0.7"' not in everything
    assert "192.0.2.1" not in everything
    assert db.execute("select * from verify_integrity()").fetchall() == []


def test_a_month_that_is_added_to_twice(db: Connection) -> None:
    for _ in range(2):
        old = record(db, p_tx_type="transfer", p_amount="1.5")[0]
        advance(db, old, "failed", **known("failed"))
        settled(db, old, "13 months")
        let_go(db)
    assert one(db, "select transaction_count, amount from chain_totals") == (2, 3)


def test_discussions_at_rest_are_closed_and_stay(db: Connection) -> None:
    ada = make_user(db)
    with acting(db, ada, "student"):
        ids = [one(db, "select discussion_id from start_discussion(%s, 'How?')", f"Question {n}") for n in range(3)]
    for id_, ago in zip(ids, ("13 months", "11 months", "13 months"), strict=True):
        moved = "update discussion_stats set last_activity_at = now() - %s::interval where discussion_id = %s"
        db.execute(moved, [ago, id_])
    with acting(db, ada, "student"):
        db.execute("select delete_discussion(%s)", [ids[2]])
    assert let_go(db) == {"discussions": 1}
    with acting(db, ada, "student"):
        assert one(db, "select title from open_discussion(%s)", ids[0]) == "Question 0"
        with raises_sqlstate("PA409", conn=db):
            db.execute("select post_reply(%s, 'So.')", [ids[0]])
        db.execute("select post_reply(%s, 'So.')", [ids[1]])


@pytest.mark.parametrize(("months", "gone"), [(None, 0), (1200, 0), (2, 1)])
def test_an_administrator_says_how_long(db: Connection, months: int | None, gone: int) -> None:
    with acting(db, make_user(db, "admin"), "admin"):
        db.execute("select set_retention('chain_transactions', %s)", [months])
        assert one(db, "select keep_months from retention_policies where subject = 'chain_transactions'") == months
    old = record(db, p_tx_type="transfer")[0]
    advance(db, old, "failed", **known("failed"))
    settled(db, old, "13 months")
    assert sum(let_go(db).values()) == gone


@pytest.mark.parametrize(
    ("subject", "months", "state"),
    [("users", 1, "PA404"), (None, 1, "PA404"), ("discussions", 0, "PA422"), ("discussions", 1201, "PA422")],
)
def test_what_cannot_be_kept_so_long(db: Connection, subject: str | None, months: int, state: str) -> None:
    admin = make_user(db, "admin")
    with raises_sqlstate(state, conn=db), acting(db, admin, "admin"):
        db.execute("select set_retention(%s, %s)", [subject, months])


# -- study -------------------------------------------------------------------------------------------------------------


@pytest.mark.late
def test_interactions_of_idle_people_go_and_those_of_active_people_stay(db: Connection) -> None:
    db.execute("select ensure_partitions(now() - interval '14 months')")
    idle, learner, answering = (make_user(db) for _ in range(3))
    for person in (idle, learner, answering):
        for ago in ("5 months", "7 months", "9 months") if person == answering else ("7 months", "9 months"):
            session = make_session(db, person)
            at = "now() - %(ago)s::interval"
            db.execute(
                f"update learning_sessions set started_at = {at}, ended_at = {at}, status = 'completed', "
                f"session_data = '{{}}', total_interactions = 1 where id = %(id)s",
                {"ago": ago, "id": session},
            )
            db.execute(
                "insert into interactions (learning_session_id, user_id, interaction_type, created_at) "
                f"values (%(id)s, %(user)s, 'view', {at})",
                {"ago": ago, "id": session, "user": person},
            )
    db.execute("update user_stats set last_activity_at = now() - interval '7 months'")
    db.execute("update user_stats set last_activity_at = now() - interval '5 months' where user_id = %s", [learner])
    assert let_go(db) == {"session_data": 6, "interactions.idle": 2}
    assert let_go(db) == {}
    left = db.execute("select user_id, count(*) from interactions group by 1").fetchall()
    assert dict(left) == {learner: 2, answering: 3}
    assert one(db, "select count(*) from progress_metrics where metric_type = 'interactions'") == 6
    assert db.execute("select * from verify_integrity()").fetchall() == []


# -- months of partitioned tables --------------------------------------------------------------------------------------


@pytest.fixture
def log(db: Connection) -> Connection:
    """Visits of 2023 to 2025, one a day, kept for a year."""
    make_visits(db, alone=True)
    db.execute("""
        select ensure_partitions('2023-02-01Z', 30);
        insert into visits (seen_at, page)
        select at, 'line' || chr(10) || extract(day from at)
        from generate_series('2023-01-01Z'::timestamptz, '2025-08-31Z', interval '1 day') as at;
    """)
    return db


def retired(conn: Connection, as_of: str) -> list[str]:
    return [name for name in retire(conn, as_of) if name.startswith("visits")]


@pytest.mark.parametrize("zone", [pytest.param("UTC", marks=pytest.mark.late), "Pacific/Auckland"])
@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        ("2024-02-29 23:59Z", "visits_p2023_01"), ("2024-03-01Z", "visits_p2023_02"),
        ("2024-03-31 23:59Z", "visits_p2023_02"), ("2025-02-28 12:00Z", "visits_p2024_01"),
    ],
)  # fmt: skip
def test_a_month_leaves_when_all_of_it_is_old_enough(log: Connection, zone: str, as_of: str, last: str) -> None:
    log.execute("select set_config('timezone', %s, true)", [zone])
    gone = retired(log, as_of)
    assert (gone[0], gone[-1]) == ("visits_p2023_01", last)
    assert retired(log, as_of) == []
    before = datetime(int(last[8:12]), int(last[13:]) + 1, 1, tzinfo=UTC)
    rest = log.execute("select count(*), min(seen_at) from visits").fetchone()
    entries = archived(log, "visits")
    assert rest == (974 - len(entries), before)
    assert len(entries) == (before - datetime(2023, 1, 1, tzinfo=UTC)).days
    assert entries[30]["page"] == "line\n31"
    assert entries[0]["seen_at"] == "2023-01-01T00:00:00+00:00"
    assert all(to_regclass is None for (to_regclass,) in log.execute("select to_regclass(unnest(%s::text[]))", [gone]))


def test_what_is_only_to_be_gone_is_not_kept(log: Connection) -> None:
    log.execute("update retention_policies set action = 'drop' where subject = 'visits'")
    assert len(retired(log, "2024-06-15Z")) == 5
    assert archived_statuses(log) == {("dropped", 0, 0)}
    (archive_id,) = log.execute("select archive_id from list_archives('visits') limit 1").fetchone() or (None,)
    with raises_sqlstate("PA409", conn=log):
        log.execute("select read_archive(%s)", [archive_id])


def archived_statuses(conn: Connection) -> set[tuple[str, int, int]]:
    return set(conn.execute("select status, row_count, stored_bytes from list_archives('visits')").fetchall())


def test_an_archive_is_small_and_never_changed(log: Connection) -> None:
    log.execute("""
        insert into visits (seen_at, page)
        select '2023-01-15Z', repeat('the same page ', 10) from generate_series(1, 2500)
    """)
    retired(log, "2024-02-01Z")
    row = log.execute("select row_count, stored_bytes from list_archives('visits')").fetchone()
    assert row is not None
    assert row[0] == 2531
    assert row[1] < 2531 * 100
    assert log.execute("select count(*), sum(row_count) from archive_chunks").fetchone() == (3, 2531)
    for change in ("update archive_chunks set content = ''", "delete from archive_chunks", "truncate archive_chunks"):
        with raises_sqlstate("PA409", conn=log):
            log.execute(change)


def test_a_run_that_died_is_gone_on_with(log: Connection) -> None:
    log.execute("select begin_retirement('2024-02-01Z')")
    log.execute("alter table visits detach partition visits_p2023_01")
    assert retired(log, "2024-02-01Z") == ["visits_p2023_01"]
    assert len(archived(log, "visits")) == 31


def test_a_month_that_is_kept_longer_by_now_stays(log: Connection) -> None:
    """If it was entered only; what was detached already goes on its way."""
    log.execute("select begin_retirement('2024-03-01Z')")
    log.execute("alter table visits detach partition visits_p2023_01")
    log.execute("update retention_policies set keep_months = 120 where subject = 'visits'")
    assert retired(log, "2024-03-01Z") == ["visits_p2023_01"]
    assert one(log, "select count(*) from visits_p2023_02") == 28
    log.execute("update retention_policies set keep_months = 12 where subject = 'visits'")
    assert retired(log, "2024-03-01Z") == ["visits_p2023_02"]


def test_each_step_is_a_call_of_its_own(log: Connection) -> None:
    """Whoever reads the table waits while it is detached, and not while a month of it is archived."""
    step = "select partition_name, rows_archived from retire_partitions('2024-03-01Z')"
    steps = [log.execute(step).fetchall() for _ in range(5)]
    assert steps == [
        [("visits_p2023_01", None)], [("visits_p2023_01", 31)], [("visits_p2023_02", None)], [("visits_p2023_02", 28)],
        [],
    ]  # fmt: skip


def test_what_is_attached_is_not_dropped(log: Connection) -> None:
    (archive_id,) = log.execute("select archive_id from begin_retirement('2024-02-01Z')").fetchone() or (None,)
    with raises_sqlstate("PA409", conn=log):
        log.execute("select finish_retirement(%s)", [archive_id])
    assert one(log, "select count(*) from visits_p2023_01") == 31
