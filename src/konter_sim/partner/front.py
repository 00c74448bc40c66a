"""The partner's control page: what it bought, what it was told, and how it read it."""

from dataclasses import asdict
from html import escape

import msgspec

from konter_sim.paper import document, latest, records, rupiah, table
from konter_sim.partner.control import PREFIX as CONTROL
from konter_sim.partner.expressions import EXPRESSIONS
from konter_sim.partner.options import MEANING
from konter_sim.partner.receive import PREFIX
from konter_sim.partner.state import Partner


def render(partner: Partner, base: str) -> str:
    parts = [
        '<nav><a href="/">konter_sim</a></nav><h1>konter_sim: partner (Otomax)</h1>',
        '<p class="lead" lang="id">Server hilir tiruan: membeli dari konter lewat jalur Otomax, '
        "membaca jawabannya hanya dengan ekspresi yang didokumentasikan, dan menerima report.</p>",
        f"<p>Report address <code>{escape(base + PREFIX)}/report</code>. What the last line said "
        f"is left of the balance: <b>{_saldo(partner)}</b>.</p>",
        "<h2>Let it buy</h2>",
        _how_to_buy(base),
        _happened(partner),
        "<h2>Expressions</h2>",
        table(("reads", "expression"), EXPRESSIONS.items(), code_first=True),
        "<h2>Options</h2>",
        _options(partner),
    ]
    return document("".join(parts))


def _saldo(partner: Partner) -> str:
    return "not told yet" if partner.saldo is None else escape(rupiah(partner.saldo))


def _how_to_buy(base: str) -> str:
    options = (
        '{"shop_url":"http://127.0.0.1:8000","member_id":"TOKO1","pin":"...","password":"..."}'
    )
    order = '{"product":"xld10","dest":"087800001230"}'
    curl = (
        f"curl {base}{CONTROL}/options -d '{options}'\n"
        f"curl {base}{CONTROL}/buy -d '{order}'\n"
        f'curl {base}{CONTROL}/check -d \'{{"ref_id":"2140669"}}\'\n'
        f"curl -X POST {base}{CONTROL}/balance"
    )
    return f"<pre>{escape(curl)}</pre>"


def _happened(partner: Partner) -> str:
    bought = [asdict(one) for one in latest(partner.transactions.values())]
    told = [asdict(one) for one in latest(partner.reports)]
    asked = [asdict(one) for one in latest(partner.calls)]
    broken = [asdict(one) for one in latest(partner.breaches)]
    return "".join(
        f"<h2>{title}</h2>{records(rows)}"
        for title, rows in (
            (f"Transactions ({len(partner.transactions)})", bought),
            (f"Reports ({len(partner.reports)})", told),
            (f"Calls ({len(partner.calls)})", asked),
            (f"The shop broke its word ({len(partner.breaches)})", broken),
        )
    )


def _options(partner: Partner) -> str:
    hidden = {"pin", "password"}
    rows = [
        (name, "…" if name in hidden else str(value), MEANING[name])
        for name, value in msgspec.structs.asdict(partner.options).items()
    ]
    return table(("option", "now", "meaning"), rows, code_first=True)
