"""What a query returns, for tests that look at rows: the one row there is, or all of them."""

from __future__ import annotations

from typing import Any

from tests.support.factories import Connection


def one(conn: Connection, query: str, *args: Any) -> Any:
    """The first row, or its value if there is one column. Fails where there is none."""
    row = conn.execute(query, args).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def rows(conn: Connection, query: str, *args: Any) -> list[Any]:
    """All of them, each as its value if there is one column."""
    return [row[0] if len(row) == 1 else row for row in conn.execute(query, args).fetchall()]
