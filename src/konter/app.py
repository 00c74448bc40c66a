"""The composition root: it fills each room's desk. ``adapters`` names the upstreams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from konter.adapters import (
    billers_of,
    gateways_of,
    messenger_of,
    meter_readers_of,
    products_from,
    providers_of,
)
from konter.catalogue.desk import CatalogueDesk
from konter.db.batch import Batcher
from konter.db.embedded import EmbeddedServer
from konter.db.ids import IdBlocks
from konter.db.migrate import migrate, pending
from konter.db.pool import CommitObserver, Database
from konter.funding.desk import FundingDesk, PayTimes
from konter.funding.hear import receive as receive_payment_news
from konter.funding.try_gateway import prove_gateway
from konter.hints import HouseHints
from konter.hooks.inbox import InboxDesk, Incoming, accept_many
from konter.hooks.notices_desk import NoticesDesk
from konter.hooks.outbox_desk import OutboxDesk
from konter.jobs.listen import listen
from konter.kernel.clock import SystemClock
from konter.kernel.errors import Broken
from konter.orders.checkout import Checkout, checkout_many
from konter.orders.desk import BillRules, MeterRules, OrdersDesk, PendingDeadline, Times
from konter.orders.hear import receive
from konter.orders.newsroom import Newsroom
from konter.orders.place import place_many
from konter.orders.requests import Ask, Placed
from konter.people.desk import AttemptLimits, MemberRules, PeopleDesk
from konter.people.passwords import Hasher
from konter.people.sessions import Sessions
from konter.people.vault import Vault
from konter.settings import Settings, shop_secret
from konter.show_settings import describe
from konter.suppliers.accounts import ensure_accounts
from konter.suppliers.breaker import BreakerLimits
from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.probes import ProbeDesk
from konter.suppliers.try_account import try_account
from konter.upstreams.contract import Provider
from konter.upstreams.courier import Courier
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.messenger import PATIENCE, Messenger
from konter.upstreams.transcript import scrubbed
from konter.upstreams.wire import Wire
from konter.web.admin.desk import OfficeDoor
from konter.web.desks import Desks, SettingShown, Storefront
from konter.web.h2h.desk import h2h_door
from konter.web.metrics import Timings, process_registry
from konter.web.metrics import bill_checks as count_bill_checks
from konter.web.shop_door import ShopDoor

PLACING_LANES = 2
"""While one batch of orders commits, one more may be under way."""

PLACING_WORTH = 16
"""As soon as so many orders wait for it; fewer wait for the first batch, a few milliseconds."""

KEEPING_LANES = 2
"""While one batch of callbacks commits, one more may be under way."""


class NotMigrated(Broken):
    """The named database lacks migrations of this version."""

    code = "not_migrated"
    message = "Basis data belum disiapkan, jalankan: konter migrate"


@dataclass(frozen=True, slots=True)
class House:
    """All desks of one process."""

    settings: Settings
    clock: SystemClock
    db: Database
    ids: IdBlocks
    providers: Mapping[str, Provider]
    gateways: Mapping[str, Gateway]
    people: PeopleDesk
    sessions: Sessions
    suppliers: SuppliersDesk
    catalogue: CatalogueDesk
    inbox: InboxDesk
    outbox: OutboxDesk
    notices: NoticesDesk
    funding: FundingDesk
    orders: OrdersDesk
    newsroom: Newsroom
    hints: HouseHints
    bill_checks: Timings
    probes: ProbeDesk

    def site_desks(self) -> Desks:
        """What the web works with."""
        keeper: Batcher[Incoming, None] = Batcher(
            partial(accept_many, self.inbox), lanes=KEEPING_LANES
        )
        callbacks = {
            **{
                provider.traits.code: partial(receive, keeper.submit, provider)
                for provider in self.providers.values()
            },
            **{
                code: partial(receive_payment_news, keeper.submit, gateway)
                for code, gateway in self.gateways.items()
            },
        }
        placer: Batcher[Ask, Placed] = Batcher(
            partial(place_many, self.orders), lanes=PLACING_LANES, worth=PLACING_WORTH
        )
        checkouts: Batcher[Checkout, Placed] = Batcher(
            partial(checkout_many, self.orders), lanes=PLACING_LANES, worth=PLACING_WORTH
        )
        registry = process_registry()
        registry.register(self.bill_checks)
        return Desks(
            db=self.db,
            people=self.people,
            sessions=self.sessions,
            trusted_proxies=self.settings.trusted_proxies,
            catalogue=replace(self.catalogue, suppliers=replace(self.suppliers, may_ask=False)),
            shop=ShopDoor(
                orders=self.orders,
                placer=placer,
                checkouts=checkouts,
                newsroom=self.newsroom,
                first_news_wait_s=self.settings.first_news_wait_s,
                callbacks=callbacks,
            ),
            h2h=h2h_door(
                self.orders, self.people, self.outbox, seconds=self.settings.token_cache_s
            ),
            storefront=Storefront(
                self.settings.shop_name, is_https=self.settings.public_url.startswith("https:")
            ),
            registry=registry,
            office=OfficeDoor(self.inbox, self.outbox, self.suppliers),
            probes=self.probes,
            settings=tuple(
                SettingShown(row.name, row.value, row.source, row.about, row.area, row.told)
                for row in describe(self.settings)
            ),
        )


@asynccontextmanager
async def open_house(
    settings: Settings, *, observer: CommitObserver | None = None, db: Database | None = None
) -> AsyncIterator[House]:
    """Everything this process needs, opened; closed again at the end.

    An embedded database is started and migrated; a named one must have been migrated. Raises
    Unavailable, NotMigrated. ``observer`` is told of every commit. ``db``: who has connections to
    that database already lends them, and closes them later; otherwise the house opens its own.
    """
    async with AsyncExitStack() as stack:
        conninfo = _database(settings, stack)
        if db is None:
            db = Database(conninfo, max_size=settings.db_pool, observer=observer)
            await db.open()
            stack.push_async_callback(db.close)
        clock = SystemClock()
        providers = providers_of(settings)
        wire = Wire(clock, in_flight=dict.fromkeys(providers, settings.worker_in_flight))
        stack.push_async_callback(wire.close)
        courier = Courier(private=settings.callback_private == "yes")
        stack.push_async_callback(courier.close)
        messenger = messenger_of(settings)
        stack.push_async_callback(messenger.close)
        house = _furnish(
            settings,
            db,
            clock,
            wire=wire,
            courier=courier,
            messenger=messenger,
            providers=providers,
        )
        await ensure_accounts(house.suppliers)
        chores = (
            asyncio.create_task(house.hints.send()),
            asyncio.create_task(listen(conninfo, house.hints.heard())),
        )
        stack.push_async_callback(_end, chores)
        yield house


async def _end(chores: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until they are over: in Python 3.11 ``wait_for`` can swallow a cancellation that
    comes in the moment its awaitable completes, and the connection pool waits by it."""
    left = set(chores)
    while left:
        for chore in left:
            chore.cancel()
        _, left = await asyncio.wait(left, timeout=0.2)


