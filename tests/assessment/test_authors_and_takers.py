"""Authors change a quiz and its lesson while learners take it: both wait for their turn, and none for each other."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from pgacademy.testing import Role, SchoolDatabase, acting
from tests.assessment.exercises import Exercise, make_exercise
from tests.assessment.quizzes import Quiz, make_quiz
from tests.support.asserts import raises_sqlstate
from tests.support.factories import Connection, make_course, make_enrollment, make_user, race
from tests.support.queries import one
from tests.support.stage import Stage, until

SECONDS = 4
#: What was removed, hidden, handed in or left a moment ago; answers to another quiz.
REFUSALS = {"PA404", "PA409", "PA422", "23503"}
TAKERS = ("begin", "save", "hand in", "close", "complete", "leave", "come back")
AUTHORS = ("add question", "remove question", "reorder", "correct", "quiz", "new quiz", "hide", "add lesson", "remove")


def act(conn: Connection, what: str, quiz: Quiz, learner: UUID, dice: random.Random) -> None:
    """One request. The quiz is of the first lesson; others come and go, with quizzes of their own."""

    def ids(query: str, *args: object) -> list[UUID]:
        return [row[0] for row in conn.execute(query, args).fetchall()]

    course = quiz.course
    lessons = ids("select id from lessons where course_id = %s and is_active", course.id)
    lesson = dice.choice(lessons or course.lesson_ids)
    quizzes = ids("select id from quizzes where course_id = %s and is_published", course.id)
    one = dice.choice(quizzes or [quiz.id])
    questions = ids("select id from quiz_questions where quiz_id = %s and retired_at is null", one)
    question = dice.choice(questions or quiz.questions)
    attempt, asked = learner, []
    attempts = conn.execute(
        "select id, user_id, question_ids from quiz_attempts where status = 'in_progress'"
    ).fetchall()
    if attempts and what in ("save", "hand in", "close"):
        attempt, learner, asked = dice.choice(attempts)
    answers = {str(q): quiz.right.get(str(q), True) for q in asked if dice.random() < 0.9}
    if what in ("hide", "remove") and len(lessons) < 3:
        what = "add lesson"
    person: UUID | None = learner if what in TAKERS else course.instructor_id
    role: Role = "student" if what in TAKERS else "instructor"
    if what == "close":
        person, role = None, "service"
        # Time flies.
        conn.execute(
            """update quiz_attempts
               set started_at = started_at - interval '1 hour', deadline_at = deadline_at - interval '1 hour'
               where id = %s and status = 'in_progress'""",
            (attempt,),
        )
    requests: dict[str, tuple[Any, ...]] = {
        "begin": ("select start_quiz(%s)", one),
        "save": ("select save_answers(%s, '{}')", attempt),
        "hand in": ("select submit_quiz(%s, %s)", attempt, Jsonb(answers)),
        "close": ("select close_overdue_attempts()",),
        "complete": ("select complete_lesson(%s)", lesson),
        "leave": ("select drop_course(%s)", course.id),
        "come back": ("select enroll(%s)", course.id),
        "add question": ("select add_question(%s, 'true_false', 'True?', null, '{\"correct\": true}')", one),
        "remove question": ("select remove_question(%s)", question),
        "reorder": ("select reorder_questions(%s, %s)", one, dice.sample(questions, len(questions))),
        "correct": ("select update_question(%s, 'Corrected?')", question),
        "quiz": ("select update_quiz(%s, p_max_attempts => 1000, p_is_published => true)", one),
        "new quiz": ("select create_quiz(%s, 'Q', p_max_attempts => null)", lesson),
        "hide": ("select update_lesson(%s, p_is_active => %s)", lesson, dice.random() < 0.5),
        "add lesson": ("select add_lesson(%s, 'L', p_position => 2)", course.id),
        "remove": ("select remove_lesson(%s)", lesson),
    }  # fmt: skip
    query, *args = requests[what]
    with conn.transaction(), acting(conn, person, role):
        made = conn.execute(query, args).fetchone()
        if what == "new quiz":
            conn.execute("select add_question(%s, 'true_false', 'True?', null, '{\"correct\": true}')", made)
            conn.execute("select update_quiz(%s, p_is_published => true)", made)


@pytest.mark.slow
def test_authors_and_takers_never_deadlock(school: SchoolDatabase) -> None:
    owner = school.connect(autocommit=True)
    quizzes = [
        make_quiz(owner, make_course(owner, lessons=3), quiz_type=kind, max_attempts=None, time_limit_minutes=1)
        for kind in ("graded", "practice")
    ]
    learners = [make_user(owner) for _ in range(8)]
    for quiz in quizzes:
        for learner in learners:
            make_enrollment(owner, learner, quiz.course)
    conns = [school.connect(autocommit=True) for _ in range(8)]
    deadlocks: list[str] = []
    missing = set(TAKERS + AUTHORS)
    end = time.monotonic() + SECONDS

    def work(i: int) -> Counter[str]:
        dice = random.Random(i)
        outcomes: Counter[str] = Counter()
        # A slow machine may need longer until each of them has come to pass.
        while time.monotonic() < end + 60 * bool(missing):
            what = dice.choice(TAKERS if i % 2 else AUTHORS)
            try:
                act(conns[i], what, dice.choice(quizzes), dice.choice(learners), dice)
                outcomes[what] += 1
                missing.discard(what)
            except psycopg.Error as error:
                if error.sqlstate not in REFUSALS | {"40P01"}:
                    raise
                outcomes[error.sqlstate or ""] += 1
                if error.sqlstate == "40P01":
                    deadlocks.append(f"{what}: {error.diag.message_detail}\n{error.diag.context}")
        return outcomes

    outcomes: Counter[str] = Counter()
    for result in race(8, work, timeout=120):
        if isinstance(result, Exception):
            raise result
        outcomes += result

    assert outcomes["40P01"] == 0, "\n\n".join([str(outcomes), *deadlocks])
    assert not missing, (missing, outcomes)
    assert owner.execute("select * from verify_integrity()").fetchall() == []


def test_a_teacher_who_changes_a_question_and_the_quiz(school: SchoolDatabase) -> None:
    """In one transaction. A learner who begins the last lesson has the course, and then needs the quiz."""
    stage = Stage(school)
    quiz = make_quiz(stage.owner, make_course(stage.owner, lessons=1))
    user, teacher = make_user(stage.owner), quiz.course.instructor_id
    make_enrollment(stage.owner, user, quiz.course)
    author, learner = (school.connect(autocommit=True) for _ in range(2))

    with ThreadPoolExecutor(1) as pool, stage.cleared(author, learner):
        with author.transaction(), acting(author, teacher, "instructor"):
            author.execute("select update_question(%s, 'Corrected?')", (quiz.questions[0],))
            begun = pool.submit(
                stage.request, learner, user, "student", "select attempt_number from start_quiz(%s)", quiz.id
            )
            until(lambda: stage.waits(learner))
            author.execute("select update_quiz(%s, p_title => 'Corrected')", (quiz.id,))
        assert begun.result(20) == (1,)


def test_a_new_quiz_of_a_lesson_that_is_being_removed(school: SchoolDatabase) -> None:
    """The quiz refers to the lesson; whoever removes the lesson has the course, which publishing the quiz needs."""
    stage = Stage(school)
    course = make_course(stage.owner, lessons=2)
    author, other = (school.connect(autocommit=True) for _ in range(2))

    with ThreadPoolExecutor(1) as pool, stage.cleared(author, other):
        with author.transaction(), acting(author, course.instructor_id, "instructor"):
            quiz = author.execute("select create_quiz(%s, 'Q')", (course.lesson_ids[1],)).fetchone()
            removed = pool.submit(
                stage.request, other, course.instructor_id, "instructor", "select remove_lesson(%s)",
                course.lesson_ids[1],
            )  # fmt: skip
            until(lambda: stage.waits(other))
            author.execute("select add_question(%s, 'true_false', 'True?', null, '{\"correct\": true}')", quiz)
            author.execute("select update_quiz(%s, p_is_published => true)", quiz)
        assert removed.result(20) == ("deleted",)
    assert stage.owner.execute("select count(*) from quizzes").fetchone() == (0,)


@pytest.mark.parametrize(
    "request_",
    ["create_quiz(%s, 'Q')", "create_exercise(%s, 'E')", "add_lesson_prerequisite(%s, '{first}')"],
)
def test_what_comes_for_a_lesson_that_was_removed_meanwhile(school: SchoolDatabase, request_: str) -> None:
    stage = Stage(school)
    course = make_course(stage.owner, lessons=2)
    author, other = (school.connect(autocommit=True) for _ in range(2))

    with ThreadPoolExecutor(1) as pool, stage.cleared(author, other):
        with author.transaction(), acting(author, course.instructor_id, "instructor"):
            author.execute("select remove_lesson(%s)", (course.lesson_ids[1],))
            come = pool.submit(
                stage.request, other, course.instructor_id, "instructor",
                f"select {request_.format(first=course.lesson_ids[0])}", course.lesson_ids[1],
            )  # fmt: skip
            until(lambda: stage.waits(other))
        with raises_sqlstate("PA404"):
            come.result(20)


def test_no_exercise_for_a_lesson_that_becomes_a_chapter_meanwhile(school: SchoolDatabase) -> None:
    stage = Stage(school)
    course = make_course(stage.owner, lessons=2)
    author, other = (school.connect(autocommit=True) for _ in range(2))

    with ThreadPoolExecutor(1) as pool, stage.cleared(author, other):
        with author.transaction(), acting(author, course.instructor_id, "instructor"):
            author.execute(
                "select move_lesson(%s, p_parent_lesson_id => %s)", (course.lesson_ids[1], course.lesson_ids[0])
            )
            made = pool.submit(
                stage.request, other, course.instructor_id, "instructor", "select create_exercise(%s, 'E')",
                course.lesson_ids[0],
            )  # fmt: skip
            until(lambda: stage.waits(other))
        with raises_sqlstate("PA409"):
            made.result(20)


# -- what a learner sees who waited -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waited:
    """A teacher's change of a quiz or exercise, and what comes of a learner who began it meanwhile, and waited."""

    kind: str
    before: dict[str, Any]
    change: str
    used: int
    outcome: str
    lessons: int = 1


