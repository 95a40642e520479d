"""What ALTER TABLE locks, rewrites and reads in full, subcommand by subcommand; see lock_levels.

Sources: PostgreSQL's manual, ALTER TABLE; AlterTableGetLockLevel in tablecmds.c.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pgacademy.lock_effects import (
    ACCESS_EXCLUSIVE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
    Known,
)
from pgacademy.statement_shapes import IF_EXISTS, PART, compiled, referenced_tables, shape_of, unquoted
from pgacademy.statements import Statement, Token

ALTER_TABLE = compiled(rf"alter (?:foreign )?table {IF_EXISTS}(?!all in tablespace)(?:only )?<table>(?: \*)? ")


@dataclass(frozen=True)
class _Action:
    """A subcommand. The first that matches counts."""

    pattern: re.Pattern[str]
    lock: str
    reason: str
    rewrites: bool
    scans: bool


def _action(pattern: str, lock: str, reason: str, *flags: str) -> _Action:
    return _Action(compiled(pattern), lock, reason, "rewrites" in flags, "scans" in flags)


_COLUMN = rf"alter (?:column )?{PART}"
_CONSTRAINT = rf"add (?:constraint {PART} )?"

_ACTIONS = (
    # constraints
    _action(rf"{_CONSTRAINT}foreign key .*not valid", SHARE_ROW_EXCLUSIVE, "a foreign key, rows not looked at"),
    _action(f"{_CONSTRAINT}foreign key", SHARE_ROW_EXCLUSIVE, "every row is checked against the foreign key", "scans"),
    _action(rf"{_CONSTRAINT}(?:check|not null)\b.*not valid", ACCESS_EXCLUSIVE, "a constraint, rows not looked at"),
    _action(
        rf"{_CONSTRAINT}(?:check|not null)\b",
        ACCESS_EXCLUSIVE,
        "every row is checked; not valid and a later validate would let others go on",
        "scans",
    ),
    _action(f"{_CONSTRAINT}unique using index", ACCESS_EXCLUSIVE, "an index becomes a constraint"),
    _action(
        f"{_CONSTRAINT}primary key using index",
        ACCESS_EXCLUSIVE,
        "an index becomes the key; rows are read unless its columns are not null already",
        "scans",
    ),
    _action(
        rf"{_CONSTRAINT}(?:unique|primary key|exclude)\b",
        ACCESS_EXCLUSIVE,
        "an index is built under the lock; build it concurrently and add it using index",
        "scans",
    ),
    _action("validate constraint", SHARE_UPDATE_EXCLUSIVE, "every row is checked", "scans"),
    _action("drop constraint", ACCESS_EXCLUSIVE, "a constraint goes"),
    _action(f"alter constraint {PART} (?:no )?inherit", ACCESS_EXCLUSIVE, "a constraint changes"),
    _action(f"alter constraint {PART} enforced", ACCESS_EXCLUSIVE, "every row is checked", "scans"),
    _action("alter constraint", ACCESS_EXCLUSIVE, "a constraint changes"),
    # partitions and inheritance
    _action("attach partition", SHARE_UPDATE_EXCLUSIVE, "gets a partition"),
    _action(
        r"detach partition \S+ concurrently", SHARE_UPDATE_EXCLUSIVE, "loses a partition; waits for older transactions"
    ),
    _action(r"detach partition \S+ finalize", SHARE_UPDATE_EXCLUSIVE, "loses a partition"),
    _action("detach partition", ACCESS_EXCLUSIVE, "loses a partition; concurrently would let others go on"),
    _action("(?:no )?inherit", ACCESS_EXCLUSIVE, "its parent changes"),
    _action("(?:not )?of", ACCESS_EXCLUSIVE, "its type changes"),
    # columns
    _action(rf"{_COLUMN} (?:set statistics|(?:re)?set \(\))", SHARE_UPDATE_EXCLUSIVE, "how it is sampled changes"),
    _action(rf"{_COLUMN} drop not null", ACCESS_EXCLUSIVE, "may be null"),
    _action(rf"{_COLUMN} set default", ACCESS_EXCLUSIVE, "the default of later rows"),
    _action(rf"{_COLUMN} drop default", ACCESS_EXCLUSIVE, "loses its default"),
    _action(rf"{_COLUMN} set (?:storage|compression)", ACCESS_EXCLUSIVE, "how later rows are stored"),
    _action(rf"{_COLUMN} set expression", ACCESS_EXCLUSIVE, "computed anew, if it is stored", "rewrites"),
    _action(rf"{_COLUMN} ", ACCESS_EXCLUSIVE, "only what the catalogue says of it"),
    _action("drop (?:column )?", ACCESS_EXCLUSIVE, "a column goes with its data"),
    # the table as a whole
    _action(r"(?:re)?set \(\)", SHARE_UPDATE_EXCLUSIVE, "storage parameters"),
    _action("set (?:un)?logged", ACCESS_EXCLUSIVE, "written anew", "rewrites"),
    _action("set tablespace", ACCESS_EXCLUSIVE, "copied", "rewrites"),
    _action("set access method", ACCESS_EXCLUSIVE, "written anew", "rewrites"),
    _action("set without cluster", SHARE_UPDATE_EXCLUSIVE, "only what the catalogue says of it"),
    _action("cluster on", SHARE_UPDATE_EXCLUSIVE, "only what the catalogue says of it"),
    _action("(?:enable|disable) (?:(?:replica|always) )?trigger", SHARE_ROW_EXCLUSIVE, "a trigger is switched"),
    _action("(?:enable|disable|force|no force)", ACCESS_EXCLUSIVE, "who may see which rows, or a rule, is switched"),
    _action("rename", ACCESS_EXCLUSIVE, "renamed; older applications lose the name"),
    _action("owner to", ACCESS_EXCLUSIVE, "another owner"),
    _action("set schema", ACCESS_EXCLUSIVE, "moves to another schema"),
    _action("replica identity", ACCESS_EXCLUSIVE, "what replicas are told"),
)

_ADD_COLUMN = compiled(rf"add (?:column )?{IF_EXISTS}(?P<column>{PART}) (?P<rest>.*)")
_SET_NOT_NULL = compiled(rf"alter (?:column )?(?P<column>{PART}) set not null")
_SET_TYPE = compiled(rf"alter (?:column )?(?P<column>{PART}) (?:set data )?type (?P<type>.*)")


def effects(table: str, statement: Statement, known: Known) -> list[Effect]:
    found: list[Effect] = []
    for part in _subcommands(statement.tokens):
        found.extend(_subcommand(table, part, known))
    return found


def _subcommands(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """What follows the table's name, cut at the commas outside parentheses."""
    whole = shape_of(tokens)
    head = ALTER_TABLE.match(whole)
    assert head is not None  # noqa: S101  (the caller matched it)
    begin = next(number for number in range(len(tokens)) if shape_of(tokens[:number]) == head.group().rstrip())
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[begin:]:
        if token.kind == "punctuation":
            depth += (token.value in "([") - (token.value in ")]")
            if token.value == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return list(parts)


