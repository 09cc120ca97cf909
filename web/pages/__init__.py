"""Pages, one folder a feature: forms, what a page shows, routes."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from fastapi.routing import APIRoute
from starlette.convertors import IntegerConvertor

IntegerConvertor.regex = "[0-9]{1,9}"  # a longer number fits no column, and Python refuses the longest


def _find_routes() -> Iterator[APIRoute]:
    """Yields the routes of each module's `router`. HEAD is answered wherever GET is, as HTTP asks (RFC 9110, 9.1)."""
    for module in walk_packages(__path__, f"{__name__}."):
        for route in getattr(getattr(import_module(module.name), "router", None), "routes", ()):
            assert isinstance(route, APIRoute)
            methods = route.methods or set()
            route.methods = methods | {"HEAD"} if "GET" in methods else methods
            yield route


ROUTES = sorted(_find_routes(), key=lambda route: route.path)
"""Every page, in the order in which addresses are tried: a word comes before a {parameter} in its place."""
