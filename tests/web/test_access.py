"""Tests each route against access_matrix.csv, written by hand.

A cell says `all`, `own`, `task`, `read` or `-`. Own is what one follows, deputises for, runs, or reads by a task that
was handed over or by a glass. `task` is a form that this task gives too, `read` one that a glass gives as well, `own`
one that neither does. Of a person, own is oneself. What
is another structure's is as unknown as what is nobody's: the same answer, byte for byte.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Set
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from pixflow.events import dossier as dossier_events
from pixflow.events import workshop as workshop_events
from pixflow.events.base import Event
from pixflow.events.indicators import EventLogIssued
from pixflow.events.structure import ListIssued, ReadingsIssued
from pixflow.events.values import Role
from tests.web.access import BEFORE, ELSEWHERE, HERS, NADIA, NAMES, READ, ROLES, World, world
from tests.web.client import InspectingClient, words
from tests.web.tags import parsed
from tests.web.taken import WORKBOOK
from tests.web.test_routes import LIST
from web.desk.dependencies import COOKIE
from web.desk.desk import READERS, Desk, PastDesk
from web.http import day_bar
from web.pages.dossier import forms
from web.pages.indicators import definitions
from web.pages.partners import contacts as people
from web.pages.partners import forms as partner_forms
from web.pages.protocol.documents import KINDS
from web.pages.queue import bulk as queue_bulk
from web.pages.team import forms as team_forms

_FILE = Path(__file__).with_name("access_matrix.csv")
MATRIX = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()))
PUBLIC = {
    "GET /qui", "POST /qui", "GET /t/{structure}", "GET /t/{structure}/ressources/{resource:uuid}/{number:int}",
    "GET /t/{structure}/ressources/{resource:uuid}/{number:int}/fichiers/{digest}", "GET /agenda/{token}.ics",
    "GET /healthz", "GET /metrics", "GET /readyz", "GET /p/{token}", "POST /p/{token}/demande",
    "GET /p/{token}/fiche", "POST /p/{token}/fiche",
    "POST /p/{token}/reponse", "POST /p/{token}/nouvelles", "POST /p/{token}/nouveau",
    "GET /registre/verifier.py", "GET /preuve", "POST /temoin/add-checkpoint", "GET /registre/{register}/checkpoint",
    "GET /registre/{register}/{epoch:int}/checkpoint", "GET /registre/{register}/tile/{level:int}/{path:path}",
    "GET /registre/{register}/{epoch:int}/tile/{level:int}/{path:path}",
    "GET /registre/{register}/preuve/{position:int}-{size:int}/{root}",
}  # fmt: skip
"""Routes open to anonymous visitors."""
SIGN_IN = ("/connexion", "/invitation", "/premiere-visite", "/verrou", "/reprise", "/attente", "/deconnexion")
"""Addresses of the sign-in: unknown in a demonstration."""
CHOICES: dict[str, Iterable[str]] = {
    "POST /dossiers/{dossier_id:uuid}/{name}": forms.FORMS,
    "POST /equipe/{person:uuid}/{name}": team_forms.FORMS,
    "POST /boite/plusieurs/{do}": queue_bulk.ACTIONS,
    "POST /indicateurs/definitions/{do}": definitions.STEPS,
    "GET /indicateurs/rapports/{name}": ["1"],
    "POST /partenaires/{partner_id:uuid}/{name}": partner_forms.FORMS,
    "POST /partenaires/{partner_id:uuid}/personnes/{name}": people.MODELS,
    **{
        f"GET {path}": ["I5"]
        for path in (
            "/indicateurs/{name}",
            "/indicateurs/{name}/tableau.csv",
            "/indicateurs/{name}/tableau.xlsx",
            "/indicateurs/{name}/liste.csv",
            "/indicateurs/{name}/liste.xlsx",
            "/mon-activite/{name}",
            "/mon-activite/{name}/liste.csv",
            "/mon-activite/{name}/liste.xlsx",
        )
    },
    **{f"GET /protocole/projet/{{what}}{end}": [k.what for k in KINDS.values()] for end in ("", "/modifier")},
    **{
        f"POST /protocole/projet/{{what}}/{end}": [k.what for k in KINDS.values()]
        for end in ("annuler", "avis", "ecarter", "modifier", "publier", "verifier")
    },
}
"""Values of a route's parameter, where one route stands for several."""
GIVEN = {"handed": ("all", "task", "read"), "received": ("all", "read")}
"""The forms of a dossier that one reads by a task, or by a glass."""
OF_THE_ERASED = frozenset(
    {
        "GET /dossiers/{dossier_id:uuid}",
        "GET /rejouer/{dossier_id:uuid}",
        "POST /dossiers/{dossier_id:uuid}/droits/effacer",
        "POST /effacements/{dossier_id:uuid}/arreter",
    }
)
"""Routes that say that a person is erased, or that the erasure is already made."""
FRESH = re.compile(r'(?<=name="command_id" value=")[0-9a-f-]{36}')
_DOSSIER, _WORKSHOP = "GET /dossiers/{dossier_id:uuid}", "GET /ateliers/{workshop_id:uuid}"
LISTS = (
    "/boite", "/boite/en-attente", "/dossiers", "/resultats/a-rapprocher", "/resultats/a-transmettre",
    "/resultats/transmis", "/ateliers", "/ateliers/{workshop_id:uuid}", "/equipe", "/indicateurs/I5/liste",
    "/mon-activite/I5/liste", "/journal", "/protocole/projet/grille/et-si/liste",
    "/protocole/projet/protocole/et-si/liste", "/protocole/projet/protocole/et-si/delais/liste", "/partenaires",
)  # fmt: skip
"""The lists that leave as files, each without the end of its address."""
LEAVES: dict[str, set[type[Event]]] = {
    **{f"{_DOSSIER}/{paper}{kind}": {dossier_events.PaperIssued}
       for paper in ("fiche", "convocation", "prescription/{participation:uuid}") for kind in ("", ".pdf")},
    **{f"{_DOSSIER}/droits/tout.{kind}": {dossier_events.CopyIssued} for kind in ("pdf", "json")},
    **{f"{_WORKSHOP}/{paper}": {workshop_events.PaperIssued} for paper in ("emargement", "emargement.pdf", "avis")},
    "GET /consultations.csv": {ReadingsIssued}, "GET /journal.xes": {EventLogIssued},
    "GET /journal.jsonocel": {EventLogIssued},
    **{f"GET {page}.{kind}": {ListIssued} for page in LISTS for kind in ("csv", "xlsx")},
    **{f"POST /dossiers.{kind}": {ListIssued} for kind in ("csv", "xlsx")},
}  # fmt: skip
"""Events that a page may leave: it hands something out (docs/retention.md#what-was-handed-out)."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("access")) as made:
        yield made


def asked(row: dict[str, str]) -> str:
    return f"{row['method']} {row['route']}"


def tells_by_ids(row: dict[str, str], whose: str) -> bool:
    """Tells if an answer is about people without a name: files of the journal, a reason, a sheet that is a picture."""
    return row["route"] in (
        "/journal.csv",
        "/journal.xlsx",
        "/journal.xes",
        "/journal.jsonocel",
        "/registre/entrees",
        "/pourquoi/{subject:uuid}",
    ) or ("emargement.pdf" in row["route"] and whose == "later")


def answer(there: World, row: dict[str, str], role: Role, whose: str) -> Any:
    """Requests a route. A form is sent empty, so that nothing is recorded; permissions are checked first."""
    address = there.address(row["route"], whose, there.at_work.people[ROLES[role]])
    client, page = there.browsers[role], (row["route"], role, whose)
    if row["method"] == "GET" and page in there.read:
        return there.read[page]
    got = client.post(address, data={}) if row["method"] == "POST" else client.get(address)
    must_be_written(there, row, role, whose, got)
    if row["method"] == "GET":
        there.read[page] = got
    return got


def text_of(got: Any) -> str:
    """Returns what an answer says, in the cells of a workbook too."""
    if got.headers.get("content-type") != WORKBOOK or not got.content:
        return str(got.text)
    book = load_workbook(BytesIO(got.content))
    return "\n".join(str(cell) for sheet in book.worksheets for row in sheet.values for cell in row)


def must_be_written(there: World, row: dict[str, str], role: Role, whose: str, got: Any) -> None:
    """Asserts that an answer has the line of those whom it shows, one for each refusal, and none otherwise."""
    lines, says = there.lines.take(), f"{asked(row)}, {role}, {whose}: {got.status_code}"
    me, dossier = there.at_work.people[ROLES[role]], there.ids["{dossier_id:uuid}"].get(whose)
    if "{dossier_id:uuid}" not in row["route"]:
        dossier = None
    known = dossier is not None and whose != "other"
    if got.status_code in (303, 304) or (got.status_code == 404 and not known):
        assert not lines, says
        return
    told = text_of(got)
    named = {one for one, name in NAMES.items() if name in told} | set(re.findall("Jouvenel|JOUVENEL", told))
    if got.status_code in (403, 404):
        expected = [("refused", dossier if known else None, 0)] if signs_in(row) else []
        assert [(line.what, line.dossier, line.people) for line in lines] == expected, says
    elif named or (dossier and got.status_code == 200) or tells_by_ids(row, whose):
        addressed = there.ids["{dossier_id:uuid}"].get(whose) if "{subject:uuid}" in row["route"] else dossier
        assert {line.what for line in lines} == {"shown"}, says
        assert [line.dossier for line in lines if line.dossier] == [one for one in [addressed] if one], says
        assert len({line.why for line in lines}) == len(lines), f"{says}: a line a reason"
        assert sum(line.people for line in lines) + (dossier is not None) >= len(named), says
    else:
        assert not lines, says
    assert all((line.member, line.page) == (me, template(row)) for line in lines), says


def signs_in(row: dict[str, str]) -> bool:
    """Tells if a route asks who somebody is."""
    return asked(row) not in PUBLIC and not row["route"].startswith(SIGN_IN)


def template(row: dict[str, str]) -> str:
    """Returns the method and the route, with its parameter where several rows stand for one route."""
    found = (one for one, values in CHOICES.items() if asked(row) in {expanded(one, value) for value in values})
    return next(found, asked(row))


def expanded(route: str, value: str) -> str:
    return re.sub(r"\{(name|do|what)\}", value, route)


def opens(row: dict[str, str], role: Role, about: str, whose: str) -> bool:
    """Returns true if the matrix allows this request. Of an erased person, only who reads everything has pages."""
    cell = row[role]
    if cell == "-" or whose in ELSEWHERE:
        return False
    if row["method"] == "POST" and cell not in GIVEN.get(whose, (cell,)):
        return False
    if whose == "erased":
        return cell == "all" and asked(row) in OF_THE_ERASED
    return cell == "all" or whose in (READ if about in ("{dossier_id:uuid}", "{subject:uuid}") else {"own"})


def whoses(there: World, row: dict[str, str], role: Role) -> list[str]:
    """Of whom somebody asks for it: of everybody, where the answer depends on it."""
    about = there.about(row["route"])
    known = [*there.ids[about], "own"] if about else ["own"]
    made = [whose for whose in dict.fromkeys(known) if not _without(row["route"], whose)]
    if about == "{dossier_id:uuid}" and role != "advisor":
        made = [whose for whose in made if whose not in HERS]
    return [*made, "unknown"] if about and about != "{bulk:uuid}" else made


def _without(route: str, whose: str) -> bool:
    """Papers that this dossier has not: no prescription, no plan or no seat."""
    papers = ("/fiche", "/convocation", "/prescription/")
    return any(one in route for one in papers) and whose in ("nobody", "closed", "erased")


def test_every_route_stands_in_the_matrix_once() -> None:
    written = [asked(row) for row in MATRIX]
    assert len(written) == len(set(written))
    routes = [" ".join(line.split()[:2]) for line in LIST.read_text(encoding="utf-8").splitlines()]
    expected = {expanded(route, one) for route in routes for one in CHOICES.get(route, [""])}
    assert sorted(expected.difference(written)) == [], "no line of the matrix is about it"
    assert sorted(set(written) - expected) == [], "the matrix has a line about it"


@pytest.mark.parametrize("row", MATRIX, ids=asked)
def test_each_is_answered_as_the_matrix_says(there: World, row: dict[str, str]) -> None:
    engine, about = there.at_work.served.engine, there.about(row["route"])
    head = engine.head()
    there.lines.take()
    for role in ROLES:
        unknown = set()
        for whose in whoses(there, row, role):
            got = answer(there, row, role, whose)
            says = f"{asked(row)}, {role}, {whose}: {got.status_code}"
            told = text_of(got)
            named = {one for one, name in NAMES.items() if name in told}
            assert named <= NAMED[role], f"{says}, names {named - NAMED[role]}"
            if opens(row, role, about, whose):
                assert got.status_code in (200, 303, 410, 422), says
            else:
                assert got.status_code in (403, 404), says
            unread = about == "{dossier_id:uuid}" and not (role == "advisor" and whose in READ)
            if whose in ELSEWHERE or (unread and not opens(row, role, about, whose)):
                unknown.add((got.status_code, got.content))
        assert len(unknown) < 2, f"{asked(row)}, {role}: what is elsewhere is told from what is unknown"
    left = {type(one.event) for one in engine.read(head, engine.head() - head)}
    assert left <= LEAVES.get(asked(row), set()), "an empty form records nothing; a paper leaves its event"


@pytest.mark.parametrize("row", [row for row in MATRIX if row["method"] == "GET"], ids=asked)
def test_no_page_of_another_site_leads_to_a_fact_or_shows_somebody(there: World, row: dict[str, str]) -> None:
    engine = there.at_work.served.engine
    head, met = engine.head(), set()
    role: Role = next((role for role in reversed(ROLES) if row[role] in ("all", "own")), "referent")
    address = there.address(row["route"], "own", there.at_work.people[ROLES[role]])
    for header, value in (("Sec-Fetch-Site", "cross-site"), ("Referer", "https://elsewhere.example/")):
        got = there.browsers[role].get(address, headers={header: value})
        if got.status_code == 403 and f'href="{address}">Continuer' in got.text:
            met.add(header)
    assert engine.head() == head
    there.lines.take()
    if asked(row) in LEAVES:
        assert met or "emargement" in row["route"], "a click of one's own goes on"
        return
    there.browsers[role].get(address)
    shows = any(line.what == "shown" and (line.dossier or line.people) for line in there.lines.take())
    assert met == ({"Sec-Fetch-Site", "Referer"} if shows else set())


@pytest.mark.parametrize("do", ["inscrire", "accepter", "rendre"])
@pytest.mark.parametrize("where", ["own", "later"])
def test_a_seat_for_somebody_unread_is_answered_as_for_nobody(there: World, do: str, where: str) -> None:
    head, said = there.at_work.served.engine.head(), set()
    dossiers = there.ids["{dossier_id:uuid}"]
    for whose in (*(dossiers.keys() - READ), "unknown"):
        sent = {"command_id": str(uuid4()), "dossier": str(dossiers.get(whose, uuid4()))}
        got = there.browsers["advisor"].post(f"/ateliers/{there.ids['{workshop_id:uuid}'][where]}/{do}", data=sent)
        said.add((got.status_code, FRESH.sub("", got.text)))
    assert [status for status, _ in said] == [422]
    assert there.at_work.served.engine.head() == head


@pytest.fixture(scope="module")
def stranger(there: World) -> Iterator[InspectingClient]:
    with there.at_work.client(NADIA) as browser:
        yield browser


@pytest.mark.parametrize("row", MATRIX, ids=asked)
def test_who_has_not_said_who_they_are_reads_nothing(
    there: World, stranger: InspectingClient, row: dict[str, str]
) -> None:
    for cookie in ("", f"{there.at_work.slug}/{there.at_work.people['Samir Haddad']}x", "ailleurs/?"):
        stranger.cookies.clear()
        stranger.cookies.set(COOKIE, cookie)
        address = there.address(row["route"], "own", there.at_work.people[NADIA])
        got = stranger.get(address) if row["method"] == "GET" else stranger.post(address, data={})
        sent_off = (got.status_code, got.headers.get("Location")) == (303, "/qui")
        public = asked(row) in PUBLIC or row["route"].startswith(SIGN_IN)
        assert sent_off != public, f"{asked(row)}: {got.status_code}"


HERE = NAMES.keys() - {"other", "erased"}
NAMED: dict[Role, Set[str]] = {
    "advisor": READ, "facilitator": HERE - {"closed", "nobody"}, "referent": HERE, "manager": HERE, "auditor": HERE,
    "administrator": set(),
}  # fmt: skip
"""Names that each role may see, on all pages together."""


@pytest.mark.parametrize("role", ROLES)
def test_no_page_names_somebody_whom_its_reader_does_not_follow(there: World, role: Role) -> None:
    met, elsewhere = set(), set()
    there.lines.take()
    for row in (row for row in MATRIX if row["method"] == "GET"):
        for whose in whoses(there, row, role):
            got = answer(there, row, role, whose)
            if got.headers.get("content-type", "").startswith("application/pdf"):
                continue
            found = {one for one, name in NAMES.items() if name in got.text}
            met |= found
            if found and not row["route"].startswith("/ateliers"):
                elsewhere.add(row["route"])
            addresses = re.findall(r'(?:href|action|hx-\w+|src)="([^"]*)"', got.text)
            sent = [got.headers.get(header, "") for header in ("Location", "Content-Disposition")]
            told = unquote(" ".join([*addresses, *sent]))
            assert not [name for name in NAMES.values() if name in told], f"a name in an address of {row['route']}"
    assert met == NAMED[role]
    if role == "facilitator":
        assert not elsewhere, "who runs workshops reads names there alone"


# --- lists of an earlier day


def forms_of(page: str) -> set[tuple[str, str]]:
    """The forms of a page's own part, but for the one that goes to another day."""
    found = (form for form in parsed(page).select("main form") if not form.select("[type=date][name=au]"))
    return {(str(form.get("method", "get")).lower(), str(form["action"])) for form in found}


