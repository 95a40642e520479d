"""A school that was developed with Django moves in, from a fixture or from its SQLite file, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pgacademy import django_files, django_import, locking
from pgacademy.cli.django import _lines
from pgacademy.django_files import Bad
from pgacademy.django_import import Imported
from pgacademy.errors import LockBusy, UsageError
from pgacademy.testing import Connection, Databases, SchoolDatabase
from tests.lib.test_cli import document, run

BCRYPT = "$2b$12$" + "a" * 53
AT = "2025-01-06T10:00:00Z"

#: The tables as Django makes them of the models in the document, with some of Django's own.
TABLES = """
create table django_migrations (id integer primary key, app text, name text, applied text);
create table users_user (
    id integer primary key autoincrement, password varchar(128) not null, last_login datetime,
    is_superuser bool not null, username varchar(150) not null unique, first_name varchar(150) not null,
    last_name varchar(150) not null,
    is_staff bool not null, is_active bool not null, date_joined datetime not null, email varchar(254) not null,
    role varchar(20) not null, is_approved bool not null, teo_coins integer not null, bio text not null,
    profile_image varchar(100) not null, created_at datetime not null, updated_at datetime not null);
create table users_user_groups (id integer primary key, user_id bigint not null, group_id integer not null);
create table users_usersettings (
    id integer primary key, email_notifications bool not null, push_notifications bool not null,
    privacy_settings text not null check (json_valid(privacy_settings)), theme varchar(20) not null,
    language varchar(10) not null, timezone varchar(50) not null, created_at datetime not null,
    updated_at datetime not null, user_id bigint not null unique references users_user (id));
create table users_userprogress (
    id integer primary key, total_courses_enrolled integer not null,
    user_id bigint not null unique references users_user (id));
create table courses_course (
    id integer primary key, title varchar(200) not null, description text not null, category varchar(50) not null,
    level varchar(20) not null, teocoin_reward integer not null, thumbnail varchar(100) not null,
    is_published bool not null, max_enrollments integer, duration_hours integer not null, created_at datetime not null,
    updated_at datetime not null, teacher_id bigint not null references users_user (id));
create table courses_course_prerequisites (
    id integer primary key, from_course_id bigint not null, to_course_id bigint not null);
create table courses_lesson (
    id integer primary key, title varchar(200) not null, content text not null, "order" integer not null,
    lesson_type varchar(20) not null, duration_minutes integer not null, video_url varchar(200) not null,
    materials text not null check (json_valid(materials)), is_mandatory bool not null, teocoin_reward integer not null,
    created_at datetime not null, updated_at datetime not null,
    course_id bigint not null references courses_course (id));
create table courses_exercise (
    id integer primary key, title varchar(200) not null, description text not null, exercise_type varchar(20) not null,
    content text not null, max_score integer not null, time_limit_minutes integer, attempts_allowed integer not null,
    teocoin_reward integer not null, created_at datetime not null, updated_at datetime not null,
    lesson_id bigint not null references courses_lesson (id));
create table courses_courseenrollment (
    id integer primary key, enrolled_at datetime not null, completed bool not null, completion_date datetime,
    progress_percentage real not null, last_accessed datetime not null, course_id bigint not null,
    student_id bigint not null references users_user (id), unique (student_id, course_id));
create table courses_lessoncompletion (
    id integer primary key, completed_at datetime not null, score real, time_spent_minutes integer not null,
    notes text not null, lesson_id bigint not null, student_id bigint not null, unique (student_id, lesson_id));
