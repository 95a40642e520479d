"""How a school stands against the files: what its journal says, and what is done, pending, late or edited by that.

Of the journal only its views are for others than the school's owner; an older version's has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgacademy import bookkeeping, repeatables
from pgacademy.bookkeeping import State
from pgacademy.connection import Connection
from pgacademy.repeatables import Key
from pgacademy.sources import SourceFile, queries
from pgacademy.steps import Step


@dataclass(frozen=True)
class Journal:
    """What a school has recorded: its migrations, and the checksum and text of each repeatable file.

    The text is None where an older version kept none.
    """

    state: State = field(default_factory=State)
    files: Mapping[Key, tuple[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """The names of migrations, in the order of the files.

    pending: to be applied, those in `unfinished` among them, which were begun and did not come to their end. edited,
    unknown, late: what keeps `migrate` from running: a file that is not what was applied, one that is missing here, one
    that has appeared before others that are applied.
    """

    pending: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        return not (self.pending or self.unfinished or self.edited or self.unknown or self.late)


def read_journal(connection: Connection, *, has_views: bool) -> Journal:
    """The journal, the school being first in the path; without its views only the owner may read it.

    Raises JournalDamaged.
    """
    if not has_views:
        state = bookkeeping.read(connection)
        rows = connection.execute(queries("bookkeeping")["objects"]).fetchall() if state.applied else []
        return Journal(state, {(kind, name): (sha256, None) for kind, name, sha256 in rows})
    bookkeeping.require_keys(connection)
    state = bookkeeping.state_of(connection.execute(queries("standing")["steps"]).fetchall())
    rows = connection.execute(queries("standing")["files"]).fetchall()
    return Journal(state, {(kind, name): (sha256, text) for kind, name, sha256, text in rows})


def standing(steps: Sequence[Step], state: State) -> Standing:
    """Compares the migrations of a tree, in their order, with those recorded."""
    applied, names = state.applied, [step.id for step in steps]
    last = max((number for number, name in enumerate(names) if name in applied), default=-1)
    return Standing(
        pending=tuple(name for name in names[last + 1 :] if name not in applied),
        unfinished=tuple(state.started),
        edited=tuple(step.id for step in steps if applied.get(step.id) not in (None, step.sha256)),
        unknown=tuple(sorted((applied.keys() | state.started.keys()) - set(names))),
        late=tuple(name for name in names[: last + 1] if name not in applied),
    )


def changed(files: Sequence[SourceFile], journal: Journal, history: Sequence[str]) -> list[SourceFile]:
    """The repeatable files that differ from what is recorded, when the migrations in `history` are applied."""
    return [
        file
        for file in files
        if journal.files.get((file.kind, file.name), ("", None))[0]
        != repeatables.record_values(file, history)["sha256"]
    ]


def vanished(files: Sequence[SourceFile], journal: Journal) -> list[Key]:
    """What is recorded of files that the tree has no more."""
    return sorted(journal.files.keys() - {(file.kind, file.name) for file in files})
