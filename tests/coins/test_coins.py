"""Coins are earned once, spent once, and never come from nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Course, insert, make_course, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
HASH = "0x" + "AB" * 32


def award(conn: Connection, user: UUID, amount: int, source: UUID | None = None) -> Any:
    return one(conn, "select balance, awarded from award_coins(%s, %s, 'test', %s)", user, amount, source or uuid4())


def send(conn: Connection, sender: UUID, recipient: UUID | None, amount: int | None, key: str | None = None) -> Any:
    with acting(conn, sender, "student"):
        return one(
            conn, "select transaction_id, balance from transfer_coins(%s, %s, %s, 'hi')", recipient, amount,
            key or str(uuid4()),
        )  # fmt: skip


def buy(conn: Connection, user: UUID, key: str | None = None) -> Any:
    with acting(conn, user, "student"):
        return one(
            conn, "select price, balance, streak_freezes from buy_streak_freeze(%s)", key or str(uuid4())
        )  # fmt: skip


def balance(conn: Connection, user: UUID) -> int:
    return cast(int, one(conn, "select balance from coin_accounts where user_id = %s", user))


def earned(conn: Connection, user: UUID) -> int:
    return cast(int, one(conn, "select coins_earned from user_stats where user_id = %s", user))


def set_to(conn: Connection, key: str, value: int) -> None:
    conn.execute("update platform_settings set setting_value = to_jsonb(%s) where setting_key = %s", (value, key))


@pytest.fixture(autouse=True)
def _conserved(db: Connection) -> Any:
    """After every test: postings are balanced, and so is everything else that verify_integrity knows."""
    yield
    db.execute("set constraints all immediate")
    assert db.execute("select * from verify_integrity()").fetchall() == []


class TestRewards:
    @pytest.fixture
    def course(self, db: Connection) -> Course:
        course = make_course(db, lessons=2, coin_reward=100)
        db.execute("update lessons set coin_reward = 10 where id = %s", (course.lesson_ids[0],))
        return course

    def complete(self, db: Connection, user: UUID, lesson: UUID, key: str | None = None) -> Any:
        with acting(db, user, "student"):
            return one(db, "select coins_awarded, xp_awarded from complete_lesson(%s, null, %s)", lesson, key)

    def test_lessons_and_courses_pay_once(self, db: Connection, course: Course) -> None:
        user = make_user(db)
        make_enrollment(db, user, course)
        assert self.complete(db, user, course.lesson_ids[0], "k")[0] == 10
        assert self.complete(db, user, course.lesson_ids[0], "k")[0] == 10  # the reply of the first
        assert self.complete(db, user, course.lesson_ids[0])[0] == 0
        assert self.complete(db, user, course.lesson_ids[1])[0] == 100
        assert (balance(db, user), earned(db, user)) == (110, 110)
        assert one(db, "select sum(coins_earned) from lesson_progress where user_id = %s", user) == 10
        with acting(db, user, "student"):
            assert one(db, "select coin_balance, coins_earned from v_user_dashboard") == (110, 110)

    def test_progress_made_anew_does_not_pay_anew(self, db: Connection, course: Course) -> None:
        user = make_user(db)
        make_enrollment(db, user, course)
        self.complete(db, user, course.lesson_ids[0])
        db.execute("delete from lesson_progress where user_id = %s", (user,))
        assert self.complete(db, user, course.lesson_ids[0])[0] == 0
        assert (balance(db, user), earned(db, user)) == (10, 10)

    def test_ones_own_course_pays_nothing(self, db: Connection, course: Course) -> None:
        make_enrollment(db, course.instructor_id, course)
        for lesson in course.lesson_ids:
            assert self.complete(db, course.instructor_id, lesson)[0] == 0
        assert balance(db, course.instructor_id) == 0

    def test_a_course_that_pays_nothing_writes_nothing(self, db: Connection) -> None:
        course, user = make_course(db, lessons=1), make_user(db)
        make_enrollment(db, user, course)
        assert self.complete(db, user, course.lesson_ids[0])[0] == 0
        assert one(db, "select count(*) from coin_transactions") == 0

    def test_coins_reach_achievements(self, db: Connection, course: Course) -> None:
        insert(db, "achievements", slug="rich", title="Rich", criteria={"metric": "coins_earned", "threshold": 10})
        user = make_user(db)
        make_enrollment(db, user, course)
        with acting(db, user, "student"):
            got = one(db, "select achievements from complete_lesson(%s)", course.lesson_ids[0])
        assert "Rich" in {a["title"] for a in got}

    def test_award_once_per_source(self, db: Connection) -> None:
        user, source = make_user(db), uuid4()
        assert award(db, user, 5, source) == (5, 5)
        assert award(db, user, 9, source) == (5, 0)
        with raises_sqlstate("PA404", conn=db):
            award(db, make_user(db, deleted_at=datetime.now(UTC)), 5)

    def test_a_person_without_an_account_gets_one(self, db: Connection) -> None:
        user = make_user(db)
        db.execute("delete from coin_accounts where user_id = %s", (user,))
        assert award(db, user, 5) == (5, 5)


class TestBackfill:
    def test_what_was_earned_before_is_paid_once(self, db: Connection) -> None:
        course = make_course(db, lessons=2)
        learner, gone = make_user(db), make_user(db)
        for user in (learner, gone, course.instructor_id):
            make_enrollment(db, user, course)
            for lesson in course.lesson_ids:
                with acting(db, user, "student"):
                    db.execute("select complete_lesson(%s)", (lesson,))
        # As the migration leaves it: they were there, and their courses promised coins.
        db.execute("update courses set coin_reward = 100 where id = %s", (course.id,))
        db.execute("update lessons set coin_reward = 10 where id = %s", (course.lesson_ids[0],))
        db.execute("update coin_accounts set is_backfill_due = true where user_id is not null")
        db.execute("update users set deleted_at = now() where id = %s", (gone,))
        # By hand already: the same source.
        assert one(db, "select awarded from award_coins(%s, 3, 'lesson', %s)", learner, course.lesson_ids[0]) == 3

        batches = []
        while True:
            batches.append(one(db, "select people, transactions, coins, people_left from grant_missing_coins(1)"))
            if batches[-1][3] == 0:
                break
        assert [people for people, *_ in batches] == [1, 1, 1]
        assert sum(coins for _, _, coins, _ in batches) == 100
        assert one(db, "select people, transactions, coins, people_left from grant_missing_coins()") == (0, 0, 0, 0)
        db.execute("update coin_accounts set is_backfill_due = true where user_id is not null")
        assert one(db, "select people, transactions from grant_missing_coins()") == (3, 0)
        assert (balance(db, learner), earned(db, learner)) == (103, 103)
        assert (balance(db, gone), balance(db, course.instructor_id)) == (0, 0)

    def test_lessons_remember_it(self, db: Connection) -> None:
        course, learner = make_course(db, lessons=2), make_user(db)
        make_enrollment(db, learner, course)
        with acting(db, learner, "student"):
            db.execute("select complete_lesson(%s)", (course.lesson_ids[0],))
        db.execute("update lessons set coin_reward = 10 where course_id = %s", (course.id,))
        db.execute("update coin_accounts set is_backfill_due = true where user_id = %s", (learner,))
        assert one(db, "select transactions, coins from grant_missing_coins()") == (1, 10)
        assert one(db, "select coins_earned from lesson_progress where user_id = %s", learner) == 10


class TestTransfers:
    @pytest.fixture
    def pair(self, db: Connection) -> tuple[UUID, UUID]:
        ada, bob = make_user(db), make_user(db)
        award(db, ada, 100)
        return ada, bob

    def test_both_sides_see_it(self, db: Connection, pair: tuple[UUID, UUID]) -> None:
        ada, bob = pair
        transaction, left = send(db, ada, bob, 30)
        assert (left, balance(db, bob)) == (70, 30)
        assert earned(db, bob) == 0  # a gift is not earned
        for user, other, change in ((ada, bob, -30), (bob, ada, 30)):
            with acting(db, user, "student"):
                assert one(
                    db, "select change, other_id, amount, description from v_my_coins where id = %s", transaction
                ) == (change, other, 30, "hi")

    def test_a_repeated_call_pays_once(self, db: Connection, pair: tuple[UUID, UUID]) -> None:
        ada, bob = pair
        assert send(db, ada, bob, 30, "k") == send(db, ada, bob, 30, "k")
        assert balance(db, ada) == 70
        with raises_sqlstate("PA409", conn=db):
            send(db, ada, bob, 31, "k")

    @pytest.mark.parametrize("amount", [None, 0, -1, -(2**63), 2**63 - 1, 10_001])
    def test_amounts_refused(self, db: Connection, pair: tuple[UUID, UUID], amount: int | None) -> None:
        with raises_sqlstate("PA422", conn=db):
            send(db, *pair, amount)

    def test_who_and_how(self, db: Connection, pair: tuple[UUID, UUID]) -> None:
        ada, bob = pair
        gone, off = make_user(db, deleted_at=datetime.now(UTC)), make_user(db, is_active=False)
        system = one(db, "select id from coin_accounts where kind = 'sink'")
        for recipient in (None, uuid4(), gone, off, system):
            with raises_sqlstate("PA404", conn=db):
                send(db, ada, recipient, 1)
        with raises_sqlstate("PA422", conn=db):
            send(db, ada, ada, 1)
        with raises_sqlstate("PA409", conn=db):
            send(db, ada, bob, 101)
        with raises_sqlstate("PA409", conn=db):
            send(db, bob, ada, 1)
        with raises_sqlstate("PA422", conn=db), acting(db, ada, "student"):
            db.execute("select transfer_coins(%s, 1, null)", (bob,))
        assert balance(db, ada) == 100

    def test_the_days_limit(self, db: Connection, pair: tuple[UUID, UUID]) -> None:
        ada, bob = pair
        set_to(db, "coins.transfer_daily_max", 50)
        send(db, ada, bob, 30)
        with raises_sqlstate("PA429", conn=db):
            send(db, ada, bob, 21)
        send(db, ada, bob, 20)
        with raises_sqlstate("PA429", conn=db):
            send(db, ada, bob, 1)
        db.execute("update coin_accounts set sent_on = sent_on - 1 where user_id = %s", (ada,))
        assert send(db, ada, bob, 50)[1] == 0

    def test_a_transaction_from_before_midnight_begins_no_day_anew(
        self, db: Connection, pair: tuple[UUID, UUID]
    ) -> None:
        ada, bob = pair
        set_to(db, "coins.transfer_daily_max", 50)
        send(db, ada, bob, 50)
        # As if midnight had come and others had sent these since, while this transaction stood open.
        db.execute("update coin_accounts set sent_on = sent_on + 1 where user_id = %s", (ada,))
        with raises_sqlstate("PA429", conn=db):
            send(db, ada, bob, 1)


class TestPurchases:
    def test_a_freeze_is_bought(self, db: Connection) -> None:
        user = make_user(db)
        award(db, user, 700)
        assert buy(db, user, "k") == (200, 500, 1)
        assert buy(db, user, "k") == (200, 500, 1)
        assert buy(db, user) == (200, 300, 2)
        with raises_sqlstate("PA409", conn=db):
            buy(db, user)
        assert balance(db, user) == 300
        assert earned(db, user) == 700

    def test_not_without_coins_nor_when_not_sold(self, db: Connection) -> None:
        user = make_user(db)
        award(db, user, 199)
        with raises_sqlstate("PA409", conn=db):
            buy(db, user)
        assert one(db, "select streak_freezes from user_stats where user_id = %s", user) == 0
        set_to(db, "coins.streak_freeze_price", 0)
        with raises_sqlstate("PA409", conn=db):
            buy(db, user)
        set_to(db, "coins.streak_freeze_price", 150)
        assert buy(db, user) == (150, 49, 1)


class TestBlockchain:
    RECORD = "select transaction_id, status, balance from record_blockchain_coins(%s, %s, %s, %s, %s)"
    CONFIRM = "select status, balance from confirm_blockchain_coins(%s, %s)"
    FAIL = "select status, balance from fail_blockchain_coins(%s, 'lost')"

    def test_a_deposit_counts_when_confirmed(self, db: Connection) -> None:
        user = make_user(db)
        deposit, *pending = one(db, self.RECORD, user, "deposit", 40, "k", HASH)
        assert pending == ["pending", 0]
        assert one(db, self.RECORD, user, "deposit", 40, "k", HASH.lower())[0] == deposit
        with acting(db, user, "student"):
            assert one(db, "select change, is_blockchain_confirmed from v_my_coins") == (None, False)
        for _ in range(2):
            assert one(db, self.CONFIRM, deposit, None) == ("confirmed", 40)
        with raises_sqlstate("PA409", conn=db):
            one(db, self.FAIL, deposit)
        with acting(db, user, "student"):
            assert one(db, "select change, is_blockchain_confirmed from v_my_coins") == (40, True)
        assert earned(db, user) == 0

    def test_one_hash_is_one_entry(self, db: Connection) -> None:
        user = make_user(db)
        first = one(db, self.RECORD, user, "deposit", 40, "k", HASH)[0]
        with raises_sqlstate("PA409", conn=db):
            one(db, self.RECORD, user, "deposit", 40, "l", HASH.lower())
        assert one(db, self.FAIL, first) == ("failed", 0)
        with raises_sqlstate("PA409", conn=db):
            one(db, self.CONFIRM, first, None)
        assert one(db, self.RECORD, user, "deposit", 40, "l", HASH)[1] == "pending"

    def test_a_withdrawal_is_held_and_comes_back(self, db: Connection) -> None:
        user = make_user(db)
        award(db, user, 50)
        lost = one(db, self.RECORD, user, "withdrawal", 40, "k", None)
        assert lost[2] == 10
        with raises_sqlstate("PA409", conn=db):
            one(db, self.RECORD, user, "withdrawal", 40, "l", None)
        for _ in range(2):
            assert one(db, self.FAIL, lost[0]) == ("failed", 50)
        sent = one(db, self.RECORD, user, "withdrawal", 40, "m", None)[0]
        with raises_sqlstate("PA422", conn=db):
            one(db, self.CONFIRM, sent, None)
        for _ in range(2):
            assert one(db, self.CONFIRM, sent, HASH) == ("confirmed", 10)
        with raises_sqlstate("PA409", conn=db):
            one(db, self.CONFIRM, sent, "0.0.1@2")

    @pytest.mark.parametrize(
        ("hash_", "same"),
        [
            (HASH, HASH[2:]),
            ("0.0.5@1700000000.000000017", "0.0.5-1700000000-000000017"),
            ("0.0.5@1700000000.000000017", "0.0.5@1700000000.17"),
            ("AB" * 48, "ab" * 48),
        ],
    )
    def test_another_spelling_is_no_other_deposit(self, db: Connection, hash_: str, same: str) -> None:
        user = make_user(db)
        one(db, self.RECORD, user, "deposit", 40, "k", hash_)
        with raises_sqlstate("PA409", conn=db):
            one(db, self.RECORD, user, "deposit", 40, "l", same)

    @pytest.mark.parametrize("hash_", ["", "0x12", "0x" + "g" * 64, "a b", "x" * 101])
    def test_hashes_refused(self, db: Connection, hash_: str) -> None:
        with raises_sqlstate("PA422", conn=db):
            one(db, self.RECORD, make_user(db), "deposit", 1, "k", hash_)


class TestReversals:
    REVERSE = "select is_new, balance from reverse_coins(%s, 'a mistake')"

    def test_a_reward_once(self, db: Connection) -> None:
        user, source = make_user(db), uuid4()
        award(db, user, 50, source)
        award(db, user, 7)
        reward = one(db, "select id from coin_transactions where related_object_id = %s", source)
        assert one(db, self.REVERSE, reward) == (True, 7)
        assert one(db, self.REVERSE, reward) == (False, 7)
        assert earned(db, user) == 7
        assert award(db, user, 50, source) == (7, 0)
        back = one(db, "select id from coin_transactions where transaction_type = 'reversal'")
        with raises_sqlstate("PA409", conn=db):
            one(db, self.REVERSE, back)

    def test_a_transfer_unless_it_is_spent(self, db: Connection) -> None:
        ada, bob = make_user(db), make_user(db)
        award(db, ada, 50)
        gift, _ = send(db, ada, bob, 50)
        spent, _ = send(db, bob, ada, 20)
        with raises_sqlstate("PA409", conn=db):
            one(db, self.REVERSE, gift)
        one(db, self.REVERSE, spent)
        assert one(db, self.REVERSE, gift) == (True, 50)
        assert (balance(db, ada), balance(db, bob)) == (50, 0)


class TestTheLedger:
    def test_rows_are_never_changed(self, db: Connection) -> None:
        award(db, make_user(db), 5)
        for statement in (
            "update coin_transactions set amount = 6",
            "update coin_transactions set status = 'failed', failure_reason = 'x'",
            "delete from coin_transactions",
            "update coin_postings set amount = 6",
            "delete from coin_postings",
        ):
            with raises_sqlstate("PA409", conn=db):
                db.execute(statement.encode())

    def test_a_pending_entry_changes_only_by_being_settled(self, db: Connection) -> None:
        one(db, TestBlockchain.RECORD, make_user(db), "deposit", 40, "k", HASH)
        for change in ("amount = 41", "status = 'confirmed', settled_at = now(), amount = 41", "description = 'x'"):
            with raises_sqlstate("PA409", conn=db):
                db.execute(f"update coin_transactions set {change}".encode())

    @pytest.mark.parametrize("amounts", [(5,), (-5,), (-5, 4), (-4, 4), (-6, 6)])
    def test_postings_that_do_not_balance_are_refused_at_commit(
        self, school: SchoolDatabase, amounts: tuple[int, ...]
    ) -> None:
        conn = school.connect()
        user = make_user(conn)
        conn.commit()
        transaction = insert(
            conn, "coin_transactions", user_id=user, transaction_type="reward", amount=5, related_object_type="test"
        )  # fmt: skip
        issuance = one(conn, "select school_coin_account('issuance')")
        for (account, holder), amount in zip([(issuance, None), (user, user)], amounts, strict=False):
            insert(
                conn, "coin_postings", "amount", transaction_id=transaction, account_id=account, user_id=holder,
                amount=amount,
            )  # fmt: skip
        with raises_sqlstate("PA409"):
            conn.commit()

    def test_a_posting_cannot_be_added_later(self, db: Connection) -> None:
        user = make_user(db)
        award(db, user, 5)
        db.execute("set constraints all immediate")
        with raises_sqlstate("PA409", conn=db):
            db.execute(
                "insert into coin_postings (transaction_id, account_id, user_id, amount)"
                " select id, %(u)s, %(u)s, 5 from coin_transactions",
                {"u": make_user(db)},
            )

    def test_no_balance_below_zero_and_no_third_account_of_the_school(self, db: Connection) -> None:
        user = make_user(db)
        with raises_sqlstate("23514", conn=db):
            db.execute("update coin_accounts set balance = -1 where user_id = %s", (user,))
        for kind in ("issuance", "sink"):
            with raises_sqlstate("23", conn=db):
                db.execute("insert into coin_accounts (id, kind) values (uuid_v7(), %s)", (kind,))
        award(db, user, 5)
        with raises_sqlstate("23", conn=db):
            db.execute(
                "insert into coin_postings (transaction_id, account_id, amount)"
                " select id, uuid_v7(), 5 from coin_transactions"
            )

    def test_amounts_are_positive(self, db: Connection) -> None:
        for amount in (0, -5):
            with raises_sqlstate("23514", conn=db):
                insert(db, "coin_transactions", user_id=make_user(db), transaction_type="purchase", amount=amount)

    def test_a_positive_amount_forbids_no_spending(self, db: Connection) -> None:
        """One row of an amount above zero can only ever be income. Here whoever pays has a posting below it."""
        ada, bob = make_user(db), make_user(db)
        award(db, ada, 230)
        transaction, _ = send(db, ada, bob, 30)
        assert buy(db, ada)[:2] == (200, 0)
        assert {amount for (amount,) in db.execute("select amount from coin_transactions").fetchall()} == {230, 30, 200}
        assert db.execute(
            "select user_id, amount from coin_postings where transaction_id = %s order by amount", (transaction,)
        ).fetchall() == [(ada, -30), (bob, 30)]


class TestCeilings:
    """No author prints coins without an end."""

    @pytest.mark.parametrize(
        ("call", "key"),
        [
            ("create_course('T', p_coin_reward => %(coins)s)", "coins.course_max"),
            ("update_course(%(course)s, p_coin_reward => %(coins)s)", "coins.course_max"),
            ("add_lesson(%(course)s, 'T', p_coin_reward => %(coins)s)", "coins.lesson_max"),
            ("update_lesson(%(lesson)s, p_coin_reward => %(coins)s)", "coins.lesson_max"),
            ("create_exercise(%(lesson)s, 'T', p_coin_reward => %(coins)s)", "coins.exercise_max"),
            ("update_exercise(%(exercise)s, p_coin_reward => %(coins)s)", "coins.exercise_max"),
        ],
    )
    def test_what_may_be_named(self, db: Connection, call: str, key: str) -> None:
        course, admin = make_course(db), make_user(db, "admin")
        lesson = course.lesson_ids[0]
        exercise = insert(db, "exercises", course_id=course.id, lesson_id=lesson, title="T")
        known = {"course": course.id, "lesson": lesson, "exercise": exercise}

        def name(user: UUID, role: Role, coins: int) -> None:
            with acting(db, user, role):
                db.execute(f"select {call}", known | {"coins": coins})

        most = 5000 if "course" in key else 500
        namers: list[tuple[UUID, Role]] = [(course.instructor_id, "instructor"), (admin, "admin")]
        for user, role in namers:
            name(user, role, most)
            with raises_sqlstate("PA422", conn=db) as raised:
                name(user, role, most + 1)
            assert key in (raised.detail or "")
        with acting(db, admin, "admin"):
            db.execute("select set_setting(%s, '7')", (key,))
        name(course.instructor_id, "instructor", 7)
        with raises_sqlstate("PA422", conn=db):
            name(course.instructor_id, "instructor", 8)

    def test_a_ceiling_of_nothing(self, db: Connection) -> None:
        course = make_course(db, lessons=1, coin_reward=10)
        db.execute("update lessons set coin_reward = 10")
        for key in ("coins.course_max", "coins.lesson_max"):
            set_to(db, key, 0)
        user = make_user(db)
        make_enrollment(db, user, course)
        with acting(db, user, "student"):
            done = db.execute("select course_completed, coins_awarded from complete_lesson(%s)", course.lesson_ids)
            assert done.fetchone() == (True, 0)

    def test_what_was_named_before_pays_no_more(self, db: Connection) -> None:
        course = make_course(db, lessons=1, coin_reward=1_000_000)
        lesson = course.lesson_ids[0]
        db.execute("update lessons set coin_reward = 1000000")
        user, early = make_user(db), make_user(db)
        exercise = insert(
            db, "exercises", course_id=course.id, lesson_id=lesson, title="T", coin_reward=1_000_000, is_published=True,
            is_mandatory=False,
        )  # fmt: skip
        for learner in (user, early):
            make_enrollment(db, learner, course)
        with acting(db, user, "student"):
            work = one(db, 'select submission_id from submit_exercise(%s, \'{"text": "x"}\')', exercise)
            assert one(db, "select coins_awarded from complete_lesson(%s)", lesson) == 5500
        with acting(db, course.instructor_id, "instructor"):
            assert one(db, "select coins_awarded from grade_submission(%s, 100)", work) == 500
        assert balance(db, user) == 6000
        # Before there were coins.
        with db.transaction(force_rollback=True):
            db.execute("update lessons set coin_reward = 0")
            db.execute("update courses set coin_reward = 0")
            with acting(db, early, "student"):
                assert one(db, "select coins_awarded from complete_lesson(%s)", lesson) == 0
            db.execute("update lessons set coin_reward = 1000000")
            db.execute("update courses set coin_reward = 1000000")
            db.execute("update coin_accounts set is_backfill_due = true where user_id = %s", (early,))
            assert one(db, "select coins from grant_missing_coins()") == 5500


def test_history_page_by_page(db: Connection) -> None:
    """Both sides, newest first; the pages together are what v_my_coins shows, whatever came at one moment."""
    ada, bob = make_user(db), make_user(db)
    for user in (ada, bob):
        award(db, user, 100)
    for n in range(3):
        send(db, ada, bob, 5 + n)
        send(db, bob, ada, 1)
    with acting(db, ada, "student"):
        whole = db.execute("select id, change, other_id from v_my_coins order by created_at desc, id desc").fetchall()
        page = "select transaction_id, change, other_id from coin_history(%s, %s)"
        found: list[Any] = []
        while rows := db.execute(page, (2, found[-1][0] if found else None)).fetchall():
            found += rows
        assert (len(whole), found) == (7, whole)
        assert db.execute("select transaction_id, change, other_id from coin_history()").fetchall() == whole
    other = one(db, "select id from coin_transactions where user_id = %s and transaction_type = 'reward'", bob)
    for arguments, code in (
        ((0, None), "PA422"),
        ((101, None), "PA422"),
        ((5, other), "PA404"),
        ((5, uuid4()), "PA404"),
    ):
        with acting(db, ada, "student"), raises_sqlstate(code, conn=db):
            db.execute(page, arguments)
