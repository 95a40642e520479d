"""Reads what a Django development database holds: a fixture of `manage.py dumpdata`, or the SQLite file itself.

Both become rows of the models that `MODELS` names, their values checked: types, references within the file, what may be
there once. Whether a school takes them is for its procedures to say (`pgacademy.django_import`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard

from pgacademy.errors import UsageError

#: A primary key; the username where `dumpdata --natural-primary` left the number out.
Key = int | str

_MAGIC = b"SQLite format 3\0"
_USER = "users.user"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one model. `fields` are by Django's names: a reference holds the key of the row it refers to."""

    model: str
    pk: Key
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is not taken over, and why."""

    model: str
    pk: Key
    reason: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of a model holds: `kind` is a key of `_PARSERS`, or the model that it refers to."""

    kind: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """The fields that are taken over, and those that may be there together only once."""

    fields: dict[str, Field]
    unique: tuple[str, ...] = ()


@dataclass(slots=True)
class Content:
    """What a file holds: the rows to take over by model, those that cannot be, and how many are left on purpose."""

    rows: dict[str, dict[Key, Row]]
    bad: list[Bad] = field(default_factory=list)
    #: By model, or by model and field.
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, what: str) -> None:
        """Counts a row, or a value of a field, that is not taken over."""
        self.left[what] = self.left.get(what, 0) + 1


def _required(kind: str, *names: str) -> dict[str, Field]:
    return {name: Field(kind) for name in names}


def _optional(kind: str, *names: str) -> dict[str, Field]:
    return {name: Field(kind, is_required=False) for name in names}


#: In the order in which rows refer to one another.
MODELS = {
    _USER: Model(
        _required("text", "username", "email", "role")
        | _required("moment", "created_at")
        | _optional("text", "password", "first_name", "last_name", "bio", "profile_image")
        | _optional("boolean", "is_approved", "is_active", "is_superuser")
        | _optional("integer", "teo_coins")
    ),
    "users.usersettings": Model(
        _required(_USER, "user")
        | _optional("boolean", "email_notifications", "push_notifications")
        | _optional("document", "privacy_settings")
        | _optional("text", "theme", "language", "timezone"),
        unique=("user",),
    ),
    "courses.course": Model(
        _required("text", "title")
        | _required(_USER, "teacher")
        | _optional("text", "description", "category", "level", "thumbnail")
        | _optional("boolean", "is_published")
        | _optional("integer", "teocoin_reward", "max_enrollments", "duration_hours")
        | _optional("references", "prerequisites")
    ),
    "courses.lesson": Model(
        _required("courses.course", "course")
        | _required("text", "title", "lesson_type")
        | _required("integer", "order")
        | _optional("text", "content", "video_url")
        | _optional("integer", "duration_minutes", "teocoin_reward")
        | _optional("list", "materials")
        | _optional("boolean", "is_mandatory")
    ),
    "courses.exercise": Model(
        _required("courses.lesson", "lesson")
        | _required("text", "title", "exercise_type")
        | _optional("text", "description")
        | _optional("document", "content")
        | _optional("integer", "max_score", "time_limit_minutes", "attempts_allowed", "teocoin_reward")
    ),
    "courses.courseenrollment": Model(
        _required(_USER, "student")
        | _required("courses.course", "course")
        | _required("moment", "enrolled_at")
        | _optional("boolean", "completed"),
        unique=("student", "course"),
    ),
    "courses.lessoncompletion": Model(
        _required(_USER, "student")
        | _required("courses.lesson", "lesson")
        | _required("moment", "completed_at")
        | _optional("number", "score")
        | _optional("integer", "time_spent_minutes")
        | _optional("text", "notes"),
        unique=("student", "lesson"),
    ),
}

#: Models that are left where they are, and why.
LEFT = {
    "users.userprogress": "counted anew from what is taken over",
    "courses.exercisesubmission": "work is handed in at its own moment, by its learner",
    "rewards.teocointransaction": "each person's balance is taken over, in one entry",
    "rewards.achievement": "earned anew, by the achievements of the school",
    "notifications.notification": "what was news then is none now",
}

#: Applications of Django's own, whose rows say nothing about the school.
_DJANGOS_OWN = ("admin", "auth", "contenttypes", "sessions", "sites", "authtoken")
_DJANGOS_TABLES = ("django_", "auth_", "authtoken_", "users_user_groups", "users_user_user_permissions", "sqlite_")
_PREREQUISITES = "courses_course_prerequisites"


