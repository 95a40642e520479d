"""Encrypts single fields of personal data before they are sent to the database, which never sees a key.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits per message. The additional data name the person and the
field, so that a ciphertext that was moved to another person or field does not decrypt. After 2^32 messages under one
key nonces might repeat: rotate long before that.

Needs the package cryptography: `pip install "pgacademy[encryption]"`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgacademy.errors import PgacademyError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_KEY_BYTES = 32
_NONCE_BYTES = 12
#: What decides over a wallet: 32 bytes in hexadecimal, 64 as Solana writes them, a phrase of 12 to 24 words.
_PRIVATE_KEY = re.compile(
    r"\s*(?:(?:0x)?[0-9a-fA-F]{64}|[1-9A-HJ-NP-Za-km-z]{86,90}"
    r"|[a-z]{3,8}(?:\s+[a-z]{3,8}){11}(?:(?:\s+[a-z]{3,8}){3}){0,4})\s*"
)
_PRIVATE_NAME = re.compile(r"private_?key|mnemonic|seed_?phrase")


class UnknownFieldKey(PgacademyError):
    """A field was encrypted with a key that the ring does not hold."""


class TamperedField(PgacademyError):
    """A ciphertext is not what was encrypted for this person and field, or not with the key of that name."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value as the database keeps it: `ciphertext` ends with the 16 bytes of the tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class FieldKeys:
    """A ring of keys of 32 bytes by their names. `current` is what is encrypted with; the others still decrypt."""

    current: str
    keys: dict[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        for key_id, key in self.keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise UsageError("A key id has 1 to 100 letters, digits, dots, hyphens and underscores.")
            if len(key) != _KEY_BYTES:
                raise UsageError(f"The key {key_id} has not 32 bytes.", hint="Make one with secrets.token_bytes(32).")
        if self.current not in self.keys:
            raise UsageError(f"There is no key {self.current!r} in the ring.")

    @classmethod
    def parse(cls, lines: Iterable[str]) -> FieldKeys:
        """A ring from lines of a key id and 64 hexadecimal digits. The first is the current one; # begins a comment."""
        keys: dict[str, bytes] = {}
        for number, line in enumerate(lines, 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or not re.fullmatch(r"[0-9a-fA-F]{64}", words[1]) or words[0] in keys:
                raise UsageError(  # never with the line itself: it holds a key
                    f"Line {number} of the keys is no new key.", hint="Write: a key id, a space, 64 hexadecimal digits."
                )
            keys[words[0]] = bytes.fromhex(words[1])
        if not keys:
            raise UsageError("There are no keys.", hint="Write a line for each: a key id and 64 hexadecimal digits.")
        return cls(next(iter(keys)), keys)

    @classmethod
    def load(cls, path: Path | str) -> FieldKeys:
        """A ring from a file, as parse() reads it."""
        try:
            return cls.parse(Path(path).read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError) as exc:
            raise UsageError(f"The keys in {path} cannot be read.", hint="Check the file and its rights.") from exc

    def encrypt(self, user_id: UUID | str, field_name: str, value: str) -> Sealed:
        """Encrypts a text for this person and field. Refuses what looks like the private key of a wallet."""
        if not isinstance(value, str):
            raise UsageError(f"A field holds a text, not {type(value).__name__}.", hint="Pass str(…) of it, or JSON.")
        if _PRIVATE_NAME.search(field_name) or _PRIVATE_KEY.fullmatch(value):
            raise UsageError(
                "This looks like the private key of a wallet.", hint="Leave private keys of wallets with their owners."
            )
        nonce = os.urandom(_NONCE_BYTES)
        cipher = _aes_gcm(self.keys[self.current])
        return Sealed(self.current, nonce, cipher.encrypt(nonce, value.encode(), _bound_to(user_id, field_name)))

    def decrypt(self, user_id: UUID | str, field_name: str, sealed: Sealed) -> str:
        """The text, or UnknownFieldKey or TamperedField."""
        if sealed.key_id not in self.keys:
            raise UnknownFieldKey(
                f"The field {field_name} was encrypted with the key {sealed.key_id!r}, which is not in the ring.",
                hint="Add the key to the ring until everything is rotated.",
            )
        cipher = _aes_gcm(self.keys[sealed.key_id])
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra, and there by now

        try:
            plain = cipher.decrypt(sealed.nonce, sealed.ciphertext, _bound_to(user_id, field_name))
        except InvalidTag:
            raise TamperedField(
                f"The field {field_name} is not what was encrypted for this person with the key {sealed.key_id!r}.",
                hint="It was altered or moved, or another key has taken the name of the one it was encrypted with.",
            ) from None
        return plain.decode()


def _aes_gcm(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as exc:
        raise UsageError(
            "Encrypting needs the package cryptography.", hint="pip install 'pgacademy[encryption]'"
        ) from exc
    return AESGCM(key)


def _bound_to(user_id: UUID | str, field_name: str) -> bytes:
    """The additional data: unambiguous, as an id has 16 bytes."""
    return b"pgacademy.field.1\0" + UUID(str(user_id)).bytes + field_name.encode()