def _database(settings: Settings, stack: AsyncExitStack) -> str:
    """The conninfo to use; brings an embedded server up and its schema up to date."""
    if settings.database_url is not None:
        conninfo = settings.database_url.reveal()
        if missing := pending(conninfo):
            raise NotMigrated(missing=", ".join(missing))
        return conninfo
    server = stack.enter_context(EmbeddedServer(settings.home))
    conninfo = server.database()
    migrate(conninfo)
    return conninfo


def _furnish(
    settings: Settings,
    db: Database,
    clock: SystemClock,
    *,
    wire: Wire,
    courier: Courier,
    messenger: Messenger,
    providers: Mapping[str, Provider],
) -> House:
    ids, newsroom = IdBlocks(), Newsroom()
    hints = HouseHints(db, newsroom)
    people = _people(settings, db, clock, ids)
    suppliers = SuppliersDesk(
        db,
        clock,
        wire,
        providers,
        settings.low_deposit,
        timedelta(seconds=settings.price_list_cache_s),
        billers=billers_of(settings),
    )
    catalogue = _catalogue(settings, suppliers, ids)
    funding = _funding(settings, db, clock, ids, wire=wire, hints=hints)
    bill_checks = count_bill_checks()
    orders = _orders(settings, suppliers, ids, funding=funding, hints=hints, checks=bill_checks)
    sessions = Sessions(people, seconds=settings.token_cache_s)
    inbox = InboxDesk(db, clock, ids, hints)
    timeout_s = settings.callback_timeout_s
    outbox = OutboxDesk(db, clock, people, courier, hints.outbox_wake, timeout_s=timeout_s)
    return House(
        settings=settings,
        clock=clock,
        db=db,
        ids=ids,
        providers=providers,
        gateways=funding.gateways,
        people=people,
        sessions=sessions,
        suppliers=suppliers,
        catalogue=catalogue,
        inbox=inbox,
        outbox=outbox,
        notices=_notices(settings, db, clock, messenger),
        funding=funding,
        orders=orders,
        newsroom=newsroom,
        hints=hints,
        bill_checks=bill_checks,
        probes=_probes(suppliers, funding, hints),
    )


def _probes(suppliers: SuppliersDesk, funding: FundingDesk, hints: HouseHints) -> ProbeDesk:
    """Gateways and suppliers that a person may have tried, from a page."""
    gateways = {
        f"gateway:{code}": partial(prove_gateway, funding, code) for code in funding.gateways
    }
    accounts = {
        f"supplier:{account}": partial(
            try_account, suppliers, account, reopened=hints.due, scrubbed=scrubbed
        )
        for account in suppliers.providers
    }
    return ProbeDesk(suppliers.db, suppliers.clock, {**gateways, **accounts}, hints.probes_due)


