"""This room's work lists: links to be made, questions to be asked, hints to be heard, and deposits
to be credited."""

from __future__ import annotations

from functools import partial

from konter.funding.apply import due_payments
from konter.funding.ask import Job, ask, claim_questions
from konter.funding.credit import apply_deposits
from konter.funding.desk import FundingDesk
from konter.funding.hear import hear_many
from konter.funding.link import Link, claim_links, make_link
from konter.funding.states import Purpose
from konter.hooks import inbox
from konter.jobs.run import Wake, WorkList

LINKS_IN_FLIGHT = 50
"""A buyer waits for each of them."""
QUESTIONS_IN_FLIGHT = 20
CALLBACK_BATCHES = 2
MOST_CALLBACKS = 200
MOST_DEPOSITS = 100


def links(desk: FundingDesk, *, wake: Wake) -> WorkList[Link]:
    """Payment links to be made."""
    return WorkList(
        "links",
        partial(claim_links, desk),
        partial(make_link, desk),
        in_flight=LINKS_IN_FLIGHT,
        wake=wake,
    )


def questions(desk: FundingDesk, *, wake: Wake) -> WorkList[Job]:
    """Payments to be asked about, and to be looked for in the gateways' lists."""
    return WorkList(
        "questions",
        partial(claim_questions, desk),
        partial(ask, desk),
        in_flight=QUESTIONS_IN_FLIGHT,
        wake=wake,
    )


def callbacks(
    desk: FundingDesk, inbox_desk: inbox.InboxDesk, *, wake: Wake
) -> WorkList[list[inbox.Message]]:
    """Kept callbacks of gateways, many at a time: they come in thousands on a busy evening, and a
    batch costs little more than one."""
    return WorkList(
        "payment inbox",
        partial(_claim_callbacks, desk, inbox_desk),
        partial(hear_many, desk),
        in_flight=CALLBACK_BATCHES,
        wake=wake,
    )


async def _claim_callbacks(
    desk: FundingDesk, inbox_desk: inbox.InboxDesk, _: int
) -> list[list[inbox.Message]]:
    """At most one batch."""
    messages = await inbox.claim(inbox_desk, MOST_CALLBACKS, sources=list(desk.gateways))
    return [messages] if messages else []


def deposits(desk: FundingDesk, *, wake: Wake) -> WorkList[list[int]]:
    """Confirmed payments of deposits, one batch at a time: a batch costs the same whatever its
    size."""
    return WorkList(
        "deposits",
        partial(_due_deposits, desk),
        partial(_credit, desk),
        in_flight=1,
        wake=wake,
    )


async def _due_deposits(desk: FundingDesk, _: int) -> list[list[int]]:
    """At most one batch. No lease: whoever applies locks, and passes over what is locked."""
    async with desk.db.read() as tx:
        ids = await due_payments(tx, Purpose.DEPOSIT, most=MOST_DEPOSITS, now=desk.clock.now())
    return [ids] if ids else []


async def _credit(desk: FundingDesk, payment_ids: list[int]) -> None:
    await apply_deposits(desk, payment_ids)
