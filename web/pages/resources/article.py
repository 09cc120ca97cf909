"""The page of one resource: its text, its earlier texts, what the team says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import HTTPException
from markupsafe import Markup

from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.resources import sharing
from pixflow.resources.state import Resource, Revision
from projections.knowledge import questions
from projections.store.folds import fold_of
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import tasks as french_tasks
from web.french import vocabulary
from web.french.events.resources import AUDIENCES, BANDS, KINDS
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.resources import markdown
from web.pages.resources.shelf import SHELF, TeamQuestionRow, question_rows

DONE = {
    "publiee": "Ressource publiée.",
    "proposee": "Proposition envoyée à la référente ou au référent Pix.",
    "relue": "Relecture notée.",
    "retiree": "Ressource retirée : elle n’est plus montrée à côté des formulaires.",
    "avis": "Avis noté, merci.",
    "ecartee": "Proposition écartée.",
}


@dataclass(frozen=True, slots=True)
class TextView:
    """One text of a resource, drawn; `note` says why it was written, `by` by whom ("" for pixflow)."""

    number: int
    title: str
    body: Markup
    kind: str
    links: Sequence[str]
    files: Sequence[FileNote]
    about: Sequence[tuple[str, str]]
    by: str
    on: date
    note: str
    example: bool


@dataclass(frozen=True, slots=True)
class MarkView:
    by: str
    useful: bool
    comment: str
    number: int
    on: date


@dataclass(frozen=True, kw_only=True)
class ArticlePage(Page):
    """One resource. `shown` is the text on the page, `beside` another one to compare, `proposal` the one that waits.

    `as_of` is the day that the address asks for; `mine` is the person's own mark; `errors` are those of its forms.
    """

    template = "resources/article.html"
    block = "article"
    shows = NOBODY

    id: UUID
    shown: TextView | None
    beside: TextView | None
    as_of: date | None
    current: int
    versions: Sequence[TextView]
    proposal: TextView | None
    proposed_by: Sequence[str]
    marks: Sequence[MarkView]
    mine: MarkView | None
    checked_by: str
    checked_on: date | None
    withdrawn: date | None
    reason: str
    answers: Sequence[TeamQuestionRow]
    done: str
    may_revise: bool
    may_propose: bool
    may_mark: bool
    errors: Mapping[str, str]
    values: Mapping[str, Any]
    public: str


def resource_of(desk: Desk, stream: UUID) -> Resource:
    """Returns a resource. Raises 404 for an unknown one."""
    state = fold_of(desk.read, stream)
    if not isinstance(state, Resource) or not state.version:
        raise HTTPException(404)
    return state


def article_page(
    desk: Desk,
    stream: UUID,
    number: int = 0,
    beside: int = 0,
    as_of: date | None = None,
    *,
    done: str = "",
    errors: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> ArticlePage:
    state, names = resource_of(desk, stream), names_for(desk)
    current = state.current
    chosen = state.on(as_of) if as_of else _numbered(state, number) or current
    if chosen is None and (as_of or current):
        raise HTTPException(404)
    other = _numbered(state, beside) if chosen else None
    marks = [
        MarkView(names.staff(by), one.useful, one.comment, one.number, one.stamp.on) for by, one in state.marks.items()
    ]
    mine = state.marks.get(desk.actor.id)
    slug = desk.served.opened.slug
    return ArticlePage(
        id=stream,
        shown=text_view(desk, chosen) if chosen else None,
        beside=text_view(desk, other) if other and other != chosen else None,
        as_of=as_of,
        current=current.number if current else 0,
        versions=[text_view(desk, one) for one in state.revisions[::-1]],
        proposal=text_view(desk, state.proposal) if state.proposal else None,
        proposed_by=[names.staff(by) for by in state.proposed_by],
        marks=sorted(marks, key=lambda mark: (mark.on, mark.by), reverse=True),
        mine=MarkView("", mine.useful, mine.comment, mine.number, mine.stamp.on) if mine else None,
        checked_by=names.staff(state.checked.by) if state.checked else "",
        checked_on=state.checked.stamp.on if state.checked else None,
        withdrawn=state.withdrawn.on if state.withdrawn else None,
        reason=state.reason,
        answers=question_rows(desk, questions.answered_by(desk.read, stream)),
        done=DONE.get(done, ""),
        may_revise=desk.may(sharing.revise_resource),
        may_propose=desk.may(sharing.propose_resource),
        may_mark=desk.may(sharing.mark_resource),
        errors=errors or {},
        values=values or {},
        public=public_address(slug, stream, chosen.number) if chosen and chosen.document.audience == "young" else "",
    )


def public_address(slug: str, stream: UUID, number: int) -> str:
    """Returns where a young person reads a text, without an account."""
    return f"/t/{slug}{SHELF}/{stream}/{number}"


def text_view(desk: Desk, one: Revision) -> TextView:
    text = one.document
    return TextView(
        one.number,
        text.title,
        markdown.html(text.body),
        KINDS[text.kind],
        text.links,
        text.files,
        about(text),
        "" if text.example else names_for(desk).staff(one.by),
        one.stamp.on,
        one.note,
        text.example,
    )


def about(text: ResourceDocument) -> list[tuple[str, str]]:
    """Returns where a text is shown, as labels and values."""
    said = (
        ("Tâches", ", ".join(french_tasks.VERBS.get(kind, kind) for kind in text.tasks)),
        ("Étapes", ", ".join(vocabulary.STAGES[stage] for stage in text.stages)),
        ("Tranches de la grille", ", ".join(BANDS.get(rank, str(rank)) for rank in text.bands)),
        ("Programmes", ", ".join(vocabulary.PROGRAMMES.get(one, one) for one in text.programmes)),
        ("Public", AUDIENCES[text.audience]),
    )
    return [(label, value) for label, value in said if value]


def _numbered(state: Resource, number: int) -> Revision | None:
    return state.revisions[number - 1] if 1 <= number <= len(state.revisions) else None
