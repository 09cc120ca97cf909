"""Freshness of a partner's file, as data·inclusion counts it (score_qualite.py)."""

from datetime import date
from typing import Literal

from dateutil.relativedelta import relativedelta

Freshness = Literal["fresh", "ageing", "old", "unknown"]
FRESH, OLD = relativedelta(months=6), relativedelta(years=2)


def freshness(confirmed: date | None, today: date) -> Freshness:
    """Returns how fresh a file is: fresh up to 6 months, old from 2 years on."""
    if confirmed is None:
        return "unknown"
    if confirmed + FRESH >= today:
        return "fresh"
    return "ageing" if confirmed + OLD > today else "old"
