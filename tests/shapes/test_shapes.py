"""The shapes of JSON documents: the database, and the JSON Schema files for applications, say the same of each.

`jsonschema` is the other implementation. What a JSON Schema cannot say (ids that are there twice, sums) is tested where
it is asked.
"""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jsonschema
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from pgacademy import schemas
from pgacademy.testing import acting
from tests.assessment.exercises import RUBRIC, make_exercise
from tests.assessment.quizzes import SIX, make_learner, make_quiz
from tests.projects.projects import COMPONENTS, METRICS, token_metadata
from tests.support.asserts import raises_sqlstate
from tests.support.effort import effort
from tests.support.factories import insert, make_course, make_user

Connection = psycopg.Connection[Any]
UUID_TEXT = "0191e8a0-0000-7000-8000-000000000001"

#: Documents that fit.
GOOD: dict[str, list[Any]] = {
    "achievement_criteria": [
        {"metric": "total_xp", "threshold": 5},
        {"condition": "projects_created", "value": 1, "scope": "global"},
        {"metric": "lessons_completed", "value": 0.5, "scope": UUID_TEXT},
    ],
    "content_chunks": [
        [{"content": "C"}],
        [{"content": "C", "chunk_type": "section", "metadata": {"page": 1}, "word_count": 1, "language": "pt-BR",
          "summary": "S", "relevance_score": 0.5}, {"content": "D"}],
    ],
    "flashcard_content": [{"front": "F", "back": "B"}, {"front": "F", "back": "B", "hint": "H"}],
    "interaction_data": [{}, {"question": 0, "options": [0, 2], "text": "T"}, {"page": {"from": 1}}],
    "interactions_batch": [
        [{"learning_session_id": UUID_TEXT, "interaction_type": "view", "created_at": "2026-01-31T10:00:00Z"}],
        [{"learning_session_id": UUID_TEXT, "interaction_type": "answer", "created_at": "2026-01-31 10:00:00.5+02:00",
          "id": UUID_TEXT, "generated_asset_id": UUID_TEXT, "interaction_data": {"question": 1}, "is_correct": True,
          "response_time_ms": 5, "confidence_level": 0.5, "feedback_data": {"said": "well done"}}],
    ],
    "quiz_content": [
        {"questions": [{"question": "Q", "options": [{"text": "A", "is_correct": True}, {"text": "B",
                        "is_correct": False}], "explanation": "E"}]},
    ],
    "summary_content": [{"text": "T"}, {"text": "T", "key_points": ["K"]}],
    "exercise_content": [
        {},
        {
            "instructions": "Do.",
            "prompts": [{"id": "a", "text": "?", "hint": "!"}],
            "resources": [{"title": "T", "url": "https://example.org/a"}, {"title": "U", "url": "/files/u.pdf"}],
            "starter_code": "x = 1",
            "language": "python",
            "data": {"anything": [1, {}]},
        },
    ],
    "exercise_rubric": [RUBRIC],
    "learning_objectives": [[], ["Know"], {"objectives": ["Know", "Do"]}, {}],
    "lesson_materials": [
        [],
        ["A note", {"title": "T", "url": "http://example.org", "type": "link", "size": 5, "mime_type": "text/html"}],
    ],
    "nft_metadata": [token_metadata(UUID_TEXT, UUID_TEXT)],
    "performance_metrics": [METRICS],
    "project_components": [COMPONENTS, COMPONENTS | {"components": []}],
    "question_key": [
        *(key for _, _, key, _, _ in SIX),
        {"accepted": ["a", {"text": "b", "credit": 0.5}], "case_sensitive": True},
        {"value": 1, "tolerance": 0, "partial_tolerance": 2.5},
    ],
    "question_options": [[{"id": "a", "text": "A"}, {"id": "b-2", "text": "B"}]],
    "quiz_answers": [{}, {UUID_TEXT: "a"}, {UUID_TEXT: ["a", "b"]}, {UUID_TEXT: 9.8}, {UUID_TEXT: None}],
    "rubric_points": [{"a": {"points": 0}}, {"a": {"points": 1.5, "comment": "!"}, "b": {"points": 2}}],
    "submission_content": [
        {},
        {"text": "T", "code": "c", "language": "sql", "answers": {"a": "x", "b": 1, "c": False}, "data": {}},
    ],
    "submission_files": [
        [],
        [{"name": "a", "url": "/a", "mime_type": "image/png", "size": 7}, {"name": "b", "url": "/b"}],
    ],
    "user_preferences": [
        {},
        {
            "theme": "dark",
            "notifications": {"email": True, "push": False, "achievements": True, "community": False},
            "accessibility": {"fontSize": "large", "highContrast": True, "screenReader": False},
            "privacy": {"profileVisibility": "friends", "showProgress": True, "showAchievements": False},
            "of an application": [1],
        },
    ],
}  # fmt: skip
JUNK: list[Any] = [
    None, True, False, 0, 1, 1.0, -1, 0.5, 10**12, 10**13, "", "engine", UUID_TEXT.upper(), "2025-13-01T10:00:00Z",
    "x" * 20_000,  "a", "dark", "x" * 51, "A B", "é", [], [1], ["a", "a"], {},
    {"a": 1},
]  # fmt: skip


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


