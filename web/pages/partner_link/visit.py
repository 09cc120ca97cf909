"""One visit by link: the structure and the dossier that it opens, and what its pages show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Request, Response
from sqlalchemy import Connection

from pixflow.actor import Actor
from pixflow.dossier.retention import months_of
from pixflow.dossier.state import Dossier
from pixflow.partner_links.token import Token, is_genuine, read_token
from pixflow.partner_links.validity import LinkedReferral, is_open, referral_of
from pixflow.refused import Refused
from pixflow.team.staff import Staff
from projections.store.folds import fold_of
from projections.territory import partner_links, partners
from web.accounts import link_visits
from web.french import partner_links as french
from web.french import typography, vocabulary
from web.french.dossier import path
from web.hosting import partner_mails
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page

HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
NO_TOKEN = Token(UUID(int=0), bytes(16))
"""Stands for a text that no link has: it is looked up like another."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit by a link that opens its referral today; `offer` is the label of what the partner offers, or ""."""

    served: ServedStructure
    stream: UUID
    dossier: Dossier
    found: LinkedReferral
    offer: str

    @property
    def actor(self) -> Actor:
        return partner_mails.actor_of(self.found.referral)

    @property
    def structure(self) -> str:
        """The name of the structure."""
        return self.served.refs.structure.name

    @property
    def advisor(self) -> Staff | None:
        return self.served.refs.team.get(self.dossier.advisor) if self.dossier.advisor else None


@dataclass(frozen=True, kw_only=True)
class OverPage(Page):
    """The page of a link that opens nothing: expired, revoked, unknown. `asked` once a new one was asked for."""

    template = "partner_link/over.html"
    shows = NOBODY

    token: str
    asked: bool


@dataclass(frozen=True, kw_only=True)
class LinkPage(Page):
    """The parts of every page of a link."""

    shows = NOBODY

    notice: str


@dataclass(frozen=True, kw_only=True)
class ContactPage(LinkPage):
    """A page that says whom to call."""

    token: str
    structure: str
    advisor: str
    phone: str
    email: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class CoverPage(ContactPage):
    """The first page: it names nobody, and its button shows the request."""

    template = "partner_link/cover.html"

    partner: str
    offer: str
    sent_on: date


@dataclass(frozen=True, kw_only=True)
class RequestPage(ContactPage):
    """The request: the person, the dates, the note; and the forms of the answer, or of the outcome.

    `answered` is the partner's answer, "" before it; after a refusal nobody is named.
    """

    template = "partner_link/request.html"

    name: str
    age: str
    person_phone: str
    person_email: str
    action: str
    starts: date | None
    ends: date | None
    note: str
    nonce: str
    answered: str
    promised: date | None
    reported: str
    today: date
    refusals: Mapping[str, str] = field(default_factory=lambda: vocabulary.REFUSALS_OF_PARTNERS)
    reports: Mapping[str, str] = field(default_factory=lambda: vocabulary.REPORTS)
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DonePage(LinkPage):
    """The outcome of a press: the answer that is noted, and whom to call."""

    template = "partner_link/done.html"

    said: str
    after: str


def visit(request: Request, token: str) -> Visit | None:
    """Returns the visit of a token, None when it opens nothing today. Raises HTTPException(429) beyond the limits.

    Every token is looked up in every structure, and takes the same time.
    """
    host: Host = request.app.state.host
    asked = _asked(request, host, token)
    found = [(_row(served, asked.link), served, is_genuine(asked, served.engine.token)) for served in _served(host)]
    known = next(((row, served) for row, served, genuine in found if genuine and row is not None), None)
    if known is None or not known[0].opens or known[0].until < known[1].today():
        return None
    return _opened(known[1], known[0].stream, asked.link)


ByLink = Annotated[Visit | None, Depends(visit)]


def reload(one: Visit) -> Visit | None:
    """Returns the visit with what was recorded since."""
    return _opened(one.served, one.stream, one.found.link.id)


def ask_link(request: Request, token: str) -> None:
    """Keeps a request for a new link, whatever the token is: the clock answers it. A demonstration answers at once."""
    host: Host = request.app.state.host
    asked = _asked(request, host, token)
    genuine = [is_genuine(asked, served.engine.token) for served in _served(host)]
    link = asked.link if any(genuine) else NO_TOKEN.link
    if host.site:
        link_visits.ask(host.site.store, link)
    else:
        any(partner_mails.renew(served.engine, served.read(), link) for served in _served(host))


