"""A house where whose things are is told apart, for the walk of access_matrix.csv: two structures, six roles.

Nadia Benali walks as the advisor. Of the dossiers, one is hers, one is hers and closed, one is of Inès whose deputy she
is today, one has a task that Paul handed her, one she receives today; the others she must not read.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pixflow import presets, structure_folder, tasks
from pixflow.actor import OPERATOR, Actor
from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.dossier import assignment, follow_up
from pixflow.dossier.assignment import break_glass
from pixflow.engine import new_id
from pixflow.events.values import ContactDetails, PartnerDetails, Role
from pixflow.participation import campaign
from pixflow.partners.catalogue import receive_catalogue
from pixflow.partners.contacts import name_contact
from pixflow.partners.listing import list_partner
from pixflow.pix_orga import ExportCampaign
from pixflow.resources.sharing import ask_question, share_resource
from pixflow.store.recorders import digest_of
from pixflow.team.absences import declare_absence
from tests.erasures import request
from tests.portfolio_import.files import file
from tests.web.access_lines import NewLines
from tests.web.arranged import scheduled, seat
from tests.web.client import InspectingClient
from tests.web.exports import ZOE, export
from tests.web.filled import hire
from tests.web.paths import House, house
from web.app import create_app
from web.desk.imports import portfolio_importer, result_importer
from web.hosting import registers
from web.hosting.machine.metrics import metrics_of
from web.pages.agenda import address_of
from web.pages.privacy.erasure import erase

BEFORE, MONDAY, FRIDAY = date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 20)
NADIA, PAUL, SOPHIE, HELENE, INES, OMAR = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Inès Kowalski", "Omar Sy",
)  # fmt: skip
ROLES: dict[Role, str] = {
    "advisor": NADIA, "facilitator": "Samir Haddad", "referent": SOPHIE, "manager": HELENE,
    "auditor": "Claire Vasseur", "administrator": "Yann Le Goff",
}  # fmt: skip
NAMES = {
    "own": "Alcazar", "closed": "Berthelin", "deputised": "Carvalho", "handed": "Delatour", "colleague": "Escoffier",
    "nobody": "Fontanel", "ended": "Garrigue", "over": "Hocquart", "other": "Izambard", "erased": "Jolivet",
    "received": "Kervella", "before": "Lacombe",
}  # fmt: skip
READ = frozenset({"own", "closed", "deputised", "handed", "received"})
"""Dossiers that an advisor may read; the others are a colleague's, nobody's, or were readable until Friday."""
HERS = frozenset({"own", "deputised", "handed", "ended", "over", "received", "before"})
"""The dossiers that Nadia Benali has or had a part in: a colleague's for everybody else."""
ELSEWHERE = ("other", "unknown")
ADVISORS = {"own": NADIA, "closed": NADIA, "erased": NADIA, "deputised": INES, "ended": OMAR}
"""Advisor of each dossier; Paul Rey follows the others, and gives one to Omar Sy in the end."""
OTHER = "Mission locale de Tarbes"


RESOURCE, QUESTION, PDF = UUID(int=0x5E), UUID(int=0x5F), b"%PDF-1.7"
FILE = digest_of(PDF)


