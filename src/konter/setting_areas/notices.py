"""Notices: the ways by which people are told outside of the shop's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from konter.setting_areas.declare import setting
from konter.setting_kinds import SECONDS, Secret, message_address, message_addresses, one_of

Language = Literal["id", "en"]


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Notices: the ways by which people are told outside of the shop's own pages."""

    # fmt: off
    notify_email: Secret | None = setting(
        "KONTER_NOTIFY_EMAIL", message_address(), None,
        "Apprise address of the mail server, {to} where the recipient goes; absent: no e-mail.")
    notify_whatsapp: Secret | None = setting(
        "KONTER_NOTIFY_WHATSAPP", message_address(), None,
        "The same for WhatsApp, or a gateway to it; {to} is the number as 628...")
    notify_telegram: Secret | None = setting(
        "KONTER_NOTIFY_TELEGRAM", message_address(), None,
        "The same for a Telegram bot; {to} is the chat's id.")
    notify_staff: Secret | None = setting(
        "KONTER_NOTIFY_STAFF", message_addresses(), None,
        "Apprise addresses, separated by spaces, that are told of whatever staff must look at.")
    notify_staff_lang: Language = setting(
        "KONTER_NOTIFY_STAFF_LANG", one_of("id", "en"), "id",
        "The language of what goes to KONTER_NOTIFY_STAFF.")
    notify_timeout_s: float = setting(
        "KONTER_NOTIFY_TIMEOUT_S", SECONDS, 10.0,
        "How long a mail server or message service may be silent before it is tried again later.")
    # fmt: on
