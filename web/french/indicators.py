"""The indicators in French: a title and one sentence of definition each, and the names of their parts."""

from collections.abc import Iterator
from datetime import date

from pixflow.documents.definitions import Definitions
from pixflow.documents.small_numbers import FEWEST
from web.french import dates, tasks
from web.french.phrases import listed
from web.french.typography import NBSP, number, percent, plural, say, typeset, yes_no
from web.french.vocabulary import CLOSINGS

LEADS_BACK = "Un journal relié porte l’instant et le numéro de chaque fait : il ramène aux dossiers, gardez-le ici."
TITLES: dict[str, str] = {
    "I1": "Jeunes concernés",
    "I2": "Présentation de Pix",
    "I3": "Passation du diagnostic",
    "I4": "Partage du résultat",
    "I5": "Restitution individuelle",
    "I6": "Prescription construite",
    "I7": "Orientation vers un parcours",
    "I8": "Réponse des partenaires",
    "I9": "Entrée dans l’action",
    "I10": "Achèvement de l’action",
    "I11": "Diagnostic complet (Cléa numérique)",
    "I12": "Certification Pix",
    "I13": "Délais",
    "I14": "Résultats par tranche",
    "I15": "Propositions de la grille retenues",
    "I16": "Présence aux ateliers",
    "I17": "Sorties par étape",
    "I18": "Dossiers sans activité depuis plus de 60 jours",
    "I19": "Tâches en retard",
    "I20": "Relances",
    "I21": "Progression entre deux tests",
    "I22": "L’équipe a passé le test",
    "I23": "Partenaires sollicités",
    "I24": "Écarts aux bonnes pratiques",
    "funnel": "Le parcours des jeunes concernés",
    "steps": "Les cinq étapes",
}

DEFINITIONS: dict[str, str] = {
    "I1": "Jeunes que le protocole dit concernés par Pix sur la période. À côté, ceux dont le dossier est ouvert.",
    "I2": "Parmi les jeunes concernés sur la période, ceux à qui Pix a été présenté ou qui sont venus à un atelier.",
    "I3": "Parmi les jeunes à qui Pix a été présenté sur la période, ceux qui ont commencé le test.",
    "I4": "Parmi les jeunes qui ont commencé le test sur la période, ceux dont le résultat est reçu.",
    "I5": "Parmi les jeunes dont le résultat est reçu sur la période, ceux à qui il a été restitué.",
    "I6": "Parmi les restitutions de la période, celles suivies d’une prescription, même sans score.",
    "I7": "Parmi les prescriptions de la période avec une action, celles dont une action est orientée ou commencée.",
    "I8": "Parmi les orientations envoyées sur la période, celles que le partenaire a acceptées.",
    "I9": "Parmi les orientations acceptées sur la période, celles dont l’action a commencé.",
    "I10": "Parmi les actions commencées sur la période, celles qui sont terminées.",
    "I11": "Parmi les jeunes à l’aise, ou à qui le diagnostic complet est prescrit, ceux qui l’ont passé.",
    "I12": "Parmi les jeunes certifiables sur la période, ceux qui ont obtenu la certification.",
    "I13": "Parmi tous les passages d’une étape à la suivante, ceux faits dans le délai du protocole.",
    "I14": "Parmi les résultats reçus sur la période, ceux qui ont un score, par tranche de la grille.",
    "I15": "Parmi les propositions de la grille montrées sur la période, celles que la prescription a retenues.",
    "I16": "Parmi les inscrit·es aux ateliers clos sur la période, les présent·es.",
    "I17": "Parmi les entrées dans chaque étape sur la période, celles qui en sont restées là.",
    "I18": "Parmi les dossiers ouverts ce jour-là, ceux sans activité depuis plus de 60 jours.",
    "I19": "Parmi les tâches dues ce jour-là, celles dont le jour est passé.",
    "I20": "Parmi les relances de la période, celles où la personne a répondu.",
    "I21": "Parmi les seconds résultats reçus après une action, ceux dont le score a augmenté.",
    "I22": "Parmi les personnes de l’équipe ce jour-là, celles qui ont passé le test.",
    "I23": "Parmi les partenaires de la liste, ceux à qui une orientation a été envoyée sur la période.",
    "I24": "Parmi les faits jugés sur la période, ceux conformes aux bonnes pratiques.",
    "funnel": "Parmi les jeunes concernés sur la période, les étapes atteintes à ce jour.",
    "steps": "Jeunes qui passent l’étape pour la première fois pendant la période.",
}

