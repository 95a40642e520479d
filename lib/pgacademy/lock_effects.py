"""What a statement does to a table: the lock it takes, and whether it rewrites or reads all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

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


def merged(effects: Iterable[Effect]) -> list[Effect]:
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
