"""All that upstreams call."""

from __future__ import annotations

from typing import Final

from konter.web.callbacks.digiflazz import post_digiflazz
from konter.web.callbacks.gateways import post_ipaymu, post_tripay
from konter.web.callbacks.okeconnect import get_okeconnect, get_okeconnect_secret

ROUTES: Final = [
    post_digiflazz,
    post_ipaymu,
    post_tripay,
    get_okeconnect,
    get_okeconnect_secret,
]
