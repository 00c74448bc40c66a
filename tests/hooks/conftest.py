"""The suppliers' simulator and desk serve this room too."""

from tests.suppliers.conftest import desk, sim, simulator

__all__ = ["desk", "sim", "simulator"]