def answer(request: Request, shown: Page, structure: str = "", *, status: int = 200) -> Response:
    """Draws a page that no one keeps, indexes or tells others about."""
    request.state.frame = Frame(structure_name=structure, demo=request.app.state.host.demo)
    response = page(request, shown, status=status)
    response.headers.update(HEADERS)
    return response


def over(request: Request, token: str, *, asked: bool = False) -> Response:
    """Answers the page of a link that opens nothing."""
    shown = OverPage(token=token if read_token(token) else "", asked=asked)
    return answer(request, shown, status=200 if asked else 410)


def cover_page(one: Visit, token: str) -> CoverPage:
    referral = one.found.referral
    return CoverPage(**_contact(one, token), partner=referral.partner.name, offer=one.offer, sent_on=referral.stamp.on)


def notice(one: Visit) -> str:
    """Returns the legal notice of a page."""
    policy = one.served.refs.protocol(one.served.today()).retention
    return french.notice(months_of(policy, one.dossier.programme))


def _contact(one: Visit, token: str) -> dict[str, Any]:
    advisor = one.advisor
    return {
        "token": token,
        "structure": one.structure,
        "advisor": advisor.name if advisor else "",
        "phone": (advisor.phone or "") if advisor else "",
        "email": advisor.email if advisor else "",
        "purpose": one.found.link.purpose,
        "notice": notice(one),
    }


def request_page(
    one: Visit, token: str, nonce: str, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> RequestPage:
    """Builds the page of the request: no score, no band, no difficulty, no birth date, no i-Milo number."""
    dossier, referral, action = one.dossier, one.found.referral, one.found.action
    today, hidden = one.served.today(), referral.answer == "refused"
    return RequestPage(
        **_contact(one, token),
        name="" if hidden else f"{dossier.first_name} {dossier.last_name}",
        age=path.age(dossier.birth_date, today) if dossier.birth_date and not hidden else "",
        person_phone="" if hidden else dossier.phone or "",
        person_email="" if hidden else dossier.email or "",
        action="" if hidden or action.action.kind == "check" else action.action.label,
        starts=referral.starts,
        ends=action.ends or referral.ends,
        note="" if hidden else referral.note,
        nonce=nonce,
        answered=french.answered(referral) if referral.answer else "",
        promised=None if referral.answer else referral.promised,
        reported=vocabulary.REPORTS[referral.report.outcome] if referral.report else "",
        today=today,
        values=values or {},
        errors=errors or {},
    )


def _asked(request: Request, host: Host, text: str) -> Token:
    """Counts a visit and returns its token. The log has the id of the link."""
    token = read_token(text) or NO_TOKEN
    request.state.link = str(token.link)
    if host.site:
        try:
            link_visits.count(host.site.store, text, request.client.host if request.client else None)
        except Refused:
            raise HTTPException(429) from None
    return token


def _served(host: Host) -> list[ServedStructure]:
    return list(host.structures.values())


def _row(served: ServedStructure, link: UUID) -> Any:
    with served.reading() as tables:
        return partner_links.of_link(tables.connection, link)


def _opened(served: ServedStructure, stream: UUID, link: UUID) -> Visit | None:
    with served.reading() as tables:
        dossier = fold_of(tables.connection, stream)
        found = referral_of(dossier, link) if isinstance(dossier, Dossier) else None
        if found is None or not is_open(dossier, found, served.today()):
            return None
        return Visit(served, stream, dossier, found, _offer(tables.connection, found))


def _offer(connection: Connection, found: LinkedReferral) -> str:
    """Returns the label of the offer that the referral is about, "" without one."""
    partner = found.referral.partner.id
    rows = partners.open_offers(connection, [partner]).get(partner, []) if partner else []
    return next((partners.terms_of(row).label for row in rows if row.offer == found.referral.offer), "")


def call(one: Visit) -> str:
    """Returns whom to call to change an answer."""
    advisor = one.advisor
    if advisor is None:
        return one.served.refs.structure.name
    return ", ".join(filter(None, (advisor.name, typography.phone(advisor.phone or ""))))
