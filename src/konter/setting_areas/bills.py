"""Bills and electricity meters."""

from __future__ import annotations

from dataclasses import dataclass

from konter.setting_areas.declare import setting
from konter.setting_kinds import SECONDS, SECONDS_OR_NONE, whole


@dataclass(frozen=True, kw_only=True)
class Bills:
    """Bills and electricity meters."""

    # fmt: off
    bill_tries: int = setting(
        "KONTER_BILL_TRIES", whole(1, 10, "calls"), 3,
        "How often one bill check asks the upstream, while it is not answered.")
    bill_retry_s: float = setting(
        "KONTER_BILL_RETRY_S", SECONDS_OR_NONE, 1.0,
        "Between two such calls.")
    bill_look_up_s: float = setting(
        "KONTER_BILL_LOOK_UP_S", SECONDS, 30.0,
        "How long a supplier is asked about a bill check that it is looking up.")
    bill_checks_per_number: int = setting(
        "KONTER_BILL_CHECKS_PER_NUMBER", whole(1, 1_000_000, "checks"), 5,
        "Checks of one customer's number by one member within the window.")
    bill_checks_per_member: int = setting(
        "KONTER_BILL_CHECKS_PER_MEMBER", whole(1, 1_000_000, "checks"), 300,
        "Checks of all numbers by one member within the window.")
    bill_window_s: float = setting(
        "KONTER_BILL_WINDOW_S", SECONDS, 600.0,
        "How far back bill checks count.")
    bill_before_midnight_s: float = setting(
        "KONTER_BILL_BEFORE_MIDNIGHT_S", SECONDS_OR_NONE, 300.0,
        "So long before the end of its day (WIB) a checked bill can no longer be paid.")
    meters_per_minute: int = setting(
        "KONTER_METERS_PER_MINUTE", whole(1, 10_000, "questions"), 30,
        "Questions about electricity meters that go upstream in a minute.")
    meters_per_asker: int = setting(
        "KONTER_METERS_PER_ASKER", whole(1, 10_000, "questions"), 10,
        "As many of them by one member, or from one remote address.")
    # fmt: on
