"""What a statement locks, rewrites and reads in full, told from its text before it runs.

A table of rules, each checked against a server in tests/lib/test_lock_levels.py. What only the server knows (a column's
present type, whether a function is volatile) comes in as `Known`; without it the worse case is assumed and said.
Sources: PostgreSQL's manual, "Explicit Locking" and ALTER TABLE; AlterTableGetLockLevel in tablecmds.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pgacademy.statements import Statement, Token, name_at

ACCESS_SHARE = "ACCESS SHARE"
ROW_SHARE = "ROW SHARE"
ROW_EXCLUSIVE = "ROW EXCLUSIVE"
SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
SHARE = "SHARE"
SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
EXCLUSIVE = "EXCLUSIVE"
ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"
#: No lock on any table.
NO_LOCK = ""
#: The statement runs code that cannot be read here.
UNKNOWN = "UNKNOWN"

#: From the weakest to the strongest.
STRENGTH = (
    NO_LOCK,
    ACCESS_SHARE,
    ROW_SHARE,
    ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    EXCLUSIVE,
    ACCESS_EXCLUSIVE,
    UNKNOWN,
)

_BLOCKS = {
    ACCESS_EXCLUSIVE: "reads and writes",
    EXCLUSIVE: "writes",
    SHARE_ROW_EXCLUSIVE: "writes",
    SHARE: "writes",
    SHARE_UPDATE_EXCLUSIVE: "schema changes",
    UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class Effect:
    """What a statement does to one relation, until its transaction ends.

    `table` is a name without its schema; None when no table is touched or it cannot be told which. `kind` is what the
    name is of: table, view, index or sequence. `constraint` names one that goes ('*': all), because a foreign key that
    goes locks the table that it references too.
    """

    table: str | None
    lock: str
    rewrites: bool = False
    scans: bool = False
    reason: str = ""
    kind: str = "table"
    is_new: bool = False
    constraint: str | None = None

    @property
    def blocks(self) -> str:
        """What others must wait with: "reads and writes", "writes", "schema changes", "nothing" or "unknown"."""
        return "nothing" if self.is_new else _BLOCKS.get(self.lock, "nothing")


@dataclass(frozen=True)
class Known:
    """What the server knows. Columns are named by table and column.

    `types` as format_type() has them; `checked` are columns that a CHECK reads, `never_null` those that a valid one
    proves not null; `not_volatile` are functions.
    """

    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    checked: frozenset[tuple[str, str]] = frozenset()
    never_null: frozenset[tuple[str, str]] = frozenset()
    not_volatile: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


def assess_all(statements: Sequence[Statement], known: Known = NOTHING_KNOWN) -> list[list[Effect]]:
    """The effects of each statement; what an earlier one made is marked as new, and nobody waits for it."""
    new: set[str] = set()
    found = []
    for statement in statements:
        effects = assess(statement, known)
        found.append([_as_new(effect) if effect.table in new else effect for effect in effects])
        new.update(effect.table for effect in effects if effect.is_new and effect.table)
        renamed = _RENAMED.match(_shape(statement.tokens))
        if renamed and _unquoted(renamed["old"]) in new:
            new.add(_unquoted(renamed["new"]))
    return found


def assess(statement: Statement, known: Known = NOTHING_KNOWN) -> list[Effect]:
    """What one statement does, one Effect a relation, the strongest lock of each."""
    shape = _shape(statement.tokens)
    altered = _ALTER_TABLE.match(shape)
    if altered:
        return _merged(_alter_table(_unquoted(altered["table"]), statement, known))
    for rule in _RULES:
        if match := rule.pattern.match(shape):
            return _merged(rule.effects(match, statement))
    return [Effect(None, UNKNOWN, reason="what this statement locks is not known here")]


def strongest(effects: Iterable[Effect]) -> str:
    """The strongest lock among them, those on new tables left out."""
    return max((effect.lock for effect in effects if not effect.is_new), key=STRENGTH.index, default=NO_LOCK)


# -- statements as text that rules can match --------------------------------------------------------------------------

_PART = r'(?:"[^"]*"|[^\s".,()]+)'
_NAME = rf"{_PART}(?:\.{_PART})*"


def _compiled(pattern: str) -> re.Pattern[str]:
    """`<x>` stands for a name kept as x, `<x…>` for a list of them, a space for one space."""
    one = rf"(?:only )?{_NAME}(?: \*)?"
    pattern = re.sub(r"<(\w+)…>", lambda found: f"(?P<{found[1]}>{one}(?: , {one})*)", pattern)
    # A lone name must not be taken for one of those just written, (?P<x>
    return re.compile(re.sub(r"(?<!P)<(\w+)>", lambda found: f"(?P<{found[1]}>{_NAME})", pattern))


def _shape(tokens: Sequence[Token]) -> str:
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


def _unquoted(name: str) -> str:
    """The last part of a qualified name, without quotes."""
    return str(re.findall(_PART, name)[-1]).strip('"')


def _names(names: str) -> list[str]:
    return [_unquoted(name.removeprefix("only ").removesuffix(" *")) for name in names.split(" , ")]


def _as_new(effect: Effect) -> Effect:
    return replace(effect, is_new=True, reason="made in this plan")


def _merged(effects: Iterable[Effect]) -> list[Effect]:
    """One effect a relation: its strongest lock, all that happens to it, every reason once."""
    found: dict[tuple[str | None, str], Effect] = {}
    for effect in effects:
        key = (effect.table, effect.kind)
        other = found.get(key)
        if other is None:
            found[key] = effect
            continue
        reasons = dict.fromkeys([*other.reason.split("; "), *effect.reason.split("; ")])
        found[key] = replace(
            effect,
            lock=max(effect.lock, other.lock, key=STRENGTH.index),
            rewrites=effect.rewrites or other.rewrites,
            scans=effect.scans or other.scans,
            reason="; ".join(reason for reason in reasons if reason),
            is_new=effect.is_new or other.is_new,
            constraint=effect.constraint or other.constraint,
        )
    return list(found.values())


def _referenced(tokens: Sequence[Token]) -> list[str]:
    """The tables that REFERENCES names."""
    return [name_at(tokens, number + 1)[0] for number, token in enumerate(tokens[:-1]) if token.is_word("references")]


# -- statements but ALTER TABLE ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """A form of statement: names that the pattern keeps as table, tables, view, index, sequence, new or source."""

    pattern: re.Pattern[str]
    lock: str
    reason: str = ""
    rewrites: bool = False
    scans: bool = False
    constraint: str | None = None

    def effects(self, match: re.Match[str], statement: Statement) -> list[Effect]:
        groups = {name: value for name, value in match.groupdict().items() if value}
        found: list[Effect] = []
        for kind, value in groups.items():
            if kind in ("table", "view", "index", "sequence"):
                found.extend(self._effect(name, kind) for name in _names(value))
            elif kind == "mode":
                found = [replace(effect, lock=value.upper()) for effect in found]
            elif kind == "new":
                found.append(Effect(_unquoted(value), ACCESS_EXCLUSIVE, reason="new", is_new=True))
            elif kind == "parent":
                found.append(Effect(_unquoted(value), ACCESS_EXCLUSIVE, reason="gets a partition"))
            elif kind == "source":
                found.append(Effect(_unquoted(value), ACCESS_SHARE, reason="read"))
        if "new" in groups:
            found.extend(
                Effect(name, SHARE_ROW_EXCLUSIVE, reason="a foreign key references it")
                for name in _referenced(statement.tokens)
                if name != _unquoted(groups["new"])
            )
            found.extend(
                Effect(name, SHARE_UPDATE_EXCLUSIVE, reason="is inherited from")
                for name in _inherited(statement.tokens)
            )
        return found or [self._effect(None, "table")]

    def _effect(self, name: str | None, kind: str) -> Effect:
        return Effect(name, self.lock, self.rewrites, self.scans, self.reason, kind, constraint=self.constraint)


def _inherited(tokens: Sequence[Token]) -> list[str]:
    """The tables that INHERITS names."""
    found: list[str] = []
    for number, token in enumerate(tokens[:-2]):
        if token.is_word("inherits") and tokens[number + 1].value == "(":
            at = number + 1
            while at < len(tokens) and tokens[at].value in ("(", ","):
                name, at = name_at(tokens, at + 1)
                found.append(name)
    return found


def _rule(pattern: str, lock: str, reason: str = "", *flags: str, constraint: str | None = None) -> _Rule:
    return _Rule(_compiled(pattern), lock, reason, "rewrites" in flags, "scans" in flags, constraint)


_IF = "(?:if (?:not )?exists )?"
_TEMP = "(?:(?:local|global) )?(?:temporary|temp)"
_OBJECTS = (
    "function|procedure|routine|aggregate|type|domain|schema|extension|operator|cast|collation|conversion|language|role|"
    "user|group|database|server|foreign data wrapper|publication|subscription|event trigger|text search|statistics|"
    "tablespace|transform|access method|large object|default privileges|system|parameter"
)

# The first that matches counts.
_RULES = (
    # tables
    _rule(f"create {_TEMP} table", NO_LOCK, "a temporary table"),
    _rule(f"create (?:unlogged )?table {_IF}<new> partition of <parent>", NO_LOCK),
    _rule(f"create (?:unlogged |foreign )?table {_IF}<new>", NO_LOCK),
    _rule(f"drop (?:foreign )?table {_IF}<table…>", ACCESS_EXCLUSIVE, "dropped with its data", constraint="*"),
    _rule("truncate (?:table )?<table…>", ACCESS_EXCLUSIVE, "emptied", "rewrites"),
    _rule("lock (?:table )?<table…> in (?P<mode>[a-z ]+) mode", ACCESS_EXCLUSIVE, "asked for"),
    _rule("lock (?:table )?<table…>", ACCESS_EXCLUSIVE, "asked for"),
    # indexes
    _rule(
        f"create (?:unique )?index concurrently (?:{_IF}{_PART} )?on (?:only )?<table>",
        SHARE_UPDATE_EXCLUSIVE,
        "an index is built in two passes, and waits for older transactions",
        "scans",
    ),
    _rule(
        f"create (?:unique )?index (?:{_IF}{_PART} )?on (?:only )?<table>",
        SHARE,
        "an index is built; concurrently would let writers go on",
        "scans",
    ),
    _rule(f"drop index concurrently {_IF}<index…>", SHARE_UPDATE_EXCLUSIVE, "waits for older transactions"),
    _rule(f"drop index {_IF}<index…>", ACCESS_EXCLUSIVE, "an index goes; concurrently would let others go on"),
    _rule(
        r"reindex (?:\(\) )?(?P<what>index) concurrently <index>",
        SHARE_UPDATE_EXCLUSIVE,
        "an index is rebuilt beside the old one",
        "scans",
    ),
    _rule(
        r"reindex (?:\(\) )?table concurrently <table>",
        SHARE_UPDATE_EXCLUSIVE,
        "its indexes are rebuilt beside the old ones",
        "scans",
    ),
    _rule(
        r"reindex (?:\(\) )?index <index>",
        SHARE,
        "the index itself is locked against readers too",
        "scans",
    ),
    _rule(
        r"reindex (?:\(\) )?table <table>",
        SHARE,
        "the indexes themselves are locked against readers too",
        "scans",
    ),
    _rule("alter index .*set tablespace", UNKNOWN, "the index is copied, locked against readers"),
    _rule("alter index (?:if exists )?<index>", SHARE_UPDATE_EXCLUSIVE, "only what the catalogue says of it"),
    # triggers, policies, rules
    _rule(
        f"create (?:or replace )?(?:constraint )?trigger {_PART} .*? on <table>", SHARE_ROW_EXCLUSIVE, "gets a trigger"
    ),
    _rule(f"drop trigger {_IF}{_PART} on <table>", ACCESS_EXCLUSIVE, "loses a trigger"),
    _rule(f"alter trigger {_PART} on <table> (?:no )?depends", NO_LOCK, "a note in the catalogue"),
    _rule(f"alter trigger {_PART} on <table>", ACCESS_EXCLUSIVE, "a trigger is renamed"),
    _rule(f"create policy {_PART} on <table>", ACCESS_EXCLUSIVE, "gets a policy"),
    _rule(f"alter policy {_PART} on <table>", ACCESS_EXCLUSIVE, "a policy changes"),
    _rule(f"drop policy {_IF}{_PART} on <table>", ACCESS_EXCLUSIVE, "loses a policy"),
    _rule(f"create (?:or replace )?rule {_PART} as on [a-z]+ to <table>", ACCESS_EXCLUSIVE, "gets a rule"),
    _rule(f"drop rule {_IF}{_PART} on <table>", ACCESS_EXCLUSIVE, "loses a rule"),
    # views
    _rule(f"create {_TEMP} (?:view|sequence)", NO_LOCK, "temporary"),
    _rule("create or replace (?:recursive )?view <view>", ACCESS_EXCLUSIVE, "replaced, if it is there"),
    _rule(f"create (?:materialized |recursive )?view {_IF}<new>", NO_LOCK),
    _rule(f"drop (?:materialized )?view {_IF}<view…>", ACCESS_EXCLUSIVE, "dropped"),
    _rule(f"alter (?:materialized )?view {_IF}<view>", ACCESS_EXCLUSIVE, "changed"),
    _rule("refresh materialized view concurrently <view>", EXCLUSIVE, "only what differs is written", "scans"),
    _rule("refresh materialized view <view>", ACCESS_EXCLUSIVE, "filled anew", "rewrites"),
    # sequences
    _rule(f"create (?:unlogged )?sequence {_IF}<new>", NO_LOCK),
    _rule(f"drop sequence {_IF}<sequence…>", ACCESS_EXCLUSIVE, "dropped"),
    _rule(
        f"alter sequence {_IF}<sequence> (?:owner|rename|set (?:schema|logged|unlogged))", ACCESS_EXCLUSIVE, "changed"
    ),
    _rule(f"alter sequence {_IF}<sequence>", SHARE_ROW_EXCLUSIVE, "changed"),
    # remarks and statistics
    _rule(rf"comment on column (?P<table>{_NAME})\.{_PART} is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on (?:foreign )?table <table> is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on (?:materialized )?view <view> is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on index <index> is", NO_LOCK, "a comment on an index"),
    _rule("comment on constraint .* on domain", NO_LOCK, "a comment"),
    _rule(f"comment on (?:constraint|trigger|policy|rule) {_PART} on <table> is", ACCESS_SHARE, "a comment"),
    _rule("comment on", NO_LOCK, "a comment"),
    _rule(f"create statistics (?:{_IF}{_PART} )?.*from <table>", SHARE_UPDATE_EXCLUSIVE, "gets statistics"),
    _rule(r"analyze (?:verbose |\(\) )?<table…>", SHARE_UPDATE_EXCLUSIVE, "a sample is read"),
    # rewriting
    _rule(r"vacuum (?:full|\(\) ).*?<table>$", ACCESS_EXCLUSIVE, "written anew, if it is FULL", "rewrites"),
    _rule("vacuum (?:[a-z]+ )*<table>$", SHARE_UPDATE_EXCLUSIVE, "", "scans"),
    _rule(r"cluster (?:verbose |\(\) )?<table>", ACCESS_EXCLUSIVE, "written anew, in an index's order", "rewrites"),
    # data
    _rule("insert into <table>", ROW_EXCLUSIVE, "rows are added"),
    _rule("update (?:only )?<table>", ROW_EXCLUSIVE, "rows are changed, and stay locked to the end", "scans"),
    _rule("delete from (?:only )?<table>", ROW_EXCLUSIVE, "rows go, and stay locked to the end", "scans"),
    _rule("merge into (?:only )?<table>", ROW_EXCLUSIVE, "rows change, and stay locked to the end", "scans"),
    _rule(r"copy <table> (?:\(\) )?from", ROW_EXCLUSIVE, "rows are added"),
    _rule(r"copy <table> (?:\(\) )?to", ACCESS_SHARE, "read", "scans"),
    # what runs code
    _rule("do ", UNKNOWN, "a DO block: what it locks cannot be told"),
    _rule("call ", UNKNOWN, "what the procedure locks cannot be told"),
    _rule(
        r"(?:select|with|values|table|\(\)|perform|execute)\b",
        UNKNOWN,
        "what the functions it calls lock cannot be told",
    ),
    # no table at all
    _rule(f"(?:create|create or replace|alter|drop) (?:trusted |procedural |default )*(?:{_OBJECTS})", NO_LOCK, ""),
    _rule(
        "(?:grant|revoke|reassign|security|set|reset|show|discard|notify|listen|savepoint|release|rollback)", NO_LOCK
    ),
    _rule("(?:import|load|checkpoint|deallocate|prepare|begin|commit|start|end|abort|explain|create)", UNKNOWN, ""),
)

_RENAMED = _compiled(f"alter table {_IF}(?:only )?<old> rename to <new>$")


# -- ALTER TABLE ------------------------------------------------------------------------------------------------------

_ALTER_TABLE = _compiled(rf"alter (?:foreign )?table {_IF}(?!all in tablespace)(?:only )?<table>(?: \*)? ")


@dataclass(frozen=True)
class _Action:
    """A subcommand. The first that matches counts."""

    pattern: re.Pattern[str]
    lock: str
    reason: str
    rewrites: bool
    scans: bool


def _action(pattern: str, lock: str, reason: str, *flags: str) -> _Action:
    return _Action(_compiled(pattern), lock, reason, "rewrites" in flags, "scans" in flags)


_COLUMN = rf"alter (?:column )?{_PART}"
_CONSTRAINT = rf"add (?:constraint {_PART} )?"

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
    _action(f"alter constraint {_PART} (?:no )?inherit", ACCESS_EXCLUSIVE, "a constraint changes"),
    _action(f"alter constraint {_PART} enforced", ACCESS_EXCLUSIVE, "every row is checked", "scans"),
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

_ADD_COLUMN = _compiled(rf"add (?:column )?{_IF}(?P<column>{_PART}) (?P<rest>.*)")
_SET_NOT_NULL = _compiled(rf"alter (?:column )?(?P<column>{_PART}) set not null")
_SET_TYPE = _compiled(rf"alter (?:column )?(?P<column>{_PART}) (?:set data )?type (?P<type>.*)")


def _alter_table(table: str, statement: Statement, known: Known) -> list[Effect]:
    found: list[Effect] = []
    for part in _subcommands(statement.tokens):
        found.extend(_subcommand(table, part, known))
    return found


def _subcommands(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """What follows the table's name, cut at the commas outside parentheses."""
    whole = _shape(tokens)
    head = _ALTER_TABLE.match(whole)
    assert head is not None  # noqa: S101  (the caller matched it)
    begin = next(number for number in range(len(tokens)) if _shape(tokens[:number]) == head.group().rstrip())
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
    shape = _shape(tokens)
    if match := _SET_NOT_NULL.match(shape):
        return [_set_not_null(table, _unquoted(match["column"]), known)]
    if match := _SET_TYPE.match(shape):
        return [_set_type(table, _unquoted(match["column"]), tokens, known)]
    for action in _ACTIONS:
        if action.pattern.match(shape):
            effect = Effect(table, action.lock, action.rewrites, action.scans, action.reason)
            return _beside(effect, shape, tokens)
    if match := _ADD_COLUMN.match(shape):
        return _add_column(table, match["rest"], tokens, known)
    return [Effect(table, ACCESS_EXCLUSIVE, reason="not known here, so the strongest lock is assumed")]


