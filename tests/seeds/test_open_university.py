"""The Open University data in the school is what the files say.

`Expected` is computed here, from the files and the words of the README alone: it shares no code with the loader.
"""

from __future__ import annotations

import csv
import gzip
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

from pgacademy import locking, open_university
from pgacademy.errors import LockBusy, UsageError
from pgacademy.testing import Databases, SchoolDatabase

LESSON_XP, COURSE_XP = 50, 500


@pytest.fixture(scope="session")
def files() -> Path:
    named = os.environ.get("PGACADEMY_OULAD")
    if not named:
        pytest.skip("PGACADEMY_OULAD is not set: seeds/open_university/README.md says how to get the files")
    folder = Path(named)
    missing = [
        name
        for name in ("courses", "assessments", "studentInfo", "studentAssessment")
        if not any((folder / f"{name}{suffix}").is_file() for suffix in (".csv", ".csv.gz"))
    ]
    if missing:
        pytest.fail(f"PGACADEMY_OULAD is set, but these files are not in it: {', '.join(missing)}")
    return folder


@contextmanager
def opened(folder: Path, name: str) -> Iterator[IO[str]]:
    plain = folder / f"{name}.csv"
    with plain.open() if plain.exists() else gzip.open(f"{plain}.gz", "rt") as file:
        yield file


@dataclass
class Expected:
    learners: int
    enrolments: int
    in_progress: int
    completions: Counter[str]
    completed_courses: Counter[str]
    dropped: int
    lesson_xp: Counter[str]
    course_xp: Counter[str]
    top: list[tuple[str, int]]


def expected(folder: Path, module: str | None) -> Expected:
    with opened(folder, "assessments") as file:
        assessments = {
            row["id_assessment"]: row for row in csv.DictReader(file) if module in (None, row["code_module"])
        }
    needed: dict[str, set[str]] = defaultdict(set)
    for number, row in assessments.items():
        if row["assessment_type"] != "Exam":
            needed[slug(row)].add(number)

    done: dict[tuple[str, str], set[str]] = defaultdict(set)
    in_progress = 0
    with opened(folder, "studentAssessment") as file:
        for row in csv.DictReader(file):
            if row["id_assessment"] not in assessments:
                continue
            if row["score"] == "":
                in_progress += 1
            else:
                done[row["id_student"], slug(assessments[row["id_assessment"]])].add(row["id_assessment"])

    with opened(folder, "studentInfo") as file:
        info = [row for row in csv.DictReader(file) if module in (None, row["code_module"])]
    completed = {(student, course) for (student, course), lessons in done.items() if needed[course] <= lessons}

    lesson_xp: Counter[str] = Counter()
    for (student, _), lessons in done.items():
        lesson_xp[student] += LESSON_XP * len(lessons)
    course_xp = Counter({student: n * COURSE_XP for student, n in Counter(student for student, _ in completed).items()})
    everyone = {row["id_student"] for row in info}
    by_xp = sorted(everyone, key=lambda student: (-(lesson_xp[student] + course_xp[student]), f"ou-{student}"))
    completions: Counter[str] = Counter()
    for (_, course), lessons in done.items():
        completions[course] += len(lessons)
    return Expected(
        learners=len(everyone),
        enrolments=len(info),
        in_progress=in_progress,
        completions=completions,
        completed_courses=Counter(course for _, course in completed),
        dropped=sum(
            row["final_result"] == "Withdrawn" and (row["id_student"], slug(row)) not in completed for row in info
        ),
        lesson_xp=lesson_xp,
        course_xp=course_xp,
        top=[(f"ou-{student}", lesson_xp[student] + course_xp[student]) for student in by_xp[:10]],
    )


def slug(row: dict[str, str]) -> str:
    return f"{row['code_module']}-{row['code_presentation']}".lower()


def one(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query).fetchone()
    assert row is not None
    return row[0]


def pairs(conn: psycopg.Connection[Any], query: str) -> dict[str, int]:
    return dict(conn.execute(query).fetchall())


def load(school: SchoolDatabase, files: Path, module: str | None) -> open_university.Loaded:
    return open_university.load(school.dsn, school.name, open_university.read(files, module))


def compare(school: SchoolDatabase, want: Expected) -> None:
    conn = school.connect(autocommit=True)
    assert one(conn, "select count(*) from users where username like 'ou-%'") == want.learners
    assert one(conn, "select count(*) from enrollments") == want.enrolments
    assert one(conn, "select count(*) from enrollments where status = 'dropped'") == want.dropped
    assert one(conn, "select count(*) from lesson_progress where status = 'in_progress'") == want.in_progress
    assert pairs(
        conn,
        "select c.slug, count(*) from lesson_progress as p join courses as c on c.id = p.course_id"
        " where p.status = 'completed' group by c.slug",
    ) == dict(want.completions)
    assert pairs(
        conn,
        "select c.slug, count(*) from enrollments as e join courses as c on c.id = e.course_id"
        " where e.status = 'completed' group by c.slug",
    ) == dict(want.completed_courses)
    for source, xp in (("lesson", want.lesson_xp), ("course", want.course_xp)):
        assert pairs(
            conn,
            "select substr(u.username, 4), sum(x.amount)::integer"
            " from xp_events as x join users as u on u.id = x.user_id"
            f" where x.source_type = '{source}' group by u.username",
        ) == dict(xp)
    assert (
        conn.execute(
            "select u.username, sum(x.amount)::integer as xp"
            " from users as u join xp_events as x on x.user_id = u.id and x.source_type in ('lesson', 'course')"
            ' group by u.username order by xp desc, u.username collate "C" limit 10'
        ).fetchall()
        == want.top
    )
    # At their own dates.
    assert one(conn, "select max(completed_at) < '2016-01-01' from lesson_progress")
    assert one(conn, "select count(*) from verify_integrity()") == 0
    assert (
        one(
            conn,
            "select count(*) from users as u join user_stats as s on s.user_id = u.id where s.total_xp <> "
            "(select coalesce(sum(x.amount), 0) from xp_events as x where x.user_id = u.id)",
        )
        == 0
    )