CHANGES = [
    Waited("quiz", {"max_attempts": 3}, "p_max_attempts => 1", 1, "PA409"),
    Waited("quiz", {"max_attempts": 1}, "p_max_attempts => 2", 1, "attempt 2, no limit"),
    Waited("quiz", {"time_limit_minutes": None}, "p_time_limit_minutes => 1", 0, "attempt 1, 1 min"),
    Waited("quiz", {"time_limit_minutes": None}, "p_time_limit_minutes => 1", 0, "attempt 1, 1 min", lessons=3),
    Waited("quiz", {}, "p_is_published => false", 0, "PA404"),
    Waited("exercise", {"time_limit_minutes": None}, "p_time_limit_minutes => 1", 0, "attempt 1, 1 min", lessons=3),
    Waited("exercise", {}, "p_due_at => now() - interval '1 day'", 0, "PA409", lessons=3),
    Waited("exercise", {}, "p_is_published => false", 0, "PA404", lessons=3),
]


@contextmanager
def begun_while_the_teacher_changes(
    stage: Stage, kind: str, item: Quiz | Exercise, user: UUID, change: str
) -> Iterator[Future[Any]]:
    """Inside, the learner waits, who begins what the teacher has changed; after it the teacher is done."""
    author, learner = (stage.school.connect(autocommit=True) for _ in range(2))
    query = f"select attempt_number, started_at, deadline_at from start_{kind}(%s)"
    with (
        ThreadPoolExecutor(1) as pool,
        stage.cleared(author, learner),
        author.transaction(),
        acting(author, item.course.instructor_id, "instructor"),
    ):
        author.execute(f"select update_{kind}(%s, {change})".encode(), (item.id,))
        begun = pool.submit(stage.request, learner, user, "student", query, item.id)
        until(lambda: stage.waits(learner))
        yield begun


