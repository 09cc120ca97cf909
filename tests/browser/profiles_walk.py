"""The référente's chapter on profiles: a collection comes in, was declared for something else, and is closed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from pixflow.pix_orga import ExportCampaign
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_profiles
from tests.browser.walk import Walk
from tests.pix_orga.profile_files import SENT, WAITING

CAMPAIGN = ExportCampaign(512901, "QRTPLV456", "Profils de mai")
EXPORTED = datetime(2026, 5, 6, 6, 30, tzinfo=UTC)
LUCAS = replace(
    SENT,
    last_name="Martin",
    first_name="Lucas",
    external_id="12705",
    shared_at=utc_moment(datetime(2026, 5, 5, 13, 10, tzinfo=UTC)),
)
HUGO = replace(WAITING, last_name="Petit", first_name="Hugo", external_id="12711")


def profiles(walk: Walk) -> None:
    """Declared for another use, corrected after its preview; closed, and open again; shown on the dossier."""
    sophie, paul = walk.sophie, walk.paul
    walk.day(date(2026, 5, 6))
    sophie.uploads(collection(walk.folder))
    sophie.sees("Aperçu de l’import", "collecte de profils", "1 profil partagé", "89 pix, certifiable")
    walk.check(sophie)
    sophie.presses("Enregistrer")
    sophie.page.get_by_role("link", name="Déclarer la campagne Profils de mai").click()
    sophie.fills({"Autre usage": True}, within="main form")
    sophie.presses("Déclarer")
    sophie.sees("2 participations rapprochées d’elles-mêmes", within=".notice")

    sophie.page.get_by_text("Campagnes déclarées").click()
    sophie.page.get_by_role("link", name="Profils de mai").click()
    sophie.fills({"Profil de compétences": True}, within="#corriger")
    sophie.presses("Voir ce que cela changerait")
    sophie.sees("2 participations changent d’usage, dans 2 dossiers.", within="#corriger")
    walk.check(sophie)
    sophie.fills({"Motif": "c’est la collecte de profils"}, within="#corriger")
    sophie.presses("Corriger l’usage", within="#corriger")
    sophie.sees("Usage corrigé : profil de compétences — motif : c’est la collecte de profils", within=".notice")
    taken_back(walk)

    paul.finds("12705")
    paul.sees("Profil de compétences", "certifiable (5 compétences)", "partagé le 5 mai", within="#resultat")
    paul.page.get_by_text("Niveau par compétence").click()
    walk.check(paul)


def taken_back(walk: Walk) -> None:
    """A name and a closing are taken back in one press; a reopening stays."""
    sophie = walk.sophie
    sophie.fills({"Nom": "Profils de juin"}, within="#identite")
    sophie.presses("Corriger la campagne")
    sophie.sees("Profils de juin", within="h1")
    walk.check(sophie)
    sophie.presses("Annuler", within=".notice")
    sophie.sees("Profils de mai", within="h1")
    for _ in range(2):
        sophie.presses("Clore la campagne")
        sophie.sees("close depuis le 6 mai 2026")
        sophie.presses("Annuler", within=".notice")
        sophie.sees("Campagne rouverte", within=".notice")


def collection(folder: Path) -> Path:
    path = folder / file_name(CAMPAIGN, EXPORTED)
    path.write_bytes(write_profiles(CAMPAIGN, [LUCAS, HUGO]))
    return path
