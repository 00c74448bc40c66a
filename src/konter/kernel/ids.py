"""References that no sequence could repeat, so that a restored database meets nobody else's."""

from __future__ import annotations

import secrets
import string
from datetime import datetime

from konter.kernel.clock import business_date

ALPHABET = string.ascii_uppercase + string.digits


def transaction_code(moment: datetime) -> str:
    """``TRX-YYYYMMDD-`` (WIB) and eight random letters and digits."""
    return f"TRX-{business_date(moment):%Y%m%d}-{_tail(8)}"


def attempt_reference(code: str, number: int) -> str:
    """The first attempt carries the transaction code itself; later ones add a random suffix."""
    if number == 1:
        return code
    return f"{code}-{number}{_tail(4)}"


def _tail(length: int) -> str:
    """Random letters and digits, from one draw: a draw is a call into the kernel."""
    left = secrets.randbelow(len(ALPHABET) ** length)
    letters = []
    for _ in range(length):
        left, place = divmod(left, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
