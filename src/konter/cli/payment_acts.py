"""``konter payment release``, ``accept``, ``reversal``: what a person decides about a payment."""

from __future__ import annotations

from typing import Annotated

import typer

from konter.app import House
from konter.cli.inside import actor, in_house
from konter.funding import accept, release, reversal
from konter.kernel.money import Rupiah
from konter.orders.payment_story import buyer_of_payment

PaymentId = Annotated[int, typer.Argument(help="The payment's id, as konter payment list shows.")]
Reason = Annotated[str, typer.Option(help="Why, and on what evidence; it stays in the books.")]


def release_payment(payment_id: PaymentId, reason: Reason) -> None:
    """Give a payment that cannot count back to its buyer: to the wallet, a guest as a refund."""

    async def act(house: House) -> Rupiah:
        user_id = await _buyer(house, payment_id)
        return await release.release_payment(
            house.funding, payment_id, user_id=user_id, actor=actor(), reason=reason
        )

    typer.echo(f"{in_house(act).shown()} of payment {payment_id} is with its buyer.")


def accept_payment(payment_id: PaymentId, reason: Reason) -> None:
    """Take a payment in review for full, if it is not less than was asked."""

    async def act(house: House) -> None:
        await accept.accept_payment(house.funding, payment_id, actor=actor(), reason=reason)

    in_house(act)
    typer.echo(f"Payment {payment_id} is accepted; a worker applies it.")


def record_reversal(
    payment_id: PaymentId,
    taken_from: Annotated[
        reversal.TakenFrom,
        typer.Option("--from", help="The buyer's wallet, our losses, or the unapplied payment."),
    ],
    reason: Reason,
) -> None:
    """Record that a gateway gave a payment back to its payer, and who bears it."""

    async def act(house: House) -> Rupiah:
        return await reversal.record_reversal(
            house.funding,
            payment_id,
            taken_from=taken_from,
            user_id=await _buyer(house, payment_id),
            actor=actor(),
            reason=reason,
        )

    taken = in_house(act).shown()
    typer.echo(f"The gateway owes us {taken} less for payment {payment_id}, from {taken_from}.")


async def _buyer(house: House, payment_id: int) -> int:
    async with house.db.read() as tx:
        return await buyer_of_payment(tx, payment_id)
