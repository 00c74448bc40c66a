"""The list of bills that an account can pay: cached and asked for as its price list is."""

from __future__ import annotations

from konter.suppliers.desk import SuppliersDesk
from konter.suppliers.price_list import FetchedList, Source, fetch_list
from konter.upstreams.biller_contract import BillList


async def fetch_bill_list(
    desk: SuppliersDesk, account: str, *, force: bool = False
) -> FetchedList[BillList]:
    """The account's list of bills, fetched as ``fetch_price_list`` fetches its goods.

    The two have their gaps each for itself. Whether an upstream counts them together is not known;
    one that does refuses, and the refusal says when to ask again. Raises NoSuchAccount for an
    account without a biller, else as ``fetch_price_list``.
    """
    biller = desk.biller(account)
    source = Source(
        account,
        "bills",
        purpose="bill_list",
        gap=biller.traits.price_list_gap,
        request=biller.bill_list,
        read=biller.read_bill_list,
    )
    return await fetch_list(desk, source, force=force)
