"""``/api/balance``, ``/api/mutations``, ``/api/notifications``: a user's own money and messages."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import QueryParameter
from msgspec import Struct

from konter.hooks import notices
from konter.kernel.clock import iso
from konter.kernel.money import Rupiah
from konter.ledger.read import Line, balance, statement
from konter.web.answer import Answer
from konter.web.auth import BEARER_SECURITY, signed_in
from konter.web.page.permits import OWN
from konter.web.request import SiteRequest

TAGS = ["Saldo"]
PER_PAGE = 20

PageNumber = Annotated[int, QueryParameter(ge=1, le=10**9)]

DESCRIPTIONS = {
    "hold": "Pembelian",
    "release": "Pengembalian dana transaksi gagal",
    "deposit": "Deposit saldo",
    "surplus": "Kelebihan pembayaran",
    "adjustment": "Penyesuaian saldo",
    "dispute_charge": "Tagihan transaksi yang ternyata berhasil",
    "dispute_reverse": "Pengembalian dana transaksi yang dibatalkan penyedia",
}


class BalanceView(Struct):
    balance: str


class Mutation(Struct):
    """``before + amount = after``, rupiah with two decimals; ``reference``: the order's code."""

    line: int
    type: str
    before: str
    amount: str
    after: str
    description: str
    reference: str | None
    created_at: str


class Mutations(Struct):
    current_page: int
    data: list[Mutation]
    per_page: int
    total: int


class Notification(Struct):
    id: int
    type: str
    title: str
    message: str
    data: msgspec.Raw
    read_at: str | None
    created_at: str


class Notifications(Struct):
    current_page: int
    data: list[Notification]
    per_page: int
    total: int
    unread: int


class MarkedRead(Struct):
    message: str
    marked: int


def routes() -> Router:
    """For whoever brings a token: their own."""
    return Router(
        "/",
        route_handlers=[get_balance, get_mutations, get_notifications, post_read],
        before_request=signed_in,
        security=BEARER_SECURITY,
        opt=OWN,
    )


@get("/balance", summary="Saldo", tags=TAGS)
async def get_balance(request: SiteRequest) -> Answer[BalanceView]:
    async with request.desks.db.read() as tx:
        return Answer(BalanceView((await balance(tx, request.user.id)).wire()))


@get("/mutations", summary="Mutasi saldo", tags=TAGS)
async def get_mutations(request: SiteRequest, page: PageNumber = 1) -> Answer[Mutations]:
    """The statement, newest first."""
    async with request.desks.db.read() as tx:
        lines, total = await statement(tx, request.user.id, page=page, per_page=PER_PAGE)
    return Answer(Mutations(page, [_mutation(line) for line in lines], PER_PAGE, total))


@get("/notifications", summary="Notifikasi", tags=TAGS)
async def get_notifications(request: SiteRequest, page: PageNumber = 1) -> Answer[Notifications]:
    """The newest first."""
    async with request.desks.db.read() as tx:
        kept, total, unread = await notices.of_user(
            tx, request.user.id, page=page, per_page=PER_PAGE
        )
    return Answer(Notifications(page, [_notification(k) for k in kept], PER_PAGE, total, unread))


@post("/notifications/read", summary="Tandai semua sudah dibaca", status_code=200, tags=TAGS)
async def post_read(request: SiteRequest) -> Answer[MarkedRead]:
    at = request.shop.orders.clock.now()
    async with request.desks.db.transaction() as tx:
        marked = await notices.mark_read(tx, request.user.id, notice_id=None, at=at)
    return Answer(MarkedRead("Notifikasi ditandai sudah dibaca", marked))


def _mutation(line: Line) -> Mutation:
    return Mutation(
        line=line.line,
        type="credit" if line.change > 0 else "debit",
        before=Rupiah(line.before).wire(),
        amount=Rupiah(line.change).wire(),
        after=Rupiah(line.after).wire(),
        description=line.note or DESCRIPTIONS.get(line.kind, line.kind),
        reference=line.reference,
        created_at=iso(line.recorded_at),
    )


def _notification(kept: notices.KeptNotice) -> Notification:
    return Notification(
        id=kept.id,
        type=kept.type,
        title=kept.title,
        message=kept.message,
        data=msgspec.Raw(kept.data.encode()),
        read_at=iso(kept.read_at) if kept.read_at else None,
        created_at=iso(kept.created_at),
    )
