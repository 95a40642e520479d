"""Registration, login, roles, approval, deactivation, email and wallets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import IsolationLevel

from pgacademy.testing import Person, SchoolDatabase, acting
from tests.identity.waiting import wait_until_blocked
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_user, race

HASH = "$2b$12$abcdefghijklmnopqrstuvabcdefghijklmnopqrstuvabcdefghij"
SOLANA = "4Nd1mYvRk1tqKkLgXwCfy3vvrkHmfwSCeytjgYGc1u6F"
EVM = "0x52908400098527886E0F7030069857D2E4169EE7"


def one(conn: Connection, statement: str, *values: Any) -> Any:
    return conn.execute(statement, values).fetchone()


class TestRegister:
    def test_makes_a_person_with_everything(self, db: Connection) -> None:
        with acting(db, None, "service"):
            (user,) = one(
                db,
                """select register_user(p_email => ' Ada@Example.org ', p_username => 'ada', p_full_name => 'Ada L.',
                   p_password_hash => %s, p_timezone => 'Europe/London', p_language => 'en-GB',
                   p_metadata => '{"a": 1}', p_occurred_at => '2020-02-29 12:00Z')""",
                HASH,
            )
        row = one(
            db,
            """select u.email, u.role, u.is_approved, u.email_verified, u.metadata ->> 'a', u.created_at::date::text,
                      s.timezone, s.language, x.password_hash, p.username, p.full_name, t.is_ranked, t.total_xp
               from users u join user_settings s on s.user_id = u.id join user_secrets x on x.user_id = u.id
               join public_profiles p on p.user_id = u.id join user_stats t on t.user_id = u.id where u.id = %s""",
            user,
        )
        assert row == (
            "Ada@Example.org", "student", False, False, "1", "2020-02-29",
            "Europe/London", "en-GB", HASH, "ada", "Ada L.", True, 0,
        )  # fmt: skip

    def test_an_identity_provider_gives_the_id(self, db: Connection) -> None:
        given = uuid4()
        assert one(db, "select register_user('a@example.org', p_user_id => %s)", given) == (given,)
        with raises_sqlstate("PA409", conn=db):
            one(db, "select register_user('b@example.org', p_user_id => %s)", given)

    @pytest.mark.parametrize(
        ("arguments", "state"),
        [
            ("", "PA422"),
            ("p_email => ' '", "PA422"),
            ("'a@example.org', p_role => 'admin'", "PA422"),
            ("'a@example.org', p_role => 'teacher'", "PA422"),
            ("'a@example.org', p_role => null", "PA422"),
            ("'not an address'", "PA422"),
            ("'a@' || repeat('x', 1000000)", "PA422"),
            ("p_username => 'a@b'", "PA422"),
            ("p_username => repeat('x', 51)", "PA422"),
            ("'a@example.org', p_timezone => 'Mars/Olympus'", "PA422"),
            ("'a@example.org', p_timezone => 'FOO+3'", "PA422"),
            ("'a@example.org', p_timezone => 'Foo/Bar+3'", "PA422"),
            ("'a@example.org', p_timezone => 'PST'", "PA422"),
            ("'a@example.org', p_timezone => repeat('A/', 500000)", "PA422"),
            ("'a@example.org', p_timezone => ''", "PA422"),
            ("'a@example.org', p_language => 'klingon!'", "PA422"),
            ("'a@example.org', p_password_hash => 'secret'", "PA422"),
            ("'a@example.org', p_metadata => '[]'", "23514"),
            ("'a@example.org', p_preferences => '1'", "PA422"),
            ("'a@example.org', p_occurred_at => 'infinity'", "PA422"),
            ("'a@example.org', p_occurred_at => now() + interval '1 day'", "PA422"),
        ],
    )
    def test_refuses(self, db: Connection, arguments: str, state: str) -> None:
        with raises_sqlstate(state, conn=db):
            db.execute(f"select register_user({arguments})")
        assert one(db, "select count(*) from users where email like 'a@%%'") == (0,)

    @pytest.mark.parametrize(
        "zone", ["UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+5", "Australia/Lord_Howe"]
    )
    def test_accepts_real_time_zones(self, db: Connection, zone: str) -> None:
        (user,) = one(db, "select register_user('a@example.org', p_timezone => %s)", zone)
        assert one(db, "select timezone from user_settings where user_id = %s", user) == (zone,)

    def test_email_and_username_are_taken_whatever_the_case(self, db: Connection) -> None:
        make_user(db, email="ada@example.org", username="ada")
        with raises_sqlstate("PA409", conn=db):
            db.execute("select register_user('ADA@example.org')")
        with raises_sqlstate("PA409", conn=db):
            db.execute("select register_user(p_username => 'Ada')")

    def test_the_email_of_a_deleted_person_is_free_and_the_handle_is_not(self, db: Connection) -> None:
        make_user(db, email="ada@example.org", username="ada", deleted_at="2020-01-01Z", is_active=False)
        db.execute("select register_user('ada@example.org')")
        with raises_sqlstate("PA409", conn=db):
            db.execute("select register_user(p_username => 'ada')")

    def test_sixteen_at_once_with_one_email(self, school: SchoolDatabase) -> None:
        def register(i: int) -> Any:
            with school.service() as conn:
                return one(conn, "select register_user('Race@Example.org', p_username => %s)", f"racer-{i}")[0]

        results = race(16, register)
        won = [r for r in results if isinstance(r, UUID)]
        lost = [r for r in results if isinstance(r, Exception)]
        assert len(won) == 1
        for error in lost:
            assert isinstance(error, psycopg.Error)
            assert error.sqlstate == "PA409" or error.diag.constraint_name == "users_email_key"
        assert one(school.connect(), "select count(*) from users") == (1,)


class TestLogin:
    @pytest.fixture
    def ada(self, db: Connection) -> UUID:
        (user,) = one(db, "select register_user('ada@example.org', 'ada', p_password_hash => %s)", HASH)
        return cast(UUID, user)

    @pytest.mark.parametrize("login", ["ada@example.org", " ADA@EXAMPLE.ORG", "Ada"])
    def test_by_email_or_username(self, db: Connection, ada: UUID, login: str) -> None:
        with acting(db, None, "service"):
            assert one(db, "select * from find_login(%s)", login) == (ada, HASH, "student", True, False)

    def test_by_proven_wallet_only(self, db: Connection, ada: UUID) -> None:
        with acting(db, ada):
            (wallet,) = one(db, "select link_wallet('evm', %s)", EVM)
        assert one(db, "select * from find_login(p_chain => 'evm', p_address => %s)", EVM) is None
        db.execute("select verify_wallet(%s)", (wallet,))
        assert one(db, "select user_id from find_login(p_chain => 'evm', p_address => %s)", EVM) == (ada,)

    def test_nobody_is_no_row(self, db: Connection, ada: UUID) -> None:
        for login in ("bob", "bob@example.org", "", "@", "%", "_da", "x" * 1_000_000):
            assert one(db, "select * from find_login(%s)", login) is None

    def test_the_deactivated_are_found_and_the_deleted_are_not(self, db: Connection, ada: UUID) -> None:
        db.execute("select deactivate_user(%s)", (ada,))
        assert one(db, "select is_active from find_login('ada')") == (False,)
        db.execute("select deactivate_user(%s, p_delete => true)", (ada,))
        assert one(db, "select * from find_login('ada')") is None

    @pytest.mark.parametrize("arguments", ["", "'ada', 'evm', 'x'", "p_chain => 'evm'", "'ada', p_address => 'x'"])
    def test_ambiguous_questions_are_refused(self, db: Connection, arguments: str) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute(f"select find_login({arguments})")

    def test_a_new_password_ends_every_session(self, db: Connection, ada: UUID) -> None:
        db.execute("select open_session(%s, %s, 'jti-00001', now() + interval '1 day')", (ada, bytes(32)))
        db.execute("select set_password(%s, %s)", (ada, HASH + "2"))
        assert one(db, "select password_hash from find_login('ada')") == (HASH + "2",)
        assert one(db, "select revoked_reason from auth_sessions") == ("password_changed",)
        with raises_sqlstate("PA404", conn=db):
            db.execute("select set_password(%s, %s)", (uuid4(), HASH))
        with raises_sqlstate("PA422", conn=db):
            db.execute("select set_password(%s, null)", (ada,))


class TestStaff:
    @pytest.fixture
    def root(self, db: Connection) -> UUID:
        return make_user(db, "admin")

    def test_set_role(self, db: Connection, root: UUID) -> None:
        user = make_user(db)
        with acting(db, root, "admin"):
            db.execute("select set_role(%s, 'instructor')", (user,))
            db.execute("select approve_instructor(%s)", (user,))
        assert one(db, "select role, is_approved from users where id = %s", user) == ("instructor", True)
        with acting(db, root, "admin"):
            db.execute("select set_role(%s, 'student')", (user,))
            db.execute("select set_role(%s, 'instructor')", (user,))
        assert one(db, "select role, is_approved from users where id = %s", user) == ("instructor", False)

    def test_the_owner_makes_the_first_administrator(self, db: Connection) -> None:
        user = make_user(db)
        db.execute("select set_role(%s, 'admin')", (user,))
        assert one(db, "select role from users where id = %s", user) == ("admin",)

    @pytest.mark.parametrize("call", ["set_role(%s, 'admin')", "approve_instructor(%s)", "deactivate_user(%s)"])
    def test_others_may_not(self, db: Connection, root: UUID, call: str) -> None:
        user = make_user(db, "instructor")
        with raises_sqlstate("PA403"), acting(db, user, "admin"):  # the role, but not the person
            db.execute(f"select {call}", (user,))
        for role in ("student", "instructor"):
            with raises_sqlstate("42501"), acting(db, root, role):  # the person, but not the role
                db.execute(f"select {call}", (user,))

    def test_bad_values(self, db: Connection, root: UUID) -> None:
        user = make_user(db)
        with acting(db, root, "admin"):
            for role in ("teacher", None, "ADMIN", "x" * 1_000_000):
                with raises_sqlstate("PA422", conn=db):
                    db.execute("select set_role(%s, %s)", (user, role))
            for call in (
                "set_role(%s, 'student')",
                "approve_instructor(%s)",
                "deactivate_user(%s)",
                "reactivate_user(%s)",
            ):
                for nobody in (uuid4(), None):
                    with raises_sqlstate("PA404", conn=db):
                        db.execute(f"select {call}", (nobody,))
            with raises_sqlstate("PA409", conn=db):
                db.execute("select approve_instructor(%s)", (user,))
            with raises_sqlstate("PA422", conn=db):
                db.execute("select approve_instructor(%s, null)", (user,))

    def test_the_last_administrator_stays(self, db: Connection, root: UUID) -> None:
        for call in ("set_role(%s, 'student')", "deactivate_user(%s)", "deactivate_user(%s, true)"):
            with raises_sqlstate("PA409"), acting(db, root, "admin"):
                db.execute(f"select {call}", (root,))
        make_user(db, "admin", is_active=False)
        with raises_sqlstate("PA409"), acting(db, root, "admin"):
            db.execute("select set_role(%s, 'student')", (root,))
        make_user(db, "admin")
        with acting(db, root, "admin"):
            db.execute("select set_role(%s, 'student')", (root,))

    @pytest.mark.parametrize("level", [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ])
    @pytest.mark.parametrize("call", ["set_role(%s, 'student')", "deactivate_user(%s)"])
    def test_two_administrators_who_remove_each_other(
        self, school: SchoolDatabase, person: Callable[..., Person], level: IsolationLevel, call: str
    ) -> None:
        """The second one looks while the first one's removal is not committed yet."""
        ada, bob = person("admin"), person("admin")

        def remove_ada() -> None:
            with school.app(bob, "admin", isolation=level) as conn:
                conn.execute(f"select {call}", (ada.id,))

        with school.app(ada, "admin", isolation=level) as conn, ThreadPoolExecutor(1) as pool:
            conn.execute(f"select {call}", (bob.id,))
            second = pool.submit(remove_ada)
            wait_until_blocked(school)
            conn.commit()
            error = second.exception(30)
        assert isinstance(error, psycopg.Error)
        assert error.sqlstate in ("PA409", "40001")
        assert one(school.connect(), "select id from users where role = 'admin' and is_active") == (ada.id,)


