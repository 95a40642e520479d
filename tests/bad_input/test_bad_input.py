"""Every procedure that anybody may call, with every argument in turn turned into something bad.

The answer is an error of ours, a plain error of class 22 (data) or 23 (constraint), or an honest success, after which
nothing is out of step. Never an internal error, never one of class 42: bad input must not reach a wrong statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from pgacademy.testing import acting
from tests.support.factories import make_course, make_enrollment, make_user

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("student", "instructor", "admin", "service", "anonymous")
GRANTED = sorted(
    path.stem
    for path in (ROOT / "functions").rglob("*.sql")
    if re.search(r"^grant execute on function", path.read_text(), re.MULTILINE)
)
UNKNOWN = "00000000-0000-7000-8000-000000000000"
LONG = "x" * 1_000_000

BAD: dict[str, list[str | None]] = {
    "uuid": [None, UNKNOWN],
    "smallint": [None, "-1", "0", "-32768", "32767"],
    "integer": [None, "-1", "0", "-2147483648", "2147483647"],
    "bigint": [None, "-1", "0", "-9223372036854775808", "9223372036854775807"],
    "numeric": [None, "-1", "NaN", "Infinity", "-Infinity", "1e1000", "1e-1000"],
    "boolean": [None],
    "text": [None, "", " ", LONG, "'; drop table users; --", "\x01\n\t", "%_\\", "🦉" * 300, "null", "NaN"],
    "timestamp with time zone": [
        None,
        "infinity",
        "-infinity",
        "294276-12-31 23:59:59+00",
        "4714-11-24 00:00:00+00 BC",
    ],
    "date": [None, "infinity", "-infinity", "5874897-12-31", "4714-11-24 BC"],
    "jsonb": [
        *(
            None,
            "null",
            "[]",
            "{}",
            '""',
            "0",
            "true",
            "[null]",
            '{"": null}',
            "1e1000",
            f'"{LONG}"',
            f'{{"a": "{LONG}"}}',
        ),
        "[" * 1000 + "]" * 1000,
        '{"a":' * 1000 + "1" + "}" * 1000,
        '{"metric": 5, "threshold": "many", "scope": []}',
        '{"metric": "total_xp", "threshold": "NaN", "scope": "global"}',
        '{"metric": "total_xp", "threshold": 1e1000}',
        '{"privacy": [], "accessibility": 7, "title": {}, "timezone": [], "language": null}',
        '[{"id": 1}, "x", [[]]]',
    ],
    "bytea": [None, "", "\\x00", "\\x" + "ab" * 500_000],
    "inet": [None, "::/0"],
    "uuid[]": [None, "{}", "{NULL}", f"{{{UNKNOWN}}}", f"{{{UNKNOWN},{UNKNOWN}}}"],
    "text[]": [None, "{}", "{NULL}", '{""}', f"{{{LONG}}}"],
}
PLAIN = {
    "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "boolean": "true", "text": "plain-text",
    "jsonb": "{}",
    "timestamp with time zone": "2024-02-03 04:05:06+00", "date": "2024-02-03", "bytea": "\\x" + "11" * 32,
    "inet": "192.0.2.1", "uuid": UNKNOWN,
}  # fmt: skip


class Procedure(NamedTuple):
    role: str
    names: list[str]
    types: list[str]
    optional: int


class World(NamedTuple):
    values: dict[str, str]
    identity: dict[str, UUID | None]


def procedure(conn: psycopg.Connection[Any], name: str) -> Procedure:
    """How a procedure is called, and the first role that may."""
    row = conn.execute(
        """
        select
            coalesce(p.proargnames[1:p.pronargs], '{}'),
            array(
                select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality as t (oid, n) order by t.n
            ),
            array(select pg_get_userbyid(a.grantee)::text from aclexplode(p.proacl) as a),
            p.pronargdefaults
        from pg_proc as p
        where p.pronamespace = current_schema()::regnamespace and p.proname = %s
        """,
        [name],
    ).fetchone()
    assert row is not None
    names, types, grantees, optional = row
    return Procedure(next(role for role in ROLES if f"pgacademy_{role}" in grantees), names, types, optional)


@pytest.fixture
def world(db: psycopg.Connection[Any]) -> World:
    """A learner half-way through a course, its instructor, an administrator."""
    learner, admin = make_user(db), make_user(db, "admin")
    course, other = make_course(db), make_course(db)
    make_enrollment(db, learner, course)
    db.execute("select record_completion(%s, %s)", [learner, course.lesson_ids[0]])
    event = db.execute("select id from xp_events where user_id = %s limit 1", [learner]).fetchone()
    assert event is not None
    values = {
        "p_user_id": learner,
        "p_course_id": course.id,
        "p_prerequisite_course_id": other.id,
        "p_lesson_id": course.lesson_ids[1],
        "p_event_id": event[0],
        "p_score": "80",
        "p_rating": "4",
        "p_role": "student",
        "p_source_type": "daily_bonus",
        "p_lesson_type": "text",
        "p_period": "weekly",
        "p_rarity": "rare",
        "p_slug": "first-lesson",
        "p_email": "new@example.org",
        "p_criteria": '{"metric": "total_xp", "threshold": 5}',
        "p_key": "xp.lesson",
        "p_lesson_ids": "{" + ",".join(map(str, reversed(course.lesson_ids))) + "}",
    }
    identity = {
        "student": learner,
        "instructor": course.instructor_id,
        "admin": admin,
        "service": None,
        "anonymous": None,
    }
    return World({name: str(value) for name, value in values.items()}, identity)


def calls(procedure: Procedure, values: dict[str, str]) -> Iterator[dict[str, str | None]]:
    """The arguments of every call: one is bad, the others are as good as can be guessed, or left out if they may."""
    needed = len(procedure.names) - procedure.optional
    good = {
        name: values.get(name, PLAIN.get(type_))
        for n, (name, type_) in enumerate(zip(procedure.names, procedure.types, strict=True))
        if n < needed
    }
    yield good
    for name, type_ in zip(procedure.names, procedure.types, strict=True):
        for bad in BAD.get(type_, [None]):
            yield good | {name: bad}


def is_plain(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return state.startswith(("PA", "22", "23")) or state in {"28000", "42501"}


def test_the_list_of_procedures_is_the_catalogues(db: psycopg.Connection[Any]) -> None:
    rows = db.execute(
        """
        select distinct p.proname::text
        from pg_proc as p
        cross join lateral aclexplode(p.proacl) as a
        where p.pronamespace = current_schema()::regnamespace and a.grantee <> p.proowner and p.proname <> 'uuid_v7'
        order by 1
        """
    ).fetchall()
    assert [name for (name,) in rows] == GRANTED


@pytest.mark.parametrize("name", GRANTED)
def test_bad_input(db: psycopg.Connection[Any], world: World, name: str) -> None:
    target = procedure(db, name)
    types = dict(zip(target.names, target.types, strict=True))
    assert db.execute("select * from verify_integrity()").fetchall() == []

    for values in calls(target, world.values):
        shown = {argument: value if value is None else value[:60] for argument, value in values.items()}
        arguments = sql.SQL(", ").join(
            sql.SQL("{} => {}::" + types[argument]).format(sql.Identifier(argument), sql.Placeholder(argument))
            for argument in values
        )
        call = sql.SQL("select * from {}({})").format(sql.Identifier(name), arguments)
        said: psycopg.Error | None = None
        with db.transaction(force_rollback=True):
            try:
                with acting(db, world.identity[target.role], target.role):  # type: ignore[arg-type]
                    db.execute(call, values)
            except psycopg.Error as error:
                said = error
            else:
                assert db.execute("select * from verify_integrity()").fetchall() == [], f"{name}{shown}"
        if said is None:
            continue
        assert is_plain(said), f"{name}{shown} ends with {said.sqlstate}: {str(said)[:300]}"
        if (said.sqlstate or "").startswith("PA"):
            assert said.diag.message_hint, f"{name}{shown} gives no hint"
            assert said.diag.message_detail, f"{name}{shown} gives no detail"
            assert len(said.diag.message_detail) < 3000, f"{name}{shown} repeats what it was sent"
