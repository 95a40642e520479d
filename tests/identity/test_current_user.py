"""Who is calling: settings, claims, signed tokens and everything that is wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy.testing import Role, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_user
from tests.support.queries import one

SECRET = bytes(range(32))


def signed(user: Any, key: str = "k1", secret: bytes = SECRET, school: str = "academy", expires: Any = None) -> str:
    """A token by the description in functions/identity/verified_identity.sql, and by nothing else."""
    expires = int(time.time()) + 300 if expires is None else expires
    payload = f"pa1.{key}.{school}.{user}.{expires}"
    return payload + "." + hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()


def use(conn: Connection, setting: str, value: str) -> None:
    conn.execute("select set_config(%s, %s, true)", (setting, value))


def who(conn: Connection) -> Any:
    return one(conn, "select current_user_id()")


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def keyed(db: Connection, ada: UUID) -> UUID:
    """A school with a signing key, and the learner Ada in it."""
    db.execute("select add_signing_key('k1', %s)", (SECRET,))
    return ada


class TestUnsigned:
    def test_nothing_set_is_nobody(self, db: Connection) -> None:
        assert who(db) is None

    def test_empty_settings_are_nobody(self, db: Connection) -> None:
        use(db, "pgacademy.user_id", "")
        use(db, "request.jwt.claims", "")
        use(db, "pgacademy.token", "")
        assert who(db) is None

    def test_the_setting_names_a_person(self, db: Connection, ada: UUID) -> None:
        use(db, "pgacademy.user_id", str(ada))
        assert who(db) == ada

    def test_claims_name_a_person_and_alone_decide(self, db: Connection, ada: UUID) -> None:
        other = make_user(db)
        use(db, "pgacademy.user_id", str(other))
        use(db, "request.jwt.claims", f'{{"sub": "{ada}", "role": "student"}}')
        assert who(db) == ada
        use(db, "request.jwt.claims", '{"role": "anon"}')
        assert who(db) is None

    def test_a_stranger_is_nobody(self, db: Connection) -> None:
        use(db, "pgacademy.user_id", str(uuid4()))
        assert who(db) is None

    @pytest.mark.parametrize("columns", [{"is_active": False}, {"deleted_at": "2020-01-01Z", "is_active": False}])
    def test_the_deactivated_and_the_deleted_are_nobody(self, db: Connection, columns: dict[str, Any]) -> None:
        gone = make_user(db, **columns)
        use(db, "pgacademy.user_id", str(gone))
        assert who(db) is None

    @pytest.mark.parametrize("value", ["x", "1", "' or true --", "00000000-0000-0000-0000-00000000000", "{}"])
    def test_no_uuid_is_an_error(self, db: Connection, value: str) -> None:
        use(db, "pgacademy.user_id", value)
        with raises_sqlstate("28000", conn=db):
            who(db)

    @pytest.mark.parametrize(("claims", "state"), [('{"sub": "auth0|7"}', "28000"), ("not json", "22P02")])
    def test_claims_that_cannot_be_believed_are_an_error(self, db: Connection, claims: str, state: str) -> None:
        use(db, "request.jwt.claims", claims)
        with raises_sqlstate(state, conn=db):
            who(db)


class TestSigned:
    def test_a_token_names_a_person(self, db: Connection, keyed: UUID) -> None:
        use(db, "pgacademy.token", signed(keyed))
        assert who(db) == keyed

    def test_unsigned_settings_are_ignored(self, db: Connection, keyed: UUID) -> None:
        use(db, "pgacademy.user_id", str(keyed))
        use(db, "request.jwt.claims", f'{{"sub": "{keyed}"}}')
        assert who(db) is None

    def test_a_long_secret_is_hashed_first_as_rfc_2104_says(self, db: Connection, keyed: UUID) -> None:
        secret = bytes(range(200))
        db.execute("select add_signing_key('long', %s)", (secret,))
        use(db, "pgacademy.token", signed(keyed, "long", secret))
        assert who(db) == keyed

    @pytest.mark.parametrize("size", [32, 63, 64, 65])
    def test_secrets_of_every_size_around_the_block(self, db: Connection, keyed: UUID, size: int) -> None:
        secret = bytes(255 - i for i in range(size))
        db.execute("select add_signing_key('other', %s)", (secret,))
        use(db, "pgacademy.token", signed(keyed, "other", secret))
        assert who(db) == keyed

    def test_two_keys_overlap_until_one_is_retired(self, db: Connection, keyed: UUID) -> None:
        other = bytes(32)
        db.execute("select add_signing_key('k2', %s)", (other,))
        for key, secret in (("k1", SECRET), ("k2", other)):
            use(db, "pgacademy.token", signed(keyed, key, secret))
            assert who(db) == keyed
        db.execute("select retire_signing_key('k1')")
        assert who(db) == keyed
        use(db, "pgacademy.token", signed(keyed))
        with raises_sqlstate("28000", conn=db):
            who(db)

    def bad(self, user: Any) -> dict[str, str]:
        good = signed(user)
        payload, mac = good.rsplit(".", 1)
        flipped = mac[:-1] + ("0" if mac[-1] != "0" else "1")
        return {
            "garbage": "garbage",
            "jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
            "dots": "......",
            "no mac": payload,
            "empty mac": payload + ".",
            "another mac": payload + "." + flipped,
            "mac of zeros": payload + "." + "0" * 64,
            "upper-case mac": payload + "." + mac.upper(),
            "mac and more": good + "0",
            "a line more": good + "\n",
            "space before": " " + good,
            "another person": good.replace(str(user), str(uuid4())),
            "later expiry": payload.rsplit(".", 1)[0] + ".99999999999." + mac,
            "other secret": signed(user, secret=bytes(32)),
            "unknown key": signed(user, "k9"),
            "key by pattern": signed(user, "%"),
            "another school": signed(user, school="riverside"),
            "school in other case": signed(user, school="Academy"),
            "no school": signed(user, school=""),
            "expired": signed(user, expires=int(time.time()) - 1),
            "expires now": signed(user, expires=int(time.time())),
            "expires zero": signed(user, expires=0),
            "expires negative": signed(user, expires=-1),
            "expires never": signed(user, expires="infinity"),
            "expires empty": signed(user, expires=""),
            "expires huge": signed(user, expires="9" * 30),
            "expires as float": signed(user, expires=f"{time.time() + 100:.1f}"),
            "no person": signed(""),
            "person is null": signed("null"),
            "person is no uuid": signed("1"),
            "a field more": signed(f"{user}.{user}"),
            "another version": "pa2" + good[3:],
            "a megabyte": "pa1." + "x" * 1_000_000,
            "not ascii": good.replace("academy", "acadëmy"),
        }

    def test_everything_else_is_an_error_and_never_a_person(self, db: Connection, keyed: UUID) -> None:
        for what, token in self.bad(keyed).items():
            use(db, "pgacademy.token", token)
            answer = error = None
            try:
                with db.transaction():
                    answer = who(db)
            except psycopg.Error as e:
                error = e
            assert error is not None, f"{what}: accepted as {answer}"
            assert error.sqlstate == "28000", (what, error)
            assert error.diag.message_hint, what
            assert error.diag.message_detail, what

    @pytest.mark.late
    def test_a_token_expires_within_a_statement_too(self, db: Connection, keyed: UUID) -> None:
        use(db, "pgacademy.token", signed(keyed, expires=int(time.time()) + 2))
        assert who(db) == keyed
        with raises_sqlstate("28000", conn=db):
            db.execute("select current_user_id(), pg_sleep(2.1), current_user_id()")

    def test_a_deactivated_person_with_a_good_token_is_nobody(self, db: Connection, keyed: UUID) -> None:
        use(db, "pgacademy.token", signed(keyed))
        db.execute("update users set is_active = false where id = %s", (keyed,))
        assert who(db) is None


class TestKeys:
    @pytest.mark.parametrize("key_id", [None, "", "a.b", "ä", "x" * 41, "a b"])
    def test_names_that_would_break_a_token_are_refused(self, db: Connection, key_id: str | None) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute("select add_signing_key(%s, %s)", (key_id, SECRET))

    @pytest.mark.parametrize("secret", [None, b"", bytes(31)])
    def test_short_secrets_are_refused(self, db: Connection, secret: bytes | None) -> None:
        with raises_sqlstate("PA422", conn=db):
            db.execute("select add_signing_key('k1', %s::bytea)", (secret,))

    def test_a_name_is_never_used_again(self, db: Connection, keyed: UUID) -> None:
        db.execute("select retire_signing_key('k1', p_allow_unsigned => true)")
        with raises_sqlstate("PA409", conn=db):
            db.execute("select add_signing_key('k1', %s)", (SECRET,))

    def test_the_last_key_is_kept_unless_said_otherwise(self, db: Connection, keyed: UUID) -> None:
        with raises_sqlstate("PA409", conn=db):
            db.execute("select retire_signing_key('k1')")
        db.execute("select retire_signing_key('k1', p_allow_unsigned => true)")
        db.execute("select retire_signing_key('k1')")  # again: nothing happens
        use(db, "pgacademy.user_id", str(keyed))
        assert who(db) == keyed

    def test_an_unknown_key_cannot_be_retired(self, db: Connection) -> None:
        with raises_sqlstate("PA404", conn=db):
            db.execute("select retire_signing_key('nothing')")

    def test_the_secret_itself_is_not_stored(self, db: Connection, keyed: UUID) -> None:
        inner, outer = one(db, "select inner_pad, outer_pad from signing_keys")
        assert SECRET not in inner + outer
        assert bytes(b ^ 0x36 for b in inner[:32]) == SECRET


class TestRoles:
    def test_acting_in(self, db: Connection, ada: UUID) -> None:
        def answers() -> list[str]:
            roles = ["anonymous", "student", "instructor", "admin", "service", "analyst", "owner", "nonsense", None, ""]
            return [str(r) for r in roles if one(db, "select acting_in(%s)", r)]

        assert answers() == ["owner"]
        for role in ("anonymous", "student", "instructor", "admin", "service"):
            with acting(db, ada, role):
                assert answers() == [role]

    @pytest.mark.parametrize(
        ("of_person", "acting_as", "asked", "answer"),
        [
            ("student", "student", "student", True),
            ("student", "instructor", "instructor", False),
            ("student", "admin", "admin", False),
            ("student", "student", "instructor", False),
            ("instructor", "student", "student", True),
            ("instructor", "instructor", "instructor", True),
            ("instructor", "student", "instructor", False),
            ("instructor", "admin", "admin", False),
            ("admin", "admin", "admin", True),
            ("admin", "student", "student", True),
            ("admin", "student", "admin", False),
            ("admin", "admin", "student", False),
            ("admin", "admin", "service", False),
        ],
    )
    def test_a_person_acts_in_one_role_and_never_above_their_own(
        self, db: Connection, of_person: Role, acting_as: Role, asked: Role, answer: bool
    ) -> None:
        someone = make_user(db, of_person)
        with acting(db, someone, acting_as):
            assert one(db, "select acts_as(%s)", asked) is answer

    def test_nobody_acts_as_nothing(self, db: Connection) -> None:
        with acting(db, None, "admin"):
            assert one(db, "select acts_as('admin')") is False

    def test_a_deactivated_admin_acts_as_nothing(self, db: Connection) -> None:
        someone = make_user(db, "admin", is_active=False)
        with acting(db, someone, "admin"):
            assert one(db, "select acts_as('admin')") is False

    # update_settings starts with require_user(null), set_role with require_user('admin'), find_login with
    # require_service: what these helpers do is seen through them, since they are granted to nobody.
    def test_require_user(self, db: Connection, ada: UUID) -> None:
        with raises_sqlstate("PA401"), acting(db, None, "student"):
            db.execute("select update_settings()")
        with raises_sqlstate("PA403"), acting(db, uuid4(), "student"):
            db.execute("select update_settings()")
        gone = make_user(db, is_active=False)
        with raises_sqlstate("PA403"), acting(db, gone, "student"):
            db.execute("select update_settings()")
        with raises_sqlstate("PA403"), acting(db, ada, "instructor"):
            db.execute("select update_settings()")
        with raises_sqlstate("PA403"), acting(db, ada, "admin"):
            db.execute("select set_role(%s, 'admin')", (ada,))
        with acting(db, ada, "student"):
            db.execute("select update_settings()")

    def test_require_user_wants_a_role_even_from_the_owner(self, db: Connection, ada: UUID) -> None:
        use(db, "pgacademy.user_id", str(ada))
        with raises_sqlstate("PA403", conn=db):
            db.execute("select update_settings()")

    def test_require_service(self, db: Connection, ada: UUID) -> None:
        with acting(db, None, "service"):
            db.execute("select find_login('nobody')")
        db.execute("select find_login('nobody')")  # the owner
        db.execute("grant execute on function find_login to pgacademy_student, pgacademy_admin")
        for role in ("student", "admin"):
            with raises_sqlstate("PA403"), acting(db, ada, role):
                db.execute("select find_login('nobody')")
