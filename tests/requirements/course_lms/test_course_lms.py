"""The course LMS: its tables, its computation of progress and its decisions, over the school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from uuid import UUID

import pytest

from tests.requirements.world import World, due_columns
from tests.support.asserts import raises_sqlstate

JANUARY = datetime(2025, 1, 5, 9, tzinfo=UTC)
FEBRUARY = datetime(2025, 2, 6, 10, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
#: calculate_progress() of the document, as the query that its loops amount to.
PROGRESS = """
    select t.done, t.total, case when t.total > 0 then round(t.done * 100.0 / t.total, 2) else 0 end
    from enrollments as e
    cross join lateral (
        select
            (select count(*) from lesson_progress as p where p.enrollment_id = e.id and p.status = 'completed') as done,
            (select count(*) from lessons as l where l.course_id = e.course_id) as total
    ) as t
    where e.id = %(enrollment)s"""


@dataclass
class Story:
    ada: UUID
    bob: UUID
    teacher: UUID
    session: UUID
    course: UUID
    chapter: UUID
    lessons: list[UUID]
    quiz: UUID
    enrollment: UUID
    plain: UUID
    bobs: UUID


@pytest.fixture(scope="module")
def story(world: World) -> Story:
    """Ada finishes a course that has a chapter in it; Bob is half through one of two lessons."""
    call = world.call
    teacher = world.person("grace", "instructor", email="grace@example.org")
    ada = world.person(
        "ada", email="ada@example.org", full_name="Ada Lovelace", password_hash="$2b$12$" + "a" * 53,
        metadata={"cohort": 7}, occurred_at=JANUARY,
    )  # fmt: skip
    bob = world.person("bob", email="bob@example.org")
    session = call(
        None, "open_session", user_id=ada, token_hash=b"t" * 32, token_jti="token-00001", expires_at=LATER,
        ip_address="192.0.2.7", user_agent="Firefox",
    )  # fmt: skip
    course = call(
        teacher, "create_course", title="Databases", slug="databases", description="From rows to plans.", category="it",
        difficulty="intermediate", estimated_minutes=90, thumbnail_url="https://example.org/d.png", metadata={"seo": 1},
    ).course_id  # fmt: skip
    chapter = call(teacher, "add_lesson", course_id=course, title="Part one").lesson_id
    lessons = [
        call(
            teacher, "add_lesson", course_id=course, title="Rows", slug="rows", parent_lesson_id=chapter,
            lesson_type="video", description="What a row is.", body="# Rows", duration_minutes=12,
            video_url="https://example.org/rows.mp4", is_preview=True, metadata={"level": 1},
        ).lesson_id,
        call(teacher, "add_lesson", course_id=course, title="Keys", parent_lesson_id=chapter).lesson_id,
        call(teacher, "add_lesson", course_id=course, title="Check", lesson_type="quiz").lesson_id,
    ]  # fmt: skip
    quiz = call(
        teacher, "create_quiz", lesson_id=lessons[2], title="Check", description="All of it.", quiz_type="graded",
        passing_score=60, time_limit_minutes=20, max_attempts=2, shuffle_questions=True, show_answers="after_attempt",
        metadata={"bank": "a"},
    )  # fmt: skip
    questions = [
        call(teacher, "add_question", quiz_id=quiz, **question)
        for question in (
            {
                "question_type": "multiple_choice", "question_text": "Unique?", "points": 2,
                "explanation": "By design.",
                "options": [{"text": "key", "is_correct": True}, {"text": "row", "is_correct": False}],
            },
            {"question_type": "true_false", "question_text": "Null is a value?", "answer_key": {"correct": False}},
            {"question_type": "short_answer", "question_text": "Who?", "answer_key": {"accepted": ["Codd"]}},
        )
    ]  # fmt: skip
    call(teacher, "update_quiz", quiz_id=quiz, is_published=True)
    call(teacher, "publish_course", course_id=course)
    enrollment = call(None, "record_enrollment", user_id=ada, course_id=course, occurred_at=JANUARY).enrollment_id
    call(None, "record_completion", user_id=ada, lesson_id=lessons[0], seconds=600, occurred_at=FEBRUARY)
    call(ada, "start_lesson", lesson_id=lessons[1])
    call(ada, "complete_lesson", lesson_id=lessons[1])
    attempt = call(ada, "start_quiz", quiz_id=quiz)
    (key,) = (o["id"] for q in attempt.questions if q["options"] for o in q["options"] if o["text"] == "key")
    answers = {str(questions[0]): key, str(questions[1]): False, str(questions[2]): "Date"}
    call(ada, "submit_quiz", attempt_id=attempt.attempt_id, answers=answers)
    call(ada, "rate_course", course_id=course, rating=5, review="Clear.")

    plain = call(teacher, "create_course", title="Plain").course_id
    first, _second = (call(teacher, "add_lesson", course_id=plain, title=t).lesson_id for t in ("One", "Two"))
    call(teacher, "publish_course", course_id=plain)
    bobs = call(bob, "enroll", course_id=plain).enrollment_id
    call(bob, "start_lesson", lesson_id=first)
    call(bob, "complete_lesson", lesson_id=first)
    return Story(ada, bob, teacher, session, course, chapter, lessons, quiz, enrollment, plain, bobs)


def test_every_column_of_the_document(world: World) -> None:
    assert world.columns() == due_columns("course_lms")


def test_a_person_and_their_tokens(world: World, story: Story) -> None:
    assert world.row("users", story.ada) == {
        "id": story.ada, "email": "ada@example.org", "password_hash": "$2b$12$" + "a" * 53, "full_name": "Ada Lovelace",
        "role": "student", "is_active": True, "metadata": {"cohort": 7}, "created_at": JANUARY, "updated_at": ANY,
        "last_login_at": ANY,
    }  # fmt: skip
    token = {
        "id": story.session, "user_id": story.ada, "token_jti": "token-00001", "expires_at": LATER, "revoked_at": None,
        "created_at": ANY, "user_agent": "Firefox", "ip_address": "192.0.2.7",
    }  # fmt: skip
    assert world.row("refresh_tokens", "token-00001", "token_jti") == token
    assert world.ask("select last_login_at is not null from users where email = 'ada@example.org'") == [(True,)]
    assert world.call(story.ada, "revoke_session", session_id=story.session) == 1
    assert world.row("refresh_tokens", "token-00001", "token_jti")["revoked_at"] is not None


def test_a_course_and_its_lessons(world: World, story: Story) -> None:
    assert world.row("courses", "databases", "slug") == {
        "id": story.course, "title": "Databases", "slug": "databases", "description": "From rows to plans.",
        "instructor_id": story.teacher, "category": "it", "difficulty_level": "intermediate", "is_published": True,
        "thumbnail_url": "https://example.org/d.png", "estimated_duration_minutes": 90, "metadata": {"seo": 1},
        "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    assert world.row("lessons", "rows", "slug") == {
        "id": story.lessons[0], "course_id": story.course, "title": "Rows", "slug": "rows",
        "description": "What a row is.", "content": "# Rows", "lesson_type": "video", "order_index": 1,
        "parent_lesson_id": story.chapter, "duration_minutes": 12, "video_url": "https://example.org/rows.mp4",
        "is_preview": True, "metadata": {"level": 1}, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip


def test_get_all_lessons_for_a_course(world: World, story: Story) -> None:
    """Decision 1. Order within a parent is the lesson's own; the tree is walked depth-first."""
    query = """
        with recursive tree as (
            select l.*, array[l.order_index] as path from lessons as l
            where l.course_id = %(course)s and l.parent_lesson_id is null
            union all
            select l.*, t.path || l.order_index from tree as t join lessons as l on l.parent_lesson_id = t.id
        )
        select title, order_index from tree order by path"""
    assert world.ask(query, course=story.course) == [("Part one", 1), ("Rows", 1), ("Keys", 2), ("Check", 2)]


