"""The same shop as the stories': a running site, a worker, a local Digiflazz."""

from tests.story.conftest import shop, sim, sim_process

__all__ = ["shop", "sim", "sim_process"]
