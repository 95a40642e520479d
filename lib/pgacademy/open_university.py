"""The Open University Learning Analytics Dataset, replayed through the stored procedures.

Reads the published CSV files and calls the school: `seeds/open_university/README.md` says what becomes what. Nothing is
inserted past the procedures, so 173,739 scored submissions earn their XP, levels, streaks and achievements at their own
dates, as they would have at the time.

Source of the data: Kuzilek, Hlosta, Zdrahal: Open University Learning Analytics dataset, Scientific Data 4, 170171
(2017), https://doi.org/10.1038/sdata.2017.171, CC BY 4.0.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID

from psycopg.types.json import Jsonb
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from pgacademy import locking, schools
from pgacademy.acting import act, borrowing
from pgacademy.connection import Connection, connect
from pgacademy.errors import UsageError
from pgacademy.sources import queries

#: Called with the name of a step, how much of it is done and how much there is.
Report = Callable[[str, int, int], None]
T = TypeVar("T")

FOLDER = "PGACADEMY_OULAD"
INSTRUCTOR = "open-university"

#: Rows per transaction: a kill loses at most these, which the next run does again. Fewer are slower, because each
#: statement that records a set has its own beginning; `record_completions` takes no more.
BATCH = 1000

#: Connections that replay submissions at once, each those of its own learners (`_Loader.shares`).
WORKERS = 2

#: After so many rows of a step the server is told to look at the tables again: plans made while they were empty would
#: read them whole for ever after.
ANALYZE_AFTER = (500, 5_000, 50_000)

#: How long to wait for another load, in seconds: the server takes a moment to notice that a killed one is gone.
WAIT_S = 10.0

_FILES = ("courses", "assessments", "studentInfo", "studentAssessment")
_MONTHS = {"B": (2, "February"), "J": (10, "October")}
_KINDS = {
    "TMA": ("assignment", "Tutor-marked assignment"),
    "CMA": ("quiz", "Computer-marked assignment"),
    "Exam": ("quiz", "Final exam"),
}


@dataclass(frozen=True, slots=True)
class Presentation:
    """One run of a module: a course. It starts at midnight UTC and lasts `days` days."""

    module: str
    presentation: str
    days: int

    @property
    def slug(self) -> str:
        return f"{self.module}-{self.presentation}".lower()

    @property
    def start(self) -> datetime:
        return datetime(int(self.presentation[:4]), _MONTHS[self.presentation[4]][0], 1, tzinfo=UTC)

    @property
    def title(self) -> str:
        return f"Module {self.module}, {_MONTHS[self.presentation[4]][1]} {self.presentation[:4]}"

    def at(self, day: int) -> datetime:
        """The moment `day` days after the start; days before it are negative."""
        return self.start + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A lesson. `day` is when it was due, counted from the start; None where the files do not say."""

    id: int
    course: str
    kind: str
    day: int | None
    weight: str

    @property
    def slug(self) -> str:
        return f"{self.kind.lower()}-{self.id}"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A learner on a course."""

    student: int
    course: str
    at: datetime
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """A learner's assessment, handed in; no score means that it was never marked."""

    at: datetime
    student: int
    assessment: int
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """What the files say, in the order in which it is replayed."""

    presentations: dict[str, Presentation]
    assessments: dict[int, Assessment]
    people: dict[int, dict[str, str]]
    enrolments: list[Enrolment]
    submissions: list[Submission]


@dataclass(slots=True)
class Loaded:
    """How much of each kind this run added; a second run adds nothing."""

    courses: int = 0
    lessons: int = 0
    people: int = 0
    enrolments: int = 0
    completions: int = 0
    started: int = 0
    dropped: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def added(self) -> dict[str, int]:
        """The counts by name, without the times."""
        return {name: value for name, value in asdict(self).items() if name != "seconds"}


@dataclass(frozen=True, slots=True)
class School:
    """What a school has become: counts by name, the ten with the most XP, enrolled and completed per course."""

    counts: dict[str, int]
    top: list[tuple[Any, ...]]
    rates: list[tuple[Any, ...]]


