"""Accounts at third parties: suppliers and payment gateways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from konter.kernel.money import Rupiah
from konter.setting_areas.declare import YesNo, setting
from konter.setting_kinds import (
    LIST_ADDRESS,
    WEB_ADDRESS,
    Secret,
    kept_secret,
    one_of,
    rupiah,
    text_like,
)

Environment = Literal["sandbox", "production"]


@dataclass(frozen=True, kw_only=True)
class Upstreams:
    """Accounts at third parties: suppliers and payment gateways."""

    # fmt: off
    digiflazz_username: str | None = setting(
        "DIGIFLAZZ_USERNAME", text_like(r"\S+", "a name without spaces"), None,
        "The buyer account's user name; absent: Digiflazz is not used.")
    digiflazz_api_key: Secret | None = setting(
        "DIGIFLAZZ_API_KEY", kept_secret(1), None,
        "The buyer account's development or production key.")
    digiflazz_base_url: str = setting(
        "DIGIFLAZZ_BASE_URL", WEB_ADDRESS, "https://api.digiflazz.com/v1",
        "Where Digiflazz answers; point it at `konter sim` to practise.")
    digiflazz_webhook_secret: Secret | None = setting(
        "DIGIFLAZZ_WEBHOOK_SECRET", kept_secret(1), None,
        "Proves Digiflazz's callbacks; absent: every callback is refused.")

    okeconnect_member_id: str | None = setting(
        "OKECONNECT_MEMBER_ID", text_like(r"[A-Za-z0-9]{2,40}", "an id such as OK00123"), None,
        "The H2H member's id; absent: OkeConnect is not used.")
    okeconnect_pin: Secret | None = setting(
        "OKECONNECT_PIN", kept_secret(1), None,
        "The member's transaction PIN.")
    okeconnect_password: Secret | None = setting(
        "OKECONNECT_PASSWORD", kept_secret(1), None,
        "The member's password for H2H transactions, not the website's.")
    okeconnect_base_url: str = setting(
        "OKECONNECT_BASE_URL", WEB_ADDRESS, "https://h2h.okeconnect.com",
        "Where OkeConnect sells; point it at `konter sim` to practise.")
    okeconnect_price_list_url: str = setting(
        "OKECONNECT_PRICE_LIST_URL", LIST_ADDRESS,
        "https://okeconnect.com/harga/json?id=905ccd028329b0a",
        "Where OkeConnect publishes its prices, its public token in the query.")
    okeconnect_callback_secret: Secret | None = setting(
        "OKECONNECT_CALLBACK_SECRET", kept_secret(12), None,
        "Stands in the callback's address; absent: anybody may hint that we should ask.")
    okeconnect_open_fee: Rupiah = setting(
        "OKECONNECT_OPEN_FEE", rupiah(100_000), Rupiah(200),
        "What an open denomination costs there at least beside its amount; lists say less.")

    ipaymu_va: str | None = setting(
        "IPAYMU_VA", text_like(r"[0-9]{6,30}", "the account's number, digits only"), None,
        "The iPaymu account's VA number; absent: iPaymu is not used.")
    ipaymu_api_key: Secret | None = setting(
        "IPAYMU_API_KEY", kept_secret(1), None,
        "The account's key; sandbox and production have each their own.")
    ipaymu_environment: Environment = setting(
        "IPAYMU_ENVIRONMENT", one_of("sandbox", "production"), "sandbox",
        "Which iPaymu to ask: play money, or real money.")
    ipaymu_base_url: str | None = setting(
        "IPAYMU_BASE_URL", WEB_ADDRESS, None,
        "Where iPaymu answers; absent: as IPAYMU_ENVIRONMENT says.")
    tripay_api_key: Secret | None = setting(
        "TRIPAY_API_KEY", kept_secret(1), None,
        "The Tripay merchant's API key; absent: Tripay is not used.")
    tripay_private_key: Secret | None = setting(
        "TRIPAY_PRIVATE_KEY", kept_secret(1), None,
        "Signs payments, and proves Tripay's callbacks.")
    tripay_merchant_code: str | None = setting(
        "TRIPAY_MERCHANT_CODE", text_like(r"[A-Za-z0-9]+", "a code such as T12345"), None,
        "The Tripay merchant's code.")
    tripay_base_url: str | None = setting(
        "TRIPAY_BASE_URL", WEB_ADDRESS, None,
        "Where Tripay answers; absent: the sandbox for a key that begins with DEV-, else for real.")

    tripay_trust_callbacks: YesNo = setting(
        "TRIPAY_TRUST_CALLBACKS", one_of("yes", "no"), "no",
        "Whether a proved callback of Tripay's is believed without asking it for the payment.")
    # fmt: on
