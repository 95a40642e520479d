"""verify_integrity finds each counter that is broken on purpose, and repair_counters mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.community.forum import ask, reply, vote
from tests.projects.projects import make_project
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_user

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]

#: What is broken, and the check that must say so.
BROKEN = {
    "update user_stats set total_xp = total_xp + 1": "user_stats.total_xp",
    "update user_stats set current_level = 99": "user_stats.current_level",
    "update user_stats set weekly_xp = weekly_xp + 1 where week_start is not null": "user_stats.weekly_xp",
    # Stale, the next award would begin the week anew and forget what was earned in it.
    "update user_stats set week_start = null where week_start is not null": "user_stats.week_start",
    "update user_stats set month_start = month_start - 31 where month_start is not null": "user_stats.month_start",
    "update user_stats set monthly_xp = monthly_xp + 1 where month_start is not null": "user_stats.monthly_xp",
    "update user_stats set courses_enrolled = 40": "user_stats.courses_enrolled",
    "update user_stats set courses_completed = 40": "user_stats.courses_completed",
    "update user_stats set lessons_completed = 40": "user_stats.lessons_completed",
    "update user_stats set perfect_scores = 40": "user_stats.perfect_scores",
    "update user_stats set score_sum = 40": "user_stats.score_sum",
    "update user_stats set score_count = 40": "user_stats.score_count",
    "update user_stats set achievements_earned = 40": "user_stats.achievements_earned",
    "update user_stats set total_time_spent_seconds = 40": "user_stats.total_time_spent_seconds",
    "update user_stats set last_accessed_at = '2001-01-01'": "user_stats.last_accessed_at",
    "update user_stats set longest_streak = 40": "user_stats.longest_streak",
    "update user_stats set current_streak = 40, longest_streak = 40": "user_stats.current_streak",
    "update user_stats set last_streak_date = '2001-01-01'": "user_stats.last_streak_date",
    "update user_stats set is_ranked = not is_ranked": "user_stats.is_ranked",
    "update user_streaks set streak_count = 40": "user_streaks.streak_count",
    "update course_stats set lesson_count = 40": "course_stats.lesson_count",
    "update course_stats set enrollment_count = 40": "course_stats.enrollment_count",
    "update course_stats set enrollment_count = 40, completion_count = 40": "course_stats.completion_count",
    "update course_stats set rating_count = 1, rating_sum = 5": "course_stats.rating_sum",
    "update course_stats set rating_sum = 8, rating_count = 2": "course_stats.rating_count",
    "update enrollments set completed_lessons_count = 0": "enrollments.completed_lessons_count",
    "update enrollments set total_lessons_count = 40": "enrollments.total_lessons_count",
    "update enrollments set progress_percentage = 1.5": "enrollments.progress_percentage",
    "update enrollments set total_time_spent_seconds = 1": "enrollments.total_time_spent_seconds",
    "update public_profiles set username = 'somebody-else'": "public_profile",
    "delete from public_profiles": "one_to_one",
    "delete from user_settings": "one_to_one",
    "delete from user_stats": "one_to_one",
    "insert into xp_rank_buckets (width, bucket, people) values (100, 77, 3)": "xp_ranks",
    "delete from xp_rank_deltas": "xp_ranks",
    "update discussion_stats set view_count = 40": "discussion_stats.view_count",
    "update discussion_stats set reply_count = 40": "discussion_stats.reply_count",
    "update discussion_stats set upvote_count = 40": "discussion_stats.upvote_count",
    "update discussion_stats set downvote_count = 40": "discussion_stats.downvote_count",
    "update discussion_stats set is_solved = not is_solved": "discussion_stats.is_solved",
    "update discussion_stats set course_id = (select id from courses limit 1)": "discussion_stats.course_id",
    "delete from discussion_stats": "one_to_one",
    "update replies set upvote_count = 40": "replies.upvote_count",
    "update replies set downvote_count = 40": "replies.downvote_count",
    "update notification_counts set unread_count = 40": "notification_counts.unread_count",
    "delete from notification_counts": "notification_counts.unread_count",
    "insert into notification_deltas (user_id) select id from users limit 1": "notification_counts.unread_count",
    "update user_stats set discussions_started = 40": "user_stats.discussions_started",
    "update user_stats set replies_posted = 40": "user_stats.replies_posted",
    "update user_stats set solutions_accepted = 40": "user_stats.solutions_accepted",
    "update user_stats set votes_received = 40": "user_stats.votes_received",
    "update coin_accounts set balance = 40 where user_id is not null": "coin_accounts.balance",
    "update user_stats set coins_earned = 40": "user_stats.coins_earned",
    "update projects set like_count = 40": "projects.like_count",
    "delete from project_views": "projects.view_count",
    "alter table projects disable trigger user; update projects set is_listed = false;"
    "alter table projects enable trigger user": "projects.is_listed",
    "update user_stats set projects_created = 40": "user_stats.projects_created",
    "update user_stats set projects_minted = 40": "user_stats.projects_minted",
    "delete from coin_accounts where user_id not in (select user_id from coin_postings where user_id is not null)": (
        "one_to_one"
    ),
}


@pytest.fixture(scope="module")
def standing(shared_school: SchoolDatabase) -> Iterator[Connection]:
    """Two learners, one of them done with a course of two lessons, one half-way; in a transaction nobody commits."""
    db = shared_school.connect()
    course = make_course(db, lessons=2, coin_reward=30)
    db.execute("update lessons set coin_reward = 7 where course_id = %s", [course.id])
    for lessons in (1, 2):
        learner = make_user(db)
        db.execute("select record_enrollment(%s, %s)", [learner, course.id])
        for lesson in course.lesson_ids[:lessons]:
            db.execute("select record_completion(%s, %s, 100, 60)", [learner, lesson])
        project = make_project(db, learner)
        insert(db, "project_likes", "project_id", project_id=project, user_id=course.instructor_id)
        db.execute("select record_project_view(%s)", [project])
    db.execute("select fold_project_views()")
    discussion = ask(db, course.instructor_id, role="instructor")
    answer = reply(db, learner, discussion)
    vote(db, learner, "up", discussion=discussion)
    vote(db, make_user(db), "up", reply=answer)
    with acting(db, course.instructor_id, "instructor"):
        db.execute("select open_discussion(%s), mark_solution(%s)", [discussion, answer])
    db.execute("select fold_discussion_views(), fold_notification_counts()")
    assert findings(db) == set()
    yield db
    db.rollback()


@pytest.fixture
def living(standing: Connection) -> Iterator[Connection]:
    """What a test breaks is whole again after it."""
    with standing.transaction(force_rollback=True):
        yield standing


def findings(conn: Connection) -> set[str]:
    return {name for (name,) in conn.execute("select check_name from verify_integrity()").fetchall()}


@pytest.mark.parametrize(("statement", "check"), BROKEN.items())
def test_broken_found_mended(living: Connection, statement: str, check: str) -> None:
    living.execute(statement.encode())
    assert check in findings(living)
    mended = {name for (name,) in living.execute("select check_name from repair_counters()").fetchall()}
    assert check in mended
    assert findings(living) == set()
    assert living.execute("select count(*) from repair_counters()").fetchone() == (0,)


def test_a_cycle_is_found_and_left_alone(living: Connection) -> None:
    one, two = make_course(living), make_course(living)
    living.execute("alter table course_prerequisites disable trigger user")
    for course, earlier in ((one, two), (two, one)):
        insert(
            living, "course_prerequisites", "course_id", course_id=course.id, prerequisite_course_id=earlier.id
        )  # fmt: skip
    assert findings(living) == {"prerequisite_cycle"}
    assert living.execute("select count(*) from repair_counters()").fetchone() == (0,)


def test_an_overbooked_course_is_found(living: Connection) -> None:
    living.execute("alter table courses disable trigger user")
    living.execute("update courses set max_enrollments = 1 where id in (select course_id from enrollments)")
    assert findings(living) == {"seats"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("update coin_postings set amount = amount + 1 where amount > 0", "coin_conservation"),
        ("delete from coin_postings", "coin_postings"),
        ("update coin_postings set amount = -amount", "coin_accounts.negative"),
        ("update coin_transactions set amount = amount + 1", "coin_postings"),
    ],
)
def test_coins_from_nowhere_are_found_and_left_alone(living: Connection, statement: str, check: str) -> None:
    living.execute("set constraints all immediate")
    for table in ("coin_postings", "coin_transactions"):
        living.execute(f"alter table {table} disable trigger user".encode())
    living.execute(statement.encode())
    assert check in findings(living)
    living.execute("select count(*) from repair_counters()")
    assert check in findings(living)


def test_a_token_of_something_else_and_a_project_twice_are_found_and_left_alone(living: Connection) -> None:
    living.execute("alter table projects disable trigger user")
    living.execute("update projects set nft_metadata = '{}' where id = (select min(id::text)::uuid from projects)")
    assert findings(living) == {"projects.nft_metadata"}
    living.execute("insert into deleted_projects select id, user_id, now() from projects limit 1")
    broken = {"projects.nft_metadata", "deleted_projects", "user_stats.projects_created"}
    assert findings(living) == broken
    living.execute("select count(*) from repair_counters()")
    assert findings(living) == broken - {"user_stats.projects_created"}


def test_a_vote_for_oneself_is_found_and_left_alone(living: Connection) -> None:
    living.execute(
        "update discussion_votes as v set user_id = d.author_id from discussions as d where d.id = v.discussion_id"
    )
    assert findings(living) == {"own_vote"}
    assert living.execute("select count(*) from repair_counters()").fetchone() == (0,)


@pytest.mark.parametrize("role", ["student", "instructor", "admin", "anonymous"])
@pytest.mark.parametrize("procedure", ["verify_integrity", "repair_counters"])
def test_only_the_back_end_may(living: Connection, role: Role, procedure: str) -> None:
    with raises_sqlstate("42501", conn=living), acting(living, make_user(living), role):
        living.execute(f"select * from {procedure}()".encode())


def test_the_service_may(living: Connection) -> None:
    with acting(living, None, "service"):
        assert findings(living) == set()


def test_the_school_is_asked_once_for_its_time_zone(db: Connection) -> None:
    """Not for every event of XP there is."""
    user = make_user(db)
    for n in range(30):
        db.execute("select award_xp(%s, 1, 'bonus', null, p_occurrence => %s)", (user, str(n)))
    asked = (
        "select seq_scan + coalesce(idx_scan, 0) from pg_stat_xact_user_tables"
        " where relid = 'platform_settings'::regclass"
    )
    before = db.execute(asked).fetchone()
    counted = db.execute("select total_xp, weekly_xp from counted_user_stats(array[%s::uuid])", (user,)).fetchone()
    after = db.execute(asked).fetchone()
    assert counted == (30, 30)
    assert before is not None
    assert after is not None
    assert after[0] - before[0] < 10
