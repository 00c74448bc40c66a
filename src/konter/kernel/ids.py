"""References that no sequence could repeat, so that a restored database meets nobody else's."""

from __future__ import annotations

import secrets
import string
from datetime import datetime

from konter.kernel.clock import business_date

ALPHABET = string.ascii_uppercase + string.digits


def transaction_code(moment: datetime) -> str:
    """``TRX-YYYYMMDD-`` (WIB) and eight random letters and digits."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"TRX-{business_date(moment):%Y%m%d}-{tail}"


def attempt_reference(code: str, number: int) -> str:
    """The first attempt carries the transaction code itself; later ones add a random suffix."""
    if number == 1:
        return code
    tail = "".join(secrets.choice(ALPHABET) for _ in range(4))
    return f"{code}-{number}{tail}"
