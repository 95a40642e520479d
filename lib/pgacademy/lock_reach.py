"""What a statement locks beyond the relations it names: what stands on what it drops, partitions, tables under a view.

Only the server knows that. It is asked without any lock on a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgacademy.connection import Connection
from pgacademy.lock_effects import ACCESS_EXCLUSIVE, NO_LOCK, SHARE, SHARE_ROW_EXCLUSIVE, STRENGTH, Effect
from pgacademy.sources import queries
from pgacademy.statement_shapes import IF_EXISTS, NAME, PART, compiled, shape_of, unquoted
from pgacademy.statements import Statement, Token, name_at

_DROP = re.compile(
    r"drop (?P<kind>(?:foreign )?table|(?:materialized )?view|sequence|index|function|procedure|routine|aggregate|type|"
    r"domain|statistics|extension)\b"
)
_DROP_TRIGGER = compiled(f"drop trigger {IF_EXISTS}<name> on <table>")
_DROP_PART = compiled(rf".*\bdrop (?P<kind>constraint|column)? ?{IF_EXISTS}(?P<name>{PART})(?: |$)")
_ALTER_TABLE = compiled(f"alter (?:foreign )?table {IF_EXISTS}(?:only )?<table>")
_ALTER_DOMAIN = re.compile(r"alter domain .*(?: add .*(?<!not valid)$| validate | set not null)")
_OWNED = re.compile("(?:drop|reassign) owned")
_PARTITIONED = compiled(
    f"create (?:[a-z]+ )*table {IF_EXISTS}{NAME} partition of <of>|"
    f"alter table {IF_EXISTS}(?:only )?<altered> (?:attach|(?P<detached>detach)) partition "
)

# Subcommands of ALTER TABLE that leave partitions and children alone.
_STAYS = compiled(
    rf"(?:owner to|set schema|(?:re)?set \(\)|rename to|replica identity|(?:no )?inherit|(?:not )?of|(?:at|de)tach|"
    rf"cluster|set without cluster|set (?:un)?logged|set tablespace|set access method|no force|force|"
    rf"(?:enable|disable) (?:row|rule|replica rule|always rule)|"
    rf"alter (?:column )?{PART} (?:(?:re)?set \(\)|set compression))"
)
#: What goes down to partitions, but not to children that merely inherit.
_PARTITIONS_ONLY = re.compile(
    r"create (?:unique )?index (?!concurrently)|create (?:or replace )?trigger .*for each row|(?:drop|alter) trigger|"
    r"reindex (?:\(\) )?(?:table|index) "
)
_TO_ALL = re.compile(r"(?:truncate|lock|analyze) ")


@dataclass(frozen=True)
class Reach:
    """Asks a connection, the school being first in the path."""

    connection: Connection

    def beyond(self, statement: Statement, effects: Sequence[Effect]) -> list[Effect]:
        """The effects of a statement on relations that it reaches without naming them."""
        known = [effect for effect in effects if not effect.is_new]
        if effects and not known:
            return []
        shape = shape_of(statement.tokens)
        found = [*self._dropped(statement, shape), *self._alone(statement, shape, effects)]
        parents = [*known, *found] if shape.startswith("lock") else known
        found += self._below(statement, shape, parents)
        return [effect for effect in found if not any(_covers(named, effect) for named in known)]

    def _dropped(self, statement: Statement, shape: str) -> Iterator[Effect]:
        """What goes with an object, or loses a part with it."""
        is_cascade = statement.tokens[-1].is_word("cascade")
        if match := _DROP.match(shape):
            for name in _listed(statement.tokens, len(match[0].split())):
                yield from self._dependents(match["kind"].split()[-1], "", name, is_cascade=is_cascade)
        elif match := _DROP_TRIGGER.match(shape):
            yield from self._dependents("trigger", unquoted(match["table"]), unquoted(match["name"]), is_cascade=False)
        elif match := _ALTER_TABLE.match(shape):
            for part in shape[match.end() :].split(" , "):
                dropped = _DROP_PART.match(f" {part}")
                if dropped and "alter " not in part:
                    yield from self._dependents(
                        dropped["kind"] or "column",
                        unquoted(match["table"]),
                        unquoted(dropped["name"]),
                        is_cascade=part.endswith(" cascade"),
                    )

    def _dependents(self, kind: str, table: str, name: str, *, is_cascade: bool) -> Iterator[Effect]:
        values = {"kind": kind, "table": table, "name": name, "is_cascade": is_cascade}
        for relation, lock, goes in self._ask("dependents", values):
            yield Effect(relation, lock, reason="goes with it" if goes else f"something of it goes with {name}")

    def _alone(self, statement: Statement, shape: str, effects: Sequence[Effect]) -> Iterator[Effect]:
        """The cases that are like no other."""
        names = [effect.table for effect in effects if effect.table and not effect.is_new]
        if shape.startswith(("drop table", "drop foreign table")):
            for (relation,) in self._ask("parents", {"tables": names}):
                yield Effect(relation, ACCESS_EXCLUSIVE, reason="loses a partition")
        if match := _PARTITIONED.match(shape):
            parent = unquoted(match["of"] or match["altered"])
            for relation, is_default, is_above in self._ask("beside_partitions", {"table": parent}):
                is_strong = is_default or (match["detached"] and not is_above)
                reason = f"{'the default partition' if is_default else 'a foreign key'} of {parent}"
                yield Effect(relation, ACCESS_EXCLUSIVE if is_strong else SHARE_ROW_EXCLUSIVE, reason=reason)
        if shape.startswith("truncate") and statement.tokens[-1].is_word("cascade"):
            for (relation,) in self._ask("referencing", {"tables": names}):
                yield Effect(relation, ACCESS_EXCLUSIVE, rewrites=True, reason="emptied, for it references the other")
        if shape.startswith("lock"):
            for view, relation in self._ask("under_views", {"views": names}):
                (of_view,) = [effect for effect in effects if effect.table == view]
                yield replace(of_view, table=relation, reason=f"the view {view} reads it")
        if _ALTER_DOMAIN.match(shape):
            for (relation,) in self._ask("of_domain", {"domain": name_at(statement.tokens, 2)[0]}):
                yield Effect(relation, SHARE, scans=True, reason="every row is checked, for a column is of this domain")
        if _OWNED.match(shape):
            for (relation,) in self._ask("everything", {}):
                yield Effect(relation, ACCESS_EXCLUSIVE, reason="if the role owns it, or a policy names the role")

    def _below(self, statement: Statement, shape: str, effects: Sequence[Effect]) -> Iterator[Effect]:
        """Partitions and children, which are locked as their parent is."""
        is_altered = _ALTER_TABLE.match(shape)
        partitions_only = bool(_PARTITIONS_ONLY.match(shape))
        if is_altered:
            parts = shape[is_altered.end() :].removeprefix(" *").lstrip().split(" , ")
            if all(_STAYS.match(part) for part in parts):
                return
        elif not (partitions_only or _TO_ALL.match(shape)):
            return
        if "only" in statement.words[:7]:
            return
        known = {effect.table: effect for effect in effects if effect.table and not effect.is_new}
        for parent, child, is_partition in self._ask("descendants", {"tables": list(known)}):
            above = known[parent]
            if above.lock != NO_LOCK and (is_partition or not partitions_only):
                yield replace(above, table=child, reason=f"as {parent}: {above.reason}", constraint=None)

    def _ask(self, query: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        return self.connection.execute(queries("plan")[query], values).fetchall()


def _covers(named: Effect, effect: Effect) -> bool:
    """Whether the one says all that the other does."""
    return (
        named.table == effect.table
        and STRENGTH.index(named.lock) >= STRENGTH.index(effect.lock)
        and named.rewrites >= effect.rewrites
        and named.scans >= effect.scans
    )


def _listed(tokens: Sequence[Token], at: int) -> Iterator[str]:
    """The names of a list that begins at a token, what stands in parentheses left out."""
    while at < len(tokens) and tokens[at].is_word("if", "exists", "concurrently"):
        at += 1
    depth = 0
    expected = True
    while at < len(tokens):
        token = tokens[at]
        if expected:
            name, at = name_at(tokens, at)
            yield name
            expected = False
            continue
        depth += (token.value == "(") - (token.value == ")")
        expected = depth == 0 and token[:2] == ("punctuation", ",")
        at += 1
