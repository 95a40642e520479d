"""The program `pgacademy`: its beginning. What it does is in pgacademy.cli."""

from __future__ import annotations

import gc


def main() -> None:
    """The entry point."""
    # To look for garbage among modules while they are read in takes a tenth of that time, and finds none. cli.main()
    # has it looked for again once the command is read in.
    gc.disable()
    from pgacademy import cli  # noqa: PLC0415

    cli.main()


if __name__ == "__main__":
    main()
