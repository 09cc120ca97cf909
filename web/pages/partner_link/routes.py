"""The link of a partner: its cover, the request behind a press, and the answer (docs/domain.md#partner-links)."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.events.values import PartnerRefusal
from pixflow.partner_links import issuing as answering
from pixflow.partner_links.token import command_of, new_nonce
from pixflow.refused import Refused
from web.desk.names import NoNames
from web.french import dates, vocabulary
from web.french import partner_links as french
from web.french.errors import missing, refusals
from web.french.typography import say
from web.http.forms import Day, FormData, Text, text_of, validate
from web.pages.partner_link.visit import (
    ByLink,
    DonePage,
    Visit,
    answer,
    ask_link,
    call,
    cover_page,
    notice,
    over,
    reload,
    request_page,
)

router = APIRouter()


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


@router.get("/p/{token}")
def cover(request: Request, token: str, one: ByLink) -> Response:
    """Shows who refers somebody. It records nothing and names nobody: e-mail filters open links too."""
    if one is None:
        return over(request, token)
    return answer(request, cover_page(one, token), one.structure)


@router.post("/p/{token}/demande")
def show(request: Request, token: str, one: ByLink) -> Response:
    """Shows the request, and records once that the partner saw it."""
    if one is None or not _record(one, answering.see_referral, new_id(one.found.link.id, "seen"), {}):
        return over(request, token)
    return answer(request, request_page(one, token, _nonce(one)), one.structure)


@router.post("/p/{token}/reponse")
def reply(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records the partner's answer. The same one again records nothing; another one is refused."""
    return _reply(request, token, one, data, PartnerAnswerForm)


@router.post("/p/{token}/nouvelles")
def report(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records what became of the young person, for the advisor to confirm."""
    return _reply(request, token, one, data, OutcomeForm)


@router.post("/p/{token}/nouveau")
def renew(request: Request, token: str) -> Response:
    """Asks for a new link, sent to the address on file. The answer is the same for every token."""
    ask_link(request, token)
    return over(request, token, asked=True)


# --- parts


def _reply(
    request: Request,
    token: str,
    one: Visit | None,
    data: Mapping[str, Any],
    model: type[PartnerAnswerForm | OutcomeForm],
) -> Response:
    if one is None:
        return over(request, token)
    command = command_of(text_of(data, "nonce"), one.found.link.id, one.served.engine.token)
    if command is None:
        return _again(request, one, token, data, {"": french.STALE})
    request.state.served, request.state.command_id = one.served, str(command)  # for the page of a fault
    form, errors = validate(model, data)
    if form is None:
        return _again(request, one, token, data, missing.named(errors))
    decision, sent = _said(form)
    try:
        recorded = _record(one, decision, command, sent)
    except Refused as refused:
        return _refused(request, one, token, data, refused)
    return _done(request, one, token, form) if recorded else over(request, token)


def _said(form: PartnerForm) -> tuple[Decision[..., Any], dict[str, Any]]:
    """Returns the decision of a form, and what it takes."""
    if isinstance(form, OutcomeForm):
        return answering.report_outcome, form.model_dump(include={"outcome", "day", "note"})
    if form.answer == "studied":
        return answering.promise_answer, {"until": form.until}
    return answering.answer_by_link, form.model_dump(include={"answer", "starts", "place", "refusal", "reason"})


def _record(one: Visit, decision: Decision[..., Any], command: Any, sent: Mapping[str, Any]) -> bool:
    """Takes a decision of the partner. Returns False when the link is over; raises the other refusals."""
    engine, link = one.served.engine, one.found.link.id
    try:
        engine.execute(
            {"dossier": one.stream}, decision, by=one.actor, command_id=command, via="link", link=link, **sent
        )
    except Refused as refused:
        if refused.code in ("link-over", "person-erased", "unknown-stream", "damaged-stream"):
            return False
        raise
    return True


def _refused(request: Request, one: Visit, token: str, data: Mapping[str, Any], refused: Refused) -> Response:
    """Answers a refusal: whom to call once an answer stands, else the form again."""
    now = reload(one) or one
    if refused.code in ("already-answered", "already-reported"):
        on = refused.details.get("on")
        day = dates.day(on, year=True) if isinstance(on, date) else ""
        said = say("Une réponse est déjà notée, le {day}. Rien n’a été changé.", day=day)
        after = say("Pour la changer, appelez {who}.", who=call(one))
        return answer(request, DonePage(notice=notice(now), said=said, after=after), now.structure, status=409)
    if refused.code == "command-id-reused":
        return _again(request, now, token, data, {"": french.USED}, status=409)
    sentence = refusals.refusal(refused.code, refused.details, NoNames())
    return _again(request, now, token, data, {str(refused.details.get("field", "")): sentence})


def _again(
    request: Request, one: Visit, token: str, data: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 422
) -> Response:
    values = {name: text_of(data, name) for name in data if name != "nonce"}
    return answer(request, request_page(one, token, _nonce(one), values, errors), one.structure, status=status)


def _done(request: Request, one: Visit, token: str, form: PartnerForm) -> Response:
    now = reload(one) or one
    after = say("La Mission locale en est prévenue. Pour changer quelque chose, appelez {who}.", who=call(one))
    return answer(request, DonePage(notice=notice(now), said=_thanks(form), after=after), now.structure)


def _thanks(form: PartnerForm) -> str:
    if isinstance(form, OutcomeForm):
        text = "Merci, c’est noté : la personne {said} le {day}."
        return say(text, said=vocabulary.REPORTS[form.outcome], day=dates.day(form.day, year=True))
    if form.answer == "studied" and form.until:
        return say("Merci, c’est noté : vous répondez avant le {day}.", day=dates.day(form.until, year=True))
    if form.answer == "accepted" and form.starts:
        return say("Merci, c’est noté : vous acceptez, à partir du {day}.", day=dates.day(form.starts, year=True))
    return say("Merci, c’est noté : vous n’accueillez pas cette personne.")


def _nonce(one: Visit) -> str:
    return new_nonce(one.found.link.id, secrets.token_bytes(16), one.served.engine.token)
