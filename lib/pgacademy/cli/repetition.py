"""The same again every so many seconds, until somebody ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Annotated

import typer

Every = Annotated[float | None, typer.Option("--every", min=1.0, help="Again every so many seconds.")]


def repeated(work: Callable[[], None], every: float | None) -> None:
    """Does `work` once, or until SIGINT or SIGTERM: what has begun is finished, the wait between two is cut short."""
    stop = threading.Event()
    if every is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
    while True:
        work()
        if every is None or stop.wait(every):
            return
