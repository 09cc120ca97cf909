"""The definitions of the indicators: those in force, the draft, its opinions, old and new side by side."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import create_model

from pixflow.documents.definitions import RULES, TARGETED, Definitions
from pixflow.indicators.catalogue import BY_ID
from pixflow.protocol import drafting
from projections.figures.questions import count_figures
from web.desk.commands import read_form, redraw
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind, Step
from web.french import indicators as french
from web.hosting.figures import counting
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.indicators.aims import AIMS
from web.pages.indicators.asked import PATH, asked_of
from web.pages.indicators.figures import FigureText, describe_all

router = APIRouter()
DEFINITIONS = f"{PATH}/definitions"
COMPARED = (*TARGETED, "I17", "I24")
"""The indicators that definitions may move."""
KIND = DocumentKind(
    "definitions",
    "indicators",
    {
        "draft": drafting.draft_definitions,
        "endorse": drafting.endorse_definitions,
        "drop": drafting.drop_definitions_draft,
        "publish": drafting.publish_definitions,
    },
)
STEPS: dict[str, Step] = {"proposer": "draft", "avis": "endorse", "ecarter": "drop", "publier": "publish"}
"""The steps of a draft, by the last word of their address."""


class DefinitionsForm(Form):
    name: Text = ""
    note: Text = ""
    replaces: int = 0
    days: Literal["working", "calendar"] = "working"
    presents: Literal["yes", "no"] = "yes"
    silent: int = 60


_OWN = {
    name: (kind, DefinitionsForm.model_fields[name].default) for name, kind in DefinitionsForm.__annotations__.items()
}
_TARGETS = {f"target_{id}": (int | None, None) for id in TARGETED}
_WITHOUT = {f"without_{rule}": (Text, "") for rule in RULES}
_FIELDS: dict[str, Any] = {**_OWN, **_TARGETS, **_WITHOUT}
WHOLE_FORM = create_model("DefinitionsWithTargetsForm", __base__=DefinitionsForm, **_FIELDS)
"""The form with all fields as its own: errors stand in the order of the page, where a form's own fields come first."""


@router.get(DEFINITIONS)
def read(request: Request, desk: AtDesk) -> Response:
    """Shows the definitions in force and the draft."""
    if not (desk.may(drafting.endorse_definitions) or "auditor" in desk.roles):
        raise HTTPException(403)
    return _page(request, desk)


def _page(request: Request, desk: Desk, do: str = "", form: OpenForm | None = None) -> Response:
    """Shows the page; `do` names the form that was refused. Forms go by the last word of their address."""
    documents, current = desk.refs.indicators, desk.refs.definitions(desk.today)
    draft, may = documents.draft, KIND.may(desk)
    blanks: dict[str, Mapping[str, Any]] = {
        "proposer": _values(draft.document if draft else current.document, draft.number if draft else 0),
        "publier": {"from_day": desk.today.isoformat()},
    }
    forms = {name: OpenForm(name, values=blanks.get(name, {})) for name in STEPS}
    if form:
        replaces = {"replaces": draft.number} if draft and form.code == "other-draft" else {}
        forms[do] = OpenForm(do, values={**form.values, **replaces}, errors=_with_fields(form))
    return show(
        request,
        "indicators/definitions.html",
        "definitions",
        NOBODY,
        number=current.number,
        fields=_fields(current.document),
        to_come=[(day, found) for day, found in documents.published if day > desk.today],
        draft=draft,
        drafted=_fields(draft.document) if draft else [],
        compared=_compare_figures(desk, draft.document) if draft and "draft" in may else [],
        may=frozenset(name for name, step in STEPS.items() if step in may),
        forms=forms,
        errors=form.errors if form else {},
        targets=[(id, french.TITLES[id]) for id in TARGETED],
        rules=[(rule, french.part("I24", rule)) for rule in RULES],
        today=desk.today.isoformat(),
        aims_href=AIMS if desk.may(drafting.set_aim) else "",
    )


def _fields(document: Definitions) -> list[tuple[str, str]]:
    """Returns the fields of definitions, as label and value. Their targets are not among them: these have a page."""
    return list(french.of_definitions(replace(document, aims=())))


def _with_fields(form: OpenForm) -> dict[str, str]:
    """Returns the errors of a form; a refusal names an indicator or a rule, whose field ends with it."""
    fields = {one.rpartition("_")[2]: one for one in form.values} if form.code else {}
    return {fields.get(name, name): error for name, error in form.errors.items()}


@router.post(f"{DEFINITIONS}/{{do}}")
@redraw(_page)
def act(request: Request, desk: AtDesk, do: str, data: FormData) -> Response:
    """Proposes, endorses, drops or publishes a draft."""
    if do not in STEPS:
        raise HTTPException(404)
    if do == "proposer":
        KIND.must(desk, "draft")
        form = read_form(WHOLE_FORM, data, hidden=("replaces",), empty={})
        KIND.propose(
            desk,
            form,
            document=_document(form, desk.refs.definitions(desk.today).document.aims),
            note=form.note,
            replaces=form.replaces,
        )
    else:
        KIND.take(desk, STEPS[do], {"endorsed": "false", **data} if do == "avis" else data)
    return redirect(request, DEFINITIONS)


def _document(form: DefinitionsForm, aims: tuple[tuple[str, int], ...]) -> Definitions:
    """Returns the document of a form. Targets have a form of their own: those of earlier definitions go on."""
    typed = form.model_dump()
    return Definitions(
        name=form.name,
        targets=tuple((id, typed[f"target_{id}"]) for id in TARGETED if typed[f"target_{id}"] is not None),
        working_days=form.days == "working",
        workshop_presents=form.presents == "yes",
        silent=form.silent,
        aims=aims,
        without=tuple((rule, typed[f"without_{rule}"]) for rule in RULES if typed[f"without_{rule}"]),
    )


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


def _compare_figures(desk: Desk, document: Definitions) -> list[tuple[FigureText, FigureText]]:
    """Returns the figures that differ, as the definitions in force and the draft count them."""
    query = asked_of(desk)
    sides = []
    for definitions in (None, document):
        with counting(desk.served, desk.today, definitions=definitions) as there:
            sides.append(describe_all(count_figures(there, query.question, COMPARED), query))
    pairs = [(sides[0][id], sides[1][id]) for id in BY_ID if id in COMPARED]
    return [(old, new) for old, new in pairs if old != new]