create table rewards_teocointransaction (id integer primary key, amount integer not null, user_id bigint not null);
"""


def user(pk: int, username: str, role: str = "student", **fields: Any) -> dict[str, Any]:
    return {
        "model": "users.user",
        "pk": pk,
        "fields": {
            "password": "pbkdf2_sha256$600000$salt$aGFzaA==", "last_login": None, "is_superuser": False,
            "username": username, "first_name": "", "last_name": "", "is_staff": False, "is_active": True,
            "date_joined": AT, "email": f"{username}@example.org", "role": role, "is_approved": role != "student",
            "teo_coins": 0, "bio": "", "profile_image": "", "created_at": AT, "updated_at": AT,
        } | fields,
    }  # fmt: skip


def course(pk: int, title: str, teacher: Any, **fields: Any) -> dict[str, Any]:
    return {
        "model": "courses.course",
        "pk": pk,
        "fields": {
            "title": title, "description": f"About {title}.", "category": "painting", "level": "beginner",
            "teocoin_reward": 0, "thumbnail": "", "is_published": True, "max_enrollments": None, "duration_hours": 2,
            "prerequisites": [], "created_at": AT, "updated_at": AT, "teacher": teacher,
        } | fields,
    }  # fmt: skip


def lesson(pk: int, course_pk: int, order: int, title: str, **fields: Any) -> dict[str, Any]:
    return {
        "model": "courses.lesson",
        "pk": pk,
        "fields": {
            "course": course_pk, "title": title, "content": f"{title}!", "order": order, "lesson_type": "text",
            "duration_minutes": 20, "video_url": "", "materials": [], "is_mandatory": True, "teocoin_reward": 0,
            "created_at": AT, "updated_at": AT,
        } | fields,
    }  # fmt: skip


def enrolment(pk: int, student: Any, course_pk: int, at: str = AT, completed: bool = False) -> dict[str, Any]:
    fields = {
        "student": student, "course": course_pk, "enrolled_at": at, "completed": completed, "completion_date": None,
        "progress_percentage": 0.0, "last_accessed": at,
    }  # fmt: skip
    return {"model": "courses.courseenrollment", "pk": pk, "fields": fields}


def completion(pk: int, student: Any, lesson_pk: int, at: str, **fields: Any) -> dict[str, Any]:
    values = {"student": student, "lesson": lesson_pk, "completed_at": at, "score": None, "time_spent_minutes": 0}
    return {"model": "courses.lessoncompletion", "pk": pk, "fields": values | {"notes": ""} | fields}


def small_school() -> list[dict[str, Any]]:
    """A teacher with two courses; Ada finishes the first, Bob begins the draft of the second, Cy has left."""
    settings = {
        "user": 2, "email_notifications": False, "push_notifications": True,
        "privacy_settings": {"showProgress": False}, "theme": "dark", "language": "it", "timezone": "Europe/Rome",
        "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    exercise = {
        "lesson": 12, "title": "An apple", "description": "Paint it.", "exercise_type": "text",
        "content": {"questions": ["Why?"]}, "max_score": 50, "time_limit_minutes": None, "attempts_allowed": 2,
        "teocoin_reward": 5, "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    return [
        user(1, "teo", "teacher", bio="I teach."),
        user(2, "ada", password=f"bcrypt${BCRYPT}", first_name="Ada", teo_coins=85, profile_image="profiles/ada.png"),
        user(3, "bob"),
        user(4, "cy", is_active=False),
        {"model": "users.usersettings", "pk": 1, "fields": settings},
        {"model": "users.userprogress", "pk": 1, "fields": {"user": 2, "total_courses_enrolled": 1}},
        course(1, "Oil", 1, teocoin_reward=100, max_enrollments=20, level="intermediate", thumbnail="thumbnails/o.png"),
        course(2, "Frescoes", 1, is_published=False, prerequisites=[1]),
        lesson(12, 1, 2, "A still life", materials=[{"title": "List", "url": "https://example.org/list.pdf"}]),
        lesson(11, 1, 1, "Brushes", teocoin_reward=10, video_url="https://example.org/b.mp4", lesson_type="video"),
        lesson(21, 2, 1, "Plaster", is_mandatory=False),
        lesson(22, 2, 2, "Walls"),
        {"model": "courses.exercise", "pk": 1, "fields": exercise},
        enrolment(1, 2, 1, completed=True),
        enrolment(2, 3, 2),
        completion(1, 2, 12, "2025-01-07T10:00:00Z", score=87.5, time_spent_minutes=30, notes="Hog hair."),
        completion(2, 2, 11, "2025-01-06T23:30:00+01:00"),
        {"model": "rewards.teocointransaction", "pk": 1, "fields": {"user": 2, "amount": 85}},
    ]  # fmt: skip


def fixture(path: Path, rows: Any) -> Path:
    file = path / "fixture.json"
    file.write_text(rows if isinstance(rows, str) else json.dumps(rows))
    return file


def sqlite_file(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as Django stores them: moments without a zone, in UTC; JSON as text."""
    file = path / "db.sqlite3"
    moments = {"created_at", "updated_at", "date_joined", "enrolled_at", "last_accessed", "completed_at"}
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(TABLES)
        database.execute("insert into django_migrations values (1, 'users', '0001_initial', '2025-01-01')")
        for row in rows:
            table, values = row["model"].replace(".", "_"), {"id": row["pk"]}
            for name, value in row["fields"].items():
                if name == "prerequisites":
                    for before in value:
                        command = (
                            "insert into courses_course_prerequisites (from_course_id, to_course_id) values (?, ?)"
                        )
                        database.execute(command, (row["pk"], before))
                    continue
                column = f"{name}_id" if name in ("user", "teacher", "course", "lesson", "student") else name
                if name in moments:
                    moment = datetime.fromisoformat(value).astimezone(UTC)
                    values[column] = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
                else:
                    values[column] = json.dumps(value) if isinstance(value, list | dict) else value
            columns = [column for _, column, *_ in database.execute(f"pragma table_info({table})") if column in values]
            command = "insert into {} ({}) values ({})"
            names = ", ".join(f'"{column}"' for column in columns)
            command = command.format(table, names, ", ".join("?" * len(columns)))
            database.execute(command, [values[column] for column in columns])
    return file


