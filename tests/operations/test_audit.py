"""The audit trail: who did what to which row; what it never holds; that nobody changes it; who may read it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user

from pgacademy.testing import Role, SchoolDatabase, acting

Connection = psycopg.Connection[Any]
MARKER = "Xyzzy"
UNKNOWN = UUID(int=7)


@pytest.fixture(scope="module")
def standing(shared_school: SchoolDatabase) -> Iterator[Connection]:
    """One transaction for the module: each test is a savepoint of it."""
    conn = shared_school.connect()
    yield conn
    conn.rollback()


@pytest.fixture
def db(standing: Connection) -> Iterator[Connection]:
    with standing.transaction(force_rollback=True):
        yield standing


def trail(conn: Connection, entity: str, of: object) -> list[tuple[Any, ...]]:
    """What was noted of a row, oldest first."""
    query = "select action, old_values, new_values from audit_logs where entity_type = %s and entity_id = %s"
    return conn.execute(f"{query} order by log_number", (entity, str(of))).fetchall()


def last(conn: Connection, columns: str) -> tuple[Any, ...]:
    row = conn.execute(f"select {columns} from audit_logs order by log_number desc limit 1").fetchone()
    assert row is not None
    return cast(tuple[Any, ...], row)


def test_of_an_update_what_changed(db: Connection) -> None:
    course = make_course(db, lessons=0, published=False)
    db.execute("update courses set title = 'New', metadata = '{\"a\": 1}' where id = %s", [course.id])
    db.execute("update courses set title = 'New' where id = %s", [course.id])
    (made, _, values), changed = trail(db, "courses", course.id)
    assert (made, values["id"]) == ("insert", str(course.id))
    assert changed[0] == "update"
    assert changed[1].keys() == changed[2].keys() == {"title", "metadata"}
    assert changed[2] == {"title": "New", "metadata": {"a": 1}}
    lesson = insert(db, "lessons", course_id=course.id, slug="l", title="L", position=1)
    db.execute("delete from lessons where id = %s", [lesson])
    deleted = trail(db, "lessons", lesson)[-1]
    assert (deleted[0], deleted[1]["title"], deleted[2]) == ("delete", "L", None)


def test_a_key_of_several_columns_is_told_with_slashes(db: Connection) -> None:
    course, before = make_course(db, lessons=0), make_course(db, lessons=0)
    db.execute("insert into course_prerequisites values (%s, %s)", [course.id, before.id])
    db.execute("delete from course_prerequisites where course_id = %s", [course.id])
    noted = trail(db, "course_prerequisites", f"{course.id}/{before.id}")
    assert [(action, bool(old), bool(new)) for action, old, new in noted] == [
        ("insert", False, True),
        ("delete", True, False),
    ]


def test_what_is_not_worth_a_note_leaves_none(db: Connection) -> None:
    course = make_course(db, lessons=2)
    learner = make_user(db)
    make_enrollment(db, learner, course)
    before = last(db, "log_number")
    db.execute("update users set last_login_at = now() where id = %s", [learner])
    db.execute("update lessons set position = position + 10 where course_id = %s", [course.id])
    db.execute("select record_completion(%s, %s)", [learner, course.lesson_ids[0]])
    assert last(db, "log_number") == before
    db.execute("select record_completion(%s, %s)", [learner, course.lesson_ids[1]])
    assert last(db, "action, new_values ->> 'status'") == ("update", "completed")


def test_a_long_text_is_told_by_its_hash(db: Connection) -> None:
    course = make_course(db, lessons=1)
    db.execute("update lessons set body = repeat('long ', 5000) where id = %s", [course.lesson_ids[0]])
    as_json = f'"{"long " * 5000}"'.encode()
    assert last(db, "new_values ->> 'body'") == (f"[sha256 {hashlib.sha256(as_json).hexdigest()}]",)


def test_a_change_of_a_secret_shows_and_the_secret_does_not(db: Connection) -> None:
    user = make_user(db)
    for password in ("first", "second"):
        db.execute("select set_password(%s, %s)", [user, f"$2b$12${MARKER}{password}".ljust(60, "x")])
    hashes = [(old, new["password_hash"]) for _, old, new in trail(db, "user_secrets", user)]
    assert [new for _, new in hashes] == ["[secret]", "[secret]"]
    assert hashes[1][0]["password_hash"] == "[secret]"
    db.execute("select add_signing_key('k', %s)", [MARKER.encode() * 8])
    assert trail(db, "signing_keys", "k")[-1][2]["inner_pad"] == "[secret]"
    assert_marker_is_nowhere(db)


def assert_marker_is_nowhere(db: Connection) -> None:
    rows = db.execute("select l::text from audit_logs as l where l::text ilike %s", [f"%{MARKER}%"]).fetchall()
    assert rows == []


def test_what_is_personal_is_not_there(db: Connection) -> None:
    """A word in all that people say of themselves: their profile, their settings, a field, a review."""
    user = make_user(
        db,
        username=f"{MARKER}-u", email=f"{MARKER}@example.org", full_name=MARKER, first_name=MARKER, last_name=MARKER,
        bio=MARKER, phone_number=MARKER, academic_level=MARKER, preferences={MARKER: 1}, metadata={MARKER: 2},
        avatar_url=f"https://{MARKER}", avatar_emoji=MARKER,
    )  # fmt: skip
    with acting(db, user):
        db.execute("select update_profile(p_full_name => %s)", [MARKER * 2])
        db.execute("select update_settings(p_language => 'de')")
        db.execute("select link_wallet('evm', '0x' || repeat('ab', 20))")
    db.execute(
        "insert into user_encrypted_fields (user_id, field_name, key_id, nonce, ciphertext)"
        " values (%s, 'xyzzy', 'k', repeat('n', 12)::bytea, %s)",
        [user, MARKER.encode() * 4],
    )
    course = make_course(db)
    enrollment = make_enrollment(db, user, course)
    db.execute("update enrollments set review = %s, rating = 5, rated_at = now() where id = %s", [MARKER, enrollment])
    db.execute("update enrollments set status = 'dropped', dropped_at = now() where id = %s", [enrollment])
    assert trail(db, "enrollments", enrollment)
    assert trail(db, "users", user)[-1][1:] == ({"full_name": "[sensitive]"}, {"full_name": "[sensitive]"})
    assert trail(db, "user_settings", user)[-1][2] == {"language": "[sensitive]"}
    db.execute("update users set bio = null where id = %s", [user])
    assert trail(db, "users", user)[-1][1:] == ({"bio": "[sensitive]"}, {"bio": None})
    assert_marker_is_nowhere(db)


def test_who_did_it(db: Connection) -> None:
    user, admin = make_user(db), make_user(db, "admin")
    assert last(db, "user_id, acted_as") == (None, "academy_owner")
    with acting(db, admin, "admin"):
        db.execute("select deactivate_user(%s)", [user])
        # Whoever shuts themselves out has done that too.
        make_another = "select set_role(%s, 'admin')"
        db.execute(make_another, [make_user_as_owner(db, admin)])
        db.execute("select deactivate_user(%s)", [admin])
    rows = db.execute(
        "select action, user_id, acted_as, new_values ->> 'is_active' from audit_logs"
        " where entity_id = any (%s) and (action like 'identity.d%%' or new_values ? 'is_active')"
        " and action <> 'insert' order by log_number",
        [[str(user), str(admin)]],
    ).fetchall()
    assert (
        rows
        == [
            ("identity.deactivate_user", admin, "academy_admin", None),
            ("update", admin, "academy_admin", "false"),
        ]
        * 2
    )
    assert last(db, "login") == db.execute("select session_user::text").fetchone()


def make_user_as_owner(db: Connection, admin: UUID) -> UUID:
    db.execute("set local role academy_owner")
    made = make_user(db)
    db.execute("set local role academy_admin")
    return made


class TestContexts:
    TOLD = "select set_config('pgacademy.ip_address', %s, true), set_config('pgacademy.user_agent', %s, true)"

    def test_one_for_each_person(self, db: Connection) -> None:
        ada, bob = make_user(db), make_user(db)
        db.execute(self.TOLD, ["192.0.2.7", "A" * 1000])
        for user in (ada, ada, bob):
            with acting(db, user):
                db.execute("select update_profile(p_bio => gen_random_uuid()::text)")
        rows = db.execute("select user_id, host(ip_address), length(user_agent) from audit_contexts").fetchall()
        assert sorted(rows) == sorted([(ada, "192.0.2.7", 500), (bob, "192.0.2.7", 500)])
        linked = db.execute(
            "select count(*) from audit_logs as l join audit_contexts as c on c.id = l.context_id"
            " where c.user_id = l.user_id"
        ).fetchone()
        assert linked == (3,)

    def test_requests_of_a_day_that_say_the_same_share_one(self, school: SchoolDatabase) -> None:
        address, agent, request, session = (
            ("192.0.2.7", "", "", ""),
            ("", "x", "", ""),
            ("", "", "x", ""),
            ("", "", "", "x"),
        )
        names = ("ip_address", "user_agent", "request_id", "session_id")
        conn = school.connect(autocommit=True)
        ada, bob = make_user(conn), make_user(conn)
        # How a session writes numbers and times makes no difference.
        settings = "set extra_float_digits = {}; set datestyle = {}; set timezone = 'Pacific/Kiritimati'"
        for nth, (user, told) in enumerate(
            [(ada, address), (ada, agent), (ada, request), (ada, session), (bob, address), (None, address)] * 2
        ):
            conn.execute(settings.format(*((1, "iso") if nth < 6 else (-15, "german"))).encode())
            with conn.transaction(), acting(conn, user, None if user else "service"):
                for name, value in zip(names, told, strict=True):
                    conn.execute("select set_config('pgacademy.' || %s, %s, true)", [name, value])
                if user:
                    conn.execute("select update_profile(p_bio => gen_random_uuid()::text)")
                else:
                    conn.execute("select set_password(%s, %s)", [ada, "$2b$12$".ljust(60, "x")])
        rows = conn.execute(
            "select c.user_id, coalesce(host(c.ip_address), ''), coalesce(c.user_agent, ''),"
            " coalesce(c.request_id, ''), coalesce(c.session_id, ''), count(*)"
            " from audit_logs as l join audit_contexts as c on c.id = l.context_id"
            " where l.user_id is not distinct from c.user_id group by c.id"
        ).fetchall()
        shared = [(ada, *told, 2) for told in (address, agent, request, session)] + [(bob, *address, 2)]
        # Nobody's go with whom they were about: one for each transaction, here of two notes.
        assert sorted(rows, key=str) == sorted([*shared, (None, *address, 2), (None, *address, 2)], key=str)

    def test_one_is_found_by_its_person_its_day_and_what_was_said(self, db: Connection) -> None:
        """Or, of nobody, by the transaction: no other has its number and its time."""
        user = make_user(db)
        db.execute(self.TOLD, ["192.0.2.7", ""])
        with acting(db, user):
            db.execute("select update_profile(p_bio => 'x')")
        with acting(db, None, "service"):
            db.execute("select set_password(%s, %s)", [user, "$2b$12$".ljust(60, "x")])
        said = "|| ' {192.0.2.7,NULL,NULL,NULL}'"
        found = (
            "select c.user_id from audit_contexts as c where c.origin = md5(case when c.user_id is null"
            f" then pg_current_xact_id() || ' ' || extract(epoch from now()) {said}"
            f" else c.user_id || ' ' || floor(extract(epoch from now()) / 86400) {said} end)::uuid"
        )
        assert set(db.execute(found).fetchall()) == {(user,), (None,)}

    @pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
    def test_two_that_come_first_do_not_wait_for_each_other(self, school: SchoolDatabase, isolation: str) -> None:
        with school.connect() as one, school.connect() as other:
            user = make_user(one)
            one.commit()
            for conn, said in (
                (one, "link_wallet('evm', '0x' || repeat('ab', 20))"),
                (other, "update_settings(p_language => 'de')"),
            ):
                conn.execute(f"set transaction isolation level {isolation}; set local lock_timeout = '2s'".encode())
                conn.execute(self.TOLD, ["192.0.2.7", ""])
                with acting(conn, user):
                    conn.execute(f"select {said}".encode())
            one.commit()
            other.commit()
            # Whichever it finds of the two.
            one.execute(self.TOLD, ["192.0.2.7", ""])
            with acting(one, user):
                one.execute("select update_profile(p_bio => 'x')")
            assert one.execute("select count(*) from audit_contexts").fetchone() == (2,)
            rows = one.execute(
                "select l.entity_type, c.user_id, host(c.ip_address) from audit_logs as l"
                " join audit_contexts as c on c.id = l.context_id order by 1"
            ).fetchall()
        assert rows == [(table, user, "192.0.2.7") for table in ("user_settings", "user_wallets", "users")]

    @pytest.mark.parametrize(("address", "agent", "kept"), [("nonsense", "", (None, None)), ("", "x", (None, "x"))])
    def test_what_is_no_address_is_none(self, db: Connection, address: str, agent: str, kept: tuple[Any, ...]) -> None:
        db.execute(self.TOLD, [address, agent])
        make_user(db)
        assert db.execute("select ip_address, user_agent from audit_contexts").fetchall() == [kept]

    def test_an_address_does_not_outlive_its_person_nor_its_time(self, db: Connection) -> None:
        ada = make_user(db)
        db.execute(self.TOLD, ["192.0.2.7", ""])
        with acting(db, ada):
            db.execute("select update_profile(p_bio => 'x')")
        noted = len(trail(db, "users", ada))
        with db.transaction(force_rollback=True):
            assert db.execute("select purge_audit_contexts()").fetchone() == (0,)
            db.execute("update audit_contexts set created_at = now() - interval '91 days'")
            assert db.execute("select purge_audit_contexts()").fetchone() == (1,)
            assert len(trail(db, "users", ada)) == noted
        db.execute("select set_config('pgacademy.ip_address', '', true)")
        db.execute("delete from coin_accounts where user_id = %s", [ada])
        db.execute("delete from user_stats where user_id = %s", [ada])
        db.execute("delete from users where id = %s", [ada])
        assert db.execute("select count(*) from audit_contexts").fetchone() == (0,)
        # Append-only, and no foreign key that would have to set null: the rows of who is gone stay as they are.
        own = db.execute("select count(*) from audit_logs where user_id = %s", [ada]).fetchone()
        assert own == (1,)

    def test_the_address_of_a_login_is_the_persons_too(self, db: Connection) -> None:
        """The back end logs people in; an administrator's address is their own, whoever they deal with."""
        ada, admin = make_user(db), make_user(db, "admin")
        db.execute(self.TOLD, ["192.0.2.7", ""])
        with acting(db, None, "service"):
            db.execute("select open_session(%s, %s, 'number-1', now() + interval '1 day')", [ada, b"1" * 32])
        with acting(db, admin, "admin"):
            db.execute("select set_role(%s, 'instructor')", [ada])
        query = "select c.user_id from audit_contexts_of(%s) as o (id) join audit_contexts as c using (id)"
        assert db.execute(query, [ada]).fetchall() == [(None,)]
        assert db.execute(query, [admin]).fetchall() == [(admin,)]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_logs set action = 'x'",
        "delete from audit_logs",
        "truncate audit_logs",
        "truncate audit_logs cascade",
        "update {partition} set user_id = null",
        "delete from {partition}",
        "truncate {partition}",
        "delete from audit_seals",
        "update audit_seals set row_count = 7",
        "truncate audit_seals",
    ],
)
def test_not_even_the_owner_changes_it(db: Connection, statement: str) -> None:
    make_user(db)
    db.execute(
        "insert into audit_seals values (1, 'x', 0, 1, 1, sha256(''), null, sha256(''), now()) on conflict do nothing"
    )
    partition = db.execute("select tableoid::regclass::text from audit_logs limit 1").fetchone()
    assert partition is not None
    with raises_sqlstate("PA409", conn=db):
        db.execute(statement.format(partition=partition[0]))


