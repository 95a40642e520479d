"""docs/running.md lists what a school has to schedule: all of it, once."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Done by other jobs, by workers, or when an operator asks.
WITHOUT_A_TIME = {
    *("aggregate_session_data", "begin_retirement", "finish_retirement", "fold_xp_ranks"),
    *("claim_deliveries", "finish_delivery", "open_chain_transactions", "advance_chain_transaction"),
    *("verify_integrity", "verify_audit_seals", "grant_missing_coins", "issue_missing_certificates"),
}
_CALLED_BY = re.compile(r"^-- called by(.*\n(?:--  .*\n)*)", re.MULTILINE)


def listed() -> list[str]:
    """Every function in the first column of the table of jobs."""
    section = (ROOT / "docs/running.md").read_text().split("\n## Jobs\n")[1].split("\n## ")[0]
    calls = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return [name for call in calls for name in re.findall(r"`(\w+)\(", call)]


def scheduled() -> set[str]:
    """Functions whose header says that a job calls them."""
    return {
        path.stem
        for path in (ROOT / "functions").glob("*/*.sql")
        if (called := _CALLED_BY.search(path.read_text())) and re.search(r"\ba (\w+ )?job\b", called[1])
    }


def test_every_job_is_listed_once() -> None:
    assert len(scheduled()) > 10
    assert scheduled() - set(listed()) == set()
    assert sorted(listed()) == sorted(set(listed()))


def test_what_is_listed_is_for_the_service() -> None:
    for name in listed():
        (path,) = (ROOT / "functions").glob(f"*/{name}.sql")
        assert re.search(rf"grant execute on function {name}\b[^;]*pgacademy_service", path.read_text()), name


def test_the_school_knows_the_same_jobs() -> None:
    """What the page says is called again and again is in maintenance_jobs(), but for what is not a job of its own."""
    text = (ROOT / "functions/operations/maintenance_jobs.sql").read_text()
    known = set(re.findall(r"^ +(?:\()?'(\w+)', interval", text, re.MULTILINE))
    assert known | WITHOUT_A_TIME == set(listed())
    assert not known & WITHOUT_A_TIME