def folder() -> Path:
    """The folder named by PGACADEMY_OULAD; raises UsageError when it is not named, or is not there."""
    named = os.environ.get(FOLDER)
    if not named:
        raise UsageError(
            f"{FOLDER} does not say where the Open University files are.",
            hint="seeds/open_university/README.md says how to get them; then set it to their folder.",
        )
    path = Path(named).expanduser()
    if not path.is_dir():
        raise UsageError(f"{FOLDER} names {named}, which is not a folder.", hint="Set it to the folder of the files.")
    return path


def read(path: Path, module: str | None = None) -> Dataset:
    """Reads the files in `path`, each `.csv` or `.csv.gz`; `module` (AAA to GGG) limits it to one module.

    Raises UsageError when a file is missing or the module unknown.
    """
    files = {name: _find(path, name) for name in _FILES}

    presentations = {}
    for row in _rows(files["courses"]):
        if module in (None, row["code_module"]):
            course = Presentation(row["code_module"], row["code_presentation"], int(row["module_presentation_length"]))
            presentations[course.slug] = course
    if not presentations:
        raise UsageError(f"There is no module {module!r} in the files.", hint="The modules are AAA to GGG.")

    assessments = {}
    for row in _rows(files["assessments"]):
        slug = _course(row)
        if slug in presentations:
            day = int(row["date"]) if row["date"] else None
            assessment = Assessment(int(row["id_assessment"]), slug, row["assessment_type"], day, row["weight"])
            assessments[assessment.id] = assessment

    first_day: dict[tuple[int, str], int] = {}
    submissions = []
    for row in _rows(files["studentAssessment"]):
        found = assessments.get(int(row["id_assessment"]))
        if found is None:
            continue
        student, day = int(row["id_student"]), int(row["date_submitted"])
        key = (student, found.course)
        first_day[key] = min(first_day.get(key, 0), day)
        submissions.append(
            Submission(
                presentations[found.course].at(day),
                student,
                found.id,
                Decimal(row["score"]) if row["score"] else None,
            )
        )
    submissions.sort(key=attrgetter("at", "student", "assessment"))

    people: dict[int, dict[str, str]] = {}
    enrolments = []
    # Oldest presentation first, so that a person ends with what the latest says about them.
    info = [row for row in _rows(files["studentInfo"]) if _course(row) in presentations]
    for row in sorted(info, key=lambda row: (row["code_presentation"], row["code_module"])):
        student, slug = int(row["id_student"]), _course(row)
        people[student] = {"source": "oulad"} | {
            name: row[name] for name in ("gender", "region", "highest_education", "imd_band", "age_band", "disability")
        }
        enrolments.append(
            Enrolment(
                student,
                slug,
                presentations[slug].at(first_day.get((student, slug), 0)),
                row["final_result"] == "Withdrawn",
            )
        )
    enrolments.sort(key=attrgetter("at", "student", "course"))
    return Dataset(presentations, assessments, people, enrolments, submissions)


