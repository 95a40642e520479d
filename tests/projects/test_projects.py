"""What people do with their projects, who sees them, and what the documents' own schema would have let happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.projects.projects import COMPONENTS, METRICS, make_project, token_metadata
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Course, make_course, make_enrollment, make_user
from tests.support.queries import one

Connection = psycopg.Connection[Any]


def call(conn: Connection, user: UUID | None, query: str, *args: Any, role: Role = "student") -> Any:
    with acting(conn, user, role):
        return one(conn, query, *args)


def create(conn: Connection, user: UUID, key: str | None = None, **given: Any) -> Any:
    """create_project(): id, achievements, XP."""
    good = {"title": "Boxer", "project_type": "car", "components": Jsonb(COMPONENTS)}
    arguments = good | given | {"idempotency_key": key}
    names = ", ".join(f"p_{name} => %s" for name in arguments)
    return call(conn, user, f"select * from create_project({names})", *arguments.values())


def mint(conn: Connection, project: UUID, user: UUID, token: str | None = None) -> Any:
    return call(
        conn, None, "select already_minted, xp_awarded from mint_project(%s, %s, %s)", project, token or str(uuid4()),
        Jsonb(token_metadata(project, user)), role="service",
    )  # fmt: skip


def listed(conn: Connection, user: UUID | None = None, role: Role = "anonymous", **filters: Any) -> list[UUID]:
    names = ", ".join(f"p_{name} => %s" for name in filters)
    with acting(conn, user, role):
        rows = conn.execute(f"select project_id from list_projects({names})", list(filters.values())).fetchall()
    return [row[0] for row in rows]


def set_to(conn: Connection, key: str, value: int) -> None:
    conn.execute("update platform_settings set setting_value = to_jsonb(%s) where setting_key = %s", (value, key))


@pytest.fixture(autouse=True)
def _in_step(db: Connection) -> Any:
    """After every test everything that verify_integrity knows is true."""
    yield
    assert db.execute("select * from verify_integrity()").fetchall() == []


@pytest.fixture
def ada(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def bob(db: Connection) -> UUID:
    return make_user(db)


@pytest.fixture
def admin(db: Connection) -> UUID:
    return make_user(db, "admin")


class TestMaking:
    def test_a_draft_that_only_its_author_sees(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project, _, _ = create(db, ada, description="Light.", performance_metrics=Jsonb(METRICS))
        assert listed(db) == []
        assert call(db, ada, "select title, is_public, is_listed from v_my_projects") == ("Boxer", False, False)
        assert call(db, bob, "select count(*) from projects") == 0
        assert call(db, bob, "select count(*) from v_my_projects") == 0
        assert call(db, ada, "select publish_project(%s)", project) is True
        assert call(db, ada, "select publish_project(%s)", project) is True
        assert listed(db) == [project]
        assert call(db, bob, "select count(*) from v_my_projects") == 0
        assert call(db, bob, "select components from projects") == COMPONENTS

    def test_it_counts_once_and_for_good(self, db: Connection, ada: UUID) -> None:
        first = create(db, ada, "k")
        assert {a["title"] for a in first[1]} == {"First Project"}
        assert first[2] == 100
        assert create(db, ada, "k") == first
        with raises_sqlstate("PA409", conn=db):
            create(db, ada, "k", title="Another")
        second, achievements, xp = create(db, ada)
        assert (achievements, xp) == ([], 0)
        call(db, ada, "select delete_project(%s)", second)
        assert one(db, "select projects_created from user_stats where user_id = %s", ada) == 2
        assert one(db, "select user_id from deleted_projects") == ada

    def test_no_coins_and_no_xp_of_its_own(self, db: Connection, ada: UUID, bob: UUID) -> None:
        create(db, ada, "k")
        before = one(db, "select total_xp from user_stats where user_id = %s", ada)
        project, _, _ = create(db, ada)
        call(db, ada, "select publish_project(%s)", project)
        call(db, bob, "select like_count from like_project(%s)", project)
        assert one(db, "select total_xp, coins_earned from user_stats where user_id = %s", ada) == (before, 0)

    @pytest.mark.parametrize(
        "given",
        [
            {"title": None}, {"title": " "}, {"title": "x" * 256}, {"project_type": ""}, {"project_type": None},
            {"project_type": "x" * 51}, {"description": "x" * 10001}, {"components": None},
            {"components": Jsonb([])}, {"components": Jsonb({"components": [], "metadata": {}})},
            {"components": Jsonb(COMPONENTS | {"metadata": COMPONENTS["metadata"] | {"cost": "NaN"}})},
            {"components": Jsonb({"components": "x" * 1_000_000})},
            {"performance_metrics": Jsonb(METRICS | {"tests": [{"testType": "moon"}]})},
            {"performance_metrics": Jsonb(None)},
        ],
    )  # fmt: skip
    def test_what_is_none(self, db: Connection, ada: UUID, given: dict[str, Any]) -> None:
        with raises_sqlstate("PA422", conn=db):
            create(db, ada, **given)

    def test_the_error_names_the_path(self, db: Connection, ada: UUID) -> None:
        project, _, _ = create(db, ada)
        bad = Jsonb(METRICS | {"tests": [*METRICS["tests"], METRICS["tests"][0] | {"testType": "moon"}]})
        with raises_sqlstate("PA422", conn=db) as raised:
            call(db, ada, "select update_project(%s, p_performance_metrics => %s)", project, bad)
        assert raised.detail is not None
        assert raised.detail.startswith('$.performance_metrics.tests[2]."testType" ')
        # Whoever writes the row.
        with raises_sqlstate("PA422", conn=db):
            db.execute("update projects set performance_metrics = %s", (bad,))

    def test_limits(self, db: Connection, ada: UUID, bob: UUID) -> None:
        set_to(db, "projects.max_per_person", 2)
        for _ in range(2):
            create(db, ada)
        with raises_sqlstate("PA409", conn=db):
            create(db, ada)
        create(db, bob)
        set_to(db, "projects.daily_max", 3)
        mine = "select id from projects where user_id = %s limit 1"
        call(db, ada, "select delete_project(%s)", one(db, mine, ada))
        create(db, ada)
        call(db, ada, "select delete_project(%s)", one(db, mine, ada))
        with raises_sqlstate("PA429", conn=db):
            create(db, ada)
        db.execute("update deleted_projects set created_at = created_at - interval '1 day'")
        create(db, ada)
        set_to(db, "projects.max_bytes", 100)
        with raises_sqlstate("PA422", conn=db):
            call(db, ada, "select update_project(%s, 'Smaller')", one(db, mine, ada))

    def test_changing(self, db: Connection, ada: UUID) -> None:
        project, _, _ = create(db, ada, description="Light.", performance_metrics=Jsonb(METRICS))
        before = one(db, "select updated_at from projects")
        call(db, ada, "select update_project(%s, p_title => 'Flat four')", project)
        columns = "title, description, performance_metrics is null, components = %s"
        assert one(db, f"select {columns} from projects", Jsonb(COMPONENTS)) == ("Flat four", "Light.", False, True)
        call(db, ada, "select update_project(%s, p_clear => '{description,performance_metrics}')", project)
        assert one(db, f"select {columns} from projects", Jsonb(COMPONENTS)) == ("Flat four", None, True, True)
        for clear in (["title"], [None], ["components"]):
            with raises_sqlstate("PA422", conn=db):
                call(db, ada, "select update_project(%s, p_clear => %s)", project, clear)
        with raises_sqlstate("PA422", conn=db):
            call(db, ada, "select update_project(%s, p_description => 'x', p_clear => '{description}')", project)
        assert one(db, "select updated_at from projects") == before  # one transaction, one moment


class TestOthers:
    """The documents' policy, `for all using (auth.uid() = user_id or is_public)`, allowed every one of these."""

    @pytest.mark.parametrize("role", ["student", "instructor", "admin", "anonymous"])
    def test_nobody_writes_a_row(self, db: Connection, ada: UUID, role: Role) -> None:
        make_project(db, ada)
        thief = make_user(db, role if role != "anonymous" else "student")
        for statement in (
            "update projects set user_id = current_user_id()",
            "update projects set title = 'Mine'",
            "update projects set like_count = 1000, is_featured = true",
            "delete from projects",
            "insert into projects (user_id, title, project_type, components) select current_user_id(), 'x', 'x', '{}'",
            "insert into project_likes (project_id, user_id) select id, current_user_id() from projects",
            "delete from project_likes",
            "select * from project_views",
            "select * from project_view_deltas",
            "select * from deleted_projects",
        ):
            with raises_sqlstate("42501", conn=db), acting(db, thief, role):
                db.execute(statement)

    @pytest.mark.parametrize(
        "statement",
        ["update_project(%s, 'Mine')", "publish_project(%s)", "unpublish_project(%s)", "delete_project(%s)"],
    )
    @pytest.mark.parametrize("is_public", [True, False])
    def test_procedures_know_whose_it_is(
        self, db: Connection, ada: UUID, bob: UUID, statement: str, is_public: bool
    ) -> None:
        project = make_project(db, ada, is_public=is_public)
        for other in (bob, make_user(db, "instructor"), make_user(db, "admin")):
            with raises_sqlstate("PA404", conn=db):
                call(db, other, f"select {statement}", project)
        with raises_sqlstate("PA404", conn=db):
            call(db, ada, f"select {statement}", uuid4())

    def test_administrators_moderate(self, db: Connection, ada: UUID, bob: UUID, admin: UUID) -> None:
        one_project, two = make_project(db, ada), make_project(db, ada)
        call(db, admin, "select unpublish_project(%s)", one_project, role="admin")
        assert listed(db) == [two]
        call(db, admin, "select delete_project(%s)", two, role="admin")
        assert listed(db) == []
        for statement in ("unpublish_project(%s)", "delete_project(%s)", "feature_project(%s)"):
            with raises_sqlstate("PA403", conn=db):
                call(db, bob, f"select {statement}", one_project, role="admin")

    def test_what_an_administrator_hid_only_an_administrator_shows(
        self, db: Connection, ada: UUID, bob: UUID, admin: UUID
    ) -> None:
        project = make_project(db, ada)
        publish = "select publish_project(%s)"
        with raises_sqlstate("PA409", conn=db):  # nobody has hidden it
            call(db, admin, publish, project, role="admin")
        call(db, admin, "select unpublish_project(%s)", project, role="admin")
        call(db, ada, "select unpublish_project(%s)", project)
        with raises_sqlstate("PA403", conn=db):
            call(db, ada, publish, project)
        with raises_sqlstate("PA404", conn=db):
            call(db, bob, publish, project)
        assert call(db, admin, publish, project, role="admin")
        call(db, ada, "select unpublish_project(%s)", project)
        assert call(db, ada, publish, project)  # and is the author's again

    def test_featured_is_for_administrators(self, db: Connection, ada: UUID, admin: UUID) -> None:
        project = make_project(db, ada)
        with raises_sqlstate("42501", conn=db):
            call(db, ada, "select feature_project(%s)", project)
        call(db, admin, "select feature_project(%s)", project, role="admin")
        assert listed(db, is_featured=True) == [project]
        call(db, ada, "select unpublish_project(%s)", project)
        call(db, ada, "select publish_project(%s)", project)
        assert listed(db, is_featured=True) == []
        assert listed(db) == [project]
        draft = make_project(db, ada, is_public=False)
        with raises_sqlstate("PA409", conn=db):
            call(db, admin, "select feature_project(%s)", draft, role="admin")


