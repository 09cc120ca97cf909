"""States of a resource and of a question."""

from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.documents.resource import ResourceDocument
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events.base import Recorded
from pixflow.folding import Stamp, stamp_of


class Revision(Struct, frozen=True):
    """One text of a resource, or of a proposal: its number, from 1, and who wrote it, as a staff id."""

    number: int
    document: ResourceDocument
    note: str
    by: str
    stamp: Stamp


class ReaderMark(Struct, frozen=True):
    """The latest word of one colleague on a resource: about the text of that number, useful or not."""

    number: int
    useful: bool
    comment: str
    stamp: Stamp


class ReadingCheck(Struct, frozen=True):
    """The last time that somebody vouched for a resource: wrote it, or read it again."""

    by: str
    stamp: Stamp


class Resource(Struct, frozen=True):
    """A resource: its texts, the marks by staff id, its withdrawal, and the proposal that waits.

    `proposals` counts all proposals; `proposed_by` are the colleagues whose proposals were kept.
    """

    version: int = 0
    revisions: tuple[Revision, ...] = ()
    checked: ReadingCheck | None = None
    marks: dict[str, ReaderMark] = {}
    withdrawn: Stamp | None = None
    reason: str = ""
    proposal: Revision | None = None
    proposals: int = 0
    proposed_by: tuple[str, ...] = ()

    @property
    def current(self) -> Revision | None:
        """The latest text; None while there is only a proposal."""
        return self.revisions[-1] if self.revisions else None

    @property
    def is_shown(self) -> bool:
        """Tells if steps show it: it has a text, and is not withdrawn."""
        return bool(self.revisions) and self.withdrawn is None

    @property
    def useful(self) -> int:
        return sum(mark.useful for mark in self.marks.values())

    @property
    def doubts(self) -> tuple[ReaderMark, ...]:
        """The marks "not useful" given since somebody last vouched for it, the oldest first."""
        since = self.checked.stamp.version if self.checked else 0
        given = (mark for mark in self.marks.values() if not mark.useful and mark.stamp.version > since)
        return tuple(sorted(given, key=lambda mark: mark.stamp.version))

    def on(self, day: date) -> Revision | None:
        """Returns the text as it stood at the end of a day; None before the first."""
        known = (one for one in self.revisions if one.stamp.on <= day)
        return max(known, key=lambda one: (one.stamp.on, one.number), default=None)


def evolve(state: Resource, recorded: Recorded) -> Resource:
    event, by = recorded.event, recorded.by
    state = replace(state, version=recorded.originator_version)
    stamp = stamp_of(recorded)
    match event:
        case r.ResourceProposed(proposal=number, document=document, note=note):
            return replace(state, proposal=Revision(number, document, note, by, stamp), proposals=number)
        case r.ProposalDeclined():
            return replace(state, proposal=None)
        case r.ResourceShared(document=document, note=note) | r.ResourceRevised(document=document, note=note):
            return _with_text(state, document, note, by, stamp)
        case r.ResourceChecked():
            return replace(state, checked=ReadingCheck(by, stamp))
        case r.ResourceWithdrawn(reason=reason):
            return replace(state, withdrawn=stamp, reason=reason, proposal=None)
        case r.ResourceMarked(revision=number, useful=useful, comment=comment):
            return replace(state, marks={**state.marks, by: ReaderMark(number, useful, comment, stamp)})
    return state


def _with_text(state: Resource, document: ResourceDocument, note: str, by: str, stamp: Stamp) -> Resource:
    """Adds a text. It ends the proposal that waits: whoever wrote the text had it before them."""
    revision = Revision(len(state.revisions) + 1, document, note, by, stamp)
    proposers = (state.proposal.by,) if state.proposal and state.proposal.by not in state.proposed_by else ()
    return replace(
        state,
        revisions=(*state.revisions, revision),
        checked=ReadingCheck(by, stamp),
        withdrawn=None,
        reason="",
        proposal=None,
        proposed_by=state.proposed_by + proposers,
    )


class TeamQuestion(Struct, frozen=True):
    """A question: its text, the kind of task where it was asked, and its end: an answer, or a reason to drop it."""

    version: int = 0
    text: str = ""
    task: str = ""
    by: str = ""
    asked: Stamp | None = None
    answer: UUID | None = None
    ended: ReadingCheck | None = None
    reason: str = ""


def evolve_question(state: TeamQuestion, recorded: Recorded) -> TeamQuestion:
    event = recorded.event
    state = replace(state, version=recorded.originator_version)
    stamp = stamp_of(recorded)
    match event:
        case q.QuestionAsked(text=text, task=task):
            return replace(state, text=text, task=task, by=recorded.by, asked=stamp)
        case q.QuestionAnswered(resource=resource):
            return replace(state, answer=resource, ended=ReadingCheck(recorded.by, stamp))
        case q.QuestionDropped(reason=reason):
            return replace(state, reason=reason, ended=ReadingCheck(recorded.by, stamp))
    return state
