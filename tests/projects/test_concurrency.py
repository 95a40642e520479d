"""Likes, views, tokens and limits with up to 32 connections at once; at every isolation level in the slow ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, SchoolDatabase
from tests.identity.waiting import wait_until_blocked
from tests.projects.projects import COMPONENTS, make_project, token_metadata
from tests.support.factories import make_course, make_enrollment, make_user, race
from tests.support.queries import one
from tests.support.requests import READ_COMMITTED, check
from tests.support.requests import call_like_the_library as call

Connection = psycopg.Connection[Any]
CREATE = "select project_id from create_project('Boxer', 'car', %s, p_course_id => %s, p_idempotency_key => %s)"


@pytest.fixture(
    params=[
        READ_COMMITTED,
        pytest.param(IsolationLevel.REPEATABLE_READ, marks=pytest.mark.slow),
        pytest.param(IsolationLevel.SERIALIZABLE, marks=pytest.mark.slow),
    ],
    ids=lambda level: level.name.lower(),
)
def level(request: pytest.FixtureRequest) -> IsolationLevel:
    return cast(IsolationLevel, request.param)


@pytest.fixture
def conn(school: SchoolDatabase) -> Connection:
    return school.connect(autocommit=True)


def once(school: SchoolDatabase, user: UUID | None, query: str, *args: Any, role: Role = "student") -> Any:
    """One request and no second try: a deadlock comes out of race() as an error. The row, or our SQLSTATE."""
    with school.app(user, role) as app:
        try:
            return app.execute(query, args).fetchone()
        except psycopg.Error as error:
            if (error.sqlstate or "").startswith("PA"):
                return error.sqlstate
            raise


def in_step(conn: Connection) -> bool:
    return conn.execute("select * from verify_integrity()").fetchall() == []


def test_32_people_like_one_project(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    project = make_project(conn, make_user(conn))
    people = [make_user(conn) for _ in range(32)]
    results = check(
        race(32, lambda i: call(school, people[i], "select * from like_project(%s)", project, level=level)),
    )
    # Each saw a count of its own: nobody's was lost, nobody's told twice.
    assert sorted(count for count, _ in results) == list(range(1, 33))
    assert not any(already for _, already in results)
    assert one(conn, "select like_count, (select count(*) from project_likes) from projects") == (32, 32)
    assert in_step(conn)


def test_one_person_likes_and_unlikes(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    project, person = make_project(conn, make_user(conn)), make_user(conn)
    queries = ("select * from like_project(%s)", "select * from unlike_project(%s)")
    results = check(race(32, lambda i: call(school, person, queries[i % 2], project, level=level)))
    changes = [0, 0]
    for i, (_, unchanged) in enumerate(results):
        changes[i % 2] += not unchanged if i % 2 == 0 else unchanged
    likes = one(conn, "select count(*) from project_likes")
    assert changes[0] - changes[1] == likes == one(conn, "select like_count from projects")
    assert in_step(conn)


def test_views_while_they_are_folded(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    projects = [make_project(conn, make_user(conn)) for _ in range(3)]

    def run(i: int) -> None:
        for n in range(4):
            if i < 24:
                found = call(
                    school, None, "select record_project_view(%s)", projects[(i + n) % 3], role="anonymous", level=level
                )
            else:
                found = call(school, None, "select fold_project_views()", role="service", level=level)
            assert isinstance(found, tuple)

    check(race(32, run))
    call(school, None, "select fold_project_views()", role="service", level=level)
    assert one(conn, "select array_agg(view_count) from projects") == [32, 32, 32]
    assert one(conn, "select count(*) from project_view_deltas") == 0
    assert in_step(conn)


def test_who_looks_waits_for_nobody(school: SchoolDatabase, conn: Connection) -> None:
    project, fan = make_project(conn, make_user(conn)), make_user(conn)
    with school.app(fan, "student") as liking, school.app(None, "anonymous") as looking, school.app(fan) as quick:
        liking.execute("select like_project(%s)", (project,))
        looking.execute("select record_project_view(%s)", (project,))
        quick.execute("set local lock_timeout = '100ms'")
        quick.execute("select record_project_view(%s)", (project,))


def test_one_project_many_tokens(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    author = make_user(conn)
    project = make_project(conn, author)
    query = "select token_id, already_minted from mint_project(%s, %s, %s)"
    metadata = Jsonb(token_metadata(project, author))
    results = check(
        race(16, lambda i: call(school, None, query, project, f"token-{i // 2}", metadata, role="service", level=level))
    )
    won = one(conn, "select nft_token_id from projects")
    told = [result for result in results if isinstance(result, tuple)]
    assert sorted(told) == [(won, False), (won, True)]
    assert [result for result in results if result == "PA409"] == ["PA409"] * 14
    assert one(conn, "select projects_minted from user_stats where user_id = %s", author) == 1
    assert in_step(conn)


def test_one_token_many_projects(school: SchoolDatabase, conn: Connection) -> None:
    author = make_user(conn)
    projects = [make_project(conn, author) for _ in range(16)]

    def run(i: int) -> Any:
        metadata = Jsonb(token_metadata(projects[i], author))
        query = "select * from mint_project(%s, 'token', %s)"
        try:
            return once(school, None, query, projects[i], metadata, role="service")
        except psycopg.errors.UniqueViolation as error:
            return error.sqlstate

    results = check(race(16, run))
    assert sum(isinstance(result, tuple) for result in results) == 1
    assert {result for result in results if not isinstance(result, tuple)} <= {"PA409", "23505"}
    assert one(conn, "select count(*) from projects where nft_token_id = 'token'") == 1
    assert in_step(conn)


@pytest.mark.late
def test_likes_against_deletion(school: SchoolDatabase, conn: Connection) -> None:
    """No deadlock, and no like of nothing."""
    author = make_user(conn)
    people = [make_user(conn) for _ in range(15)]
    for _ in range(6):
        project = make_project(conn, author)

        def run(i: int, project: UUID = project) -> Any:
            if i == 8:
                return once(school, author, "select delete_project(%s)", project)
            query = "select * from unlike_project(%s)" if i % 3 == 2 else "select * from like_project(%s)"
            return once(school, people[i - (i > 8)], query, project)

        results = check(race(16, run))
        assert isinstance(results[8], tuple)
        assert all(isinstance(result, tuple) or result == "PA404" for result in results)
    assert one(conn, "select (select count(*) from projects) + (select count(*) from project_likes)") == 0
    assert in_step(conn)


def test_a_limit_holds(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    conn.execute("update platform_settings set setting_value = '5' where setting_key = 'projects.max_per_person'")
    author = make_user(conn)
    results = check(race(32, lambda i: call(school, author, CREATE, Jsonb(COMPONENTS), None, f"key-{i}", level=level)))
    assert sum(isinstance(result, tuple) for result in results) == 5
    assert [result for result in results if result == "PA409"] == ["PA409"] * 27
    assert one(conn, "select count(*) from projects") == 5
    assert in_step(conn)


def test_one_key_one_project(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    author = make_user(conn)
    results = check(race(16, lambda _: call(school, author, CREATE, Jsonb(COMPONENTS), None, "key", level=level)))
    assert {result[0] for result in results} == {one(conn, "select id from projects")}
    assert in_step(conn)


def test_out_of_sight_while_they_are_made(school: SchoolDatabase, conn: Connection, level: IsolationLevel) -> None:
    """A course goes and an author leaves while their projects are made, shown, liked, looked at and minted.

    Where nothing need be tried again, nothing is: a deadlock would come out.
    """
    course = make_course(conn)
    authors = [make_user(conn) for _ in range(4)]
    for author in authors:
        make_enrollment(conn, author, course)
    projects = [make_project(conn, author, course_id=course.id) for author in authors for _ in range(2)]

    def ask(user: UUID | None, query: str, *args: Any, role: Role = "student") -> Any:
        if level is READ_COMMITTED:
            return once(school, user, query, *args, role=role)
        return call(school, user, query, *args, role=role, level=level)

    def run(i: int) -> Any:
        author = authors[i % 4]
        if i < 8:
            made = ask(author, CREATE, Jsonb(COMPONENTS), course.id, None)
            return made if isinstance(made, str) else ask(author, "select publish_project(%s)", made[0])
        if i < 16:
            return ask(author, "select like_count from like_project(%s)", projects[i - 8])
        if i < 20:
            metadata = Jsonb(token_metadata(projects[2 * (i - 16)], authors[i - 16]))
            query = "select token_id from mint_project(%s, %s, %s)"
            return ask(None, query, projects[2 * (i - 16)], f"t-{i}", metadata, role="service")
        if i < 22:
            return ask(None, "select deactivate_user(%s)", authors[i - 20], role="service")
        if i == 22:
            query = "select delete_course(%s)"
            return ask(course.instructor_id, query, course.id, role="instructor")
        ask(None, "select record_project_view(%s)", projects[i % 8], role="anonymous")
        return ask(None, "select fold_project_views()", role="service")

    results = check(race(32, run))
    assert isinstance(results[22], tuple)
    # What can be seen is minted, and its author is here.
    assert one(
        conn,
        "select bool_and(p.nft_token_id is not null and u.is_active) from projects as p"
        " inner join users as u on u.id = p.user_id where p.is_listed",
    )
    assert in_step(conn)


@pytest.mark.parametrize("what", ["course", "author"])
@pytest.mark.parametrize("first", ["project", "hiding"])
def test_a_new_project_and_what_hides_it_wait_for_each_other(
    school: SchoolDatabase, conn: Connection, what: str, first: str
) -> None:
    """Else the one would not see the other, and a project be shown whose course or author is gone."""
    course, author = make_course(conn), make_user(conn)
    make_enrollment(conn, author, course)

    def make(app: Connection) -> None:
        project = one(app, CREATE, Jsonb(COMPONENTS), course.id, None)
        app.execute("select publish_project(%s)", (project,))

    def hide(app: Connection) -> None:
        if what == "course":
            app.execute("select delete_course(%s)", (course.id,))
        else:
            app.execute("select deactivate_user(%s)", (author,))

    who = (course.instructor_id, "instructor") if what == "course" else (None, "service")
    with school.app(author) as making, school.app(*who) as hiding, ThreadPoolExecutor(1) as pool:
        moves = [(make, making), (hide, hiding)]
        (one_move, one_app), (other_move, other_app) = moves if first == "project" else moves[::-1]
        one_move(one_app)
        waiting = pool.submit(other_move, other_app)
        wait_until_blocked(school)
        one_app.commit()
        if first == "project":
            waiting.result()
            other_app.commit()
        else:
            with pytest.raises(psycopg.Error) as refused:
                waiting.result()
            # Not on a course that is gone; nobody once the account is closed.
            assert refused.value.sqlstate == {"course": "PA404", "author": "PA403"}[what]
            other_app.rollback()
    assert one(conn, "select count(*) from projects where is_listed") == 0
    assert in_step(conn)