def load(school: SchoolDatabase, file: Path, zone: ZoneInfo | None = None, **options: Any) -> Imported:
    return django_import.load(school.dsn, school.name, django_files.read(file, zone), **options)


def bad(done: Imported) -> set[tuple[str, Any]]:
    return {(row.model, row.pk) for row in done.bad}


#: The school in words of the source, without what differs from one import to the next.
STATE = {
    "people": """
        select u.username, u.email, u.first_name, u.role, u.is_approved, u.is_active, u.bio, u.avatar_url,
            s.password_hash, coalesce(c.balance, 0), u.created_at, t.theme, t.language, t.timezone,
            t.email_notifications, u.preferences
        from users as u
        left join user_secrets as s on s.user_id = u.id
        left join coin_accounts as c on c.id = u.id
        inner join user_settings as t on t.user_id = u.id
        order by u.username""",
    "courses": """
        select c.title, u.username, c.description, c.category, c.difficulty, c.coin_reward, c.is_published,
            c.max_enrollments, c.estimated_minutes, c.thumbnail_url
        from courses as c inner join users as u on u.id = c.instructor_id order by c.title""",
    "prerequisites": """
        select c.title, b.title
        from course_prerequisites as p
        inner join courses as c on c.id = p.course_id
        inner join courses as b on b.id = p.prerequisite_course_id""",
    "lessons": """
        select c.title, l.title, l.body, l.position, l.lesson_type, l.duration_minutes, l.video_url, l.materials,
            l.is_mandatory, l.coin_reward
        from lessons as l inner join courses as c on c.id = l.course_id order by c.title, l.position""",
    "exercises": """
        select l.title, x.title, x.exercise_type, x.content, x.max_score, x.attempts_allowed, x.coin_reward,
            x.is_published, x.is_mandatory
        from exercises as x inner join lessons as l on l.id = x.lesson_id""",
    "enrolments": """
        select u.username, c.title, e.status, e.enrolled_at, e.completed_at
        from enrollments as e
        inner join users as u on u.id = e.user_id
        inner join courses as c on c.id = e.course_id
        order by u.username, c.title""",
    "completions": """
        select u.username, l.title, p.completed_at, p.score, p.time_spent_seconds, p.notes, p.coins_earned
        from lesson_progress as p
        inner join users as u on u.id = p.user_id
        inner join lessons as l on l.id = p.lesson_id
        where p.status = 'completed' order by p.completed_at""",
}


