"""What somebody with the web login, or an SQL injection on it, may try: each attack as a real application login."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pgacademy.errors import PgacademyError
from pgacademy.migrations import migrate
from pgacademy.roles import apply_roles
from pgacademy.testing import Databases, Role, SchoolDatabase
from pgacademy.testing_server import make_login, password
from tests.identity.test_current_user import SECRET, signed
from tests.projects.projects import make_project
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Course, make_course, make_enrollment, make_user

Connection = psycopg.Connection[Any]


def one(conn: Connection, statement: str, *values: Any) -> Any:
    return conn.execute(statement, values or None).fetchone()


class Scene:
    """Ada attacks. Bob and Ivy (who teaches) are attacked. Ada is on Ivy's course, Bob too."""

    def __init__(self, school: SchoolDatabase) -> None:
        self.school = school
        with school.connect() as conn:
            self.ada, self.bob = make_user(conn), make_user(conn)
            self.ivy, self.root = make_user(conn, "instructor"), make_user(conn, "admin")
            self.course: Course = make_course(conn, self.ivy)
            self.other: Course = make_course(conn, self.ivy)
            self.draft: Course = make_course(conn, self.ivy, published=False)
            for user in (self.ada, self.bob):
                make_enrollment(conn, user, self.course)
            conn.commit()

    @contextmanager
    def web(self, user: Any = None, role: Role = "student") -> Iterator[Connection]:
        """A request of the web login, by default Ada's. Nothing is committed."""
        with self.school.app(user or self.ada, role) as conn:
            yield conn
            conn.rollback()

    def owner(self, statement: str, *values: Any) -> Any:
        conn = self.school.connect(autocommit=True)
        cursor = conn.execute(statement, values or None)
        return cursor.fetchone() if cursor.description else None

    def superuser(self, statement: str) -> None:
        """What a careless administrator might have done."""
        admin = psycopg.conninfo.make_conninfo(self.school.server.admin, dbname=self.school.database)
        with psycopg.connect(admin, autocommit=True) as conn:
            conn.execute(statement)


@pytest.fixture(scope="module")
def staged(pgacademy_databases: Databases) -> Iterator[Scene]:
    with pgacademy_databases.clone() as school:
        scene = Scene(school)
        school.close()
        yield scene


@pytest.fixture
def scene(pgacademy_databases: Databases, staged: Scene) -> Iterator[Scene]:
    """The same people and courses for every attack, in a school of its own."""
    with pgacademy_databases.clone(staged.school) as school:
        scene = copy(staged)
        scene.school = school
        yield scene


@pytest.fixture
def keyed(scene: Scene) -> Scene:
    scene.owner("select add_signing_key('k1', %s)", SECRET)
    return scene


IDENTITY = "select current_user_id()"


class TestIdentity:
    """Becoming somebody else."""

    def test_spoofed_settings_with_keys_in_place(self, keyed: Scene) -> None:
        for setting, value in [
            ("pgacademy.user_id", str(keyed.bob)),
            ("request.jwt.claims", f'{{"sub": "{keyed.bob}"}}'),
            ("request.jwt.claim.sub", str(keyed.bob)),
            ("pgacademy.token", ""),
        ]:
            with keyed.web() as conn:
                conn.execute("select set_config(%s, %s, true)", (setting, value))
                assert one(conn, IDENTITY) == (None,)
                assert one(conn, "select count(*) from users") == (0,)
                with raises_sqlstate("PA401", conn=conn):
                    conn.execute("select update_profile(p_bio => 'x')")

    def test_a_good_token_and_spoofed_settings_beside_it(self, keyed: Scene) -> None:
        with keyed.web() as conn:
            conn.execute("select set_config('pgacademy.token', %s, true)", (signed(keyed.ada),))
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(keyed.bob),))
            conn.execute("select set_config('request.jwt.claims', %s, true)", (f'{{"sub": "{keyed.bob}"}}',))
            assert conn.execute("select id from users").fetchall() == [(keyed.ada,)]

    @pytest.mark.parametrize(
        "forge",
        [
            lambda s: signed(s.bob, secret=bytes(32)),
            lambda s: signed(s.ada).replace(str(s.ada), str(s.bob)),
            lambda s: signed(s.bob, expires=1),
            lambda s: signed(s.bob, school="riverside"),
            lambda s: signed(s.bob, key="k2"),
            lambda s: signed(s.bob)[:-1],
            lambda s: str(s.bob),
            lambda s: "' or true --",
        ],
    )
    def test_forged_and_expired_tokens_stop_the_request(self, keyed: Scene, forge: Callable[[Scene], str]) -> None:
        with keyed.web() as conn:
            conn.execute("select set_config('pgacademy.token', %s, true)", (forge(keyed),))
            for statement in (
                IDENTITY,
                "select * from users",
                "update users set bio = 'x'",
                "select update_settings()",
            ):
                with raises_sqlstate("28000", conn=conn):
                    conn.execute(statement)

    def test_the_keys_cannot_be_read_added_or_retired(self, keyed: Scene) -> None:
        for role in ("anonymous", "student", "instructor", "admin", "service"):
            with keyed.web(role=role) as conn:
                for statement in (
                    "select * from signing_keys",
                    "select add_signing_key('mine', decode(repeat('00', 32), 'hex'))",
                    "select retire_signing_key('k1', true)",
                    "select verified_identity()",
                ):
                    with raises_sqlstate("42501", conn=conn):
                        conn.execute(statement)

    def test_a_role_above_the_person(self, scene: Scene) -> None:
        """The database role without the person's: nothing is readable and nothing may be done."""
        with scene.web(role="instructor") as conn:
            with raises_sqlstate("PA403", conn=conn):
                conn.execute("select create_course(p_title => 'Mine')")
            assert one(conn, "select count(*) from enrollments") == (0,)
        with scene.web(role="admin") as conn:
            assert one(conn, "select count(*) from users") == (0,)
            with raises_sqlstate("PA403", conn=conn):
                conn.execute("select set_role(%s, 'admin')", (scene.ada,))


