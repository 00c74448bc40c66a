"""What is sold, and what we know of those who supply it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from konter.kernel.money import Rupiah
from konter.setting_areas.declare import setting
from konter.setting_kinds import SECONDS, SECONDS_OR_NONE, TIME_OF_DAY, rupiah, text_like, whole


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What is sold, and what we know of those who supply it."""

    # fmt: off
    minimum_margin: Rupiah = setting(
        "KONTER_MINIMUM_MARGIN", rupiah(1_000_000), Rupiah(100),
        "A sale must earn at least this; otherwise it is closed, refused or not sent.")
    catalogue_from: str | None = setting(
        "KONTER_CATALOGUE_FROM", text_like(r"[a-z0-9-]+", "a supplier account's name"), None,
        "Whose price list makes products; others' SKUs are mapped. Absent: the first account's.")
    breaker_failures: int = setting(
        "KONTER_BREAKER_FAILURES", whole(1, 1000, "failures"), 5,
        "So many failures in a row, of a supplier or of one SKU there, leave it out for a while.")
    breaker_window_s: float = setting(
        "KONTER_BREAKER_WINDOW_S", SECONDS, 600.0,
        "How far back such failures count.")
    breaker_cool_s: float = setting(
        "KONTER_BREAKER_COOL_S", SECONDS, 900.0,
        "How long it is left out before one order may try it again.")
    price_list_cache_s: float = setting(
        "KONTER_PRICE_LIST_CACHE_S", SECONDS_OR_NONE, 3600.0,
        "How long a fetched price list is used again unless forced.")
    price_list_gap_s: float = setting(
        "KONTER_PRICE_LIST_GAP_S", SECONDS_OR_NONE, 300.0,
        "The least time between two questions for the price list, even when forced.")
    sync_at: time = setting(
        "KONTER_SYNC_AT", TIME_OF_DAY, time(2, 0),
        "When the worker syncs the catalogue each day.")
    balance_every_s: float = setting(
        "KONTER_BALANCE_EVERY_S", SECONDS, 300.0,
        "How often the worker asks for our deposit.")
    low_deposit: Rupiah = setting(
        "KONTER_LOW_DEPOSIT", rupiah(10**12), Rupiah(100_000),
        "A deposit below this alerts the operators.")
    # fmt: on