def _orders(
    settings: Settings,
    suppliers: SuppliersDesk,
    ids: IdBlocks,
    *,
    funding: FundingDesk,
    hints: HouseHints,
    checks: Timings,
) -> OrdersDesk:
    return OrdersDesk(
        db=suppliers.db,
        clock=suppliers.clock,
        ids=ids,
        wire=funding.wire,
        providers=suppliers.providers,
        hints=hints,
        times=_times(settings),
        funding=funding,
        minimum_margin=settings.minimum_margin,
        max_tries=settings.max_tries,
        pending_deadline=PendingDeadline(settings.pending_deadline),
        development=settings.in_development,
        breaker=_breaker(settings),
        billers=suppliers.billers,
        bills=_bill_rules(settings),
        check_seen=lambda outcome, seconds: checks.saw((outcome,), seconds),
        meter_readers=meter_readers_of(settings),
        meters=MeterRules(settings.meters_per_minute, settings.meters_per_asker),
    )


def _notices(
    settings: Settings, db: Database, clock: SystemClock, messenger: Messenger
) -> NoticesDesk:
    """A message's lease ends after it can be under way no more."""
    lease = timedelta(seconds=max(30.0, (PATIENCE + 1) * settings.notify_timeout_s))
    staff = {channel: settings.notify_staff_lang for channel in messenger.channels}
    return NoticesDesk(db, clock, messenger, staff, lease)


def _catalogue(settings: Settings, suppliers: SuppliersDesk, ids: IdBlocks) -> CatalogueDesk:
    return CatalogueDesk(
        db=suppliers.db,
        clock=suppliers.clock,
        ids=ids,
        suppliers=suppliers,
        providers=suppliers.providers,
        minimum_margin=settings.minimum_margin,
        development=settings.in_development,
        products_from=products_from(settings, suppliers.providers),
    )


def _breaker(settings: Settings) -> BreakerLimits:
    return BreakerLimits(
        failures=settings.breaker_failures,
        window=timedelta(seconds=settings.breaker_window_s),
        cool=timedelta(seconds=settings.breaker_cool_s),
    )


def _bill_rules(settings: Settings) -> BillRules:
    return BillRules(
        tries=settings.bill_tries,
        between_tries=settings.bill_retry_s,
        look_up_for=settings.bill_look_up_s,
        per_number=settings.bill_checks_per_number,
        per_member=settings.bill_checks_per_member,
        window=settings.bill_window_s,
        before_midnight=settings.bill_before_midnight_s,
    )


def _funding(
    settings: Settings,
    db: Database,
    clock: SystemClock,
    ids: IdBlocks,
    *,
    wire: Wire,
    hints: HouseHints,
) -> FundingDesk:
    return FundingDesk(
        db=db,
        clock=clock,
        ids=ids,
        wire=wire,
        hints=hints,
        gateways=gateways_of(settings),
        public_url=settings.public_url,
        times=PayTimes(
            lasts=settings.payment_lasts_s,
            first_ask=settings.payment_first_ask_s,
            min_gap=settings.payment_min_gap_s,
        ),
        most_links=settings.payment_links,
        deposit_least=settings.deposit_least,
        deposit_most=settings.deposit_most,
        adjust_alone=settings.adjust_alone,
        trusted=frozenset({"tripay"} if settings.tripay_trust_callbacks == "yes" else ()),
    )


def _people(settings: Settings, db: Database, clock: SystemClock, ids: IdBlocks) -> PeopleDesk:
    limits = AttemptLimits(
        logins_per_email=settings.login_limit,
        logins_per_remote=settings.login_limit_remote,
        registrations_per_remote=settings.register_limit_remote,
        guests_per_remote=settings.guest_limit_remote,
        window=timedelta(seconds=settings.login_window_s),
    )
    ttl = timedelta(days=settings.token_ttl_days)
    # Asked for only once something is to be sealed: a shop without members needs no secret.
    vault = Vault(lambda: shop_secret(settings).reveal())
    return PeopleDesk(
        db,
        clock,
        ids,
        Hasher(),
        ttl,
        limits,
        vault,
        _member_rules(settings),
        staff_two_factor=settings.staff_two_factor == "yes",
        shop_name=settings.shop_name,
    )


def _member_rules(settings: Settings) -> MemberRules:
    return MemberRules(
        bad_signs=settings.h2h_bad_signs,
        requests_per_minute=settings.h2h_requests_per_minute,
        orders_per_day=settings.h2h_orders_per_day,
        amount_per_day=settings.h2h_amount_per_day,
        default_member=settings.h2h_default_member,
    )


def _times(settings: Settings) -> Times:
    return Times(
        enquiry_first=settings.enquiry_first_s,
        enquiry_spacing=settings.enquiry_spacing_s,
        enquiry_min_gap=settings.enquiry_min_gap_s,
        held_deadline=settings.held_deadline_s,
        stuck_after=settings.stuck_after_s,
        repeat_gap=settings.repeat_gap_s,
        payment_grace=settings.payment_grace_s,
        check_spacing=settings.check_spacing_s,
    )
