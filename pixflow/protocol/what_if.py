"""Reads the results of a period again by another grid: to whom it would have said something else, which proposals.

Only the grid changes. A prescription that keeps a proposal which the other grid leaves out is not computed: the advisor
would have chosen among other ones.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from pixflow.documents.grille import Explanation, Grille, Proposal, explain, reads_otherwise
from pixflow.documents.protocol import in_force
from pixflow.events.base import Recorded
from pixflow.events.dossier import (
    ActionAdded,
    DossierMerged,
    PrescriptionBuilt,
    ProgrammeJoined,
    ResultReceived,
    Retracted,
)
from pixflow.folding import not_retracted
from pixflow.protocol.comparison import Move, moves
from pixflow.protocol.publishing import Numbered

TOPICS = frozenset(
    one.TOPIC for one in (ActionAdded, DossierMerged, PrescriptionBuilt, ProgrammeJoined, ResultReceived, Retracted)
)
"""Events of a dossier that `scored_results` reads."""
LEADS_OVER = 0.05
"""Share of results without a computed level. From this share on, an answer begins with these results."""


class ScoredResult(Struct, frozen=True):
    """A result with a score, received on a day, and the prescription built on it; None without one.

    `kept` are ids of the proposals that it kept, or that were added to it. `programme` is that of the prescription, or
    of today.
    """

    dossier: UUID
    on: date
    mastery: Decimal
    programme: str
    built: PrescriptionBuilt | None
    kept: frozenset[str] = frozenset()


class SecondReading(Struct, frozen=True):
    """A result by the grid of its day and by another one. `move` is None when both say the same for its programme."""

    result: ScoredResult
    before: Explanation
    after: Explanation
    move: Move | None

    @property
    def elsewhere(self) -> bool:
        """Tells if the other grid places the percent in another band, which says something else."""
        return self.move is not None and self.move.elsewhere

    @property
    def lost(self) -> frozenset[str]:
        """Ids of the proposals that the other grid leaves out."""
        return _ids(self.before) - _ids(self.after)

    @property
    def gained(self) -> frozenset[str]:
        """Ids of the proposals that the other grid adds."""
        return _ids(self.after) - _ids(self.before)

    @property
    def is_open(self) -> bool:
        """Tells if the prescription keeps a proposal that the other grid leaves out: it is not computed."""
        return not self.lost.isdisjoint(self.result.kept)

    @property
    def is_recorded(self) -> bool:
        """Tells if a prescription records the score that its grid was to read."""
        return self.result.built is not None and self.result.built.percent is not None

    @property
    def differs(self) -> bool:
        """Tells if its grid, read again, gives another band or other proposals than the prescription records."""
        built, band = self.result.built, self.before.band
        if built is None or not self.is_recorded:
            return False
        shown = (self.before.percent, band.low, band.high, tuple(one.id for one in self.before.proposals))
        return shown != (built.percent, built.low, built.high, built.proposed)


def scored_results(histories: Iterable[Sequence[Recorded]], first: date, last: date) -> Iterator[ScoredResult]:
    """Yields the results received in a period, from the events of `TOPICS` of each dossier, oldest first.

    A merged duplicate yields none: its dossier has its events. Nor does somebody erased: their score is gone.
    """
    for events in histories:
        standing = [one.event for one in not_retracted(events)]
        if any(isinstance(event, DossierMerged) for event in standing):
            continue
        built: dict[UUID, tuple[PrescriptionBuilt, str]] = {}
        proposals: dict[UUID, frozenset[str]] = {}
        programme = ""
        for event in standing:
            match event:
                case ProgrammeJoined():
                    programme = event.programme
                case PrescriptionBuilt(participation=participation, actions=actions):
                    built[participation] = event, programme
                    proposals[participation] = frozenset(one.proposal for one in actions if one.proposal)
                case ActionAdded(participation=participation, added=action) if action.proposal:
                    proposals[participation] = proposals.get(participation, frozenset()) | {action.proposal}
        for event in standing:
            if isinstance(event, ResultReceived) and event.purpose == "initial" and first <= event.on <= last:
                mastery = event.result.mastery if event.result else None
                if mastery is not None:
                    made, then = built.get(event.participation, (None, programme))
                    chosen = proposals.get(event.participation, frozenset())
                    yield ScoredResult(events[0].originator_id, event.on, mastery, then, made, chosen)


def read_again(
    results: Iterable[ScoredResult], grilles: Sequence[tuple[date, Numbered[Grille]]], draft: Grille
) -> Iterator[SecondReading]:
    """Yields each result by the grid of its prescription, or else of its day, and by the draft, which is valid.

    `grilles` are all published ones with their first days. A grid that is lost is replaced by that of the day: the
    control tells where it says otherwise. Raises NoDocument when none is left.
    """
    numbered = {one.number: one for _, one in grilles}
    moved: dict[int, dict[int, Move]] = {}
    for result in results:
        built = result.built
        grid = numbered.get(built.grille) if built and built.grille else None
        grid = grid or in_force(grilles, built.on if built else result.on)
        if grid.number not in moved:
            found = moves(grid.document, draft)
            moved[grid.number] = {percent: one for one in found for percent in range(one.first, one.last + 1)}
        before = explain(grid.document, grid.number, result.mastery, result.programme)
        after = explain(draft, 0, result.mastery, result.programme)
        changes = reads_otherwise(before.band, after.band, result.programme)
        yield SecondReading(result, before, after, moved[grid.number].get(before.percent) if changes else None)


class ProposalCount(Struct, frozen=True):
    """A proposal, and how many results it is proposed for, by the grids of their days and by the draft."""

    proposal: Proposal
    before: int
    after: int


def proposal_counts(readings: Sequence[SecondReading]) -> list[ProposalCount]:
    """Counts each proposal whose count the draft changes, those that lose the most first."""
    before, after = Counter[str](), Counter[str]()
    proposals_by_id: dict[str, Proposal] = {}
    for reading in readings:
        before.update(proposal.id for proposal in reading.before.proposals)
        after.update(proposal.id for proposal in reading.after.proposals)
        proposals_by_id |= {proposal.id: proposal for proposal in (*reading.before.proposals, *reading.after.proposals)}
    counted = (ProposalCount(proposal, before[id], after[id]) for id, proposal in proposals_by_id.items())
    changed = [one for one in counted if one.before != one.after]
    return sorted(changed, key=lambda one: (one.after - one.before, one.proposal.label))


def _ids(explanation: Explanation) -> frozenset[str]:
    return frozenset(one.id for one in explanation.proposals)
