"""How the SQL files are written: clean as they stand, and each rule sees what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgacademy import lint

ROOT = Path(__file__).resolve().parents[2]
GOOD = (ROOT / "functions/operations/require_moment.sql").read_text()

BROKEN = {
    "header": ("-- require_moment: ", "-- "),
    "callers": ("-- called by", "-- used by"),
    "name": ("create or replace function require_moment", "create or replace function other"),
    "volatility": ("\nstable\n", "\n"),
    "rights": ("security invoker\n", ""),
    "reason": ("security invoker\n", "security definer\n"),
    "comment": ("comment on function require_moment", "comment on function other"),
    "revoke": ("from public", "from nobody"),
    "conflict": ("#variable_conflict use_column", ""),
    "code": ("'PA422'", "'PA409'"),
    "hint": ("hint = ", "message = "),
}


def test_the_house_is_clean() -> None:
    assert [str(finding) for finding in lint.check_sources(ROOT)] == []


def test_a_good_function_has_no_finding() -> None:
    assert list(lint.check_function_source("require_moment.sql", GOOD)) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule: str) -> None:
    before, after = BROKEN[rule]
    assert before in GOOD
    assert list(lint.check_function_source("require_moment.sql", GOOD.replace(before, after)))


def test_an_unmapped_code_is_found() -> None:
    assert [f.what for f in lint.check_mapped_codes(["'PA418'"])] == ["PA418 is raised and not mapped"]


@pytest.mark.parametrize(
    "query",
    ["select 1 from academy.users;", "select public.now();", "update academy.users set id = id;"],
)
def test_a_qualified_name_is_found(query: str) -> None:
    body = (
        f"create function f() returns void language plpgsql as $$ begin {query.replace('select', 'perform', 1)} end $$;"
    )
    assert [f.check for f in lint.check_statements("f.sql", query)] == ["qualified_name"]
    assert [f.check for f in lint.check_statements("f.sql", body)] == ["qualified_name"]


def test_a_syntax_error_in_a_body_is_found() -> None:
    body = "create function f() returns void language plpgsql as $$ begin perform 1 frm x y z; end $$;"
    assert [f.check for f in lint.check_statements("f.sql", body)] == ["parse_plpgsql"]
