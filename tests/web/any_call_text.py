"""Loaded by Schemathesis: without it, an answer in plain text is held to no schema."""

from __future__ import annotations

import schemathesis
from schemathesis import DeserializationContext, Response


@schemathesis.deserializer("text/plain")
def text(_: DeserializationContext, response: Response) -> str:
    return response.content.decode()
