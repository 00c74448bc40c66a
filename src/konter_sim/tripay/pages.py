"""The checkout page of a closed payment, where a customer pays or does not."""

from typing import Final

from aiohttp import web

from konter_sim.gateway.books import Payment
from konter_sim.gateway.paypage import Bill, gone, moment, page, priced, qr_picture, rupiah
from konter_sim.gateway.steps import Happening
from konter_sim.tripay.state import Tripay

ACTS: Final[dict[str, Happening]] = {"pay": "pay", "cancel": "cancel", "expire": "expire"}
PATH: Final = "/tripay/checkout/{reference}"


def add_routes(app: web.Application, tripay: Tripay) -> None:
    async def show(request: web.Request) -> web.Response:
        payment = tripay.books.payments.get(request.match_info["reference"])
        if payment is None:
            return gone(tripay.name)
        tripay.expire_due()
        return page(_bill(tripay, payment))

    async def act(request: web.Request) -> web.Response:
        what = ACTS.get(str((await request.post()).get("act", "")))
        shown = tripay.happen(request.match_info["reference"], what) if what else None
        if shown is None:
            return gone(tripay.name)
        raise web.HTTPSeeOther(f"{tripay.url}/checkout/{shown.id}")

    async def picture(_: web.Request) -> web.Response:
        return qr_picture()

    app.router.add_get("/tripay/qr/{reference}", picture)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


def _bill(tripay: Tripay, payment: Payment) -> Bill:
    facts = [(str(item["name"]), priced(item)) for item in payment.items]
    facts += [
        ("Nomor pesanan", payment.reference),
        ("Metode", payment.channel.name),
        ("Kode bayar", payment.pay_code),
        ("Biaya layanan", rupiah(payment.fee) if payment.fee_on == "customer" else ""),
        ("Referensi", payment.id),
        ("Batas waktu", moment(payment.expires_at)),
    ]
    return Bill(tripay.name, payment.state, payment.amount, facts, back=payment.return_url)
