"""The hosted page of a session: where a customer chooses a channel and pays, or does not."""

from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from konter_sim.gateway.books import PAID, Payment, State
from konter_sim.gateway.paypage import Bill, gone, moment, page, priced, qr_picture, rupiah
from konter_sim.gateway.steps import Happening
from konter_sim.ipaymu.channels import CHANNELS
from konter_sim.ipaymu.state import Ipaymu, Session
from konter_sim.ipaymu.words import STATUS

ACTS: Final[dict[str, Happening]] = {"pay": "pay", "cancel": "cancel", "expire": "expire"}
PATH: Final = "/ipaymu/payment/{sid}"


def add_routes(app: web.Application, ipaymu: Ipaymu) -> None:
    async def show(request: web.Request) -> web.Response:
        session = ipaymu.sessions.get(request.match_info["sid"])
        if session is None:
            return gone(ipaymu.name)
        ipaymu.expire_due()
        return page(_bill(ipaymu, session))

    async def act(request: web.Request) -> web.Response:
        session = ipaymu.sessions.get(request.match_info["sid"])
        said = await request.post()
        what = ACTS.get(str(said.get("act", "")))
        channel = str(said["channel"]) if "channel" in said else None
        if session is None or what is None or channel not in (None, *CHANNELS):
            return gone(ipaymu.name)
        ipaymu.happen(session.sid, what, channel=channel)
        raise web.HTTPSeeOther(f"{ipaymu.url}/payment/{session.sid}")

    async def picture(_: web.Request) -> web.Response:
        return qr_picture()

    app.router.add_get("/ipaymu/qr/{trx_id}", picture)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


def _bill(ipaymu: Ipaymu, session: Session) -> Bill:
    payments = [ipaymu.books.payments[number] for number in session.trx_ids]
    latest = payments[-1] if payments else None
    facts = [(str(item["name"]), priced(item)) for item in session.items]
    facts.append(("Nomor pesanan", session.reference))
    if latest is not None:
        facts += [
            ("Metode", latest.channel.name),
            ("Kode bayar", latest.pay_code),
            ("Biaya layanan", rupiah(latest.fee) if latest.fee_on == "customer" else ""),
            ("Nomor transaksi", ", ".join(session.trx_ids)),
        ]
    facts.append(("Batas waktu", moment(session.expires_at)))
    codes = [one for one in CHANNELS.values() if session.method in ("", one.group)]
    return Bill(
        gateway=ipaymu.name,
        state=latest.state if latest else _unchosen(ipaymu, session),
        amount=latest.amount if latest else session.order,
        facts=facts,
        back=_back(session, latest),
        choices=[] if latest else [(one.code, one.name) for one in codes],
    )


def _unchosen(ipaymu: Ipaymu, session: Session) -> State:
    return "expired" if session.expires_at <= ipaymu.clock.now() else "pending"


def _back(session: Session, payment: Payment | None) -> str:
    """The return URL as they call it, with words in it that nobody should trust."""
    if payment is None:
        return ""
    if payment.state not in PAID:
        return session.cancel_url or session.return_url
    told = {
        "return": "true",
        "sid": session.sid,
        "trx_id": payment.id,
        "status": STATUS[payment.state][1],
        "tipe": payment.channel.group,
        "payment_method": payment.channel.group,
        "payment_channel": payment.channel.code,
    }
    parts = urlsplit(session.return_url)
    query = "&".join(filter(None, (parts.query, urlencode(told))))
    return urlunsplit(parts._replace(query=query))
