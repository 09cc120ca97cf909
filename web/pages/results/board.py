"""The board of results: participations to match, results to dispatch, results dispatched, participations left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.documents.grille import percent
from pixflow.identity import normalise
from pixflow.participation.scoring import Match
from projections import dispatch as projections_dispatch
from projections import dossier_sheet, match_proposals, result_routing
from projections.directory import YoungPerson
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.desk.receipts import Receipt
from web.desk.team import proposals
from web.french import dates, matching, typography, vocabulary
from web.french.dossier import path, profiles
from web.french.typography import NBSP, say
from web.http.filters import LateBar
from web.http.forms import OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.results import activity, bulk, dispatch
from web.pages.results.board_place import BOARD, BoardPlace
from web.pages.results.dispatch import AdvisorResults, ResultRow, SureResults
from web.pages.results.lateness import late_lists


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A dossier proposed or found for a participation; `why` and `warnings` explain the proposal."""

    stream: UUID
    name: str
    about: str
    why: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchCard:
    """A participation to match, with the dossiers proposed.

    A bulk may confirm the one that is `sure`, or `alone` to have this name.
    """

    stream: UUID
    name: str
    about: str
    candidates: tuple[MatchCandidate, ...]
    sure: MatchCandidate | None
    alone: MatchCandidate | None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with the number of its participations."""

    stream: UUID
    name: str
    code: str | None
    purpose: str | None
    site: str | None
    closed: bool
    count: int


@dataclass(frozen=True, slots=True)
class MatchChoices:
    """The options of the forms: of a new dossier, and the advisors with their load."""

    sites: Sequence[tuple[str, str]]
    programmes: Sequence[tuple[str, str]]
    advisors: Sequence[tuple[str, str]]
    loads: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BoardForm(OpenForm):
    """The form open on one row: other, new or aside about a participation, send about a dossier.

    `found` are the dossiers that a search found, None before any.
    """

    found: Sequence[MatchCandidate] | None = None


@dataclass(frozen=True, kw_only=True)
class ResultsPage(Page):
    """The board of results. `here` is the end of its address.

    `certain` and `alike` are the cards that a bulk may confirm. `sure` are the results of every page whose advisor is
    known. `late_waiting` and `late_to_dispatch` are the bars of lateness of two lists; the pagers are those of the
    lists. `by_referent`: the protocol has results go through the référent.
    """

    template = "results/board.html"
    block = "board"

    here: str
    receipt: Receipt | None
    form: BoardForm | None
    choices: MatchChoices | None
    errors: Mapping[str, str]
    export: activity.RecordedExport | None
    undeclared: Sequence[CampaignRow]
    declared: Sequence[CampaignRow]
    cards: Sequence[MatchCard]
    certain: Sequence[MatchCard]
    alike: Sequence[MatchCard]
    waiting: Pager
    late_waiting: Sequence[LateBar]
    results: Sequence[ResultRow]
    to_dispatch: Pager
    late_to_dispatch: Sequence[LateBar]
    sure: SureResults
    has_advisors: bool
    by_referent: bool
    sent: Sequence[AdvisorResults]
    sent_pager: Pager
    matched: Sequence[activity.PastRow]
    aside: Sequence[activity.PastRow]
    aside_pager: Pager
    gone: Sequence[activity.PastRow]
    gone_pager: Pager

    @property
    def shows(self) -> People:
        past = (*self.matched, *self.aside, *self.gone)
        sent = (row.stream for advisor in self.sent for row in advisor.rows)
        proposed = (one.stream for card in self.cards for one in card.candidates)
        found = (one.stream for one in (self.form.found or ())) if self.form else ()
        more = len(self.receipt.lines) if self.receipt else 0
        return listed(
            (card.stream for card in self.cards),
            (row.stream for row in self.results),
            proposed,
            found,
            sent,
            ((row.dossier or row.stream) for row in past),
            more=more,
        )


def board_page(
    desk: Desk,
    at: BoardPlace,
    *,
    receipt: Receipt | None = None,
    opened: BoardForm | None = None,
    errors: Mapping[str, str] | None = None,
) -> ResultsPage:
    """Returns the board, at one page of each list."""
    to_match, to_send = late_lists(desk, at.late_waiting, at.late_to_dispatch)
    waiting_total = result_routing.waiting_total(desk.read, to_match.streams)
    waiting = _pager(waiting_total, at.waiting, at, "p", "a-rapprocher")
    routed_total = projections_dispatch.to_dispatch_total(desk.read, desk.refs, to_send.streams)
    routed = _pager(routed_total, at.to_dispatch, at, "t", "a-transmettre")
    cards = _cards(desk, result_routing.waiting(desk.read, SIZE, waiting.offset, to_match.streams))
    results = projections_dispatch.to_dispatch(desk.read, SIZE, routed.offset, desk.refs, to_send.streams)
    counted = result_routing.of_campaigns(desk.read)
    monday = desk.today - timedelta(days=desk.today.weekday())
    counts = projections_dispatch.dispatched_counts(desk.read, monday)
    sent = _pager(sum(given for given, _ in counts.values()), at.sent, at, "s", "transmis")
    aside_total, gone_total = result_routing.left_out_totals(desk.read)
    aside = _pager(aside_total, at.aside, at, "e", "de-cote")
    gone = _pager(gone_total, at.gone, at, "d", "disparues")
    return ResultsPage(
        here=at.query,
        receipt=receipt,
        form=opened,
        choices=_choices(desk, opened) if opened else None,
        errors=errors or {},
        export=activity.export(desk),
        undeclared=_campaigns(desk, counted, declared=False),
        declared=_campaigns(desk, counted, declared=True),
        cards=cards,
        certain=[card for card in cards if card.sure],
        alike=[card for card in cards if card.alone],
        waiting=waiting,
        late_waiting=to_match.bars(at.params("p")),
        results=dispatch.result_rows(desk, results),
        to_dispatch=routed,
        late_to_dispatch=to_send.bars(at.params("t")),
        sure=dispatch.sure(desk, bulk.MOST, to_send.streams),
        has_advisors=bool(desk.staff("advisor")),
        by_referent=desk.refs.protocol(desk.today).result_route == "referent",
        sent=dispatch.by_advisor(desk, monday, counts, sent.offset),
        sent_pager=sent,
        matched=activity.matched(desk),
        aside=activity.set_aside(desk, result_routing.set_aside(desk.read, SIZE, aside.offset)) if aside.total else [],
        aside_pager=aside,
        gone=activity.gone(desk, result_routing.vanished(desk.read, SIZE, gone.offset)) if gone.total else [],
        gone_pager=gone,
    )


def blank(desk: Desk, name: str, about: UUID) -> BoardForm | None:
    """Returns a form to fill, with what was typed on Pix for a new dossier; None when there is none of that name."""
    if name in ("aside", "send"):
        return BoardForm(name, str(about))
    row = result_routing.one(desk.read, about) if name == "new" else None
    if row is None:
        return None
    sites, campaign = desk.refs.structure.sites, desk.refs.campaigns[row.campaign]
    site = campaign.site if campaign.site in sites else sites[0] if len(sites) == 1 else ""
    typed = {"last_name": row.last_name, "first_name": row.first_name, "imilo_number": row.number or "", "site": site}
    return BoardForm(name, str(about), typed)


def _choices(desk: Desk, opened: BoardForm) -> MatchChoices:
    about = dossier_sheet.places(desk.read, [UUID(opened.about)]) if opened.name == "send" else {}
    site, group = next(iter(about.values()), ("", ""))
    team = [(str(id), label) for id, label in proposals.advisors(desk).options(site, group)]
    return MatchChoices(
        sites=[("", "Choisir…"), *((site, site) for site in desk.refs.structure.sites)],
        programmes=[("", "Pas encore connu"), *vocabulary.PROGRAMMES.items()],
        advisors=[("", "À affecter plus tard"), *team],
        loads=team,
    )


def _pager(total: int, asked: int, at: BoardPlace, name: str, anchor: str) -> Pager:
    return Pager.at(total, asked, BOARD, at.params(name), name=name, anchor=f"#{anchor}")


def _campaigns(desk: Desk, counted: Mapping[UUID, int], *, declared: bool) -> list[CampaignRow]:
    """Returns the campaigns that were declared, or the others, by name."""
    found = [(id, one) for id, one in desk.refs.campaigns.items() if (one.declared is not None) == declared]
    return [
        CampaignRow(id, one.name, one.code, one.purpose, one.site, one.closed is not None, counted.get(id, 0))
        for id, one in sorted(found, key=lambda item: normalise(item[1].name))
    ]


# --- to match


def _cards(desk: Desk, rows: Sequence[Any]) -> list[MatchCard]:
    found = _proposals(desk, rows)
    several = sum(one.declared is not None for one in desk.refs.campaigns.values()) > 1
    return [_card(desk, row, found[row.stream], several) for row in rows]


def _proposals(desk: Desk, rows: Sequence[Any]) -> dict[UUID, list[match_proposals.Proposal]]:
    """Returns the proposals of each participation: searched again when it, or a young person, has changed."""
    keys = {stream: ("proposals", facts) for stream, facts in match_proposals.facts(desk.read, rows).items()}
    known = {stream: found for stream, key in keys.items() if (found := desk.memory.searches.get(key)) is not None}
    new = match_proposals.proposals(desk.read, [row for row in rows if row.stream not in known])
    return known | {stream: desk.memory.searches.put(keys[stream], found) for stream, found in new.items()}


def _card(desk: Desk, row: Any, found: Sequence[match_proposals.Proposal], several: bool) -> MatchCard:
    candidates = [candidate(desk, person, match, numbered=row.number is not None) for person, match in found]
    sure = match_proposals.sure(found)
    alone = match_proposals.alone(found) if not sure else None
    about = [number(row), progress(row), desk.refs.campaigns[row.campaign].name if several else ""]
    name = f"{row.last_name} {row.first_name}"
    return MatchCard(
        row.stream,
        name,
        " · ".join(filter(None, about)),
        tuple(candidates),
        candidates[0] if sure else None,
        candidates[0] if alone else None,
    )


def candidate(desk: Desk, found: YoungPerson, match: Match | None = None, *, numbered: bool = True) -> MatchCandidate:
    """Returns a dossier as the board shows it; the i-Milo number only when it helps."""
    alike = match is not None and "namesake" in match.warnings
    about = (
        vocabulary.PROGRAMMES.get(found.programme, found.programme),
        advisor_name(desk, found.advisor),
        f"n°{NBSP}{found.imilo_number}" if found.imilo_number and (numbered or alike) else "",
        "dossier clos" if found.closed else "",
    )
    why = [matching.reason(code) for code in match.reasons] if match else []
    warnings = tuple(matching.warning(code) for code in match.warnings) if match else ()
    if alike and found.birth_date:
        why.append(say("né·e le {day}", day=dates.day(found.birth_date, year=True)))
    return MatchCandidate(found.stream, found.name, " · ".join(filter(None, about)), " · ".join(why), warnings)


def number(row: Any) -> str:
    """Returns the identifier that the participant typed."""
    if not row.external_id:
        return "sans n°"
    return f"n°{NBSP}{row.external_id}" if row.number else say("identifiant « {id} »", id=row.external_id)


def progress(row: Any) -> str:
    """Returns the result of a participation, or the part of the test that is done."""
    if row.profile:
        return profiles.short(row.pix, row.certifiable)
    if row.shared_day:
        return f"résultat {typography.percent(percent(Decimal(row.mastery)))}" if row.mastery else "résultat sans score"
    if row.purpose == "profile" and not row.shared_day:
        return "profil pas encore partagé"
    if row.progress is None:
        return "en cours"
    return f"{path.part(Decimal(row.progress))}, non partagé"
