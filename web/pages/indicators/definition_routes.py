"""Routes of the definitions of the indicators: those in force, the draft, its opinions, old and new side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import create_model

from pixflow.decision import Decision
from pixflow.documents.definitions import RULES, TARGETED, Definitions
from pixflow.indicators.catalogue import BY_ID
from pixflow.protocol import drafting
from pixflow.protocol.publishing import Draft
from pixflow.refused import Refused
from projections.figures import questions
from web.desk import refusals
from web.desk.commands import record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.hosting.figures import counting
from web.http.forms import Day, Form, FormData, OpenForm, Text, errors_shown, validate
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.indicators.asked import PATH, asked_of
from web.pages.indicators.figures import FigureShown, shown_all

router = APIRouter()
DEFINITIONS = f"{PATH}/definitions"
COMPARED = (*TARGETED, "I17", "I24")
"""The indicators that definitions may move."""


class DefinitionsForm(Form):
    name: Text = ""
    note: Text = ""
    replaces: int = 0
    days: Literal["working", "calendar"] = "working"
    presents: Literal["yes", "no"] = "yes"
    silent: int = 60


_FIELDS: dict[str, Any] = {
    **{
        name: (kind, DefinitionsForm.model_fields[name].default)
        for name, kind in DefinitionsForm.__annotations__.items()
    },
    **{f"target_{id}": (int | None, None) for id in TARGETED},
    **{f"without_{rule}": (Text, "") for rule in RULES},
}
"""The fields in the order of the page."""
WHOLE_FORM = create_model("DefinitionsWithTargetsForm", __base__=DefinitionsForm, **_FIELDS)


class EndorsementForm(Form):
    """A colleague's opinion of a draft."""

    draft: int
    endorsed: bool = False
    comment: Text = ""


class DroppedDefinitionsForm(Form):
    """The end of a draft, with its reason."""

    draft: int
    reason: Text = ""


class DefinitionsPublicationForm(Form):
    """The publication of a draft, from a day."""

    draft: int
    from_day: Day
    alone: bool = False


_HIDDEN = ("draft", "replaces")
MODELS: dict[str, tuple[type[Form], Decision[..., Any]]] = {
    "proposer": (WHOLE_FORM, drafting.draft_definitions),
    "avis": (EndorsementForm, drafting.endorse_definitions),
    "ecarter": (DroppedDefinitionsForm, drafting.drop_definitions_draft),
    "publier": (DefinitionsPublicationForm, drafting.publish_definitions),
}


@dataclass(frozen=True, kw_only=True)
class DefinitionsPage(Page):
    """The definitions in force with their number, those to come, and the draft with the team's opinions.

    `compared` are the figures of twelve months, as the definitions in force and the draft count them. `forms` are the
    four of the page, by the last word of their address.
    """

    template = "indicators/definitions.html"
    block = "definitions"
    shows = NOBODY

    number: int
    fields: Sequence[tuple[str, str]]
    to_come: Sequence[tuple[int, str, str]]
    draft: Draft[Definitions] | None
    drafted_by: str
    drafted: Sequence[tuple[str, str]]
    opinions: Sequence[tuple[str, bool, str]]
    compared: Sequence[tuple[FigureShown, FigureShown]]
    may: frozenset[str]
    forms: Mapping[str, OpenForm]
    targets: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str]]
    today: str


@router.get(DEFINITIONS)
def read(request: Request, desk: AtDesk) -> Response:
    """Shows the definitions in force and the draft."""
    _must_read(desk)
    return page(request, _page(desk))


@router.post(f"{DEFINITIONS}/{{do}}")
def act(request: Request, desk: AtDesk, do: str, data: FormData) -> Response:
    """Proposes, endorses, drops or publishes a draft."""
    if do not in MODELS:
        raise HTTPException(404)
    model, decision = MODELS[do]
    if not desk.may(decision):
        raise HTTPException(403)
    form, errors = validate(model, data)
    if form is None:
        return page(request, _page(desk, do, data, errors), status=422)
    sent = _sent(form)
    context = {"by": desk.actor.id} if do == "avis" else {}
    streams = {"indicators": desk.served.opened.stream("indicators")}
    outcome = record(desk, streams, decision, command_id=form.command_id, context=context, **sent)
    if outcome.refused:
        field = str(outcome.refused.details.get("field", ""))
        name = next((one for one in data if one.endswith(f"_{field}")), field) if field else ""
        desk.refresh()
        shown = {**data, "replaces": _replaced(desk, outcome.refused, form)} if do == "proposer" else data
        return page(request, _page(desk, do, shown, {name: refusals.sentence(desk, outcome.refused)}), status=422)
    return redirect(request, DEFINITIONS)


