"""What the documents ask of every table: keys, moments, exact numbers, JSON only where it must be."""

from __future__ import annotations

import secrets
import subprocess
from itertools import pairwise
from pathlib import Path

import psycopg
from psycopg import sql

from pgacademy import embedded
from pgacademy.testing_server import Server
from tests.support.factories import Connection
from tests.support.queries import rows

ROOT = Path(__file__).resolve().parents[2]
OURS = "relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition"
#: Tables of things that have a name or a number of their own, or are one per person and something.
NATURAL_KEYS = {
    "achievement_metrics", "analytics_contexts", "archive_chunks", "audit_seals", "audit_watermark", "chain_totals",
    "course_activity_days", "event_type_days", "faucet_guards", "idempotency_keys", "leaderboard_cache",
    "leaderboard_generation", "learner_activity_days", "levels", "notification_deliveries", "notification_deltas",
    "notification_preferences", "platform_activity_days", "platform_settings", "project_view_deltas",
    "project_views", "retention_policies", "rollup_state", "signing_keys", "user_activity_days",
    "user_encrypted_fields", "user_streaks", "write_guards", "xp_rank_buckets", "xp_rank_deltas",
}  # fmt: skip


def columns_of(db: Connection, *types: str) -> set[str]:
    names = ", ".join(f"'{name}'::regtype" for name in types)
    return set(
        rows(
            db,
            f"""select c.relname || '.' || a.attname
                from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid
                where {OURS} and c.relname !~ '^_?yoyo' and a.attnum > 0 and a.atttypid in ({names})""",
        )
    )


def test_keys_are_uuids_where_a_row_has_no_name_of_its_own(db: Connection) -> None:
    others = rows(
        db,
        f"""select c.relname from pg_class as c where {OURS} and c.relname !~ '^(schema_|_?yoyo)' and not exists (
                select from pg_constraint as k
                inner join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
                where k.conrelid = c.oid and k.contype = 'p'
                having count(*) filter (where a.atttypid = 'uuid'::regtype) >= 1
                    and count(*) filter (where a.atttypid not in ('uuid'::regtype, 'timestamptz'::regtype)) = 0
            ) order by 1""",
    )
    assert set(others) == NATURAL_KEYS


def test_ids_cannot_be_guessed(db: Connection) -> None:
    """Beside the time stands what is random: of 20,000 made at once no two share it, none follows another."""
    ids = rows(db, "select uuid_v7() from generate_series(1, 20000)")
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    tails = [one.int & ((1 << 62) - 1) for one in ids]
    assert len(set(tails)) == len(ids)
    steps = {after - before for before, after in pairwise(tails)}
    assert len(steps) == len(ids) - 1


def test_every_moment_has_a_zone_and_is_kept(db: Connection) -> None:
    assert columns_of(db, "timestamp") == set()
    untouched = rows(
        db,
        f"""select c.relname from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid
            where {OURS} and a.attname = 'updated_at' and c.relname !~ '^schema_' and not exists (
                select from pg_trigger as t inner join pg_proc as p on p.oid = t.tgfoid
                where t.tgrelid = c.oid and p.proname = 'touch_updated_at'
            )""",
    )
    assert untouched == ["public_profiles"]  # written by trigger alone, which says when


def test_a_change_moves_updated_at(db: Connection) -> None:
    db.execute("insert into users (username, updated_at) values ('ada', '2020-01-01Z')")
    db.execute("update users set bio = 'I count.' where username = 'ada'")
    assert rows(db, "select updated_at = now() from users where username = 'ada'") == [True]


def test_numbers_are_exact(db: Connection) -> None:
    assert columns_of(db, "real", "double precision", "money") == set()
    exact = columns_of(db, "numeric")
    assert {
        "enrollments.progress_percentage", "lesson_progress.score", "quiz_attempts.score", "quiz_attempts.percentage",
        "faucet_requests.amount_hbar", "chain_transactions.amount", "progress_metrics.metric_value",
    } <= exact  # fmt: skip


def test_json_is_for_what_nests_or_evolves(db: Connection) -> None:
    """What is always there and asked for is a column: of the documents' JSON, none of these is."""
    json = columns_of(db, "jsonb", "json")
    assert "users.preferences" in json
    assert "lessons.content" in json
    kept_apart = {"courses.prerequisites", "lessons.prerequisites", "enrollments.completed_lessons", "courses.tags"}
    assert json & kept_apart == set()
    assert columns_of(db, "json") == set()


def test_only_pg_trgm_is_needed(db: Connection) -> None:
    assert rows(db, "select extname from pg_extension where extname <> 'plpgsql'") == ["pg_trgm"]


def test_the_script_that_creates_the_database(pgacademy_server: Server) -> None:
    """Run as it says, twice: the second time nothing is left to do."""
    name = f"pgacademy_test_{secrets.token_hex(6)}"
    with psycopg.connect(pgacademy_server.admin, autocommit=True) as admin:
        try:
            for _ in range(2):
                done = subprocess.run(
                    [
                        embedded.find_binaries() / "psql", "-Xqd", pgacademy_server.admin, "-v", f"database={name}",
                        "-v", f"deploy={name}_deploy", "-f", ROOT / "sql/bootstrap/create_database.sql",
                    ],
                    capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert (done.returncode, done.stderr) == (0, "")
            made = admin.execute(
                """select pg_encoding_to_char(d.encoding), d.datcollate, pg_get_userbyid(d.datdba), d.datconnlimit,
                        s.setconfig
                    from pg_database as d left join pg_db_role_setting as s on s.setdatabase = d.oid and s.setrole = 0
                    where d.datname = %s""",
                (name,),
            ).fetchone()
            assert made is not None
            assert made[:4] == ("UTF8", "C.UTF-8", f"{name}_deploy", -1)
            assert [setting.lower() for setting in made[4]] == ["timezone=utc"]
            power = "select rolsuper, rolcreaterole, rolinherit, rolcanlogin from pg_roles where rolname = %s"
            assert admin.execute(power, (f"{name}_deploy",)).fetchone() == (False, True, False, True)
        finally:
            admin.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{name}_deploy")))
