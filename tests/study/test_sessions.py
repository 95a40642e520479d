"""Sessions, what happens in them, what people say of it, and the metrics that remain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.study.materials import call, make_asset, make_material, make_session
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _in_step(db: Connection) -> Any:
    """After every test everything that verify_integrity knows is true."""
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def material(db: Connection, ada: UUID) -> UUID:
    return make_material(db, ada, subject_area="physics")


def record(conn: Connection, user: UUID, session: UUID, kind: str = "answer", **given: Any) -> Any:
    """record_interaction(): id, moment, is_correct, feedback, total."""
    names = "".join(f", p_{name} => %s" for name in given)
    return call(conn, user, f"select * from record_interaction(%s, %s{names})", session, kind, *given.values())


def batch(conn: Connection, *interactions: dict[str, Any], key: str | None = None) -> int:
    return cast(int, one(conn, "select record_interactions(%s, %s)", Jsonb(list(interactions)), key))


def happened(session: UUID, at: datetime = NOW, kind: str = "view", **more: Any) -> dict[str, Any]:
    return {"learning_session_id": str(session), "interaction_type": kind, "created_at": at.isoformat()} | more


class TestSessions:
    def test_one_goes_its_way(self, db: Connection, ada: UUID, material: UUID) -> None:
        session = make_session(db, ada, material)
        quiz = make_asset(db, material, "quiz")
        right = record(db, ada, session, asset_id=quiz, interaction_data=Jsonb({"question": 0, "options": [2, 0]}))
        assert right[2:] == (True, {"correct_options": [0, 2], "explanation": "They have a direction."}, 1)
        wrong = record(
            db, ada, session, asset_id=quiz, interaction_data=Jsonb({"question": 0, "options": [0]}), is_correct=True
        )  # fmt: skip
        assert (wrong[2], wrong[4]) == (False, 2)
        unknown = record(db, ada, session, asset_id=quiz, interaction_data=Jsonb({"question": 7, "options": [0]}))
        assert unknown[2:4] == (None, None)
        told = record(db, ada, session, is_correct=True, confidence_level=Decimal("0.7"), response_time_ms=900)
        assert told[2] is True
        call(db, ada, "select save_study_session(%s, 50, '{\"page\": 3}')", session)
        for _ in range(2):
            ended = call(db, ada, "select * from end_study_session(%s, 80)", session)
            assert (ended[0], ended[3], ended[4]) == ("completed", 4, 80)
        assert call(db, ada, "select session_data from learning_sessions") == {"page": 3}
        for query in ("select save_study_session(%s, 1)", "select record_interaction(%s, 'view')"):
            with raises_sqlstate("PA409", conn=db):
                call(db, ada, query, session)
        stats = "select current_streak, last_activity_at = now(), total_xp from user_stats where user_id = %s"
        assert one(db, stats, ada) == (1, True, 0)
        assert call(db, ada, "select sessions, interactions_30_days, accuracy_30_days from v_my_study") == (
            1, 4, Decimal("66.67"),
        )  # fmt: skip

    def test_keys(self, db: Connection, ada: UUID, material: UUID) -> None:
        start = "select start_study_session(%s, 'quiz', p_idempotency_key => 'k')"
        session = call(db, ada, start, material)
        assert call(db, ada, start, material) == session
        first = record(db, ada, session, "view", idempotency_key="k")
        assert record(db, ada, session, "view", idempotency_key="k") == first
        with raises_sqlstate("PA409", conn=db):
            record(db, ada, session, "skip", idempotency_key="k")
        assert call(db, ada, "select total_interactions from learning_sessions") == 1

    def test_a_session_without_anything_is_no_day_of_learning(self, db: Connection, ada: UUID, material: UUID) -> None:
        call(db, ada, "select * from end_study_session(%s)", make_session(db, ada, material))
        assert one(db, "select current_streak from user_stats where user_id = %s", ada) == 0

    def test_what_is_refused(self, db: Connection, ada: UUID, material: UUID) -> None:
        eve = make_user(db)
        session, elsewhere = make_session(db, ada, material), make_asset(db, make_material(db, ada))
        args: dict[str, Any]
        for user, args in (
            (eve, {}), (ada, {"asset_id": elsewhere}), (ada, {"asset_id": uuid4()}),
        ):  # fmt: skip
            with raises_sqlstate("PA404", conn=db):
                record(db, user, session, "view", **args)
        for kind, args in (
            ("look", {}),
            ("view", {"is_correct": True}),
            ("answer", {"confidence_level": Decimal("1.1")}),
            ("answer", {"response_time_ms": -1}),
            ("answer", {"interaction_data": Jsonb([])}),
            ("answer", {"interaction_data": Jsonb({"options": ["a"]})}),
        ):
            with raises_sqlstate("PA422", conn=db):
                record(db, ada, session, kind, **args)
        with raises_sqlstate("PA409", conn=db):
            make_session(db, ada, make_material(db, ada, status="processing"))
        with raises_sqlstate("PA422", conn=db):
            call(db, ada, "select end_study_session(%s, 101)", session)


class TestImports:
    def test_many_at_once(self, db: Connection, ada: UUID, material: UUID) -> None:
        one_, two = make_session(db, ada, material), make_session(db, ada, material)
        asset, known = make_asset(db, material), str(uuid4())
        sent = [
            happened(one_, NOW - timedelta(days=1), "answer", is_correct=True, generated_asset_id=str(asset)),
            happened(two, response_time_ms=5),
            happened(two, id=known),
        ]
        assert batch(db, *sent, key="k") == 3
        assert batch(db, *sent, key="k") == 3
        assert batch(db, happened(two, id=known), happened(one_)) == 1
        counts = "select array_agg(total_interactions order by id) from learning_sessions"
        assert call(db, ada, counts) == [2, 2]

    def test_what_is_refused(self, db: Connection, ada: UUID, material: UUID) -> None:
        session = make_session(db, ada, material)
        for code, sent in (
            ("PA422", happened(session, NOW + timedelta(hours=1))),
            ("PA422", happened(session, NOW - timedelta(days=900))),
            ("PA422", happened(session, is_correct=True)),
            ("PA422", happened(session, kind="look")),
            ("PA422", happened(session) | {"created_at": "yesterday"}),
            ("PA422", happened(session) | {"created_at": "2026-13-45T00:00:00Z"}),
            ("PA404", happened(uuid4())),
            ("PA404", happened(session, generated_asset_id=str(make_asset(db, make_material(db, ada))))),
        ):
            with raises_sqlstate(code, conn=db) as raised:
                batch(db, happened(session), sent)
            assert raised.detail is not None
            assert "[1]" in raised.detail
        assert call(db, ada, "select total_interactions from learning_sessions where id = %s", session) == 0

    def test_a_month_is_made_for_the_past(self, db: Connection, ada: UUID, material: UUID) -> None:
        session, at = make_session(db, ada, material), NOW - timedelta(days=900)
        one(db, "select count(*) from ensure_partitions(%s, 0)", at)
        assert batch(db, happened(session, at)) == 1
        assert one(db, "select tableoid::regclass::text from interactions where created_at = %s", at) == (
            f"interactions_p{at:%Y_%m}"
        )


class TestFeedback:
    def test_a_rating_is_one_and_comments_are_many(self, db: Connection, ada: UUID, material: UUID) -> None:
        asset = make_asset(db, material)
        session = make_session(db, ada, material)
        done = record(db, ada, session, asset_id=asset)
        rate = "select leave_feedback('rating', %s, p_rating => %s)"
        assert call(db, ada, rate, asset, 2) == call(db, ada, rate, asset, 5)
        seen = "select leave_feedback('rating', p_interaction_id => %s, p_interaction_created_at => %s, p_rating => 1)"
        assert call(db, ada, seen, done[0], done[1]) == call(db, ada, seen, done[0], None)
        say = "select leave_feedback('report', %s, p_comment => 'Wrong.', p_idempotency_key => %s)"
        assert len({call(db, ada, say, asset, key) for key in ("a", "b", "b")}) == 2
        rows = "select feedback_type, rating, interaction_id, generated_asset_id from user_feedback order by id"
        assert db.execute(rows).fetchall() == [
            ("rating", 5, None, asset), ("rating", 1, done[0], asset),
            ("report", None, None, asset), ("report", None, None, asset),
        ]  # fmt: skip
        admin = make_user(db, "admin")
        report = one(db, "select id from user_feedback where feedback_type = 'report' limit 1")
        call(db, admin, "select settle_feedback(%s, 'resolved')", report, role="admin")
        assert one(db, "select status from user_feedback where id = %s", report) == "resolved"

    def test_what_is_refused(self, db: Connection, ada: UUID, material: UUID) -> None:
        asset, eve = make_asset(db, material), make_user(db)
        done = record(db, ada, make_session(db, ada, material))
        for code, user, arguments in (
            ("PA422", ada, "'rating', '{asset}'"),
            ("PA422", ada, "'rating', '{asset}', p_rating => 6"),
            ("PA422", ada, "'comment', '{asset}', p_comment => ' '"),
            ("PA422", ada, "'praise', '{asset}', p_comment => 'x'"),
            ("PA404", ada, "'rating', p_rating => 1"),
            ("PA404", ada, "'rating', '{asset}', '{done}', p_rating => 1"),
            ("PA404", ada, "'rating', p_interaction_id => '{nothing}', p_rating => 1"),
            ("PA404", eve, "'rating', p_interaction_id => '{done}', p_rating => 1"),
        ):
            with raises_sqlstate(code, conn=db):
                query = f"select leave_feedback({arguments})"
                call(db, user, query.format(asset=asset, done=done[0], nothing=uuid4()))

    def test_its_interaction_is_there_though_no_foreign_key_says_so(
        self, db: Connection, ada: UUID, material: UUID
    ) -> None:
        """The trap of the documents: interactions(id) is no key of a partitioned table: nothing can refer to it."""
        done = record(db, ada, make_session(db, ada, material))
        insert = (
            "insert into user_feedback (user_id, interaction_id, interaction_created_at, feedback_type, rating)"
            " values (%s, %s, %s, 'rating', 1)"
        )
        for user, at in ((ada, done[1] - timedelta(days=1)), (make_user(db), done[1])):
            with raises_sqlstate("PA404", conn=db):
                db.execute(insert, (user, done[0], at))
        db.execute(insert, (ada, done[0], done[1]))
        db.execute("update learning_sessions set total_interactions = 0")
        db.execute("delete from interactions")
        assert one(db, "select interaction_id, interaction_created_at from user_feedback") == (done[0], None)

    def test_a_month_with_feedback_is_detached_and_dropped(self, db: Connection, ada: UUID, material: UUID) -> None:
        """A foreign key would forbid both (23503, 2BP01). Feedback stays, and says where its interaction was."""
        at = NOW - timedelta(days=900)
        one(db, "select count(*) from ensure_partitions(%s, 0)", at)
        session, id_ = make_session(db, ada, material), uuid4()
        batch(db, happened(session, at, id=str(id_)))
        call(db, ada, "select leave_feedback('rating', p_interaction_id => %s, p_rating => 1)", id_)
        db.execute("update learning_sessions set status = 'completed', ended_at = now(), aggregated_at = now()")
        month = f"interactions_p{at:%Y_%m}"
        db.execute(f"alter table interactions detach partition {month}")
        db.execute(f"drop table {month}")
        assert one(db, "select interaction_id, interaction_created_at from user_feedback") == (id_, at)

    def test_a_lost_interaction_is_found_out(self, db: Connection, ada: UUID, material: UUID) -> None:
        done = record(db, ada, make_session(db, ada, material))
        call(db, ada, "select leave_feedback('rating', p_interaction_id => %s, p_rating => 1)", done[0])
        with db.transaction(force_rollback=True):
            db.execute("alter table interactions disable trigger release_feedback")
            db.execute("delete from interactions")
            found = db.execute("select check_name from verify_integrity() order by 1").fetchall()
            assert found == [("learning_sessions.total_interactions",), ("user_feedback.interaction",)]
            mended = db.execute("select check_name from repair_counters()").fetchall()
            assert mended == [("learning_sessions.total_interactions",)]


class TestMetrics:
    def aggregate(self, db: Connection, before: datetime | None = None, limit: int = 1000) -> int:
        return cast(int, one(db, "select aggregate_session_data(%s, %s)", before, limit))

    def old_session(self, db: Connection, ada: UUID, material: UUID, days: int, kind: str = "study") -> UUID:
        session, start = make_session(db, ada, material, kind), NOW - timedelta(days=days)
        db.execute(
            "update learning_sessions set started_at = %s, session_data = '{\"page\": 3}', completion_percentage = 40"
            " where id = %s", (start, session),
        )  # fmt: skip
        one(db, "select count(*) from ensure_partitions(%s, 0)", start)
        batch(
            db,
            happened(session, start + timedelta(minutes=1), "answer", is_correct=True, response_time_ms=1000),
            happened(session, start + timedelta(minutes=2), "answer", is_correct=False, response_time_ms=2000),
            happened(session, start + timedelta(minutes=3), "answer", is_correct=True),
            happened(session, start + timedelta(minutes=4)),
        )
        return session

    def test_old_data_become_metrics_once(self, db: Connection, ada: UUID, material: UUID) -> None:
        old = self.old_session(db, ada, material, 400, "review")
        young = self.old_session(db, ada, material, 100)
        assert [self.aggregate(db), self.aggregate(db)] == [1, 0]
        rows = db.execute(
            "select metric_type, metric_value, aggregation_type, subject_area, recorded_at, learning_session_id"
            " from progress_metrics order by 1"
        ).fetchall()
        ended = NOW - timedelta(days=400) + timedelta(minutes=4)
        assert [row[:3] for row in rows] == [
            ("accuracy", Decimal("66.67"), "average"),
            ("completion", 40, "last"),
            ("duration", 240, "sum"),
            ("interactions", 4, "count"),
            ("retention", Decimal("66.67"), "average"),
            ("speed", 1500, "average"),
        ]
        assert {row[3:] for row in rows} == {("physics", ended, old)}
        kept = "select status, session_data, ended_at from learning_sessions where id = %s"
        assert one(db, kept, old) == ("abandoned", None, ended)
        assert one(db, kept, young)[:2] == ("active", {"page": 3})
        assert call(db, ada, "select count(*) from progress_metrics") == 6
        assert call(db, make_user(db), "select count(*) from progress_metrics") == 0
        with raises_sqlstate("PA409", conn=db):
            batch(db, happened(old))
        # What was counted is dropped later: nothing is out of step.
        db.execute("delete from interactions where learning_session_id = %s", (old,))

    def test_a_session_that_outlives_its_first_month_stays_in_step(
        self, db: Connection, ada: UUID, material: UUID
    ) -> None:
        """It is still going on when the month it began in leaves: what is left of it is not what it has had."""
        session = self.old_session(db, ada, material, 100)
        record(db, ada, session)
        for name, ends in db.execute("select partition_name, ends_at from list_partitions()").fetchall():
            if name.startswith("interactions_") and ends < NOW - timedelta(days=40):
                db.execute(f"alter table interactions detach partition {name}")
        assert call(db, ada, "select total_interactions from learning_sessions") == 5
        assert one(db, "select count(*) from interactions") == 1

    def test_batch_after_batch(self, db: Connection, ada: UUID, material: UUID) -> None:
        for days in (300, 301, 302):
            self.old_session(db, ada, material, days)
        assert [self.aggregate(db, limit=2) for _ in range(3)] == [2, 1, 0]
        assert one(db, "select count(*), count(distinct learning_session_id) from progress_metrics") == (15, 3)

    def test_a_session_somebody_is_still_at_is_left(self, db: Connection, ada: UUID, material: UUID) -> None:
        """It began long ago, and there was something today: whoever takes the start for the age loses live data."""
        session = self.old_session(db, ada, material, 200)
        record(db, ada, session)
        assert self.aggregate(db) == 0
        call(db, ada, "select end_study_session(%s)", session)
        assert self.aggregate(db) == 0
        assert self.aggregate(db, datetime.now(UTC) + timedelta(minutes=4)) == 1

    def test_for_sessions_of_years_ago_the_month_is_made(self, db: Connection, ada: UUID, material: UUID) -> None:
        session = make_session(db, ada, material)
        at = NOW - timedelta(days=1500)
        db.execute("update learning_sessions set started_at = %s where id = %s", (at, session))
        assert self.aggregate(db) == 1
        assert one(db, "select min(recorded_at) from progress_metrics") == at

    def test_a_session_is_never_over_before_it_began(self, db: Connection, ada: UUID, material: UUID) -> None:
        """Its last interaction is older than itself, and only the month of that one is there."""
        session, at = make_session(db, ada, material), NOW - timedelta(days=1500)
        one(db, "select count(*) from ensure_partitions(%s, 0)", at - timedelta(days=100))
        batch(db, happened(session, at - timedelta(days=100)))
        db.execute("update learning_sessions set started_at = %s where id = %s", (at, session))
        assert self.aggregate(db) == 1
        assert one(db, "select min(recorded_at) from progress_metrics") == at

    def test_a_batch_does_not_read_the_interactions_of_others(self, db: Connection, ada: UUID, material: UUID) -> None:
        """200 old sessions, which somebody ended: of the 2,000 interactions in others it reads none."""
        for age, sessions in (("7 months", 200), ("1 month", 500)):
            db.execute(
                "insert into learning_sessions (user_id, study_material_id, session_type, status, started_at, ended_at)"
                " select %s, %s, 'study', 'completed', t.at, t.at"
                " from generate_series(1, %s), (select now() - %s::interval as at) as t",
                (ada, material, sessions, age),
            )  # fmt: skip
        db.execute(
            "with young as (update learning_sessions set total_interactions = 4"
            " where ended_at > now() - interval '2 months' returning id)"
            " insert into interactions (learning_session_id, user_id, interaction_type)"
            " select y.id, %s, 'view' from young as y, generate_series(1, 4)", (ada,),
        )  # fmt: skip
        db.execute("analyze learning_sessions, interactions")
        read = "select sum(seq_tup_read) from pg_stat_xact_user_tables where relname like 'interactions_p%%'"
        before = one(db, read)
        assert self.aggregate(db) == 200
        assert one(db, read) == before
