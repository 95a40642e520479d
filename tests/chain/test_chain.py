"""What happens on a blockchain is written down once, goes forward only, and is no coin of the school."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy.testing import SchoolDatabase, acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_course, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
TX = "0.0.2@1700000000.000000017"
STATES = ("pending", "submitted", "confirmed", "final", "failed")
ONWARD = {
    "pending": {"submitted", "confirmed", "final", "failed"},
    "submitted": {"submitted", "confirmed", "final", "failed"},
    "confirmed": {"confirmed", "final", "failed"},
    "final": {"final"},
    "failed": {"failed"},
}


def record(conn: Connection, key: str | None = None, /, **arguments: Any) -> Any:
    named = {"p_chain": "hedera", "p_network": "testnet", "p_tx_type": "nft_mint"} | arguments
    named["p_idempotency_key"] = key or str(uuid4())
    call = ", ".join(f"{name} => %({name})s" for name in named)
    row = conn.execute(f"select transaction_id, status from record_chain_transaction({call})", named).fetchone()
    assert row is not None
    return row


def advance(conn: Connection, transaction: UUID, status: str | None, **arguments: Any) -> Any:
    named = {"p_transaction_id": transaction, "p_status": status} | arguments
    call = ", ".join(f"{name} => %({name})s" for name in named)
    row = conn.execute(f"select status, is_new from advance_chain_transaction({call})", named).fetchone()
    assert row is not None
    return row


def known(status: str) -> dict[str, Any]:
    """What has to be told with a state."""
    if status == "failed":
        return {"p_failure_reason": "expired"}
    return {"p_tx_id": TX} | ({"p_consensus_timestamp": AT} if status in ("confirmed", "final") else {})


def ask(conn: Connection, user: UUID, account: str, ip: str = "192.0.2.1", key: str | None = None) -> Any:
    with acting(conn, user, "student"):
        return one(
            conn, "select request_id, transaction_id, status, amount_hbar from request_faucet(%s, %s, %s)",
            account, ip, key or str(uuid4()),
        )  # fmt: skip


def set_to(conn: Connection, key: str, value: int) -> None:
    conn.execute("update platform_settings set setting_value = to_jsonb(%s) where setting_key = %s", (value, key))


@pytest.fixture(autouse=True)
def _sound(db: Connection) -> Any:
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


def test_states_go_forward_only(db: Connection) -> None:
    for before in STATES:
        for after in STATES:
            with db.transaction(force_rollback=True):
                transaction, status = record(db)
                assert status == "pending"
                if before != "pending":
                    assert advance(db, transaction, before, **known(before)) == (before, True)
                if after in ONWARD[before]:
                    assert advance(db, transaction, after, **known(after)) == (after, before != after)
                    continue
                with raises_sqlstate("PA422" if after == "pending" else "PA409", conn=db):
                    advance(db, transaction, after, **(known(after) if after != "pending" else {}))


def test_what_is_learned_stays(db: Connection) -> None:
    learner, course = make_user(db), make_course(db)
    transaction, _ = record(
        db, p_user_id=learner, p_course_id=course.id, p_amount=Decimal("1.50000000"), p_from_account="0.0.2",
        p_to_account="0.0.1234",
    )  # fmt: skip
    advance(db, transaction, "submitted", p_tx_id="0.0.2-1700000000-17")
    advance(db, transaction, "confirmed", p_consensus_timestamp=AT, p_fee=Decimal("0.00012345"))
    for change in (
        {"p_tx_id": "0.0.2@1700000001.000000017"},
        {"p_fee": Decimal("0.00012346")},
        {"p_consensus_timestamp": datetime(2024, 5, 2, tzinfo=UTC)},
    ):
        with raises_sqlstate("PA409", conn=db):
            advance(db, transaction, "final", **change)
    assert advance(db, transaction, "final", p_tx_id=TX) == ("final", True)
    assert one(
        db,
        "select tx_id, amount::text, fee::text, hashscan_url, submitted_at is not null, settled_at is not null"
        " from chain_transactions where id = %s",
        transaction,
    ) == (TX, "1.5", "0.00012345", f"https://hashscan.io/testnet/transaction/{TX}", True, True)
    for statement in ("update chain_transactions set fee = 1", "delete from chain_transactions"):
        with raises_sqlstate("PA409", conn=db):
            db.execute(statement)


def test_an_open_one_changes_in_nothing_but_its_state(db: Connection) -> None:
    record(db, p_tx_id=TX)
    for change in ("amount = 7", "to_account = '0.0.9'", "tx_id = '0.0.2@1700000000.000000018'", "user_id = uuid_v7()"):
        with raises_sqlstate("PA409", conn=db):
            db.execute(f"update chain_transactions set {change}")


@pytest.mark.parametrize(
    ("chain", "one_spelling", "another"),
    [
        ("hedera", TX, "0.0.2-1700000000-000000017"),
        ("hedera", "0.0.2@1700000000.000000005?scheduled", "0.0.2@1700000000.5?scheduled"),
        ("evm", "0x" + "ab" * 32, "0X" + "AB" * 32),
        ("solana", "5" * 88, "5" * 88),
    ],
)
def test_a_transaction_of_the_chain_is_entered_once(
    db: Connection, chain: str, one_spelling: str, another: str
) -> None:
    assert record(db, p_chain=chain, p_tx_id=one_spelling)[1] == "submitted"
    with raises_sqlstate("PA409", conn=db):
        record(db, p_chain=chain, p_tx_id=another)
    pending, _ = record(db, p_chain=chain)
    with raises_sqlstate("PA409", conn=db):
        advance(db, pending, "submitted", p_tx_id=another)
    # Another network is another ledger; and what failed on the chain has still been there.
    record(db, p_chain=chain, p_network="mainnet", p_tx_id=another)
    first = one(db, "select id from chain_transactions where tx_id = %s and network = 'testnet'", one_spelling)
    advance(db, first, "failed", p_failure_reason="reverted")
    with raises_sqlstate("PA409", conn=db):
        record(db, p_chain=chain, p_tx_id=one_spelling)


@pytest.mark.parametrize(
    ("chain", "good", "bad"),
    [
        ("hedera", "0.00000001", "0.000000001"),
        ("solana", "0.000000001", "0.0000000001"),
        ("evm", "0.000000000000000001", "0.0000000000000000001"),
    ],
)
def test_amounts_have_the_decimals_of_their_chain(db: Connection, chain: str, good: str, bad: str) -> None:
    transaction, _ = record(db, p_chain=chain, p_amount=Decimal(good))
    stored = one(db, "select amount from chain_transactions where id = %s", transaction)
    assert stored == Decimal(good)
    for amount in (bad, "-1", "NaN", "Infinity", "100000000000000000001"):
        with raises_sqlstate("PA422", conn=db):
            record(db, p_chain=chain, p_amount=Decimal(amount))


def test_one_key_one_transaction(db: Connection) -> None:
    assert record(db, "k") == record(db, "k")
    with raises_sqlstate("PA409", conn=db):
        record(db, "k", p_amount=1)
    with raises_sqlstate("PA422", conn=db):
        record(db, p_tx_type="faucet")
    with raises_sqlstate("PA404", conn=db):
        record(db, p_user_id=uuid4())


def test_a_request_is_paid_and_told(db: Connection) -> None:
    ada = make_user(db)
    request, transaction, status, amount = ask(db, ada, "0.0.1234", key="k")
    assert (status, amount) == ("pending", 10)
    assert ask(db, ada, "0.0.1234", ip="203.0.113.9", key="k") == (request, transaction, status, amount)
    todo = db.execute("select transaction_id, status, amount, to_account from open_chain_transactions()").fetchall()
    assert todo == [(transaction, "pending", 10, "0.0.1234")]
    seen = []
    for state in ("submitted", "confirmed", "final"):
        advance(db, transaction, state, **known(state))
        seen.append(one(db, "select status, completed_at is not null from faucet_requests where id = %s", request))
    assert seen == [("submitted", False), ("completed", True), ("completed", True)]
    assert db.execute("select * from open_chain_transactions()").fetchall() == []


LIMITS = [
    # who asks again, for which account, from where; which limit refuses them
    ("ada", "0.0.2", "198.51.100.1", "user"),
    ("bob", "0.0.1", "198.51.100.1", "account"),
    ("bob", "0.0.2", "192.0.2.1", "ip"),
    ("bob", "0.0.2", "::ffff:192.0.2.1", "ip"),
    ("bob", "0.0.2", "198.51.100.1", None),
]


@pytest.mark.parametrize(("who", "account", "ip", "limit"), LIMITS)
def test_three_limits(db: Connection, who: str, account: str, ip: str, limit: str | None) -> None:
    set_to(db, "faucet.ip_limit", 1)
    people = {"ada": make_user(db), "bob": make_user(db)}
    first = ask(db, people["ada"], "0.0.1")
    if limit is None:
        assert ask(db, people[who], account, ip)
        return
    with raises_sqlstate("PA429", conn=db) as raised:
        ask(db, people[who], account, ip)
    assert f"limit = {limit}," in (raised.detail or "")
    # A failed request counts for nothing; one outside the window neither.
    advance(db, first[1], "failed", p_failure_reason="dry")
    assert ask(db, people[who], account, ip)
    with raises_sqlstate("PA429", conn=db):
        ask(db, people[who], account, ip)
    db.execute("update faucet_requests set requested_at = requested_at - interval '24 hours'")
    assert ask(db, people[who], account, ip)


def test_one_ipv6_network_is_one_address(db: Connection) -> None:
    set_to(db, "faucet.ip_limit", 2)
    for n, ip in enumerate(("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")):
        ask(db, make_user(db), f"0.0.{n}", ip)
    with raises_sqlstate("PA429", conn=db):
        ask(db, make_user(db), "0.0.9", "2001:db8:1:2:3::")
    ask(db, make_user(db), "0.0.9", "2001:db8:1:3::1")


@pytest.mark.parametrize("account", ["0.0.01", "00.0.1", "0.0.1-vfmkw", " 0.0.1", "0.0.1\n", "1", "", "0x" + "a" * 40])
def test_one_account_has_one_spelling(db: Connection, account: str) -> None:
    """Or every spelling would have a limit of its own."""
    with raises_sqlstate("PA422", conn=db):
        ask(db, make_user(db), account)


def test_a_closed_faucet_and_the_wrong_people(db: Connection) -> None:
    set_to(db, "faucet.amount_hbar", 0)
    ada = make_user(db)
    with raises_sqlstate("PA409", conn=db):
        ask(db, ada, "0.0.1")
    for ip in ("192.0.2.0/24", "2001:db8::/64"):
        with raises_sqlstate("PA422", conn=db):
            ask(db, ada, "0.0.1", ip)
    with raises_sqlstate("PA403", conn=db):
        ask(db, make_user(db, is_active=False), "0.0.1")


def test_addresses_are_forgotten_and_still_counted_meanwhile(db: Connection) -> None:
    set_to(db, "faucet.window_hours", 72)
    ask(db, make_user(db), "0.0.1")
    with raises_sqlstate("PA422", conn=db):
        db.execute("select forget_faucet_addresses(2)")
    assert one(db, "select forget_faucet_addresses(3)") == 0
    db.execute("update faucet_requests set requested_at = requested_at - interval '4 days'")
    assert [one(db, "select forget_faucet_addresses(3, 1)") for _ in range(2)] == [1, 0]
    assert one(db, "select request_ip, request_network from faucet_requests") == (None, None)


def test_records_of_a_chain_are_no_coins(db: Connection) -> None:
    """One table for both let a test network's HBAR be spent in the school, and a balance hang on a chain."""
    ada = make_user(db)
    coins = "select balance, (select count(*) from coin_transactions), (select count(*) from coin_postings)"
    coins += " from coin_accounts where user_id = %s"
    before = one(db, coins, ada)
    _, transaction, _, _ = ask(db, ada, "0.0.1")
    advance(db, transaction, "final", **known("final"))
    assert one(db, coins, ada) == before == (0, 0, 0)
    # The same transaction of the chain may stand in both, and neither hangs on the other.
    db.execute("select record_blockchain_coins(%s, 'deposit', 5, 'k', %s)", (ada, TX.replace("@", "-")))
    assert one(db, "select status from chain_transactions where id = %s", transaction) == "final"
    references = db.execute(
        """select count(*) from pg_constraint where contype = 'f'
           and (conrelid::regclass::text like 'coin%%') <> (confrelid::regclass::text like 'coin%%')
           and (conrelid::regclass::text ~ '^(chain|faucet)' or confrelid::regclass::text ~ '^(chain|faucet)')
           and (conrelid::regclass::text like 'coin%%' or confrelid::regclass::text like 'coin%%')"""
    ).fetchone()
    assert references == (0,)


