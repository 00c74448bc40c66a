"""A form's fields become the handler's own type, or are refused field by field."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from konter.kernel.errors import Invalid, Refused
from konter.web.body import REQUIRED, in_indonesian
from konter.web.request import SiteRequest

Kind = TypeVar("Kind", bound=msgspec.Struct)

FORM_TYPE = b"application/x-www-form-urlencoded"
MOST_FIELDS = 200


class NotAForm(Refused):
    """The body is announced as something else than a form's."""

    code = "not_a_form"
    status = 415
    message = "Isi permintaan harus berupa formulir"


async def fields_of(request: SiteRequest, *, whole: Collection[str] = ()) -> dict[str, str]:
    """As typed, without the spaces around, which only ``whole`` keep; of a field that came twice,
    the last. Raises NotAForm, BodyTooLarge, Invalid."""
    kind = (request.raw_header(b"content-type") or b"").partition(b";")[0].strip().lower()
    body = await request.body()
    if body and kind != FORM_TYPE:
        raise NotAForm
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Invalid({"form": ["Isi formulir tidak dapat dibaca"]}) from error
    return {name: value if name in whole else value.strip() for name, value in pairs}


def read_form(fields: dict[str, str], kind: type[Kind]) -> Kind:
    """The form's own type. An empty field is an absent one. Raises Invalid, naming each field."""
    given = {name: value for name, value in fields.items() if value != ""}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(_faults(given, kind)) from error


def _faults(given: dict[str, str], kind: type[msgspec.Struct]) -> dict[str, list[str]]:
    faults = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in given:
            if field.required:
                faults[field.encode_name] = [REQUIRED]
            continue
        try:
            msgspec.convert(given[field.encode_name], field.type, strict=False)
        except msgspec.ValidationError as error:
            faults[field.encode_name] = [in_indonesian(str(error))]
    return faults or {"form": ["Isi formulir tidak dapat dibaca"]}