def state(school: SchoolDatabase) -> dict[str, list[tuple[Any, ...]]]:
    conn: Connection = school.connect(autocommit=True)
    return {name: conn.execute(query).fetchall() for name, query in STATE.items()}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 1, day, hour, minute, tzinfo=UTC)


def expected() -> dict[str, list[tuple[Any, ...]]]:
    usual: tuple[Any, ...] = ("light", "en", "UTC", True, {})
    ada = ("dark", "it", "Europe/Rome", False, {"privacy": {"showProgress": False}})
    materials = [{"title": "List", "url": "https://example.org/list.pdf"}]

    def person(name: str, *values: Any) -> tuple[Any, ...]:
        return (name, f"{name}@example.org", *values)

    return {
        "people": [
            person("ada", "Ada", "student", False, True, None, "profiles/ada.png", BCRYPT, 85, at(6, 10), *ada),
            person("bob", None, "student", False, True, None, None, None, 0, at(6, 10), *usual),
            person("cy", None, "student", False, False, None, None, None, 0, at(6, 10), *usual),
            person("teo", None, "instructor", True, True, "I teach.", None, None, 0, at(6, 10), *usual),
        ],
        "courses": [
            ("Frescoes", "teo", "About Frescoes.", "painting", "beginner", 0, False, None, 120, None),
            ("Oil", "teo", "About Oil.", "painting", "intermediate", 100, True, 20, 120, "thumbnails/o.png"),
        ],
        "prerequisites": [("Frescoes", "Oil")],
        "lessons": [
            ("Frescoes", "Plaster", "Plaster!", 1, "text", 20, None, [], False, 0),
            ("Frescoes", "Walls", "Walls!", 2, "text", 20, None, [], True, 0),
            ("Oil", "Brushes", "Brushes!", 1, "video", 20, "https://example.org/b.mp4", [], True, 10),
            ("Oil", "A still life", "A still life!", 2, "text", 20, None, materials, True, 0),
        ],
        "exercises": [
            ("A still life", "An apple", "text", {"data": {"questions": ["Why?"]}}, 50, 2, 5, True, False),
        ],
        "enrolments": [
            ("ada", "Oil", "completed", at(6, 10), at(7, 10)),
            ("bob", "Frescoes", "active", at(6, 10), None),
        ],
        "completions": [
            ("ada", "Brushes", at(6, 22, 30), None, 0, None, 0),
            ("ada", "A still life", at(7, 10), 87.5, 1800, "Hog hair.", 0),
        ],
    }  # fmt: skip


@pytest.fixture(scope="module", params=["fixture", pytest.param("sqlite", marks=pytest.mark.late)])
def moved(
    request: pytest.FixtureRequest, pgacademy_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SchoolDatabase, Path, Imported]]:
    """The small school, moved in."""
    make = fixture if request.param == "fixture" else sqlite_file
    file = make(tmp_path_factory.mktemp("django"), small_school())
    with pgacademy_databases.clone() as school:
        yield school, file, load(school, file)


Moved = tuple[SchoolDatabase, Path, Imported]


def test_the_school_is_what_the_file_says(moved: Moved) -> None:
    school, _, done = moved
    assert (done.bad, done.differences, done.is_kept) == ([], [], True)
    assert state(school) == expected()
    assert done.document()["added"] == {
        "people": 4, "courses": 2, "lessons": 4, "exercises": 1, "enrolments": 2, "completions": 2, "balances": 1,
    }  # fmt: skip
    assert school.connect().execute("select * from verify_integrity()").fetchall() == []


