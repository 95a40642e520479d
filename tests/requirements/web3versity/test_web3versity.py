"""Web3Versity: its tables, its three flows, its views and its constraints, over the school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest

from tests.requirements.world import World, due_columns
from tests.support.asserts import raises_sqlstate

SUNDAY = datetime(2025, 1, 5, 9, tzinfo=UTC)
MONDAY = datetime(2025, 1, 6, 10, tzinfo=UTC)
EVM = "0x" + "ab" * 20
#: What the document's leaderboard flow ranks by.
RANKED = """
    with ranked_users as (
        select id, total_xp, row_number() over (order by total_xp desc) as rank
        from users where is_active and show_on_leaderboard
    )
    select rank, total_xp from ranked_users order by rank"""


@dataclass
class Story:
    ada: UUID
    bob: UUID
    dan: UUID
    eve: UUID
    wallets: UUID
    contracts: UUID
    lessons: list[UUID]
    enrollment: UUID
    discussion: UUID
    replies: list[UUID]
    faucet: UUID
    nft: UUID
    #: What the document's own ranking said when the leaderboard was refreshed.
    ranked: list[tuple[Any, ...]]


def content(question: str) -> dict[str, Any]:
    return {"blocks": [{"type": "quiz", "question": question}]}


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Ada finishes a course and helps Bob, who is half through it. So are Dan and Eve; Carol keeps out of rankings."""
    call = world.call
    teacher = world.person("satoshi", "instructor")
    ada, bob, dan, eve, carol = (
        world.person(n, email=f"{n}@example.org", full_name=n.title()) for n in ("ada", "bob", "dan", "eve", "carol")
    )
    call(ada, "update_profile", avatar_emoji="🦊")
    call(carol, "update_profile", show_on_leaderboard=False)
    for chain, address in (("evm", EVM), ("hedera", "0.0.4711")):
        call(None, "verify_wallet", wallet_id=call(ada, "link_wallet", chain=chain, address=address))
    wallets = call(
        teacher, "create_course", title="Wallets", description="Keys of your own.", track="explorer",
        category="basics", difficulty="beginner", estimated_minutes=90, completion_xp=200,
    ).course_id  # fmt: skip
    lessons = [
        call(
            teacher, "add_lesson", course_id=wallets, title=title, lesson_type="interactive", content=content(title),
            duration_minutes=15, completion_xp=30,
        ).lesson_id
        for title in ("Keys", "Seeds")
    ]  # fmt: skip
    contracts = call(
        teacher, "create_course", title="Contracts", track="developer", difficulty="intermediate"
    ).course_id  # fmt: skip
    call(teacher, "add_lesson", course_id=contracts, title="Solidity")
    for course in (wallets, contracts):
        call(teacher, "publish_course", course_id=course)
    call(teacher, "add_prerequisite", course_id=contracts, prerequisite_course_id=wallets)
    call(world.admin, "update_course", course_id=wallets, is_featured=True)

    enrollment = call(None, "record_enrollment", user_id=ada, course_id=wallets, occurred_at=SUNDAY).enrollment_id
    call(None, "record_completion", user_id=ada, lesson_id=lessons[0], score=88, occurred_at=MONDAY)
    call(ada, "start_lesson", lesson_id=lessons[1])
    call(ada, "complete_lesson", lesson_id=lessons[1])
    call(ada, "rate_course", course_id=wallets, rating=4)
    for person in (bob, dan, eve):
        call(person, "enroll", course_id=wallets)
        call(person, "start_lesson", lesson_id=lessons[0])
        call(person, "complete_lesson", lesson_id=lessons[0])
    call(None, "award_xp", user_id=carol, amount=1000, source_type="import", source_id=carol)

    discussion = call(
        bob, "start_discussion", title="Lost seed?", content="What now?", course_id=wallets, category="question",
        tags=("seed", "help"),
    ).discussion_id  # fmt: skip
    answer = call(ada, "post_reply", discussion_id=discussion, content="It is gone.").reply_id
    thanks = call(bob, "post_reply", discussion_id=discussion, content="Oh.", parent_reply_id=answer).reply_id
    call(ada, "vote", vote_type="up", discussion_id=discussion)
    call(bob, "vote", vote_type="up", reply_id=answer)
    call(dan, "vote", vote_type="down", reply_id=thanks)
    call(bob, "mark_solution", reply_id=answer)
    call(ada, "open_discussion", discussion_id=discussion)
    call(None, "fold_discussion_views")
    call(world.admin, "moderate_discussion", discussion_id=discussion, is_pinned=True)

    request = call(
        ada, "request_faucet", hedera_account_id="0.0.4711", request_ip="192.0.2.1", idempotency_key="faucet"
    )  # fmt: skip
    settle(world, request.transaction_id, "0.0.2@1700000000.000000017")
    ((certificate,),) = world.owner.execute("select id from certificates where user_id = %s", (ada,)).fetchall()
    nft = call(
        None, "mint_certificate", certificate_id=certificate, chain="hedera", network="testnet", collection_id="0.0.9",
        image_uri="ipfs://image", idempotency_key="nft",
    )  # fmt: skip
    call(
        None, "record_nft_token", nft_certificate_id=nft.nft_certificate_id, metadata_uri="ipfs://meta",
        token_id="0.0.9", serial_number=7,
    )  # fmt: skip
    settle(world, nft.transaction_id, "0.0.2@1700000001.000000017")
    call(None, "refresh_leaderboard")
    return Story(
        ada, bob, dan, eve, wallets, contracts, lessons, enrollment, discussion, [answer, thanks], request.request_id,
        nft.nft_certificate_id, world.ask(RANKED),
    )  # fmt: skip


