"""What iPaymu lists: its channels, its history of transactions, and what it holds for us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from konter.kernel.clock import WIB
from konter.kernel.money import Rupiah
from konter.kernel.wire_types import WireAnswer, WireRequest
from konter.upstreams.contract import UpstreamRefused
from konter.upstreams.gateway_contract import (
    Channel,
    ChannelList,
    Claim,
    Fee,
    HistoryPage,
    Listed,
)
from konter.upstreams.gateways.ipaymu_callbacks import CLAIMS, transaction_id
from konter.upstreams.gateways.ipaymu_words import lowered, well_said
from konter.upstreams.strangers import (
    basis_points_of,
    decimal_of,
    integer_of,
    moment_of,
    name_of,
    rupiah_of,
    text_of,
)

Post = Callable[[str, dict[str, Any], datetime], WireRequest]
"""A signed POST of a body to a path, at a moment."""

PAGE_NAME: Final = "Halaman iPaymu"
_ON_PAGE: Final = frozenset({"va", "banktransfer", "cstore", "qris", "cc"})
"""Methods that a page may be opened with. COD is one too, but wants a parcel's size."""


def list_channels(answer: WireAnswer) -> ChannelList:
    """Every channel that is paid at once, and their page: by method, and with a free choice.

    Fees as listed; the transaction's own is what counts. Raises UpstreamRefused.
    """
    found: list[Channel] = []
    pages: list[Channel] = []
    unreadable: list[str] = []
    for place, method in enumerate(well_said(answer).rows):
        fields = method if isinstance(method, dict) else {}
        code, listed = name_of(fields.get("Code")), fields.get("Channels", [])
        if code is None or not isinstance(listed, list):
            unreadable.append(f"method {place}")
            continue
        read = [_channel(fields, row) if isinstance(row, dict) else None for row in listed]
        channels = [channel for channel in read if channel is not None]
        unreadable += [f"method {place} ({code}): a channel"] * (len(read) - len(channels))
        found += channels
        if channels and code in _ON_PAGE:
            name = f"{channels[0].group or code} (halaman iPaymu)"
            pages.append(_page(code, name, channels[0].group, of=channels))
    if choices := pages or found:
        # QRIS first: with a free choice its fee is the one to be expected.
        choices = sorted(choices, key=lambda choice: choice.code != "qris")
        pages.append(_page("page", PAGE_NAME, PAGE_NAME, of=choices))
    return ChannelList((*found, *pages), tuple(unreadable))


class IpaymuHistory:
    """The only way to a payment whose callbacks were lost; implements ``History``."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def ask(
        self, page: int, since: datetime, at: datetime, *, until: datetime | None = None
    ) -> WireRequest:
        body = {
            "date": "created_at",
            "startdate": since.astimezone(WIB).strftime("%Y-%m-%d"),
            "enddate": (until or at).astimezone(WIB).strftime("%Y-%m-%d"),
            "page": page,
            "limit": 20,
            "orderBy": "id",
            "order": "DESC",
        }
        return self._post("/history", body, at)

    def read(self, answer: WireAnswer) -> HistoryPage:
        """In either of its two shapes. Raises UpstreamRefused."""
        data = well_said(answer).data
        listed = data.get("transaction", data.get("results"))
        if not isinstance(listed, list):
            raise UpstreamRefused("iPaymu: riwayat tidak terbaca", http_status=answer.status)
        pages = data.get("pagination")
        numbers = lowered(pages) if isinstance(pages, dict) else data
        page = integer_of(numbers.get("current_page"))
        last = integer_of(numbers.get("total_pages", numbers.get("total_page")))
        rows = [found for row in listed if (found := _history_row(row))]
        return HistoryPage(
            rows=tuple(rows),
            more=page is not None and last is not None and page < last,
            unreadable=len(listed) - len(rows),
        )


class IpaymuPurse:
    """The merchant's balance; implements ``Purse``."""

    def __init__(self, post: Post, va: str) -> None:
        self._post = post
        self._va = va

    def ask(self, at: datetime) -> WireRequest:
        return self._post("/balance", {"account": self._va}, at)

    def read(self, answer: WireAnswer) -> Rupiah:
        """Raises UpstreamRefused."""
        held = decimal_of(well_said(answer).data.get("merchantbalance"))
        if held is None:
            raise UpstreamRefused("iPaymu: saldo tidak terbaca", http_status=answer.status)
        return Rupiah(int(held))


def _history_row(row: Any) -> Listed | None:
    """Amount is what the buyer paid, Fee theirs in all: who pays it is what we told them."""
    fields = lowered(row) if isinstance(row, dict) else {}
    their_id = transaction_id(fields.get("transactionid"))
    if their_id is None:
        return None
    code = integer_of(fields.get("status"))
    gross, fee = decimal_of(fields.get("amount")), decimal_of(fields.get("fee"))
    charged = rupiah_of(gross)
    return Listed(
        their_id=their_id,
        reference=name_of(fields.get("referenceid")),
        claim=Claim.UNKNOWN if code is None else CLAIMS.get(code, Claim.UNKNOWN),
        session_id=name_of(fields.get("sessionid")),
        amount=charged,
        fee=rupiah_of(fee),
        charged=charged,
        net=None if gross is None or fee is None else rupiah_of(gross - fee),
        created_at=moment_of(fields.get("createddate")),
        paid_at=moment_of(fields.get("successdate")),
    )


def _channel(method: dict[str, Any], row: dict[str, Any]) -> Channel | None:
    """None where a fee cannot be read: a wrong one would be shown to a buyer."""
    code, listed = name_of(row.get("Code")), row.get("TransactionFee")
    fee = _fee(listed) if isinstance(listed, dict) else None
    if code is None or fee is None:
        return None
    return Channel(
        code=f"{name_of(method.get('Code'))}.{code}",
        name=text_of(row.get("Name"), 100) or code,
        group=text_of(method.get("Name"), 100) or "",
        fee=fee,
        buyer_fee=Fee(),
        least=None,
        most=None,
        open=row.get("FeatureStatus") == "active" and row.get("HealthStatus") != "offline",
    )


def _page(code: str, name: str, group: str, *, of: Sequence[Channel]) -> Channel:
    """A page where one of these is chosen, with the fee of the first that is open."""
    first = next((channel for channel in of if channel.open), of[0])
    return first._replace(
        code=code, name=name, group=group, open=any(channel.open for channel in of)
    )


def _fee(listed: dict[str, Any]) -> Fee | None:
    more = rupiah_of(listed.get("AdditionalFee") or 0)
    if listed.get("ActualFeeType") == "PERCENT":
        points = basis_points_of(listed.get("ActualFee"))
        return None if points is None or more is None else Fee(more, points)
    flat = rupiah_of(listed.get("ActualFee"))
    if listed.get("ActualFeeType") != "FLAT" or flat is None or more is None:
        return None
    return Fee(flat + more)