def read(path: Path, naive: tzinfo | None = None) -> Content:
    """Reads a fixture or a SQLite file and checks its rows.

    `naive` is the time zone of moments that name none. Without it they are UTC in a SQLite file, as Django writes them
    there, and bad in a fixture. Raises UsageError when the file is neither, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(_MAGIC)) == _MAGIC
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}.", hint="Name a fixture or a SQLite file.") from exc
    rows = _sqlite(path) if is_sqlite else _fixture(path)
    return _Check(rows, naive or (UTC if is_sqlite else None)).run()


def _fixture(path: Path) -> list[Row]:
    hint = "Write one with `manage.py dumpdata > fixture.json`, or name the SQLite file itself."
    try:
        items = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"{path} is neither JSON nor a SQLite file.", detail=str(exc), hint=hint) from exc
    if not isinstance(items, list):
        raise UsageError(f"{path} is no Django fixture: it holds no list.", hint=hint)
    rows = []
    for number, item in enumerate(items, 1):
        if not _is_entry(item):
            raise UsageError(f"{path} is no Django fixture: entry {number} has no model with fields.", hint=hint)
        pk: Any = item.get("pk")
        model, fields = item["model"].lower(), item["fields"]
        if pk is None and model == _USER:
            pk = fields.get("username")  # as --natural-primary has it
        rows.append(Row(model, pk, fields))
    return rows


def _is_entry(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("model"), str) or not isinstance(item.get("fields"), dict):
        return False
    pk = item.get("pk")
    return isinstance(pk, int | str | None) and all(map(_is_text, (item["model"], str(pk), *item["fields"])))


def _sqlite(path: Path) -> list[Row]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
            rows = [row for (table,) in found for row in _table(database, table)]
            tables = {table for (table,) in found}
            if _PREREQUISITES in tables:
                _add_prerequisites(database, rows)
    except sqlite3.Error as exc:
        raise UsageError(
            f"{path} cannot be read as a SQLite database: {exc}.", hint="Copy it while the application is stopped."
        ) from exc
    if not tables & {model.replace(".", "_") for model in MODELS}:
        raise UsageError(
            f"{path} holds no table of the school: {', '.join(sorted(tables)) or 'it is empty'}.",
            hint="The tables are named as Django names them: users_user, courses_course, …",
        )
    return rows


def _table(database: sqlite3.Connection, table: str) -> Iterator[Row]:
    if table == _PREREQUISITES or table.startswith(_DJANGOS_TABLES):
        return
    model = next((name for name in (*MODELS, *LEFT) if name.replace(".", "_") == table), table)
    quoted = table.replace('"', '""')
    # The name is that of a table of this very file, quoted: no parameter can stand for it.
    for record in database.execute(f'select * from "{quoted}"'):  # noqa: S608
        values = dict(record)
        yield Row(model, values.pop("id", None), _from_sqlite(model, values))


def _from_sqlite(model: str, values: dict[str, Any]) -> dict[str, Any]:
    """Names and values as a fixture would have them. What does not fit its kind stays, and is told later."""
    if model not in MODELS:
        return values
    known = MODELS[model].fields
    references = {f"{name}_id": name for name, of in known.items() if of.kind in MODELS}
    fields: dict[str, Any] = {}
    for column, value in values.items():
        name = references.get(column, column)
        kind = known[name].kind if name in known else ""
        if kind == "boolean" and value in (0, 1):
            fields[name] = bool(value)
        elif kind in ("document", "list") and isinstance(value, str):
            try:
                fields[name] = json.loads(value)
            except (ValueError, RecursionError):
                fields[name] = value
        else:
            fields[name] = value
    return fields


def _add_prerequisites(database: sqlite3.Connection, rows: Iterable[Row]) -> None:
    courses = {row.pk: row for row in rows if row.model == "courses.course"}
    query = "select from_course_id, to_course_id from courses_course_prerequisites order by id"
    for course, before in database.execute(query):
        if course in courses:
            courses[course].fields.setdefault("prerequisites", []).append(before)


def _is_text(value: str) -> bool:
    """Whether a database takes it: JSON may hold a zero byte, and half of a character (a lone surrogate)."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _is_key(value: Any) -> TypeGuard[Key]:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """What is no key, for people: JSON of any depth, or the bytes of a SQLite file."""
    try:
        return json.dumps(value, default=repr)[:60]
    except RecursionError:
        return "(a list of lists)"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")
    if not _is_text(value):
        raise ValueError("holds a zero byte or half a character")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("is no whole number")
    if abs(value) >= 2**31:
        raise ValueError("is out of the range of whole numbers")
    return value


def _number(value: Any) -> Decimal:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("is no number")
    return Decimal(str(value))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _document(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("is no JSON object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("is no JSON list")
    return value


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "document": _document,
    "list": _list,
    "references": _list,
}


@dataclass
class _Check:
    """Turns rows as they were read into `Content`."""

    found: list[Row]
    naive: tzinfo | None
    content: Content = field(default_factory=lambda: Content({model: {} for model in MODELS}))
    usernames: dict[str, Key] = field(default_factory=dict)
    #: The primary keys of one model, as text.
    names: set[str] = field(default_factory=set)

    def run(self) -> Content:
        """Model by model, so that a row whose reference is bad is bad itself."""
        of_model: dict[str, list[Row]] = {model: [] for model in MODELS}
        for row in self.found:
            if row.model in MODELS:
                of_model[row.model].append(row)
            elif row.model in LEFT or row.model.split(".")[0] in _DJANGOS_OWN:
                self.content.leave(row.model)
            else:
                self.content.bad.append(Bad(row.model, row.pk, "the model is not known"))
        for model, rows in of_model.items():
            self.names.clear()
            seen: set[tuple[Any, ...]] = set()
            for row in rows:
                try:
                    checked = self.checked(row, seen)
                except ValueError as exc:
                    is_key = isinstance(row.pk, int | str | None)  # SQLite has others, which are nothing for JSON
                    self.content.bad.append(Bad(model, row.pk if is_key else repr(row.pk)[:60], str(exc)))
                    continue
                self.content.rows[model][checked[0]] = Row(model, *checked)
        self.check_prerequisites()
        return self.content

    def checked(self, row: Row, seen: set[tuple[Any, ...]]) -> tuple[Key, dict[str, Any]]:
        model = MODELS[row.model]
        if not _is_key(row.pk):
            raise ValueError("it has no primary key")
        if isinstance(row.pk, str) and not _is_text(row.pk):
            raise ValueError("its primary key holds a zero byte or half a character")
        if str(row.pk) in self.names:  # as 1 and as "1" it would be one row in the school
            raise ValueError("the primary key is there twice")
        fields: dict[str, Any] = {}
        for name, of in model.fields.items():
            value = row.fields.get(name)
            if value is None:
                if of.is_required:
                    raise ValueError(f"{name} is missing")
                fields[name] = None
                continue
            try:
                fields[name] = self.parsed(of.kind, value)
            except ValueError as exc:
                raise ValueError(f"{name} {exc}") from None
        once = tuple(fields[name] for name in model.unique)
        if once in seen:
            raise ValueError(f"there is another one of the same {' and '.join(model.unique)}")
        if once:
            seen.add(once)
        for name, value in row.fields.items():
            if name not in model.fields and value not in (None, "", 0, [], {}):
                self.content.leave(f"{row.model}.{name}")
        if row.model == _USER:
            self.usernames[fields["username"]] = row.pk
        self.names.add(str(row.pk))
        return row.pk, fields

    def parsed(self, kind: str, value: Any) -> Any:
        if kind == "moment":
            return self.moment(value)
        return self.reference(kind, value) if kind in MODELS else _PARSERS[kind](value)

    def moment(self, value: Any) -> datetime:
        try:
            found = datetime.fromisoformat(_text(value))
        except ValueError:
            raise ValueError("is no moment") from None
        if found.tzinfo is not None:
            return found
        if self.naive is None:
            raise ValueError("names no time zone, and none was given (--time-zone)")
        return found.replace(tzinfo=self.naive)

    def reference(self, model: str, value: Any) -> Key:
        """The key of the row that is meant; `--natural-foreign` names people by a list with their username."""
        key = value
        if model == _USER and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            key = self.usernames.get(value[0])
        if not _is_key(key) or key not in self.content.rows[model]:
            raise ValueError(f"refers to {model} {_shown(value)}, which is not there or is bad itself")
        return key

    def check_prerequisites(self) -> None:
        """Once all courses are known. A course that comes after one that is bad is bad, and what belongs to it."""
        courses = self.content.rows["courses.course"]
        while bad := [
            (pk, before)
            for pk, row in courses.items()
            for before in (row.fields["prerequisites"] or ())
            if not _is_key(before) or before not in courses
        ]:
            for pk, before in dict(bad).items():
                reason = f"prerequisites refers to courses.course {_shown(before)}, which is not there or bad"
                self.drop("courses.course", pk, reason)

    def drop(self, model: str, pk: Key, reason: str) -> None:
        """Takes a row out that had been found good, and all that refer to it."""
        del self.content.rows[model][pk]
        self.content.bad.append(Bad(model, pk, reason))
        for other, of in MODELS.items():
            names = [name for name, known in of.fields.items() if known.kind == model]
            gone = [(k, n) for k, row in self.content.rows[other].items() for n in names if row.fields[n] == pk]
            for key, name in gone:
                if key in self.content.rows[other]:
                    self.drop(other, key, f"{name} refers to {model} {pk}, which is bad itself")
