"""The reserved numbers of bills: the last four digits of customer_no choose what happens.

They are another table than that of purchases, with the same suffix for the same thing. Of a
number with a comma the part before it counts. Official test numbers are not in here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from konter_sim.broken import BAD_GATEWAY
from konter_sim.digiflazz.codes import CODES
from konter_sim.digiflazz.official_bills import OFFICIAL
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
    Wait,
)

FOUND: Final = Success()


@dataclass(frozen=True, slots=True)
class BillTrick:
    """`inquiry` answers the number's inquiries in turn, the last step for ever.

    `first` answers the first pay-pasca of a reference; `then` every status-pasca after it, and a
    second pay-pasca if the first one formed nothing.
    """

    suffix: str
    what: str
    inquiry: tuple[Step, ...] = (FOUND,)
    first: Step = FOUND
    then: Step | None = None


_PAGE: Final = Http(body=BAD_GATEWAY)
_NO_SN: Final = Twist(drop=("sn",), sn="")
_AMOUNTS: Final = ("price", "selling_price", "admin", "buyer_last_saldo")
_AS_TEXT: Final = Twist(text=_AMOUNTS)
_NO_PRICE: Final = Twist(drop=("price",))
_UNLISTED: Final[dict[str, object]] = {"rc": "77", "message": "Kode tidak dikenal"}
_UNKNOWN: Final = Twist(
    set={"message": "Data belum ada", "status": "Gagal", "rc": "50"},
    drop=("sn", "price", "selling_price", "admin", "desc", "periode"),
)

_INQUIRIES: Final = (
    BillTrick("2001", "inquiry: silence, always", (Silence(),)),
    BillTrick("2002", "inquiry: silence once, then found", (Silence(), FOUND)),
    BillTrick("2003", "inquiry: silence twice, then found", (Silence(), Silence(), FOUND)),
    BillTrick("2004", "inquiry: 502 HTML, always", (_PAGE,)),
    BillTrick("2005", "inquiry: 502 HTML once, then found", (_PAGE, FOUND)),
    BillTrick("2006", "inquiry: found, but after two seconds", (Wait(ms=2_000, then=FOUND),)),
    BillTrick(
        "2007",
        "inquiry: rc 60 'Tagihan sudah lunas'",
        (Fail(rc="60", message="Tagihan sudah lunas"),),
    ),
    BillTrick("2008", "inquiry: connection reset in mid-answer once, then found", (Reset(), FOUND)),
    BillTrick("2009", "inquiry: found, and a webhook says so too", (Success(tells=True),)),
    BillTrick(
        "2010",
        "the inquiry's own webhook (Sukses without sn) comes late, when the payment is Pending, "
        "which it stays for ever",
        (Success(tells=True, after_ms=500),),
        Pending(then="never"),
    ),
    BillTrick("2011", "inquiry: numbers written as strings", (_AS_TEXT,), _AS_TEXT, _AS_TEXT),
    BillTrick(
        "2012", "inquiry: the answer is about another ref_id", (Twist(set={"ref_id": "bukan"}),)
    ),
    BillTrick(
        "2013", "inquiry: contradiction, status Sukses with rc 03", (Twist(set={"rc": "03"}),)
    ),
    BillTrick(
        "2014", "inquiry: unlisted rc 77 and no status", (Twist(set=_UNLISTED, drop=("status",)),)
    ),
    BillTrick("2015", "inquiry: rc 85 once, then found", (Fail(rc="85"), FOUND)),
    BillTrick("2016", "inquiry: found, without desc", (Twist(drop=("desc",)),)),
    BillTrick("2017", "inquiry: our price is 50.000 above the bill", (Success(dearer=50_000),)),
    BillTrick("2018", "inquiry: price is no whole rupiah", (Twist(set={"price": "10000.50"}),)),
    BillTrick("2019", "inquiry: no customer_name", (Twist(set={"customer_name": ""}),)),
    BillTrick("2020", "inquiry: found, but as HTTP 400", (Twist(status=400),)),
    BillTrick("2021", "inquiry: HTTP 200 with an empty body, always", (Http(status=200),)),
    BillTrick(
        "2022",
        "inquiry: selling_price is less than admin",
        (Twist(set={"selling_price": 1_000}),),
    ),
    BillTrick(
        "2023",
        "inquiry: found, all amounts zero",
        (Twist(set={"price": 0, "selling_price": 0, "admin": 0}),),
    ),
)

_OUTCOMES: Final = (
    BillTrick("1233", "payment: Pending, then a webhook says Sukses", first=Pending()),
    BillTrick(
        "1234", "payment: Pending, then a webhook says Gagal rc 02", first=Pending(then="fail")
    ),
    BillTrick("4001", "payment: Gagal rc 01 Timeout, and stays Gagal", first=Fail(rc="01")),
    BillTrick("4002", "payment: Gagal rc 02", first=Fail()),
    BillTrick(
        "4044",
        "payment: rc 44, not formed; paid again it is Sukses",
        first=Refuse(),
        then=Success(),
    ),
    BillTrick("4070", "payment: Gagal rc 70 biller timeout, and stays Gagal", first=Fail(rc="70")),
    BillTrick("4099", "payment: Pending rc 99, then a webhook says Sukses", first=Pending(rc="99")),
    BillTrick(
        "4101",
        "payment: Gagal rc 01 now, but status-pasca says Sukses",
        first=Fail(rc="01"),
        then=Success(),
    ),
    BillTrick("6001", "payment: Pending for ever", first=Pending(then="never")),
    BillTrick(
        "6002",
        "payment: Sukses, then a reversal webhook: Gagal rc 74",
        first=Success(then="fail", then_rc="74"),
    ),
    BillTrick(
        "6007", "payment: Sukses, 5.000 dearer than its inquiry", first=Success(dearer=5_000)
    ),
)

_FAULTS: Final = (
    BillTrick(
        "5001",
        "payment: silence, nothing formed; status-pasca: Data belum ada",
        first=Silence(),
        then=Success(),
    ),
    BillTrick(
        "5002",
        "payment: silence, yet formed and Sukses; status-pasca tells it",
        first=Silence(commit=True),
    ),
    BillTrick(
        "5003",
        "payment: 502 HTML, nothing formed; status-pasca: Data belum ada",
        first=_PAGE,
        then=Success(),
    ),
    BillTrick(
        "5004",
        "payment: 502 HTML, yet formed and Sukses",
        first=Http(body=BAD_GATEWAY, commit=True),
    ),
    BillTrick("5005", "payment: Sukses, but as HTTP 400", first=Twist(status=400)),
    BillTrick(
        "5006", "payment: contradiction, status Sukses with rc 03", first=Twist(set={"rc": "03"})
    ),
    BillTrick(
        "5007",
        "payment: unlisted rc 77 and no status; the truth is Sukses, status-pasca tells it",
        first=Twist(set=_UNLISTED, drop=("status", "sn")),
    ),
    BillTrick(
        "5008",
        "payment: connection reset in mid-answer, yet formed and Sukses",
        first=Reset(commit=True),
    ),
    BillTrick(
        "5009",
        "payment: the answer is about another ref_id",
        first=Twist(set={"ref_id": "bukan-ref-anda"}),
    ),
    BillTrick(
        "5010",
        "payment: silence, yet formed and Sukses; status-pasca says Data belum ada, for ever",
        first=Silence(commit=True),
        then=_UNKNOWN,
    ),
    BillTrick("6003", "payment: Sukses without sn, for ever", first=_NO_SN, then=_NO_SN),
    BillTrick(
        "6004", "payment: Sukses with numbers written as strings", first=_AS_TEXT, then=_AS_TEXT
    ),
    BillTrick(
        "6005",
        "payment: HTTP 200 with an empty body, yet formed and Sukses",
        first=Http(status=200, commit=True),
    ),
    BillTrick("6006", "payment: Sukses without price", first=_NO_PRICE, then=_NO_PRICE),
)

_WEBHOOKS: Final = (
    BillTrick(
        "7001",
        "payment: Pending then Sukses, each webhook sent three times",
        first=Pending(hooks="thrice"),
    ),
    BillTrick(
        "7002", "payment: Pending then Sukses, no webhook at all", first=Pending(hooks="dropped")
    ),
    BillTrick(
        "7003",
        "payment: webhooks out of order, final Sukses, then a stale Pending",
        first=Pending(hooks="disordered"),
    ),
    BillTrick(
        "7004", "payment: Pending then Sukses, webhooks unsigned", first=Pending(hooks="unsigned")
    ),
    BillTrick(
        "7005",
        "payment: a webhook with a forged signature says Gagal, then the true one says Sukses",
        first=Pending(hooks="forged"),
    ),
    BillTrick(
        "7006",
        "payment: the Sukses webhook arrives before the synchronous answer, which says Pending",
        first=Pending(hooks="early"),
    ),
    BillTrick(
        "7007",
        "payment: Gagal rc 01, then a webhook says Sukses",
        first=Fail(rc="01", then="success"),
    ),
)


def _by_code(rc: str) -> tuple[BillTrick, ...]:
    """`80RC` for the payment, `81RC` for the inquiry, which is never Pending nor Sukses here."""
    code = CODES[rc]
    what = f"rc {rc} {code.message}" + ("" if code.formed else " (not formed)")
    if code.status == "Gagal":
        step: Step = Fail(rc=rc) if code.formed else Refuse(rc=rc)
        inquiry = BillTrick(f"81{rc}", f"inquiry: {what}", (step,))
        return BillTrick(f"80{rc}", f"payment: {what}", first=step), inquiry
    first = Pending(rc=rc) if code.status == "Pending" else Success(rc=rc)
    return (BillTrick(f"80{rc}", f"payment: {what}", first=first),)


BILL_TRICKS: Final[Mapping[str, BillTrick]] = {
    trick.suffix: trick
    for trick in (
        *_INQUIRIES,
        *_OUTCOMES,
        *_FAULTS,
        *_WEBHOOKS,
        *(trick for rc in CODES for trick in _by_code(rc)),
    )
}


def bill_trick_for(sku: str, customer_no: str) -> BillTrick | None:
    """What an official test number does, else what its last digits say."""
    official = OFFICIAL.get((sku, customer_no))
    if official is not None:
        return BillTrick("", "official", (official.inquiry,), official.payment)
    return BILL_TRICKS.get(customer_no.partition(",")[0][-4:])
