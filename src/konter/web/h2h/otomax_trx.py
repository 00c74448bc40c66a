"""``GET /otomax/trx``: a purchase in Otomax's dialect, and with ``check=1`` its status."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get

from konter.kernel.errors import Refused
from konter.orders.by_reference import by_reference
from konter.orders.read import OrderNotFound
from konter.orders.reseller_order import MemberOrder
from konter.people.members import Member
from konter.people.signatures import OtomaxTrx
from konter.web.h2h.caller import door_of
from konter.web.h2h.otomax_document import TAGS, asking
from konter.web.h2h.otomax_line import Line
from konter.web.h2h.otomax_query import Query, number_of, otomax_member, query_of, word_of
from konter.web.h2h.otomax_reply import nothing, rejected, stands
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class Trx:
    """One call: what its sign covers, and what stands beside it."""

    signed: OtomaxTrx
    is_check: bool
    quantity: int | None
    max_price: int | None
    counter: int | None


@get(
    "/trx",
    summary="Otomax: transaksi, atau statusnya",
    operation_class=asking(
        product="kode produk",
        dest="nomor tujuan",
        refID="referensi member; yang sama lagi dijawab dengan keadaannya",
        check="1: hanya status",
        qty="nominal bebas: nominalnya, rupiah bulat; produk lain: tanpa atau 1",
        counter="2 untuk pembelian kedua ke nomor yang sama pada hari yang sama",
        hargamax="rupiah bulat; di atasnya tidak dibeli",
    ),
    tags=TAGS,
)
async def get_trx(request: SiteRequest) -> Line:
    """Answers at once; the end is told by report, or to whoever asks again.

    A ``refID`` that is known is answered with its state and never bought twice. ``check=1`` never
    buys.
    """
    query = query_of(request)
    trx = _read(query)
    member = await otomax_member(request, query, trx.signed)
    said = await (_status if trx.is_check else _buy)(request, member, trx)
    return Line(said)


def _read(query: Query) -> Trx:
    """Raises FormatWrong."""
    return Trx(
        signed=OtomaxTrx(
            member_id=query.get("memberid", ""),
            product=word_of(query, "product"),
            dest=word_of(query, "dest"),
            ref_id=word_of(query, "refid"),
        ),
        is_check=query.get("check", "") not in ("", "0"),
        quantity=number_of(query, "qty", most=10**15),
        max_price=number_of(query, "hargamax", most=10**15) or None,
        counter=number_of(query, "counter", most=99),
    )


async def _buy(request: SiteRequest, member: Member, trx: Trx) -> str:
    wanted = MemberOrder(
        member=member,
        product_code=trx.signed.product,
        number=trx.signed.dest,
        ref_id=trx.signed.ref_id,
        max_price=trx.max_price,
        counter=trx.counter,
        quantity=trx.quantity,
    )
    try:
        placed = await door_of(request).placer.submit(wanted)
    except Refused as refusal:
        return await _refused(request, member, trx, refusal)
    return await stands(request, member, placed.order)


async def _refused(request: SiteRequest, member: Member, trx: Trx, refusal: Refused) -> str:
    """A reference that has bought something is answered with that, whatever else the call says:
    GAGAL would be taken for its end."""
    try:
        async with request.desks.db.read() as tx:
            order = await by_reference(tx, member.user_id, trx.signed.ref_id)
    except Refused:
        return await rejected(request, member, trx.signed, refusal)
    return await stands(request, member, order)


async def _status(request: SiteRequest, member: Member, trx: Trx) -> str:
    try:
        async with request.desks.db.read() as tx:
            order = await by_reference(tx, member.user_id, trx.signed.ref_id)
    except OrderNotFound:
        return nothing(request, trx.signed)
    except Refused as refusal:
        return await rejected(request, member, trx.signed, refusal)
    return await stands(request, member, order)
