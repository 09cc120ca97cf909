"""Retention periods: how long a dossier is kept (docs/retention.md)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from pixflow.documents.protocol import Retention

Rule = Literal["cej", "pacea", "other"]
RULES: dict[str, Rule] = {"CEJ": "cej", "PACEA": "pacea"}
"""The programmes with a rule of their own. All others, and none, have "other"."""


class RetentionPeriod(Struct, frozen=True):
    """A retention period: its rule, its months since the last event, and its last day.

    The dossier may be erased from the day `until`.
    """

    rule: Rule
    months: int
    since: date
    until: date


def rule_of(programme: str) -> Rule:
    return RULES.get(programme, "other")


def months_of(policy: Retention, programme: str) -> int:
    months: int = getattr(policy, rule_of(programme))
    return months


def retention_period(policy: Retention, programme: str, last: date) -> RetentionPeriod:
    """Returns the retention period of a dossier of this programme, whose last event was that day."""
    months = months_of(policy, programme)
    return RetentionPeriod(rule_of(programme), months, last, last + relativedelta(months=months))


def cutoffs(policy: Retention, today: date) -> Iterator[tuple[Rule, date]]:
    """Yields, for each rule, the latest day of a last event whose period is over today."""
    for rule in get_args(Rule):
        yield rule, _latest(getattr(policy, rule), today)


def _latest(months: int, today: date) -> date:
    """The latest day whose months have passed today. Several days of one month may end on the same day."""
    length = relativedelta(months=months)
    day = today - length
    while day + timedelta(days=1) + length <= today:
        day += timedelta(days=1)
    return day