class TestSetRole:
    """Becoming another database role."""

    @pytest.mark.parametrize(
        "role",
        ["academy_owner", "academy_service", "academy_admin", "academy_analyst", "riverside_student", "postgres",
         "pgacademy_student", "pgacademy_service", "pgacademy_admin", "pg_read_all_data", "pg_execute_server_program",
         "pgacademy_test_jobs", "pgacademy_test_console"],
    )  # fmt: skip
    def test_the_web_login_becomes_nothing_more(self, scene: Scene, role: str) -> None:
        for statement in (
            sql.SQL("set role {}").format(sql.Identifier(role)),
            sql.SQL("select set_config('role', {}, true)").format(sql.Literal(role)),
            sql.SQL("set session authorization {}").format(sql.Identifier(role)),
            sql.SQL("grant {} to pgacademy_test_web").format(sql.Identifier(role)),
            sql.SQL("alter role pgacademy_test_web set role = {}").format(sql.Literal(role)),
        ):
            with scene.web() as conn:
                try:
                    conn.execute(statement)
                except psycopg.Error as error:
                    # 22023 and 42704: there is no such role. 0LP01: this role cannot be granted.
                    assert error.sqlstate in ("42501", "22023", "42704", "0LP01")  # noqa: PT017
                    continue
                # What went through gives nothing. A group the login is in anyway opens no schema; a setting stored for
                # later sessions is checked when they start, and the library sets its own.
                (current,) = one(conn, "select current_user")
                assert current in ("academy_student", "pgacademy_student")
                if current == "pgacademy_student":
                    with raises_sqlstate("42501", conn=conn):
                        conn.execute("select * from academy.users")

    def test_leaving_the_role_leaves_everything(self, scene: Scene) -> None:
        with scene.web() as conn:
            for leave in ("reset role", "set role none", "set local role none", "reset session authorization"):
                with conn.transaction(force_rollback=True):
                    conn.execute(leave)
                    for statement in ("select * from academy.users", "select academy.current_user_id()"):
                        with raises_sqlstate("42501", conn=conn):
                            conn.execute(statement)

    def test_row_level_security_cannot_be_switched_off(self, scene: Scene) -> None:
        with scene.web() as conn:
            conn.execute("set local row_security = off")
            with raises_sqlstate("42501", conn=conn):
                conn.execute("select * from users")
            for statement in (
                "alter table users disable row level security",
                "drop policy select_own on users",
                "create policy mine on users using (true)",
                "alter table users disable trigger all",
                "set local session_replication_role = replica",
                "create trigger t after update on users execute function touch_updated_at()",
                "alter function current_user_id() owner to pgacademy_test_web",
                "create or replace function current_user_id() returns uuid language sql as 'select null::uuid'",
                "create table academy.mine ()",
                "create function academy.acting_in(name) returns boolean language sql as 'select true'",
                "comment on table users is 'mine'",
                "lock table users in access exclusive mode",
            ):
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(statement)

    def test_a_plan_made_as_one_person_serves_another_their_own_rows(self, scene: Scene) -> None:
        """One connection of a pool, one prepared statement, several people and roles."""
        with scene.web() as conn:
            conn.execute("set local plan_cache_mode = force_generic_plan")
            conn.execute("prepare mine as select id from users")
            for user in (scene.ada, scene.bob, scene.ada):
                conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(user),))
                assert conn.execute("execute mine").fetchall() == [(user,)]
            conn.execute("set local role academy_instructor")
            conn.execute("prepare learners as select distinct user_id from enrollments")
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(scene.ivy),))
            assert set(conn.execute("execute learners").fetchall()) == {(scene.ada,), (scene.bob,)}
            conn.execute("set local role academy_student")
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(scene.bob),))
            assert conn.execute("execute learners").fetchall() == [(scene.bob,)]

    def test_nothing_is_left_for_the_next_request(self, scene: Scene) -> None:
        with scene.school.app(scene.ada) as conn:
            conn.commit()
            assert one(conn, "select current_setting('role'), current_setting('pgacademy.user_id')") == ("none", "")


