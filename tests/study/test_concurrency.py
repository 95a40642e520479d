"""Many study at once, over real connections: no review, no interaction is lost or comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import Databases, SchoolDatabase
from tests.study.materials import make_asset, make_card, make_material, make_session
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user, race
from tests.support.queries import one
from tests.support.requests import READ_COMMITTED, call, check
from tests.support.stage import until

Connection = psycopg.Connection[Any]
#: With an older snapshot most of 16 fail with 40001 and come again, many times: that takes long.
LEVELS = [READ_COMMITTED, pytest.param(IsolationLevel.REPEATABLE_READ, marks=pytest.mark.late)]


@pytest.fixture(scope="module")
def study(pgacademy_databases: Databases) -> Iterator[SchoolDatabase]:
    """One school for all of them: each makes its own people."""
    with pgacademy_databases.clone() as database:
        yield database


def verify(conn: Connection) -> None:
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    assert one(conn, "select deadlocks from pg_stat_database where datname = current_database()") == 0


@pytest.mark.parametrize("level", LEVELS, ids=["read_committed", "repeatable_read"])
def test_one_card_is_reviewed_16_times(study: SchoolDatabase, level: IsolationLevel) -> None:
    """Each with its own key: all are reviews, one after the other, and one of them was due."""
    conn = study.connect(autocommit=True)
    ada = make_user(conn)
    card = make_card(conn, ada)
    review = "select was_due, stability from review_card(%s, 3, %s)"
    rows = check(race(16, lambda i: call(study, ada, review, card, f"k{i}", level=level)))
    assert sum(row[0] for row in rows) == 1
    assert one(conn, "select review_count from review_cards where id = %s", card) == 16
    assert one(conn, "select reviews_completed from user_stats where user_id = %s", ada) == 1
    verify(conn)


def test_one_review_is_sent_16_times(study: SchoolDatabase) -> None:
    conn = study.connect(autocommit=True)
    ada = make_user(conn)
    card = make_card(conn, ada)
    rows = check(race(16, lambda _: call(study, ada, "select * from review_card(%s, 3, 'k')", card)))
    assert len({str(row) for row in rows}) == 1
    assert one(conn, "select count(*) from review_logs where review_card_id = %s", card) == 1
    verify(conn)


@pytest.mark.parametrize("level", LEVELS, ids=["read_committed", "repeatable_read"])
def test_16_connections_in_one_session(study: SchoolDatabase, level: IsolationLevel) -> None:
    """People and imports, some sent twice, and somebody who ends it: the count is the number of rows."""
    conn = study.connect(autocommit=True)
    ada = make_user(conn)
    material = make_material(conn, ada)
    asset, session, other = (
        make_asset(conn, material),
        make_session(conn, ada, material),
        make_session(conn, ada, material),
    )
    ids = [str(uuid4()) for _ in range(4)]
    moment = one(conn, "select to_jsonb(now()) #>> '{}'")

    def interaction(of: UUID, id_: str) -> dict[str, Any]:
        return {"id": id_, "learning_session_id": str(of), "interaction_type": "view", "created_at": moment}

    def one_of_them(i: int) -> None:
        for n in range(3):
            if i % 4 == 0:
                # The two sessions in this order and in that.
                both = [interaction(session, ids[n]), interaction(other, ids[n + 1])]
                sent = Jsonb(both if i % 8 else both[::-1])
                call(study, None, "select record_interactions(%s)", sent, level=level)
            else:
                query = "select record_interaction(%s, 'answer', p_asset_id => %s, p_idempotency_key => %s)"
                call(study, ada, query, session, asset, f"{i // 2}-{n}", level=level)
        if i == 15:
            call(study, ada, "select end_study_session(%s)", session, level=level)

    check(race(16, one_of_them, timeout=240))
    counts: dict[UUID, int] = dict(
        conn.execute("select learning_session_id, count(*) from interactions where user_id = %s group by 1", (ada,))
    )
    totals: dict[UUID, int] = dict(
        conn.execute("select id, total_interactions from learning_sessions where user_id = %s", (ada,))
    )
    assert counts == totals
    assert totals[other] == 3
    verify(conn)


@pytest.mark.parametrize(
    "level", [READ_COMMITTED, IsolationLevel.REPEATABLE_READ], ids=["read_committed", "repeatable"]
)
def test_16_rate_and_delete(study: SchoolDatabase, level: IsolationLevel) -> None:
    """Feedback on an interaction that goes at the same time: it is refused, or it forgets where that was.

    Whoever deletes with an older snapshot sees no feedback to tell: they must fail, and come again.
    """
    conn = study.connect(autocommit=True)
    ada = make_user(conn)
    session = make_session(conn, ada)
    rows = [
        call(study, ada, "select interaction_id, created_at from record_interaction(%s, 'view')", session)
        for _ in range(8)
    ]
    rate = "select leave_feedback('rating', p_interaction_id => %s, p_interaction_created_at => %s, p_rating => 1)"

    def one_of_them(i: int) -> Any:
        if i % 2:
            return call(study, ada, rate, *rows[i // 2], level=level)
        with study.connect() as owner:
            owner.isolation_level = level
            while True:
                owner.execute("select count(*) from user_feedback")
                try:
                    owner.execute("delete from interactions where id = %s", (rows[i // 2][0],))
                    break
                except psycopg.errors.SerializationFailure:
                    owner.rollback()
            owner.commit()
        return None

    check(race(16, one_of_them))
    conn.execute("update learning_sessions set total_interactions = 0 where id = %s", (session,))
    assert one(conn, "select count(*) from user_feedback where interaction_created_at is not null") == 0
    verify(conn)


def test_an_import_waits_for_the_job_that_closes_its_session(study: SchoolDatabase) -> None:
    """What it looked at before the job committed it must look at again: the session takes nothing more."""
    conn = study.connect(autocommit=True)
    session = make_session(conn, make_user(conn))
    conn.execute("update learning_sessions set started_at = now() - interval '7 months' where id = %s", (session,))
    sent = Jsonb(
        [{"learning_session_id": str(session), "interaction_type": "view", "created_at": datetime.now(UTC).isoformat()}]
    )
    with (
        study.app(None, "service") as job,
        study.app(None, "service") as importer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        assert one(job, "select aggregate_session_data()") == 1
        pid = importer.info.backend_pid
        imported = pool.submit(importer.execute, "select record_interactions(%s)", (sent,))
        until(lambda: one(conn, "select cardinality(pg_blocking_pids(%s)) > 0", pid))
        job.commit()
        with raises_sqlstate("PA409"):
            imported.result(timeout=30)
        importer.rollback()
    assert one(conn, "select count(*) from interactions where learning_session_id = %s", session) == 0
    verify(conn)


def test_8_jobs_aggregate_each_session_once(study: SchoolDatabase) -> None:
    conn = study.connect(autocommit=True)
    ada = make_user(conn)
    material = make_material(conn, ada)
    sessions = [make_session(conn, ada, material) for _ in range(20)]
    conn.execute(
        "update learning_sessions set started_at = now() - interval '7 months' where id = any(%s)", (sessions,)
    )

    def job(_: int) -> int:
        done = 0
        while found := call(study, None, "select aggregate_session_data(p_limit => 3)")[0]:
            done += found
        return done

    # What one job had in hand the others left: the last of them takes the rest.
    assert sum(check(race(8, job))) + job(0) == 20
    assert one(
        conn,
        "select count(*), count(distinct learning_session_id) from progress_metrics"
        " where metric_type = 'duration' and user_id = %s",
        ada,
    ) == (20, 20)
    verify(conn)
