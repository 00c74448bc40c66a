"""Settings are typed, read once, and refused with their name when they are wrong."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from konter.adapters import gateways_of, messenger_of
from konter.kernel.money import Rupiah
from konter.setting_kinds import CallTimeouts, Secret
from konter.settings import (
    AREAS,
    Settings,
    SettingsWrong,
    declarations,
    load_settings,
    shop_secret,
)
from konter.show_settings import describe

NO_FILE = Path("there-is-no-such-file")
KEY = "3c9a1f0e-key-that-nobody-may-see"


def told(**environ: str) -> Settings:
    return load_settings(environ, NO_FILE)


def problems(**environ: str) -> dict[str, str]:
    with pytest.raises(SettingsWrong) as caught:
        told(**environ)
    return {problem.name: problem.text for problem in caught.value.problems}


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = told()
    assert settings == Settings()
    assert settings.database_url is None
    assert settings.home == Path(".konter")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.digiflazz_base_url == "https://api.digiflazz.com/v1"
    assert settings.first_news_wait_s == 5
    assert settings.upstream_timeout_s == CallTimeouts(60, 60, 30, 30)
    assert settings.low_deposit == Rupiah(100_000)
    assert settings.sync_at == time(2, 0)
    assert settings.pending_deadline == "review"


def test_settings_are_made_of_all_areas_in_the_order_of_the_reference() -> None:
    assert Settings.__bases__ == AREAS
    assert len({declared.attribute for declared in declarations()}) == len(declarations())


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("KONTER_PORT=9000\nKONTER_HOST='0.0.0.0'  # everywhere\nPOSTGRES_DB=x\n")
    settings = load_settings({"KONTER_PORT": "9001"}, env_file)
    assert (settings.port, settings.host) == (9001, "0.0.0.0")
    sources = {row.name: row.source for row in describe(settings)}
    assert sources["KONTER_PORT"] == "environment"
    assert sources["KONTER_HOST"] == str(env_file)
    assert sources["KONTER_HOME"] == "default"


def test_an_empty_value_counts_as_absent(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("KONTER_SECRET=\nKONTER_PORT=9000\n")
    settings = load_settings({"KONTER_PORT": " "}, env_file)
    assert settings.secret is None
    assert settings.port == 9000


def test_tests_can_make_minutes_into_milliseconds() -> None:
    assert told(KONTER_ENQUIRY_FIRST_S="0.05").enquiry_first_s == 0.05


def test_one_number_is_the_time_limit_of_every_upstream_call() -> None:
    assert told(KONTER_UPSTREAM_TIMEOUT_S="0.5").upstream_timeout_s == CallTimeouts(
        0.5, 0.5, 0.5, 0.5
    )


def test_each_upstream_call_can_have_its_own_time_limit() -> None:
    timeouts = told(KONTER_UPSTREAM_TIMEOUT_S="purchase=90, balance=5").upstream_timeout_s
    assert timeouts.by_purpose() == {"purchase": 90, "price_list": 60, "balance": 5, "check": 30}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("KONTER_PORT", "0"),
        ("KONTER_PORT", "80_00"),
        ("KONTER_PORT", "http"),
        ("KONTER_BASE_URL", "konter.example.com"),
        ("KONTER_BASE_URL", "https://konter.example.com:99999"),
        ("DIGIFLAZZ_BASE_URL", "ftp://api.digiflazz.com"),
        ("DATABASE_URL", "mysql://here"),
        ("DATABASE_URL", "hst=here"),
        ("KONTER_SECRET", "short"),
        ("KONTER_FIRST_NEWS_WAIT_S", "-1"),
        ("KONTER_FIRST_NEWS_WAIT_S", "inf"),
        ("KONTER_ENQUIRY_FIRST_S", "nan"),
        ("KONTER_UPSTREAM_TIMEOUT_S", "purchase=60,sell=5"),
        ("KONTER_UPSTREAM_TIMEOUT_S", "purchase=60,5"),
        ("KONTER_LOW_DEPOSIT", "100.000"),
        ("KONTER_LOW_DEPOSIT", "-5"),
        ("KONTER_PENDING_DEADLINE", "maybe"),
        ("KONTER_SYNC_AT", "2am"),
        ("KONTER_SYNC_AT", "25:00"),
        ("KONTER_MAX_TRIES", "0"),
        ("KONTER_TOKEN_CACHE_S", "61"),
        ("KONTER_LOG_LEVEL", "loud"),
        ("KONTER_TRUSTED_PROXIES", "everybody"),
        ("KONTER_NOTIFY_EMAIL", "smtp.konter.example"),
        ("KONTER_NOTIFY_EMAIL", "mailto://smtp.konter.example?to=me@konter.example"),
        ("KONTER_NOTIFY_STAFF", "json://localhost staff@konter.example"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_is_expected(
    name: str, wrong: str
) -> None:
    found = problems(**{name: wrong})
    assert list(found) == [name]
    assert found[name].startswith("expected ")


def test_all_wrong_settings_are_named_at_once() -> None:
    assert set(problems(KONTER_PORT="x", KONTER_SYNC_AT="x")) == {"KONTER_PORT", "KONTER_SYNC_AT"}


def test_a_mistyped_name_is_refused_with_the_nearest_right_one() -> None:
    assert problems(KONTER_PROT="1") == {
        "KONTER_PROT": "no such setting; did you mean KONTER_PORT?"
    }


def test_half_a_digiflazz_account_is_refused() -> None:
    assert set(problems(DIGIFLAZZ_USERNAME="toko")) == {"DIGIFLAZZ_API_KEY"}
    assert set(problems(DIGIFLAZZ_API_KEY=KEY)) == {"DIGIFLAZZ_USERNAME"}


def test_a_refusal_never_shows_a_secret() -> None:
    with pytest.raises(SettingsWrong) as caught:
        told(
            DATABASE_URL="postgresql:/u:sesame@h",
            KONTER_SECRET="sesame",
            DIGIFLAZZ_API_KEY="sesame",
        )
    assert "sesame" not in str(caught.value)
    assert "sesame" not in repr(caught.value)


def test_a_secret_shows_itself_only_when_asked() -> None:
    settings = told(DIGIFLAZZ_USERNAME="toko", DIGIFLAZZ_API_KEY=KEY)
    rows = " ".join(f"{row.name}={row.value}" for row in describe(settings))
    assert settings.digiflazz_api_key == Secret(KEY)
    assert settings.digiflazz_api_key.reveal() == KEY
    assert "DIGIFLAZZ_API_KEY=****" in rows
    for shown in (repr(settings), f"{settings.digiflazz_api_key}", rows):
        assert KEY not in shown


def test_every_setting_is_described_once() -> None:
    names = [row.name for row in describe(told())]
    assert len(names) == len(set(names)) == len(declarations())
    assert all(row.about.endswith(".") for row in describe(told()))


@pytest.mark.parametrize(("key", "development"), [("dev-123", True), ("123", False)])
def test_a_development_key_means_test_orders(key: str, development: bool) -> None:
    settings = told(DIGIFLAZZ_USERNAME="toko", DIGIFLAZZ_API_KEY=key)
    assert settings.in_development is development


def test_proxies_are_networks() -> None:
    proxies = told(KONTER_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8").trusted_proxies
    assert [str(network) for network in proxies] == ["127.0.0.1/32", "10.0.0.0/8"]


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = told(KONTER_HOME=str(tmp_path / "home"))
    made = shop_secret(settings)
    assert made == shop_secret(settings)
    assert len(made.reveal()) >= 32
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600


def test_a_given_secret_is_used_as_it_is(tmp_path: Path) -> None:
    settings = told(KONTER_HOME=str(tmp_path), KONTER_SECRET=KEY)
    assert shop_secret(settings) == Secret(KEY)
    assert not (tmp_path / "secret").exists()


def test_machines_that_share_a_database_must_be_told_their_secret() -> None:
    with pytest.raises(SettingsWrong, match="KONTER_SECRET"):
        shop_secret(told(DATABASE_URL="postgresql://konter@db/konter"))


def test_a_gateway_is_configured_whole_or_not_at_all() -> None:
    assert set(problems(IPAYMU_VA="0000001112223334")) == {"IPAYMU_API_KEY"}
    missing = problems(TRIPAY_MERCHANT_CODE="T99999")
    assert set(missing) == {"TRIPAY_API_KEY", "TRIPAY_PRIVATE_KEY"}
    assert set(problems(IPAYMU_VA="va", IPAYMU_API_KEY=KEY)) == {"IPAYMU_VA"}
    assert set(problems(TRIPAY_PRIVATE=KEY)) == {"TRIPAY_PRIVATE"}


def test_the_gateways_are_built_from_what_is_configured() -> None:
    assert gateways_of(told()) == {}
    account = {"IPAYMU_VA": "0000001112223334", "IPAYMU_API_KEY": KEY}
    merchant = {
        "TRIPAY_API_KEY": KEY,
        "TRIPAY_PRIVATE_KEY": KEY,
        "TRIPAY_MERCHANT_CODE": "T99999",
    }
    assert set(gateways_of(told(**account, **merchant))) == {"ipaymu", "tripay"}
    at = datetime(2026, 11, 21, tzinfo=UTC)
    for changes, host in (
        ({}, "https://sandbox.ipaymu.com/"),
        ({"IPAYMU_ENVIRONMENT": "production"}, "https://my.ipaymu.com/"),
        ({"IPAYMU_BASE_URL": "http://127.0.0.1:9/ipaymu/api/v2"}, "http://127.0.0.1:9/"),
    ):
        gateway = gateways_of(told(**account, **changes))["ipaymu"]
        assert gateway.channels(at).url.startswith(host)


async def test_the_addresses_of_messages_are_tried_at_start_and_never_shown() -> None:
    address = f"tgram://123456789:{KEY}/{{to}}"
    settings = told(
        KONTER_NOTIFY_TELEGRAM=address, KONTER_NOTIFY_STAFF=f"json://localhost/{KEY} nonsense://x"
    )
    with pytest.raises(SettingsWrong) as caught:
        messenger_of(settings)
    assert [problem.name for problem in caught.value.problems] == ["KONTER_NOTIFY_STAFF"]
    assert KEY not in f"{settings!r} {caught.value} {describe(settings)}"
    messenger = messenger_of(told(KONTER_NOTIFY_STAFF="json://localhost/1  json://localhost/2"))
    assert messenger.channels == ("staff:1", "staff:2")
    await messenger.close()