class TestReading:
    def test_the_trail_of_a_row_page_by_page(self, db: Connection) -> None:
        admin = make_user(db, "admin")
        with acting(db, admin, "admin"):
            for value in range(5):
                db.execute("select set_setting('xp.lesson', to_jsonb(%s::int))", [value])
            query = "select log_number, action from audit_trail('platform_settings', 'xp.lesson', null, %s, 3)"
            pages: list[Any] = db.execute(query, [None]).fetchall()
            pages += db.execute(query, [pages[-1][0]]).fetchall()
            numbers = [number for number, _ in pages]
            assert numbers == sorted(set(numbers), reverse=True)
            assert [action for _, action in pages] == ["update", "operations.set_setting"] * 3
            mine = db.execute("select count(*) from audit_trail(p_user_id => %s)", [admin]).fetchone()
            assert mine == (10,)

    @pytest.mark.parametrize("role", ["student", "instructor", "admin"])
    def test_it_is_for_administrators(self, db: Connection, role: Role) -> None:
        """Acting as one is not enough: somebody must be one."""
        with raises_sqlstate("42501", "PA403", conn=db), acting(db, make_user(db, "instructor"), role):
            db.execute("select * from audit_trail('users')")

    def test_nor_is_the_table_for_others(self, db: Connection) -> None:
        learner, admin = make_user(db), make_user(db, "admin")
        for user, seen in ((learner, False), (admin, True)):
            with acting(db, user, "admin"):
                assert bool(db.execute("select 1 from audit_logs limit 1").fetchall()) is seen

    @pytest.mark.parametrize(
        "arguments",
        ["", "p_entity_id => 'x'", "'users', p_limit => 0", "'users', p_limit => 201", "'users', p_limit => null"],
    )
    def test_a_question_that_is_too_wide(self, db: Connection, arguments: str) -> None:
        with raises_sqlstate("PA422", conn=db), acting(db, make_user(db, "admin"), "admin"):
            db.execute(f"select * from audit_trail({arguments})")

    def test_a_person_sees_what_is_theirs(self, db: Connection) -> None:
        ada, bob, admin = make_user(db), make_user(db), make_user(db, "admin")
        with acting(db, bob):
            db.execute("select update_profile(p_bio => 'x')")
        with acting(db, ada):
            db.execute("select update_profile(p_bio => 'x')")
        with acting(db, admin, "admin"):
            db.execute("select set_role(%s, 'instructor')", [ada])
        with acting(db, ada):
            rows = db.execute("select is_own, action, changed_columns from my_audit_trail()").fetchall()
            assert rows[:3] == [
                (False, "update", ["role"]),
                (False, "identity.set_role", ["role"]),
                (True, "update", ["bio"]),
            ]
            assert rows[3][:2] == (False, "insert")
            assert len(rows) == 4
            first = db.execute("select log_number from my_audit_trail(p_limit => 2)").fetchall()
            rest = db.execute("select is_own from my_audit_trail(%s)", [first[-1][0]]).fetchall()
            assert [own for (own,) in rest] == [True, False]
            with raises_sqlstate("PA422", conn=db):
                db.execute("select * from my_audit_trail(p_limit => 0)")
        with raises_sqlstate("PA401", conn=db), acting(db, None):
            db.execute("select * from my_audit_trail()")

    def test_nobody_writes_into_the_trail_of_another(self, db: Connection) -> None:
        """Of what failed with one's account one sees what the back end noted, and what one did oneself."""
        ada, bob = make_user(db), make_user(db)
        failed = "select log_failure('identity.open_session', '28P01', %s)"
        actors: list[tuple[UUID | None, Role]] = [(bob, "student"), (None, "service"), (ada, "student")]
        for user, role in actors:
            with acting(db, user, role):
                db.execute(failed, [str(ada)])
        with acting(db, ada):
            rows = db.execute("select is_own from my_audit_trail() where not is_success").fetchall()
        assert rows == [(True,), (False,)]


