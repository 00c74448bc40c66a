"""What an answer to Digiflazz's inq-pasca means: a bill, no bill, or nothing.

Its codes are those of purchases, but here they speak of a question that moved no money. So a
refusal is told to whoever asked, and what may pass is asked again under a fresh reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from konter.upstreams.biller_contract import BillProblem, Checked, CheckUnclear, NoBill
from konter.upstreams.providers.digiflazz_bill_details import found_bill
from konter.upstreams.providers.digiflazz_codes import CODES, Code, Kind
from konter.upstreams.providers.digiflazz_words import Words, agrees, message_of, shown

_NOT_FOUND: Final = BillProblem.NOT_FOUND
_NUMBER: Final = BillProblem.NUMBER
_OFFER: Final = BillProblem.OFFER
_SUPPLIER: Final = BillProblem.SUPPLIER

# Not listed, hence unclear: 01, 70 (timeouts), 03, 99 (no answers to a check), 49 (the reference
# is known: take a fresh one), 64, 74, 83 (of other calls), 85, 86 (limits that pass).
# 02: the official test of a check that fails. 47: the transaction was made at another buyer, and
# a bill is paid once. 60: "not available yet", which some read as "already paid"; not known.
# 71, unstable, is an offer's fault as it is for purchases. 84, 87 speak of the amount that whoever
# asked has chosen. 63, 65: not again today, by nobody's mistake.
PROBLEMS: Final[Mapping[str, BillProblem]] = {
    **dict.fromkeys(("02", "50", "60"), _NOT_FOUND),
    "47": BillProblem.ALREADY_PAID,
    **dict.fromkeys(("51", "52", "54", "57", "59", "72", "73", "84", "87"), _NUMBER),
    **dict.fromkeys(("43", "53", "55", "56", "58", "62", "63", "65", "66"), _OFFER),
    **dict.fromkeys(("67", "68", "69", "71", "80", "81"), _OFFER),
    **dict.fromkeys(("40", "41", "42", "44", "45", "61", "82", "88"), _SUPPLIER),
}


# The same of a payment that was refused. 60: its bill is gone since the check.
_OF_PAYMENTS: Final = frozenset({"47", "51", "52", "54", "57", "59", "60", "72", "73", "84", "87"})


def judge_check(words: Words) -> Checked:
    """What an answer to a check means; its echo has been compared."""
    rc = words.rc
    code = CODES.get(rc) if type(rc) is str else None
    if code is None:
        return CheckUnclear(f"unlisted code {shown(rc)}")
    if doubt := _doubt(words, code):
        return CheckUnclear(doubt)
    if code.kind is Kind.SUCCESS:
        bill = found_bill(words)
        return CheckUnclear(f"rc {rc} with {bill}") if isinstance(bill, str) else bill
    problem = PROBLEMS.get(rc)
    message = message_of(words)
    if problem is None:
        return CheckUnclear(f"rc {rc} ({message or code.text})")
    if problem is not _SUPPLIER and _says_paid(message):
        problem = BillProblem.ALREADY_PAID
    return NoBill(problem, message or code.text, rc)


def payment_problem(rc: str) -> BillProblem | None:
    """What a refused payment's code says of its number or its bill, if it speaks of them."""
    return PROBLEMS[rc] if rc in _OF_PAYMENTS else None


def _doubt(words: Words, code: Code) -> str | None:
    """A code without its status is believed only of a call turned away at the door."""
    if words.status is None:
        return f"rc {words.rc} without status" if code.formed else None
    if agrees(words.status, code):
        return None
    return f"contradiction: status {shown(words.status)} with rc {words.rc}"


def _says_paid(message: str) -> bool:
    """'Sudah lunas', unless the same sentence leaves it open: 'belum tersedia atau sudah lunas'."""
    told = " ".join(message.casefold().split())
    return _PAID.search(told) is not None and _OPEN.search(told) is None


_PAID: Final = re.compile(
    r"\b(?:sudah|telah) (?:pernah )?"
    r"(?:di ?bayar(?:kan)?|ter ?bayar(?:kan)?|(?:di|ter)?lunas(?:i|kan)?)\b"
)
_OPEN: Final = re.compile(r"\b(?:belum|tidak|bukan|tdk|blm|atau|jika|apabila|bila|kalau)\b")
