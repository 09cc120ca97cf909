"""Changes of a protocol that one person alone does not make: how long dossiers are kept, how many one may read.

Source: docs/decisions/0031-a-second-person-confirms-a-role.md.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pixflow.documents.protocol import ProtocolDocument, ReadingLimits, Retention, in_force
from pixflow.protocol.publishing import Draft, Protocols
from pixflow.refused import Refused
from pixflow.team.staff import Team

NOTICE = 7
"""Days of the calendar between such a publication and its first day."""


def first_day(on: date) -> date:
    """Returns the first day that such a publication may count from, when it is made that day."""
    return on + timedelta(days=NOTICE)


def changes_safeguards(
    published: Sequence[tuple[date, ProtocolDocument]], document: ProtocolDocument, from_day: date
) -> bool:
    """Tells if a document changes retention or reading limits, against the one in force on its first day."""
    return bool(published) and _safeguards(in_force(published, from_day)) != _safeguards(document)


def changes_to_come(protocols: Protocols, today: date) -> Iterator[tuple[int, date]]:
    """Yields the number and the first day of each publication to come that changes retention or reading limits.

    One of before may do so too, when another one was published meanwhile for an earlier day.
    """
    published = protocols.published
    for number, (day, document) in enumerate(published, 1):
        before = in_force(published, day - timedelta(days=1))
        counts = day > today and in_force(published, day) is document
        if counts and _safeguards(before) != _safeguards(document):
            yield number, day


def _safeguards(document: ProtocolDocument) -> tuple[Retention, ReadingLimits]:
    return document.retention, document.reading


def must_have_a_second(draft: Draft[ProtocolDocument], from_day: date, team: Team, actor: str, on: date) -> None:
    """Checks that a manager other than its author approves the draft, or publishes it, and that it leaves a notice.

    Where nobody but the author is a manager, any colleague counts. The roles are those of the day of publication.
    Raises Refused("notice-needed"), Refused("direction-approves") or Refused("colleague-approves").
    """
    if from_day < (first := first_day(on)):
        raise Refused("notice-needed", first=first)
    held = {str(id): member.roles_on(on) for id, member in team.items()}
    directing = {id for id, roles in held.items() if "manager" in roles}
    alone = directing == {draft.by}
    able = {id for id, roles in held.items() if roles} if alone else directing
    closed = {str(id) for id, member in team.items() if member.access.suspended}
    if not able.isdisjoint({actor, *draft.endorsed_by} - {draft.by} - closed):
        return
    if alone:
        raise Refused("colleague-approves")
    raise Refused("direction-approves")