class TestShadowing:
    """Temporary objects with the names that functions and policies use."""

    @pytest.fixture
    def shadowed(self, scene: Scene) -> Iterator[Connection]:
        """Every table of the school, and every function policies call, shadowed by what would suit Ada."""
        with scene.web() as conn:
            tables = [
                name
                for (name,) in conn.execute(
                    """select relname from pg_class
                       where relnamespace = 'academy'::regnamespace and relkind in ('r', 'v')"""
                ).fetchall()
            ]
            # Made by the owner's catalogue, not by `like`, which would need the privilege to read them.
            for table in tables:
                columns = conn.execute(
                    """select attname, format_type(atttypid, atttypmod) from pg_attribute
                       where attrelid = %s::regclass and attnum > 0 and not attisdropped""",
                    (f"academy.{table}",),
                ).fetchall()
                conn.execute(
                    sql.SQL("create temporary table pg_temp.{} ({})").format(
                        sql.Identifier(table),
                        sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in columns),
                    )
                )
                conn.execute(sql.SQL("grant all on pg_temp.{} to public").format(sql.Identifier(table)))
            for user, role in ((scene.ada, "admin"), (scene.bob, "student")):
                conn.execute(
                    """insert into pg_temp.users (id, role, is_active, is_approved, username, email)
                       values (%s, %s, true, true, 'shadow', 'shadow@example.org')""",
                    (user, role),
                )
            inner, outer = bytes(b ^ 0x36 for b in bytes(64)), bytes(b ^ 0x5C for b in bytes(64))
            conn.execute(
                "insert into pg_temp.signing_keys (key_id, inner_pad, outer_pad) values ('evil', %s, %s)",
                (inner, outer),
            )
            for course in (scene.other, scene.draft):
                conn.execute(
                    """insert into pg_temp.enrollments (id, user_id, course_id, status)
                       values (gen_random_uuid(), %s, %s, 'active')""",
                    (scene.ada, course.id),
                )
                conn.execute(
                    """insert into pg_temp.courses (id, instructor_id, is_published, is_active, slug, title)
                       values (%s, %s, true, true, 'x', 'X')""",
                    (course.id, scene.ada),
                )
            for signature, result, value in [
                ("current_user_id()", "uuid", f"'{scene.bob}'::uuid"),
                ("verified_identity()", "uuid", f"'{scene.bob}'::uuid"),
                ("acting_in(text)", "boolean", "true"),
                ("acts_as(text)", "boolean", "true"),
                ("require_user(text)", "uuid", f"'{scene.bob}'::uuid"),
                ("require_service()", "void", "null::void"),
                ("require_moment(timestamptz)", "timestamptz", "'2000-01-01'::timestamptz"),
                ("setting(text)", "jsonb", "'100000'::jsonb"),
                ("sha256(bytea)", "bytea", "''::bytea"),
                ("lower(text)", "text", "'x'::text"),
                ("now()", "timestamptz", "'2000-01-01'::timestamptz"),
            ]:
                conn.execute(
                    f"create function pg_temp.{signature} returns {result} language sql as $$ select {value} $$"
                )
            yield conn
            conn.rollback()

    @pytest.fixture(params=["academy, extensions, pg_temp", "pg_temp, academy, extensions", "pg_temp", "public"])
    def path(self, request: pytest.FixtureRequest, shadowed: Connection) -> None:
        """Whatever the caller's own path is."""
        shadowed.execute(sql.SQL("set local search_path = {}").format(sql.SQL(request.param)))

    @pytest.mark.usefixtures("path")
    def test_policies_and_procedures_see_the_school(self, scene: Scene, shadowed: Connection) -> None:
        conn = shadowed
        assert one(conn, "select academy.current_user_id()") == (scene.ada,)
        assert one(conn, "select academy.acting_in('service'), academy.acting_in('student')") == (False, True)
        assert conn.execute("select id from academy.users").fetchall() == [(scene.ada,)]
        assert one(conn, "select count(*) from academy.lessons where course_id = %s", scene.other.id) == (0,)
        assert one(conn, "select count(*) from academy.courses where id = %s", scene.draft.id) == (0,)
        assert one(conn, "select count(*) from academy.v_course_outline where course_id = %s", scene.draft.id) == (0,)
        for statement in (
            "select academy.complete_lesson(p_lesson_id => %s)",
            "select academy.start_lesson(p_lesson_id => %s)",
        ):
            with raises_sqlstate("PA403", "PA404", "PA409", conn=conn):
                conn.execute(statement, (scene.other.lesson_ids[0],))

    @pytest.mark.usefixtures("path")
    def test_tokens_are_checked_with_the_schools_keys(self, scene: Scene, shadowed: Connection) -> None:
        conn = shadowed
        conn.execute("select set_config('pgacademy.token', %s, true)", (signed(scene.bob, "evil", bytes(64)),))
        assert one(conn, "select academy.current_user_id()") == (scene.ada,)  # no key of the school: unsigned
        scene.owner("select academy.add_signing_key('k1', %s)", SECRET)
        with raises_sqlstate("28000", conn=conn):
            conn.execute("select academy.current_user_id()")

    @pytest.mark.usefixtures("path")
    def test_an_instructor_by_shadow_is_none(self, scene: Scene, shadowed: Connection) -> None:
        conn = shadowed
        conn.execute("set local role academy_instructor")
        with raises_sqlstate("PA403", conn=conn):
            conn.execute("select academy.create_course(p_title => 'Mine')")
        assert one(conn, "select academy.acts_as('instructor')") == (False,)

    @pytest.mark.usefixtures("path")
    def test_what_is_written_goes_to_the_school(self, scene: Scene, shadowed: Connection) -> None:
        conn = shadowed
        conn.execute("select academy.update_profile(p_bio => 'true')")
        conn.execute("select academy.update_settings(p_theme => 'dark')")
        assert one(conn, "select bio from academy.users") == ("true",)
        assert one(conn, "select theme from academy.user_settings") == ("dark",)
        assert one(conn, "select count(*) from pg_temp.users where bio is not null") == (0,)


