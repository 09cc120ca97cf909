"""A draft: its changes, its impact, the opinions of the team, its publication; and the drafts before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from pixflow import streams
from pixflow.documents.protocol import in_force
from pixflow.events.base import Recorded
from pixflow.events.grille import GrilleDraftDropped, GrilleDrafted, GrilleEndorsed, GrillePublished
from pixflow.events.protocol import ProtocolDraftDropped, ProtocolDrafted, ProtocolEndorsed, ProtocolPublished
from pixflow.protocol.drafting import changes_safeguards, first_day
from web.desk.commands import FormRefused, redraw
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.desk.names import names_for
from web.french.events import sentences
from web.french.protocol import drafts as french
from web.http.addresses import Number, PageNumber, read_day
from web.http.forms import Day, FormData, OpenForm, text_of
from web.http.people import NOBODY, listed
from web.http.templates import redirect, show
from web.pages.protocol import impact
from web.pages.protocol.documents import BASE, KINDS, PROTOCOL, changes_of, draft_of, version_on, versions, whole_of

router = APIRouter()
FIELDS = {"from-the-past": "from_day", "notice-needed": "from_day", "nobody-endorsed": "alone"}
"""The field of the form that a refusal is about."""
RECEIPTS = {
    "projet": "Projet proposé à l’équipe. Rien ne change tant qu’il n’est pas publié.",
    "avis": "Votre avis est noté.",
    "annulee": "Publication annulée : le projet est de nouveau en discussion, avec ses avis.",
}


def kind_of(what: str) -> DocumentKind:
    """Returns the document that an address names. Raises 404 for any other name."""
    if what not in KINDS:
        raise HTTPException(404)
    return KINDS[what]


OfKind = Annotated[DocumentKind, Depends(kind_of)]


def renewed(desk: Desk) -> Desk:
    """Returns the desk with what was recorded since the request began."""
    desk.refresh()
    return replace(desk, refs=desk.served.refs)


# --- the draft under discussion


@router.get("/protocole/projet/{what}")
def read(
    request: Request,
    desk: AtDesk,
    kind: OfKind,
    le: Day | None = None,
    p: PageNumber = 1,
    enregistre: str = "",
    numero: Number = 0,
) -> Response:
    """Shows the draft under discussion; `le` is its first day, `p` the page of the young people it concerns.

    `enregistre` is what was just recorded: projet, avis or annulee. `numero` chooses an earlier draft, with what became
    of it.
    """
    draft = draft_of(desk, kind)
    if numero and not (draft and draft.number == numero):
        return _earlier(request, desk, kind, numero)
    return _page(request, desk, kind, le, p, done=enregistre)


def _page(
    request: Request,
    desk: Desk,
    kind: DocumentKind,
    le: date | None = None,
    p: int = 1,
    *,
    done: str = "",
    form: OpenForm | None = None,
) -> Response:
    """Shows the draft under discussion, as it is now when a form was refused. Without one, returns to the protocol."""
    if form:
        desk, le = renewed(desk), read_day(text_of(form.values, "from_day"))
        form = replace(form, errors={FIELDS.get(form.code, name): error for name, error in form.errors.items()})
    draft = draft_of(desk, kind)
    if draft is None:
        return redirect(request, "/protocole")
    asked = le or desk.refs.calendar.add(desk.today, 1)
    day = max(asked, _first_day(desk, kind, asked))
    mine, earliest = draft.opinions.get(desk.actor.id), _first_day(desk, kind, day)
    forms = {"endorse": OpenForm("endorse"), "drop": OpenForm("drop")}
    forms["publish"] = OpenForm("publish", values={"from_day": day.isoformat()})
    forms |= {form.name: form} if form else {}
    now = version_on(desk, kind, day)
    touched = impact.impact_of(desk, kind, now.document, draft.document, day, p)
    return show(
        request,
        "protocol/drafts/draft.html",
        "draft",
        listed(row.stream for row, _ in touched["results"]),
        what=kind.what,
        title=french.title(kind.what, draft.number),
        draft=draft,
        day=day,
        today=desk.today,
        since=french.phrase_start(day, desk.today),
        receipt=RECEIPTS.get(done, ""),
        may=kind.may(desk),
        own=draft.by == desk.actor.id,
        endorsed=bool(mine and mine.endorsed),
        endorsements=french.endorsements(len(draft.endorsed_by)),
        opinions=list(_opinions(desk, kind, draft.number)),
        takes_over=_takeover_warning(desk, kind, day),
        seconded=french.seconded(names_for(desk).staff(draft.by), earliest) if earliest > desk.today else "",
        earliest=earliest,
        forms=forms,
        errors=form.errors if form else {},
        base_number=now.number,
        changes=changes_of(kind, now.document, draft.document),
        impact=touched,
        text=whole_of(desk, kind, draft.document),
    )


def _first_day(desk: Desk, kind: DocumentKind, day: date) -> date:
    """Returns the first day that the draft may count from: today, or after a notice."""
    published, draft = desk.refs.protocols.published, draft_of(desk, kind)
    guarded = draft and kind is PROTOCOL and changes_safeguards(published, draft.document, day)
    return first_day(desk.today) if guarded else desk.today


def _takeover_warning(desk: Desk, kind: DocumentKind, day: date) -> str:
    """Warns of the next version that is published already for a later day, "" when there is none."""
    later = sorted((one.since, one.number) for one in versions(desk, kind) if one.since > day)
    return next((french.takes_over(kind.what, number, since) for since, number in later), "")


def _opinions(desk: Desk, kind: DocumentKind, draft: int) -> Iterator[tuple[str, str, str]]:
    """Yields the opinions on a draft, oldest first: who says what, when, and the comment."""
    names, endorsing = names_for(desk), dict[str, bool]()
    for recorded in desk.trail(kind.stream_of(desk)):
        event = recorded.event
        if isinstance(event, GrilleEndorsed | ProtocolEndorsed) and event.draft == draft:
            verb = french.opinion(event.endorsed, event.comment, endorsing.get(recorded.by, False))
            endorsing[recorded.by] = event.endorsed
            who = sentences.who(recorded, names)
            yield f"{who} {verb}", sentences.when(recorded, desk.zone), event.comment


# --- what becomes of it


@router.post("/protocole/projet/{what}/avis")
@redraw(_page)
def endorse(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Records an opinion: a comment, an endorsement, or its withdrawal."""
    kind.take(desk, "endorse", data)
    return redirect(request, f"{BASE}/{kind.what}?enregistre=avis#avis")


