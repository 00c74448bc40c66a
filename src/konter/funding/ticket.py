"""A deposit ticket: an amount, and the shop chooses how it is paid."""

from __future__ import annotations

from konter.db.pool import Tx
from konter.funding.channels import Way, ways
from konter.funding.deposit import place_deposit
from konter.funding.deposits import Deposit, deposits_of
from konter.funding.desk import FundingDesk
from konter.funding.states import DepositState
from konter.funding.store import WORTH_PAYING
from konter.kernel.errors import Refused
from konter.kernel.money import Rupiah
from konter.upstreams.gateway_contract import Buyer

PREFIX = "tiket-"

LOOKED_AT = 20
"""So many of a user's newest deposits may be the ticket that is asked for again."""


class TicketsNotOffered(Refused):
    """No payment channel takes this amount now."""

    code = "tickets_not_offered"
    message = "Tiket deposit tidak tersedia untuk nominal ini, silakan hubungi admin"


async def order_ticket(
    desk: FundingDesk, *, user_id: int, amount: Rupiah, buyer: Buyer
) -> tuple[Deposit, bool]:
    """A deposit of this amount by the channel that costs its buyer least, and whether it stood
    already: while one can still be paid, the same amount again is the same ticket.

    Raises TicketsNotOffered, Invalid (an amount below or above what the shop takes).
    """
    async with desk.db.read() as tx:
        recent, so_far = await deposits_of(tx, user_id, page=1, per_page=LOOKED_AT)
        for deposit in recent:
            if _is_this(desk, deposit, amount):
                return deposit, True
        way = await _cheapest(desk, tx, amount)
    return await place_deposit(
        desk,
        user_id=user_id,
        amount=amount,
        channel=way.full_name,
        ref_id=f"{PREFIX}{so_far + 1}-{amount.amount}",
        buyer=buyer,
    )


def _is_this(desk: FundingDesk, deposit: Deposit, amount: Rupiah) -> bool:
    return (
        deposit.ref_id.startswith(PREFIX)
        and deposit.amount == amount.amount
        and deposit.state is DepositState.AWAITING_PAYMENT
        and deposit.pay_by > desk.clock.now() + WORTH_PAYING
    )


async def _cheapest(desk: FundingDesk, tx: Tx, amount: Rupiah) -> Way:
    """A gateway's own page before a channel of equal cost: there its buyer chooses again."""
    fit = [way for way in await ways(desk, tx, amount) if way.takes(amount)]
    if not fit:
        raise TicketsNotOffered(amount=amount.amount)
    return min(fit, key=lambda way: (way.buyer_pays, way.code is not None, way.fee, way.full_name))
