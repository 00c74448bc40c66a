"""Kinds of ways to pay: gateways name them in English, and each QRIS where it likes."""

from __future__ import annotations

from typing import Final

from konter.funding.channels import Way
from konter.web.page.words import Say

QRIS: Final = "QRIS"
"""A kind of its own, wherever a gateway lists it."""

FIRST: Final = ("qris", "wallet", "virtual", "va")
"""Kinds that are paid on the telephone one holds."""


def kind_of(way: Way, say: Say) -> str:
    """In the visitor's language; one that we do not know as its gateway wrote it."""
    if way.code is None:
        return say("Halaman pembayaran")
    kinds = {
        "virtual account": say("Virtual account bank"),
        "convenience store": say("Minimarket"),
        "e-wallet": say("Dompet digital"),
    }
    return QRIS if way.is_qris else kinds.get(way.kind.casefold(), way.kind)


def name_of(way: Way, say: Say) -> str:
    """As the one who pays calls it: QRIS is QRIS at whatever gateway."""
    if way.code is None:
        return say("Pilih di halaman pembayaran")
    return QRIS if way.is_qris else way.name


def place_of(way: Way) -> int:
    """For sorting: what most people pay by comes first, pages on which one chooses again last."""
    if way.code is None:
        return len(FIRST) + 1
    kind = QRIS.casefold() if way.is_qris else way.kind.casefold()
    return next((place for place, word in enumerate(FIRST) if word in kind), len(FIRST))
