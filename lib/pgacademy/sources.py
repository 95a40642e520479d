"""Finds the SQL: in a checkout beside `lib/`, or inside the installed wheel.

A `Tree` is one copy of the folders migrations/, functions/, views/, sql/ and seeds/. The engine always works on a Tree,
so that a test can give it a small one of its own.

Reading and hashing hundreds of files took most of a run that finds nothing to do. So what was read is kept, under the
paths, times and sizes of the files it was read from: a run that follows only looks at these.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from pgacademy.errors import MigrationError

_QUERY = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)
# With a colon it orders the files; the `requires   …` line of a header without one is for people.
_REQUIRES = re.compile(r"^-- requires:[ \t]*(.*)$", re.MULTILINE)

#: Where each kind of repeatable file is, and whether it has folders below.
_FOLDERS = {
    "function": ("functions", True),
    "view": ("views", True),
    "triggers": ("sql/triggers", False),
    "policies": ("sql/policies", False),
    "grants": ("sql/grants", False),
}

# A file system's clock ticks every few milliseconds: a file written twice within a tick looks the same both times. What
# was written less than this ago is therefore read again.
_UNSETTLED_NS = 100_000_000

#: What changes when a file does: its path, time of change in nanoseconds, size in bytes, and inode.
Stamp = tuple[str, int, int, int]


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
        """Every repeatable file, by kind and then by path.

        Raises MigrationError when a file cannot be read or is empty, or when two hold the same object.
        """
        root = str(self.root)
        stamps = {kind: scan(Path(root, folder), deep=deep) for kind, (folder, deep) in _FOLDERS.items()}
        key = tuple(stamps.items())
        every = [stamp for found in stamps.values() for stamp in found]
        read = _repeatables if settled(every) else _repeatables.__wrapped__
        return list(read(root, key))


def tree() -> Tree:
    """The tree of this installation."""
    return Tree(root())


def read_text(path: Path, name: str | None = None) -> str:
    """The text of a file of SQL, or a MigrationError that says why there is none; `name` is what to call the file."""
    shown = name or path.name
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise MigrationError(f"{shown} cannot be read: {exc.strerror}.", hint="Check the file and its rights.") from exc
    if content.startswith(b"\xef\xbb\xbf"):
        raise MigrationError(f"{shown} begins with a byte order mark.", hint="Save it as UTF-8 without one.")
    if b"\0" in content:  # the server would be sent what comes before it, and nothing else
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise MigrationError(f"{shown} holds a zero byte in line {line}.", hint="Save it as UTF-8.")
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise MigrationError(f"{shown} is not UTF-8: see line {line}.", hint="Save it as UTF-8.") from exc


def scan(folder: Path, *, deep: bool = False) -> tuple[Stamp, ...]:
    """The stamps of the .sql files in a folder (`deep`: and in those below), in the order of their paths."""
    return tuple(sorted(_scan(str(folder), deep)))


def settled(stamps: Iterable[Stamp]) -> bool:
    """Whether a change of any of these files from now on would change its stamp."""
    return max((stamp[1] for stamp in stamps), default=0) < time.time_ns() - _UNSETTLED_NS


def _scan(folder: str, deep: bool) -> Iterator[Stamp]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.name.endswith(".sql") and entry.is_file():
                info = entry.stat()
                yield entry.path, info.st_mtime_ns, info.st_size, info.st_ino
            elif deep and entry.is_dir(follow_symlinks=False):
                yield from _scan(entry.path, deep)


@lru_cache(maxsize=8)
def _repeatables(root: str, stamps: tuple[tuple[str, tuple[Stamp, ...]], ...]) -> tuple[SourceFile, ...]:
    files = [_read_repeatable(Path(root), kind, Path(found[0])) for kind, part in stamps for found in part]
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        # Functions and views share the names that `-- requires:` uses, so they may not repeat one another either.
        namespace = "object" if file.kind in ("function", "view") else file.kind
        other = seen.setdefault((namespace, file.name), file.path)
        if other != file.path:
            raise MigrationError(f"{file.path} and {other} hold the same object.", hint="Keep one of them.")
    return tuple(files)


def _read_repeatable(root: Path, kind: str, path: Path) -> SourceFile:
    name = path.relative_to(root).as_posix()
    text = read_text(path, name)
    if not text.strip():
        raise MigrationError(f"{name} is empty.", hint="Delete the file if its object is to go.")
    return SourceFile(name, kind, path.stem, text)


def checksum(text: str) -> str:
    """SHA-256 of a file's text, line endings made alike so that a Windows checkout agrees."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@cache
def queries(name: str) -> dict[str, bytes]:
    """The engine's own queries in `sql/<name>.sql`, by the name given on their `-- name:` line."""
    text = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    parts = _QUERY.split(text)
    return {key: body.strip().encode() for key, body in zip(parts[1::2], parts[2::2], strict=True)}
