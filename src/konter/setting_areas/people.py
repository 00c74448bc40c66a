"""Who asks, and how often they may try."""

from __future__ import annotations

from dataclasses import dataclass

from konter.setting_areas.declare import YesNo, setting
from konter.setting_kinds import SECONDS, number, one_of, whole


@dataclass(frozen=True, kw_only=True)
class People:
    """Who asks, and how often they may try."""

    # fmt: off
    token_ttl_days: float = setting(
        "KONTER_TOKEN_TTL_DAYS", number(0.00001, 3650, "days"), 30.0,
        "How long a bearer token is valid.")
    token_cache_s: float = setting(
        "KONTER_TOKEN_CACHE_S", number(0, 60, "seconds"), 5.0,
        "How long a process may trust a token it has seen, without looking again.")
    login_limit: int = setting(
        "KONTER_LOGIN_LIMIT", whole(1, 1_000_000, "attempts"), 5,
        "Failed log-ins for one e-mail address within the window.")
    staff_two_factor: YesNo = setting(
        "KONTER_STAFF_TWO_FACTOR", one_of("yes", "no"), "no",
        "Whether operators and admins must set up two-factor login before anything else.")
    login_limit_remote: int = setting(
        "KONTER_LOGIN_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 30,
        "Failed log-ins from one remote address within the window.")
    register_limit_remote: int = setting(
        "KONTER_REGISTER_LIMIT_REMOTE", whole(1, 1_000_000, "attempts"), 20,
        "Registrations from one remote address within the window.")
    login_window_s: float = setting(
        "KONTER_LOGIN_WINDOW_S", SECONDS, 900.0,
        "How far back failed log-ins, wrong signatures, registrations and guests' calls count.")
    # fmt: on
