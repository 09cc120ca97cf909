"""Words of *Et si*: what another grid would have said of the results of a period, and what it cannot tell."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pixflow.documents.grille import Band, Proposal
from pixflow.protocol.comparison import Move
from pixflow.protocol.what_if import SecondReading
from pixflow.workshop.waits import Waits
from web.french import dates, typography
from web.french.protocol.differences import range_of
from web.french.protocol.drafts import draft_name
from web.french.typography import lower_first, number, plural, say

WRONG_DAYS = "Choisissez des jours qui existent, du premier au dernier."
TO_COME = "Choisissez un dernier jour qui est passé : ce qui n’a pas eu lieu ne se relit pas."


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences of a page: its period, what alone changes in it, its form and its button, its rows, that there is none.

    `lists` are the titles of the lists that a number opens, by the first word of their parameter; the first one is that
    of any other word.
    """

    period: str
    about: str
    form: str
    button: str
    rows: str
    nothing: str
    lists: Mapping[str, str]


OF_GRID = Words(
    "résultats reçus du {first} au {last}",
    "Seule la grille change : les mêmes résultats, lus autrement.",
    "Choisir les résultats à relire",
    "Relire",
    "résultats",
    "Aucun résultat avec un score n’a été reçu sur ces jours, parmi les dossiers que vous suivez ou relisez.",
    {
        "ailleurs": "Résultats qui changeraient de tranche",
        "lus": "Tous les résultats relus",
        "memes": "Résultats de la même tranche, qui dit autre chose",
        "ouverts": "Prescriptions qui auraient peut-être été autres",
        "ecarts": "Prescriptions que leur grille ne redonne pas",
    },
)
OF_SEATS = Words(
    "demandes et ateliers du {first} au {last}",
    "Les mêmes demandes, dans leur ordre réel, sur leur site.",
    "Choisir les demandes à rejouer",
    "Rejouer",
    "demandes",
    "Aucune demande de place sur ces jours.",
    {
        "attendraient": "Attendraient encore une place",
        "plus": "Attendraient plus longtemps",
        "moins": "Attendraient moins longtemps",
    },
)
OF_DELAYS = Words(
    "tâches des dossiers du {first} au {last}",
    "Seuls les délais et les règles changent : les mêmes faits, d’autres tâches.",
    "Choisir les tâches à recompter",
    "Recompter",
    "tâches",
    "Aucune tâche d’un dossier n’était à faire sur ces jours.",
    {
        "bascule": "Tâches en retard d’un côté seulement",
        "tache": "Tâches de cette sorte, en retard d’un côté seulement",
        "autrement": "Tâches que l’équipe aurait faites autrement",
        "ecarts": "Tâches que le protocole de leur jour ne redonne pas",
        "dues": "Tâches à faire",
        "retard": "Tâches en retard",
        "referent": "Tâches montées à la ou au référent·e",
        "direction": "Tâches montées à la direction",
    },
)


def period(words: Words, first: date, last: date) -> str:
    return say(words.period, first=dates.day(first, year=True), last=dates.day(last, year=True))


def title(what: str, number: int) -> str:
    return say("Et si le {draft} avait compté", draft=draft_name(what, number))


# --- another grid


SIDES = {"before": "Avec la grille de leur jour", "after": "Avec ce projet"}


def headline(moved: int, people: int, read: int) -> str:
    """Returns how many results another grid would place in another band, of how many."""
    of = plural(read, "résultat relu", "résultats relus")
    if not moved:
        return say("Sur {of}, aucun ne changerait de tranche.", of=of)
    found = plural(moved, "changerait", "changeraient")
    return say("Sur {of}, {found} de tranche : {people}.", of=of, found=found, people=plural(people, "jeune"))


def not_computed(count: int) -> str:
    """Returns what the answer cannot say: an advisor would have chosen among other proposals."""
    kept = plural(count, "prescription garde", "prescriptions gardent")
    text = "{kept} une action que ce projet ne propose plus : on ne sait pas ce qui aurait été choisi."
    return say(text, kept=kept)


