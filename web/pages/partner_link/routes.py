"""The link of a partner: its cover, the request behind a press, and the answer (docs/domain.md#partner-links)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from pixflow.decision import Decision
from pixflow.discretion import marked_actions
from pixflow.dossier.retention import months_of
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import PartnerRefusal
from pixflow.partner_links import issuing
from pixflow.partner_links.token import Token, command_of, is_genuine, new_nonce, read_token
from pixflow.partner_links.validity import LinkedReferral, is_open, referral_of
from pixflow.refused import Refused
from pixflow.team.staff import Staff
from projections import partner_links, partners
from projections.store.folds import fold_of
from web.accounts import link_visits
from web.desk.names import NoNames
from web.french import dates, typography, validation, vocabulary
from web.french import partner_links as french
from web.french.dossier import path
from web.french.errors import refusals
from web.french.typography import say
from web.hosting import partner_mails
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import Day, FormData, Text, text_of, validate
from web.http.people import NOBODY
from web.http.templates import Frame, show

router = APIRouter()
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
NO_TOKEN = Token(UUID(int=0), bytes(16))
"""Stands for a text that no link has: it is looked up like another."""

# --- a visit


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit by a link that opens its referral today.

    `offer` is the label of what the partner offers, or "". A listed partner `has_file`, which it may propose to change.
    """

    served: ServedStructure
    stream: UUID
    dossier: Dossier
    found: LinkedReferral
    offer: str
    has_file: bool

    @property
    def structure(self) -> str:
        """The name of the structure."""
        return self.served.refs.structure.name

    @property
    def advisor(self) -> Staff | None:
        return self.served.refs.colleague(self.dossier.advisor)

    @property
    def notice(self) -> str:
        """The legal notice of a page."""
        policy = self.served.refs.protocol(self.served.today()).retention
        return french.notice(months_of(policy, self.dossier.programme))

    @property
    def contact(self) -> str:
        """The name and the phone of whom to call to change an answer."""
        advisor = self.advisor
        names = (advisor.name, typography.phone(advisor.phone or "")) if advisor else (self.structure,)
        return ", ".join(filter(None, names))


def visit(request: Request, token: str) -> Visit | None:
    """Returns the visit of a token, None when it opens nothing today. Raises HTTPException(429) beyond the limits.

    Every token is looked up in every structure, and takes the same time.
    """
    link_token, structures = _count_visit(request, token)
    opens = None
    for served in structures:
        with served.reading() as tables:
            row = partner_links.of_link(tables.connection, link_token.link)
        if is_genuine(link_token, served.engine.token) and row is not None and opens is None:
            opens = row, served
    if opens is None or not opens[0].opens or opens[0].until < opens[1].today():
        return None
    return _open_visit(opens[1], opens[0].stream, link_token.link)


ByLink = Annotated[Visit | None, Depends(visit)]


def _count_visit(request: Request, text: str) -> tuple[Token, list[ServedStructure]]:
    """Counts a visit; returns its token, and where to look it up. The log has the id of the link."""
    host: Host = request.app.state.host
    token = read_token(text) or NO_TOKEN
    request.state.link = str(token.link)
    if host.site:
        try:
            link_visits.count(host.site.store, text, request.client.host if request.client else None)
        except Refused:
            raise HTTPException(429) from None
    return token, list(host.structures.values())


def _open_visit(served: ServedStructure, stream: UUID, link: UUID) -> Visit | None:
    with served.reading() as tables:
        dossier = fold_of(tables.connection, stream)
        linked_referral = referral_of(dossier, link) if isinstance(dossier, Dossier) else None
        if linked_referral is None or not is_open(dossier, linked_referral, served.today()):
            return None
        partner = linked_referral.referral.partner.id
        rows = partners.open_offers(tables.connection, [partner]).get(partner, []) if partner else []
        offer = next((partners.terms_of(row).label for row in rows if row.offer == linked_referral.referral.offer), "")
        row = partners.find(tables.connection, partner) if partner else None
        return Visit(served, stream, dossier, linked_referral, offer, row is not None and row.status == "listed")


def _reload(one: Visit) -> Visit:
    """Returns the visit with what was recorded since."""
    return _open_visit(one.served, one.stream, one.found.link.id) or one


def set_frame(request: Request, structure: str = "") -> None:
    """Sets the frame of the page: a visitor is at no desk."""
    request.state.frame = Frame(structure_name=structure, demo=request.app.state.host.demo)


def answer(response: Response, status: int = 200) -> Response:
    """Answers a page that no one keeps, indexes or tells others about."""
    response.status_code = status
    response.headers.update(HEADERS)
    return response


