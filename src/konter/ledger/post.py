"""The one door into the journal: every balance in the house changes here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from konter.db.pool import Tx
from konter.kernel.errors import Broken, Refused
from konter.kernel.money import ZERO, Rupiah
from konter.ledger.wallets import Wallet, lock_wallets

INSERT_TRANSFERS = """
INSERT INTO ledger.transfers (key, kind, debit, credit, amount, wallet_id, wallet_line,
    wallet_after, order_id, reference, note, actor, happened_at, recorded_at)
SELECT * FROM unnest(%(key)s::text[], %(kind)s::text[], %(debit)s::text[], %(credit)s::text[],
    %(amount)s::bigint[], %(wallet_id)s::bigint[], %(wallet_line)s::bigint[],
    %(wallet_after)s::bigint[], %(order_id)s::bigint[], %(reference)s::text[], %(note)s::text[],
    %(actor)s::text[], %(happened_at)s::timestamptz[], %(recorded_at)s::timestamptz[])
ON CONFLICT (key) DO NOTHING
"""

# Lines moved on only from where the lock saw them: a wallet that changed otherwise is a bug.
MOVE_WALLETS = """
UPDATE ledger.wallets w SET balance = m.balance, lines = m.lines
FROM unnest(%(user_id)s::bigint[], %(balance)s::bigint[], %(lines)s::bigint[], %(was)s::bigint[])
    AS m (user_id, balance, lines, was)
