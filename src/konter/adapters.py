"""Which upstreams the settings name: with ``app``, the only place that knows a concrete adapter."""

from __future__ import annotations

from collections.abc import Mapping

from konter.settings import Problem, Settings, SettingsWrong
from konter.upstreams.biller_contract import Biller, MeterReader
from konter.upstreams.contract import Provider
from konter.upstreams.gateway_contract import Gateway
from konter.upstreams.gateways.ipaymu import PRODUCTION, SANDBOX, Ipaymu, IpaymuSettings
from konter.upstreams.gateways.tripay import Tripay, TripaySettings
from konter.upstreams.messenger import Messenger, is_usable
from konter.upstreams.providers.digiflazz import Digiflazz, DigiflazzSettings
from konter.upstreams.providers.digiflazz_bills import DigiflazzBills
from konter.upstreams.providers.okeconnect import Okeconnect, OkeconnectSettings
from konter.upstreams.providers.okeconnect_bills import OkeconnectBills


def providers_of(settings: Settings) -> dict[str, Provider]:
    """The supplier accounts that the settings name, by account code."""
    digiflazz, okeconnect = _digiflazz(settings), _okeconnect(settings)
    named = (
        Digiflazz(digiflazz) if digiflazz else None,
        Okeconnect(okeconnect) if okeconnect else None,
    )
    return {provider.account: provider for provider in named if provider is not None}


def billers_of(settings: Settings) -> dict[str, Biller]:
    """Of the same accounts, those that pay bills."""
    digiflazz, okeconnect = _digiflazz(settings), _okeconnect(settings)
    named = (
        DigiflazzBills(digiflazz) if digiflazz else None,
        OkeconnectBills(okeconnect) if okeconnect else None,
    )
    return {biller.account: biller for biller in named if biller is not None}


def meter_readers_of(settings: Settings) -> dict[str, MeterReader]:
    """Of the same accounts, those that know whose electricity meter it is."""
    digiflazz = _digiflazz(settings)
    return {digiflazz.account: DigiflazzBills(digiflazz)} if digiflazz else {}


def _digiflazz(settings: Settings) -> DigiflazzSettings | None:
    if settings.digiflazz_username is None or settings.digiflazz_api_key is None:
        return None
    secret = settings.digiflazz_webhook_secret
    timeouts = settings.upstream_timeout_s
    return DigiflazzSettings(
        username=settings.digiflazz_username,
        api_key=settings.digiflazz_api_key.reveal(),
        base_url=settings.digiflazz_base_url,
        webhook_secret=secret.reveal() if secret else None,
        purchase_timeout_s=timeouts.purchase,
        price_list_timeout_s=timeouts.price_list,
        balance_timeout_s=timeouts.balance,
        check_timeout_s=timeouts.check,
        repost_gap_s=settings.enquiry_min_gap_s,
        price_list_gap_s=settings.price_list_gap_s,
    )


def _okeconnect(settings: Settings) -> OkeconnectSettings | None:
    pin, password = settings.okeconnect_pin, settings.okeconnect_password
    if settings.okeconnect_member_id is None or pin is None or password is None:
        return None
    secret = settings.okeconnect_callback_secret
    timeouts = settings.upstream_timeout_s
    return OkeconnectSettings(
        member_id=settings.okeconnect_member_id,
        pin=pin.reveal(),
        password=password.reveal(),
        base_url=settings.okeconnect_base_url,
        price_list_url=settings.okeconnect_price_list_url,
        callback_secret=secret.reveal() if secret else None,
        purchase_timeout_s=timeouts.purchase,
        # Asking costs nothing there, so it is as patient as a question for the balance.
        enquiry_timeout_s=timeouts.balance,
        price_list_timeout_s=timeouts.price_list,
        balance_timeout_s=timeouts.balance,
        check_timeout_s=timeouts.check,
        absence_proves_s=settings.absence_proves_s or None,
        price_list_gap_s=settings.price_list_gap_s,
        open_fee=settings.okeconnect_open_fee.amount,
    )


def products_from(settings: Settings, providers: Mapping[str, Provider]) -> str | None:
    """The account whose price list makes products; None: the first one.

    Raises SettingsWrong for one that is not configured: no new product would ever appear.
    """
    wanted = settings.catalogue_from
    if wanted is not None and providers and wanted not in providers:
        expected = f"expected {' or '.join(providers)}"
        raise SettingsWrong([Problem("KONTER_CATALOGUE_FROM", expected)])
    return wanted


def gateways_of(settings: Settings) -> dict[str, Gateway]:
    """The payment gateways that the settings name, by code."""
    gateways: list[Gateway] = []
    if settings.ipaymu_va is not None and settings.ipaymu_api_key is not None:
        by_name = PRODUCTION if settings.ipaymu_environment == "production" else SANDBOX
        gateways.append(
            Ipaymu(
                IpaymuSettings(
                    va=settings.ipaymu_va,
                    api_key=settings.ipaymu_api_key.reveal(),
                    base_url=settings.ipaymu_base_url or by_name,
                )
            )
        )
    if (
        settings.tripay_api_key is not None
        and settings.tripay_private_key is not None
        and settings.tripay_merchant_code is not None
    ):
        gateways.append(
            Tripay(
                TripaySettings(
                    api_key=settings.tripay_api_key.reveal(),
                    private_key=settings.tripay_private_key.reveal(),
                    merchant_code=settings.tripay_merchant_code,
                    base_url=settings.tripay_base_url,
                )
            )
        )
    return {gateway.account: gateway for gateway in gateways}


def messenger_of(settings: Settings) -> Messenger:
    """Speaks to people by the channels that the settings name. Raises SettingsWrong for an address
    that Apprise does not know."""
    named = (
        ("email", "KONTER_NOTIFY_EMAIL", settings.notify_email),
        ("whatsapp", "KONTER_NOTIFY_WHATSAPP", settings.notify_whatsapp),
        ("telegram", "KONTER_NOTIFY_TELEGRAM", settings.notify_telegram),
    )
    addresses = {channel: address.reveal() for channel, _, address in named if address}
    names = {channel: name for channel, name, _ in named}
    staff = settings.notify_staff.reveal().split() if settings.notify_staff else []
    for number, address in enumerate(staff, 1):
        addresses[f"staff:{number}"] = address
    wrong = [channel for channel, address in addresses.items() if not is_usable(channel, address)]
    if wrong:
        expected = "expected an address that Apprise can read"
        raise SettingsWrong(
            Problem(names.get(channel, "KONTER_NOTIFY_STAFF"), expected) for channel in wrong
        )
    return Messenger(addresses, timeout_s=settings.notify_timeout_s)
