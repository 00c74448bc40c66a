"""What the control pages are written on: style, tables, rupiah. Plain HTML, no script."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Final, TypeVar

Row = TypeVar("Row")
SHOWN_ROWS: Final = 50

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2327; --paper: #fbfaf7; --line: #d9d5cc;
  --soft: #6b7075; --mark: #0f6b5c; --code: #f0ede6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #16191b;
  --line: #33393d; --soft: #9aa1a6; --mark: #5cc8b4; --code: #22272a; } }
* { box-sizing: border-box; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-bottom: 1.5rem; }
a { color: var(--mark); }
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


def document(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>konter_sim</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def rupiah(amount: object) -> str:
    return f"Rp {amount:,}".replace(",", ".") if isinstance(amount, int) else str(amount)


def money(amounts: Mapping[str, object], names: Sequence[str]) -> str:
    cells = (f"<div>{name}<b>{rupiah(amounts[name])}</b></div>" for name in names)
    return f'<div class="money">{"".join(cells)}</div>'


def latest(rows: Collection[Row]) -> list[Row]:
    """The newest first, and not too many."""
    return list(islice(reversed(list(rows)), SHOWN_ROWS))


def records(rows: Sequence[Mapping[str, object]]) -> str:
    if not rows:
        return '<p class="lead">None.</p>'
    return table(tuple(rows[0]), [tuple(map(str, row.values())) for row in rows])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, code_first: bool = False) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{_cells(row, code_first=code_first)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def _cells(row: Sequence[str], *, code_first: bool) -> str:
    texts = [escape(text) for text in row]
    if code_first:
        texts[0] = f"<code>{texts[0]}</code>"
    return "".join(f"<td>{text}</td>" for text in texts)
