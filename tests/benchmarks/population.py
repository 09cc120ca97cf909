"""Invented young people followed over eighteen months, as the events that would have recorded it: the same ones each time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from random import Random
from uuid import UUID

from pixflow import presets
from pixflow.events import Event, Recorded
from pixflow.events import campaign as c
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import staff as s
from pixflow.events.grille import GrillePublished
from pixflow.events.protocol import ProtocolPublished
from pixflow.events.structure import StructureOpened
from pixflow.events.values import Action, Moment, Part, Partner, Purpose, Result

FIRST = date(2025, 1, 6)
SITES = ("L'Aigle", "Mortagne-au-Perche")
ADVISORS = 40
PRESET = presets.load("laigle-mortagne")
LAST_NAMES = ("Martin", "Le Goff", "Benali", "N’Diaye", "Lefèvre", "Da Silva", "Moreau", "Nguyen", "Roussel", "Kaya", "Petit")
FIRST_NAMES = ("Léa", "Yanis", "Inès", "Mathéo", "Awa", "Jean-Baptiste", "Chloé", "Enzo", "Maëlys", "Karim", "Océane")
ACTIONS = (("CAP LEC", "cap-lec"), ("Passeport numérique", None), ("Café numérique", "cafe-numerique"))
COMPETENCES = ("Mener une recherche", "Gérer des données", "Interagir", "Développer des documents", "Protéger ses données")
DOMAINS = ("Information et données", "Communication et collaboration", "Protection et sécurité")
NOTE = "Vu en entretien : il avance sur son projet, la mobilité reste à travailler."

Said = tuple[datetime, UUID, Event]


def population(size: int, seed: int = 1) -> list[Recorded]:
    """`size` events in order of time: a structure and its team, then dossiers of about 40 events, none complete at the end.

    Every participation is a stream of its own, matched to its dossier: some 6 events more for each young person.
    """
    house = House(Random(seed))
    said = [*house.opening()]
    lives: list[Said] = []
    number = 0
    while len(lives) < size * 10 // 9:
        lives += Life(house, number).told()
        number += 1
    lives.sort(key=itemgetter(0))
    return stamped([*said, *lives][:size], by=house.referent)


def stamped(said: Sequence[Said], by: UUID, after: int = 0) -> list[Recorded]:
    """The events with their versions and positions, recorded when they happened."""
    versions: dict[UUID, int] = {}
    recorded = []
    for position, (at, stream, event) in enumerate(said, after + 1):
        versions[stream] = versions.get(stream, 0) + 1
        command = UUID(int=position)
        recorded.append(Recorded(stream, versions[stream], event, at, str(by), None, "web", command, position))
    return recorded


class Log:
    """The events as a source that catch_up reads, without a store."""

    def __init__(self, events: Sequence[Recorded]) -> None:
        self._events = events
        self._streams: dict[UUID, list[Recorded]] = {}
        for recorded in events:
            self._streams.setdefault(recorded.originator_id, []).append(recorded)

    def head(self) -> int:
        return len(self._events)

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        return self._events[after : after + limit]

    def history(self, stream: UUID) -> Sequence[Recorded]:
        return self._streams.get(stream, [])


class House:
    """One Mission locale: its streams' ids, drawn from one source of chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.referent = self.id()
        self.advisors = [self.id() for _ in range(ADVISORS)]
        self.campaigns: dict[Purpose, UUID] = {"initial": self.id(), "complete": self.id()}

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def opening(self) -> Iterator[Said]:
        """The structure, its documents, its team and its two campaigns."""
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC)
        opened = StructureOpened(name="Mission locale", sites=SITES, zone="Europe/Paris", calendar="FR", on=FIRST)
        yield at, self.id(), opened
        yield at, self.id(), ProtocolPublished(document=PRESET.protocol, from_day=FIRST)
        yield at, self.id(), GrillePublished(number=1, document=PRESET.grille, from_day=FIRST)
        for stream, event in self.team():
            yield at, stream, event
        for number, (purpose, stream) in enumerate(self.campaigns.items()):
            code, name = f"MILOPIX{number}", f"Pix emploi {purpose}"
            yield at, stream, c.CampaignFound(pix_id=481516 + number, code=code, name=name, pix_course=None, on=FIRST)
            yield at, stream, c.CampaignDeclared(name=name, code=code, purpose=purpose, site=None, on=FIRST)

    def team(self) -> Iterator[tuple[UUID, Event]]:
        for number, stream in enumerate((self.referent, *self.advisors)):
            email = f"personne{number}@exemple.fr"
            yield stream, s.StaffJoined(name=f"Personne {number}", email=email, site=SITES[number % 2], on=FIRST)
            yield stream, s.RoleGranted(role="advisor" if number else "referent", on=FIRST)


