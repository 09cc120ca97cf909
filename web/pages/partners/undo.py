"""Annuler of what one command did to partners, an import or a press on several: all that nothing followed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from pixflow.engine import Step
from pixflow.events import partner as e
from pixflow.events.base import Recorded
from pixflow.partners.listing import take_back_command
from projections import audit_trail, contacts
from web.desk.desk import Desk
from web.french.events.sentences import AT_ONCE

_trail = audit_trail.table.c
Group = tuple[UUID, ...]
"""Partners that are taken back together: those that the command joined, or one alone."""


@dataclass(frozen=True, slots=True)
class CommandOnPartners:
    """The partners that a command changed: those to take back, those that something followed, those taken back.

    `back` are the partners of which nothing of the command counts any more, `undone` their groups, `left` the events
    that count.
    """

    command: UUID
    free: Sequence[Group]
    followed: Sequence[Group]
    back: frozenset[UUID]
    undone: Sequence[Group]
    left: Sequence[Recorded]

    def steps(self) -> list[Step]:
        """Returns the decisions that take back all that can be."""
        sent = {"command": self.command, "reason": AT_ONCE}
        return [Step({"partner": stream}, take_back_command, sent) for group in self.free for stream in group]


def read_command(desk: Desk, command: UUID, events: Sequence[Recorded] | None = None) -> CommandOnPartners:
    """Returns the partners that a command changed, as they stand today. `events` are its own, when they are read."""
    events = desk.engine.events_of_command(command) if events is None else events
    recorded = [one for one in events if one.event.TOPIC.startswith("partner.")]
    groups = _groups(recorded)
    commands_by_partner = _list_commands(desk, recorded[0].position) if recorded else {}
    back = frozenset(one for group in groups for one in group if command not in commands_by_partner.get(one, ()))
    undone = [group for group in groups if back.issuperset(group)]
    open_groups = [group for group in groups if not back.issuperset(group)]
    called = {person.partner for person in contacts.every(desk.read).values()} if open_groups else set()
    listed = {one.originator_id for one in recorded if isinstance(one.event, e.PartnerListed)} & called

    def is_free(group: Group) -> bool:
        return listed.isdisjoint(group) and all(
            stream in back or commands_by_partner[stream][-1] == command for stream in group
        )

    free = [group for group in open_groups if is_free(group)]
    followed = [group for group in open_groups if not is_free(group)]
    left = [one for one in recorded if one.originator_id not in back]
    return CommandOnPartners(command, free, followed, back, undone, left)


def _groups(recorded: Iterable[Recorded]) -> list[Group]:
    """Returns the partners of events, those that were joined together, in the order of the events."""
    of: dict[UUID, dict[UUID, None]] = {}
    for event in recorded:
        mine = of.setdefault(event.originator_id, {event.originator_id: None})
        if isinstance(event.event, e.PartnerAbsorbed):
            mine.update(of.get(event.event.into, {event.event.into: None}))
            of.update(dict.fromkeys(mine, mine))
    return list(dict.fromkeys(tuple(mine) for mine in of.values()))


def _list_commands(desk: Desk, position: int) -> Mapping[UUID, list[UUID]]:
    """Returns the commands of the events of each partner since a position, without what was taken back."""
    columns = (_trail.stream, _trail.version, _trail.command, _trail.retracts)
    query = select(*columns).where(_trail.kind == "partner", _trail.position >= position).order_by(_trail.position)
    rows = desk.read.execute(query).all()
    retracted = {(row.stream, row.retracts) for row in rows if row.retracts is not None}
    commands_by_partner: dict[UUID, list[UUID]] = {}
    for row in rows:
        if row.retracts is None and (row.stream, row.version) not in retracted:
            commands_by_partner.setdefault(row.stream, []).append(row.command)
    return commands_by_partner
