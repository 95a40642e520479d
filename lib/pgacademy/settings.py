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

# A school's name becomes a schema, and the stem of its roles: 40 bytes leave room for the longest suffix within
# PostgreSQL's 63. Plain names only, so that nobody ever has to quote one.
_SCHOOL_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset({"pgacademy", "public", "extensions", "information_schema"})


def school_name(name: str) -> str:
    """Returns `name` if a school may be called that; raises UsageError if not."""
    if not _SCHOOL_NAME.fullmatch(name):
        raise UsageError(
            f"A school cannot be called {name!r}.",
            hint="Use lower-case letters, digits and underscores, a letter first, 40 characters at most.",
        )
    if name in _RESERVED or name.startswith("pg_"):
        raise UsageError(f"The name {name!r} is reserved.", hint="Choose another name for the school.")
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
