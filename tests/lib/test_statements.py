"""Splitting SQL, against PostgreSQL's own parser (pglast) as the oracle."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pglast.parser import ParseError, parse_sql, scan

from pgacademy import sources, statements
from pgacademy.errors import MigrationError
from pgacademy.statements import meta_commands, split, transaction_control
from tests.support.effort import effort

ROOT = sources.root()
FILES = sorted(
    path for folder in ("migrations", "functions", "views", "sql", "seeds") for path in (ROOT / folder).rglob("*.sql")
)


def oracle(text: str) -> list[tuple[int, int]]:
    """Where PostgreSQL's parser finds statements: from the first to the last token of each, in characters."""
    tokens = [(token.start, token.end + 1) for token in scan(text) if token.name not in ("SQL_COMMENT", "C_COMMENT")]
    found = []
    for raw in parse_sql(text):
        start = raw.stmt_location
        assert start is not None
        end = start + raw.stmt_len if raw.stmt_len else len(text)
        inside = [span for span in tokens if start <= span[0] and span[1] <= end]
        found.append((inside[0][0], inside[-1][1]))
    return found


def ours(text: str) -> list[tuple[int, int]]:
    return [(statement.start, statement.end) for statement in split(text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_of_the_project_splits_as_the_parser_splits_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "roles" in path.parts:
        text = text.replace("{{", "").replace("}}", "").replace("{%", "").replace("%}", "")
    # Where a backfill has the keys of its batch, the parser wants a value.
    text = text.replace(":from_key", "'from_ke'").replace(":to_key", "'to_ke'")
    if meta_commands(text):
        assert path.parent.name in ("bootstrap", "hardening")
        return
    try:
        expected = oracle(text)
    except ParseError:
        assert path.parts[-2] == "roles" or "%" in text
        return
    assert ours(text) == expected
    for statement in split(text):
        assert text[statement.start : statement.end] == statement.text
        assert statement.line == text.count("\n", 0, statement.start) + 1


TRICKY = [
    "select 'a;b', E'a\\';b', U&'d\\0061;', $$;$$, $a$ $$;$$ $a$, $ä1$;$ä1$;select 2",
    "select E'a\\\\'\n  'b\\';c'; select 1",
    "select E'a' -- why; not\n '\\';'; select 1",
    'select ";", "a"";", U&"\\0061;" from t; select 1;',
    "select 1 /* ; /* ; */ ; */; -- ;\nselect 2 /**/ ;;; /*/**/*/ ; select 3",
    "select 2*/* ; */3; select 1--;\n; select a$b$c from t; select $1, $2; select x.a$1",
    "select 1+--;\n2; select 5 */*;*/ 6; select -1 - -1;",
    'create table t (begin int, declare int, "end" int); insert into t (begin) values (1)',
    "create rule r as on insert to t do also (insert into u values (1); delete from v;); select 1",
    "create function f() returns int begin atomic select case when true then 1 else 2 end; select 3; end; select 2",
    "create or replace procedure p(begin int) begin atomic select 1 end; select x.end, y.case from x; end; select 4",
    "create /* or */ or -- x\n replace function f(a int default 1) returns int begin /**/ atomic end; select 5",
    "create function f() returns int language sql return case when true then 1 end; select 6",
    "create function atomic() returns begin language sql as 'select 1;'; select 7",
    "select begin atomic from t; select 8; create view v as select end_ from begin; select 9",
    "select a[1:2], b::int, f(c => 1), .5, 1., 1.5e-3, 1e5, 0x1f, 1_000, a.b; select 10",
    "do $do$ begin null; end $do$; select 11",
    "begin; select 1; end; commit and chain; start transaction; rollback to savepoint a; savepoint b",
    "grant select on t to a; ;; ; \n\n ; select 'ß', \"Ü\", ü from ö; select 12",
]


@pytest.mark.parametrize("text", TRICKY)
def test_what_trips_other_splitters(text: str) -> None:
    assert ours(text) == oracle(text)


_blank = st.sampled_from([" ", "\n", "\t", " /* ; */ ", " /* /* ; ' */ $$ */ ", " -- ; ' $$\n", "\r\n", " /**/ ", "\f"])
_char = st.sampled_from(list("abzAZ01'\"\\;$-/*()[],.:+ \n\teEuUnN&äß_%<>="))
_string = st.text(_char, max_size=8)
_value = st.one_of(
    _string.map(lambda s: "'" + s.replace("'", "''") + "'"),
    _string.map(lambda s: "E'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    _string.map(lambda s: "e'" + s.replace("\\", "\\\\").replace("'", "''") + "'"),
    _string.map(lambda s: 'x."' + s.replace('"', '""') + '_"'),
    _string.filter(lambda s: "$" not in s).map(lambda s: f"$${s}$$"),
    _string.filter(lambda s: "$t_ä$" not in s).map(lambda s: f"$t_ä${s} $t_ä$"),
    st.sampled_from(["1", "1.5", ".5", "1e10", "a$b", "a$$b", "x.end", "begin", "atomic", "declare", "true and false"]),
    st.sampled_from(
        ["case when 1=1 then 'end;' else 'e' end", "-1", "1 - -1", "2 */**/3", "(1)", "(2 + (3))", "a[1:2]"]
    ),
)


@st.composite
def _select(draw: st.DrawFn) -> str:
    values = draw(st.lists(st.tuples(_blank, _value, _blank), min_size=1, max_size=4))
    label = draw(st.sampled_from(["", "", " as end", " end", " as begin"]))
    return "select" + ",".join("".join(part) for part in values) + label


@st.composite
def _script(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["select", "body", "rule", "empty"]))
        selects = [draw(_select()) for _ in range(draw(st.integers(0, 3)))]
        inside = draw(_blank).join(f"{one};" for one in selects)
        if kind == "body":
            head = draw(st.sampled_from(["create function f(begin int)", "CREATE OR REPLACE PROCEDURE p()"]))
            parts.append(f"{head}{draw(_blank)}begin{draw(_blank)}ATOMIC{draw(_blank)}{inside}{draw(_blank)}END")
        elif kind == "rule":
            parts.append(f"create rule r as on insert to t do also (insert into u values ({draw(_value)}); {inside})")
        else:
            parts.append(draw(_select()) if kind == "select" else draw(_blank))
    return draw(_blank).join(part + draw(_blank) + ";" for part in parts) + draw(_blank)


@pytest.mark.late
@settings(max_examples=effort(600), deadline=None)
@given(_script())
def test_scripts_made_up_split_as_the_parser_splits_them(text: str) -> None:
    try:
        expected = oracle(text)
    except ParseError:
        return
    assert ours(text) == expected


@settings(max_examples=effort(600), deadline=None)
@given(st.text(_char, max_size=30))
def test_any_text_has_the_tokens_that_the_server_s_scanner_finds(text: str) -> None:
    if meta_commands(text):
        return  # one token here to the end of the line, and not SQL
    try:
        expected = [token.start for token in scan(text) if token.name not in ("SQL_COMMENT", "C_COMMENT")]
    except ParseError:
        return
    found = [statement.start + token.start for statement in split(text) for token in statement.tokens]
    # Where a run of operator characters is cut depends on a rule about + and - that does not matter here.
    ignored = ";~!@#^&|`?+-*/%<>="
    assert [at for at in found if text[at] not in ignored] == [at for at in expected if text[at] not in ignored]


_word = st.sampled_from(
    [
        "a",
        "e",
        "U",
        "x1",
        "b",
        "(a)",
        "(a, b)",
        "numeric(6,2)",
        "()",
        "'a;b'",
        "e'\\';'",
        "$$;$$",
        "a$$b",
        "(')",
        "(';')",
        "1e10",
        "0o7",
        "1_",
        "0x1F",
    ]
)


@settings(max_examples=effort(600), deadline=None)
@given(st.lists(st.one_of(_char, _word, _value, _blank), max_size=30).map("".join))
def test_what_is_passed_over_in_one_match_moves_no_end(rest: str) -> None:
    """The first words of a statement are read one by one, and runs of what is plain after them as one."""
    for text in (f"alter table a add {rest}", f"alter table a add {rest}; select 1, 2, 3 as b; {rest}"):
        found = _split_or_refusal(text)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(statements, "_PLAIN", re.compile(r"(?!)"))
            assert found == _split_or_refusal(text)


def _split_or_refusal(text: str) -> object:
    try:
        return split(text)
    except MigrationError as exc:
        return exc.message


@pytest.mark.parametrize(
    ("text", "line"),
    [("select 1;\n'a", 2), ('\n\n select "x', 3), ("/* /* */", 1), ("select\n$a$ x $b$", 2), ("select\n E'a\\'", 2)],
)
def test_what_is_never_closed_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(MigrationError) as caught:
        split(text, "0009.x.sql")
    assert f"0009.x.sql, line {line}:" in caught.value.message


def test_lines_and_tokens() -> None:
    first, second = split("-- one\n\n  create Table \"A b\" (x int); -- two\n/* three\n*/ select 'it''s', $$q$$, Ä;\n")
    assert (first.line, second.line) == (3, 5)
    assert first.text == 'create Table "A b" (x int)'
    assert [token.value for token in first.tokens[:3]] == ["create", "table", "A b"]
    assert [token.kind for token in first.tokens[:3]] == ["word", "word", "name"]
    assert [token.value for token in second.tokens] == ["select", "it's", ",", "q", ",", "Ä"]
    assert second.words == ("select", "Ä")
    (prefixed,) = split("select U&'a', x'1f', N'q', e'\\'', U&\"b\"")
    kinds = ["string", "string", "word", "string", "string", "name"]
    assert [token.kind for token in prefixed.tokens[1:] if token.value != ","] == kinds


def test_psql_s_commands_are_found_and_nothing_else() -> None:
    text = "\\connect it's\nselect '\\d', E'\\d', $$\n\\d $$, \"\\d\" -- \\d\n;/* \n\\d */\n"
    text += "  \\i file.sql\nselect 1 \\gexec\n"
    assert [(command.line, command.text) for command in meta_commands(text)] == [
        (1, "\\connect it's"),
        (6, "\\i file.sql"),
        (7, "\\gexec"),
    ]


def test_statements_that_end_the_transaction() -> None:
    text = (
        "begin; BEGIN work; start transaction; commit; end; abort; rollback; rollback and chain;"
        "prepare transaction 'x'; commit prepared 'x'; rollback prepared 'x';"
    )
    assert transaction_control(split(text)) == split(text)
    harmless = (
        "savepoint a; rollback to a; rollback work to savepoint a; release a; prepare p as select 1;"
        "set transaction read only; do $$ begin null; end $$;"
        "create function f() returns int begin atomic select 1; end;"
    )
    assert transaction_control(split(harmless)) == []


@pytest.mark.late
def test_a_large_file_takes_as_long_as_its_parts() -> None:
    """Nothing is looked at again and again: eight times the text takes eight times as long, or nearly."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES if path.parent.name == "migrations")

    def seconds(times: int) -> float:
        whole, began = text * times, time.process_time()
        assert len(split(whole)) > 300 * times
        return time.process_time() - began

    assert min(seconds(8) for _ in range(3)) < 16 * min(seconds(1) for _ in range(3))