def changed(document: Any, chance: random.Random) -> Any:
    """The document with one thing about it changed."""
    document = copy.deepcopy(document)
    *way, last = chance.choice(list(places(document))) or (None,)
    if last is None:
        return chance.choice(JUNK)
    inside = document
    for key in way:
        inside = inside[key]
    what = chance.randrange(4)
    if what == 0:
        del inside[last]
    elif what == 1 and isinstance(inside, list):
        inside.append(copy.deepcopy(inside[last]))
    elif what == 1:
        inside[chance.choice(["extra", "id", "text", "value", "A B", "x" * 41])] = chance.choice(JUNK)
    else:
        inside[last] = chance.choice(JUNK)
    return document


def problems(db: Connection, pairs: list[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """What the database says of (document, shape): path and problem, or nothing."""
    rows = db.execute(
        """select p.path, p.problem from unnest(%s::jsonb[], %s::jsonb[]) with ordinality as d (document, shape, n),
               lateral shape_problem(d.document, d.shape) as p order by d.n""",
        ([Jsonb(document) for document, _ in pairs], [Jsonb(shape) for _, shape in pairs]),
    )
    return rows.fetchall()


def agree(db: Connection, pairs: list[tuple[Any, Any]]) -> int:
    """How many fit."""
    count = 0
    for (document, shape), (path, problem) in zip(pairs, problems(db, pairs), strict=True):
        fits = jsonschema.Draft202012Validator(shape).is_valid(document)
        assert fits == (problem is None), f"{document} of {shape}: {path} {problem}"
        assert (path is None) == fits
        count += fits
    return count


def test_every_shape_is_published_and_exemplified() -> None:
    assert set(GOOD) <= set(schemas.names())
    with pytest.raises(KeyError):
        schemas.load("nonsense")
    for name in schemas.names():
        jsonschema.Draft202012Validator.check_schema(schemas.load(name))


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_database_and_the_schema_agree(db: Connection, name: str) -> None:
    schema = schemas.load(name)
    row = db.execute(f"select {name}_shape()").fetchone()
    assert row is not None
    assert {k: v for k, v in schema.items() if k not in {"$schema", "$comment"}} == row[0]
    shape = row[0]
    good = [(document, shape) for document in GOOD[name]]
    assert agree(db, good) == len(good)
    chance = random.Random(name)
    tried = [(changed(chance.choice(GOOD[name]), chance), shape) for _ in range(150)]
    assert 0 < agree(db, tried) < len(tried)


TEXT = st.text(alphabet=string.ascii_letters + "é🦉 _", max_size=4)
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -1.5, 1.0, 2.0]))
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=6,
)
SMALL = st.integers(0, 3)


