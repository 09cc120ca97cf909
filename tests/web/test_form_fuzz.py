"""Forms as a stranger sends them: no kind of form makes a page fail, and a refusal records nothing, on both stores."""

import re
from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from pixflow.actor import OPERATOR
from pixflow.events.values import ContactDetails, OfferTerms, PartnerDetails, Role
from pixflow.partners.contacts import name_contact
from pixflow.partners.listing import list_offer, list_partner
from pixflow.place_import.importer import KeptPlaces
from pixflow.resources.sharing import ask_question
from pixflow.store.postgres.database import Database
from pixflow.team.membership import add_member
from pixflow.uploads import Uploads
from tests.open_data.samples import mediation
from tests.portfolio_import.files import AWA, BAH, file
from tests.trials.report import TrialReport
from tests.trials.scale import SEED
from tests.web.arranged import MONDAY, scheduled, seat
from tests.web.client import LocalClient, of_errors
from tests.web.filled import give, hire
from tests.web.form_cases import FORM_CASES
from tests.web.form_kinds import FormKind, Sent, kinds, models, wrongly_filled
from tests.web.paths import House, house
from tests.web.test_access import CHOICES
from web.desk.dependencies import COOKIE
from web.desk.imports import place_importer
from web.pages import ROUTES

EVERYBODY, NADIA = "Zoé Toutpouvoir", "Nadia Benali"
ROLES: tuple[Role, ...] = ("advisor", "referent", "manager", "auditor", "administrator", "facilitator")
FEWEST_KINDS = 100
HIDDEN = frozenset({"about", "do", "pile", "replaces", "seen", "task", "version"})
"""The fields and buttons that hold a value of the page: nobody fills them in."""
RECORDED = frozenset({200, 204, 303})
"""Answers after which something may be recorded; the others are refusals."""


def posted() -> Iterator[tuple[str, tuple[frozenset[str], ...]]]:
    """Every route that takes a form, and the fields that each form of its module has."""
    for route in ROUTES:
        if "POST" in (route.methods or ()):
            for choice in CHOICES.get(f"POST {route.path}", [""]):
                path = re.sub(r"\{(name|do|what)\}", choice, route.path)
                yield path, models(route.endpoint.__module__)


class Desks:
    """A structure where each kind of form is open somewhere, and the two people who fill them in."""

    def __init__(self, at_work: House) -> None:
        self.at_work = at_work
        at_work.people[EVERYBODY] = uuid4()
        identity = {"name": EVERYBODY, "email": "zoe@exemple.fr", "site": None, "roles": ROLES}
        at_work.says(OPERATOR, add_member, {"staff": at_work.people[EVERYBODY]}, **identity)
        hire(at_work, "Inès Kowalski", "advisor", of_site="L’Aigle")
        at_work.day(MONDAY)
        starts = ["/", *self._dossiers(), *self._uploads()]
        workshop = scheduled(at_work, facilitators=(at_work.people[EVERYBODY],))
        dossiers = [at_work.planned(last=name) for name in ("Alcazar", "Berthelin")]
        for dossier in dossiers:
            seat(at_work, workshop, dossier)
        give(at_work, dossiers, NADIA)
        starts += self._territory()
        starts += ["/ateliers/nouveau", f"/ateliers/{workshop}", f"/ateliers/{workshop}/presence"]
        self.cookies = [f"{at_work.slug}/{at_work.people[name]}" for name in (EVERYBODY, NADIA)]
        self.browsers = [LocalClient(at_work.app, follow_redirects=False) for _ in self.cookies]
        self.sign_in()
        self.kinds = kinds(self.browsers, starts)
        self.ids = tuple(str(one) for one in (*dossiers, workshop, *at_work.people.values(), at_work.campaign))
        known = {
            "{dossier_id:uuid}": str(dossiers[0]),
            "{workshop_id:uuid}": str(workshop),
            "{person:uuid}": str(at_work.people[NADIA]),
            "{stream:uuid}": str(at_work.campaign),
        }
        led = {re.sub(r"[0-9a-f-]{32,}", "*", kind.action) for kind in self.kinds}
        for route, fields in posted():
            address = re.sub(r"\{[^}]*\}", lambda found: known.get(found[0], str(uuid4())), route)
            if re.sub(r"\{[^}]*\}", "*", route) not in led:
                self.kinds.append(FormKind(self.browsers[0], address, {}, (), fields))

    def _dossiers(self) -> Iterator[str]:
        """The page of a dossier in each state that a form needs, with this form open."""
        for case in FORM_CASES:
            dossier, about = case.arrange(self.at_work)
            yield f"/dossiers/{dossier}?formulaire={case.form}&sur={about}"
            yield f"/dossiers/{dossier}"

    def _territory(self) -> list[str]:
        """The pages of a partner, with each form about its offer and about the person to call there; of a question."""
        partner, offer, contact, question = (uuid4() for _ in range(4))
        place = PartnerDetails(name="EPN de L'Aigle", commune="61214", town="L'Aigle", postal_code="61300")
        self.at_work.says(EVERYBODY, list_partner, {"partner": partner}, details=place)
        terms = OfferTerms(label="Bureautique", kind="digital")
        self.at_work.says(EVERYBODY, list_offer, {"partner": partner}, offer=offer, terms=terms)
        person = ContactDetails(name="Jeanne Roy", phone="0233000102", email="accueil@exemple.fr")
        self.at_work.says(EVERYBODY, name_contact, {"contact": contact}, partner=partner, details=person)
        self.at_work.says(NADIA, ask_question, {"question": question}, text="Où trouver un ordinateur ?", task="")
        return [f"/partenaires/{partner}?formulaire=modifier-offre&sur={offer}", f"/ressources/questions/{question}"]

    def _uploads(self) -> Iterator[str]:
        """The previews of a portfolio, of a file of places and of a table that wait; the territory."""
        waiting = Uploads(self.at_work.served.opened.folder / "uploads")
        yield f"/dossiers/import/{waiting.keep(file(AWA, BAH), 'portefeuille.csv')}"
        read = place_importer(self.at_work.served).read
        for content in (mediation({}, {"id": "2"}), b"Lieu;Ville\nMJC;L'Aigle\n"):
            token = waiting.keep(content, "lieux.csv")
            KeptPlaces(waiting, token, read)(content, None)
            yield f"/partenaires/import/{token}"
        yield "/partenaires/territoire"

    def check(self, kind: FormKind, sent: Sent) -> int:
        """Sends a form. Returns the number of events; fails when the page does, or when a refusal recorded some."""
        engine = self.at_work.served.engine
        self.sign_in()
        head = engine.head()
        answer = kind.send(sent)
        assert answer.status_code < 500, (kind.name, sent, answer.status_code)
        recorded = engine.head() - head
        assert self.at_work.served.read().blocked == 0, (kind.name, sent)
        assert answer.status_code in RECORDED or not recorded, (kind.name, sent, answer.status_code, recorded)
        return recorded

    def sign_in(self) -> None:
        """Puts the cookies back: one of the forms is that of who one is."""
        for browser, cookie in zip(self.browsers, self.cookies, strict=True):
            browser.cookies.clear()
            browser.cookies.set(COOKIE, cookie)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.trial])]
)
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            patch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("postgres").create_database())
        with house(tmp_path_factory.mktemp("fuzz")) as at_work:
            yield Desks(at_work)
            database = at_work.served.opened.database
    if isinstance(database, Database):
        database.close()


