"""Whose electricity meter it is, as every door shows it."""

from __future__ import annotations

from msgspec import Struct

from konter.orders.look_up_meter import look_up_meter
from konter.web.request import SiteRequest


class MeterView(Struct):
    """As PLN said within the last day."""

    customer_no: str
    meter_no: str
    subscriber_id: str
    name: str
    segment_power: str


async def meter_view(request: SiteRequest, customer_no: str, *, asker: str) -> MeterView:
    """Raises what ``look_up_meter`` raises; Unavailable on a site that sells nothing."""
    meter = await look_up_meter(request.shop.orders, customer_no, asker=asker)
    return MeterView(
        customer_no=meter.customer_no,
        meter_no=meter.meter_no,
        subscriber_id=meter.subscriber_id,
        name=meter.name,
        segment_power=meter.segment_power,
    )