def settle(world: World, transaction: UUID, tx_id: str) -> None:
    world.call(None, "advance_chain_transaction", transaction_id=transaction, status="submitted", tx_id=tx_id)
    world.call(
        None, "advance_chain_transaction", transaction_id=transaction, status="final", consensus_timestamp=MONDAY
    )  # fmt: skip


def test_every_column_of_the_document(world: World) -> None:
    assert world.columns() == due_columns("web3versity")


def test_a_person(world: World, story: Story) -> None:
    # 10 for enrolling first, 30 and 30 for lessons, 25 for the first of them, 200 for the course, 100 for the first
    # one, 15 for the solution; level 3 begins at 300.
    assert world.row("users", story.ada) == {
        "id": story.ada, "evm_address": EVM, "hedera_account_id": "0.0.4711", "username": "ada", "avatar_emoji": "🦊",
        "total_xp": 410, "current_level": 3, "current_streak": 1, "longest_streak": 1, "courses_completed": 1,
        "lessons_completed": 2, "badges_earned": 3, "is_active": True, "show_on_leaderboard": True,
    }  # fmt: skip


def test_the_catalogue(world: World, story: Story) -> None:
    assert world.row("courses", story.wallets) == {
        "id": story.wallets, "title": "Wallets", "description": "Keys of your own.", "track": "explorer",
        "category": "basics", "difficulty": "beginner", "estimated_hours": Decimal("1.5"), "total_lessons": 2,
        "completion_xp": 200, "is_published": True, "is_featured": True, "enrollment_count": 4,
        "average_rating": Decimal("4.00"),
    }  # fmt: skip
    assert world.row("lessons", story.lessons[1]) == {
        "id": story.lessons[1], "course_id": story.wallets, "title": "Seeds", "lesson_type": "interactive",
        "content": content("Seeds"), "sequence_number": 2, "duration_minutes": 15, "completion_xp": 30,
    }  # fmt: skip
    assert world.row("course_prerequisites", story.contracts, "course_id") == {
        "id": ANY, "course_id": story.contracts, "prerequisite_course_id": story.wallets, "is_required": True,
    }  # fmt: skip