def words(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(
                ["string", "number", "integer", "boolean", "array", "object", "null", ["string", "null"]]
            ),
            "enum": st.lists(st.one_of(st.booleans(), TEXT, st.none()), min_size=1, max_size=3),
            "minLength": SMALL, "maxLength": SMALL, "pattern": st.sampled_from(["^[a-c]", "b", "^[A-Za-z]{1,2}$"]),
            "minimum": NUMBERS, "maximum": NUMBERS, "exclusiveMinimum": NUMBERS,
            "minItems": SMALL, "maxItems": SMALL, "uniqueItems": st.booleans(), "items": inner,
            "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": st.one_of(st.booleans(), inner),
            "propertyNames": st.just({"pattern": "^[ab]$"}),
            "minProperties": SMALL, "maxProperties": SMALL,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
        },
    )  # fmt: skip


SHAPES: st.SearchStrategy[Any] = st.recursive(st.just({}), words, max_leaves=4)


@settings(max_examples=effort(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs=st.lists(st.tuples(DOCUMENTS, SHAPES), min_size=10, max_size=20))
def test_every_word_means_what_it_means_elsewhere(db: Connection, pairs: list[tuple[Any, Any]]) -> None:
    agree(db, pairs)


@pytest.mark.parametrize(
    ("name", "document", "path", "problem"),
    [
        ("user_preferences", [], "$", "is not an object"),
        ("user_preferences", {"theme": "pink"}, "$.theme", 'is not one of ["light", "dark", "auto"]'),
        ("user_preferences", {"privacy": {"showprogress": True}}, "$.privacy.showprogress", "is not known here"),
        ("exercise_rubric", {}, "$.criteria", "is missing"),
        ("lesson_materials", ["a", {"title": "T", "url": "data:x"}], "$[1].url", "does not match ^(https?:/)?/[!-~]"),
        ("submission_content", {"answers": {"a": []}}, "$.answers.a", 'is not one of ["string", "number", "boolean"]'),
        ("question_key", {"accepted": ["a", {"text": "b", "credit": 2}]}, "$.accepted[1].credit", "is above 1"),
        ("learning_objectives", {"objectives": ["a", 1]}, "$.objectives[1]", "is not a string"),
        ("achievement_criteria", {"metric": "total_xp", "value": "1"}, "$.value", "is not a number"),
        ("project_components", COMPONENTS | {'a"b.c': 1}, '$."a""b.c"', "is not known here"),
        ("project_components", COMPONENTS | {"components": [1] * 501}, "$.components", "has not 0 to 500 elements"),
    ],
)  # fmt: skip
def test_the_path_names_the_fault(db: Connection, name: str, document: Any, path: str, problem: str) -> None:
    assert problems(db, [(document, schemas.load(name))]) == [(path, problem)]


@pytest.mark.parametrize(
    ("table", "column", "bad", "path"),
    [
        ("users", "preferences", {"privacy": {"profileVisibility": "nobody"}}, "$.preferences.privacy"),
        ("courses", "learning_objectives", [1], "$.learning_objectives[0]"),
        ("lessons", "materials", [{"title": "T", "url": "javascript:x"}], "$.materials[0].url"),
        ("lessons", "learning_outcomes", {"objectives": "x"}, "$.learning_outcomes.objectives"),
        ("quiz_questions", "options", [{"id": "a", "text": "A", "is_correct": True}] * 2, "$.options[0].is_correct"),
        ("quiz_question_keys", "answer_key", {"correct": 1}, "$.answer_key.correct"),
        ("exercises", "content", {"prompts": [{}]}, "$.content.prompts[0]"),
        ("exercises", "rubric", {"criteria": {}}, "$.rubric.criteria"),
        ("exercise_submissions", "content", {"text": 1}, "$.content.text"),
        ("exercise_submissions", "files", [{"name": "a", "url": "ftp://x"}], "$.files[0].url"),
        ("achievements", "criteria", {"metric": "total_xp", "threshold": 0}, "$.threshold"),
        ("projects", "components", COMPONENTS | {"metadata": {}}, "$.components.metadata"),
        ("projects", "performance_metrics", METRICS | {"tests": {}}, "$.performance_metrics.tests"),
        ("projects", "nft_metadata", {"name": 1}, "$.nft_metadata"),
        *(
            ("projects", "nft_metadata", token_metadata(UUID_TEXT, UUID_TEXT) | {"image": uri}, "$.nft_metadata.image ")
            for uri in ("javascript:x", "data:text/html,x", "http://x/y", "ipfs://", "https://x/ y", "//x/y")
        ),
        (
            "projects", "nft_metadata",
            token_metadata(UUID_TEXT, UUID_TEXT) | {
                "properties": token_metadata(UUID_TEXT, UUID_TEXT)["properties"]
                | {"files": [{"uri": "javascript:x", "type": "t"}]}
            },
            "$.nft_metadata.properties.files[0].uri ",
        ),
        ("projects", "nft_metadata", token_metadata(UUID_TEXT, UUID_TEXT), "$.nft_metadata.properties.project_id"),
    ],
)  # fmt: skip
def test_the_row_itself_refuses(db: Connection, table: str, column: str, bad: Any, path: str) -> None:
    """The owner too: no procedure stands between."""
    course = make_course(db)
    quiz = make_quiz(db, course)
    exercise = make_exercise(db, course)
    insert(db, "achievements", slug="s", title="S", criteria={"metric": "total_xp", "threshold": 9})
    insert(db, "projects", user_id=make_user(db), title="P", project_type="car", components=COMPONENTS)
    with acting(db, make_learner(db, quiz), "student"):
        db.execute("select start_exercise(%s)", (exercise.id,))
    with raises_sqlstate("PA422", conn=db) as raised:
        db.execute(f"update {table} set {column} = %s", (Jsonb(bad),))
    assert (raised.detail or "").startswith(path)


def test_people_are_told_too(db: Connection) -> None:
    """Those who write the column themselves, and those who call the procedure."""
    ada = make_user(db)
    for query in ("update users set preferences = %s", "select update_profile(p_preferences => %s)"):
        with acting(db, ada, "student"), raises_sqlstate("PA422", conn=db) as raised:
            db.execute(query, (Jsonb({"accessibility": {"fontSize": "huge"}}),))
        assert (raised.detail or "").startswith("$.preferences.accessibility")


@pytest.mark.parametrize(("kind", "options", "key", "right", "wrong"), SIX)
def test_what_is_accepted_fits_what_is_published(
    db: Connection, kind: str, options: Any, key: Any, right: Any, wrong: Any
) -> None:
    """Questions and answers have a check of their own, which asks for more: what it lets through has the shape."""
    quiz = make_quiz(db)
    check = jsonschema.Draft202012Validator(schemas.load("quiz_answers"))
    question = quiz.questions[[row[0] for row in SIX].index(kind)]
    taken = 0
    for answer in (right, wrong, *JUNK):
        document = {str(question): answer}
        with suppress(psycopg.errors.DatabaseError), db.transaction():
            db.execute("select check_answers(%s, %s)", ([question], Jsonb(document)))
            taken += 1
            assert check.is_valid(document), document
    assert taken >= 3  # right, wrong, and none
    row = db.execute(
        "select (normalise_question(%s, %s, %s)).*", (kind, options and Jsonb(options), Jsonb(key))
    ).fetchone()
    assert row is not None
    for name, document in zip(("question_options", "question_key"), row, strict=True):
        if document is not None:
            jsonschema.validate(document, schemas.load(name))
