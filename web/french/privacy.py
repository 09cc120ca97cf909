"""Words for the rights of the person: copy, retention, erasure."""

from datetime import date

from pixflow.dossier.retention import RetentionPeriod
from pixflow.dossier.state import Dossier
from web.french import dates
from web.french.typography import plural, say, typeset

WITHHELD = typeset("cette ligne concernait une autre personne : son contenu n’est pas donné")

PURPOSE = (
    "Vous accompagner vers l’emploi avec Pix : présenter le test, en expliquer le résultat, décider avec vous de la "
    "suite, et ne rien oublier de ce qui est prévu. C’est une mission d’intérêt public (RGPD, article 6, 1, e)."
)
SOURCES = "Vous-même, l’équipe de la Mission locale, i-Milo, et les résultats que vous avez partagés depuis Pix."
RECIPIENTS = (
    "L’équipe de la Mission locale, chacun selon son rôle. Les partenaires vers qui vous avez été orienté·e sont "
    "nommés dans votre dossier."
)
DECISIONS = (
    "Aucune décision n’est prise par une machine : la grille de lecture propose, la ou le conseiller·ère "
    "décide (RGPD, article 22)."
)
READERS = (
    "pixflow note qui écrit dans votre dossier. Il note aussi qui l’ouvre, quand et pourquoi, et le garde douze mois "
    "au plus."
)
OTHERS = "Ce qui concerne d’autres personnes n’est pas donné (RGPD, article 15, paragraphe 4)."
RIGHTS = (
    "Vous pouvez faire corriger ce qui est faux, demander l’effacement, vous opposer au suivi ou le faire limiter, en "
    "vous adressant à la Mission locale ; et réclamer auprès de la CNIL, www.cnil.fr."
)
KEPT = "{months} après la dernière activité de votre dossier, plus longtemps si une loi l’exige."


def information(retention: int) -> list[tuple[str, str]]:
    """Returns the information due with a copy (RGPD, article 15-1), as label and text. `months`: retention."""
    said = (
        ("Pourquoi", PURPOSE),
        ("D’où cela vient", SOURCES),
        ("Qui le lit", RECIPIENTS),
        ("Qui l’a lu", READERS),
        ("Qui décide", DECISIONS),
        ("Combien de temps", KEPT.format(months=months(retention))),
        ("D’autres que vous", OTHERS),
        ("Vos droits", RIGHTS),
    )
    return [(label, typeset(text)) for label, text in said]


# --- retention

RULES: dict[str, str] = {"cej": "en CEJ", "pacea": "en PACEA", "other": "autre programme, ou aucun"}
"""Programme of each retention rule."""


def months(count: int) -> str:
    return plural(count, "mois", "mois")


def why_passed(period: RetentionPeriod, closed: bool) -> str:
    """Returns why retention ended: "clos, dernière activité le 3 mars 2023 ; en CEJ : 24 mois, passés le 3 mars"."""
    return say(
        "{state}, dernière activité le {since} ; {rule} : {months}, passés le {until}",
        state="clos" if closed else "ouvert, sans suite",
        since=dates.day(period.since, year=True),
        rule=RULES[period.rule],
        months=months(period.months),
        until=dates.day(period.until, year=True),
    )


# --- erasure

ERASED = "personne effacée"
SOMEBODY = "une personne effacée"
CONTENT_GONE = "{title} : contenu effacé"
ERASED_WITH_DOSSIER = "Personne effacée, avec son dossier"


def person(dossier: Dossier) -> str:
    """Returns somebody to be erased: "Amélie Marchand, n° i-Milo 10442, né·e le 9 avril 2003"."""
    number = f", n° i-Milo {dossier.imilo_number}" if dossier.imilo_number else ""
    born = f", né·e le {dates.day(dossier.birth_date, year=True)}" if dossier.birth_date else ""
    return say("{name}", name=f"{dossier.first_name} {dossier.last_name}{number}{born}")


def participation(first_name: str, last_name: str) -> str:
    """Returns a participation to be erased, under another name than the person's."""
    return say("une participation à Pix au nom de {name}", name=f"{first_name} {last_name}")


def goes(facts: int, participations: int) -> list[str]:
    """Returns what an erasure deletes: the content of so many events and participations."""
    lines = [
        "l’identité, les coordonnées, le programme, le groupe, le projet",
        say("ce que disent {facts} : notes, résultats, prescriptions, orientations", facts=plural(facts, "ligne")),
    ]
    count = plural(participations, "participation à Pix", "participations à Pix")
    return [*lines, *([say("{count}, avec noms et résultats", count=count)] if participations else [])]


def stays(workshops: int) -> list[str]:
    """Returns what an erasure keeps; `workshops` counts the person's workshops."""
    lines = ["les jours, la nature de chaque ligne, et qui l’a notée", "une empreinte, pour que Pix ne la ramène pas"]
    seat = say("sa place dans {count}, comptée sans nom", count=plural(workshops, "atelier"))
    return [*lines[:1], *([seat] if workshops else []), *lines[1:]]


def phrase_request(who: str, on: date, why: str) -> str:
    """Returns who asked for an erasure: "par Nadia Benali, le 3 mars 2026 : la personne le demande"."""
    return say("par {who}, le {day} : {why}", who=who, day=dates.day(on, year=True), why=why)


def not_the_name(name: str) -> str:
    """Says that the typed text is not the last name."""
    return say("Ce n’est pas le nom de famille de cette personne : {name}.", name=name)