# --- the cover


@router.get("/p/{token}")
def cover(request: Request, token: str, visit: ByLink) -> Response:
    """Shows who refers somebody. It records nothing and names nobody: e-mail filters open links too."""
    if visit is None:
        return over(request, token)
    set_frame(request, visit.structure)
    response = show(
        request,
        "partner_link/cover.html",
        None,
        NOBODY,
        token=token,
        structure=visit.structure,
        advisor=visit.advisor,
        purpose=visit.found.link.purpose,
        partner=visit.found.referral.partner.name,
        offer=visit.offer,
        sent_on=visit.found.referral.stamp.on,
        has_file=visit.has_file,
        notice=visit.notice,
    )
    return answer(response)


@router.post("/p/{token}/nouveau")
def renew(request: Request, token: str) -> Response:
    """Asks for a new link, sent to the address on file. The answer is the same for every token.

    The clock answers it; a demonstration answers at once.
    """
    host: Host = request.app.state.host
    asked, structures = _count_visit(request, token)
    genuine = [is_genuine(asked, served.engine.token) for served in structures]
    link = asked.link if any(genuine) else NO_TOKEN.link
    if host.site:
        link_visits.ask(host.site.store, link)
    else:
        any(partner_mails.renew(served.engine, served.read(), link) for served in structures)
    return over(request, token, is_requested=True)


def over(request: Request, token: str, *, is_requested: bool = False) -> Response:
    """Shows the page of a link that opens nothing: expired, revoked, unknown. `is_requested`: another one is asked."""
    set_frame(request)
    token = token if read_token(token) else ""
    response = show(request, "partner_link/over.html", None, NOBODY, token=token, asked=is_requested)
    return answer(response, 200 if is_requested else 410)


# --- the request, and its answer


class PartnerAnswerForm(BaseModel):
    """The answer: accepted with a first day, refused with a reason, or studied until a day."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=2_000)
    nonce: str
    answer: Literal["accepted", "refused", "studied"]
    starts: Day | None = None
    place: Text = ""
    refusal: PartnerRefusal | None = None
    reason: Text = ""
    until: Day | None = None


class OutcomeForm(BaseModel):
    model_config = PartnerAnswerForm.model_config
    nonce: str
    outcome: Literal["came", "done", "stopped"]
    day: Day
    note: Text = ""


PartnerForm = PartnerAnswerForm | OutcomeForm


@router.post("/p/{token}/demande")
def see(request: Request, token: str, visit: ByLink) -> Response:
    """Shows the request, and records that the partner saw it, once for what it says."""
    if visit is None:
        return over(request, token)
    command = new_id(visit.found.link.id, f"seen {visit.dossier.version}")
    if not _record(visit, issuing.see_referral, command, {}):
        return over(request, token)
    return _request(request, visit, token)


def _request(
    request: Request,
    visit: Visit,
    token: str,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    """Draws the request: no score, no band, no difficulty, no birth date, no i-Milo number.

    `answered` is the partner's answer, "" before it; after a refusal nobody is named.
    """
    dossier, referral, action = visit.dossier, visit.found.referral, visit.found.action
    today, hidden = visit.served.today(), referral.answer == "refused"
    untold = hidden or action.action.kind == "check" or action.action.id in marked_actions(visit.served.refs, dossier)
    set_frame(request, visit.structure)
    response = show(
        request,
        "partner_link/request.html",
        None,
        NOBODY,
        token=token,
        structure=visit.structure,
        advisor=visit.advisor,
        purpose=visit.found.link.purpose,
        name="" if hidden else f"{dossier.first_name} {dossier.last_name}",
        age=path.age(dossier.birth_date, today) if dossier.birth_date and not hidden else "",
        person_phone="" if hidden else dossier.phone or "",
        person_email="" if hidden else dossier.email or "",
        action="" if untold else action.action.label,
        starts=referral.starts,
        ends=action.ends or referral.ends,
        note="" if hidden else referral.note,
        nonce=new_nonce(visit.found.link.id, secrets.token_bytes(16), visit.served.engine.token),
        answered=french.phrase_answer(referral) if referral.answer else "",
        promised=None if referral.answer else referral.promised,
        reported=vocabulary.REPORTS[referral.report.outcome] if referral.report else "",
        today=today,
        refusals=vocabulary.REFUSALS_OF_PARTNERS,
        values=values or {},
        errors=errors or {},
        notice=visit.notice,
    )
    return answer(response, status)


@router.post("/p/{token}/reponse")
def reply(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records the partner's answer. The same one again records nothing; another one is refused."""
    return _reply(request, token, one, data, PartnerAnswerForm)


