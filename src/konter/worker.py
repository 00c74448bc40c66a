"""The worker: every room's work lists and the timetable, run by one engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from konter.app import House
from konter.catalogue import chores as catalogue_chores
from konter.funding import chores as funding_chores
from konter.funding import work as payment_work
from konter.hooks import chores as hooks_chores
from konter.hooks import work as hooks_work
from konter.jobs.run import Runner, Served
from konter.jobs.timetable import Entry, Timetable
from konter.orders import chores as orders_chores
from konter.orders import work
from konter.suppliers import probes
from konter.suppliers.memory import beat

MEMORY_EVERY = timedelta(minutes=1)


async def open_worker(house: House) -> Runner:
    """A runner over all work lists, ready to ``run``."""
    settings, hints = house.settings, house.hints
    settler = work.settler_of(house.orders)
    await _remember(house)
    await hooks_work.open_channels(house.notices)
    timetable = Timetable(house.db, house.clock, entries(house))
    await timetable.prepare()
    return Runner(
        [
            work.attempts(
                house.orders, settler, in_flight=settings.worker_in_flight, wake=hints.due_wake
            ),
            work.callbacks(house.orders, house.inbox, settler, wake=hints.inbox_wake),
            work.payments(house.orders, wake=hints.orders_paid_wake),
            payment_work.deposits(house.funding, wake=hints.deposits_paid_wake),
            hooks_work.deliveries(house.outbox, wake=hints.outbox_wake),
            probes.work_list(house.probes, wake=hints.probes_wake),
            *hooks_work.messages(house.notices),
            *(at_the_gateways(house) if house.gateways else ()),
            timetable.work_list(),
        ],
        poll_s=settings.poll_s,
    )


def at_the_gateways(house: House) -> Sequence[Served]:
    """What a shop without a gateway need not look for all the time."""
    funding, hints = house.funding, house.hints
    return (
        payment_work.links(funding, wake=hints.links_wake),
        payment_work.questions(funding, wake=hints.questions_wake),
        payment_work.callbacks(funding, house.inbox, wake=hints.payment_inbox_wake),
    )


def entries(house: House) -> Sequence[Entry]:
    """What runs by the clock."""
    settings = house.settings
    return (
        *catalogue_chores.entries(house.catalogue, sync_at=settings.sync_at),
        Entry("suppliers.memory", partial(_remember, house), every=MEMORY_EVERY),
        *hooks_chores.entries(
            house.inbox,
            house.outbox,
            house.notices,
            suppliers=house.suppliers,
            balance_every_s=settings.balance_every_s,
            reopened=house.hints.due,
        ),
        *orders_chores.entries(house.orders),
        *funding_chores.entries(
            house.funding,
            channels_every_s=settings.channels_every_s,
            grace_s=settings.payment_grace_s,
        ),
    )


async def _remember(house: House) -> str:
    """Of this database, on this machine: two shops under one home have a note each."""
    note = house.settings.home / f"beats-{await house.db.name()}"
    restored = await beat(house.suppliers, note)
    return "restored from a backup: the shop is paused" if restored else "as remembered"
