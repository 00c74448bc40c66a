"""The page a customer pays on: plain HTML and forms, one column, Bahasa Indonesia."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from konter_sim.clock import WIB
from konter_sim.gateway.books import PAID, State

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2327; --paper: #fbfaf7; --card: #fff;
  --line: #d9d5cc; --soft: #5f656a; --mark: #0f6b5c; --on-mark: #fff; --bad: #9b2c1f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #16191b; --card: #1d2123;
  --line: #33393d; --soft: #9aa1a6; --mark: #5cc8b4; --on-mark: #10211e; --bad: #f0917f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 30rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.note { margin: 0 0 1.25rem; color: var(--soft); font-size: .875rem; }
main { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem; }
h1 { margin: 0; font-size: 1rem; font-weight: 500; color: var(--soft); }
.amount { margin: 0; font-size: 2rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.state { display: inline-block; margin: .5rem 0 1rem; padding: .1rem .7rem; font-size: .875rem;
  border: 1px solid currentColor; border-radius: 1rem; font-weight: 600; }
.good { color: var(--mark); } .bad { color: var(--bad); } .open { color: var(--soft); }
dl { margin: 0 0 1rem; }
dl div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
  padding: .45rem 0; border-top: 1px solid var(--line); }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; text-align: right;
  margin-left: auto; font-variant-numeric: tabular-nums; }
label { display: block; margin-bottom: .25rem; color: var(--soft); }
select, button, .back { width: 100%; min-height: 3rem; padding: 0 .5rem; border-radius: .5rem;
  font: inherit; border: 1px solid var(--line); background: var(--card); color: var(--ink); }
button { font-weight: 600; cursor: pointer; }
form { display: grid; gap: .75rem; }
.others { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.back { display: flex; align-items: center; justify-content: center; margin-bottom: .75rem;
  text-decoration: none; font-weight: 600; }
.pay, .back { background: var(--mark); border-color: var(--mark); color: var(--on-mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
@media (min-width: 40rem) { body { padding-top: 3rem; } main { padding: 1.75rem; } }
"""
WORDS: Final[Mapping[State, tuple[str, str]]] = {
    "pending": ("Menunggu pembayaran", "open"),
    "paid": ("Lunas", "good"),
    "unsettled": ("Lunas, belum diteruskan", "good"),
    "escrow": ("Lunas, ditahan (escrow)", "good"),
    "cancelled": ("Dibatalkan", "bad"),
    "expired": ("Kedaluwarsa", "bad"),
    "failed": ("Gagal", "bad"),
    "refunded": ("Dana dikembalikan", "bad"),
    "error": ("Galat", "bad"),
}


@dataclass(frozen=True, slots=True)
class Bill:
    """What the page shows. `choices` are (code, name), only while nothing is chosen."""

    gateway: str
    state: State
    amount: int
    facts: Sequence[tuple[str, str]]
    back: str = ""
    choices: Sequence[tuple[str, str]] = ()


def rupiah(amount: int) -> str:
    return f"Rp {amount:,}".replace(",", ".")


def priced(item: Mapping[str, object]) -> str:
    """`2 x Rp 5.000`; a price that is no whole number as it was written."""
    price = str(item["price"])
    whole = price.removesuffix(".00")
    told = rupiah(int(whole)) if whole.lstrip("-").isdecimal() else price
    return f"{item['quantity']} x {told}"


def moment(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, WIB):%d-%m-%Y %H.%M} WIB"


def page(bill: Bill) -> web.Response:
    word, tone = WORDS[bill.state]
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in bill.facts
        if value
    )
    body = (
        f"{_note(bill.gateway)}"
        f'<main><h1>Total pembayaran</h1><p class="amount">{rupiah(bill.amount)}</p>'
        f'<p class="state {tone}">{word}</p><dl>{facts}</dl>{_back(bill)}{_form(bill)}</main>'
    )
    return _shown(bill.gateway, word, body)


def qr_picture() -> web.Response:
    """Where a QR code would be: a picture that says that there is none."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" viewBox="0 0 240 240">'
        '<rect width="240" height="240" fill="#fff"/><rect x="8" y="8" width="224" height="224"'
        ' fill="none" stroke="#1d2327" stroke-width="4"/><text x="120" y="126" font-size="22"'
        ' font-family="sans-serif" text-anchor="middle" fill="#1d2327">QR tiruan</text></svg>'
    )
    return web.Response(text=svg, content_type="image/svg+xml")


def gone(gateway: str) -> web.Response:
    """The answer to an address or a button that is none."""
    body = f"{_note(gateway)}<main><h1>Tagihan tidak ditemukan</h1></main>"
    return _shown(gateway, "Tidak ditemukan", body, status=404)


def _note(gateway: str) -> str:
    return (
        f'<p class="note">{escape(gateway)} tiruan (konter_sim). '
        "Tidak ada uang sungguhan di halaman ini.</p>"
    )


def _shown(gateway: str, title: str, body: str, *, status: int = 200) -> web.Response:
    html = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: {escape(gateway)} tiruan</title>"
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )
    return web.Response(text=html, status=status, content_type="text/html")


def _back(bill: Bill) -> str:
    """Only where it is a web address: a javascript: link would run here."""
    if bill.state == "pending" or urlsplit(bill.back).scheme not in ("http", "https"):
        return ""
    return f'<a class="back" href="{escape(bill.back)}">Kembali ke toko</a>'


def _form(bill: Bill) -> str:
    choose = ""
    if bill.choices:
        options = "".join(
            f'<option value="{escape(code)}">{escape(name)}</option>' for code, name in bill.choices
        )
        choose = (
            '<div><label for="channel">Bayar lewat</label>'
            f'<select id="channel" name="channel">{options}</select></div>'
        )
    pay = "Bayar lagi (uji ganda)" if bill.state in PAID else "Bayar"
    if bill.state in ("expired", "cancelled", "failed"):
        pay = "Bayar terlambat (uji)"
    others = (
        '<div class="others"><button name="act" value="cancel">Batal</button>'
        '<button name="act" value="expire">Kedaluwarsa</button></div>'
    )
    tone = ' class="pay"'
    if bill.state != "pending":
        others = tone = ""
    return (
        f'<form method="post">{choose}'
        f'<button{tone} name="act" value="pay">{pay}</button>{others}</form>'
    )
