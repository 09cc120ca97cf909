"""Words for partners: freshness, answers, what a source tells."""

from collections.abc import Collection
from datetime import date
from statistics import median
from typing import Any

from pixflow.partners.freshness import Freshness
from web.french import dates
from web.french.phrases import listed
from web.french.typography import plural, say

FRESHNESS: dict[Freshness, str] = {
    "fresh": "À jour (6 mois)",
    "ageing": "À vérifier bientôt",
    "old": "Plus de 2 ans",
    "unknown": "Sans date",
}
STATUSES: dict[str, str] = {"listed": "Inscrits", "suggested": "Proposés", "delisted": "Retirés"}
FROM = 5
"""Referrals from which figures are shown: below, they would be one person's story."""


def confirmed(day: date | None, today: date) -> str:
    """Returns "vérifié il y a 3 mois"."""
    if day is None:
        return "jamais vérifié"
    months = max(0, (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day))
    if months == 0:
        return "vérifié ce mois-ci"
    if months < 24:
        return say("vérifié il y a {months} mois", months=months)
    return say("vérifié il y a {years} ans", years=months // 12)


def answers(referrals: Collection[Any]) -> str:
    """Returns "12 orientations, 9 acceptées, répond en 7 j"; figures from 5 referrals on."""
    count = len(referrals)
    if not count:
        return ""
    if count < FROM:
        return plural(count, "orientation", "orientations")
    accepted = sum(one.answer == "accepted" for one in referrals)
    waits = [(one.answered - one.sent).days for one in referrals if one.answered]
    usual = len(waits) * 2 >= count and waits
    return listed(
        plural(count, "orientation", "orientations"),
        plural(accepted, "acceptée", "acceptées"),
        say("répond en {days} j", days=round(median(waits))) if usual else "répond rarement",
    )


def source(name: str, updated: date | None) -> str:
    """Returns a source with the day of its file."""
    day = say("fiche du {day}", day=dates.day(updated, year=True)) if updated else "sans date"
    return listed(name or "Fichier", day)
