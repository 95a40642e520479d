"""Fields are encrypted before they are sent, bound to person and field, and their keys are changed while in use."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest

from pgacademy import Session, privacy
from pgacademy.errors import NotFound, UsageError
from pgacademy.field_keys import FieldKeys, Sealed, TamperedField, UnknownFieldKey
from pgacademy.testing import SchoolDatabase
from tests.lib.test_cli import run
from tests.support.factories import make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]
OLD = FieldKeys("k1", {"k1": secrets.token_bytes(32)})
NEW = FieldKeys("k2", OLD.keys | {"k2": secrets.token_bytes(32)})


def test_what_is_sealed_is_bound() -> None:
    """The same text never looks the same twice; another person, field, key or bit opens nothing."""
    user, other = uuid4(), uuid4()
    sealed = OLD.encrypt(user, "tax_number", "123-45 ö")
    assert OLD.decrypt(user, "tax_number", sealed) == "123-45 ö"
    assert NEW.decrypt(user, "tax_number", sealed) == "123-45 ö"
    again = OLD.encrypt(user, "tax_number", "123-45 ö")
    assert (sealed.nonce, sealed.ciphertext) != (again.nonce, again.ciphertext)
    assert len(sealed.nonce) == 12
    assert len(sealed.ciphertext) == len("123-45 ö".encode()) + 16
    flipped = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]
    for who, name, what in (
        (other, "tax_number", sealed),
        (user, "tax_numbers", sealed),
        (user, "tax_number", Sealed("k1", sealed.nonce, flipped)),
        (user, "tax_number", Sealed("k1", again.nonce, sealed.ciphertext)),
        (user, "tax_number", Sealed("k2", sealed.nonce, sealed.ciphertext)),
    ):
        with pytest.raises(TamperedField, match="is not what was encrypted"):
            NEW.decrypt(who, name, what)
    with pytest.raises(UnknownFieldKey, match="'k2'"):
        OLD.decrypt(user, "tax_number", NEW.encrypt(user, "tax_number", "x"))


def test_a_known_answer() -> None:
    """What was stored years ago opens: AES-256-GCM over UTF-8, with person and field as the data it is bound to."""
    sealed = Sealed("k1", bytes(12), bytes.fromhex("ff95731079554badb14c03bdbe59bb66815066df73e8ae870e"))
    assert FieldKeys("k1", {"k1": bytes(32)}).decrypt(UUID(int=7), "tax_number", sealed) == "123-45 ö"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wallet_private_key", "x"),
        ("seed_phrase", "x"),
        ("note", "0x" + "ab" * 32),
        ("note", "ab" * 32),
        ("note", "5" * 88),
        ("note", "legal winner thank year wave sausage worth useful legal winner thank yellow"),
    ],
)
def test_private_keys_of_wallets_are_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError, match="private key of a wallet"):
        OLD.encrypt(uuid4(), name, value)


def test_a_ring_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"# the ring\nk2 {'11' * 32}\n\nk1 {'22' * 32}  # until rotated\n")
    ring = FieldKeys.load(path)
    assert (ring.current, sorted(ring.keys), ring.keys["k1"]) == ("k2", ["k1", "k2"], b"\x22" * 32)
    assert "1111" not in repr(ring)
    for bad in ("", "k1", f"k1 {'11' * 31}", f"k1 {'11' * 32}\nk1 {'22' * 32}", f"k/1 {'11' * 32}"):
        with pytest.raises(UsageError) as caught:
            FieldKeys.parse(bad.splitlines())
        assert "1111" not in str(caught.value)
    with pytest.raises(UsageError):
        FieldKeys.load(tmp_path / "none")


class Recorded(psycopg.Cursor[Any]):
    """Keeps what it sends: statements, and parameters beside them."""

    sent: ClassVar[list[str]] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self.sent.append(repr((query, params)))
        return super().execute(query, params, **more)


@contextmanager
def transaction(conn: Connection) -> Iterator[None]:
    with conn.transaction():
        yield


def test_no_key_in_any_statement(school: SchoolDatabase) -> None:
    """Storing, reading, rotating, exporting: what goes to the server holds neither a key nor the text, in any form."""
    owner = school.connect(autocommit=True)
    user = make_user(owner)
    Recorded.sent.clear()
    with psycopg.connect(school.dsn, autocommit=True) as conn:
        conn.execute("set role academy_owner")
        conn.cursor_factory = Recorded
        privacy.store_field(Session.on(conn), OLD, user, "tax_number", "the-plain-text")
        assert privacy.read_field(Session.on(conn), OLD, user, "tax_number") == "the-plain-text"
        assert privacy.rotate(conn, lambda: transaction(conn), NEW).rotated == 1
        assert privacy.export(Session.on(conn), user, NEW)["user_encrypted_fields"][0]["value"] == "the-plain-text"
        sent = "".join(Recorded.sent)
        assert len(Recorded.sent) >= 6
    seen = one(owner, "select coalesce(string_agg(query, ' '), '') from pg_stat_activity")
    row = one(owner, "select string_agg(t::text, ' ') from user_encrypted_fields as t")
    for ring in (OLD, NEW):
        for key in ring.keys.values():
            for form in (key.hex(), repr(key)[2:-1], "the-plain-text"):
                assert form not in sent + seen + row


def test_keys_change_while_in_use(school: SchoolDatabase) -> None:
    """Readers and writers with both keys never notice; what was interrupted goes on; the last writer has the word."""
    owner = school.connect(autocommit=True)
    people = [make_user(owner) for _ in range(12)]
    for number, user in enumerate(people):
        privacy.store_field(Session.on(owner), OLD, user, "tax_number", f"old-{number}")

    # Interrupted in the second batch: the first is done.
    class Stop(Exception):
        pass

    begun: list[int] = []

    @contextmanager
    def interrupted() -> Iterator[None]:
        begun.append(1)
        with owner.transaction():
            yield
            if len(begun) == 2:
                raise Stop

    with pytest.raises(Stop):
        privacy.rotate(owner, interrupted, NEW, batch=4)
    under = "select count(*) from user_encrypted_fields where key_id = %s"
    assert (one(owner, under, "k2"), one(owner, under, "k1")) == (4, 8)

    failures: list[BaseException] = []
    is_over = threading.Event()

    def use(index: int) -> None:
        conn = school.connect(autocommit=True)
        try:
            is_last = False
            while not is_last:  # also whoever comes late has written once
                is_last = is_over.is_set()
                privacy.store_field(Session.on(conn), NEW, people[index], "tax_number", f"new-{index}")
                assert privacy.read_field(Session.on(conn), NEW, people[index], "tax_number") == f"new-{index}"
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=use, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    done = privacy.rotate(owner, lambda: transaction(owner), NEW, batch=3)
    is_over.set()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert done.failed == []
    assert one(owner, under, "k1") == 0
    only_new = FieldKeys("k2", {"k2": NEW.keys["k2"]})
    for number, user in enumerate(people):
        text = privacy.read_field(Session.on(owner), only_new, user, "tax_number")
        assert text == (f"new-{number}" if number < 4 else f"old-{number}")
    assert privacy.rotate(owner, lambda: transaction(owner), NEW).rotated == 0


def test_who_wrote_meanwhile_has_the_word(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    user = make_user(owner)
    privacy.store_field(Session.on(owner), OLD, user, "tax_number", "old")
    read = owner.execute("select key_id, nonce from read_encrypted_field(%s, 'tax_number')", (user,)).fetchone()
    assert read is not None
    privacy.store_field(Session.on(owner), OLD, user, "tax_number", "written meanwhile")
    late = NEW.encrypt(user, "tax_number", "old")
    replace = "select rotate_encrypted_field(%s, 'tax_number', %s, %s, %s, %s, %s)"
    assert one(owner, replace, user, *read, late.key_id, late.nonce, late.ciphertext) is False
    assert privacy.read_field(Session.on(owner), OLD, user, "tax_number") == "written meanwhile"


@pytest.mark.slow
def test_the_program(school: SchoolDatabase, tmp_path: Path) -> None:
    """export-user, rotate-field-keys, erase-user, from start to end."""
    owner = school.connect(autocommit=True)
    user = make_user(owner, username="ada", full_name="Ada Lovelace")
    privacy.store_field(Session.on(owner), OLD, user, "tax_number", "123")
    path = tmp_path / "keys"
    path.write_text("".join(f"{name} {key.hex()}\n" for name, key in reversed(NEW.keys.items())))
    options = ("--dsn", school.dsn)

    done = json.loads(run("rotate-field-keys", "--keys-file", str(path), "--json", *options, home=tmp_path).stdout)
    assert (done["key_id"], done["rotated"], done["failed"]) == ("k2", 1, [])
    owner.execute("update user_encrypted_fields set key_id = 'k1'")
    path.write_text(f"k3 {'33' * 32}\n" + path.read_text())
    failed = json.loads(
        run("rotate-field-keys", "--keys-file", str(path), "--json", *options, home=tmp_path, check=1).stdout
    )
    assert [entry["user_id"] for entry in failed["failed"]] == [str(user)]
    owner.execute("update user_encrypted_fields set key_id = 'k2'")

    target = tmp_path / "ada.json"
    run("export-user", "ada", "-o", str(target), "--keys-file", str(path), *options, home=tmp_path)
    assert target.stat().st_mode & 0o777 == 0o600
    document = json.loads(target.read_text())
    assert document["users"][0]["full_name"] == "Ada Lovelace"
    assert document["user_encrypted_fields"][0]["value"] == "123"
    run("export-user", "ada", "-o", str(target), *options, home=tmp_path, check=64)  # never over a file
    run("export-user", "nobody", *options, home=tmp_path, check=1)

    run("erase-user", "ada", *options, home=tmp_path, check=64)  # nobody is asked
    erased = json.loads(run("erase-user", "ada", "--yes", "--json", *options, home=tmp_path).stdout)
    assert erased == {"user_id": str(user), "is_erased": True}
    assert one(owner, "select step from erasures where user_id = %s", user) == "erased"
    run("erase-user", str(user), "--yes", *options, home=tmp_path)


def test_whoever_reads_is_noted(db: Connection) -> None:
    """Whose field it was, not which, nor what was in it; and each page of a rotation."""
    user = make_user(db)
    privacy.store_field(Session.on(db), OLD, user, "tax_number", "123")
    assert privacy.read_field(Session.on(db), OLD, user, "tax_number") == "123"
    assert privacy.read_field(Session.on(db), OLD, user, "no_such") is None
    db.execute("select stale_encrypted_fields('k2')")
    noted = db.execute("""
        select action, entity_id, new_values from audit_logs
        where action like 'identity.%encrypted%' order by log_number
    """).fetchall()
    read = ("identity.read_encrypted_field", str(user), None)
    stored, paged = ("identity.store_encrypted_field", str(user), None), ("identity.stale_encrypted_fields", None, None)
    assert noted == [stored, read, read, paged]


def test_no_field_for_the_erased(db: Connection) -> None:
    user: UUID = make_user(db)
    db.execute("select erase_user(%s)", (user,))
    with pytest.raises(NotFound) as caught:
        privacy.store_field(Session.on(db), OLD, user, "tax_number", "123")
    assert caught.value.sqlstate == "PA404"