_PARTS = {
    "stuck": "en attente au-delà du délai, toutes périodes",
    "done": "fait",
    "waiting": "en attente, dans le délai",
    "late": "en attente, en retard",
    "out": "sorti autrement",
    "concerned-presented": "concerné → Pix présenté",
    "presented-begun": "Pix présenté → test commencé",
    "shared-received": "partagé → reçu",
    "received-dispatched": "reçu → transmis",
    "received-debriefed": "reçu → restitué",
    "debriefed-prescribed": "restitué → prescrit",
    "prescribed-referred": "prescrit → orienté",
    "referred-answered": "orienté → réponse",
    "accepted-started": "accepté → commencé",
    "orientation": "orientation",
    "diagnostic": "diagnostic",
    "prescription": "construction de la prescription",
    "parcours": "parcours",
    "R1": "Pix présenté avant le test",
    "R2": "fiche remplie avant le test",
    "R3": "résultat transmis dans le délai",
    "R4": "résultat restitué dans le délai",
    "R5": "restitution avant la prescription",
    "R6": "une suite à chaque restitution",
    "R7": "souhait du jeune écrit",
    "R8": "grille suivie, ou raison dite",
    "R9": "conseiller·ère qui a passé le test",
    "R10": "difficulté explorée dans le délai",
    "R11": "atelier de la taille prévue",
    "R12": "CEJ : atelier au début du parcours",
    "R13": "CEJ à l’aise : diagnostic complet à temps",
    "R14": "certification selon le projet",
    "R15": "référent·e désigné·e pour le site",
    "proposed": "proposée",
    "registered": "inscription",
    "taken": "passée",
    "obtained": "obtenue",
    "declined": "déclinée",
    "no-score": "sans score",
    "own": "action ajoutée hors de la grille",
    "started": "commencée",
    "absent": "absences",
    "excused": "absences excusées",
    "filled": "places occupées",
    "trouble": "en difficulté",
    "ease": "à l’aise",
    "walk-in": "venus sans inscription",
    "waited": "sur liste d’attente",
    "seated": "de la liste d’attente à une place",
    "fits": "ateliers de la taille du protocole",
    "email": "courriel",
    "phone": "téléphone",
    "sms": "SMS",
    "letter": "courrier",
    "meeting": "rencontre",
    "points": "changement, en points",
    "present": "présent·es",
    "proposal": "action proposée par la grille",
    "there": "dans l’équipe",
    "listed": "dans la liste",
    "sent": "orientations",
    "used": "sollicités",
    "elsewhere": "orientations hors de la liste",
    "fresh": "fiche confirmée depuis moins de six mois",
    "old": "fiche non confirmée depuis deux ans",
    "unknown": "fiche sans date",
    "any-level": "offres sans niveau",
    "pix": "Pix passé",
    "briefing": "informée sur Pix",
    "training": "formée",
}
"""The names of parts: states, pairs of milestones, stages, rules, and others."""
_OF_ONE = {
    ("I10", "out"): "abandonné",
    ("I12", "certifiable"): "certifiables",
    ("I15", "done"): "terminée",
    ("I15", "chosen"): "actions prescrites",
    ("I16", "held"): "ateliers",
}
"""The names of parts that mean something else in one indicator."""


def part(indicator: str, name: str) -> str:
    """Returns the name of a part of an indicator: a state, a stage, a rule, a kind of task, a range."""
    if indicator == "I18":
        low, _, high = name.partition("-")
        return f"{low} à {high} jours" if high else f"{low} jours et plus"
    if indicator in ("I14", "I23") and name[0].isdigit():
        band = "{} à {} %".format(*name.split("-")).replace(" %", "\N{NO-BREAK SPACE}%")
        return band if indicator == "I14" else f"offres pour {band}"
    if indicator == "I19":
        return tasks.VERBS.get(name, name)
    if name.endswith("-silent"):
        return f"{_PARTS[name.removesuffix('-silent')]}, sans activité récente"
    return _OF_ONE.get((indicator, name)) or _PARTS[name]


PERIODS = {
    "": "Douze mois",
    "3-mois": "Trois mois",
    "mois": "Ce mois",
    "mois-dernier": "Le mois dernier",
    "annee": "Cette année",
    "annee-derniere": "L’année dernière",
}
CUTS = {
    "site": "Site",
    "programme": "Programme",
    "group": "Groupe CEJ",
    "modality": "Modalité",
    "mediator": "Médiation",
    "band": "Tranche",
    "partner": "Partenaire",
}
WITHOUT = {
    "site": "sans site",
    "programme": "sans programme",
    "group": "sans groupe",
    "modality": "sans fiche",
    "mediator": "sans fiche",
    "band": "sans tranche",
    "partner": "sans partenaire",
}
WAYS = {
    "cohort": "Étape par étape : qui y est entré pendant la période, suivi jusqu’à ce jour.",
    "flow": "Ce qui s’est passé pendant la période.",
    "stock": "La situation à cette date.",
}
"""The way of an indicator, in the words of the page of all of them."""

