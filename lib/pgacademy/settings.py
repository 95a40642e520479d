"""What the environment says, and which names a school may have."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from pgacademy.errors import UsageError

DEFAULT_SCHOOL = "academy"
DEPLOY_ROLE = "pgacademy_deploy"
DATABASE = "pgacademy"
#: How many schools are worked on at the same time, each on one connection.
JOBS = 4

# A school's name becomes a schema, and the stem of its roles: 40 bytes leave room for the longest suffix within
# PostgreSQL's 63. Plain names only, so that nobody ever has to quote one.
_SCHOOL_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset({"pgacademy", "public", "extensions", "information_schema"})
# Words of SQL that PostgreSQL 15 to 18 take as a schema's name only in quotes (pg_get_keywords(), catcode R and T). The
# library quotes; people at a prompt, and the statements that hints tell them to run, do not.
_WORDS_OF_SQL = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into
    is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on
    only or order outer overlaps placing primary references returning right select session_user similar some
    symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when
    where window with
"""


def school_name(name: str) -> str:
    """Returns `name` if a school may be called that; raises UsageError if not."""
    if not _SCHOOL_NAME.fullmatch(name):
        raise UsageError(
            f"A school cannot be called {name!r}.",
            hint="Use lower-case letters, digits and underscores, a letter first, 40 characters at most.",
        )
    if name in _RESERVED or name.startswith("pg_"):
        raise UsageError(f"The name {name!r} is reserved.", hint="Choose another name for the school.")
    if name in _WORDS_OF_SQL.split():
        raise UsageError(f"A school cannot be called {name!r}, a word of SQL.", hint="Add something to it.")
    return name


def default_school() -> str:
    """The school named by PGACADEMY_SCHOOL, else `academy`."""
    return os.environ.get("PGACADEMY_SCHOOL") or DEFAULT_SCHOOL


def default_dsn() -> str | None:
    """The DSN named by PGACADEMY_DSN; None means the embedded server."""
    return os.environ.get("PGACADEMY_DSN") or None


def is_root() -> bool:
    """Whether we run as root, as which PostgreSQL refuses to run."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def home() -> Path:
    """The folder of the embedded server: PGACADEMY_HOME, else the platform's place for a user's data."""
    if named := os.environ.get("PGACADEMY_HOME"):
        return Path(named).expanduser().absolute()
    if is_root():
        return Path("/var/lib/pgacademy")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pgacademy"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "pgacademy"
