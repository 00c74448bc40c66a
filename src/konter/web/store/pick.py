"""What was picked from a shelf and its price: of an open denomination, for the amount typed."""

from __future__ import annotations

from konter.catalogue.amounts import FIELD
from konter.catalogue.destinations import TARGET
from konter.catalogue.shelves import Deal
from konter.web.page.amounts import chosen_of, limits_said
from konter.web.page.words import Say


def priced(picked: Deal | None, typed: dict[str, str]) -> Deal | None:
    """What was picked, once its price stands: of an open denomination, for the amount."""
    if picked is None or picked.terms is None:
        return picked
    amount = chosen_of(typed)
    return picked.at(amount) if amount is not None and picked.terms.fits(amount) else None


def amount_faults(picked: Deal | None, typed: dict[str, str], say: Say) -> dict[str, list[str]]:
    """In the visitor's language; nothing before anything was filled in."""
    if picked is None or picked.terms is None or priced(picked, typed) is not None:
        return {}
    has_begun = typed.get(FIELD) or typed.get(TARGET)
    return {FIELD: [limits_said(picked.terms, say)]} if has_begun else {}
