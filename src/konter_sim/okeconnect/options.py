"""Every knob of the local OkeConnect. Set at start-up, changed at runtime by the control API.

What their document leaves open (exact words, windows, limits) is an option, not a guess made once.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from konter_sim.knobs import Count, Span

Wording = Literal["full", "short", "bare"]


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Money in rupiah; names end in their unit: `_s` seconds, `_ms` milliseconds."""

    member_id: str = "OK00123"
    pin: str = "123456"
    password: str = "rahasia"
    deposit: Count = 10_000_000
    report_url: str = ""
    callback_delay_ms: Count = 300
    callback_tries: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    callback_retry_ms: Count = 1000
    callback_timeout_s: Span = 5.0
    callback_ends_on: Literal["ok", "2xx"] = "ok"
    latency_ms: Count = 0
    silence_seconds: Span = 120.0
    content_type: Literal["text/html", "text/plain"] = "text/html"
    ip_known: bool = True
    caller_ip: str = "127.0.0.1"
    bare_ip_text: bool = False
    wording: Wording = "full"
    sn_label: Literal["SN", "SN/Ref"] = "SN"
    short_balance: Literal["created", "rejected"] = "created"
    closed_reason: str = "Produk sedang gangguan"
    check_window: Literal["day", "date"] = "day"
    check_matches: Literal["ref", "dest"] = "ref"
    check_gap_s: Span = 0.0
    unknown_checks: Count = 20
    forget_days: Annotated[int, msgspec.Meta(ge=1)] = 1
    counter_allowed: bool = False
    guard_after_failure: bool = False
    guard_inquiries: bool = False
    guard_echo: Literal["asked", "older"] = "asked"
    price_drift: int = 0
    open_fee: int = 90
    inquiry_at_once: bool = False
    inquiry_text: str = (
        "Nama: {nama}. Tagihan: Rp {tagihan}. {denda}Admin: Rp {admin}. Total: Rp {total}"
    )
    name_text: str = "Nama: {nama}"
    price_token: str = ""
    list_fault: Literal["none", "empty", "html", "half"] = "none"
    first_trx: Count = 1_216_408_511


MEANING: Final[Mapping[str, str]] = {
    "member_id": "the member's id",
    "pin": "the member's PIN",
    "password": "the member's password for H2H transactions",
    "deposit": "opening deposit in rupiah (takes effect at start and at reset)",
    "report_url": "the account's one callback address, secret and all; empty sends none",
    "callback_delay_ms": "from the sale to its end, and to the callback that tells it",
    "callback_tries": "tries in all for a callback that is not accepted",
    "callback_retry_ms": "pause between two tries of one callback",
    "callback_timeout_s": "patience for the answer to a callback",
    "callback_ends_on": "what accepts a callback: 2xx with the text OK, or any 2xx",
    "latency_ms": "every answer waits this long; the books move before the wait",
    "silence_seconds": "how long a silent answer keeps the connection open",
    "content_type": "of every answer to /trx and /trx/balance",
    "ip_known": "false answers IP tidak sesuai to everything but the price list",
    "caller_ip": "the caller's address as that text names it",
    "bare_ip_text": "that text alone, without R# and GAGAL",
    "wording": "full; short: without what follows Hrg; bare: the tersest forms seen",
    "sn_label": "what stands before the serial in a callback; SN/Ref is the older form",
    "short_balance": "deposit too small: a failed transaction with T#, or rejected without",
    "closed_reason": "their words for a product that is closed (not documented)",
    "check_window": "check=1 answers for 24 hours, or only on the same WIB date",
    "check_matches": "what check=1 goes by: refID, or the latest of that product and number",
    "check_gap_s": "a reference checked again sooner than this is a breach (0: no limit)",
    "unknown_checks": "checks of one unknown reference until the next is a breach",
    "forget_days": "a refID older than this is sold as a NEW transaction",
    "counter_allowed": "whether &counter=2 buys a second time on one day",
    "guard_after_failure": "whether the duplicate guard also minds a failed purchase",
    "guard_inquiries": "whether it minds inquiries (C and CEK codes)",
    "guard_echo": "whose R# the guard's answer carries: the asked one or the older one",
    "price_drift": "rupiah on top of every listed price (below zero: less)",
    "open_fee": "fee of an open denomination, whatever the list says",
    "inquiry_at_once": "an inquiry is answered at once, not by callback",
    "inquiry_text": "a bill in words: {nama} {tagihan} {denda} {admin} {total} {periode}",
    "name_text": "a name check in words: {nama}",
    "price_token": "the price list's id; another one gets an empty list. Empty: any will do",
    "list_fault": "the price list comes empty, as a 502 in HTML, or cut in half",
    "first_trx": "the number after the first T# (takes effect at start and at reset)",
}
