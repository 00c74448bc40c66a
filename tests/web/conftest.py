"""The same shop as the stories': a running site, a worker, a local Digiflazz. And one that is paid
through gateways."""

from tests.story.conftest import shop, sim, stocked_template
from tests.web.paying import paying, till

__all__ = ["paying", "shop", "sim", "stocked_template", "till"]
