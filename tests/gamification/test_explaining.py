"""Criteria explain themselves, are previewed before they are changed, and cost an event only what it can affect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from tests.assessment.quizzes import make_quiz
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import Course, insert, make_course, make_enrollment, make_user

from pgacademy.testing import Role, acting

Connection = psycopg.Connection[Any]


@pytest.fixture
def conn(db: Connection) -> Connection:
    """Nothing can be earned but what the test defines."""
    db.execute("update achievements set is_active = false")
    return db


def define(conn: Connection, slug: str, metric: str, threshold: float, scope: Any = "global", **columns: Any) -> UUID:
    criteria = {"metric": metric, "threshold": threshold, "scope": str(scope)}
    return cast(UUID, insert(conn, "achievements", slug=slug, title=slug.title(), criteria=criteria, **columns))


def rows(conn: Connection, query: str, *values: Any) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def explain(conn: Connection, slug: str, user: UUID | None = None, limit: int | None = 20) -> dict[str, Any]:
    (row,) = rows(conn, "select * from explain_achievement(%s, %s, %s)", slug, user, limit)
    return row


def complete(conn: Connection, user: UUID, course: Course, count: int, score: int | None = None) -> None:
    for lesson in course.lesson_ids[:count]:
        conn.execute("select record_completion(%s, %s, %s)", (user, lesson, score))


class Learner(NamedTuple):
    id: UUID
    course: Course


@pytest.fixture
def ada(conn: Connection) -> Learner:
    """Seven of ten lessons of a course are done."""
    user, course = make_user(conn), make_course(conn, lessons=10)
    make_enrollment(conn, user, course)
    complete(conn, user, course, 7)
    return Learner(user, course)


class TestExplaining:
    def test_seven_of_ten_and_which_are_missing(self, conn: Connection, ada: Learner) -> None:
        definition = define(conn, "all-here", "lessons_completed", 10, ada.course.id, description="All")
        hidden, other = make_course(conn), make_user(conn)
        make_enrollment(conn, other, hidden)
        with acting(conn, ada.id, "student"):
            said = explain(conn, "all-here")
            assert {**said, "missing": [(i["type"], UUID(i["id"]), i["title"]) for i in said["missing"]]} == {
                "achievement_id": definition, "title": "All-Here", "description": "All",
                "metric": "lessons_completed", "course_id": ada.course.id, "threshold": 10, "value": 7,
                "remaining": 3, "is_earned": False, "earned_at": None,
                "missing": [("lesson", ada.course.lesson_ids[n - 1], f"Lesson {n}") for n in (8, 9, 10)],
            }  # fmt: skip
            assert len(explain(conn, "all-here", limit=2)["missing"]) == 2
            assert explain(conn, "all-here", limit=0)["missing"] == []

    def test_who_left_a_course_is_not_told_what_is_being_prepared_in_it(self, conn: Connection, ada: Learner) -> None:
        define(conn, "all-here", "lessons_completed", 10, ada.course.id)
        conn.execute("update courses set is_published = false where id = %s", (ada.course.id,))
        with acting(conn, ada.id, "student"):
            assert len(explain(conn, "all-here")["missing"]) == 3
            conn.execute("select drop_course(%s)", (ada.course.id,))
            assert explain(conn, "all-here")["missing"] == []

    def test_what_is_earned_lacks_nothing(self, conn: Connection, ada: Learner) -> None:
        define(conn, "eight", "lessons_completed", 8, ada.course.id, xp_reward=0)
        complete(conn, ada.id, ada.course, 8)
        conn.execute(
            "update achievements set is_active = false, criteria = %s where slug = 'eight'",
            (Jsonb({"metric": "lessons_completed", "threshold": 50}),),
        )
        with acting(conn, ada.id, "student"):
            said = explain(conn, "eight")
        assert (said["value"], said["remaining"], said["is_earned"], said["missing"]) == (8, 0, True, [])
        assert said["earned_at"] is not None

    def things(self, conn: Connection, user: UUID, slug: str) -> tuple[Any, Any, list[tuple[str, UUID]]]:
        with acting(conn, user, "student"):
            said = explain(conn, slug, limit=100)
        return said["value"], said["remaining"], [(i["type"], UUID(i["id"])) for i in said["missing"]]

    def test_every_kind_of_thing(self, conn: Connection, ada: Learner) -> None:
        lessons, here = ada.course.lesson_ids, ada.course.id
        # A chapter is no lesson, a hidden one is nobody's, an optional one is not needed for the course.
        insert(conn, "lessons", course_id=here, slug="child", title="C", position=1, parent_lesson_id=lessons[9])
        conn.execute("update lessons set is_active = false where id = %s", (lessons[8],))
        child = rows(conn, "select id from lessons where slug = 'child' and course_id = %s", here)[0]["id"]
        optional = insert(conn, "lessons", course_id=here, slug="o", title="O", position=11, is_mandatory=False)
        conn.execute("select record_completion(%s, %s, 100)", (ada.id, lessons[0]))
        quiz = make_quiz(conn, ada.course)
        quiz_lesson = rows(conn, "select lesson_id from quizzes where id = %s", quiz.id)[0]["lesson_id"]
        assert quiz_lesson in lessons
        other, own = make_course(conn), make_course(conn, published=False)
        still = [lesson for lesson in (lessons[7], child) if lesson != quiz_lesson]
        cases = {
            "lessons_completed": (7, 3, {("lesson", x) for x in [*still, optional]}),
            "courses_completed": (0, 1, {("lesson", x) for x in still}),
            "perfect_scores": (1, 9, {("lesson", x) for x in [*lessons[1:8], child, optional]}),
        }
        for n, (metric, (value, remaining, missing)) in enumerate(cases.items()):
            define(conn, f"here-{n}", metric, value + remaining, here)
            said = self.things(conn, ada.id, f"here-{n}")
            assert (said[0], said[1], set(said[2]) - {("lesson", quiz_lesson)}) == (value, remaining, missing)
        define(conn, "go-there", "courses_enrolled", 1, other.id)
        assert self.things(conn, ada.id, "go-there") == (0, 1, [("course", other.id)])
        define(conn, "go-nowhere", "courses_enrolled", 1, own.id)
        define(conn, "done-there", "lessons_completed", 1, own.id)
        assert self.things(conn, ada.id, "go-nowhere") == (0, 1, [])
        assert self.things(conn, ada.id, "done-there") == (0, 1, [])
        anywhere = {
            "lessons_completed": ("lesson", child),
            "perfect_scores": ("lesson", lessons[1]),
            "courses_completed": ("course", here),
            "courses_enrolled": ("course", other.id),
            "quizzes_passed": ("quiz", quiz.id),
        }
        for metric, thing in anywhere.items():
            define(conn, metric.replace("_", "-"), metric, 1000)
            missing_now = self.things(conn, ada.id, metric.replace("_", "-"))[2]
            assert thing in missing_now
            assert not {i for _, i in missing_now} & {own.id, lessons[8], lessons[9]}
        for metric in ("total_xp", "streak_days", "votes_received"):
            define(conn, metric.replace("_", "-"), metric, 10**6)
            value, remaining, nothing = self.things(conn, ada.id, metric.replace("_", "-"))
            assert (value + remaining, nothing) == (10**6, [])

    def test_who_may_ask_about_whom(self, conn: Connection, ada: Learner) -> None:
        teacher, stranger, admin = ada.course.instructor_id, make_user(conn), make_user(conn, "admin")
        elsewhere = make_course(conn)
        define(conn, "here", "lessons_completed", 10, ada.course.id)
        define(conn, "there", "lessons_completed", 10, elsewhere.id)
        define(conn, "everywhere", "lessons_completed", 10)
        slugs = ("here", "there", "everywhere")
        allowed: list[tuple[Any, Any, UUID | None, tuple[str, ...]]] = [
            (ada.id, "student", None, slugs), (ada.id, "student", ada.id, slugs), (teacher, "instructor", None, slugs),
            (teacher, "instructor", ada.id, ("here",)), (admin, "admin", ada.id, slugs),
            (None, "service", ada.id, slugs),
        ]  # fmt: skip
        for asker, role, about, which in allowed:
            for slug in which:
                with acting(conn, asker, role):
                    value = explain(conn, slug, about)["value"]
                mine = ada.id in {about, asker}
                assert value == (7 if mine and slug != "there" else 0)
        refused: list[tuple[Any, Any, UUID | None, str, str]] = [
            (stranger, "student", ada.id, "here", "PA403"),
            (stranger, "student", uuid4(), "nothing", "PA403"),
            (teacher, "student", ada.id, "here", "PA403"),
            (teacher, "instructor", ada.id, "there", "PA403"),
            (teacher, "instructor", ada.id, "everywhere", "PA403"),
            (teacher, "instructor", stranger, "here", "PA403"),
            (elsewhere.instructor_id, "instructor", ada.id, "here", "PA403"),
            (None, "student", ada.id, "here", "PA401"),
            (stranger, "admin", ada.id, "here", "PA403"),
            (None, "anonymous", ada.id, "here", "42501"),
            (None, "service", None, "here", "PA404"),
            (None, "service", uuid4(), "here", "PA404"),
            (admin, "admin", ada.id, "nothing", "PA404"),
        ]
        for asker, role, about, slug, state in refused:
            with raises_sqlstate(state, conn=conn), acting(conn, asker, role):
                explain(conn, slug, about)

    def test_what_is_retired(self, conn: Connection, ada: Learner) -> None:
        define(conn, "gone", "lessons_completed", 10, is_active=False)
        admin = make_user(conn, "admin")
        with raises_sqlstate("PA404", conn=conn), acting(conn, ada.id, "student"):
            explain(conn, "gone")
        with acting(conn, admin, "admin"):
            assert explain(conn, "gone", ada.id)["remaining"] == 3

    @pytest.mark.parametrize("limit", [-1, 101, None])
    def test_a_bounded_list(self, conn: Connection, ada: Learner, limit: int | None) -> None:
        with raises_sqlstate("PA422", conn=conn), acting(conn, ada.id, "student"):
            explain(conn, "here", limit=limit)


class TestPreviewing:
    CALL = "select * from preview_achievement(p_slug => %s, p_criteria => %s, p_after => %s, p_limit => %s)"

    def preview(
        self, conn: Connection, slug: str | None, criteria: Any = None, after: Any = None, limit: Any = 50
    ) -> Any:
        (row,) = rows(conn, self.CALL, slug, criteria and Jsonb(criteria), after, limit)
        return row

    def test_who_would_gain_it(self, conn: Connection, ada: Learner) -> None:
        people = [make_user(conn) for _ in range(12)]
        gone = make_user(conn)
        for n, user in enumerate(people):
            conn.execute("select bump_stats(p_user_id => %s, p_lessons => %s)", (user, n))
        conn.execute("select bump_stats(p_user_id => %s, p_lessons => 50)", (gone,))
        conn.execute("select deactivate_user(%s, true)", (gone,))
        define(conn, "ten", "lessons_completed", 10)
        conn.execute("select check_achievements(id) from users where deleted_at is null")
        before = conn.execute("select count(*), sum(total_xp) from user_achievements, user_stats").fetchone()
        assert (self.preview(conn, "ten")["gaining_count"], self.preview(conn, "ten")["keeping_count"]) == (0, 0)
        # From 10 down to 5: those with 5 to 9, and Ada with 7. From 10 up to 11: one keeps it.
        five = {"metric": "lessons_completed", "threshold": 5}
        found, after = [], None
        while True:
            page = self.preview(conn, "ten", five, after, 2)
            assert (page["gaining_count"], page["keeping_count"], len(page["people"]) <= 2) == (6, 0, True)
            found += [(UUID(p["user_id"]), p["value"]) for p in page["people"]]
            after = page["next_after"]
            if after is None:
                break
        assert found == sorted([*((people[n], n) for n in range(5, 10)), (ada.id, 7)])
        eleven = self.preview(conn, "ten", {"condition": "lessons_completed", "value": 11})
        assert (eleven["gaining_count"], eleven["keeping_count"], eleven["people"]) == (0, 1, [])
        new = self.preview(conn, "not-there-yet", five)
        assert (new["achievement_id"], new["gaining_count"]) == (None, 8)
        assert new["criteria"] == five | {"scope": "global"}
        here = self.preview(conn, None, five | {"scope": str(ada.course.id)})
        assert [UUID(p["user_id"]) for p in here["people"]] == [ada.id]
        assert conn.execute("select count(*), sum(total_xp) from user_achievements, user_stats").fetchone() == before

    def test_refused(self, conn: Connection, ada: Learner) -> None:
        admin = make_user(conn, "admin")
        for slug, criteria, limit, state in (
            ("nothing", None, 50, "PA404"), (None, None, 50, "PA404"),
            ("x", {"metric": "unknown", "threshold": 1}, 50, "PA422"),
            ("x", {"metric": "total_xp", "threshold": 1}, 0, "PA422"),
            ("x", {"metric": "total_xp", "threshold": 1}, 501, "PA422"),
            ("x", {"metric": "total_xp", "threshold": 1}, None, "PA422"),
        ):  # fmt: skip
            with raises_sqlstate(state, conn=conn), acting(conn, admin, "admin"):
                self.preview(conn, slug, criteria, None, limit)
        refused: list[tuple[Role, str]] = [("student", "42501"), ("instructor", "42501"), ("admin", "PA403")]
        for role, state in refused:
            with raises_sqlstate(state, conn=conn), acting(conn, ada.id, role):
                self.preview(conn, "x", {"metric": "total_xp", "threshold": 1})
        with acting(conn, admin, "admin"):
            assert self.preview(conn, "x", {"metric": "total_xp", "threshold": 10**9})["gaining_count"] == 0


class TestLookingAtFew:
    """Thousands of definitions that an event cannot affect are not looked at."""

    @pytest.fixture
    def many(self, conn: Connection, ada: Learner) -> Learner:
        others = [make_course(conn, lessons=1).id for _ in range(4)]
        conn.execute(
            """
            insert into achievements (slug, title, criteria)
            select 'many-' || n, 'Many', case n %% 5
                when 0 then jsonb_build_object('metric', 'lessons_completed', 'threshold', 1000 + n)
                when 1 then jsonb_build_object('metric', 'votes_received', 'threshold', 1 + n %% 50)
                when 2 then jsonb_build_object(
                    'metric', 'lessons_completed', 'threshold', 8, 'scope', (%(others)s::text[])[1 + n %% 4]
                )
                when 3 then jsonb_build_object(
                    'metric', 'lessons_completed', 'threshold', 20 + n, 'scope', %(here)s::text
                )
                else jsonb_build_object('metric', 'perfect_scores', 'threshold', 1 + n %% 9, 'scope', %(here)s::text)
            end
            from generate_series(1, %(count)s) as n
            """,
            {"count": effort(10_000), "others": [str(o) for o in others], "here": str(ada.course.id)},
        )
        define(conn, "eight", "lessons_completed", 8, xp_reward=0)
        define(conn, "eight-here", "lessons_completed", 8, ada.course.id, xp_reward=0)
        conn.execute("analyze achievements")
        return ada

    @staticmethod
    def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield plan
        for child in plan.get("Plans", []):
            yield from TestLookingAtFew.nodes(child)

    def looked_at(self, conn: Connection, query: str, *values: Any) -> tuple[int, int]:
        """Definitions that were looked at, and buffers touched, the second time round."""
        for _ in range(2):
            (row,) = rows(conn, f"explain (analyze, buffers, timing off, format json) {query}", *values)
        plan = row["QUERY PLAN"][0]["Plan"]
        seen = sum(
            round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
            for node in self.nodes(plan)
            if node.get("Relation Name") == "achievements"
        )
        return seen, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    def test_of_everywhere(self, conn: Connection, many: Learner) -> None:
        seen, touched = self.looked_at(
            conn,
            """select r.achievement_id from user_stats as s, reached_achievements(
                   p_before => jsonb_populate_record(s, '{"lessons_completed": 7, "total_xp": 0}'),
                   p_now => jsonb_populate_record(s, '{"lessons_completed": 8}')
               ) as r where s.user_id = %s""",
            many.id,
        )
        assert seen <= 2
        assert touched < 60

    def test_of_a_course(self, conn: Connection, many: Learner) -> None:
        complete(conn, many.id, many.course, 7, score=90)
        insert(
            conn, "lesson_progress", enrollment_id=rows(conn, "select id from enrollments")[0]["id"], user_id=many.id,
            course_id=many.course.id, lesson_id=many.course.lesson_ids[7], status="completed",
            started_at="2024-01-01", completed_at="2024-01-01",
        )  # fmt: skip
        seen, touched = self.looked_at(
            conn,
            "select r.* from user_stats as s, reached_in_course(s, s.user_id, %s) as r where s.user_id = %s",
            many.course.id,
            many.id,
        )
        assert seen <= 3
        assert touched < 60

    def test_it_is_granted_all_the_same(self, conn: Connection, many: Learner) -> None:
        conn.execute("select record_completion(%s, %s)", (many.id, many.course.lesson_ids[7]))
        got = rows(
            conn,
            "select a.slug from user_achievements as g inner join achievements as a on a.id = g.achievement_id "
            "where g.user_id = %s order by 1",
            many.id,
        )
        assert [row["slug"] for row in got] == ["eight", "eight-here"]


def test_teaching_a_course_earns_nothing_in_it(conn: Connection) -> None:
    teacher = make_user(conn, "instructor")
    course = make_course(conn, teacher, lessons=1)
    define(conn, "here", "lessons_completed", 1, course.id)
    make_enrollment(conn, teacher, course)
    complete(conn, teacher, course, 1)
    conn.execute("select check_achievements(%s)", (teacher,))
    assert rows(conn, "select * from user_achievements where user_id = %s", teacher) == []


def test_a_definition_that_moves_from_a_course_to_everywhere_is_earned_once(conn: Connection, ada: Learner) -> None:
    define(conn, "moves", "lessons_completed", 8, ada.course.id)
    complete(conn, ada.id, ada.course, 8)
    conn.execute(
        "update achievements set criteria = %s where slug = 'moves'",
        (Jsonb({"metric": "lessons_completed", "threshold": 9}),),
    )
    complete(conn, ada.id, ada.course, 9)
    conn.execute("select check_achievements(%s)", (ada.id,))
    assert len(rows(conn, "select * from user_achievements where user_id = %s", ada.id)) == 1
