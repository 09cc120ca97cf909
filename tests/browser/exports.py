"""Files of the browser walk: its portfolio, three exports with the traps of docs/pix-orga.md#example-481516."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from pixflow.pix_orga import AssessmentRow, ExportCampaign, PartResult
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_export

CAMPAIGN = ExportCampaign(512384, "VWXKTR738", 'Diagnostic initial - "printemps" 2026')
PORTFOLIO = """\
N° dossier;Nom;Prénom;Né(e) le;Tél. mobile;Courriel;Site;Dispositif;Groupe;Fin de période collective;Conseiller;Projet
0012702;BONO;Jean;12/03/2005;06 12 34 56 78;;Mortagne;PACEA;;;Nadia Benali;
12703;KEITA;Awa;02/11/2006;;awa.keita@example.org;L'Aigle;CEJ;Groupe mars;30/06/2026;Paul Rey;Petite enfance
12704;ORNANO;Éloïse;23/07/2004;;;L'Aigle;PACEA;;;Paul Rey;
12705;MARTIN;Lucas;30/01/2007;;;Mortagne;CEJ;Groupe mars;30/06/2026;Paul Rey;
12706;NKOM;Emmanuel Marie;08/08/2005;;;L'Aigle;PACEA;;;Nadia Benali;Mécanique
12707;LEFORT;Noé;12/05/2004;;;Mortagne;PACEA;;;Nadia Benali;
12708;LEFORT;Noé;03/09/2006;;;L'Aigle;PACEA;;;Paul Rey;
12710;SOW;Fatou;14/02/2006;06 98 76 54 32;;Mortagne;PACEA;;;Nadia Benali;Vente
12711;PETIT;Hugo;19/12/2005;;;L'Aigle;;;;;
"""
SKILLS = (
    ("Mener une recherche et une veille d’information", "Information et données", 6),
    ("Gérer des données", "Information et données", 4),
    ("Interagir", "Communication et collaboration", 5),
    ("Sécuriser l’environnement numérique", "Protection et sécurité", 5),
)
BADGES = ("Bases numériques pour l’emploi", "Prêt pour le CléA numérique")


def begun(last: str, first: str, typed: str, at: str, progress: str = "1") -> AssessmentRow:
    """Somebody's try, begun at a local time, not shared; `typed` is what stands as external id."""
    local = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Paris"))
    return AssessmentRow(
        line=0,
        last_name=last,
        first_name=first,
        external_id=typed or None,
        imported=(),
        progress=Decimal(progress),
        started=utc_moment(local),
        shared=False,
        shared_at=None,
        mastery=None,
        palier=None,
        paliers=4,
        badges=(),
        competences=(),
        domains=(),
        skills=(),
    )


def shared(row: AssessmentRow, mastered: int) -> AssessmentRow:
    """Returns the row shared 35 minutes after its start, with so many of the 20 skills mastered."""
    assert row.started
    assert row.started.at
    left, competences = mastered, []
    for name, _, targeted in SKILLS:
        own = min(left, targeted)
        left -= own
        competences.append(PartResult(name, _rate(own, targeted), targeted, own))
    return replace(
        row,
        progress=Decimal(1),
        shared=True,
        shared_at=utc_moment(row.started.at + timedelta(minutes=35)),
        mastery=_rate(mastered, 20),
        palier=mastered // 5,
        badges=tuple((title, mastered > 12) for title in BADGES),
        competences=tuple(competences),
        domains=_domains(competences),
    )


def _domains(competences: list[PartResult]) -> tuple[PartResult, ...]:
    made = []
    for domain in dict.fromkeys(domain for _, domain, _ in SKILLS):
        inside = [part for part, (_, of, _) in zip(competences, SKILLS, strict=True) if of == domain]
        targeted, mastered = sum(part.targeted for part in inside), sum(part.mastered for part in inside)
        made.append(PartResult(domain, _rate(mastered, targeted), targeted, mastered))
    return tuple(made)


def _rate(mastered: int, targeted: int) -> Decimal:
    return (Decimal(mastered) / targeted).quantize(Decimal("0.01"))


INES = shared(begun("Haddad", "Inès", "12-701", "2026-03-05T14:00"), 14)
JEAN = shared(begun("=Bono", "@Jean", "0012702", "2026-03-04T09:05"), 8)
AWA_AGAIN = begun("Keita", "Awa", "12703", "2026-03-06T15:00", "0.55")
AWA = shared(begun("Keita", "Awa", "12703", "2026-03-04T10:00"), 8)
ELOISE = shared(begun('D\'Ornano; dit "Le Chat"', "Éloïse", "+33612345678", "2026-03-05T09:10"), 20)
NOE = shared(begun("Lefort", "Noé", "", "2026-03-04T09:06"), 0)
LUCAS = begun("Martin", "Lucas", "12705", "2026-03-04T09:07")
EMMANUEL = begun("NKOM Marie", "Emmanuel", "12706", "2025-10-26T02:30", "0.05")
FATOU = shared(begun("Sow", "Fatou", "12710", "2026-04-03T10:30"), 7)
FATOU_AGAIN = begun("Sow", "Fatoumata", "12710", "2026-05-04T16:00", "0.2")

EARLY = (INES, JEAN, AWA_AGAIN, AWA, ELOISE, NOE, LUCAS, EMMANUEL)
LATER = (INES, JEAN, AWA, ELOISE, NOE, shared(LUCAS, 11), replace(EMMANUEL, progress=Decimal("0.5")), FATOU)
"""Of the eight: one newly shared, one progressed, one gone; and a new one."""
LAST = tuple(replace(row, imported=(("Cohorte", "mars"),)) for row in (*LATER, FATOU_AGAIN))
"""With a second free column: the file alone no longer tells which one is the external id."""


def written(folder: Path, rows: tuple[AssessmentRow, ...], at: datetime) -> Path:
    """The export as Pix Orga gives it at that time."""
    path = folder / file_name(CAMPAIGN, at)
    path.write_bytes(write_export(CAMPAIGN, rows))
    return path
