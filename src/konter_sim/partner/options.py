"""Every knob of the local partner. Set at start-up, changed at runtime by the control API."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from konter_sim.knobs import Count, Span


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the partner's operator typed into Otomax, and how its server behaves."""

    shop_url: str = ""
    member_id: str = "TOKO1"
    pin: str = "123456"
    password: str = "rahasia"
    no_sign: bool = False
    capitals: bool = False
    timeout_s: Span = 30.0
    resends: Count = 2
    first_ref: Count = 2_140_669
    report_status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 200
    report_losses: Count = 0
    report_delay_ms: Count = 0


MEANING: Final[Mapping[str, str]] = {
    "shop_url": "the shop's address, without /otomax; empty: nobody to buy from",
    "member_id": "the partner's member id at the shop",
    "pin": "its pin there",
    "password": "its password there",
    "no_sign": "send pin and password in the place of a sign",
    "capitals": "member id and product in capitals, in the query and in the sign",
    "timeout_s": "patience for an answer of the shop's",
    "resends": "how often a purchase without an answer is sent again, under the same refID",
    "first_ref": "the first refID (takes effect at start and at reset)",
    "report_status": "how a report is answered",
    "report_losses": "so many reports are lost before one is read: answered 500, not looked at",
    "report_delay_ms": "every report waits this long for its answer",
}
