"""Who may do what: every role × table × command, every role × procedure, and whose rows each person sees.

The expectation is written down here in full. What the catalogue grants and this file does not name fails, and so does
the reverse; a table, view or procedure that nobody has decided about fails too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pgacademy.testing import Databases, Role, SchoolDatabase
from tests.projects.projects import COMPONENTS
from tests.study.materials import FLASHCARD
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, Course, insert, make_course, make_enrollment, make_user
from tests.support.queries import one

ROLES: tuple[Role, ...] = ("anonymous", "student", "instructor", "admin", "service", "analyst")
EVERYONE = ("anonymous", "student", "instructor", "admin")
PEOPLE: tuple[Role, ...] = ("student", "instructor", "admin")
LEARNERS = ("student", "instructor")

ALL = "*"  # every column of the table
PROFILE = {
    "full_name", "first_name", "last_name", "avatar_url", "avatar_emoji", "bio", "phone_number", "preferences",
    "show_on_leaderboard",
}  # fmt: skip
SETTINGS = {"email_notifications", "push_notifications", "theme", "language"}
#: What an instructor reads of a learner's progress: not their notes.
PROGRESS = {
    "id", "enrollment_id", "user_id", "course_id", "lesson_id", "status", "started_at", "completed_at",
    "time_spent_seconds", "completion_percentage", "score", "xp_earned", "created_at", "updated_at",
}  # fmt: skip
SESSION = {
    "id", "family_id", "user_id", "token_jti", "ip_address", "user_agent", "created_at", "last_accessed_at",
    "expires_at", "rotated_at", "revoked_at", "revoked_reason",
}  # fmt: skip

#: What a learner reads of an attempt: not the points of each question, which would tell what is right, nor the seed.
ATTEMPT = {
    "id", "enrollment_id", "user_id", "course_id", "quiz_id", "attempt_number", "status", "started_at", "deadline_at",
    "question_ids", "answers", "submitted_at", "graded_at", "closed_by", "score", "max_score", "percentage",
    "is_passed", "first_pass", "time_taken_seconds", "created_at", "updated_at",
}  # fmt: skip

#: What an instructor reads of a certificate: not the code, which is the holder's to show.
CERTIFICATE = {
    "id", "enrollment_id", "user_id", "course_id", "certificate_number", "recipient_name", "course_title",
    "completed_at", "issued_at", "issued_by", "replaces_id", "pdf_path", "is_revoked", "revoked_at", "revoked_by",
    "revoked_as", "revocation_reason", "created_at", "updated_at",
}  # fmt: skip
#: What a person reads of a request of the faucet: not the address it came from.
FAUCET = {
    "id", "user_id", "hedera_account_id", "amount_hbar", "transaction_id", "status", "requested_at", "completed_at",
}  # fmt: skip

#: What people read of a file: not what it was called at home, nor its folder, nor where its bytes are.
FILE = {
    "id", "user_id", "filename", "file_url", "file_type", "mime_type", "file_size", "is_public", "created_at",
    "updated_at",
}  # fmt: skip

#: table -> command -> columns -> roles. What is not named is granted to nobody: there is no insert, no delete, no
#: truncate, no trigger and no reference anywhere, and nothing at all for the service and for analysts.
TABLES: dict[str, list[tuple[str, Any, tuple[str, ...]]]] = {
    # operations
    "write_guards": [],
    "idempotency_keys": [],
    "platform_settings": [("select", ALL, ("admin",))],
    "job_runs": [("select", ALL, ("admin",))],
    "retention_policies": [("select", ALL, ("admin",))],
    "archives": [("select", ALL, ("admin",))],
    "archive_chunks": [],
    "chain_totals": [("select", ALL, ("admin",))],
    "audit_logs": [("select", ALL, ("admin",))],
    "audit_contexts": [("select", ALL, ("admin",))],
    "audit_seals": [("select", ALL, ("admin",))],
    "audit_watermark": [],
    # identity
    "users": [("select", ALL, PEOPLE), ("update", PROFILE, LEARNERS)],
    "public_profiles": [("select", ALL, EVERYONE)],
    "user_settings": [("select", ALL, LEARNERS), ("update", SETTINGS, LEARNERS)],
    "user_secrets": [],
    "user_encrypted_fields": [],
    "user_wallets": [("select", ALL, PEOPLE)],
    "auth_sessions": [("select", SESSION, PEOPLE)],
    "signing_keys": [],
    # catalog
    "courses": [("select", ALL, EVERYONE)],
    "course_stats": [("select", ALL, EVERYONE)],
    "course_prerequisites": [("select", ALL, EVERYONE)],
    "lessons": [("select", ALL, EVERYONE)],
    "lesson_prerequisites": [("select", ALL, EVERYONE)],
    "uploaded_files": [("select", FILE, ("anonymous", *LEARNERS)), ("select", ALL, ("admin",))],
    # learning
    "enrollments": [("select", ALL, PEOPLE)],
    "lesson_progress": [
        ("select", ALL, ("student", "admin")),
        ("select", PROGRESS, ("instructor",)),
        ("update", {"notes"}, ("student",)),
    ],
    # gamification
    "levels": [("select", ALL, EVERYONE)],
    "achievement_metrics": [("select", ALL, EVERYONE)],
    "achievements": [("select", ALL, EVERYONE)],
    "xp_events": [("select", ALL, PEOPLE)],
    "user_stats": [("select", ALL, PEOPLE)],
    "user_achievements": [("select", ALL, PEOPLE)],
    "user_streaks": [("select", ALL, PEOPLE)],
    "leaderboard_cache": [("select", ALL, ("admin",))],
    "leaderboard_generation": [("select", ALL, PEOPLE)],
    "xp_rank_buckets": [],
    "xp_rank_deltas": [],
    # assessment
    "quizzes": [("select", ALL, PEOPLE)],
    "quiz_questions": [("select", ALL, ("instructor", "admin"))],
    "quiz_question_keys": [("select", ALL, ("instructor", "admin"))],
    "quiz_attempts": [("select", ATTEMPT, ("student",)), ("select", ALL, ("instructor", "admin"))],
    # projects
    "projects": [("select", ALL, EVERYONE)],
    "project_likes": [("select", ALL, PEOPLE)],
    "project_authors": [],
    "deleted_projects": [],
    "project_views": [],
    "project_view_deltas": [],
    # community
    "discussions": [("select", ALL, PEOPLE)],
    "discussion_stats": [("select", ALL, PEOPLE)],
    "replies": [("select", ALL, PEOPLE)],
    "discussion_votes": [("select", ALL, PEOPLE)],
    "discussion_views": [],
    "solution_quotas": [],
    "notifications": [("select", ALL, LEARNERS)],
    "notification_preferences": [("select", ALL, LEARNERS)],
    "notification_deliveries": [],
    "notification_counts": [],
    "notification_deltas": [],
    # study
    "study_materials": [("select", ALL, ("student", "admin"))],
    "content_chunks": [("select", ALL, ("student", "admin"))],
    "generated_assets": [("select", ALL, ("student", "admin"))],
    "learning_sessions": [("select", ALL, ("student", "admin"))],
    "interactions": [("select", ALL, ("student", "admin"))],
    "user_feedback": [("select", ALL, ("student", "admin"))],
    "progress_metrics": [("select", ALL, ("student", "admin"))],
    "review_cards": [("select", ALL, ("student", "admin"))],
    "review_logs": [("select", ALL, ("student", "admin"))],
    # analytics: read through reports alone
    "analytics_events": [],
    "analytics_contexts": [],
    "rollup_state": [],
    "user_activity_days": [],
    "learner_activity_days": [],
    "course_activity_days": [],
    "event_type_days": [],
    "platform_activity_days": [],
    "exercises": [("select", ALL, PEOPLE)],
    "exercise_submissions": [("select", ALL, PEOPLE)],
    "exercise_grades": [("select", ALL, PEOPLE)],
    # coins
    "coin_accounts": [("select", ALL, PEOPLE)],
    "coin_transactions": [("select", ALL, PEOPLE)],
    "coin_postings": [("select", ALL, PEOPLE)],
    # chain
    "chain_transactions": [("select", ALL, PEOPLE)],
    "faucet_requests": [("select", FAUCET, LEARNERS), ("select", ALL, ("admin",))],
    "faucet_guards": [],
    # credentials
    "certificates": [("select", ALL, ("student", "admin")), ("select", CERTIFICATE, ("instructor",))],
    "nft_certificates": [("select", ALL, PEOPLE)],
    # privacy
    "data_exports": [],
    "erasures": [],
}

#: view -> who reads it. Nobody writes through one.
VIEWS: dict[str, tuple[str, ...]] = {
    "v_course_catalog": EVERYONE,
    "v_course_outline": EVERYONE,
    "v_achievement_stats": PEOPLE,
    "v_my_achievements": PEOPLE,
    "v_my_certificates": ("student", "admin"),
    "v_my_coins": PEOPLE,
    "v_my_courses": PEOPLE,
    "v_my_projects": PEOPLE,
    "v_project_completion": ("admin", "analyst"),
    "v_my_notification_preferences": LEARNERS,
    "v_user_dashboard": PEOPLE,
    "user_engagement": ("admin", "analyst"),
    "course_performance": ("instructor", "admin", "analyst"),
    "v_course_activity": ("instructor", "admin", "analyst"),
    "v_platform_activity": ("admin", "analyst"),
    "v_event_activity": ("admin", "analyst"),
    "v_active_days": (),
    "v_my_quizzes": PEOPLE,
    "v_my_exercises": PEOPLE,
    "v_grading_queue": ("instructor", "admin"),
    "v_due_cards": ("student",),
    "v_my_study": ("student",),
}

#: role -> what it may execute. Everything else is internal and granted to nobody.
COMMON = "acting_in current_user_id uuid_v7"
READING = "verify_certificate leaderboard_page leaderboard_top search_courses calculate_user_level list_projects"
ACCOUNT = """
    log_failure my_audit_trail
    acts_as update_profile update_settings link_wallet unlink_wallet revoke_session live_rank leaderboard_around
    effective_streak explain_achievement coin_history metric_changes metric_values streak_as_of
    quiz_result
    register_file update_file publish_file unpublish_file remove_file list_files
