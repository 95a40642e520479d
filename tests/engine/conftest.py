"""The engine's proofs: killed, raced, made to wait. They use the server and the small tree of tests/lib."""

from __future__ import annotations

from tests.lib.conftest import deploy, dsn, server, server_admin, yard

__all__ = ["deploy", "dsn", "server", "server_admin", "yard"]
