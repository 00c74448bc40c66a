"""What clients asked, by their own references: the same facts again get the same order."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import msgspec

from konter.catalogue.amounts import FIELD as AMOUNT_FIELD
from konter.db.pool import Database, Tx
from konter.kernel.errors import CommitUnknown, Fact, Invalid, Refused
from konter.kernel.money import MAX_RUPIAH
from konter.orders.read import OrderView, orders_by_id
from konter.orders.states import BALANCE

INSERT_REQUESTS = """
INSERT INTO orders.requests (user_id, ref_id, fingerprint, order_id, created_at)
SELECT n.user_id, n.ref_id, n.fingerprint, n.order_id, %(at)s
FROM unnest(%(user_id)s::bigint[], %(ref_id)s::text[], %(fingerprint)s::bytea[],
    %(order_id)s::bigint[]) AS n (user_id, ref_id, fingerprint, order_id)
ORDER BY n.user_id, n.ref_id
ON CONFLICT (user_id, ref_id) DO NOTHING
RETURNING user_id, ref_id
"""

# A statement of its own: the inserting one cannot see the rows that it waited for.
FIND_REQUESTS = """
SELECT r.user_id, r.ref_id, r.fingerprint, r.order_id, r.refusal::text
FROM unnest(%(user_id)s::bigint[], %(ref_id)s::text[]) AS n (user_id, ref_id)
JOIN orders.requests r ON r.user_id = n.user_id AND r.ref_id = n.ref_id
"""

REFUSE_REQUESTS = """
UPDATE orders.requests r SET order_id = NULL, refusal = n.refusal
FROM unnest(%(user_id)s::bigint[], %(ref_id)s::text[], %(refusal)s::jsonb[])
    AS n (user_id, ref_id, refusal)
WHERE r.user_id = n.user_id AND r.ref_id = n.ref_id
"""

FORGET_REQUESTS = """
DELETE FROM orders.requests r USING unnest(%(user_id)s::bigint[], %(ref_id)s::text[])
    AS n (user_id, ref_id)
WHERE r.user_id = n.user_id AND r.ref_id = n.ref_id
"""

MOST_REF_ID = 64
MOST_PAYMENT_METHOD = 100


class RefReused(Refused):
    """The client's reference belongs to another purchase already."""

    code = "ref_id_reused"
    status = 409
    message = "ref_id ini sudah dipakai untuk transaksi lain, gunakan ref_id baru"


class RefusedBefore(Refused):
    """A request under this reference was refused; its answer stands."""

    code = "refused_before"