@dataclass
class World:
    """Ids by whose they are, under the name that addresses give them; `prescribed` are the dossiers' participations.

    `browsers` stay open from one address to the next; `read` are the pages they met, each asked for once.
    """

    at_work: House
    browsers: dict[Role, InspectingClient]
    ids: dict[str, dict[str, UUID]] = field(default_factory=dict)
    prescribed: dict[str, UUID] = field(default_factory=dict)
    read: dict[tuple[str, Role, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = NewLines(self.at_work.served)

    def about(self, route: str) -> str:
        """Returns the parameter that the answer of a route depends on, "" for none."""
        return next((name for name in self.ids if name in route), "")

    def address(self, route: str, whose: str, me: UUID) -> str:
        """The route's address, about something that is somebody's; `me` is who asks."""
        for name, ids in self.ids.items():
            mine = {"own": me} if name == "{person:uuid}" else {}
            route = route.replace(name, str({**ids, **mine}.get(whose, uuid4())))
        served, nadia = self.at_work.served, self.at_work.people[NADIA]
        route = route.replace("{participation:uuid}", str(self.prescribed.get(whose, uuid4())))
        if route.startswith("/agenda/"):
            route = route.replace("/agenda/{token}.ics", address_of(served, nadia))
        route = route.replace("{token}", "0" * 32).replace("{structure}", self.at_work.slug)
        if "{register}" in route:
            last = served.register.last()
            assert last
            at = f"1-{last.size}/{last.root[:10].hex()}"
            route = route.replace("{register}", served.opened.id.hex).replace("{epoch:int}", "1")
            route = route.replace("{level:int}/{path:path}", "0/000.p/1")
            route = route.replace("{position:int}-{size:int}/{root}", at)
        route = route.replace("{resource:uuid}", str(RESOURCE)).replace("{question:uuid}", str(QUESTION))
        route = route.replace("{number:int}", "1").replace("{digest}", FILE)
        query = {"/boite/plusieurs": "?faire=snooze"}.get(route, "")
        return route + query


@contextmanager
def world(data: Path, url: str = "") -> Iterator[World]:
    """L'Aigle-Mortagne on a Monday, beside another structure. With a `url` its people sign in."""
    first = datetime(2026, 1, 5, 9, 12, tzinfo=UTC)
    preset = presets.load("laigle-mortagne")
    structure_folder.create(
        data, demonstration=True, name=OTHER, preset=preset, sites=("Mortagne",), on=first.date(), clock=lambda: first
    ).engine.close()
    with house(data, url=url) as at_work, ExitStack() as open_browsers:
        at_work.app = create_app(at_work.host, url, metrics=metrics_of(at_work.host))
        hire(at_work, "Samir Haddad", "facilitator")
        for name in (INES, OMAR):
            hire(at_work, name, "advisor")
        browsers = {role: open_browsers.enter_context(at_work.client(name)) for role, name in ROLES.items()}
        made = World(at_work, browsers)
        at_work.day(BEFORE)
        _dossiers(made)
        _shared(made)
        _known(made)
        at_work.day(MONDAY)
        _others(made, _beside(at_work))
        _erased(made)
        registers.follow(at_work.served.opened, at_work.served.register, begin=True)
        yield made


def _dossiers(world: World) -> None:
    """Each prescribed and, but for one that is closed, with a seat on Friday in a workshop that Paul Rey runs."""
    at_work, dossiers = world.at_work, {}
    later = _scheduled(at_work, FRIDAY, PAUL)
    for whose, name in NAMES.items():
        if whose in ("other", "nobody"):
            continue
        dossiers[whose], _ = at_work.prescribed("0.37", first="Lou", last=name)
        world.prescribed[whose] = next(iter(at_work.state(dossiers[whose]).prescription.built))
        if whose in ("closed", "erased"):
            at_work.on(dossiers[whose], follow_up.close_dossier, reason="moved", note="")
        else:
            seat(at_work, later, dossiers[whose])
            advisor = at_work.people[ADVISORS.get(whose, PAUL)]
            at_work.on(dossiers[whose], assignment.assign_advisor, SOPHIE, advisor=advisor)
    dossiers["nobody"] = at_work.opened("Lou", NAMES["nobody"], None)
    world.ids["{dossier_id:uuid}"] = world.ids["{subject:uuid}"] = dossiers
    world.ids["{workshop_id:uuid}"] = {"later": later}


def _shared(world: World) -> None:
    """Inès is away next week, Omar is today; Paul hands over a task until next Friday, and one for today."""
    at_work, dossiers = world.at_work, world.ids["{dossier_id:uuid}"]
    nadia = at_work.people[NADIA]
    for name, first, last in ((INES, MONDAY, FRIDAY), (OMAR, BEFORE, BEFORE)):
        days = {"absence": uuid4(), "first": first, "last": last, "deputy": nadia}
        at_work.says(HELENE, declare_absence, {"staff": at_work.people[name]}, **days)
    at_work.on(dossiers["before"], break_glass, NADIA, reason="à l’accueil", context={"nth": 1})
    for whose, until in (("handed", FRIDAY), ("over", BEFORE)):
        task = tasks.of_dossier(at_work.state(dossiers[whose]), at_work.served.refs)[0].key
        at_work.on(dossiers[whose], follow_up.hand_over_task, PAUL, task=task, to=nadia, until=until, note="")


def _known(world: World) -> None:
    """A resource with a file, which a young person may take away, and a question of Nadia's."""
    at_work = world.at_work
    digest = at_work.served.engine.recorder.files.keep(PDF)
    assert digest == FILE
    note = FileNote(digest, "affiche.pdf", "application/pdf", len(PDF))
    text = ResourceDocument("Présenter Pix", "fiche", "Pix est gratuit.", audience="young", files=(note,))
    at_work.says(SOPHIE, share_resource, {"resource": RESOURCE}, document=text, note="")
    at_work.says(NADIA, ask_question, {"question": QUESTION}, text="Et s’il refuse ?", task="")


def _erased(world: World) -> None:
    """A person whom Nadia followed is erased: the dossier stays, without a word of theirs."""
    served = world.at_work.served
    dossier = world.ids["{dossier_id:uuid}"]["erased"]
    version = request(served.opened, dossier)
    erase(served, dossier, version, by=Actor(OPERATOR), command_id=uuid4(), via="cli")


def _others(world: World, elsewhere: House) -> None:
    at_work, ids = world.at_work, world.ids
    at_work.on(ids["{dossier_id:uuid}"]["received"], break_glass, NADIA, reason="à l’accueil", context={"nth": 1})
    ids["{dossier_id:uuid}"]["other"] = elsewhere.opened("Lou", NAMES["other"])
    ids["{workshop_id:uuid}"] |= {
        "own": _scheduled(at_work, MONDAY, NADIA),
        "colleague": _scheduled(at_work, MONDAY, PAUL),
        "other": _scheduled(elsewhere, MONDAY, NADIA),
    }
    ids["{partner_id:uuid}"] = {"own": _listed(at_work), "other": _listed(elsewhere)}
    ids["{contact_id:uuid}"] = {"own": _contact(at_work), "other": _contact(elsewhere)}
    ids["{person:uuid}"] = {"colleague": at_work.people[PAUL], "other": elsewhere.people[NADIA]}
    ids["{stream:uuid}"] = {"own": at_work.campaign, "other": elsewhere.campaign}
    ids["{command:uuid}"] = {"own": _imported(at_work), "other": _imported(elsewhere)}
    ids["{imported:uuid}"] = {"own": _exported(at_work), "other": _exported(elsewhere)}
    ids["{receipt:uuid}"] = {"own": _received(at_work), "other": _received(elsewhere)}
    bulk = uuid4()
    given = ids["{dossier_id:uuid}"]["colleague"]
    at_work.served.engine.execute(
        {"dossier": given},
        assignment.assign_advisor,
        by=_actor(at_work, SOPHIE),
        command_id=new_id(bulk, str(given)),
        advisor=at_work.people[OMAR],
    )
    ids["{bulk:uuid}"] = {"own": bulk}


def elsewhere(at_work: House) -> House:
    """The other structure of the site."""
    made = House(at_work.host, [at_work.served.engine.clock()], at_work.url)
    made.slug = next(slug for slug in at_work.host.structures if slug != at_work.slug)
    made.served = at_work.host.structures[made.slug]
    made.people = {one.name: id for id, one in made.served.refs.team.items()}
    return made


def _beside(at_work: House) -> House:
    """The other structure, with an advisor, a référente and a campaign of its own."""
    made = elsewhere(at_work)
    hire(made, NADIA, "advisor")
    hire(made, SOPHIE, "referent")
    made.says(
        SOPHIE,
        campaign.declare_campaign,
        {"campaign": made.campaign},
        name="Diagnostic de Tarbes",
        code="TARBES482",
        purpose="initial",
        site=None,
    )
    return made


def _imported(at_work: House) -> UUID:
    """A portfolio of one line, recorded."""
    importer, command = portfolio_importer(at_work.served), uuid4()
    prepared = importer.prepare(file("0012345;JOUVENEL;Lou;12/03/2005;;;Mortagne;CEJ;;;;"))
    importer.record(prepared, by=_actor(at_work, SOPHIE), command_id=command)
    return command


def _exported(at_work: House) -> UUID:
    """An export of one row, recorded."""
    importer, command = result_importer(at_work.served), uuid4()
    at, other = at_work.served.engine.clock() - timedelta(days=1), ExportCampaign(481999, "ACCESS482", "Accès")
    name, content, _ = export([ZOE], at, other)["export"]
    importer.record(importer.prepare(content, name), by=_actor(at_work, SOPHIE), command_id=command)
    return command


def _received(at_work: House) -> UUID:
    """A file of places, recorded."""
    counts = {"new": 1, "changed": 0, "unchanged": 0, "gone": 0, "aside": 0, "outside": 0, "refused": 0}
    streams = {"catalogue": at_work.served.opened.stream("catalogue")}
    done = at_work.says(SOPHIE, receive_catalogue, streams, digest="0", kind="table", counts=counts)
    return done.recorded[0].command


def _scheduled(at_work: House, day: date, who: str) -> UUID:
    starts = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    return scheduled(
        at_work, day=day, starts=starts, ends=starts + timedelta(hours=2), facilitators=(at_work.people[who],)
    )


def _actor(at_work: House, who: str) -> Actor:
    return Actor(str(at_work.people[who]))


def _contact(at_work: House) -> UUID:
    """A person to call at a partner of this structure."""
    stream, details = uuid4(), ContactDetails("Lise Marchand")
    at_work.says("Sophie Lecomte", name_contact, {"contact": stream}, partner=_listed(at_work), details=details)
    return stream


def _listed(at_work: House) -> UUID:
    """A partner of this structure."""
    stream = uuid4()
    details = PartnerDetails(name="Fablab", town="Mortagne-au-Perche")
    at_work.says("Sophie Lecomte", list_partner, {"partner": stream}, details=details)
    return stream
