"""Of the same way to pay at several gateways one is offered: who pays sees no gateways."""

from __future__ import annotations

from collections.abc import Iterable

from konter.funding.channels import Way
from konter.kernel.money import Rupiah


def one_of_each(found: Iterable[Way], price: Rupiah) -> list[Way]:
    """In the order they came, of each way the one that takes this price and costs its buyer least,
    then costs the shop least, then came first: a gateway lists what is paid at once before its
    pages. One that takes it nowhere just now stands once, too."""
    best: dict[tuple[str, str], Way] = {}
    for way in found:
        named = _named(way)
        if named not in best or _cost(way, price) < _cost(best[named], price):
            best[named] = way
    return list(best.values())


def is_same_way(one: Way, other: Way) -> bool:
    """Whether who pays would call both by the same name."""
    return _named(one) == _named(other)


def _named(way: Way) -> tuple[str, str]:
    return ("", "qris") if way.is_qris else (way.kind.casefold(), way.name.casefold())


def _cost(way: Way, price: Rupiah) -> tuple[bool, Rupiah, Rupiah]:
    return (not way.takes(price), way.buyer_pays, way.fee)