def _subcommand(table: str, tokens: Sequence[Token], known: Known) -> list[Effect]:
    shape = shape_of(tokens)
    if match := _SET_NOT_NULL.match(shape):
        return [_set_not_null(table, unquoted(match["column"]), known)]
    if match := _SET_TYPE.match(shape):
        return [_set_type(table, unquoted(match["column"]), tokens, known)]
    for action in _ACTIONS:
        if action.pattern.match(shape):
            effect = Effect(table, action.lock, action.rewrites, action.scans, action.reason)
            return _beside(effect, shape, tokens)
    if match := _ADD_COLUMN.match(shape):
        return _add_column(table, match["rest"], tokens, known)
    return [Effect(table, ACCESS_EXCLUSIVE, reason="not known here, so the strongest lock is assumed")]


_PARTITION = compiled(r"(?P<what>attach|detach) partition <table>(?P<concurrently> concurrently| finalize)?")
_INHERIT = compiled(r"inherit <table>$")
_DROP_CONSTRAINT = compiled(rf"drop constraint {IF_EXISTS}<constraint>")


def _beside(effect: Effect, shape: str, tokens: Sequence[Token]) -> list[Effect]:
    """The effect, and those on other tables that the subcommand names."""
    if match := _PARTITION.match(shape):
        other = unquoted(match["table"])
        if match["what"] == "attach":
            reason = "every row is checked, unless a constraint proves that it belongs there"
            return [effect, Effect(other, ACCESS_EXCLUSIVE, scans=True, reason=reason)]
        return [effect, Effect(other, ACCESS_EXCLUSIVE, reason="is detached")]
    if match := _INHERIT.match(shape):
        return [effect, Effect(unquoted(match["table"]), SHARE_UPDATE_EXCLUSIVE, reason="is inherited from")]
    if match := _DROP_CONSTRAINT.match(shape):
        return [replace(effect, constraint=unquoted(match["constraint"]))]
    reason = "a foreign key references it"
    return [
        effect,
        *(Effect(name, SHARE_ROW_EXCLUSIVE, scans=effect.scans, reason=reason) for name in referenced_tables(tokens)),
    ]


def _set_not_null(table: str, column: str, known: Known) -> Effect:
    if (table, column) in known.never_null:
        return Effect(table, ACCESS_EXCLUSIVE, reason="a valid check proves it, so no row is read")
    return Effect(
        table, ACCESS_EXCLUSIVE, scans=True, reason="every row is read, unless a valid check (… is not null) proves it"
    )