"""
TALKING = """
    my_discussion_courses start_discussion edit_discussion delete_discussion open_discussion list_discussions
    search_discussions post_reply edit_reply delete_reply list_replies vote mark_solution unmark_solution
    unread_count list_notifications mark_read mark_all_read set_notification_preference
"""
TEACHING = """
    create_course update_course publish_course unpublish_course delete_course add_lesson update_lesson move_lesson
    remove_lesson reorder_lessons add_prerequisite remove_prerequisite add_lesson_prerequisite
    remove_lesson_prerequisite
    create_quiz update_quiz add_question update_question remove_question reorder_questions
    issue_certificate revoke_certificate reissue_certificate
    delete_quiz regrade_quiz
    create_exercise update_exercise delete_exercise grade_submission return_submission
"""
#: Reports: of the school, and those that instructors ask for their own courses.
REPORTS = "monthly_growth active_people cohort_retention engagement engagement_page"
COURSE_REPORTS = "reads_reports acting_instructor_id learning_funnel quiz_item_analysis"
PROCEDURES: dict[str, set[str]] = {
    "anonymous": set(f"{COMMON} {READING} record_project_view".split()),
    "student": set(
        f"""{COMMON} {READING} {ACCOUNT} {TALKING}
        enroll drop_course start_lesson complete_lesson resume_lesson rate_course
        start_quiz save_answers submit_quiz review_quiz transfer_coins buy_streak_freeze
        request_faucet open_badge_credential
        create_project update_project publish_project unpublish_project delete_project
        like_project unlike_project record_project_view
        start_exercise save_submission submit_exercise
        create_material update_material delete_material start_study_session save_study_session end_study_session
        record_interaction leave_feedback review_card due_cards export_my_data is_web_address track_event""".split()
    ),
    "instructor": set(
        f"""{COMMON} {READING} {ACCOUNT} {TEACHING} {TALKING}
        moderate_discussion announce
        {COURSE_REPORTS} track_event record_completion record_enrollment export_my_data is_web_address
        like_project unlike_project record_project_view""".split()
    ),
    "admin": set(
        f"""{COMMON} {READING} {ACCOUNT} {TEACHING} {TALKING}
        moderate_discussion announce {REPORTS} {COURSE_REPORTS} track_event
        audit_trail
        set_role approve_instructor deactivate_user reactivate_user set_setting set_retention
        define_achievement set_achievement_active preview_achievement apply_achievement
        feature_project publish_project unpublish_project delete_project record_project_view settle_feedback
        export_my_data""".split()
    ),
    "service": set(
        f"""{COMMON} {READING}
        register_user find_login set_password open_session rotate_session revoke_session verify_email verify_wallet
        deactivate_user reactivate_user store_encrypted_field read_encrypted_field purge_sessions
        record_completion record_completions record_enrollment record_start record_drop expire_enrollments
        award_xp reverse_xp check_achievements advance_streaks grant_streak_freeze refresh_leaderboard fold_xp_ranks
        live_rank leaderboard_around effective_streak explain_achievement preview_achievement apply_achievement
        close_overdue_attempts close_overdue_drafts
        award_coins reverse_coins record_blockchain_coins confirm_blockchain_coins fail_blockchain_coins
        grant_missing_coins
        issue_missing_certificates set_certificate_pdf mint_certificate record_nft_token open_badge_credential
        record_chain_transaction advance_chain_transaction open_chain_transactions forget_faucet_addresses
        mint_project fold_project_views
        fold_discussion_views fold_notification_counts remind_streaks purge_notifications
        claim_deliveries finish_delivery
        store_chunks store_asset set_material_status set_asset_status record_interactions record_review
        aggregate_session_data track_events roll_up_analytics rebuild_rollups forget_analytics_contexts
        export_user erase_user stale_encrypted_fields rotate_encrypted_field
        log_failure seal_audit_logs verify_audit_seals purge_audit_contexts
        begin_job end_job maintenance_jobs due_jobs run_job purge_idempotency_keys ensure_partitions list_partitions
        analyze_partitioned_tables
        apply_retention begin_retirement finish_retirement retire_partitions list_archives read_archive
        verify_integrity repair_counters""".split()
    ),
    "analyst": set(f"{COMMON} {REPORTS} {COURSE_REPORTS}".split()),
}

#: yoyo's and our own bookkeeping of what was applied: for the owner alone.
BOOKKEEPING = ("_yoyo_%", "yoyo_lock", "schema_%")


def relations(db: psycopg.Connection[Any], kinds: str) -> set[str]:
    rows = db.execute(
        """select c.relname from pg_class c
           where c.relnamespace = current_schema()::regnamespace and c.relkind = any (%s)
             and not c.relispartition and not c.relname like any (%s)""",
        (list(kinds), list(BOOKKEEPING)),
    )
    return {name for (name,) in rows}


def columns_granted(db: psycopg.Connection[Any], role: str, table: str, command: str) -> set[str]:
    rows = db.execute(
        """select a.attname from pg_attribute a
           where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
             and has_column_privilege(%s, a.attrelid, a.attnum, %s)""",
        (table, f"academy_{role}", command),
    )
    return {name for (name,) in rows}


class TestPrivileges:
    def test_every_table_is_decided_about(self, db: Connection) -> None:
        assert relations(db, "rpmf") == set(TABLES)

    def test_every_view_is_decided_about(self, db: Connection) -> None:
        assert relations(db, "v") == set(VIEWS)

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("table", TABLES)
    def test_tables(self, db: Connection, table: str, role: Role) -> None:
        columns = {
            name
            for (name,) in db.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped",
                (table,),
            )
        }
        expected: dict[str, set[str]] = {c: set() for c in ("select", "insert", "update", "references")}
        for command, which, roles in TABLES[table]:
            if role in roles:
                expected[command] = columns if which == ALL else which
        found = {command: columns_granted(db, role, table, command) for command in expected}
        assert found == expected
        for command in ("delete", "truncate", "trigger"):
            assert not one(db, "select has_table_privilege(%s, %s, %s)", f"academy_{role}", table, command), command

    def test_bookkeeping_is_for_the_owner_alone(self, db: Connection) -> None:
        rows = db.execute(
            """select c.relname, r.role from pg_class c cross join unnest(%s::text[]) r (role)
               where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname like any (%s)
                 and has_any_column_privilege('academy_' || r.role, c.oid, 'select, insert, update, references')""",
            (list(ROLES), list(BOOKKEEPING)),
        ).fetchall()
        assert rows == []

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("view", VIEWS)
    def test_views(self, db: Connection, view: str, role: Role) -> None:
        for command in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
            expected = command == "select" and role in VIEWS[view]
            found = db.execute("select has_table_privilege(%s, %s, %s)", (f"academy_{role}", view, command)).fetchone()
            assert found == (expected,), command

    @pytest.mark.parametrize("role", ROLES)
    def test_procedures(self, db: Connection, role: Role) -> None:
        rows = db.execute(
            """select p.proname from pg_proc p
               where p.pronamespace = current_schema()::regnamespace
                 and has_function_privilege(%s, p.oid, 'execute')""",
            (f"academy_{role}",),
        )
        found = {name for (name,) in rows}
        assert found == PROCEDURES[role], f"undecided: {found - PROCEDURES[role]}, missing: {PROCEDURES[role] - found}"

    def test_grants_name_groups_and_nobody_else(self, db: Connection) -> None:
        """Not PUBLIC, not a login, not a role of one school, and nothing can be granted on."""
        rows = db.execute(
            """select o.name, coalesce(g.rolname, 'public'), a.privilege_type, a.is_grantable
               from (
                   select oid::regclass::text, relacl, relowner from pg_class
                   where relnamespace = current_schema()::regnamespace
                   union all
                   select attrelid::regclass::text || '.' || attname, attacl, c.relowner from pg_attribute
                   join pg_class c on c.oid = attrelid where c.relnamespace = current_schema()::regnamespace
                   union all
                   select oid::regprocedure::text, proacl, proowner from pg_proc
                   where pronamespace = current_schema()::regnamespace
               ) o (name, acl, owner)
               cross join lateral aclexplode(o.acl) a
               left join pg_roles g on g.oid = a.grantee
               where a.grantee <> o.owner
                 and (coalesce(g.rolname, 'public') not like 'pgacademy\\_%' or a.is_grantable)"""
        ).fetchall()
        assert rows == []

    def test_no_function_is_left_to_the_default(self, db: Connection) -> None:
        """A null ACL means EXECUTE for PUBLIC."""
        rows = db.execute(
            """select oid::regprocedure::text from pg_proc
               where pronamespace = current_schema()::regnamespace and proacl is null"""
        ).fetchall()
        assert rows == []

    def test_everything_belongs_to_the_owner(self, db: Connection) -> None:
        rows = db.execute(
            """select relname from pg_class where relnamespace = current_schema()::regnamespace
                 and relowner <> 'academy_owner'::regrole
               union all
               select proname from pg_proc where pronamespace = current_schema()::regnamespace
                 and proowner <> 'academy_owner'::regrole"""
        ).fetchall()
        assert rows == []

    def test_the_roles_are_what_they_should_be(self, db: Connection) -> None:
        rows = db.execute(
            """select rolname from pg_roles
               where (rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)
                 and rolname = any (%s)""",
            ([f"{prefix}_{role}" for prefix in ("pgacademy", "academy") for role in (*ROLES, "owner")],),
        ).fetchall()
        assert rows == []
        # The groups open no schema; the school's roles open the school and may create nothing in it.
        for role in ROLES:
            assert db.execute(
                """select has_schema_privilege(%(g)s, current_schema(), 'usage'),
                          has_schema_privilege(%(r)s, current_schema(), 'usage'),
                          has_schema_privilege(%(r)s, current_schema(), 'create')""",
                {"g": f"pgacademy_{role}", "r": f"academy_{role}"},
            ).fetchone() == (False, True, False)

    def test_logins_inherit_nothing(self, school: SchoolDatabase) -> None:
        for role in ROLES:
            with psycopg.connect(school.app_dsn(role)) as conn, raises_sqlstate("42501", "42P01"):
                conn.execute("select count(*) from levels")


class TestPolicies:
    def test_at_most_one_policy_a_role_table_and_command(self, db: Connection) -> None:
        rows = db.execute(
            """select tablename, role, command, count(*)
               from pg_policies
               cross join unnest(roles) role
               cross join unnest(
                   case cmd when 'ALL' then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] else array[cmd] end
               ) command
               where schemaname = current_schema() group by 1, 2, 3 having count(*) > 1"""
        ).fetchall()
        assert rows == []

    def test_there_is_one_exactly_where_there_is_a_privilege(self, db: Connection) -> None:
        found = set(
            db.execute(
                """select tablename::text, replace(role::text, 'pgacademy_', ''), lower(cmd)
                   from pg_policies cross join unnest(roles) role where schemaname = current_schema()"""
            ).fetchall()
        )
        expected = {
            (table, role, command) for table, rules in TABLES.items() for command, _, roles in rules for role in roles
        }
        assert found == expected

    def test_their_shape(self, db: Connection) -> None:
        """Permissive, for one command, to groups; identity asked once a statement; updates checked both ways."""
        for table, name, permissive, roles, cmd, qual, check in db.execute(
            "select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies "
            "where schemaname = current_schema()"
        ).fetchall():
            where = f"{name} on {table}"
            assert permissive == "PERMISSIVE", where
            assert cmd != "ALL", where
            assert all(r.startswith("pgacademy_") for r in roles), where
            for expression in (qual or "", check or ""):
                for function in ("current_user_id(", "acts_as(", "acting_instructor_id("):
                    calls = expression.count(function)
                    wrapped = expression.count(f"( SELECT {function}")
                    assert calls == wrapped, f"{where}: {expression}"
            if cmd == "UPDATE":
                assert check == qual, where

    def test_row_level_security_is_on_and_not_forced(self, db: Connection) -> None:
        for table in TABLES:
            assert db.execute(
                "select relrowsecurity, relforcerowsecurity from pg_class where oid = %s::regclass", (table,)
            ).fetchone() == (True, False), table

    def test_views_ask_as_their_reader(self, db: Connection) -> None:
        """Or else they are barriers, and say why in their file."""
        for view in VIEWS:
            options = one(db, "select reloptions from pg_class where oid = %s::regclass", view)
            assert {"security_invoker=true", "security_invoker=on"} & set(options or []) or {
                "security_barrier=true", "security_barrier=on"
            } & set(options or []), view  # fmt: skip


# --------------------------------------------------------------------------------------------------------------------
# Rows


class World:
    """Two learners, two instructors, an administrator, somebody deactivated, and something of everything for each."""

    school: SchoolDatabase
    people: dict[str, Any]
    courses: dict[str, Course]
    quizzes: dict[Any, tuple[str, Any]]

    def __init__(self, school: SchoolDatabase) -> None:
        self.school = school
        with school.connect() as conn:
            for fill in (
                self._people_and_courses,
                self._gamification,
                self._assessment,
                self._coins,
                self._chain,
                self._credentials,
                self._projects,
                self._files,
                self._community,
                self._study,
            ):
                fill(conn)
            insert(conn, "job_runs", job="matrix")
            conn.execute("select archive_rows('users', array[jsonb '{}'], now(), now())")
            conn.execute("insert into chain_totals values ('2024-01-01', 'evm', 'main', 'token', 'final', 1, 0, 0)")
            conn.execute("update users set is_active = false where id = %s", (self.people["gone"],))
            conn.commit()
            #: A column of each table that nobody may update.
            self.first_column: dict[str, str] = dict(
                conn.execute(
                    """select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
                       where a.attnum = 1 and c.relnamespace = current_schema()::regnamespace"""
                ).fetchall()
            )
            conn.commit()
        self.names = {user: name for name, user in self.people.items()}
        self.course_names = {course.id: name for name, course in self.courses.items()}

    def _people_and_courses(self, conn: psycopg.Connection[Any]) -> None:
        self.people = {
            "ada": make_user(conn, "student"),
            "bob": make_user(conn, "student"),
            "ivy": make_user(conn, "instructor"),
            "jon": make_user(conn, "instructor"),
            "root": make_user(conn, "admin"),
            "gone": make_user(conn, "student"),
        }
        ivy, jon = self.people["ivy"], self.people["jon"]
        self.courses = {
            "ivys": make_course(conn, ivy),
            "draft": make_course(conn, ivy, published=False),
            "jons": make_course(conn, jon),
            "deleted": make_course(conn, jon),
        }
        for course in self.courses.values():
            conn.execute("update lessons set is_preview = true where id = %s", (course.lesson_ids[0],))
            conn.execute("update lessons set is_active = false where id = %s", (course.lesson_ids[2],))
            conn.execute(
                "insert into lesson_prerequisites (course_id, lesson_id, prerequisite_lesson_id) values (%s, %s, %s)",
                (course.id, course.lesson_ids[1], course.lesson_ids[0]),
            )
        for before, after in (("jons", "ivys"), ("ivys", "draft"), ("ivys", "jons"), ("ivys", "deleted")):
            if (before, after) != ("ivys", "jons"):
                conn.execute(
                    "insert into course_prerequisites (course_id, prerequisite_course_id) values (%s, %s)",
                    (self.courses[after].id, self.courses[before].id),
                )
        conn.execute("update courses set deleted_at = now() where id = %s", (self.courses["deleted"].id,))
        for who, where in (("ada", "ivys"), ("bob", "ivys"), ("bob", "jons"), ("gone", "jons"), ("ivy", "jons")):
            course = self.courses[where]
            enrollment = make_enrollment(conn, self.people[who], course)
            insert(
                conn, "lesson_progress", enrollment_id=enrollment, user_id=self.people[who], course_id=course.id,
                lesson_id=course.lesson_ids[0], status="in_progress", started_at="2024-01-01Z", notes=who,
            )  # fmt: skip

    def _gamification(self, conn: psycopg.Connection[Any]) -> None:
        achievement = insert(
            conn, "achievements", slug="matrix", title="M", criteria={"metric": "total_xp", "threshold": 10**9}
        )
        insert(
            conn, "achievements", slug="matrix-retired", title="R", is_active=False,
            criteria={"metric": "total_xp", "threshold": 10**9},
        )  # fmt: skip
        for n, (name, user) in enumerate(self.people.items()):
            insert(conn, "xp_events", user_id=user, amount=10, source_type="test", occurrence=name)
            insert(
                conn, "user_achievements", user_id=user, achievement_id=achievement, title="M",
                achievement_type="milestone",
            )  # fmt: skip
            insert(
                conn, "user_streaks", "user_id", user_id=user, streak_date="2024-01-01", streak_count=1,
                activity_type="lesson",
            )  # fmt: skip
            insert(conn, "user_wallets", user_id=user, chain="hedera", address=f"0.0.{n}")
            conn.execute(
                "select open_session(%s, %s, %s, now() + interval '1 day')",
                (user, bytes([n] * 32), f"jti-{name}-00000"),
            )
            insert(
                conn, "leaderboard_cache", "generation", generation=1, user_id=user, all_time_rank=1, all_time_xp=1,
                weekly_rank=1, weekly_xp=1, monthly_rank=1, monthly_xp=1, week_start_date="2024-01-01",
                month_start_date="2024-01-01", calculated_at="2024-01-01Z",
            )  # fmt: skip

    def _assessment(self, conn: psycopg.Connection[Any]) -> None:
        self.quizzes = {}
        for name, course in self.courses.items():
            quiz = insert(
                conn, "quizzes", course_id=course.id, lesson_id=course.lesson_ids[0], title="Q",
                is_published=name != "deleted",
            )  # fmt: skip
            question = insert(
                conn, "quiz_questions", quiz_id=quiz, question_type="true_false", question_text="?", position=1
            )
            insert(conn, "quiz_question_keys", "question_id", question_id=question, answer_key={"correct": True})
            self.quizzes[quiz] = (name, question)
            conn.execute(
                """insert into quiz_attempts
                   (enrollment_id, user_id, course_id, quiz_id, attempt_number, started_at, seed, question_ids)
                   select e.id, e.user_id, e.course_id, %s, 1, now(), 1, array[%s::uuid]
                   from enrollments as e where e.course_id = %s""",
                (quiz, question, course.id),
            )
            exercise = insert(
                conn, "exercises", course_id=course.id, lesson_id=course.lesson_ids[0], title="E",
                is_published=name != "deleted",
            )  # fmt: skip
            for number, status in ((1, "submitted"), (2, "draft")):
                conn.execute(
                    """insert into exercise_submissions
                       (enrollment_id, user_id, course_id, exercise_id, attempt_number, started_at, status,
                        submitted_at, closed_by)
                       select e.id, e.user_id, e.course_id, %s, %s, now(), %s,
                           case when %s = 1 then now() end, case when %s = 1 then 'learner' end
                       from enrollments as e where e.course_id = %s""",
                    (exercise, number, status, number, number, course.id),
                )
            conn.execute(
                """with graded as (
                       insert into exercise_grades (submission_id, user_id, course_id, grade_number, graded_at,
                           score, max_score, percentage, is_passed)
                       select s.id, s.user_id, s.course_id, 1, now(), 50, 100, 50, false
                       from exercise_submissions as s where s.exercise_id = %s and s.status = 'submitted'
                       returning *
                   )
                   update exercise_submissions as s
                   set status = 'graded', graded_at = g.graded_at, score = g.score, max_score = g.max_score,
                       percentage = g.percentage, is_passed = g.is_passed
                   from graded as g where g.submission_id = s.id""",
                (exercise,),
            )

    def _coins(self, conn: psycopg.Connection[Any]) -> None:
        for name in ("ada", "bob", "gone"):
            conn.execute("select award_coins(%s, 5, 'test', null)", (self.people[name],))
        for sender, recipient in (("ada", "bob"), ("bob", "ivy")):
            transfer = insert(
                conn, "coin_transactions", user_id=self.people[sender], transaction_type="transfer", amount=2,
                recipient_id=self.people[recipient],
            )  # fmt: skip
            conn.execute("select post_coins(%s, %s, %s, 2)", (transfer, self.people[sender], self.people[recipient]))

    def _chain(self, conn: psycopg.Connection[Any]) -> None:
        for n, name in enumerate(("ada", "bob", "ivy", "gone")):
            paid = insert(
                conn, "chain_transactions", user_id=self.people[name], chain="hedera", network="testnet",
                tx_type="faucet", to_account=f"0.0.{n}", amount=1,
            )  # fmt: skip
            insert(
                conn, "faucet_requests", user_id=self.people[name], hedera_account_id=f"0.0.{n}", amount_hbar=1,
                transaction_id=paid, request_ip="192.0.2.7", requested_at="2024-01-01Z",
            )  # fmt: skip

    def _credentials(self, conn: psycopg.Connection[Any]) -> None:
        certificates: list[Any] = []
        for enrollment, user, course_id in conn.execute("select id, user_id, course_id from enrollments").fetchall():
            certificate = insert(
                conn, "certificates", enrollment_id=enrollment, user_id=user, course_id=course_id,
                certificate_number=f"2024-0000-0000-0000-{len(certificates):04}",
                verification_code=f"{len(certificates):040}", recipient_name="M",
                course_title="M", completed_at="2024-01-01Z",
            )  # fmt: skip
            certificates.append(certificate)
            minted = insert(
                conn, "chain_transactions", user_id=user, chain="hedera", network="testnet", tx_type="nft_mint",
                course_id=course_id,
            )  # fmt: skip
            insert(
                conn, "nft_certificates", certificate_id=certificate, user_id=user, course_id=course_id,
                transaction_id=minted, chain="hedera", network="testnet", collection_id="0.0.9", metadata={},
            )  # fmt: skip

    def _projects(self, conn: psycopg.Connection[Any]) -> None:
        for name in ("ada", "bob", "gone"):
            for title in ("shown", "draft"):
                project = insert(
                    conn, "projects", user_id=self.people[name], title=title, project_type="car",
                    components=COMPONENTS, is_public=title == "shown",
                )  # fmt: skip
                insert(
                    conn, "project_likes", "project_id", project_id=project, user_id=self.people[name]
                )  # fmt: skip

    def _files(self, conn: psycopg.Connection[Any]) -> None:
        for name in ("ada", "bob", "ivy", "gone"):
            for title, deleted_at in (("shown", None), ("kept", None), ("removed", "2024-01-01Z")):
                insert(
                    conn, "uploaded_files", user_id=self.people[name], filename=title, original_filename=title,
                    file_url="/f", storage_path=f"{name}/{title}", file_size=1, is_public=title != "kept",
                    deleted_at=deleted_at,
                )  # fmt: skip

    def _community(self, conn: psycopg.Connection[Any]) -> None:
        # A general discussion of Ada's with a reply of Bob's, one of each course by its teacher, one taken down.
        for author, place, gone in (
            ("ada", None, False), ("ivy", "ivys", False), ("jon", "jons", False), ("jon", "deleted", False),
            ("bob", None, True),
        ):  # fmt: skip
            discussion = insert(
                conn, "discussions", author_id=self.people[author], title="T", content="C",
                course_id=place and self.courses[place].id, deleted_at="2024-01-01Z" if gone else None,
            )  # fmt: skip
            for deleted_at in (None, "2024-01-01Z"):
                conn.execute(
                    "insert into replies (id, discussion_id, author_id, path, content, deleted_at)"
                    " select i, %s, %s, array[i], 'R', %s from uuid_v7() as i",
                    (discussion, self.people[author], deleted_at),
                )
            insert(conn, "discussion_votes", user_id=self.people["jon"], discussion_id=discussion, vote_type="down")
        for user in self.people.values():
            for in_app in (True, False):
                insert(
                    conn, "notifications", user_id=user, notification_type="level_up", title="T", is_in_app=in_app
                )  # fmt: skip
            insert(conn, "notification_preferences", "user_id", user_id=user, notification_type="level_up")

    def _study(self, conn: psycopg.Connection[Any]) -> None:
        for name in ("ada", "bob", "ivy", "gone"):
            user = self.people[name]
            material = insert(conn, "study_materials", user_id=user, title=name, source_type="text", status="ready")
            conn.execute('select store_chunks(%s, \'[{"content": "C"}]\')', (material,))
            asset = insert(
                conn, "generated_assets", study_material_id=material, asset_type="flashcard", generation_model="m",
                content=FLASHCARD,
            )  # fmt: skip
            card = insert(conn, "review_cards", user_id=user, generated_asset_id=asset)
            conn.execute("select record_review(%s, 3)", (card,))
            session = insert(
                conn, "learning_sessions", user_id=user, study_material_id=material, session_type="study",
                total_interactions=1,
            )  # fmt: skip
            insert(conn, "interactions", learning_session_id=session, user_id=user, interaction_type="view")
            insert(conn, "user_feedback", user_id=user, generated_asset_id=asset, feedback_type="rating", rating=1)
            insert(conn, "progress_metrics", user_id=user, metric_type="accuracy", metric_value=1)

    def label(self, value: Any) -> Any:
        return self.names.get(value) or self.course_names.get(value) or value

    def rows(self, actor: str, role: Role, query: str) -> set[Any]:
        """What somebody sees in a role: the people and courses of the first column, and the rest, by their names."""
        with self.school.app(self.people.get(actor), role) as conn:
            found = conn.execute(query).fetchall()
        return {self.label(row[0]) if len(row) == 1 else tuple(map(self.label, row)) for row in found}


@pytest.fixture(scope="module")
def world(pgacademy_databases: Databases) -> Iterator[World]:
    with pgacademy_databases.clone() as database:
        yield World(database)


EVERYBODY = {"ada", "bob", "ivy", "jon", "root", "gone"}
Actor = tuple[str, Role]
#: (who, acting as) of everyone who may select from a table of people's own rows.
ACTORS: list[Actor] = [
    ("ada", "student"), ("bob", "student"), ("ivy", "student"), ("ivy", "instructor"), ("jon", "instructor"),
    ("root", "admin"), ("root", "student"), ("gone", "student"), ("nobody", "student"), ("nobody", "admin"),
    ("ada", "admin"), ("ivy", "admin"), ("gone", "admin"),
]  # fmt: skip
NOTHING = {
    ("gone", "student"),
    ("nobody", "student"),
    ("nobody", "admin"),
    ("ada", "admin"),
    ("ivy", "admin"),
    ("gone", "admin"),
}


class TestRows:
    @pytest.mark.parametrize("actor", ACTORS, ids="-".join)
    @pytest.mark.parametrize(
        "table",
        ["users", "user_settings", "user_wallets", "auth_sessions", "xp_events", "user_stats", "user_achievements",
         "user_streaks"],
    )  # fmt: skip
    def test_people_see_their_own_and_administrators_all(self, world: World, table: str, actor: Actor) -> None:
        who, role = actor
        if (table, role) == ("user_settings", "admin"):
            with raises_sqlstate("42501"):
                world.rows(who, role, "select user_id from user_settings")
            return
        key = "id" if table == "users" else "user_id"
        expected = set() if actor in NOTHING else EVERYBODY if role == "admin" else {who}
        assert world.rows(who, role, f"select {key} from {table}") == expected

    @pytest.mark.parametrize("actor", ACTORS, ids="-".join)
    def test_coins_are_seen_from_both_sides_and_no_third(self, world: World, actor: Actor) -> None:
        who, role = actor
        one, two = ("ada", "bob"), ("bob", "ivy")
        all_rows = {one, two, ("ada", None), ("bob", None), ("gone", None)}
        everything = role == "admin" and actor not in NOTHING
        mine = set() if actor in NOTHING else {row for row in all_rows if who in row}
        expected = all_rows if everything else mine
        assert world.rows(*actor, "select user_id, recipient_id from coin_transactions") == expected
        accounts = EVERYBODY | {None} if everything else set() if actor in NOTHING else {who}
        assert world.rows(*actor, "select user_id from coin_accounts") == accounts
        postings = {"ada", "bob", "ivy", "gone", None} if everything else {who} & {"ada", "bob", "ivy"}
        assert world.rows(*actor, "select user_id from coin_postings") == (set() if actor in NOTHING else postings)
        assert world.rows(*actor, "select id from v_my_coins") == world.rows(
            *actor,
            "select id from coin_transactions where user_id = current_user_id() or recipient_id = current_user_id()",
        )

    @pytest.mark.parametrize("actor", ACTORS, ids="-".join)
    def test_transactions_of_a_chain_are_ones_own(self, world: World, actor: Actor) -> None:
        askers = {"ada", "bob", "ivy", "gone"}
        expected = set() if actor in NOTHING else askers if actor[1] == "admin" else {actor[0]} & askers
        for query in ("chain_transactions where tx_type = 'faucet'", "faucet_requests"):
            assert world.rows(*actor, f"select user_id from {query}") == expected
        for column in ("request_ip", "request_network"):
            query = f"select true from faucet_requests where {column} is not null"
            if actor[1] == "admin":
                assert world.rows(*actor, query) == ({True} if expected else set())
            else:
                with raises_sqlstate("42501"):
                    world.rows(*actor, query)

    @pytest.mark.parametrize("actor", [*ACTORS, ("nobody", "anonymous")], ids="-".join)
    def test_projects_are_seen_when_shown(self, world: World, actor: Actor) -> None:
        who, role = actor
        shown, everything = {("ada", "shown"), ("bob", "shown")}, role == "admin" and actor not in NOTHING
        own = {(who, "shown"), (who, "draft")} if who in ("ada", "bob") and actor not in NOTHING else set()
        if everything:
            expected = {(name, title) for name in ("ada", "bob", "gone") for title in ("shown", "draft")}
        else:
            expected = set() if role == "admin" else shown | own
        assert world.rows(*actor, "select user_id, title from projects") == expected
        assert world.rows(*actor, "select user_id, title from list_projects()") == shown
        if role != "anonymous":
            likes = {"ada", "bob", "gone"} if everything else {name for name, _ in own}
            assert world.rows(*actor, "select user_id from project_likes") == likes
            assert world.rows(*actor, "select user_id, title from v_my_projects") == (own if role != "admin" else set())

    @pytest.mark.parametrize("actor", [*ACTORS, ("nobody", "anonymous")], ids="-".join)
    def test_files_are_seen_when_public(self, world: World, actor: Actor) -> None:
        who, role = actor
        people, is_nobody = ("ada", "bob", "ivy", "gone"), actor in NOTHING
        if role == "admin":
            expected = {(n, t) for n in people for t in ("shown", "kept", "removed")} if not is_nobody else set()
        else:
            expected = {(name, "shown") for name in people}
            expected |= {(who, "kept")} if who in people and not is_nobody else set()
        assert world.rows(*actor, "select user_id, filename from uploaded_files") == expected
        if role != "anonymous" and not is_nobody:
            own = {"shown", "kept"} if who in people else set()
            assert world.rows(*actor, "select filename from list_files()") == own

    @pytest.mark.parametrize("actor", [*ACTORS, ("nobody", "anonymous")], ids="-".join)
    def test_everyone_sees_what_is_public(self, world: World, actor: Actor) -> None:
        assert world.rows(*actor, "select user_id from public_profiles") == EVERYBODY
        assert len(world.rows(*actor, "select level from levels")) == 100
        assert len(world.rows(*actor, "select metric from achievement_metrics")) > 10
        slugs = world.rows(*actor, "select slug from achievements where slug like 'matrix%'")
        if actor[1] != "admin":
            assert slugs == {"matrix"}
        else:
            assert slugs == (set() if actor in NOTHING else {"matrix", "matrix-retired"})

    @pytest.mark.parametrize(
        "table",
        [
            "enrollments",
            "lesson_progress",
            "quiz_attempts",
            "exercise_submissions",
            "exercise_grades",
            "certificates",
            "nft_certificates",
        ],
    )
    @pytest.mark.parametrize(
        ("who", "role", "expected"),
        [
            ("ada", "student", {("ada", "ivys")}),
            ("bob", "student", {("bob", "ivys"), ("bob", "jons")}),
            ("ivy", "student", {("ivy", "jons")}),
            ("ivy", "instructor", {("ada", "ivys"), ("bob", "ivys")}),
            ("jon", "instructor", {("bob", "jons"), ("gone", "jons"), ("ivy", "jons")}),
            ("root", "admin", {("ada", "ivys"), ("bob", "ivys"), ("bob", "jons"), ("gone", "jons"), ("ivy", "jons")}),
            ("gone", "student", set()),
            ("ada", "instructor", set()),
            ("ada", "admin", set()),
            ("nobody", "student", set()),
            ("nobody", "instructor", set()),
        ],
    )
    def test_instructors_see_the_learners_of_their_courses(
        self, world: World, table: str, who: str, role: Role, expected: set[Any]
    ) -> None:
        assert world.rows(who, role, f"select user_id, course_id from {table}") == expected

    @pytest.mark.parametrize(
        ("who", "role", "expected"),
        [
            ("nobody", "anonymous", {"ivys", "jons"}),
            ("nobody", "student", {"ivys", "jons"}),
            ("gone", "student", {"ivys", "jons"}),
            ("ada", "student", {"ivys", "jons"}),
            ("ivy", "student", {"ivys", "jons"}),
            ("ivy", "instructor", {"ivys", "jons", "draft"}),
            ("jon", "instructor", {"ivys", "jons"}),
            ("root", "admin", {"ivys", "jons", "draft", "deleted"}),
            ("ada", "admin", set()),
        ],
    )
    def test_courses_and_what_hangs_on_them(self, world: World, who: str, role: Role, expected: set[Any]) -> None:
        assert world.rows(who, role, "select id from courses") == expected
        assert world.rows(who, role, "select course_id from course_stats") == expected
        assert world.rows(who, role, "select course_id from lesson_prerequisites") == expected
        assert world.rows(who, role, "select course_id from course_prerequisites") == expected - {"jons"}

    @pytest.mark.parametrize(
        ("who", "role", "expected"),
        [
            ("nobody", "anonymous", {("ivys", 1), ("jons", 1)}),
            ("nobody", "student", {("ivys", 1), ("jons", 1)}),
            ("gone", "student", {("ivys", 1), ("jons", 1)}),
            ("ada", "student", {("ivys", 1), ("ivys", 2), ("jons", 1)}),
            ("bob", "student", {("ivys", 1), ("ivys", 2), ("jons", 1), ("jons", 2)}),
            ("ivy", "student", {("ivys", 1), ("jons", 1), ("jons", 2)}),
            ("ivy", "instructor", {("ivys", n) for n in (1, 2, 3)} | {("draft", n) for n in (1, 2, 3)}),
            ("jon", "instructor", {("jons", n) for n in (1, 2, 3)}),
            ("root", "admin", {(c, n) for c in ("ivys", "jons", "draft", "deleted") for n in (1, 2, 3)}),
            ("ada", "admin", set()),
        ],
    )
    def test_lessons(self, world: World, who: str, role: Role, expected: set[Any]) -> None:
        assert world.rows(who, role, "select course_id, position from lessons") == expected

    @pytest.mark.parametrize(
        ("who", "role", "expected"),
        [
            ("ada", "student", {"ivys"}),
            ("bob", "student", {"ivys", "jons"}),
            ("ivy", "student", {"jons"}),
            ("ivy", "instructor", {"ivys", "draft"}),
            ("jon", "instructor", {"jons"}),
            ("root", "admin", {"ivys", "jons", "draft", "deleted"}),
            ("gone", "student", set()),
            ("ada", "instructor", set()),
            ("ada", "admin", set()),
            ("nobody", "student", set()),
            ("nobody", "instructor", set()),
        ],
    )
    def test_quizzes_and_their_keys(self, world: World, who: str, role: Role, expected: set[Any]) -> None:
        assert world.rows(who, role, "select course_id from quizzes") == expected
        assert world.rows(who, role, "select course_id from exercises") == expected
        for column, table in (("id", "quiz_questions"), ("question_id", "quiz_question_keys")):
            if role == "student":
                with raises_sqlstate("42501"):
                    world.rows(who, role, f"select {column} from {table}")
            else:
                found = world.rows(who, role, f"select {column} from {table}")
                assert {name for name, question in world.quizzes.values() if question in found} == expected

    @pytest.mark.parametrize(
        ("who", "role", "places"),
        [
            ("ada", "student", {None, "ivys"}),
            ("bob", "student", {None, "ivys", "jons"}),
            ("ivy", "student", {None, "jons"}),
            ("ivy", "instructor", {None, "ivys"}),
            ("jon", "instructor", {None, "jons"}),
            ("root", "student", {None}),
            ("ada", "instructor", set()),
            ("gone", "student", set()),
            ("nobody", "student", set()),
            ("nobody", "admin", set()),
        ],
    )
    def test_discussions_and_what_hangs_on_them(
        self, world: World, who: str, role: Role, places: set[str | None]
    ) -> None:
        authors = {None: "ada", "ivys": "ivy", "jons": "jon"}
        expected = {(authors[place], place) for place in places}
        assert world.rows(who, role, "select author_id, course_id from discussions") == expected
        assert world.rows(who, role, "select course_id from discussion_stats") == places
        assert world.rows(who, role, "select author_id from replies") == {author for author, _ in expected}
        assert not world.rows(who, role, "select true from replies where deleted_at is not null")
        votes = {"jon"} if who == "jon" else set()
        assert world.rows(who, role, "select user_id from discussion_votes") == votes

    def test_administrators_see_what_was_taken_down(self, world: World) -> None:
        assert world.rows("root", "admin", "select author_id, course_id from discussions") == {
            ("ada", None), ("ivy", "ivys"), ("jon", "jons"), ("jon", "deleted"), ("bob", None),
        }  # fmt: skip
        assert world.rows("root", "admin", "select true from replies where deleted_at is not null")
        assert world.rows("root", "admin", "select user_id from discussion_votes") == {"jon"}

    @pytest.mark.parametrize("actor", ACTORS, ids="-".join)
    def test_what_people_study_is_theirs_alone(self, world: World, actor: Actor) -> None:
        who, role = actor
        people = {"ada", "bob", "ivy", "gone"}
        expected = set() if actor in NOTHING else people if role == "admin" else {who} & people
        tables = (
            "study_materials", "learning_sessions", "interactions", "user_feedback", "progress_metrics",
            "review_cards", "review_logs",
        )  # fmt: skip
        if role == "instructor":
            for table in (*tables, "content_chunks", "generated_assets"):
                with raises_sqlstate("42501"):
                    world.rows(*actor, f"select true from {table}")
            return
        for table in tables:
            assert world.rows(*actor, f"select user_id from {table}") == expected, table
        for table in ("content_chunks", "generated_assets"):
            query = f"select m.user_id from {table} as t join study_materials as m on m.id = t.study_material_id"
            assert world.rows(*actor, query) == expected, table
            assert bool(world.rows(*actor, f"select true from {table}")) == bool(expected), table
        if role == "student":
            assert world.rows(*actor, "select user_id from v_my_study") == (set() if actor in NOTHING else {who})

    @pytest.mark.parametrize("actor", ACTORS, ids="-".join)
    def test_what_somebody_is_told_is_for_them_alone(self, world: World, actor: Actor) -> None:
        for table in ("notifications", "notification_preferences", "v_my_notification_preferences"):
            key = "notification_type" if table.startswith("v_") else "user_id"
            if actor[1] == "admin":
                with raises_sqlstate("42501"):
                    world.rows(*actor, f"select {key} from {table}")
                continue
            found = world.rows(*actor, f"select {key} from {table}")
            if table.startswith("v_"):
                assert len(found) == (0 if actor in NOTHING else 10)
            else:
                assert found == (set() if actor in NOTHING else {actor[0]})
        if actor[1] != "admin":
            assert not world.rows(*actor, "select true from notifications where not is_in_app")

    def test_a_draft_is_its_authors_alone(self, world: World) -> None:
        seen = "select status from exercise_submissions"
        assert world.rows("ada", "student", seen) == {"graded", "draft"}
        staff: list[Actor] = [("ivy", "instructor"), ("root", "admin")]
        for who, role in staff:
            assert world.rows(who, role, seen) == {"graded"}

    def test_whoever_is_no_longer_an_instructor_sees_no_learners(self, world: World) -> None:
        """The connection may still act as one, and the courses still name them."""
        owner = world.school.connect(autocommit=True)
        ivy = world.people["ivy"]
        tables = (
            "enrollments", "lesson_progress", "lessons", "quizzes", "quiz_attempts", "exercise_submissions",
            "certificates",
        )  # fmt: skip
        for change, back in (
            ("role = 'student'", "role = 'instructor'"),
            ("is_active = false", "is_active = true"),
        ):
            for table in tables:
                assert world.rows("ivy", "instructor", f"select course_id from {table}"), table
            owner.execute(f"update users set {change} where id = %s", (ivy,))
            try:
                for table in tables:
                    assert world.rows("ivy", "instructor", f"select course_id from {table}") == set(), (change, table)
            finally:
                owner.execute(f"update users set {back} where id = %s", (ivy,))

    def test_dropping_a_course_closes_its_lessons(self, world: World) -> None:
        owner = world.school.connect(autocommit=True)
        where = (world.people["bob"], world.courses["jons"].id)
        owner.execute(
            "update enrollments set status = 'dropped', dropped_at = now() where user_id = %s and course_id = %s", where
        )
        try:
            assert ("jons", 2) not in world.rows("bob", "student", "select course_id, position from lessons")
        finally:
            owner.execute(
                "update enrollments set status = 'active', dropped_at = null where user_id = %s and course_id = %s",
                where,
            )

    def test_an_enrolment_whose_time_is_over_closes_its_lessons(self, world: World) -> None:
        """Before the job has come by: the status is still active."""
        owner = world.school.connect(autocommit=True)
        where = (world.people["bob"], world.courses["jons"].id)
        change = "update enrollments set expires_at = {} where user_id = %s and course_id = %s"
        seen = "select course_id, position from lessons"
        try:
            owner.execute(change.format("now() + interval '1 hour'"), where)
            assert ("jons", 2) in world.rows("bob", "student", seen)
            owner.execute(change.format("now()"), where)
            assert ("jons", 2) not in world.rows("bob", "student", seen)
        finally:
            owner.execute(change.format("null"), where)

    def test_notes_are_the_learners_own(self, world: World) -> None:
        assert world.rows("ada", "student", "select notes from lesson_progress") == {"ada"}
        for query in ("select notes from lesson_progress", "select * from lesson_progress"):
            with raises_sqlstate("42501"):
                world.rows("ivy", "instructor", query)

    def test_the_code_of_a_certificate_is_its_holders(self, world: World) -> None:
        assert len(world.rows("ada", "student", "select verification_code from v_my_certificates")) == 1
        for query in ("select verification_code from certificates", "select * from certificates"):
            with raises_sqlstate("42501"):
                world.rows("ivy", "instructor", query)

    def test_the_generation_is_for_those_signed_in(self, world: World) -> None:
        for role in PEOPLE:
            assert world.rows("ada", role, "select true from leaderboard_generation")

    @pytest.mark.parametrize(
        "table",
        ["platform_settings", "job_runs", "retention_policies", "archives", "chain_totals", "leaderboard_cache"],
    )
    def test_operations_are_for_administrators(self, world: World, table: str) -> None:
        assert world.rows("root", "admin", f"select true from {table}")
        for who in ("ada", "ivy", "nobody", "gone"):
            assert not world.rows(who, "admin", f"select true from {table}")

    @pytest.mark.parametrize("role", ROLES)
    def test_every_refusal_is_real(self, world: World, role: Role) -> None:
        """The privileges above, tried: each table that a role has nothing on refuses each command."""
        for table, rules in TABLES.items():
            allowed = {command for command, _, roles in rules if role in roles}
            tries = {
                "select": f"select true from {table}",
                "insert": f"insert into {table} default values",
                "delete": f"delete from {table}",
                "update": f"update {table} set {world.first_column[table]} = default",
                "truncate": f"truncate {table}",
            }
            for command, statement in tries.items():
                if command in allowed and command == "select":
                    continue
                with raises_sqlstate("42501"):
                    world.rows("ada", role, statement)

    @pytest.mark.parametrize(
        ("table", "change", "key"),
        [
            ("users", "bio = 'changed'", "id"),
            ("user_settings", "theme = 'dark'", "user_id"),
            ("lesson_progress", "notes = 'changed'", "user_id"),
        ],
    )
    def test_people_update_their_own_rows_only(self, world: World, table: str, change: str, key: str) -> None:
        changers: list[tuple[str, Role, set[str]]] = [
            ("ada", "student", {"ada"}),
            ("ivy", "instructor", {"ivy"}),
            ("gone", "student", set()),
            ("nobody", "student", set()),
        ]
        for who, role, expected in changers:
            if (table, role) == ("lesson_progress", "instructor"):
                with raises_sqlstate("42501"):
                    world.rows(who, role, f"update {table} set {change} returning {key}")
                continue
            assert world.rows(who, role, f"update {table} set {change} returning {key}") == expected
            assert (
                world.rows(
                    who, role, f"update {table} set {change} where {key} = '{world.people['bob']}' returning {key}"
                )
                == set()
            )

    def test_the_public_names_are_in_one_place(self, world: World) -> None:
        """Who else is there is in public_profiles: users never shows another row, whatever the filter."""
        assert world.rows("ada", "student", "select id from users where email is not null or true") == {"ada"}