def test_progress(world: World, story: Story) -> None:
    assert world.row("user_progress", story.enrollment) == {
        "id": story.enrollment, "user_id": story.ada, "course_id": story.wallets, "enrollment_date": SUNDAY,
        "completed_at": ANY, "progress_percentage": Decimal(100), "lessons_completed": 2, "total_lessons": 2,
        "last_accessed_at": ANY, "certificate_nft_id": "0.0.9#7",
    }  # fmt: skip
    done = "select lesson_id, course_id, completed_at, score_percentage, xp_earned from lesson_completions"
    assert world.ask(f"{done} where user_id = %(ada)s order by completed_at", ada=story.ada) == [
        (story.lessons[0], story.wallets, MONDAY, Decimal(88), 30),
        (story.lessons[1], story.wallets, ANY, None, 30),
    ]


def test_achievements_and_streaks(world: World, story: Story) -> None:
    assert world.row("achievements", "Finisher", "name") == {
        "id": ANY, "name": "Finisher", "description": "Complete your first course", "icon_emoji": "🏁",
        "category": "courses", "rarity": "uncommon",
        "criteria": {"metric": "courses_completed", "threshold": 1, "scope": "global"}, "xp_reward": 100,
        "times_earned": 1,
    }  # fmt: skip
    earned = """
        select a.name, ua.nft_token_id, ua.nft_minted_at from user_achievements as ua
        join achievements as a on a.id = ua.achievement_id where ua.user_id = %(ada)s order by ua.earned_at"""
    assert world.ask(earned, ada=story.ada) == [
        ("First Steps", None, None), ("First Lesson", None, None), ("Finisher", None, None)
    ]  # fmt: skip
    streaks = "select streak_date, streak_count, activity_type from user_streaks where user_id = %(ada)s order by 1"
    assert world.ask(streaks, ada=story.ada) == [(date(2025, 1, 6), 1, "lesson"), (ANY, 1, "lesson")]


def test_the_forum(world: World, story: Story) -> None:
    assert world.row("discussions", story.discussion) == {
        "id": story.discussion, "author_id": story.bob, "course_id": story.wallets, "title": "Lost seed?",
        "content": "What now?", "category": "question", "tags": ["help", "seed"], "is_pinned": True, "is_solved": True,
        "view_count": 1, "reply_count": 2, "upvote_count": 1,
    }  # fmt: skip
    answer, thanks = story.replies
    replies = "select id, author_id, parent_reply_id, content, is_solution, upvote_count from replies order by id"
    assert world.ask(replies) == [
        (answer, story.ada, None, "It is gone.", True, 1), (thanks, story.bob, answer, "Oh.", False, 0)
    ]  # fmt: skip
    votes = "select user_id, discussion_id, reply_id, vote_type from discussion_votes order by id"
    assert world.ask(votes) == [
        (story.ada, story.discussion, None, "upvote"), (story.bob, None, answer, "upvote"),
        (story.dan, None, thanks, "downvote"),
    ]  # fmt: skip


def test_the_chain(world: World, story: Story) -> None:
    tx_id = "0.0.2@1700000000.000000017"
    faucet = world.row("faucet_requests", story.faucet)
    assert faucet == {
        "id": story.faucet, "user_id": story.ada, "hedera_account_id": "0.0.4711", "amount_hbar": 10, "tx_id": tx_id,
        "status": "completed", "requested_at": ANY, "completed_at": ANY, "request_ip": ANY,
    }  # fmt: skip
    assert str(faucet["request_ip"]) == "192.0.2.1"
    assert world.row("transactions", tx_id, "tx_id") == {
        "id": ANY, "user_id": story.ada, "tx_id": tx_id, "tx_type": "faucet", "amount_hbar": 10, "from_account": None,
        "to_account": "0.0.4711", "status": "final", "course_id": None, "achievement_id": None,
        "consensus_timestamp": MONDAY, "hashscan_url": f"https://hashscan.io/testnet/transaction/{tx_id}",
    }  # fmt: skip
    nft = world.row("nft_certificates", story.nft)
    assert nft == {
        "id": story.nft, "user_id": story.ada, "course_id": story.wallets, "token_id": "0.0.9",
        "collection_id": "0.0.9", "serial_number": 7, "metadata_uri": "ipfs://meta", "certificate_number": ANY,
        "issued_at": ANY, "tx_id": "0.0.2@1700000001.000000017", "course_title": "Wallets", "completion_date": ANY,
        "verification_code": ANY,
    }  # fmt: skip
    assert len(nft["verification_code"]) == 40


