"""Tests each route against callers who lack one thing to enter, on a site whose people sign in.

sign_in_matrix.csv has the routes that answer before the session is checked: a status, or the path of a redirect. Every
other route sends these callers away.
"""

import csv
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.web.access import NAMES, PAUL, ROLES, World, world
from tests.web.callers import Caller, callers
from tests.web.client import InspectingClient
from tests.web.test_access import LEAVES, MATRIX, asked
from web.accounts import link_visits

URL = "https://pixflow.exemple.fr"
_FILE = Path(__file__).with_name("sign_in_matrix.csv")
EXEMPT = {asked(row): row for row in csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines())}
OUT = ("anonymous", "invented", "proved", "over", "suspended", "left", "asleep", "restored")
GATES = {**dict.fromkeys((*OUT, "half"), "/connexion"), "unconfirmed": "/attente", "locked": "/verrou"}
COLUMNS = {**dict.fromkeys(OUT, "out"), "awaiting": "member", "ended": "member", "neighbour": "member"}
SIGNED = ("awaiting", "ended", "neighbour")
OWN = ("/compte",)
"""Addresses of one's own account: everybody who enters has them."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Its pages of partners are visited more often from one address than anybody may."""
    with world(tmp_path_factory.mktemp("callers"), URL) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(link_visits, "A_LINK", 10_000)
        patch.setattr(link_visits, "A_PLACE", 10_000)
        yield made


@pytest.fixture(scope="module")
def browsers(there: World) -> dict[str, Caller]:
    return callers(there)


def answer(there: World, open_browser: Caller, row: dict[str, str], whose: str = "own") -> Any:
    address = there.address(row["route"], whose, there.at_work.people[PAUL])
    client = open_browser()
    return client.get(address) if row["method"] == "GET" else client.post(address, data={})


@cache
def kept(open_browser: Caller) -> InspectingClient:
    """Returns the browser of a caller whose session no route changes that is asked with an empty form."""
    return open_browser()


def said(got: Any) -> str:
    return str(got.headers["Location"]).partition("?")[0] if got.status_code == 303 else str(got.status_code)


def test_the_exempt_routes_are_routes() -> None:
    assert EXEMPT.keys() <= {asked(row) for row in MATRIX}


@pytest.mark.parametrize("row", MATRIX, ids=asked)
def test_who_lacks_one_thing_is_sent_away(there: World, browsers: dict[str, Caller], row: dict[str, str]) -> None:
    head = there.at_work.served.engine.head()
    exempt = EXEMPT.get(asked(row))
    for who in (*GATES, *(SIGNED if exempt else ())):
        expected = exempt[COLUMNS.get(who, who)] if exempt else GATES[who]
        caller = browsers[who] if exempt else partial(kept, browsers[who])
        assert said(answer(there, caller, row)) == expected, f"{asked(row)}, {who}"
    assert there.at_work.served.engine.head() == head


@pytest.mark.parametrize("row", [row for row in MATRIX if asked(row) not in EXEMPT], ids=asked)
def test_a_role_that_does_not_count_opens_nothing(
    there: World, browsers: dict[str, Caller], row: dict[str, str]
) -> None:
    """Of "awaiting" only the administrator's role counts; of "ended" none does, so only pages of everybody open.

    What leaves an event asks for a role.
    """
    mine = row["route"].startswith(OWN)
    everybody = mine or (all(row[role] == "all" for role in ROLES) and asked(row) not in LEAVES)
    for who, opens in (("awaiting", everybody or row["administrator"] == "all"), ("ended", everybody)):
        got = answer(there, partial(kept, browsers[who]), row, "colleague")
        refused = got.status_code == 403 or (got.status_code == 404 and not mine)
        assert refused != opens, f"{asked(row)}, {who}: {got.status_code}"
        assert said(got) not in GATES.values(), f"{asked(row)}, {who}"


@pytest.mark.parametrize("row", [row for row in MATRIX if ":uuid}" in row["route"]], ids=asked)
def test_what_is_of_another_structure_is_unknown(
    there: World, browsers: dict[str, Caller], row: dict[str, str]
) -> None:
    """A référente of Tarbes, who reads everything there, asks for what is of L'Aigle."""
    caller = partial(kept, browsers["neighbour"])
    ours, unknown = answer(there, caller, row), answer(there, caller, row, whose=str(uuid4()))
    assert (ours.status_code, ours.content) == (unknown.status_code, unknown.content)
    assert asked(row) in EXEMPT or said(ours) not in GATES.values()
    assert not [name for name in NAMES.values() if name in ours.text]
