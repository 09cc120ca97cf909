"""Words for partners: freshness, answers, what a source tells."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from pixflow.dossier.state import Referral
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.indicators.facts import quantile
from pixflow.open_data.communes import communes
from pixflow.partners.state import Freshness
from web.french import dates, vocabulary
from web.french.dossier.path import site
from web.french.phrases import listed
from web.french.territory.files import CONTACTS, source_name
from web.french.typography import phone, plural, say, typeset

FRESHNESS: dict[Freshness, str] = {
    "fresh": "À jour (6 mois)",
    "ageing": "À vérifier bientôt",
    "old": "Plus de 2 ans",
    "unknown": "Sans date",
}
STATUSES: dict[str, str] = {"listed": "Inscrits", "suggested": "Proposés", "delisted": "Retirés"}
NAME_REASONS: dict[str, str] = {
    "same": "même nom", "within": "les mots de l’un sont dans l’autre", "close": "noms proches",
}  # fmt: skip
LISTS = ("Offres pour cette action", "Autres offres", "Partenaires sans offre pour cette action")
"""Titles of the cards that an action may be referred to, in their order."""
KEPT = "Déjà choisi"
BY_HAND = "inscrit à la main"
DIFFERENT = "Noté :"
HOME = "sa commune"
Facts = tuple[tuple[str, str], ...]
"""Labels and values of a card."""
NAMED = 10
"""Names that a point of the map says."""
FROM = 5
"""Referrals from which figures are shown: below, they would be one person's story."""