@router.post("/protocole/projet/{what}/ecarter")
@redraw(_page)
def drop(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Drops the draft."""
    kind.take(desk, "drop", data)
    return redirect(request, f"/protocole?ecarte={kind.what}")


@router.post("/protocole/projet/{what}/publier")
@redraw(_page)
def publish(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Publishes the draft: it counts from a day, under the next number."""
    kind.take(desk, "publish", data)
    return redirect(request, f"/protocole?publie={kind.what}")


@router.post("/protocole/projet/{what}/annuler")
def withdraw(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Takes back the last publication before its first day: its draft is under discussion again."""
    try:
        kind.take(desk, "withdraw", data)
    except FormRefused as refused:
        if not refused.code:
            raise HTTPException(422) from None
        return redirect(request, f"/protocole?compte={kind.what}")
    if draft_of(renewed(desk), kind) is None:
        return redirect(request, "/protocole")
    return redirect(request, f"{BASE}/{kind.what}?enregistre=annulee")


# --- earlier drafts


@dataclass(frozen=True, slots=True)
class EarlierDraft:
    """A draft that is no longer under discussion, by its event; `end` says in words what became of it.

    `before` is the document that was in force when it was proposed.
    """

    event: GrilleDrafted | ProtocolDrafted
    by: str
    before: Any
    end: str


def earlier_drafts(desk: Desk, kind: DocumentKind) -> list[EarlierDraft]:
    """Returns the drafts that are no longer under discussion, the latest first."""
    current, trail = draft_of(desk, kind), desk.trail(kind.stream_of(desk))
    drafts = [
        EarlierDraft(event, one.by, _in_force(kind, trail[:n], event.on), next(_ends(event, trail[n + 1 :]), ""))
        for n, one in enumerate(trail)
        if isinstance(event := one.event, GrilleDrafted | ProtocolDrafted)
    ]
    return [one for one in reversed(drafts) if current is None or one.event.draft != current.number]


def _earlier(request: Request, desk: Desk, kind: DocumentKind, number: int) -> Response:
    """Shows a draft: its changes from the version of its day, the opinions, the whole of it. Raises 404 for none."""
    draft = next((one for one in earlier_drafts(desk, kind) if one.event.draft == number), None)
    if draft is None:
        raise HTTPException(404)
    document: Any = draft.event.document
    return show(
        request,
        "protocol/drafts/earlier.html",
        None,
        NOBODY,
        title=french.title(kind.what, number),
        draft=draft,
        opinions=list(_opinions(desk, kind, number)),
        what=kind.what,
        changes=changes_of(kind, draft.before, document),
        text=whole_of(desk, kind, document),
    )


def _in_force(kind: DocumentKind, earlier: Sequence[Recorded], day: date) -> Any:
    """Returns the document in force on a day, as the events before say."""
    found = in_force(streams.KINDS[kind.stream].fold(earlier).published, day)
    return getattr(found, "document", found)


def _ends(draft: GrilleDrafted | ProtocolDrafted, later: Sequence[Recorded]) -> Iterator[str]:
    for recorded in later:
        match recorded.event:
            case GrilleDraftDropped(draft=number, reason=reason) | ProtocolDraftDropped(draft=number, reason=reason):
                if number == draft.draft:
                    yield french.end_dropped(reason)
            case GrilleDrafted(draft=number) | ProtocolDrafted(draft=number):
                yield french.end_replaced(number)
            case GrillePublished(document=document, from_day=day) | ProtocolPublished(document=document, from_day=day):
                if document == draft.document:
                    yield french.end_published(day)
