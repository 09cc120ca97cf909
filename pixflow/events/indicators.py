"""The indicators of a structure: their definitions as documents, and the reports given of them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pixflow.documents.definitions import Definitions
from pixflow.events.base import Event, event
from pixflow.events.values import LogStandard

PLAIN = frozenset(
    {
        *("draft", "document", "note", "on", "endorsed", "comment", "reason", "from_day", "number"),
        *("cases", "events", "standard", "linked"),
        *("step", "site", "yearly"),
        *("title", "first", "last", "day", "clock", "definitions", "rows", "digest"),
    }
)
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A line of a report. A number is None where it was hidden, `rate` too.

    Of a hidden number the least is told: 1 for a small one, a true bound for a large one, None for nothing.
    """

    indicator: str
    part: str
    counted: int | None
    among: int | None
    rate: float | None
    counted_least: int | None = None
    among_least: int | None = None


@event("indicators.DefinitionsDrafted")
class DefinitionsDrafted(Event):
    """Definitions proposed to the team under the number `draft`. They replace an earlier draft."""

    draft: int
    document: Definitions
    note: str
    on: date


@event("indicators.DefinitionsEndorsed")
class DefinitionsEndorsed(Event):
    """A colleague's comment or endorsement of a draft. The latest one counts."""

    draft: int
    endorsed: bool
    comment: str
    on: date


@event("indicators.DefinitionsDraftDropped")
class DefinitionsDraftDropped(Event):
    draft: int
    reason: str
    on: date


@event("indicators.DefinitionsPublished")
class DefinitionsPublished(Event):
    """Definitions under a number. From their day on, figures of every period are counted by them."""

    number: int
    document: Definitions
    from_day: date


@event("indicators.AimSet")
class AimSet(Event):
    """The young people who should pass a main step in a year, at a site or "" for all; 0 ends the target."""

    step: str
    site: str
    yearly: int
    on: date


@event("indicators.ReportIssued")
class ReportIssued(Event):
    """A report as it was given: the table itself, small numbers hidden, and the SHA-256 of the table.

    It counts the days from `first` to `last`, as of `day` by `clock`, by the definitions of this number.
    """

    number: int
    title: str
    first: date
    last: date
    day: date
    clock: Literal["known", "true"]
    definitions: int
    rows: tuple[ReportRow, ...]
    digest: str
    on: date


@event("indicators.EventLogIssued")
class EventLogIssued(Event):
    """A log of paths for process mining left the structure: the days in which they began, why, and its SHA-256.

    `linked`: it leads back to dossiers, by positions and exact instants, as every log did before this field.
    """

    first: date
    last: date
    reason: str
    cases: int
    events: int
    digest: str
    on: date
    standard: LogStandard = "xes"
    linked: bool = True
