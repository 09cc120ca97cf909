"""The page of a draft: its changes, its impact, the opinions of the team, its publication."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.decision import Decision
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.events.base import Recorded
from pixflow.events.grille import GrilleEndorsed
from pixflow.events.protocol import ProtocolEndorsed
from pixflow.protocol import drafting
from pixflow.protocol.comparison import band_changes
from pixflow.protocol.drafting import changes_safeguards, first_day
from pixflow.protocol.publishing import Draft, Grilles, Protocols
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.events import sentences
from web.french.protocol import differences
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference
from web.http.forms import Day, Form, OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import People
from web.http.templates import Page
from web.pages.protocol import impact, protocol_impact
from web.pages.protocol.documents import BandText, ProtocolText, grid_text, protocol_text
from web.pages.protocol.protocol_impact import RetentionImpact, SeatImpact

DocumentName = Literal["grille", "protocole"]
DECISIONS = ("draft", "endorse", "drop", "publish", "withdraw")
RECEIPTS = {
    "projet": "Projet proposé à l’équipe. Rien ne change tant qu’il n’est pas publié.",
    "avis": "Votre avis est noté.",
    "annulee": "Publication annulée : le projet est de nouveau en discussion, avec ses avis.",
}


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """The decisions about the drafts of one document; `what` names it in addresses, `stream` among the streams."""

    what: DocumentName
    stream: str
    draft: Decision[..., Any]
    endorse: Decision[..., Any]
    drop: Decision[..., Any]
    publish: Decision[..., Any]
    withdraw: Decision[..., Any]

    def streams(self, desk: Desk) -> dict[str, UUID]:
        return {self.stream: desk.served.opened.stream(self.stream)}

    def state(self, desk: Desk) -> Grilles | Protocols:
        return desk.refs.grilles if self.what == "grille" else desk.refs.protocols

    def versions(self, desk: Desk) -> dict[int, Any]:
        """Returns every published document by its number."""
        documents = [document for _, document in self.state(desk).published]
        return dict(enumerate((getattr(one, "document", one) for one in documents), 1))

    def draft_of(self, desk: Desk) -> Draft[Any] | None:
        """Returns the draft under discussion."""
        return self.state(desk).draft


KINDS: dict[DocumentName, DocumentKind] = {
    "grille": DocumentKind(
        "grille", "grille", drafting.draft_grille, drafting.endorse_grille, drafting.drop_grille_draft,
        drafting.publish_grille_draft, drafting.withdraw_grille_publication,
    ),
    "protocole": DocumentKind(
        "protocole", "protocol", drafting.draft_protocol, drafting.endorse_protocol, drafting.drop_protocol_draft,
        drafting.publish_protocol_draft, drafting.withdraw_protocol_publication,
    ),
}  # fmt: skip


class OpinionForm(Form):
    """A comment on a draft; the button that was pressed tells `endorsed`."""

    draft: int
    endorsed: bool
    comment: str | None = None


class DropForm(Form):
    draft: int
    reason: str | None = None


class WithdrawalForm(Form):
    """The undo of the publication of version `number`."""

    number: int


class PublicationForm(Form):
    draft: int
    from_day: Day
    alone: bool = False


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """An opinion of a colleague on the draft."""

    who: str
    verb: str
    comment: str
    when: str


@dataclass(frozen=True, slots=True)
class BandDifference:
    """A band of a grid that changes; `limits_only`: its limits alone do."""

    title: str
    changes: Sequence[Difference]
    limits_only: bool


@dataclass(frozen=True, slots=True)
class GridChanges:
    """The changes from one grid to another: its name, its bands."""

    name: Difference | None
    bands: Sequence[BandDifference]


@dataclass(frozen=True, slots=True)
class GridDraft:
    """The changes of a grid, its impact, and the whole of it."""

    base_number: int
    changes: GridChanges
    impact: impact.GridImpact
    text: Sequence[BandText]


@dataclass(frozen=True, slots=True)
class ProtocolDraft:
    """The changes of a protocol, its impact, and the whole of it. `shifts` are sentences."""

    base_number: int
    changes: Sequence[Difference]
    shifts: Sequence[str]
    retention: RetentionImpact | None
    seats: SeatImpact | None
    delays: Sequence[impact.DelayImpact]
    text: ProtocolText


@dataclass(frozen=True, kw_only=True)
class DraftPage(Page):
    """A draft of a grid or of a protocol; `day` is the one from which it would count, `since` the same in words.

    `may` names the decisions that this person may take. `own`: they wrote the draft; `endorsed`: they endorse it.
    `takes_over` warns of a version that is published for a later day, `seconded` says who is asked besides its author,
    "" for nobody. `earliest` is the first day that it may count from. Of the three forms one may have been refused.
    """

    template = "protocol/drafts/draft.html"
    block = "draft"

    what: DocumentName
    title: str
    number: int
    name: str
    note: str
    author: str
    on: date
    day: date
    today: date
    since: str
    receipt: str
    may: frozenset[str]
    own: bool
    endorsed: bool
    endorsers: Sequence[str]
    endorsements: str
    opinions: Sequence[OpinionRow]
    takes_over: str
    seconded: str
    earliest: date
    opinion_form: OpenForm
    drop_form: OpenForm
    publication_form: OpenForm
    grid: GridDraft | None
    protocol: ProtocolDraft | None

    @property
    def shows(self) -> People:
        retention = self.protocol.retention if self.protocol else None
        return (
            protocol_impact.people(retention) if retention else impact.people(self.grid.impact if self.grid else None)
        )


def draft_page(
    desk: Desk, kind: DocumentKind, day: date, number: int, *, refused: OpenForm | None = None, done: str = ""
) -> DraftPage:
    """Returns the page of the draft under discussion; `number` pages the young people that a grid concerns."""
    draft, names = kind.draft_of(desk), names_for(desk)
    assert draft is not None
    endorsers, earliest = [names.staff(id) for id in draft.endorsed_by], first_day_of(desk, kind, day)
    mine = draft.opinions.get(desk.actor.id)
    forms = {name: OpenForm(name) for name in ("opinion", "drop")}
    forms["publish"] = OpenForm("publish", values={"from_day": day.isoformat()})
    if refused:
        forms[refused.name] = refused
    return DraftPage(
        what=kind.what,
        title=french.title(kind.what, draft.number),
        number=draft.number,
        name=draft.document.name,
        note=draft.note,
        author=names.staff(draft.by),
        on=draft.on,
        day=day,
        today=desk.today,
        since=french.since(day, desk.today),
        receipt=RECEIPTS.get(done, ""),
        may=frozenset(name for name in DECISIONS if desk.may(getattr(kind, name))),
        own=draft.by == desk.actor.id,
        endorsed=bool(mine and mine.endorsed),
        endorsers=endorsers,
        endorsements=french.endorsements(len(endorsers)),
        opinions=list(opinions(desk, kind, draft.number)),
        takes_over=takeover_warning(desk, kind, day),
        seconded=french.seconded(names.staff(draft.by), earliest) if earliest > desk.today else "",
        earliest=earliest,
        opinion_form=forms["opinion"],
        drop_form=forms["drop"],
        publication_form=forms["publish"],
        grid=grid_draft(desk, draft.document, day, number) if kind.what == "grille" else None,
        protocol=protocol_draft(desk, draft.document, day, number) if kind.what == "protocole" else None,
    )


def first_day_of(desk: Desk, kind: DocumentKind, day: date) -> date:
    """Returns the first day that the draft may count from: today, or after a notice."""
    known, draft = desk.refs.protocols, kind.draft_of(desk)
    guarded = draft and kind.what == "protocole" and changes_safeguards(known.published, draft.document, day)
    return first_day(desk.today) if guarded else desk.today


def grid_draft(desk: Desk, document: Grille, day: date, page: int) -> GridDraft:
    """Returns the differences between a grid and the grid of a day."""
    now = desk.refs.grille(day)
    before = now.document

    def pager_of(total: int) -> Pager:
        return Pager.at(total, page, "/protocole/projet/grille", {"le": day.isoformat()}, anchor="#concernes")

    return GridDraft(
        base_number=now.number,
        changes=grid_changes(before, document),
        impact=impact.grid_impact(desk, before, document, SIZE, pager_of),
        text=grid_text(desk, document),
    )


def grid_changes(before: Grille, after: Grille) -> GridChanges:
    """Returns the differences between two grids."""
    return GridChanges(
        name=Difference("Nom de la grille", before.name, after.name) if before.name != after.name else None,
        bands=[
            BandDifference(differences.band_title(one), lines, not lines and one.after is not None)
            for one in band_changes(before, after)
            for lines in [differences.band_lines(one)]
        ],
    )


def protocol_draft(desk: Desk, document: ProtocolDocument, day: date, page: int) -> ProtocolDraft:
    """Returns the differences between a protocol and the protocol of a day."""
    now = desk.refs.protocol(day)
    return ProtocolDraft(
        base_number=number_of(desk.refs.protocols, now),
        changes=differences.protocol_changes(now, document),
        shifts=impact.task_shifts(desk, document, day),
        retention=protocol_impact.retention_impact(desk, now, document, day, page),
        seats=protocol_impact.seat_impact(desk, now, document, day),
        delays=impact.delay_impacts(desk, now, document, day),
        text=protocol_text(document),
    )


def number_of(protocols: Protocols, document: ProtocolDocument) -> int:
    """Returns the number of a protocol: its place in the order of publication, from 1."""
    return next(n for n, (_, one) in enumerate(protocols.published, 1) if one is document)


def takeover_warning(desk: Desk, kind: DocumentKind, day: date) -> str:
    """Warns of the next version that is published already for a later day, "" when there is none."""
    days = [(since, number) for number, (since, _) in enumerate(kind.state(desk).published, 1) if since > day]
    if not days:
        return ""
    since, number = min(days)
    return french.takes_over(kind.what, number, since)


def opinions(desk: Desk, kind: DocumentKind, draft: int) -> Iterator[OpinionRow]:
    """Returns the opinions on a draft, oldest first."""
    names, endorsing = names_for(desk), dict[str, bool]()
    for recorded in trail(desk, kind):
        event = recorded.event
        if isinstance(event, GrilleEndorsed | ProtocolEndorsed) and event.draft == draft:
            verb = french.opinion(event.endorsed, event.comment, endorsing.get(recorded.by, False))
            endorsing[recorded.by] = event.endorsed
            yield OpinionRow(sentences.who(recorded, names), verb, event.comment, sentences.when(recorded, desk.zone))


def trail(desk: Desk, kind: DocumentKind) -> Sequence[Recorded]:
    """Returns the events of a document, oldest first."""
    return desk.trail(desk.served.opened.stream(kind.stream))