class TestDeactivation:
    def test_shuts_out_at_once(self, school: SchoolDatabase, person: Callable[..., Person]) -> None:
        ada, root = person(), person("admin")
        with school.service() as conn:
            conn.execute("select open_session(%s, %s, 'jti-00001', now() + interval '1 day')", (ada.id, bytes(32)))
        with school.app(root, "admin") as conn:
            conn.execute("select deactivate_user(%s)", (ada.id,))
        with school.app(ada) as conn:
            assert one(conn, "select count(*) from users") == (0,)
            assert conn.execute("update users set bio = 'still here'").rowcount == 0
        with raises_sqlstate("PA403"), school.app(ada) as conn:
            conn.execute("select update_profile(p_bio => 'still here')")
        with raises_sqlstate("PA403"), school.service() as conn:
            conn.execute("select open_session(%s, %s, 'jti-00002', now() + interval '1 day')", (ada.id, b"x" * 32))
        assert one(school.connect(), "select revoked_reason from auth_sessions") == ("deactivated",)
        assert one(school.connect(), "select is_ranked from user_stats where user_id = %s", ada.id) == (False,)
        with school.app(root, "admin") as conn:
            conn.execute("select reactivate_user(%s)", (ada.id,))
        with school.app(ada) as conn:
            assert one(conn, "select count(*) from users") == (1,)
        assert one(school.connect(), "select is_ranked from user_stats where user_id = %s", ada.id) == (True,)

    def test_deleting_frees_email_and_wallet_and_shows_nothing(self, db: Connection) -> None:
        ada = make_user(db, email="ada@example.org", full_name="Ada", bio="mine", avatar_emoji="x")
        with acting(db, ada):
            (wallet,) = one(db, "select link_wallet('solana', %s)", SOLANA)
        db.execute("select verify_wallet(%s)", (wallet,))
        db.execute("select deactivate_user(%s, p_delete => true)", (ada,))
        (when,) = one(db, "select deleted_at from users where id = %s", ada)
        assert when is not None
        db.execute("select deactivate_user(%s, p_delete => true)", (ada,))  # again: nothing happens
        assert one(db, "select deleted_at, is_active from users where id = %s", ada) == (when, False)
        assert (
            one(
                db,
                "select username, full_name, avatar_url, avatar_emoji, bio from public_profiles where user_id = %s",
                ada,
            )
            == (None,) * 5
        )
        for call in ("reactivate_user(%s)", "set_role(%s, 'student')", "verify_email(%s, 'b@example.org')"):
            with raises_sqlstate("PA404", conn=db):
                db.execute(f"select {call}", (ada,))
        (bob,) = one(db, "select register_user('ada@example.org')")
        with acting(db, bob):
            (wallet,) = one(db, "select link_wallet('solana', %s)", SOLANA)
        db.execute("select verify_wallet(%s)", (wallet,))