class TestOverloads:
    """A function that suits a call better than the school's own."""

    PLANTED = (
        ("acting_in(name)", "boolean", "true"),
        ("acting_in(varchar)", "boolean", "true"),
        ("current_user_id(integer default 0)", "uuid", "null::uuid"),
        ("require_user(name)", "uuid", "null::uuid"),
        ("require_user(unknown)", "uuid", "null::uuid"),
        ("setting(name)", "jsonb", "'100000'::jsonb"),
        ("award_xp(uuid, bigint, text, uuid)", "bigint", "1::bigint"),
    )

    def plant(self, scene: Scene, schema: str) -> None:
        scene.superuser(f"grant usage, create on schema {schema} to pgacademy_test_web")
        with psycopg.connect(scene.school.app_dsn(), autocommit=True) as conn:
            for signature, result, value in self.PLANTED:
                if "unknown" in signature:
                    continue  # a pseudo-type: PostgreSQL refuses it by itself
                conn.execute(
                    f"create function {schema}.{signature} returns {result} language sql as $$ select {value} $$"
                )

    def test_in_public_it_is_never_looked_at(self, scene: Scene) -> None:
        self.plant(scene, "public")
        with scene.web() as conn:
            assert one(conn, "select acting_in('service'), current_user_id()") == (False, scene.ada)
            assert one(conn, "select count(*) from users") == (1,)
            with raises_sqlstate("PA403", conn=conn):
                conn.execute("set local role academy_instructor")
                conn.execute("select create_course(p_title => 'Mine')")
        migrate(scene.school.dsn, "academy")  # nothing to do, and nothing in the way

    def test_whoever_may_create_in_the_path_stops_the_migration(self, scene: Scene) -> None:
        for schema in ("extensions", "academy"):
            scene.superuser(f"grant create on schema {schema} to pgacademy_test_web")
            with pytest.raises(PgacademyError) as caught:
                migrate(scene.school.dsn, "academy")
            assert "pgacademy_test_web" in str(caught.value)
            scene.superuser(f"revoke create on schema {schema} from pgacademy_test_web")
        migrate(scene.school.dsn, "academy")

    def test_the_schools_own_wins_where_the_arguments_are_the_same(self, scene: Scene) -> None:
        """Somebody could create in the path before anyone looked: the school comes first in it."""
        scene.superuser("grant create on schema extensions to pgacademy_test_web")
        with psycopg.connect(scene.school.app_dsn(), autocommit=True) as conn:
            for signature, result, value in [
                ("acting_in(text)", "boolean", "true"),
                ("current_user_id()", "uuid", f"'{scene.bob}'::uuid"),
                ("verified_identity()", "uuid", f"'{scene.bob}'::uuid"),
                ("require_user(text)", "uuid", f"'{scene.bob}'::uuid"),
            ]:
                conn.execute(
                    f"create function extensions.{signature} returns {result} language sql as $$ select {value} $$"
                )
        with scene.web() as conn:
            assert one(conn, "select acting_in('service'), current_user_id()") == (False, scene.ada)
            conn.execute("select update_profile(p_bio => 'mine')")
            assert conn.execute("select id, bio from users").fetchall() == [(scene.ada, "mine")]


