"""The readings of a dossier: who opened it, when, where and why, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pixflow.access_journal.line import instant
from pixflow.actor import OPERATOR
from web.desk.names import NameOfStaff
from web.french import dates
from web.french.accounts import access_journal as french
from web.hosting.served_structure import ServedStructure

MOST = 5_000
"""The largest number of readings shown of one person: the latest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One opening of a dossier. `reader` is None for the terminal."""

    at: datetime
    when: str
    reader: UUID | None
    who: str
    page: str
    why: str


def of_dossiers(served: ServedStructure, names: NameOfStaff, dossiers: Iterable[UUID]) -> list[Reading]:
    """Returns the readings of a person's dossiers that are kept, the latest first."""
    lines = [line for dossier in dossiers for line in served.journal.of_dossier(dossier, MOST)]
    zone, made = served.refs.structure.zone, []
    for line in sorted(lines, key=lambda line: -line.at):
        at, who, why = instant(line.at), names.staff(line.member or OPERATOR), french.reason(line.why, line.page)
        made.append(Reading(at, dates.instant(at, zone), line.member, who, french.page(line), why))
    return made