GROUPS = {
    "Étape par étape": (*(f"I{number}" for number in range(2, 12)), "I12", "I17", "I13"),
    "Ce qui s’est passé pendant la période": ("I1", "I14", "I15", "I16", "I20", "I21", "I23"),
    "La situation à cette date": ("I18", "I19", "I22"),
    "Les bonnes pratiques": ("I24",),
}
"""The 24 as the page groups them."""

COUNTED: dict[str, tuple[str, str, str, str]] = {
    "I1": ("jeune concerné", "jeunes concernés", "encore suivi", "encore suivis"),
    "I2": ("concerné à qui Pix est présenté", "concernés à qui Pix est présenté", "jeune concerné", "jeunes concernés"),
    "I3": ("présentation suivie d’un test", "présentations suivies d’un test", "présentation", "présentations"),
    "I4": ("test suivi d’un résultat", "tests suivis d’un résultat", "test commencé", "tests commencés"),
    "I5": ("résultat restitué", "résultats restitués", "résultat reçu", "résultats reçus"),
    "I6": (
        "restitution suivie d’une prescription",
        "restitutions suivies d’une prescription",
        "restitution",
        "restitutions",
    ),
    "I7": ("prescription suivie", "prescriptions suivies", "prescription avec action", "prescriptions avec action"),
    "I8": ("orientation acceptée", "orientations acceptées", "orientation envoyée", "orientations envoyées"),
    "I9": ("accord suivi d’un début", "accords suivis d’un début", "accord", "accords"),
    "I10": ("action terminée", "actions terminées", "action commencée", "actions commencées"),
    "I11": ("diagnostic complet", "diagnostics complets", "jeune attendu", "jeunes attendus"),
    "I12": ("certification obtenue", "certifications obtenues", "jeune certifiable", "jeunes certifiables"),
    "I13": ("passage dans le délai", "passages dans le délai", "passage attendu", "passages attendus"),
    "I14": (
        "résultat avec score",
        "résultats avec score",
        "résultat, reprises comprises",
        "résultats, reprises comprises",
    ),
    "I15": ("proposition retenue", "propositions retenues", "proposition montrée", "propositions montrées"),
    "I16": ("présence", "présences", "inscription", "inscriptions"),
    "I17": ("sortie", "sorties", "entrée dans une étape", "entrées dans une étape"),
    "I18": ("dossier sans activité", "dossiers sans activité", "dossier ouvert", "dossiers ouverts"),
    "I19": ("tâche en retard", "tâches en retard", "tâche due", "tâches dues"),
    "I20": ("personne jointe", "personnes jointes", "relance", "relances"),
    "I21": ("score en hausse", "scores en hausse", "second score", "seconds scores"),
    "I22": ("test passé", "tests passés", "personne de l’équipe", "personnes de l’équipe"),
    "I23": ("partenaire sollicité", "partenaires sollicités", "partenaire de la liste", "partenaires de la liste"),
    "I24": ("fait conforme", "faits conformes", "fait jugé", "faits jugés"),
}
"""The noun of each number: of what is counted, one and many, then of what it is counted among.

One noun stands for one number: who followed an earlier step is not counted with who passed this one in the period.
"""
FUNNEL = {
    "concerned": "Concernés",
    "presented": "dont Pix présenté",
    "begun": "dont test commencé",
    "received": "dont résultat reçu",
    "debriefed": "dont restitution faite",
    "prescribed": "dont prescription faite",
    "referred": "dont orientation envoyée",
    "started": "dont action commencée",
    "done": "dont action terminée",
}
STEPS = {
    "presented": "Présentations",
    "begun": "Tests commencés",
    "debriefed": "Restitutions",
    "prescribed": "Prescriptions",
    "started": "Jeunes en action",
}
"""The main steps: the cards of the page, and its curves. Where an indicator has the same number, its noun is this."""
STUCK = {
    "I2": "Pix à présenter",
    "I3": "Test à commencer",
    "I4": "Résultat à recevoir",
    "I5": "Résultat à restituer",
    "I6": "Prescription à construire",
    "I7": "Prescription à suivre",
    "I8": "Réponse du partenaire",
    "I9": "Action à commencer",
    "I10": "Action à terminer",
    "I11": "Diagnostic complet à passer",
}
"""The words of each step with a delay, for who waits in it."""
_USUAL = {"done": "fait", "waiting": "en attente", "late": "en retard", "out": "sorti autrement"}
_OF_FLOWS: dict[str, dict[str, str]] = {
    "I1": {"done": "dossier clos", "waiting": "dossier ouvert"},
    "I10": {"out": "abandonnée"},
    "I14": {"done": "avec score", "out": "sans score"},
    "I15": {"done": "retenue", "out": "non retenue"},
    "I16": {"done": "présent·e", "out": "non venu·e"},
    "I17": {"done": "passé à la suite", "waiting": "en cours", "late": "sans activité", "out": "sorti"},
    "I20": {"done": "jointe", "out": "sans réponse"},
    "I21": {"done": "en hausse", "out": "pas en hausse"},
    "I24": {"done": "conforme", "late": "écart, rien dans le délai", "out": "écart"},
}
"""The words of the states of an indicator, where the usual ones do not say them."""


