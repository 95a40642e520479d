"""The report of a school: what its reports say, on one page of HTML that needs nothing else.

Numbers come from the reporting views and functions, so the page holds no person. Plots are SVG drawn by the template
from the geometry that is worked out here; each has its numbers beside it as a table. No script, no font, no network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from pgacademy import schools
from pgacademy.connection import Connection
from pgacademy.sources import queries

Rows = list[dict[str, Any]]

#: The size of a plot, in about the pixels that it gets, so that its text is as large as the page's; the width of one
#: that has half the page; and the room for the numbers on the axes.
WIDTH, HALF, HEIGHT = 1060, 500, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 12, 28

#: A question is worth a look below this correlation with the rest of its quiz (Ebel, Essentials of educational
#: measurement, 1972), if enough people answered it for the number to mean something.
POOR_DISCRIMINATION = Decimal("0.2")
ENOUGH_ANSWERS = 10


@dataclass(frozen=True)
class Tick:
    """A number or date on an axis, and where."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One line of a plot: the `d` of its path, and where it ends."""

    name: str
    path: str
    last: float
    last_at: tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """One bar: its place, its size, and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Dot:
    """One dot of a cloud."""

    x: float
    y: float
    label: str
    is_poor: bool


@dataclass(frozen=True)
class Plot:
    """What the template draws, in units of the viewBox."""

    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    lines: Sequence[Line] = ()
    bars: Sequence[Bar] = ()
    dots: Sequence[Dot] = ()


def collect(connection: Connection, school: str, days: int) -> dict[str, Any]:
    """What the reports say, by name, as an analyst of the school or its owner: rows of numbers, and when that was.

    `days` is the period of what is told day by day. Raises NotAllowed for logins that may act as neither.
    """
    found: dict[str, Any] = {"school": school, "calculated_at": datetime.now(UTC), "days": days}
    with schools.as_first(connection, school, "analyst"), connection.cursor(row_factory=dict_row) as cursor:
        for name, query in queries("report").items():
            found[name] = cursor.execute(query, {"days": days}).fetchall()
    return found


def render(found: dict[str, Any]) -> str:
    """The page, from what `collect` found."""
    from pgacademy import templating  # noqa: PLC0415  (jinja2 takes long, and is seldom needed)

    environment = templating.environment(is_html=True)
    environment.filters |= {"number": number, "percent": percent}
    return environment.get_template("report.html.j2").render(
        **found,
        today=found["active"][-1],
        month=found["growth"][-1] if found["growth"] else None,
        cohorts=_cohorts(found["retention"]),
        poor=[row for row in found["questions"] if is_poor(row)],
        plots={
            "active": _lines(
                found["active"],
                "activity_date",
                {"monthly_active": "30 days", "weekly_active": "7 days", "daily_active": "a day"},
            ),
            "growth": _columns(found["growth"][-24:]),
            "questions": _cloud(found["questions"]),
        },
        height=HEIGHT,
        inside={"left": LEFT, "top": TOP, "right": RIGHT, "bottom": HEIGHT - BOTTOM},
    )


def is_poor(row: dict[str, Any]) -> bool:
    """Whether a question hardly tells those who know from those who do not."""
    told = row["discrimination"]
    return row["answers"] >= ENOUGH_ANSWERS and told is not None and told < POOR_DISCRIMINATION


def number(value: float | Decimal | None) -> str:
    """1234 as 1,234; nothing as a dash."""
    return "–" if value is None else f"{value:,}"


def percent(value: Decimal | float | None) -> str:
    """Per cent without decimals, but for what is nearly none."""
    if value is None:
        return "–"
    return f"{value:.1f} %" if 0 < value < 1 else f"{value:.0f} %"


def nice_step(highest: float, steps: int = 4) -> float:
    """The step of an axis from 0 to `highest` in about so many steps: 1, 2 or 5 times a power of ten, and whole."""
    rough = max(highest, 1) / steps
    power: float = 10 ** math.floor(math.log10(rough))
    return max(1.0, next(step * power for step in (1, 2, 5, 10) if step * power >= rough))


def _y_axis(highest: float) -> tuple[list[Tick], float]:
    """The ticks of the axis, and its top."""
    step = nice_step(highest)
    top = step * max(1, math.ceil(highest / step))
    ticks = [Tick(_y(n * step, top), number(int(n * step))) for n in range(round(top / step) + 1)]
    return ticks, top


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _x(share: float, width: int = WIDTH) -> float:
    return round(LEFT + (width - LEFT - RIGHT) * share, 1)


def _some(count: int, most: int = 7) -> list[int]:
    """Which of so many places get a label: evenly, the last one among them."""
    step = max(1, math.ceil(count / most))
    return list(range(count - 1, -1, -step))[::-1]


def _lines(rows: Rows, key: str, names: dict[str, str]) -> Plot:
    """Lines over days."""
    y_ticks, top = _y_axis(max(row[column] for row in rows for column in names))
    places = [_x(n / max(1, len(rows) - 1)) for n in range(len(rows))]
    lines = []
    for column, name in names.items():
        points = [(x, _y(row[column], top)) for x, row in zip(places, rows, strict=True)]
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        lines.append(Line(name, path, rows[-1][column], points[-1]))
    x_ticks = [Tick(places[n], _day(rows[n][key])) for n in _some(len(rows))]
    return Plot(x_ticks, y_ticks, lines=lines)


def _columns(rows: Rows) -> Plot:
    """A column for each month."""
    y_ticks, top = _y_axis(max((row["new_users"] for row in rows), default=0))
    room = 1 / max(1, len(rows))
    bars = []
    for n, row in enumerate(rows):
        y = _y(row["new_users"], top)
        left, right = _x((n + 0.12) * room, HALF), _x((n + 0.88) * room, HALF)
        label = f"{row['month']:%B %Y}: {number(row['new_users'])} new, {number(row['total_users'])} in all"
        bars.append(Bar(left, y, round(right - left, 1), round(HEIGHT - BOTTOM - y, 1), label))
    x_ticks = [Tick(_x((n + 0.5) * room, HALF), f"{rows[n]['month']:%b %y}") for n in _some(len(rows), 6)]
    return Plot(x_ticks, y_ticks, HALF, bars=bars)


def _cloud(rows: Rows) -> Plot:
    """Questions by how easy they are and how well they tell people apart, from -1 to 1."""
    dots = [
        Dot(
            _x(float(row["difficulty"])),
            _y(float(row["discrimination"]) + 1, 2),
            f"{row['quiz_title']}, question {row['nth']}: difficulty {row['difficulty']:.2f},"
            f" discrimination {row['discrimination']:.2f}",
            is_poor(row),
        )
        for row in rows
        if row["discrimination"] is not None
    ]
    x_ticks = [Tick(_x(n / 4), f"{n / 4:.2f}") for n in range(5)]
    y_ticks = [Tick(_y(n / 2 + 1, 2), f"{n / 2:+.1f}" if n else "0") for n in range(-2, 3)]
    return Plot(x_ticks, y_ticks, dots=dots)


def _cohorts(rows: Rows) -> list[dict[str, Any]]:
    """Those cohorts in which somebody registered, each with its periods."""
    cohorts: dict[date, dict[str, Any]] = {}
    for row in rows:
        if row["cohort_size"]:
            start = {"cohort": row["cohort"], "size": row["cohort_size"], "periods": []}
            cohorts.setdefault(row["cohort"], start)["periods"].append(row)
    return list(cohorts.values())


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
