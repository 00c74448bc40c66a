"""``konter payment channels`` and ``channel``: the ways to pay, and what the shop decides."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from konter.app import House
from konter.cli.inside import actor, in_house, shown
from konter.cli.tables import print_table, rupiah
from konter.funding.channels import Kept, kept_channels, refresh_channels, set_channel
from konter.upstreams.gateway_contract import Channel, Fee, FeeOn


def list_channels(
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the gateways for their channels first.")
    ] = False,
) -> None:
    """List the ways to pay with their fees and limits, and what the shop decided about each."""

    async def act(house: House) -> list[Kept]:
        if refresh:
            typer.echo(await refresh_channels(house.funding))
        async with house.db.read() as tx:
            return await kept_channels(house.funding, tx)

    headings = ("Channel", "Name", "Fee", "Fee on", "Limits", "There", "Here", "Seen (WIB)")
    print_table(Console(), "Channels", headings, map(_cells, in_house(act)))


def decide_channel(
    name: Annotated[str, typer.Argument(help="tripay:QRIS2, or tripay:* for all of a gateway.")],
    is_on: Annotated[
        bool | None, typer.Option("--on/--off", help="Offer it to buyers, or do not.")
    ] = None,
    fee: Annotated[
        FeeOn | None, typer.Option(help="Who pays the gateway's fee: the shop, or the buyer.")
    ] = None,
) -> None:
    """Decide whether a channel is offered, and who pays its fee. What is not named stays."""
    if is_on is None and fee is None:
        raise typer.BadParameter("say --on, --off, or --fee")

    async def act(house: House) -> int:
        return await set_channel(house.funding, name, is_on=is_on, fee_on=fee, actor=actor())

    typer.echo(f"{name}: {in_house(act)} channels set.")


def _cells(kept: Kept) -> tuple[str, ...]:
    channel = kept.channel
    return (
        kept.full_name,
        channel.name,
        _fee(channel.fee),
        kept.fee_on.value,
        _limits(channel),
        "open" if channel.open else "closed",
        "on" if kept.is_on else "off",
        shown(kept.seen_at),
    )


def _fee(fee: Fee) -> str:
    """``Rp 750 + 0.70 %, at least Rp 1.000``."""
    parts = [rupiah(fee.flat.amount)] if fee.flat.amount else []
    if fee.basis_points:
        parts.append(f"{fee.basis_points / 100:.2f} %")
    words = [" + ".join(parts) or "none"]
    if fee.least:
        words.append(f"at least {fee.least.shown()}")
    if fee.most:
        words.append(f"at most {fee.most.shown()}")
    return ", ".join(words)


def _limits(channel: Channel) -> str:
    if channel.least is None and channel.most is None:
        return "none told"
    least = channel.least.shown() if channel.least else "any"
    return f"{least} to {channel.most.shown()}" if channel.most else f"from {least}"
