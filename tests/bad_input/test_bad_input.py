"""Every procedure that anybody may call, with every argument in turn turned into something bad.

The call with good arguments must succeed first, so that it is the bad one that is answered, and not an earlier check.
It is made as every role that may, since what is checked first differs: as the first of them in the quick tests.

The answer is an error of ours, a plain error of class 22 (data) or 23 (constraint), or an honest success, after which
nothing is out of step. Never an internal error, never one of class 42: bad input must not reach a wrong statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.assessment.exercises import make_exercise
from tests.assessment.quizzes import make_quiz
from tests.community.forum import ask, reply
from tests.projects.projects import COMPONENTS, make_project, token_metadata
from tests.study.materials import FLASHCARD, make_asset, make_card, make_material, make_session
from tests.support.effort import EVERYTHING
from tests.support.factories import insert, make_course, make_enrollment, make_user

ROOT = Path(__file__).resolve().parents[2]
ROLES: tuple[Role, ...] = ("student", "instructor", "admin", "service", "anonymous")
#: procedure -> who may call it, in the order of ROLES
GRANTED = {
    path.stem: [role for role in ROLES if re.search(rf"\bpgacademy_{role}\b", grants)]
    for path in sorted((ROOT / "functions").rglob("*.sql"), key=lambda path: path.stem)
    if (grants := "".join(re.findall(r"^grant execute on function.*?;", path.read_text(), re.MULTILINE | re.DOTALL)))
}
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
    "uuid[]": [
        *(None, "{}", "{NULL}", f"{{{UNKNOWN}}}", f"{{{UNKNOWN},{UNKNOWN}}}", f"[5:5]={{{UNKNOWN}}}"),
        f"{{{{{UNKNOWN}}},{{{UNKNOWN}}}}}",
    ],
    "integer[]": [None, "{}", "{NULL}", "{-1}", "{2147483647}", "{1,1}", "{{1}}", "[5:5]={1}"],
    "numeric[]": [None, "{}", "{NULL}", "{-1}", "{NaN}", "{Infinity}", "{1e1000}", "{1e-1000}", "{1,1}", "{{1}}"],
    "timestamp with time zone[]": [
        *(None, "{}", "{NULL}", "{infinity}", "{-infinity}", "{294276-12-31}", "{2024-02-03,2024-02-03}"),
        "{{2024-02-03}}",
    ],
    "text[]": [None, "{}", "{NULL}", '{""}', f"{{{LONG}}}", "{{a,b},{c,d}}", "{{a}}", "[5:6]={a,b}"],
}
PLAIN = {
    "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "boolean": "true", "text": "plain-text",
    "jsonb": "{}",
    "timestamp with time zone": "2024-02-03 04:05:06+00", "date": "2024-02-03", "bytea": "\\x" + "11" * 32,
    "inet": "192.0.2.1", "uuid": UNKNOWN,
}  # fmt: skip


#: What a procedure needs besides, or instead of, the values of the world; names in braces are values of the world.
GOOD: dict[str, dict[str, str | None]] = {
    "return_submission": {"p_submission_id": "{submitted}"},
    "grade_submission": {"p_submission_id": "{submitted}", "p_score": "80"},
    "delete_quiz": {"p_quiz_id": "{untaken}"},
    "delete_exercise": {"p_exercise_id": "{unused}"},
    "submit_exercise": {"p_content": '{{"text": "x"}}'},
    "add_question": {"p_answer_key": '{{"correct": true}}'},
    "advance_chain_transaction": {
        "p_transaction_id": "{sent}",
        "p_status": "submitted",
        "p_tx_id": "0.0.2@1700000000.5",
    },
    "audit_trail": {"p_entity_type": "users"},
    "log_failure": {"p_action": "identity.set_role", "p_error_code": "PA403"},
    "announce": {"p_course_id": "{p_course_id}"},
    "approve_instructor": {"p_user_id": "{instructor}"},
    "claim_deliveries": {"p_channel": "push"},
    "confirm_blockchain_coins": {"p_transaction_id": "{pending}"},
    "create_project": {"p_components": "{components}"},
    "effective_streak": {"p_user_id": "{me}"},
    "explain_achievement": {"p_user_id": "{me}"},
    "fail_blockchain_coins": {"p_transaction_id": "{pending}"},
    "finish_delivery": {"p_channel": "email"},
    "find_login": {"p_login": "{login}"},
    "issue_certificate": {"p_enrollment_id": "{done}"},
    "leaderboard_around": {"p_user_id": "{p_user_id}"},
    "like_project": {"p_project_id": "{shown}"},
    "live_rank": {"p_user_id": "{p_user_id}"},
    "open_badge_credential": {"p_certificate_id": "{p_certificate_id}"},
    "mint_project": {"p_nft_metadata": "{metadata}"},
    "open_session": {"p_token_hash": PLAIN["bytea"]},
    "forget_faucet_addresses": {"p_keep_days": "30"},
    "record_chain_transaction": {"p_amount": "1.5", "p_to_account": "0.0.4", "p_tx_id": "0.0.2@1700000000.7"},
    "record_nft_token": {"p_metadata_uri": "ipfs://m", "p_token_id": "0.0.9", "p_serial_number": "3"},
    "register_user": {"p_email": "new@example.org"},
    "record_project_view": {"p_project_id": "{shown}"},
    "remove_lesson_prerequisite": {"p_lesson_id": "{after}", "p_prerequisite_lesson_id": "{before}"},
    "remove_prerequisite": {"p_course_id": "{advanced}"},
    "reorder_lessons": {"p_parent_lesson_id": None},
    "review_quiz": {"p_attempt_id": "{graded}"},
    "revoke_session": {"p_token_hash": "{p_token_hash}"},
    "unlike_project": {"p_project_id": "{shown}"},
    "set_notification_preference": {"p_type": "level_up"},
    "create_material": {"p_source_type": "text", "p_idempotency_key": "world"},
    "leave_feedback": {"p_feedback_type": "rating", "p_asset_id": "{p_asset_id}", "p_rating": "4"},
    "record_completions": {"p_user_ids": "{{{p_user_id}}}", "p_lesson_ids": "{{{p_lesson_id}}}"},
    "record_interaction": {"p_interaction_type": "answer", "p_asset_id": "{p_asset_id}", "p_response_time_ms": "5"},
    "record_interactions": {"p_interactions": "{interactions}"},
    "record_review": {"p_occurred_at": None},
    "set_asset_status": {"p_status": "ready"},
    "set_material_status": {"p_status": "ready"},
    "settle_feedback": {"p_status": "resolved"},
    "store_asset": {"p_asset_type": "flashcard", "p_content": "{flashcard}"},
    "store_chunks": {"p_chunks": '[{{"content": "C"}}]'},
    "vote": {"p_vote_type": "up", "p_discussion_id": "{theirs}"},
    "publish_project": {"p_project_id": "{mine}"},
    "publish_file": {"p_file_id": "{my_file}"},
    "update_file": {"p_file_id": "{my_file}"},
    "unpublish_file": {"p_file_id": "{my_file}"},
    "remove_file": {"p_file_id": "{my_file}"},
    "register_file": {"p_storage_path": "{me}/new.txt", "p_storage_provider": "s3"},
    "run_job": {"p_job": "purge_sessions"},
    "set_retention": {"p_subject": "discussions"},
    "cohort_retention": {"p_unit": "week"},
    "learning_funnel": {"p_course_id": "{p_course_id}"},
    "quiz_item_analysis": {"p_quiz_id": "{p_quiz_id}"},
    "engagement": {"p_user_ids": "{{{p_user_id}}}"},
    "track_event": {"p_event_type": "page.viewed"},
    "track_events": {"p_events": '[{{"event_type": "page.viewed", "user_id": "{p_user_id}"}}]'},
}


class Procedure(NamedTuple):
    names: list[str]
    types: list[str]
    optional: int
    writes: bool


class World(NamedTuple):
    values: dict[str, str]
    own: dict[str, dict[str, str]]
    identity: dict[str, UUID | None]


def procedure(conn: psycopg.Connection[Any], name: str) -> Procedure:
    """How a procedure is called."""
    row = conn.execute(
        """
        select
            coalesce(p.proargnames[1:p.pronargs], '{}'),
            array(
                select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality as t (oid, n) order by t.n
            ),
            p.pronargdefaults,
            p.provolatile = 'v'
        from pg_proc as p
        where p.pronamespace = current_schema()::regnamespace and p.proname = %s
        """,
        [name],
    ).fetchone()
    assert row is not None
    return Procedure(*row)


@pytest.fixture(scope="module")
def standing(shared_school: SchoolDatabase) -> Iterator[psycopg.Connection[Any]]:
    """One transaction for all of them, never committed: each call is undone on its own."""
    conn = shared_school.connect()
    yield conn
    conn.rollback()


@pytest.fixture(scope="module")
def world(standing: psycopg.Connection[Any]) -> World:
    """A learner half-way through a course, its instructor, an administrator; each with a session and a wallet."""
    db = standing
    learner, admin = make_user(db), make_user(db, "admin")
    course, other = make_course(db), make_course(db)
    make_enrollment(db, learner, course)
    db.execute("select record_completion(%s, %s)", [learner, course.lesson_ids[0]])
    event = db.execute("select id from xp_events where user_id = %s limit 1", [learner]).fetchone()
    assert event is not None
    reward = insert(
        db, "coin_transactions", user_id=learner, transaction_type="reward", amount=1000, related_object_type="test"
    )  # fmt: skip
    db.execute("select post_coins(%s, school_coin_account('issuance'), %s, 1000)", [reward, learner])
    db.execute("update user_stats set coins_earned = 1000 where user_id = %s", [learner])
    pending = db.execute(
        "select transaction_id from record_blockchain_coins(%s, 'deposit', 5, 'world', '0.0.5@17.5')", [learner]
    ).fetchone()
    assert pending is not None
    sent = insert(db, "chain_transactions", chain="hedera", network="testnet", tx_type="transfer", user_id=learner)
    certificates, done = [], []
    for _ in range(2):
        short = make_course(db, course.instructor_id, lessons=1)
        done.append(make_enrollment(db, learner, short))
        db.execute("select record_completion(%s, %s)", [learner, short.lesson_ids[0]])
        row = db.execute("select id from certificates where course_id = %s", [short.id]).fetchone()
        assert row is not None
        certificates.append(row[0])
    db.execute(
        "update platform_settings set setting_value = to_jsonb('https://school.example'::text)"
        " where setting_key like 'credentials.issuer%%'"
    )
    token = db.execute(
        "select nft_certificate_id from mint_certificate(%s, 'hedera', 'testnet', '0.0.9', 'ipfs://x', 'world')",
        [certificates[1]],
    ).fetchone()
    assert token is not None
    one, _, three = course.lesson_ids
    quiz = make_quiz(db, course)
    attempts: list[UUID] = []
    with acting(db, learner, "student"):
        for _ in range(2):
            if attempts:
                db.execute("select submit_quiz(%s)", attempts)
            attempt = db.execute("select attempt_id from start_quiz(%s)", [quiz.id]).fetchone()
            assert attempt is not None
            attempts.append(attempt[0])
    exercise, unused = make_exercise(db, course, is_mandatory=False), make_exercise(db, course, is_mandatory=False)
    work = []
    with acting(db, learner, "student"):
        for call in ('submit_exercise(%s, \'{"text": "x"}\')', "start_exercise(%s)"):
            submission = db.execute(f"select submission_id from {call}", [exercise.id]).fetchone()
            assert submission is not None
            work.append(submission[0])
    advanced = make_course(db, course.instructor_id)
    after, before, _ = advanced.lesson_ids
    insert(db, "course_prerequisites", "course_id", course_id=advanced.id, prerequisite_course_id=other.id)
    insert(
        db, "lesson_prerequisites", "lesson_id", course_id=advanced.id, lesson_id=after, prerequisite_lesson_id=before
    )
    login = db.execute("select username from users where id = %s", [learner]).fetchone()
    run = db.execute("select begin_job('nightly')").fetchone()
    archive = db.execute("select archive_rows('users', array[jsonb '{}'], now(), now())").fetchone()
    stats = db.execute("select s::text from user_stats as s where user_id = %s", [learner]).fetchone()
    assert run is not None
    assert archive is not None
    assert stats is not None
    assert login is not None
    own: dict[str, dict[str, str]] = {}
    people: dict[Role, UUID] = {"student": learner, "instructor": course.instructor_id, "admin": admin}
    for n, (role, someone) in enumerate(people.items()):
        hash_ = "\\x" + f"{n:02}" * 32
        with acting(db, someone, role):
            wallet = db.execute("select link_wallet('hedera', %s)", [f"0.0.{n}"]).fetchone()
        assert wallet is not None
        db.execute("select open_session(%s, %s, %s, now() + interval '1 day')", [someone, hash_, f"session-{n}"])
        told = db.execute(
            "insert into notifications (user_id, notification_type, title) values (%s, %s, 'T') returning id",
            [someone, "announcement"],
        ).fetchone()
        assert told is not None
        db.execute("insert into notification_deltas (user_id) values (%s)", [someone])
        with acting(db, someone, role):
            file = db.execute("select register_file('a.txt', '/a.txt', %s, 1)", [f"{someone}/a.txt"]).fetchone()
        assert file is not None
        db.execute("insert into notification_deliveries (notification_id, channel) values (%s, 'email')", [told[0]])
        place = None if role == "admin" else course.id
        discussion = ask(db, someone, course=place, role=role)
        own[role] = {
            "me": str(someone),
            "my_file": str(file[0]),
            "p_wallet_id": str(wallet[0]),
            "p_token_hash": hash_,
            "p_notification_id": str(told[0]),
            "p_discussion_id": str(discussion),
            "p_reply_id": str(reply(db, someone, discussion, role=role)),
        }
    own["service"] = own["student"]
    material = make_material(db, learner, chunks=2)
    card, session = make_card(db, learner, material), make_session(db, learner, material)
    asset = make_asset(db, material)
    feedback = insert(
        db, "user_feedback", user_id=learner, generated_asset_id=asset, feedback_type="report", comment="C"
    )  # fmt: skip
    happened = {
        "learning_session_id": str(session), "interaction_type": "view", "created_at": f"{datetime.now(UTC):%FT%TZ}",
    }  # fmt: skip
    project, shown = make_project(db, learner), make_project(db, make_user(db))
    hidden = make_project(db, make_user(db))
    with acting(db, admin, "admin"):
        db.execute("select unpublish_project(%s)", [hidden])
    own["student"]["mine"], own["admin"]["mine"] = str(project), str(hidden)
    values = {
        "components": json.dumps(COMPONENTS),
        "metadata": json.dumps(token_metadata(project, learner)),
        "p_project_id": project,
        "p_material_id": material,
        "p_card_id": card,
        "p_asset_id": asset,
        "p_session_id": session,
        "p_feedback_id": feedback,
        "flashcard": json.dumps(FLASHCARD),
        "interactions": json.dumps([happened]),
        "shown": shown,
        "theirs": ask(db, make_user(db)),
        "instructor": course.instructor_id,
        "advanced": advanced.id,
        "after": after,
        "before": before,
        "login": login[0],
        "p_run_id": run[0],
        "p_archive_id": archive[0],
        "graded": attempts[0],
        "submitted": work[0],
        "p_submission_id": work[1],
        "p_exercise_id": exercise.id,
        "unused": unused.id,
        "untaken": make_quiz(db, make_course(db, course.instructor_id)).id,
        "p_attempt_id": attempts[1],
        "p_quiz_id": quiz.id,
        "p_question_id": quiz.questions[0],
        "p_question_ids": "{" + ",".join(map(str, reversed(quiz.questions))) + "}",
        "p_question_type": "true_false",
        "pending": pending[0],
        "sent": sent,
        "done": done[0],
        "p_certificate_id": certificates[0],
        "p_nft_certificate_id": token[0],
        "p_image_uri": "https://school.example/certificate.png",
        "p_network": "testnet",
        "p_tx_type": "transfer",
        "p_hedera_account_id": "0.0.77",
        "p_transaction_id": reward,
        "p_transaction_type": "withdrawal",
        "p_recipient_id": course.instructor_id,
        "p_stats": stats[0],
        "p_prerequisite_lesson_id": one,
        "p_parent_lesson_id": three,
        "p_expires_at": "2999-01-01 00:00:00+00",
        "p_chain": "hedera",
        "p_address": "0.0.7",
        "p_nonce": "\\x" + "11" * 12,
        "p_password_hash": "$2b$12$" + "x" * 53,
        "p_field_name": "ssn",
        "p_value": "10",
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
    return World({name: str(value) for name, value in values.items()}, own, identity)


def calls(procedure: Procedure, values: dict[str, str], also: dict[str, str | None]) -> Iterator[dict[str, str | None]]:
    """The arguments of every call: first all are good, then one is bad. Optional ones not in `also` are left out."""
    needed = len(procedure.names) - procedure.optional
    good = {
        name: (values | also).get(name, PLAIN.get(type_))
        for n, (name, type_) in enumerate(zip(procedure.names, procedure.types, strict=True))
        if n < needed or name in also
    }
    yield good
    for name, type_ in zip(procedure.names, procedure.types, strict=True):
        for bad in BAD.get(type_, [None]):
            yield good | {name: bad}


def is_plain(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return state.startswith(("PA", "22", "23")) or state == "28000"


def test_the_list_of_procedures_is_the_catalogues(db: psycopg.Connection[Any]) -> None:
    rows = db.execute(
        """
        select p.proname::text, array_agg(distinct g.role)
        from pg_proc as p
        cross join lateral aclexplode(p.proacl) as a
        cross join lateral replace(pg_get_userbyid(a.grantee)::text, 'pgacademy_', '') as g (role)
        where
            p.pronamespace = current_schema()::regnamespace and g.role = any(%s)
            -- Made by migrations.
            and p.proname not in ('uuid_v7', 'is_web_address')
        group by p.proname
        """,
        [list(ROLES)],
    ).fetchall()
    assert {name: sorted(roles) for name, roles in rows} == {name: sorted(roles) for name, roles in GRANTED.items()}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        pytest.param(name, role, marks=[pytest.mark.slow] if role != roles[0] else [])
        for name, roles in GRANTED.items()
        for role in roles
    ],
)
def test_bad_input(standing: psycopg.Connection[Any], world: World, name: str, role: Role) -> None:
    db = standing
    target = procedure(db, name)
    assert db.execute("select * from verify_integrity()").fetchall() == []
    known = world.values | world.own.get(role, {})
    also = {argument: value and value.format_map(known) for argument, value in GOOD.get(name, {}).items()}
    for n, values in enumerate(calls(target, known, also)):
        said = answer(db, world, role, name, values, target, is_verified=n == 0 or EVERYTHING)
        shown = {argument: value if value is None else value[:60] for argument, value in values.items()}
        what = f"as {role}: {name}{shown}"
        if said is None:
            continue
        assert n, f"{what} is good and ends with {said.sqlstate}: {str(said)[:300]}"
        assert is_plain(said), f"{what} ends with {said.sqlstate}: {str(said)[:300]}"
        if (said.sqlstate or "").startswith("PA"):
            assert said.diag.message_hint, f"{what} gives no hint"
            assert said.diag.message_detail, f"{what} gives no detail"
            assert len(said.diag.message_detail) < 3000, f"{what} repeats what it was sent"


def answer(
    db: psycopg.Connection[Any],
    world: World,
    role: Role,
    name: str,
    values: dict[str, str | None],
    target: Procedure,
    *,
    is_verified: bool,
) -> psycopg.Error | None:
    """The error that a call ends with; it leaves nothing behind. Without one all counters are in step, if that is to be
    verified: what the server knows to write nothing need not be looked at."""
    types = dict(zip(target.names, target.types, strict=True))
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}::" + types[argument]).format(sql.Identifier(argument), sql.Placeholder(argument))
        for argument in values
    )
    call = sql.SQL("select * from {}({})").format(sql.Identifier(name), arguments)
    with db.transaction(force_rollback=True):
        try:
            with acting(db, world.identity[role], role):
                db.execute(call, values)
        except psycopg.Error as error:
            return error
        if target.writes and is_verified:
            assert db.execute("select * from verify_integrity()").fetchall() == [], f"as {role}: {name}"
    return None