class Life:
    """One young person's path through the house, told day after day."""

    def __init__(self, house: House, number: int) -> None:
        self.house = house
        self.number = number
        self.dossier = house.id()
        self.advisor = house.chance.choice(house.advisors)
        self.version = 0
        self.at = datetime(FIRST.year, FIRST.month, FIRST.day, 7, tzinfo=UTC)
        self.last_name = f"{house.chance.choice(LAST_NAMES)} {house.chance.choice(LAST_NAMES)}"
        self.first_name = house.chance.choice(FIRST_NAMES)

    @property
    def on(self) -> date:
        return self.at.date()

    def told(self) -> Iterator[Said]:
        self._wait(0, 540)
        yield from self._opened()
        yield from self._oriented()
        yield from self._notes(2)
        participation = self.house.id()
        yield from self._tested(participation, "initial")
        yield from self._debriefed(participation)
        yield from self._notes(2)
        yield from self._prescribed(participation)
        yield from self._notes(3)
        yield from self._tested(self.house.id(), "complete")
        if self._happens(0.3):
            self._wait(5, 60)
            yield self._say(d.DossierClosed(reason="done", note="", on=self.on))

    def _opened(self) -> Iterator[Said]:
        chance = self.house.chance
        yield self._say(
            d.DossierOpened(
                last_name=self.last_name, first_name=self.first_name,
                birth_date=date(2000 + chance.randrange(9), 1 + chance.randrange(12), 1 + chance.randrange(28)),
                imilo_number=f"{100000 + self.number}", site=chance.choice(SITES), on=self.on,
            )
        )  # fmt: skip
        phone, email = f"+336{10000000 + self.number}", f"jeune{self.number}@exemple.fr"
        yield self._say(d.ContactCorrected(phone=phone, email=email, on=self.on))
        end = self.on + timedelta(days=120)
        yield self._say(d.ProgrammeJoined(programme="CEJ", group="CEJ 4", collective_end=end, on=self.on))
        yield self._say(d.AdvisorAssigned(advisor=self.advisor, on=self.on))

    def _oriented(self) -> Iterator[Said]:
        self._wait(0, 12)
        yield self._say(d.PixPresented(occasion="welcome", on=self.on))
        self._wait(0, 7)
        plan = self.house.id()
        yield self._say(
            d.DiagnosticPlanned(
                plan=plan, campaign=self.house.campaigns["initial"], modality="home", mediator=False, place="",
                planned_for=self.on, on=self.on,
            )
        )  # fmt: skip
        for _ in range(self.house.chance.choice((0, 1, 2))):
            self._wait(15, 25)
            yield self._chased(f"chase-diagnostic:{plan}")

    def _tested(self, participation: UUID, purpose: Purpose) -> Iterator[Said]:
        """Imported half done, seen finished, chased, shared: on both streams."""
        self._wait(3, 10)
        campaign, began = self.house.campaigns[purpose], Moment(self.on, self.at)
        half, name = Decimal("0.45"), self.last_name.upper()
        yield self._say(
            p.ParticipationImported(
                campaign=campaign, purpose=purpose, last_name=name, first_name=self.first_name,
                external_id=f"{100000 + self.number}", started=began, progress=half, ordinal=0,
                exported_at=self.at, on=self.on,
            ),
            participation,
        )  # fmt: skip
        same = ("same-number", "same-words")
        match = p.MatchConfirmed(dossier=self.dossier, automatic=True, score=100, reasons=same, on=self.on)
        yield self._say(match, participation)
        yield self._say(
            d.ParticipationLinked(
                participation=participation, campaign=campaign, purpose=purpose, started=began, progress=half, on=self.on
            )
        )
        self._wait(2, 9)
        whole = p.ParticipationProgressed(progress=Decimal(1), exported_at=self.at, on=self.on)
        yield self._say(whole, participation)
        yield self._say(d.ParticipationAdvanced(participation=participation, progress=Decimal(1), on=self.on))
        self._wait(3, 9)
        yield self._chased(f"chase-sharing:{participation}")
        self._wait(1, 8)
        result = self._result()
        yield self._say(p.ResultShared(result=result, exported_at=self.at, on=self.on), participation)
        yield self._say(d.ResultReceived(participation=participation, purpose=purpose, result=result, on=self.on))

    def _debriefed(self, participation: UUID) -> Iterator[Said]:
        self._wait(0, 3)
        yield self._say(d.ResultDispatched(participation=participation, advisor=self.advisor, on=self.on))
        for missed in (True, False) if self._happens(0.25) else (False,):
            day = self.on + timedelta(days=5)
            key = f"hold-debrief:{participation}"
            yield self._say(d.AppointmentSet(task=key, at=self.at + timedelta(days=5), day=day, place=SITES[0], on=self.on))
            self._wait(5, 5)
            if missed:
                yield self._say(d.AppointmentMissed(task=key, note="", on=self.on))
        yield self._say(d.DebriefHeld(participation=participation, channel="meeting", note="", on=self.on))
        yield self._say(d.ProjectStated(project="Conducteur routier", on=self.on))

    def _prescribed(self, participation: UUID) -> Iterator[Said]:
        self._wait(0, 6)
        actions = tuple(Action(self.house.id(), label, "action", proposal) for label, proposal in ACTIONS)
        yield self._say(
            d.PrescriptionBuilt(
                participation=participation, grille=1, percent=40, low=0, high=40, proposed=("cap-lec", "cafe-numerique"),
                actions=actions, wish="", project="Conducteur routier", reason="une action locale", on=self.on,
            )
        )  # fmt: skip
        for action in actions:
            yield from self._referred(action)

    def _referred(self, action: Action) -> Iterator[Said]:
        self._wait(0, 4)
        referral, ends = self.house.id(), self.on + timedelta(days=70)
        partner = Partner(None, "ViaFormation")
        yield self._say(
            d.ReferralSent(
                referral=referral, action=action.id, partner=partner, starts=None, ends=ends, note="", on=self.on
            )
        )
        self._wait(2, 9)
        yield self._say(d.ReferralAnswered(referral=referral, answer="accepted", reason="", on=self.on))
        self._wait(1, 9)
        yield self._say(d.ActionStarted(action=action.id, ends=ends, on=self.on))
        if self._happens(0.7):
            self._wait(20, 60)
            yield self._say(d.ActionEnded(action=action.id, outcome="done", note="", on=self.on))

    def _notes(self, count: int) -> Iterator[Said]:
        """Some notes; one in a hundred is taken back."""
        for _ in range(count):
            self._wait(1, 9)
            yield self._say(d.NoteTaken(text=NOTE, on=self.on))
            if self._happens(0.01):
                yield self._say(d.Retracted(version=self.version, reason="autre dossier", on=self.on))

    def _chased(self, about: str) -> Said:
        return self._say(d.YoungPersonChased(about=about, channel="sms", reached=True, note="", on=self.on))

    def _result(self) -> Result:
        chance = self.house.chance
        mastery = Decimal(chance.randrange(100)) / 100
        return Result(
            shared=Moment(self.on, self.at), mastery=mastery, palier=int(mastery * 4), paliers=4, badges=(("Bases", True),),
            competences=tuple(Part(name, chance.randrange(7), 6) for name in COMPETENCES),
            domains=tuple(Part(name, chance.randrange(13), 12) for name in DOMAINS),
        )  # fmt: skip

    def _say(self, event: Event, stream: UUID | None = None) -> Said:
        self.at += timedelta(minutes=1)
        self.version += stream is None
        return self.at, stream or self.dossier, event

    def _wait(self, least: int, most: int) -> None:
        """Some days later, in the morning."""
        days = self.house.chance.randint(least, most)
        self.at += timedelta(days=days)
        if days:
            self.at = self.at.replace(hour=7 + self.house.chance.randrange(8), minute=self.house.chance.randrange(60))

    def _happens(self, share: float) -> bool:
        return self.house.chance.random() < share
