"""What the routes work with. The composition root fills it; each topic adds its own field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from prometheus_client import CollectorRegistry

from konter.catalogue.desk import CatalogueDesk
from konter.db.batch import Batcher
from konter.db.pool import Database
from konter.kernel.wire_types import WireCall
from konter.orders.checkout import Checkout
from konter.orders.desk import OrdersDesk
from konter.orders.newsroom import Newsroom
from konter.orders.requests import Ask, Placed
from konter.people.desk import PeopleDesk
from konter.people.sessions import Sessions
from konter.web.h2h.desk import H2hDoor
from konter.web.metrics import process_registry


@dataclass(frozen=True, slots=True)
class ShopDoor:
    """What selling needs. ``callbacks``: by adapter, proves and keeps a call or raises.

    ``placer``: orders from the balance; ``checkouts``: orders paid through a gateway.
    """

    orders: OrdersDesk
    placer: Batcher[Ask, Placed]
    checkouts: Batcher[Checkout, Placed]
    newsroom: Newsroom
    first_news_wait_s: float
    callbacks: Mapping[str, Callable[[WireCall], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Storefront:
    """What pages say of the shop itself. ``is_https``: whether the world reaches it so; then its
    cookies never travel otherwise."""

    name: str = "Konter"
    is_https: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """``registry``: what ``/metrics`` shows. ``trusted_proxies``: networks whose
    ``X-Forwarded-For`` is believed; from anybody else it is ignored. ``catalogue`` None: this
    site sells nothing. ``h2h`` None: members' machines are not served."""

    db: Database
    people: PeopleDesk
    sessions: Sessions
    catalogue: CatalogueDesk | None = None
    shop: ShopDoor | None = None
    h2h: H2hDoor | None = None
    registry: CollectorRegistry = field(default_factory=process_registry)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    storefront: Storefront = Storefront()