# Functions of the server that are not volatile and usual in a default; then what else stands before a parenthesis.
_STABLE = """
    now transaction_timestamp statement_timestamp current_setting current_schema current_database lower upper coalesce
    to_timestamp date_trunc make_interval make_date make_timestamptz md5 jsonb_build_object jsonb_build_array
    json_build_object array_fill length concat format timezone to_char nullif greatest least
"""
_NO_FUNCTIONS = """
    varchar character varying char bpchar numeric decimal bit varbit float timestamp timestamptz time timetz interval
    cast in and or not array row always values any all when then else as
"""
_HARMLESS = frozenset((_STABLE + _NO_FUNCTIONS).split())


def _add_column(table: str, rest: str, tokens: Sequence[Token], known: Known) -> list[Effect]:
    words = [token.value if token.kind == "word" else "" for token in tokens]
    has_default = bool(re.search(r"\bdefault\b(?! null)", rest)) or "generated" in words
    effect = Effect(table, ACCESS_EXCLUSIVE, reason="a column, no row is touched")
    function = _volatile_call(tokens, known) if "default" in words else None
    if "identity" in words or re.search(r"(?:^|\.)(?:small|big)?serial[248]?\b", rest):
        effect = replace(effect, rewrites=True, reason="every row gets its number")
    elif "generated" in words and "stored" in words:
        effect = replace(effect, rewrites=True, reason="every row is computed")
    elif function:
        effect = replace(effect, rewrites=True, reason=f"every row gets its own default, for {function}() is volatile")
    elif re.search(r"\bnot null\b", rest) and not has_default:
        effect = replace(effect, scans=True, reason="fails unless the table is empty: not null and no default")
    if {"check", "unique", "primary"} & set(words):
        effect = replace(effect, scans=True, reason=f"{effect.reason}; every row is read for its constraint")
    if "references" in words and has_default:
        effect = replace(effect, scans=True, reason=f"{effect.reason}; every row is checked against the foreign key")
    return _beside(effect, "", tokens)


def _volatile_call(tokens: Sequence[Token], known: Known) -> str | None:
    """The first function in the default that is volatile, or not known not to be."""
    start = next(number for number, token in enumerate(tokens) if token.is_word("default"))
    harmless = _HARMLESS | known.not_volatile
    for token, after in zip(tokens[start:], tokens[start + 1 :], strict=False):
        if token.is_word("constraint", "check", "references"):
            return None
        if after[:2] == ("punctuation", "(") and token.kind in ("word", "name") and token.value not in harmless:
            return token.value
    return None


_ALIASES = {
    "varchar": "character varying",
    "char": "character",
    "decimal": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "timestamptz": "timestamp with time zone",
    "float8": "double precision",
}


def _set_type(table: str, column: str, tokens: Sequence[Token], known: Known) -> Effect:
    start = next(number for number, token in enumerate(tokens) if token.is_word("type")) + 1
    end = next((n for n, token in enumerate(tokens) if n > start and token.is_word("using", "collate")), len(tokens))
    wanted = _type("".join(f"{token.value} " for token in tokens[start:end]))
    present = known.types.get((table, column))
    if len(tokens) > end and tokens[end].is_word("using"):
        present = None
    if present is not None and _is_coercible(_type(present), wanted):
        checked = (table, column) in known.checked
        reason = f"from {present} no row need change{', but every row is checked again' if checked else ''}"
        return Effect(table, ACCESS_EXCLUSIVE, scans=checked, reason=reason)
    reason = (
        f"every row is written anew, from {present}"
        if present
        else "every row is written anew, unless the old type fits"
    )
    return Effect(table, ACCESS_EXCLUSIVE, rewrites=True, scans=True, reason=f"{reason}; its indexes are rebuilt")


def _type(text: str) -> tuple[str, tuple[int, ...]]:
    """A type's name, in the server's spelling, and its modifiers."""
    numbers = tuple(int(number) for number in re.findall(r"-?\d+", text[text.find("(") :])) if "(" in text else ()
    name = " ".join(re.sub(r"\(.*?\)", " ", text).replace('"', "").split())
    return _ALIASES.get(name, name), numbers


def _is_coercible(old: tuple[str, tuple[int, ...]], new: tuple[str, tuple[int, ...]]) -> bool:
    """Whether rows of the old type are rows of the new one as they stand."""
    texts = ("text", "character varying")
    if old == new:
        return True
    if old[0] in texts and new[0] in texts:
        return not new[1] or (bool(old[1]) and old[1][0] <= new[1][0])
    if old[0] == new[0] == "numeric":
        precision, scale = (*old[1], 0)[:2] if old[1] else (0, 0)
        wanted, wanted_scale = (*new[1], 0)[:2] if new[1] else (0, 0)
        return not new[1] or (bool(old[1]) and wanted >= precision and wanted_scale == scale)
    if old[0] == new[0] and old[0] in ("bit varying", "interval", "timestamp with time zone"):
        return not new[1] or (bool(old[1]) and old[1][0] <= new[1][0])
    return (old[0], new[0]) == ("cidr", "inet")
