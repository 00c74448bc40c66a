"""Every knob of the local iPaymu. Set at start-up, changed at runtime by the control API."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from konter_sim.gateway.state import KNOBS, Knobs
from konter_sim.knobs import Count, Span


class Options(Knobs, kw_only=True, forbid_unknown_fields=True):
    """Money in rupiah."""

    va: str = "0000001112223334"
    api_key: str = "SANDBOX0TESTKEY-AAAA-BBBB-CCCC-000000000001-20300101000000"
    notify_format: Literal["form", "json"] = "form"
    notify_tries: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    notify_retry_ms: Count = 60_000
    notify_all_states: bool = False
    blanks_as_null: bool = False
    plain_unicode: bool = False
    unsettled_first: bool = False
    numbers_as_text: bool = False
    least_total: Count = 1_000
    expires_hours: Annotated[float, msgspec.Meta(gt=0)] = 24.0
    timestamp_required: bool = False
    timestamp_slack_s: Span = 300.0


MEANING: Final[Mapping[str, str]] = {
    "va": "the merchant's VA; also the key of X-Signature",
    "api_key": "the merchant's API key; signs requests",
    "notify_format": "how callbacks are written: form (their default) or json",
    "notify_tries": "tries in all for a callback not answered 200 (their count is not documented)",
    "notify_retry_ms": "pause between two tries of one callback (theirs is not documented)",
    "notify_all_states": "also tell of cancelled, failed and refunded (they document no such call)",
    "blanks_as_null": "paid_at and system_notes of the unpaid: null, and signed as null",
    "plain_unicode": "X-Signature over plain non-ASCII text in place of \\uXXXX",
    "unsettled_first": "a payment is status 6 (paid, unsettled) until state paid is forced",
    "numbers_as_text": "Amount and Fee of /transaction as text",
    "least_total": "least total of a creation",
    "expires_hours": "expiry of a payment whose creation names none",
    "timestamp_required": "a missing or wrong timestamp is 401, and not only a breach",
    "timestamp_slack_s": "how far a timestamp may be off, read as WIB or as UTC",
    **KNOBS,
}
