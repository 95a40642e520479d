"""What there is in a school to ask about, with whose it is, as it stands at the moment."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from tests.assessment.exercises import make_exercise
from tests.assessment.quizzes import make_quiz
from tests.support.factories import Connection, make_course, make_enrollment, make_user


class Thing(NamedTuple):
    """A row: its key, the person whose it is or who may have to do with it, and the instructor of its course."""

    key: Any
    person: UUID | None
    teacher: UUID | None


_OF_COURSE = """
    select
        t.id,
        (select e.user_id from enrollments as e where e.course_id = c.id order by random() limit 1),
        c.instructor_id
    from {0} as t inner join courses as c on c.id = t.{1} order by random() limit 20
"""
_OF_USER = "select id, user_id, null::uuid from {0} order by random() limit 20"

#: Each kind by its name: key, person, instructor.
QUERIES = {
    "users": "select id, id, null::uuid from users where erased_at is null and role = 'student' order by random()",
    "instructors": "select id, id, null::uuid from users where erased_at is null and role = 'instructor'",
    "admins": "select id, id, null::uuid from users where erased_at is null and role = 'admin'",
    "courses": _OF_COURSE.format("courses", "id"),
    "lessons": _OF_COURSE.format("lessons", "course_id"),
    "quizzes": _OF_COURSE.format("quizzes", "course_id"),
    "exercises": _OF_COURSE.format("exercises", "course_id"),
    "quiz_questions": """
        select q.id, null::uuid, c.instructor_id
        from quiz_questions as q
        inner join quizzes as z on z.id = q.quiz_id
        inner join courses as c on c.id = z.course_id
        order by random() limit 20
    """,
    "exercise_submissions": """
        select s.id, s.user_id, c.instructor_id
        from exercise_submissions as s
        inner join exercises as e on e.id = s.exercise_id
        inner join courses as c on c.id = e.course_id
        order by s.id desc limit 20
    """,
    "enrollments": """
        select e.id, e.user_id, c.instructor_id
        from enrollments as e inner join courses as c on c.id = e.course_id order by random() limit 20
    """,
    "discussions": "select id, author_id, null::uuid from discussions order by random() limit 20",
    "replies": "select id, author_id, null::uuid from replies order by random() limit 20",
    "generated_assets": """
        select a.id, m.user_id, null::uuid
        from generated_assets as a
        inner join study_materials as m on m.id = a.study_material_id
        order by random() limit 20
    """,
    "achievements": "select slug, null::uuid, null::uuid from achievements order by random() limit 20",
    "jobs": "select job, null::uuid, null::uuid from maintenance_jobs()",
    "archives": "select id, null::uuid, null::uuid from archives order by random() limit 20",
    "job_runs": "select id, null::uuid, null::uuid from job_runs order by random() limit 20",
    "nft_certificates": "select id, null::uuid, null::uuid from nft_certificates order by random() limit 20",
} | {
    name: _OF_USER.format(name)
    for name in (
        "auth_sessions", "certificates", "chain_transactions", "coin_transactions", "learning_sessions",
        "notifications", "projects", "quiz_attempts", "review_cards", "study_materials", "uploaded_files",
        "user_feedback", "user_wallets", "xp_events",
    )
}  # fmt: skip


def build(owner: Connection) -> None:
    """A small school, so that they all meet: six learners, two teachers, three courses with a quiz or an exercise."""
    learners = [make_user(owner) for _ in range(6)]
    teachers = [make_user(owner, "instructor") for _ in range(2)]
    for _ in range(2):
        make_user(owner, "admin")
    for number in range(3):
        course = make_course(owner, teachers[number % 2], lessons=4)
        if number % 2:
            make_quiz(owner, course, max_attempts=None)
        else:
            make_exercise(owner, course, lesson_id=course.lesson_ids[1], attempts_allowed=None)
        for learner in learners[number : number + 4]:
            make_enrollment(owner, learner, course)
    for learner in learners:
        owner.execute("select award_coins(%s, 1000, 'start', null)", (learner,))


def look(owner: psycopg.Connection[Any]) -> dict[str, list[Thing]]:
    return {name: [Thing(*row) for row in owner.execute(query.encode())] for name, query in QUERIES.items()}
