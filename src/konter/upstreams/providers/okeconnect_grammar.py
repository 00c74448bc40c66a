"""What OkeConnect's one sentence means about one purchase: a strict grammar, Unknown by default.

A sentence is believed only whole: its echo (``R#``, code and destination) is ours letter for
letter, the status word stands right behind the echo, and it ends as sentences of its kind end.
Whatever is left out, doubled, spliced in or about somebody else makes it Unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from konter.kernel.clock import WIB, business_date
from konter.kernel.money import Rupiah
from konter.kernel.outcome import Absent, Delivered, Outcome, Pending, Rejected, Unknown
from konter.upstreams.contract import Purchase
from konter.upstreams.providers.okeconnect_faults import refusal

LONGEST: Final = 4000
KEPT: Final = 500
CLOCKS_APART: Final = timedelta(minutes=5)
"""How far their clock may be from ours, the call itself included."""


def judge(ask: Purchase, line: str) -> Outcome:
    """What ``line`` says about ``ask``; never raises.

    ``ask.first``: it answers the attempt's first purchase call; otherwise a status call, in whose
    answer no refusal without a transaction number is believed.
    """
    if not _is_one_sentence(ask, line):
        return Unknown("not one sentence")
    if (door := _door(ask, line)) is not None:
        return door
    if found := _ABSENT.fullmatch(line):
        return _absent(ask, found)
    waits = line.startswith(_WAITS)
    about = _about(ask, line.removeprefix(_WAITS))
    if isinstance(about, str):
        return Unknown(about)
    if waits:
        return _waiting(ask, line, about)
    for form in (_accepted, _delivered, _refused, _told_before):
        outcome = form(ask, line, about)
        if outcome is not None:
            return outcome
    return Unknown(f"not a sentence that is known: {about.said[:80]!r}")


def about_ours(ask: Purchase, line: str) -> About | str:
    """What one sentence says behind our echo; else why it says nothing about this purchase."""
    return _about(ask, line) if _is_one_sentence(ask, line) else "not one sentence"


def told_before(ask: Purchase, about: About) -> str | None:
    """What the status call's answer tells of a sale that succeeded, from behind ``Sukses. `` up to
    the price it names; None where it tells of none, or of one that cannot be known as ours."""
    before = _BEFORE.fullmatch(about.said)
    if ask.first or before is None or about.trx is not None or before["status"] != "Sukses":
        return None
    told = _BEFORE_ANYTHING.fullmatch(before["rest"])
    if told is None or _ENDS.search(told["told"]) or _another_time(ask, before) is not None:
        return None
    return told["told"]


def balance_of(line: str) -> Rupiah | None:
    """``Saldo 284.939``; None when anything else is said."""
    return rupiah(line.removeprefix("Saldo ")) if line.startswith("Saldo ") else None


def is_turned_away(line: str) -> str | None:
    """Why our account was turned away at the balance's door; None when that is not what it says."""
    found = _DOOR.search(line)
    return found[0] if found and line[: found.start()] in ("", "R# . GAGAL. ") else None


def rupiah(text: str) -> Rupiah | None:
    """``279.655`` or ``500``; None for a point that parts no thousands."""
    return Rupiah(int(text.replace(".", ""))) if _IS_AMOUNT.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class About:
    """A sentence whose echo is ours. ``trx``: their number; ``said``: what follows the echo."""

    trx: str | None
    said: str


AMOUNT: Final = r"(?:\d{1,3}(?:\.\d{3}){1,4}|\d{1,15})"
_IS_AMOUNT: Final = re.compile(AMOUNT, re.ASCII)
_TAIL: Final = r"Saldo [\d.:/@=\- ]*"
"""Our deposit and the time: digits and points, so that no word hides in a sentence's end."""

