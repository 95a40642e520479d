"""`pgacademy report`: a page that needs nothing else, of numbers and no person."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pgacademy import report
from pgacademy.cli import load
from pgacademy.testing import SchoolDatabase
from tests.support.factories import insert, make_course, make_enrollment, make_user

VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """What is on a page, and whether its elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_self_contained(text: str) -> None:
    page = Page(text)
    assert {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags} == set()
    for _, attributes in page.tags:
        assert {"src", "href", "xlink:href"} & attributes.keys() == set()
    assert not re.search(r"url\(|@import|https?://", text)
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    for tag, attributes in page.tags:
        assert set((attributes.get("aria-labelledby") or "").split()) <= set(names)
        assert tag != "svg" or attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"


@pytest.mark.late
def test_a_school_with_people_and_one_without(school: SchoolDatabase, tmp_path: Path) -> None:
    runner, program = CliRunner(), load("report")
    options = ["report", "--dsn", school.dsn, "--school", school.name]
    empty = runner.invoke(program, [*options, "--out", "-"])
    assert empty.exit_code == 0, empty.output
    is_self_contained(empty.stdout)

    conn = school.connect(autocommit=True)
    course = make_course(conn, title="Cars & <b>bikes</b>", lessons=1)
    for n in range(6):
        user = make_user(conn, username=f"secret-name-{n}", created_at=datetime.now(UTC) - timedelta(days=40 * n))
        make_enrollment(conn, user, course)
        conn.execute("select record_completion(%s, %s)", [user, course.lesson_ids[0]])
        insert(conn, "analytics_events", user_id=user, course_id=course.id, event_type="page.viewed")
    conn.execute("select roll_up_analytics()")
    target = tmp_path / "report.html"
    done = runner.invoke(program, [*options, "--out", str(target), "--days", "30"])
    assert done.exit_code == 0, done.output
    text = target.read_text()
    is_self_contained(text)
    assert "Cars &amp; &lt;b&gt;bikes&lt;/b&gt;" in text
    assert "page.viewed" in text
    assert "secret-name" not in text

    found = json.loads(runner.invoke(program, [*options, "--json", "--days", "30"]).stdout)
    assert [row["people"] for row in found["funnel"]] == [7, 6, 6, 6, 6]
    assert len(found["active"]) == 30
    assert found["courses"][0]["completed_users"] == 6


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (1, 1), (3, 1), (4, 1), (5, 2), (17, 5), (40, 10), (99, 50), (1_000_000, 500_000)]
)
def test_axes_have_round_numbers(highest: float, step: float) -> None:
    assert report.nice_step(highest) == step


def test_a_large_school(tmp_path: Path) -> None:
    """Every point is inside its plot, whatever the numbers."""
    page = report.render(made_up())
    is_self_contained(page)
    lines = re.findall(r' d="M([^"]+)"/>\n', page)
    assert len(lines) == 3  # active by day, by week, by month
    for line in lines:
        for point in line.split("L"):
            x, y = map(float, point.split())
            assert report.LEFT <= x <= report.WIDTH - report.RIGHT
            assert report.TOP <= y <= report.HEIGHT - report.BOTTOM
    assert page.count("worth a look") + page.count("Worth a look") == 1


def made_up(days: int = 90) -> dict[str, Any]:
    """Numbers of a school of 100,000 people."""
    today = date(2026, 11, 20)
    span = [today - timedelta(days=n) for n in range(days)][::-1]
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(35)]
    steps = {"registered": 98_120, "enrolled": 71_402, "started": 63_877, "completed": 21_930, "certified": 20_480}
    values = list(steps.values())
    return {
        "school": "academy",
        "calculated_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "days": days,
        "active": [
            {
                "activity_date": day,
                "daily_active": 4100 + 900 * (day.weekday() < 5) + 13 * n,
                "weekly_active": 14_000 + 40 * n,
                "monthly_active": 31_000 + 90 * n,
                "stickiness": Decimal("15.5"),
            }
            for n, day in enumerate(span)
        ],
        "growth": [
            {"month": month, "new_users": 1200 + 97 * n * (n % 5), "total_users": 2000 * (n + 1)}
            for n, month in enumerate(months)
        ],
        "funnel": [
            {
                "step": step,
                "people": people,
                "share_of_first": Decimal(100 * people) / values[0],
                "share_of_previous": Decimal(100 * people) / values[n - 1] if n else None,
            }
            for n, (step, people) in enumerate(steps.items())
        ],
        "retention": [
            {
                "cohort": months[-12 + n],
                "cohort_size": 3000 + 100 * n,
                "period": period,
                "active_people": 900,
                "share": Decimal(92 if period == 0 else 60 - 4 * period - n),
            }
            for n in range(12)
            for period in range(12 - n)
        ],
        "courses": [
            {
                "title": f"Course number {n} with a title of some length",
                "discipline": None,
                "enrolled_users": 9000 - 700 * n,
                "completed_users": 2500 - 210 * n,
                "avg_progress": Decimal("48.20"),
                "avg_time_spent": Decimal("131.75"),
            }
            for n in range(8)
        ],
        "projects": [
            {"project_type": kind, "total_projects": 900, "nft_minted": 210, "completion_rate": Decimal("23.33")}
            for kind in ("car", "bridge", "circuit")
        ],
        "events": [
            {"event_type": f"{kind}.viewed", "event_count": 90_000 // (n + 1)} for n, kind in enumerate("abcdef")
        ],
        "questions": [
            {
                "quiz_title": "Forces",
                "nth": n + 1,
                "question_type": "numeric",
                "answers": 40,
                "difficulty": Decimal(n * 37 % 90 + 5) / 100,
                "discrimination": Decimal(n * 53 % 75 - 10) / 100,
            }
            for n in range(30)
        ],
    }