_PARTITION = _compiled(r"(?P<what>attach|detach) partition <table>(?P<concurrently> concurrently| finalize)?")
_INHERIT = _compiled(r"inherit <table>$")
_DROP_CONSTRAINT = _compiled(rf"drop constraint {_IF}<constraint>")


def _beside(effect: Effect, shape: str, tokens: Sequence[Token]) -> list[Effect]:
    """The effect, and those on other tables that the subcommand names."""
    if match := _PARTITION.match(shape):
        other = _unquoted(match["table"])
        if match["what"] == "attach":
            reason = "every row is checked, unless a constraint proves that it belongs there"
            return [effect, Effect(other, ACCESS_EXCLUSIVE, scans=True, reason=reason)]
        return [effect, Effect(other, ACCESS_EXCLUSIVE, reason="is detached")]
    if match := _INHERIT.match(shape):
        return [effect, Effect(_unquoted(match["table"]), SHARE_UPDATE_EXCLUSIVE, reason="is inherited from")]
    if match := _DROP_CONSTRAINT.match(shape):
        return [replace(effect, constraint=_unquoted(match["constraint"]))]
    reason = "a foreign key references it"
    return [
        effect,
        *(Effect(name, SHARE_ROW_EXCLUSIVE, scans=effect.scans, reason=reason) for name in _referenced(tokens)),
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