_WAITS: Final = "Mhn tunggu trx sblmnya selesai: "
_HEAD: Final = re.compile(r"(?:T#(?P<trx>\d{1,20}) )?R#(?P<ref>\S*)(?P<rest> .*)", re.ASCII)
_QUANTITY: Final = re.compile(r", QTY : (\d{1,15}) ", re.ASCII)
_ACCEPTED: Final = re.compile(rf"akan diproses\.(?: {_TAIL})?", re.ASCII)
_SUCCESS: Final = re.compile(
    r"SUKSES\. SN(?:/Ref)?: ?(?P<sn>.*?)\. Saldo (?P<tail>[\d.:/@=\- ]*)", re.ASCII
)
_CHARGED: Final = re.compile(rf"({AMOUNT}) - ({AMOUNT}) = ({AMOUNT})(?: @.*)?", re.ASCII)
_FAILURE: Final = re.compile(rf"GAGAL\. (?P<reason>.*?)(?:\. {_TAIL}|\.)", re.ASCII)
_BEFORE: Final = re.compile(
    r"sudah pernah jam (?P<hour>\d\d):(?P<minute>\d\d), status (?P<status>Sukses|Gagal)\. "
    r"(?P<rest>.*)",
    re.ASCII,
)
_SECOND: Final = rf"(?:\.? Trx ke-2 gunakan format yang benar(?:\.? {_TAIL})?)"
_ENDING: Final = rf"(?:\. Hrg (?P<price>[\d.]+?)(?P<more>{_SECOND})?|\.{_SECOND})"
_BEFORE_SUCCESS: Final = re.compile(rf"SN(?:/Ref)?: ?(?P<sn>.*?){_ENDING}", re.ASCII)
_BEFORE_ANYTHING: Final = re.compile(rf"(?P<told>.*?){_ENDING}", re.ASCII)
_BEFORE_FAILURE: Final = re.compile(rf"(?P<reason>.*?)(?:{_ENDING}|\.)", re.ASCII)
_WAITING: Final = re.compile(
    rf"(?:@(?P<hour>\d\d):(?P<minute>\d\d),? )?status Menunggu Jawaban\.?(?: {_TAIL})?", re.ASCII
)
_ABSENT: Final = re.compile(
    r"TIDAK ADA transaksi Tujuan (?P<dest>.+?) pada tgl (?P<day>\d\d)/(?P<month>\d\d)/"
    rf"(?P<year>\d{{4}})\.(?: Tidak ada data\.)?(?: {_TAIL})?",
    re.ASCII,
)
_DOOR: Final = re.compile(
    r"(?:Pin Salah|Password Salah|IP tidak sesuai(?: @[0-9A-Fa-f.:]{2,45})?|Too short"
    r"|Pengguna tidak ditemukan)\.?\Z"
)
"""Turned away before anything is looked at: our account, not this purchase."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ONCE: Final = (
    re.compile(r"R#"),
    re.compile(r"T#"),
    re.compile(
        r"SUKSES\. SN|GAGAL\. |akan diproses|sudah pernah jam|Menunggu Jawaban|TIDAK ADA transaksi"
    ),
    re.compile(r"status (?:Sukses|Gagal|Menunggu)"),
)
"""What one sentence has at most once; a second one was spliced in or doubled."""

_ENDS: Final = re.compile(r"\. ?(?:Saldo|Hrg|Trx ke-2) ")
"""Where a serial number ends; one that goes on behind it is two."""

_DENIES: Final = re.compile(r"\W*(?:gagal|failed|batal|refund|pending|menunggu)\b", re.IGNORECASE)
"""A serial number that begins like this takes back the success."""


def _door(ask: Purchase, line: str) -> Outcome | None:
    """A refusal of our account, which may echo nothing, or ``R#0``, or nothing but a point."""
    found = _DOOR.search(line)
    if found is None:
        return None
    echo = f"{ask.sku}.{ask.customer_no}"
    heads = {f"R#{ref} {echo} GAGAL. " for ref in (ask.reference, "0", "")}
    if line[: found.start()] not in {"", "R# . GAGAL. ", *heads}:
        return None
    if not ask.first:
        return Unknown(f"the question itself was refused: {found[0]}")
    return refusal(found[0], formed=False)


def _about(ask: Purchase, line: str) -> About | str:
    """The sentence behind our echo, or why it is not about this purchase."""
    head = _HEAD.fullmatch(line)
    if head is None:
        return "neither T# nor R# at its beginning"
    if head["ref"] != ask.reference:
        return f"an answer about another reference: {head['ref'][:60]!r}"
    echo = f" {ask.sku}.{ask.customer_no} "
    _, found, said = head["rest"].partition(echo)
    if not found:
        return "an answer about another product or number"
    if quantity := _QUANTITY.match(said):
        if ask.amount is None or int(quantity[1]) != ask.amount.amount:
            return f"an answer about another amount: {quantity[1]}"
        said = said[quantity.end() :]
    return About(head["trx"], said)


def _accepted(ask: Purchase, line: str, about: About) -> Outcome | None:
    if about.trx is None or not _ACCEPTED.fullmatch(about.said):
        return None
    return Pending(line[:KEPT])


def _delivered(ask: Purchase, line: str, about: About) -> Outcome | None:
    found = _SUCCESS.fullmatch(about.said)
    if found is None or about.trx is None or _ENDS.search(found["sn"]):
        return None
    if _DENIES.match(found["sn"]):
        return Unknown("a success whose serial number takes it back")
    return Delivered(_serial(found["sn"]), _charged(found["tail"]), line[:KEPT], about.trx)


def _refused(ask: Purchase, line: str, about: About) -> Outcome | None:
    """With their number: a transaction failed. Without: none was made, if it was the first call."""
    found = _FAILURE.fullmatch(about.said)
    if found is None:
        return None
    if about.trx is None and not ask.first:
        return Unknown(f"the question itself was refused: {found['reason'][:80]}")
    return _refusal(line, found["reason"], formed=about.trx is not None)