class TestEmail:
    def test_the_proven_address_becomes_theirs(self, db: Connection) -> None:
        ada = make_user(db, email="ada@example.org")
        db.execute("select verify_email(%s, 'ada@example.org')", (ada,))
        assert one(db, "select email, email_verified from users where id = %s", ada) == ("ada@example.org", True)
        db.execute("select verify_email(%s, 'new@example.org')", (ada,))
        assert one(db, "select email from users where id = %s", ada) == ("new@example.org",)

    @pytest.mark.parametrize(
        ("email", "state"), [(None, "PA422"), ("", "PA422"), ("Bob@example.org", "PA409"), ("x", "PA422")]
    )
    def test_refuses(self, db: Connection, email: str | None, state: str) -> None:
        make_user(db, email="bob@example.org")
        ada = make_user(db)
        with raises_sqlstate(state, conn=db):
            db.execute("select verify_email(%s, %s)", (ada, email))
        with raises_sqlstate("PA404", conn=db):
            db.execute("select verify_email(%s, 'c@example.org')", (uuid4(),))


class TestWallets:
    def test_claims_do_not_exclude_and_proofs_do(self, db: Connection) -> None:
        ada, bob = make_user(db), make_user(db)
        claims = {}
        for user in (ada, bob):
            with acting(db, user):
                (claims[user],) = one(db, "select link_wallet('solana', %s)", SOLANA)
                assert one(db, "select link_wallet('solana', %s)", SOLANA) == (claims[user],)
        db.execute("select verify_wallet(%s)", (claims[bob],))
        db.execute("select verify_wallet(%s)", (claims[bob],))
        with raises_sqlstate("PA409", conn=db):
            db.execute("select verify_wallet(%s)", (claims[ada],))
        with raises_sqlstate("PA404"), acting(db, ada):
            db.execute("select unlink_wallet(%s)", (claims[bob],))
        with acting(db, bob):
            db.execute("select unlink_wallet(%s)", (claims[bob],))
        db.execute("select verify_wallet(%s)", (claims[ada],))

    def test_sixteen_people_prove_one_address_at_once(
        self, school: SchoolDatabase, person: Callable[..., Person]
    ) -> None:
        people = [person() for _ in range(16)]
        claims = []
        for someone in people:
            with school.app(someone) as conn:
                claims.append(one(conn, "select link_wallet('hedera', '0.0.7')")[0])

        def verify(i: int) -> None:
            with school.service() as conn:
                conn.execute("select verify_wallet(%s)", (claims[i],))

        assert race(16, verify).count(None) == 1
        assert one(school.connect(), "select count(*) from user_wallets where verified_at is not null") == (1,)

    @pytest.mark.parametrize(
        ("chain", "address"),
        [
            (None, SOLANA),
            ("solana", None),
            ("bitcoin", SOLANA),
            ("solana", "0OIl" * 10),
            ("evm", SOLANA),
            ("evm", "0x12"),
            ("hedera", "0.0"),
            ("solana", "x" * 1_000_000),
        ],
    )
    def test_refuses_what_is_no_address(self, db: Connection, chain: str | None, address: str | None) -> None:
        with raises_sqlstate("PA422"), acting(db, make_user(db)):
            db.execute("select link_wallet(%s, %s)", (chain, address))

    def test_unproven_claims_have_an_end(self, db: Connection) -> None:
        with raises_sqlstate("PA429"), acting(db, make_user(db)):
            for i in range(21):
                db.execute("select link_wallet('hedera', %s)", (f"0.0.{i}",))

    def test_unknown_claims(self, db: Connection) -> None:
        with raises_sqlstate("PA404", conn=db):
            db.execute("select verify_wallet(%s)", (uuid4(),))


