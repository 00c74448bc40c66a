"""How a member is shown to an operator: all but its secrets."""

from __future__ import annotations

from collections.abc import Iterable

import typer
from rich.console import Console

from konter.cli.inside import shown
from konter.cli.tables import print_table
from konter.people.keys import ListedKey
from konter.people.member_secrets import FreshSecrets
from konter.people.members import Callback, Member


def print_members(members: Iterable[Member]) -> None:
    """One line each."""
    headings = ("Member", "Id", "E-mail", "State", "Calls from", "Told at")
    print_table(Console(), "Members", headings, map(_cells, members))


def print_member(member: Member, keys: Iterable[ListedKey]) -> None:
    """Everything an operator set, and the names of its keys."""
    own, limits = member.own, member.limits
    facts = {
        "user": f"{member.person.email} ({member.person.name}), {member.person.role}",
        "id": str(member.user_id),
        "state": _state(member),
        "calls from": _networks(member),
        "without a sign": "yes: pin and password will do" if member.allow_nosign else "no",
        "HMAC": "required" if member.require_hmac else "optional",
        "told at": _told_at(member.callback),
        "requests a minute": _limit(limits.requests_per_minute, own.requests_per_minute),
        "orders a day": _limit(limits.orders_per_day, own.orders_per_day),
        "amount a day": _limit(
            limits.amount_per_day and limits.amount_per_day.shown(), own.amount_per_day
        ),
        "products": "all" if own.products is None else ", ".join(sorted(own.products)) or "none",
    }
    print_table(Console(), f"Member {member.member_id}", ("What", "Value"), facts.items())
    headings = ("Name", "Since (WIB)", "Last used (WIB)", "Revoked (WIB)")
    print_table(Console(), "API keys", headings, map(_key, keys))


def print_secrets(fresh: FreshSecrets) -> None:
    """The only time that anybody sees them."""
    typer.echo("Shown this once; keep them now:")
    for part, text in fresh.by_part.items():
        typer.echo(f"  {part.value:<9} {text}")


def _cells(member: Member) -> tuple[str, ...]:
    return (
        member.member_id,
        str(member.user_id),
        member.person.email,
        _state(member),
        _networks(member),
        _told_at(member.callback),
    )


def _state(member: Member) -> str:
    return "active" if member.is_active else "disabled"


def _networks(member: Member) -> str:
    return ", ".join(map(str, member.networks)) or "anywhere"


def _told_at(callback: Callback | None) -> str:
    if callback is None:
        return "-"
    since = f", stopped since {shown(callback.disabled_at)}" if callback.disabled_at else ""
    return f"{callback.url} ({callback.style}{since})"


def _limit(in_force: object, own: object) -> str:
    if in_force is None:
        return "any"
    return f"{in_force} (the settings')" if own is None else str(in_force)


def _key(key: ListedKey) -> tuple[str, ...]:
    return (key.name, shown(key.created_at), shown(key.last_used_at), shown(key.revoked_at))