def among(indicator: str, counted: int, of: int) -> str:
    """Returns the two numbers of an indicator with their names: "81 restitutions sur 104 résultats reçus"."""
    one, many, single, several = COUNTED[indicator]
    first, second = plural(counted, one, many), plural(of, single, several)
    return f"{first}, {second}" if indicator == "I1" else f"{first} sur {second}"


def cell(indicator: str, name: str) -> str:
    """Returns the title of the list behind a number."""
    nouns = COUNTED.get(indicator)
    if name == "counted" and nouns:
        return nouns[1]
    if name == "among" and nouns:
        return nouns[3]
    if indicator == "funnel":
        reached = {"counted": "done", "among": "concerned"}.get(name, name)
        return "jeunes concernés" if reached == "concerned" else FUNNEL[reached].replace("dont", "concernés,")
    if indicator == "steps":
        return STEPS[{"counted": "started", "among": "presented"}.get(name, name)]
    for ending, words in (("-among", "tous"), ("-deviation", "écarts"), ("-pending", "en attente")):
        if name.endswith(ending):
            return f"{part(indicator, name.removesuffix(ending))}, {words}"
    return part(indicator, name)


def middle(indicator: str, median: int, ninth: int | None) -> str:
    """Returns a median with its unit: points of I21, days late of I19, days of I13 with the ninth decile."""
    if indicator == "I21":
        return say("médiane {points}", points=plural(median, "point"))
    if indicator == "I19":
        return say("médiane {days} j de retard", days=median) if median else "médiane moins d’un jour de retard"
    most = say("neuf sur dix en {days} j", days=ninth) if ninth is not None else ""
    return listed(say("la moitié en {days} j", days=median), most)


def state(indicator: str, name: str) -> str:
    """Returns the words of a state of an indicator: done, waiting, late or out."""
    return {**_USUAL, **_OF_FLOWS.get(indicator, {})}[name]


def other_sites(count: int) -> str:
    """Returns the sites that a page has no place for, "" for none."""
    if not count:
        return ""
    return say("Et {others}, dans Indicateurs.", others=plural(count, "autre site", "autres sites"))


def monthly(wanted: bool) -> str:
    """Returns what was chosen about the page of the month."""
    return "La page du mois vous sera envoyée." if wanted else "La page du mois ne vous sera plus envoyée."


def was(counted: int, of: int, day: str) -> str:
    """Returns what a number was, as known on the day that it is about."""
    return f"était {number(counted)} sur {number(of)} au {day}, {CLOCKS['known']}"


MASKED = say(
    "Hors de la structure, pour que personne ne soit reconnu, seuls les nombres de toute la structure sur un an sont "
    "exacts : un nombre de 1 à 4 s’y écrit « <\N{NO-BREAK SPACE}5 », et celui qui permettrait de le calculer "
    "« masqué » ou, par exemple, « 33 ou plus ». Tout autre nombre, d’un site ou d’un mois, est dit de cinq en cinq : "
    "« 30 ou plus »."
)


def phrase_number(shown: int | None, least: int | None) -> int | str:
    """Returns a number as it leaves the house: itself, or what is told of it, as `ReportRow` keeps it."""
    if shown is not None:
        return shown
    if least is None:
        return "masqué"
    return f"< {FEWEST}" if least < FEWEST else say("{least} ou plus", least=number(least))


