"""A gateway's control page: its amounts, its books, what went wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from html import escape

import msgspec

from konter_sim.gateway.state import Gateway
from konter_sim.gateway.tricks import TRICKS
from konter_sim.paper import document, latest, money, records, table

MONEY = ("owed", "collected", "fees", "settled", "refunded")


def render(gateway: Gateway, base: str, path: str) -> str:
    parts = [
        '<nav><a href="/">konter_sim</a></nav>',
        f"<h1>konter_sim: {escape(gateway.name)}</h1>",
        f'<p class="lead" lang="id">{escape(gateway.name)} tiruan di mesin sendiri: bayar, '
        "batalkan dan lewatkan tagihan tanpa uang sungguhan.</p>",
        f"<p>Base url <code>{escape(base + path)}</code>. It answers as {escape(gateway.name)}'s "
        "documents say. Every creation answers with the address of a page to pay on.</p>",
        money(gateway.books.summary(), MONEY),
        "<h2>Amounts to try</h2>",
        tricks(),
        "<h2>Script a reference</h2>",
        _how_to_script(f"{base}/_sim/{gateway.code}"),
        _happened(gateway),
        "<h2>Options</h2>",
        _options(gateway),
    ]
    return document("".join(parts))


def nav(gateways: Iterable[Gateway]) -> str:
    links = "".join(f'<a href="/{one.code}">{escape(one.name)}</a>' for one in gateways)
    providers = '<a href="/digiflazz">Digiflazz</a><a href="/okeconnect">OkeConnect</a>'
    return f"<nav>{providers}{links}</nav>"


def tricks() -> str:
    rows = [(f"…{trick.suffix}", trick.what) for trick in TRICKS.values()]
    text = (
        "<p>The last three digits of the order's amount choose what happens. With any other "
        "amount it waits for you: its page has <b>Bayar</b>, <b>Batal</b> and "
        "<b>Kedaluwarsa</b>, the control API has <code>pay cancel expire refund</code>.</p>"
    )
    return text + table(("ends in", "what happens"), rows, code_first=True)


def _how_to_script(control: str) -> str:
    plan = (
        '{"reference":"INV-1","plan":[{"do":"silence","commit":true,"seconds":5},{"do":"answer"},\n'
        '  {"do":"event","what":"pay","after_ms":500},{"do":"callback","times":2}]}'
    )
    curl = f"curl {control}/script -d '{plan}'\ncurl {control}/pay -d '{{\"reference\":\"INV-1\"}}'"
    return (
        "<p>Each call about the reference takes one of <code>answer silence http reset</code>, "
        "each callback one <code>callback</code>, the last one repeats; <code>event</code> and "
        "<code>lie</code> run once after creation. The reference <code>*</code> is every new one; "
        f"an empty plan removes the script.</p><pre>{escape(curl)}</pre>"
    )


def _happened(gateway: Gateway) -> str:
    books, rules, post = gateway.books, gateway.rules, gateway.post
    sent = [_brief(one) for one in latest(post.sent)]
    return "".join(
        f"<h2>{title}</h2>{records(rows)}"
        for title, rows in (
            (
                f"Payments ({len(books.payments)})",
                [gateway.shown(one) for one in latest(books.payments.values())],
            ),
            ("Created, no channel chosen", latest(gateway.waiting())),
            (
                f"Rules broken by the client ({len(rules.breaches)})",
                [asdict(one) for one in latest(rules.breaches)],
            ),
            (f"Callbacks ({len(post.sent)})", sent),
        )
    )


def _brief(sent: Mapping[str, object]) -> dict[str, object]:
    names = ("at", "id", "says", "url", "forged", "try", "response_status", "accepted")
    return {name: sent[name] for name in names}


def _options(gateway: Gateway) -> str:
    rows = [
        (name, str(value), gateway.meaning[name])
        for name, value in msgspec.structs.asdict(gateway.knobs).items()
    ]
    return table(("option", "now", "meaning"), rows, code_first=True)
