"""A QR code as a drawing within the page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(text: str, title: str) -> Markup:
    """Scales with its box, dark on light whatever the page's colours are. ``title``: for who
    cannot see it."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(omitsize=True, border=3, light="#fff", dark="#000", title=title))
