"""Who is told what, over which channels, and how many are unread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from pgacademy.testing import Role, acting
from tests.community.forum import ask, findings, reply, row, rows, told, unread, value
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_step(db: Connection) -> Iterator[None]:
    """After every test, every counter says what it counts."""
    yield
    assert findings(db) == []


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def bob(db: Connection) -> UUID:
    return make_user(db)


def notify(db: Connection, user: UUID, kind: str = "announcement", **more: Any) -> None:
    given = {"title": "T", "priority": "normal", "url": None, "occurrence": None, "at": None} | more
    db.execute(
        "select notify(%s, %s, %s, p_priority => %s, p_action_url => %s, p_occurrence => %s, p_occurred_at => %s)",
        (user, kind, *(given[k] for k in ("title", "priority", "url", "occurrence", "at"))),
    )


def prefer(db: Connection, user: UUID, kind: str, *channels: bool | None) -> None:
    with acting(db, user, "student"):
        db.execute("select set_notification_preference(%s, %s, %s, %s)", (kind, *channels))


def ways(db: Connection, user: UUID) -> set[str]:
    """Over which channels the only notification of a person goes."""
    (found,) = rows(db, "select id, is_in_app from notifications where user_id = %s", user)
    sent = rows(db, "select channel from notification_deliveries where notification_id = %s", found["id"])
    return {r["channel"] for r in sent} | ({"in_app"} if found["is_in_app"] else set())


class TestChannels:
    @pytest.mark.parametrize(
        ("settings", "preference", "expected"),
        [
            ((True, True), None, {"in_app", "email", "push"}),
            ((False, True), None, {"in_app", "push"}),
            ((False, False), None, {"in_app"}),
            ((False, False), (None, True, None), {"in_app", "email"}),
            ((True, True), (None, False, False), {"in_app"}),
            ((True, False), (False, None, None), {"email"}),
        ],
    )
    def test_preferences_come_before_settings(
        self, db: Connection, ada: UUID, settings: Any, preference: Any, expected: set[str]
    ) -> None:
        db.execute(
            "update user_settings set email_notifications = %s, push_notifications = %s where user_id = %s",
            (*settings, ada),
        )
        if preference:
            prefer(db, ada, "level_up", *preference)
        notify(db, ada, "level_up")
        assert ways(db, ada) == expected
        assert unread(db, ada) == ("in_app" in expected)

    def test_a_preference_is_for_one_kind(self, db: Connection, ada: UUID) -> None:
        prefer(db, ada, "level_up", False, False, False)
        notify(db, ada, "level_up")
        assert told(db, ada) == []
        notify(db, ada, "coins_received")
        assert told(db, ada) == ["coins_received"]

    def test_what_is_urgent_is_shown_all_the_same(self, db: Connection, ada: UUID) -> None:
        prefer(db, ada, "announcement", False, False, False)
        notify(db, ada, priority="urgent")
        assert ways(db, ada) == {"in_app"}

    def test_email_needs_an_address(self, db: Connection) -> None:
        user = make_user(db, email=None)
        notify(db, user)
        assert ways(db, user) == {"in_app", "push"}

    def test_nothing_goes_to_an_address_that_nobody_proved(self, db: Connection) -> None:
        user = make_user(db, email_verified=False)
        notify(db, user)
        assert ways(db, user) == {"in_app", "push"}

    def test_who_has_left_is_not_told(self, db: Connection, ada: UUID) -> None:
        db.execute("select deactivate_user(%s)", (ada,))
        notify(db, ada)
        assert told(db, ada) == []

    def test_the_view_shows_what_will_happen(self, db: Connection, ada: UUID) -> None:
        prefer(db, ada, "level_up", False, None, True)
        db.execute("update user_settings set push_notifications = false where user_id = %s", (ada,))
        with acting(db, ada, "student"):
            found = {r["notification_type"]: r for r in rows(db, "select * from v_my_notification_preferences")}
        assert len(found) == 10
        assert [found["level_up"][k] for k in ("in_app", "email", "push", "is_chosen")] == [False, True, True, True]
        assert [found["announcement"][k] for k in ("in_app", "email", "push", "is_chosen")] == [
            True,
            True,
            False,
            False,
        ]

    def test_an_unknown_kind_is_refused(self, db: Connection, ada: UUID) -> None:
        with raises_sqlstate("PA422", conn=db):
            prefer(db, ada, "gossip", True, True, True)
        with raises_sqlstate("23514", conn=db):
            notify(db, ada, "gossip")

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "//evil.example", "http://x.example", "/\\evil.example", "data:x", "/a b", "x"]
    )
    def test_no_address_leads_astray(self, db: Connection, ada: UUID, url: str) -> None:
        with raises_sqlstate("23514", conn=db):
            notify(db, ada, url=url)

    @pytest.mark.parametrize("url", ["/", "/courses/7?x=1#y", "https://school.example", "https://school.example/a"])
    def test_good_addresses(self, db: Connection, ada: UUID, url: str) -> None:
        notify(db, ada, url=url)
        assert value(db, "select action_url from notifications") == url

    def test_once_per_occurrence_and_no_old_news(self, db: Connection, ada: UUID) -> None:
        for _ in range(2):
            notify(db, ada, "level_up", occurrence="7")
        notify(db, ada, "level_up", occurrence="8")
        notify(db, ada, "level_up", at=datetime.now(UTC) - timedelta(days=2))
        assert told(db, ada) == ["level_up"] * 2


class TestReading:
    def test_one_and_all(self, db: Connection, ada: UUID, bob: UUID) -> None:
        for user in (ada, ada, ada, bob):
            notify(db, user)
        with acting(db, ada, "student"):
            first, second, third = (r["notification_id"] for r in rows(db, "select * from list_notifications()"))
            assert value(db, "select unread_count()") == 3
            assert value(db, "select mark_read(%s)", second) == 2
            assert value(db, "select mark_read(%s)", second) == 2
            left = rows(db, "select notification_id from list_notifications(true)")
            assert [r["notification_id"] for r in left] == [first, third]
            assert row(db, "select is_read, read_at is not null as at from notifications where id = %s", second) == {
                "is_read": True, "at": True,
            }  # fmt: skip
            assert value(db, "select mark_all_read()") == 2
            assert value(db, "select mark_all_read()") == 0
        assert (unread(db, ada), unread(db, bob)) == (0, 1)
        notify(db, ada)
        assert unread(db, ada) == 1

    def test_not_somebody_elses(self, db: Connection, ada: UUID, bob: UUID) -> None:
        notify(db, bob)
        theirs = value(db, "select id from notifications")
        with acting(db, ada, "student"):
            for call in ("mark_read(%s)", "list_notifications(p_after => %s)"):
                with raises_sqlstate("PA404", conn=db):
                    db.execute(f"select {call}", (theirs,))
            assert value(db, "select mark_all_read()") == 0
        assert unread(db, bob) == 1

    def test_pages(self, db: Connection, ada: UUID) -> None:
        for n in range(7):
            notify(db, ada, title=f"{n}")
        with acting(db, ada, "student"):
            found: list[Any] = []
            while page := rows(
                db, "select * from list_notifications(false, 3, %s)", found[-1]["notification_id"] if found else None
            ):
                found += page
            # Those of one millisecond come in any order, the same each time.
            assert found == rows(db, "select * from list_notifications(false, 100)")
        assert sorted(r["title"] for r in found) == ["0", "1", "2", "3", "4", "5", "6"]

    def test_nobody_has_none(self, db: Connection) -> None:
        with acting(db, None, "student"), raises_sqlstate("PA401", conn=db):
            value(db, "select unread_count()")

    def test_folding_changes_no_count(self, db: Connection, ada: UUID, bob: UUID) -> None:
        for user in (ada, bob, bob):
            notify(db, user)
        assert [value(db, "select fold_notification_counts(1)") for _ in range(3)] == [1, 1, 0]
        assert value(db, "select count(*) from notification_deltas") == 0
        assert (unread(db, ada), unread(db, bob)) == (1, 2)

    def test_only_what_was_read_long_ago_is_purged(self, db: Connection, ada: UUID) -> None:
        for title in ("old", "new", "unread"):
            notify(db, ada, title=title)
        with acting(db, ada, "student"):
            for title in ("old", "new"):
                value(db, "select mark_read((select id from notifications where title = %s))", title)
        db.execute("update notifications set read_at = now() - interval '91 days' where title = 'old'")
        db.execute("update notifications set created_at = now() - interval '5 years' where title = 'unread'")
        assert value(db, "select purge_notifications(p_limit => 1)") == 1
        assert value(db, "select purge_notifications(p_limit => 1)") == 0
        assert unread(db, ada) == 1
        db.execute("update platform_settings set setting_value = '0' where setting_key = 'notifications.keep_days'")
        db.execute("update notifications set read_at = now() - interval '1 hour' where title = 'new'")
        assert value(db, "select purge_notifications()") == 1

    def test_what_was_read_and_what_was_only_sent_go_by_the_batch(self, db: Connection, ada: UUID) -> None:
        """Each batch by the indexes: none reads the whole table, however many are to go."""
        for read_at, is_in_app in (("now() - interval '100 days'", True), ("null", False), ("null", True)):
            db.execute(
                "insert into notifications (user_id, notification_type, title, created_at, read_at, is_in_app)"
                f" select %s, 'announcement', 'T', now() - interval '200 days', {read_at}, %s"
                " from generate_series(1, 1000)",
                (ada, is_in_app),
            )
        db.execute("insert into notification_counts (user_id, unread_count) values (%s, 1000)", (ada,))
        db.execute("analyze notifications")
        read = "select seq_tup_read from pg_stat_xact_user_tables where relid = 'notifications'::regclass"
        before = value(db, read)
        assert [value(db, "select purge_notifications(p_limit => 50)") for _ in range(2)] == [50, 50]
        assert value(db, read) == before
        assert [value(db, "select purge_notifications(p_limit => 1500)") for _ in range(3)] == [1500, 400, 0]
        assert unread(db, ada) == 1000


class TestDeliveries:
    @pytest.mark.parametrize(
        ("change", "email", "push"),
        [
            ("is_active = false", "cancelled", "cancelled"),
            ("deleted_at = now()", "cancelled", "cancelled"),
            ("email_verified = false", "cancelled", "pending"),
        ],
    )
    def test_who_cannot_be_reached_any_more(
        self, db: Connection, ada: UUID, change: str, email: str, push: str
    ) -> None:
        bob = make_user(db)
        for user in (ada, ada, ada, bob):
            notify(db, user)
        db.execute(f"update users set {change} where id = %s", (ada,))
        for channel, expected in (("email", email), ("push", push)):
            with acting(db, None, "service"):
                found = rows(db, "select user_id from claim_deliveries(%s, 2)", channel)
                found += rows(db, "select user_id from claim_deliveries(%s, 2)", channel)
            # A batch of nobody but such people is not the end of it.
            assert {r["user_id"] for r in found} == ({bob} if expected == "cancelled" else {ada, bob})
            assert {
                r["status"]
                for r in rows(
                    db,
                    "select d.status from notification_deliveries d join notifications n on n.id = d.notification_id"
                    " where n.user_id = %s and d.channel = %s",
                    ada, channel,
                )
            } == {expected}  # fmt: skip

    def test_claimed_sent_and_given_up(self, db: Connection, ada: UUID) -> None:
        notify(db, ada)
        claim, finish = "select * from claim_deliveries('email')", "select finish_delivery(%s, 'email', 'no route')"
        with acting(db, None, "service"):
            found = row(db, claim)
            assert (found["user_id"], found["attempts"]) == (ada, 1)
            assert rows(db, claim) == []  # somebody has it
        notification = found["notification_id"]
        for attempt in range(2, 6):
            with acting(db, None, "service"):
                assert value(db, finish, notification) == "pending"
                assert rows(db, claim) == []  # not at once
            db.execute("update notification_deliveries set next_attempt_at = now()")
            with acting(db, None, "service"):
                assert row(db, claim)["attempts"] == attempt
        with acting(db, None, "service"):
            assert value(db, finish, notification) == "failed"
            assert value(db, "select finish_delivery(%s, 'push')", notification) == "sent"
            for channel in ("email", "push"):
                with raises_sqlstate("PA404", conn=db):
                    db.execute("select finish_delivery(%s, %s)", (notification, channel))


class TestAnnouncements:
    def test_everyone_on_the_course(self, db: Connection, ada: UUID, bob: UUID) -> None:
        course = make_course(db)
        make_enrollment(db, ada, course)
        make_enrollment(db, bob, course, status="dropped", dropped_at="2024-01-01Z")
        call = "select announce('Exam', '<b>Tomorrow</b>', 'k', %s, 'high', '/exam')"
        with acting(db, course.instructor_id, "instructor"):
            assert value(db, call, course.id) == 1
            assert value(db, call, course.id) == 1  # the reply of the first
            with raises_sqlstate("PA409", conn=db):
                value(db, "select announce('Exam', 'Today', 'k', %s)", course.id)
        found = row(db, "select user_id, title, message, priority, related_object_id from notifications")
        assert tuple(found.values()) == (ada, "Exam", "<b>Tomorrow</b>", "high", course.id)

    def test_everyone(self, db: Connection, ada: UUID, bob: UUID) -> None:
        people = value(db, "select count(*) from users where is_active and deleted_at is null")
        with acting(db, make_user(db, "admin"), "admin"):
            assert value(db, "select announce('Hello', 'All', 'k')") == people + 1
        assert (unread(db, ada), unread(db, bob)) == (1, 1)

    def test_who_may(self, db: Connection, ada: UUID) -> None:
        course = make_course(db)
        make_enrollment(db, ada, course)
        refused: list[tuple[UUID, Role, UUID | None, str]] = [
            (ada, "student", course.id, "42501"), (ada, "instructor", course.id, "PA403"),
            (make_user(db, "instructor"), "instructor", course.id, "PA403"),
            (course.instructor_id, "instructor", None, "PA403"),
        ]  # fmt: skip
        for user, role, place, state in refused:
            with acting(db, user, role), raises_sqlstate(state, conn=db):
                db.execute("select announce('T', 'M', 'k', %s)", (place,))

    @pytest.mark.parametrize(
        "bad", ["' ', 'M', 'k'", "'T', '', 'k'", "'T', 'M', null", "'T', 'M', 'k', null, 'loud'",
                "'T', 'M', 'k', null, 'low', 'javascript:x'", "'T', 'M', 'k', null, 'low', '//x'"],
    )  # fmt: skip
    def test_bad_ones(self, db: Connection, bad: str) -> None:
        with acting(db, make_user(db, "admin"), "admin"), raises_sqlstate("PA422", conn=db):
            db.execute(f"select announce({bad})")


class TestNews:
    def test_who_is_answered_is_told(self, db: Connection, ada: UUID, bob: UUID) -> None:
        cyd = make_user(db)
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        reply(db, cyd, discussion, one)
        reply(db, bob, discussion, one)  # oneself is not news
        assert (told(db, ada), told(db, bob), told(db, cyd)) == (["reply_posted"], ["reply_posted"], [])
        found = row(db, "select related_object_type, related_object_id from notifications where user_id = %s", ada)
        assert tuple(found.values()) == ("reply", one)

    def test_a_course_its_level_and_achievement(self, db: Connection, ada: UUID) -> None:
        course = make_course(db, lessons=2, completion_xp=200)
        insert(db, "achievements", slug="x", title="First", criteria={"metric": "courses_completed", "threshold": 1})
        db.execute("update achievements set is_active = slug = 'x'")
        make_enrollment(db, ada, course)
        with acting(db, ada, "student"):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
        assert told(db, ada) == []
        with acting(db, ada, "student"):
            for _ in range(2):
                db.execute("select complete_lesson(%s)", (course.lesson_ids[1],))
        assert sorted(told(db, ada)) == ["achievement_earned", "course_completed", "level_up", "level_up"]
        # Not by id: both may come within a millisecond, the unit of its time before PostgreSQL 18.
        levels = rows(db, "select occurrence from notifications where notification_type = 'level_up'")
        assert {r["occurrence"] for r in levels} == {"2", "3"}

    def test_a_level_is_told_once_although_it_was_lost(self, db: Connection, ada: UUID) -> None:
        for source in ("a", "b"):
            db.execute("select award_xp(%s, 120, %s, null)", (ada, source))
            event = value(db, "select id from xp_events where source_type = %s", source)
            db.execute("select reverse_xp(%s, 'x')", (event,))
        assert told(db, ada) == ["level_up"]

    def test_history_is_no_news(self, db: Connection, ada: UUID) -> None:
        course = make_course(db, lessons=1)
        db.execute("select record_enrollment(%s, %s, '2024-01-01Z')", (ada, course.id))
        db.execute("select record_completion(%s, %s, p_occurred_at => '2024-01-02Z')", (ada, course.lesson_ids[0]))
        assert value(db, "select count(*) from enrollments where status = 'completed'") == 1
        assert told(db, ada) == []

    def test_ones_own_course_is_no_news(self, db: Connection) -> None:
        course = make_course(db, lessons=1)
        make_enrollment(db, course.instructor_id, course)
        with acting(db, course.instructor_id, "student"):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
        assert told(db, course.instructor_id) == []

    def test_coins(self, db: Connection, ada: UUID, bob: UUID) -> None:
        db.execute("select award_coins(%s, 50, 'test', null)", (ada,))
        with acting(db, ada, "student"):
            for _ in range(2):
                db.execute("select transfer_coins(%s, 7, 'k', 'For lunch')", (bob,))
        assert (told(db, ada), told(db, bob)) == ([], ["coins_received"])
        assert value(db, "select message from notifications") == "For lunch"


class TestStreaks:
    def streak(self, db: Connection, user: UUID, last: str, zone: str = "UTC", freezes: int = 0) -> None:
        db.execute("update user_settings set timezone = %s where user_id = %s", (zone, user))
        day = datetime.fromisoformat(last).date()
        for n in range(3):
            insert(
                db, "user_streaks", "user_id", user_id=user, streak_date=day - timedelta(days=2 - n),
                streak_count=n + 1, activity_type="lesson",
            )  # fmt: skip
        db.execute(
            "update user_stats set current_streak = 3, longest_streak = 3, last_streak_date = %s, streak_freezes = %s"
            " where user_id = %s",
            (day, freezes, user),
        )

    def remind(self, db: Connection, at: datetime = NOON) -> int:
        return cast(int, value(db, "select remind_streaks(%s)", at))

    def test_once_per_local_day(self, db: Connection, ada: UUID) -> None:
        self.streak(db, ada, "2026-03-09")
        assert self.remind(db) == 1
        assert self.remind(db, NOON + timedelta(hours=11)) == 0
        # The day after it is over, whether or not the job has settled it.
        assert self.remind(db, NOON + timedelta(days=1)) == 0
        assert told(db, ada) == ["streak_at_risk"]

    @pytest.mark.parametrize(("last", "freezes", "expected"), [
        ("2026-03-10", 0, 0), ("2026-03-09", 1, 0), ("2026-03-08", 1, 1), ("2026-03-08", 0, 0), ("2026-03-07", 2, 1),
    ])  # fmt: skip
    def test_at_risk_is_what_ends_today(
        self, db: Connection, ada: UUID, last: str, freezes: int, expected: int
    ) -> None:
        self.streak(db, ada, last, freezes=freezes)
        assert self.remind(db) == expected

    def test_today_is_everyones_own(self, db: Connection, ada: UUID, bob: UUID) -> None:
        self.streak(db, ada, "2026-03-09", "Pacific/Kiritimati")  # there it is the 11th already: over
        self.streak(db, bob, "2026-03-10", "Pacific/Kiritimati")
        cyd = make_user(db)
        self.streak(db, cyd, "2026-03-08", "Pacific/Pago_Pago")  # and here still the 9th, just before eleven
        assert self.remind(db, NOON - timedelta(hours=1, minutes=30)) == 2
        days = {r["user_id"]: r["occurrence"] for r in rows(db, "select user_id, occurrence from notifications")}
        assert days == {bob: "2026-03-11", cyd: "2026-03-09"}
