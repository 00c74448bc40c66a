"""Proofs that a callback comes from whom it claims: over the raw bytes, in constant time."""

from __future__ import annotations

import hmac
from typing import Literal

from konter.upstreams.contract import NotGenuine

Digest = Literal["sha1", "sha256"]


def prove_hmac(
    body: bytes, given: str | None, *, secret: str | None, digest: Digest, prefix: str = ""
) -> None:
    """Raise NotGenuine unless ``given`` is ``prefix`` and the hex HMAC of exactly these bytes.

    A missing signature is a refusal, and so is a secret that nobody configured: an unproved
    callback is never believed. What was expected is not told to anybody.
    """
    if not secret:
        raise NotGenuine(cause="no secret is configured")
    if not given:
        raise NotGenuine(cause="no signature")
    expected = prefix + hmac.new(secret.encode(), body, digest).hexdigest()
    if not equal_text(given.strip(), expected):
        raise NotGenuine(cause="the signature does not fit the body")


def equal_text(given: str, expected: str) -> bool:
    """Compare in a time that tells nothing about where they differ; any text may be given."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
