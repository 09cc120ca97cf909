"""No parameter of an address makes a page fail: every GET route, with values at their limits, on both stores."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from fastapi.dependencies.models import Dependant
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pixflow.actor import OPERATOR
from pixflow.events.values import Role
from pixflow.store.postgres.database import Database
from pixflow.team.membership import add_member
from pixflow.uploads import Uploads
from tests.examples import few
from tests.portfolio_import.files import AWA, file
from tests.web.arranged import scheduled
from tests.web.client import words
from tests.web.paths import House, house
from web.http.security import RENAMED
from web.pages import ROUTES
from web.pages.agenda import address_of

EVERYBODY = "Zoé Toutpouvoir"
ROLES: tuple[Role, ...] = ("advisor", "referent", "manager", "auditor", "administrator", "facilitator")
NUMBERS = (
    "-1",
    "0",
    "1",
    "2-0",
    "1-2",
    "1.5",
    "1e9",
    "2147483648",
    "9007199254740992",
    "9" * 27,
    "9" * 5_000,
    "٣",
    "²",
)
DAYS = (
    "0001-01-01", "1582-10-14", "1899-12-31", "1900-01-01", "2026-02-30", "2026-W12-1", "2100-12-31", "9999-12-31",
    "10000-01-01", "20260316", "2026-03-16T10:00",
)  # fmt: skip
HOURS = ("00:00", "23:59:59", "24:00", "10:00+23:59", "10:00Z")
TEXTS = (
    "", " ", "\0", "a\0b", "\x1b[2J", "\n", "\x7f", "\x85", "\u2028", "\U0010ffff", "%", "'", '"', "<b>", "[/b]",
    "../../etc/passwd", "a" * 3_000, "null", "None", "liste", "semaine", "mois", "past", "oui", "debrief", "retract",
)  # fmt: skip
IDS = ("0" * 36, str(UUID(int=0)), str(UUID(int=2**128 - 1)), "urn:uuid:" + str(UUID(int=1)))
ASKED_BY_NAME = {
    "/dossiers/import/{token}": ("site", "sheet", "all", "line", "kept", "at", "c", "d", "r", "n"),
    "/partenaires/import/{token}": ("column", "left", "back", "doubt", "rest", "vanished", "c", "d", "n", "g"),
    "/resultats/import/{token}": ("exported_at", "external_id_column", "doubtful", "vanished"),
}
"""Parameters that a route reads from the address itself."""


def _routes() -> dict[str, tuple[str, ...]]:
    """Every route that is read, and the parameters of its address, former names too."""
    read = [route for route in ROUTES if "GET" in (route.methods or ())]
    return {
        route.path: (*_asked(route.dependant), *ASKED_BY_NAME.get(route.path, ()), *RENAMED.get(route.path, ()))
        for route in read
    }


def _asked(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _asked(one)


PARAMETERS_OF = _routes()
Asked = tuple[str, Mapping[str, str]]


@st.composite
def addresses(draw: st.DrawFn) -> Asked:
    route = draw(st.sampled_from(sorted(PARAMETERS_OF)))
    value = st.sampled_from((*NUMBERS, *DAYS, *HOURS, *TEXTS, *IDS)) | st.text(st.characters(codec="utf-8"))
    asked = {name: draw(value) for name in PARAMETERS_OF[route] if draw(st.booleans())}
    return route, asked


class Place:
    """A structure with one of each thing that an address names, read by somebody who has every role."""

    def __init__(self, at_work: House) -> None:
        self.at_work = at_work
        at_work.people[EVERYBODY] = uuid4()
        identity = {"name": EVERYBODY, "email": "zoe@exemple.fr", "site": None, "roles": ROLES}
        at_work.says(OPERATOR, add_member, {"staff": at_work.people[EVERYBODY]}, **identity)
        dossier, participation = at_work.prescribed("0.37")
        waiting = Uploads(at_work.served.opened.folder / "uploads").keep(file(AWA), "portefeuille.csv")
        self.ids = {
            "{dossier_id:uuid}": str(dossier),
            "{participation:uuid}": str(participation),
            "{workshop_id:uuid}": str(scheduled(at_work, facilitators=(at_work.people[EVERYBODY],))),
            "{person:uuid}": str(at_work.people[EVERYBODY]),
            "{stream:uuid}": str(at_work.campaign),
            "/agenda/{token}.ics": address_of(at_work.served, at_work.people[EVERYBODY]),
            "{token}": waiting,
            "{structure}": at_work.slug,
            "{what}": "grille",
        }
        self.browser = at_work.client(EVERYBODY)

    def path(self, route: str) -> str:
        for name, value in self.ids.items():
            route = route.replace(name, value)
        return re.sub(r"\{\w+:uuid\}", str(uuid4()), route)

    def get(self, route: str, asked: Mapping[str, str]) -> int:
        answer = self.browser.get(f"{self.path(route)}?{urlencode(asked, errors='surrogatepass')}")
        return answer.status_code


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            cluster = request.getfixturevalue("postgres")
            patch.setenv("PIXFLOW_DATABASE_URL", cluster.create_database())
        with house(tmp_path_factory.mktemp("addresses")) as at_work:
            yield Place(at_work)
            database = at_work.served.opened.database
    if isinstance(database, Database):
        database.close()


LIMITS = [
    ("/journal", {"au": "9999-12-31"}),
    ("/journal", {"du": "0001-01-01"}),
    ("/ateliers", {"vue": "mois", "le": "9999-12-31"}),
    ("/ateliers", {"vue": "semaine", "le": "0001-01-01"}),
    ("/ateliers", {"fait": "2-0"}),
    ("/resultats", {"deja": "1" + 26 * "0"}),
    ("/resultats", {"importe": str(2**53)}),
    ("/dossiers", {"site": "\0"}),
    ("/indicateurs", {"au": "1900-01-01", "periode": "annee-derniere"}),
    ("/indicateurs/{name}", {"coupe": "site:\0", "etat": "among"}),
    ("/dossiers/{dossier_id:uuid}", {"formulaire": "retract", "sur": "²"}),
    ("/protocole/projet/grille/modifier", {"depuis": "9" * 5_000}),
    ("/rejouer/{dossier_id:uuid}", {"le": "9999-12-31"}),
    ("/rejouer/{dossier_id:uuid}", {"le": "0001-01-01"}),
]


@pytest.mark.parametrize(
    ("route", "asked"), LIMITS, ids=lambda one: urlencode(one)[:60] if isinstance(one, dict) else one
)
def test_a_value_at_its_limit_is_answered_in_words(place: Place, route: str, asked: Mapping[str, str]) -> None:
    assert place.get(route, asked) < 500


@pytest.mark.parametrize(
    "path", ["/dossiers/import/a%00b", "/t/%00", "/boite?tache=%00", "/protocole/projet/%1B", "/%07"]
)
def test_a_control_character_in_an_address_is_refused_in_words(place: Place, path: str) -> None:
    answer = place.browser.get(path)
    assert answer.status_code == 400
    assert "Cette adresse contient un caractère qui ne s’y écrit pas" in words(answer.text)


@pytest.mark.parametrize("day", ["1900-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_are_shown(place: Place, day: str) -> None:
    for route, asked in (("/journal", {"du": day, "au": day}), ("/ateliers", {"vue": "mois", "le": day})):
        assert place.get(route, asked) == 200


SEARCHES = {
    "/chercher": ("q", "vers"),
    "/chercher/proches": ("q", "last_name", "first_name"),
    "/journal": ("q", "par", "sorte", "dossier", "du", "au"),
    "/ateliers/{workshop_id:uuid}/presence/chercher": ("q",),
    "/dossiers/nouveau": ("last_name", "first_name", "site", "imilo_number"),
    "/dossiers/groupe": ("groupe", "group", "name"),
    "/boite/plusieurs/snooze": ("task", "reason"),
    "/protocole/projet/grille/verifier": ("name", "note", "replaces"),
}
"""Fields of forms whose text is looked for, or shown again."""


@pytest.mark.parametrize("route", SEARCHES)
def test_a_control_character_in_a_form_makes_no_page_fail(place: Place, route: str) -> None:
    for text in ("\0", "Dia\0llo", "\x1b[2J", "\x07"):
        sent = {"command_id": str(uuid4()), **dict.fromkeys(SEARCHES[route], text)}
        assert place.browser.post(place.path(route), data=sent).status_code < 500


@settings(
    max_examples=few(3),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(addresses())
def test_no_address_makes_a_page_fail(place: Place, asked: Asked) -> None:
    assert place.get(*asked) < 500
