"""Machines of resellers: their calls, and ours to them."""

from __future__ import annotations

from dataclasses import dataclass

from konter.kernel.money import Rupiah
from konter.setting_areas.declare import YesNo, setting
from konter.setting_kinds import number, one_of, rupiah, text_like, whole


@dataclass(frozen=True, kw_only=True)
class Resellers:
    """Machines of resellers: their calls, and ours to them."""

    # fmt: off
    h2h_bad_signs: int = setting(
        "KONTER_H2H_BAD_SIGNS", whole(1, 1_000_000, "attempts"), 10,
        "Wrong signatures of one member from one address within the window; then it is locked out.")
    h2h_requests_per_minute: int = setting(
        "KONTER_H2H_REQUESTS_PER_MINUTE", whole(1, 1_000_000, "requests"), 600,
        "Requests of one member in a minute, unless it has a limit of its own.")
    h2h_orders_per_day: int | None = setting(
        "KONTER_H2H_ORDERS_PER_DAY", whole(1, 2_000_000_000, "orders"), None,
        "Orders of one member in a day (WIB), unless it has its own limit; absent: any number.")
    h2h_amount_per_day: Rupiah | None = setting(
        "KONTER_H2H_AMOUNT_PER_DAY", rupiah(10**15), None,
        "What one member may spend in a day (WIB), unless it has its own limit; absent: anything.")
    h2h_default_member: str | None = setting(
        "KONTER_H2H_DEFAULT_MEMBER", text_like(r"[A-Z0-9]{3,20}", "an id such as TOKO1"), None,
        "Who calls when a call names no member; for a shop that has one.")
    callback_timeout_s: float = setting(
        "KONTER_CALLBACK_TIMEOUT_S", number(0.1, 60, "seconds"), 10.0,
        "How long a reseller's server may take to answer a callback.")
    callback_private: YesNo = setting(
        "KONTER_CALLBACK_PRIVATE", one_of("yes", "no"), "no",
        "Whether callbacks may go to private networks and this machine; for tests and intranets.")
    # fmt: on
