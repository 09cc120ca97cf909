"""Conservation: the dossiers whose retention ended, and those whose erasure is requested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.documents.protocol import Retention
from pixflow.dossier import retention
from pixflow.dossier.privacy import erase_person
from pixflow.events.values import Role
from projections import dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import privacy, vocabulary
from web.http.addresses import PageNumber
from web.http.forms import FormData, validate
from web.http.pagination import SIZE, Pager, address
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.privacy import erasure
from web.pages.privacy.erasure import RequestSeveralForm

router = APIRouter()
VALIDATING: tuple[Role, ...] = ("referent", "manager")
"""The roles that review the dossiers whose retention ended."""
AtRetention = Annotated[Desk, allowed(*VALIDATING)]
AtRetentionProved = Annotated[Desk, allowed(*VALIDATING, proved=True)]
NOBODY = {"dossier": "Cochez au moins un dossier."}


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """A dossier whose retention ended; `asked` is true when its erasure is requested."""

    id: UUID
    last_name: str
    first_name: str
    programme: str
    imilo_number: str | None
    site: str
    why: str
    asked: bool


@dataclass(frozen=True, kw_only=True)
class RetentionPage(Page):
    """The dossiers whose retention ended. `rules` are the label and the period of each rule.

    `askable` is true when a row may be ticked, `confirms` for somebody who may erase.
    """

    template = "privacy/retention.html"
    block = "retention"

    rows: Sequence[RetentionRow]
    pager: Pager
    rules: Sequence[tuple[str, str]]
    receipt: Receipt | None
    errors: Mapping[str, str]
    askable: bool
    confirms: bool

    @property
    def shows(self) -> People:
        return listed(row.id for row in self.rows)


@router.get("/conservation")
def past(request: Request, desk: AtRetention, p: PageNumber = 1, recu: str = "") -> Response:
    """Lists the dossiers whose retention ended, the oldest first; `recu` names the requests just recorded."""
    return _page(request, desk, p, receipt=receipts.of_command(desk, recu))


@router.post("/conservation")
def ask(request: Request, desk: AtRetentionProved, data: FormData) -> Response:
    """Requests the erasure of the ticked dossiers; answers every row when one was refused."""
    form, errors = validate(RequestSeveralForm, data)
    if form is None:
        raise HTTPException(422)
    if not form.dossier:
        return _page(request, desk, 1, errors=errors or NOBODY)
    outcomes = erasure.ask_for(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, 1, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address("/conservation", {"recu": outcomes.reference}), 303)


def _page(
    request: Request,
    desk: Desk,
    number: int,
    *,
    receipt: Receipt | None = None,
    errors: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    policy = desk.refs.protocol(desk.today).retention
    cutoffs = list(retention.cutoffs(policy, desk.today))
    total = sum(row.n for row in dossier_sheet.past_counts(desk.read, cutoffs))
    pager = Pager.at(total, number, "/conservation", {})
    rows = dossier_sheet.past(desk.read, cutoffs, SIZE, pager.offset)
    states = folds_of(desk.read, [row.stream for row in rows])
    lines = [_row(policy, row, states[row.stream].erasure is not None) for row in rows]
    shown = RetentionPage(
        rows=lines,
        pager=pager,
        rules=[(label, privacy.months(getattr(policy, rule))) for rule, label in privacy.RULES.items()],
        receipt=receipt,
        errors=errors,
        askable=any(not row.asked for row in lines),
        confirms=desk.may(erase_person),
    )
    return page(request, shown, status=422 if errors else status)


def _row(policy: Retention, row: Any, asked: bool) -> RetentionRow:
    return RetentionRow(
        id=row.stream,
        last_name=row.last_name,
        first_name=row.first_name,
        programme=vocabulary.PROGRAMMES.get(row.programme, row.programme),
        imilo_number=row.imilo_number,
        site=row.site,
        why=privacy.why_passed(retention.retention_period(policy, row.programme, row.last_on), row.closed),
        asked=asked,
    )