@pytest.mark.parametrize("clock", ["", "&horloge=vrai"])
@pytest.mark.parametrize("path", day_bar.LISTS)
def test_an_earlier_day_is_read_by_those_who_replay_and_offers_nothing(there: World, path: str, clock: str) -> None:
    row = next(row for row in MATRIX if asked(row) == f"GET {path}")
    head, address = there.at_work.served.engine.head(), f"{path}?au={BEFORE}{clock}"
    for role in ROLES:
        there.lines.take()
        got = there.browsers[role].get(address)
        assert got.status_code == (403 if row[role] == "-" else 200), role
        past = "Au 13 mars 2026, tel" in words(got.text)
        assert past == (row[role] != "-" and role in READERS), role
        if past:
            assert not forms_of(got.text), role
            files = [link["href"] for link in parsed(got.text).select("main .download a")]
            assert all(f"au={BEFORE}{clock}" in file for file in files), role
        named = {one for one, name in NAMES.items() if name in got.text}
        assert named <= NAMED[role], role
        assert bool(there.lines.take()) == bool(named or row[role] == "-"), role
        refused = there.browsers[role].post(address, data={})
        assert refused.status_code == 405, role
        assert "Un jour passé se lit seulement" in words(refused.text), role
    assert there.at_work.served.engine.head() == head


@pytest.mark.parametrize("path", [path for path in day_bar.LISTS if path != "/resultats"])
def test_the_file_of_an_earlier_day_is_taken_by_those_who_replay(there: World, path: str) -> None:
    row = next(row for row in MATRIX if asked(row) == f"GET {path}")
    for role in ROLES:
        head = there.at_work.served.engine.head()
        got = there.browsers[role].get(f"{path}.csv?au={BEFORE}")
        expected = 403 if row[role] == "-" else 200 if role in READERS else 422
        assert got.status_code == expected, role
        if expected != 200:
            assert there.at_work.served.engine.head() == head, role
        else:
            assert {one for one, name in NAMES.items() if name in got.text} <= NAMED[role], role
    there.lines.take()


def test_a_past_desk_that_says_yes_is_noticed(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PastDesk, "may", Desk.may)
    monkeypatch.setattr(PastDesk, "has_role_for", Desk.has_role_for)
    pages = [there.browsers["referent"].get(f"{path}?au={BEFORE}").text for path in day_bar.LISTS]
    assert any(map(forms_of, pages))
