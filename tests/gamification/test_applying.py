"""A definition is applied to everyone who has reached it: exactly, in batches, and beside people who learn."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user, race

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]


def define(conn: Connection, slug: str, metric: str, threshold: float, scope: Any = "global", **columns: Any) -> UUID:
    criteria = {"metric": metric, "threshold": threshold, "scope": str(scope)}
    return cast(UUID, insert(conn, "achievements", slug=slug, title=slug.title(), criteria=criteria, **columns))


def apply(conn: Connection, slug: str, limit: int = 1000) -> tuple[int, int, int]:
    """All batches, each in a transaction where the connection is in autocommit: people, granted, XP."""
    people = granted = xp = 0
    after = None
    while True:
        row = conn.execute("select * from apply_achievement(%s, %s, %s)", (slug, after, limit)).fetchone()
        assert row is not None
        assert row[0] <= limit
        people, granted, xp, after = people + row[0], granted + row[1], xp + row[2], row[3]
        if row[4]:
            return people, granted, xp


def learners(conn: Connection, count: int) -> list[UUID]:
    """The nth of them, from none on, has done n lessons of one course, today."""
    course = make_course(conn, lessons=count)
    found = []
    for n in range(count):
        user = make_user(conn)
        make_enrollment(conn, user, course)
        for lesson in course.lesson_ids[:n]:
            conn.execute("select record_completion(%s, %s)", (user, lesson))
        found.append(user)
    return found


def verify(conn: Connection) -> None:
    assert conn.execute("select * from verify_integrity()").fetchall() == []


def state(conn: Connection, user: UUID) -> Any:
    """All that a grant moves, but times and ids."""
    stats = conn.execute(
        "select to_jsonb(s) - '{user_id,updated_at}'::text[] from user_stats as s where user_id = %s", (user,)
    ).fetchone()
    assert stats is not None
    got = conn.execute(
        "select achievement_id, course_id, title from user_achievements where user_id = %s order by 1",
        (user,),
    ).fetchall()
    paid = conn.execute(
        "select amount, source_id, occurrence, reason from xp_events where user_id = %s order by 1, 2, 4", (user,)
    ).fetchall()
    return stats[0], got, paid


@pytest.fixture
def conn(db: Connection) -> Connection:
    db.execute("update achievements set is_active = false")
    return db


class TestApplying:
    def test_the_same_as_one_by_one(self, conn: Connection) -> None:
        """XP, level, periods, counters, and what the XP reaches: as check_achievements would have it."""
        people = learners(conn, 9)
        define(conn, "four", "lessons_completed", 4, xp_reward=700)
        define(conn, "level", "current_level", 4, xp_reward=300)
        define(conn, "rich", "total_xp", 1300, xp_reward=0)
        define(conn, "not-yet", "total_xp", 10**6)
        expected = []
        with conn.transaction(force_rollback=True):
            for user in people:
                conn.execute("select check_achievements(%s)", (user,))
            expected = [state(conn, user) for user in people]
        assert {len(got) for _, got, _ in expected} >= {0, 2, 3}
        looked_at, granted, xp = apply(conn, "four", limit=4)
        everyone = conn.execute("select count(*) from users").fetchone()
        assert (looked_at,) == everyone
        assert granted == 5
        assert xp == sum(sum(p[0] for p in paid if p[3] != "") for _, _, paid in expected) - sum(
            n * 50 for n in range(9)
        )
        assert [state(conn, user) for user in people] == expected
        verify(conn)
        assert apply(conn, "four", limit=4) == (looked_at, 0, 0)
        assert [state(conn, user) for user in people] == expected

    @pytest.mark.parametrize("reward", [0, None, 99])
    def test_what_it_pays(self, conn: Connection, reward: int | None) -> None:
        people = learners(conn, 4)
        define(conn, "two", "lessons_completed", 2, xp_reward=reward)
        expected = 50 if reward is None else reward
        # Somebody was given this XP before, by hand: it does not come twice.
        if expected:
            conn.execute(
                "select award_xp(%s, 5, 'achievement', (select id from achievements where slug = 'two'))", (people[3],)
            )
        assert apply(conn, "two")[1:] == (2, expected)
        xp = conn.execute("select total_xp from user_stats where user_id = any(%s) order by 1", (people,)).fetchall()
        assert sorted(xp) == sorted([(0,), (50,), (100 + expected,), (150 + (5 if expected else 0),)])
        verify(conn)

    def test_in_a_course(self, conn: Connection) -> None:
        people = learners(conn, 5)
        row = conn.execute("select course_id from enrollments limit 1").fetchone()
        assert row is not None
        teacher = conn.execute("select instructor_id from courses where id = %s", row).fetchone()
        assert teacher is not None
        make_enrollment(conn, teacher[0], row[0])
        define(conn, "here", "lessons_completed", 3, row[0])
        define(conn, "on-it", "courses_enrolled", 1, row[0])
        assert apply(conn, "here", limit=2)[:2] == (6, 2)
        assert apply(conn, "on-it", limit=6)[:2] == (6, 5)
        got = conn.execute("select distinct user_id, course_id from user_achievements").fetchall()
        assert sorted(got) == sorted((user, row[0]) for user in people)
        verify(conn)

    def test_not_for_who_left_nor_what_is_retired(self, conn: Connection) -> None:
        people = learners(conn, 4)
        conn.execute("select deactivate_user(%s, true)", (people[3],))
        define(conn, "two", "lessons_completed", 2)
        assert apply(conn, "two")[1] == 1
        conn.execute("update achievements set is_active = false where slug = 'two'")
        with raises_sqlstate("PA409", conn=conn):
            apply(conn, "two")

    def test_stopped_and_begun_anew(self, conn: Connection) -> None:
        learners(conn, 8)
        define(conn, "one", "lessons_completed", 1)
        first = conn.execute("select granted, last_user_id from apply_achievement('one', null, 6)").fetchone()
        assert first is not None
        assert 0 < first[0] < 7
        assert apply(conn, "one", limit=3)[1] == 7 - first[0]
        verify(conn)

    def test_for_administrators_and_the_service(self, conn: Connection) -> None:
        admin, ada = make_user(conn, "admin"), make_user(conn)
        define(conn, "two", "lessons_completed", 2)
        call = "select is_done from apply_achievement('two')"
        granters: list[tuple[UUID | None, Role]] = [(admin, "admin"), (None, "service")]
        for user, role in granters:
            with acting(conn, user, role):
                assert conn.execute(call).fetchone() == (True,)
        refused: list[tuple[UUID, Role, str]] = [
            (ada, "student", "42501"), (admin, "instructor", "42501"), (ada, "admin", "PA403"),
        ]  # fmt: skip
        for user, role, code in refused:
            with raises_sqlstate(code, conn=conn), acting(conn, user, role):
                conn.execute(call)
        bad = (("nothing", 5, "PA404"), ("two", 0, "PA422"), ("two", 10_001, "PA422"), ("two", None, "PA422"))
        for slug, limit, code in bad:
            with raises_sqlstate(code, conn=conn):
                conn.execute("select apply_achievement(%s, null, %s)", (slug, limit))


def deadlocks(conn: Connection) -> Any:
    return conn.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()


@pytest.mark.late
def test_beside_sixteen_who_learn(school: SchoolDatabase) -> None:
    """Defined and applied, twice at once, while sixteen complete lessons: each gets it once, nobody is forgotten."""
    conn = school.connect(autocommit=True)
    conn.execute("update achievements set is_active = false")
    course = make_course(conn, lessons=12)
    people = [make_user(conn) for _ in range(16)]
    for user in people:
        make_enrollment(conn, user, course)
        conn.execute("select record_completion(%s, %s)", (user, course.lesson_ids[0]))
    define(conn, "richer", "total_xp", 450, xp_reward=100)

    def work(i: int) -> None:
        if i < 16:
            for lesson in course.lesson_ids[1 : 5 + i // 2]:
                with school.app(people[i], "student") as web:
                    web.execute("select complete_lesson(%s)", (lesson,))
            return
        if i == 16:
            define(conn, "six", "lessons_completed", 6, xp_reward=150)
            define(conn, "six-here", "lessons_completed", 6, course.id, xp_reward=30)
        for slug in ("six", "six-here", "richer"):
            with school.service(autocommit=True) as job:
                for _ in range(400):
                    try:
                        apply(job, slug, limit=5)
                        break
                    except psycopg.Error as error:
                        if error.sqlstate != "PA404":  # not defined yet by the other one
                            raise

    for result in race(18, work, timeout=120):
        if isinstance(result, Exception):
            raise result
    assert deadlocks(conn) == (0,)
    verify(conn)
    found = conn.execute(
        """
        select s.lessons_completed >= 6, array_agg(a.slug order by a.slug) filter (where a.id is not null), count(*)
        from user_stats as s
        left join user_achievements as g on g.user_id = s.user_id
        left join achievements as a on a.id = g.achievement_id
        where s.user_id = any(%s)
        group by s.user_id, s.lessons_completed
        """,
        (people,),
    ).fetchall()
    assert {reached for reached, _, _ in found} == {True, False}
    for reached, slugs, _ in found:
        assert (slugs or []) == (["richer", "six", "six-here"] if reached else [])


def test_an_event_under_way_is_waited_for(school: SchoolDatabase) -> None:
    """It looked at the definitions before there was this one, and has not committed when it is applied."""
    conn = school.connect(autocommit=True)
    conn.execute("update achievements set is_active = false")
    course = make_course(conn, lessons=1)
    ada = make_user(conn)
    make_enrollment(conn, ada, course)
    done: list[Any] = []

    def work(i: int) -> None:
        if i == 0:
            with school.app(ada, "student") as web:
                web.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
                define(conn, "one", "lessons_completed", 1)
                while not conn.execute(
                    "select from pg_locks where not granted and locktype in ('transactionid', 'tuple')"
                ).fetchall():
                    assert not done, "it has not waited"
        else:
            while not conn_2.execute("select from achievements where slug = 'one'").fetchall():
                pass
            done.append(apply(conn_2, "one"))

    conn_2 = school.connect(autocommit=True)
    for result in race(2, work, timeout=30):
        if isinstance(result, Exception):
            raise result
    assert done[0][1] == 1
    assert conn.execute("select count(*) from user_achievements").fetchone() == (1,)
    verify(conn)


def test_beside_who_changes_name_and_leaves_the_board(school: SchoolDatabase) -> None:
    """Both need the person's rows in users and user_stats, in one order."""
    conn = school.connect(autocommit=True)
    conn.execute("update achievements set is_active = false")
    people = learners(conn, 6)

    def work(i: int) -> None:
        if i < 6:
            other = school.connect(autocommit=True)
            for n in range(25):
                other.execute(
                    "update users set username = %s, show_on_leaderboard = not show_on_leaderboard where id = %s",
                    (f"name-{i}-{n}", people[i]),
                )
            return
        with school.service(autocommit=True) as job:
            for n in range(25):
                define(conn, f"d-{n}", "lessons_completed", 1, xp_reward=1)
                apply(job, f"d-{n}", limit=100)

    for result in race(7, work, timeout=60):
        if isinstance(result, Exception):
            raise result
    assert deadlocks(conn) == (0,)
    verify(conn)


def test_the_criteria_may_be_changed_first(conn: Connection) -> None:
    """Previewed, changed, applied: as many as were promised, and who had it keeps it."""
    people = learners(conn, 6)
    admin = make_user(conn, "admin")
    define(conn, "three", "lessons_completed", 5)
    conn.execute("select check_achievements(%s)", (people[5],))
    wanted = Jsonb({"metric": "lessons_completed", "threshold": 3})
    with acting(conn, admin, "admin"):
        promised = conn.execute(
            "select gaining_count, keeping_count from preview_achievement('three', %s)", (wanted,)
        ).fetchone()
        assert promised == (2, 0)
        conn.execute("select define_achievement('three', 'Three', %s)", (wanted,))
        assert apply(conn, "three", limit=2)[1] == 2
    verify(conn)
