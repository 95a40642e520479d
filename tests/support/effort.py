"""How much is tried: all of it in `make test-all`, a quarter of it in `make test`."""

from __future__ import annotations

import os

_PART = 1 if os.environ.get("PGACADEMY_TEST_ALL") else 4


def effort(full: int) -> int:
    """So many made-up examples, or rows, of what is worth trying in all."""
    return max(1, full // _PART)
