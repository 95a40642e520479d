"""Discussions, replies, votes and solutions, and each way in which they could go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy.testing import Role, acting
from tests.community.forum import ask, findings, reply, row, rows, stats, told, value, vote
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Course, insert, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]


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


@pytest.fixture
def course(db: Connection, ada: UUID) -> Course:
    course = make_course(db)
    make_enrollment(db, ada, course)
    return course


def solve(db: Connection, user: UUID, reply_id: UUID, role: Role = "student") -> Any:
    with acting(db, user, role):
        return row(db, "select * from mark_solution(%s)", reply_id)


def unsolve(db: Connection, user: UUID, discussion: UUID) -> Any:
    with acting(db, user, "student"):
        return value(db, "select unmark_solution(%s)", discussion)


def counters(db: Connection, discussion: UUID) -> dict[str, Any]:
    return row(db, "select * from discussion_stats where discussion_id = %s", discussion)


class TestStarting:
    def test_it_is_there_as_it_was_written(self, db: Connection, ada: UUID, bob: UUID) -> None:
        html = "<script>alert('&amp;')</script>"
        discussion = ask(db, ada, html, content=html, tags=["SQL", "sql", "joins"], category="question")
        with acting(db, bob, "student"):
            found = row(db, "select * from open_discussion(%s)", discussion)
        assert (found["title"], found["content"], found["tags"]) == (html, html, ["joins", "sql"])
        assert (found["author_id"], found["is_pinned"], found["is_solved"], found["view_count"]) == (
            ada,
            False,
            False,
            0,
        )
        assert stats(db, ada)["discussions_started"] == 1

    def test_a_key_makes_it_once(self, db: Connection, ada: UUID) -> None:
        with acting(db, ada, "student"):
            call = "select * from start_discussion('T', 'C', p_idempotency_key => 'k')"
            assert row(db, call) == row(db, call)
            with raises_sqlstate("PA409", conn=db):
                row(db, "select * from start_discussion('T', 'D', p_idempotency_key => 'k')")
        assert value(db, "select count(*) from discussions") == 1

    @pytest.mark.parametrize(
        "bad",
        [
            {"title": " "}, {"title": "x" * 201}, {"title": "two\nlines"}, {"content": "\n"},
            {"content": "x" * 20001}, {"category": "Questions?"}, {"tags": ["two words"]}, {"tags": [""]},
            {"tags": [f"t{n}" for n in range(11)]}, {"tags": ["x" * 41]}, {"tags": [None]},
        ],
    )  # fmt: skip
    def test_bad_texts(self, db: Connection, ada: UUID, bad: dict[str, Any]) -> None:
        with raises_sqlstate("PA422", conn=db):
            ask(db, ada, **bad)

    @pytest.mark.parametrize("tags", [["two words"], [None], ["a"] * 11, [" "], ["-x"]])
    def test_the_table_refuses_bad_tags_by_itself(self, db: Connection, ada: UUID, tags: list[Any]) -> None:
        with raises_sqlstate("23514", conn=db):
            db.execute(
                "insert into discussions (author_id, title, content, tags) values (%s, 'T', 'C', %s)", (ada, tags)
            )

    def test_a_course_is_for_those_on_it(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        discussion = ask(db, ada, course=course.id)
        ask(db, course.instructor_id, course=course.id, role="instructor")
        strangers: list[tuple[UUID, Role]] = [(bob, "student"), (make_user(db, "instructor"), "instructor")]
        for user, role in strangers:
            with raises_sqlstate("PA404", conn=db):
                ask(db, user, course=course.id, role=role)
            for call in ("open_discussion", "list_replies"):
                with acting(db, user, role), raises_sqlstate("PA404", conn=db):
                    row(db, f"select * from {call}(%s)", discussion)
            with raises_sqlstate("PA404", conn=db):
                reply(db, user, discussion, role=role)
        db.execute("update enrollments set status = 'dropped', dropped_at = now() where user_id = %s", (ada,))
        with raises_sqlstate("PA404", conn=db):
            reply(db, ada, discussion)

    def test_an_enrolment_whose_time_is_over_closes_it(self, db: Connection, ada: UUID, course: Course) -> None:
        discussion = ask(db, ada, course=course.id)
        db.execute("update enrollments set expires_at = now() where user_id = %s", (ada,))
        with raises_sqlstate("PA404", conn=db):
            reply(db, ada, discussion)


class TestReplies:
    def test_a_tree(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        two = reply(db, ada, discussion)
        under = reply(db, ada, discussion, one)
        with acting(db, bob, "student"):
            tree = rows(db, "select reply_id, parent_reply_id, depth from list_replies(%s)", discussion)
            pages = [
                value(db, "select reply_id from list_replies(%s, 1, %s)", discussion, after)
                for after in (None, one, under)
            ]
        assert [tuple(r.values()) for r in tree] == [(one, None, 1), (under, one, 2), (two, None, 1)]
        assert pages == [one, under, two]
        assert (counters(db, discussion)["reply_count"], stats(db, ada)["replies_posted"]) == (3, 2)

    def test_eight_levels_and_no_more(self, db: Connection, ada: UUID) -> None:
        discussion = ask(db, ada)
        parent: UUID | None = None
        for _ in range(8):
            parent = reply(db, ada, discussion, parent)
        with raises_sqlstate("PA409", conn=db):
            reply(db, ada, discussion, parent)

    def test_a_parent_is_in_the_same_discussion(self, db: Connection, ada: UUID) -> None:
        here, there = ask(db, ada), ask(db, ada)
        elsewhere = reply(db, ada, there)
        with raises_sqlstate("PA404", conn=db):
            reply(db, ada, here, elsewhere)
        new = uuid4()
        for path, state in (([elsewhere, new], "23503"), ([uuid4(), new], "23503"), ([new, elsewhere], "23514")):
            with raises_sqlstate(state, conn=db):
                db.execute(
                    "insert into replies (id, discussion_id, author_id, path, content) values (%s, %s, %s, %s, 'x')",
                    (new, here, ada, path),
                )

    def test_no_cycle_whoever_writes(self, db: Connection, ada: UUID) -> None:
        """Not even the owner: a path is one longer than its parent's, so nothing is its own ancestor."""
        discussion = ask(db, ada)
        one = reply(db, ada, discussion)
        two = reply(db, ada, discussion, one)
        for path in ([two, one], [one, one]):
            with raises_sqlstate("23503", "23514", conn=db):
                db.execute("update replies set path = %s where id = %s", (path, one))

    def test_a_key_makes_it_once(self, db: Connection, ada: UUID) -> None:
        discussion = ask(db, ada)
        with acting(db, ada, "student"):
            call = "select * from post_reply(%s, 'x', null, 'k')"
            assert row(db, call, discussion) == row(db, call, discussion)
        assert counters(db, discussion)["reply_count"] == 1

    def test_only_the_author_edits(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        discussion = ask(db, ada, course=course.id)
        mine = reply(db, ada, discussion)
        others: list[tuple[UUID, Role]] = [(course.instructor_id, "instructor"), (make_user(db, "admin"), "admin")]
        for user, role in others:
            with acting(db, user, role):
                with raises_sqlstate("PA403", conn=db):
                    db.execute("select edit_reply(%s, 'x')", (mine,))
                with raises_sqlstate("PA403", conn=db):
                    db.execute("select edit_discussion(%s, 'x')", (discussion,))
        with acting(db, ada, "student"):
            db.execute("select edit_reply(%s, 'better')", (mine,))
            db.execute("select edit_discussion(%s, p_tags => '{X,y}')", (discussion,))
            found = row(db, "select * from open_discussion(%s)", discussion)
            assert row(db, "select content, edited_at is null as e from list_replies(%s)", discussion) == {
                "content": "better", "e": False,
            }  # fmt: skip
        assert (found["title"], found["content"], found["tags"]) == ("Why?", "Because.", ["x", "y"])
        assert found["edited_at"] is not None

    def test_closed_and_pinned(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        discussion = ask(db, ada, course=course.id)
        mine = reply(db, ada, discussion)
        other = make_user(db, "instructor")
        refused: list[tuple[UUID, Role, str]] = [
            (ada, "instructor", "PA403"), (other, "instructor", "PA404"), (ada, "student", "42501"),
        ]  # fmt: skip
        for user, role, state in refused:
            with acting(db, user, role), raises_sqlstate(state, conn=db):
                db.execute("select * from moderate_discussion(%s, true)", (discussion,))
        with acting(db, course.instructor_id, "instructor"):
            assert row(db, "select * from moderate_discussion(%s, true, true)", discussion) == {
                "is_pinned": True, "is_closed": True,
            }  # fmt: skip
        for call, args in (
            ("post_reply(%s, 'x')", (discussion,)), ("edit_reply(%s, 'x')", (mine,)),
            ("edit_discussion(%s, 'x')", (discussion,)),
        ):  # fmt: skip
            with acting(db, ada, "student"), raises_sqlstate("PA409", conn=db):
                db.execute(f"select {call}", args)
        with acting(db, course.instructor_id, "instructor"):
            db.execute("select moderate_discussion(%s, p_is_closed => false)", (discussion,))
        reply(db, ada, discussion)
        general = ask(db, ada)
        with acting(db, course.instructor_id, "instructor"), raises_sqlstate("PA403", conn=db):
            db.execute("select * from moderate_discussion(%s, true)", (general,))
        with acting(db, make_user(db, "admin"), "admin"):
            db.execute("select * from moderate_discussion(%s, true)", (general,))

    def test_what_is_taken_down_leaves_a_gap(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        under = reply(db, ada, discussion, one)
        with acting(db, ada, "student"), raises_sqlstate("PA403", conn=db):
            db.execute("select delete_reply(%s)", (one,))
        with acting(db, bob, "student"):
            db.execute("select delete_reply(%s)", (one,))
            with raises_sqlstate("PA404", conn=db):
                db.execute("select delete_reply(%s)", (one,))
        with acting(db, ada, "student"):
            tree = rows(db, "select reply_id, author_id, content, is_deleted from list_replies(%s)", discussion)
            assert value(db, "select count(*) from replies where id = %s", one) == 0
        assert [tuple(r.values()) for r in tree] == [(one, None, None, True), (under, ada, "So it is.", False)]
        assert counters(db, discussion)["reply_count"] == 1
        with raises_sqlstate("PA404", conn=db):
            reply(db, ada, discussion, one)
        reply(db, bob, discussion, under)
        assert stats(db, bob)["replies_posted"] == 2

    def test_a_discussion_that_is_taken_down_is_gone(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        with acting(db, bob, "student"), raises_sqlstate("PA403", conn=db):
            db.execute("select delete_discussion(%s)", (discussion,))
        with acting(db, make_user(db, "admin"), "admin"):
            db.execute("select delete_discussion(%s)", (discussion,))
        with acting(db, bob, "student"):
            for call in ("open_discussion", "list_replies"):
                with raises_sqlstate("PA404", conn=db):
                    db.execute(f"select * from {call}(%s)", (discussion,))
            with raises_sqlstate("PA404", conn=db):
                db.execute("select edit_reply(%s, 'x')", (one,))
            assert rows(db, "select * from list_discussions()") == []
            assert rows(db, "select * from search_discussions('why')") == []


class TestVotes:
    def test_up_down_and_back(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, ada, discussion)
        for target in ({"discussion": discussion}, {"reply": one}):
            assert vote(db, bob, "up", **target) == (1, 0)
            assert vote(db, bob, "up", **target) == (1, 0)
            assert stats(db, ada)["votes_received"] == 1
            assert vote(db, bob, "down", **target) == (0, 1)
            assert stats(db, ada)["votes_received"] == 0
            assert vote(db, bob, None, **target) == (0, 0)
            assert vote(db, bob, None, **target) == (0, 0)
        vote(db, bob, "up", discussion=discussion)
        with acting(db, bob, "student"):
            assert value(db, "select my_vote from open_discussion(%s)", discussion) == "up"

    def test_not_for_ones_own(self, db: Connection, ada: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, ada, discussion)
        for target in ({"discussion": discussion}, {"reply": one}):
            with raises_sqlstate("PA403", conn=db):
                vote(db, ada, "up", **target)

    def test_exactly_one_target(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, ada, discussion)
        for targets in ({}, {"discussion": discussion, "reply": one}):
            with raises_sqlstate("PA422", conn=db):
                vote(db, bob, "up", **targets)
        for columns in ((None, None), (discussion, one)):
            with raises_sqlstate("23514", conn=db):
                db.execute(
                    "insert into discussion_votes (user_id, discussion_id, reply_id, vote_type)"
                    " values (%s, %s, %s, 'up')",
                    (bob, *columns),
                )

    def test_one_vote_although_one_target_is_null(self, db: Connection, ada: UUID, bob: UUID) -> None:
        """The trap: with nulls distinct, the key forbids nothing at all."""
        discussion = ask(db, ada)
        one = reply(db, ada, discussion)
        for column, target in (("discussion_id", discussion), ("reply_id", one)):
            with raises_sqlstate("23505", conn=db):
                for _ in range(2):
                    insert(db, "discussion_votes", user_id=bob, vote_type="up", **{column: target})

    def test_of_whoever_has_left_nobody_counts(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        db.execute("select deactivate_user(%s, true)", (ada,))
        with raises_sqlstate("PA409", conn=db):
            vote(db, bob, "up", discussion=discussion)
        assert vote(db, bob, "down", discussion=discussion) == (0, 1)

    def test_votes_reach_achievements(self, db: Connection, ada: UUID, bob: UUID) -> None:
        insert(db, "achievements", slug="liked", title="Liked", criteria={"metric": "votes_received", "threshold": 1})
        vote(db, bob, "up", discussion=ask(db, ada))
        assert "Liked" in {a["title"] for a in rows(db, "select title from user_achievements where user_id = %s", ada)}
        assert "achievement_earned" in told(db, ada)


class TestSolutions:
    def test_accepted_and_paid_once(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        found = solve(db, ada, one)
        assert (found["is_new"], found["xp_awarded"], found["author_id"]) == (True, 15, bob)
        assert solve(db, ada, one)["is_new"] is False
        assert counters(db, discussion)["is_solved"]
        assert (stats(db, bob)["solutions_accepted"], stats(db, bob)["total_xp"]) == (1, 15)
        assert told(db, bob) == ["solution_accepted"]

    def test_who_may(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        make_enrollment(db, bob, course)
        discussion = ask(db, ada, course=course.id)
        one = reply(db, bob, discussion)
        with raises_sqlstate("PA403", conn=db):
            solve(db, bob, one)
        with raises_sqlstate("PA404", conn=db):
            solve(db, make_user(db, "instructor"), one, "instructor")
        assert solve(db, course.instructor_id, one, "instructor")["xp_awarded"] == 15
        with raises_sqlstate("PA403", conn=db):
            unsolve(db, bob, discussion)

    def test_one_at_a_time_and_paid_once_in_all(self, db: Connection, ada: UUID, bob: UUID) -> None:
        """Marking, taking back and marking another is no mint."""
        cyd = make_user(db)
        discussion = ask(db, ada)
        one, two = reply(db, bob, discussion), reply(db, cyd, discussion)
        solve(db, ada, one)
        with raises_sqlstate("PA409", conn=db):
            solve(db, ada, two)
        assert unsolve(db, ada, discussion) is True
        assert unsolve(db, ada, discussion) is False
        assert (stats(db, bob)["solutions_accepted"], stats(db, bob)["total_xp"]) == (0, 15)
        assert solve(db, ada, two)["xp_awarded"] == 0
        unsolve(db, ada, discussion)
        assert solve(db, ada, one)["xp_awarded"] == 0
        assert [stats(db, u)["total_xp"] for u in (bob, cyd)] == [15, 0]
        assert [stats(db, u)["solutions_accepted"] for u in (bob, cyd)] == [1, 0]

    def test_ones_own_reply_counts_nothing(self, db: Connection, ada: UUID, course: Course) -> None:
        discussion = ask(db, ada, course=course.id)
        assert solve(db, ada, reply(db, ada, discussion))["xp_awarded"] == 0
        unsolve(db, ada, discussion)
        teacher = course.instructor_id
        assert solve(db, teacher, reply(db, teacher, discussion, role="instructor"), "instructor")["xp_awarded"] == 0
        assert [stats(db, u)["solutions_accepted"] for u in (ada, teacher)] == [0, 0]
        assert counters(db, discussion)["is_solved"]

    def test_a_solution_that_is_taken_down_is_none(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        solve(db, ada, one)
        with acting(db, bob, "student"):
            db.execute("select delete_reply(%s)", (one,))
        assert not counters(db, discussion)["is_solved"]
        assert stats(db, bob)["solutions_accepted"] == 0

    def test_marked_again_and_again_is_told_once(self, db: Connection, ada: UUID, bob: UUID) -> None:
        """Or whoever asked could send mail to whoever answered, as much as they like."""
        discussion = ask(db, ada)
        one = reply(db, bob, discussion)
        for _ in range(3):
            solve(db, ada, one)
            unsolve(db, ada, discussion)
        assert told(db, bob) == ["solution_accepted"]

    def test_the_setting_says_how_much(self, db: Connection, ada: UUID, bob: UUID) -> None:
        db.execute("update platform_settings set setting_value = '0' where setting_key = 'xp.solution'")
        assert solve(db, ada, reply(db, bob, ask(db, ada)))["xp_awarded"] == 0
        db.execute("update platform_settings set setting_value = '100' where setting_key = 'xp.solution'")
        assert solve(db, ada, reply(db, bob, ask(db, ada)))["xp_awarded"] == 100
        assert "level_up" in told(db, bob)


class TestLists:
    def pages(self, db: Connection, user: UUID, sort: str, limit: int, **more: Any) -> list[UUID]:
        found: list[UUID] = []
        with acting(db, user, "student"):
            while True:
                page = rows(
                    db, "select discussion_id from list_discussions(%s, %s, %s, %s, %s, %s)", more.get("course"), sort,
                    more.get("category"), more.get("tag"), limit, found[-1] if found else None,
                )  # fmt: skip
                found += [r["discussion_id"] for r in page]
                if len(page) < limit:
                    return found

    def test_three_orders_page_by_page(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        made = [
            ask(db, ada, f"Nr {n}", category="question" if n % 2 else "general", tags=[f"t{n % 3}"]) for n in range(9)
        ]
        ask(db, ada, course=course.id)
        with acting(db, make_user(db, "admin"), "admin"):
            db.execute("select moderate_discussion(%s, true)", (made[2],))
        for n in (4, 5):
            vote(db, bob, "up", discussion=made[n])
        vote(db, bob, "down", discussion=made[8])
        reply(db, bob, made[7])
        rest = [d for d in reversed(made) if d != made[2]]
        for limit in (1, 2, 4, 100):
            assert self.pages(db, bob, "newest", limit) == [made[2], *rest]
            assert self.pages(db, bob, "unanswered", limit) == [made[2], *(d for d in rest if d != made[7])]
            by_votes = self.pages(db, bob, "votes", limit)
            assert by_votes[:3] == [made[2], made[5], made[4]]
            assert by_votes[-1] == made[8]
            assert sorted(by_votes) == sorted(made)
        assert self.pages(db, bob, "newest", 2, category="question") == [made[n] for n in (7, 5, 3, 1)]
        assert self.pages(db, bob, "newest", 2, tag="T1") == [made[n] for n in (7, 4, 1)]
        assert len(self.pages(db, ada, "newest", 5, course=course.id)) == 1
        with raises_sqlstate("PA404", conn=db):
            self.pages(db, bob, "newest", 5, course=course.id)

    def test_what_was_taken_down_still_marks_a_place(self, db: Connection, ada: UUID) -> None:
        made = [ask(db, ada) for _ in range(3)]
        with acting(db, ada, "student"):
            db.execute("select delete_discussion(%s)", (made[1],))
            page = rows(db, "select discussion_id from list_discussions(p_after => %s)", made[1])
        assert [r["discussion_id"] for r in page] == [made[0]]

    @pytest.mark.parametrize("call", ["p_limit => 0", "p_limit => 101", "p_limit => null", "p_sort => 'best'"])
    def test_bad_pages(self, db: Connection, ada: UUID, call: str) -> None:
        with acting(db, ada, "student"), raises_sqlstate("PA422", conn=db):
            db.execute(f"select * from list_discussions({call})")

    def test_names_come_from_what_people_show(self, db: Connection, ada: UUID, bob: UUID) -> None:
        db.execute("update users set full_name = 'Ada L.', preferences = %s where id = %s", ("{}", ada))
        ask(db, ada)
        look = "select author_name from list_discussions()"
        with acting(db, bob, "student"):
            assert value(db, look) == "Ada L."
        db.execute(
            """update users set preferences = '{"privacy": {"profileVisibility": "private"}}' where id = %s""", (ada,)
        )
        with acting(db, bob, "student"):
            assert value(db, look).startswith("student-")

    def test_readers_are_counted_once_each(self, db: Connection, ada: UUID, bob: UUID) -> None:
        discussion = ask(db, ada)
        for user in (ada, bob, bob):
            with acting(db, user, "student"):
                db.execute("select open_discussion(%s)", (discussion,))
        with raises_sqlstate("PA422", conn=db):
            value(db, "select fold_discussion_views(0)")
        assert value(db, "select fold_discussion_views()") == 2
        assert value(db, "select fold_discussion_views()") == 0
        assert counters(db, discussion)["view_count"] == 2


class TestSearch:
    def search(self, db: Connection, user: UUID, query: str, **more: Any) -> list[dict[str, Any]]:
        with acting(db, user, "student"):
            return rows(
                db, "select * from search_discussions(%s, %s, %s, %s, %s)", query, more.get("course"),
                more.get("limit", 20), more.get("after"), more.get("snippet", False),
            )  # fmt: skip

    def test_a_snippet_is_quick_and_from_where_the_words_are(self, db: Connection, ada: UUID) -> None:
        ask(db, ada, "Same", content="x " * 9_990)
        ask(db, ada, "Late", content="filler " * 2_000 + "and then the needle.")
        call = "select string_agg(snippet, '') from search_discussions(%s, p_with_snippet => true)"
        with acting(db, ada, "student"):
            assert "«needle»" in value(db, call, "needle")
            db.execute("set local statement_timeout = '3s'")
            assert "«x»" in value(db, call, "x -zebra or " + "x " * 40)

    def test_title_before_tags_before_text(self, db: Connection, ada: UUID) -> None:
        text = ask(db, ada, "One", content="about indexes")
        tag = ask(db, ada, "Two", tags=["index"])
        title = ask(db, ada, "Indexing")
        ask(db, ada, "Else")
        found = self.search(db, ada, "index")
        assert [r["discussion_id"] for r in found] == [title, tag, text]
        assert all(1 < r["relevance"] <= 2 for r in found)

    def test_misspelt_titles_come_after_words(self, db: Connection, ada: UUID) -> None:
        nearly = ask(db, ada, "Transmision ratios")
        words = ask(db, ada, "One", content="A transmission is not a gearbox")
        found = self.search(db, ada, "transmission")
        assert [r["discussion_id"] for r in found] == [words, nearly]
        assert found[1]["relevance"] <= 1

    def test_the_callers_threshold_is_not_ours(self, db: Connection, ada: UUID) -> None:
        ask(db, ada, "Transport lines")
        db.execute("select set_config('pg_trgm.word_similarity_threshold', '0.01', true)")
        assert self.search(db, ada, "transmission") == []

    def test_pages_hold_everything_once(self, db: Connection, ada: UUID) -> None:
        made = {ask(db, ada, f"Gear {n % 3}", content="gear " * (n % 4 + 1)) for n in range(9)}
        made |= {ask(db, ada, "Geear") for _ in range(3)}
        whole = [r["discussion_id"] for r in self.search(db, ada, "gear", limit=100)]
        assert len(whole) == len(set(whole))
        for limit in (1, 2, 5):
            found: list[UUID] = []
            while page := self.search(db, ada, "gear", limit=limit, after=found[-1] if found else None):
                found += [r["discussion_id"] for r in page]
            assert found == whole
        assert set(whole) <= made

    def test_nothing_of_courses_one_is_not_on(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        inside = ask(db, ada, "Gear", course=course.id)
        misspelt = ask(db, ada, "Gearr", course=course.id)
        general = ask(db, ada, "Gear")
        assert {r["discussion_id"] for r in self.search(db, ada, "gear")} == {inside, misspelt, general}
        assert {r["discussion_id"] for r in self.search(db, ada, "gear", course=course.id)} == {inside, misspelt}
        assert {r["discussion_id"] for r in self.search(db, bob, "gear")} == {general}
        for more in ({"course": course.id}, {"after": inside}):
            with raises_sqlstate("PA404", conn=db):
                self.search(db, bob, "gear", **more)

    def test_snippets_are_marked_and_not_markup(self, db: Connection, ada: UUID) -> None:
        ask(db, ada, content="<b>the gear</b> turns")
        (found,) = self.search(db, ada, "gear", snippet=True)
        assert "«gear»" in found["snippet"]
        assert self.search(db, ada, "gear")[0]["snippet"] is None

    @pytest.mark.parametrize("query", ["", "  ", None, "x" * 201])
    def test_bad_queries(self, db: Connection, ada: UUID, query: Any) -> None:
        with raises_sqlstate("PA422", conn=db):
            self.search(db, ada, query)

    @pytest.mark.parametrize("query", ["the", "'", "& | !", "%", '"unclosed', "-nothing", "a:*", "\\"])
    def test_odd_queries_are_harmless(self, db: Connection, ada: UUID, query: str) -> None:
        ask(db, ada)
        self.search(db, ada, query)


class TestWhatSolutionsPay:
    """Two who ask and answer each other make no XP without end."""

    def solved(self, db: Connection, asker: UUID, answerer: UUID) -> int:
        found = solve(db, asker, reply(db, answerer, ask(db, asker)))
        assert found["is_new"]
        return cast(int, found["xp_awarded"])

    def test_one_a_day_for_one_who_asks(self, db: Connection, ada: UUID, bob: UUID) -> None:
        assert [self.solved(db, ada, bob) for _ in range(3)] == [15, 0, 0]
        assert self.solved(db, bob, ada) == 15  # another's own
        assert stats(db, bob)["solutions_accepted"] == 3  # solved they are
        db.execute("update solution_quotas set rewarded_on = rewarded_on - 1")
        assert [self.solved(db, ada, bob) for _ in range(2)] == [15, 0]

    def test_so_many_a_day_from_all_together(self, db: Connection, bob: UUID) -> None:
        db.execute("update platform_settings set setting_value = '2' where setting_key = 'xp.solution_daily_max'")
        assert [self.solved(db, make_user(db), bob) for _ in range(3)] == [15, 15, 0]

    @pytest.mark.parametrize("key", ["xp.solution_daily_max", "xp.solution_pair_daily_max"])
    def test_none_at_all(self, db: Connection, ada: UUID, bob: UUID, key: str) -> None:
        db.execute("update platform_settings set setting_value = '0' where setting_key = %s", (key,))
        assert self.solved(db, ada, bob) == 0

    def test_a_day_counted_already_does_not_begin_anew(self, db: Connection, ada: UUID, bob: UUID) -> None:
        """Whoever moves westwards has no second day; nor has the clock gone back."""
        self.solved(db, ada, bob)
        db.execute("update solution_quotas set rewarded_on = rewarded_on + 1")
        assert self.solved(db, ada, bob) == 0


class TestRetracting:
    """What was taken down is not read in the news of it, nor sent."""

    @pytest.mark.parametrize("what", ["reply", "discussion"])
    def test_nothing_of_it_is_left(self, db: Connection, ada: UUID, bob: UUID, what: str) -> None:
        discussion = ask(db, ada)
        answer = reply(db, bob, discussion)
        other = reply(db, ada, ask(db, bob, "Another"))
        solve(db, ada, answer)
        first = value(db, "select id from notifications where user_id = %s and related_object_id = %s", ada, answer)
        finish = "select finish_delivery(%s, %s)"
        with acting(db, None, "service"):
            for channel in ("email", "push"):
                assert len(rows(db, "select * from claim_deliveries(%s)", channel)) == 3
            assert value(db, finish, first, "email") == "sent"
        with acting(db, bob if what == "reply" else ada, "student"):
            db.execute(f"select delete_{what}(%s)", (answer if what == "reply" else discussion,))
        found = rows(db, "select * from notifications where notification_type in ('reply_posted', 'solution_accepted')")
        assert {(n["related_object_id"], n["title"], n["message"]) for n in found} == {
            (answer, "This was taken down", ""), (other, "Reply: Another", "So it is.")
        }  # fmt: skip
        sent = rows(db, "select notification_id = %s as first, channel, status from notification_deliveries", first)
        assert sorted(d["status"] for d in sent) == ["cancelled"] * 3 + ["pending"] * 2 + ["sent"]
        with acting(db, None, "service"):
            assert value(db, finish, first, "push") == "cancelled"  # for a sender who had it
        db.execute("update notification_deliveries set next_attempt_at = now()")
        with acting(db, None, "service"):
            for channel in ("email", "push"):
                assert [n["message"] for n in rows(db, "select * from claim_deliveries(%s)", channel)] == ["So it is."]
