"""Signs identity tokens, so that a school with signing keys believes who is calling.

The format is described where it is checked: functions/identity/verified_identity.sql. A token names one school, one
person and one moment of expiry, and carries an HMAC-SHA256 (RFC 2104) of these.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from uuid import UUID

from pgacademy.errors import UsageError

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")

#: The shortest secret that add_signing_key() takes, in bytes.
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that was given to add_signing_key(): its name and its secret."""

    key_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.key_id, str) or not _KEY_ID.fullmatch(self.key_id):
            raise UsageError("A key id has 1 to 40 letters, digits, hyphens and underscores.")
        if not isinstance(self.secret, bytes):
            raise UsageError("A secret is bytes.", hint="Of what `pgacademy keys add` printed: bytes.fromhex(…).")
        if len(self.secret) < SHORTEST_SECRET:
            raise UsageError("A secret has 32 bytes or more.", hint="Make one with secrets.token_bytes(32).")


def sign(user_id: UUID | str, key_id: str, secret: bytes, school: str = "academy", ttl: float = 60) -> str:
    """A token that says, for `ttl` seconds, that the caller is this person in this school.

    Raises UsageError for a malformed key, a lifetime that is not positive, or a `user_id` that is no UUID.
    """
    SigningKey(key_id, secret)
    try:
        person = UUID(str(user_id))
    except ValueError as exc:
        raise UsageError(f"{str(user_id)[:60]!r} is no user id.", hint="Pass the UUID of users.id.") from exc
    if not 0 < ttl < float("inf"):
        raise UsageError("A token's lifetime is a positive number of seconds.")
    # Rounded up: a lifetime under a second must not end before it began.
    payload = f"pa1.{key_id}.{school}.{person}.{int(time.time() + ttl) + 1}"
    return f"{payload}.{hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()}"
