"""The Pix Orga of the demonstration: what its exports say at any moment, in the exact format."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from pixflow.pix_orga import Campaign, Part, Row
from pixflow.pix_orga.sample import ResultColumns, file_name, write_export
from web.demo.people import Try, Youth

CAMPAIGN = Campaign(530214, "HPVBRC358", "Diagnostic initial Pix emploi")
UNDECLARED = Campaign(530391, "TQKWJD742", "Atelier numérique de L’Aigle")
SLOW = timedelta(days=6)  # what it takes to those who do not finish to go as far as they will
COMPETENCES = (
    ("Mener une recherche et une veille d’information", "Information et données", 6),
    ("Gérer des données", "Information et données", 4),
    ("Interagir", "Communication et collaboration", 5),
    ("Sécuriser l’environnement numérique", "Protection et sécurité", 5),
)
DOMAINS = tuple(dict.fromkeys(domain for _, domain, _ in COMPETENCES))
BADGE = "Bases numériques pour l’emploi"
PALIERS = 4
COLUMNS = ResultColumns(PALIERS, (BADGE,), tuple(name for name, _, _ in COMPETENCES), DOMAINS)


def export(youths: list[Youth], at: datetime, random: Random, campaign: Campaign = CAMPAIGN) -> tuple[str, bytes]:
    """The name and the bytes of an export made at `at`: one row for each try begun by then."""
    rows = [_row(youth, one, at) for youth in youths for one in youth.tries if one.started <= at]
    stranger = Try(at.replace(day=1, hour=9, minute=12, tzinfo=UTC), None, None, Decimal(0), Decimal("0.055"))
    if stranger.started <= at and len(rows) > 6:
        rows.append(_line("Compte", "Essai", None, stranger, at))
    random.shuffle(rows)
    return file_name(campaign, at), write_export(
        campaign, rows, organisation="Mission Locale de Démonstration", columns=COLUMNS
    )


def _row(youth: Youth, one: Try, at: datetime) -> Row:
    return _line(*youth.typed, one, at)


def _line(last: str, first: str, number: str | None, one: Try, at: datetime) -> Row:
    shared = one.shared is not None and one.shared <= at
    finished = one.finished is not None and one.finished <= at
    competences = _competences(one.mastery) if shared else ()
    begun = one.progress if at - one.started >= SLOW else one.progress / 2
    return Row(
        line=0, last_name=last, first_name=first, external_id=number, imported=(),
        progress=Decimal(1) if finished else begun, started=one.started, ambiguous_time=False, shared=shared,
        shared_at=one.shared if shared else None, mastery=_rate(competences) if shared else None,
        palier=int(one.mastery * PALIERS) if shared else None, paliers=PALIERS,
        badges=((BADGE, one.mastery >= Decimal("0.6")),) if shared else (), competences=competences,
        domains=_domains(competences) if shared else (), skills=(),
    )  # fmt: skip


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
        mastered, targeted = sum(p.mastered for p in inside), sum(p.targeted for p in inside)
        made.append(Part(domain, _fraction(mastered, targeted), targeted, mastered))
    return tuple(made)


def _rate(competences: tuple[Part, ...]) -> Decimal:
    return _fraction(sum(p.mastered for p in competences), sum(p.targeted for p in competences))


def _fraction(mastered: int, targeted: int) -> Decimal:
    return (Decimal(mastered) / targeted).quantize(Decimal("0.01"))
