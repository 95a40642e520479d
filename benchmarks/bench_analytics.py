"""What reports cost, to the SQL of the document that asks for them; and what keeping the rollups costs.

- user_engagement: the whole list, and the 20 who were active last, to the document's view over the same rows. Told: a
  page of 20 in the order of ids, for which the document's SQL stops after 20 people too, and course_performance. Each
  person has about 5 courses, 3 projects and 6 achievements, so the document's joins repeat every minute of a course 18
  times; its answer is compared where it is right (what it counts distinct).
- roll_up_analytics() over a day of 200,000 events of 4,000 people, to one scan that adds up the same events and writes
  nothing. Told beside it: to a scan that only counts them.

Medians, the two sides in turns. `--people` and `--history` (events of the months before) make it smaller.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

import psycopg
import psycopg.sql
from server import SCHOOL, school

Connection = psycopg.Connection[Any]

FULL_BOUND = 15.0
PAGE_BOUND = 5.0
ROLLUP_BOUND = 2.0
DAY = 200_000
#: Each active person makes 50, as 5 million are to 100,000 people.
ACTIVE = DAY // 50

#: As owner of everything and without a trigger: rows to be read, not to be right.
FILL = """
insert into users (id, username, email)
select gen_random_uuid(), 'person-' || n, 'person-' || n || '@example.org' from generate_series(1, {people}) as n;
create table bench_people as select row_number() over () as n, id from users;
create unique index on bench_people (n);

insert into courses (id, slug, title, instructor_id, discipline)
select gen_random_uuid(), 'course-' || n, 'Course ' || n, (select id from bench_people where n = 1), 'mechanical'
from generate_series(1, 200) as n;
create table bench_courses as select row_number() over () as n, id from courses;
create unique index on bench_courses (n);

insert into enrollments (user_id, course_id, total_time_spent_seconds, progress_percentage, last_accessed_at)
select p.id, c.id, (random() * 20000)::int, (random() * 100)::numeric(5, 2), now() - random() * interval '300 days'
from bench_people as p
cross join generate_series(0, 4) as k
inner join bench_courses as c on c.n = 1 + (p.n * 7 + k * 41) % 200;

insert into projects (user_id, title, project_type, components)
select p.id, 'Boxer', 'car', '{{"components": []}}'
from bench_people as p cross join lateral generate_series(1, (p.n % 7)::int) as k;

insert into achievements (id, slug, title, achievement_type, category, rarity, criteria)
select gen_random_uuid(), 'bench-' || n, 'Bench', 'milestone', 'bench', 'common',
    jsonb_build_object('metric', 'total_xp', 'threshold', n, 'scope', 'global')
from generate_series(1, 12) as n;
insert into user_stats (user_id, achievements_earned, courses_enrolled, total_time_spent_seconds, last_accessed_at)
select e.user_id, 6, count(*), sum(e.total_time_spent_seconds), max(e.last_accessed_at)
from enrollments as e
group by e.user_id;
insert into user_achievements (user_id, achievement_id, title, achievement_type)
select p.id, a.id, 'Bench', 'milestone'
from bench_people as p
inner join (select row_number() over () as n, id from achievements) as a on (a.n + p.n) % 2 = 0 and a.n <= 12;
"""
EVENTS = """
insert into analytics_events (user_id, course_id, event_type, session_id, event_data, created_at)
select p.id, c.id, (array['page.viewed', 'lesson.opened', 'video.played', 'search'])[1 + e.n % 4],
    's-' || e.n / 20, jsonb_build_object('position', e.n % 100),
    {begin}::timestamptz + {length}::interval * (e.n::float8 / {events})
from generate_series(0, {events} - 1) as e (n)
inner join bench_people as p on p.n = 1 + e.n / 50 % {active}
left join bench_courses as c on c.n = 1 + e.n / 25 % 200 and e.n % 4 > 0
"""
TABLES = "users, user_stats, courses, enrollments, projects, user_achievements"
#: The document's own, over the names of the tables here.
THEIR_ENGAGEMENT = """
select u.id, u.username, count(distinct up.course_id) as courses_enrolled, count(distinct p.id) as projects_created,
    count(distinct a.id) as achievements_earned, sum(up.total_time_spent_seconds / 60) as total_time_spent,
    max(up.last_accessed_at) as last_activity
from users u
left join enrollments up on u.id = up.user_id
left join projects p on u.id = p.user_id
left join user_achievements a on u.id = a.user_id
group by u.id, u.username
"""
THEIR_PERFORMANCE = """
select c.id, c.title, c.discipline, count(distinct up.user_id) as enrolled_users,
    count(distinct case when up.completed_at is not null then up.user_id end) as completed_users,
    avg(up.progress_percentage) as avg_progress, avg(up.total_time_spent_seconds / 60) as avg_time_spent
