"""OkeConnect's control page: its numbers, its books, what went wrong."""

from collections.abc import Mapping
from dataclasses import asdict
from html import escape

import msgspec

from konter_sim.okeconnect.calls import PREFIX
from konter_sim.okeconnect.control import PREFIX as CONTROL
from konter_sim.okeconnect.control import shown, summary
from konter_sim.okeconnect.options import MEANING
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.okeconnect.tricks import TRICKS
from konter_sim.paper import document, latest, money, records, table


def render(oke: Okeconnect, base: str) -> str:
    parts = [
        '<nav><a href="/">konter_sim</a></nav><h1>konter_sim: OkeConnect</h1>',
        '<p class="lead" lang="id">OkeConnect tiruan di mesin sendiri: coba semua kemungkinan '
        "tanpa uang sungguhan.</p>",
        f"<p>Base url <code>{escape(base + PREFIX)}</code>: <code>/trx</code>, "
        "<code>/trx/balance</code> and <code>/harga/json</code>. It answers in one plain "
        "sentence, as their documents' samples read.</p>",
        money(summary(oke), ("deposit", "spent", "opening", "topups")),
        "<h2>Numbers to try</h2>",
        tricks(),
        "<h2>Script a number</h2>",
        _how_to_script(base),
        _happened(oke),
        "<h2>Options</h2>",
        _options(oke),
    ]
    return document("".join(parts))


def tricks() -> str:
    rows = [(f"…{trick.suffix}", trick.what) for trick in TRICKS.values()]
    text = (
        "<p>The last four digits of <code>dest</code> choose what happens. Any other number is "
        "accepted (akan diproses), and SUKSES a moment later.</p>"
    )
    return text + table(("ends in", "what happens"), rows, code_first=True)


def _how_to_script(base: str) -> str:
    plan = (
        '{"dest":"081200000042","plan":{"sale":[{"do":"silence","commit":true,"seconds":5}],\n'
        '  "checks":[{"do":"nothing"},{"do":"truth"}],"callbacks":[{"times":0}]}}'
    )
    curl = f"curl {base}{CONTROL}/script -d '{plan}'"
    return (
        "<p>Each purchase call to that number takes one of <code>sale</code> (<code>accept "
        "success fail refuse duplicate silence http reset text twist</code>), each check one of "
        "<code>checks</code> (<code>truth nothing duplicate silence http reset text twist</code>), "
        "each callback one of <code>callbacks</code>; the last one repeats. <code>lies</code> are "
        f"told once. Without a plan the script is removed.</p><pre>{escape(curl)}</pre>"
    )


def _happened(oke: Okeconnect) -> str:
    sold = [shown(known) for known in latest(oke.books.formed)]
    broken = [asdict(breach) for breach in latest(oke.rules.breaches)]
    sent = [_brief(one) for one in latest(oke.post.sent)]
    return "".join(
        f"<h2>{title}</h2>{records(rows)}"
        for title, rows in (
            (f"Transactions ({len(oke.books.formed)})", sold),
            (f"Rules broken by the client ({len(oke.rules.breaches)})", broken),
            (f"Callbacks ({len(oke.post.sent)})", sent),
        )
    )


def _brief(sent: Mapping[str, object]) -> dict[str, object]:
    names = ("at", "id", "says", "url", "forged", "try", "response_status", "accepted")
    return {name: sent[name] for name in names}


def _options(oke: Okeconnect) -> str:
    rows = [
        (name, str(value), MEANING[name])
        for name, value in msgspec.structs.asdict(oke.options).items()
    ]
    return table(("option", "now", "meaning"), rows, code_first=True)