def control(checked: int, differing: int) -> str:
    """Returns what the control found: the grids in force give back what was recorded, or not."""
    if not checked:
        return "Contrôle : aucune prescription de ces jours ne garde la trace d’un score."
    if not differing:
        given = plural(checked, "prescription redonne", "prescriptions redonnent")
        return say("Contrôle : relues avec leur grille, {given} ce qui a été noté, sans écart.", given=given)
    given = plural(differing, "prescription ne redonne pas", "prescriptions ne redonnent pas")
    text = "Contrôle : relues avec leur grille, {given} ce qui a été noté, sur {checked}."
    return say(text, given=given, checked=number(checked))


def move(move: Move) -> str:
    """Returns a text like "41 à 45 % : de 41-70 % à 0-45 %"."""
    first, last = number(move.first), typography.percent(move.last)
    percents = say("{first} à {last}", first=first, last=last) if move.first < move.last else last
    before, after = range_of(move.before), range_of(move.after)
    return say("{percents} : de {before} à {after}", percents=percents, before=before, after=after)


def change(before: int, after: int) -> str:
    """Returns a change such as "+ 12" or "− 3"."""
    return f"{'+' if after > before else '−'} {abs(after - before)}"


def band(one: Band) -> str:
    """Returns a text like "0-40 Savoirs de base"."""
    return f"{range_of(one)} {one.short}"


def in_order(counted: tuple[str, int]) -> int:
    """Returns the first percent of a band in words, to sort by."""
    return int(counted[0].partition("-")[0])


def of_percents(percents: str) -> str:
    """Returns the title of the results of some percents, named as in an address: "41-45"."""
    return say("Résultats de {percents} %", percents=percents.replace("-", " à "))


def followed_by(name: str) -> str:
    return say("Résultats de jeunes que suit {name}", name=name) if name else "Résultats de jeunes que personne ne suit"


def of_proposal(label: str) -> str:
    """Returns the title of a list, on its page and in its file; `label` is "" for what the advisor alone reads."""
    if not label:
        return say("Une action pour la ou le conseiller·ère seulement, en plus ou en moins")
    return say("« {label} », en plus ou en moins", label=label)


def labels(proposals: Iterable[Proposal], ids: Collection[str], *, shown: bool = False) -> str:
    """Returns the labels of some proposals, with those for the advisor only where they are `shown`, on a page."""
    return ", ".join(one.label for one in proposals if one.id in ids and (shown or not one.advisor_only))


def moved_proposals(one: SecondReading) -> str:
    """Returns a text like "en moins : CléA numérique · en plus : Lecture", "les mêmes"."""
    sides = {"en moins": (one.before.proposals, one.lost), "en plus": (one.after.proposals, one.gained)}
    moved = {words: labels(*some, shown=True) for words, some in sides.items()}
    return " · ".join(f"{words} : {found}" for words, found in moved.items() if found) or "les mêmes"


# --- the seats of workshops


SEAT_SIDES = {
    "recorded": "Ce qui a eu lieu",
    "control": "Les mêmes places, dans l’ordre des demandes",
    "draft": "Avec ce nombre de places",
}
WAITS = {7: "une semaine au plus", 14: "deux semaines au plus", 28: "quatre semaines au plus", 0: "plus longtemps"}
"""Waits by the most days that each holds; 0 has no bound."""


def wait_of(days: int | None) -> str:
    """Returns a wait in words; "" for who waits still."""
    if days is None:
        return ""
    return next((words for most, words in WAITS.items() if most and days <= most), WAITS[0])


def seats_title(seats: int) -> str:
    return say("Et si chaque atelier avait eu {seats}", seats=plural(seats, "place"))


def seats_headline(recorded: Waits, draft: Waits) -> str:
    """Returns the middle wait and who still waits: as it took place, then with other seats."""
    if draft.middle is None:
        return "Personne n’aurait eu de place."
    waited = "Personne n’a eu de place"
    if recorded.middle is not None:
        waited = say("La moitié a attendu {days} au plus", days=plural(recorded.middle, "jour"))
    return say(
        "{waited}, et {still} encore. Avec ce nombre de places : {days} au plus, et {would} encore.",
        waited=waited,
        still=plural(recorded.waiting, "jeune attend", "jeunes attendent"),
        days=plural(draft.middle, "jour"),
        would=plural(draft.waiting, "jeune attendrait", "jeunes attendraient"),
    )


