"""Brings a Django development database into a school, through the stored procedures.

docs/migrations.md says what becomes what. All of it is one transaction: however it ends, a school has the whole import
or nothing of it. Every row has a name of its own, `source/model/primary key`, which people's ids are made of and which
courses, lessons and exercises keep in their metadata: a second import adds only what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from pgacademy import locking, schemas, schools
from pgacademy.acting import act, borrowing
from pgacademy.connection import Connection, check_release, connect
from pgacademy.django_files import LEFT, Bad, Content, Key, Row
from pgacademy.errors import translate
from pgacademy.sources import queries

#: Called with the name of a step, how much of it is done and how much there is.
Report = Callable[[str, int, int], None]

#: What the ids of people are made in (RFC 9562, version 5). It never changes, or a second import would add everybody.
NAMESPACE = UUID("5f0c5d0a-6a51-5d0f-9c57-0d8c5f6b7a11")

#: How long to wait for another import, in seconds: the server takes a moment to notice that a killed one is gone.
WAIT_S = 10.0

USER, SETTINGS = "users.user", "users.usersettings"
COURSE, LESSON, EXERCISE = "courses.course", "courses.lesson", "courses.exercise"
ENROLMENT, COMPLETION = "courses.courseenrollment", "courses.lessoncompletion"

#: Django's words for ours. Nobody becomes an administrator by a file: set_role() makes one.
_ROLES = {"teacher": "instructor", "admin": "instructor"}


@dataclass(slots=True)
class Added:
    """How much of each kind this run added."""

    people: int = 0
    courses: int = 0
    lessons: int = 0
    exercises: int = 0
    enrolments: int = 0
    completions: int = 0
    balances: int = 0


@dataclass(slots=True)
class Imported:
    """What became of an import. Unless `is_kept`, the school is as it was before."""

    source: str
    added: Added = field(default_factory=Added)
    is_kept: bool = False
    #: Rows that were not taken over, and why.
    bad: list[Bad] = field(default_factory=list)
    #: Rows that were, where the school and the source now say different things.
    differences: list[Bad] = field(default_factory=list)
    #: Rows by model, and values by model and field, that no import takes over, and why where that is known.
    left: dict[str, int] = field(default_factory=dict)
    why_left: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        return asdict(self)


class _Missing(Exception):
    """A row refers to another one that the school refused."""


def load(
    conninfo: str,
    school: str,
    content: Content,
    source: str = "django",
    report: Report = lambda *_: None,
    *,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Imports `content` under the name `source`; what is there already from the same source stays as it is.

    One bad row, of the file or for the school's rules, and nothing is kept, unless `skip_bad`; all of them are told
    either way. `conninfo` is of the login that migrates the school. Raises LockBusy while another import runs.
    """
    with connect(conninfo, application_name="pgacademy import-django") as connection:
        check_release(connection, school)
        connection.execute(queries("engine")["session_settings"])
        with (
            # Before it becomes the owner, who may not see who holds the lock.
            locking.advisory_lock(connection, f"an import into {school}", WAIT_S),
            schools.as_owner(connection, school),
            connection.transaction() as whole,
        ):
            with borrowing(connection, school, "student", "instructor"):
                done = _Loader(connection, school, content, source, report).run()
                done.is_kept = not dry_run and (skip_bad or not done.bad)
            if not done.is_kept:
                raise psycopg.Rollback(whole)
    return done