from courses c
left join enrollments up on c.id = up.course_id
where c.is_active = true
group by c.id, c.title, c.discipline
"""


def seconds(connection: Connection, query: str) -> float:
    """Of one run on the server, its rows not sent."""
    row = connection.execute(f"explain (analyze, timing off, format json) {query}".encode()).fetchone()
    assert row is not None
    return float(row[0][0]["Execution Time"]) / 1000


def compared(connection: Connection, ours: str, theirs: str, rounds: int) -> tuple[float, float]:
    """Medians of two queries, in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for query, measured in zip((ours, theirs), times, strict=True):
            measured.append(seconds(connection, query))
    return statistics.median(times[0]), statistics.median(times[1])


def told(what: str, ours: float, theirs: float, bound: float | None) -> int:
    """Prints how much faster one is; 1 if it should be by more."""
    limit = "told" if bound is None else f"at least {bound}"
    print(
        f"{what}: {1e3 * ours:.1f} ms to {1e3 * theirs:.1f} ms: {theirs / ours:.1f} times faster ({limit})", flush=True
    )
    return int(bound is not None and theirs / ours < bound)


def reports(connection: Connection) -> int:
    """The documents' views, whole and by the page."""
    failed = 0
    theirs = THEIR_ENGAGEMENT
    for what, ours, order, rounds, bound in (
        ("user_engagement, whole", "select * from user_engagement", "", 3, FULL_BOUND),
        ("user_engagement, 20 by id", "select * from engagement_page()", "order by id limit 20", 7, None),
        (
            "user_engagement, 20 latest",
            "select * from user_engagement {}",
            "order by last_activity desc limit 20",
            3,
            PAGE_BOUND,
        ),
    ):
        failed |= told(what, *compared(connection, ours.format(order), f"{theirs} {order}", rounds), bound)
    pair = compared(connection, "select * from course_performance", THEIR_PERFORMANCE, 5)
    return failed | told("course_performance, whole", *pair, None)


def agree(connection: Connection) -> None:
    """Where the document's numbers are right they are ours."""
    row = connection.execute(
        f"""
        select count(*) from user_engagement as o full join ({THEIR_ENGAGEMENT}) as t using (id)
        where (o.courses_enrolled, o.projects_created, o.achievements_earned, o.last_activity)
            is distinct from (t.courses_enrolled, t.projects_created, t.achievements_earned, t.last_activity)
        """.encode()
    ).fetchone()
    assert row == (0,), "the two lists differ"


def track(connection: Connection, events: int, begin: str, days: str) -> None:
    """So many events, spread evenly over a period."""
    values = {"events": events, "active": ACTIVE, "begin": begin, "length": days}
    connection.execute(psycopg.sql.SQL(EVENTS).format(**values).as_bytes(connection))
    connection.execute(b"vacuum (analyze) analytics_events")


def rollup(connection: Connection, history: int) -> int:
    """A day of events, rolled up, to a scan of the same."""
    if history:
        track(connection, history, "today", "-20 days")
    connection.execute(b"select rebuild_rollups()")
    connection.execute(b"vacuum (analyze) user_activity_days, learner_activity_days")
    state = connection.execute(b"select rolled_to from rollup_state").fetchone()
    assert state is not None
    track(connection, DAY, "today", "1 hour")
    new = f"from analytics_events where written_by >= '{state[0]}'"
    keys = "(created_at at time zone 'UTC')::date, user_id, course_id, event_type"
    times: dict[str, list[float]] = {"rolled": [], "added": [], "counted": []}
    for _ in range(5):
        times["added"].append(seconds(connection, f"select {keys}, count(*) {new} group by 1, 2, 3, 4"))
        times["counted"].append(seconds(connection, f"select count(user_id) {new}"))
        with connection.transaction(force_rollback=True):
            times["rolled"].append(seconds(connection, "select roll_up_analytics()"))
    rolled, added, counted = (statistics.median(times[name]) for name in ("rolled", "added", "counted"))
    print(
        f"a day of {DAY:,} events rolled up, to adding them up: {1e3 * rolled:.0f} ms to {1e3 * added:.0f} ms:"
        f" {rolled / added:.2f} (at most {ROLLUP_BOUND})",
        flush=True,
    )
    print(f"  the same, to counting them: to {1e3 * counted:.0f} ms: {rolled / counted:.2f} (told)", flush=True)
    return int(rolled / added > ROLLUP_BOUND)


def main() -> int:
    """Prints the ratios; 1 if one is outside its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--history", type=int, default=5_000_000)
    sizes, _ = parser.parse_known_args()
    with (
        school() as dsn,
        psycopg.connect(psycopg.conninfo.make_conninfo(dsn, user="postgres"), autocommit=True) as connection,
    ):
        connection.execute("select set_config('search_path', %s, false)", [f"{SCHOOL}, extensions, pg_temp"])
        connection.execute(b"set session_replication_role = replica")
        connection.execute(f"set role {SCHOOL}_owner".encode())
        connection.execute(psycopg.sql.SQL(FILL).format(people=sizes.people).as_bytes(connection))
        connection.execute(f"vacuum (analyze) {TABLES}".encode())
        agree(connection)
        failed = reports(connection)
        connection.execute(b"reset role")
        connection.execute(b"set session_replication_role = origin")
        connection.execute(f"set role {SCHOOL}_owner".encode())
        return failed | rollup(connection, sizes.history)


if __name__ == "__main__":
    sys.exit(main())