class TestLikes:
    def test_once_a_person(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project, instructor = make_project(db, ada), make_user(db, "instructor")
        like, unlike = "select * from like_project(%s)", "select * from unlike_project(%s)"
        assert call(db, bob, like, project) == (1, False)
        assert call(db, bob, like, project) == (1, True)
        assert call(db, instructor, like, project, role="instructor") == (2, False)
        assert listed(db, bob, "student", order="most_liked") == [project]
        assert call(db, bob, "select is_liked from list_projects()") is True
        assert call(db, None, "select is_liked from list_projects()", role="anonymous") is False
        assert call(db, bob, unlike, project) == (1, True)
        assert call(db, bob, unlike, project) == (1, False)
        assert one(db, "select like_count from projects") == 1
        with raises_sqlstate("PA409", conn=db):
            call(db, ada, like, project)

    def test_only_what_can_be_seen(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project = make_project(db, ada)
        call(db, bob, "select like_count from like_project(%s)", project)
        call(db, ada, "select unpublish_project(%s)", project)
        carol = make_user(db)
        for procedure in ("like_project", "unlike_project"):
            with raises_sqlstate("PA404", conn=db):
                call(db, carol, f"select like_count from {procedure}(%s)", project)
        assert call(db, bob, "select * from unlike_project(%s)", project) == (0, True)

    def test_a_like_is_no_edit(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project = make_project(db, ada)
        db.execute("alter table projects disable trigger touch_updated_at")
        db.execute("update projects set updated_at = '2020-01-01Z'")
        db.execute("alter table projects enable trigger touch_updated_at")
        call(db, bob, "select like_count from like_project(%s)", project)
        call(db, bob, "select record_project_view(%s)", project)
        call(db, None, "select fold_project_views()", role="service")
        assert one(db, "select extract(year from updated_at), view_count, like_count from projects") == (2020, 1, 1)

    def test_deleting_takes_the_likes_along(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project = make_project(db, ada)
        call(db, bob, "select like_count from like_project(%s)", project)
        call(db, None, "select record_project_view(%s)", project, role="anonymous")
        call(db, None, "select fold_project_views()", role="service")
        call(db, None, "select record_project_view(%s)", project, role="anonymous")
        call(db, ada, "select delete_project(%s)", project)
        assert one(db, "select (select count(*) from project_likes) + (select count(*) from project_views)") == 0
        # What was looked at before it went is folded into nothing.
        assert call(db, None, "select fold_project_views()", role="service") == 1
        assert one(db, "select count(*) from project_view_deltas") == 0


class TestViews:
    def test_counted_but_not_ones_own(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project = make_project(db, ada)
        viewers: list[tuple[UUID | None, Role]] = [
            (ada, "student"), (bob, "student"), (None, "anonymous"), (None, "student"),
        ]  # fmt: skip
        for who, role in viewers:
            call(db, who, "select record_project_view(%s)", project, role=role)
        assert one(db, "select view_count from projects") == 0
        fold = "select fold_project_views(2)"
        assert [call(db, None, fold, role="service") for _ in range(2)] == [2, 1]
        assert call(db, None, "select fold_project_views()", role="service") == 0
        assert one(db, "select view_count from projects") == 3
        db.execute("insert into project_view_deltas (project_id, viewed_at) values (%s, '2020-01-01Z')", (project,))
        call(db, None, "select fold_project_views()", role="service")
        assert one(db, "select array_agg(views order by views) from project_views") == [1, 3]

    def test_only_what_can_be_seen(self, db: Connection, ada: UUID) -> None:
        draft = make_project(db, ada, is_public=False)
        for project in (draft, uuid4(), None):
            with raises_sqlstate("PA404", conn=db):
                call(db, None, "select record_project_view(%s)", project, role="anonymous")


class TestMinting:
    def test_once(self, db: Connection, ada: UUID) -> None:
        project = make_project(db, ada)
        assert mint(db, project, ada, "token")[0] is False
        assert mint(db, project, ada, "token") == (True, 0)
        with raises_sqlstate("PA409", conn=db):
            mint(db, project, ada, "another")
        other = make_project(db, ada)
        with raises_sqlstate("PA409", conn=db):
            mint(db, other, ada, "token")
        with raises_sqlstate("23505", conn=db):
            db.execute(
                "update projects set nft_token_id = 'token', minted_at = now(), nft_metadata = %s where id = %s",
                (Jsonb(token_metadata(other, ada)), other),
            )
        assert one(db, "select projects_minted from user_stats where user_id = %s", ada) == 1
        # Projects without a token are many.
        make_project(db, ada)

    def test_metadata_are_of_this_project(self, db: Connection, ada: UUID, bob: UUID) -> None:
        project = make_project(db, ada)
        query = "select already_minted from mint_project(%s, 'token', %s)"
        with raises_sqlstate("PA422", conn=db):
            call(db, None, query, project, None, role="service")
        for wrong, path in (
            (token_metadata(uuid4(), ada), "$.nft_metadata.properties.project_id "),
            (token_metadata(project, bob), "$.nft_metadata.properties.user_id "),
        ):
            with raises_sqlstate("PA422", conn=db) as raised:
                call(db, None, query, project, Jsonb(wrong), role="service")
            assert raised.detail is not None
            assert raised.detail.startswith(path)
        call(db, ada, "select update_project(%s, p_nft_metadata => %s)", project, Jsonb(token_metadata(project, ada)))
        assert call(db, None, query, project, None, role="service") is False

    def test_what_a_token_stands_for_stays(self, db: Connection, ada: UUID, admin: UUID) -> None:
        project = make_project(db, ada)
        mint(db, project, ada)
        with raises_sqlstate("PA409", conn=db):
            call(db, ada, "select update_project(%s, p_components => %s)", project, Jsonb(COMPONENTS))
        with raises_sqlstate("PA409", conn=db):
            call(db, ada, "select update_project(%s, p_clear => '{nft_metadata}')", project)
        askers: list[tuple[UUID, Role]] = [(ada, "student"), (admin, "admin")]
        for who, role in askers:
            with raises_sqlstate("PA409", conn=db):
                call(db, who, "select delete_project(%s)", project, role=role)
        call(db, ada, "select update_project(%s, p_performance_metrics => %s)", project, Jsonb(METRICS))
        call(db, ada, "select unpublish_project(%s)", project)
        assert listed(db) == []

    @pytest.mark.parametrize("token", [None, "", " ", "a b", "x" * 45, "é"])
    def test_what_is_no_token(self, db: Connection, ada: UUID, token: str | None) -> None:
        project = make_project(db, ada)
        with raises_sqlstate("PA422", conn=db):
            call(
                db, None, "select minted_at from mint_project(%s, %s, %s)", project, token,
                Jsonb(token_metadata(project, ada)), role="service",
            )  # fmt: skip

    def test_not_for_whoever_deleted_their_account(self, db: Connection, ada: UUID) -> None:
        project = make_project(db, ada)
        db.execute("select deactivate_user(%s, true)", (ada,))
        with raises_sqlstate("PA409", conn=db):
            mint(db, project, ada)


class TestCourses:
    """The documents delete a course's projects with it, and list a project only with its course."""

    @pytest.fixture
    def course(self, db: Connection, ada: UUID) -> Course:
        course = make_course(db, title="Cars")
        make_enrollment(db, ada, course)
        return course

    def test_only_on_ones_course(self, db: Connection, ada: UUID, bob: UUID, course: Course) -> None:
        project, _, _ = create(db, ada, course_id=course.id)
        call(db, ada, "select publish_project(%s)", project)
        assert call(db, None, "select course_title from list_projects()", role="anonymous") == "Cars"
        for user, of in ((bob, course.id), (ada, make_course(db).id), (ada, uuid4())):
            with raises_sqlstate("PA404", conn=db):
                create(db, user, course_id=of)

    def test_not_once_ones_time_on_it_is_over(self, db: Connection, ada: UUID, course: Course) -> None:
        """Whether or not the job has come by that says so."""
        db.execute("update enrollments set expires_at = now() - interval '1 second' where course_id = %s", (course.id,))
        with raises_sqlstate("PA404", conn=db):
            create(db, ada, course_id=course.id)

    @pytest.mark.parametrize(
        ("change", "back"),
        [
            ("deleted_at = now(), is_published = false", "deleted_at = null"),
            ("is_active = false", "is_active = true"),
        ],
    )
    def test_minted_ones_outlive_it(self, db: Connection, ada: UUID, course: Course, change: str, back: str) -> None:
        minted, plain = (make_project(db, ada, course_id=course.id) for _ in range(2))
        free = make_project(db, ada)
        mint(db, minted, ada)
        assert set(listed(db)) == {minted, plain, free}
        db.execute(f"update courses set {change} where id = %s", (course.id,))
        assert set(listed(db)) == {minted, free}
        title = "select course_title from list_projects() where project_id = %s"
        assert call(db, None, title, minted, role="service") is None
        assert set(call(db, None, "select array_agg(id) from projects", role="anonymous")) == {minted, free}
        assert call(db, ada, "select count(*) from v_my_projects") == 3
        assert call(db, ada, "select publish_project(%s)", plain) is False
        with raises_sqlstate("PA404", conn=db):
            create(db, ada, course_id=course.id)
        mint(db, plain, ada)
        assert set(listed(db)) == {minted, plain, free}
        db.execute(f"update courses set {back} where id = %s", (course.id,))
        assert set(listed(db)) == {minted, plain, free}

    def test_through_delete_course(self, db: Connection, ada: UUID, course: Course) -> None:
        minted, plain = (make_project(db, ada, course_id=course.id) for _ in range(2))
        mint(db, minted, ada)
        call(db, course.instructor_id, "select delete_course(%s)", course.id, role="instructor")
        assert listed(db) == [minted]
        assert one(db, "select count(*) from projects") == 2
        assert set(one(db, "select array_agg(id) from projects")) == {minted, plain}

    def test_a_course_that_is_gone_for_good(self, db: Connection, ada: UUID) -> None:
        course = make_course(db, lessons=0, published=False)
        minted, plain = (make_project(db, ada, course_id=course.id) for _ in range(2))
        mint(db, minted, ada)
        db.execute("delete from courses where id = %s", (course.id,))
        assert listed(db) == [minted]
        assert one(db, "select course_id, is_public from projects where id = %s", plain) == (None, False)
        assert call(db, ada, "select publish_project(%s)", plain) is True


class TestAuthors:
    def test_they_take_their_projects_out_of_sight(self, db: Connection, ada: UUID) -> None:
        project = make_project(db, ada)
        mint(db, project, ada)
        db.execute("select deactivate_user(%s)", (ada,))
        assert listed(db) == []
        assert call(db, None, "select count(*) from projects", role="anonymous") == 0
        assert call(db, ada, "select count(*) from projects") == 0
        db.execute("select reactivate_user(%s)", (ada,))
        assert listed(db) == [project]

    def test_names_are_those_they_show(self, db: Connection) -> None:
        ada = make_user(db, full_name="Ada Nwosu", preferences={"privacy": {"profileVisibility": "private"}})
        make_project(db, ada)
        shown = one(db, "select username, full_name from public_profiles where user_id = %s", ada)
        assert call(db, None, "select username, full_name from list_projects()", role="anonymous") == shown
        assert shown[1] is None


class TestListing:
    @pytest.fixture
    def many(self, db: Connection) -> None:
        """47 projects with ties everywhere; every third is a rover, every seventh featured, every fifth a draft."""
        people = [make_user(db) for _ in range(3)]
        for n in range(47):
            make_project(
                db, people[n % 3], title=str(n), project_type="rover" if n % 3 == 0 else "car", is_public=n % 5 > 0,
                is_featured=n % 7 == 0 and n % 5 > 0, created_at=f"2025-01-01 00:{n // 4:02}Z",
            )  # fmt: skip
        # Counts with nothing behind them would be found: every project gets its rows.
        fans = [make_user(db) for _ in range(4)]
        for n, fan in enumerate(fans):
            db.execute(
                "insert into project_likes (project_id, user_id)"
                " select id, %s from projects where is_public and title::integer %% %s = 0",
                (fan, n + 1),
            )
        db.execute(
            "insert into project_view_deltas (project_id)"
            " select id from projects cross join generate_series(1, title::integer % 6)"
        )
        db.execute("select fold_project_views()")

    @pytest.mark.parametrize("order", ["newest", "most_viewed", "most_liked"])
    @pytest.mark.parametrize(
        ("filters", "where"),
        [
            ({}, "true"),
            ({"project_type": "rover"}, "project_type = 'rover'"),
            ({"is_featured": True}, "is_featured"),
            ({"project_type": "car", "is_featured": False}, "project_type = 'car' and not is_featured"),
            ({"project_type": "boat"}, "false"),
        ],
    )
    def test_pages_are_the_whole_in_order(
        self, db: Connection, many: None, order: str, filters: dict[str, Any], where: str
    ) -> None:
        column = {"newest": "created_at", "most_viewed": "view_count", "most_liked": "like_count"}[order]
        expected = [
            row[0]
            for row in db.execute(
                f"select id from projects where is_public and {where} order by {column} desc, id desc"
            ).fetchall()
        ]
        for role in ("anonymous", "service"):
            found: list[UUID] = []
            while True:
                page = listed(db, role=role, order=order, limit=7, after=found[-1] if found else None, **filters)
                found += page
                if len(page) < 7:
                    break
            assert found == expected

    def test_of_a_person_and_of_a_course(self, db: Connection, ada: UUID, bob: UUID) -> None:
        course = make_course(db)
        mine, his = make_project(db, ada, course_id=course.id), make_project(db, bob)
        make_project(db, ada, is_public=False)
        assert listed(db, user_id=ada) == [mine]
        assert listed(db, user_id=bob) == [his]
        assert listed(db, course_id=course.id) == [mine]

    def test_what_cannot_be_asked(self, db: Connection, ada: UUID) -> None:
        draft = make_project(db, ada, is_public=False)
        for filters, code in (
            ({"limit": 0}, "PA422"), ({"limit": 101}, "PA422"), ({"limit": None}, "PA422"),
            ({"order": "best"}, "PA422"), ({"order": None}, "PA422"), ({"after": uuid4()}, "PA404"),
            ({"after": draft}, "PA404"),
        ):  # fmt: skip
            with raises_sqlstate(code, conn=db):
                listed(db, **filters)

    def test_by_the_index_of_its_order(self, school: SchoolDatabase) -> None:
        """A page far down touches about as many pages of the table and its indexes as the first."""
        conn = school.connect(autocommit=True)
        author = make_user(conn)
        conn.execute("alter table projects disable trigger user")
        conn.execute(
            """insert into projects (
                   user_id, title, project_type, components, is_public, is_listed, view_count, like_count
               )
               select %s, n::text, 'car', '{}', true, true, n %% 50, n %% 50 from generate_series(1, 5000) as n""",
            (author,),
        )
        conn.execute("analyze projects")
        plan = "explain (analyze, buffers, format json) select * from list_projects(p_order => %s, p_after => %s)"
        for order, column in (("newest", "created_at"), ("most_viewed", "view_count"), ("most_liked", "like_count")):
            after = one(conn, f"select id from projects order by {column} desc, id desc offset 4000 limit 1")
            touched = []
            for start in (None, after):
                for _ in range(2):
                    found = one(conn, plan, order, start)[0]["Plan"]
                touched.append(found["Shared Hit Blocks"] + found["Shared Read Blocks"])
            assert touched[1] <= 1.2 * touched[0] + 5, (order, touched)
        conn.execute("delete from projects")


def test_completion_by_type(db: Connection, ada: UUID) -> None:
    """The documents' report, for analysts, who read nothing else."""
    project = make_project(db, ada)
    for kind in ("car", "car", "rover"):
        make_project(db, ada, project_type=kind, is_public=False)
    mint(db, project, ada)
    with acting(db, None, "analyst"):
        rows = db.execute("select * from v_project_completion order by project_type").fetchall()
        assert [(kind, total, minted, float(rate)) for kind, total, minted, rate in rows] == [
            ("car", 3, 1, 33.33),
            ("rover", 1, 0, 0.0),
        ]
    with raises_sqlstate("42501", conn=db), acting(db, None, "analyst"):
        db.execute("select * from projects")