@pytest.mark.late
@pytest.mark.parametrize("case", CHANGES, ids=lambda case: f"{case.kind}: {case.change}, {case.lessons} lessons")
def test_who_waited_for_a_teacher_gets_what_the_teacher_decided(school: SchoolDatabase, case: Waited) -> None:
    stage = Stage(school)
    course = make_course(stage.owner, lessons=case.lessons)
    item = (make_quiz if case.kind == "quiz" else make_exercise)(stage.owner, course, **case.before)
    user = make_user(stage.owner)
    make_enrollment(stage.owner, user, course)
    learner = school.connect(autocommit=True)
    for _ in range(case.used):
        (attempt,) = stage.request(learner, user, "student", "select attempt_id from start_quiz(%s)", item.id)
        stage.request(learner, user, "student", "select submit_quiz(%s, '{}')", attempt)

    with begun_while_the_teacher_changes(stage, case.kind, item, user, case.change) as begun:
        pass
    try:
        number, started_at, deadline_at = begun.result(20)
        limit = f"{(deadline_at - started_at).total_seconds() / 60:g} min" if deadline_at else "no limit"
        outcome = f"attempt {number}, {limit}"
    except psycopg.Error as error:
        outcome = str(error.sqlstate)
    assert outcome == case.outcome


@pytest.mark.parametrize("kind", ["quiz", "exercise"])
def test_waiting_for_a_teacher_costs_nobody_their_time(school: SchoolDatabase, kind: str) -> None:
    """Nor does who waits there hold up what else happens to the learner."""
    stage = Stage(school)
    course = make_course(stage.owner, lessons=3)
    item = (make_quiz if kind == "quiz" else make_exercise)(stage.owner, course, time_limit_minutes=1)
    user = make_user(stage.owner)
    make_enrollment(stage.owner, user, course, enrolled_at="2024-01-01Z", last_accessed_at="2024-01-01Z")

    with begun_while_the_teacher_changes(stage, kind, item, user, "p_title => 'Corrected'") as begun:
        with stage.owner.transaction():
            stage.owner.execute("select from user_stats where user_id = %s for update nowait", (user,))
        released = one(stage.owner, "select clock_timestamp()")
    _, started_at, _ = begun.result(20)
    assert started_at > released


