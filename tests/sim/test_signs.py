"""What is signed, and over which bytes."""

import pytest

from konter_sim.digiflazz.gate import sign
from konter_sim.digiflazz.hooks import signature
from tests.sim.vectors import DEV_KEY, PROD_KEY, SECRET, SIGNS, USERNAME, WEBHOOKS


@pytest.mark.parametrize(("suffix", "development", "production"), SIGNS)
def test_a_sign_is_the_md5_of_username_key_and_suffix(
    suffix: str, development: str, production: str
) -> None:
    assert sign(USERNAME, DEV_KEY, suffix) == development
    assert sign(USERNAME, PROD_KEY, suffix) == production


@pytest.mark.parametrize(("raw", "expected"), WEBHOOKS)
def test_a_webhook_is_signed_over_its_raw_bytes(raw: bytes, expected: str) -> None:
    assert signature(raw, SECRET) == expected
    assert signature(raw.replace(b'":', b'": ', 1), SECRET) != expected
