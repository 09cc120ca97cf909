"""The paper of a person's data, for them to read (GDPR, articles 12 and 15)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import starmap
from zoneinfo import ZoneInfo

from pixflow.dossier.state import Dossier
from web.french import dates, privacy, tasks, typography, vocabulary
from web.french.events import workshops
from web.french.typography import NBSP, plural, say
from web.http.forms import ID
from web.http.papers import compile_template, issued
from web.pages.privacy.personal_data import PersonalData, PersonalEvent, PersonalStream
from web.pages.privacy.personal_data_file import why

_DATE = "Date"
_SHORT = 4


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """An event: its sentence, its stamps, its fields; `retracted` is the reason of its retraction."""

    said: str
    stamp: str
    details: Sequence[tuple[str, str]] = ()
    retracted: str = ""


@dataclass(frozen=True, slots=True)
class PaperSection:
    """One part of the paper; `facts` are labels and values."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    entries: Sequence[PaperEntry] = ()


def pdf(known: PersonalData) -> bytes:
    """Returns the paper as a PDF."""
    person = known.person
    made = dates.instant(known.made_at, known.zone)
    paper = {
        "structure": known.structure,
        "title": "Ce que pixflow sait de vous",
        "name": f"{person.first_name} {person.last_name}",
        "lead": say(
            "Tout ce qui est enregistré sur vous le {made}, en {facts}.", made=made, facts=_facts(known.event_count)
        ),
        "issued": issued(known.made_at.astimezone(ZoneInfo(known.zone)).date()),
        "sections": [asdict(section) for section in _sections(known)],
    }
    return compile_template("privacy/person.typ", paper)


def _sections(known: PersonalData) -> Iterator[PaperSection]:
    yield PaperSection("Qui vous êtes", _identity(known))
    for n, dossier in enumerate(known.dossiers):
        yield PaperSection("Votre dossier" if n == 0 else "Un dossier en double, réuni au vôtre", (), _entries(dossier))
    for one in known.participations:
        yield PaperSection(say("Ce que Pix a transmis : {name}", name=_campaign(known, one)), (), _entries(one))
    for one in known.workshops:
        yield PaperSection(_workshop(known, one), (), _entries(one))
    owed = [PaperEntry(tasks.VERBS[task.kind], why(task)) for task in known.owed]
    if owed:
        yield PaperSection("Ce qui reste à faire avec vous", (), owed)
    yield PaperSection("Qui a écrit tout cela", [(name, _facts(count)) for name, count in known.writers])
    if known.readings:
        yield PaperSection("Qui a ouvert votre dossier, depuis douze mois au plus", (), _readings(known))
    yield PaperSection("Ce que vous devez savoir", privacy.information(known.months))


def _readings(known: PersonalData) -> list[PaperEntry]:
    """Returns a line for each reader, day and reason: the pages that they opened, each with how often."""
    zone = ZoneInfo(known.zone)
    pages: dict[tuple[date, str, str], Counter[str]] = defaultdict(Counter)
    for one in known.readings:
        pages[one.at.astimezone(zone).date(), one.who, one.why][one.page] += 1
    return [
        PaperEntry(
            say("{who} : {pages}", who=who, pages=", ".join(starmap(_times, opened.items()))),
            f"{dates.day(day, year=True)} · {why}",
        )
        for (day, who, why), opened in pages.items()
    ]


def _times(page: str, count: int) -> str:
    return page if count == 1 else f"{page} ({plural(count, 'fois', 'fois')})"


def _identity(known: PersonalData) -> list[tuple[str, str]]:
    person, advisor = known.person, known.refs.team.get(known.person.advisor) if known.person.advisor else None
    said = (
        ("Prénom et nom", f"{person.first_name} {person.last_name}"),
        ("Date de naissance", dates.day(person.birth_date, year=True) if person.birth_date else ""),
        (f"N°{NBSP}i-Milo", person.imilo_number or ""),
        ("Téléphone", typography.phone(person.phone) if person.phone else ""),
        ("Courriel", person.email or ""),
        ("Site", person.site),
        ("Programme", _programme(person)),
        ("Projet professionnel", person.project),
        ("Vous êtes suivi·e par", advisor.name if advisor else ""),
    )
    return [(label, value) for label, value in said if value]


def _programme(person: Dossier) -> str:
    end = person.collective_end
    until = say("période collective jusqu’au {day}", day=dates.day(end, year=True)) if end else ""
    named = vocabulary.PROGRAMMES.get(person.programme, person.programme)
    return ", ".join(part for part in (named, person.group or "", until) if part)


def _entries(stream: PersonalStream) -> list[PaperEntry]:
    return [_entry(event) for event in stream.events]


def _entry(event: PersonalEvent) -> PaperEntry:
    details = [(label, value) for label, value in event.details if not _is_repeated(label, value, event.said)]
    said = say("{title} : {said}", title=event.title, said=event.said) if event.withheld else event.said
    return PaperEntry(said, f"{event.when} · {event.who}", details, event.retraction_said)


def _is_repeated(label: str, value: str, said: str) -> bool:
    """True for a value that the sentence or the stamp has already, or that only a program can read."""
    return label == _DATE or re.fullmatch(ID, value) is not None or (len(value) >= _SHORT and value in said)


def _campaign(known: PersonalData, stream: PersonalStream) -> str:
    found = known.refs.campaigns.get(stream.state.campaign)
    return found.name if found else "une campagne"


def _workshop(known: PersonalData, stream: PersonalStream) -> str:
    state = stream.state
    when = workshops.moment(state.starts, state.ends, known.zone)
    return say("Atelier : {when}, {place}", when=when, place=workshops.place(state.site, state.place))


def _facts(count: int) -> str:
    return plural(count, "fait")
