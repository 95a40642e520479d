"""Ranks are exact at any moment, and the board is never empty or torn."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
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

# What every rank should be, in the snapshot in which live_rank() says what it is.
DIFFERENCES = """
    select s.user_id, live_rank(s.user_id) as live, r.rank
    from user_stats as s
    left join (select user_id, rank() over (order by total_xp desc) from user_stats where is_ranked) as r
        using (user_id)
    where live_rank(s.user_id) is distinct from r.rank
"""
BOARD = "select user_id, rank() over (order by total_xp desc), total_xp from user_stats where is_ranked order by 2, 1"


def people(conn: Connection, amounts: list[int]) -> list[UUID]:
    users = [make_user(conn) for _ in amounts]
    for user, xp in zip(users, amounts, strict=True):
        give(conn, user, xp)
    return users


def give(conn: Connection, user: UUID, xp: int, at: datetime | None = None) -> None:
    while xp > 0:
        conn.execute(
            "select award_xp(p_user_id => %s, p_amount => %s, p_source_type => 'test', p_source_id => %s, "
            "p_occurred_at => %s)",
            (user, min(xp, 100_000), uuid4(), at),
        )
        xp -= 100_000


def value(conn: Connection, query: str, *args: Any) -> Any:
    row = conn.execute(query, args).fetchone()
    assert row is not None
    return row[0]


# Heights at and next to the edges of both widths of the histogram, and ties.
XP = st.sampled_from([0, 1, 99, 100, 101, 199, 200, 9_999, 10_000, 10_001, 19_999, 20_000]) | st.integers(0, 30_000)
STEPS = st.one_of(
    st.tuples(st.just("award"), st.integers(0, 9), XP),
    st.tuples(st.just("join"), st.just(0), XP),
    st.tuples(st.sampled_from(["hide", "show", "deactivate", "reverse", "leave"]), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("fold"), st.just(0), st.just(0)),
)


@settings(max_examples=effort(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(start=st.lists(XP, min_size=1, max_size=8), steps=st.lists(STEPS, max_size=15))
def test_live_rank_is_one_more_than_those_above(
    db: Connection, start: list[int], steps: list[tuple[str, int, int]]
) -> None:
    with db.transaction(force_rollback=True):
        users = people(db, start)
        for what, who, xp in steps:
            user = users[who % len(users)]
            if what == "award":
                give(db, user, xp)
            elif what == "join":
                users += people(db, [xp])
            elif what == "fold":
                db.execute("select fold_xp_ranks()")
            elif what == "reverse":
                db.execute(
                    "select reverse_xp(p_event_id => id, p_reason => 'test') from xp_events "
                    "where user_id = %s and source_type = 'test'",
                    (user,),
                )
            elif what == "leave":
                db.execute("update users set deleted_at = now() where id = %s", (user,))
                users.remove(user)
                users += people(db, [xp])
            else:
                column = "is_active" if what == "deactivate" else "show_on_leaderboard"
                db.execute(f"update users set {column} = %s where id = %s", (what == "show", user))
            assert db.execute(DIFFERENCES).fetchall() == []

        board = db.execute(BOARD).fetchall()
        assert db.execute("select user_id, rank, total_xp from leaderboard_top(1000)").fetchall() == board
        # Page by page, and around everyone: rows of that same board.
        after: tuple[Any, Any] = (None, None)
        paged: list[Any] = []
        while page := db.execute(
            "select user_id, rank, total_xp from leaderboard_top(2, %s::bigint, %s::uuid)", after
        ).fetchall():
            paged += page
            after = (page[-1][2], page[-1][0])
        assert paged == board
        for place, (user, _, _) in enumerate(board):
            assert (
                db.execute("select user_id, rank, total_xp from leaderboard_around(%s, 2)", (user,)).fetchall()
                == board[max(0, place - 2) : place + 3]
            )


def test_the_unranked_have_no_rank(db: Connection) -> None:
    hidden = make_user(db, show_on_leaderboard=False)
    idle = make_user(db, is_active=False)
    gone = make_user(db, deleted_at=datetime.now(UTC))
    for user in (hidden, idle, gone, uuid4()):
        assert value(db, "select live_rank(%s)", user) is None
        assert db.execute("select * from leaderboard_around(%s)", (user,)).fetchall() == []


def test_names_are_those_of_public_profiles(db: Connection) -> None:
    user = make_user(db, username="ada-on-top", full_name="Ada")
    give(db, user, 500_000)
    profile = db.execute(
        "select username, full_name, avatar_url, avatar_emoji from public_profiles where user_id = %s", (user,)
    ).fetchone()
    assert profile is not None
    assert profile[0] == "ada-on-top"
    top = "select username, full_name, avatar_url, avatar_emoji, total_xp, current_level, rank from leaderboard_top(1)"
    for role in ("anonymous", "student"):
        with acting(db, None, role):
            assert db.execute(top).fetchone() == (*profile, 500_000, 100, 1)


class TestCalls:
    def test_about_oneself(self, db: Connection) -> None:
        first, second = people(db, [200, 100])
        with acting(db, second, "student"):
            assert value(db, "select live_rank()") == 2
            assert value(db, "select live_rank(%s)", first) == 1
            around = db.execute("select user_id, rank from leaderboard_around(p_radius => 1)").fetchall()
            assert around == [(first, 1), (second, 2)]

    def test_nobody_is_not_signed_in(self, db: Connection) -> None:
        for call in ("live_rank()", "leaderboard_around()"):
            with raises_sqlstate("PA401", conn=db), acting(db, None, "student"):
                db.execute(f"select {call}")
            with raises_sqlstate("42501", conn=db), acting(db, None, "anonymous"):
                db.execute(f"select {call}")

    @pytest.mark.parametrize(
        "call",
        [
            "leaderboard_top(0)",
            "leaderboard_top(null)",
            "leaderboard_top(1001)",
            "leaderboard_top(10, 5)",
            "leaderboard_top(10, null, gen_random_uuid())",
            "leaderboard_around(gen_random_uuid(), -1)",
            "leaderboard_around(gen_random_uuid(), 101)",
            "leaderboard_around(gen_random_uuid(), null)",
            "leaderboard_page('daily')",
            "leaderboard_page(null)",
            "leaderboard_page(repeat('x', 1000000))",
            "leaderboard_page('weekly', 0)",
            "leaderboard_page('weekly', null)",
            "leaderboard_page('weekly', 10, 1)",
            "refresh_leaderboard('infinity')",
            "refresh_leaderboard(now() + interval '1 day')",
            "advance_streaks('-infinity')",
        ],
    )
    def test_refused(self, db: Connection, call: str) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute(f"select {call}")

    def test_odd_positions(self, db: Connection) -> None:
        people(db, [10])
        for xp in (-(2**63), -1, 2**63 - 1):
            db.execute("select * from leaderboard_top(10, %s, gen_random_uuid())", (xp,))

    @pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin"])
    def test_jobs_are_the_services(self, db: Connection, role: Role) -> None:
        user = make_user(db, "admin")
        for statement in (
            "select refresh_leaderboard()",
            "select fold_xp_ranks()",
            "select * from xp_rank_buckets",
            "select * from xp_rank_deltas",
            "select rank_at(1)",
            "select leaderboard_slice(1, null, 1, 1, true)",
            "insert into leaderboard_cache default values",
            "update leaderboard_generation set generation = 0",
            "delete from leaderboard_cache",
        ):
            with raises_sqlstate("42501", conn=db), acting(db, user, role):
                db.execute(statement)


class TestRefresh:
    def test_periods(self, db: Connection) -> None:
        """Wednesday 2024-05-15: that week, that month; what came before counts in all time only."""
        week, month, older, none = [make_user(db) for _ in range(4)]
        give(db, week, 10, datetime(2024, 5, 13, tzinfo=UTC))
        give(db, month, 20, datetime(2024, 5, 12, 23, 59, tzinfo=UTC))
        give(db, older, 30, datetime(2024, 4, 30, 23, 59, tzinfo=UTC))
        row = db.execute("select * from refresh_leaderboard('2024-05-15')").fetchone()
        assert row is not None
        assert row[1] == value(db, "select count(*) from user_stats where is_ranked") == 4
        cache = db.execute(
            "select user_id, all_time_rank, all_time_xp, weekly_rank, weekly_xp, monthly_rank, monthly_xp "
            "from leaderboard_cache order by all_time_rank"
        ).fetchall()
        assert cache == [
            (older, 1, 30, 2, 0, 3, 0),
            (month, 2, 20, 2, 0, 1, 20),
            (week, 3, 10, 1, 10, 2, 10),
            (none, 4, 0, 2, 0, 3, 0),
        ]
        for period, ranked in (
            ("all_time", [older, month, week, none]),
            ("weekly", [week]),
            ("monthly", [month, week]),
        ):
            page = db.execute("select user_id, rank, calculated_at from leaderboard_page(%s)", (period,)).fetchall()
            assert [user for user, _, _ in page][: len(ranked)] == ranked
            assert {at for _, _, at in page} == {row[2]}

    def test_the_pages_are_the_board(self, db: Connection) -> None:
        users = people(db, [30, 20, 20, 20, 10, 0, 0])
        db.execute("select refresh_leaderboard()")
        for period in ("all_time", "weekly", "monthly"):
            after: tuple[Any, Any] = (None, None)
            paged: list[Any] = []
            while page := db.execute(
                "select user_id, rank from leaderboard_page(%s, 2, %s::bigint, %s::uuid)", (period, *after)
            ).fetchall():
                paged += page
                after = (page[-1][1], page[-1][0])
            assert paged == [(user, rank) for user, rank, _ in db.execute(BOARD).fetchall()]
            assert len(paged) == len(users)

    def test_who_opts_out_or_leaves_is_gone(self, db: Connection) -> None:
        out, idle, stays = people(db, [30, 20, 10])
        db.execute("select refresh_leaderboard()")
        with acting(db, out, "student"):
            db.execute("update users set show_on_leaderboard = false where id = %s", (out,))
        # From the page at once, from the table with the next refresh.
        assert [row[1] for row in db.execute("select * from leaderboard_page()").fetchall()] == [idle, stays]
        db.execute("update users set is_active = false where id = %s", (idle,))
        db.execute("select refresh_leaderboard()")
        assert db.execute("select user_id, all_time_rank from leaderboard_cache").fetchall() == [(stays, 1)]

    def test_it_folds(self, db: Connection) -> None:
        people(db, [30, 20, 10_000])
        db.execute("select refresh_leaderboard()")
        assert value(db, "select count(*) from xp_rank_deltas") == 0
        assert db.execute(
            "select width, bucket, people from xp_rank_buckets where people <> 0 order by 1, 2"
        ).fetchall() == [
            (100, 0, 2),
            (100, 100, 1),
            (10_000, 0, 2),
            (10_000, 1, 1),
        ]


@pytest.mark.late
def test_readers_of_any_age_see_one_whole_board(school: SchoolDatabase) -> None:
    """Sixteen connections: awards, refreshes, folds, readers with new snapshots and readers that keep theirs."""
    owner = school.connect(autocommit=True)
    users = people(owner, [random.randrange(2_000) for _ in range(150)])
    owner.execute("select refresh_leaderboard()")
    stop = time.monotonic() + 4
    refreshes: list[int] = []
    seen: set[int] = set()
    # The table is for administrators; this one is on no board.
    admin = make_user(owner, "admin", show_on_leaderboard=False)
    board = """
        select
            count(*),
            count(*) filter (where c.generation = g.generation),
            count(distinct c.generation),
            bool_and(c.all_time_rank = c.expected),
            max(g.generation)
        from leaderboard_generation as g
        cross join (select *, rank() over (order by all_time_xp desc) as expected from leaderboard_cache) as c
    """

    def look(conn: Connection) -> int:
        row = conn.execute(board).fetchone()
        assert row is not None
        assert row[:4] == (150, 150, 1, True), row
        page = conn.execute("select rank from leaderboard_page('all_time', 20)").fetchall()
        assert len(page) == 20
        assert page[0] == (1,)
        return int(row[4])

    def goes_on() -> bool:
        """A slow machine may need longer."""
        return time.monotonic() < stop + 60 * (len(refreshes) <= 10 or len(seen) <= 5)

    def work(i: int) -> str:
        dice = random.Random(i)
        if i < 4:
            with school.service(autocommit=True) as conn:
                while goes_on():
                    give(conn, dice.choice(users), dice.randrange(1, 300))
        elif i < 6:
            with school.service(autocommit=True) as conn:
                while goes_on():
                    refreshes.append(value(conn, "select people from refresh_leaderboard()"))
        elif i < 8:
            with school.service(autocommit=True) as conn:
                while goes_on():
                    conn.execute("select fold_xp_ranks()")
                    time.sleep(0.01)
        elif i < 12:
            with school.app(admin, "admin", autocommit=True) as conn:
                while goes_on():
                    seen.add(look(conn))
        else:
            while goes_on():
                with school.app(admin, "admin", isolation=psycopg.IsolationLevel.REPEATABLE_READ) as conn:
                    first = look(conn)
                    before = len(refreshes)
                    while len(refreshes) < before + 3 and goes_on():
                        time.sleep(0.02)
                        assert look(conn) == first
        return "done"

    assert race(16, work, timeout=90) == ["done"] * 16
    assert len(refreshes) > 10
    assert set(refreshes) == {150}
    assert len(seen) > 5
    assert owner.execute(DIFFERENCES).fetchall() == []
    owner.execute("select fold_xp_ranks()")
    assert owner.execute(DIFFERENCES).fetchall() == []
    assert value(owner, "select sum(people) from xp_rank_buckets where width = 100") == 150


@pytest.mark.parametrize(
    "isolation",
    [
        psycopg.IsolationLevel.READ_COMMITTED,
        pytest.param(psycopg.IsolationLevel.REPEATABLE_READ, marks=pytest.mark.late),
        pytest.param(psycopg.IsolationLevel.SERIALIZABLE, marks=pytest.mark.slow),
    ],
)
def test_live_rank_is_exact_while_others_write(school: SchoolDatabase, isolation: psycopg.IsolationLevel) -> None:
    """Awards, opt-outs and folds from ten connections; six compare, each comparison in one snapshot."""
    owner = school.connect(autocommit=True)
    users = people(owner, [random.randrange(300) for _ in range(60)])
    stop = time.monotonic() + 2
    done = [0] * 16

    def goes_on() -> bool:
        """A slow machine may need longer."""
        return time.monotonic() < stop + 60 * (sum(done[:7]) <= 20 or sum(done[10:]) <= 20)

    def work(i: int) -> None:
        dice = random.Random(i)
        while goes_on():
            try:
                if i < 7:
                    with school.service(isolation=isolation) as conn:
                        give(conn, dice.choice(users), dice.randrange(1, 150))
                elif i == 7:
                    owner_too = users[dice.randrange(len(users))]
                    with school.app(owner_too, isolation=isolation) as conn:
                        conn.execute(
                            "update users set show_on_leaderboard = not show_on_leaderboard where id = %s", (owner_too,)
                        )
                elif i < 10:
                    with school.service(isolation=isolation) as conn:
                        conn.execute("select fold_xp_ranks()")
                else:
                    conn = connections[i - 10]
                    with conn.transaction():
                        assert conn.execute(DIFFERENCES).fetchall() == []
                        board = conn.execute(
                            f"with b as ({BOARD}), t as (select user_id, rank, total_xp from leaderboard_top(1000)) "
                            "select count(*) from (select * from b except select * from t) as d"
                        ).fetchone()
                        assert board == (0,)
            except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                if isolation == psycopg.IsolationLevel.READ_COMMITTED:
                    raise
            else:
                done[i] += 1

    connections = [school.connect(autocommit=True) for _ in range(6)]
    for conn in connections:
        conn.isolation_level = isolation
    assert race(16, work, timeout=90) == [None] * 16
    assert sum(done[:7]) > 20
    assert sum(done[10:]) > 20
    assert owner.execute(DIFFERENCES).fetchall() == []


def test_two_refreshes_at_once(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    people(owner, [5, 4, 3])

    def refresh(_: int) -> int:
        with school.service(autocommit=True) as conn:
            return int(value(conn, "select generation from refresh_leaderboard()"))

    assert sorted(race(16, refresh), key=str) == sorted(range(1, 17), key=str)
    assert owner.execute("select count(*), min(generation), max(generation) from leaderboard_cache").fetchone() == (
        3,
        16,
        16,
    )
    assert value(owner, "select generation from leaderboard_generation") == 16


@pytest.mark.slow
def test_a_page_of_the_live_board_reads_a_page(school: SchoolDatabase) -> None:
    """At 20,000 people, most of them at 0 XP, nobody counts them all."""
    owner = school.connect(autocommit=True)
    owner.execute("insert into users (username) select 'u' || n from generate_series(1, 20000) as n")
    owner.execute(
        "update user_stats set total_xp = (random() * 30000)::bigint "
        "where user_id in (select user_id from user_stats limit 8000)"
    )
    owner.execute("select fold_xp_ranks()")
    owner.execute("vacuum analyze user_stats, xp_rank_buckets, xp_rank_deltas, public_profiles")
    middle = value(owner, "select user_id from user_stats where total_xp > 15000 order by total_xp limit 1")
    last = value(owner, "select user_id from user_stats where total_xp = 0 order by user_id desc limit 1")

    def buffers(call: str) -> int:
        for _ in range(2):  # the second time the catalogue is known
            plan = value(owner, f"explain (analyze, buffers, format json) select * from {call}")
        return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])

    for call in (
        "leaderboard_top(10)",
        f"live_rank('{middle}')",
        f"live_rank('{last}')",
        f"leaderboard_around('{middle}', 5)",
        f"leaderboard_around('{last}', 5)",
    ):
        assert buffers(call) < 150, call


def test_old_awards_leave_the_week_alone(db: Connection) -> None:
    user = make_user(db)
    now = datetime.now(UTC)
    give(db, user, 10, now)
    give(db, user, 500, now - timedelta(days=400))
    db.execute("select refresh_leaderboard()")
    assert db.execute(
        "select all_time_xp, weekly_xp, monthly_xp from leaderboard_cache where user_id = %s", (user,)
    ).fetchone() == (
        510,
        10,
        10,
    )
