"""Streaks on local dates, against an oracle that knows nothing of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import make_course, make_enrollment, make_user, race

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]
DAY = timedelta(days=1)

# Moments at which clocks were changed.
CHANGES = {
    "Pacific/Auckland": ["2024-04-06T14:00", "2024-09-28T14:00"],
    "America/New_York": ["2024-03-10T07:00", "2024-11-03T06:00"],
    "Australia/Lord_Howe": ["2024-04-06T15:00", "2024-10-05T15:30"],  # by half an hour
    "Asia/Kolkata": ["2024-04-06T18:30", "2024-10-05T18:30"],  # none; its midnight
}


@dataclass
class Oracle:
    """The rules, told day by day."""

    zone: ZoneInfo
    active: dict[date, int] = field(default_factory=dict)
    frozen: set[date] = field(default_factory=set)
    current: int = 0
    longest: int = 0
    last: date | None = None
    freezes: int = 0

    def run(self, day: date) -> int:
        days = 0
        while day in self.active or day in self.frozen:
            days += day in self.active
            day -= DAY
        return days

    def record(self, at: datetime) -> tuple[int, int]:
        day = at.astimezone(self.zone).date()
        if day in self.active:
            self.active[day] += 1
            return self.current, self.longest
        if self.last is None or day > self.last:
            missed = (day - self.last).days - 1 if self.last else 0
            if missed and self.current and self.last and missed <= self.freezes:
                self.freezes -= missed
                self.frozen |= {self.last + DAY * n for n in range(1, missed + 1)}
            self.active[day] = 1
            self.last = day
            self.current = self.run(day)
        else:
            if day in self.frozen:
                self.frozen.remove(day)
                self.freezes = min(2, self.freezes + 1)
            self.active[day] = 1
            self.current = self.run(self.last) if self.current else 0
        self.longest = max(self.longest, *map(self.run, self.active))
        return self.current, self.longest

    def effective(self, at: datetime) -> int:
        if self.last is None:
            return 0
        missed = (at.astimezone(self.zone).date() - self.last).days - 1
        return self.current if missed <= self.freezes else 0

    def settle(self, at: datetime) -> None:
        self.current = self.effective(at)

    def freeze(self, at: datetime) -> None:
        if self.freezes < 2:
            self.settle(at)
            self.freezes += 1


def learner(conn: Connection, zone: str = "UTC") -> UUID:
    user = make_user(conn)
    conn.execute(
        "insert into user_settings (user_id, timezone) values (%s, %s) "
        "on conflict (user_id) do update set timezone = excluded.timezone",
        (user, zone),
    )
    return user


def record(conn: Connection, user: UUID, at: datetime | str, kind: str | None = "lesson") -> tuple[int, int]:
    row = conn.execute("select * from record_activity(%s, %s, %s)", (user, kind, at)).fetchone()
    assert row is not None
    return cast(tuple[int, int], row)


def effective(conn: Connection, user: UUID, at: datetime | None) -> int:
    row = conn.execute("select effective_streak(%s, %s)", (user, at)).fetchone()
    assert row is not None
    return cast(int, row[0])


def held(conn: Connection, user: UUID) -> tuple[Any, ...]:
    row = conn.execute(
        "select current_streak, longest_streak, last_streak_date, streak_freezes from user_stats where user_id = %s",
        (user,),
    ).fetchone()
    assert row is not None
    return cast(tuple[Any, ...], row)


def days(conn: Connection, user: UUID) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select streak_date, streak_count, activity_type, activity_count from user_streaks where user_id = %s "
        "order by streak_date",
        (user,),
    ).fetchall()


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, list[tuple[str, datetime]]]:
    """Things that happen around a clock change, mostly in order, some late."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    moments = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["learn"] * 5 + ["freeze"] * 2 + ["settle"]),
                st.integers(-8 * 24 * 4, 8 * 24 * 4).map(lambda quarter: timedelta(minutes=15 * quarter)),
            ),
            min_size=1,
            max_size=25,
        )
    )
    if draw(st.booleans()):
        moments.sort(key=lambda m: m[1])
        for _ in range(draw(st.integers(0, 3))):
            moments.append(moments.pop(draw(st.integers(0, len(moments) - 1))))
    return zone, [(what, change + offset) for what, offset in moments]


