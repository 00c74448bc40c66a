"""What must be read back is kept sealed: AES-256-GCM under a key made from KONTER_SECRET.

A sealed text is the key's id, a nonce and the ciphertext. It is bound to what it is about, so that
it opens in no other row and no other column.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from konter.kernel.errors import Broken

KEY_ID_LENGTH = 4
NONCE_LENGTH = 12


class VaultClosed(Broken):
    """Nobody gave this process KONTER_SECRET."""

    code = "vault_closed"
    message = "KONTER_SECRET belum diatur"


class CannotOpen(Broken):
    """It was sealed under another KONTER_SECRET, or is not what was sealed."""

    code = "cannot_open"
    message = "Data terenkripsi tidak dapat dibuka"


@dataclass(frozen=True, slots=True)
class _Key:
    id: bytes
    cipher: AESGCM = field(repr=False)


class Vault:
    """Seals and opens texts. ``secret`` is asked once, at the first use: a shop that has nothing
    to seal needs none. Shows nothing of itself."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret
        self._made: _Key | None = None

    def seal(self, text: str, about: str) -> bytes:
        """Unlike each time, for a fresh nonce. ``about``: what it is, as ``open`` must say it."""
        key, nonce = self._key(), secrets.token_bytes(NONCE_LENGTH)
        return key.id + nonce + key.cipher.encrypt(nonce, text.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """The text again. Raises CannotOpen, which tells ``about`` and nothing else."""
        key = self._key()
        if sealed[:KEY_ID_LENGTH] != key.id:
            raise CannotOpen(about=about, because="another KONTER_SECRET")
        nonce, rest = sealed[KEY_ID_LENGTH:][:NONCE_LENGTH], sealed[KEY_ID_LENGTH + NONCE_LENGTH :]
        try:
            return key.cipher.decrypt(nonce, rest, about.encode()).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen(about=about, because="altered") from None

    def _key(self) -> _Key:
        if self._made is None:
            secret = self._secret().encode()
            self._made = _Key(
                _derived(secret, b"konter vault key id", KEY_ID_LENGTH),
                AESGCM(_derived(secret, b"konter vault key", 32)),
            )
        return self._made


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(secret)


def no_secret() -> str:
    """For a desk that seals nothing. Raises VaultClosed."""
    raise VaultClosed
