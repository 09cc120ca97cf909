"""The referrals that a partner received: counts by answer for everybody, and names within the scope of the reader."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from projections import directory
from projections.territory import referrals
from web.desk import task_links
from web.desk.desk import Desk
from web.french.territory import partners as french
from web.http.pagination import SIZE, Pager


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """A referral of the page: whose it is, for which action, where it stands; `late` once silence is chased."""

    dossier: UUID
    name: str
    href: str
    label: str
    sent: str
    standing: str
    late: bool


@dataclass(frozen=True, slots=True)
class ReceivedReferrals:
    """The referrals of a partner. `others` counts the referrals of young people whom this person does not read."""

    answers: str
    tally: Sequence[tuple[str, int]]
    pace: str
    rows: Sequence[ReceivedRow]
    others: int
    pager: Pager


def received(desk: Desk, id: UUID, partners: Collection[UUID], sorts: Collection[str], page: int) -> ReceivedReferrals:
    """Returns the referrals to these partners, and to the free names attached to them, the latest first."""
    found = referrals.of_partners(desk.read, sorted(partners), sorted(sorts))
    mine = [one for one in found if desk.scope.reads(one.advisor)]
    pager = Pager.at(len(mine), page, f"/partenaires/{id}", {}, anchor="#received")
    shown = mine[pager.offset : pager.offset + SIZE]
    named = directory.named(desk.read, {one.stream for one in shown})
    told = len(found) >= french.FROM
    return ReceivedReferrals(
        answers=french.answers(found, desk.today),
        tally=[pair for pair in french.tally(found, desk.today) if pair[1]] if told else (),
        pace=french.pace(found, desk.today) if told else "",
        rows=[_row(desk, one, named[one.stream].name) for one in shown if one.stream in named],
        others=len(found) - len(mine),
        pager=pager,
    )


def _row(desk: Desk, one: Any, name: str) -> ReceivedRow:
    return ReceivedRow(
        one.stream,
        name,
        task_links.dossier(one.stream),
        one.label,
        french.day(one.sent, desk.today),
        french.standing(one, desk.today),
        one.answer is None and one.awaited and one.chased <= desk.today,
    )