def confirmed(day: date | None, checked: date | None, today: date, by: str = "") -> str:
    """Returns "vérifié il y a 3 mois par Nadia Benali", or "mis à jour ce mois-ci par Dora" when only a source says so.

    `checked` is the day when the team answered for the file. `by` is the colleague or the source.
    """
    if day is None:
        return "jamais vérifié"
    done = "vérifié" if checked else "mis à jour"
    months = max(0, (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day))
    said = say("{done} il y a {months} mois", done=done, months=months) if months else f"{done} ce mois-ci"
    if months >= 24:
        said = say("{done} il y a {years} ans", done=done, years=months // 12)
    return say("{said} par {by}", said=said, by=by) if by else said


def settled(name: str, other: str, joined: bool) -> str:
    """Returns what became of two files that were alike."""
    text = "{other} : réuni à {kept}" if joined else "{kept} et {other} sont deux lieux"
    return say(text, kept=name, other=other)


def answers(referrals: Collection[Any], today: date) -> str:
    """Returns "12 orientations, 9 acceptées, répond en 7 j"; figures from 5 referrals on."""
    count = len(referrals)
    if not count:
        return ""
    if count < FROM:
        return plural(count, "orientation", "orientations")
    accepted = sum(one.answer == "accepted" for one in referrals)
    return listed(
        plural(count, "orientation", "orientations"), plural(accepted, "acceptée", "acceptées"), pace(referrals, today)
    )


def pace(referrals: Collection[Any], today: date) -> str:
    """Returns "répond en 7 j": the median of calendar days, where a silent partner counts for the days it waited."""
    waits = [
        (max(0, ((one.answered or min(today, one.lapses)) - one.sent).days), one.answered is not None)
        for one in referrals
    ]
    middle = quantile(waits, 0.5)
    return "répond rarement" if middle is None else say("répond en {days} j", days=middle)


def phrase_referral(referral: Any, today: date) -> str:
    """Returns where a referral stands, with the day of it."""
    if referral.outcome:
        return vocabulary.OUTCOMES[referral.outcome]
    if referral.started:
        return say("commencée le {day}", day=day(referral.started, today))
    if referral.answered:
        said = "acceptée le {day}" if referral.answer == "accepted" else "refusée le {day}"
        return say(said, day=day(referral.answered, today))
    if not referral.awaited:
        return "sans réponse, plus attendue"
    if referral.lapses <= today:
        return say("sans réponse, plus attendue depuis le {day}", day=day(referral.lapses, today))
    return say("en attente depuis le {day}", day=day(referral.sent, today))


def of_partner(referral: Referral, today: date) -> str:
    """Returns what a partner made of a referral: "a refusé le 3 mars (plus de place)"."""
    if referral.answered and referral.answer == "refused":
        known = referral.refusal if referral.refusal != "other" else None
        why = vocabulary.REFUSALS_OF_PARTNERS[known] if known else referral.reason
        said = say("a refusé le {day}", day=day(referral.answered.on, today))
        return say("{said} ({why})", said=said, why=why) if why else said
    if referral.answered:
        return say("a accepté le {day}", day=day(referral.answered.on, today))
    if referral.link and referral.link.until < today:
        return say("n’a pas répondu, lien périmé le {day}", day=day(referral.link.until, today))
    return say("sollicité le {day}, sans réponse", day=day(referral.stamp.on, today))


def way(details: PartnerDetails, terms: OfferTerms | None = None) -> str:
    """Returns how a partner answers: as its offer says, else by the link, or by telephone."""
    means = terms.contact if terms else ""
    if means == "phone":
        return say("par téléphone, au {phone}", phone=phone(details.phone)) if details.phone else "par téléphone"
    if means in ("visit", "form"):
        return CONTACTS[means]
    if details.email:
        return say("répond par un lien envoyé à {email}", email=details.email)
    return say("répond au {phone}", phone=phone(details.phone)) if details.phone else ""


def phrase_distance(kilometres: float | None, placed: bool) -> str:
    """Returns "à 12 km", "à environ 12 km" for a place whose commune alone is known, "" for a place nearby."""
    if kilometres is None or kilometres < 1:
        return ""
    return say("à {km} km" if placed else "à environ {km} km", km=round(kilometres))


def facts(
    terms: OfferTerms | None, *, hours: str, where: str, confirmed: str, answers: str, details: PartnerDetails
) -> Facts:
    """Returns what a card says of an offer, or of a partner without one, without what nobody knows."""
    said = (
        ("Quand", (terms.days if terms else "") or hours),
        ("Places", plural(terms.seats, "place") if terms and terms.seats is not None else ""),
        ("Pour", ", ".join(vocabulary.PROGRAMMES.get(one, one) for one in (terms.programmes if terms else ()))),
        ("Où", where),
        ("Fiche", confirmed),
        ("Réponse", listed(answers, way(details, terms))),
    )
    return tuple((label, value) for label, value in said if value)


def more(count: int) -> str:
    """Returns "3 autres", "" for none."""
    return plural(count, "autre", "autres") if count else ""


def from_site(name: str) -> str:
    """Returns "depuis le site de Mortagne"."""
    return say("depuis le {site}", site=site(name))


def from_commune(code: str) -> str:
    """Returns "depuis Tarbes"."""
    return say("depuis {commune}", commune=typeset(communes()[code].name))


def centred(town: str) -> str:
    """Returns the place of a point without coordinates."""
    return say("{town}, au milieu de la commune", town=town)


def on_map(count: int, places: Sequence[tuple[str, str]]) -> str:
    """Returns the name of a point of the map: that of its place, or the first ones of its places or communes.

    A commune as a whole has no name of a place.
    """
    if count == 1:
        return ", ".join(filter(None, places[0]))
    named = ", ".join(name or town for name, town in places[:NAMED]) + ("…" if len(places) > NAMED else "")
    return say("{count} lieux : {named}", count=count, named=named)


def card(count: int, town: str) -> str:
    """Returns the title of the card of a point with several places."""
    return say("{count} lieux, à {town} ou tout près", count=count, town=town)


def sites(names: Sequence[str]) -> str:
    """Returns "Votre site : Tarbes"."""
    said = "Votre site : {names}" if len(names) == 1 else "Vos sites : {names}"
    return say(said, names=", ".join(map(typeset, names)))


def name_used(count: int, last: date | None, today: date) -> str:
    """Returns "3 orientations, la dernière le 3 mars". The grid alone has a name without `last`."""
    if last is None:
        return "nommé dans la grille"
    said = plural(count, "orientation", "orientations")
    return say("{said}, la dernière le {day}", said=said, day=day(last, today))


def is_waiting(one: Any, today: date) -> bool:
    return one.answer is None and one.awaited and one.lapses > today


def tally(referrals: Collection[Any], today: date) -> list[tuple[str, int]]:
    """Counts referrals by answer: each is in one of the first four; those started and done are counted again."""
    accepted, refused = (sum(one.answer == answer for one in referrals) for answer in ("accepted", "refused"))
    waiting = sum(is_waiting(one, today) for one in referrals)
    return [
        ("acceptées", accepted),
        ("refusées", refused),
        ("en attente", waiting),
        ("sans réponse", len(referrals) - accepted - refused - waiting),
        ("commencées", sum(one.started is not None for one in referrals)),
        ("terminées", sum(one.outcome == "done" for one in referrals)),
    ]


def day(on: date, today: date) -> str:
    """Returns a day, with its year when it is another one."""
    return dates.day(on, year=on.year != today.year)


def source(name: str, updated: date | None) -> str:
    """Returns a source with the day of its file."""
    day = say("fiche du {day}", day=dates.day(updated, year=True)) if updated else "sans date"
    return listed(source_name(name), day)
