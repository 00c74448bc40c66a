"""All that upstreams call."""

from __future__ import annotations

from typing import Final

from konter.web.callbacks.digiflazz import post_digiflazz
from konter.web.callbacks.gateways import post_ipaymu, post_tripay

ROUTES: Final = [post_digiflazz, post_ipaymu, post_tripay]
