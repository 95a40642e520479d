"""grade_answers against the same rules written a second time, in Python, with fractions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.assessment.quizzes import make_question, make_quiz
from tests.support.effort import effort
from tests.support.factories import insert, make_course

Connection = psycopg.Connection[Any]

IDS = ["a", "b", "c", "d", "e"]
NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)
POINTS = st.decimals(min_value="0.01", max_value=100, places=2)
WORDS = st.text(alphabet="ab AB\t", min_size=1, max_size=6).filter(lambda text: bool(text.strip()))


def options(ids: list[str]) -> list[dict[str, str]]:
    return [{"id": i, "text": i} for i in ids]


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, Any, dict[str, Any], Any]:
    """A question of any type and an answer of its shape, or none: type, options, key, answer."""
    kind = draw(
        st.sampled_from(["multiple_choice", "multiple_select", "true_false", "short_answer", "numeric", "ordering"])
    )
    ids = IDS[: draw(st.integers(2, 5))]
    given_options: Any = options(ids) if kind in ("multiple_choice", "multiple_select", "ordering") else None
    key: dict[str, Any]
    answer: Any
    if kind == "multiple_choice":
        key, answer = {"correct": draw(st.sampled_from(ids))}, draw(st.sampled_from(ids))
    elif kind == "true_false":
        key, answer = {"correct": draw(st.booleans())}, draw(st.booleans())
    elif kind == "multiple_select":
        key = {"correct": draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))}
        answer = draw(st.lists(st.sampled_from(ids), unique=True))
    elif kind == "ordering":
        key, answer = {"correct": draw(st.permutations(ids))}, draw(st.permutations(ids))
    elif kind == "numeric":
        tolerance = draw(st.decimals(min_value=0, max_value=5, places=2))
        key = {"value": draw(NUMBERS), "tolerance": tolerance}
        if draw(st.booleans()):
            key["partial_tolerance"] = tolerance + draw(st.decimals(min_value=0, max_value=5, places=2))
        answer = draw(st.one_of(NUMBERS, NUMBERS.map(lambda offset: key["value"] + offset / 200)))
    else:
        credits = st.builds(
            lambda text, credit: {"text": text, "credit": credit}, WORDS, st.sampled_from([Decimal("0.5"), Decimal(1)])
        )
        key = {"accepted": draw(st.lists(st.one_of(WORDS, credits), min_size=1, max_size=4))}
        if draw(st.booleans()):
            key["case_sensitive"] = draw(st.booleans())
        answer = draw(WORDS)
    return kind, given_options, key, draw(st.one_of(st.just(answer), st.none()))


def credit(kind: str, key: dict[str, Any], answer: Any) -> Fraction:
    if answer is None:
        return Fraction(0)
    if kind in ("multiple_choice", "true_false"):
        return Fraction(answer == key["correct"])
    if kind == "multiple_select":
        right = len(set(answer) & set(key["correct"]))
        return max(Fraction(0), Fraction(right - (len(answer) - right), len(key["correct"])))
    if kind == "ordering":
        pairs = list(combinations(key["correct"], 2))
        in_order = sum(answer.index(x) < answer.index(y) for x, y in pairs)
        return max(Fraction(0), Fraction(in_order - (len(pairs) - in_order), len(pairs)))
    if kind == "numeric":
        off = abs(answer - key["value"])
        if off <= key["tolerance"]:
            return Fraction(1)
        return Fraction(1, 2) if off <= key.get("partial_tolerance", Decimal(-1)) else Fraction(0)

    def plain(text: str) -> str:
        text = " ".join(text.split())
        return text if key.get("case_sensitive") else text.lower()

    accepted = [
        (plain(a), Fraction(1)) if isinstance(a, str) else (plain(a["text"]), Fraction(a["credit"]))
        for a in key["accepted"]
    ]
    return max((c for text, c in accepted if text == plain(answer)), default=Fraction(0))


def rounded(points: Fraction) -> Decimal:
    return (Decimal(points.numerator) / Decimal(points.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def as_json(value: Any) -> Any:
    """Decimals as the number they are."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    return [as_json(v) for v in value] if isinstance(value, list) else value


@settings(max_examples=effort(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paper=st.lists(st.tuples(asked(), POINTS), min_size=1, max_size=12))
def test_every_answer_is_worth_what_the_rules_say(db: Connection, paper: Any) -> None:
    with db.transaction(force_rollback=True):
        course = make_course(db, lessons=1)
        quiz = insert(db, "quizzes", course_id=course.id, lesson_id=course.lesson_ids[0], title="Q")
        ids, answers, expected = [], {}, []
        for position, ((kind, given_options, key, answer), points) in enumerate(paper, 1):
            ids.append(make_question(db, quiz, position, kind, given_options, as_json(key), points))
            # As add_question would have it: what the strategy makes is what is accepted.
            db.execute(
                "select normalise_question(%s, %s, %s)",
                (kind, None if given_options is None else Jsonb(given_options), Jsonb(as_json(key))),
            )
            if answer is not None:
                answers[str(ids[-1])] = as_json(answer)
            expected.append((ids[-1], rounded(Fraction(points) * credit(kind, key, answer)), points))
        db.execute("select check_answers(%s, %s)", (ids, Jsonb(answers)))
        found = db.execute("select * from grade_answers(%s, %s)", (ids, Jsonb(answers))).fetchall()
    assert found == expected


def test_a_question_without_a_key_cannot_be_answered_right(db: Connection) -> None:
    quiz = make_quiz(db)
    db.execute("delete from quiz_question_keys where question_id = any(%s)", (quiz.questions,))
    found = db.execute(
        "select sum(points), sum(max_points) from grade_answers(%s, %s)", (quiz.questions, Jsonb(quiz.right))
    ).fetchone()
    assert found == (0, 6)


@pytest.mark.parametrize("answer", [[], {}, [[]], 1, "x", True, None, ["a", "a"], [1], {"a": 1}])
def test_what_would_be_refused_grades_without_an_error(db: Connection, answer: Any) -> None:
    quiz = make_quiz(db)
    given_answers = {str(question): answer for question in quiz.questions}
    rows = db.execute("select points from grade_answers(%s, %s)", (quiz.questions, Jsonb(given_answers))).fetchall()
    assert all(0 <= points <= 1 for (points,) in rows)
