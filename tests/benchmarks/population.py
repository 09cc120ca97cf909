"""Invented young people, as the events that would have recorded their paths: the same ones for the same seed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from pathlib import Path
from random import Random
from uuid import UUID

from pixflow import presets, structure_folder
from pixflow.engine import Engine
from pixflow.events import campaign as c
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import staff as s
from pixflow.events.base import Event, Recorded, personal_fields
from pixflow.events.values import Action, Moment, Part, Partner, Purpose, Result
from pixflow.store.postgres.database import Database

FIRST = date(2025, 1, 6)
SITES = ("L'Aigle", "Mortagne-au-Perche")
PROPOSED = ("cap-lec", "cafe-numerique")
ACTIONS = (("CAP LEC", "cap-lec"), ("Passeport numérique", None), ("Café numérique", "cafe-numerique"))
LAST_NAMES = ("Martin", "Le Goff", "Benali", "N’Diaye", "Lefèvre", "Da Silva", "Moreau", "Nguyen", "Roussel", "Kaya")
FIRST_NAMES = ("Léa", "Yanis", "Inès", "Mathéo", "Awa", "Jean-Baptiste", "Chloé", "Enzo", "Maëlys", "Karim", "Océane")
COMPETENCES = (
    "Mener une recherche",
    "Gérer des données",
    "Interagir",
    "Développer des documents",
    "Protéger ses données",
)
DOMAINS = ("Information et données", "Communication et collaboration", "Protection et sécurité")
NOTE = "Vu en entretien : le projet avance, la mobilité reste à travailler."

Said = tuple[datetime, UUID, Event]
"""When, on which stream, what."""


def structure(
    data: Path, now: datetime | None = None, database: Database | None = None
) -> structure_folder.OpenStructure:
    """An empty Mission locale whose protocol counts from FIRST, in the folder or in the database.

    Its clock stands still at `now`, if given.
    """
    clock = (lambda: now) if now else structure_folder.utc_now
    preset = presets.load("laigle-mortagne")
    return structure_folder.create(
        data,
        demonstration=True,
        name="Mission locale",
        preset=preset,
        sites=SITES,
        on=FIRST,
        clock=clock,
        database=database,
    )


def population(house: "House", size: int) -> list[Said]:
    """`size` events in order of time: the team, then dossiers begun over eighteen months, the last ones under way.

    A whole path is about 40 events of the dossier, and 8 of its two participations, which are streams of their own.
    """
    lives: list[Said] = []
    for number in range(size):
        if len(lives) > size * 10 // 9:
            break
        lives += Life(house, number, begins_within=540).told()
    lives.sort(key=itemgetter(0))
    return [*house.told(), *lives][:size]


def fill(engine: Engine, said: Iterable[Said], chunk: int = 5_000) -> None:
    """Record the events as they are, deciding nothing: streams start at version 1."""
    stamped = recorded(said)
    while some := list(islice(stamped, chunk)):
        put(engine, some)


def put(engine: Engine, events: Sequence[Recorded]) -> None:
    """Record these as they are, sealed; the keys first."""
    engine.keys.ensure({one.originator_id for one in events if personal_fields(type(one.event))})
    engine.events.put(events)


def recorded(said: Iterable[Said]) -> Iterator[Recorded]:
    """The events with their versions, each recorded when it happened."""
    versions: dict[UUID, int] = {}
    for number, (at, stream, event) in enumerate(said):
        versions[stream] = versions.get(stream, 0) + 1
        yield Recorded(stream, versions[stream], event, at, str(UUID(int=1)), None, "web", UUID(int=number))


class House:
    """One Mission locale's team and campaigns; all chance and all ids come from its seed."""

    def __init__(self, seed: int = 1, advisors: int = 40) -> None:
        self.chance = Random(seed)
        self.referent = self.id()
        self.advisors = [self.id() for _ in range(advisors)]
        self.campaigns: dict[Purpose, UUID] = {"initial": self.id(), "complete": self.id()}

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def told(self) -> Iterator[Said]:
        """The team joins, the campaigns are declared."""
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC)
        for number, stream in enumerate((self.referent, *self.advisors)):
            name, email, site = f"Personne {number}", f"personne{number}@exemple.fr", SITES[number % 2]
            yield at, stream, s.StaffJoined(name=name, email=email, site=site, on=FIRST)
            yield at, stream, s.RoleGranted(role="advisor" if number else "referent", on=FIRST)
            if not number:
                yield at, stream, s.RoleConfirmed(role="referent", on=FIRST)
        for number, (purpose, stream) in enumerate(self.campaigns.items()):
            code, name = f"MILOPIX{number}", f"Pix emploi {purpose}"
            yield at, stream, c.CampaignFound(pix_id=481516 + number, code=code, name=name, pix_course=None, on=FIRST)
            yield at, stream, c.CampaignDeclared(name=name, code=code, purpose=purpose, site=None, on=FIRST)


