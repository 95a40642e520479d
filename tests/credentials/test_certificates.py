"""Certificates: one valid per enrolment, replaced but never changed, and verified by nobody but who holds the code."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.credentials.school import by_staff, graduate, set_to, valid
from tests.support.asserts import raises_sqlstate
from tests.support.factories import insert, make_course, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
VERIFY = "select status, certificate_number, recipient_name, course_title from verify_certificate(%s)"


@pytest.fixture(autouse=True)
def _sound(db: Connection) -> Any:
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


def earned(conn: Connection, user: Any) -> int:
    return cast(int, one(conn, "select certificates_earned from user_stats where user_id = %s", user))


class TestIssuing:
    def test_completion_brings_one(self, db: Connection) -> None:
        ada = graduate(db)
        name, title, number, code, same, by = one(
            db,
            """select f.recipient_name, f.course_title, f.certificate_number, f.verification_code,
                      f.completed_at = e.completed_at and f.issued_at = e.certificate_issued_at, f.issued_by
               from certificates f join enrollments e on e.id = f.enrollment_id where e.id = %s""",
            ada.enrollment,
        )
        assert (name, same, by) == ("Ada Lovelace", True, None)
        assert title == one(db, "select title from courses where id = %s", ada.course.id)
        assert re.fullmatch(r"\d{4}(-[0-9A-F]{4}){4}", number)
        assert re.fullmatch("[0-9a-f]{40}", code)
        assert number[5:].replace("-", "").lower() not in code
        assert earned(db, ada.user) == 1

    def test_once_though_the_lesson_is_repeated(self, db: Connection) -> None:
        ada = graduate(db)
        db.execute("select record_completion(%s, %s, 90)", (ada.user, ada.course.lesson_ids[0]))
        assert one(db, "select count(*) from certificates") == 1

    def test_by_a_lesson_that_is_taken_away(self, db: Connection) -> None:
        course, ada = make_course(db, lessons=2), make_user(db)
        enrollment = make_enrollment(db, ada, course)
        db.execute("select record_completion(%s, %s)", (ada, course.lesson_ids[0]))
        assert valid(db, enrollment) is None
        by_staff(db, course, "select remove_lesson(%s)", course.lesson_ids[1])
        assert valid(db, enrollment) is not None

    def test_not_for_ones_own_course(self, db: Connection) -> None:
        course = make_course(db, lessons=1)
        ivy = graduate(db, course, course.instructor_id)
        assert valid(db, ivy.enrollment) is None
        with raises_sqlstate("PA409", conn=db):
            by_staff(db, course, "select issue_certificate(%s)", ivy.enrollment)
        assert one(db, "select certificates from issue_missing_certificates()") == 0

    def test_the_achievement_it_reaches_is_told(self, db: Connection) -> None:
        achievement = insert(
            db, "achievements", slug="papers", title="Papers", xp_reward=70,
            criteria={"metric": "certificates_earned", "threshold": 1},
        )  # fmt: skip
        course, ada = make_course(db, lessons=1), make_user(db)
        make_enrollment(db, ada, course)
        told, xp, total = one(
            db, "select achievements, xp_awarded, total_xp from record_completion(%s, %s)", ada, course.lesson_ids[0]
        )
        assert [a["id"] for a in told].count(str(achievement)) == 1
        assert xp == total
        assert one(db, "select sum(amount) from xp_events where user_id = %s", ada) == total

    def test_the_setting_turns_it_off_and_staff_make_up_for_it(self, db: Connection) -> None:
        set_to(db, "certificates.issue_on_completion", False)
        ada = graduate(db)
        assert valid(db, ada.enrollment) is None
        issue = "select certificate_id, is_new from issue_certificate(%s)"
        certificate, is_new = by_staff(db, ada.course, issue, ada.enrollment)
        assert is_new
        assert by_staff(db, ada.course, issue, ada.enrollment) == (certificate, False)
        assert one(db, "select issued_by from certificates") == ada.course.instructor_id
        assert earned(db, ada.user) == 1

    def test_what_was_completed_before(self, db: Connection) -> None:
        set_to(db, "certificates.issue_on_completion", False)
        course = make_course(db, lessons=1)
        graduates = [graduate(db, course) for _ in range(5)]
        make_enrollment(db, make_user(db), course)
        gone = graduate(db, course)
        db.execute("update users set deleted_at = now() where id = %s", (gone.user,))
        # One was given and taken back: it does not come again.
        certificate, _ = by_staff(db, course, "select * from issue_certificate(%s)", graduates[0].enrollment)
        by_staff(db, course, "select revoke_certificate(%s, 'copied')", certificate)
        left = []
        for _ in range(3):
            done, rest = one(db, "select certificates, enrollments_left from issue_missing_certificates(2)")
            left.append((done, rest))
        assert left == [(2, 2), (2, 0), (0, 0)]
        assert {earned(db, g.user) for g in graduates[1:]} == {1}
        assert (earned(db, graduates[0].user), earned(db, gone.user)) == (0, 0)

    @pytest.mark.parametrize(
        ("person", "name"),
        [
            ({"full_name": " Grace Hopper "}, "Grace Hopper"),
            ({"full_name": "", "first_name": "Grace", "last_name": "Hopper"}, "Grace Hopper"),
            ({"full_name": None, "username": "grace"}, "grace"),
        ],
    )
    def test_the_name_on_it(self, db: Connection, person: dict[str, Any], name: str) -> None:
        assert one(db, "select recipient_name from certificates where enrollment_id = %s", graduate(
            db, **person).enrollment) == name  # fmt: skip


class TestReplacing:
    def test_a_corrected_name(self, db: Connection) -> None:
        """A unique key on the enrolment alone, as the documents have it, would forbid the second certificate."""
        ada = graduate(db, full_name="Ada Lovelcae")
        old = valid(db, ada.enrollment)
        codes = dict(db.execute("select id, verification_code from certificates").fetchall())
        db.execute("update users set full_name = 'Ada Lovelace' where id = %s", (ada.user,))
        db.execute("update courses set title = 'Something else' where id = %s", (ada.course.id,))
        new = by_staff(db, ada.course, "select reissue_certificate(%s, 'misspelt')", old)
        codes |= dict(db.execute("select id, verification_code from certificates").fetchall())
        first, second = one(db, VERIFY, codes[old]), one(db, VERIFY, codes[new])
        assert (first[0], first[2], second[0], second[2]) == ("revoked", None, "valid", "Ada Lovelace")
        assert second[3] != "Something else"
        assert first[1] != second[1]
        assert len(set(codes.values())) == 2
        assert one(db, "select replaces_id from certificates where id = %s", new) == old
        assert earned(db, ada.user) == 1
        with raises_sqlstate("PA409", conn=db):
            by_staff(db, ada.course, "select reissue_certificate(%s, 'again')", old)

    def test_revoked_and_given_back(self, db: Connection) -> None:
        ada = graduate(db)
        old = valid(db, ada.enrollment)
        revoke = "select revoke_certificate(%s, 'copied')"
        assert by_staff(db, ada.course, revoke, old) is True
        assert by_staff(db, ada.course, revoke, old) is False
        assert earned(db, ada.user) == 0
        assert one(db, "select certificate_issued_at from enrollments where id = %s", ada.enrollment) is None
        with raises_sqlstate("PA409", conn=db):
            by_staff(db, ada.course, "select issue_certificate(%s)", ada.enrollment)
        new = by_staff(db, ada.course, "select reissue_certificate(%s, 'a mistake')", old)
        assert valid(db, ada.enrollment) == new
        assert earned(db, ada.user) == 1

    def test_of_a_deleted_course(self, db: Connection) -> None:
        ada = graduate(db)
        by_staff(db, ada.course, "select delete_course(%s)", ada.course.id)
        new = by_staff(db, ada.course, "select reissue_certificate(%s, 'misspelt')", valid(db, ada.enrollment))
        with acting(db, ada.user, "student"):
            assert one(db, "select id from v_my_certificates where not is_revoked") == new

    def test_it_never_changes(self, db: Connection) -> None:
        graduate(db)
        for change in ("recipient_name = 'Eve'", "course_title = 'x'", "completed_at = '2000-01-01Z'",
                       "user_id = uuid_v7()", "verification_code = repeat('0', 40)"):  # fmt: skip
            with raises_sqlstate("PA409", conn=db):
                db.execute(f"update certificates set {change}")
        with raises_sqlstate("PA409", conn=db):
            db.execute("delete from certificates")
        db.execute("update certificates set revoked_at = now(), revocation_reason = 'x'")
        with raises_sqlstate("PA409", conn=db):
            db.execute("update certificates set revoked_at = null, revocation_reason = null")
        db.execute("update certificates set pdf_path = 'a/b.pdf'")
        db.execute("update enrollments set certificate_issued_at = null")
        db.execute("update user_stats set certificates_earned = 0")

    @pytest.mark.parametrize("role", ["instructor", "admin"])
    def test_who_may(self, db: Connection, role: Role) -> None:
        ada = graduate(db)
        certificate = valid(db, ada.enrollment)
        other = make_user(db, role)
        calls = [
            ("select revoke_certificate(%s, 'x')", certificate),
            ("select reissue_certificate(%s, 'x')", certificate),
            ("select issue_certificate(%s)", ada.enrollment),
        ]
        for call, argument in calls:
            if role == "instructor":
                with raises_sqlstate("PA403", conn=db), acting(db, other, "instructor"):
                    db.execute(call, (argument,))
            with raises_sqlstate("PA404", conn=db), acting(db, other, role):
                db.execute(call, (uuid4(),))
        if role == "admin":
            with acting(db, other, "admin"):
                assert one(db, "select revoke_certificate(%s, 'x')", certificate) is True
        else:
            # Approval can be withdrawn, and then an instructor's own course stands still too.
            db.execute("update users set is_approved = false where id = %s", (ada.course.instructor_id,))
            for call, argument in calls:
                with raises_sqlstate("PA403", conn=db):
                    by_staff(db, ada.course, call, argument)


class TestVerifying:
    def test_it_tells_no_more_than_is_printed(self, db: Connection) -> None:
        ada = graduate(db)
        code, number, title = one(db, "select verification_code, certificate_number, course_title from certificates")
        with acting(db, None, "anonymous"):
            cursor = db.execute("select * from verify_certificate(%s)", (code,))
            assert [c.name for c in cursor.description or ()] == [
                "status", "certificate_number", "recipient_name", "course_title", "completed_at", "issued_at",
                "revoked_at",
            ]  # fmt: skip
            row = cursor.fetchone()
            assert row is not None
            assert row[:4] == ("valid", number, "Ada Lovelace", title)
            spelt = " ".join(code[n : n + 4].upper() for n in range(0, 40, 4))
            assert db.execute("select * from verify_certificate(%s)", (spelt,)).fetchone() == row
            for unknown in ("0" * 40, code[:-1], code + "0", number, "", None, "x" * 1_000_000, "%", str(ada.user)):
                assert db.execute("select * from verify_certificate(%s)", (unknown,)).fetchall() == [
                    ("unknown", *[None] * 6)
                ]
            for query in ("select * from certificates", "select * from v_my_certificates"):
                with raises_sqlstate("42501", conn=db):
                    db.execute(query)
        by_staff(db, ada.course, "select revoke_certificate(%s, 'copied')", valid(db, ada.enrollment))
        with acting(db, None, "anonymous"):
            said = one(db, "select * from verify_certificate(%s)", code)
        assert said[:6] == ("revoked", number, None, None, None, None)
        assert said[6] is not None

    def test_a_wrong_code_takes_as_long(self, db: Connection) -> None:
        """The middle of many, taken in turns: known and unknown go the same way."""
        graduate(db)
        known = one(db, "select verification_code from certificates")
        times: dict[str, list[float]] = {known: [], "0" * 40: []}
        for _ in range(300):
            for code, taken in times.items():
                begun = time.perf_counter()
                db.execute("select * from verify_certificate(%s)", (code,)).fetchone()
                taken.append(time.perf_counter() - begun)
        one_, other = (statistics.median(taken) for taken in times.values())
        assert max(one_, other) < 2 * min(one_, other)

    def test_renaming_oneself_changes_nothing_that_is_issued(self, db: Connection) -> None:
        ada = graduate(db)
        with acting(db, ada.user, "student"):
            db.execute("update users set full_name = 'Somebody Else'")
        code = one(db, "select verification_code from certificates")
        assert one(db, VERIFY, code)[2] == "Ada Lovelace"


def test_the_pdf(db: Connection) -> None:
    certificate = valid(db, graduate(db).enrollment)
    db.execute("select set_certificate_pdf(%s, '2024/a.pdf')", (certificate,))
    assert one(db, "select pdf_path from certificates") == "2024/a.pdf"
    for path in ("/etc/passwd", "../a.pdf", "a/../b", "a//b", "", ".a", "a b"):
        with raises_sqlstate("PA422", conn=db):
            db.execute("select set_certificate_pdf(%s, %s)", (certificate, path))


def test_differences_are_found_and_caches_mended(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada, bob = graduate(conn), graduate(conn)
    conn.execute("update enrollments set certificate_issued_at = null where id = %s", (ada.enrollment,))
    conn.execute("update user_stats set certificates_earned = 3 where user_id = %s", (bob.user,))
    found = {row[0] for row in conn.execute("select check_name from verify_integrity()").fetchall()}
    assert found == {"enrollments.certificate_issued_at", "user_stats.certificates_earned"}
    conn.execute("select * from repair_counters()")
    assert conn.execute("select * from verify_integrity()").fetchall() == []
    conn.execute(
        "update enrollments set status = 'dropped', dropped_at = now(), completed_at = null where id = %s",
        (ada.enrollment,),
    )
    found = {row[0] for row in conn.execute("select check_name from verify_integrity()").fetchall()}
    assert "certificates.enrollment_id" in found


def test_what_an_administrator_revoked_only_an_administrator_replaces(db: Connection) -> None:
    course, admin = make_course(db, lessons=1), make_user(db, "admin")
    ada = graduate(db, course)
    revoke, reissue = "select revoke_certificate(%s, 'cheated')", "select reissue_certificate(%s, 'a mistake')"
    certificate = valid(db, ada.enrollment)
    by_staff(db, course, revoke, certificate)
    certificate = by_staff(db, course, reissue, certificate)  # their own mistake
    with acting(db, admin, "admin"):
        one(db, revoke, certificate)
    for _ in range(2):  # revoked again by the instructor it is still the administrator's
        with raises_sqlstate("PA403", conn=db):
            by_staff(db, course, reissue, certificate)
        by_staff(db, course, revoke, certificate)
    # Of those revoked before it was kept, the person tells.
    with db.transaction(force_rollback=True):
        db.execute("alter table certificates disable trigger user")
        db.execute("update certificates set revoked_as = null")
        with raises_sqlstate("PA403", conn=db):
            by_staff(db, course, reissue, certificate)
    with acting(db, admin, "admin"):
        assert one(db, reissue, certificate) == valid(db, ada.enrollment)