def seats_control(recorded: Waits, control: Waits) -> str:
    """Returns how far the order of requests, with the same seats, is from what happened."""
    if recorded.middle is None or control.middle is None:
        return "Contrôle : personne n’a eu de place sur ces jours."
    text = (
        "Contrôle : la moitié a attendu {recorded} au plus ; les mêmes places, données dans l’ordre des demandes, "
        "auraient fait {control}. L’écart vient des choix des personnes, que ce calcul ne refait pas."
    )
    return say(text, control=plural(control.middle, "jour"), recorded=plural(recorded.middle, "jour"))


# --- the delays of a protocol


STATES = {
    "owed": "Tâches à faire",
    "late": "En retard un jour au moins",
    "referent": "Montées à la ou au référent·e",
    "manager": "Montées à la direction",
}
NOT_OWED = "rien à faire"
COMPUTED = "Avec le protocole de leur jour"
SIDES_OF_DELAYS = {"lieu": "Ce qui a eu lieu", "projet": "Avec ce projet"}


def of_side(title: str, side: str) -> str:
    """Returns a text like "Tâches en retard, avec ce projet"; the title alone without a side."""
    return f"{title}, {lower_first(SIDES_OF_DELAYS[side])}" if side in SIDES_OF_DELAYS else title


def preparing(share: int) -> str:
    return say("L’historique se prépare : {share} sur 100. Revenez dans quelques minutes.", share=share)


BUSY = "D’autres calculs attendent déjà leur tour : réessayez dans une minute."
STOPPED = "Le calcul s’est arrêté. Rechargez la page pour le reprendre depuis le début."


def delays_headline(recorded: int, draft: int) -> str:
    """Returns how many tasks would have been late, instead of how many."""
    if recorded == draft:
        return say("Autant de tâches auraient été en retard : {n}.", n=number(draft))
    late = plural(draft, "tâche aurait été", "tâches auraient été")
    return say("{late} en retard, au lieu de {recorded}.", late=late, recorded=number(recorded))


def acted_otherwise(count: int) -> str:
    """Returns how many tasks the answer cannot tell: somebody would have acted otherwise."""
    of = plural(count, "tâche", "tâches")
    text = "Pour {of}, l’équipe aurait agi autrement, et on ne sait pas comment : cela ne se compare pas."
    return say(text, of=of)


def delays_control(tasks: int, differing: int) -> str:
    """Returns what the control found: the protocols of each day give back what was kept, or not."""
    given = plural(tasks, "tâche", "tâches")
    if not differing:
        return say("Contrôle : avec le protocole de chaque jour, le calcul redonne {given}, sans écart.", given=given)
    text = "Contrôle : avec le protocole de chaque jour, {n} sur {given} ne sont pas redonnées."
    return say(text, n=number(differing), given=given)


def counted_until(position: int) -> str:
    return say("Compté jusqu’au n° {position} du journal.", position=number(position))


def task_days(owed: tuple[int, int], late: tuple[int, int] | None) -> str:
    """Returns a text like "du 3 au 9 mars, en retard dès le 6 mars"; days are numbers, the last one excluded."""
    first, last = (dates.day(date.fromordinal(day)) for day in (owed[0], owed[1] - 1))
    said = say("du {first} au {last}", first=first, last=last) if first != last else say("le {day}", day=first)
    if not late:
        return said
    return say("{said}, en retard dès le {day}", said=said, day=dates.day(date.fromordinal(late[0])))


COUNTED = {
    **{f"recorded_{name}": words for name, words in STATES.items()},
    **{f"draft_{name}": f"{words}, avec ce protocole" for name, words in STATES.items()},
    "results": "Résultats relus",
    "elsewhere": "Changeraient de tranche",
    "people": "Jeunes concernés",
    "not_computed": "Non calculé : on aurait agi autrement",
    "checked": "Prescriptions contrôlées",
    "differing": "Écarts du contrôle",
    "seats": "Places par atelier",
    "requests": "Demandes",
    "recorded_waiting": "Attendent encore",
    "control_waiting": "Attendent encore, contrôle",
    "draft_waiting": "Attendraient encore",
    "recorded_middle": "Attente au milieu, en jours",
    "control_middle": "Attente au milieu, contrôle",
    "draft_middle": "Attente au milieu, avec ces places",
    "recorded_nine_in_ten": "Neuf sur dix, en jours",
    "control_nine_in_ten": "Neuf sur dix, contrôle",
    "draft_nine_in_ten": "Neuf sur dix, avec ces places",
}
"""Numbers of the command, by their names in its JSON."""