@pytest.mark.parametrize("kind", ["quiz", "exercise"])
def test_to_save_and_go_elsewhere_while_one_comes_back(school: SchoolDatabase, kind: str) -> None:
    """Both have the attempt before the counters."""
    stage = Stage(school)
    item = (make_quiz if kind == "quiz" else make_exercise)(stage.owner)
    other, user = make_course(stage.owner), make_user(stage.owner)
    for course in (item.course, other):
        make_enrollment(stage.owner, user, course, enrolled_at="2024-01-01Z", last_accessed_at="2024-01-01Z")
    here, there = (school.connect(autocommit=True) for _ in range(2))
    key, save, saved = {
        "quiz": ("attempt_id", "save_answers", "{}"),
        "exercise": ("submission_id", "save_submission", '{"text": "So far."}'),
    }[kind]
    begin = f"select {key} from start_{kind}(%s)"
    (begun,) = stage.request(here, user, "student", begin, item.id)

    with ThreadPoolExecutor(1) as pool, stage.cleared(here, there):
        with here.transaction(), acting(here, user, "student"):
            here.execute(f"select {save}(%s, %s)".encode(), (begun, saved))
            resumed = pool.submit(stage.request, there, user, "student", begin, item.id)
            until(lambda: stage.waits(there))
            here.execute("select start_lesson(%s)", (other.lesson_ids[0],))
        assert resumed.result(20) == (begun,)
