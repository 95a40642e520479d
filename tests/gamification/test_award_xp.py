"""XP is awarded once per source, by everyone at once, and the ledger says all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import make_user, race

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]

AWARD = (
    "select total_xp, current_level, awarded from award_xp(p_user_id => %s, p_amount => %s, p_source_type => %s, "
    "p_source_id => %s, p_reason => %s, p_occurrence => %s, p_occurred_at => %s)"
)


def award(
    conn: Connection,
    user: UUID | None,
    amount: int | None = 50,
    source_type: str | None = "lesson",
    source: UUID | None = None,
    reason: str | None = None,
    occurrence: str | None = "",
    at: datetime | str | None = None,
) -> tuple[int, int, int]:
    row = conn.execute(AWARD, (user, amount, source_type, source or uuid4(), reason, occurrence, at)).fetchone()
    assert row is not None
    return cast(tuple[int, int, int], row)


def stats(conn: Connection, user: UUID, columns: str = "total_xp, weekly_xp, monthly_xp") -> tuple[Any, ...]:
    row = conn.execute(f"select {columns} from user_stats where user_id = %s", (user,)).fetchone()
    assert row is not None
    return cast(tuple[Any, ...], row)


def test_the_same_source_pays_once(db: Connection) -> None:
    user, lesson = make_user(db), uuid4()
    assert award(db, user, 60, source=lesson) == (60, 1, 60)
    assert award(db, user, 70, source=lesson) == (60, 1, 0)
    assert award(db, user, 60, "course", lesson) == (120, 2, 60)
    assert award(db, user, 5, "daily_bonus", lesson, occurrence="2026-01-01") == (125, 2, 5)
    assert award(db, user, 5, "daily_bonus", lesson, occurrence="2026-01-02") == (130, 2, 5)
    assert award(db, user, 5, "daily_bonus", lesson, occurrence="2026-01-02") == (130, 2, 0)
    assert award(db, make_user(db), 60, source=lesson) == (60, 1, 60)


def test_no_source_id_is_a_source_too(db: Connection) -> None:
    user = make_user(db)
    for awarded in (10, 0):
        row = db.execute(
            "select awarded "
            "from award_xp(p_user_id => %s, p_amount => 10, p_source_type => 'welcome', p_source_id => null)",
            (user,),
        ).fetchone()
        assert row == (awarded,)


@pytest.mark.parametrize("amount", [None, 0, -1, 100001, 2**31 - 1])
def test_amounts_refused(db: Connection, amount: int | None) -> None:
    user = make_user(db)
    with raises_sqlstate("PA422", conn=db):
        award(db, user, amount)
    assert stats(db, user) == (0, 0, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source_type", None),
        ("source_type", "Lesson"),
        ("source_type", "reversal"),
        ("source_type", "x" * 1_000_000),
        ("reason", "x" * 501),
        ("occurrence", "x" * 101),
        ("at", "infinity"),
        ("at", "-infinity"),
        ("at", datetime.now(UTC) + timedelta(hours=1)),
    ],
)
def test_values_refused(db: Connection, column: str, value: Any) -> None:
    user = make_user(db)
    with raises_sqlstate("PA422", conn=db):
        award(db, user, **{column: value})
    assert db.execute("select count(*) from xp_events where user_id = %s", (user,)).fetchone() == (0,)


def test_nobody_is_not_found(db: Connection) -> None:
    gone = make_user(db, deleted_at=datetime.now(UTC))
    for user in (None, uuid4(), gone):
        with raises_sqlstate("PA404", conn=db):
            award(db, user)


def test_periods_follow_the_schools_zone(db: Connection) -> None:
    """Monday 00:30 in Auckland is Sunday in UTC; the month turns there as well."""
    db.execute(
        "insert into platform_settings (setting_key, setting_value) values ('school.timezone', '\"Pacific/Auckland\"') "
        "on conflict (setting_key) do update set setting_value = excluded.setting_value"
    )
    user = make_user(db)
    award(db, user, 10, at=datetime(2024, 9, 1, 11, 30, tzinfo=UTC))  # Sunday 23:30 there
    assert stats(db, user, "week_start, month_start") == (date(2024, 8, 26), date(2024, 9, 1))
    award(db, user, 5, at=datetime(2024, 9, 1, 12, 30, tzinfo=UTC))  # Monday 00:30 there
    assert stats(db, user, "week_start, weekly_xp, monthly_xp") == (date(2024, 9, 2), 5, 15)


def test_a_person_without_counters_gets_them(db: Connection) -> None:
    hidden = make_user(db, show_on_leaderboard=False)
    db.execute("delete from user_stats where user_id = %s", (hidden,))
    assert award(db, hidden, 10) == (10, 1, 10)
    assert stats(db, hidden, "total_xp, is_ranked") == (10, False)


MOMENTS = st.datetimes(datetime(2023, 12, 20), datetime(2024, 3, 10), timezones=st.just(UTC))


@settings(max_examples=effort(80), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(awards=st.lists(st.tuples(st.integers(1, 400), MOMENTS, st.booleans()), min_size=1, max_size=12))
def test_periods_are_what_the_ledger_holds(db: Connection, awards: list[tuple[int, datetime, bool]]) -> None:
    """In whatever order events arrive and are reversed: the newest week and month, and their sums."""
    with db.transaction(force_rollback=True):
        user = make_user(db)
        for amount, at, reverse in awards:
            source = uuid4()
            award(db, user, amount, source=source, at=at)
            if reverse:
                db.execute(
                    "select reverse_xp(p_event_id => id, p_reason => 'test') from xp_events where source_id = %s",
                    (source,),
                )
        week = max(at.date() - timedelta(days=at.weekday()) for _, at, _ in awards)
        month = max(at.date().replace(day=1) for _, at, _ in awards)
        kept = [(amount, at.date()) for amount, at, reverse in awards if not reverse]
        total = sum(amount for amount, _ in kept)
        assert stats(db, user, "total_xp, week_start, weekly_xp, month_start, monthly_xp") == (
            total,
            week,
            sum(amount for amount, day in kept if day - timedelta(days=day.weekday()) == week),
            month,
            sum(amount for amount, day in kept if day.replace(day=1) == month),
        )
        # And the ledger alone can tell: a reversal carries the time of its award.
        assert db.execute(
            "select sum(e.amount), s.weekly_xp from user_stats as s inner join xp_events as e using (user_id) "
            "where user_id = %s and date_trunc('week', e.awarded_at at time zone 'UTC')::date = s.week_start "
            "group by 2",
            (user,),
        ).fetchone() == (stats(db, user, "weekly_xp") * 2)
        assert db.execute("select sum(amount) from xp_events where user_id = %s", (user,)).fetchone() == (total,)


class TestReversal:
    def event(self, db: Connection, user: UUID, amount: int) -> UUID:
        source = uuid4()
        award(db, user, amount, source=source)
        row = db.execute("select id from xp_events where source_id = %s", (source,)).fetchone()
        assert row is not None
        return cast(UUID, row[0])

    def reverse(self, db: Connection, event: UUID | None, reason: str | None = "a mistake") -> tuple[int, int, int]:
        row = db.execute(
            "select total_xp, current_level, awarded from reverse_xp(p_event_id => %s, p_reason => %s)", (event, reason)
        ).fetchone()
        assert row is not None
        return cast(tuple[int, int, int], row)

    def test_takes_back_once(self, db: Connection) -> None:
        user = make_user(db)
        event = self.event(db, user, 250)
        self.event(db, user, 60)
        assert stats(db, user, "current_level") == (3,)
        assert self.reverse(db, event) == (60, 1, -250)
        assert self.reverse(db, event, "again") == (60, 1, 0)
        assert db.execute("select count(*), sum(amount) from xp_events where user_id = %s", (user,)).fetchone() == (
            3,
            60,
        )

    def test_refused(self, db: Connection) -> None:
        user = make_user(db)
        event = self.event(db, user, 250)
        for reason in (None, "", "x" * 501):
            with raises_sqlstate("PA422", conn=db):
                self.reverse(db, event, reason)
        for unknown in (None, uuid4()):
            with raises_sqlstate("PA404", conn=db):
                self.reverse(db, unknown)
        self.reverse(db, event)
        row = db.execute("select id from xp_events where source_type = 'reversal' and user_id = %s", (user,)).fetchone()
        assert row is not None
        with raises_sqlstate("PA409", conn=db):
            self.reverse(db, row[0])


@pytest.mark.parametrize("change", ["update xp_events set amount = 1", "delete from xp_events"])
def test_the_ledger_is_never_changed(db: Connection, change: str) -> None:
    award(db, make_user(db))
    with raises_sqlstate("PA409", conn=db):
        db.execute(change)


@pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin"])
def test_nobody_awards_themselves(db: Connection, role: Role) -> None:
    user = make_user(db, "admin" if role == "anonymous" else role)
    award(db, user)
    for statement in (
        AWARD.replace("%s", "null"),
        "select reverse_xp(p_event_id => null, p_reason => null)",
        "select bump_stats(p_user_id => null, p_xp => 1, p_xp_at => now())",
        "select bump_stats(p_user_id => null, p_lessons => 1)",
        "insert into xp_events (user_id, amount, source_type) values (gen_random_uuid(), 1, 'lesson')",
        "update xp_events set amount = 100000",
        "delete from xp_events",
        "update user_stats set total_xp = 100000",
        "insert into user_stats (user_id) values (gen_random_uuid())",
    ):
        with raises_sqlstate("42501", conn=db), acting(db, user, role):
            db.execute(statement)
    assert stats(db, user, "total_xp") == (50,)


def test_counters_add_up(db: Connection) -> None:
    user = make_user(db)
    bump = (
        "select bump_people(p_user_ids => array[%s], p_lessons => array[%s], p_courses_completed => array[%s], "
        "p_courses_enrolled => array[%s], p_scores => array[%s::numeric], p_occurred_at => array[%s::timestamptz])"
    )
    later, earlier = datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
    db.execute(bump, (user, 1, 0, 1, 100, later))
    db.execute(bump, (user, 1, 1, 0, "99.5", earlier))
    db.execute(bump, (user, 1, 0, 0, None, None))
    assert stats(
        db,
        user,
        "lessons_completed, courses_completed, courses_enrolled, score_sum, score_count, perfect_scores, "
        "last_activity_at",
    ) == (3, 1, 1, 199.5, 2, 1, later)
    with raises_sqlstate("PA404", conn=db):
        db.execute(bump, (uuid4(), 1, 0, 0, None, None))


def test_one_award_32_times_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    user, source = make_user(owner), uuid4()

    def twice(_: int) -> int:
        with school.service(autocommit=True) as conn:
            return sum(award(conn, user, 70, source=source)[2] for _ in range(2))

    assert sorted(race(16, twice), key=str) == [0] * 15 + [70]
    assert stats(owner, user) == (70, 70, 70)
    assert owner.execute("select count(*) from xp_events").fetchone() == (1,)


@pytest.mark.late
@pytest.mark.parametrize(
    "isolation",
    [
        psycopg.IsolationLevel.READ_COMMITTED,
        psycopg.IsolationLevel.REPEATABLE_READ,
        pytest.param(psycopg.IsolationLevel.SERIALIZABLE, marks=pytest.mark.slow),
    ],
)
def test_many_awards_to_one_person_at_once(school: SchoolDatabase, isolation: psycopg.IsolationLevel) -> None:
    """The sum is exact at every isolation level; above READ COMMITTED some must be tried again."""
    owner = school.connect(autocommit=True)
    user = make_user(owner)

    def some(i: int) -> int:
        given = 0
        for n in range(5):
            while True:
                try:
                    with school.service(isolation=isolation) as conn:
                        amount = award(conn, user, i * 5 + n + 1)[2]
                    given += amount  # committed
                    break
                except psycopg.errors.SerializationFailure:
                    assert isolation > psycopg.IsolationLevel.READ_COMMITTED
        return given

    results = race(16, some)
    assert sum(cast(list[int], results)) == sum(range(1, 81))
    assert stats(owner, user, "total_xp, weekly_xp, monthly_xp, current_level") == (3240, 3240, 3240, 8)
    assert owner.execute("select sum(amount), count(*) from xp_events").fetchone() == (3240, 80)


def test_one_reversal_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    user = make_user(owner)
    award(owner, user, 90)
    award(owner, user, 30)
    row = owner.execute("select id from xp_events where amount = 90").fetchone()
    assert row is not None
    event = row[0]

    def reverse(_: int) -> int:
        with school.service(autocommit=True) as conn:
            row = conn.execute(
                "select awarded from reverse_xp(p_event_id => %s, p_reason => 'race')", (event,)
            ).fetchone()
            assert row is not None
            return int(row[0])

    assert sorted(race(16, reverse), key=str) == sorted([-90] + [0] * 15, key=str)
    assert stats(owner, user, "total_xp") == (30,)


def test_only_the_back_end_gives_and_takes(db: Connection) -> None:
    """Not the grant alone: whoever was handed it by mistake is refused."""
    user = make_user(db)
    for signature in ("award_xp", "reverse_xp"):
        db.execute(f"grant execute on function {signature} to pgacademy_student")
    for statement in ("award_xp(current_user_id(), 10, 'gift', null)", "reverse_xp(gen_random_uuid(), 'x')"):
        with raises_sqlstate("PA403", conn=db), acting(db, user, "student"):
            db.execute(f"select * from {statement}")
    with acting(db, None, "service"):
        assert db.execute("select awarded from award_xp(%s, 10, 'gift', null)", (user,)).fetchone() == (10,)
