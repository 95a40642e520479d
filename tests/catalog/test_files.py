"""Uploaded files: what is known of them, whose they are, who sees them and where their bytes may be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.support import requests
from tests.support.asserts import raises_sqlstate
from tests.support.factories import make_user, race
from tests.support.queries import one

Connection = psycopg.Connection[Any]
REGISTER = "select register_file('a.txt', '/a.txt', %s, 1, p_idempotency_key => %s)"


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


def call(conn: Connection, user: UUID | None, query: str, *args: Any, role: Role = "student") -> Any:
    with acting(conn, user, role):
        return one(conn, query, *args)


def register(conn: Connection, user: UUID, path: str = "a.txt", role: Role = "student", **given: Any) -> Any:
    """register_file() with what is needed, its place beneath the person's id."""
    arguments = {"filename": "a.txt", "file_url": "/a.txt", "storage_path": f"{user}/{path}", "file_size": 1} | given
    names = ", ".join(f"p_{name} => %s" for name in arguments)
    return call(conn, user, f"select register_file({names})", *arguments.values(), role=role)


def listed(conn: Connection, user: UUID, **given: Any) -> list[Any]:
    names = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(f"p_{name}")) for name in given)
    with acting(conn, user, "student"):
        query = sql.SQL("select file_id from list_files({})").format(names)
        return [row[0] for row in conn.execute(query, list(given.values())).fetchall()]


def test_one_is_registered_changed_and_removed(db: Connection, ada: UUID) -> None:
    file = register(
        db, ada, "2026/n.pdf", filename="n.pdf", original_filename="My notes.pdf", mime_type="application/pdf",
        file_type="document", folder="notes", storage_provider="s3",
    )  # fmt: skip
    seen = "select filename, original_filename, storage_provider, storage_path, file_type, folder from list_files()"
    path = f"{ada}/2026/n.pdf"
    assert call(db, ada, seen) == ("n.pdf", "My notes.pdf", "s3", path, "document", "notes")
    call(db, ada, "select update_file(%s, 'notes.pdf', p_folder => 'notes/2026')", file)
    call(db, ada, "select update_file(%s, p_clear => '{file_type}')", file)
    assert call(db, ada, seen) == ("notes.pdf", "My notes.pdf", "s3", path, None, "notes/2026")
    # Whoever died before the bytes were gone asks once more.
    for _ in range(2):
        assert call(db, ada, "select remove_file(%s)::text", file) == f"(s3,{path})"
    assert listed(db, ada) == []
    assert call(db, ada, "select count(*) from uploaded_files") == 0
    for query in ("update_file(%s)", "publish_file(%s)", "unpublish_file(%s)", "list_files(p_after => %s)"):
        with raises_sqlstate("PA404", conn=db):
            call(db, ada, f"select {query}", file)


def test_anothers_is_none(db: Connection, ada: UUID) -> None:
    """Public or not; an administrator removes and hides any, and changes nobody's."""
    eve, root = make_user(db), make_user(db, "admin")
    file = register(db, ada, is_public=True)
    for query in ("update_file(%s, 'b')", "publish_file(%s)", "unpublish_file(%s)", "remove_file(%s)"):
        with raises_sqlstate("PA404", conn=db):
            call(db, eve, f"select {query}", file)
    with raises_sqlstate("PA404", conn=db):
        call(db, root, "select update_file(%s, 'b')", file, role="admin")
    assert call(db, root, "select storage_path from remove_file(%s)", file, role="admin") == f"{ada}/a.txt"


def test_what_is_public_is_seen_by_everybody(db: Connection, ada: UUID) -> None:
    teacher = make_user(db, "instructor")
    file = register(db, teacher, role="instructor")
    viewers: tuple[tuple[UUID | None, Role], ...] = ((None, "anonymous"), (ada, "student"))
    for query, count in (("publish_file", 1), ("unpublish_file", 0), ("publish_file", 1), ("remove_file", 0)):
        call(db, teacher, f"select {query}(%s)", file, role="instructor")
        for viewer, role in viewers:
            assert call(db, viewer, "select count(filename) from uploaded_files", role=role) == count, query
    for column in ("original_filename", "folder", "storage_path", "storage_provider"):
        for viewer, role in viewers:
            with raises_sqlstate("42501", conn=db):
                call(db, viewer, f"select {column} from uploaded_files", role=role)


def test_what_an_administrator_hid_its_owner_does_not_show(db: Connection, ada: UUID) -> None:
    file, root = register(db, ada, is_public=True), make_user(db, "admin")
    with raises_sqlstate("PA409", conn=db):
        call(db, root, "select publish_file(%s)", file, role="admin")
    call(db, root, "select unpublish_file(%s)", file, role="admin")
    with raises_sqlstate("PA403", conn=db):
        call(db, ada, "select publish_file(%s)", file)
    call(db, root, "select publish_file(%s)", file, role="admin")
    assert one(db, "select is_public from uploaded_files")
    trail = "select array_agg(user_id order by log_number) from audit_logs where entity_type = 'uploaded_files'"
    assert one(db, trail) == [root, root]


@pytest.mark.parametrize(
    "given",
    [
        *({"filename": name} for name in ("", ".", "..", "a/b", "a\\b", "a\nb", "x" * 501)),
        {"original_filename": "../a"},
        *({"file_url": url} for url in ("", "javascript:alert(1)", "https://", "/a b", "/" + "x" * 1000)),
        *({"file_type": word} for word in ("", "Image", "two words")),
        *({"mime_type": name} for name in ("pdf", "text/html; charset=utf-8", "text/")),
        *({"file_size": size} for size in (-1, 2**20 * 100 + 1, 2**63 - 1)),
        *({"folder": folder} for folder in ("", "/a", "a/", "a/../b", "x" * 256)),
        *({"storage_provider": name} for name in ("", "ftp", None)),
    ],
    ids=lambda given: ascii(given)[:40],
)
def test_what_it_cannot_have(db: Connection, ada: UUID, given: dict[str, Any]) -> None:
    with raises_sqlstate("PA422", conn=db):
        register(db, ada, **given)