def test_differences_are_found(school: SchoolDatabase) -> None:
    conn = school.connect(autocommit=True)
    ada = make_user(conn)
    request = ask(conn, ada, "0.0.1")
    conn.execute("update faucet_requests set status = 'submitted', amount_hbar = 11")
    conn.execute(
        "insert into chain_transactions (chain, network, tx_type) values ('hedera', 'testnet', 'faucet') returning id"
    )
    found = {row[0] for row in conn.execute("select check_name, row_id from verify_integrity()").fetchall()}
    assert found == {"faucet_requests.status", "faucet_requests.transaction_id", "chain_transactions.faucet"}
    assert request


@pytest.mark.parametrize("limit", ["user", "account", "ip"])
def test_failed_requests_are_attempts(db: Connection, limit: str) -> None:
    """They count for no limit of what is given, and for one of how often it is tried."""
    set_to(db, "faucet.ip_attempt_limit" if limit == "ip" else "faucet.attempt_limit", 3)
    ada = make_user(db)

    def attempt(i: int) -> Any:
        user = ada if limit == "user" else make_user(db)
        account = "0.0.7" if limit == "account" else f"0.0.{100 + i}"
        return ask(db, user, account, "192.0.2.1" if limit == "ip" else f"198.51.100.{i}")

    for i in range(3):
        advance(db, attempt(i)[1], "failed", p_failure_reason="no gas")
    with raises_sqlstate("PA429", conn=db) as raised:
        attempt(4)
    assert f"{limit} attempts" in (raised.detail or "")
    db.execute("update faucet_requests set requested_at = requested_at - interval '25 hours'")
    attempt(5)
