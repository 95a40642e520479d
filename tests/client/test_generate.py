"""The generated client is what the catalogue says."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

import pgacademy
from pgacademy import catalogue, docs, generate, sources
from pgacademy.errors import MigrationError

CLIENT = Path(pgacademy.__file__).with_name("client.py")


@pytest.fixture(scope="module")
def read(_db_connection: psycopg.Connection) -> catalogue.Catalogue:
    return catalogue.read(_db_connection)


def test_the_client_is_fresh(read: catalogue.Catalogue) -> None:
    assert generate.render(read.procedures) == CLIENT.read_text(encoding="utf-8"), "run `make generate`"


def test_the_reference_is_fresh(read: catalogue.Catalogue) -> None:
    folder = sources.root() / "docs" / "reference"
    due = docs.pages(read)
    assert sorted(due) == sorted(path.name for path in folder.glob("*.md"))
    assert [n for n, text in due.items() if (folder / n).read_text(encoding="utf-8") != text] == [], "run `make docs`"


def test_a_changed_signature_makes_it_stale(db: psycopg.Connection) -> None:
    db.execute("drop function live_rank(uuid) cascade")
    db.execute(
        "create function live_rank(p_user_id uuid default null, p_period text default null) returns bigint"
        " language sql stable begin atomic select 1::bigint; end"
    )
    db.execute("grant execute on function live_rank to pgacademy_student")
    source = generate.render(catalogue.read(db).procedures)
    assert "period: str | None = None" in source
    assert source != CLIENT.read_text(encoding="utf-8")


def test_a_shape_of_nothing_is_refused(read: catalogue.Catalogue) -> None:
    with pytest.raises(MigrationError):
        generate.render([p for p in read.procedures if p.name != "award_xp"])


def test_every_granted_procedure_has_a_method(read: catalogue.Catalogue) -> None:
    due = {p.name for p in read.procedures if p.callers and p.path}
    without = {
        name for name in due if not hasattr(pgacademy.Session, name) or not hasattr(pgacademy.AsyncSession, name)
    }
    assert without <= {"metric_changes", "metric_values"}  # takes a table's row: for policies and procedures only
