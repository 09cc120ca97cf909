"""The Pix Orga of the demonstrations: what its exports say at any moment, in the exact format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Protocol

from pixflow.events.values import Level, Purpose
from pixflow.pix_orga import Campaign, Part, Row
from pixflow.pix_orga.export import ProfileRow
from pixflow.pix_orga.framework import COMPETENCES as FRAMEWORK
from pixflow.pix_orga.samples.assessment import ResultColumns, file_name, write_export
from pixflow.pix_orga.samples.profile import write_profiles
from web.samples.attempts import Try

ORGANISATION = "Mission Locale de Démonstration"
SLOW = timedelta(days=6)  # what it takes to those who do not finish to go as far as they will
COMPETENCES = (
    ("Mener une recherche et une veille d’information", "Information et données", 6),
    ("Gérer des données", "Information et données", 4),
    ("Interagir", "Communication et collaboration", 5),
    ("Sécuriser l’environnement numérique", "Protection et sécurité", 5),
)
DOMAINS = tuple(dict.fromkeys(domain for _, domain, _ in COMPETENCES))
PALIERS = 4
EARNED = Decimal("0.6")
PIX_A_LEVEL = 8


class Participant(Protocol):
    """Somebody on Pix: what they type, the complete diagnostics they took, when they sent their profile."""

    @property
    def typed(self) -> tuple[str, str, str | None]: ...
    @property
    def complete(self) -> Sequence[Try]: ...
    @property
    def sent(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign as the référent declares it, the course it proposes, the badge it gives, if the team tried it too."""

    campaign: Campaign
    purpose: Purpose
    course: str
    badge: str = "Bases numériques pour l’emploi"
    strangers: bool = False


def export(
    offer: Offer, tries: Iterable[tuple[Participant, Try]], at: datetime, random: Random, *, stranger: bool = False
) -> tuple[str, bytes]:
    """The name and the bytes of an export made at `at`: one row for each try begun by then."""
    rows = [_line(offer, *youth.typed, one, at) for youth, one in tries if one.started <= at]
    nobodys = Try(at.replace(day=1, hour=9, minute=12, tzinfo=UTC), None, None, Decimal(0), Decimal("0.055"))
    if stranger and nobodys.started <= at and len(rows) > 6:
        rows.append(_line(offer, "Compte", "Essai", None, nobodys, at))
    random.shuffle(rows)
    columns = ResultColumns(PALIERS, (offer.badge,), tuple(name for name, _, _ in COMPETENCES), DOMAINS)
    content = write_export(offer.campaign, rows, organisation=ORGANISATION, columns=columns, pix_course=offer.course)
    return file_name(offer.campaign, at), content


def profiles(offer: Offer, youths: Sequence[Participant], at: datetime) -> tuple[str, bytes]:
    """The same of a profile collection: one row for each who sent their profile by then."""
    sent = [youth for youth in youths if youth.sent and youth.sent <= at]
    rows = [_profile(*youth.typed, youth.complete[-1].mastery, youth.sent) for youth in sent]
    return file_name(offer.campaign, at), write_profiles(offer.campaign, rows, organisation=ORGANISATION)


def _line(offer: Offer, last: str, first: str, number: str | None, one: Try, at: datetime) -> Row:
    shared = one.shared is not None and one.shared <= at
    finished = one.finished is not None and one.finished <= at
    competences = _competences(one.mastery) if shared else ()
    begun = one.progress if at - one.started >= SLOW else one.progress / 2
    return Row(
        line=0,
        last_name=last,
        first_name=first,
        external_id=number,
        imported=(),
        progress=Decimal(1) if finished else begun,
        started=one.started,
        shared=shared,
        shared_at=one.shared if shared else None,
        mastery=_rate(competences) if shared else None,
        palier=int(one.mastery * PALIERS) if shared else None,
        paliers=PALIERS,
        badges=((offer.badge, one.mastery >= EARNED),) if shared else (),
        competences=competences,
        domains=_domains(competences) if shared else (),
        skills=(),
    )


def _profile(last: str, first: str, number: str | None, mastery: Decimal, sent: datetime | None) -> ProfileRow:
    """More than half of the competences can be certified, for those who do well."""
    known = [int(mastery * 5) if n % 3 or mastery > EARNED else 0 for n, _ in enumerate(FRAMEWORK)]
    levels = tuple(Level(name, level, level * PIX_A_LEVEL) for name, level in zip(FRAMEWORK, known, strict=True))
    able = sum(level >= 1 for level in known)
    return ProfileRow(
        line=0,
        last_name=last,
        first_name=first,
        external_id=number,
        imported=(),
        shared=True,
        shared_at=sent,
        pix=sum(known) * PIX_A_LEVEL,
        certifiable=able >= 5,
        certifiable_competences=able,
        levels=levels,
    )


def _competences(mastery: Decimal) -> tuple[Part, ...]:
    parts = []
    for i, (name, _, targeted) in enumerate(COMPETENCES):
        mastered = min(targeted, max(0, round(targeted * mastery) + (1, 0, -1, 0)[i] * (0 < mastery < 1)))
        parts.append(Part(name, _fraction(mastered, targeted), targeted, mastered))
    return tuple(parts)


def _domains(competences: tuple[Part, ...]) -> tuple[Part, ...]:
    made = []
    for domain in DOMAINS:
        inside = [part for part, (_, of, _) in zip(competences, COMPETENCES, strict=True) if of == domain]
        targeted, mastered = sum(p.targeted for p in inside), sum(p.mastered for p in inside)
        made.append(Part(domain, _fraction(mastered, targeted), targeted, mastered))
    return tuple(made)


def _rate(competences: tuple[Part, ...]) -> Decimal:
    return _fraction(sum(p.mastered for p in competences), sum(p.targeted for p in competences))


def _fraction(mastered: int, targeted: int) -> Decimal:
    return (Decimal(mastered) / targeted).quantize(Decimal("0.01"))
