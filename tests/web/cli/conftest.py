"""Both stores, as the settings of a process name them."""

from tests.web.hosting.conftest import store

__all__ = ["store"]
