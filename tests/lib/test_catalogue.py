"""What is read of the comment that a file begins with."""

from __future__ import annotations

from pgacademy.catalogue import Header, read_header


def test_the_first_sentence_is_the_summary_wherever_it_ends() -> None:
    text = """-- forget: what is kept of somebody
-- goes. Call it again
-- until nothing is left.
--
-- It waits, 0.5 s at most.
--
-- called by  back end,
--            jobs
-- errors     PA404 nobody
create function forget();
-- No more.
"""
    prose = "Call it again\nuntil nothing is left.\n\nIt waits, 0.5 s at most."
    assert read_header(text) == Header("what is kept of somebody goes.", prose, "back end, jobs", "PA404 nobody")


def test_a_header_of_one_line() -> None:
    assert read_header("-- requires: other\n-- forget: somebody goes.\n-- errors     none\n") == Header(
        "somebody goes.", "", "", "none"
    )
    assert read_header("create view v as select 1;\n") == Header("", "", "", "")
