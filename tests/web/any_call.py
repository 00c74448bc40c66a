"""Schemathesis against a running shop: whatever fits the served document, and whatever breaks it.

It runs as its own command in a process of its own, so that the site answers meanwhile in this one.
Known facts (a product, a number, an order) are mixed into what it makes up, because answers to
nothing but unknown numbers say little.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.shop import Client

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)

KNOWN: Final = 0.9
"""How often a known fact stands where one is known."""

SERVED: Final = re.compile(
    r'konter_http_request_seconds_count\{method="(\w+)",route="([^"]+)",status="(\d+)"\} (\S+)'
)

READS_TEXT: Final = Path(__file__).with_name("any_call_text.py").resolve()

Facts = Mapping[str, str | Sequence[str | int]]
"""By a parameter's place and name (``path.code``, ``body.product_id``): what it always is, or what
it often is."""


@dataclass(frozen=True)
class Caller:
    """Who calls: by this token or none. ``known``: its facts, by the beginnings of addresses."""

    token: str | None = None
    known: Mapping[str, Facts] = field(default_factory=dict)

    def facts_for(self, operation: str) -> dict[str, str | Sequence[str | int]]:
        method, _, address = operation.partition(" ")
        return {
            parameter: fact
            for beginning, facts in self.known.items()
            if address.startswith(beginning)
            for parameter, fact in facts.items()
            if method == "POST" or not parameter.startswith("body.")
        }


@dataclass(frozen=True)
class Effort:
    """How much is tried. ``examples``: calls made up for each operation, beside those that follow
    from its description alone. ``methods``: tried on every address that does not have them.
    ``seed`` None: the same each time; else what is answered is learnt from, and calls follow on
    calls."""

    examples: int
    methods: tuple[str, ...] = ("PATCH",)
    seed: int | None = None

    @property
    def phases(self) -> str:
        return "coverage,fuzzing" if self.seed is None else "coverage,fuzzing,stateful"


async def call_everything(
    client: Client, where: Path, calls: Mapping[str, Caller], effort: Effort
) -> str:
    """What is wrong with the answers, in Schemathesis' words; nothing is an empty text.

    ``calls``: by operation (``GET /api/balance``), who calls it. ``where``: a folder for its files.
    """
    config = where / "schemathesis.toml"
    config.write_text(_config(calls, effort))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color"),
        *("run", f"{client.url}/api/openapi.json", "--checks", ",".join(CHECKS)),
        *("--phases", effort.phases),
        *(word for name in calls for word in ("--include-name", name)),
        cwd=where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return "" if process.returncode == 0 else said.decode()


async def described(client: Client) -> dict[str, set[str]]:
    """Every operation of the document, and what proofs it takes (``""``: it needs none)."""
    document = (await client.get("/api/openapi.json")).json()
    return {
        f"{method.upper()} {path}": {next(iter(way), "") for way in operation.get("security", [{}])}
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


async def served(client: Client) -> Counter[tuple[str, int]]:
    """How often the site has answered what since it started, as it tells by itself."""
    told = (await client.get("/metrics")).text
    return Counter(
        {
            (f"{method} {route}", int(status)): int(float(count))
            for method, route, status, count in SERVED.findall(told)
        }
    )


def _config(calls: Mapping[str, Caller], effort: Effort) -> str:
    """JSON's texts, numbers and lists are TOML's, too."""
    learns = json.dumps(effort.seed is not None)
    lines = [
        f"hooks = {json.dumps(str(READS_TEXT))}",
        "warnings = false",
        "cache.enabled = false",
        "request-timeout = 20",
        f"seed = {effort.seed or 0}",
        f"generation.max-examples = {effort.examples}",
        f"generation.deterministic = {json.dumps(effort.seed is None)}",
        "auth.auto-signup = false",
        "phases.coverage.generate-duplicate-query-parameters = true",
        f"phases.coverage.unexpected-methods = {json.dumps(effort.methods)}",
        f"phases.coverage.extra-data-sources.responses = {learns}",
        f"phases.fuzzing.extra-data-sources.responses = {learns}",
        f"phases.fuzzing.error-feedback.enabled = {learns}",
    ]
    for name, caller in calls.items():
        lines += ["[[operations]]", f"include-name = {json.dumps(name)}"]
        lines.append("continue-on-failure = true")  # all that is wrong with it at once
        if caller.token:
            lines.append(f"headers.Authorization = {json.dumps(f'Bearer {caller.token}')}")
        facts = caller.facts_for(name)
        if any(parameter.startswith("body.") for parameter in facts):
            # Few of the bodies that are made up fit to everything that an order asks for.
            lines.append(f"generation.max-examples = {4 * effort.examples}")
        for parameter, values in facts.items():
            fact = json.dumps(values)
            if not isinstance(values, str):
                dictionary = json.dumps(f"{name} {parameter}")
                lines.insert(0, f"dictionaries.{dictionary}.values = {fact}")
                fact = f"{{ dictionary = {dictionary}, probability = {KNOWN} }}"
            lines.append(f"parameters.{json.dumps(parameter)} = {fact}")
    return "\n".join(lines)