class TestOtherPeople:
    """Rows of others, through whatever looks at rows."""

    def test_a_leaky_function_sees_only_what_the_policy_lets_through(self, scene: Scene) -> None:
        """A cheap function in WHERE is not run on rows that the policy has not passed yet."""
        for view, column, allowed in [
            ("users", "email", 1),
            ("enrollments", "course_id::text", 1),
            ("v_course_outline", "title", 6),
            ("v_my_achievements", "v_my_achievements::text", None),
        ]:
            with scene.web() as conn:
                seen: list[str] = []

                def hear(notice: psycopg.errors.Diagnostic, seen: list[str] = seen) -> None:
                    seen.append(str(notice.message_primary))

                conn.add_notice_handler(hear)
                conn.execute(
                    """create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001 as
                       $$ begin raise notice '%', $1; return true; end $$"""
                )
                conn.execute(f"select * from {view} where pg_temp.leak({column})")
                if allowed is not None:
                    assert len(seen) == allowed, (view, seen)
                assert not any(str(scene.bob) in line for line in seen)

    def test_an_error_tells_nothing_about_hidden_rows(self, scene: Scene) -> None:
        with scene.web() as conn:
            # Would divide by zero on Bob's row, were it looked at.
            conn.execute("select 1 / (case when id = %s then 0 else 1 end) from users", (scene.bob,))

    def test_updates_reach_nobody_else(self, scene: Scene) -> None:
        with scene.web() as conn:
            for statement in (
                "update users set bio = 'x' where id = %s",
                "update user_settings set theme = 'dark' where user_id = %s",
                "update lesson_progress set notes = 'x' where user_id = %s",
                "update users u set bio = p.bio from public_profiles p where p.user_id = u.id and u.id = %s",
            ):
                assert conn.execute(statement, (scene.bob,)).rowcount == 0
            with raises_sqlstate("42501", conn=conn):
                conn.execute("update user_settings set user_id = %s", (scene.bob,))
            with raises_sqlstate("42501", conn=conn):
                conn.execute("delete from user_settings")

    def test_what_others_show_is_only_shown(self, scene: Scene) -> None:
        """The documents' policy on projects was for all commands, `or is_public`."""
        project = make_project(scene.school.connect(autocommit=True), scene.bob)
        for role in ("anonymous", "student", "instructor"):
            with scene.web(role=role) as conn:
                assert one(conn, "select id from projects") == (project,)
                for statement in (
                    "update projects set user_id = current_user_id()",
                    "update projects set title = 'Mine', like_count = 1000",
                    "delete from projects",
                    "insert into projects select * from projects",
                    "insert into project_likes (project_id, user_id) select id, user_id from projects",
                    "update project_views set views = 1000",
                    "insert into project_view_deltas (project_id) select id from projects",
                    "select mint_project(id, 'mine', '{}') from projects",
                    "select fold_project_views()",
                    "select feature_project(id) from projects",
                ):
                    with raises_sqlstate("42501", conn=conn):
                        conn.execute(statement)
        with scene.web() as conn:
            for procedure in ("update_project", "publish_project", "unpublish_project", "delete_project"):
                with raises_sqlstate("PA404", conn=conn):
                    conn.execute(f"select {procedure}(%s)", (project,))
        assert scene.owner("select user_id, title, like_count from projects") == (scene.bob, "Boxer", 0)

    def test_procedures_take_no_other_actor(self, scene: Scene) -> None:
        session, wallet = uuid.uuid4(), uuid.uuid4()
        with scene.school.app(scene.bob) as conn:
            (wallet,) = one(conn, "select link_wallet('hedera', '0.0.9')")
        with scene.school.service() as conn:
            (session,) = one(
                conn, "select open_session(%s, %s, 'jti-of-bob', now() + interval '1 day')", scene.bob, bytes(32)
            )
        with scene.web() as conn:
            for statement, value in [
                ("select revoke_session(%s)", session),
                ("select revoke_session(p_user_id => %s, p_scope => 'all')", scene.bob),
                ("select unlink_wallet(%s)", wallet),
                ("select effective_streak(%s)", scene.bob),
                ("select drop_course(%s)", scene.other.id),
                ("select rate_course(%s, 5)", scene.other.id),
                ("select resume_lesson(%s)", scene.other.id),
                ("select start_lesson(%s)", scene.other.lesson_ids[0]),
                ("select complete_lesson(%s)", scene.other.lesson_ids[0]),
            ]:
                with raises_sqlstate("PA403", "PA404", "PA409", conn=conn):
                    conn.execute(statement, (value,))
        assert scene.owner("select count(*) from auth_sessions where revoked_at is null") == (1,)

    def test_talk_of_others_is_theirs(self, scene: Scene) -> None:
        """Reading what they are told, voting as them, changing their words, speaking as staff."""
        with scene.school.app(scene.bob) as conn:
            (general,) = one(conn, "select discussion_id from start_discussion('T', 'C')")
            (answer,) = one(conn, "select reply_id from post_reply(%s, 'C')", general)
        with scene.school.app(scene.ivy, "instructor") as conn:
            (elsewhere,) = one(conn, "select discussion_id from start_discussion('T', 'secret', %s)", scene.other.id)
            one(conn, "select post_reply(%s, 'secret')", elsewhere)
        scene.owner("select notify(%s, 'level_up', 'secret')", scene.bob)
        (told,) = scene.owner("select id from notifications")
        with scene.web() as conn:
            for query in (
                "select * from notifications",
                "select * from list_notifications()",
                "select * from notification_preferences",
                "select * from discussions where content = 'secret'",
                "select * from replies where content = 'secret'",
                "select * from search_discussions('secret')",
                "select * from discussion_votes",
            ):
                assert conn.execute(query).fetchall() == [], query
            for statement, values in [
                ("select mark_read(%s)", (told,)),
                ("select edit_discussion(%s, 'mine')", (general,)),
                ("select edit_reply(%s, 'mine')", (answer,)),
                ("select delete_discussion(%s)", (general,)),
                ("select delete_reply(%s)", (answer,)),
                ("select mark_solution(%s)", (answer,)),
                ("select unmark_solution(%s)", (general,)),
                ("select open_discussion(%s)", (elsewhere,)),
                ("select post_reply(%s, 'x')", (elsewhere,)),
                ("select vote('up', %s)", (elsewhere,)),
            ]:
                with raises_sqlstate("PA403", "PA404", conn=conn):
                    conn.execute(statement, values)
            for statement, values in [
                ("select announce('T', 'M', 'k', %s)", (scene.course.id,)),
                ("select moderate_discussion(%s, true)", (general,)),
                ("select notify(%s, 'announcement', 'T')", (scene.bob,)),
                ("select notify_people(array[%s::uuid], 'announcement', 'T')", (scene.bob,)),
                ("select count_deed(%s, 'votes_received', 100)", (scene.ada,)),
                ("select discussion_cards(null, array[%s::uuid])", (elsewhere,)),
                (
                    "insert into discussion_votes (user_id, discussion_id, vote_type) values (%s, %s, 'up')",
                    (scene.bob, general),
                ),
                ("update discussion_stats set upvote_count = 100, is_pinned = true", ()),
                ("update replies set content = 'mine'", ()),
                ("delete from replies", ()),
                ("update notifications set read_at = now()", ()),
                ("update discussion_votes set user_id = %s", (scene.bob,)),
                ("select remind_streaks()", ()),
                ("select claim_deliveries('email')", ()),
                ("select purge_notifications()", ()),
            ]:
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(statement, values)
        with scene.web(scene.ada, "instructor") as conn:
            for statement in ("select announce('T', 'M', 'k', %s)", "select moderate_discussion(%s, true)"):
                with raises_sqlstate("PA403", conn=conn):
                    conn.execute(statement, (scene.course.id,))

    def test_what_is_not_for_you_looks_like_what_is_not_there(self, scene: Scene) -> None:
        def answer(course: Any) -> tuple[Any, Any]:
            with scene.web() as conn:
                try:
                    conn.execute("select enroll(%s)", (course,))
                except psycopg.Error as error:
                    return error.sqlstate, error.diag.message_primary
            return None, None

        assert answer(scene.draft.id) == answer(uuid.uuid4())

    def test_constraints_are_no_oracle_of_who_is_here(self, scene: Scene) -> None:
        """Uniqueness sees all rows; so nothing a learner writes is unique by a secret. Handles are public."""
        owner = scene.school.connect(autocommit=True)
        owner.execute(
            "insert into user_wallets (user_id, chain, address, verified_at) values (%s, 'hedera', '0.0.8', now())",
            (scene.bob,),
        )
        with scene.web() as conn:
            conn.execute("select link_wallet('hedera', '0.0.8')")  # says nothing about Bob
            with raises_sqlstate("42501", conn=conn):
                conn.execute("update users set email = 'bob@example.org'")
            with raises_sqlstate("42501", conn=conn):
                conn.execute("select register_user('bob@example.org')")

    def test_instructors_stay_in_their_courses(self, scene: Scene) -> None:
        with scene.school.connect() as owner:
            jon = make_user(owner, "instructor")
            owner.commit()
        with scene.web(jon, "instructor") as conn:
            assert one(conn, "select count(*) from enrollments") == (0,)
            for statement, values in [
                ("select update_course(p_course_id => %s, p_title => 'Mine')", (scene.course.id,)),
                ("select unpublish_course(%s)", (scene.course.id,)),
                ("select remove_lesson(%s)", (scene.course.lesson_ids[0],)),
                ("select record_completion(%s, %s)", (scene.ada, scene.course.lesson_ids[0])),
                ("select record_enrollment(%s, %s)", (scene.ada, scene.other.id)),
            ]:
                with raises_sqlstate("PA403", "PA404", conn=conn):
                    conn.execute(statement, values)


