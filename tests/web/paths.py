"""A small Mission locale to test pages on: its people, a campaign, and dossiers driven along the path."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.documents.grille import Proposal
from pixflow.dossier import identity
from pixflow.dossier.stages import orientation, parcours, prescription
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult
from pixflow.events.base import Event
from pixflow.events.values import Moment, Part, Partner, Purpose, Result, Role
from pixflow.participation import campaign, matches
from pixflow.protocol.publishing import publish_grille
from pixflow.team import membership
from tests.copies import copy_of, is_new
from tests.web.client import InspectingClient
from web.accounts.site import Site
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import Host, open_host, open_site
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import Settings

TEAM: tuple[tuple[str, Role], ...] = (
    ("Nadia Benali", "advisor"),
    ("Paul Rey", "advisor"),
    ("Sophie Lecomte", "referent"),
    ("Claire Vasseur", "auditor"),
    ("Hélène Morin", "manager"),
    ("Yann Le Goff", "administrator"),
)
DOMAINS = (
    Part("Information et données", 5, 10),
    Part("Communication et collaboration", 2, 5),
    Part("Protection et sécurité", 1, 5),
)
COMPETENCES = (
    Part("Mener une recherche et une veille d’information", 3, 6),
    Part("Gérer des données", 2, 4),
    Part("Interagir", 1, 3),
    Part("Partager et publier", 1, 2),
    Part("Protéger les données personnelles et la vie privée", 1, 5),
)


class House:
    """A structure served in a test; `day` moves its clock, noon of that day in UTC."""

    def __init__(self, host: Host, clock: list[datetime], url: str = "") -> None:
        self.host = host
        self.served: ServedStructure = next(iter(host.structures.values()))
        self.slug = next(iter(host.structures))
        self.app = create_app(host, url)
        self.url = url
        self._clock = clock
        self.people: dict[str, UUID] = {}
        self.campaign = uuid4()
        self._ordinals = count()

    def day(self, day: date, hour: int = 9) -> None:
        self._clock[0] = datetime(day.year, day.month, day.day, hour, 12, tzinfo=UTC)

    def pass_by(self, **said: float) -> None:
        """Moves the clock on."""
        self._clock[0] += timedelta(**said)

    @property
    def now(self) -> datetime:
        return self._clock[0]

    @property
    def today(self) -> date:
        return self.served.today()

    def client(self, name: str) -> InspectingClient:
        """The browser of somebody of the team."""
        client = InspectingClient(self.app, follow_redirects=False)
        client.cookies.set(COOKIE, f"{self.slug}/{self.people[name]}")
        return client

    def says(self, by: str, decide: Decision[..., Any], streams: dict[str, UUID], /, **sent: Any) -> CommandResult:
        """Somebody of the team takes a decision; `context` is what the program adds to what they say."""
        context = sent.pop("context", None)
        actor = Actor(by if ":" in by else str(self.people[by]))
        return self.served.engine.execute(streams, decide, by=actor, command_id=uuid4(), context=context, **sent)

    def on(self, dossier: UUID, decide: Decision[..., Any], by: str = "Nadia Benali", /, **sent: Any) -> CommandResult:
        return self.says(by, decide, {"dossier": dossier}, **sent)

    def state(self, dossier: UUID) -> Dossier:
        state: Dossier = self.served.engine.state("dossier", dossier)
        return state

    def events(self, dossier: UUID) -> list[Event]:
        return [recorded.event for recorded in self.served.engine.history(dossier)]

    def version(self, dossier: UUID, event: type[Event]) -> int:
        """Returns the version of the last event of this type in a dossier's stream."""
        history = self.served.engine.history(dossier)
        return max(recorded.originator_version for recorded in history if isinstance(recorded.event, event))

    # --- a dossier, step by step

    def opened(
        self, first: str = "Aminata", last: str = "Diallo", advisor: str | None = "Nadia Benali", **more: Any
    ) -> UUID:
        """A dossier of nobody's programme, whose email is known, unless `more` says so."""
        dossier = uuid4()
        about: dict[str, Any] = {"birth_date": date(2005, 11, 3), "imilo_number": None, "site": "Mortagne"}
        about |= {"email": "jeune@exemple.fr", **more}
        by = self.people[advisor] if advisor else None
        self.on(dossier, identity.open_dossier, "Sophie Lecomte", last_name=last, first_name=first, advisor=by, **about)
        return dossier

    def presented(self, **more: Any) -> UUID:
        dossier = self.opened(**more)
        self.on(dossier, orientation.present_pix, occasion="welcome")
        return dossier

    def planned(self, **more: Any) -> UUID:
        dossier = self.presented(**more)
        self.on(
            dossier,
            orientation.plan_diagnostic,
            campaign=self.campaign,
            modality="office",
            mediator=False,
            place="Mortagne",
            planned_for=self.today,
            context={"plan": uuid4()},
        )
        return dossier

    def took(
        self,
        dossier: UUID,
        mastery: str | None = "0.40",
        *,
        progress: str = "1",
        ordinal: int | None = None,
        purpose: Purpose = "initial",
        badges: tuple[tuple[str, bool], ...] = (),
        on: date | None = None,
    ) -> UUID:
        """A participation imported and matched; with a mastery, it is shared too: today, or earlier `on` a day."""
        state, found = self.state(dossier), uuid4()
        moment = Moment(on or self.today, None if on else self.served.engine.clock() - timedelta(hours=2))
        parts: dict[str, Any] = {"domains": DOMAINS, "competences": COMPETENCES, "badges": badges}
        result = Result(shared=moment, mastery=Decimal(mastery), **parts) if mastery else None
        self.says(
            "Sophie Lecomte",
            matches.import_participation,
            {"participation": found},
            campaign=self.campaign,
            purpose=purpose,
            last_name=state.last_name,
            first_name=state.first_name,
            external_id=None,
            imported=(),
            started=moment,
            progress=Decimal(progress),
            ordinal=next(self._ordinals) if ordinal is None else ordinal,
            result=result,
            exported_at=self.served.engine.clock(),
        )
        self.says(
            "Sophie Lecomte",
            matches.confirm_match,
            {"participation": found, "dossier": dossier},
            automatic=False,
            score=86,
            reasons=("same-words",),
            warnings=(),
            others=(),
            context={"participation_id": found, "dossier_id": dossier},
        )
        return found

    def scored(self, mastery: str = "0.40", **more: Any) -> tuple[UUID, UUID]:
        dossier = self.planned(**more)
        return dossier, self.took(dossier, mastery)

    def dispatched(self, mastery: str = "0.40", **more: Any) -> tuple[UUID, UUID]:
        dossier, found = self.scored(mastery, **more)
        self.on(
            dossier,
            prescription.dispatch_result,
            "Sophie Lecomte",
            participation=found,
            advisor=self.state(dossier).advisor,
        )
        return dossier, found

    def debriefed(self, mastery: str = "0.40", **more: Any) -> tuple[UUID, UUID]:
        dossier, found = self.dispatched(mastery, **more)
        number = {"number": self.served.refs.grille(self.today).number}
        self.on(dossier, prescription.hold_debrief, participation=found, channel="meeting", note="", context=number)
        return dossier, found

    def publish_grid(self, short: str = "", objective: str = "", proposals: str = "") -> int:
        """A grid in force from today on, whose lowest band has another name, objective or proposal more.

        Returns its number.
        """
        now = self.served.refs.grille(self.today).document
        low, *others = now.bands
        more = (Proposal(proposals, proposals, "action"),) if proposals else ()
        other = replace(
            low, short=short or low.short, objective=objective or low.objective, proposals=(*low.proposals, *more)
        )
        said = {"document": replace(now, bands=(other, *others)), "from_day": self.today}
        self.says(OPERATOR, publish_grille, {"grille": self.served.opened.stream("grille")}, **said)
        return self.served.refs.grille(self.today).number

    def prescribed(self, mastery: str = "0.40", **more: Any) -> tuple[UUID, list[UUID]]:
        """With three actions: two of the grid's, the first for the advisor's eyes only, and a free one."""
        dossier, found = self.debriefed(mastery, **more)
        grille = self.served.refs.grille(self.today)
        ids = tuple(uuid4() for _ in range(3))
        self.on(
            dossier,
            prescription.build_prescription,
            participation=found,
            kept=("illettrisme", "cafe-numerique"),
            added=("Permis de conduire : code en ligne",),
            wish="Refaire le test après une formation courte",
            project="vente en boutique",
            reason="Le code de la route se révise en ligne",
            context={"grille": grille.document, "number": grille.number, "action_ids": ids},
        )
        return dossier, list(ids)

    def referred(self, dossier: UUID, action: UUID, **more: Any) -> UUID:
        referral = uuid4()
        said = {"partner": Partner(None, "Médiathèque de Mortagne"), "starts": None, "ends": None, "note": "", **more}
        self.on(dossier, parcours.send_referral, action=action, context={"referral": referral}, **said)
        return referral


