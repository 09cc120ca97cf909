"""A list of events, as a source of projections."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from pixflow import reference_data
from pixflow.events.base import Recorded
from pixflow.folding import concealed
from pixflow.reference_data import References


class ListedEvents:
    """Source of the events of a list, in order of position, up to `head`."""

    def __init__(self, events: Sequence[Recorded]) -> None:
        self.all = events

    def head(self) -> int:
        return len(self.all)

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        return self.all[after : min(after + limit, self.head())]

    def history(self, stream: UUID) -> Sequence[Recorded]:
        return [one for one in self.all[: self.head()] if one.originator_id == stream]

    def at(self, positions: Iterable[int]) -> Sequence[Recorded]:
        return [self.all[position - 1] for position in positions]

    def by_stream(self, stop: int, size: int) -> Iterator[Mapping[UUID, Sequence[Recorded]]]:
        found: dict[UUID, list[Recorded]] = {}
        for one in self.all[:stop]:
            found.setdefault(one.originator_id, []).append(one)
        yield {stream: concealed(events) for stream, events in found.items()}

    def references_at(self, position: int) -> References:
        refs = References()
        for one in self.all[:position]:
            refs = reference_data.evolve(refs, one)
        return refs

    def today(self) -> date:
        return date(2026, 6, 12)
