"""Tests that an address which names a dossier opens it: every page and file, whatever was decided before.

The addresses are read from the routes: each parameter that takes an id is given that of a dossier.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.dependencies.models import Dependant

from pixflow.documents.protocol import ReadingLimits
from tests.web.arranged import scheduled, seat
from tests.web.pages.account.conftest import SOPHIE, first_visit
from tests.web.pages.account.test_mass_reading import limits
from tests.web.pages.account.test_reasons_of_today import CASES, LIMIT, Prepare, assigned, at_work, task_of  # noqa: F401
from tests.web.paths import House
from web.pages import ROUTES

MANY, SEATS = LIMIT + 2, 10
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NEEDS_A_RESULT = re.compile("prescription|convocation")
_PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
Asked = tuple[str, str]
"""The path of a route, and its parameter that a dossier is given for."""


def parameters(of: Dependant) -> Iterator[Any]:
    yield from of.query_params
    for one in of.dependencies:
        yield from parameters(one)


def taking_ids() -> Iterator[Asked]:
    """Yields each page and file that is read, with each parameter that takes an id."""
    for route in ROUTES:
        if "GET" in (route.methods or ()) and "{token}" not in route.path and "/registre/" not in route.path:
            yield from ((route.path, name) for name, kind in _PARAMETER.findall(route.path) if kind == "uuid")
            found = parameters(route.dependant)
            yield from ((route.path, one.alias) for one in found if "UUID" in str(one.field_info.annotation))


DISCLOSING: list[Asked] = [
    ("/ateliers/{workshop_id:uuid}/avis", "pour"),
    ("/dossiers/{dossier_id:uuid}", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/consultations", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/convocation", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/convocation.pdf", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/droits", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/droits/tout.json", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/droits/tout.pdf", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/fiche", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/fiche.pdf", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/fusion", "avec"),
    ("/dossiers/{dossier_id:uuid}/fusion", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}", "dossier_id"),
    ("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}.pdf", "dossier_id"),
    ("/journal", "dossier"),
    ("/journal.csv", "dossier"),
    ("/journal.xlsx", "dossier"),
    ("/pourquoi/{subject:uuid}", "subject"),
    ("/rejouer/{dossier_id:uuid}", "dossier_id"),
]
"""The addresses that say something of a dossier whose id they are given."""


class Given:
    """People who were prescribed something, with a seat in one workshop, and the addresses about them.

    `other` is a dossier of Sophie's, which stands in an address beside that of somebody else.
    """

    def __init__(self, there: House, prepare: Prepare) -> None:
        self.there, workshop, self.other = there, scheduled(there, capacity=SEATS), there.prescribed(last="Autre")[0]
        assigned(there, self.other, SOPHIE)
        self.dossiers = prepare(there)
        for dossier in self.dossiers[:SEATS]:
            seat(there, workshop, dossier)
        self._ids = {"workshop_id": workshop, "person": there.people[SOPHIE], "stream": there.campaign}

    def address(self, asked: Asked, dossier: UUID) -> str:
        """Returns an address that names a dossier by one parameter; the others have an id of the house, or any."""
        path, parameter = asked
        sheet = dossier if parameter == "dossier_id" and dossier in self.dossiers else self.other
        prescribed = next(iter(self.there.state(sheet).prescription.built), None)
        ids = {**self._ids, "dossier_id": self.other, "participation": prescribed, parameter: dossier}
        filled = _PARAMETER.sub(lambda found: str(ids.get(found[1], uuid4() if found[2] == "uuid" else 1)), path)
        if parameter == "subject" and dossier in self.dossiers:
            filled += f"?tache={task_of(self.there, dossier)}"
        return filled if f"{{{parameter}:" in path else f"{filled}?{parameter}={dossier}"


def prescribed(many: int = MANY) -> Prepare:
    return lambda there: [there.prescribed(first=f"Aminata{n}", last=f"Eskofier{n}")[0] for n in range(many)]


def is_told(given: Given, ask: Callable[[str], Any], asked: Asked, dossier: UUID) -> bool:
    """Tells if there is an answer about a dossier: none about an unknown id, or another about another dossier."""
    of_it, of_other, of_none = (ask(given.address(asked, one)) for one in (dossier, given.other, uuid4()))
    is_text = of_it.headers.get("Content-Type", "").startswith("text/html")
    told, others = (_ID.sub("", one.text) if is_text else one.content for one in (of_it, of_other))
    return of_it.status_code == 200 and (of_none.status_code != 200 or told != others)


def test_the_addresses_that_tell_of_a_dossier_are_those_of_the_list(at_work: House) -> None:  # noqa: F811
    """A page that takes the id of a dossier needs its line here: the next test asks it for one too many."""
    given = Given(at_work, prescribed(1))
    assert at_work.host.site
    (dossier,), browser = given.dossiers, first_visit(at_work, at_work.host.site, SOPHIE)
    told = {asked for asked in taking_ids() if is_told(given, browser.get, asked, dossier)}
    assert sorted(told) == DISCLOSING


@pytest.mark.parametrize("asked", DISCLOSING, ids=" ".join)
def test_each_address_opens_the_dossier_that_it_names(at_work: House, asked: Asked) -> None:  # noqa: F811
    given = Given(at_work, prescribed())
    at_work.pass_by(days=2)
    assert answers(given, asked) == [200] * LIMIT + [403, 303]


def answers(given: Given, asked: Asked) -> list[int]:
    """Returns the answers to Sophie for each of the dossiers, the other dossier of its addresses being hers."""
    there = given.there
    assert there.host.site
    browser = first_visit(there, there.host.site, SOPHIE)
    return [browser.get(given.address(asked, one)).status_code for one in given.dossiers]


@pytest.mark.trial
@pytest.mark.parametrize("asked", DISCLOSING, ids=" ".join)
def test_the_sixty_first_is_not_shown(at_work: House, asked: Asked) -> None:  # noqa: F811
    limits(at_work, ReadingLimits())
    needs_a_seat = asked[1] == "pour" or "convocation" in asked[0]
    given = Given(at_work, prescribed(SEATS if needs_a_seat else 62))
    at_work.pass_by(days=2)
    assert answers(given, asked) == ([200] * SEATS if needs_a_seat else [200] * 60 + [403, 303])


@pytest.mark.trial
@pytest.mark.parametrize("asked", [one for one in DISCLOSING if not _NEEDS_A_RESULT.search(one[0])], ids=" ".join)
@pytest.mark.parametrize("name", CASES)
def test_whatever_was_decided_each_address_opens_the_dossier_that_it_names(
    at_work: House,  # noqa: F811
    name: str,
    asked: Asked,
) -> None:
    prepare, decide = CASES[name]
    given = Given(at_work, prepare)
    at_work.pass_by(days=2)
    decide(at_work, given.dossiers)
    assert answers(given, asked) == [200] * LIMIT + [403, 303]
