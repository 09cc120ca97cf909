"""The table of cohorts, months by steps, and the documents that changed in a month."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pixflow.documents.small_numbers import FEWEST
from pixflow.indicators.catalogue import FUNNEL
from pixflow.reference_data import References
from web.french import dates
from web.french import indicators as french
from web.french.typography import percent
from web.pages.indicators.asked import PATH, AskedFigures

_TINTS = 4


@dataclass(frozen=True, slots=True)
class CohortCell:
    """The people of a month who reached a step; `tint` is 0 to 4, by their share."""

    step: str
    count: int
    href: str
    rate: str
    tint: int


@dataclass(frozen=True, slots=True)
class CohortRow:
    """Those concerned in a month, and the documents that changed in it."""

    label: str
    changed: str
    cells: Sequence[CohortCell]


def cohort_rows(
    found: Mapping[date, Mapping[str, int]], asked: AskedFigures, changed: Mapping[date, Sequence[str]]
) -> list[CohortRow]:
    """Returns a row a month, each number a link to its people."""
    return [
        CohortRow(dates.month(month), marked(changed, month), list(_cells(month, counts, asked)))
        for month, counts in found.items()
    ]


def _cells(month: date, counts: Mapping[str, int], asked: AskedFigures) -> Iterator[CohortCell]:
    whole, where = counts.get("concerned", 0), f"{PATH}/{FUNNEL.id}"
    for part in FUNNEL.parts:
        n = counts.get(part.name, 0)
        rate = percent(round(100 * n / whole)) if whole >= FEWEST and part.name != "concerned" else ""
        tint = round(_TINTS * n / whole) if whole else 0
        yield CohortCell(french.FUNNEL[part.name], n, asked.at(where, etat=part.name, mois=of_month(month)), rate, tint)


def of_month(month: date) -> str:
    """Returns the word of a month in an address: "2026-03"."""
    return f"{month:%Y-%m}"


def document_changes(refs: References) -> dict[date, list[str]]:
    """Returns the months in which a document came into force after another one, with the words of each."""
    made: dict[date, list[str]] = defaultdict(list)
    published = {
        "protocole": refs.protocols.published[1:],
        "grille": refs.grilles.published[1:],
        "définitions": refs.indicators.published,
    }
    for word, documents in published.items():
        for day, _ in documents:
            made[day.replace(day=1)].append(f"{word}, {dates.day(day)}")
    return dict(made)


def marked(changed: Mapping[date, Sequence[str]], month: date) -> str:
    """Returns the mark of a month: "┆ protocole, 3 mars"; "" when nothing changed in it."""
    return " · ".join(f"┆ {words}" for words in changed.get(month, ()))
