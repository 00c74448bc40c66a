"""What OkeConnect's answer to a bill's inquiry means: a strict grammar, CheckUnclear by default.

How it words a bill is not documented. The shapes that its clients were seen to expect are read, in
one line or one fact to a line, and only whole: behind our own echo, with a name, and with amounts
that add up. Whatever else it says, however much it looks like a bill, is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from konter.kernel.money import ZERO, Rupiah
from konter.kernel.outcome import Fault, Outcome, Pending, Rejected, Unknown
from konter.kernel.wire_types import WireRequest
from konter.upstreams.biller_contract import (
    BillFound,
    BillProblem,
    Checked,
    CheckUnclear,
    CheckUnderway,
    NoBill,
)
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.okeconnect_grammar import (
    AMOUNT,
    About,
    about_ours,
    judge,
    rupiah,
    told_before,
)


def judge_check(ask: Purchase, words: str, *, again: WireRequest) -> Checked:
    """What ``words`` say about an inquiry, which ``ask`` tells as if it were a purchase; never
    raises. ``again``: how one that is under way is asked about."""
    line = _LINES.sub(". ", words)
    about = about_ours(ask, line)
    if isinstance(about, About):
        if about.said.startswith("SUKSES."):
            return _bill_now(ask, about, words, in_lines=line != words)
        if (told := told_before(ask, about)) is not None:
            return _bill_before(ask, told, words)
    outcome = judge(ask, words)
    if isinstance(outcome, Pending):
        return CheckUnderway("they look it up", again)
    return _no_bill(outcome)


def payment_problem(code: str) -> BillProblem | None:
    """What the reason of a refused payment is about, by our word for it."""
    return _OF_PAYMENTS.get(code)


_OF_PAYMENTS: Final[Mapping[str, BillProblem]] = {
    "nomor": BillProblem.NUMBER,
    "tagihan": BillProblem.NOT_FOUND,
    "terbayar": BillProblem.ALREADY_PAID,
}

_LINES: Final = re.compile(r"\.?\r?\n")
"""Where one fact ends and the next begins, as ``. `` does in a sentence."""

_RP: Final = rf"(?:Rp )?({AMOUNT})"
_FACTS: Final = (
    r"(?:T(?P<trx>\d{1,20})\. )?(?:IDPELANGGAN: (?P<number>\S{1,60})\. )?"
    r"(?:Nama: |NAMA: |AN\. |a/n )(?P<name>.{1,100}?)\. "
    rf"(?:Tagihan|TAGIHAN): {_RP}\. (?:(?:Denda|DENDA): {_RP}\. )?"
    rf"(?:Admin|ADMIN): {_RP}\. (?:Total|TOTAL): {_RP}"
    r"(?:\. (?:Periode|PERIODE): (?P<periods>\d{6}(?:,\d{6}){0,35}))?"
)
_NOW: Final = re.compile(rf"SUKSES\. {_FACTS}(?P<end>\. Saldo:? [\d.:/@=\- ]+|\.?)", re.ASCII)
_BEFORE: Final = re.compile(rf"(?:SN(?:/Ref)?: ?)?{_FACTS}", re.ASCII)
"""In the answer to a question about an inquiry; where it ends is known by the price behind it."""

_MONTH: Final = re.compile(r"20\d\d(?:0[1-9]|1[0-2])", re.ASCII)

_NO_NAME: Final = re.compile(
    r"[:#=@]|GAGAL|SUKSES\.|akan diproses|sudah pernah|Menunggu|TIDAK ADA|Saldo|Rp \d"
    r"|\W*(?:gagal|batal|pending|menunggu|null|none)\b"
)
"""What stands in no name, but in a sentence that was spliced in."""

# Only what was seen whole: a word of the trade somewhere in a reason decides a purchase's failover,
# but here it would tell a customer that the number is wrong.
_KNOWN: Final[Mapping[str, BillProblem]] = {
    "nomor tujuan salah": BillProblem.NUMBER,
    "nomor hp tidak benar": BillProblem.NUMBER,
    "cek kembali nomor tujuan anda": BillProblem.NUMBER,
    "mohon diperiksa kembali no tujuan sebelum di ulang": BillProblem.NUMBER,
    "tagihan belum tersedia": BillProblem.NOT_FOUND,
    "tagihan sudah terbayar": BillProblem.ALREADY_PAID,
}


def _bill_now(ask: Purchase, about: About, words: str, *, in_lines: bool) -> Checked:
    found = _NOW.fullmatch(about.said)
    if found is None or about.trx is None:
        return CheckUnclear(f"a success that is no bill as one is known: {about.said[:80]!r}")
    # What lacks its end may have lost more of it; of lines the last known one is the total.
    may_end = in_lines and not found["periods"]
    if not may_end and not found["end"].startswith(". Saldo"):
        return CheckUnclear("a bill that was cut off")
    return _bill(ask, about.trx, found, words)


def _bill_before(ask: Purchase, told: str, words: str) -> Checked:
    found = _BEFORE.fullmatch(told)
    if found is None:
        return CheckUnclear(f"a success that is no bill as one is known: {told[:80]!r}")
    return _bill(ask, None, found, words)


def _bill(ask: Purchase, trx: str | None, found: re.Match[str], words: str) -> Checked:
    if found["trx"] not in (None, trx) or found["number"] not in (None, ask.customer_no):
        return CheckUnclear("a bill about another transaction or number")
    name = found["name"].strip()
    if not _is_name(name, words):
        return CheckUnclear("a bill without a name that could be one")
    bill, fine, admin, total = (_amount(found[place]) for place in _PLACES)
    if bill == ZERO or bill + fine + admin != total:
        return CheckUnclear("a bill whose amounts do not add up")
    months = found["periods"].split(",") if found["periods"] else []
    if not all(map(_MONTH.fullmatch, months)):
        return CheckUnclear("a bill of a month that does not exist")
    return BillFound(
        customer_name=name,
        selling_price=total,
        admin=admin,
        # What is charged is presumably the total less the commission, which stands in the list
        # alone and is not known to be taken off at once. The total is never too low.
        cost=total,
        periods=tuple(f"{month[:4]}-{month[4:]}" for month in months),
        due_date=None,
        details={"denda": fine.amount} if fine > ZERO else {},
    )


_PLACES: Final = (4, 5, 6, 7)
"""Of the bill, its fine, their fee and the total, among the groups of ``_FACTS``."""


def _is_name(name: str, words: str) -> bool:
    """Letters in one piece, as they stand there."""
    whole = name.isprintable() and name in words and name[:1].isalnum()
    return whole and any(map(str.isalpha, name)) and not _NO_NAME.search(name)


def _amount(text: str | None) -> Rupiah:
    return (rupiah(text) if text else None) or ZERO


def _no_bill(outcome: Outcome) -> Checked:
    """An inquiry is a transaction, and refused in the words in which purchases are."""
    match outcome:
        case Rejected(fault=Fault.SUPPLIER):
            return NoBill(BillProblem.SUPPLIER, outcome.reason, outcome.code)
        case Rejected(fault=Fault.OFFER):
            return NoBill(BillProblem.OFFER, outcome.reason, outcome.code)
        case Rejected():
            problem = _KNOWN.get(outcome.reason.casefold())
            if problem is not None:
                return NoBill(problem, outcome.reason, outcome.code)
            return CheckUnclear(f"refused for a reason that is not known: {outcome.reason[:80]}")
        case Unknown():
            return CheckUnclear(outcome.detail)
        case _:
            return CheckUnclear("an answer to something else than an inquiry")
