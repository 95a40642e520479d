"""The options of commands that wait for locks."""

from __future__ import annotations

from typing import Annotated

import typer

from pgacademy.locking import Patience

USUAL = Patience()
LockTimeout = Annotated[
    float, typer.Option("--lock-timeout", min=0, help="Seconds that others may have to queue for a lock; 0: for ever.")
]
LockBudget = Annotated[
    float, typer.Option("--lock-budget", min=0, help="Seconds for all attempts at a step that does not get its locks.")
]
StatementTimeout = Annotated[
    float, typer.Option("--statement-timeout", min=0, help="Seconds that a statement may take; 0: as long as it takes.")
]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait while somebody else is at work on the school.")
]
