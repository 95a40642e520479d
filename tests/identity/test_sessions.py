"""Sessions: opening, rotation, theft, revocation."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from psycopg import IsolationLevel

from pgacademy.testing import Person, SchoolDatabase, acting
from tests.identity.waiting import wait_until_blocked
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_user, race
from tests.support.queries import one


def token(n: int) -> bytes:
    return n.to_bytes(32, "big")


def open_session(conn: Connection, user: Any, n: int) -> UUID:
    row = conn.execute(
        "select open_session(%s, %s, %s, now() + interval '30 days', '192.0.2.7', 'a browser')",
        (user, token(n), f"jti-{n:08}"),
    ).fetchone()
    assert row is not None
    return cast(UUID, row[0])


def rotate(conn: Connection, old: int, new: int) -> str:
    row = conn.execute(
        "select status from rotate_session(%s, %s, %s, now() + interval '30 days')",
        (token(old), token(new), f"jti-{new:08}"),
    ).fetchone()
    assert row is not None
    return cast(str, row[0])


def alive(conn: Connection) -> int:
    row = conn.execute("select count(*) from auth_sessions where revoked_at is null and rotated_at is null").fetchone()
    assert row is not None
    return cast(int, row[0])


class TestOpen:
    def test_opens_and_notes_the_login(self, db: Connection) -> None:
        ada = make_user(db)
        before = one(db, "select updated_at from users where id = %s", ada)
        with acting(db, None, "service"):
            session = open_session(db, ada, 1)
        row = db.execute("select id, family_id, user_id, host(ip_address), user_agent from auth_sessions").fetchone()
        assert row == (session, session, ada, "192.0.2.7", "a browser")
        row = db.execute("select last_login_at is not null, updated_at from users where id = %s", (ada,)).fetchone()
        assert row == (True, before)

    @pytest.mark.parametrize(
        ("hash_", "jti", "expires", "state"),
        [
            (None, "jti-00001", "2999-01-01", "PA422"),
            (bytes(31), "jti-00001", "2999-01-01", "PA422"),
            (bytes(1_000_000), "jti-00001", "2999-01-01", "PA422"),
            (bytes(32), None, "2999-01-01", "PA422"),
            (bytes(32), "short", "2999-01-01", "PA422"),
            (bytes(32), "x" * 256, "2999-01-01", "PA422"),
            (bytes(32), "jti-00001", None, "PA422"),
            (bytes(32), "jti-00001", "2000-01-01", "PA422"),
            (bytes(32), "jti-00001", "infinity", "PA422"),
        ],
    )
    def test_refuses(
        self, db: Connection, hash_: bytes | None, jti: str | None, expires: str | None, state: str
    ) -> None:
        ada = make_user(db)
        with raises_sqlstate(state, conn=db):
            db.execute("select open_session(%s, %s::bytea, %s, %s)", (ada, hash_, jti, expires))

    def test_unknown_people(self, db: Connection) -> None:
        for nobody in (uuid4(), None):
            with raises_sqlstate("PA404", conn=db):
                open_session(db, nobody, 1)

    def test_a_token_is_used_once(self, db: Connection) -> None:
        ada = make_user(db)
        open_session(db, ada, 1)
        with raises_sqlstate("23505", conn=db):
            open_session(db, ada, 1)


class TestRotate:
    def test_each_token_once(self, db: Connection) -> None:
        open_session(db, make_user(db), 1)
        assert rotate(db, 1, 2) == "rotated"
        assert rotate(db, 2, 3) == "rotated"
        assert alive(db) == 1

    def test_reuse_ends_the_family_for_good(self, school: SchoolDatabase, person: Callable[..., Person]) -> None:
        ada = person()
        with school.service() as conn:
            open_session(conn, ada.id, 1)
            open_session(conn, ada.id, 100)  # another device
        with school.service() as conn:
            assert rotate(conn, 1, 2) == "rotated"
        with school.service() as conn:
            assert rotate(conn, 1, 3) == "reused"
        # It was committed: the thief's token, or the owner's, is worth nothing now.
        with school.service() as conn:
            assert rotate(conn, 2, 4) == "revoked"
            assert rotate(conn, 1, 5) == "revoked"
            assert rotate(conn, 100, 101) == "rotated"
        owner = school.connect()
        assert alive(owner) == 1
        assert owner.execute("select distinct revoked_reason from auth_sessions where family_id <> "
                             "(select family_id from auth_sessions where token_jti = 'jti-00000100')"
                             ).fetchall() == [("rotated_token_reused",)]  # fmt: skip

    def test_other_ends(self, db: Connection) -> None:
        ada = make_user(db)
        assert rotate(db, 1, 2) == "unknown"
        open_session(db, ada, 1)
        db.execute("update auth_sessions set created_at = now() - interval '2 days', expires_at = now()")
        assert rotate(db, 1, 2) == "expired"
        open_session(db, ada, 3)
        db.execute("update users set is_active = false where id = %s", (ada,))
        assert rotate(db, 3, 4) == "inactive"
        assert rotate(db, 3, 4) == "revoked"

    def test_bad_successors_change_nothing(self, db: Connection) -> None:
        open_session(db, make_user(db), 1)
        with raises_sqlstate("PA422", conn=db):
            db.execute("select rotate_session(%s, %s, 'jti-00002', now() + interval '1 day')", (token(1), b"short"))
        with raises_sqlstate("23505", conn=db):
            rotate(db, 1, 1)
        assert rotate(db, 1, 2) == "rotated"

    @pytest.mark.parametrize("level", [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ])
    def test_of_sixteen_at_once_exactly_one_wins(
        self, school: SchoolDatabase, person: Callable[..., Person], level: IsolationLevel
    ) -> None:
        with school.service() as conn:
            open_session(conn, person().id, 1)

        def attempt(i: int) -> str:
            with school.app(None, "service", isolation=level) as conn:
                return rotate(conn, 1, 10 + i)

        results = race(16, attempt)
        assert results.count("rotated") == 1
        assert all(r in ("rotated", "reused", "revoked") or getattr(r, "sqlstate", None) == "40001" for r in results), (
            results
        )
        # A reuse ended the family, its newest token included: none slipped through.
        if "reused" in results:
            assert alive(school.connect()) == 0

    @pytest.mark.parametrize("end", ["revoke_session(p_user_id => %s, p_scope => 'all')", "deactivate_user(%s)"])
    def test_no_successor_slips_through_a_revocation(
        self, school: SchoolDatabase, person: Callable[..., Person], end: str
    ) -> None:
        """A rotation is under way, unseen, when everything of the person ends."""
        ada = person()
        with school.service() as conn:
            open_session(conn, ada.id, 1)

        def finish() -> None:
            with school.service() as conn:
                conn.execute(f"select {end}", (ada.id,))

        with school.service() as rotating, ThreadPoolExecutor(1) as pool:
            assert rotate(rotating, 1, 2) == "rotated"
            ending = pool.submit(finish)
            wait_until_blocked(school)
            rotating.commit()
            ending.result(30)
        assert alive(school.connect()) == 0


class TestRevoke:
    @pytest.fixture
    def ada(self, db: Connection) -> UUID:
        return make_user(db)

    def test_logging_out_ends_the_login(self, db: Connection, ada: UUID) -> None:
        open_session(db, ada, 1)
        other = open_session(db, ada, 100)
        rotate(db, 1, 2)
        with acting(db, None, "service"):
            assert db.execute("select revoke_session(p_token_hash => %s)", (token(2),)).fetchone() == (2,)
        assert db.execute("select id from auth_sessions where revoked_at is null").fetchall() == [(other,)]

    def test_one_and_all(self, db: Connection, ada: UUID) -> None:
        first = open_session(db, ada, 1)
        open_session(db, ada, 2)
        open_session(db, make_user(db), 3)
        with acting(db, ada):
            assert db.execute("select revoke_session(%s, p_scope => 'one')", (first,)).fetchone() == (1,)
            assert db.execute("select revoke_session(%s, p_scope => 'one')", (first,)).fetchone() == (0,)
            assert db.execute("select revoke_session(p_scope => 'all')").fetchone() == (1,)
        assert alive(db) == 1

    def test_not_those_of_others(self, db: Connection, ada: UUID) -> None:
        bob = make_user(db)
        session = open_session(db, bob, 1)
        for arguments, value in [("%s", session), ("p_token_hash => %s", token(1)), ("%s, p_scope => 'all'", session),
                                 ("p_user_id => %s, p_scope => 'all'", bob)]:  # fmt: skip
            with raises_sqlstate("PA404"), acting(db, ada):
                db.execute(f"select revoke_session({arguments})", (value,))
        assert alive(db) == 1
        with acting(db, make_user(db, "admin"), "admin"):
            db.execute("select revoke_session(p_user_id => %s, p_scope => 'all')", (bob,))
        assert db.execute("select revoked_reason from auth_sessions").fetchone() == ("administrator",)

    def test_bad_values(self, db: Connection, ada: UUID) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute("select revoke_session(p_scope => 'everything')")
        with raises_sqlstate("PA422", conn=db):
            db.execute("select revoke_session()")
        with raises_sqlstate("PA404", conn=db):
            db.execute("select revoke_session(%s)", (uuid4(),))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select revoke_session(p_scope => 'all')")


def purge(conn: Connection) -> int:
    row = conn.execute("select purge_sessions()").fetchone()
    assert row is not None
    return cast(int, row[0])


def age(conn: Connection, n: int, ended: str, how: str = "expires_at") -> None:
    """The token n expired, or was revoked, so long ago."""
    conn.execute(
        f"update auth_sessions set created_at = now() - interval '900 days', {how} = now() - %s::interval"
        " where token_hash = %s",
        (ended, token(n)),
    )


def kept(conn: Connection) -> set[int]:
    return {int.from_bytes(hash_) for (hash_,) in conn.execute("select token_hash from auth_sessions").fetchall()}


class TestPurge:
    @pytest.mark.parametrize("how", ["expires_at", "revoked_at"])
    def test_what_ended_long_ago_goes(self, db: Connection, how: str) -> None:
        ada = make_user(db)
        for n, ended in [(1, "31 days"), (2, "29 days"), (3, "31 days")]:
            open_session(db, ada, n)
            age(db, n, ended, how)
        open_session(db, ada, 4)
        with acting(db, None, "service"):
            assert purge(db) == 2
            assert purge(db) == 0
        assert kept(db) == {2, 4}

    @pytest.mark.parametrize(("ended", "left"), [("29 days", {1, 2, 3}), ("31 days", set()), (None, {1, 2, 3})])
    def test_a_login_goes_as_a_whole(self, db: Connection, ended: str | None, left: set[int]) -> None:
        open_session(db, make_user(db), 1)
        assert [rotate(db, 1, 2), rotate(db, 2, 3)] == ["rotated", "rotated"]
        age(db, 1, "90 days")
        age(db, 2, "60 days", "revoked_at")
        if ended:
            age(db, 3, ended)
        assert purge(db) == 3 - len(left)
        assert kept(db) == left

    def test_as_of_another_day(self, db: Connection) -> None:
        open_session(db, make_user(db), 1)
        age(db, 1, "31 days")
        # As of a day when the token was not yet 30 days gone.
        assert db.execute("select purge_sessions(now() - interval '2 days')").fetchone() == (0,)
        assert kept(db) == {1}

    def test_the_future_is_refused(self, db: Connection) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute("select purge_sessions(now() + interval '1 day')")

    def test_a_token_purged_while_it_is_exchanged_is_unknown(
        self, school: SchoolDatabase, person: Callable[..., Person]
    ) -> None:
        """The exchange has found the token and waits for its family when it goes; an empty row must not rotate."""
        with school.service() as conn:
            open_session(conn, person().id, 1)
        owner = school.connect()
        age(owner, 1, "31 days")
        owner.commit()

        def exchange() -> str:
            with school.service() as conn:
                return rotate(conn, 1, 2)

        with school.service() as purging, ThreadPoolExecutor(1) as pool:
            assert purge(purging) == 1
            exchanging = pool.submit(exchange)
            wait_until_blocked(school)
            purging.commit()
            assert exchanging.result(30) == "unknown"
        assert kept(owner) == set()

    def test_a_family_in_use_is_not_waited_for(self, school: SchoolDatabase, person: Callable[..., Person]) -> None:
        with school.service() as conn:
            open_session(conn, person().id, 1)
            open_session(conn, person().id, 2)
        owner = school.connect()
        age(owner, 1, "31 days")
        age(owner, 2, "31 days")
        owner.commit()
        with school.service() as exchanging:
            assert rotate(exchanging, 1, 3) == "expired"
            with school.service() as purging:
                assert purge(purging) == 1
        assert kept(owner) == {1}
        with school.service() as purging:
            assert purge(purging) == 1
