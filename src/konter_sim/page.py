"""The control page: what can be tried, and what has happened. Plain HTML, no script."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from html import escape
from itertools import islice
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from konter_sim.digiflazz import calls, control
from konter_sim.digiflazz.options import MEANING
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.digiflazz.tricks import TRICKS

Row = TypeVar("Row")
SHOWN_ROWS: Final = 50

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2327; --paper: #fbfaf7; --line: #d9d5cc;
  --soft: #6b7075; --mark: #0f6b5c; --code: #f0ede6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #16191b;
  --line: #33393d; --soft: #9aa1a6; --mark: #5cc8b4; --code: #22272a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; }
.lead { color: var(--soft); margin: .25rem 0 1.5rem; }
.money { display: flex; flex-wrap: wrap; gap: .75rem; }
.money div { border: 1px solid var(--line); border-radius: .6rem; padding: .6rem 1rem; }
.money b { display: block; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
code, pre { font: .88em/1.5 ui-monospace, monospace; background: var(--code);
  border-radius: .3rem; }
code { padding: .1em .35em; } pre { padding: .8rem 1rem; overflow-x: auto; }
td:first-child code { color: var(--mark); font-weight: 600; white-space: nowrap; }
summary { cursor: pointer; color: var(--mark); margin: .75rem 0; }
"""


def add_routes(app: web.Application, digi: Digiflazz) -> None:
    async def show(request: web.Request) -> web.Response:
        base = f"{request.scheme}://{request.host}"
        return web.Response(text=render(digi, base), content_type="text/html")

    app.router.add_get("/", show)
    app.router.add_get("/digiflazz", show)


def render(digi: Digiflazz, base: str) -> str:
    parts = [
        "<h1>konter_sim: Digiflazz</h1>",
        '<p class="lead" lang="id">Digiflazz tiruan di mesin sendiri: coba semua kemungkinan '
        "tanpa uang sungguhan.</p>",
        f"<p>Base url <code>{escape(base + calls.PREFIX)}</code>. It answers as Digiflazz's "
        "documents say; with the production key the last four digits of <code>customer_no</code> "
        "choose what happens. Any other number is Sukses at once.</p>",
        _money(control.summary(digi)),
        "<h2>Numbers to try</h2>",
        _tricks(),
        "<h2>Script a number</h2>",
        _how_to_script(base),
        _happened(digi),
        "<h2>Options</h2>",
        _options(digi),
    ]
    return _document("".join(parts))


def _document(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>konter_sim</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def rupiah(amount: object) -> str:
    return f"Rp {amount:,}".replace(",", ".") if isinstance(amount, int) else str(amount)


def _money(summary: Mapping[str, object]) -> str:
    names = ("deposit", "spent", "opening", "topups")
    cells = (f"<div>{name}<b>{rupiah(summary[name])}</b></div>" for name in names)
    return f'<div class="money">{"".join(cells)}</div>'


def _tricks() -> str:
    rows = [(f"…{trick.suffix}", trick.what) for trick in TRICKS.values()]
    roads = [row for row in rows if not row[0].startswith("…80")]
    codes = [row for row in rows if row[0].startswith("…80")]
    return (
        _table(("ends in", "what happens"), roads, code_first=True)
        + "<details><summary>…80RC answers with any of the 47 response codes</summary>"
        + _table(("ends in", "what happens"), codes, code_first=True)
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
        "removes the script. Steps: <code>success fail pending refuse silence http raw reset "
        f"twist wait</code>.</p><pre>{escape(curl)}</pre>"
    )


def _happened(digi: Digiflazz) -> str:
    sold = [control.shown(known) for known in _latest(digi.books.transactions.values())]
    broken = [asdict(breach) for breach in _latest(digi.rules.breaches)]
    sent = [
        {name: hook[name] for name in ("at", "event", "url", "signed", "try", "response_status")}
        for hook in _latest(digi.hooks.sent)
    ]
    return "".join(
        f"<h2>{title}</h2>{_records(rows)}"
        for title, rows in (
            (f"Transactions ({len(digi.books.transactions)})", sold),
            (f"Rules broken by the client ({len(digi.rules.breaches)})", broken),
            (f"Webhooks ({len(digi.hooks.sent)})", sent),
        )
    )


def _latest(rows: Collection[Row]) -> list[Row]:
    """The newest first, and not too many."""
    return list(islice(reversed(list(rows)), SHOWN_ROWS))


def _records(rows: Sequence[Mapping[str, object]]) -> str:
    if not rows:
        return '<p class="lead">None.</p>'
    return _table(tuple(rows[0]), [tuple(map(str, row.values())) for row in rows])


def _options(digi: Digiflazz) -> str:
    rows = [
        (name, str(value), MEANING[name])
        for name, value in msgspec.structs.asdict(digi.options).items()
    ]
    return _table(("option", "now", "meaning"), rows, code_first=True)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, code_first: bool = False) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{_cells(row, code_first=code_first)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def _cells(row: Sequence[str], *, code_first: bool) -> str:
    texts = [escape(text) for text in row]
    if code_first:
        texts[0] = f"<code>{texts[0]}</code>"
    return "".join(f"<td>{text}</td>" for text in texts)
