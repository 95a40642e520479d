"""Criteria are validated, and an achievement is granted when, and only when, its threshold is crossed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user, race

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]


@pytest.fixture
def conn(db: Connection) -> Connection:
    """Nothing can be earned but what the test defines."""
    db.execute("update achievements set is_active = false")
    return db


def define(conn: Connection, slug: str, metric: str, threshold: float, scope: Any = "global", **columns: Any) -> UUID:
    criteria = {"metric": metric, "threshold": threshold, "scope": str(scope)}
    return cast(UUID, insert(conn, "achievements", slug=slug, title=slug.title(), criteria=criteria, **columns))


def event(conn: Connection, user: UUID, lessons: int = 1, course: UUID | None = None) -> list[str]:
    """What record_completion does around the counters; slugs of what was granted."""
    rows = conn.execute(
        """
        with before as materialized (select s from user_stats as s where s.user_id = %(user)s),
        bumped as materialized (select bump_stats(p_user_id => %(user)s, p_lessons => %(lessons)s) from before)
        select a.slug
        from before, bumped, grant_achievements(%(user)s, before.s, %(course)s, now()) as g
        inner join achievements as a on a.id = g.achievement_id
        """,
        {"user": user, "lessons": lessons, "course": course},
    ).fetchall()
    return [slug for (slug,) in rows]


def check(conn: Connection, user: UUID) -> list[str]:
    rows = conn.execute(
        "select a.slug from check_achievements(%s) as g inner join achievements as a on a.id = g.achievement_id",
        (user,),
    ).fetchall()
    return sorted(slug for (slug,) in rows)


def stat(conn: Connection, user: UUID, column: str) -> Any:
    row = conn.execute(f"select {column} from user_stats where user_id = %s", (user,)).fetchone()
    assert row is not None
    return row[0]


class TestCriteria:
    def test_the_older_form_is_normalised(self, conn: Connection) -> None:
        row = conn.execute(
            "insert into achievements (slug, title, criteria) values ('p', 'P', %s) "
            "returning criteria, metric, threshold, scope_course_id",
            (Jsonb({"condition": "projects_created", "value": 1}),),
        ).fetchone()
        assert row == ({"metric": "projects_created", "threshold": 1, "scope": "global"}, "projects_created", 1, None)

    def test_a_course_is_a_scope(self, conn: Connection) -> None:
        course = make_course(conn).id
        definition = define(conn, "c", "lessons_completed", 2, str(course).upper())
        row = conn.execute(
            "select scope_course_id, criteria ->> 'scope' from achievements where id = %s", (definition,)
        ).fetchone()
        assert row == (course, str(course))

    @pytest.mark.parametrize(
        ("criteria", "path"),
        [
            ([], "$"),
            ("total_xp", "$"),
            (None, "$"),
            ({}, "$.metric"),
            ({"metric": "unknown", "threshold": 1}, "$.metric"),
            ({"metric": 1, "threshold": 1}, "$.metric"),
            ({"metric": None, "threshold": 1}, "$.metric"),
            ({"condition": "unknown", "value": 1}, "$.condition"),
            ({"metric": "total_xp"}, "$.threshold"),
            ({"metric": "total_xp", "threshold": "1"}, "$.threshold"),
            ({"metric": "total_xp", "threshold": None}, "$.threshold"),
            ({"metric": "total_xp", "threshold": 0}, "$.threshold"),
            ({"metric": "total_xp", "threshold": -1}, "$.threshold"),
            ({"metric": "total_xp", "threshold": 1e300}, "$.threshold"),
            ({"condition": "total_xp", "value": True}, "$.value"),
            ({"metric": "total_xp", "condition": "total_xp", "threshold": 1}, "$.condition"),
            ({"metric": "total_xp", "threshold": 1, "value": 1}, "$.value"),
            ({"metric": "total_xp", "threshold": 1, "extra": 1}, "$.extra"),
            ({"metric": "total_xp", "threshold": 1, "scope": None}, "$.scope"),
            ({"metric": "total_xp", "threshold": 1, "scope": 1}, "$.scope"),
            ({"metric": "total_xp", "threshold": 1, "scope": "everywhere"}, "$.scope"),
            ({"metric": "lessons_completed", "threshold": 1, "scope": str(uuid4())}, "$.scope"),
            ({"metric": "lessons_completed", "threshold": 1, "scope": "{" + str(uuid4()) + "}"}, "$.scope"),
        ],
    )
    def test_refused_with_the_path(self, conn: Connection, criteria: Any, path: str) -> None:
        with raises_sqlstate("PA422", conn=conn) as raised:
            conn.execute("insert into achievements (slug, title, criteria) values ('x', 'X', %s)", (Jsonb(criteria),))
        assert (raised.detail or "").split(" ")[0] == path

    def test_refused_for_a_course(self, conn: Connection) -> None:
        course, deleted = make_course(conn).id, make_course(conn, published=False, deleted_at=datetime.now(UTC)).id
        for metric, scope in (("total_xp", course), ("lessons_completed", deleted)):
            with raises_sqlstate("PA422", conn=conn) as raised:
                define(conn, "x", metric, 1, scope)
            assert (raised.detail or "").startswith("$.scope ")

    def test_refused_when_changed(self, conn: Connection) -> None:
        define(conn, "x", "total_xp", 1)
        with raises_sqlstate("PA422", conn=conn):
            conn.execute("update achievements set criteria = '{}' where slug = 'x'")


class TestDefining:
    CALL = "select define_achievement(p_slug => %s, p_title => %s, p_criteria => %s, p_rarity => %s, p_xp_reward => %s)"
    GOOD = Jsonb({"metric": "lessons_completed", "threshold": 5})

    def test_upserts_by_slug(self, conn: Connection) -> None:
        admin = make_user(conn, "admin")
        with acting(conn, admin, "admin"):
            first = conn.execute(self.CALL, ("five", "Five", self.GOOD, "rare", None)).fetchone()
            conn.execute("select set_achievement_active('five', false)")
            assert conn.execute("select is_active from achievements where slug = 'five'").fetchone() == (False,)
            again = conn.execute(self.CALL, ("five", "High five", self.GOOD, "epic", 0)).fetchone()
            assert again == first
            assert conn.execute(
                "select title, rarity, xp_reward, is_active, threshold from achievements where slug = 'five'"
            ).fetchone() == ("High five", "epic", 0, True, 5)

    @pytest.mark.parametrize("role", ["student", "instructor"])
    def test_is_for_administrators(self, conn: Connection, role: Role) -> None:
        user = make_user(conn, role)
        call = (self.CALL, ("five", "Five", self.GOOD, "rare", None))
        with raises_sqlstate("42501", conn=conn), acting(conn, user, role):
            conn.execute(*call)
        with raises_sqlstate("PA403", conn=conn), acting(conn, user, "admin"):
            conn.execute(*call)
        with raises_sqlstate("PA403", conn=conn), acting(conn, user, "admin"):
            conn.execute("select set_achievement_active('first-lesson', false)")

    def test_refused(self, conn: Connection) -> None:
        admin = make_user(conn, "admin")
        bad: list[tuple[tuple[Any, ...], tuple[str, ...]]] = [
            (("five", "Five", Jsonb({}), "rare", None), ("PA422",)),
            (("five", "Five", None, "rare", None), ("PA422",)),
            (("five", "Five", self.GOOD, "mythic", None), ("PA422",)),
            (("five", "Five", self.GOOD, None, None), ("PA422",)),
            (("five", "Five", self.GOOD, "rare", -1), ("PA422",)),
            (("five", "Five", self.GOOD, "rare", 100_001), ("PA422",)),
            (("Five!", "Five", self.GOOD, "rare", None), ("23",)),
            ((None, "Five", self.GOOD, "rare", None), ("23",)),
            (("five", "x" * 1_000_000, self.GOOD, "rare", None), ("23",)),
        ]
        for arguments, states in bad:
            with raises_sqlstate(*states, conn=conn), acting(conn, admin, "admin"):
                conn.execute(self.CALL, arguments)
        for slug in (None, "nothing"):
            with raises_sqlstate("PA404", conn=conn), acting(conn, admin, "admin"):
                conn.execute("select set_achievement_active(%s, true)", (slug,))


class TestGranting:
    def test_when_the_threshold_is_crossed(self, conn: Connection) -> None:
        define(conn, "two", "lessons_completed", 2)
        define(conn, "three", "lessons_completed", 3)
        define(conn, "retired", "lessons_completed", 1, is_active=False)
        user = make_user(conn)
        assert event(conn, user) == []
        assert event(conn, user) == ["two"]
        assert event(conn, user) == ["three"]
        assert event(conn, user) == []
        assert sorted(event(conn, make_user(conn), lessons=5)) == ["three", "two"]
        assert stat(conn, user, "achievements_earned") == 2

    def test_what_was_passed_before_is_for_check_achievements(self, conn: Connection) -> None:
        user = make_user(conn)
        event(conn, user, lessons=5)
        define(conn, "late", "lessons_completed", 3)
        assert event(conn, user) == []
        assert check(conn, user) == ["late"]
        assert check(conn, user) == []
        assert stat(conn, user, "achievements_earned") == 1
        assert stat(conn, user, "total_xp") == 50

    def test_a_stale_before_grants_nothing_twice(self, conn: Connection) -> None:
        define(conn, "one", "lessons_completed", 1)
        user = make_user(conn)
        assert event(conn, user) == ["one"]
        again = "select count(*) from grant_achievements(%s, null, null, now())"
        assert conn.execute(again, (user,)).fetchone() == (0,)
        assert stat(conn, user, "achievements_earned") == 1

    @pytest.mark.parametrize(
        ("rarity", "reward", "expected"),
        [
            ("common", None, 50),
            ("uncommon", None, 100),
            ("rare", None, 250),
            ("epic", None, 500),
            ("legendary", None, 1000),
            ("legendary", 0, 0),
            ("common", 7, 7),
        ],
    )
    def test_pays_by_rarity(self, conn: Connection, rarity: str, reward: int | None, expected: int) -> None:
        define(conn, "one", "lessons_completed", 1, rarity=rarity, xp_reward=reward)
        user = make_user(conn)
        event(conn, user)
        assert stat(conn, user, "total_xp") == expected
        # The same when the school has never been given settings.
        conn.execute("delete from platform_settings where setting_key like 'xp.achievement.%'")
        other = make_user(conn)
        event(conn, other)
        assert stat(conn, other, "total_xp") == expected

    def test_the_default_is_a_setting(self, conn: Connection) -> None:
        conn.execute("update platform_settings set setting_value = '77' where setting_key = 'xp.achievement.common'")
        define(conn, "one", "lessons_completed", 1)
        user = make_user(conn)
        event(conn, user)
        assert stat(conn, user, "total_xp") == 77

    def test_rewards_reach_further(self, conn: Connection) -> None:
        """A chain, each link paid by the one before, and a level at the end of it."""
        define(conn, "start", "lessons_completed", 1, xp_reward=100)
        for n in range(1, 30):
            define(conn, f"link-{n:02}", "total_xp", n * 100, xp_reward=100)
        define(conn, "level-eight", "current_level", 8, xp_reward=0)
        define(conn, "too-far", "total_xp", 3001, xp_reward=100)
        user = make_user(conn)
        granted = event(conn, user)
        assert sorted(granted) == sorted(["start", "level-eight", *(f"link-{n:02}" for n in range(1, 30))])
        assert stat(conn, user, "total_xp") == 3000
        assert stat(conn, user, "achievements_earned") == 31
        assert conn.execute("select sum(amount) from xp_events where user_id = %s", (user,)).fetchone() == (3000,)

    def test_keeps_how_it_looked(self, conn: Connection) -> None:
        define(conn, "one", "lessons_completed", 1, description="Then", icon_emoji="🌱", achievement_type="milestone")
        user = make_user(conn)
        event(conn, user)
        conn.execute(
            "update achievements set title = 'Other', description = 'Now', icon_emoji = '🔥' where slug = 'one'"
        )
        assert conn.execute(
            "select title, description, icon_emoji, achievement_type, progress, course_id from user_achievements "
            "where user_id = %s",
            (user,),
        ).fetchone() == ("One", "Then", "🌱", "milestone", 100, None)

    def test_levels_fall_and_achievements_stay(self, conn: Connection) -> None:
        define(conn, "one", "lessons_completed", 1, xp_reward=200)
        define(conn, "level-two", "current_level", 2, xp_reward=0)
        user = make_user(conn)
        assert event(conn, user) == ["one", "level-two"]
        conn.execute("select reverse_xp(id, 'test') from xp_events where user_id = %s", (user,))
        assert stat(conn, user, "current_level") == 1
        assert stat(conn, user, "achievements_earned") == 2
        conn.execute("select award_xp(%s, 500, 'test', %s)", (user, uuid4()))
        assert check(conn, user) == []

    def test_metrics_without_a_domain_grant_nothing(self, conn: Connection) -> None:
        rows = conn.execute("select metric from achievement_metrics").fetchall()
        known = {m for (m,) in conn.execute("select metric from metric_values(null::user_stats)").fetchall()}
        assert known <= {m for (m,) in rows}
        for n, (metric,) in enumerate(rows):
            if metric not in known:
                define(conn, f"never-{n}", metric, 1)
        user = make_user(conn)
        assert event(conn, user, lessons=100) == []
        assert check(conn, user) == []


class TestInACourse:
    def complete(
        self, conn: Connection, user: UUID, enrollment: UUID, course: Any, count: int, score: int = 90
    ) -> None:
        for lesson in course.lesson_ids[:count]:
            insert(
                conn,
                "lesson_progress",
                enrollment_id=enrollment,
                user_id=user,
                course_id=course.id,
                lesson_id=lesson,
                status="completed",
                started_at=datetime.now(UTC),
                completed_at=datetime.now(UTC),
                score=score,
            )

    def test_counts_that_course_only(self, conn: Connection) -> None:
        course, other = make_course(conn, lessons=3), make_course(conn, lessons=3)
        define(conn, "two-here", "lessons_completed", 2, course.id)
        define(conn, "perfect-here", "perfect_scores", 2, course.id)
        define(conn, "enrolled-here", "courses_enrolled", 1, course.id, xp_reward=0)
        define(conn, "two-there", "lessons_completed", 2, other.id)
        user = make_user(conn)
        enrollment = make_enrollment(conn, user, course)
        self.complete(conn, user, enrollment, course, 1)
        assert event(conn, user, course=other.id) == []
        assert event(conn, user, course=course.id) == ["enrolled-here"]
        conn.execute("delete from lesson_progress where user_id = %s", (user,))
        self.complete(conn, user, enrollment, course, 2, score=100)
        assert event(conn, user) == []
        assert sorted(event(conn, user, course=course.id)) == ["perfect-here", "two-here"]
        assert event(conn, user, course=course.id) == []
        rows = conn.execute("select distinct course_id from user_achievements where user_id = %s", (user,)).fetchall()
        assert rows == [(course.id,)]

    def test_check_looks_at_every_course(self, conn: Connection) -> None:
        courses = [make_course(conn, lessons=1) for _ in range(3)]
        user = make_user(conn)
        for course in courses[:2]:
            make_enrollment(conn, user, course)
        for n, course in enumerate(courses):
            define(conn, f"in-{n}", "courses_enrolled", 1, course.id)
        assert check(conn, user) == ["in-0", "in-1"]


class TestChecking:
    def test_is_the_services(self, conn: Connection) -> None:
        user = make_user(conn, "admin")
        for role in ("anonymous", "student", "instructor", "admin"):
            with raises_sqlstate("42501", conn=conn), acting(conn, user, role):
                check(conn, user)
            with raises_sqlstate("42501", conn=conn), acting(conn, user, role):
                conn.execute("select * from grant_achievements(null, null, null, null)")
        with acting(conn, None, "service"):
            assert conn.execute("select * from check_achievements(%s)", (user,)).fetchall() == []

    def test_refused(self, conn: Connection) -> None:
        for nobody in (None, uuid4(), make_user(conn, deleted_at=datetime.now(UTC))):
            with raises_sqlstate("PA404", conn=conn):
                conn.execute("select check_achievements(%s)", (nobody,))
        with raises_sqlstate("PA422", conn=conn):
            conn.execute("select check_achievements(%s, 'infinity')", (make_user(conn),))


def test_one_grant_at_once(school: SchoolDatabase) -> None:
    """Sixteen check at the same time; sixteen events cross one threshold together."""
    owner = school.connect(autocommit=True)
    owner.execute("update achievements set is_active = false")
    define(owner, "first", "lessons_completed", 1)
    define(owner, "ten", "lessons_completed", 10, xp_reward=500)
    define(owner, "xp", "total_xp", 550, xp_reward=9)
    user = make_user(owner)
    connections = [school.connect(autocommit=True) for _ in range(16)]
    results = cast(list[list[str]], race(16, lambda i: event(connections[i], user)))
    assert sorted(slug for result in results for slug in result) == ["first", "ten", "xp"]

    def check_all(i: int) -> list[str]:
        return check(connections[i], user)

    define(owner, "late", "lessons_completed", 16, xp_reward=1)
    results = cast(list[list[str]], race(16, check_all))
    granted = [slug for result in results for slug in result]
    assert granted == ["late"]
    assert stat(owner, user, "achievements_earned") == 4
    assert owner.execute(
        "select s.total_xp = sum(e.amount) from user_stats as s inner join xp_events as e using (user_id) "
        "where s.user_id = %s group by s.total_xp",
        (user,),
    ).fetchone() == (True,)
    assert owner.execute("select count(*) from user_achievements where user_id = %s", (user,)).fetchone() == (
        stat(owner, user, "achievements_earned"),
    )


class TestViews:
    def test_how_often_it_was_earned(self, conn: Connection) -> None:
        define(conn, "one", "lessons_completed", 1)
        users = [make_user(conn) for _ in range(3)]
        for user in users[:2]:
            event(conn, user)
        with acting(conn, users[2], "student"):
            rows = conn.execute("select slug, times_earned from v_achievement_stats").fetchall()
        assert rows == [("one", 2)]

    def test_it_is_counted_from_the_index(self, conn: Connection) -> None:
        conn.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        with acting(conn, make_user(conn), "student"):
            plan = conn.execute("explain select * from v_achievement_stats").fetchall()
        assert any("Index Only Scan" in line and "user_achievements" in line for (line,) in plan), plan

    def test_my_progress(self, conn: Connection) -> None:
        course = make_course(conn)
        define(conn, "one", "lessons_completed", 1, xp_reward=0)
        define(conn, "three", "lessons_completed", 3)
        define(conn, "here", "lessons_completed", 3, course.id)
        define(conn, "voted", "votes_received", 3)
        user, other = make_user(conn), make_user(conn)
        event(conn, user)
        event(conn, other)
        query = "select slug, progress, is_earned, value from v_my_achievements order by slug"
        with acting(conn, user, "student"):
            assert conn.execute(query).fetchall() == [
                ("here", None, False, None),
                ("one", 100, True, 1),
                ("three", Decimal("33.33"), False, 1),
                ("voted", 0, False, 0),
            ]
        with acting(conn, None, "student"):
            assert {row[2] for row in conn.execute(query).fetchall()} == {False}
