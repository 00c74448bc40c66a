"""Options of an upstream: what they are made of, and how they change while it runs."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Span = Annotated[float, msgspec.Meta(ge=0)]


def amend(options: msgspec.Struct, patch: Mapping[str, object]) -> None:
    """Change options in place, all or nothing. Raises msgspec.ValidationError on nonsense."""
    told = {**msgspec.structs.asdict(options), **patch}
    fresh = msgspec.convert(told, type(options))
    for name in options.__struct_fields__:
        setattr(options, name, getattr(fresh, name))
