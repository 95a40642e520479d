"""Profiles: what people say about themselves, what others see of it, and what follows from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from pgacademy.testing import Role, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_user
from tests.support.queries import one


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db, username="ada", full_name="Ada L.", bio="mine", avatar_emoji="A", avatar_url="https://x/a.png")


def shown(db: Connection, user: Any) -> Any:
    return db.execute(
        "select username, full_name, avatar_url, avatar_emoji, bio from public_profiles where user_id = %s", (user,)
    ).fetchone()


class TestUpdateProfile:
    def test_null_leaves_and_empty_clears(self, db: Connection, ada: UUID) -> None:
        with acting(db, ada):
            db.execute("select update_profile(p_bio => '', p_first_name => ' Ada ')")
        row = db.execute("select full_name, first_name, bio from users where id = %s", (ada,)).fetchone()
        assert row == ("Ada L.", "Ada", None)
        assert shown(db, ada) == ("ada", "Ada L.", "https://x/a.png", "A", None)

    def test_preferences_are_merged(self, db: Connection, ada: UUID) -> None:
        with acting(db, ada):
            for part in (
                '{"privacy": {"profileVisibility": "private", "showProgress": true}, "a": 1}',
                '{"privacy": {"showProgress": false}, "b": [1]}',
                '{"a": null}',
            ):
                db.execute("select update_profile(p_preferences => %s)", (part,))
        preferences = one(db, "select preferences from users where id = %s", ada)
        assert preferences == {"privacy": {"profileVisibility": "private", "showProgress": False}, "b": [1]}

    def test_a_username_is_chosen_once(self, db: Connection, ada: UUID) -> None:
        bob = make_user(db, username=None)
        for name, state in [("ADA", "PA409"), ("no spaces", "PA422"), ("", "PA422")]:
            with raises_sqlstate(state), acting(db, bob):
                db.execute("select update_profile(p_username => %s)", (name,))
        with acting(db, bob):
            db.execute("select update_profile(p_username => 'bob')")
        assert shown(db, bob)[0] == "bob"
        with raises_sqlstate("PA409"), acting(db, bob):
            db.execute("select update_profile(p_username => 'bobby')")

    @pytest.mark.parametrize(
        ("arguments", "state"),
        [
            ("p_preferences => '[]'", "PA422"),
            ("p_preferences => 'null'", "PA422"),
            ("p_preferences => jsonb_build_object('a', (select string_agg(md5(i::text), '') "
             "from generate_series(1, 3000) i))", "PA422"),
            ("p_bio => repeat('x', 1000000)", "PA422"),
            ("p_full_name => repeat('x', 256)", "PA422"),
            ("p_avatar_url => repeat('x', 501)", "23514"),
            ("p_phone_number => repeat('1', 21)", "PA422"),
        ],
    )  # fmt: skip
    def test_refuses(self, db: Connection, ada: UUID, arguments: str, state: str) -> None:
        with raises_sqlstate(state), acting(db, ada):
            db.execute(f"select update_profile({arguments})")

    @pytest.mark.parametrize("role", ["student", "instructor", "admin"])
    def test_everyone_edits_their_own(self, db: Connection, role: Role) -> None:
        someone = make_user(db, role)
        with acting(db, someone, role):
            db.execute("select update_profile(p_bio => 'new')")
            db.execute("select update_settings(p_theme => 'dark', p_timezone => 'Asia/Kolkata')")
        assert db.execute("select count(*) from users where bio = 'new'").fetchone() == (1,)
        row = db.execute(
            "select theme, timezone, language from user_settings where user_id = %s", (someone,)
        ).fetchone()
        assert row == ("dark", "Asia/Kolkata", "en")

    @pytest.mark.parametrize(
        ("arguments", "state"),
        [("'Nowhere/At_All'", "PA422"), ("p_language => '?'", "PA422"), ("p_theme => 'pink'", "PA422")],
    )
    def test_bad_settings(self, db: Connection, ada: UUID, arguments: str, state: str) -> None:
        with raises_sqlstate(state), acting(db, ada):
            db.execute(f"select update_settings({arguments})")


class TestPublicProfile:
    @pytest.mark.parametrize("visibility", ["private", "friends"])
    def test_anything_but_public_is_private(self, db: Connection, ada: UUID, visibility: str) -> None:
        with acting(db, ada):
            db.execute(
                "select update_profile(p_preferences => %s)",
                (f'{{"privacy": {{"profileVisibility": "{visibility}"}}}}',),
            )
        assert shown(db, ada) == ("ada", None, None, "A", None)

    @pytest.mark.parametrize("visibility", ['"PUBLIC"', "false", "{}", '""'])
    def test_a_misspelt_choice_is_refused(self, db: Connection, ada: UUID, visibility: str) -> None:
        """And not kept as something that a reader may take for public."""
        before = shown(db, ada)
        with raises_sqlstate("PA422", conn=db) as raised, acting(db, ada):
            db.execute(
                "select update_profile(p_preferences => %s)",
                (f'{{"privacy": {{"profileVisibility": {visibility}}}}}',),
            )
        assert raised.detail is not None
        assert raised.detail.startswith("$.preferences.privacy")
        assert shown(db, ada) == before

    def test_the_column_grant_is_followed_too(self, db: Connection, ada: UUID) -> None:
        with acting(db, ada):
            db.execute("update users set full_name = 'Countess', preferences = '{\"privacy\": {}}'")
        assert shown(db, ada) == ("ada", "Countess", "https://x/a.png", "A", "mine")

    def test_a_deactivated_person_shows_nothing_until_they_are_back(self, db: Connection, ada: UUID) -> None:
        with acting(db, None, "service"):
            db.execute("select deactivate_user(%s)", (ada,))
        assert shown(db, ada) == (None,) * 5
        db.execute("update users set bio = 'written meanwhile' where id = %s", (ada,))
        assert shown(db, ada) == (None,) * 5
        with acting(db, None, "service"):
            db.execute("select reactivate_user(%s)", (ada,))
        assert shown(db, ada) == ("ada", "Ada L.", "https://x/a.png", "A", "written meanwhile")

    def test_a_private_registration_never_shows(self, db: Connection) -> None:
        bob = make_user(db, full_name="Bob", preferences={"privacy": {"profileVisibility": "private"}})
        assert shown(db, bob)[1] is None


class TestFollowers:
    def test_opting_out_of_the_rankings_and_back(self, db: Connection, ada: UUID) -> None:
        def ranked() -> Any:
            return one(db, "select is_ranked from user_stats where user_id = %s", ada)

        assert ranked()
        with acting(db, ada):
            db.execute("update users set show_on_leaderboard = false")
        assert not ranked()
        with acting(db, ada):
            db.execute("select update_profile(p_show_on_leaderboard => true)")
        assert ranked()

    def test_whoever_registers_opted_out_is_never_ranked(self, db: Connection) -> None:
        bob = make_user(db, show_on_leaderboard=False)
        assert db.execute("select is_ranked from user_stats where user_id = %s", (bob,)).fetchone() == (False,)

    def test_updated_at_moves_with_real_changes_only(self, db: Connection, ada: UUID) -> None:
        db.execute("alter table users disable trigger touch_updated_at")
        db.execute("update users set updated_at = '2020-01-01Z' where id = %s", (ada,))
        db.execute("alter table users enable trigger touch_updated_at")
        moved = "select updated_at > '2021-01-01Z' from users where id = %s"
        db.execute("update users set bio = bio where id = %s", (ada,))
        assert db.execute(moved, (ada,)).fetchone() == (False,)
        db.execute("update users set bio = 'new' where id = %s", (ada,))
        assert db.execute(moved, (ada,)).fetchone() == (True,)

    def test_time_zones_are_checked_on_the_column_too(self, db: Connection, ada: UUID) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute("update user_settings set timezone = 'Mars/Olympus'")
        for role in ("student", "instructor"):
            with raises_sqlstate("42501", conn=db), acting(db, ada, role):
                db.execute("update user_settings set timezone = 'Etc/GMT+12'")
