"""What a wallet may do: how far below zero it may go, and whether it pays at all."""

from __future__ import annotations

from konter.funding.desk import FundingDesk
from konter.funding.entry import reason_of
from konter.kernel.errors import Invalid, Refused
from konter.kernel.money import MAX_RUPIAH, ZERO, Rupiah
from konter.ledger.wallets import block_wallet, lock_wallets, set_credit_limit
from konter.people.actor import Actor
from konter.people.permits import Role
from konter.people.roster import NoSuchUser
from konter.people.staff import lock_admin, lock_staff


class CreditInUse(Refused):
    """The wallet owes more than that already; ``owed`` in whole rupiah."""

    code = "credit_in_use"
    status = 409
    message = "Saldo pengguna ini sudah lebih rendah dari batas kredit itu"


class OwnCredit(Refused):
    """Nobody gives credit to their own wallet."""

    code = "own_credit"
    status = 403
    message = "Batas kredit Anda sendiri diatur oleh admin lain"


async def set_credit(
    desk: FundingDesk, *, user_id: int, limit: Rupiah, reason: str, by: Actor
) -> None:
    """Let a wallet go below zero by at most ``limit``; zero: not at all. A repeat changes nothing.

    Raises Forbidden, Invalid, NoSuchUser, CreditInUse, OwnCredit.
    """
    because = reason_of(reason)
    if not ZERO <= limit <= Rupiah(MAX_RUPIAH):
        raise Invalid({"limit": ["Batas kredit tidak boleh negatif"]})
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        if await lock_admin(tx, by) == user_id:
            raise OwnCredit
        wallet = (await lock_wallets(tx, [user_id])).get(user_id)
        if wallet is None:
            raise NoSuchUser(user=user_id)
        if wallet.balance < -limit.amount:
            raise CreditInUse(owed=-wallet.balance)
        await set_credit_limit(tx, user_id=user_id, limit=limit)
        await by.did(
            tx,
            "wallet.credit",
            f"user:{user_id}",
            was=-wallet.floor,
            limit=limit.amount,
            reason=because,
            at=now,
        )


async def set_blocked(
    desk: FundingDesk, *, user_id: int, blocked: bool, reason: str, by: Actor
) -> None:
    """A blocked wallet pays nothing, at once and everywhere. A repeat changes nothing.

    Raises Forbidden, Invalid, NoSuchUser.
    """
    because = reason_of(reason)
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        await lock_staff(tx, by, Role.OPERATOR, Role.ADMIN)
        if user_id not in await lock_wallets(tx, [user_id]):
            raise NoSuchUser(user=user_id)
        await block_wallet(tx, user_id=user_id, blocked=blocked)
        act = "wallet.block" if blocked else "wallet.unblock"
        await by.did(tx, act, f"user:{user_id}", reason=because, at=now)
