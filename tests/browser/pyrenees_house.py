"""The Mission locale des Hautes-Pyrénées: who works there, whom they follow, and what Pix Orga exports of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from pixflow.pix_orga import AssessmentRow, ExportCampaign
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_export, write_profiles
from tests.browser.exports import begun, shared
from tests.browser.house import address, pixflow
from tests.pix_orga.profile_files import SENT

MARC, LUCIE, SANDRINE = "Marc Cazaux", "Lucie Abbadie", "Sandrine Fourcade"
YANN, PHILIPPE, ANNE = "Yann Castéra", "Philippe Duclos", "Anne Vidal"
TEAM = (
    (MARC, "advisor"),
    (LUCIE, "advisor"),
    (SANDRINE, "referent"),
    (YANN, "facilitator"),
    (PHILIPPE, "manager"),
    (ANNE, "auditor"),
)
"""Marc has the CEJ group, Yann is the assistant informatique."""
JOINED, COLLECTIVE_END = date(2026, 3, 2), date(2026, 6, 30)
GROUP = (
    ("Enzo", "ABADIE"), ("Lina", "BORDES"), ("Théo", "CAZENAVE"), ("Inès", "DUPUY"), ("Malik", "ESTRADE"),
    ("Chloé", "FERRAN"), ("Nolan", "GARCIA"), ("Sarah", "HAMDI"), ("Jade", "IBOS"),
)  # fmt: skip
"""Nine for a workshop of eight."""
OTHERS = (("Lou", "LARRIEU"), ("Adam", "MENDEZ"))
"""Hors CEJ, followed by Lucie: one goes to a workshop too, one takes the test at home."""
HEADER = "N° dossier;Nom;Prénom;Site;Dispositif;Groupe;Fin de période collective;Conseiller;Projet\n"

INITIAL = ExportCampaign(541207, "BGRVTX417", "Diagnostic initial Pix emploi")
COMPLETE = ExportCampaign(541311, "CLNHPX582", "Parcours Cléa numérique")
PROFILES = ExportCampaign(541420, "PRFHPX693", "Profils de fin de période")

ENZO = shared(begun("Abadie", "Enzo", "65001", "2026-03-12T14:12"), 11)
LINA = shared(begun("Bordes", "Lina", "65002", "2026-03-12T14:11"), 18)
THEO = shared(begun("Cazenave", "Théo", "65003", "2026-03-12T14:14"), 6)
ADAM = shared(begun("Mendez", "Adam", "65011", "2026-03-10T18:30"), 11)
ADAM_AGAIN = shared(begun("Mendez", "Adam", "65011", "2026-07-27T18:30"), 14)
FIRST = (ENZO, LINA, THEO, ADAM)
LINA_COMPLETE = replace(
    shared(begun("Bordes", "Lina", "65002", "2026-04-10T10:00"), 17), badges=(("Prêt pour le CléA numérique", False),)
)
"""Taken, without the badge: what certifies is the profile."""


def start(folder: Path, clock: Callable[[], datetime]) -> Path:
    """From an empty folder to a team and its portfolio; where the data is."""
    data, portfolio = folder / "data", folder / "portefeuille.csv"
    named = ("--structure", "Mission locale des Hautes-Pyrénées", "--site", "Tarbes", "--site", "Lannemezan")
    pixflow(data, clock, "init", "--demo", "--preset", "hautes-pyrenees", *named)
    for name, role in TEAM:
        pixflow(data, clock, "staff", "add", name, address(name), "--role", role)
    portfolio.write_text(HEADER + "".join(_lines()))
    assert "11 dossiers ouverts" in pixflow(data, clock, "dossiers", "import", portfolio)
    return data


def _lines() -> list[str]:
    followed = f"CEJ;Groupe mars;{COLLECTIVE_END:%d/%m/%Y};{MARC};Animation"
    cej = [f"{number};{last};{first};Tarbes;{followed}\n" for number, (first, last) in enumerate(GROUP, 65001)]
    alone = [
        f"{number};{last};{first};Lannemezan;PACEA;;;{LUCIE};\n" for number, (first, last) in enumerate(OTHERS, 65010)
    ]
    return cej + alone


def results(folder: Path, campaign: ExportCampaign, rows: Sequence[AssessmentRow], at: datetime) -> Path:
    """The export of an assessment as Pix Orga gives it at that time."""
    return _put(folder / file_name(campaign, at), write_export(campaign, rows))


def profile(folder: Path, at: datetime) -> Path:
    """The export of the collection of profiles: Lina's, which is certifiable."""
    lina = replace(SENT, last_name="Bordes", first_name="Lina", external_id="65002", shared_at=utc_moment(at))
    return _put(folder / file_name(PROFILES, at), write_profiles(PROFILES, [lina]))


def _put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