@router.post("/p/{token}/nouvelles")
def report(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records what became of the young person, for the advisor to confirm."""
    return _reply(request, token, one, data, OutcomeForm)


def _reply(
    request: Request, token: str, visit: Visit | None, data: Mapping[str, Any], model: type[PartnerForm]
) -> Response:
    if visit is None:
        return over(request, token)
    command = command_of(text_of(data, "nonce"), visit.found.link.id, visit.served.engine.token)
    if command is None:
        return _show_again(request, visit, token, data, {"": french.STALE})
    request.state.served, request.state.command_id = visit.served, str(command)  # for the page of a fault
    form, errors = validate(model, data)
    if form is None:
        return _show_again(request, visit, token, data, validation.phrase_empty_fields(errors))
    decision: Decision[..., Any] = issuing.answer_by_link
    fields = {"answer", "starts", "place", "refusal", "reason"}
    if isinstance(form, OutcomeForm):
        decision, fields = issuing.report_outcome, {"outcome", "day", "note"}
    elif form.answer == "studied":
        decision, fields = issuing.promise_answer, {"until"}
    try:
        recorded = _record(visit, decision, command, form.model_dump(include=fields))
    except Refused as refused:
        return _answer_refusal(request, visit, token, data, refused)
    if not recorded:
        return over(request, token)
    after = say("La Mission locale en est prévenue. Pour changer quelque chose, appelez {who}.", who=visit.contact)
    return _show_outcome(request, _reload(visit), token, _thanks(form), after)


def _record(visit: Visit, decision: Decision[..., Any], command: Any, sent: Mapping[str, Any]) -> bool:
    """Takes a decision of the partner. Returns False when the link is over; raises the other refusals."""
    streams, by, link = {"dossier": visit.stream}, partner_mails.actor_of(visit.found.referral), visit.found.link.id
    try:
        visit.served.engine.execute(streams, decision, by=by, command_id=command, via="link", link=link, **sent)
    except Refused as refused:
        if refused.code in ("link-over", "person-erased", "unknown-stream", "damaged-stream"):
            return False
        raise
    return True


def _answer_refusal(request: Request, visit: Visit, token: str, data: Mapping[str, Any], refused: Refused) -> Response:
    """Answers a refusal: whom to call once an answer stands, else the form again."""
    now = _reload(visit)
    if refused.code in ("already-answered", "already-reported"):
        on = refused.details.get("on")
        day = dates.day(on, year=True) if isinstance(on, date) else ""
        said = say("Une réponse est déjà notée, le {day}. Rien n’a été changé.", day=day)
        return _show_outcome(
            request, now, token, said, say("Pour la changer, appelez {who}.", who=visit.contact), status=409
        )
    if refused.code == "command-id-reused":
        return _show_again(request, now, token, data, {"": french.USED}, status=409)
    field = str(refused.details.get("field", ""))
    no_day = refused.code == "required" and field == "until"
    sentence = french.NO_DAY if no_day else refusals.refusal(refused.code, refused.details, NoNames())
    return _show_again(request, now, token, data, {field: sentence})


def _show_again(
    request: Request, visit: Visit, token: str, data: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 422
) -> Response:
    values = {name: text_of(data, name) for name in data if name != "nonce"}
    return _request(request, visit, token, values, errors, status=status)


def _show_outcome(request: Request, now: Visit, token: str, said: str, after: str, *, status: int = 200) -> Response:
    """Shows the outcome of a press: the answer that is noted, and whom to call."""
    set_frame(request, now.structure)
    response = show(
        request,
        "partner_link/done.html",
        None,
        NOBODY,
        token=token,
        has_file=now.has_file,
        notice=now.notice,
        said=said,
        after=after,
    )
    return answer(response, status)


def _thanks(form: PartnerForm) -> str:
    if isinstance(form, OutcomeForm):
        text = "Merci, c’est noté : la personne {said} le {day}."
        return say(text, said=vocabulary.REPORTS[form.outcome], day=dates.day(form.day, year=True))
    if form.answer == "studied" and form.until:
        return say("Merci, c’est noté : vous répondez avant le {day}.", day=dates.day(form.until, year=True))
    if form.answer == "accepted" and form.starts:
        return say("Merci, c’est noté : vous acceptez, à partir du {day}.", day=dates.day(form.starts, year=True))
    return say("Merci, c’est noté : vous n’accueillez pas cette personne.")
