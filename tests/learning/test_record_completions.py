"""Completions recorded as a set: what record_completion makes of them one by one is what they are held against."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import IsolationLevel, sql
from psycopg.rows import dict_row

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import Connection, Course, insert, make_course, make_enrollment, make_user, race
from tests.support.queries import one, rows
from tests.support.requests import LEVELS, RETRY, check
from tests.support.requests import call_like_the_library as call
from tests.support.stage import Stage, until

ZONES = ["UTC", "Pacific/Auckland", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Etc/GMT+12"]
HOUR = timedelta(hours=1)
#: Now, which people are told about, and days around which clocks were changed.
ENDS = [None, "2024-03-12T18:00Z", "2024-04-09T18:00Z", "2024-11-05T18:00Z"]
SINGLY = "select * from record_completion(%s, %s, %s::numeric, %s::integer, %s::timestamptz)"
TOGETHER = "select * from record_completions(%s::uuid[], %s::uuid[], %s::numeric[], %s::integer[], %s::timestamptz[])"
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """A completion, as an import tells it."""

    user: UUID | None
    lesson: UUID | None
    score: float | str | None = None
    seconds: int | None = None
    at: datetime | str | None = None


def columns(items: Sequence[Done]) -> list[list[str | None]]:
    """The arrays that a call takes."""
    return [
        [None if (value := getattr(item, name)) is None else str(value) for item in items]
        for name in ("user", "lesson", "score", "seconds", "at")
    ]


def together(conn: Connection, items: Sequence[Done]) -> list[dict[str, Any]]:
    """All of them in one call; a row for each, in their order."""
    with acting(conn, None, "service"), conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(TOGETHER, columns(items)).fetchall()
    return sorted(found, key=lambda row: cast(int, row["item"]))


def singly(conn: Connection, item: Done) -> dict[str, Any]:
    with acting(conn, None, "service"), conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(SINGLY, (item.user, item.lesson, item.score, item.seconds, item.at)).fetchone()
    assert found is not None
    return found


def is_in_step(conn: Connection) -> bool:
    return rows(conn, "select * from verify_integrity()") == []


# What differs from one run to the next, whatever is done: random keys and numbers, and what the clock says.
DRAWN = [
    "id", "is_batched", "certificate_number", "verification_code", "transaction_id", "notification_id", "entity_id",
    "created_at", "updated_at", "logged_at", "context_id",
]  # fmt: skip


def everything(conn: Connection) -> dict[str, list[str]]:
    """Every row of every table, without what is drawn."""
    tables = rows(
        conn,
        """
        select c.relname::text from pg_class as c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            -- What says who did it, by which call.
            and not starts_with(c.relname, 'audit_')
        """,
    )
    return {
        table: rows(
            conn,
            sql.SQL("select (to_jsonb(t) - %s::text[])::text from {} as t order by 1")
            .format(sql.Identifier(table))
            .as_string(conn),
            DRAWN,
        )
        for table in tables
    }


@dataclass(frozen=True, slots=True)
class World:
    people: list[UUID]
    lessons: list[UUID]
    #: Whose lessons they are, by their place.
    courses: list[UUID]


@pytest.fixture
def world(db: Connection) -> World:
    """Five people in as many time zones, in courses of several kinds; the first of them teaches the last course."""
    people = [make_user(db) for _ in range(5)]
    plain = make_course(db, lessons=3, coin_reward=20)
    one_, two, _ = plain.lesson_ids
    db.execute("update lessons set coin_reward = 7 where id = %s", (one_,))
    db.execute("update lessons set is_mandatory = false, completion_xp = 220 where id = %s", (two,))
    deep = make_course(db, lessons=2)
    chapter, first = deep.lesson_ids
    leaves = [
        insert(
            db, "lessons", course_id=deep.id, parent_lesson_id=chapter, slug=f"leaf-{n}", title="Leaf", position=n,
            completion_xp=0 if n == 1 else None, coin_reward=n,
        )
        for n in (1, 2)
    ]  # fmt: skip
    insert(
        db, "lesson_prerequisites", "lesson_id", course_id=deep.id, lesson_id=leaves[0], prerequisite_lesson_id=first
    )
    short = make_course(db, lessons=1)
    own = make_course(db, people[0], lessons=2, coin_reward=3)
    for slug, metric, threshold, scope, xp in (
        ("deep-two", "lessons_completed", 2, str(deep.id), 60),
        ("plain-one", "lessons_completed", 1, str(plain.id), 0),
        ("chain-a", "total_xp", 150, "global", 90),
        ("chain-b", "total_xp", 700, "global", 400),
        ("chain-c", "certificates_earned", 1, "global", 130),
    ):
        criteria = {"metric": metric, "threshold": threshold, "scope": scope}
        insert(db, "achievements", slug=slug, title=slug, criteria=criteria, xp_reward=xp)
    for n, user in enumerate(people):
        db.execute("update user_settings set timezone = %s where user_id = %s", (ZONES[n], user))
        for course in (plain, deep, short, own):
            make_enrollment(
                db, user, course, enrolled_at="2024-02-01T00:00Z", last_accessed_at="2024-02-01T00:00Z"
            )  # fmt: skip
    lessons = [*plain.lesson_ids, first, *leaves, *short.lesson_ids, *own.lesson_ids]
    return World(people, lessons, [plain.id, deep.id, short.id, own.id])


event = st.tuples(
    st.integers(0, 4),
    st.integers(0, 8),
    st.sampled_from([None, None, 0, 55.5, 72.126, 99.99, 100, 100]),
    st.sampled_from([None, 0, 1, 90]),
    # Hours before the end: the same moments come often, days apart too.
    st.sampled_from([0, 0, 1, 5, 23, 24, 25, 48, 49, 72, 96, 97, 120, 168, 240]),
)
earlier = st.tuples(st.sampled_from(["started", "done", "removed"]), event)


def tell(world: World, end: datetime, of: tuple[int, int, float | None, int | None, int]) -> Done:
    person, lesson, score, seconds, hours = of
    return Done(world.people[person], world.lessons[lesson], score, seconds, end - hours * HOUR)


def begin(db: Connection, what: str, item: Done) -> None:
    """What there is of somebody before."""
    if what == "started":
        db.execute("select record_start(%s, %s, %s)", (item.user, item.lesson, item.at))
    else:
        singly(db, item)
        if what == "removed":
            # Its XP and its coins stay in the ledgers: they do not come again.
            db.execute(
                "delete from lesson_progress where user_id = %s and lesson_id = %s", (item.user, item.lesson)
            )  # fmt: skip


def freeze(db: Connection, world: World, freezes: Sequence[int]) -> None:
    for user, held in zip(world.people, freezes, strict=True):
        db.execute("update user_stats set streak_freezes = %s where user_id = %s", (held, user))


def summary(row: dict[str, Any]) -> dict[str, Any]:
    """What both procedures return."""
    names = ("enrollment_id", "course_id", "already_completed", "xp_awarded", "coins_awarded", "course_completed")
    number = row["achievements_earned"] if "item" in row else len(row["achievements"])
    return {name: row[name] for name in names} | {"achievements": number}


def hold_against_singly(db: Connection, stories: list[list[Done]]) -> list[list[dict[str, Any]]]:
    """Sets, one after the other, end as the same do one by one; what these return.

    Within a set, a person's go by moment, then by place.
    """
    expected, got = [], []
    with db.transaction(force_rollback=True):
        for items in stories:
            order = sorted(range(len(items)), key=lambda n: cast(datetime, items[n].at))
            said = {n: summary(singly(db, items[n])) for n in order}
            expected.append([said[n] for n in range(len(items))])
        there = everything(db)
    with db.transaction(force_rollback=True):
        for items in stories:
            answer = together(db, items)
            assert [row["item"] for row in answer] == list(range(1, len(items) + 1))
            got.append([summary(row) for row in answer])
        here = everything(db)
        assert is_in_step(db)
    assert got == expected
    for table, lines in there.items():
        assert here[table] == lines, table
    return expected


@pytest.mark.late
@settings(max_examples=effort(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    end=st.sampled_from(ENDS),
    freezes=st.lists(st.integers(0, 2), min_size=5, max_size=5),
    before=st.lists(earlier, max_size=8),
    sets=st.lists(st.lists(event, min_size=1, max_size=25), min_size=1, max_size=4),
)
def test_a_set_is_what_they_are_one_by_one(
    db: Connection, world: World, end: str | None, freezes: list[int], before: list[Any], sets: list[list[Any]]
) -> None:
    """Sets may tell of days before those of earlier sets."""
    until = datetime.fromisoformat(end) if end else one(db, "select now()")
    with db.transaction(force_rollback=True):
        freeze(db, world, freezes)
        for what, of in before:
            begin(db, what, tell(world, until - 3 * HOUR, of))
        hold_against_singly(db, [[tell(world, until, of) for of in items] for items in sets])


@pytest.mark.parametrize("seed", range(effort(8)))
def test_everybody_finishes_everything(db: Connection, world: World, seed: int) -> None:
    """Every lesson by everybody, some twice, in two sets: many complete their courses in the same round."""
    dice = random.Random(seed)
    now = one(db, "select now()")
    freeze(db, world, [(seed + n) % 3 for n in range(5)])
    events = [(person, lesson) for person in range(5) for lesson in range(9)]
    told = [
        tell(
            world,
            now,
            (
                *of,
                dice.choice([None, 40, 77.777, 100]),
                dice.choice([None, 60]),
                dice.choice([0, 1, 2, 20, 50, 120, 190]),
            ),
        )
        for of in events + dice.sample(events, 15)
    ]
    dice.shuffle(told)
    half = dice.randrange(1, len(told))
    said = hold_against_singly(db, [told[:half], told[half:]])
    assert sum(row["course_completed"] for items in said for row in items) == 20


def changes_nothing(db: Connection, items: Sequence[Done], state: str) -> None:
    before = everything(db)
    with raises_sqlstate(state, conn=db):
        together(db, items)
    assert everything(db) == before


class TestRefusals:
    """Of one that record_completion refuses, all are: with the same SQLSTATE, and nothing is written."""

    @pytest.fixture
    def course(self, db: Connection) -> Course:
        return make_course(db, lessons=4)

    @pytest.fixture
    def ada(self, db: Connection, course: Course) -> UUID:
        user = make_user(db)
        make_enrollment(db, user, course)
        return user

    @pytest.mark.parametrize("place", [0, 1, 2])
    @pytest.mark.parametrize(
        ("what", "state"),
        [
            ({"lesson": UUID(int=1)}, "PA404"),
            ({"lesson": None}, "PA404"),
            ({"user": UUID(int=1)}, "PA404"),
            ({"user": None}, "PA404"),
            ({"score": 101}, "PA422"),
            ({"score": 100.001}, "PA422"),
            ({"score": -0.001}, "PA422"),
            ({"score": "NaN"}, "PA422"),
            ({"score": "Infinity"}, "PA422"),
            ({"seconds": -1}, "PA422"),
            ({"at": "infinity"}, "PA422"),
            ({"at": "-infinity"}, "PA422"),
            ({"at": "1899-12-31T00:00Z"}, "PA422"),
            ({"at": "2999-01-01T00:00Z"}, "PA422"),
        ],
        ids=str,
    )
    def test_a_value(
        self, db: Connection, ada: UUID, course: Course, place: int, what: dict[str, Any], state: str
    ) -> None:
        good = [Done(ada, lesson, 50, 60, NOW) for lesson in course.lesson_ids[:2]]
        bad = replace(Done(ada, course.lesson_ids[2], 50, 60, NOW), **what)
        with raises_sqlstate(state, conn=db):
            singly(db, bad)
        changes_nothing(db, [*good[:place], bad, *good[place:]], state)
        assert len(together(db, good)) == 2

    @pytest.mark.parametrize(
        ("statement", "state"),
        [
            ("update users set deleted_at = now(), is_active = false where id = %(user)s", "PA404"),
            ("delete from enrollments where user_id = %(user)s", "PA409"),
            ("update enrollments set status = 'dropped', dropped_at = now() where user_id = %(user)s", "PA409"),
            ("update enrollments set expires_at = '2024-05-01T12:00Z' where user_id = %(user)s", "PA409"),
            (
                "update enrollments set status = 'expired', expires_at = '2024-05-02T12:00Z' where user_id = %(user)s",
                "PA409",
            ),
            ("update lessons set is_active = false where id = %(lesson)s", "PA409"),
            ("update lessons set parent_lesson_id = %(lesson)s where id = %(other)s", "PA409"),
            ("update courses set is_active = false, is_published = false where id = %(course)s", "PA409"),
            (
                "update courses set deleted_at = now(), is_active = false, is_published = false where id = %(course)s",
                "PA404",
            ),
        ],
    )
    def test_what_there_is(self, db: Connection, ada: UUID, course: Course, statement: str, state: str) -> None:
        bob, elsewhere = make_user(db), make_course(db, lessons=1)
        make_enrollment(db, bob, elsewhere)
        good, bad = Done(bob, elsewhere.lesson_ids[0], at=NOW), Done(ada, course.lesson_ids[1], at=NOW)
        db.execute(
            statement,
            {"user": ada, "lesson": bad.lesson, "other": course.lesson_ids[3], "course": course.id},
        )
        with raises_sqlstate(state, conn=db):
            singly(db, bad)
        changes_nothing(db, [good, bad], state)
        changes_nothing(db, [bad, good], state)
        assert len(together(db, [good])) == 1

    def test_a_lesson_before_the_enrolment_is_over(self, db: Connection, ada: UUID, course: Course) -> None:
        db.execute("update enrollments set expires_at = %s where user_id = %s", (NOW, ada))
        assert len(together(db, [Done(ada, course.lesson_ids[0], at=NOW - HOUR)])) == 1

    def test_a_completed_course_does_not_end(self, db: Connection, ada: UUID, course: Course) -> None:
        """An optional lesson after the time is over, told together with what completed the course in time."""
        *needed, extra = course.lesson_ids
        db.execute("update lessons set is_mandatory = false where id = %s", (extra,))
        db.execute("update enrollments set expires_at = %s where user_id = %s", (NOW, ada))
        items = [Done(ada, lesson, at=NOW - HOUR) for lesson in needed] + [Done(ada, extra, at=NOW + HOUR)]
        hold_against_singly(db, [items])

    @pytest.mark.parametrize("length", [0, 1, 3])
    @pytest.mark.parametrize("which", range(5))
    def test_lists_of_different_lengths(
        self, db: Connection, ada: UUID, course: Course, which: int, length: int
    ) -> None:
        lists = columns([Done(ada, lesson, 50, 60, NOW) for lesson in course.lesson_ids[:3]])
        lists = [values[:2] if n != which else values[:length] for n, values in enumerate(lists)]
        with raises_sqlstate("PA422", conn=db), acting(db, None, "service"):
            db.execute(TOGETHER, lists)
        assert rows(db, "select id from lesson_progress") == []

    @pytest.mark.parametrize("count", [0, 1001])
    def test_none_and_too_many(self, db: Connection, ada: UUID, course: Course, count: int) -> None:
        changes_nothing(db, [Done(ada, course.lesson_ids[0], at=NOW)] * count, "PA422")

    def test_no_lists(self, db: Connection, ada: UUID, course: Course) -> None:
        for people, lessons in ((None, None), (None, [course.lesson_ids[0]]), ([ada], None)):
            with raises_sqlstate("PA422", conn=db), acting(db, None, "service"):
                db.execute("select record_completions(%s::uuid[], %s::uuid[])", (people, lessons))

    def test_lists_of_another_form(self, db: Connection, ada: UUID, course: Course) -> None:
        """Refused, or read as what they hold: never taken for nothing."""
        one_, two, *_ = course.lesson_ids
        for people, lessons in (
            (f"{{{{{ada},{ada}}}}}", f"{{{{{one_},{two}}}}}"),
            (f"[0:1]={{{ada},{ada}}}", f"[0:1]={{{one_},{two}}}"),
            (f"[5:6]={{{ada},{ada}}}", f"{{{one_},{two}}}"),
        ):
            state = None
            with db.transaction(force_rollback=True):
                try:
                    with db.transaction(), acting(db, None, "service"):
                        db.execute("select record_completions(%s::uuid[], %s::uuid[])", (people, lessons))
                except psycopg.Error as error:
                    state = error.sqlstate
                done = sorted(rows(db, "select lesson_id from lesson_progress where user_id = %s", ada))
            assert (state, done) in ((None, [one_, two]), ("PA422", [])), people

    def test_who_may(self, db: Connection, ada: UUID, course: Course) -> None:
        arguments = columns([Done(ada, course.lesson_ids[0])])
        admin = make_user(db, "admin")
        people: list[tuple[UUID, Role]] = [(ada, "student"), (course.instructor_id, "instructor"), (admin, "admin")]
        for user, role in people:
            with raises_sqlstate("42501", "PA403", conn=db), acting(db, user, role):
                db.execute(TOGETHER, arguments)
        assert rows(db, "select id from lesson_progress") == []


def test_optional_lists_may_be_left_out(db: Connection) -> None:
    course, ada = make_course(db, lessons=2), make_user(db)
    make_enrollment(db, ada, course)
    with acting(db, None, "service"):
        db.execute("select record_completions(%s, %s)", ([ada, ada], course.lesson_ids))
    assert rows(db, "select score, time_spent_seconds, completed_at = now() from lesson_progress") == [
        (None, 0, True),
        (None, 0, True),
    ]


def test_the_same_call_again_changes_nothing(db: Connection, world: World) -> None:
    now = one(db, "select now()")
    items = [
        Done(person, lesson, 30 + n, n, now - n * HOUR)
        for n, (person, lesson) in enumerate((p, lesson) for lesson in world.lessons for p in world.people)
    ]
    together(db, items)
    before = everything(db)
    again = together(db, items)
    assert everything(db) == before
    assert {(row["already_completed"], row["xp_awarded"], row["coins_awarded"]) for row in again} == {(True, 0, 0)}
    assert {(row["course_completed"], row["achievements_earned"]) for row in again} == {(False, 0)}


@pytest.fixture(params=LEVELS, ids=lambda level: level.name.lower())
def level(request: pytest.FixtureRequest) -> IsolationLevel:
    return cast(IsolationLevel, request.param)


def again(conn: Connection, query: str, *args: Any) -> None:
    """By the owner, until it succeeds."""
    for _ in range(300):
        try:
            with conn.transaction():
                conn.execute(query, args)
        except psycopg.Error as error:
            if error.sqlstate not in RETRY:
                raise
        else:
            return
    raise AssertionError("no end of serialization failures")


def assert_paid_once(conn: Connection, people: int, lessons: int, courses: int) -> None:
    found = dict(conn.execute("select source_type, count(*) from xp_events group by 1").fetchall())
    assert (found["lesson"], found["course"]) == (people * lessons, people * courses)
    assert one(conn, "select count(*) from certificates") == people * courses
    assert one(conn, "select coalesce(sum(activity_count), 0) from user_streaks") == people * lessons
    assert is_in_step(conn)


@pytest.mark.late
def test_the_same_set_from_everywhere(school: SchoolDatabase, level: IsolationLevel) -> None:
    """Each in an order of its own; some of it by the learners themselves, or told one by one."""
    conn = school.connect(autocommit=True)
    courses = [make_course(conn, lessons=3, coin_reward=5) for _ in range(2)]
    people = [make_user(conn) for _ in range(6)]
    for user in people:
        for course in courses:
            make_enrollment(conn, user, course)
    items = [Done(user, lesson) for user in people for course in courses for lesson in course.lesson_ids]

    def run(number: int) -> Any:
        own = random.Random(number).sample(items, len(items))
        if number == 8:
            for item in own:
                call(school, item.user, "select complete_lesson(%s)", item.lesson, level=level)
        elif number == 9:
            for item in own:
                call(school, None, "select record_completion(%s, %s)", item.user, item.lesson, level=level)
        else:
            query = TOGETHER.replace("*", "count(*), sum((not already_completed)::integer)")
            found = call(school, None, query, *columns(own), level=level)
            assert found[0] == len(items)
            return found[1]
        return 0

    check(race(10, run, timeout=120))
    assert_paid_once(conn, 6, 6, 2)


@pytest.mark.late
def test_sets_beside_an_author_and_learners_who_begin(school: SchoolDatabase, level: IsolationLevel) -> None:
    conn = school.connect(autocommit=True)
    course = make_course(conn, lessons=4)
    people = [make_user(conn) for _ in range(6)]
    for user in people:
        make_enrollment(conn, user, course)

    def author(_: int) -> None:
        """Adds a lesson and removes it, while others may have it as the one that comes next."""
        with school.connect() as own:
            own.isolation_level = level
            for step in range(12):
                for query in (
                    f"insert into lessons (course_id, slug, title, position) values (%s, 'x{step}', 'X', {100 + step})",
                    "delete from lessons where course_id = %s and position >= 100",
                ):
                    again(own, query, course.id)

    def run(number: int) -> None:
        if number == 0:
            return author(number)
        dice = random.Random(number)
        items = [Done(user, lesson) for user in people for lesson in course.lesson_ids]
        dice.shuffle(items)
        if number == 1:
            for item in items:
                call(school, item.user, "select start_lesson(%s)", item.lesson, level=level)
            return None
        for _ in range(3):
            for n in range(0, len(items), 8):
                call(school, None, TOGETHER.replace("*", "count(*)"), *columns(items[n : n + 8]), level=level)
        return None

    check(race(6, run, timeout=180))
    assert_paid_once(conn, 6, 4, 1)


def test_a_set_that_pays_beside_who_sends_coins(school: SchoolDatabase) -> None:
    """The later account is paid in the first round, the earlier one in the second; coins are sent between the two."""
    stage, service, learner = Stage(school), school.connect(autocommit=True), school.connect(autocommit=True)
    course = make_course(stage.owner, lessons=3)
    free, first, second = course.lesson_ids
    stage.owner.execute("update lessons set coin_reward = 5 where id <> %s", (free,))
    ada, bob = sorted(make_user(stage.owner) for _ in range(2))
    for user in (ada, bob):
        make_enrollment(stage.owner, user, course)
    stage.owner.execute("select award_coins(%s, 100, 'gift', gen_random_uuid())", (ada,))
    told = [Done(ada, free, at=NOW), Done(bob, first, at=NOW), Done(ada, second, at=NOW + HOUR)]
    stage.build("coin_postings", "after insert")

    with ThreadPoolExecutor(2) as pool, stage.cleared(service, learner):
        stage.shut()
        done = pool.submit(together, service, told)
        until(lambda: stage.waits(service, "advisory"))
        sent = pool.submit(stage.request, learner, ada, "student", "select transfer_coins(%s, 1, 'k')", bob)
        until(lambda: stage.waits(learner))
        stage.open()
        assert [row["coins_awarded"] for row in done.result(20)] == [0, 5, 5]
        assert sent.result(20) is not None

    paid = "select balance from coin_accounts where user_id = any(%s) order by user_id"
    assert rows(stage.owner, paid, [ada, bob]) == [104, 6]
    assert is_in_step(stage.owner)
