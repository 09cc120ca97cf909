"""A draft as its page shows it: what it changes, whom it touches, what the team says, from when it may count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.decision import Decision
from pixflow.events.base import Recorded
from pixflow.events.grille import GrilleEndorsed
from pixflow.events.protocol import ProtocolEndorsed
from pixflow.protocol import drafting
from pixflow.protocol.comparison import band_changes
from pixflow.protocol.document import ProtocolDocument
from pixflow.protocol.grille import Grille
from pixflow.protocol.publishing import Draft, Grilles, Protocols
from projections import audit_trail
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.events import sentences
from web.french.protocol import differences, protocol
from web.french.protocol import drafts as french
from web.http.forms import Day, Form
from web.http.pagination import SIZE, Pager
from web.pages.protocol import impact

What = Literal["grille", "protocole"]


@dataclass(frozen=True, slots=True)
class Kind:
    """The decisions about the drafts of one document; `what` names it in addresses, `stream` among the streams."""

    what: What
    stream: str
    draft: Decision[..., Any]
    endorse: Decision[..., Any]
    drop: Decision[..., Any]
    publish: Decision[..., Any]

    def streams(self, desk: Desk) -> dict[str, UUID]:
        return {self.stream: desk.served.opened.stream(self.stream)}

    def state(self, desk: Desk) -> Grilles | Protocols:
        return desk.refs.grilles if self.what == "grille" else desk.refs.protocols

    def draft_of(self, desk: Desk) -> Draft[Any] | None:
        """The one under discussion."""
        return self.state(desk).draft


KINDS: dict[What, Kind] = {
    "grille": Kind(
        "grille", "grille", drafting.draft_grille, drafting.endorse_grille, drafting.drop_grille_draft,
        drafting.publish_grille_draft,
    ),
    "protocole": Kind(
        "protocole", "protocol", drafting.draft_protocol, drafting.endorse_protocol, drafting.drop_protocol_draft,
        drafting.publish_protocol_draft,
    ),
}  # fmt: skip


class Opinion(Form):
    """`endorsed` is what the button pressed says."""

    draft: int
    endorsed: bool
    comment: str | None = None


class Dropped(Form):
    draft: int
    reason: str | None = None


class Publication(Form):
    draft: int
    from_day: Day
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a colleague said of the draft, and when."""

    who: str
    did: str
    comment: str
    when: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The form of the page that was refused: which one, its values, what is wrong by field."""

    form: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]

    def error(self, form: str, name: str) -> str:
        return self.errors.get(name, "") if form == self.form else ""

    def get(self, form: str, name: str, value: Any = "") -> Any:
        return self.values.get(name, value) if form == self.form else value

    def of(self, form: str) -> Mapping[str, str]:
        return self.errors if form == self.form else {}


def context(
    desk: Desk, kind: Kind, day: date, page: int, *, sent: Sent | None = None, done: str = ""
) -> dict[str, Any]:
    """Everything protocol/drafts/draft.html needs; `day` is the one from which the draft would count."""
    draft = kind.draft_of(desk)
    assert draft is not None
    return {
        "desk": desk,
        "kind": kind,
        "draft": draft,
        "day": day,
        "today": desk.today,
        "french": french,
        "done": done,
        "words_of": protocol,
        "differences": differences,
        "by": names_for(desk).staff(draft.by),
        "says": list(conversation(desk, kind, draft)),
        "endorsers": [names_for(desk).staff(id) for id in draft.endorsed_by],
        "sent": sent or Sent("", {}, {}),
        "mine": draft.opinions.get(desk.actor.id),
        "own": draft.by == desk.actor.id,
        "next": coming(desk, kind, day),
        "rights": {name: desk.may(getattr(kind, name)) for name in ("draft", "endorse", "drop", "publish")},
        **(of_grille(desk, draft.document, day, page) if kind.what == "grille" else of_protocol(desk, draft, day)),
    }


def of_grille(desk: Desk, document: Grille, day: date, page: int) -> dict[str, Any]:
    """What a grid changes to the one of a day, and whose result it reads otherwise."""
    now = desk.refs.grille(day)
    found = impact.readers(desk, now.document, document)
    pager = Pager.at(found.total, page, "/protocole/projet/grille", {"le": day.isoformat()}, anchor="#concernes")
    return {
        "base_number": now.number,
        "changes": band_changes(now.document, document),
        "renamed": (now.document.name, document.name) if now.document.name != document.name else None,
        "found": found,
        "readers": impact.page(desk, found, SIZE, pager.offset),
        "pager": pager,
    }


def of_protocol(desk: Desk, draft: Draft[ProtocolDocument], day: date) -> dict[str, Any]:
    """What a protocol changes to the one of a day, and what becomes of the tasks."""
    now = desk.refs.protocol(day)
    return {
        "base_number": number_of(desk.refs.protocols, now),
        "lines": differences.protocol_changes(now, draft.document),
        "shifted": impact.shifted(desk, draft.document, day),
        "delayed": impact.delayed(desk, now, draft.document, day),
    }


def number_of(protocols: Protocols, document: ProtocolDocument) -> int:
    """The number of a protocol: its place in the order of publication, from 1."""
    return next(n for n, (_, one) in enumerate(protocols.published, 1) if one is document)


def coming(desk: Desk, kind: Kind, day: date) -> tuple[int, date] | None:
    """What is published already to count from a later day, and would take over again: its number and that day."""
    days = [(since, number) for number, (since, _) in enumerate(kind.state(desk).published, 1) if since > day]
    return (min(days)[1], min(days)[0]) if days else None


def conversation(desk: Desk, kind: Kind, draft: Draft[Any]) -> Iterator[Said]:
    """What the team said of the draft, the first word first."""
    names, endorsing = names_for(desk), dict[str, bool]()
    for fact in _facts(desk, kind):
        event = fact.event
        if isinstance(event, GrilleEndorsed | ProtocolEndorsed) and event.draft == draft.number:
            did = french.opinion(event.endorsed, event.comment, endorsing.get(fact.by, False))
            endorsing[fact.by] = event.endorsed
            yield Said(sentences.who(fact, names), did, event.comment, sentences.when(fact, desk.zone))


def _facts(desk: Desk, kind: Kind) -> Sequence[Recorded]:
    stream = desk.served.opened.stream(kind.stream)
    return [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, stream)]
