"""``konter payment test``: do the gateways know us, and do our clocks agree?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer

from konter.adapters import gateways_of
from konter.cli.logs import set_up_logs
from konter.funding.try_gateway import try_gateway
from konter.kernel.clock import SystemClock
from konter.kernel.money import Rupiah
from konter.settings import load_settings
from konter.suppliers.probes import Finding
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.wire import Wire

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
        wrong = [_said(code, one) for one in found if not one.good]
        if not wrong:
            typer.echo(f"{code}: in order: {', '.join(_said(code, one) for one in found)}")
        for line in wrong:
            typer.echo(f"{code}: {line}", err=True)
    if not all(one.good for found in findings.values() for one in found):
        raise typer.Exit(1)


async def _try_all(gateways: Mapping[str, Gateway]) -> dict[str, Sequence[Finding]]:
    clock = SystemClock()
    wire = Wire(clock)
    try:
        return {
            code: (await try_gateway(gateway, wire, clock)).findings
            for code, gateway in gateways.items()
        }
    finally:
        await wire.close()


_PHRASES: Final = {
    "silent": "gave no answer: {said}",
    "unreachable": "cannot be reached: {said}",
    "clock_untold": "it does not tell its time",
    "clock_ahead": "our clock is {number} s ahead of theirs; set it by NTP",
    "clock_behind": "our clock is {number} s behind theirs; set it by NTP",
    "clocks_agree": "clocks agree",
    "channels": "{number} channels open",
    "unreadable": "{number} channels cannot be read",
    "balance_silent": "gave no answer about the balance: {said}",
    "balance": "balance {rupiah}",
    "refused": "{said}; {advice}",
}

_SETTINGS: Final = {
    "ipaymu": ("IPAYMU_VA", "IPAYMU_API_KEY"),
    "tripay": ("TRIPAY_API_KEY", "TRIPAY_PRIVATE_KEY", "TRIPAY_MERCHANT_CODE"),
}


def _said(code: str, found: Finding) -> str:
    return _PHRASES[found.what].format(
        said=found.said,
        number=found.number,
        rupiah=Rupiah(found.number or 0).shown(),
        advice=_advice(code, found.advice),
    )


def _wanted(code: str) -> str:
    names = _SETTINGS.get(code)
    return f"set {', '.join(names)}" if names else f"known are {', '.join(_SETTINGS)}"


def _advice(code: str, advice: str) -> str:
    if advice == "address":
        return "register this machine's address and domain there"
    if advice == "base_url":
        return f"is {code.upper()}_BASE_URL right?"
    environment = "IPAYMU_ENVIRONMENT" if code == "ipaymu" else "TRIPAY_BASE_URL"
    return f"check {', '.join(_SETTINGS[code])} and {environment}"
