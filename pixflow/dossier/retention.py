"""How long a dossier is kept, and whether its time has come (docs/retention.md)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from pixflow.protocol.document import Retention

Rule = Literal["cej", "pacea", "other"]
RULES: dict[str, Rule] = {"CEJ": "cej", "PACEA": "pacea"}
"""The programmes that have a rule of their own; every other one, and none, has "other"."""


class RetentionPeriod(Struct, frozen=True):
    """How long a dossier is kept: by which rule, for how many months since its last fact, and until which day.

    On the day `until` its time has come.
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
    """How long the policy keeps a dossier of this programme whose last fact happened that day."""
    months = months_of(policy, programme)
    return RetentionPeriod(rule_of(programme), months, last, last + relativedelta(months=months))


def cutoffs(policy: Retention, today: date) -> Iterator[tuple[Rule, date]]:
    """For each rule, the latest day of a last fact for which the time has come today."""
    for rule in get_args(Rule):
        yield rule, _latest(getattr(policy, rule), today)


def _latest(months: int, today: date) -> date:
    """The latest day whose months have passed today. Several days of one month may end on the same day."""
    length = relativedelta(months=months)
    day = today - length
    while day + timedelta(days=1) + length <= today:
        day += timedelta(days=1)
    return day