class TestSelfService:
    """Giving oneself what must be earned or decided."""

    @pytest.mark.parametrize(
        "change",
        ["role = 'admin'", "is_approved = true", "email_verified = true", "is_active = true", "deleted_at = null",
         "email = 'x@example.org'", "username = 'root'", "academic_level = 'master'", "metadata = '{}'",
         "id = gen_random_uuid()", "created_at = now()", "last_login_at = now()", "bio = 'x', role = 'admin'"],
    )  # fmt: skip
    @pytest.mark.parametrize("role", ["student", "instructor", "admin", "service", "anonymous"])
    def test_self_promotion(self, scene: Scene, role: Role, change: str) -> None:
        with scene.web(role=role) as conn, raises_sqlstate("42501"):
            conn.execute(f"update users set {change}")

    def test_promotion_through_what_may_be_written(self, scene: Scene) -> None:
        with scene.web() as conn:
            conn.execute("""select update_profile(p_preferences => '{"role": "admin", "is_approved": true}')""")
            conn.execute("""update users set preferences = '{"role": "admin"}'""")
            assert one(conn, "select role, is_approved from users") == ("student", False)
            for statement in (
                "insert into users (id, role) values (gen_random_uuid(), 'admin')",
                "insert into users (id) select id from users on conflict (id) do update set role = 'admin'",
                "merge into users using (select 1) x on true when matched then update set role = 'admin'",
                "select set_role(current_user_id(), 'admin')",
                "select approve_instructor(current_user_id())",
                "select verify_email(current_user_id(), 'x@example.org')",
                "select verify_wallet(gen_random_uuid())",
                "select set_setting('xp.lesson', '100000')",
            ):
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(statement)

    def test_self_awarded_xp(self, scene: Scene) -> None:
        for role in ("student", "instructor", "admin"):
            with scene.web(role=role) as conn:
                for statement in (
                    "select award_xp(current_user_id(), 1000, 'gift', gen_random_uuid())",
                    "select bump_stats(current_user_id(), p_xp => 1000, p_xp_at => now())",
                    "select grant_xp(current_user_id(), 1000, 'gift', gen_random_uuid())",
                    "select check_achievements(current_user_id())",
                    "select grant_streak_freeze(current_user_id(), 'mine')",
                    "select refresh_leaderboard()",
                    "insert into xp_events (user_id, amount, source_type) values (current_user_id(), 1000, 'gift')",
                    "update xp_events set amount = 1000",
                    "update user_stats set total_xp = 1000000, current_level = 100",
                    "insert into user_achievements (user_id) values (current_user_id())",
                    "insert into user_streaks (user_id) values (current_user_id())",
                    "update leaderboard_cache set all_time_rank = 1",
                    "update levels set min_xp = 0",
                    "update achievements set xp_reward = 100000",
                    "update platform_settings set setting_value = '100000'",
                ):
                    with raises_sqlstate("42501", "42883", conn=conn):
                        conn.execute(statement)

    def test_a_self_paid_faucet(self, scene: Scene) -> None:
        for role in ("student", "instructor", "admin"):
            with scene.web(role=role) as conn:
                for statement in (
                    "insert into faucet_requests (user_id) values (current_user_id())",
                    "insert into chain_transactions (user_id) values (current_user_id())",
                    "update faucet_requests set status = 'failed'",
                    "update chain_transactions set status = 'failed'",
                    "delete from faucet_requests",
                    "update faucet_guards set version = 0",
                    "update platform_settings set setting_value = '1000' where setting_key like 'faucet.%'",
                    "select record_chain_transaction('hedera', 'testnet', 'transfer', 'k')",
                    "select advance_chain_transaction(gen_random_uuid(), 'failed', p_failure_reason => 'x')",
                    "select settle_faucet_request(gen_random_uuid(), 'failed')",
                    "select * from open_chain_transactions()",
                    "select forget_faucet_addresses()",
                ):
                    with raises_sqlstate("42501", conn=conn):
                        conn.execute(statement)
        with scene.web() as conn:
            ask = "select request_faucet('0.0.7', '192.0.2.1', %s)"
            conn.execute(ask, ("k",))
            # A refusal is undone as a whole, and nothing that a learner can roll back counts back.
            for key in ("l", "m"):
                with raises_sqlstate("PA429", conn=conn):
                    conn.execute(ask, (key,))
            # Whose they are and from where is told by nothing they may ask.
            assert one(conn, "select count(*) from faucet_requests") == (1,)
            for question in ("request_ip", "*", "count(*) filter (where request_network is not null)"):
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(f"select {question} from faucet_requests")

    def test_a_self_made_certificate(self, scene: Scene) -> None:
        scene.owner(
            "select count(*) from unnest(%s::uuid[]) as l, record_completion(%s, l)", scene.course.lesson_ids, scene.bob
        )
        (certificate,) = scene.owner("select id from certificates where user_id = %s", scene.bob)
        (enrollment,) = scene.owner("select id from enrollments where user_id = %s", scene.ada)
        for role in ("student", "instructor", "admin"):
            with scene.web(role=role) as conn:
                for statement in (
                    "insert into certificates (user_id) values (current_user_id())",
                    "insert into nft_certificates (user_id) values (current_user_id())",
                    "update certificates set user_id = current_user_id(), recipient_name = 'Ada'",
                    "update certificates set revoked_at = null",
                    "delete from certificates",
                    "update enrollments set status = 'completed', certificate_issued_at = now()",
                    f"select make_certificate('{enrollment}', null, now())",
                    "select grant_certificates(array[current_user_id()], array[null]::uuid[], array[now()])",
                    f"select withdraw_certificate('{certificate}', null, 'x')",
                    f"select issue_certificate('{enrollment}')",
                    f"select revoke_certificate('{certificate}', 'x')",
                    f"select reissue_certificate('{certificate}', 'x')",
                    "select issue_missing_certificates()",
                    f"select mint_certificate('{certificate}', 'hedera', 'testnet', '0.0.9', 'ipfs://x', 'k')",
                ):
                    # As an instructor or administrator, whom the row of the person does not make one.
                    with raises_sqlstate("42501", "PA403", conn=conn):
                        conn.execute(statement)
        with scene.web() as conn:
            # Another's credential, whatever is known of it.
            assert one(conn, "select count(*) from certificates") == (0,)
            assert one(conn, "select count(*) from v_my_certificates") == (0,)
            with raises_sqlstate("PA404", conn=conn):
                conn.execute("select open_badge_credential(%s)", (certificate,))
            for guess in (certificate, enrollment, scene.bob, "%", "' or true --"):
                assert one(conn, "select status from verify_certificate(%s)", str(guess)) == ("unknown",)

    def test_self_reported_scores_and_completions(self, scene: Scene) -> None:
        lesson = scene.course.lesson_ids[0]
        with scene.web() as conn:
            conn.execute("select start_lesson(%s)", (lesson,))
            for statement in (
                "update lesson_progress set score = 100",
                "update lesson_progress set status = 'completed', completed_at = now()",
                "update lesson_progress set time_spent_seconds = 100000",
                "update lesson_progress set notes = 'x', xp_earned = 1000",
                "update enrollments set status = 'completed', completed_at = now(), progress_percentage = 100",
                "insert into lesson_progress (user_id) values (current_user_id())",
                "select record_completion(current_user_id(), null)",
                "select record_enrollment(current_user_id(), null)",
                "select bump_stats(current_user_id(), 100)",
            ):
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(statement)
            conn.execute("update lesson_progress set notes = 'my own'")
            # Seconds are the learner's to tell, but never more than have passed.
            conn.execute("select complete_lesson(%s, 100000)", (lesson,))
            spent, score = one(
                conn, "select time_spent_seconds, score from lesson_progress where lesson_id = %s", lesson
            )
            assert spent <= 60
            assert score is None

    def test_a_graded_lesson_is_not_completed_by_saying_so(self, scene: Scene) -> None:
        for lesson, column in ((0, "lesson_type = 'quiz'"), (1, "lesson_type = 'assignment'"), (2, "is_graded = true")):
            scene.owner(f"update lessons set {column} where id = %s", scene.course.lesson_ids[lesson])
            with scene.web() as conn, raises_sqlstate("PA403", "PA409"):
                conn.execute("select start_lesson(%s)", (scene.course.lesson_ids[lesson],))
                conn.execute("select complete_lesson(%s)", (scene.course.lesson_ids[lesson],))

    def test_an_instructor_does_not_complete_their_own_course_for_themselves(self, scene: Scene) -> None:
        with scene.school.connect() as owner:
            make_enrollment(owner, scene.ivy, scene.course)
            owner.commit()
        with scene.web(scene.ivy, "instructor") as conn, raises_sqlstate("PA403"):
            conn.execute("select record_completion(%s, %s, 100)", (scene.ivy, scene.course.lesson_ids[0]))

    def test_the_sessions_settings_do_not_move_the_learners_day(self, scene: Scene) -> None:
        """The local date of a streak is that of the learner's settings, not of the connection."""
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            with scene.web() as conn:
                conn.execute("select set_config('timezone', %s, true)", (zone,))
                conn.execute("set local datestyle = 'sql, dmy'")
                conn.execute("set local intervalstyle = 'sql_standard'")
                conn.execute("set local transform_null_equals = on")
                conn.execute("select start_lesson(%s)", (scene.course.lesson_ids[0],))
                conn.execute("select complete_lesson(%s)", (scene.course.lesson_ids[0],))
                assert one(conn, "select streak_date = (now() at time zone 'UTC')::date from user_streaks") == (True,)

    @pytest.mark.parametrize("role", ["anonymous", "student", "instructor", "admin", "service", "analyst"])
    def test_internal_functions_cannot_be_called(self, scene: Scene, role: Role) -> None:
        """Each function that a role was not granted is tried with nulls: the refusal comes before anything else."""
        with scene.web(role=role) as conn:
            functions = conn.execute(
                """select p.proname, pg_get_function_identity_arguments(p.oid), array(
                       select format_type(t, null) from unnest(p.proargtypes) with ordinality u (t, n) order by n
                   )
                   from pg_proc p
                   where p.pronamespace = 'academy'::regnamespace and p.prorettype <> 'trigger'::regtype
                     and not has_function_privilege(p.oid, 'execute')"""
            ).fetchall()
            assert len(functions) > 20
            for name, _, types in functions:
                arguments = ", ".join(f"null::{t}" for t in types)
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(f"select academy.{name}({arguments})")

    def test_trigger_functions_cannot_be_borrowed(self, scene: Scene) -> None:
        """A definer trigger function on a table of one's own would run as the owner."""
        with scene.web() as conn:
            names = conn.execute(
                """select proname from pg_proc
                   where pronamespace = 'academy'::regnamespace and prorettype = 'trigger'::regtype"""
            ).fetchall()
            assert names
            conn.execute("create temporary table mine (id uuid, user_id uuid, is_active boolean)")
            for (name,) in names:
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(
                        sql.SQL(
                            "create trigger t after insert on mine for each row execute function academy.{}()"
                        ).format(sql.Identifier(name))
                    )