class Life:
    """One young person's path, told day after day on its dossier and its participations."""

    def __init__(self, house: House, number: int, *, begins_within: int, advisor: UUID | None = None) -> None:
        self.house = house
        self.chance = house.chance
        self.number = number
        self.dossier = house.id()
        self.advisor = advisor or self.chance.choice(house.advisors)
        self.last_name = f"{self.chance.choice(LAST_NAMES)} {self.chance.choice(LAST_NAMES)}"
        self.first_name = self.chance.choice(FIRST_NAMES)
        self.actions = tuple(Action(house.id(), label, "action", proposal) for label, proposal in ACTIONS)
        self._version = 0
        self._at = datetime(FIRST.year, FIRST.month, FIRST.day, 7, tzinfo=UTC)
        self._wait(0, begins_within)

    @property
    def on(self) -> date:
        return self._at.date()

    def told(self) -> Iterator[Said]:
        """The whole path: one in three is closed, one note in a hundred is taken back."""
        first, second = self.house.id(), self.house.id()
        yield from self._opened()
        yield from self._oriented()
        yield from self._notes(3)
        yield from self._tested(first, "initial")
        yield from self._debriefed(first)
        yield from self._notes(3)
        yield self._built(first)
        for action in self.actions:
            yield from self._referred(action)
        yield from self._notes(4)
        yield from self._tested(second, "complete")
        if self._happens(0.33):
            self._wait(5, 60)
            yield self._say(d.DossierClosed(reason="done", note="", on=self.on))

    def thirty(self) -> list[Said]:
        """Thirty events of a dossier: two actions of its prescription are under way, the third awaits its referral."""
        first = self.house.id()
        path = [*self._opened(), *self._oriented(), *self._tested(first, "initial"), *self._debriefed(first)]
        path += [self._built(first), *self._referred(self.actions[0]), *self._referred(self.actions[1])]
        own = [said for said in path if said[1] == self.dossier]
        return own + [self._note() for _ in range(30 - len(own))]

    def _opened(self) -> Iterator[Said]:
        birth = date(2000, 1, 1) + timedelta(days=self.chance.randrange(3000))
        number, site = f"{100_000 + self.number}", self.chance.choice(SITES)
        names = {"last_name": self.last_name, "first_name": self.first_name}
        yield self._say(d.DossierOpened(**names, birth_date=birth, imilo_number=number, site=site, on=self.on))
        phone, email = f"+336{10_000_000 + self.number}", f"jeune{self.number}@exemple.fr"
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
                plan=plan,
                campaign=self.house.campaigns["initial"],
                modality="home",
                mediator=False,
                place="",
                planned_for=self.on,
                on=self.on,
            )
        )
        for _ in range(self.chance.randrange(3)):
            self._wait(15, 25)
            yield self._chased(f"chase-diagnostic:{plan}")

    def _tested(self, participation: UUID, purpose: Purpose) -> Iterator[Said]:
        """Imported half done, seen finished, chased, shared: on both streams."""
        self._wait(3, 10)
        campaign, began, half = self.house.campaigns[purpose], Moment(self.on, self._at), Decimal("0.45")
        yield self._say(
            p.ParticipationImported(
                campaign=campaign,
                purpose=purpose,
                last_name=self.last_name.upper(),
                first_name=self.first_name,
                external_id=f"{100_000 + self.number}",
                started=began,
                progress=half,
                ordinal=0,
                exported_at=self._at,
                on=self.on,
            ),
            participation,
        )
        same = ("same-number", "same-words")
        match = p.MatchConfirmed(dossier=self.dossier, automatic=True, score=100, reasons=same, on=self.on)
        yield self._say(match, participation)
        yield self._say(
            d.ParticipationLinked(
                participation=participation,
                campaign=campaign,
                purpose=purpose,
                started=began,
                progress=half,
                on=self.on,
            )
        )
        self._wait(2, 9)
        whole = p.ParticipationProgressed(progress=Decimal(1), exported_at=self._at, on=self.on)
        yield self._say(whole, participation)
        yield self._say(d.ParticipationAdvanced(participation=participation, progress=Decimal(1), on=self.on))
        self._wait(3, 9)
        yield self._chased(f"chase-sharing:{participation}")
        self._wait(1, 8)
        result = self._result()
        yield self._say(p.ResultShared(result=result, exported_at=self._at, on=self.on), participation)
        yield self._say(d.ResultReceived(participation=participation, purpose=purpose, result=result, on=self.on))

    def _debriefed(self, participation: UUID) -> Iterator[Said]:
        """Dispatched, met on an appointment: one in four misses the first."""
        self._wait(0, 3)
        yield self._say(d.ResultDispatched(participation=participation, advisor=self.advisor, on=self.on))
        for missed in (True, False) if self._happens(0.25) else (False,):
            key, day, at = f"hold-debrief:{participation}", self.on + timedelta(days=5), self._at + timedelta(days=5)
            yield self._say(d.AppointmentSet(task=key, at=at, day=day, place=SITES[0], on=self.on))
            self._wait(5, 5)
            if missed:
                yield self._say(d.AppointmentMissed(task=key, note="", on=self.on))
        yield self._say(d.DebriefHeld(participation=participation, channel="meeting", note="", on=self.on))
        yield self._say(d.ProjectStated(project="Conducteur routier", on=self.on))

    def _built(self, participation: UUID) -> Said:
        self._wait(0, 6)
        return self._say(
            d.PrescriptionBuilt(
                participation=participation,
                grille=1,
                percent=40,
                low=0,
                high=40,
                proposed=PROPOSED,
                actions=self.actions,
                wish="",
                project="Conducteur routier",
                reason="une action locale",
                on=self.on,
            )
        )

    def _referred(self, action: Action) -> Iterator[Said]:
        self._wait(0, 4)
        referral, ends, partner = self.house.id(), self.on + timedelta(days=70), Partner(None, "ViaFormation")
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
        for _ in range(count):
            self._wait(1, 9)
            yield self._note()
            if self._happens(0.01):
                yield self._say(d.Retracted(version=self._version, reason="autre dossier", on=self.on))

    def _note(self) -> Said:
        return self._say(d.NoteTaken(text=NOTE, on=self.on))

    def _chased(self, about: str) -> Said:
        return self._say(d.YoungPersonChased(about=about, channel="sms", reached=True, note="", on=self.on))

    def _result(self) -> Result:
        mastery = Decimal(self.chance.randrange(100)) / 100
        return Result(
            shared=Moment(self.on, self._at),
            mastery=mastery,
            palier=int(mastery * 4),
            paliers=4,
            badges=(("Bases", True),),
            competences=tuple(Part(name, self.chance.randrange(7), 6) for name in COMPETENCES),
            domains=tuple(Part(name, self.chance.randrange(13), 12) for name in DOMAINS),
        )

    def _say(self, event: Event, stream: UUID | None = None) -> Said:
        self._at += timedelta(minutes=1)
        self._version += stream is None
        return self._at, stream or self.dossier, event

    def _wait(self, least: int, most: int) -> None:
        """Some days later, in the working hours of one of them."""
        days = self.chance.randint(least, most)
        self._at += timedelta(days=days)
        if days:
            self._at = self._at.replace(hour=7 + self.chance.randrange(8), minute=self.chance.randrange(60))

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share
