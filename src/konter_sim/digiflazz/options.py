"""Every knob of the local Digiflazz. Set at start-up, changed at runtime by the control API."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from konter_sim.knobs import Count, Span


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Money in rupiah; names end in their unit: `_s` seconds, `_ms` milliseconds."""

    username: str = "budiwarung"
    dev_key: str = "dev-00000000-aaaa-4bbb-8ccc-1234567890ab"
    prod_key: str = "11111111-2222-4333-8444-555566667777"
    deposit: Count = 10_000_000
    webhook_url: str = ""
    webhook_secret: str = ""
    hook_id: str = "11aaabbb"
    webhook_delay_ms: Count = 300
    webhook_create_delay_ms: Count = 20
    webhook_on_create: bool = True
    retry_webhook: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    webhook_retry_ms: Count = 1000
    webhook_timeout_s: Span = 5.0
    repost_gap_s: Span = 60.0
    price_list_gap_s: Span = 300.0
    price_code_gap_s: Span = 1.0
    latency_ms: Count = 0
    silence_seconds: Span = 120.0
    error_http_status: Literal[200, 400] = 400
    closed_rc: Literal["43", "53", "62"] = "53"
    cutoff_rc: Literal["58", "66"] = "66"
    ip_known: bool = True
    forget_days: Annotated[int, msgspec.Meta(ge=1)] = 90
    settled_bills: Literal["generated", "all", "none"] = "generated"
    meter_checks_per_minute: Count = 60


MEANING: Mapping[str, str] = {
    "username": "the buyer's username",
    "dev_key": "Development key; with it every /transaction must carry testing:true",
    "prod_key": "Production key; with it no call may carry testing",
    "deposit": "opening deposit in rupiah (takes effect at start and at reset)",
    "webhook_url": "where webhooks go; empty sends none; a topup's cb_url goes first",
    "webhook_secret": "HMAC-SHA1 secret; empty sends no X-Hub-Signature",
    "hook_id": "id of the webhook, for /report/hooks/{id}/pings",
    "webhook_delay_ms": "from the Pending answer to the final result and its `update` webhook",
    "webhook_create_delay_ms": "from the sale to its `create` webhook",
    "webhook_on_create": "whether `create` webhooks are sent at all",
    "retry_webhook": "tries in all for a webhook that is not answered 2xx",
    "webhook_retry_ms": "pause between two tries of one webhook",
    "webhook_timeout_s": "patience for the answer to a webhook",
    "repost_gap_s": "a ref_id called again sooner than this is a breach",
    "price_list_gap_s": "least time between two full price lists of one cmd (rc 83)",
    "price_code_gap_s": "least time between two price lists of one code (rc 83)",
    "latency_ms": "every answer waits this long; the books move before the wait",
    "silence_seconds": "how long a silent answer keeps the connection open",
    "error_http_status": "HTTP status of a JSON answer whose rc is not 00, 03, 83 or 99",
    "closed_rc": "answer for a product whose seller_product_status is false",
    "cutoff_rc": "answer during cut-off: 66 is not formed, 58 is",
    "ip_known": "false answers rc 45 to everything",
    "forget_days": "a ref_id older than this is sold as a NEW transaction",
    "settled_bills": "which paid bills are gone at the next inquiry (rc 60): all, none, or the "
    "generated ones, so that official test numbers can be asked for again",
    "meter_checks_per_minute": "more calls of inquiry-pln than this answer rc 86",
}
