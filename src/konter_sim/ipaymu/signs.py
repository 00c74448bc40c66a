"""iPaymu's two signatures: of requests (key: the API key), of callbacks (key: the VA)."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

WHOLE: Final = ("trx_id", "status_code", "transaction_status_code", "paid_off")
EMPTY_OBJECT: Final = b"{}"


def request_signature(method: str, va: str, api_key: str, raw: bytes) -> str:
    """The `signature` header for exactly these bytes."""
    digest = sha256(raw).hexdigest()
    told = f"{method.upper()}:{va}:{digest}:{api_key}"
    return hmac.new(api_key.encode(), told.encode(), sha256).hexdigest()


def compact(said: object) -> bytes:
    """As they re-encode a body: no spaces, `/` unescaped, key order kept."""
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


def callback_text(data: Mapping[str, object], *, plain_unicode: bool = False) -> str:
    """The canonical JSON of a callback: keys in byte order, PHP's escapes."""
    text = json.dumps(
        dict(sorted(data.items())), separators=(",", ":"), ensure_ascii=not plain_unicode
    )
    return text.replace("/", "\\/")


def callback_signature(data: Mapping[str, object], va: str, *, plain_unicode: bool = False) -> str:
    """X-Signature. The VA is no secret, so this proves little; that is how theirs is."""
    text = callback_text(data, plain_unicode=plain_unicode)
    return hmac.new(va.encode(), text.encode(), sha256).hexdigest()