def share(value: float | None) -> str:
    """Returns a rate in words, "" under five cases."""
    return "" if value is None else percent(round(value * 100))


DUE = {False: "attendu pour le {day}", True: "dernière activité le {day}"}
"""The day of a line that is still open; True for the age of a dossier."""
_REASONS = {"refused": "refusé par le partenaire", "dropped": "action écartée", "abandoned": "abandonnée"}


def reason(text: str) -> str:
    """Returns the words of a reason: those of a code, or what somebody typed."""
    return (_REASONS | CLOSINGS).get(text, text)


def days(first: date, last: date) -> str:
    """Returns the days of a period in words."""
    first_day, last_day = (dates.day(day, year=True) for day in (first, last))
    return say("du {first} au {last}", first=first_day, last=last_day)


CLOCKS = {"known": "d’après ce qu’on savait ce jour-là", "true": "d’après ce qu’on sait aujourd’hui de ce jour-là"}


def of_definitions(document: Definitions) -> Iterator[tuple[str, str]]:
    """Yields all fields of definitions, as label and value."""
    yield "Nom", document.name or ORIGINAL
    yield "Jours", "ouvrés" if document.working_days else "calendaires"
    yield "Un atelier vaut présentation et fiche de prescription", yes_no(document.workshop_presents)
    yield "Étape sans activité récente au-delà de", plural(document.silent, "jour")
    for step, aim in document.aims:
        yield say("Objectif : {step}", step=STEPS.get(step, step)), say("{n} par an", n=number(aim))
    for id, days in document.targets:
        yield f"Délai : {TITLES.get(id, id)}".replace(" :", NBSP + ":"), plural(days, "jour")
    for rule, why in document.without:
        yield f"Règle écartée : {_PARTS.get(rule, rule)}".replace(" :", NBSP + ":"), why


def expected(count: int, aim: int, *, ended: bool) -> str:
    """Returns a text like "12 sur 20 attendus à ce jour, il en manque 8", of a target's part of a period."""
    when = "sur la période" if ended else "à ce jour"
    if not aim:
        return say("moins d’un jeune attendu {when}", when=when)
    more = "c’est tenu" if count >= aim else say("il en manque {n}", n=number(aim - count))
    text = "{count} sur {expected} {when}, {more}"
    return say(text, count=number(count), expected=plural(aim, "attendu"), when=when, more=more)


ORIGINAL = "Définitions d’origine"


SOURCES = {
    "R1": "« présentation initiale de Pix »",
    "R2": "« renseignées dans une fiche de prescription »",
    "R3": "« la référente envoie les résultats au conseiller »",
    "R4": "« restitution individuelle … pour expliciter le score »",
    "R5": "l’ordre des étapes",
    "R6": "« enrichir dans tous les cas le parcours »",
    "R7": "« selon le souhait du jeune »",
    "R8": "« pré-configurer des actions »",
    "R9": "« passation des tests … par les conseillers »",
    "R10": "« reprise en entretien individuel … explore les raisons »",
    "R11": "« format restreint »",
    "R12": "« atelier obligatoire au début de leur parcours »",
    "R13": "« avant la fin de la période collective »",
    "R14": "« si son projet demande… »",
    "R15": "« désignation d’un référent Pix »",
}
"""The words of the source behind each rule of conformance."""


NOT_YET = "pas encore dans l’équipe"
"""The name of a colleague on a day before they joined."""
MISSING = {
    "dossiers": ("Des dossiers", "Ouvrez-les un par un, ou d’un fichier, dans Dossiers."),
    "presented": ("Des présentations de Pix", "Elles se notent dans le dossier. Venir à un atelier compte aussi."),
    "begun": ("Des tests", "La ou le référent·e Pix importe l’export de Pix Orga, dans Résultats."),
    "debriefed": ("Des restitutions", "Elles se notent dans le dossier, une fois le résultat reçu."),
    "prescribed": ("Des prescriptions", "Elles se construisent dans le dossier, après la restitution."),
    "started": ("Des actions", "Leur début se note dans le dossier, ou par la réponse du partenaire."),
}
"""The words of each thing that a structure may have none of yet, and where it comes from."""
TO_COME = typeset("Ce jour n’est pas encore arrivé.")


def phrase_before_opening(opened: date) -> str:
    """Returns why there is nothing to count on a day before the structure was opened."""
    return say(
        "Rien n’était encore enregistré ce jour-là : cette structure a été ouverte le {day}.",
        day=dates.day(opened, year=True),
    )
