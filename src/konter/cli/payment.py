"""``konter payment test``: do the gateways know us, and do our clocks agree?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Final

import typer

from konter.adapters import gateways_of
from konter.cli.logs import set_up_logs
from konter.kernel.clock import SystemClock
from konter.kernel.wire_types import Heard, WireAnswer, WireRequest, WireSilence
from konter.settings import load_settings
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.wire import Wire

CLOCKS_AGREE_S: Final = 30
"""A payment's end is told by our clock, and read by theirs."""

payment_app = typer.Typer(help="Gateways and payments.", no_args_is_help=True)


@payment_app.command("test")
def test(
    gateway: Annotated[str | None, typer.Argument(help="ipaymu or tripay; else all.")] = None,
) -> None:
    """Prove each gateway's credentials and our clock; exit 1 and a line for each thing wrong.

    Nothing is created there. Tripay's private key is proved by its first payment only.
    """
    settings = load_settings()
    set_up_logs(settings, least="error")
    gateways = gateways_of(settings)
    if gateway is not None and gateway not in gateways:
        typer.echo(f"{gateway}: not configured: {_wanted(gateway)}", err=True)
        raise typer.Exit(1)
    if not gateways:
        typer.echo("No gateway is configured: see IPAYMU_VA and TRIPAY_API_KEY.", err=True)
        raise typer.Exit(1)
    chosen = gateways if gateway is None else {gateway: gateways[gateway]}
    findings = asyncio.run(_try_all(chosen))
    for code, found in findings.items():
        if not found.wrong:
            typer.echo(f"{code}: in order: {', '.join(found.good)}")
        for line in found.wrong:
            typer.echo(f"{code}: {line}", err=True)
    if any(found.wrong for found in findings.values()):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Found:
    """What was learnt of one gateway, a phrase each."""

    good: list[str]
    wrong: list[str]


async def _try_all(gateways: Mapping[str, Gateway]) -> dict[str, Found]:
    clock = SystemClock()
    wire = Wire(clock)
    try:
        return {code: await _try(gateway, wire, clock) for code, gateway in gateways.items()}
    finally:
        await wire.close()


async def _try(gateway: Gateway, wire: Wire, clock: SystemClock) -> Found:
    """The list of channels needs the credentials; where there is a balance, so does that."""
    found = Found([], [])
    heard = await _ask(gateway, gateway.channels(clock.now()), wire)
    if isinstance(heard.said, WireSilence):
        reached = "gave no answer" if heard.said.left else "cannot be reached"
        found.wrong.append(f"{reached}: {heard.said.detail}")
        return found
    _compare_clocks(heard.said, heard.exchange.ended_at, found)
    try:
        channels = gateway.read_channels(heard.said)
        open_now = sum(channel.open for channel in channels.channels)
        found.good.append(f"{open_now} channels open")
        if channels.unreadable:
            found.wrong.append(f"{len(channels.unreadable)} channels cannot be read")
        if gateway.purse is not None:
            held = await _ask(gateway, gateway.purse.ask(clock.now()), wire)
            if isinstance(held.said, WireSilence):
                found.wrong.append(f"gave no answer about the balance: {held.said.detail}")
            else:
                found.good.append(f"balance {gateway.purse.read(held.said).shown()}")
    except UpstreamRefused as refusal:
        found.wrong.append(f"{refusal.text}; {_advice(gateway.traits.code, refusal)}")
    return found


async def _ask(gateway: Gateway, request: WireRequest, wire: Wire) -> Heard:
    return await wire.ask(request, account=gateway.account, purpose="list")


def _compare_clocks(answer: WireAnswer, ours: datetime, found: Found) -> None:
    """By the answer's own Date, which is cut to whole seconds."""
    try:
        ahead = round(
            (ours - parsedate_to_datetime(answer.headers.get("Date", ""))).total_seconds()
        )
    except (ValueError, TypeError):
        found.good.append("it does not tell its time")
        return
    if abs(ahead) > CLOCKS_AGREE_S:
        way = "ahead of" if ahead > 0 else "behind"
        found.wrong.append(f"our clock is {abs(ahead)} s {way} theirs; set it by NTP")
    else:
        found.good.append("clocks agree")


_SETTINGS: Final = {
    "ipaymu": ("IPAYMU_VA", "IPAYMU_API_KEY"),
    "tripay": ("TRIPAY_API_KEY", "TRIPAY_PRIVATE_KEY", "TRIPAY_MERCHANT_CODE"),
}


def _wanted(code: str) -> str:
    names = _SETTINGS.get(code)
    return f"set {', '.join(names)}" if names else f"known are {', '.join(_SETTINGS)}"


def _advice(code: str, refusal: UpstreamRefused) -> str:
    """What to look at: mostly a key of the other environment, or an address not registered."""
    reason, status = str(refusal.facts.get("reason", "")).casefold(), refusal.facts["http_status"]
    if status == 406 or "ip" in reason.split() or "domain" in reason:
        return "register this machine's address and domain there"
    if not reason:
        return f"is {code.upper()}_BASE_URL right?"
    environment = "IPAYMU_ENVIRONMENT" if code == "ipaymu" else "TRIPAY_BASE_URL"
    return f"check {', '.join(_SETTINGS[code])} and {environment}"
