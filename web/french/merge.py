"""Words for two dossiers that may be one person's."""

from collections.abc import Collection, Sequence

from pixflow.dossier.state import Dossier, current_stage
from pixflow.events.base import Recorded, event_day
from pixflow.folding import not_retracted
from web.french import dates, typography, vocabulary
from web.french.events import sentences
from web.french.events.fields import PARIS, Names
from web.french.typography import say


def fields(
    dossier: Dossier, owed: Collection[str], trail: Sequence[Recorded], names: Names, zone: str = PARIS
) -> list[tuple[str, str]]:
    """Returns label and value of a dossier's fields, "" for none; `owed` are the kinds of its tasks.

    Every dossier has these labels.
    """
    stage = current_stage(dossier, owed)
    last = max(not_retracted(trail), key=lambda r: (event_day(r.event), r.originator_version), default=None)
    return [
        ("Nom", f"{dossier.first_name} {dossier.last_name}"),
        (f"N°{typography.NBSP}i-Milo", dossier.imilo_number or ""),
        ("Naissance", dates.day(dossier.birth_date, year=True, short=True) if dossier.birth_date else ""),
        ("Site", dossier.site),
        ("Suivi par", names.staff(dossier.advisor) if dossier.advisor else "personne"),
        ("Téléphone", typography.phone(dossier.phone) if dossier.phone else ""),
        ("Courriel", dossier.email or ""),
        ("Programme", vocabulary.PROGRAMMES.get(dossier.programme, dossier.programme)),
        ("Projet", dossier.project),
        ("Ouvert le", dates.day(dossier.opened.on, year=True, short=True) if dossier.opened else ""),
        ("Étape", vocabulary.STAGES[stage] if stage else "parcours terminé"),
        ("Historique", typography.plural(dossier.version, "ligne")),
        ("Dernière activité", phrase_event(last, names, trail, zone) if last else ""),
    ]


def phrase_event(recorded: Recorded, names: Names, history: Sequence[Recorded], zone: str = PARIS) -> str:
    """Returns a text like "3 mars 2026 : Pix présenté au premier accueil"."""
    said = sentences.sentence(recorded, names, zone=zone, history=history)
    return say("{day} : {said}", day=dates.day(event_day(recorded.event), year=True, short=True), said=said)