#: Everything the load decides, without what differs from one database to the next: ids and the time it ran at.
DIGEST = """
select md5(string_agg(line, '|' order by line collate "C")) from (
    select concat_ws(',', u.username, c.slug, e.status, e.progress_percentage, e.completed_lessons_count, e.enrolled_at,
                     e.completed_at, e.dropped_at) as line
    from enrollments as e join users as u on u.id = e.user_id join courses as c on c.id = e.course_id
    union all
    select concat_ws(',', u.username, l.slug, p.status, p.score, p.completed_at, p.xp_earned)
    from lesson_progress as p join users as u on u.id = p.user_id join lessons as l on l.id = p.lesson_id
    union all
    select concat_ws(',', u.username, x.source_type, x.amount, x.reason, x.awarded_at)
    from xp_events as x join users as u on u.id = x.user_id
    union all
    select concat_ws(',', u.username, a.title, a.earned_at)
    from user_achievements as a join users as u on u.id = a.user_id
    union all
    select concat_ws(',', u.username, s.total_xp, s.current_level, s.longest_streak, s.last_streak_date,
                     s.lessons_completed, s.courses_completed, s.courses_enrolled,
                     s.achievements_earned, s.perfect_scores, s.score_sum)
    from user_stats as s join users as u on u.id = s.user_id
) as everything
"""


@pytest.fixture(scope="module")
def clean(pgacademy_databases: Databases, files: Path) -> Iterator[tuple[SchoolDatabase, open_university.Loaded]]:
    """The smallest module, loaded in one go."""
    with pgacademy_databases.clone() as school:
        yield school, load(school, files, "AAA")


@pytest.mark.slow
def test_the_smallest_module_is_what_the_files_say(
    clean: tuple[SchoolDatabase, open_university.Loaded], files: Path
) -> None:
    school, first = clean
    want = expected(files, "AAA")
    compare(school, want)
    assert (first.courses, first.completions) == (2, sum(want.completions.values()))


@pytest.mark.slow
def test_loading_twice_is_loading_once(clean: tuple[SchoolDatabase, open_university.Loaded], files: Path) -> None:
    school, _ = clean
    conn = school.connect(autocommit=True)
    before = one(conn, DIGEST)
    assert set(load(school, files, "AAA").added().values()) == {0}
    assert one(conn, DIGEST) == before


@pytest.mark.slow(minutes=5)
def test_all_of_it_is_what_the_files_say(school: SchoolDatabase, files: Path) -> None:
    want = expected(files, None)
    assert sum(want.completions.values()) == 173_739
    load(school, files, None)
    compare(school, want)


LOADER = """
import sys
from pathlib import Path
from pgacademy import open_university
open_university.load(sys.argv[1], sys.argv[2], open_university.read(Path(sys.argv[3]), "AAA"), batch=100)
"""


@pytest.mark.slow
def test_a_killed_load_resumes_where_it_was(
    school: SchoolDatabase, clean: tuple[SchoolDatabase, open_university.Loaded], files: Path
) -> None:
    """Killed without a chance to clean up, then run again: the same school as one that was loaded in one go."""
    conn = school.connect(autocommit=True)
    process = subprocess.Popen([sys.executable, "-c", LOADER, school.dsn, school.name, str(files)])
    deadline = time.monotonic() + 60
    while (done := one(conn, "select count(*) from lesson_progress")) < 500:
        assert process.poll() is None, "the loader ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    total = sum(expected(files, "AAA").completions.values())
    assert 0 < done < total

    resumed = load(school, files, "AAA")
    assert 0 < resumed.completions < total
    compare(school, expected(files, "AAA"))

    assert one(clean[0].connect(autocommit=True), DIGEST) == one(conn, DIGEST)


def test_two_loads_at_once_are_refused(school: SchoolDatabase, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_university, "WAIT_S", 0.1)
    holder = school.connect(autocommit=True)
    with locking.advisory_lock(holder, f"the Open University data of {school.name}"), pytest.raises(LockBusy):
        load(school, files, "AAA")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "courses.csv").write_text("code_module,code_presentation,module_presentation_length\n")
    with pytest.raises(UsageError) as raised:
        open_university.read(tmp_path)
    assert "assessments.csv" in str(raised.value)


def test_the_variable_must_name_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PGACADEMY_OULAD", raising=False)
    with pytest.raises(UsageError):
        open_university.folder()
    monkeypatch.setenv("PGACADEMY_OULAD", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError):
        open_university.folder()
    monkeypatch.setenv("PGACADEMY_OULAD", str(tmp_path))
    assert open_university.folder() == tmp_path


def test_an_unknown_module_is_refused(files: Path) -> None:
    with pytest.raises(UsageError):
        open_university.read(files, "ZZZ")