def test_settings(world: World) -> None:
    assert world.row("platform_settings", "xp.lesson", "setting_key") == {
        "id": ANY, "setting_key": "xp.lesson", "setting_value": 50, "description": ANY, "created_at": ANY,
        "updated_at": ANY,
    }  # fmt: skip


def test_flow_complete_a_lesson(world: World, story: Story) -> None:
    """Steps 1 to 4, as Eve: view, finish, XP, achievements. The lesson is his second, the course his first."""
    seeds = story.lessons[1]
    ((title,),) = world.ask_as(story.eve, "select title from lessons where id = %(lesson)s", lesson=seeds)
    assert title == "Seeds"
    before = world.row("users", story.eve)
    world.call(story.eve, "start_lesson", lesson_id=seeds)
    done = world.call(story.eve, "complete_lesson", lesson_id=seeds)
    progress = "select lessons_completed, completed_at is not null from user_progress where user_id = %(eve)s"
    assert world.ask(progress, eve=story.eve) == [(2, True)]
    after = world.row("users", story.eve)
    assert (before["total_xp"], before["current_level"], before["courses_completed"]) == (65, 1, 0)
    # 30 for the lesson, 200 for the course, 100 for the first course.
    assert (after["total_xp"], after["current_level"], after["courses_completed"]) == (395, 3, 1)
    assert [a["title"] for a in done.achievements] == ["Finisher"]
    finisher = """
        select count(*) from user_achievements as ua join achievements as a on a.id = ua.achievement_id
        where ua.user_id = %(eve)s and a.name = 'Finisher'"""
    assert world.ask(finisher, eve=story.eve) == [(1,)]


def test_flow_enrol(world: World, story: Story) -> None:
    """Steps 1 to 5, as Bob, who has not finished what comes before, and as Ada, who has."""
    browse = "select title from v_course_catalog where track = 'explorer' and difficulty = 'beginner'"
    assert world.ask_as(story.bob, browse) == [("Wallets",)]
    required = "select prerequisite_course_id from course_prerequisites where course_id = %(target)s"
    assert world.ask(required, target=story.contracts) == [(story.wallets,)]
    met = "select course_id from user_progress where user_id = %(user)s and completed_at is not null"
    assert world.ask(met, user=story.bob) == []
    assert world.ask(met, user=story.ada) == [(story.wallets,)]
    with raises_sqlstate("PA409"):
        world.call(story.bob, "enroll", course_id=story.contracts)
    enrolled = world.call(story.ada, "enroll", course_id=story.contracts)
    copied = """
        select up.total_lessons, c.total_lessons from user_progress as up join courses as c on c.id = up.course_id
        where up.user_id = %(user)s and up.course_id = %(course)s"""
    assert world.ask(copied, user=story.ada, course=story.contracts) == [(1, 1)]
    first = "select id from lessons where course_id = %(course)s order by sequence_number limit 1"
    assert world.ask(first, course=story.contracts) == [(enrolled.first_lesson_id,)]


