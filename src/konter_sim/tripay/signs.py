"""Tripay's two signatures, both keyed by the private key."""

import hmac
from hashlib import sha256


def create_signature(private_key: str, merchant_code: str, merchant_ref: str, amount: str) -> str:
    """`amount` exactly as it was sent: a client that writes 10000.0 signs something else."""
    told = f"{merchant_code}{merchant_ref}{amount}".encode()
    return hmac.new(private_key.encode(), told, sha256).hexdigest()


def callback_signature(private_key: str, raw: bytes) -> str:
    """The value of X-Callback-Signature for exactly these bytes."""
    return hmac.new(private_key.encode(), raw, sha256).hexdigest()