def test_an_enrolment_and_its_progress(world: World, story: Story) -> None:
    enrollment = world.row("enrollments", story.enrollment)
    assert enrollment == {
        "id": story.enrollment, "student_id": story.ada, "course_id": story.course, "status": "completed",
        "progress_percentage": Decimal(100), "completed_lessons_count": 3, "total_lessons_count": 3,
        "total_time_spent_seconds": ANY, "rating": 5, "review": "Clear.", "certificate_issued_at": ANY,
        "created_at": JANUARY, "updated_at": ANY, "completed_at": ANY,
    }  # fmt: skip
    assert enrollment["total_time_spent_seconds"] >= 600
    assert None not in (enrollment["completed_at"], enrollment["certificate_issued_at"])
    assert world.row("lesson_progress", story.lessons[0], "lesson_id") == {
        "id": ANY, "enrollment_id": story.enrollment, "lesson_id": story.lessons[0], "status": "completed",
        "started_at": ANY, "completed_at": FEBRUARY, "time_spent_seconds": 600, "completion_percentage": Decimal(100),
        "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip


def test_calculate_progress(world: World, story: Story) -> None:
    """Where every lesson can be completed, the document's figures are ours."""
    theirs = world.ask(PROGRESS, enrollment=story.bobs)
    assert theirs == [(1, 2, Decimal("50.00"))]
    ours = "select completed_lessons_count, total_lessons_count, progress_percentage from enrollments where id = %(e)s"
    assert world.ask(ours, e=story.bobs) == theirs
    assert world.owner.execute("select * from calculate_progress(%s)", (story.bobs,)).fetchall() == theirs


def test_a_chapter_does_not_keep_a_course_from_its_end(world: World, story: Story) -> None:
    """The document counts the chapter, which nobody completes: 75 % for ever. Ours counts what can be done."""
    assert world.ask(PROGRESS, enrollment=story.enrollment) == [(3, 4, Decimal("75.00"))]
    assert world.row("enrollments", story.enrollment)["progress_percentage"] == Decimal(100)


def test_resuming_from_a_lesson(world: World, story: Story) -> None:
    """Decision 2: progress per lesson says where to go on."""
    query = """
        select l.id from lessons as l
        left join lesson_progress as lp on lp.lesson_id = l.id and lp.enrollment_id = %(enrollment)s
        where l.course_id = %(course)s and lp.status is distinct from 'completed' order by l.order_index limit 1"""
    ((next_lesson,),) = world.ask(query, enrollment=story.bobs, course=story.plain)
    assert world.call(story.bob, "resume_lesson", course_id=story.plain).lesson_id == next_lesson


def test_a_quiz_its_questions_and_an_attempt(world: World, story: Story) -> None:
    assert world.row("quizzes", story.lessons[2], "lesson_id") == {
        "id": story.quiz, "lesson_id": story.lessons[2], "title": "Check", "description": "All of it.",
        "quiz_type": "graded", "passing_score": 60, "time_limit_minutes": 20, "max_attempts": 2,
        "shuffle_questions": True, "shuffle_options": False, "show_correct_answers": True, "is_published": True,
        "metadata": {"bank": "a"}, "created_at": ANY, "updated_at": ANY,
    }  # fmt: skip
    questions = "select order_index, question_type, points, options, correct_answer, explanation from quiz_questions"
    assert world.ask(f"{questions} where quiz_id = %(quiz)s order by order_index", quiz=story.quiz) == [
        (1, "multiple_choice", 2, [{"text": "key", "is_correct": True}, {"text": "row", "is_correct": False}], None,
         "By design."),
        (2, "true_false", 1, None, {"correct": False}, None),
        (3, "short_answer", 1, None, ANY, None),
    ]  # fmt: skip
    attempt = world.row("quiz_attempts", story.enrollment, "enrollment_id")
    assert attempt == {
        "id": ANY, "enrollment_id": story.enrollment, "quiz_id": story.quiz, "attempt_number": 1, "status": "graded",
        "started_at": ANY, "submitted_at": ANY, "graded_at": ANY, "score": 3, "max_score": 4,
        "percentage": Decimal("75.00"), "is_passed": True, "time_taken_seconds": ANY, "answers": ANY, "created_at": ANY,
    }  # fmt: skip
    assert attempt["started_at"] <= attempt["submitted_at"] <= attempt["graded_at"]
    assert len(attempt["answers"]) == 3


def test_one_quiz_a_lesson(world: World, story: Story) -> None:
    """Decision 3."""
    with raises_sqlstate("PA409"):
        world.call(story.teacher, "create_quiz", lesson_id=story.lessons[2], title="Another")


def test_an_uploaded_file(world: World, story: Story) -> None:
    path = f"{story.ada}/2025/essay-1.pdf"
    file = world.call(
        story.ada, "register_file", filename="essay-1.pdf", original_filename="My essay.pdf", storage_provider="s3",
        file_url="https://files.example.org/essay-1.pdf", storage_path=path, file_type="document",
        mime_type="application/pdf", file_size=30_000_000, folder="essays", is_public=True,
    )  # fmt: skip
    assert world.row("uploaded_files", file) == {
        "id": file, "uploader_id": story.ada, "filename": "essay-1.pdf", "original_filename": "My essay.pdf",
        "file_url": "https://files.example.org/essay-1.pdf", "storage_path": path, "file_type": "document",
        "mime_type": "application/pdf", "file_size": 30_000_000, "folder": "essays", "storage_provider": "s3",
        "is_public": True, "created_at": ANY,
    }  # fmt: skip
    plain = world.call(
        story.bob, "register_file", filename="a.txt", file_url="/files/a.txt", storage_path=f"{story.bob}/a.txt",
        file_size=0,
    )  # fmt: skip
    defaults = "select original_filename, storage_provider, is_public from uploaded_files where uploader_id = %(bob)s"
    assert world.ask(defaults, bob=story.bob) == [("a.txt", "local", False)]
    world.call(story.bob, "remove_file", file_id=plain)
    assert world.ask(defaults, bob=story.bob) == []


def test_one_certificate_an_enrolment(world: World, story: Story) -> None:
    """Decision 4: the second time it is the one that is there."""
    certificate = world.row("certificates", story.enrollment, "enrollment_id")
    number: Any = certificate["certificate_number"]
    assert certificate == {
        "id": ANY, "enrollment_id": story.enrollment, "student_id": story.ada, "course_id": story.course,
        "certificate_number": number, "pdf_path": None, "completion_date": ANY, "issued_at": ANY, "is_revoked": False,
        "revoked_at": None,
    }  # fmt: skip
    again = world.call(story.teacher, "issue_certificate", enrollment_id=story.enrollment)
    assert (again.certificate_id, again.is_new) == (certificate["id"], False)
    world.call(None, "set_certificate_pdf", certificate_id=certificate["id"], pdf_path="certificates/1.pdf")
    assert world.call(story.teacher, "revoke_certificate", certificate_id=certificate["id"], reason="A mistake.")
    revoked = world.row("certificates", certificate["id"])
    assert (revoked["pdf_path"], revoked["is_revoked"], revoked["revoked_at"] is None) == (
        "certificates/1.pdf", True, False
    )  # fmt: skip


def test_soft_delete(world: World, story: Story) -> None:
    """Decision 5: a course that somebody took leaves the lists, never the table."""
    world.call(story.teacher, "delete_course", course_id=story.plain)
    assert world.ask("select id from courses where slug = 'plain'") == []
    assert world.ask("select completed_lessons_count from enrollments where id = %(e)s", e=story.bobs) == [(1,)]
    deleted = world.owner.execute("select deleted_at is not null from courses where id = %s", (story.plain,)).fetchone()
    assert deleted == (True,)
