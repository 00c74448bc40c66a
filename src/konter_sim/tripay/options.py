"""Every knob of the local Tripay. Set at start-up, changed at runtime by the control API."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from konter_sim.gateway.state import KNOBS, Knobs
from konter_sim.knobs import Count


class Options(Knobs, kw_only=True, forbid_unknown_fields=True):
    """Money in rupiah."""

    merchant_code: str = "T99999"
    api_key: str = "DEV-TSTPRAPIKEY00000000000000000000000001"
    private_key: str = "TSTPR-IVATE-KEY00-00000-00001"
    callback_url: str = ""
    callback_retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    callback_retry_ms: Count = 120_000
    fee_on: Literal["merchant", "customer"] = "merchant"
    bad_key_status: Literal[400, 401, 403] = 401
    paid_at_as_text: bool = False


MEANING: Final[Mapping[str, str]] = {
    "merchant_code": "the merchant's code, in every signature",
    "api_key": "the Bearer key",
    "private_key": "signs creations and callbacks",
    "callback_url": "where callbacks go when the creation names no callback_url",
    "callback_retries": "how often a callback is sent again that is not answered success:true",
    "callback_retry_ms": "pause before each repetition",
    "fee_on": "who bears the fee: merchant, or customer (the amount grows by it)",
    "bad_key_status": "HTTP status for a wrong API key (theirs is not documented)",
    "paid_at_as_text": "paid_at of /transaction/detail as text, as in their sample",
    **KNOBS,
}