def _is_id(value: object) -> bool:
    """True for what a page holds hidden: an id, the key of a task."""
    return re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", str(value)) is not None


def _numbers(kind: FormKind, number: str) -> dict[str, str]:
    """The fields that hold a number or nothing, filled with this one; a label has a text."""
    typed = {name: number for name, value in kind.fields.items() if not value or str(value).isdecimal()}
    return typed | ({"label": "Bureautique"} if "label" in kind.fields else {})


def send_each(desks: Desks, count: int) -> int:
    """Sends so many wrong forms of each kind. Returns how many were sent."""
    done = 0
    for kind in desks.kinds:
        check = partial(desks.check, kind)

        @seed(SEED)
        @settings(
            max_examples=count,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(wrongly_filled(kind, desks.ids))
        def send(sent: Sent) -> None:
            nonlocal done
            done += 1
            check(sent)  # noqa: B023

        send()
    return done


def test_every_kind_of_form_wrongly_filled_is_answered_in_words(desks: Desks) -> None:
    assert len(desks.kinds) >= FEWEST_KINDS
    assert send_each(desks, 2) >= FEWEST_KINDS


def test_a_number_without_end_in_every_field_makes_no_page_fail(desks: Desks) -> None:
    for kind in desks.kinds:
        ids = {name: value for name, value in kind.fields.items() if _is_id(value)}
        typed = dict.fromkeys({*kind.fields, "seen", "replaces"}.union(*kind.models), "9" * 5_000)
        desks.check(kind, {**typed, "do": f"drop-{'9' * 5_000}-1", **ids, "command_id": str(uuid4())})


def test_a_number_that_no_table_holds_stops_nobody(desks: Desks) -> None:
    """A whole number is one for Python, whatever its length; the tables of all pages have columns of 32 bits."""
    for kind in desks.kinds:
        ids = {name: value for name, value in kind.fields.items() if _is_id(value)}
        desks.check(kind, {**kind.fields, **_numbers(kind, "2147483648"), **ids, "command_id": str(uuid4())})
    desks.sign_in()
    assert [browser.get("/boite").status_code for browser in desks.browsers] == [200, 200]


def test_the_summary_of_errors_of_every_form_links_to_each_field_in_the_order_of_the_page(desks: Desks) -> None:
    """Of every form left empty, and of every form whose fields all hold what is no value of theirs."""
    for typed in ("", "\N{SNOWMAN}"):
        for kind in (one for one in desks.kinds if not one.models):
            hidden = {name: value for name, value in kind.fields.items() if name in HIDDEN or _is_id(value)}
            desks.sign_in()
            answer = kind.send({**dict.fromkeys(kind.fields, typed), **hidden, "command_id": str(uuid4())})
            if answer.status_code == 422:
                found = of_errors(answer.text, sent_by_page=True)
                assert not found, (kind.name, typed, found)


@pytest.mark.trial
def test_thousands_of_wrong_forms_are_answered_in_words(
    desks: Desks, trial_report: TrialReport, request: pytest.FixtureRequest
) -> None:
    store = request.node.callspec.params["desks"]
    sent = send_each(desks, 60)
    done = f"{store}: {len(desks.kinds)} kinds of form, {sent} posts with missing, strange, repeated and others' values"
    trial_report.add("wrong forms", done, "no page failed; no refusal recorded anything")
