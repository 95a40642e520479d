"""Discussions, replies and votes for tests, made as people make them: through the procedures."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from pgacademy.testing import Role, acting

Connection = psycopg.Connection[Any]


def rows(conn: Connection, query: str, *args: Any) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, args).fetchall()


def row(conn: Connection, query: str, *args: Any) -> dict[str, Any]:
    (found,) = rows(conn, query, *args)
    return found


def value(conn: Connection, query: str, *args: Any) -> Any:
    return next(iter(row(conn, query, *args).values()))


def ask(
    conn: Connection, user: UUID, title: str = "Why?", course: UUID | None = None, role: Role = "student", **more: Any
) -> UUID:
    """A new discussion; returns its id."""
    with acting(conn, user, role):
        made: UUID = value(
            conn, "select discussion_id from start_discussion(%s, %s, %s, %s, %s)", title,
            more.get("content", "Because."), course, more.get("category", "general"), more.get("tags", []),
        )  # fmt: skip
        return made


def reply(conn: Connection, user: UUID, discussion: UUID, parent: UUID | None = None, role: Role = "student") -> UUID:
    with acting(conn, user, role):
        return cast(UUID, value(conn, "select reply_id from post_reply(%s, 'So it is.', %s)", discussion, parent))


def vote(conn: Connection, user: UUID, kind: str | None, **target: UUID) -> tuple[int, int]:
    with acting(conn, user, "student"):
        found = row(
            conn, "select * from vote(%s, %s, %s)", kind, target.get("discussion"), target.get("reply")
        )  # fmt: skip
    return found["upvote_count"], found["downvote_count"]


def stats(conn: Connection, user: UUID) -> dict[str, Any]:
    return row(conn, "select * from user_stats where user_id = %s", user)


def unread(conn: Connection, user: UUID) -> int:
    with acting(conn, user, "student"):
        return cast(int, value(conn, "select unread_count()"))


def told(conn: Connection, user: UUID) -> list[str]:
    """The kinds of news a person has got, oldest first."""
    return [
        n["notification_type"]
        for n in rows(conn, "select notification_type from notifications where user_id = %s order by id", user)
    ]


def findings(conn: Connection) -> list[Any]:
    return conn.execute("select * from verify_integrity()").fetchall()
