"""Migrations only add, or say why they take something away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pgacademy import lint

ROOT = Path(__file__).resolve().parents[2]
DROP = "alter table users drop column theme;\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / ".squawk.toml", tmp_path)
    (tmp_path / "migrations").mkdir()
    return tmp_path


def found(tree: Path, text: str) -> list[tuple[str, str, str]]:
    """Check, place and first word of every finding on a migration with this text."""
    (tree / "migrations" / "0007.change-users.sql").write_text(f"-- Changes users.\n-- depends:\n{text}")
    return [(f.check, f.where, f.what.split()[0]) for f in lint.run_squawk(tree)]


def test_the_migrations_only_add() -> None:
    assert [str(finding) for finding in lint.run_squawk(ROOT)] == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (DROP, "ban-drop-column"),
        ("drop table users;\n", "ban-drop-table"),
        ("alter table users rename column theme to colours;\n", "renaming-column"),
        ("alter table users rename to people;\n", "renaming-table"),
        ("alter table users alter column theme type text;\n", "changing-column-type"),
        ("alter table users alter column theme set not null;\n", "adding-not-nullable-field"),
        ("alter table users add column theme text not null;\n", "adding-required-field"),
        ("alter table users add constraint users_theme_check check (theme <> '');\n", "constraint-missing-not-valid"),
        ("create index users_theme_idx on users (theme);\n", "require-concurrent-index-creation"),
    ],
)
def test_what_would_break_the_release_before_is_found(tree: Path, statement: str, rule: str) -> None:
    assert found(tree, statement) == [("squawk", "migrations/0007.change-users.sql:3", rule)]
    assert found(tree, f"-- squawk-ignore {rule}: nobody reads it: checked in 0.3\n{statement}") == []
    waived = ("squawk_waiver", "migrations/0007.change-users.sql:3", "waives")
    assert found(tree, f"-- squawk-ignore {rule}\n{statement}") == [waived]
    assert found(tree, f"-- squawk-ignore {rule}: \n{statement}") == [waived]


def test_a_waiver_is_of_the_rules_it_names(tree: Path) -> None:
    other = found(tree, f"-- squawk-ignore ban-drop-table: not the one\n{DROP}")
    assert "ban-drop-column" in [what for _, _, what in other]
    assert [check for check, _, _ in found(tree, f"-- squawk-ignore\n{DROP}")][:1] == ["squawk_waiver"]
    both = "-- squawk-ignore ban-drop-column, ban-drop-table: both are gone from 0.3\n"
    assert not [f for f in found(tree, f"{both}{DROP}") if f[2] == "ban-drop-column"]


def test_a_whole_file_may_be_waived_with_a_reason(tree: Path) -> None:
    assert found(tree, f"-- squawk-ignore-file ban-drop-column: themes are gone from 0.3\n{DROP}{DROP}") == []
    assert [f[0] for f in found(tree, f"-- squawk-ignore-file ban-drop-column\n{DROP}")] == ["squawk_waiver"]


def test_additions_backfills_and_concurrent_indexes_pass(tree: Path) -> None:
    assert found(tree, "alter table users add column theme text;\n") == []
    assert found(tree, "-- transactional: false\ncreate index concurrently users_theme_idx on users (theme);\n") == []
    fill = "-- backfill: users\nupdate users set theme = 'dark' where id > :from_key and id <= :to_key;\n"
    assert found(tree, fill) == []
    assert list(lint.check_statements("0007.sql", fill)) == []


def test_what_does_not_parse_is_found(tree: Path) -> None:
    assert found(tree, "alter tabel users;\n")
