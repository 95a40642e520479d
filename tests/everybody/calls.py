"""A call of any procedure, made up from what there is: often a good one, and by the person it would come from."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.assessment.quizzes import SIX
from tests.everybody.things import Thing
from tests.projects.projects import COMPONENTS, token_metadata
from tests.study.materials import FLASHCARD
from tests.support.factories import Connection

#: What an argument names, by its name.
KINDS = {
    "p_asset_id": "generated_assets", "p_attempt_id": "quiz_attempts", "p_archive_id": "archives",
    "p_card_id": "review_cards", "p_certificate_id": "certificates", "p_course_id": "courses",
    "p_discussion_id": "discussions", "p_enrollment_id": "enrollments", "p_event_id": "xp_events",
    "p_exercise_id": "exercises", "p_feedback_id": "user_feedback", "p_file_id": "uploaded_files", "p_job": "jobs",
    "p_lesson_id": "lessons", "p_material_id": "study_materials", "p_nft_certificate_id": "nft_certificates",
    "p_notification_id": "notifications", "p_parent_lesson_id": "lessons", "p_parent_reply_id": "replies",
    "p_prerequisite_course_id": "courses", "p_prerequisite_lesson_id": "lessons", "p_project_id": "projects",
    "p_question_id": "quiz_questions", "p_quiz_id": "quizzes", "p_recipient_id": "users", "p_reply_id": "replies",
    "p_run_id": "job_runs", "p_session_id": "learning_sessions", "p_slug": "achievements",
    "p_submission_id": "exercise_submissions", "p_transaction_id": "coin_transactions", "p_user_id": "users",
    "p_wallet_id": "user_wallets",
}  # fmt: skip
#: The same where a procedure means something else by it; "" is a new name, not one that exists.
OTHER_KINDS = {
    ("advance_chain_transaction", "p_transaction_id"): "chain_transactions",
    ("revoke_session", "p_session_id"): "auth_sessions",
    ("approve_instructor", "p_user_id"): "instructors",
    ("define_achievement", "p_slug"): "",
}
#: Plain values, any of them.
VALUES: dict[str, list[Any]] = {
    "p_address": [f"0.0.{n}" for n in range(20)],
    "p_amount": [1, 2, 5],
    "p_answer_key": [Jsonb({"correct": True})],
    "p_asset_type": ["flashcard"],
    "p_chain": ["hedera"],
    "p_channel": ["email", "push"],
    "p_chunks": [Jsonb([{"content": "C"}])],
    "p_ciphertext": [b"x" * 32],
    "p_collection_id": ["0.0.9"],
    "p_components": [Jsonb(COMPONENTS)],
    "p_criteria": [Jsonb({"metric": "total_xp", "threshold": n}) for n in (50, 500)],
    "p_event_type": ["page.viewed"],
    "p_expires_at": ["2999-01-01 00:00:00+00"],
    "p_feedback_type": ["rating"],
    "p_field_name": ["ssn"],
    "p_hedera_account_id": [f"0.0.{n}" for n in range(20)],
    "p_idempotency_key": [f"key-{n}" for n in range(200)],
    "p_image_uri": ["ipfs://image"],
    "p_interaction_type": ["view"],
    "p_key": [f"key-{n}" for n in range(40)],
    "p_metadata_uri": ["ipfs://metadata"],
    "p_network": ["testnet"],
    "p_nonce": [b"1" * 12],
    "p_password_hash": ["$2b$12$" + "x" * 53],
    "p_project_type": ["car"],
    "p_question_type": ["true_false"],
    "p_rating": [1, 3, 4],
    "p_request_ip": [f"192.0.2.{n}" for n in range(8)],
    "p_role": ["student", "student", "instructor"],
    "p_score": [20, 80, 100],
    "p_session_type": ["study"],
    "p_status": ["submitted", "confirmed", "failed", "ready", "resolved"],
    "p_storage_provider": ["s3"],
    "p_transaction_type": ["deposit", "withdrawal"],
    "p_tx_type": ["transfer"],
    "p_type": ["level_up"],
    "p_vote_type": ["up", "down"],
}
#: By its type, where the name says nothing. What is not here is null.
PLAIN: dict[str, list[Any]] = {
    "bigint": [1, 3],
    "boolean": [True, True, False],
    "inet": ["192.0.2.1"],
    "integer": [1, 30],
    "jsonb": [Jsonb({})],
    "numeric": [50],
    "smallint": [1],
    "text": ["words"],
    "text[]": [[]],
}
#: What a procedure is given besides.
ALSO: dict[str, dict[str, Any]] = {
    "create_material": {"p_source_type": "text"},
    "leave_feedback": {"p_rating": 4},
    "save_submission": {"p_content": Jsonb({"text": "My work."})},
    "store_asset": {"p_content": Jsonb(FLASHCARD)},
    "submit_exercise": {"p_content": Jsonb({"text": "My work."})},
}
#: What only these optional arguments are given: most of the others are column after column of the same UPDATE.
OPTIONAL = frozenset(KINDS) - {"p_archive_id", "p_run_id"} | {
    "p_answer_key", "p_description", "p_delete", "p_email", "p_idempotency_key", "p_is_optional", "p_is_published",
    "p_score", "p_seconds", "p_title",
}  # fmt: skip
#: How often, where it is not once: what everything follows from, and what leaves less of the school.
WEIGHTS = dict.fromkeys(
    (
        "complete_lesson", "enroll", "grade_submission", "record_completion", "record_completions", "start_quiz",
        "submit_exercise", "submit_quiz", "transfer_coins", "vote",
    ),
    5.0,
) | dict.fromkeys(
    (
        "approve_instructor", "begin_retirement", "deactivate_user", "delete_course", "delete_exercise", "delete_quiz",
        "erase_user", "remove_lesson", "set_role", "unpublish_course",
    ),
    0.15,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Procedure:
    name: str
    roles: list[str]
    names: list[str]
    types: list[str]
    optional: int

    @property
    def weight(self) -> float:
        return WEIGHTS.get(self.name, 1.0)


@dataclass(slots=True)
class Call:
    """A call by somebody, or by nobody: the service."""

    procedure: Procedure
    role: str
    caller: UUID | None
    arguments: dict[str, Any]

    def make(self, conn: Connection, school: str, level: psycopg.IsolationLevel) -> list[dict[str, Any]]:
        """In a transaction of its own; what it returns."""
        types = dict(zip(self.procedure.names, self.procedure.types, strict=True))
        query = sql.SQL("select * from {}({})").format(
            sql.Identifier(self.procedure.name),
            sql.SQL(", ").join(
                sql.SQL("{} => {}::" + types[name]).format(sql.Identifier(name), sql.Placeholder(name))
                for name in self.arguments
            ),
        )
        conn.isolation_level = level
        with conn.transaction():
            conn.execute(sql.SQL("set local role {}").format(sql.Identifier(f"{school}_{self.role}")))
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(self.caller or ""),))
            return conn.cursor(row_factory=dict_row).execute(query, self.arguments).fetchall()


def procedures(owner: psycopg.Connection[Any]) -> list[Procedure]:
    """What writes and what a platform role may call, but for what changes the school's rules under everybody's feet."""
    found = owner.execute(
        """
        select
            p.proname::text,
            array_agg(distinct r.role),
            coalesce(p.proargnames[1:p.pronargs], '{}'),
            array(
                select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality as t (oid, n) order by t.n
            ),
            p.pronargdefaults
        from pg_proc as p
        inner join unnest(array['student', 'instructor', 'admin', 'service']) as r (role)
            on has_function_privilege(current_schema() || '_' || r.role, p.oid, 'execute')
        where
            p.pronamespace = current_schema()::regnamespace
            and p.provolatile = 'v'
            and p.proname not in ('uuid_v7', 'set_setting', 'set_retention', 'log_failure')
        group by p.oid
        order by p.proname
        """
    )
    return [Procedure(*row) for row in found]


def make_up(dice: random.Random, conn: Connection, procedure: Procedure, things: dict[str, list[Thing]]) -> Call:
    """A call of this procedure. Whoever the last thing that it names belongs to, calls; mostly."""
    arguments: dict[str, Any] = {}
    named: list[tuple[str, Thing]] = []
    needed = len(procedure.names) - procedure.optional
    for n, (name, type_) in enumerate(zip(procedure.names, procedure.types, strict=True)):
        if n >= needed and (name not in OPTIONAL or dice.random() < 0.3):
            continue
        kind = OTHER_KINDS.get((procedure.name, name), KINDS.get(name))
        if kind and things[kind]:
            thing = dice.choice(things[kind])
            named.append((kind, thing))
            arguments[name] = thing.key
        elif name in VALUES:
            arguments[name] = dice.choice(VALUES[name])
        elif type_ == "bytea" or kind == "" or name in ("p_token_jti", "p_new_token_jti", "p_tx_id", "p_token_id"):
            arguments[name] = uuid4().bytes * 2 if type_ == "bytea" else f"n-{uuid4()}"
        else:
            arguments[name] = dice.choice(PLAIN.get(type_, [None]))

    role = dice.choice(procedure.roles)
    call = Call(procedure, role, _caller(dice, role, named, things), arguments)
    _adjust(dice, conn, call, dict(named), things)
    return call


def _caller(
    dice: random.Random, role: str, named: list[tuple[str, Thing]], things: dict[str, list[Thing]]
) -> UUID | None:
    if role == "service":
        return None
    if role == "admin":
        return dice.choice(things["admins"]).person
    for kind, thing in reversed(named):
        owner: UUID | None = thing.teacher if role == "instructor" else thing.person
        if owner and kind != "users" and dice.random() < 0.9:
            return owner
    people = things["instructors"] if role == "instructor" else []
    anybody: Thing = dice.choice(people or things["users"])
    return anybody.person


def _adjust(
    dice: random.Random, conn: Connection, call: Call, named: dict[str, Thing], things: dict[str, list[Thing]]
) -> None:
    """What takes more than a value by its name."""
    arguments = call.arguments
    arguments |= ALSO.get(call.procedure.name, {})
    match call.procedure.name:
        case "vote":
            arguments.pop(dice.choice(["p_discussion_id", "p_reply_id"]), None)
        case "register_user":
            arguments["p_email"] = f"{uuid4()}@example.org"
        case "register_file":
            arguments["p_storage_path"] = f"{call.caller}/{uuid4()}"
        case "set_notification_preference":
            arguments["p_email"] = dice.random() < 0.5
        case "like_project":
            call.caller = dice.choice(things["users"]).key
        case "mint_project" if project := named.get("projects"):
            arguments["p_nft_metadata"] = Jsonb(token_metadata(project.key, str(project.person)))
        case "track_events":
            event = {"event_type": "page.viewed", "user_id": str(dice.choice(things["users"]).key)}
            arguments["p_events"] = Jsonb([event])
        case "submit_quiz" | "save_answers":
            asked = conn.execute(
                "select q.id, q.question_type from quiz_attempts as a inner join quiz_questions as q using (quiz_id)"
                " where a.id = %s",
                (arguments["p_attempt_id"],),
            )
            right = {kind: answer for kind, _, _, answer, _ in SIX}
            arguments["p_answers"] = Jsonb({str(question): right[kind] for question, kind in asked})
        case "record_completions":
            learned = conn.execute(
                "select e.user_id, l.id from enrollments as e inner join lessons as l using (course_id)"
                " where e.status in ('active', 'completed') and l.is_active order by random() limit %s",
                (dice.randint(1, 12),),
            ).fetchall()
            arguments |= {
                "p_user_ids": [user for user, _ in learned],
                "p_lesson_ids": [lesson for _, lesson in learned],
            }
        case "reorder_lessons":
            arguments |= {
                "p_parent_lesson_id": None,
                "p_lesson_ids": _shuffled(dice, conn, "lessons", "course_id", call),
            }
        case "reorder_questions":
            arguments["p_question_ids"] = _shuffled(dice, conn, "quiz_questions", "quiz_id", call)


def _shuffled(dice: random.Random, conn: Connection, table: str, column: str, call: Call) -> list[UUID]:
    query = sql.SQL("select id from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    found = [key for (key,) in conn.execute(query, (call.arguments[f"p_{column}"],))]
    return dice.sample(found, len(found))
