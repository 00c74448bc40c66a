"""A markup rule is changed as it was previewed, or not at all.

The preview writes the rule in a transaction that is undone, and finds what prices it makes by the
very steps that make them; the prices themselves are not written. It is stamped with the rules and
with everything that it found; whoever confirms says the stamp, and another result is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec

from konter.catalogue.desk import CatalogueDesk
from konter.catalogue.lock import take_turn
from konter.catalogue.prices import (
    Effect,
    Repriced,
    Rule,
    counted,
    erase_rule,
    foresee,
    read_rules,
    reprice_all,
    write_rule,
)
from konter.db.pool import Tx
from konter.kernel.errors import Refused
from konter.people.audit import Deed, note

Found: TypeAlias = Awaitable[list[Effect]]


class PreviewStale(Refused):
    """Rules, costs or products have changed since the preview; nothing was changed."""

    code = "preview_stale"
    status = 409
    message = "Harga atau aturan sudah berubah sejak pratinjau. Periksa pratinjau yang baru"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Set ``rule``, or (``drop``) take away the one of its scope."""

    rule: Rule
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. ``stamp``: to be said with the change; ``old``: the rule of this
    scope as it stands."""

    effects: tuple[Effect, ...]
    counts: Repriced
    stamp: str
    old: Rule | None


async def preview(desk: CatalogueDesk, change: RuleChange, *, deed: Deed | None = None) -> Preview:
    """Nothing is changed; ``deed`` is kept with what was found. Raises Invalid, CatalogueBusy."""
    async with desk.db.trial() as tx:
        await take_turn(tx)
        seen = await _change(tx, desk, change, foresee)
    if deed is not None:
        async with desk.db.transaction() as tx:
            await note(tx, _told(deed, seen), at=desk.clock.now())
    return seen


async def change_rule(
    desk: CatalogueDesk, change: RuleChange, *, stamp: str, deed: Deed
) -> Preview:
    """Do exactly what was previewed under ``stamp``; ``deed`` is kept in the same transaction.

    Raises PreviewStale where it would do anything else (also at a repeat of a change that did
    something), Invalid, CatalogueBusy.
    """
    async with desk.db.transaction() as tx:
        await take_turn(tx)
        done = await _change(tx, desk, change, reprice_all)
        if done.stamp != stamp:
            raise PreviewStale
        await note(tx, _told(deed, done), at=desk.clock.now())
    return done


async def _change(
    tx: Tx, desk: CatalogueDesk, change: RuleChange, price: Callable[[Tx, CatalogueDesk], Found]
) -> Preview:
    before = await read_rules(tx)
    await (erase_rule if change.drop else write_rule)(tx, change.rule)
    found = await price(tx, desk)
    return Preview(
        effects=tuple(found),
        counts=counted(found),
        stamp=_stamp(desk, change, before, found),
        old=next((rule for rule in before if _is_of(rule, change.rule)), None),
    )


def _stamp(
    desk: CatalogueDesk, change: RuleChange, rules: Sequence[Rule], found: Sequence[Effect]
) -> str:
    told = (desk.minimum_margin.amount, change, rules, [tuple(one) for one in found])
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _is_of(rule: Rule, wanted: Rule) -> bool:
    brand = None if wanted.brand is None else wanted.brand.strip().upper()
    return (rule.role, rule.category_slug, rule.brand) == (
        wanted.role,
        wanted.category_slug,
        brand,
    )


def _told(deed: Deed, seen: Preview) -> Deed:
    old = "-" if seen.old is None else f"{seen.old.kind} {seen.old.amount}"
    counts = seen.counts
    return replace(
        deed,
        detail={
            **deed.detail,
            "was": old,
            "repriced": counts.repriced,
            "closed": counts.closed,
            "reopened": counts.reopened,
        },
    )
