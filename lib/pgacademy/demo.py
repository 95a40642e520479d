"""A learner's day, played through the stored procedures and drawn in the terminal.

Ada has been here for two days. Today she enrols in a second course, finishes its lessons one by one, and the school
does the rest. Played again, it changes nothing: her calls carry idempotency keys, so they get the first replies again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from rich import box
from rich.columns import Columns
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pgacademy import schools
from pgacademy.acting import act, borrowing
from pgacademy.connection import Connection, check_release, connect
from pgacademy.errors import UsageError
from pgacademy.sources import queries

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """What happened, and what Ada sees at the end of it: rows as the procedures and views return them."""

    enrolled: Row
    lessons: list[tuple[str, Row]]
    dashboard: Row
    catalogue: list[Row]
    leaderboard: list[Row]


def play(conninfo: str, school: str) -> Day:
    """Plays the day, or what of it has not been played yet, in one transaction.

    `conninfo` is of the login that migrates the school. Raises UsageError when the demo school was not seeded.
    """
    with connect(conninfo, application_name="pgacademy demo") as connection:
        check_release(connection, school)
        with schools.as_owner(connection, school), borrowing(connection, school, "student"):
            act(connection, school, "owner")
            ada = _ada(connection)
            act(connection, school, "student", ada)
            enrolled = _rows(connection, "enroll")
            lessons = [(row["title"], _finish(connection, row)) for row in _rows(connection, "outline")]
            return Day(
                enrolled[0],
                lessons,
                _rows(connection, "dashboard", ada=ada)[0],
                _rows(connection, "catalogue"),
                _rows(connection, "leaderboard", ada=ada),
            )


def _ada(connection: Connection) -> UUID:
    """Ada's id. When she is new, she has learned on the two days before: today makes a streak of three."""
    found = _rows(connection, "find_ada")
    if found:
        return UUID(str(found[0]["id"]))
    courses = _rows(connection, "first_course")
    if not courses:
        raise UsageError("The demo school is not there.", hint="Run `pgacademy seed demo` first.")
    ada = UUID(str(_rows(connection, "register_ada")[0]["id"]))
    lesson = _rows(connection, "record_enrollment", ada=ada, course=courses[0]["id"])[0]["next_lesson_id"]
    for days_ago in (2, 1):
        recorded = _rows(connection, "record_completion", ada=ada, lesson=lesson, days_ago=days_ago)
        lesson = recorded[0]["next_lesson_id"]
    return ada


def _finish(connection: Connection, lesson: Row) -> Row:
    if not lesson["is_started"]:
        _rows(connection, "start_lesson", lesson=lesson["id"])
    return _rows(connection, "complete_lesson", lesson=lesson["id"])[0]


def _rows(connection: Connection, query: str, **values: Any) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(queries("demo")[query], values).fetchall()


def show(day: Day, console: Console, connecting: Sequence[str] = (), stopping: Sequence[str] = ()) -> None:
    """Draws the day; `connecting` and `stopping` are the commands that the last lines tell people about."""
    console.print()
    console.rule("[bold]A day at pgacademy")
    console.print(_story(day))
    console.print(_dashboard(day.dashboard))
    console.print(_catalogue(day.catalogue))
    console.print(_leaderboard(day.leaderboard))
    for title, commands in (("Look around with psql:", connecting), ("Stop the server (the data is kept):", stopping)):
        if commands:
            console.print(Text(title, style="bold"))
            for command in commands:
                # Never wrapped: people copy it.
                console.print(Text(f"  {command}", style="cyan"), soft_wrap=True)
    console.print()


