"""The reserved numbers: the last four digits of customer_no choose what happens.

Read by the engine, shown on the control page: one table, so the two cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter_sim.broken import BAD_GATEWAY
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.steps import (
    Fail,
    Http,
    Pending,
    Refuse,
    Reset,
    Silence,
    Step,
    Success,
    Twist,
)


@dataclass(frozen=True, slots=True)
class Trick:
    """`first` answers the first call about a ref_id; `then` every re-post of it.

    Without `then` a re-post gets the stored answer, or `first` again if nothing was formed.
    """

    suffix: str
    what: str
    first: Step
    then: Step | None = None


ORDINARY: Final = Success()
_NO_SN: Final = Twist(drop=("sn",), sn="")
_AS_TEXT: Final = Twist(text=("price", "buyer_last_saldo"))
_NO_PRICE: Final = Twist(drop=("price",))

_OUTCOMES: Final = (
    Trick("1230", "Sukses at once (official test number)", Success()),
    Trick("1232", "Gagal rc 02 (official test number)", Fail(rc="02")),
    Trick(
        "1233",
        "Pending, then a webhook says Sukses (official test number)",
        Pending(message="Transaksi pending"),
    ),
    Trick(
        "1234",
        "Pending, then a webhook says Gagal rc 02 (official test number)",
        Pending(message="Transaksi pending", then="fail"),
    ),
    Trick("4001", "Gagal rc 01 Timeout, and stays Gagal", Fail(rc="01")),
    Trick("4044", "rc 44, not formed; a re-post is a fresh purchase: Sukses", Refuse(), Success()),
    Trick("4054", "Gagal rc 54 wrong number", Fail(rc="54")),
    Trick("4055", "Gagal rc 55 product in trouble", Fail(rc="55")),
    Trick("4070", "Gagal rc 70 biller timeout, and stays Gagal", Fail(rc="70")),
    Trick("4085", "Gagal rc 85 transaction limit, formed", Fail(rc="85")),
    Trick("4099", "Pending rc 99 router issue, then a webhook says Sukses", Pending(rc="99")),
    Trick("4101", "Gagal rc 01 now, but a re-post says Sukses", Fail(rc="01"), Success()),
    Trick("6001", "Pending for ever", Pending(then="never")),
    Trick(
        "6002",
        "Sukses, then a reversal webhook: Gagal rc 74",
        Success(then="fail", then_rc="74"),
    ),
)

_FAULTS: Final = (
    Trick("5001", "silence, nothing formed; a re-post is sold: Sukses", Silence(), Success()),
    Trick("5002", "silence, yet formed and Sukses; a re-post tells it", Silence(commit=True)),
    Trick(
        "5003",
        "502 HTML, nothing formed; a re-post is sold: Sukses",
        Http(body=BAD_GATEWAY),
        Success(),
    ),
    Trick("5004", "502 HTML, yet formed and Sukses", Http(body=BAD_GATEWAY, commit=True)),
    Trick("5005", "Sukses, but as HTTP 400 with a good JSON body", Twist(status=400)),
    Trick("5006", "contradiction: status Sukses with rc 03", Twist(set={"rc": "03"})),
    Trick(
        "5007",
        "unlisted rc 77 and no status; the truth is Sukses, a re-post tells it",
        Twist(set={"rc": "77", "message": "Kode tidak dikenal"}, drop=("status", "sn")),
    ),
    Trick("5008", "connection reset in mid-answer, yet formed and Sukses", Reset(commit=True)),
    Trick("5009", "the answer is about another ref_id", Twist(set={"ref_id": "bukan-ref-anda"})),
    Trick("6003", "Sukses without sn, for ever", _NO_SN, _NO_SN),
    Trick("6004", "Sukses with numbers written as strings", _AS_TEXT, _AS_TEXT),
    Trick(
        "6005", "HTTP 200 with an empty body, yet formed and Sukses", Http(status=200, commit=True)
    ),
    Trick("6006", "Sukses without price", _NO_PRICE, _NO_PRICE),
)

_WEBHOOKS: Final = (
    Trick("7001", "Pending then Sukses, each webhook sent three times", Pending(hooks="thrice")),
    Trick("7002", "Pending then Sukses, no webhook at all", Pending(hooks="dropped")),
    Trick(
        "7003",
        "webhooks out of order: final Sukses, then a stale Pending",
        Pending(hooks="disordered"),
    ),
    Trick("7004", "Pending then Sukses, webhooks unsigned", Pending(hooks="unsigned")),
    Trick(
        "7005",
        "a webhook with a forged signature says Gagal, then the true one says Sukses",
        Pending(hooks="forged"),
    ),
    Trick(
        "7006",
        "the Sukses webhook arrives before the synchronous answer, which says Pending",
        Pending(hooks="early"),
    ),
    Trick("7007", "Gagal rc 01, then a webhook says Sukses", Fail(rc="01", then="success")),
)


def _by_code(rc: str) -> Trick:
    code = CODES[rc]
    suffix = f"80{rc}"
    what = f"rc {rc} {code.message}"
    if not code.formed:
        return Trick(suffix, f"{what} (not formed)", Refuse(rc=rc))
    if code.status == "Sukses":
        return Trick(suffix, what, Success(rc=rc))
    if code.status == "Pending":
        return Trick(suffix, f"{what}, then Sukses", Pending(rc=rc))
    return Trick(suffix, what, Fail(rc=rc))


TRICKS: Final[Mapping[str, Trick]] = {
    trick.suffix: trick for trick in (*_OUTCOMES, *_FAULTS, *_WEBHOOKS, *map(_by_code, CODES))
}


def trick_for(customer_no: str) -> Trick | None:
    return TRICKS.get(customer_no[-4:])