class TestEncryptedFields:
    def test_ciphertext_goes_in_and_out(self, db: Connection) -> None:
        ada = make_user(db)
        with acting(db, None, "service"):
            for version in (b"1", b"2"):
                db.execute("select store_encrypted_field(%s, 'ssn', 'key-1', %s, %s)", (ada, bytes(12), version * 32))
            assert one(db, "select * from read_encrypted_field(%s, 'ssn')", ada) == ("key-1", bytes(12), b"2" * 32)
            db.execute("select store_encrypted_field(%s, 'ssn', null, null, null)", (ada,))
            assert one(db, "select * from read_encrypted_field(%s, 'ssn')", ada) is None

    @pytest.mark.parametrize(
        ("field", "nonce", "ciphertext"),
        [
            ("wallet_private_key", bytes(12), bytes(32)),
            ("mnemonic", bytes(12), bytes(32)),
            ("ssn", bytes(11), bytes(32)),
            ("ssn", bytes(12), bytes(15)),
            ("SSN!", bytes(12), bytes(32)),
            (None, bytes(12), bytes(32)),
            ("ssn", None, bytes(32)),
            ("ssn", bytes(12), bytes(65_537)),
        ],
    )
    def test_refuses(self, db: Connection, field: str | None, nonce: bytes | None, ciphertext: bytes) -> None:
        ada = make_user(db)
        with raises_sqlstate("PA422", conn=db):
            db.execute("select store_encrypted_field(%s, %s, 'key-1', %s, %s)", (ada, field, nonce, ciphertext))