def test_what_is_left_is_told(moved: Moved) -> None:
    _, _, done = moved
    left = {
        name: done.left[name] for name in ("users.userprogress", "rewards.teocointransaction", "users.user.password")
    }
    assert left == {"users.userprogress": 1, "rewards.teocointransaction": 1, "users.user.password": 3}
    assert done.left["courses.courseenrollment.last_accessed"] == 2


def test_what_learning_earns_is_earned_at_its_moments(moved: Moved) -> None:
    school, _, _ = moved
    counters = school.connect().execute(
        "select s.lessons_completed, s.courses_completed, s.longest_streak, s.total_xp > 0"
        " from user_stats as s inner join users as u on u.id = s.user_id where u.username = 'ada'"
    )
    assert counters.fetchall() == [(2, 1, 2, True)]


def test_again_adds_nothing(moved: Moved) -> None:
    school, file, _ = moved
    before = state(school)
    done = load(school, file)
    assert (set(done.document()["added"].values()), done.bad) == ({0}, [])
    assert state(school) == before


@pytest.mark.late
def test_a_later_copy_adds_what_is_new(school: SchoolDatabase, tmp_path: Path) -> None:
    load(school, fixture(tmp_path, small_school()))
    later = [*small_school(), user(5, "dora"), enrolment(3, 5, 1, "2025-02-01T00:00:00Z")]
    added = load(school, fixture(tmp_path, later)).document()["added"]
    assert {name: number for name, number in added.items() if number} == {"people": 1, "enrolments": 1}


@pytest.mark.late
def test_names_in_place_of_numbers(school: SchoolDatabase, tmp_path: Path) -> None:
    """`dumpdata --natural-foreign --natural-primary`, as the document backs up."""
    rows = [user(1, "teo", "teacher"), user(2, "ada"), course(1, "Oil", ["teo"]), lesson(1, 1, 1, "Brushes")]
    for row in rows[:2]:
        del row["pk"]
    rows += [enrolment(1, ["ada"], 1), completion(1, ["ada"], 1, AT)]
    added = load(school, fixture(tmp_path, rows)).document()["added"]
    assert (added["people"], added["courses"], added["enrolments"], added["completions"]) == (2, 1, 1, 1)
    assert set(load(school, fixture(tmp_path, rows)).document()["added"].values()) == {0}


