"""The comment of a school's schema, which says what the school is where any login may read it without being granted.

`pgacademy 1.2.3: a school.` after a migration to the end, `pgacademy: a school, to be migrated.` before; `a development
school` of one that `reset` may empty; and of one whose drop took more than one transaction, that it is being dropped.
"""

from __future__ import annotations

import re

#: The comment of a school whose drop has begun and was too large for one transaction.
BEING_DROPPED = "pgacademy: being dropped."

_RELEASE = re.compile(r"pgacademy (\d+\.\d+\.[^\s:]+)")
_FINISHED = re.compile(r"pgacademy \S+: a (?:development )?school\.")
_DEVELOPMENT = re.compile(r"pgacademy( [^\s:]+)?: a development school\b")


def written(release: str | None, *, development: bool) -> str:
    """What to write: the version that migrated the school to the end, None while none has."""
    kind = "a development school" if development else "a school"
    return f"pgacademy {release}: {kind}." if release else f"pgacademy: {kind}, to be migrated."


def release_in(comment: str) -> str | None:
    """The version in the comment; None when the school was never finished, or it is no school's."""
    found = _RELEASE.match(comment)
    return found[1] if found else None


def is_finished(comment: str) -> bool:
    """Whether a school was migrated to the end."""
    return release_in(comment) is not None and _FINISHED.match(comment) is not None


def is_development(comment: str) -> bool:
    """Whether the school is a development one."""
    return _DEVELOPMENT.match(comment) is not None


def placed(comment: str) -> str:
    """The comment with a placeholder for what two schools of one tree may differ in."""
    return _FINISHED.sub("pgacademy <version>: a school.", comment)
