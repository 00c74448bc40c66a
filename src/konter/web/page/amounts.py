"""The amount that a buyer chooses of an open denomination: as typed, and what is wrong with it."""

from __future__ import annotations

from konter.catalogue.amounts import FIELD
from konter.catalogue.list_prices import OpenShown
from konter.web.page.shown import rupiah
from konter.web.page.words import Say

LONGEST = 15


def chosen_of(typed: dict[str, str]) -> int | None:
    """``Rp 50.000`` and ``50000`` alike, whole rupiah; None: nothing, or no number."""
    digits = "".join(typed.get(FIELD, "").lower().replace("rp", "").split()).replace(".", "")
    fits = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST
    return int(digits) if fits else None


def limits_said(terms: OpenShown, say: Say) -> str:
    """From what to what one may choose, in the visitor's language."""
    words = {"least": rupiah(terms.least), "most": rupiah(terms.most)}
    if terms.step == 1:
        return say("Isi nominal dari {least} sampai {most}").format(**words)
    text = say("Isi nominal dari {least} sampai {most}, kelipatan {step}")
    return text.format(**words, step=rupiah(terms.step))
