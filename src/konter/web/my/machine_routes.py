"""What resellers set for their machines."""

from __future__ import annotations

from typing import Final

from konter.web.my import callbacks, keys, machine_settings

ROUTES: Final = [*keys.ROUTES, *machine_settings.ROUTES, *callbacks.ROUTES]