@contextmanager
def closing_site(site: Site | None) -> Iterator[None]:
    yield
    if site:
        site.store.close()


@contextmanager
def house(data: Path, first: date = date(2026, 1, 5), url: str = "") -> Iterator[House]:
    """L'Aigle-Mortagne with its team and one declared campaign, on its first day; kept where the settings say.

    With a `url` its people sign in; otherwise it is a demonstration. It is a copy of one that is made once, unless the
    folder or the database has a structure already.
    """
    clock = [_morning(first)]
    make = partial(_make, first=first, url=url)
    name = f"house_{first:%Y_%m_%d}{'_with_accounts' if url else ''}"
    people, called = copy_of(name, data, make) if is_new(data) else make(data)
    site = open_site(Settings(), data, url, clock=lambda: clock[0]) if url else None
    with open_host(data, demo=not url, site=site, clock=lambda: clock[0]) as served, closing_site(site):
        made = House(served, clock, url)
        made.people, made.campaign = dict(people), called
        yield made


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 12, tzinfo=UTC)


def _make(data: Path, first: date, url: str) -> tuple[dict[str, UUID], UUID]:
    """Makes the house in a folder, its read tables up to date, and accounts where there is a `url`.

    Returns the ids of its people and of its campaign.
    """
    preset = presets.load("laigle-mortagne")
    sites = ("L’Aigle", "Mortagne")
    structure_folder.create(
        data,
        demonstration=True,
        name="Mission locale de L’Aigle – Mortagne",
        preset=preset,
        sites=sites,
        on=first,
        database=Settings().database(),
        clock=lambda: _morning(first),
    ).engine.close()
    with closing_site(open_site(Settings(), data, url, create=True) if url else None):
        pass
    with open_host(data, demo=True, clock=lambda: _morning(first)) as served:
        made = House(served, [_morning(first)])
        for name, role in TEAM:
            made.people[name] = uuid4()
            address = f"{name.split()[0].lower().replace('é', 'e').replace('è', 'e')}@exemple.fr"
            made.says(
                OPERATOR,
                membership.add_member,
                {"staff": made.people[name]},
                name=name,
                email=address,
                site=None,
                roles=(role,),
            )
        made.says(
            "Sophie Lecomte",
            campaign.declare_campaign,
            {"campaign": made.campaign},
            name="Diagnostic initial, printemps",
            code="KMRTWX482",
            purpose="initial",
            site=None,
        )
        made.served.read()
        return made.people, made.campaign
