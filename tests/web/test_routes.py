"""The frozen list of addresses: a change of it is deliberate. `python -m tests.web.test_routes` writes it anew."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.web.paths import house
from web.pages import ROUTES

LIST = Path(__file__).with_name("routes.txt")
SOME_UUID = "00000000-0000-4000-8000-000000000001"


def addresses() -> Iterator[str]:
    """Yields each method and address; HEAD goes with GET."""
    for route in ROUTES:
        yield from (f"{method:4} {route.path}" for method in sorted((route.methods or set()) - {"HEAD"}))


def test_the_addresses_are_those_of_the_list() -> None:
    assert sorted(addresses()) == LIST.read_text().splitlines()


def test_no_other_page_takes_the_address_of_a_page() -> None:
    """Routes stand in the order of their paths, whatever module declares them."""
    for route in ROUTES:
        asked = re.sub(r"\{\w+:int\}", "3", route.path)
        asked = re.sub(r"\{\w+(:\w+)?\}", "word", re.sub(r"\{\w+:uuid\}", SOME_UUID, asked))
        methods = route.methods or set()
        first = next(each for each in ROUTES if methods & (each.methods or set()) and each.path_regex.match(asked))
        assert first is route, f"{first.path} takes {route.path}"


def test_an_address_with_a_slash_more_or_less_leads_to_no_other_origin(tmp_path: Path) -> None:
    """Starlette redirects to a whole address, with the host that a request says and the scheme that a proxy forgets."""
    asked = [line.split() for line in LIST.read_text().splitlines()] + [["GET", "/static"]]
    with house(tmp_path) as made:
        client = made.client("Sophie Lecomte")
        for method, path in asked:
            address = re.sub(r"\{\w+(:\w+)?\}", SOME_UUID, path)
            for other in (
                f"{address}/",
                f"{address}//",
                f"/{address}",
                f"{address}/?etat=x",
                address.rstrip("/") or "/",
            ):
                for host in ("localhost", "127.0.0.1:81"):
                    answer = client.request(method, f"http://localhost{other}", headers={"Host": host})
                    location = answer.headers.get("Location", "/")
                    assert re.match("/(?!/)", location), f"{method} {other}: {location}"


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
    LIST.write_text("\n".join(sorted(addresses())) + "\n")