@pytest.mark.late
def test_stopped_in_the_middle_and_run_again(
    school: SchoolDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = state(school)
    file = fixture(tmp_path, small_school())

    def stop(step: str, done: int, _: int) -> None:
        if (step, done) == ("history", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(school, file, report=stop)
    assert state(school) == empty
    load(school, file)
    assert state(school) == expected()


def with_bad_rows() -> list[dict[str, Any]]:
    return [
        *small_school(),
        user(5, "eve", email="ADA@example.org"),  # the school refuses it
        user(6, "two words"),
        user(7, "frank", created_at="2025-01-06T10:00:00"),  # no zone
        user(8, "gina", teo_coins="many"),
        user(2, "harry"),  # the primary key is Ada's
        course(3, "Glass", 99),
        course(4, "Clay", 1, prerequisites=[3]),
        lesson(41, 4, 1, "Mud"),
        lesson(13, 1, 3, "Kinds", lesson_type="seance"),
        enrolment(3, 5, 1),  # of whom the school refused
        enrolment(4, 2, 1),  # twice
        completion(3, 3, 11, AT),  # not enrolled
        completion(4, 2, 41, AT),
        {"model": "shop.order", "pk": 9, "fields": {}},
    ]


BAD = {
    ("users.user", 5), ("users.user", 6), ("users.user", 7), ("users.user", 8), ("users.user", 2),
    ("courses.course", 3), ("courses.course", 4), ("courses.lesson", 41), ("courses.lesson", 13),
    ("courses.courseenrollment", 3), ("courses.courseenrollment", 4), ("courses.lessoncompletion", 3),
    ("courses.lessoncompletion", 4), ("shop.order", 9),
}  # fmt: skip


@pytest.mark.late
def test_one_bad_row_refuses_all(school: SchoolDatabase, tmp_path: Path) -> None:
    empty = state(school)
    done = load(school, fixture(tmp_path, with_bad_rows()))
    assert (bad(done), done.is_kept, len(done.bad)) == (BAD, False, len(BAD))
    assert state(school) == empty
    reasons = {(row.model, row.pk): row.reason for row in done.bad}
    assert "users_email_key" in reasons["users.user", 5]
    assert "--time-zone" in reasons["users.user", 7]
    assert "teo_coins" in reasons["users.user", 8]
    assert "users.user 99" in reasons["courses.course", 3]


@pytest.mark.late
def test_bad_rows_are_skipped_when_told(school: SchoolDatabase, tmp_path: Path) -> None:
    done = load(school, fixture(tmp_path, with_bad_rows()), skip_bad=True)
    assert (bad(done), done.is_kept) == (BAD, True)
    assert state(school) == expected()
    again = load(school, fixture(tmp_path, with_bad_rows()), skip_bad=True)
    assert set(again.document()["added"].values()) == {0}


@pytest.mark.late
def test_a_rehearsal_keeps_nothing(school: SchoolDatabase, tmp_path: Path) -> None:
    empty = state(school)
    done = load(school, fixture(tmp_path, small_school()), dry_run=True)
    assert (done.added.people, done.is_kept) == (4, False)
    assert state(school) == empty


@pytest.mark.late
def test_nobody_becomes_an_administrator(school: SchoolDatabase, tmp_path: Path) -> None:
    done = load(school, fixture(tmp_path, [user(1, "root", "admin", is_superuser=True)]))
    assert [(row.model, row.pk) for row in done.differences] == [("users.user", 1)]
    assert school.connect().execute("select username, role from users").fetchall() == [("root", "instructor")]


@pytest.mark.late
def test_a_course_that_only_the_source_calls_completed(school: SchoolDatabase, tmp_path: Path) -> None:
    rows = [user(1, "teo", "teacher"), user(2, "ada"), course(1, "Oil", 1), lesson(1, 1, 1, "Brushes")]
    done = load(school, fixture(tmp_path, [*rows, enrolment(7, 2, 1, completed=True)]))
    assert [(row.model, row.pk) for row in done.differences] == [("courses.courseenrollment", 7)]


def test_moments_without_a_zone(tmp_path: Path) -> None:
    rows = [user(1, "ada", created_at="2025-01-06T10:00:00")]

    def moments(file: Path, zone: ZoneInfo | None) -> list[datetime]:
        return [row.fields["created_at"] for row in django_files.read(file, zone).rows["users.user"].values()]

    rome = ZoneInfo("Europe/Rome")
    assert moments(fixture(tmp_path, rows), None) == []
    assert moments(fixture(tmp_path, rows), rome) == [at(6, 9)]
    file = sqlite_file(tmp_path, [user(1, "ada")])
    assert moments(file, None) == [at(6, 10)]
    assert moments(file, rome) == [at(6, 9)]


@pytest.mark.parametrize(
    ("encoded", "kept"),
    [
        (f"bcrypt${BCRYPT}", BCRYPT),
        ("argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA", "$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA"),
        (f"bcrypt_sha256${BCRYPT}", None),
        ("pbkdf2_sha256$600000$salt$aGFzaA==", None),
        ("!unusable", None),
        (None, None),
    ],
)
def test_which_passwords_still_work(encoded: str | None, kept: str | None) -> None:
    assert django_import.password_hash(encoded) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "{}",
        "[1]",
        '[{"model": "users.user"}]',
        '[{"model": "\\ud800", "pk": 1, "fields": {}}]',
        "[" * 100_000,
        "SQLite format 3\0 not really",
    ],
)
def test_a_file_that_is_neither(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        django_files.read(fixture(tmp_path, text))
    assert raised.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        django_files.read(tmp_path / "nowhere.json")


def test_a_database_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("create table songs (id integer primary key)")
    with pytest.raises(UsageError) as raised:
        django_files.read(file)
    assert "songs" in str(raised.value)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 7, ["a"], {}])
