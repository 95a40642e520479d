"""Deaths at a chosen boundary: the client's socket is cut and nothing of the client goes on, as after kill -9.

Production code has no hook for this. Whatever psycopg does over the network goes through `Connection.wait`, so that is
what is replaced: statements, BEGIN and COMMIT, the syncs of a pipeline. Its n-th call is the n-th boundary of a run.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from weakref import WeakSet

import psycopg
import pytest
from psycopg.waiting import Ready, Wait

#: `before`: the request never leaves. `during`: it has left, and nobody is there for the answer. (That the answer came
#: and the client died then is, to the server, the same as dying before the next request.)
When = Literal["before", "during"]


class Death(BaseException):
    """The client is dead. Not an Exception, so that nothing may handle it."""


@dataclass
class Client:
    """What the client of a run did over the network, until it died."""

    at: int | None
    when: When = "before"
    #: Boundaries are counted from the first request of which this is true.
    since: Callable[[str], bool] = lambda _: True
    #: What was asked, in order: the text of a statement, or the name of what psycopg did.
    asked: list[str] = field(default_factory=list)
    boundary: int = 0
    is_dead: bool = False

    def passes(self, what: str) -> bool:
        """Whether it lives on to ask this."""
        self.asked.append(what)
        if self.boundary or self.since(what):
            self.boundary += 1
        return self.boundary != self.at

    @property
    def last(self) -> str:
        return self.asked[-1] if self.asked else "(nothing)"


@contextmanager
def dying(at: int | None, when: When = "before", since: Callable[[str], bool] = lambda _: True) -> Iterator[Client]:
    """Every client inside the block dies at boundary `at`, counted from 1; None: never, it only counts."""
    client = Client(at, when, since)
    connections: WeakSet[psycopg.Connection[Any]] = WeakSet()
    original, cancel = psycopg.Connection.wait, psycopg.Connection.cancel_safe

    def wait(self: psycopg.Connection[Any], generator: Any, *args: Any, **kwargs: Any) -> Any:
        if client.is_dead:
            raise Death
        connections.add(self)
        if client.passes(_what(generator)):
            return original(self, generator, *args, **kwargs)
        if client.when == "during":
            _send(self, generator)
        client.is_dead = True
        for connection in list(connections):
            _cut(connection)
        raise Death

    def cancel_safe(self: psycopg.Connection[Any], *args: Any, **kwargs: Any) -> None:
        if client.is_dead:
            raise Death
        cancel(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", wait)
        patch.setattr(psycopg.Connection, "cancel_safe", cancel_safe)
        yield client


def _what(generator: Any) -> str:
    """The statement of a request where psycopg shows it, for people who read a failure."""
    frame = getattr(generator, "gi_frame", None)
    query = frame.f_locals.get("query", frame.f_locals.get("command")) if frame else None
    if isinstance(query, bytes):
        query = query.decode()
    return str(query) if query is not None else getattr(generator, "__name__", "?")


def _send(connection: psycopg.Connection[Any], generator: Any) -> None:
    """Lets a request go to the server, and leaves before the answer."""
    handle = connection.pgconn.socket
    try:
        waits = next(generator)
        while waits & Wait.W:
            readable, writable, _ = select.select([handle], [handle], [], 5)
            waits = generator.send((Ready.R if readable else 0) | (Ready.W if writable else 0))
    except (StopIteration, psycopg.Error):
        pass


def _cut(connection: psycopg.Connection[Any]) -> None:
    """Ends the connection as the kernel does when its process is killed: no goodbye is said."""
    if connection.closed:
        return
    try:
        with socket.socket(fileno=os.dup(connection.pgconn.socket)) as handle:
            handle.shutdown(socket.SHUT_RDWR)
    except OSError:  # the server was faster
        pass
