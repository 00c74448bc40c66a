"""What the counter shows: whose number it is, what it costs by each way to pay, what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from konter.catalogue.destinations import SERVER, TARGET, Destination, read_destination
from konter.catalogue.prefixes import operators_of_brand, operators_of_number
from konter.catalogue.shelves import BrandShelf
from konter.kernel.errors import Invalid, Refused
from konter.orders.guests import new_key
from konter.web.page.guard import visit
from konter.web.request import SiteRequest
from konter.web.store.faces import FACES
from konter.web.store.meter import MeterSaid, meter_said
from konter.web.store.number import plain_phone, prefixes_said
from konter.web.store.pick import amount_faults, priced
from konter.web.store.ways import choices_for, purse_for


async def counter_facts(
    request: SiteRequest,
    shelf: BrandShelf,
    typed: dict[str, str],
    error: Refused | None = None,
    *,
    key: str = "",
) -> dict[str, object]:
    """The facts of ``store/brand.html``. ``error``: why what was sent was not ordered. ``key``: of
    the form, if it is to be kept."""
    person = visit(request).person
    read = _read(request, shelf, typed)
    meter = await meter_said(request, read) if shelf.type == "pln" and not error else MeterSaid()
    faults = _faults(read, error) | meter.faults
    if mismatch := _mismatch(request, shelf, typed):
        faults[TARGET] = [mismatch]
    picked = shelf.chosen if shelf.chosen and shelf.chosen.is_open else None
    faults |= amount_faults(picked, typed, visit(request).say)
    is_ready = isinstance(read, Destination) and not meter.faults
    deal = priced(picked, typed) if is_ready else None
    choices = await choices_for(request, deal.price) if deal else []
    return {
        **FACES,
        "shelf": shelf,
        "typed": typed,
        "faults": faults,
        "trouble_said": error.text if error and not isinstance(error, Invalid) else "",
        "prefixes": prefixes_said() if shelf.needs[0].kind == "phone" else "",
        "destination": read if isinstance(read, Destination) else None,
        "owners": " / ".join(operators_of_brand(shelf.brand)),
        "operators": _operators(shelf, read),
        "meter": meter,
        "picked": picked,
        "deal": deal,
        "choices": choices,
        "purse": await purse_for(request, deal) if deal and person else None,
        "key": key or (f"web-{secrets.token_hex(12)}" if person else new_key()),
    }


def _read(
    request: SiteRequest, shelf: BrandShelf, typed: Mapping[str, str]
) -> Destination | Invalid | None:
    """None: nothing was filled in yet."""
    target = typed.get(TARGET, "")
    if not target:
        return None
    needs = shelf.chosen.needs if shelf.chosen else shelf.needs
    if len(needs) > 1 and not typed.get(SERVER) and not shelf.chosen and "(" not in target:
        return None
    like = shelf.chosen or next((deal for deal in shelf.deals if deal.needs == needs), None)
    try:
        return read_destination(
            type=shelf.type,
            brand=like.brand if like else shelf.brand,
            description=like.description if like else "",
            target_id=target,
            server_id=typed.get(SERVER) if len(needs) > 1 else None,
            development=request.shop.orders.development,
        )
    except Invalid as error:
        return error


def _faults(read: Destination | Invalid | None, error: Refused | None) -> dict[str, list[str]]:
    wrong = dict(read.errors) if isinstance(read, Invalid) else {}
    if isinstance(error, Invalid):
        wrong |= {name.removeprefix("customer_"): said for name, said in error.errors.items()}
    return wrong


def _mismatch(request: SiteRequest, shelf: BrandShelf, typed: Mapping[str, str]) -> str:
    """Whose number it is instead, in the visitor's language."""
    if shelf.needs[0].kind != "phone":
        return ""
    owners = operators_of_number(plain_phone(typed.get(TARGET, "")))
    wanted = operators_of_brand(shelf.brand)
    if not owners or not wanted or set(owners) & set(wanted):
        return ""
    text = visit(request).say(
        "Nomor ini milik {theirs}, sedangkan produk di halaman ini untuk {ours}."
    )
    return text.format(theirs=" / ".join(owners), ours=" / ".join(wanted))


def _operators(shelf: BrandShelf, read: Destination | Invalid | None) -> str:
    if not isinstance(read, Destination) or shelf.needs[0].kind != "phone":
        return ""
    return " / ".join(operators_of_number(read.parts[0]))