def _told_before(ask: Purchase, line: str, about: About) -> Outcome | None:
    """The status call's answer; to a purchase, it tells of an older sale to this number instead.

    It names the sale by the minute in which it was made, and that must be when ours was sent.
    """
    before = _BEFORE.fullmatch(about.said)
    if before is None or about.trx is not None:
        return None
    if ask.first:
        why = f"not bought: an older sale stands in its way, {about.said[:80]}"
        return Unknown(why, for_review=True)
    if doubt := _another_time(ask, before):
        return Unknown(doubt)
    if before["status"] == "Sukses":
        return _delivered_before(ask, line, before["rest"])
    failed = _BEFORE_FAILURE.fullmatch(before["rest"])
    if failed is None:
        return None
    return _refusal(line, failed["reason"], formed=True)


def _delivered_before(ask: Purchase, line: str, rest: str) -> Outcome | None:
    found = _BEFORE_SUCCESS.fullmatch(rest)
    if found is None or _ENDS.search(found["sn"]):
        return None
    if _DENIES.match(found["sn"]):
        return Unknown("a success whose serial number takes it back")
    cost = rupiah(found["price"] or "")
    # At the sentence's very end it could be the beginning of a longer amount, cut off.
    if cost and not found["more"] and cost.amount * 10 <= ask.max_price.amount:
        cost = None
    return Delivered(_serial(found["sn"]), _positive(cost), line[:KEPT])


def _waiting(ask: Purchase, line: str, about: About) -> Outcome:
    found = _WAITING.fullmatch(about.said)
    if found is None or about.trx is None:
        return Unknown(f"not a sentence that is known: {about.said[:80]!r}")
    if ask.first:
        why = "not bought yet: an older sale to this number is still open"
        return Unknown(why, for_review=True)
    if found["hour"] is not None and (doubt := _another_time(ask, found)):
        return Unknown(doubt)
    return Pending(line[:KEPT])


def _absent(ask: Purchase, found: re.Match[str]) -> Outcome:
    """They look through one day, and say which: another than the sale's tells nothing."""
    if ask.first:
        return Unknown("a purchase was answered as if it were a question")
    if found["dest"] != ask.customer_no:
        return Unknown(f"no record for another number: {found['dest'][:60]!r}")
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return Unknown("no record on a day that does not exist")
    if ask.sent_at is not None and business_date(ask.sent_at) != day:
        return Unknown(f"no record on {day}, which is not the day of the sale")
    return Absent(f"no record for this number on {day}")


def _another_time(ask: Purchase, found: re.Match[str]) -> str | None:
    """Why the sale that was made at this minute (WIB) cannot be known as ours."""
    hour, minute = int(found["hour"]), int(found["minute"])
    if ask.sent_at is None:
        return "when ours was sent is not known, so it could be an older sale"
    sent = ask.sent_at.astimezone(WIB)
    apart = (hour * 60 + minute - sent.hour * 60 - sent.minute) % (24 * 60)
    near = int(CLOCKS_APART.total_seconds()) // 60
    if hour > 23 or minute > 59 or near < apart < 24 * 60 - near:
        return f"another sale, of {hour:02}:{minute:02}; ours was sent at {sent:%H:%M}"
    return None


def _refusal(line: str, reason: str, *, formed: bool) -> Rejected | Unknown:
    found = refusal(reason, formed=formed)
    if found is None:
        return Unknown(f"contradiction: GAGAL, {reason[:80]}")
    return replace(found, message=line[:KEPT])


def _is_one_sentence(ask: Purchase, line: str) -> bool:
    return len(line) <= LONGEST and not _CONTROLS.search(line) and not _is_spliced(ask, line)


def _is_spliced(ask: Purchase, line: str) -> bool:
    """Whether the line holds pieces of another sentence, or of ours a second time."""
    if any(len(mark.findall(line)) > 1 for mark in _ONCE):
        return True
    return line.count(f"{ask.sku}.{ask.customer_no}") > 1


def _serial(text: str) -> str | None:
    """Whole, with its points, strokes and spaces; None where nothing but those stands."""
    found = text.strip()
    return found if any(letter.isalnum() for letter in found) else None


def _charged(tail: str) -> Rupiah | None:
    """What left our deposit, if the three amounts fit together."""
    found = _CHARGED.fullmatch(tail)
    if found is None:
        return None
    before, cost, after = (rupiah(amount) for amount in found.groups())
    if before is None or cost is None or after is None or before - cost != after:
        return None
    return _positive(cost)


def _positive(amount: Rupiah | None) -> Rupiah | None:
    return amount if amount is not None and amount.amount > 0 else None
