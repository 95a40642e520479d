"""Finds the SQL: in a checkout beside `lib/`, or inside the installed wheel.

A `Tree` is one copy of the folders migrations/, functions/, views/, sql/ and seeds/. The engine always works on a Tree,
so that a test can give it a small one of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

from pgacademy.errors import MigrationError

_QUERY = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)
# With a colon it orders the files; the `requires   …` line of a header without one is for people.
_REQUIRES = re.compile(r"^-- requires:[ \t]*(.*)$", re.MULTILINE)


def root() -> Path:
    """The folder that holds the SQL trees."""
    package = Path(__file__).resolve().parent
    for candidate in (package.parents[1], package / "school"):
        if (candidate / "migrations").is_dir():
            return candidate
    raise MigrationError("The SQL of the school is missing from this installation.", hint="Install pgacademy again.")


@dataclass(frozen=True)
class SourceFile:
    """One file of the tree. `name` is the file name without its suffix: the object the file holds."""

    path: str
    kind: str
    name: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """The checksum of the text, as hexadecimal digits."""
        return checksum(self.text)

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """The names on `-- requires:` lines: objects that must be created before this one."""
        return tuple(name for line in _REQUIRES.findall(self.text) for name in re.split(r"[,\s]+", line) if name)


@dataclass(frozen=True)
class Tree:
    """The folders of one school's SQL."""

    root: Path

    @property
    def migrations(self) -> Path:
        """The folder of yoyo's files."""
        return self.root / "migrations"

    @property
    def seeds(self) -> Path:
        """The folder of seed sets."""
        return self.root / "seeds"

    @property
    def roles(self) -> Path:
        """The folder of role templates."""
        return self.root / "sql" / "roles"

    @property
    def bootstrap(self) -> Path:
        """The script that makes the database, for psql and a superuser."""
        return self.root / "sql" / "bootstrap" / "create_database.sql"

    def repeatables(self) -> list[SourceFile]:
        """Every repeatable file, by kind and then by path."""
        folders = {
            "function": "functions/**/*.sql",
            "view": "views/**/*.sql",
            "triggers": "sql/triggers/*.sql",
            "policies": "sql/policies/*.sql",
            "grants": "sql/grants/*.sql",
        }
        files = [
            SourceFile(path.relative_to(self.root).as_posix(), kind, path.stem, path.read_text(encoding="utf-8"))
            for kind, pattern in folders.items()
            for path in sorted(self.root.glob(pattern))
        ]
        seen: dict[tuple[str, str], str] = {}
        for file in files:
            # Functions and views share the names that `-- requires:` uses, so they may not repeat one another either.
            namespace = "object" if file.kind in ("function", "view") else file.kind
            other = seen.setdefault((namespace, file.name), file.path)
            if other != file.path:
                raise MigrationError(f"{file.path} and {other} hold the same object.", hint="Keep one of them.")
        return files


def tree() -> Tree:
    """The tree of this installation."""
    return Tree(root())


def checksum(text: str) -> str:
    """SHA-256 of a file's text, line endings made alike so that a Windows checkout agrees."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@cache
def queries(name: str) -> dict[str, bytes]:
    """The engine's own queries in `sql/<name>.sql`, by the name given on their `-- name:` line."""
    text = (resources.files("pgacademy") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    parts = _QUERY.split(text)
    return {key: body.strip().encode() for key, body in zip(parts[1::2], parts[2::2], strict=True)}
