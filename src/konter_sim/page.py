"""The control pages: what can be tried, and what has happened. Plain HTML, no script."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from html import escape

import msgspec
from aiohttp import web

from konter_sim.digiflazz import bill_front, calls, control
from konter_sim.digiflazz.options import MEANING
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.tricks import TRICKS
from konter_sim.gateway import front
from konter_sim.gateway.state import Gateway
from konter_sim.okeconnect import calls as okeconnect_calls
from konter_sim.okeconnect import front as okeconnect_front
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.paper import document, latest, money, records, table
from konter_sim.partner import front as partner_front
from konter_sim.partner.receive import PREFIX as PARTNER
from konter_sim.partner.state import Partner

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(
    app: web.Application,
    digi: Digiflazz,
    oke: Okeconnect,
    gateways: Mapping[str, Gateway],
    *,
    partner: Partner,
) -> None:
    """The front page, and one page for each upstream and the partner. `gateways` by their api's
    path."""

    async def show_front(request: web.Request) -> web.Response:
        return _html(_front(_base(request), gateways))

    async def show_digiflazz(request: web.Request) -> web.Response:
        return _html(render(digi, _base(request)))

    async def show_okeconnect(request: web.Request) -> web.Response:
        return _html(okeconnect_front.render(oke, _base(request)))

    async def show_partner(request: web.Request) -> web.Response:
        return _html(partner_front.render(partner, _base(request)))

    app.router.add_get("/", show_front)
    app.router.add_get(PARTNER, show_partner)
    app.router.add_get("/okeconnect", show_okeconnect)
    app.router.add_get("/digiflazz", show_digiflazz)
    for path, gateway in gateways.items():
        app.router.add_get(f"/{gateway.code}", _show_gateway(gateway, path))


def _show_gateway(gateway: Gateway, path: str) -> Handler:
    async def show(request: web.Request) -> web.Response:
        return _html(front.render(gateway, _base(request), path))

    return show


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


def _front(base: str, gateways: Mapping[str, Gateway]) -> str:
    names = ", ".join(gateway.name for gateway in gateways.values())
    rows = [
        ("Digiflazz", base + calls.PREFIX),
        ("OkeConnect", base + okeconnect_calls.PREFIX),
    ]
    rows += [(gateway.name, base + path) for path, gateway in gateways.items()]
    parts = [
        front.nav(gateways.values()),
        "<h1>konter_sim</h1>",
        '<p class="lead" lang="id">Mitra tiruan untuk konter di mesin sendiri: coba semua '
        "kemungkinan tanpa uang sungguhan.</p>",
        table(("upstream", "base url"), rows),
        '<p><a href="#numbers">Numbers</a> and <a href="#bills">bills to try</a> at '
        'Digiflazz, <a href="#dests">numbers at OkeConnect</a>, <a href="#amounts">amounts to '
        f'try</a> at {escape(names)}. A downstream <a href="{PARTNER}">partner</a> with Otomax '
        "buys from your shop.</p>",
        '<h2 id="numbers">Digiflazz: numbers to try</h2>'
        "<p>With the production key the last four digits of <code>customer_no</code> choose "
        "what happens. Any other number is Sukses at once.</p>",
        _tricks(),
        '<h2 id="bills">Digiflazz: bills to try</h2>',
        bill_front.tricks(),
        '<h2 id="dests">OkeConnect: numbers to try</h2>',
        okeconnect_front.tricks(),
        f'<h2 id="amounts">{escape(names)}: amounts to try</h2>',
        front.tricks(),
    ]
    return document("".join(parts))


def render(digi: Digiflazz, base: str) -> str:
    parts = [
        '<nav><a href="/">konter_sim</a></nav><h1>konter_sim: Digiflazz</h1>',
        '<p class="lead" lang="id">Digiflazz tiruan di mesin sendiri: coba semua kemungkinan '
        "tanpa uang sungguhan.</p>",
        f"<p>Base url <code>{escape(base + calls.PREFIX)}</code>. It answers as Digiflazz's "
        "documents say; with the production key the last four digits of <code>customer_no</code> "
        "choose what happens. Any other number is Sukses at once.</p>",
        money(control.summary(digi), ("deposit", "spent", "opening", "topups")),
        "<h2>Numbers to try</h2>",
        _tricks(),
        "<h2>Bills to try</h2>",
        bill_front.tricks(),
        "<h2>Script a number</h2>",
        _how_to_script(base),
        _happened(digi),
        "<h2>Options</h2>",
        _options(digi),
    ]
    return document("".join(parts))


def _tricks() -> str:
    rows = [(f"…{trick.suffix}", trick.what) for trick in TRICKS.values()]
    roads = [row for row in rows if not row[0].startswith("…80")]
    codes = [row for row in rows if row[0].startswith("…80")]
    return (
        table(("ends in", "what happens"), roads, code_first=True)
        + "<details><summary>…80RC answers with any of the 47 response codes</summary>"
        + table(("ends in", "what happens"), codes, code_first=True)
        + "</details>"
    )


def _how_to_script(base: str) -> str:
    plan = (
        '{"customer_no":"081200000042","plan":[{"do":"silence","commit":true,"seconds":5},\n'
        '  {"do":"pending","then":"success","after_ms":2000}]}'
    )
    curl = f"curl {base}/_sim/script -d '{plan}'"
    return (
        "<p>Each call to that number takes one step, the last one repeats; an empty plan "
        "removes the script. <code>inquiry</code>, beside <code>plan</code>, is what a bill's "
        "inquiries are answered. Steps: <code>success fail pending refuse silence http raw reset "
        f"twist wait</code>.</p><pre>{escape(curl)}</pre>"
    )


def _happened(digi: Digiflazz) -> str:
    sold = [control.shown(known) for known in latest(digi.books.transactions.values())]
    paid = bill_front.paid(digi)
    broken = [asdict(breach) for breach in latest(digi.rules.breaches)]
    sent = [
        {name: hook[name] for name in ("at", "event", "url", "signed", "try", "response_status")}
        for hook in latest(digi.hooks.sent)
    ]
    return "".join(
        f"<h2>{title}</h2>{records(rows)}"
        for title, rows in (
            (f"Transactions ({len(digi.books.transactions)})", sold),
            (f"Bills paid ({len(paid)})", latest(paid)),
            (f"Rules broken by the client ({len(digi.rules.breaches)})", broken),
            (f"Webhooks ({len(digi.hooks.sent)})", sent),
        )
    )


def _options(digi: Digiflazz) -> str:
    rows = [
        (name, str(value), MEANING[name])
        for name, value in msgspec.structs.asdict(digi.options).items()
    ]
    return table(("option", "now", "meaning"), rows, code_first=True)
