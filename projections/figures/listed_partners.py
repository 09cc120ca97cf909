"""I23: the partners of the list, those to whom somebody was referred in the period, and what the list lacks.

A referral names a partner of the list by its id, or by one of its names: the list of the day decides, so that a name
attached later counts for the referrals of before.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from pixflow.indicators.catalogue import COUNTED, cell
from pixflow.indicators.partner_entries import ELSEWHERE, JOINED, LISTED, NAMED, SENT, USED
from projections.figures.entries import entries
from projections.figures.selection import Conditions, FigureQuestion, in_period, of_cell, there

OF_REFERRALS = {COUNTED: USED, "sent": SENT, "elsewhere": ELSEWHERE}
"""The numbers of referrals, each with its part."""


class PartnerList(Struct, frozen=True):
    """The partners of the list, the partner of each name, and the partner that goes on for one joined to it."""

    listed: frozenset[UUID]
    names: dict[str, UUID]
    joined: dict[UUID, UUID]

    def find(self, partner: UUID | None, name: str) -> UUID | None:
        """Returns the partner of a referral, None when it is in no list."""
        found = partner or self.names.get(name)
        while found in self.joined:
            found = self.joined[found]
        return found if found in self.listed else None


def selected(asked: FigureQuestion, name: str) -> Conditions:
    """Selects the entries of a number. A cut parts the referrals: the list is the same for everybody."""
    if name in OF_REFERRALS:
        return [entries.c.indicator == "I23", entries.c.part == SENT, in_period(asked), *there(asked)]
    return of_cell(replace(asked, cut="", value="", advisor=None), "I23", cell("I23", name))


def kept(connection: Connection, name: str, found: Sequence[Any]) -> Sequence[Any]:
    """Returns the referrals of a number: the latest one of each partner of the list, those elsewhere, or all.

    Rows have a `subject` and a `reason`, the latest first.
    """
    if name == "sent":
        return found
    partners = partner_list(connection)
    latest: dict[UUID, Any] = {}
    elsewhere = []
    for row in found:
        if (partner := partners.find(row.subject, row.reason)) is None:
            elsewhere.append(row)
        else:
            latest.setdefault(partner, row)
    return elsewhere if name == "elsewhere" else list(latest.values())


def partner_list(connection: Connection) -> PartnerList:
    """Returns the list of partners as the entries have it."""
    parts = (LISTED, NAMED, JOINED)
    columns = (entries.c.stream, entries.c.part, entries.c.reason, entries.c.subject)
    query = select(*columns).where(entries.c.indicator == "I23", entries.c.part.in_(parts))
    found = list(connection.execute(query.order_by(entries.c.stream)))
    listed = frozenset(row.stream for row in found if row.part == LISTED)
    names = [row for row in found if row.part == NAMED]
    names.sort(key=lambda row: row.stream in listed)  # of two with one name, the one that is still listed
    joined = {row.stream: row.subject for row in found if row.part == JOINED}
    return PartnerList(listed, {row.reason: row.stream for row in names}, joined)


def tallies(connection: Connection, asked: FigureQuestion) -> Counter[str]:
    """Counts the referrals of the period by part; a partner of the list counts once."""
    alike, partners = (entries.c.subject, entries.c.reason), partner_list(connection)
    found = connection.execute(select(*alike, func.count()).where(*selected(asked, "sent")).group_by(*alike))
    made: Counter[str] = Counter()
    used = set()
    for subject, name, n in found:
        partner = partners.find(subject, name)
        used.add(partner)
        made[SENT] += n
        made[ELSEWHERE] += n if partner is None else 0
    return made + Counter({USED: len(used - {None})})
