"""Seconds in which the machine ran: those in which it was halted belong to nobody.

A virtual machine is halted now and then, for a second and more; what was due meanwhile, like the end of a wait, comes
that much later. A promise in seconds says nothing of that. A process that does nothing but beat tells when it happened.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_STALL_S = 0.05

# It ends with whom it beats for. A gap begins when the beat was due.
_BEAT = f"""
import os, sys, time
parent, due = int(sys.argv[1]), time.monotonic()
while os.getppid() == parent:
    time.sleep(0.01)
    now = time.monotonic()
    if now - due > {_STALL_S}:
        print(due, now, flush=True)
    due = now + 0.01
"""


@cache
def _stalls_file() -> int:
    file, name = tempfile.mkstemp()
    Path(name).unlink()
    subprocess.Popen([sys.executable, "-I", "-S", "-c", _BEAT, str(os.getpid())], stdout=file)
    return file


def begin() -> float:
    """What time.monotonic() says, from when on halts are seen."""
    began = time.monotonic()
    _stalls_file()
    return began


def ran_s(began: float, ended: float | None = None) -> float:
    """The seconds in which the machine ran, from one reading of begin() or time.monotonic() to another, or to now."""
    return longest_s([(began, time.monotonic() if ended is None else ended)])


def longest_s(spans: Iterable[tuple[float, float]]) -> float:
    """The most that ran_s() says of any of these."""
    time.sleep(2 * 0.01)  # a halt is told of when it is over
    told = os.pread(_stalls_file(), 1 << 20, 0).decode().splitlines()
    stalls = [tuple(map(float, line.split())) for line in told]
    return max(
        ended - began - sum(max(min(ended, to) - max(began, since), 0.0) for since, to in stalls)
        for began, ended in spans
    )
