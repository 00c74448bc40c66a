"""As much of JSON Schema as the served OpenAPI document uses, and a client that holds it to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.shop import Client, Reply

KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}

UNDERSTOOD: Final = frozenset(
    {"type", "$ref", "oneOf", "anyOf", "enum", "const", "required", "properties", "items"}
    | {"additionalProperties", "title", "description", "format", "examples", "default"}
    | {"maxLength", "minLength", "minimum", "maximum", "deprecated", "pattern"}
)


@dataclass(frozen=True)
class Schema:
    """The served document. ``strict``: what is not described is a fault as well."""

    document: Mapping[str, Any]
    strict: bool = True

    def faults(self, schema: Mapping[str, Any], value: Any, path: str = "$") -> list[str]:
        """Where the value breaks the schema; a keyword not known here is a fault too."""
        if unknown := set(schema) - UNDERSTOOD:
            return [f"{path}: this test does not know {unknown}"]
        if ref := schema.get("$ref"):
            return self.faults(self.at(ref), value, path)
        for word in ("oneOf", "anyOf"):
            if word in schema and all(self.faults(one, value, path) for one in schema[word]):
                return [f"{path}: {value!r} fits none of {word}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{path}: {value!r} is none of {schema['enum']}"]
        if "type" in schema and not _is_a(schema["type"], value):
            return [f"{path}: {value!r} is no {schema['type']}"]
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return [f"{path}: {value!r} does not match {schema['pattern']}"]
        if isinstance(value, dict):
            return self._of_object(schema, value, path)
        if isinstance(value, list) and "items" in schema:
            return [
                fault
                for place, item in enumerate(value)
                for fault in self.faults(schema["items"], item, f"{path}[{place}]")
            ]
        return []

    def at(self, ref: str) -> Mapping[str, Any]:
        found: Any = self.document
        for step in ref.removeprefix("#/").split("/"):
            found = found[step]
        assert isinstance(found, Mapping)
        return found

    def _of_object(self, schema: Mapping[str, Any], value: dict[str, Any], path: str) -> list[str]:
        known = schema.get("properties", {})
        faults = [f"{path}.{n} is missing" for n in schema.get("required", ()) if n not in value]
        for name, item in value.items():
            if name in known:
                faults += self.faults(known[name], item, f"{path}.{name}")
            elif isinstance(more := schema.get("additionalProperties"), Mapping):
                faults += self.faults(more, item, f"{path}.{name}")
            elif known and self.strict and not schema.get("additionalProperties"):
                faults.append(f"{path}.{name} is not described")
        return faults

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """The described operation that serves this address, by its template."""
        plain = path.partition("?")[0]
        for template, item in self.document["paths"].items():
            pattern = re.sub(r"\\{[^/]+\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, plain) and method.lower() in item:
                return f"{method} {template}", item[method.lower()]
        return None


def _is_a(kinds: str | list[str], value: Any) -> bool:
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind == "integer" and type(value) is int:
            return True
        if kind == "number" and type(value) in (int, float):
            return True
        if kind in KINDS and isinstance(value, KINDS[kind]):
            return True
    return False


@dataclass
class HeldToItsWord(Client):
    """A client that compares every answer with what the document says of it."""

    schema: Schema = field(kw_only=True)
    seen: set[tuple[str, int]] = field(default_factory=set)

    async def ask(self, method: str, path: str, **kwargs: Any) -> Reply:
        answer = await super().ask(method, path, **kwargs)
        found = self.schema.operation(method, path)
        assert found is not None, f"{method} {path} is not described"
        name, operation = found
        responses = operation["responses"]
        assert str(answer.status_code) in responses, f"{name} answered {answer.status_code}"
        self.seen.add((name, answer.status_code))
        described = responses[str(answer.status_code)].get("content", {})
        if answer.text:
            (kind,) = described
            assert answer.headers["content-type"].startswith(kind), name
            schema = replace(self.schema, strict=answer.status_code < 400)
            said = json.loads(answer.text) if kind == "application/json" else answer.text
            faults = schema.faults(described[kind]["schema"], said)
            assert faults == [], f"{name} {answer.status_code}: {faults}"
        return answer


SERVED: list[Schema] = []
"""The document, once it was asked for: making it takes longer than most tests, and every site of
this code has the same."""


async def held_to_its_word(client: Client) -> HeldToItsWord:
    if not SERVED:
        SERVED.append(Schema((await client.get("/api/openapi.json")).json()))
    return HeldToItsWord(client.url, client.session, schema=SERVED[0])
