"""Words of the access journal: the page that was open, and the reason that let somebody read."""

from datetime import date
from urllib.parse import parse_qsl

from pixflow.access_journal.line import Line
from pixflow.folding import Moment
from web.french import lists, past, typography
from web.french.typography import say

WHY = {
    "own": "suit le dossier",
    "deputy": "en suppléance",
    "task": "par une tâche confiée",
    "role": "par son rôle",
    "glass": "pour un accueil",
}
TERMINAL = {
    "pixflow erase": "l’effacement",
    "pixflow export-person": "une copie des données",
    "pixflow replay": "le dossier, rejoué",
}
"""Commands of the terminal that open a dossier. They stand where a line has its page."""
_DOSSIER = "GET /dossiers/{dossier_id:uuid}"
PAGES = {
    _DOSSIER: "le dossier",
    f"{_DOSSIER}/fiche": "la fiche du diagnostic",
    f"{_DOSSIER}/fiche.pdf": "la fiche du diagnostic",
    f"{_DOSSIER}/convocation": "la convocation",
    f"{_DOSSIER}/convocation.pdf": "la convocation",
    f"{_DOSSIER}/prescription/{{participation:uuid}}": "la fiche de prescription",
    f"{_DOSSIER}/prescription/{{participation:uuid}}.pdf": "la fiche de prescription",
    f"{_DOSSIER}/droits": "les droits de la personne",
    f"{_DOSSIER}/droits/tout.pdf": "une copie des données",
    f"{_DOSSIER}/droits/tout.json": "une copie des données",
    f"{_DOSSIER}/fusion": "la fusion",
    f"{_DOSSIER}/consultations": "qui a ouvert ce dossier",
    "GET /rejouer/{dossier_id:uuid}": "le dossier, rejoué",
    **TERMINAL,
}


LISTS = {
    "/boite/en-attente": lists.PAGES["waiting"],
    "/boite": lists.PAGES["queue"],
    "/dossiers/{dossier_id:uuid}": "Un dossier",
    "/dossiers": lists.PAGES["dossiers"],
    "/resultats/a-rapprocher": lists.PAGES["to-match"],
    "/resultats/a-transmettre": lists.PAGES["to-dispatch"],
    "/resultats/transmis": lists.PAGES["dispatched"],
    "/resultats": "Résultats",
    "/ateliers/{workshop_id:uuid}": lists.PAGES["workshop"],
    "/ateliers": lists.PAGES["workshops"],
    "/equipe": lists.PAGES["team"],
    "/indicateurs": "Indicateurs",
    "/mon-activite": "Mon activité",
    "/partenaires": lists.PAGES["partners"],
    "/journal": lists.PAGES["journal"],
    "/consultations": "Consultations",
    "/protocole/projet": lists.PAGES["what-if"],
    "/protocole": "Protocole et grille",
    "/ressources": "Ressources",
    "/chercher": "Recherche",
    "/doublons": "Doublons possibles",
    "/effacements": "Effacements en cours",
    "/conservation": "Dossiers dont le délai est passé",
    "/personnes-a-joindre": "Personnes à joindre",
    "/pourquoi": "Pourquoi cette ligne ?",
    "/rejouer": "Rejouer",
}
"""Names of the pages that list people, by the beginning of their address, the longer one first."""
WHAT = {
    "counted": "Comptée dans les limites de lecture",
    "stopped": "Trop de lectures : accès coupé",
    "refused": "Page refusée",
    "revealed": "A su que la personne est suivie ici",
    "signed-in": "Connexion",
    "failed": "Connexion manquée",
    "factor": "Moyens d’entrer changés",
}
WAYS = {
    "passkey": "Connexion par une clé d’accès",
    "password": "Connexion par le mot de passe et un deuxième moyen",
    "issuer": "Connexion par le fournisseur d’identité",
    "issuer+": "Connexion par le fournisseur d’identité et un deuxième moyen ici",
}
CHANGES = {
    "/compte/mot-de-passe": "Mot de passe changé",
    "/compte/application": "Application de codes changée",
    "/compte/cle": "Clé d’accès ajoutée",
    "/compte/cle/retirer": "Clé d’accès retirée",
    "/compte/fournisseur/retirer": "Fournisseur d’identité retiré",
    "/compte/secours": "Codes de secours renouvelés",
    "/connexion/secours": "Entrée par un code de secours, les autres sessions sont terminées",
    "/premiere-visite/cle": "Clé d’accès ajoutée",
    "/premiere-visite/application": "Application de codes changée",
}
"""Changes of the ways in, by the address of their form."""
KEPT_BACK = "Fichier refusé, il nommerait {people} ou plus"
MISSED = "Personne cherchée, aucun dossier trouvé"


def sentence(line: Line) -> str:
    """Returns what a line says: the page of a dossier, the people of a list, a refusal, a sign-in."""
    if line.what == "refused" and line.why == "glass":
        return MISSED
    if line.what == "refused" and line.people:
        return say(KEPT_BACK, people=typography.plural(line.people, "personne"))
    if line.what == "refreshed":
        return say("{page}, resté ouvert", page=typography.upper_first(page(line)))
    if line.what != "shown":
        _, path, how = f"{line.page}  ".split(" ", 2)
        known = {"signed-in": WAYS.get(how.strip()), "factor": CHANGES.get(path)}.get(line.what)
        return known or WHAT[line.what]
    return typography.upper_first(page(line)) if line.dossier else listed(line.people, line.page)


def reason(why: str, page: str) -> str:
    """Returns the reason that let somebody read, "" for a line that shows nobody."""
    return "au terminal" if page.startswith("pixflow ") else WHY.get(why, "")


def listed(people: int, page: str) -> str:
    """Returns the number of people in the list of a page, as "3 personnes dans « Dossiers », en fichier CSV"."""
    return say("{people} dans {list}", people=typography.plural(people, "personne"), list=in_list(page))


def in_list(page: str) -> str:
    """Returns the list of a page, its day where it is an earlier one, and its kind of file where it left as one."""
    if page.startswith("pixflow "):
        return say("« {list} »", list=page)
    path, _, query = page.rpartition(" ")[2].partition("?")
    path, _, kind = path.partition(".")
    named = (words for known, words in LISTS.items() if path == known or path.startswith(f"{known}/"))
    parts = [say("« {list} »", list=next(named, path))]
    params = dict(parse_qsl(query))
    if day := params.get("au"):
        moment = Moment(date.fromisoformat(day), "true" if params.get("horloge") else "known")
        parts.append(say("vu au {clock}", clock=past.clock(moment)))
    if kind:
        parts.append(say("en fichier {kind}", kind=kind.upper()))
    return ", ".join(parts)


def rest(people: int) -> str:
    """Returns the number of people of a list without a name here: erased, of before, or too many for a page."""
    return say("{people} sans nom ici", people=typography.plural(people, "personne"))


def page(line: Line) -> str:
    """Returns the name of the page of a line."""
    return PAGES.get(line.page, "un formulaire")
