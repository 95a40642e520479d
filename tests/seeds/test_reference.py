"""The reference data: complete, as the documents ask, and gentle with what an operator changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgacademy import sources

FILES = sorted((sources.tree().seeds / "reference").glob("*.sql"))


def seed(db: psycopg.Connection[Any]) -> None:
    for file in FILES:
        db.execute(file.read_bytes())


def everything(db: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Every column of every row, timestamps and the rows' versions included."""
    return (
        db.execute("select s.*, s.xmin::text from platform_settings as s order by s.setting_key").fetchall()
        + db.execute("select a.*, a.xmin::text from achievements as a order by a.slug").fetchall()
    )


def test_a_second_run_changes_nothing(db: psycopg.Connection[Any]) -> None:
    before = everything(db)
    assert len(before) > 25
    seed(db)
    assert everything(db) == before


def test_the_template_is_what_the_files_say(db: psycopg.Connection[Any]) -> None:
    """On empty tables the files bring the same rows that the migrated template has."""
    keys = "select setting_key, setting_value from platform_settings order by 1"
    slugs = "select slug, criteria, xp_reward, rarity from achievements order by 1"
    before = db.execute(keys).fetchall(), db.execute(slugs).fetchall()
    db.execute("delete from achievements")
    db.execute("delete from platform_settings")
    seed(db)
    assert (db.execute(keys).fetchall(), db.execute(slugs).fetchall()) == before


def test_what_an_operator_changed_stays(db: psycopg.Connection[Any]) -> None:
    db.execute("update platform_settings set setting_value = '70', description = 'old' where setting_key = 'xp.lesson'")
    db.execute("update achievements set title = 'Erstes Projekt', is_active = false where slug = 'first-project'")
    db.execute("delete from platform_settings where setting_key = 'xp.course'")
    seed(db)

    found = db.execute("select setting_key, setting_value, description from platform_settings").fetchall()
    settings = {key: (value, description) for key, value, description in found}
    assert settings["xp.lesson"][0] == 70
    assert settings["xp.lesson"][1] != "old"  # ... but what the setting means is ours to say
    assert settings["xp.course"][0] == 500  # ... and one that is missing comes back
    row = db.execute("select title, is_active from achievements where slug = 'first-project'").fetchone()
    assert row == ("Erstes Projekt", False)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("xp.lesson", 50),
        ("xp.course", 500),
        ("xp.lesson_max", 500),
        ("xp.course_max", 5000),
        ("xp.solution", 15),
        ("xp.solution_daily_max", 5),
        ("xp.solution_pair_daily_max", 1),
        ("coins.lesson_max", 500),
        ("coins.course_max", 5000),
        ("coins.exercise_max", 500),
        ("faucet.attempt_limit", 5),
        ("faucet.ip_attempt_limit", 50),
        ("xp.achievement.common", 50),
        ("xp.achievement.uncommon", 100),
        ("xp.achievement.rare", 250),
        ("xp.achievement.epic", 500),
        ("xp.achievement.legendary", 1000),
        ("school.timezone", "UTC"),
        ("learning.backdate_days", 30),
    ],
)
def test_the_defaults(db: psycopg.Connection[Any], key: str, value: object) -> None:
    row = db.execute(
        "select setting_value = %s, description is not null from platform_settings where setting_key = %s",
        (Jsonb(value), key),
    ).fetchone()
    assert row == (True, True)


def test_the_first_project(db: psycopg.Connection[Any]) -> None:
    """Given in the older wording of criteria, kept in the one there is."""
    with db.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select * from achievements where slug = 'first-project'").fetchone()
    assert row is not None
    assert (row["title"], row["achievement_type"], row["xp_reward"]) == ("First Project", "milestone", 100)
    assert (row["metric"], row["threshold"], row["scope_course_id"]) == ("projects_created", 1, None)


def test_the_files_are_idempotent_by_key_alone() -> None:
    """No file of the reference set deletes or replaces anything."""
    for file in FILES:
        text = Path(file).read_text(encoding="utf-8").lower()
        assert "on conflict" in text, file.name
        assert not any(word in text for word in ("delete from", "truncate", "drop ")), file.name