@pytest.mark.parametrize(
    "path",
    ["", "..", "../b", "a/../../b", "a/..", "./a", "a/./b", "a//b", "a/", "a\\..\\b", "a\x01", "a\nb", "é" * 500],
    ids=lambda path: ascii(path)[:20],
)
def test_what_it_cannot_be(db: Connection, ada: UUID, path: str) -> None:
    """A place that leads out of the store, or is another by another name: not by a procedure, nor past them."""
    with raises_sqlstate("PA422", conn=db):
        register(db, ada, path)
    statement = """insert into uploaded_files (user_id, filename, original_filename, file_url, file_size, storage_path)
        values (%s, 'a', 'a', '/a', 1, %s)"""
    with raises_sqlstate("23514", conn=db):
        db.execute(statement, (ada, f"{ada}/{path}"))
    with raises_sqlstate("23514", conn=db):
        db.execute(statement, (ada, f"/{ada}/a"))


def test_names_that_only_look_bad(db: Connection, ada: UUID) -> None:
    for n, name in enumerate(("...", ".hidden", "a..b", "my notes.txt", "ünïcode.txt", "%2e%2e")):
        register(db, ada, f"{n}/{name}", filename=name, folder=name)
    assert len(listed(db, ada)) == 6


def test_a_place_is_ones_own(db: Connection, ada: UUID) -> None:
    """Else whoever comes first has another's bytes, and learns which places are taken."""
    eve = make_user(db)
    for path in (f"{ada}/a.txt", f"{eve}", f"{eve}x/a.txt", f"x/{eve}/a.txt", str(eve).upper() + "/a.txt"):
        with raises_sqlstate("PA422", conn=db):
            register(db, eve, storage_path=path)


def test_a_place_is_used_once(db: Connection, ada: UUID) -> None:
    """After it was removed too: its bytes may be cleared away late. Another store has places of its own."""
    file = register(db, ada)
    for _ in range(2):
        with raises_sqlstate("PA409", conn=db):
            register(db, ada)
        call(db, ada, "select remove_file(%s)", file)
    register(db, ada, storage_provider="s3")


def test_a_key_registers_it_once(db: Connection, ada: UUID) -> None:
    first = register(db, ada, idempotency_key="k")
    assert register(db, ada, idempotency_key="k") == first
    with raises_sqlstate("PA409", conn=db):
        register(db, ada, idempotency_key="k", file_size=2)


def test_there_are_limits(db: Connection, ada: UUID) -> None:
    db.execute("update platform_settings set setting_value = '2' where setting_key like 'files.max%'")
    first, _ = register(db, ada, "1", file_size=2 * 2**20), register(db, ada, "2")
    with raises_sqlstate("PA422", conn=db):
        register(db, ada, "3", file_size=2 * 2**20 + 1)
    with raises_sqlstate("PA409", conn=db):
        register(db, ada, "3")
    call(db, ada, "select remove_file(%s)", first)
    register(db, ada, "3")


def test_pages(db: Connection, ada: UUID) -> None:
    """Newest first, of one moment too; of a folder and a type."""
    files = [
        register(db, ada, str(n), folder="ab"[n % 2], file_type=("image", "text")[n % 3 == 0]) for n in range(5)
    ]  # fmt: skip
    register(db, make_user(db))
    first = listed(db, ada, limit=2)
    second = listed(db, ada, limit=2, after=first[-1])
    assert [*first, *second, *listed(db, ada, limit=2, after=second[-1])] == sorted(files, reverse=True)
    assert listed(db, ada, folder="a") == [files[4], files[2], files[0]]
    assert listed(db, ada, folder="a", file_type="text") == [files[0]]
    for limit in (0, 101, None):
        with raises_sqlstate("PA422", conn=db):
            listed(db, ada, limit=limit)


def test_the_erased_have_none(db: Connection, ada: UUID) -> None:
    register(db, ada)
    db.execute("select erase_user(%s)", (ada,))
    with raises_sqlstate("PA403", conn=db):
        db.execute("update uploaded_files set filename = 'b'")


@pytest.mark.parametrize("level", requests.LEVELS, ids=lambda level: level.name.lower())
class TestRaces:
    def test_one_key_and_one_place(self, school: SchoolDatabase, level: psycopg.IsolationLevel) -> None:
        """Eight with one key are one; eight with one place and no key have one winner."""
        conn = school.connect(autocommit=True)
        ada = make_user(conn)
        calls = [(f"{ada}/a.txt", "k")] * 8 + [(f"{ada}/b.txt", None)] * 8
        results = requests.check(race(16, lambda i: requests.call(school, ada, REGISTER, *calls[i], level=level)))
        assert len(set(results[:8])) == 1
        assert sorted(map(str, results[8:]))[1:] == ["PA409"] * 7
        assert one(conn, "select count(*) from uploaded_files") == 2

    def test_the_limit_holds(self, school: SchoolDatabase, level: psycopg.IsolationLevel) -> None:
        conn = school.connect(autocommit=True)
        conn.execute("update platform_settings set setting_value = '3' where setting_key = 'files.max_per_person'")
        ada = make_user(conn)
        results = requests.check(
            race(8, lambda i: requests.call(school, ada, REGISTER, f"{ada}/{i}", None, level=level))
        )
        assert results.count("PA409") == 5
        assert one(conn, "select count(*) from uploaded_files") == 3