def _story(day: Day) -> Panel:
    lines: list[Text] = [
        Text.assemble(
            ("enroll()          ", "cyan"),
            f"Ada takes “{day.enrolled['title']}”, {day.enrolled['total_lessons']} lessons",
        )
    ]
    for title, done in day.lessons:
        lines.append(
            Text.assemble(
                ("complete_lesson() ", "cyan"),
                f"{title}  ",
                (f"+{done['xp_awarded']} XP", "green"),
                f"  {done['progress_percentage']:.0f} %",
            )
        )
        if done["course_completed"]:
            lines.append(_consequence("🎉", "the course is completed"))
        if done["levels_gained"]:
            lines.append(_consequence("⬆ ", f"level {done['current_level']}"))
        lines += [_consequence(a["icon"] or "🏅", f"{a['title']}  +{a['xp_reward']} XP") for a in done["achievements"]]
    if day.lessons:
        lines.append(
            Text.assemble(("streak            ", "cyan"), f"{day.lessons[-1][1]['current_streak']} days in a row")
        )
    return Panel(Group(*lines), title="Ada's day", title_align="left", box=box.ROUNDED)


def _consequence(icon: str, text: str) -> Text:
    return Text(f"{'':18}{icon} {text}", style="yellow")


def _dashboard(row: Row) -> Panel:
    earned = row["total_xp"]
    needed = earned + row["xp_to_next_level"]
    facts = Table.grid(padding=(0, 2))
    facts.add_row("level", f"{row['current_level']}  {_bar(earned, needed)} {earned:,} of {needed:,} XP")
    facts.add_row("rank", f"{row['live_rank']}" if row["live_rank"] else "not ranked")
    facts.add_row("streak", f"{row['current_streak']} days (longest {row['longest_streak']})")
    facts.add_row("courses", f"{row['courses_completed']} completed of {row['courses_enrolled']}")
    facts.add_row("lessons", f"{row['lessons_completed']} completed")
    for course in row["current_courses"]:
        share = float(course["progress_percentage"])
        facts.add_row("now", f"{course['title']}  {_bar(share, 100)} {share:.0f} %")
    badges = Columns([f"{a['icon'] or '🏅'} {a['title']}" for a in row["recent_achievements"]], padding=(0, 3))
    body = Group(facts, Text(), badges)
    return Panel(body, title=f"{row['full_name']}  ·  v_user_dashboard", title_align="left", box=box.ROUNDED)


def _bar(part: float, whole: float, width: int = 16) -> str:
    full = round(width * part / whole) if whole else width
    return "━" * full + "╌" * (width - full)


def _catalogue(rows: Sequence[Row]) -> Panel:
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column("course", ratio=1)
    table.add_column("teacher", no_wrap=True)
    for name in ("lessons", "learners", "rating"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        title = Text(row["title"])
        before = [p["title"] for p in row["prerequisites"] if p["is_required"]]
        level = row["difficulty"] + (f", {row['estimated_minutes']} min" if row["estimated_minutes"] else "")
        title.append(f"\n{level}", style="dim")
        if before:
            title.append(f"; after {', '.join(before)}", style="dim")
        rating = f"★ {row['average_rating']:.1f}" if row["average_rating"] is not None else "–"
        teacher = row["instructor_name"] or "–"
        table.add_row(title, teacher, f"{row['lesson_count']}", f"{row['enrollment_count']}", rating)
    return Panel(table, title="Catalogue  ·  v_course_catalog", title_align="left", box=box.ROUNDED)


def _leaderboard(rows: Sequence[Row]) -> Panel:
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column("rank", justify="right")
    table.add_column("learner", no_wrap=True)
    table.add_column("", ratio=1)
    table.add_column("XP", justify="right")
    table.add_column("level", justify="right")
    most = max((row["total_xp"] for row in rows), default=0)
    for row in rows:
        bar = "█" * max(1, round(24 * row["total_xp"] / most)) if most else ""
        style = "bold green" if row["is_ada"] else ""
        rank, xp, level = f"{row['rank']}", f"{row['total_xp']:,}", f"{row['current_level']}"
        table.add_row(
            rank, row["name"] or "–", Text(bar, style="green" if row["is_ada"] else "blue"), xp, level, style=style
        )
    return Panel(table, title="Leaderboard  ·  leaderboard_top()", title_align="left", box=box.ROUNDED)
