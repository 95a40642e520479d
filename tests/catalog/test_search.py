"""search_courses: words, mistakes, filters, and pages that neither repeat nor miss a course."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from pgacademy.testing import acting
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_course, make_user


def search(db: Connection, **arguments: Any) -> list[UUID]:
    named = ", ".join(f"p_{name} => %({name})s" for name in arguments)
    return [row[0] for row in db.execute(f"select course_id from search_courses({named})", arguments)]


def test_words_mistakes_and_descriptions(db: Connection) -> None:
    ina = make_user(db, "instructor")
    exact = make_course(db, ina, title="Quantum Thermodynamics").id
    told = make_course(db, ina, title="Heat", description="All about quantum thermodynamics, 100% pure_fun").id
    make_course(db, ina, title="Poetry")
    assert search(db, query="quantum thermodynamics") == [exact, told]
    assert search(db, query="quantun termodynamics") == [exact]
    assert search(db, query="100% pure") == [told]
    assert search(db, query="pure_fun") == [told]
    # % and _ are letters here.
    assert search(db, query="100%fun") == []
    assert search(db, query="pure%") == []
    assert search(db, query="zzzqqq") == []


def test_only_what_is_published_for_anyone(db: Connection) -> None:
    ina = make_user(db, "instructor")
    seen = make_course(db, ina, category="only-here").id
    make_course(db, ina, category="only-here", published=False)
    make_course(db, ina, category="only-here", is_active=False)
    make_course(db, ina, category="only-here", deleted_at="now")
    for role in ("anonymous", "student", "instructor", "admin", "service"):
        with acting(db, ina if role == "instructor" else None, role):
            assert search(db, category="only-here") == [seen]
            assert search(db, category="only-here", query="course") == [seen]
    with raises_sqlstate("42501", conn=db), acting(db, None, "analyst"):
        search(db)


def test_filters(db: Connection) -> None:
    ina = make_user(db, "instructor")
    columns: dict[str, Any] = {
        "category": "c1",
        "discipline": "d1",
        "track": "explorer",
        "difficulty": "advanced",
        "is_featured": True,
    }
    wanted = make_course(db, ina, **columns).id
    for name, other in {"category": "c2", "discipline": "d2", "track": "developer", "difficulty": "beginner"}.items():
        make_course(db, ina, **columns | {name: other})
    make_course(db, ina, **columns | {"is_featured": False})
    assert search(db, instructor_id=ina, **columns) == [wanted]
    assert search(db, instructor_id=ina, query="course", **columns) == [wanted]


@pytest.mark.parametrize("query", [None, "gears"])
def test_pages(db: Connection, query: str | None) -> None:
    ina = make_user(db, "instructor")
    titles = ["Gears", "Gears and more", "More of gears", "Gear"]
    # All published at one moment, with equal titles: only the id tells them apart.
    made = {make_course(db, ina, lessons=0, title=titles[n % 4]).id for n in range(23)}
    seen: list[UUID] = []
    after = None
    while page := search(db, query=query, instructor_id=ina, limit=5, after=after):
        assert len(page) == 5 or len(seen) == 20
        seen += page
        after = page[-1]
    assert len(seen) == 23
    assert set(seen) == made
    assert seen == search(db, query=query, instructor_id=ina, limit=100)
    # The course a page ended with is withdrawn: where it stood is nobody's to know any more.
    for hidden in ("is_published = false", "is_active = false", "deleted_at = now()"):
        with raises_sqlstate("PA404", conn=db):
            db.execute(f"update courses set {hidden} where id = %s", (seen[4],))
            search(db, query=query, instructor_id=ina, limit=5, after=seen[4])


@pytest.mark.parametrize("threshold", ["0", "0.3"])
def test_what_is_similar_is_not_the_callers_to_say(db: Connection, threshold: str) -> None:
    exact = make_course(db, title="Quantum Thermodynamics").id
    make_course(db, title="Quantum poetry")
    make_course(db, title="Poetry")
    db.execute("select set_config('pg_trgm.word_similarity_threshold', %s, true)", (threshold,))
    assert search(db, query="quantun termodynamics") == [exact]


def test_bad_input(db: Connection) -> None:
    for arguments in (
        {"limit": 0}, {"limit": -1}, {"limit": 101}, {"limit": None}, {"query": "x" * 201}, {"query": "x" * 1_000_000},
        {"track": "nonsense"}, {"difficulty": "nonsense"},
    ):  # fmt: skip
        with raises_sqlstate("PA422", conn=db):
            search(db, **arguments)
    with raises_sqlstate("PA404", conn=db):
        search(db, after=uuid4())
    assert search(db, query="   ", limit=3) == search(db, limit=3)