class TestFailures:
    def test_it_is_noted_with_who_failed(self, db: Connection) -> None:
        gone = make_user(db, is_active=False)
        with acting(db, gone, "admin"):
            assert db.execute("select log_failure('identity.set_role', 'PA403', 'x')").fetchone() == (True,)
        told = last(db, "user_id, acted_as, action, entity_type, entity_id, is_success, error_code")
        assert told == (gone, "academy_admin", "identity.set_role", "users", "x", False, "PA403")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("identity.no_such", "PA403", None), (None, "PA403", None), ("identity.set_role", "secret", None),
            ("identity.set_role", None, None), ("identity.set_role", "PA403", "x" * 201), ("update", "PA403", None),
        ],
    )  # fmt: skip
    def test_nothing_but_a_failure_can_be_put_there(self, db: Connection, arguments: tuple[Any, ...]) -> None:
        with raises_sqlstate("PA422", conn=db), acting(db, make_user(db)):
            db.execute("select log_failure(%s, %s, %s)", arguments)

    def test_not_by_visitors(self, db: Connection) -> None:
        with raises_sqlstate("42501", conn=db), acting(db, None, "anonymous"):
            db.execute("select log_failure('identity.set_role', 'PA403')")

    def test_of_nobody_in_a_persons_role_nothing_is_noted(self, db: Connection) -> None:
        """It would have no limit, and would use up what the back end may note about the same row."""
        db.execute("update platform_settings set setting_value = '1' where setting_key = 'audit.failures_per_hour'")
        query = "select log_failure('identity.open_session', '28P01', 'ada')"
        with acting(db, None):
            assert db.execute(query).fetchone() == (False,)
        with acting(db, None, "service"):
            assert db.execute(query).fetchone() == (True,)

    def test_so_many_an_hour_and_no_more(self, db: Connection) -> None:
        db.execute("update platform_settings set setting_value = '3' where setting_key = 'audit.failures_per_hour'")
        query = "select log_failure('identity.open_session', '28P01', %s)"
        cases: list[tuple[UUID | None, Role, Sequence[str | None]]] = [
            (make_user(db), "student", "abcde"),
            (make_user(db), "student", "aaaaa"),
            (None, "service", "aaaaa"),
            (None, "service", [None] * 5),
        ]
        for user, role, entities in cases:
            with acting(db, user, role):
                answers = [db.execute(query, [entity]).fetchone() for entity in entities]
            assert answers == [(True,)] * 3 + [(False,)] * 2
        with acting(db, None, "service"):
            assert db.execute(query, ["b"]).fetchone() == (True,)

    def test_the_end_of_a_login_is_noted(self, db: Connection) -> None:
        user = make_user(db)
        db.execute("select open_session(%s, %s, 'number-1', now() + interval '1 day')", [user, b"1" * 32])
        with acting(db, user):
            db.execute("select revoke_session(p_scope => 'all', p_user_id => %s)", [user])
        told = last(db, "user_id, action, entity_id, is_success")
        assert told == (user, "identity.revoke_session", str(user), True)

    def test_a_stolen_token_is_noted_although_nothing_is_raised(self, db: Connection) -> None:
        user = make_user(db)
        rotate = "select status from rotate_session(%s, %s, %s, now() + interval '1 day')"
        db.execute("select open_session(%s, %s, 'number-1', now() + interval '1 day')", [user, b"1" * 32])
        assert last(db, "action, is_success") == ("identity.open_session", True)
        assert db.execute(rotate, [b"1" * 32, b"2" * 32, "number-2"]).fetchone() == ("rotated",)
        assert db.execute(rotate, [b"1" * 32, b"3" * 32, "number-3"]).fetchone() == ("reused",)
        told = last(db, "action, entity_id, is_success, error_code")
        assert told == ("identity.rotate_session", str(user), False, "28000")
