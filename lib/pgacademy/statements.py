"""Splits SQL text into statements, by PostgreSQL's own lexical rules.

A small lexer and no grammar: it knows what a quote, a comment and a name are, and the one construct whose semicolons
do not end a statement, the `begin atomic … end` body of a function. Strings are read with standard_conforming_strings
on, as the server does by default. Source: src/backend/parser/scan.l and gram.y (routine_body_stmt_list) of PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pgacademy.errors import MigrationError

# Letters are those of ASCII, the underscore and all beyond ASCII: said by what they are not, which compiles ten times
# as fast. What names go on with, and what dollar quotes do.
_FIRST = r"[^\x00-@\[-^`{-\x7f]"
_NEXT = r"[^\x00-\x23%-/:-@\[-^`{-\x7f]"
_TAG = r"[^\x00-/:-@\[-^`{-\x7f]"
# A literal goes on after a line break and another quote, with the backslash rules that it began with.
_GOES_ON = r"(?:[\x20\t\f\v]|--[^\n\r]*+)*[\n\r](?:[\x20\t\n\r\f\v]++|--[^\n\r]*+[\n\r])*"
_ESCAPED = r"'(?:[^'\\]++|\\.|'')*'"

# Possessive are single characters only: what was matched by a group, Python forgets in such a case before 3.11.5. The
# white space before a token belongs to the match: else all of this would be tried at each blank.
_TOKEN = re.compile(
    rf"""
    [\x20\t\n\r\f\v]*+
    (?:
      (?P<escaped> [eE] {_ESCAPED} (?: {_GOES_ON} {_ESCAPED} )* )
    | (?P<unclosed_escaped> [eE]' )
    | (?P<string> (?: [bBxX] | [uU]& )? '(?:[^']++|'')*' )
    | (?P<name> (?: [uU]& )? "(?:[^"]++|"")*" )
    | (?P<word> {_FIRST}{_NEXT}*+ )
    | (?P<dollar> \$ (?P<tag> (?: {_FIRST}{_TAG}*+ )? ) \$ .*? \$ (?P=tag) \$ )
    | (?P<comment> --[^\n\r]*+ )
    | (?P<block> /\* )
    | (?P<number>
          0[xX][0-9A-Fa-f_]++ | 0[oO][0-7_]++ | 0[bB][01_]++
        | (?: [0-9][0-9_]*+ (?: \.(?!\.)[0-9_]*+ )? | \.[0-9][0-9_]*+ ) (?: [eE][+-]?[0-9][0-9_]*+ )?
      )
    | (?P<parameter> \$[0-9]++ )
    | (?P<open> [(\[] )
    | (?P<close> [)\]] )
    | (?P<end> ; )
    | (?P<punctuation> :: | := | \.\. | [,.:] )
    | (?P<operator> (?: (?! /\* | -- ) [~!@\#^&|`?+\-*/%<>=] )+ )
    | (?P<meta> \\[^\n]*+ )
    | (?P<unclosed> ['"] | \$ (?: {_FIRST}{_TAG}*+ )? \$ )
    | (?P<other> [^\x20\t\n\r\f\v] )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# A run of what says nothing of where a statement ends: words that no string follows, whole numbers, operators without
# those that may begin a comment, and parentheses around such. One match instead of one for each token, and nothing of
# it is ever given back: else each of its pieces would be remembered. (No group in it captures, as above.)
_PLAIN = re.compile(
    rf"""
    (?:
      [\x20\t\n\r\f\v]*+
      (?: {_FIRST}{_NEXT}*+ (?!') | [0-9]++ (?! \. | {_FIRST} ) | \. (?! [.0-9] ) | [,:~!@\#^&|`?+*%<>=]
        | \( [\x20\t\n\r\f\v0-9A-Za-z_,]*+ \) )
    )++
    """,
    re.VERBOSE,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

_KINDS = {"escaped": "string", "dollar": "string", "open": "punctuation", "close": "punctuation", "end": "punctuation"}
_UNCLOSED = {"'": "a string", '"': "a quoted name", "/": "a comment", "$": "a dollar-quoted string"}


class Token(NamedTuple):
    """A lexical unit. `value` is what it means: a word in lower case, a quoted name or string without its quotes.

    kind: word, name (quoted), string, number, parameter, operator, punctuation, meta (a psql command) or other.
    """

    kind: str
    value: str
    start: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, unquoted."""
        return self.kind == "word" and self.value in words


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon and the comments around it.

    `line` is the line of its first token in the whole text, from 1; `start` and `end` are offsets into that text.
    `head` is the first four of its unquoted words in lower case, for those who need no more: it may be long.
    """

    text: str
    line: int
    start: int
    end: int
    head: tuple[str, ...]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """What it consists of, without comments; `Token.start` counts from the beginning of the statement."""
        return tuple(_token(kind, self.text[start:end], start) for kind, start, end in _scan(self.text, ""))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its unquoted words in lower case, in order."""
        return tuple(token.value for token in self.tokens if token.kind == "word")

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0].rstrip()


class MetaCommand(NamedTuple):
    """A command for psql, such as `\\connect`, where SQL is expected."""

    line: int
    text: str


def split(text: str, name: str = "") -> list[Statement]:
    """The statements of `text` in order; empty ones are left out.

    Raises MigrationError, with `name` in its message, when a quote or comment is never closed.
    """
    found: list[Statement] = []
    head: list[str] = []
    line, counted = 1, 0
    start = last = depth = tokens = 0
    position = 0
    body: _Body | None = None
    while token := _next_token(text, position, name):
        kind, begin, position = token
        if kind == "end" and depth <= 0 and not (body and body.is_open):
            if tokens:
                line += text.count("\n", counted, start)
                counted = start
                found.append(Statement(text[start:last], line, start, last, tuple(head)))
            head.clear()
            depth = tokens = 0
            continue
        if not tokens:
            start = begin
            body = _Body() if _ROUTINE.match(text, begin) else None
        tokens += 1
        last = position
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "word" and len(head) < _HEAD:
            head.append(_value(kind, text[begin:position]))
        if body:
            if depth == 0:
                body.go_on(kind, text[begin:position])
        elif len(head) == _HEAD and (run := _PLAIN.match(text, position)):
            position = last = run.end()
    if tokens:
        line += text.count("\n", counted, start)
        found.append(Statement(text[start:last], line, start, last, tuple(head)))
    return found


#: How many words say what a statement is.
_HEAD = 4
_ROUTINE = re.compile(
    r"create(?:\s|--[^\n]*\n|/\*.*?\*/)+(?:or(?:\s|--[^\n]*\n|/\*.*?\*/)+replace(?:\s|--[^\n]*\n|/\*.*?\*/)+)?"
    r"(?:function|procedure)\b",
    re.IGNORECASE | re.DOTALL,
)


class _Body:
    """Follows a routine: whether its `begin atomic … end` is open.

    In a body every statement ends in a semicolon, so the END that closes it follows one, or ATOMIC. An END that belongs
    to a CASE, or is a column's name, never does.
    """

    def __init__(self) -> None:
        self.is_open = self.at_begin = self.may_end = False

    def go_on(self, kind: str, text: str) -> None:
        """Takes the next token that stands outside parentheses."""
        word = text.lower() if kind == "word" else ""
        if self.is_open:
            self.is_open = not (self.may_end and word == "end")
            self.may_end = kind == "end"
        elif self.at_begin and word == "atomic":
            self.is_open = self.may_end = True
        self.at_begin = word == "begin"


def meta_commands(text: str) -> list[MetaCommand]:
    """The psql commands of `text`: whatever begins with a backslash outside quotes, where SQL has no such thing."""
    found = []
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match.lastgroup == "block":
            position = _comment_end(text, position) or len(text)
        elif match.lastgroup == "meta":
            found.append(MetaCommand(text.count("\n", 0, match.start("meta")) + 1, match["meta"].rstrip()))
    return found


def name_at(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """The name that begins at a token, without its schema, and where what follows it begins; "" beyond the last."""
    while at + 2 < len(tokens) and tokens[at + 1].kind == "punctuation" and tokens[at + 1].value == ".":
        at += 2
    return (tokens[at].value, at + 1) if at < len(tokens) else ("", at)


def transaction_control(statements: Sequence[Statement]) -> list[Statement]:
    """Those that begin or end a transaction themselves. Savepoints do not."""
    return [statement for statement in statements if _ends_transaction(statement.head)]


def _ends_transaction(words: Sequence[str]) -> bool:
    match words:
        case ["rollback", "to", *_] | ["rollback", "work" | "transaction", "to", *_]:
            return False
        case ["begin" | "commit" | "end" | "abort" | "rollback", *_]:
            return True
        case ["start" | "prepare", "transaction", *_]:
            return True
    return False


# -- the scanner ------------------------------------------------------------------------------------------------------


def _scan(text: str, name: str) -> Iterator[tuple[str, int, int]]:
    """Kind, beginning and end of every token but comments."""
    position = 0
    while token := _next_token(text, position, name):
        yield token
        position = token[2]


def _next_token(text: str, position: int, name: str) -> tuple[str, int, int] | None:
    """Kind, beginning and end of the next token that is no comment; None at the end."""
    while match := _TOKEN.match(text, position):
        kind = match.lastgroup or ""
        start, position = match.span(kind)
        if kind == "comment":
            continue
        if kind == "block":
            position = _comment_end(text, position) or _fail(text, start, name)
            continue
        if kind.startswith("unclosed"):
            _fail(text, position - 1 if kind == "unclosed_escaped" else start, name)
        return kind, start, position
    return None


def _comment_end(text: str, position: int) -> int | None:
    """Where the comment that was opened before `position` ends, comments inside it included; None if never."""
    depth = 1
    for mark in _COMMENT_MARK.finditer(text, position):
        depth += 1 if mark.group() == "/*" else -1
        if not depth:
            return mark.end()
    return None


def _fail(text: str, position: int, name: str) -> int:
    line = text.count("\n", 0, position) + 1
    what = _UNCLOSED[text[position]]
    raise MigrationError(
        f"{name or 'The text'}, line {line}: {what} begins here and is never closed.", hint="Close it, or remove it."
    )


def _token(kind: str, text: str, start: int) -> Token:
    return Token(_KINDS.get(kind, kind), _value(kind, text), start)


def _value(kind: str, text: str) -> str:
    if kind == "word":
        return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)
    if kind == "name":
        return text[text.index('"') + 1 : -1].replace('""', '"')
    if kind in ("string", "escaped"):
        return text[text.index("'") + 1 : -1].replace("''", "'")
    if kind == "dollar":
        tag = text.index("$", 1) + 1
        return text[tag:-tag]
    return text
