"""The codes of the second step: six digits of an authenticator app, or one kept for its loss.

Each is taken once: the row remembers the step of the last six digits, a kept code its use.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pyotp

from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.vault import Vault

LOCK = """
SELECT secret, last_step, confirmed_at FROM people.two_factor
WHERE user_id = %(user_id)s FOR NO KEY UPDATE
"""

TAKE_STEP = """
UPDATE people.two_factor SET last_step = %(step)s WHERE user_id = %(user_id)s
"""

TAKE_KEPT = """
UPDATE people.recovery_codes SET used_at = %(at)s
WHERE user_id = %(user_id)s AND digest = %(digest)s AND used_at IS NULL
"""

STEP_S: Final = 30
SKEW: Final = (-1, 0, 1)
"""Steps that a telephone's clock may be away from ours."""

DIGITS: Final = 6
KEPT_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
KEPT_LENGTH: Final = 16
HOW_MANY_KEPT: Final = 10


class WrongCode(Refused):
    """No code of this moment, one that was taken already, or no kept code that is left."""

    code = "wrong_code"
    status = 401
    message = "Kode verifikasi salah atau sudah dipakai"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """One user's, locked. ``is_on``: it is asked for."""

    secret: str = field(repr=False)
    last_step: int
    is_on: bool


async def lock_second(tx: Tx, vault: Vault, user_id: int) -> SecondFactor | None:
    """None: there is none, not even one being set up. Raises CannotOpen."""
    row = await tx.row(LOCK, {"user_id": user_id})
    if row is None:
        return None
    return SecondFactor(vault.open(bytes(row[0]), about(user_id)), row[1], row[2] is not None)


async def take_code(tx: Tx, second: SecondFactor, user_id: int, said: str, *, at: datetime) -> None:
    """Take this code now and never again. Raises WrongCode."""
    text = "".join(letter for letter in said if letter not in " -").lower()
    step = step_of(second.secret, text, at=at)
    if step is not None and step > second.last_step:
        await tx.run(TAKE_STEP, {"user_id": user_id, "step": step})
        return
    facts = {"user_id": user_id, "digest": kept_digest(text), "at": at}
    if len(text) != KEPT_LENGTH or not await tx.run(TAKE_KEPT, facts):
        raise WrongCode


def step_of(secret: str, text: str, *, at: datetime) -> int | None:
    """The half minute whose six digits these are, of now and its two neighbours; the latest where
    two have the same."""
    now, app = int(at.timestamp()) // STEP_S, pyotp.TOTP(secret)
    fits = [s for s in SKEW if hmac.compare_digest(app.generate_otp(now + s), ascii_of(text))]
    return now + max(fits) if fits else None


def draw_kept() -> list[str]:
    """Ten codes for when the app is lost, as a person copies them: ``abcd-efgh-jkmn-pqrs``."""
    return [_grouped() for _ in range(HOW_MANY_KEPT)]


def kept_digest(code: str) -> bytes:
    return hashlib.sha256(code.replace("-", "").encode("utf-8", "surrogatepass")).digest()


def ascii_of(text: str) -> str:
    """What can be compared at all; any other text is no code."""
    return text if text.isascii() else ""


def about(user_id: int) -> str:
    """What the sealed secret is bound to."""
    return f"people.two_factor {user_id} secret"


def _grouped() -> str:
    letters = "".join(secrets.choice(KEPT_LETTERS) for _ in range(KEPT_LENGTH))
    return "-".join(letters[place : place + 4] for place in range(0, KEPT_LENGTH, 4))
