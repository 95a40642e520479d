"""What a statement locks, rewrites and reads in full, told from its text before it runs.

A table of rules, each checked against a server in tests/lib/test_lock_levels.py. What only the server knows (a column's
present type, whether a function is volatile) comes in as `Known`; without it the worse case is assumed and said.
Sources: PostgreSQL's manual, "Explicit Locking" and the pages of the statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pgacademy import alter_table
from pgacademy.lock_effects import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    EXCLUSIVE,
    NO_LOCK,
    NOTHING_KNOWN,
    ROW_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    STRENGTH,
    UNKNOWN,
    Effect,
    Known,
    merged,
)
from pgacademy.statement_shapes import (
    IF_EXISTS,
    NAME,
    PART,
    compiled,
    referenced_tables,
    shape_of,
    unquoted,
    unquoted_names,
)
from pgacademy.statements import Statement, Token, name_at

__all__ = ["NO_LOCK", "UNKNOWN", "assess", "assess_all", "strongest"]


def assess_all(statements: Sequence[Statement], known: Known = NOTHING_KNOWN) -> list[list[Effect]]:
    """The effects of each statement; what an earlier one made is marked as new, and nobody waits for it."""
    new: set[str] = set()
    found = []
    for statement in statements:
        effects = assess(statement, known)
        found.append([_as_new(effect) if effect.table in new else effect for effect in effects])
        shape = shape_of(statement.tokens)
        if " if not exists " not in shape:  # else it may have been there before
            new.update(effect.table for effect in effects if effect.is_new and effect.table)
        renamed = _RENAMED.match(shape)
        if renamed and unquoted(renamed["old"]) in new:
            new.add(unquoted(renamed["new"]))
    return found


def assess(statement: Statement, known: Known = NOTHING_KNOWN) -> list[Effect]:
    """What one statement does, one Effect a relation, the strongest lock of each."""
    shape = shape_of(statement.tokens)
    altered = alter_table.ALTER_TABLE.match(shape)
    if altered:
        return merged(alter_table.effects(unquoted(altered["table"]), statement, known))
    for rule in _RULES:
        if match := rule.pattern.match(shape):
            return merged(rule.effects(match, statement))
    return [Effect(None, UNKNOWN, reason="what this statement locks is not known here")]


def strongest(effects: Iterable[Effect]) -> str:
    """The strongest lock among them, those on new tables left out."""
    return max((effect.lock for effect in effects if not effect.is_new), key=STRENGTH.index, default=NO_LOCK)


def _as_new(effect: Effect) -> Effect:
    return replace(effect, is_new=True, reason="made in this plan")


# -- rules -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """A form of statement. The pattern keeps names as table, view, index or sequence, which get the rule's lock, and as
    new, parent or source, which get one that goes with the word; `mode` is the lock that the statement itself names."""

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
                found.extend(self._effect(name, kind) for name in unquoted_names(value))
            elif kind == "mode":
                found = [replace(effect, lock=value.upper()) for effect in found]
            elif kind == "new":
                found.append(Effect(unquoted(value), ACCESS_EXCLUSIVE, reason="new", is_new=True))
            elif kind == "parent":
                found.append(Effect(unquoted(value), ACCESS_EXCLUSIVE, reason="gets a partition"))
            elif kind == "source":
                found.append(Effect(unquoted(value), ACCESS_SHARE, reason="read"))
        if "new" in groups:
            found.extend(
                Effect(name, SHARE_ROW_EXCLUSIVE, reason="a foreign key references it")
                for name in referenced_tables(statement.tokens)
                if name != unquoted(groups["new"])
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
    return _Rule(compiled(pattern), lock, reason, "rewrites" in flags, "scans" in flags, constraint)


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
    _rule(f"create (?:unlogged )?table {IF_EXISTS}<new> partition of <parent>", NO_LOCK),
    _rule(f"create (?:unlogged |foreign )?table {IF_EXISTS}<new>", NO_LOCK),
    _rule(f"drop (?:foreign )?table {IF_EXISTS}<table…>", ACCESS_EXCLUSIVE, "dropped with its data", constraint="*"),
    _rule("truncate (?:table )?<table…>", ACCESS_EXCLUSIVE, "emptied", "rewrites"),
    _rule("lock (?:table )?<table…> in (?P<mode>[a-z ]+) mode", ACCESS_EXCLUSIVE, "asked for"),
    _rule("lock (?:table )?<table…>", ACCESS_EXCLUSIVE, "asked for"),
    # indexes
    _rule(
        f"create (?:unique )?index concurrently (?:{IF_EXISTS}{PART} )?on (?:only )?<table>",
        SHARE_UPDATE_EXCLUSIVE,
        "an index is built in two passes, and waits for older transactions",
        "scans",
    ),
    _rule(
        f"create (?:unique )?index (?:{IF_EXISTS}{PART} )?on (?:only )?<table>",
        SHARE,
        "an index is built; concurrently would let writers go on",
        "scans",
    ),
    _rule(f"drop index concurrently {IF_EXISTS}<index…>", SHARE_UPDATE_EXCLUSIVE, "waits for older transactions"),
    _rule(f"drop index {IF_EXISTS}<index…>", ACCESS_EXCLUSIVE, "an index goes; concurrently would let others go on"),
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
        f"create (?:or replace )?(?:constraint )?trigger {PART} .*? on <table>", SHARE_ROW_EXCLUSIVE, "gets a trigger"
    ),
    _rule(f"drop trigger {IF_EXISTS}{PART} on <table>", ACCESS_EXCLUSIVE, "loses a trigger"),
    _rule(f"alter trigger {PART} on <table> (?:no )?depends", NO_LOCK, "a note in the catalogue"),
    _rule(f"alter trigger {PART} on <table>", ACCESS_EXCLUSIVE, "a trigger is renamed"),
    _rule(f"create policy {PART} on <table>", ACCESS_EXCLUSIVE, "gets a policy"),
    _rule(f"alter policy {PART} on <table>", ACCESS_EXCLUSIVE, "a policy changes"),
    _rule(f"drop policy {IF_EXISTS}{PART} on <table>", ACCESS_EXCLUSIVE, "loses a policy"),
    _rule(f"create (?:or replace )?rule {PART} as on [a-z]+ to <table>", ACCESS_EXCLUSIVE, "gets a rule"),
    _rule(f"drop rule {IF_EXISTS}{PART} on <table>", ACCESS_EXCLUSIVE, "loses a rule"),
    # views
    _rule(f"create {_TEMP} (?:view|sequence)", NO_LOCK, "temporary"),
    _rule("create or replace (?:recursive )?view <view>", ACCESS_EXCLUSIVE, "replaced, if it is there"),
    _rule(f"create (?:materialized |recursive )?view {IF_EXISTS}<new>", NO_LOCK),
    _rule(f"drop (?:materialized )?view {IF_EXISTS}<view…>", ACCESS_EXCLUSIVE, "dropped"),
    _rule(
        rf"alter materialized view {IF_EXISTS}<view> (?:(?:re)?set \(\)|cluster on|set without cluster|"
        rf"alter (?:column )?{PART} (?:set statistics|(?:re)?set \(\)))",
        SHARE_UPDATE_EXCLUSIVE,
        "how it is stored or sampled changes",
    ),
    _rule(f"alter (?:materialized )?view {IF_EXISTS}<view>", ACCESS_EXCLUSIVE, "changed"),
    _rule("refresh materialized view concurrently <view>", EXCLUSIVE, "only what differs is written", "scans"),
    _rule("refresh materialized view <view>", ACCESS_EXCLUSIVE, "filled anew", "rewrites"),
    # sequences
    _rule(f"create (?:unlogged )?sequence {IF_EXISTS}<new>", NO_LOCK),
    _rule(f"drop sequence {IF_EXISTS}<sequence…>", ACCESS_EXCLUSIVE, "dropped"),
    _rule(
        f"alter sequence {IF_EXISTS}<sequence> (?:owner|rename|set (?:schema|logged|unlogged))",
        ACCESS_EXCLUSIVE,
        "changed",
    ),
    _rule(f"alter sequence {IF_EXISTS}<sequence>", SHARE_ROW_EXCLUSIVE, "changed"),
    # remarks and statistics
    _rule(rf"comment on column (?P<table>{NAME})\.{PART} is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on (?:foreign )?table <table> is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on (?:materialized )?view <view> is", SHARE_UPDATE_EXCLUSIVE, "a comment"),
    _rule("comment on index <index> is", NO_LOCK, "a comment on an index"),
    _rule("comment on constraint .* on domain", NO_LOCK, "a comment"),
    _rule(f"comment on (?:constraint|trigger|policy|rule) {PART} on <table> is", ACCESS_SHARE, "a comment"),
    _rule("comment on", NO_LOCK, "a comment"),
    _rule(f"create statistics (?:{IF_EXISTS}{PART} )?.*from <table>", SHARE_UPDATE_EXCLUSIVE, "gets statistics"),
    _rule("drop statistics", SHARE_UPDATE_EXCLUSIVE, "its table loses statistics"),
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
    # tables that only the server can tell: see lock_reach
    _rule("(?:drop|reassign) owned", ACCESS_EXCLUSIVE, "everything that the role owns"),
    _rule(
        "alter domain .*(?: add .*(?<!not valid)$| validate | set not null)",
        SHARE,
        "every table with a column of it is checked",
        "scans",
    ),
    # no table at all
    _rule(f"(?:create|create or replace|alter|drop) (?:trusted |procedural |default )*(?:{_OBJECTS})", NO_LOCK, ""),
    _rule("(?:grant|revoke|security|set|reset|show|discard|notify|listen|savepoint|release|rollback)", NO_LOCK),
    _rule("(?:import|load|checkpoint|deallocate|prepare|begin|commit|start|end|abort|explain|create)", UNKNOWN, ""),
)

_RENAMED = compiled(f"alter table {IF_EXISTS}(?:only )?<old> rename to <new>$")
