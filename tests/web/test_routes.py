"""The frozen list of addresses: a change of it is deliberate. `python -m tests.web.test_routes` writes it anew."""

from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute

from tests.web.paths import house
from web.pages import ROUTERS

LIST = Path(__file__).with_name("routes.txt")


def routes() -> Iterator[str]:
    """Method, address, and the function that answers; HEAD goes with GET."""
    for route in (route for router in ROUTERS for route in router.routes):
        assert isinstance(route, APIRoute)
        where = f"{route.endpoint.__module__.removeprefix('web.pages.')}.{route.endpoint.__name__}"
        yield from (f"{method:4} {route.path}  {where}" for method in sorted((route.methods or set()) - {"HEAD"}))


def test_the_addresses_are_those_of_the_list() -> None:
    assert sorted(routes()) == LIST.read_text().splitlines()


def test_a_page_that_is_read_answers_head_too(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        dossier = made.planned()
        client = made.client("Sophie Lecomte")
        for path in (line.split()[1] for line in LIST.read_text().splitlines() if line.startswith("GET ")):
            address = path.replace("{dossier_id:uuid}", str(dossier))
            read, head = client.get(address), client.head(address)
            assert (head.status_code, head.content) == (read.status_code, b""), address
            assert head.headers.get("content-type") == read.headers.get("content-type")
        assert client.head("/chercher").status_code == 405


if __name__ == "__main__":
    LIST.write_text("\n".join(sorted(routes())) + "\n")
