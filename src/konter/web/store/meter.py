"""Whose meter a token would be for: said before it is paid, as far as it can be known now."""

from __future__ import annotations

from dataclasses import dataclass, field

from konter.catalogue.destinations import TARGET, Destination
from konter.kernel.errors import Invalid, Refused, Unavailable
from konter.orders.look_up_meter import MeterNotFound
from konter.people.addresses import counted_as
from konter.people.guests import admit_meter
from konter.web.meter_view import MeterView, meter_view
from konter.web.request import SiteRequest


@dataclass(frozen=True, slots=True)
class MeterSaid:
    """``is_unknown``: nobody could say just now, which stops nobody from buying."""

    meter: MeterView | None = None
    is_unknown: bool = False
    faults: dict[str, list[str]] = field(default_factory=dict)


async def meter_said(request: SiteRequest, read: Destination | Invalid | None) -> MeterSaid:
    """Counted for this remote address, like every look at a meter."""
    if not isinstance(read, Destination):
        return MeterSaid()
    remote = request.remote
    try:
        await admit_meter(request.desks.people, remote)
        asker = f"remote:{counted_as(remote)}"
        return MeterSaid(await meter_view(request, read.parts[0], asker=asker))
    except MeterNotFound as error:
        return MeterSaid(faults={TARGET: [error.text]})
    except (Refused, Unavailable):
        return MeterSaid(is_unknown=True)