def test_flow_leaderboard(world: World, story: Story) -> None:
    """The document numbers people, so that of three who have as much one is second, one fourth; ours ranks them. Carol,
    who has most and keeps out, is in neither."""
    assert story.ranked[:4] == [(1, 410), (2, 65), (3, 65), (4, 65)]
    ours = "select all_time_rank, all_time_xp from leaderboard_cache order by all_time_rank limit 10"
    assert world.ask(ours)[:4] == [(1, 410), (2, 65), (2, 65), (2, 65)]
    ((user, rank, weekly, monthly, monday, at),) = world.ask(
        "select user_id, weekly_rank, weekly_xp, monthly_xp, week_start_date, calculated_at from leaderboard_cache"
        " where monthly_rank = 1"
    )
    # Since Monday: 30 + 200 + 100 for the last lesson, 15 for the solution. What was in January is not.
    assert (user, rank, weekly, monthly, monday.isoweekday()) == (story.ada, 1, 345, 345, 1)
    assert monday <= at.date()


def test_the_dashboard(world: World, story: Story) -> None:
    ((row,),) = world.ask_as(story.bob, "select to_jsonb(d) from v_user_dashboard as d")
    assert {k: row[k] for k in ("username", "total_xp", "current_level", "current_streak", "courses_enrolled")} == {
        "username": "bob", "total_xp": 65, "current_level": 1, "current_streak": 1, "courses_enrolled": 1,
    }  # fmt: skip
    assert (row["courses_completed"], row["live_rank"] > 1) == (0, True)
    assert [a["title"] for a in row["recent_achievements"]] == ["First Lesson", "First Steps"]


def test_the_catalogue_view(world: World, story: Story) -> None:
    query = "select title, lesson_count, prerequisites from v_course_catalog order by title"
    needed = {"course_id": str(story.wallets), "slug": "wallets", "title": "Wallets", "is_required": True}
    assert world.ask_as(story.bob, query) == [("Contracts", 1, [needed]), ("Wallets", 2, [])]


#: What the document forbids, as a change that its constraint must refuse.
FORBIDDEN = [
    ("update user_stats set total_xp = -1", "23514"),
    ("update user_stats set current_level = 101", "23514"),
    ("update user_stats set current_level = 0", "23514"),
    ("update user_stats set current_streak = -1", "23514"),
    ("update courses set track = 'tourist'", "23514"),
    ("update courses set difficulty = 'hard'", "23514"),
    ("update courses set estimated_minutes = 0", "23514"),
    ("update enrollments set progress_percentage = 101", "23514"),
    ("update enrollments set progress_percentage = -1", "23514"),
    ("update course_prerequisites set prerequisite_course_id = course_id", "23514"),
    ("update discussion_votes set discussion_id = null, reply_id = null", "23514"),
    ("insert into users (username, email) values ('ADA', 'x@example.org')", "23505"),
    ("insert into enrollments (user_id, course_id) select user_id, course_id from enrollments", "23505"),
    ("insert into user_streaks select * from user_streaks", "23505"),
    ("update lessons set position = 1 where position = 2", "23P01"),
    ("update user_achievements set achievement_id = (select id from achievements limit 1)", "23505"),
    (
        "insert into lesson_progress (enrollment_id, user_id, course_id, lesson_id)"
        " select enrollment_id, user_id, course_id, lesson_id from lesson_progress",
        "23505",
    ),
]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(("statement", "state"), FORBIDDEN)
def test_constraints(world: World, statement: str, state: str) -> None:
    with raises_sqlstate(state, "PA409", "PA422", conn=world.owner), world.owner.transaction():
        world.owner.execute(statement)
        world.owner.execute("set constraints all immediate")


def test_a_proven_address_is_one_persons(world: World, story: Story) -> None:
    for chain, address in (("evm", EVM), ("hedera", "0.0.4711")):
        claim = world.call(story.bob, "link_wallet", chain=chain, address=address)
        with raises_sqlstate("PA409"):
            world.call(None, "verify_wallet", wallet_id=claim)
