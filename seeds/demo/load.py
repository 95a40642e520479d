"""The demo school: people, courses, and what has happened in the last weeks, all of it or nothing.

The SQL in steps/ calls the procedures as the people who would: this only lets the connection act as them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pgacademy import locking, schools
from pgacademy.acting import act, borrowing
from pgacademy.connection import check_release, connect


def load(conninfo: str, school: str, progress: Callable[[str, int, int], None] | None = None) -> dict[str, Any]:
    """Brings the demo school into `school`; a second run changes nothing. Returns the names of the steps."""
    steps = sorted((Path(__file__).parent / "steps").glob("*.sql"))
    with connect(conninfo, application_name="pgacademy seed") as connection:
        check_release(connection, school)
        with (
            locking.advisory_lock(connection, f"the seeds of {school}"),
            schools.as_owner(connection, school),
            borrowing(connection, school, "student", "instructor"),
        ):
            for number, step in enumerate(steps, 1):
                act(connection, school, "owner")
                connection.execute(step.read_bytes())
                if progress:
                    progress(step.name, number, len(steps))
    return {"steps": [step.name for step in steps]}
