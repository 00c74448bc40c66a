"""A guest says where their money is to go."""

from __future__ import annotations

import unicodedata

import structlog

from konter.funding.desk import FundingDesk
from konter.funding.states import Purpose
from konter.kernel.errors import Invalid

log = structlog.get_logger("konter.funding")

NOTE = """
INSERT INTO funding.refund_accounts (purpose, purpose_id, bank, number, holder, told_at)
VALUES (%(purpose)s, %(purpose_id)s, %(bank)s, %(number)s, %(holder)s, %(at)s)
ON CONFLICT (purpose, purpose_id) DO UPDATE SET
    bank = excluded.bank, number = excluded.number, holder = excluded.holder,
    told_at = excluded.told_at
"""

LONGEST_BANK = 40
LONGEST_HOLDER = 80
SHORTEST_NUMBER, LONGEST_NUMBER = 5, 25

BETWEEN_DIGITS = str.maketrans("", "", " .-")


async def note_refund_account(
    desk: FundingDesk, purpose: Purpose, purpose_id: int, *, bank: str, number: str, holder: str
) -> None:
    """Keep a bank's or an e-wallet's account for this purpose's refunds; the latest word counts.

    Whoever calls this has made sure that it is the buyer who speaks. Raises Invalid, by field.
    """
    account = _checked(bank, number, holder)
    facts = {"purpose": purpose, "purpose_id": purpose_id, "at": desk.clock.now()}
    async with desk.db.transaction() as tx:
        await tx.run(NOTE, {**account, **facts})
    log.info("refund.account_told", purpose=purpose.value, purpose_id=purpose_id)


def _checked(bank: str, number: str, holder: str) -> dict[str, str]:
    """Clean texts, or Invalid with every field that is wrong."""
    account = {
        "bank": unicodedata.normalize("NFC", bank).strip(),
        "number": number.translate(BETWEEN_DIGITS).removeprefix("+"),
        "holder": unicodedata.normalize("NFC", holder).strip(),
    }
    errors: dict[str, list[str]] = {}
    if not _fits(account["bank"], LONGEST_BANK):
        errors["bank"] = ["Sebutkan nama bank atau e-wallet"]
    digits = account["number"]
    if not (digits.isascii() and digits.isdigit()):
        errors["number"] = ["Nomor rekening atau e-wallet hanya berisi angka"]
    elif not SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER:
        errors["number"] = [f"Nomor terdiri dari {SHORTEST_NUMBER} sampai {LONGEST_NUMBER} angka"]
    if not _fits(account["holder"], LONGEST_HOLDER):
        errors["holder"] = ["Sebutkan nama pemilik rekening atau e-wallet"]
    if errors:
        raise Invalid(errors)
    return account


def _fits(text: str, longest: int) -> bool:
    return 2 <= len(text) <= longest and text.isprintable()
