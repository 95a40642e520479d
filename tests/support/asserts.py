"""Assertions about errors: by SQLSTATE, never by sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
import pytest


class Raised:
    """The error that was raised, for a closer look."""

    error: psycopg.Error

    @property
    def constraint(self) -> str | None:
        return self.error.diag.constraint_name

    @property
    def hint(self) -> str | None:
        return self.error.diag.message_hint

    @property
    def detail(self) -> str | None:
        return self.error.diag.message_detail


@contextmanager
def raises_sqlstate(*codes: str, conn: psycopg.Connection[Any] | None = None) -> Iterator[Raised]:
    """The block raises a database error with one of these SQLSTATEs (a class of two characters stands for all in it).

    With `conn`, the block is a savepoint, and the connection can be used after it.
    """
    raised = Raised()
    try:
        with conn.transaction() if conn is not None else nullcontext():
            yield raised
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if not any(state == code or (len(code) == 2 and state.startswith(code)) for code in codes):
            raise
        if state.startswith("PA") and not (error.diag.message_hint and error.diag.message_detail):
            pytest.fail(f"{state} without hint and detail: {error}")
        raised.error = error
    else:
        pytest.fail(f"no error, where one of {', '.join(codes)} was due")
