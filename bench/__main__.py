"""``python -m bench``: the figures that matter, each beside its reference, in one run.

``--row N`` (repeatable) measures only these; row 8 takes minutes and runs only when named.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable

from rich.console import Console

from bench import wrk
from bench.figures import Figure, show, write
from bench.knocking import row_10
from bench.memory import row_9
from bench.placing import prepare, row_1_and_2, row_3, row_8
from bench.processes import HOMES
from bench.reading import row_6
from bench.server import fresh_database, running_server, settle_down
from bench.stock import add_people, add_products
from bench.syncing import row_7
from bench.working import row_4, row_5

USUAL = (1, 2, 3, 4, 5, 6, 7, 9, 10)
Measure = Callable[[str, Callable[[str], None]], list[Figure]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--row", type=int, action="append", choices=range(1, 11))
    wanted = set(parser.parse_args().row or USUAL)
    console = Console()
    if wanted & {1, 2, 6} and wrk.install() is None:
        console.print("wrk is not to be had here: load comes from bench.loader, a slower one")
    shutil.rmtree(HOMES, ignore_errors=True)
    began = time.monotonic()
    figures = _measure(wanted, lambda text: console.print(f"[dim]{text}[/dim]"))
    write(figures)
    show(figures, console)
    console.print(f"{time.monotonic() - began:.0f} s; build/bench.json")
    return 0


def _measure(wanted: set[int], say: Callable[[str], None]) -> list[Figure]:
    figures: list[Figure] = []
    with running_server() as server:
        for rows, name, prepared, measures in PLAN:
            if not wanted & set(rows):
                continue
            with fresh_database(server, name) as conninfo:
                prepared(conninfo)
                for row, measure in measures.items():
                    if row in wanted or (row == 1 and 2 in wanted):
                        figures += measure(conninfo, say)
    if 9 in wanted:
        figures += row_9(say)
    return figures


def _few_people(conninfo: str) -> None:
    add_people(conninfo, 1000)
    add_products(conninfo)
    settle_down(conninfo)


def _nothing(_: str) -> None:
    """A row that stocks its own shop."""


PLAN: tuple[tuple[tuple[int, ...], str, Callable[[str], None], dict[int, Measure]], ...] = (
    ((1, 2, 3, 6), "bench_orders", prepare, {3: row_3, 1: row_1_and_2, 6: row_6}),
    ((4,), "bench_worker", _few_people, {4: row_4}),
    ((5,), "bench_idle", _few_people, {5: row_5}),
    ((7,), "bench_sync", _nothing, {7: row_7}),
    ((10,), "bench_callbacks", _few_people, {10: row_10}),
    ((8,), "bench_million", prepare, {8: row_8}),
)
"""Databases, and what is measured on each."""


if __name__ == "__main__":
    sys.exit(main())
