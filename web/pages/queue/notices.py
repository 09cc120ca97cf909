"""Notices of Ma boîte beside the tasks: first steps, drafts that wait for an opinion, safeguards that change soon."""

from dataclasses import dataclass

from pixflow.dossier.identity import open_dossier
from pixflow.protocol import drafting
from pixflow.protocol.drafting import changes_to_come
from pixflow.team.membership import add_member
from projections import dossier_sheet
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates
from web.french.typography import say


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step of a structure that begins: its address, the reason for it, and True when it is done."""

    label: str
    why: str
    href: str
    done: bool


@dataclass(frozen=True, slots=True)
class DraftNotice:
    """A draft whose opinion the person at the desk has not given, or a protocol that counts soon."""

    sentence: str
    href: str


def first_steps(desk: Desk) -> list[FirstStep]:
    """Returns the steps in order, for the référent and the direction; none once an export and a portfolio are there."""
    if not desk.roles & {"referent", "manager"}:
        return []
    campaigns = desk.refs.campaigns.values()
    advisors, exported = bool(desk.staff("advisor")), any(one.found for one in campaigns)
    dossiers = (exported and advisors) or dossier_sheet.has_any(desk.read)
    if advisors and exported and dossiers:
        return []
    adds = "/equipe/nouveau" if desk.may(add_member) else "/equipe"
    imports = "/dossiers/import" if desk.may(open_dossier) else "/dossiers"
    steps = [
        FirstStep("Ajouter l’équipe", "qui suit les jeunes, qui anime les ateliers", adds, advisors),
        FirstStep("Lire le protocole et la grille", "qui fait quoi, et sous quels délais", "/protocole", False),
        FirstStep("Importer un portefeuille", "le fichier d’i-Milo, ou un dossier après l’autre", imports, dossiers),
    ]
    if "referent" in desk.roles:
        steps += [
            FirstStep(
                "Déclarer la campagne du diagnostic",
                "son code est imprimé sur la fiche du jeune",
                "/resultats/campagnes/nouvelle",
                any(one.declared for one in campaigns),
            ),
            FirstStep("Fixer un atelier", "ou prévoir le diagnostic dossier par dossier", "/ateliers", False),
            FirstStep("Importer un export de Pix Orga", "les résultats partagés", "/resultats", exported),
        ]
    return steps


def drafts(desk: Desk) -> list[DraftNotice]:
    """Returns the drafts of others that wait for an opinion of the person at the desk, and what changes soon.

    Everybody reads, before its first day, of a protocol that changes retention or reading limits.
    """
    known = (
        ("grille", "Le projet de grille", desk.refs.grilles.draft, drafting.endorse_grille),
        ("protocole", "Le projet de protocole", desk.refs.protocols.draft, drafting.endorse_protocol),
    )
    names = names_for(desk)
    text = "{what} que {who} propose depuis le {day} attend votre avis."
    coming = "Le protocole n° {number} change la durée de conservation ou les limites de lecture à partir du {day}."
    return [
        *(
            DraftNotice(say(coming, number=number, day=dates.day(day)), f"/protocole?protocole={number}")
            for number, day in changes_to_come(desk.refs.protocols, desk.today)
        ),
        *(
            DraftNotice(
                say(text, what=what, who=names.staff(draft.by), day=dates.day(draft.on)), f"/protocole/projet/{address}"
            )
            for address, what, draft, endorse in known
            if draft and draft.by != desk.actor.id and desk.actor.id not in draft.opinions and desk.may(endorse)
        ),
    ]
