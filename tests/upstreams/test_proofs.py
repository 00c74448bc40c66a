"""A callback is believed only with the right HMAC over its own bytes."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from konter.upstreams.contract import NotGenuine
from konter.upstreams.proofs import equal_text, prove_hmac

SECRET = "rahasia-webhook-01"
BODY = b'{"data":{"ref_id":"test3"}}'


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, "sha1").hexdigest()


def prove(body: bytes, signature: str | None, secret: str | None = SECRET) -> None:
    prove_hmac(body, signature, secret=secret, digest="sha1", prefix="sha1=")


def test_the_right_signature_is_believed() -> None:
    prove(BODY, signed(BODY))


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha1=",
        signed(BODY).removeprefix("sha1="),
        signed(BODY).replace("sha1=", "sha256="),
        signed(BODY)[:-1],
        signed(BODY) + "0",
        signed(BODY, "another secret"),
        signed(BODY + b" "),
        "sha1=" + "é" * 40,
        "\ud800",
    ],
)
def test_anything_but_the_right_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(NotGenuine):
        prove(BODY, signature)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_is_believed_not_even_its_empty_hmac(secret: str | None) -> None:
    with pytest.raises(NotGenuine):
        prove(BODY, signed(BODY, ""), secret)


def test_a_refusal_does_not_tell_what_was_expected() -> None:
    with pytest.raises(NotGenuine) as refused:
        prove(BODY, "sha1=00")
    assert signed(BODY)[5:] not in str(refused.value)
    assert SECRET not in str(refused.value)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_fits_its_own_bytes_only(body: bytes, other: bytes) -> None:
    prove(body, signed(body))
    if other != body:
        with pytest.raises(NotGenuine):
            prove(other, signed(body))


@given(st.text(), st.text())
def test_texts_are_equal_when_they_are(left: str, right: str) -> None:
    assert equal_text(left, left)
    assert equal_text(left, right) == (left == right)
