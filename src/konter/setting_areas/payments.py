"""Payments, deposits and guests."""

from __future__ import annotations

from dataclasses import dataclass

from konter.kernel.money import Rupiah
from konter.setting_areas.declare import setting
from konter.setting_kinds import SECONDS, SECONDS_OR_NONE, rupiah, whole


@dataclass(frozen=True, kw_only=True)
class Payments:
    """Payments, deposits and guests."""

    # fmt: off
    payment_lasts_s: float = setting(
        "KONTER_PAYMENT_LASTS_S", SECONDS, 3600.0,
        "How long a payment link can be paid; one hour suits every channel.")
    payment_first_ask_s: float = setting(
        "KONTER_PAYMENT_FIRST_ASK_S", SECONDS, 30.0,
        "From making a link to the first question whether it was paid; later ones are rarer.")
    payment_min_gap_s: float = setting(
        "KONTER_PAYMENT_MIN_GAP_S", SECONDS_OR_NONE, 10.0,
        "The least time between two questions about one payment.")
    payment_grace_s: float = setting(
        "KONTER_PAYMENT_GRACE_S", SECONDS_OR_NONE, 60.0,
        "How long after its time an unpaid order or deposit still waits for late news.")
    payment_links: int = setting(
        "KONTER_PAYMENT_LINKS", whole(1, 1000, "links"), 10,
        "The most payment links of one order or deposit.")
    channels_every_s: float = setting(
        "KONTER_CHANNELS_EVERY_S", SECONDS, 3600.0,
        "How often the worker asks the gateways for their channels and fees.")
    deposit_least: Rupiah = setting(
        "KONTER_DEPOSIT_LEAST", rupiah(10**9), Rupiah(10_000),
        "The smallest deposit that a user may order.")
    deposit_most: Rupiah = setting(
        "KONTER_DEPOSIT_MOST", rupiah(10**12), Rupiah(100_000_000),
        "The largest deposit that a user may order.")
    adjust_alone: Rupiah = setting(
        "KONTER_ADJUST_ALONE", rupiah(10**12), Rupiah(100_000),
        "What one admin may adjust by hand in a day (WIB); more needs another admin's approval.")
    guest_limit_remote: int = setting(
        "KONTER_GUEST_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 30,
        "Guest orders from one remote address within the window; as many look-ups, and of meters.")
    # fmt: on
