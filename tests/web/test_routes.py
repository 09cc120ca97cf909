"""The frozen list of addresses: a change of it is deliberate. `python -m tests.web.test_routes` writes it anew."""

from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute

from web.routes import ROUTERS

LIST = Path(__file__).with_name("routes.txt")


def routes() -> Iterator[str]:
    """Method, address, and the function that answers."""
    for route in (route for router in ROUTERS for route in router.routes):
        assert isinstance(route, APIRoute)
        where = f"{route.endpoint.__module__.removeprefix('web.routes.')}.{route.endpoint.__name__}"
        yield from (f"{method:4} {route.path}  {where}" for method in sorted(route.methods or ()))


def test_the_addresses_are_those_of_the_list() -> None:
    assert sorted(routes()) == LIST.read_text().splitlines()


if __name__ == "__main__":
    LIST.write_text("\n".join(sorted(routes())) + "\n")
