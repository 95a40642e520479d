"""Certificates as tokens: what the chain says of them, and that they outlive the course."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pgacademy.testing import acting
from tests.credentials.school import by_staff, graduate, valid
from tests.support.asserts import raises_sqlstate
from tests.support.queries import one

Connection = psycopg.Connection[Any]
MINT = "select * from mint_certificate(%s, 'hedera', 'testnet', '0.0.9', 'ipfs://image', %s)"
ADVANCE = """select status from advance_chain_transaction(
    %s, %s, p_tx_id => %s, p_consensus_timestamp => %s, p_failure_reason => %s)"""


@pytest.fixture(autouse=True)
def _sound(db: Connection) -> Any:
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


def test_from_pending_to_minted(db: Connection) -> None:
    ada = graduate(db)
    certificate = valid(db, ada.enrollment)
    token, transaction, metadata = one(db, MINT, certificate, "k")
    assert one(db, MINT, certificate, "k") == (token, transaction, metadata)
    status = "select status, minted_at is not null from nft_certificates"
    assert one(db, status) == ("pending", False)
    db.execute("select record_nft_token(%s, p_metadata_uri => 'ipfs://meta')", (token,))
    one(db, ADVANCE, transaction, "submitted", "0.0.2@1700000000.5", None, None)
    assert one(db, status) == ("submitted", False)
    one(db, ADVANCE, transaction, "confirmed", None, "2024-05-01Z", None)
    db.execute("select record_nft_token(%s, p_token_id => '0.0.9', p_serial_number => 7)", (token,))
    db.execute("select record_nft_token(%s, p_token_id => '0.0.9', p_serial_number => 7)", (token,))
    one(db, ADVANCE, transaction, "final", None, None, None)
    assert one(db, status) == ("minted", True)
    for call in ("p_token_id => '0.0.8'", "p_serial_number => 8", "p_metadata_uri => 'ipfs://other'"):
        with raises_sqlstate("PA409", conn=db):
            db.execute(f"select record_nft_token(%s, {call})", (token,))
    # The course goes, and nothing of it is lost.
    by_staff(db, ada.course, "select delete_course(%s)", ada.course.id)
    with acting(db, ada.user, "student"):
        assert one(
            db, "select nft_status, nft_token_id, nft_serial_number, nft_metadata_uri, course_title is not null,"
            " nft_hashscan_url from v_my_certificates",
        ) == ("minted", "0.0.9", 7, "ipfs://meta", True,
              "https://hashscan.io/testnet/transaction/0.0.2@1700000000.000000005")  # fmt: skip


def test_one_token_a_certificate_and_one_certificate_a_token(db: Connection) -> None:
    ada, bob = graduate(db), graduate(db)
    first, transaction, _ = one(db, MINT, valid(db, ada.enrollment), "a")
    with raises_sqlstate("PA409", conn=db):
        one(db, MINT, valid(db, ada.enrollment), "b")
    other, _, _ = one(db, MINT, valid(db, bob.enrollment), "c")
    record = "select record_nft_token(%s, p_token_id => '0.0.9', p_serial_number => 1)"
    db.execute(record, (first,))
    with raises_sqlstate("PA409", conn=db):
        db.execute(record, (other,))
    # What failed leaves its place, and may be tried again.
    one(db, ADVANCE, transaction, "failed", None, None, "rejected")
    with raises_sqlstate("PA409", conn=db):
        db.execute(record, (first,))
    one(db, MINT, valid(db, ada.enrollment), "d")
    db.execute(record, (other,))


def test_what_is_revoked_is_not_minted(db: Connection) -> None:
    ada = graduate(db)
    certificate = valid(db, ada.enrollment)
    by_staff(db, ada.course, "select revoke_certificate(%s, 'copied')", certificate)
    with raises_sqlstate("PA409", conn=db):
        one(db, MINT, certificate, "k")


def test_a_key_is_for_one_certificate(db: Connection) -> None:
    ada = graduate(db)
    old = valid(db, ada.enrollment)
    one(db, MINT, old, "k")
    new = by_staff(db, ada.course, "select reissue_certificate(%s, 'misspelt')", old)
    with raises_sqlstate("PA409", conn=db):
        one(db, MINT, new, "k")


def test_the_chain_is_told_nothing_of_the_person(db: Connection) -> None:
    ada = graduate(db, full_name="Ada Lovelace", email="ada@example.org")
    *_, metadata = one(db, MINT, valid(db, ada.enrollment), "k")
    code = one(db, "select verification_code from certificates")
    for secret in ("Ada Lovelace", "ada@example.org", code, str(ada.user), str(ada.enrollment)):
        assert secret not in str(metadata)
