"""What the program's exit codes mean. That of wrong usage, 64, and any other error's is the error's own."""

from __future__ import annotations

DONE = 0
FAILED = 1
PENDING = 2
DRIFTED = 3
#: By Ctrl-C, as shells have it.
INTERRUPTED = 130


def compared(*, is_clean: bool, has_drifted: bool) -> int:
    """The exit code of a command that compares a school with the files."""
    if has_drifted:
        return DRIFTED
    return DONE if is_clean else PENDING
