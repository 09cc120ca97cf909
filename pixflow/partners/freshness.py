"""Freshness of a partner's file, as data·inclusion counts it (score_qualite.py)."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from dateutil.relativedelta import relativedelta

Freshness = Literal["fresh", "ageing", "old", "unknown"]
FRESH, OLD = relativedelta(months=6), relativedelta(years=2)


def freshness(confirmed: date | None, today: date) -> Freshness:
    """Returns how fresh a file is: fresh up to 6 months, old from 2 years on."""
    if confirmed is None:
        return "unknown"
    fresh, ageing = first_days(today)
    if confirmed >= fresh:
        return "fresh"
    return "ageing" if confirmed >= ageing else "old"


@lru_cache(maxsize=8)
def first_days(today: date) -> tuple[date, date]:
    """Returns the first days whose files are fresh, and ageing."""
    fresh, ageing = today - FRESH, today - OLD
    while fresh + FRESH < today:
        fresh += timedelta(1)
    while ageing + OLD <= today:
        ageing += timedelta(1)
    return fresh, ageing