class Keyed(Protocol):
    """What a client asks under its own reference."""

    @property
    def user_id(self) -> int: ...

    @property
    def ref_id(self) -> str: ...

    @property
    def key(self) -> tuple[int, str]: ...

    @property
    def fingerprint(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One purchase as a client asks for it. ``ref_id``: the client's own, unique per user.

    ``payment_method``: from the balance, or a channel's full name (``tripay:QRIS2``).
    ``chosen_amount``: of an open denomination, whole rupiah. ``agreed``: what the buyer was shown
    to pay in all, whole rupiah, and pays no more than; None: any price.
    """

    user_id: int
    product_id: int
    target_id: str
    server_id: str | None
    ref_id: str
    pays_reseller_price: bool
    payment_method: str = BALANCE
    chosen_amount: int | None = None
    agreed: int | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.user_id, self.ref_id

    @property
    def fingerprint(self) -> bytes:
        """Of what was asked, without the price: that is ours to change. The amount is the buyer's,
        so another one is another request."""
        facts = [self.product_id, self.target_id, self.server_id, self.payment_method]
        facts += [] if self.chosen_amount is None else [self.chosen_amount]
        return hashlib.sha256(msgspec.json.encode(facts)).digest()


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as the client is told of it. ``balance``: theirs afterwards, where it was locked."""

    order: OrderView
    replayed: bool
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """Places in the list: fresh ones to judge, answered ones, and repeats within the list."""

    fresh: list[int]
    answered: dict[int, Placed | Exception]
    twins: dict[int, int]


def clean_ask(
    *,
    user_id: int,
    product_id: int,
    target_id: str,
    server_id: str | None,
    ref_id: str | None,
    pays_reseller_price: bool,
    payment_method: str = BALANCE,
) -> Ask:
    """An Ask that the database can hold; without a reference it gets one of ours.

    Raises Invalid, naming the field.
    """
    errors: dict[str, list[str]] = {}
    for field, text, most in (
        ("target_id", target_id, 64),
        ("server_id", server_id or "", 32),
        ("ref_id", ref_id or "", MOST_REF_ID),
        ("payment_method", payment_method, MOST_PAYMENT_METHOD),
    ):
        if len(text) > most:
            errors[field] = [f"Paling banyak {most} karakter"]
        elif not text.isprintable():
            errors[field] = ["Berisi karakter yang tidak diizinkan"]
    if not target_id.strip():
        errors["target_id"] = ["Nomor tujuan wajib diisi"]
    if ref_id is not None and not ref_id.strip():
        errors["ref_id"] = ["ref_id tidak boleh kosong"]
    if not 0 < product_id < 2**63:
        errors["product_id"] = ["Produk tidak ditemukan"]
    if errors:
        raise Invalid(errors)
    return Ask(
        user_id=user_id,
        product_id=product_id,
        target_id=target_id.strip(),
        server_id=(server_id or "").strip() or None,
        ref_id=ref_id or f"konter-{secrets.token_hex(12)}",
        pays_reseller_price=pays_reseller_price,
        payment_method=payment_method,
    )


def choose(ask: Ask, amount: int | None) -> Ask:
    """The same ask for this amount of an open denomination, whole rupiah. One means one piece, as
    it does in Otomax: nothing was chosen. Raises Invalid, naming ``qty``."""
    if amount is None or amount == 1:
        return ask
    if not 0 < amount <= MAX_RUPIAH:
        raise Invalid({AMOUNT_FIELD: ["Nominal harus berupa rupiah bulat di atas nol"]})
    return replace(ask, chosen_amount=amount)


async def enter(
    tx: Tx, asks: Sequence[Keyed], order_ids: Mapping[int, int], *, at: datetime
) -> Entered:
    """Write the requests down; those known already are answered with what stands today."""
    first: dict[tuple[int, str], int] = {}
    twins: dict[int, int] = {}
    for place in order_ids:
        original = first.setdefault(asks[place].key, place)
        if original != place:
            twins[place] = original
    places = list(first.values())
    inserted = await tx.rows(
        INSERT_REQUESTS,
        {
            "user_id": [asks[p].user_id for p in places],
            "ref_id": [asks[p].ref_id for p in places],
            "fingerprint": [asks[p].fingerprint for p in places],
            "order_id": [order_ids[p] for p in places],
            "at": at,
        },
    )
    fresh_keys = {(row[0], row[1]) for row in inserted}
    fresh = [p for p in places if asks[p].key in fresh_keys]
    known = [p for p in places if asks[p].key not in fresh_keys]
    return Entered(fresh, await standing_ones(tx, asks, known), twins)


async def refuse(tx: Tx, asks: Sequence[Ask], refusals: Mapping[int, Placed | Exception]) -> None:
    """Remember refusals decided under lock, so that a late duplicate cannot suddenly succeed.

    A refusal that is no verdict on the request itself (a blocked wallet) is not remembered.
    """
    if not refusals:
        return
    stored: list[tuple[Ask, str]] = []
    forgotten: list[Ask] = []
    for place, error in refusals.items():
        if isinstance(error, Refused) and error.status == 422:
            stored.append((asks[place], _encode(error)))
        else:
            forgotten.append(asks[place])
    await tx.run(
        REFUSE_REQUESTS,
        {
            "user_id": [ask.user_id for ask, _ in stored],
            "ref_id": [ask.ref_id for ask, _ in stored],
            "refusal": [refusal for _, refusal in stored],
        },
    )
    await tx.run(
        FORGET_REQUESTS,
        {"user_id": [a.user_id for a in forgotten], "ref_id": [a.ref_id for a in forgotten]},
    )


async def reread(db: Database, asks: Sequence[Ask]) -> list[Placed | Exception]:
    """After a commit of unknown end: what stands under these references, if anything."""
    async with db.read() as tx:
        standing = await standing_ones(tx, asks, list(range(len(asks))))
    return [standing.get(place, CommitUnknown()) for place in range(len(asks))]


def as_twin(ask: Ask, original: Ask, result: Placed | Exception) -> Placed | Exception:
    """The answer to a request that stood twice in one list."""
    if ask.fingerprint != original.fingerprint:
        return RefReused(ref_id=ask.ref_id)
    if isinstance(result, Placed):
        return Placed(result.order, True, result.balance)
    return result


async def standing_ones(
    tx: Tx, asks: Sequence[Keyed], places: Sequence[int]
) -> dict[int, Placed | Exception]:
    """What stands today under the references at these places; one that is new is not in it."""
    if not places:
        return {}
    facts = {
        "user_id": [asks[p].user_id for p in places],
        "ref_id": [asks[p].ref_id for p in places],
    }
    found = {(row[0], row[1]): row[2:] for row in await tx.rows(FIND_REQUESTS, facts)}
    orders = await orders_by_id(tx, [row[1] for row in found.values() if row[1] is not None])
    answered: dict[int, Placed | Exception] = {}
    for place in places:
        ask = asks[place]
        if ask.key not in found:
            continue
        fingerprint, order_id, refusal = found[ask.key]
        if bytes(fingerprint) != ask.fingerprint:
            answered[place] = RefReused(ref_id=ask.ref_id)
        elif order_id is not None:
            answered[place] = Placed(orders[order_id], True)
        else:
            answered[place] = _decode(refusal)
    return answered


class _Kept(msgspec.Struct, frozen=True):
    code: str
    text: str
    facts: dict[str, str | int | bool | None]


def _encode(error: Refused) -> str:
    facts = {k: v for k, v in error.facts.items() if not isinstance(v, dict)}
    return msgspec.json.encode(_Kept(error.code, error.text, facts)).decode()


def _decode(refusal: str | None) -> Refused:
    kept = msgspec.json.decode(refusal or "{}", type=_Kept)
    facts: dict[str, Fact] = {**kept.facts}
    facts["hint"] = "Permintaan dengan ref_id ini sudah ditolak, gunakan ref_id baru"
    facts["refused_as"] = kept.code
    return RefusedBefore(kept.text, **facts)
