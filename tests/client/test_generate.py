"""The generated client, and what writes the audit trail, are what the catalogue says."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

import pgacademy
from pgacademy import audit_triggers, catalogue, docs, generate, sources
from pgacademy.errors import MigrationError

CLIENT = Path(pgacademy.__file__).with_name("client.py")


@pytest.fixture(scope="module")
def read(_db_connection: psycopg.Connection) -> catalogue.Catalogue:
    return catalogue.read(_db_connection)


def test_the_client_is_fresh(read: catalogue.Catalogue) -> None:
    assert generate.render(read.procedures) == CLIENT.read_text(encoding="utf-8"), "run `make generate`"


def test_what_writes_the_trail_is_fresh(db: psycopg.Connection) -> None:
    texts = audit_triggers.render(db, sources.tree())
    stale = [path.name for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
    assert (len(texts), stale) == (26, []), "run `make generate`"
    assert audit_triggers.left_over(texts, sources.tree()) == []


def test_a_trigger_of_a_table_that_left_the_trail_is_found(db: psycopg.Connection, tmp_path: Path) -> None:
    tree = sources.Tree(tmp_path)
    texts = audit_triggers.render(db, sources.tree())
    for path in (tmp_path / "functions" / "identity" / f"audit_{name}.sql" for name in ("gone", "users", "by_hand")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("-- by hand" if path.stem == "audit_by_hand" else next(iter(texts.values())), encoding="utf-8")
    folder = tmp_path / "functions" / "identity"
    assert audit_triggers.left_over([folder / "audit_users.sql"], tree) == [folder / "audit_gone.sql"]


def test_a_row_that_nothing_tells_from_others_is_not_noted(db: psycopg.Connection) -> None:
    db.execute("alter table levels drop constraint levels_pkey")
    with pytest.raises(MigrationError, match="levels"):
        audit_triggers.render(db, sources.tree())


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
