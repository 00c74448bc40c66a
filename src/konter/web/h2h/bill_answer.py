"""A bill as its member's machine reads it, by whatever door: the postpaid document's bodies."""

from __future__ import annotations

from typing import Annotated, Final

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from konter.kernel.errors import Invalid, Refused
from konter.orders.bill_words import Rc, Said, Status
from konter.orders.bills import BillView
from konter.people.members import Member
from konter.people.prove import BadSignature, IpNotAllowed
from konter.people.signatures import Parts, of_answer
from konter.web.body import REQUIRED
from konter.web.h2h.caller import HEADER, SignField, UsernameField, member_of
from konter.web.h2h.order_post import BUYER_SKU, REF_ID
from konter.web.request import SiteRequest

TAGS: Final = ["H2H pascabayar"]

RefId = Annotated[str, Meta(min_length=1, max_length=64, pattern=REF_ID)]
CustomerNo = Annotated[str, Meta(min_length=1, max_length=64)]
BuyerSku = Annotated[str, Meta(min_length=1, max_length=64, pattern=BUYER_SKU)]

RefIdQuery = Annotated[str, QueryParameter(min_length=1, max_length=64, pattern=REF_ID)]
CustomerNoQuery = Annotated[str, QueryParameter(min_length=1, max_length=64)]
BuyerSkuQuery = Annotated[str, QueryParameter(min_length=1, max_length=64, pattern=BUYER_SKU)]


class BillAsked(Struct, kw_only=True):
    """What a check and a payment both name. ``ref_id``: the member's own, one for both."""

    ref_id: RefId
    customer_no: CustomerNo
    buyer_sku: BuyerSku
    username: UsernameField | None = None
    sign: SignField | None = None


class BillDetails(Struct):
    """``bill_period``: ``YYYY-MM``, several joined by commas, empty where the product has none.
    Whole rupiah."""

    customer_name: str
    bill_period: str
    due_date: str | None
    bill_amount: int
    admin_fee: int
    total_amount: int


class BillAnswer(Struct, kw_only=True):
    """Whole rupiah, null while no bill is known, as is ``bill_details``. ``total`` is what the
    wallet pays; a payment names ``amount``. ``sn``: only of a payment, the proof of one that has
    succeeded, if the biller gives one. ``details``: what the biller says beside, whole.

    ``sign``: ``md5(ref_id + status + secret)``, null for a caller who did not prove who it is.
    """

    ref_id: str
    customer_no: str
    buyer_sku: str
    amount: int | None
    admin_fee: int | None
    total: int | None
    status: str
    message: str
    rc: str
    sn: str | UnsetType | None = UNSET
    bill_details: BillDetails | None
    timestamp: str
    sign: str | None
    details: dict[str, object]


UNPROVED: Final = {
    401: ResponseSpec(
        BillAnswer, generate_examples=False, description="`rc` 02: member, tanda tangan, atau IP"
    )
}


async def who_calls(
    request: SiteRequest, parts: Parts, *, username: str | None, sign: str | None
) -> Member | Said:
    """The member, or what is said to whoever is none. Raises Invalid where there is nothing at all
    to prove it, LockedOut, TooManyRequests."""
    proves = sign or request.raw_header(HEADER) or request.raw_header(b"authorization")
    if not proves:
        raise Invalid({"sign": [REQUIRED]})
    try:
        return await member_of(request, parts, username=username, sign=sign)
    except (BadSignature, IpNotAllowed) as refusal:
        return Said(Status.FAILED, Rc.SIGNATURE, refusal.text)


def bill_answer(
    request: SiteRequest, asked: BillAsked, said: Said, bill: BillView | None, *, by: Member | None
) -> BillAnswer:
    """What is said of a check; ``bill`` as far as one is known. ``by`` None: unsigned."""
    return BillAnswer(
        ref_id=asked.ref_id,
        customer_no=asked.customer_no,
        buyer_sku=asked.buyer_sku,
        amount=bill.amount if bill else None,
        admin_fee=bill.admin_fee if bill else None,
        total=bill.total if bill else None,
        status=said.status,
        message=said.message,
        rc=said.rc,
        bill_details=_details(bill),
        details=dict(bill.details) if bill else {},
        timestamp=f"{request.shop.orders.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        sign=by.sign(of_answer(asked.ref_id, said.status)) if by else None,
    )


def payment_answer(
    request: SiteRequest,
    asked: BillAsked,
    said: Said,
    bill: BillView | None,
    *,
    by: Member | None,
    sn: str | None = None,
) -> BillAnswer:
    """The same of a payment. ``sn``: shown once it has succeeded."""
    told = bill_answer(request, asked, said, bill, by=by)
    told.sn = sn if said.status is Status.SUCCESS else None
    return told


def missing_too(refusal: Refused, **given: object) -> Refused:
    """The same refusal, which calls missing what was not given at all."""
    if not isinstance(refusal, Invalid):
        return refusal
    absent = {name for name, value in given.items() if value is None}
    return Invalid(
        {name: [REQUIRED] if name in absent else said for name, said in refusal.errors.items()}
    )


def _details(bill: BillView | None) -> BillDetails | None:
    if bill is None or bill.amount is None or bill.admin_fee is None or bill.total is None:
        return None
    return BillDetails(
        customer_name=bill.customer_name or "",
        bill_period=",".join(bill.periods),
        due_date=bill.due_date,
        bill_amount=bill.amount,
        admin_fee=bill.admin_fee,
        total_amount=bill.total,
    )
