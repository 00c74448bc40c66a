"""Assembles the upstreams, and a downstream partner, on one desk and runs them on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

import konter_sim.ipaymu.calls as ipaymu_calls
import konter_sim.ipaymu.pages as ipaymu_pages
import konter_sim.okeconnect.calls as okeconnect_calls
import konter_sim.okeconnect.control as okeconnect_control
import konter_sim.partner.control as partner_control
import konter_sim.partner.receive as partner_reports
import konter_sim.tripay.calls as tripay_calls
import konter_sim.tripay.pages as tripay_pages
from konter_sim import page
from konter_sim.digiflazz import calls, control
from konter_sim.digiflazz.options import Options
from konter_sim.digiflazz.state import Digiflazz
from konter_sim.gateway import control as gateway_control
from konter_sim.ipaymu.options import Options as IpaymuOptions
from konter_sim.ipaymu.state import Ipaymu
from konter_sim.okeconnect.options import Options as OkeconnectOptions
from konter_sim.okeconnect.state import Okeconnect
from konter_sim.partner.options import Options as PartnerOptions
from konter_sim.partner.state import Partner
from konter_sim.tripay.options import Options as TripayOptions
from konter_sim.tripay.state import Tripay

__all__ = [
    "AllOptions",
    "IpaymuOptions",
    "OkeconnectOptions",
    "Options",
    "PartnerOptions",
    "RunningDesk",
    "TripayOptions",
    "running_desk",
]


@dataclass(frozen=True, slots=True)
class AllOptions:
    """The knobs of every upstream."""

    digiflazz: Options = field(default_factory=Options)
    ipaymu: IpaymuOptions = field(default_factory=IpaymuOptions)
    tripay: TripayOptions = field(default_factory=TripayOptions)
    okeconnect: OkeconnectOptions = field(default_factory=OkeconnectOptions)
    partner: PartnerOptions = field(default_factory=PartnerOptions)


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """`url` has no trailing slash; the Digiflazz base url is `url + "/digiflazz/v1"`."""

    url: str
    digiflazz: Digiflazz
    ipaymu: Ipaymu
    tripay: Tripay
    okeconnect: Okeconnect
    partner: Partner

    @property
    def digiflazz_url(self) -> str:
        return self.url + calls.PREFIX

    @property
    def ipaymu_url(self) -> str:
        return self.url + ipaymu_calls.PREFIX

    @property
    def tripay_url(self) -> str:
        return self.url + tripay_calls.PREFIX

    @property
    def okeconnect_url(self) -> str:
        return self.url + okeconnect_calls.PREFIX

    @property
    def partner_url(self) -> str:
        return self.url + partner_reports.PREFIX


def assemble(
    digi: Digiflazz, oke: Okeconnect, ipaymu: Ipaymu, tripay: Tripay, *, partner: Partner
) -> web.Application:
    app = web.Application(client_max_size=32 * 1024 * 1024)
    calls.add_routes(app, digi)
    control.add_routes(app, digi)
    okeconnect_calls.add_routes(app, oke)
    okeconnect_control.add_routes(app, oke)
    ipaymu_calls.add_routes(app, ipaymu)
    ipaymu_pages.add_routes(app, ipaymu)
    tripay_calls.add_routes(app, tripay)
    tripay_pages.add_routes(app, tripay)
    for gateway in (ipaymu, tripay):
        gateway_control.add_routes(app, gateway)
    partner_reports.add_routes(app, partner)
    partner_control.add_routes(app, partner)
    gateways = {ipaymu_calls.PREFIX: ipaymu, tripay_calls.PREFIX: tripay}
    page.add_routes(app, digi, oke, gateways, partner=partner)
    return app


@asynccontextmanager
async def running_desk(
    options: Options | AllOptions | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[RunningDesk]:
    """Listen until the block ends. Port 0 picks a free one. Options alone are Digiflazz's.

    A handler is cancelled when its caller hangs up, so a call ends when the client leaves.
    """
    every = AllOptions(options) if isinstance(options, Options) else options or AllOptions()
    digi, oke = Digiflazz(every.digiflazz), Okeconnect(every.okeconnect)
    ipaymu, tripay = Ipaymu(every.ipaymu), Tripay(every.tripay)
    partner = Partner(every.partner)
    runner = web.AppRunner(
        assemble(digi, oke, ipaymu, tripay, partner=partner),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=0.2,
    )
    posts = (digi.hooks, oke.post, ipaymu.post, tripay.post, partner)
    for post in posts:
        await post.open()
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        url = f"http://{host}:{int(runner.addresses[0][1])}"
        ipaymu.url, tripay.url = f"{url}/ipaymu", f"{url}/tripay"
        yield RunningDesk(url, digi, ipaymu, tripay, oke, partner)
    finally:
        for post in posts:
            await post.close()
        await runner.cleanup()
