"""``/admin/markup``: the rules that make our prices; a change is seen before it is made."""

from __future__ import annotations

import re
from typing import Final

from litestar import Response, get, post
from msgspec import Struct

from konter.catalogue.change_rule import (
    Preview,
    PreviewStale,
    RuleChange,
    change_rule,
    preview,
)
from konter.catalogue.prices import Kind, Role, Rule, list_rules
from konter.catalogue.search_products import choices
from konter.kernel.errors import Invalid, Refused
from konter.people.audit import Deed
from konter.web.admin.deed import catalogue_of, deed
from konter.web.page.forms import fields_of, read_form
from konter.web.page.guard import visit
from konter.web.page.permits import ADMIN, STAFF
from konter.web.page.render import Page, go, page
from konter.web.request import SiteRequest

FLAT: Final = re.compile(r"(?:rp\.?)?\s*(\d{1,3}(?:\.\d{3})+|\d{1,15})", re.IGNORECASE)
PERCENT: Final = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?\s*%?")
MOST_SHOWN: Final = 200


class RuleForm(Struct):
    """``act``: set or drop. ``stamp``: of the preview that is confirmed."""

    role: Role
    kind: Kind = Kind.FLAT
    amount: str = ""
    category: str | None = None
    brand: str | None = None
    act: str = "set"
    stamp: str = ""


@get("/admin/markup", include_in_schema=False, opt=STAFF)
async def get_markup(request: SiteRequest) -> Page:
    """The rules, and a form that a rule's own link fills in."""
    return await _list(request, dict(request.query_params))


@post("/admin/markup/preview", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_preview(request: SiteRequest) -> Page:
    """What the change would do to every price; nothing is changed but the audit."""
    typed = await fields_of(request)
    try:
        said = read_form(typed, RuleForm)
        change = change_of(said)
        seen = await preview(
            catalogue_of(request), change, deed=_deed(request, "price.preview", change)
        )
    except Refused as error:
        return await _list(request, typed, error)
    return _preview(request, typed, change, seen)


@post("/admin/markup", include_in_schema=False, opt=ADMIN, status_code=200)
async def post_markup(request: SiteRequest) -> Response[str]:
    """Make the change that was previewed; where it would do anything else, a new preview."""
    typed = await fields_of(request)
    desk = catalogue_of(request)
    say = visit(request).say
    try:
        said = read_form(typed, RuleForm)
        change = change_of(said)
        try:
            done = await change_rule(
                desk, change, stamp=said.stamp, deed=_deed(request, "price.rule", change)
            )
        except PreviewStale as stale:
            seen = await preview(desk, change, deed=_deed(request, "price.preview", change))
            if not seen.effects and _stands(change, seen):
                return go(request, "/admin/markup", said=say("Aturan ini sudah berlaku"))
            return _preview(request, typed, change, seen, error=stale)
    except Refused as error:
        return await _list(request, typed, error)
    told = say("Aturan disimpan. Harga berubah: %(repriced)s, ditutup: %(closed)s")
    counts = {"repriced": done.counts.repriced, "closed": done.counts.closed}
    return go(request, "/admin/markup", said=told % counts)


def change_of(said: RuleForm) -> RuleChange:
    """What the form asks for. Raises Invalid."""
    drop = said.act == "drop"
    amount = 0 if drop else amount_of(said.kind, said.amount)
    return RuleChange(Rule(said.role, said.kind, amount, said.category, said.brand), drop)


def amount_of(kind: Kind, text: str) -> int:
    """``1.500`` or ``Rp 1500`` in rupiah, ``2,5`` or ``2.50 %`` in basis points. Raises Invalid."""
    pattern = FLAT if kind is Kind.FLAT else PERCENT
    found = pattern.fullmatch(text.strip())
    if found is None:
        hint = "Isi rupiah bulat, misalnya 1.500"
        if kind is Kind.PERCENT:
            hint = "Isi persen dengan paling banyak dua angka di belakang koma, misalnya 2,5"
        raise Invalid({"amount": [hint]})
    if kind is Kind.FLAT:
        return int(found[1].replace(".", ""))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def shown_amount(rule: Rule) -> str:
    """As one types it: ``1.500`` or ``2,50``."""
    if rule.kind is Kind.FLAT:
        return f"{rule.amount:,}".replace(",", ".")
    whole, rest = divmod(rule.amount, 100)
    return f"{whole},{rest:02d}"


def _stands(change: RuleChange, seen: Preview) -> bool:
    """Whether the change is made already: a second click, or somebody else did the same."""
    if change.drop or seen.old is None:
        return change.drop and seen.old is None
    return (seen.old.kind, seen.old.amount) == (change.rule.kind, change.rule.amount)


def _deed(request: SiteRequest, act: str, change: RuleChange) -> Deed:
    rule = change.rule
    scope = f"{rule.role}/{rule.category_slug or '*'}/{rule.brand or '*'}"
    said = "drop" if change.drop else f"{rule.kind} {rule.amount}"
    return deed(request, act, f"markup:{scope}", rule=said)


async def _list(request: SiteRequest, typed: dict[str, str], error: Refused | None = None) -> Page:
    async with request.desks.db.read() as tx:
        known = await choices(tx)
    rules = await list_rules(catalogue_of(request))
    faults = error.errors if isinstance(error, Invalid) else {}
    facts = {
        "rules": [(rule, shown_amount(rule)) for rule in rules],
        "names": dict(known.categories),
        "choices": known,
        "typed": typed,
        "faults": faults,
        "trouble_said": error.text if error else "",
    }
    return page(request, "admin/markup.html", facts, status=error.status if error else 200)


def _preview(
    request: SiteRequest,
    typed: dict[str, str],
    change: RuleChange,
    seen: Preview,
    *,
    error: Refused | None = None,
) -> Page:
    stopped_first = sorted(seen.effects, key=lambda one: (not one.stops, not one.returns))
    facts = {
        "change": change,
        "amount": shown_amount(change.rule),
        "old": seen.old,
        "old_amount": shown_amount(seen.old) if seen.old else "",
        "seen": seen,
        "effects": stopped_first[:MOST_SHOWN],
        "still_closed": sum(one.because == "margin" and not one.stops for one in seen.effects),
        "least": catalogue_of(request).minimum_margin,
        "typed": typed,
        "trouble_said": error.text if error else "",
    }
    status = error.status if error else 200
    return page(request, "admin/markup_preview.html", facts, status=status)


ROUTES = [get_markup, post_preview, post_markup]