class TestTwoSchools:
    """Another school in the same database, with logins of its own and even the same signing key."""

    @pytest.fixture
    def riverside(self, scene: Scene) -> Scene:
        school = scene.school
        with psycopg.connect(school.dsn, autocommit=True) as conn:
            # Roles belong to the whole server: one worker at a time.
            conn.execute("select pg_advisory_lock(hashtext('pgacademy.testing'))")
            apply_roles(conn, "riverside")
            secret = password(school.server.admin)
            for login, roles in (
                ("pgacademy_test_river_web", ("student", "instructor")),
                ("pgacademy_test_river_jobs", ("service",)),
            ):
                make_login(conn, login, secret, options="")
                for role in roles:
                    conn.execute(f"grant riverside_{role} to {login}")
        migrate(school.dsn, "riverside")
        return scene

    @contextmanager
    def login(self, scene: Scene, name: str, role: str, user: Any) -> Iterator[Connection]:
        dsn = psycopg.conninfo.make_conninfo(
            scene.school.server.dsn(scene.school.database, name), options='-c search_path="academy",extensions,pg_temp'
        )
        with psycopg.connect(dsn) as conn:
            conn.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            conn.execute("select set_config('pgacademy.user_id', %s, true)", (str(user),))
            yield conn
            conn.rollback()

    def test_neither_is_reachable_from_the_others_logins(self, riverside: Scene) -> None:
        scene = riverside
        for name, role in (
            ("pgacademy_test_river_web", "riverside_student"),
            ("pgacademy_test_river_jobs", "riverside_service"),
        ):
            with self.login(scene, name, role, scene.ada) as conn:
                users = scene.owner("select 'academy.users'::regclass::oid")[0]
                for statement in (
                    "select * from academy.users",
                    "select * from academy.levels",
                    "select * from academy.v_course_catalog",
                    "select academy.current_user_id()",
                    "select academy.register_user('x@example.org')",
                    f"select academy.award_xp('{scene.ada}', 1000, 'gift', gen_random_uuid())",
                    "select academy.acting_in('student')",
                    # By number, so that no name has to be looked up.
                    f"select table_to_xml({users}::oid::regclass, true, false, '')",
                    "select schema_to_xml('academy', true, false, '')",
                    "create temporary table t (like academy.users)",
                    "copy academy.users to stdout",
                    "create temporary view v as select * from academy.users",
                ):
                    # 0A000: a server without libxml.
                    with raises_sqlstate("42501", "0A000", conn=conn):
                        conn.execute(statement)
                for other in (
                    "academy_student",
                    "academy_service",
                    "academy_owner",
                    "academy_anonymous",
                    "riverside_owner",
                ):
                    with raises_sqlstate("42501", conn=conn):
                        conn.execute(f"set local role {other}")
        with scene.web() as conn:
            for statement in ("select * from riverside.users", "select riverside.current_user_id()"):
                with raises_sqlstate("42501", conn=conn):
                    conn.execute(statement)
            with raises_sqlstate("42501", conn=conn):
                conn.execute("set local role riverside_student")

    def test_roles_of_one_school_count_for_nothing_in_the_other(self, riverside: Scene) -> None:
        """Even where a careless administrator opens the schema: what acts is the school's own role."""
        scene = riverside
        scene.superuser("grant usage on schema academy to riverside_student, riverside_service")
        with self.login(scene, "pgacademy_test_river_jobs", "riverside_service", scene.ada) as conn:
            assert one(conn, "select academy.acting_in('service')") == (False,)
            for statement in (
                "select academy.register_user('x@example.org')",
                "select academy.find_login('x')",
                "select academy.award_xp(null, 1, 'x', null)",
                "select academy.reverse_xp(null, 'x')",
                "select academy.refresh_leaderboard()",
                "select academy.grant_streak_freeze(null, 'x')",
                "select academy.record_drop(null, null)",
                "select academy.verify_integrity()",
            ):
                with raises_sqlstate("PA403", conn=conn):
                    conn.execute(statement)
        with (
            self.login(scene, "pgacademy_test_river_web", "riverside_student", scene.ada) as conn,
            raises_sqlstate("PA403", conn=conn),
        ):
            conn.execute("select academy.update_profile(p_bio => 'x')")

    def test_a_token_of_one_school_is_refused_by_the_other(self, riverside: Scene) -> None:
        scene = riverside
        for school in ("academy", "riverside"):
            with psycopg.connect(scene.school.dsn, autocommit=True) as conn:
                conn.execute(sql.SQL("set role {}").format(sql.Identifier(f"{school}_owner")))
                conn.execute(f"select {school}.add_signing_key('shared', %s)", (SECRET,))
        with scene.web() as conn:
            conn.execute("select set_config('pgacademy.token', %s, true)", (signed(scene.ada, "shared"),))
            assert one(conn, IDENTITY) == (scene.ada,)
            conn.execute(
                "select set_config('pgacademy.token', %s, true)", (signed(scene.ada, "shared", school="riverside"),)
            )
            with raises_sqlstate("28000", conn=conn):
                conn.execute(IDENTITY)

    def test_the_policies_of_each_are_bound_to_its_own_functions(self, riverside: Scene) -> None:
        """Same names in both: a policy of one never asks the other, whatever the path."""
        scene = riverside
        conn = scene.school.connect()
        rows = conn.execute(
            """select c.relnamespace::regnamespace::text, p.pronamespace::regnamespace::text
               from pg_policy l
               join pg_class c on c.oid = l.polrelid
               join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = l.oid
                   and d.refclassid = 'pg_proc'::regclass
               join pg_proc p on p.oid = d.refobjid
               group by 1, 2"""
        ).fetchall()
        assert set(rows) == {("academy", "academy"), ("riverside", "riverside")}
