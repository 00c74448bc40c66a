"""Whether a gateway knows us, and whether our clocks agree. Nothing is created there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from konter.funding.desk import Asks, FundingDesk
from konter.kernel.clock import Clock
from konter.kernel.wire_types import Exchange, WireAnswer, WireRequest, WireSilence
from konter.suppliers import exchanges
from konter.suppliers.probes import Finding
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.transcript import scrubbed

CLOCKS_AGREE_S: Final = 30
"""A payment's end is told by our clock, and read by theirs."""


@dataclass(slots=True)
class Trial:
    """What was learnt, in the order that it was, and what was said to learn it."""

    findings: list[Finding] = field(default_factory=list)
    heard: list[Exchange] = field(default_factory=list)

    def good(self, what: str, number: int | None = None) -> None:
        self.findings.append(Finding(what, True, number=number))

    def wrong(
        self, what: str, said: str = "", *, number: int | None = None, advice: str = ""
    ) -> None:
        self.findings.append(Finding(what, False, said, number, advice))


async def prove_gateway(desk: FundingDesk, code: str) -> Sequence[Finding]:
    """As ``try_gateway``; the exchanges are kept. Raises KeyError for one not configured."""
    trial = await try_gateway(desk.gateways[code], desk.wire, desk.clock)
    async with desk.db.transaction() as tx:
        await exchanges.keep(tx, trial.heard)
    return trial.findings


async def try_gateway(gateway: Gateway, wire: Asks, clock: Clock) -> Trial:
    """The list of channels needs the credentials; where there is a balance, so does that.

    Never raises for what the gateway does. Tripay's private key is proved by its first payment
    only.
    """
    trial = Trial()
    request = gateway.channels(clock.now())
    answer = await _ask(gateway, request, wire, trial)
    if isinstance(answer, WireSilence):
        trial.wrong("silent" if answer.left else "unreachable", answer.detail)
        return trial
    _compare_clocks(answer, trial.heard[-1].ended_at, trial)
    try:
        channels = gateway.read_channels(answer)
        trial.good("channels", sum(channel.open for channel in channels.channels))
        if channels.unreadable:
            trial.wrong("unreadable", number=len(channels.unreadable))
        if gateway.purse is not None:
            request = gateway.purse.ask(clock.now())
            held = await _ask(gateway, request, wire, trial)
            if isinstance(held, WireSilence):
                trial.wrong("balance_silent", held.detail)
            else:
                trial.good("balance", gateway.purse.read(held).amount)
    except UpstreamRefused as refusal:
        trial.wrong("refused", scrubbed(refusal.text, request.secrets), advice=_advice(refusal))
    return trial


async def _ask(
    gateway: Gateway, request: WireRequest, wire: Asks, trial: Trial
) -> WireAnswer | WireSilence:
    heard = await wire.ask(request, account=gateway.account, purpose="list")
    trial.heard.append(heard.exchange)
    return heard.said


def _compare_clocks(answer: WireAnswer, ours: datetime, trial: Trial) -> None:
    """By the answer's own Date, which is cut to whole seconds."""
    try:
        ahead = round(
            (ours - parsedate_to_datetime(answer.headers.get("Date", ""))).total_seconds()
        )
    except (ValueError, TypeError):
        trial.good("clock_untold")
        return
    if abs(ahead) > CLOCKS_AGREE_S:
        trial.wrong("clock_ahead" if ahead > 0 else "clock_behind", number=abs(ahead))
    else:
        trial.good("clocks_agree")


def _advice(refusal: UpstreamRefused) -> str:
    """What to look at: mostly a key of the other environment, or an address not registered."""
    reason, status = str(refusal.facts.get("reason", "")).casefold(), refusal.facts["http_status"]
    if status == 406 or "ip" in reason.split() or "domain" in reason:
        return "address"
    return "keys" if reason else "base_url"
