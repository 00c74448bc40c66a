"""What the routes work with. The composition root fills it; each topic adds its own field."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from prometheus_client import CollectorRegistry

from konter.catalogue.desk import CatalogueDesk
from konter.db.pool import Database
from konter.people.desk import PeopleDesk
from konter.people.sessions import Sessions
from konter.suppliers.probes import ProbeDesk
from konter.web.admin.desk import OfficeDoor
from konter.web.h2h.desk import H2hDoor
from konter.web.metrics import process_registry
from konter.web.shop_door import ShopDoor


@dataclass(frozen=True, slots=True)
class Storefront:
    """What pages say of the shop itself. ``is_https``: whether the world reaches it so; then its
    cookies never travel otherwise."""

    name: str = "Konter"
    is_https: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTimes:
    """Of pages that follow their order, in seconds. ``look``: how often the rows are read though
    nobody told of news; ``beat``: how long a stream is silent at most; ``longest``: then it ends,
    and the browser comes again by itself after ``again``, and is asked again who it is. ``poll``:
    how often a page that was refused a stream asks instead."""

    look: float = 5.0
    beat: float = 15.0
    longest: float = 600.0
    again: float = 3.0
    poll: float = 15.0


@dataclass(frozen=True, slots=True)
class SettingShown:
    """One setting as a page may show it: of a secret only whether it is set. ``area``: which part
    of the shop it belongs to. ``is_told``: somebody set it; else it is the default."""

    name: str
    value: str
    source: str
    about: str
    area: str
    is_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """``registry``: what ``/metrics`` shows. ``trusted_proxies``: networks whose
    ``X-Forwarded-For`` is believed; from anybody else it is ignored. ``catalogue`` None: this
    site sells nothing. ``h2h`` None: members' machines are not served. ``probes``
    None: nothing upstream can be tried from a page. ``settings``: what is in force, as it may be
    shown."""

    db: Database
    people: PeopleDesk
    sessions: Sessions
    catalogue: CatalogueDesk | None = None
    shop: ShopDoor | None = None
    h2h: H2hDoor | None = None
    registry: CollectorRegistry = field(default_factory=process_registry)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    storefront: Storefront = Storefront()
    live: LiveTimes = LiveTimes()
    office: OfficeDoor | None = None
    probes: ProbeDesk | None = None
    settings: tuple[SettingShown, ...] = ()