def _find(path: Path, name: str) -> Path:
    for candidate in (path / f"{name}.csv", path / f"{name}.csv.gz"):
        if candidate.is_file():
            return candidate
    raise UsageError(
        f"{name}.csv (or {name}.csv.gz) is missing in {path}.",
        hint="seeds/open_university/README.md says how to get the files.",
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        yield from csv.DictReader(file)


def _course(row: dict[str, str]) -> str:
    return f"{row['code_module']}-{row['code_presentation']}".lower()


def load(conninfo: str, school: str, data: Dataset, report: Report = lambda *_: None, batch: int = BATCH) -> Loaded:
    """Brings the school to where `data` says, doing only what is not there yet, `batch` rows per transaction.

    `conninfo` is of the login that migrates the school. Raises LockBusy while another load of this school is running.
    """
    with (
        _session(conninfo) as connection,
        # Before it becomes the owner, who may not see who holds the lock.
        locking.advisory_lock(connection, f"the Open University data of {school}", WAIT_S),
        schools.as_owner(connection, school),
    ):
        return _Loader(conninfo, connection, school, data, report, batch).run()


def _session(conninfo: str) -> Connection:
    connection = connect(conninfo, application_name="pgacademy seed open_university")
    connection.execute(queries("engine")["session_settings"])
    return connection


def become(connection: Connection, school: str, data: Dataset) -> School:
    """Refreshes the leaderboard, then tells what the school has become."""
    ask = queries("open_university")
    with schools.as_owner(connection, school), connection.transaction():
        connection.execute(ask["refresh"])
        cursor = connection.execute(ask["counts"])
        row = cursor.fetchone()
        counts = dict(zip((column.name for column in cursor.description or ()), row or (), strict=True))
        top = connection.execute(ask["top"]).fetchall()
        rates = connection.execute(ask["rates"], {"slugs": list(data.presentations)}).fetchall()
    return School(counts, top, rates)


def show(school: School, console: Console) -> None:
    """Draws what `become` found, for people to read."""
    facts = Table.grid(padding=(0, 2))
    for name, value in school.counts.items():
        facts.add_row(f"{value:,}", name.replace("_", " "))
    facts.columns[0].justify = "right"
    console.print(Panel(facts, title="What the school has become", box=box.ROUNDED, expand=False))

    board = Table(
        "rank", "learner", "XP", "level", "lessons", "courses", title="The ten with the most XP", box=box.SIMPLE
    )
    for column in board.columns:
        column.justify = "left" if column.header == "learner" else "right"
    for rank, username, xp, level, lessons, courses in school.top:
        board.add_row(f"{rank}", username, f"{xp:,}", f"{level}", f"{lessons}", f"{courses}")
    console.print(board)

    rates = Table("course", "enrolled", "completed", "", title="Who completed their course", box=box.SIMPLE)
    rates.columns[1].justify = rates.columns[2].justify = "right"
    for slug, enrolled, completed in school.rates:
        share = completed / enrolled if enrolled else 0.0
        rates.add_row(slug, f"{enrolled:,}", f"{completed:,}", f"{'█' * round(20 * share):<20} {share:4.0%}")
    console.print(rates)


@dataclass
class _Loader:
    conninfo: str
    connection: Connection
    school: str
    data: Dataset
    report: Report
    batch: int
    loaded: Loaded = field(default_factory=Loaded)
    course_ids: dict[str, UUID] = field(default_factory=dict)
    lesson_ids: dict[int, UUID] = field(default_factory=dict)
    user_ids: dict[int, UUID] = field(default_factory=dict)
    counting: Lock = field(default_factory=Lock)

    def run(self) -> Loaded:
        for step in (self.courses, self.people, self.enrolments, self.submissions, self.withdrawals):
            began = perf_counter()
            step()
            self.loaded.seconds[step.__name__] = perf_counter() - began
        return self.loaded

    def rows(self, query: str, connection: Connection | None = None, /, **values: Any) -> list[tuple[Any, ...]]:
        return (connection or self.connection).execute(queries("open_university")[query], values).fetchall()

    def in_batches(self, step: str, pending: Sequence[T], done: int, record: Callable[[Sequence[T]], object]) -> None:
        """Records `pending` in slices, each in a transaction of its own; `done` were there before."""
        total = done + len(pending)
        self.report(step, done, total)
        for first in range(0, len(pending), self.batch):
            some = pending[first : first + self.batch]
            with self.connection.transaction():
                record(some)
            self.look_again(first, len(some))
            self.report(step, done + first + len(some), total)

    def look_again(self, before: int, more: int) -> None:
        """Has the server analyze the tables each time a step has grown by an order of magnitude."""
        if any(before < mark <= before + more for mark in ANALYZE_AFTER):
            self.connection.execute(queries("open_university")["analyze"])

    def courses(self) -> None:
        """Courses and lessons, entered and published by the instructor."""
        slugs = list(self.data.presentations)
        with self.connection.transaction():
            found = self.rows("person", username=INSTRUCTOR)
            if not found:
                earliest = min(course.start for course in self.data.presentations.values())
                found = self.rows(
                    "register_instructor", username=INSTRUCTOR, full_name="The Open University", at=earliest
                )
            instructor, is_approved = found[0]
            if not is_approved:
                self.rows("approve_instructor", user_id=instructor)
            there = dict(self.rows("courses", slugs=slugs))
            found = self.rows("lessons", courses=list(there.values()))
            lessons = {(course, slug): lesson for course, slug, lesson in found}

        for done, (slug, course) in enumerate(self.data.presentations.items()):
            self.report("courses", done, len(slugs))
            outline = sorted(
                (a for a in self.data.assessments.values() if a.course == slug),
                key=lambda a: (a.day is None, a.day or 0, a.id),
            )
            # One course is one transaction: it is there with all its lessons, or not at all.
            with borrowing(self.connection, self.school, "instructor"):
                act(self.connection, self.school, "instructor", instructor)
                if slug not in there:
                    course_id = self.create(course)
                    self.loaded.courses += 1
                    for position, assessment in enumerate(outline, start=1):
                        lessons[course_id, assessment.slug] = self.add(course_id, assessment, position)
                        self.loaded.lessons += 1
                    self.rows("publish_course", course_id=course_id)
                else:
                    course_id = there[slug]
            self.course_ids[slug] = course_id
            self.lesson_ids |= {a.id: lessons[course_id, a.slug] for a in outline}
        self.report("courses", len(slugs), len(slugs))

    def create(self, course: Presentation) -> UUID:
        metadata = {"source": "oulad", "starts_on": course.start.date().isoformat(), "days": course.days}
        found = self.rows(
            "create_course",
            slug=course.slug,
            title=course.title,
            description=f"{course.days} days from {course.start:%d %B %Y}, as the Open University taught it.",
            metadata=Jsonb(metadata),
        )
        return UUID(str(found[0][0]))

    def add(self, course_id: UUID, assessment: Assessment, position: int) -> UUID:
        lesson_type, title = _KINDS[assessment.kind]
        found = self.rows(
            "add_lesson",
            course_id=course_id,
            slug=assessment.slug,
            title=f"{title} {position}",
            lesson_type=lesson_type,
            is_mandatory=assessment.kind != "Exam",
            metadata=Jsonb({"source": "oulad", "day": assessment.day, "weight": assessment.weight}),
        )
        return UUID(str(found[0][0]))

    def people(self) -> None:
        """Learners without an email: nobody can log in as them."""
        names = {f"ou-{student}": student for student in self.data.people}
        there = self.rows("people", usernames=list(names))
        # People register with their first course; later enrolments overwrite nothing when read backwards.
        since = {e.student: e.at for e in reversed(self.data.enrolments)}
        self.user_ids |= {names[name]: user for name, user in there}

        def record(some: Sequence[int]) -> None:
            made = self.rows(
                "register_learners",
                usernames=[f"ou-{student}" for student in some],
                metadata=[Jsonb(self.data.people[student]) for student in some],
                moments=[since[student] for student in some],
            )
            self.user_ids.update({names[name]: user for name, user in made})
            self.loaded.people += len(made)

        pending = [student for student in self.data.people if student not in self.user_ids]
        self.in_batches("people", pending, len(there), record)

    def enrolments(self) -> None:
        """Those that are there stay as they are: enrolling again would reactivate who has left."""
        there = {(user, course) for user, course, _ in self.rows("enrollments", courses=self.all_courses)}

        def record(some: Sequence[Enrolment]) -> None:
            self.rows("record_enrollments", **self.on_courses(some), moments=[e.at for e in some])
            self.loaded.enrolments += len(some)

        pending = [e for e in self.data.enrolments if self.key(e) not in there]
        self.in_batches("enrolments", pending, len(there), record)

    def submissions(self) -> None:
        """In the order in which they were handed in, which streaks and achievements depend on."""
        there = {(user, lesson): done for user, lesson, done in self.rows("progress", courses=self.all_courses)}

        def is_pending(s: Submission) -> bool:
            completed = there.get((self.user_ids[s.student], self.lesson_ids[s.assessment]))
            return completed is None if s.score is None else not completed

        pending = [s for s in self.data.submissions if is_pending(s)]
        done, total = len(self.data.submissions) - len(pending), len(self.data.submissions)
        self.report("submissions", done, total)

        def replay(connection: Connection, mine: Sequence[Submission]) -> None:
            for first in range(0, len(mine), self.batch):
                some = mine[first : first + self.batch]
                # A set waits for another in the order of the house; what it meets beside that order, it tries again.
                locking.retried(connection, partial(self.submit, connection, some))
                with self.counting:
                    scored = sum(s.score is not None for s in some)
                    before = self.loaded.completions + self.loaded.started
                    self.loaded.completions += scored
                    self.loaded.started += len(some) - scored
                    self.report("submissions", done + before + len(some), total)
                self.look_again(before, len(some))

        *apart, shared = self.shares(pending)
        with ExitStack() as stack, ThreadPoolExecutor(WORKERS) as pool:
            connections = [stack.enter_context(_session(self.conninfo)) for _ in apart]
            for connection in connections:
                stack.enter_context(schools.as_owner(connection, self.school))
            list(pool.map(replay, connections, apart))
            # By a connection that has planned everything already.
            replay(connections[0], shared)

    def shares(self, pending: Sequence[Submission]) -> list[list[Submission]]:
        """What each worker replays, and at last what one of them does alone: all of a person, in their order.

        One person's order is all that streaks and achievements depend on. People meet only in their course, which a set
        of completions holds until it is committed. So courses are shared out, the largest first, and people go with
        theirs; who is in courses of several workers comes when these are done. Those are fewer where all presentations
        of a module go together, for people take it twice. Of fewer modules than workers, presentations are shared out,
        and of fewer presentations, people.
        """

        def module(s: Submission) -> str:
            return self.data.presentations[course(s)].module

        def course(s: Submission) -> str:
            return self.data.assessments[s.assessment].course

        group = next((by for by in (module, course) if len({by(s) for s in pending}) >= WORKERS), None)
        loads, of_group = [0] * WORKERS, dict[str, int]()
        for name, load in Counter(group(s) for s in pending).most_common() if group else ():
            of_group[name] = loads.index(min(loads))
            loads[of_group[name]] += load

        of_person: dict[int, int] = {}
        for s in pending:
            worker = of_group[group(s)] if group else s.student % WORKERS
            if of_person.setdefault(s.student, worker) != worker:
                of_person[s.student] = WORKERS
        return [[s for s in pending if of_person[s.student] == share] for share in range(WORKERS + 1)]

    def submit(self, connection: Connection, some: Sequence[Submission]) -> None:
        """A run of scored submissions is one call; one without a score is a lesson that its learner began."""
        for is_scored, run in groupby(some, key=lambda s: s.score is not None):
            rows = list(run)
            if is_scored:
                self.rows(
                    "record_completions",
                    connection,
                    users=[self.user_ids[s.student] for s in rows],
                    lessons=[self.lesson_ids[s.assessment] for s in rows],
                    scores=[s.score for s in rows],
                    moments=[s.at for s in rows],
                )
            else:
                for s in rows:
                    user_id, lesson_id = self.user_ids[s.student], self.lesson_ids[s.assessment]
                    self.rows("record_start", connection, user_id=user_id, lesson_id=lesson_id, at=s.at)

    def withdrawals(self) -> None:
        """Who withdrew, at the end of the presentation (the files do not say when), unless they had completed it."""
        rows = self.rows("enrollments", courses=self.all_courses)
        active = {(user, course) for user, course, status in rows if status == "active"}

        def record(some: Sequence[Enrolment]) -> None:
            self.rows("record_drops", **self.on_courses(some), moments=[self.end(e.course) for e in some])
            self.loaded.dropped += len(some)

        self.in_batches(
            "withdrawals", [e for e in self.data.enrolments if e.is_withdrawn and self.key(e) in active], 0, record
        )

    @property
    def all_courses(self) -> list[UUID]:
        return list(self.course_ids.values())

    def key(self, enrolment: Enrolment) -> tuple[UUID, UUID]:
        return self.user_ids[enrolment.student], self.course_ids[enrolment.course]

    def on_courses(self, some: Sequence[Enrolment]) -> dict[str, list[UUID]]:
        return {"users": [self.key(e)[0] for e in some], "courses": [self.key(e)[1] for e in some]}

    def end(self, slug: str) -> datetime:
        course = self.data.presentations[slug]
        return course.at(course.days)
