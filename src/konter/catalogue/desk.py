"""What this room needs, and whom it asks for the supplier accounts it sells from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from konter.db.ids import IdBlocks
from konter.db.pool import Database
from konter.kernel.clock import Clock
from konter.kernel.money import Rupiah
from konter.suppliers.desk import NoSuchAccount, SuppliersDesk
from konter.upstreams.contract import Provider


@dataclass(frozen=True, slots=True)
class CatalogueDesk:
    """``minimum_margin``: what a sale must leave, to whichever role, or it is not for sale.

    ``development``: the documentation's sample numbers are accepted beside the real rules.
    ``products_from``: the account whose list makes products; None: the first one configured.
    """

    db: Database
    clock: Clock
    ids: IdBlocks
    suppliers: SuppliersDesk
    providers: Mapping[str, Provider]
    minimum_margin: Rupiah
    development: bool
    products_from: str | None = None

    def makes_products(self, account: str) -> bool:
        """Whether what is new on this account's list becomes a product of its own."""
        return account == (self.products_from or next(iter(self.providers), None))


def accounts_named(desk: CatalogueDesk, name: str | None) -> list[str]:
    """The accounts a person means: one account's code, all of an adapter (``digiflazz``), or all.

    Raises NoSuchAccount; also when none is configured at all.
    """
    if not desk.providers:
        raise NoSuchAccount("Belum ada akun penyedia: isi DIGIFLAZZ_USERNAME dan DIGIFLAZZ_API_KEY")
    meant = [
        account
        for account, provider in desk.providers.items()
        if name in (None, account, provider.traits.code)
    ]
    if not meant:
        raise NoSuchAccount(account=name)
    return meant


def bill_accounts_named(desk: CatalogueDesk, name: str | None) -> list[str]:
    """As ``accounts_named``, of those that pay bills. Raises NoSuchAccount."""
    meant = [
        account
        for account, biller in desk.suppliers.billers.items()
        if name in (None, account, biller.traits.code)
    ]
    if not meant:
        raise NoSuchAccount("Belum ada akun penyedia untuk tagihan", account=name)
    return meant