@settings(max_examples=effort(300), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(story=stories())
def test_any_story_ends_as_the_oracle_says(db: Connection, story: tuple[str, list[tuple[str, datetime]]]) -> None:
    zone, moments = story
    oracle = Oracle(ZoneInfo(zone))
    with db.transaction(force_rollback=True):
        user = learner(db, zone)
        for what, at in moments:
            if what == "learn":
                assert record(db, user, at) == oracle.record(at)
            elif what == "settle":
                db.execute("select advance_streaks(%s)", (at,))
                oracle.settle(at)
            elif oracle.freezes < 2:
                db.execute("select grant_streak_freeze(p_user_id => %s, p_as_of => %s)", (user, at))
                oracle.freeze(at)
            assert effective(db, user, at) == oracle.effective(at)
        assert held(db, user) == (oracle.current, oracle.longest, oracle.last, oracle.freezes)
        assert days(db, user) == sorted(
            [(day, oracle.run(day), "lesson", count) for day, count in oracle.active.items()]
            + [(day, oracle.run(day), "freeze", 0) for day in oracle.frozen]
        )


@pytest.mark.parametrize("zone", sorted(CHANGES))
def test_a_lesson_each_local_day_over_the_change(db: Connection, zone: str) -> None:
    """One minute before and one after local midnight, for three weeks around each change."""
    for change in CHANGES[zone]:
        first = datetime.fromisoformat(change).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() - 10 * DAY
        for clock in ("00:01", "23:59"):
            user = learner(db, zone)
            for n in range(21):
                at = datetime.fromisoformat(f"{first + n * DAY}T{clock}").replace(tzinfo=ZoneInfo(zone))
                assert record(db, user, at) == (n + 1, n + 1)


def test_the_date_is_fixed_when_it_happens(db: Connection) -> None:
    user = learner(db, "Asia/Kolkata")
    record(db, user, "2024-05-01T20:00Z")  # 2 May there
    db.execute("update user_settings set timezone = 'America/New_York' where user_id = %s", (user,))
    assert days(db, user)[0][0] == date(2024, 5, 2)
    assert effective(db, user, datetime(2024, 5, 1, 21, tzinfo=UTC)) == 1  # 1 May there: nothing missed
    assert record(db, user, "2024-05-01T21:00Z") == (2, 2)
    assert record(db, user, "2024-05-03T12:00Z") == (3, 3)


def run_of(conn: Connection, user: UUID, length: int, last: date) -> None:
    """A run of so many days up to a date, as record_activity would have left it."""
    conn.execute(
        "insert into user_streaks (user_id, streak_date, streak_count, activity_type) "
        "select %s, %s::date - %s + n, n, 'lesson' from generate_series(1, %s) as n",
        (user, last, length, length),
    )
    conn.execute(
        "update user_stats set current_streak = %s, longest_streak = %s, last_streak_date = %s where user_id = %s",
        (length, length, last, user),
    )


def move(conn: Connection, user: UUID, zone: str) -> None:
    with acting(conn, user):
        conn.execute("select update_settings(p_timezone => %s)", (zone,))


class TestMoving:
    """A change of time zone revives nothing."""

    @pytest.mark.parametrize("home", ["UTC", "Etc/GMT-14"])
    def test_a_streak_that_is_over_stays_over(self, db: Connection, home: str) -> None:
        """From UTC+14 it is one day or two back to UTC-12, whatever the hour."""
        user = learner(db, home)
        today = datetime.now(ZoneInfo(home)).date()
        run_of(db, user, 30, today - 2 * DAY)
        assert effective(db, user, None) == 0
        move(db, user, "Etc/GMT+12")
        assert effective(db, user, None) == 0
        assert held(db, user)[:2] == (0, 30)
        assert record(db, user, datetime.now(UTC)) == (1, 30)
        assert effective(db, user, None) == 1
        assert days(db, user)[-1][:2] == (today, 1)

    def test_a_missed_day_does_not_come_back(self, db: Connection) -> None:
        user = learner(db, "Etc/GMT-14")
        today = datetime.now(ZoneInfo("Etc/GMT-14")).date()
        run_of(db, user, 30, today - 2 * DAY)
        assert record(db, user, datetime.now(UTC)) == (1, 30)
        move(db, user, "Etc/GMT+12")
        assert record(db, user, datetime.now(UTC)) == (1, 30)
        assert [row[0] for row in days(db, user)[-2:]] == [today - 2 * DAY, today]

    def test_a_living_streak_goes_on(self, db: Connection) -> None:
        user = learner(db)
        today = datetime.now(UTC).date()
        run_of(db, user, 30, today - DAY)
        move(db, user, "Etc/GMT+12")
        assert effective(db, user, None) == 30
        assert record(db, user, datetime.now(UTC)) == (31, 31)

    def test_the_calendar_goes_on_once_the_day_has_come_there_too(self, db: Connection) -> None:
        user = learner(db, "Etc/GMT-14")
        move(db, user, "Etc/GMT+12")
        here = datetime.now(ZoneInfo("Etc/GMT-14")).date()
        for ahead, expected in ((1, here), (2, here + DAY), (3, here + 2 * DAY)):
            there = datetime.combine(here + (ahead - 1) * DAY, datetime.min.time(), ZoneInfo("Etc/GMT+12"))
            row = db.execute("select local_date(%s, %s)", (user, there + timedelta(hours=12))).fetchone()
            assert row == (expected,)
        # What was before the change is a day of the zone as it is now, for imports.
        row = db.execute("select local_date(%s, '2024-05-01T11:00Z')", (user,)).fetchone()
        assert row == (date(2024, 4, 30),)

    def test_once_in_a_day_and_the_first_is_free(self, db: Connection) -> None:
        user = learner(db, "Asia/Kolkata")
        move(db, user, "Europe/Berlin")
        move(db, user, "Europe/Berlin")
        with raises_sqlstate("PA429", conn=db):
            move(db, user, "Europe/London")
        with acting(db, user):
            db.execute("select update_settings(p_theme => 'dark')")
        db.execute(
            "update user_settings set timezone_changed_at = now() - interval '24 hours' where user_id = %s",
            (user,),
        )
        move(db, user, "Europe/London")
        assert db.execute(
            "select timezone, theme, timezone_changed_at = now() from user_settings where user_id = %s", (user,)
        ).fetchone() == ("Europe/London", "dark", True)


def test_a_stale_streak_decays_when_read(db: Connection) -> None:
    user = learner(db, "Pacific/Auckland")
    record(db, user, "2024-05-01T00:00Z")
    assert effective(db, user, datetime(2024, 5, 2, 11, 59, tzinfo=UTC)) == 1  # 2 May, 23:59
    assert effective(db, user, datetime(2024, 5, 2, 12, 0, tzinfo=UTC)) == 0
    assert held(db, user)[0] == 1
    assert db.execute("select advance_streaks('2024-05-02T11:59Z')").fetchone() == (0,)
    assert db.execute("select advance_streaks('2024-05-02T12:00Z')").fetchone() == (1,)
    assert held(db, user)[:2] == (0, 1)
    assert db.execute("select advance_streaks('2024-05-02T12:00Z')").fetchone() == (0,)


class TestFreezes:
    def give(self, db: Connection, user: UUID, at: str, key: str | None = None) -> tuple[Any, ...] | None:
        return db.execute(
            "select streak_freezes, current_streak "
            "from grant_streak_freeze(p_user_id => %s, p_key => %s, p_as_of => %s)",
            (user, key, at),
        ).fetchone()

    def test_bridge_all_missed_days_or_none(self, db: Connection) -> None:
        one, two = learner(db), learner(db)
        for user in (one, two):
            record(db, user, "2024-05-01T12:00Z")
            self.give(db, user, "2024-05-01T13:00Z")
        self.give(db, two, "2024-05-01T13:00Z")
        assert effective(db, one, datetime(2024, 5, 4, tzinfo=UTC)) == 0
        assert effective(db, two, datetime(2024, 5, 4, tzinfo=UTC)) == 1
        assert record(db, one, "2024-05-04T12:00Z") == (1, 1)
        assert record(db, two, "2024-05-04T12:00Z") == (2, 2)
        assert held(db, one)[3] == 1
        assert held(db, two)[3] == 0
        assert [day[2] for day in days(db, two)] == ["lesson", "freeze", "freeze", "lesson"]

    def test_one_that_comes_too_late_revives_nothing(self, db: Connection) -> None:
        user = learner(db)
        record(db, user, "2024-05-01T12:00Z")
        assert self.give(db, user, "2024-05-03T12:00Z") == (1, 0)
        assert effective(db, user, datetime(2024, 5, 3, 13, tzinfo=UTC)) == 0
        assert record(db, user, "2024-05-03T13:00Z") == (1, 1)
        assert held(db, user)[3] == 1  # and is kept
        assert len(days(db, user)) == 2

    def test_at_most_two(self, db: Connection) -> None:
        user = learner(db)
        assert self.give(db, user, "2024-05-01T12:00Z") == (1, 0)
        assert self.give(db, user, "2024-05-01T12:00Z") == (2, 0)
        with raises_sqlstate("PA409", conn=db):
            self.give(db, user, "2024-05-01T12:00Z")

    def test_the_same_key_gives_one(self, db: Connection) -> None:
        user = learner(db)
        assert self.give(db, user, "2024-05-01T12:00Z", "k") == (1, 0)
        assert self.give(db, user, "2024-05-01T12:00Z", "k") == (1, 0)
        assert held(db, user)[3] == 1
        with raises_sqlstate("PA409", conn=db):
            self.give(db, learner(db), "2024-05-01T12:00Z", "k")
        with raises_sqlstate("PA422", conn=db):
            self.give(db, user, "2024-05-01T12:00Z", "")
        with raises_sqlstate("PA404", conn=db):
            self.give(db, uuid4(), "2024-05-01T12:00Z")

    def test_given_back_when_the_day_was_active_after_all(self, db: Connection) -> None:
        user = learner(db)
        record(db, user, "2024-05-01T12:00Z")
        self.give(db, user, "2024-05-01T13:00Z")
        record(db, user, "2024-05-03T12:00Z")
        assert held(db, user) == (2, 2, date(2024, 5, 3), 0)
        assert record(db, user, "2024-05-02T12:00Z") == (3, 3)
        assert held(db, user) == (3, 3, date(2024, 5, 3), 1)

    def test_two_at_once_with_one_key(self, school: SchoolDatabase) -> None:
        owner = school.connect(autocommit=True)
        user = make_user(owner)

        def give(_: int) -> Any:
            with school.service(autocommit=True) as conn:
                return conn.execute(
                    "select streak_freezes from grant_streak_freeze(p_user_id => %s, p_key => 'gift')", (user,)
                ).fetchone()

        assert race(16, give) == [(1,)] * 16
        assert held(owner, user)[3] == 1


def test_unusable_activities(db: Connection) -> None:
    user = learner(db)
    for kind in (None, "freeze", "Lesson", "", "x" * 1_000_000):
        with raises_sqlstate("PA422", conn=db):
            record(db, user, "2024-05-01T12:00Z", kind)
    with raises_sqlstate("PA404", conn=db):
        record(db, uuid4(), "2024-05-01T12:00Z")
    assert days(db, user) == []


def test_first_lessons_of_a_day_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    user = learner(owner)
    record(owner, user, "2024-05-01T12:00Z")
    connections = [school.connect(autocommit=True) for _ in range(16)]
    results = race(16, lambda i: record(connections[i], user, f"2024-05-02T12:{i:02}Z"))
    assert results == [(2, 2)] * 16
    assert days(owner, user)[1] == (date(2024, 5, 2), 2, "lesson", 16)
    # Sixteen dates in any order, at once: one run.
    assert not [
        r
        for r in race(16, lambda i: record(connections[i], user, f"2024-05-{3 + i:02}T12:00Z"))
        if isinstance(r, Exception)
    ]
    assert held(owner, user) == (18, 18, date(2024, 5, 18), 0)


class TestWhoMayAsk:
    def test_about_oneself(self, db: Connection) -> None:
        user = learner(db)
        record(db, user, datetime.now(UTC))
        for role in ("student", "instructor", "admin"):
            with acting(db, user, role):
                assert db.execute("select effective_streak()").fetchone() == (1,)

    def test_about_others(self, db: Connection) -> None:
        user, other, admin = learner(db), learner(db), make_user(db, "admin")
        with raises_sqlstate("PA403", conn=db), acting(db, user, "student"):
            effective(db, other, None)
        with raises_sqlstate("PA403", conn=db), acting(db, user, "admin"):  # the row says student
            effective(db, other, None)
        with raises_sqlstate("PA401", conn=db), acting(db, None, "student"):
            db.execute("select effective_streak()")
        with acting(db, admin, "admin"):
            assert effective(db, other, None) == 0
        with acting(db, None, "service"):
            assert effective(db, other, None) == 0

    @pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin"])
    def test_nobody_moves_their_own(self, db: Connection, role: Role) -> None:
        user = learner(db)
        for statement in (
            "select advance_streaks()",
            "select grant_streak_freeze(gen_random_uuid())",
            "select record_activity(gen_random_uuid(), 'lesson', now())",
            "insert into user_streaks (user_id, streak_date, streak_count, activity_type) "
            "values (gen_random_uuid(), '2024-01-01', 9, 'lesson')",
            "update user_streaks set streak_count = 9",
            "delete from user_streaks",
        ):
            with raises_sqlstate("42501", conn=db), acting(db, user, role):
                db.execute(statement)


@pytest.mark.parametrize("call", ["complete_lesson", "record_activity"])
def test_an_old_transaction_claims_no_day_that_is_over(db: Connection, call: str) -> None:
    """Midnight has passed, for the learner, since the transaction was begun."""
    course = make_course(db, lessons=1)
    user = learner(db)
    make_enrollment(db, user, course)
    db.execute("select pg_sleep(greatest(0, 1.05 - extract(epoch from clock_timestamp() - now())))")
    db.execute("alter table user_settings disable trigger check_timezone")
    db.execute("alter table user_settings drop constraint user_settings_timezone_format_check")
    # A zone in which this second is the first of a day.
    db.execute(
        "update user_settings set timezone_changed_at = null, timezone_changed_on = null,"
        " timezone = '<X>' || to_char(clock_timestamp() at time zone 'UTC', 'HH24:MI:SS') where user_id = %s", (user,)
    )  # fmt: skip
    (yesterday, today) = db.execute(
        "select local_date(%(u)s, now()), local_date(%(u)s, clock_timestamp())", {"u": user}
    ).fetchone() or (None, None)
    assert yesterday is not None
    assert today == yesterday + DAY
    if call == "complete_lesson":
        with acting(db, user, "student"):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
    else:
        db.execute("select record_activity(%s, 'lesson', null)", (user,))
    assert [day for (day, *_) in days(db, user)] == [today]