def test_text_that_no_database_takes(value: Any, tmp_path: Path) -> None:
    content = django_files.read(fixture(tmp_path, [user(1, "ada", bio=value)]))
    assert [(row.model, row.pk) for row in content.bad] == [("users.user", 1)]


def test_keys_that_would_be_one_in_the_school(tmp_path: Path) -> None:
    content = django_files.read(fixture(tmp_path, [user(1, "ada"), user(2, "bob") | {"pk": "1"}]))
    assert [(row.model, row.pk) for row in content.bad] == [("users.user", "1")]


def test_true_is_nobodys_key(tmp_path: Path) -> None:
    rows = [user(1, "ada", "teacher"), course(1, "Algebra", True), course(2, "Sets", 1, prerequisites=[True])]
    content = django_files.read(fixture(tmp_path, rows))
    assert {(row.model, row.pk) for row in content.bad} == {("courses.course", 1), ("courses.course", 2)}


def test_keys_that_only_sqlite_holds(tmp_path: Path) -> None:
    """A column there takes any type, and text with zero bytes."""
    file = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("create table users_user (id, username, email, role, created_at)")
        for key in (1, "a\0b", b"\xff", 1.5):
            name = f"person-{key!r}"
            database.execute("insert into users_user values (?, ?, 'a@b.org', 'teacher', '2025-01-01')", (key, name))
        database.execute("create table courses_course (id, title, teacher_id)")
        database.execute("insert into courses_course values (1, 'Algebra', 1), (2, 'Sets', x'00ff'), (3, 'Rings', 1)")
        database.execute("create table courses_course_prerequisites (id, from_course_id, to_course_id)")
        database.execute("insert into courses_course_prerequisites values (1, 3, x'ff')")
    content = django_files.read(file)
    people = {("users.user", key) for key in ("a\0b", repr(b"\xff"), "1.5")}
    assert {(row.model, row.pk) for row in content.bad} == people | {("courses.course", 2), ("courses.course", 3)}
    json.dumps([row.pk for row in content.bad])


def test_a_file_gives_the_terminal_no_orders() -> None:
    done = Imported("django", bad=[Bad("\x1b[2J", "\n", "\x9b31m")], left={"\x1b]0;": 1})
    assert not {char for char in "".join(_lines(done, "academy", False)) if not char.isprintable()}


@pytest.mark.late
def test_a_document_that_is_nested_too_deeply(school: SchoolDatabase, tmp_path: Path) -> None:
    content = django_files.read(fixture(tmp_path, small_school()))
    key, row = next(iter(content.rows["courses.lesson"].items()))
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    row.fields["materials"] = deep
    done = django_import.load(school.dsn, school.name, content)
    assert ("courses.lesson", key) in bad(done)
    assert not done.is_kept


@pytest.mark.late
def test_two_imports_at_once_are_refused(
    school: SchoolDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_import, "WAIT_S", 0.1)
    holder = school.connect(autocommit=True)
    with locking.advisory_lock(holder, f"an import into {school.name}"), pytest.raises(LockBusy):
        load(school, fixture(tmp_path, small_school()))


@pytest.mark.late
def test_the_command(school: SchoolDatabase, tmp_path: Path) -> None:
    options = ("--dsn", school.dsn, "--school", school.name)
    file = str(fixture(tmp_path, [*small_school(), user(9, "teo")]))
    refused = document(run("import-django", file, *options, "--json", home=tmp_path, check=1))
    assert [(row["model"], row["pk"]) for row in refused["bad"]] == [("users.user", 9)]
    assert "users.user 9" in run("import-django", file, *options, home=tmp_path, check=1).stdout
    done = document(run("import-django", file, *options, "--skip-bad", "--json", home=tmp_path))
    assert (done["is_kept"], done["added"]["people"]) == (True, 4)
    run("import-django", file, *options, "--time-zone", "Nowhere/Land", home=tmp_path, check=64)
