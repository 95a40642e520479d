"""The tree: read once, read again when a file changes, and refused in one sentence when it cannot be read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pgacademy import sources
from pgacademy.errors import MigrationError

OLD = 1_700_000_000_000_000_000


@pytest.fixture
def tree(tmp_path: Path) -> sources.Tree:
    for name, text in (("functions/a/one.sql", "select 1;\n"), ("sql/grants/student.sql", "-- nothing\n")):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        os.utime(path, ns=(OLD, OLD))
    return sources.Tree(tmp_path)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose content is read."""
    read: list[str] = []
    original = sources.read_text

    def spy(path: Path, name: str | None = None) -> str:
        read.append(path.name)
        return original(path, name)

    monkeypatch.setattr(sources, "read_text", spy)
    return read


def texts(tree: sources.Tree) -> dict[str, str]:
    return {file.path: file.text for file in tree.repeatables()}


def test_what_did_not_change_is_read_once(tree: sources.Tree, reads: list[str]) -> None:
    first = texts(tree)
    assert sorted(reads) == ["one.sql", "student.sql"]
    assert texts(tree) == first
    assert texts(sources.Tree(tree.root)) == first
    assert len(reads) == 2
    tree.repeatables().clear()  # a caller's list is its own
    assert texts(tree) == first


def test_a_change_is_seen(tree: sources.Tree) -> None:
    texts(tree)
    path = tree.root / "functions/a/one.sql"
    path.write_text("select 1, 2;\n")
    assert texts(tree)["functions/a/one.sql"] == "select 1, 2;\n"
    path.unlink()
    assert list(texts(tree)) == ["sql/grants/student.sql"]
    (path.parent / "deeper").mkdir()
    (path.parent / "deeper" / "two.sql").write_text("select 2;\n")
    assert "functions/a/deeper/two.sql" in texts(tree)


def test_a_change_within_the_same_tick_and_of_the_same_size_is_seen(tree: sources.Tree) -> None:
    path = tree.root / "functions/a/one.sql"
    now = time.time_ns()
    for digit in "234":
        path.write_text(f"select {digit};\n")
        os.utime(path, ns=(now, now))
        assert texts(tree)["functions/a/one.sql"] == f"select {digit};\n"


def test_the_tree_of_this_installation_is_what_a_plain_search_finds() -> None:
    tree = sources.tree()
    patterns = ("functions/**/*.sql", "views/**/*.sql", "sql/triggers/*.sql", "sql/policies/*.sql", "sql/grants/*.sql")
    found = [path for pattern in patterns for path in sorted(tree.root.glob(pattern))]
    assert [file.path for file in tree.repeatables()] == [path.relative_to(tree.root).as_posix() for path in found]
    assert all(file.text == (tree.root / file.path).read_text(encoding="utf-8") for file in tree.repeatables())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\n",
        b"select 'caf\xe9';\n",
        "select 1;\n".encode("utf-16"),
        b"\xef\xbb\xbfselect 1;\n",
        b"select 1;\0\n",
    ],
    ids=["empty", "blank", "latin-1", "utf-16", "byte order mark", "zero byte"],
)
def test_a_file_that_cannot_be_used_is_named(tree: sources.Tree, content: bytes) -> None:
    (tree.root / "functions/a/one.sql").write_bytes(content)
    for _ in range(2):
        with pytest.raises(MigrationError) as caught:
            tree.repeatables()
        assert "functions/a/one.sql" in caught.value.message
        assert caught.value.hint


def test_line_endings_are_made_alike(tree: sources.Tree) -> None:
    (tree.root / "functions/a/one.sql").write_bytes(b"select\r\n1;\r\n")
    assert texts(tree)["functions/a/one.sql"] == "select\n1;\n"


def test_two_files_of_one_object_are_both_named(tree: sources.Tree) -> None:
    (tree.root / "views").mkdir()
    (tree.root / "views/one.sql").write_text("select 1;\n")
    with pytest.raises(MigrationError) as caught:
        tree.repeatables()
    assert "functions/a/one.sql" in caught.value.message
    assert "views/one.sql" in caught.value.message
