"""Statements as text that rules can match: lower case, single spaces, and nothing of what stands in parentheses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pgacademy.statements import Token, name_at

#: In a pattern: one part of a name, quoted or not; a name with its schema; IF EXISTS or IF NOT EXISTS, or neither.
PART = r'(?:"[^"]*"|[^\s".,()]+)'
NAME = rf"{PART}(?:\.{PART})*"
IF_EXISTS = "(?:if (?:not )?exists )?"


def compiled(pattern: str) -> re.Pattern[str]:
    """`<x>` stands for a name kept as x, `<x…>` for a list of them, a space for one space."""
    one = rf"(?:only )?{NAME}(?: \*)?"
    pattern = re.sub(r"<(\w+)…>", lambda found: f"(?P<{found[1]}>{one}(?: , {one})*)", pattern)
    # A lone name must not be taken for one of those just written, (?P<x>
    return re.compile(re.sub(r"(?<!P)<(\w+)>", lambda found: f"(?P<{found[1]}>{NAME})", pattern))


def shape_of(tokens: Sequence[Token]) -> str:
    """The statement in lower case, single spaces, what stands in parentheses left out: `add check ()`."""
    parts: list[str] = []
    depth = 0
    for token in tokens:
        if token.kind == "punctuation" and token.value in ")]":
            depth -= 1
        if depth == 0:
            text = f'"{token.value}"' if token.kind == "name" else "''" if token.kind == "string" else token.value
            glued = text in (".", ")", "]") or (bool(parts) and parts[-1].endswith("."))
            if glued and parts:
                parts[-1] += text
            else:
                parts.append(text)
        if token.kind == "punctuation" and token.value in "([":
            depth += 1
    return " ".join(parts)


def unquoted(name: str) -> str:
    """The last part of a qualified name, without quotes."""
    return str(re.findall(PART, name)[-1]).strip('"')


def unquoted_names(names: str) -> list[str]:
    """Each name of a list that `<x…>` kept, as unquoted() has it."""
    return [unquoted(name.removeprefix("only ").removesuffix(" *")) for name in names.split(" , ")]


def referenced_tables(tokens: Sequence[Token]) -> list[str]:
    """The tables that REFERENCES names."""
    return [name_at(tokens, number + 1)[0] for number, token in enumerate(tokens[:-1]) if token.is_word("references")]