WHERE w.user_id = m.user_id AND w.lines = m.was
"""

FIND_TRANSFERS = """
SELECT key, kind, debit, credit, amount, order_id FROM ledger.transfers WHERE key = ANY(%(keys)s)
"""


class FloorPassed(Refused):
    """A wallet cannot pay that much."""

    code = "not_enough_balance"
    message = "Saldo tidak mencukupi"


class WalletBlocked(Refused):
    """The wallet is blocked: it pays nothing."""

    code = "wallet_blocked"
    status = 403
    message = "Saldo akun ini sedang diblokir, hubungi admin"


class NoWallet(Broken):
    """A transfer names a user without a wallet."""

    code = "no_wallet"
    message = "Pengguna ini belum memiliki saldo"


class KeyReused(Broken):
    """The same key with other facts: two acts were given one name."""

    code = "key_reused"
    message = "Kunci transaksi dipakai ulang dengan data berbeda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """``amount`` whole rupiah from account ``debit`` to account ``credit``, once per ``key``.

    At most one of the two is a wallet, and the amount is above zero; ValueError otherwise.
    """

    key: str
    kind: str
    debit: str
    credit: str
    amount: Rupiah
    happened_at: datetime
    order_id: int | None = None
    reference: str | None = None
    note: str | None = None
    actor: str | None = None

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError(f"a transfer moves more than nothing, not {self.amount!r}")
        if wallet_of(self.debit) is not None and wallet_of(self.credit) is not None:
            raise ValueError("no transfer goes from wallet to wallet: a line belongs to one wallet")


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    kind: str
    debit: str
    credit: str
    amount: int
    wallet_id: int | None
    wallet_line: int | None
    wallet_after: int | None
    order_id: int | None
    reference: str | None
    note: str | None
    actor: str | None
    happened_at: datetime
    recorded_at: datetime


async def post(
    tx: Tx,
    transfers: Sequence[Transfer],
    *,
    at: datetime,
    locked: Mapping[int, Wallet] | None = None,
) -> None:
    """Write transfers and move their wallets; a replay of a key with the same facts does nothing.

    ``locked``: wallets that this transaction has locked already; keys are then taken to be fresh.
    Without it the wallets are locked here. Raises FloorPassed, WalletBlocked, NoWallet, KeyReused;
    the transaction must then be rolled back.
    """
    if not transfers:
        return
    if locked is None:
        touched = [u for t in transfers for u in (wallet_of(t.debit), wallet_of(t.credit)) if u]
        locked = await lock_wallets(tx, touched) if touched else {}
        transfers = await _new_ones(tx, transfers)
        if not transfers:
            return
    before = {user_id: wallet.lines for user_id, wallet in locked.items()}
    rows = [_row(transfer, locked, at) for transfer in transfers]
    columns = {f.name: [getattr(r, f.name) for r in rows] for f in _FIELDS}
    if await tx.run(INSERT_TRANSFERS, columns) != len(rows):
        await _refuse_reused(tx, rows)
    moved = [wallet for wallet in locked.values() if wallet.lines != before[wallet.user_id]]
    if moved:
        await _move_wallets(tx, moved, before)


def wallet_of(account: str) -> int | None:
    """The user whose wallet this account is."""
    return int(account[7:]) if account.startswith("wallet:") else None


def _row(transfer: Transfer, locked: Mapping[int, Wallet], at: datetime) -> _Row:
    payer, payee = wallet_of(transfer.debit), wallet_of(transfer.credit)
    wallet: Wallet | None = None
    if payer is not None or payee is not None:
        wallet = locked.get(payer or payee or 0)
        if wallet is None:
            raise NoWallet(user_id=payer or payee)
        if payer is not None:
            _refuse_overdraft(wallet, transfer.amount.amount)
        wallet.balance += -transfer.amount.amount if payer else transfer.amount.amount
        wallet.lines += 1
    return _Row(
        key=transfer.key,
        kind=transfer.kind,
        debit=transfer.debit,
        credit=transfer.credit,
        amount=transfer.amount.amount,
        wallet_id=wallet.user_id if wallet else None,
        wallet_line=wallet.lines if wallet else None,
        wallet_after=wallet.balance if wallet else None,
        order_id=transfer.order_id,
        reference=transfer.reference,
        note=transfer.note,
        actor=transfer.actor,
        happened_at=transfer.happened_at,
        recorded_at=at,
    )


def _refuse_overdraft(wallet: Wallet, amount: int) -> None:
    if wallet.blocked:
        raise WalletBlocked
    if amount > wallet.spendable:
        raise FloorPassed(needed=amount, available=wallet.spendable)


async def _refuse_reused(tx: Tx, rows: Sequence[_Row]) -> None:
    """Somebody wrote one of these keys at the same moment: the same facts again are a replay.

    Not where a wallet is touched: its lock was taken before the keys were looked up.
    """
    found = await tx.rows(FIND_TRANSFERS, {"keys": [row.key for row in rows]})
    standing = {row[0]: row[1:] for row in found}
    for row in rows:
        differs = _differences(standing[row.key], row)
        if differs or row.wallet_id is not None:
            raise KeyReused(key=row.key, differs_in=differs or "nothing")


async def _move_wallets(tx: Tx, moved: list[Wallet], before: Mapping[int, int]) -> None:
    facts = {
        "user_id": [w.user_id for w in moved],
        "balance": [w.balance for w in moved],
        "lines": [w.lines for w in moved],
        "was": [before[w.user_id] for w in moved],
    }
    if await tx.run(MOVE_WALLETS, facts) != len(moved):
        raise Broken("a wallet moved outside its lock")


async def _new_ones(tx: Tx, transfers: Sequence[Transfer]) -> list[Transfer]:
    found = await tx.rows(FIND_TRANSFERS, {"keys": [t.key for t in transfers]})
    standing = {row[0]: row[1:] for row in found}
    new: list[Transfer] = []
    for transfer in transfers:
        known = standing.get(transfer.key)
        if known is None:
            new.append(transfer)
            continue
        if differs := _differences(known, transfer):
            raise KeyReused(key=transfer.key, differs_in=differs)
    return new


def _differences(standing: Sequence[object], asked: Transfer | _Row) -> str:
    """The names of the facts in which the transfer that stands differs from the one asked for."""
    amount = asked.amount.amount if isinstance(asked.amount, Rupiah) else asked.amount
    now = (asked.kind, asked.debit, asked.credit, amount, asked.order_id)
    names = ("kind", "debit", "credit", "amount", "order_id")
    return ", ".join(n for n, was, is_ in zip(names, standing, now, strict=True) if was != is_)


_FIELDS = fields(_Row)