@dataclass
class _Loader:
    connection: Connection
    school: str
    content: Content
    source: str
    report: Report
    ids: dict[str, dict[Key, UUID]] = field(default_factory=dict)
    #: Rows that this run added, by model.
    new: dict[str, list[Row]] = field(default_factory=lambda: {USER: [], COURSE: [], LESSON: [], EXERCISE: []})
    #: Drafts that are published while their history is replayed.
    lent: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.done = Imported(self.source, bad=list(self.content.bad), left=dict(self.content.left))

    def run(self) -> Imported:
        for step in (
            self.people,
            self.settings,
            self.courses,
            self.lessons,
            self.exercises,
            self.history,
            self.outlines,
            self.balances,
            self.departures,
        ):
            step()
        self.compare()
        self.done.why_left |= {what: LEFT[what] for what in self.done.left if what in LEFT}
        return self.done

    # -- helpers ----------------------------------------------------------------------------------------------------

    def rows(self, query: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(queries("django_import")[query], values).fetchall()

    def of(self, model: str) -> list[Row]:
        return list(self.content.rows[model].values())

    def name(self, row: Row) -> str:
        return f"{self.source}/{row.model}/{row.pk}"

    def id(self, model: str, key: Key) -> UUID:
        """The id of a row in the school; raises _Missing when the school has not taken it."""
        try:
            return self.ids[model][key]
        except KeyError:
            raise _Missing(f"refers to {model} {key}, which the school did not take") from None

    def as_owner(self) -> None:
        act(self.connection, self.school, "owner")

    def as_teacher(self, course: Row) -> None:
        act(self.connection, self.school, "instructor", self.id(USER, course.fields["teacher"]))

    def each(self, step: str, pending: Iterable[Row], record: Callable[[Row], object]) -> list[Row]:
        """Records rows, those that the school refuses are bad and leave nothing; returns those that it took."""
        rows, taken = list(pending), []
        for number, row in enumerate(rows):
            self.report(step, number, len(rows))
            try:
                with self.connection.transaction():
                    record(row)
            except _Missing as exc:
                self.done.bad.append(Bad(row.model, row.pk, str(exc)))
            except RecursionError:
                self.done.bad.append(Bad(row.model, row.pk, "holds a document that is nested too deeply"))
            except psycopg.Error as exc:
                # What the rules or constraints say of this row; a lost connection or a full disk is no row's fault.
                if (exc.sqlstate or "")[:2] not in ("PA", "22", "23"):
                    raise
                said = translate(exc)
                parts = [said.message, said.detail or said.constraint, said.hint]
                self.done.bad.append(Bad(row.model, row.pk, " · ".join(part for part in parts if part)))
            else:
                taken.append(row)
        self.report(step, len(rows), len(rows))
        return taken

    def named(self, model: str, query: str) -> list[Row]:
        """Finds which rows are there under their names; returns the others."""
        names = {self.name(row): row for row in self.of(model)}
        self.as_owner()
        found = self.rows(query, keys=list(names))
        self.ids[model] = {names[name].pk: id_ for name, id_ in found}
        return [row for row in names.values() if row.pk not in self.ids[model]]

    def made(self, row: Row, id_: UUID) -> None:
        self.ids[row.model][row.pk] = id_

    # -- steps --------------------------------------------------------------------------------------------------------

    def people(self) -> None:
        ids = {uuid5(NAMESPACE, self.name(row)): row for row in self.of(USER)}
        self.as_owner()
        there = {id_ for (id_,) in self.rows("people", ids=list(ids))}
        self.ids[USER] = {}
        for id_ in there:
            self.made(ids[id_], id_)

        def register(row: Row) -> None:
            of, id_ = row.fields, uuid5(NAMESPACE, self.name(row))
            role = _ROLES.get(of["role"], of["role"])
            self.as_owner()
            self.rows(
                "register",
                id=id_,
                key=self.name(row),
                role=role,
                password_hash=password_hash(of["password"]),
                at=of["created_at"],
                **{name: of[name] for name in ("email", "username", "first_name", "last_name")},
            )
            if role == "instructor" and (of["is_approved"] or of["role"] == "admin"):
                self.rows("approve", id=id_)
            if of["bio"] or of["profile_image"]:
                act(self.connection, self.school, "student", id_)
                self.rows("profile", bio=of["bio"], avatar_url=of["profile_image"], preferences=None)
            self.made(row, id_)

        new = self.each("people", (row for id_, row in ids.items() if id_ not in there), register)
        self.new[USER] = new
        self.done.added.people = len(new)
        for row in new:
            if row.fields["password"] and not password_hash(row.fields["password"]):
                self.done.left["users.user.password"] = self.done.left.get("users.user.password", 0) + 1
                self.done.why_left["users.user.password"] = "neither bcrypt nor argon2: these people set a new one"
            if row.fields["role"] == "admin" or row.fields["is_superuser"]:
                self.differ(row, "was an administrator; set_role() makes one")

    def settings(self) -> None:
        """Before people learn: their days are those of their time zone. Who was there has chosen since."""
        there = {row.pk for row in self.of(USER)} & self.ids[USER].keys() - {row.pk for row in self.new[USER]}

        def choose(row: Row) -> None:
            of = row.fields
            act(self.connection, self.school, "student", self.id(USER, of["user"]))
            names = ("timezone", "language", "theme", "email_notifications", "push_notifications")
            self.rows("settings", **{name: of[name] for name in names})
            if of["privacy_settings"]:
                self.rows("profile", bio=None, avatar_url=None, preferences=Jsonb({"privacy": of["privacy_settings"]}))

        self.each("settings", (row for row in self.of(SETTINGS) if row.fields["user"] not in there), choose)

    def courses(self) -> None:
        def create(row: Row) -> None:
            of = row.fields
            self.as_teacher(row)
            names = ("title", "description", "category", "level", "duration_hours", "thumbnail", "max_enrollments")
            found = self.rows("create_course", key=self.name(row), **{name: of[name] for name in names})
            self.made(row, found[0][0])

        self.new[COURSE] = self.each("courses", self.named(COURSE, "courses"), create)
        self.done.added.courses = len(self.new[COURSE])

    def lessons(self) -> None:
        def add(row: Row) -> None:
            of = row.fields
            course_id = self.id(COURSE, of["course"])
            self.as_teacher(self.content.rows[COURSE][of["course"]])
            names = ("title", "lesson_type", "content", "duration_minutes", "video_url", "is_mandatory")
            found = self.rows(
                "add_lesson",
                key=self.name(row),
                course_id=course_id,
                materials=Jsonb(of["materials"] or []),
                **{name: of[name] for name in names},
            )
            self.made(row, found[0][0])

        pending = sorted(self.named(LESSON, "lessons"), key=lambda row: (row.fields["order"], str(row.pk).zfill(20)))
        self.new[LESSON] = self.each("lessons", pending, add)
        self.done.added.lessons = len(self.new[LESSON])

    def exercises(self) -> None:
        """Optional here: there a lesson was completed without them."""
        shape = schemas.load("exercise_content")["properties"]

        def create(row: Row) -> None:
            of = row.fields
            lesson_id = self.id(LESSON, of["lesson"])
            content = of["content"] or {}
            self.as_teacher(self.course_of(row))
            names = ("title", "description", "exercise_type", "max_score", "time_limit_minutes", "attempts_allowed")
            found = self.rows(
                "create_exercise",
                key=self.name(row),
                lesson_id=lesson_id,
                content=Jsonb(content if content.keys() <= shape.keys() else {"data": content}),
                **{name: of[name] for name in names},
            )
            self.made(row, found[0][0])

        self.new[EXERCISE] = self.each("exercises", self.named(EXERCISE, "exercises"), create)
        self.done.added.exercises = len(self.new[EXERCISE])

    def history(self) -> None:
        """Enrolments and completions in the order in which they happened, which streaks depend on.

        A course that is a draft now, though people are on it, is published for as long.
        """
        began = {(row.fields["student"], row.fields["course"]): row.fields["enrolled_at"] for row in self.of(ENROLMENT)}
        taught = {course for _, course in began}
        publish = [row for row in self.new[COURSE] if row.fields["is_published"] or row.pk in taught]
        published = self.each("publishing", publish, partial(self.of_course, "publish_course"))
        self.lent = [row for row in published if not row.fields["is_published"]]

        self.as_owner()
        users = list(self.ids[USER].values())
        enrolled = self.rows("enrollments", users=users, courses=list(self.ids[COURSE].values()))
        there = {(user, course) for user, course, _ in enrolled}
        there |= set(self.rows("completions", users=users, lessons=list(self.ids[LESSON].values())))

        def target(row: Row) -> tuple[str, str]:
            return (COURSE, "course") if row.model == ENROLMENT else (LESSON, "lesson")

        def is_pending(row: Row) -> bool:
            model, name = target(row)
            ids = self.ids[USER].get(row.fields["student"]), self.ids[model].get(row.fields[name])
            return ids not in there

        def moment(row: Row) -> tuple[datetime, bool, str]:
            of = row.fields
            if row.model == ENROLMENT:
                return of["enrolled_at"], False, str(row.pk).zfill(20)
            course = self.content.rows[LESSON][of["lesson"]].fields["course"]
            # Nobody completes a lesson before the enrolment, whatever clocks said.
            at = max(of["completed_at"], began.get((of["student"], course), of["completed_at"]))
            return at, True, str(row.pk).zfill(20)

        def record(row: Row) -> None:
            of = row.fields
            model, name = target(row)
            user_id, id_ = self.id(USER, of["student"]), self.id(model, of[name])
            self.as_owner()
            if row.model == ENROLMENT:
                self.rows("enroll", user_id=user_id, course_id=id_, at=of["enrolled_at"])
                return
            values = {"score": of["score"], "minutes": of["time_spent_minutes"], "at": of["completed_at"]}
            self.rows("complete", user_id=user_id, lesson_id=id_, **values)
            if of["notes"]:
                act(self.connection, self.school, "student", user_id)
                self.connection.execute(
                    queries("django_import")["note"], {"user_id": user_id, "lesson_id": id_, "notes": of["notes"]}
                )

        pending = [row for row in self.of(ENROLMENT) + self.of(COMPLETION) if is_pending(row)]
        taken = self.each("history", sorted(pending, key=moment), record)
        self.done.added.enrolments = sum(row.model == ENROLMENT for row in taken)
        self.done.added.completions = len(taken) - self.done.added.enrolments

    def outlines(self) -> None:
        """What of the courses must not touch the history, whose coins are in the balances."""
        for model, query in ((COURSE, "reward_course"), (LESSON, "reward_lesson")):
            paying = [row for row in self.new[model] if row.fields["teocoin_reward"]]
            self.each("rewards", paying, partial(self.reward, query))
        self.each("exercises", self.new[EXERCISE], partial(self.reward, "publish_exercise"))

        def come_after(row: Row) -> None:
            self.as_teacher(row)
            for before in row.fields["prerequisites"]:
                self.rows("add_prerequisite", id=self.id(COURSE, row.pk), before=self.id(COURSE, before))

        self.each("prerequisites", (row for row in self.new[COURSE] if row.fields["prerequisites"]), come_after)
        self.each("drafts", self.lent, partial(self.of_course, "unpublish_course"))

    def balances(self) -> None:
        def award(row: Row) -> None:
            self.as_owner()
            id_ = self.id(USER, row.pk)
            found = self.rows("award_coins", id=id_, coins=row.fields["teo_coins"], source=self.source)
            self.done.added.balances += found[0][0] > 0

        self.each("balances", (row for row in self.new[USER] if row.fields["teo_coins"]), award)

    def departures(self) -> None:
        def shut_out(row: Row) -> None:
            self.as_owner()
            self.rows("deactivate", id=self.id(USER, row.pk))

        self.each("departures", (row for row in self.new[USER] if row.fields["is_active"] is False), shut_out)

    def compare(self) -> None:
        """Where the source calls an enrolment completed or not, and the school the other."""
        self.as_owner()
        ids = {"users": list(self.ids[USER].values()), "courses": list(self.ids[COURSE].values())}
        completed = {(user, course): is_completed for user, course, is_completed in self.rows("enrollments", **ids)}
        for row in self.of(ENROLMENT):
            of = row.fields
            key = (self.ids[USER].get(of["student"]), self.ids[COURSE].get(of["course"]))
            here = completed.get(key)
            if here is not None and here != bool(of["completed"]):
                self.differ(row, "completed here, not there" if here else "completed there; here lessons are missing")

    # -- parts of steps -----------------------------------------------------------------------------------------------

    def differ(self, row: Row, what: str) -> None:
        self.done.differences.append(Bad(row.model, row.pk, what))

    def course_of(self, row: Row) -> Row:
        if row.model == EXERCISE:
            row = self.content.rows[LESSON][row.fields["lesson"]]
        return row if row.model == COURSE else self.content.rows[COURSE][row.fields["course"]]

    def of_course(self, query: str, row: Row) -> None:
        self.as_teacher(row)
        self.rows(query, id=self.id(COURSE, row.pk))

    def reward(self, query: str, row: Row) -> None:
        self.as_teacher(self.course_of(row))
        self.rows(query, id=self.id(row.model, row.pk), coins=row.fields["teocoin_reward"] or 0)


def password_hash(encoded: str | None) -> str | None:
    """The bcrypt or argon2 hash in Django's encoding of it; None for others, which a school has no place for."""
    if encoded and encoded.startswith("bcrypt$$2"):
        return encoded.removeprefix("bcrypt$")
    if encoded and encoded.startswith("argon2$argon2"):
        return encoded.removeprefix("argon2")
    return None