def _replaced(desk: Desk, refused: Refused, form: Any) -> int:
    """Returns the draft that a second press replaces: a colleague's, once its author was told of it."""
    draft = desk.refs.indicators.draft
    return draft.number if draft and refused.code == "other-draft" else form.replaces


def _must_read(desk: Desk) -> None:
    if not (desk.may(drafting.endorse_definitions) or "auditor" in desk.roles):
        raise HTTPException(403)


def _sent(form: Form) -> dict[str, Any]:
    said = form.model_dump(exclude={"command_id", "seen"})
    if not isinstance(form, DefinitionsForm):
        return said
    document = Definitions(
        name=form.name,
        targets=tuple((id, said[f"target_{id}"]) for id in TARGETED if said[f"target_{id}"] is not None),
        working_days=form.days == "working",
        workshop_presents=form.presents == "yes",
        silent=form.silent,
        without=tuple((rule, said[f"without_{rule}"]) for rule in RULES if said[f"without_{rule}"]),
    )
    return {"document": document, "note": form.note, "replaces": form.replaces}


def _page(
    desk: Desk, sent: str = "", values: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> DefinitionsPage:
    """Returns the page; `sent` names the form that was refused, with what was typed and its errors."""
    documents, current = desk.refs.indicators, desk.refs.definitions(desk.today)
    draft = documents.draft
    steers = desk.may(drafting.draft_definitions)
    blanks: dict[str, Mapping[str, Any]] = {
        "proposer": _values(draft.document if draft else current.document, draft.number if draft else 0),
        "avis": {},
        "publier": {"from_day": desk.today.isoformat()},
        "ecarter": {},
    }
    return DefinitionsPage(
        number=current.number,
        fields=list(french.of_definitions(current.document)),
        to_come=[
            (found.number, found.document.name, dates.day(day, year=True))
            for day, found in documents.published
            if day > desk.today
        ],
        draft=draft,
        drafted_by=desk.refs.team[UUID(draft.by)].name if draft else "",
        drafted=list(french.of_definitions(draft.document)) if draft else [],
        opinions=_opinions(desk, draft),
        compared=_compared(desk, draft.document) if draft and steers else [],
        may=frozenset(do for do, (_, decision) in MODELS.items() if desk.may(decision)),
        forms={do: OpenForm(do, values=blank) for do, blank in blanks.items()}
        | ({sent: OpenForm(sent, values=values or {}, errors=errors_shown(errors or {}, _HIDDEN))} if sent else {}),
        targets=[(id, french.TITLES[id]) for id in TARGETED],
        rules=[(rule, french.part("I24", rule)) for rule in RULES],
        today=desk.today.isoformat(),
    )


def _opinions(desk: Desk, draft: Draft[Definitions] | None) -> list[tuple[str, bool, str]]:
    found = draft.opinions.items() if draft else ()
    names = {str(id): member.name for id, member in desk.refs.team.items()}
    return [(names.get(who, ""), one.endorsed, one.comment) for who, one in found]


def _values(document: Definitions, replaces: int) -> dict[str, Any]:
    return {
        "name": document.name,
        "replaces": replaces,
        "days": "working" if document.working_days else "calendar",
        "presents": "yes" if document.workshop_presents else "no",
        "silent": document.silent,
        **{f"target_{id}": days for id, days in document.targets},
        **{f"without_{rule}": reason for rule, reason in document.without},
    }


def _compared(desk: Desk, document: Definitions) -> list[tuple[FigureShown, FigureShown]]:
    """Returns the figures that differ, as the definitions in force and the draft count them."""
    asked = asked_of(desk)
    sides = []
    for definitions in (None, document):
        with counting(desk.served, desk.today, definitions=definitions) as there:
            found = questions.figures(there.connection, asked.question, there.basis, there.refs, COMPARED)
        sides.append(shown_all(found, asked))
    pairs = [(sides[0][id], sides[1][id]) for id in BY_ID if id in COMPARED]
    return [(old, new) for old, new in pairs if old != new]
