"""pgacademy: the whole back end of a gamified learning platform, in PostgreSQL.

    import pgacademy

    school = pgacademy.connect("postgresql://web@db.example.org/lms")
    with school.acting_as(user_id) as session:
        session.enroll(course_id=course_id)

The names below are imported when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgacademy import access as access
    from pgacademy import errors as errors
    from pgacademy import field_keys as field_keys
    from pgacademy import privacy as privacy
    from pgacademy import schemas as schemas
    from pgacademy.access import AsyncSchool as AsyncSchool
    from pgacademy.access import School as School
    from pgacademy.access import connect as connect
    from pgacademy.access import connect_async as connect_async
    from pgacademy.client import AsyncSession as AsyncSession
    from pgacademy.client import Session as Session
    from pgacademy.client_base import Context as Context
    from pgacademy.errors import PgacademyError as PgacademyError
    from pgacademy.tokens import SigningKey as SigningKey

__version__ = "0.1.0"

_MODULES = ("access", "errors", "field_keys", "privacy", "schemas")
_HOMES = {
    "AsyncSchool": "pgacademy.access",
    "AsyncSession": "pgacademy.client",
    "Context": "pgacademy.client_base",
    "PgacademyError": "pgacademy.errors",
    "School": "pgacademy.access",
    "Session": "pgacademy.client",
    "SigningKey": "pgacademy.tokens",
    "connect": "pgacademy.access",
    "connect_async": "pgacademy.access",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"pgacademy.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'pgacademy' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_MODULES])
