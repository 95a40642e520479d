"""How much is tried: all of it in `make test-all`, a quarter of it in `make test`."""

from __future__ import annotations

import os

#: Whether this is `make test-all`.
EVERYTHING = bool(os.environ.get("PGACADEMY_TEST_ALL"))


def effort(full: int) -> int:
    """So many made-up examples, or rows, of what is worth trying in all."""
    return full if EVERYTHING else max(1, full // 4)
