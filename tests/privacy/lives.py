"""A person who has left something in every table that can hold it: for the tests of export and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from pgacademy.testing import acting
from tests.assessment.exercises import make_exercise
from tests.assessment.quizzes import make_quiz
from tests.credentials.school import graduate
from tests.projects.projects import COMPONENTS, METRICS, token_metadata
from tests.study.materials import make_asset, make_card, make_material, make_session
from tests.support.factories import Course, insert, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]

#: Words that nobody else uses, in the forms that columns ask for; each holds one of WORDS.
WORD, ACCOUNT, ADDRESS = "zq7marker", "0.0.987654321", "203.0.113.77"
MARKERS: dict[str, list[str]] = {
    "text": [
        *(WORD, f"{WORD}@example.org", f"https://{WORD}.example.org/", f"/{WORD}", ACCOUNT),
        f"text/{WORD}",
        *("pt-ZQ7MARK", "dark", "Asia/Tokyo"),  # choices of a list: nothing that could be found again
    ],
    "jsonb": [f'{{"said": "{WORD}"}}', f'["{WORD}"]'],
    "inet": [ADDRESS],
    "text[]": [f"{{{WORD}}}"],
    "bytea": [WORD + "-12", WORD.ljust(32, "-")],
}
#: In what is kept of a row no word may be, in what form ever.
WORDS = [WORD, WORD.encode().hex(), ACCOUNT, ADDRESS]


@dataclass
class Life:
    """Somebody, a friend who answered and was answered, and what the two have in common."""

    user: UUID
    friend: UUID
    course: Course
    certificate: UUID
    discussion: UUID
    answered: UUID
    code: str


def live(conn: Connection) -> Life:
    """A learner who has done everything, most of it through the procedures, and said WORD wherever they could."""
    user = make_user(conn, full_name=f"Ada {WORD}", bio=WORD)
    friend = make_user(conn)
    done = graduate(conn, user=user)
    course = done.course
    make_enrollment(conn, friend, course)
    certificate = one(conn, "select id from certificates where user_id = %s", user)
    conn.execute("select award_coins(%s, 100, 'gift', %s)", (user, uuid4()))

    quiz, exercise = make_quiz(conn, course), make_exercise(conn, course)
    with acting(conn, user, "student"):
        # Where their requests come from, for the audit trail.
        told = "select set_config('pgacademy.ip_address', %s, true), set_config('pgacademy.user_agent', %s, true)"
        conn.execute(told, (ADDRESS, WORD))
        attempt = one(conn, "select attempt_id from start_quiz(%s)", quiz.id)
        answers = quiz.some(3) | {str(quiz.questions[3]): WORD}
        conn.execute("select submit_quiz(%s, %s)", (attempt, Jsonb(answers)))
        conn.execute("select start_exercise(%s)", (exercise.id,))
        handed_in = one(
            conn, "select submission_id from submit_exercise(%s, %s)", exercise.id,
            Jsonb({"text": WORD}),
        )  # fmt: skip
        conn.execute("select rate_course(%s, 5, %s)", (course.id, WORD))
        conn.execute("update lesson_progress set notes = %s where user_id = %s", (WORD, user))
        conn.execute("select transfer_coins(%s, 5, %s, %s)", (friend, WORD, WORD))
        conn.execute("select request_faucet(%s, %s, %s)", (ACCOUNT, ADDRESS, WORD))
        conn.execute("select link_wallet('hedera', %s)", (ACCOUNT,))
        conn.execute("select set_notification_preference('level_up', p_email => false)")
        project = one(conn, "select project_id from create_project(%s, 'car', %s)", WORD, Jsonb(COMPONENTS))
        other = one(conn, "select project_id from create_project('Bye', 'car', %s)", Jsonb(COMPONENTS))
        conn.execute("select delete_project(%s)", (other,))
        conn.execute(
            "select register_file(%s, %s, %s, 1, p_folder => %s, p_mime_type => %s)",
            (WORD, f"/{WORD}", f"{user}/{WORD}", WORD, f"text/{WORD}"),
        )
        discussion = one(conn, "select discussion_id from start_discussion(%s, %s, null)", WORD, WORD)
    with acting(conn, friend, "student"):
        theirs = one(conn, "select discussion_id from start_discussion('Why?', 'Because.', null)")
        answered = one(conn, "select reply_id from post_reply(%s, 'A friend says so.')", discussion)
    with acting(conn, user, "student"):
        conn.execute("select post_reply(%s, %s, %s)", (discussion, WORD, answered))
        conn.execute("select post_reply(%s, %s, p_idempotency_key => %s)", (theirs, WORD, WORD))
        conn.execute("select vote('up', p_reply_id => %s)", (answered,))
        conn.execute("select open_discussion(%s)", (theirs,))
        conn.execute("select mark_all_read()")
    with acting(conn, friend, "student"):
        conn.execute("select post_reply(%s, 'And so on.')", (discussion,))
    with acting(conn, course.instructor_id, "instructor"):
        conn.execute("select grade_submission(%s, p_score => 50, p_feedback => %s)", (handed_in, f"{WORD}, well done"))
        conn.execute("select grade_submission(%s, p_score => 60, p_reason => %s)", (handed_in, WORD))
        conn.execute("select reissue_certificate(%s, %s)", (certificate, WORD))
    certificate, code = one(
        conn, "select id, verification_code from certificates where user_id = %s and not is_revoked", user
    )
    failed = one(
        conn, "select transaction_id from record_blockchain_coins(%s, 'withdrawal', 1, %s, p_description => %s)",
        user, str(uuid4()), WORD,
    )  # fmt: skip
    conn.execute("select fail_blockchain_coins(%s, %s)", (failed, WORD))
    paid = one(conn, "select transaction_id from faucet_requests where user_id = %s", user)
    conn.execute("select advance_chain_transaction(%s, 'failed', p_failure_reason => %s)", (paid, WORD))

    conn.execute("select open_session(%s, sha256(%s), %s, now() + interval '1 day', %s, %s)", (
        user, WORD.encode(), WORD, ADDRESS, WORD,
    ))  # fmt: skip
    insert(conn, "user_secrets", "user_id", user_id=user, password_hash=f"$2b$12${WORD}{WORD}{WORD}")
    conn.execute(
        "insert into user_encrypted_fields (user_id, field_name, key_id, nonce, ciphertext)"
        " values (%s, 'tax_number', 'k1', decode('00112233445566778899aabb', 'hex'), sha256('x'))", (user,),
    )  # fmt: skip
    conn.execute("update projects set performance_metrics = %s where id = %s", (Jsonb(METRICS), project))
    conn.execute("select mint_project(%s, %s, %s)", (project, str(user), Jsonb(token_metadata(project, user))))
    conn.execute(
        "select mint_certificate(%s, 'hedera', 'testnet', '0.0.9', 'ipfs://image', %s, %s)",
        (certificate, str(uuid4()), ACCOUNT),
    )
    conn.execute("insert into project_likes (project_id, user_id) values (%s, %s)", (project, user))
    conn.execute("insert into notification_counts (user_id) values (%s) on conflict do nothing", (user,))
    _study(conn, user)
    conn.execute(
        "insert into solution_quotas (user_id, rewarded_on, asker_ids) values (%s, now(), %s)", (user, [friend])
    )
    conn.execute("insert into user_activity_days values ('2024-01-01', %s, 1)", (user,))
    conn.execute("insert into learner_activity_days values ('2024-01-01', %s, %s, 1)", (user, course.id))
    conn.execute("select refresh_leaderboard()")
    return Life(user, friend, course, certificate, discussion, answered, code)


def _study(conn: Connection, user: UUID) -> None:
    """A material, what was made of it, a session, what they thought of it; and that the application saw them."""
    material = make_material(conn, user, chunks=1, title=WORD, tags=[WORD])
    asset = make_asset(conn, material)
    for kind in ("quiz", "summary"):
        make_asset(conn, material, kind)
    session, card = make_session(conn, user, material), make_card(conn, user, material)
    with acting(conn, user, "student"):
        said = Jsonb({"said": WORD})
        conn.execute("select record_interaction(%s, 'view', p_interaction_data => %s)", (session, said))
        conn.execute("select leave_feedback('comment', p_asset_id => %s, p_comment => %s)", (asset, WORD))
        conn.execute("select review_card(%s, 3)", (card,))
        conn.execute("select end_study_session(%s)", (session,))
        conn.execute(
            "select track_event('page.viewed', %s, p_session_id => %s, p_ip_address => %s, p_user_agent => %s)",
            (said, WORD, ADDRESS, WORD),
        )
    insert(
        conn, "progress_metrics", user_id=user, learning_session_id=session, metric_type="accuracy", metric_value=1,
        subject_area=WORD,
    )  # fmt: skip


def blanked(conn: Connection) -> list[tuple[str, str, str]]:
    """Table, column and type of all that erasure blanks or deletes and that words can stand in."""
    return conn.execute(
        """
        select k.table_name, k.column_name, format_type(a.atttypid, null)
        from column_classes() as k
        join pg_attribute as a on a.attrelid = to_regclass(k.table_name) and a.attname = k.column_name
        where column_catalogue() -> k.table_name ? 'person' and k.is_blanked and a.attgenerated = ''
            and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'inet'::regtype, 'text[]'::regtype, 'bytea'::regtype)
        order by 1, 2
        """
    ).fetchall()


def mark(conn: Connection, user: UUID) -> list[str]:
    """Writes a marker into each of those columns of a person's rows, past the triggers; returns where none would do."""
    refused = []
    for table, column, kind in blanked(conn):
        person = person_of(conn, table, user)
        # What is null may have to be null: a reason where nothing failed.
        filled = one(conn, f"select exists (select from {table} where ({person}) and {column} is not null)")
        if filled:
            person = f"({person}) and {column} is not null"
        value = "convert_to(%s, 'UTF8')" if kind == "bytea" else f"%s::{kind}"
        for marker in MARKERS[kind]:
            try:
                with conn.transaction():
                    conn.execute(f"alter table {table} disable trigger user".encode())
                    done = conn.execute(f"update {table} set {column} = {value} where {person}".encode(), (marker,))
                    conn.execute(f"alter table {table} enable trigger user".encode())
            except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation):
                continue
            if done.rowcount:
                break
        else:
            refused.append(f"{table}.{column}")
    return refused


def person_of(conn: Connection, table: str, user: UUID) -> str:
    """The condition for a person's rows."""
    return str(one(conn, "select column_catalogue() -> %s ->> 'person'", table)).replace("$1", f"'{user}'::uuid")


def found(conn: Connection) -> list[str]:
    """The tables in which one of WORDS is found, in whatever column."""
    tables = [name for (name,) in conn.execute(
        "select c.relname from pg_class as c where c.relnamespace = current_schema()::regnamespace"
        " and c.relkind in ('r', 'p', 'm') order by 1"
    )]  # fmt: skip
    return [
        table
        for table in tables
        if one(
            conn,
            f"select exists (select from {table} as t where t::text like any(%s))",
            [f"%{word}%" for word in WORDS],
        )
    ]
