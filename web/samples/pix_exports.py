"""Writes the exports of Pix Orga at any moment, in its exact format."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from pixflow.events.values import Level, Purpose
from pixflow.pix_orga import AssessmentRow, ExportCampaign, PartResult
from pixflow.pix_orga.export import ProfileRow
from pixflow.pix_orga.framework import COMPETENCES as FRAMEWORK
from pixflow.pix_orga.samples import ResultColumns, file_name, write_export, write_profiles
from web.samples.youth import Attempt, Young

ORGANISATION = "Mission Locale de Démonstration"
SLOW = timedelta(days=6)  # before an attempt that is never finished reaches its last progress
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


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign, its course, its badge. With `strangers`, a test account of the team stands among its rows."""

    campaign: ExportCampaign
    purpose: Purpose
    course: str
    badge: str = "Bases numériques pour l’emploi"
    strangers: bool = False


def export(offer: Offer, attempts: Iterable[tuple[Young, Attempt]], at: datetime, random: Random) -> tuple[str, bytes]:
    """Returns the name and the bytes of an export made at `at`: one row for each attempt begun by then."""
    rows = [_row(offer, *young.typed, one, at) for young, one in attempts if one.started <= at]
    nobodys = Attempt(at.replace(day=1, hour=9, minute=12, tzinfo=UTC), None, None, Decimal(0), Decimal("0.055"))
    if offer.strangers and nobodys.started <= at and len(rows) > 6:
        rows.append(_row(offer, "Compte", "Essai", None, nobodys, at))
    random.shuffle(rows)
    columns = ResultColumns(PALIERS, (offer.badge,), tuple(name for name, _, _ in COMPETENCES), DOMAINS)
    content = write_export(offer.campaign, rows, organisation=ORGANISATION, columns=columns, pix_course=offer.course)
    return file_name(offer.campaign, at), content


def profiles(offer: Offer, people: Iterable[Young], at: datetime) -> tuple[str, bytes]:
    """Returns the export of a profile collection: one row for each profile sent by then."""
    sent = [young for young in people if young.sent and young.sent <= at]
    rows = [_profile(*young.typed, young.complete[-1].mastery, young.sent) for young in sent]
    return file_name(offer.campaign, at), write_profiles(offer.campaign, rows, organisation=ORGANISATION)


def _row(offer: Offer, last: str, first: str, number: str | None, one: Attempt, at: datetime) -> AssessmentRow:
    shared = one.shared is not None and one.shared <= at
    finished = one.finished is not None and one.finished <= at
    competences = _competences(one.mastery) if shared else ()
    begun = one.progress if at - one.started >= SLOW else one.progress / 2
    return AssessmentRow(
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
    """Makes more than half of the competences certifiable when `mastery` is above EARNED."""
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


def _competences(mastery: Decimal) -> tuple[PartResult, ...]:
    parts = []
    for i, (name, _, targeted) in enumerate(COMPETENCES):
        mastered = min(targeted, max(0, round(targeted * mastery) + (1, 0, -1, 0)[i] * (0 < mastery < 1)))
        parts.append(PartResult(name, _fraction(mastered, targeted), targeted, mastered))
    return tuple(parts)


def _domains(competences: tuple[PartResult, ...]) -> tuple[PartResult, ...]:
    made = []
    for domain in DOMAINS:
        inside = [part for part, (_, of, _) in zip(competences, COMPETENCES, strict=True) if of == domain]
        targeted, mastered = sum(p.targeted for p in inside), sum(p.mastered for p in inside)
        made.append(PartResult(domain, _fraction(mastered, targeted), targeted, mastered))
    return tuple(made)


def _rate(competences: tuple[PartResult, ...]) -> Decimal:
    return _fraction(sum(p.mastered for p in competences), sum(p.targeted for p in competences))


def _fraction(mastered: int, targeted: int) -> Decimal:
    return (Decimal(mastered) / targeted).quantize(Decimal("0.01"))
