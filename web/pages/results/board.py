"""Résultats: the board of the référent. Participations to match, results to dispatch, what was done lately."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.dossier import identity
from pixflow.dossier.stages import prescription
from pixflow.engine import Step, new_id
from pixflow.identity import normalise
from pixflow.participation import matches, scoring
from pixflow.participation.campaign import Campaign, receive_export
from pixflow.participation.scoring import Person
from projections import dossier_sheet, match_proposals, piles, result_routing
from projections.directory import YoungPerson
from web.desk import receipts, undo
from web.desk.bulk import BulkOutcome
from web.desk.commands import check, form_refusals, read_form, record, redraw, require_events, take
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.desk.team import proposals
from web.french import validation, vocabulary
from web.http.addresses import SIZE, Number, PageNumber, Pager, address
from web.http.filters import LateBar, late_bars, lateness
from web.http.forms import Day, Form, FormData, OpenForm, Pair, text_of, validate
from web.http.people import listed
from web.http.templates import show
from web.pages.results import activity, dispatch, files, matching
from web.pages.results.files import BOARD, AtBoard
from web.pages.search import lookup

router = APIRouter()
UNDO = f"{BOARD}/annuler"


@dataclass(frozen=True, slots=True)
class BoardPlace:
    """The parameters of the board: the page of each list, and the bands of lateness that filter two, "" for all.

    The lists are to match (`p`), to dispatch (`t`), set aside (`e`), gone (`d`) and sent (`s`).
    """

    p: PageNumber = 1
    t: PageNumber = 1
    e: PageNumber = 1
    d: PageNumber = 1
    s: PageNumber = 1
    rapprocher: str = ""
    transmettre: str = ""

    def params(self, but: str = "") -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if name != but and value not in (1, "")}

    def see(self, reference: str) -> Response:
        """Redirects to the board, with the receipt of a command."""
        return RedirectResponse(address(BOARD, {**self.params(), "recu": reference}), 303)


Where = Annotated[BoardPlace, Depends()]

# --- its forms


class ConfirmMatchForm(Form):
    dossier: UUID


class RejectForm(Form):
    dossier: tuple[UUID, ...] = Field(min_length=1)


class SetAsideForm(Form):
    reason: str


class NewDossierForm(Form):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str
    programme: str | None = None
    advisor: UUID | None = None


class DispatchForm(Form):
    dossier: UUID
    participation: UUID
    advisor: UUID | None = None


class MatchPairsForm(Form):
    """The rows shown, as pairs: on the left the participation, or the dossier, that each command is about."""

    pair: Annotated[tuple[Pair, ...], Field(max_length=dispatch.MOST)]


# --- its page


def _board(
    request: Request,
    desk: Desk,
    at: BoardPlace,
    form: OpenForm | None = None,
    *,
    people: Sequence[YoungPerson] | None = None,
    errors: Mapping[str, str] = {},
    receipt: Receipt | None = None,
    status: int = 200,
) -> Response:
    """Shows the board, at one page of each list.

    `form` is open on one row: other, new or aside about a participation, send about a dossier. `people` are the
    dossiers that a search found, None before any. It is long because the board has six lists.
    """

    def pager(total: int, name: str, anchor: str) -> Pager:
        return Pager.at(total, getattr(at, name), BOARD, at.params(name), name=name, anchor=f"#{anchor}")

    def bars(kind: str, parameter: str, page: str) -> Sequence[LateBar]:
        chosen, anchor = getattr(at, parameter), f"#a-{parameter}"
        return late_bars(ages.get(kind, {}), chosen, BOARD, at.params(page), anchor=anchor, parameter=parameter)

    late = lateness(desk.refs.calendar, desk.today)
    ages = {pile.kind: pile.ages for pile in piles.piles(desk.read, desk.roles, desk.today, late)}
    to_match = files.of_band(desk, "match-participation", at.rapprocher)
    to_send = files.of_band(desk, "dispatch-result", at.transmettre)
    waiting = pager(result_routing.waiting_total(desk.read, to_match), "p", "a-rapprocher")
    routed = pager(result_routing.to_dispatch_total(desk.read, desk.refs, to_send), "t", "a-transmettre")
    counts = dispatch.of_week(desk)
    sent_pager = pager(sum(given for given, _ in counts.values()), "s", "transmis")
    aside_total, gone_total = result_routing.left_out_totals(desk.read)
    aside_pager, gone_pager = pager(aside_total, "e", "de-cote"), pager(gone_total, "d", "disparues")
    cards = matching.cards(desk, result_routing.list_waiting(desk.read, SIZE, waiting.offset, to_match))
    results = result_routing.to_dispatch(desk.read, SIZE, routed.offset, desk.refs, to_send)
    sent, undo_of = dispatch.by_advisor(desk, counts, sent_pager.offset)
    matched = activity.matched(desk)
    left_out = result_routing.set_aside(desk.read, SIZE, aside_pager.offset) if aside_total else []
    vanished = result_routing.vanished(desk.read, SIZE, gone_pager.offset) if gone_total else []
    aside, gone = activity.set_aside(desk, left_out), activity.list_vanished(desk, vanished)
    sure, sure_by_advisor = dispatch.sure(desk, dispatch.MOST, to_send)
    campaigns = _campaigns(desk)
    return show(
        request,
        "results/board.html",
        "board",
        listed(
            (card.stream for card in cards),
            (one.stream for card in cards for one in card.candidates),
            (one.stream for one in people or ()),
            (row.stream for row in results),
            (row.stream for one in sent for row in one["rows"]),
            (row.dossier or row.stream for row in (*matched, *aside, *gone)),
        ),
        status=status,
        here=address("", at.params()),
        receipt=receipt,
        imports=desk.may(receive_export),
        matches=desk.may(matches.confirm_match),
        sends=desk.has_role_for(prescription.dispatch_result),
        form=form,
        found=None if people is None else [matching.candidate(desk, one) for one in people],
        choices=_choices(desk, form) if form else {},
        errors=errors,
        export=activity.export(desk),
        undeclared=[row for row in campaigns if not row[1].declared],
        declared=[row for row in campaigns if row[1].declared],
        cards=cards,
        certain=[card for card in cards if card.sure],
        alike=[card for card in cards if card.alone],
        waiting=waiting,
        late_waiting=bars("match-participation", "rapprocher", "p"),
        results=dispatch.result_rows(desk, results),
        to_dispatch=routed,
        late_to_dispatch=bars("dispatch-result", "transmettre", "t"),
        sure=sure,
        sure_by_advisor=sure_by_advisor,
        has_advisors=bool(desk.staff("advisor")),
        by_referent=desk.refs.protocol(desk.today).result_route == "referent",
        sent=sent,
        undo_of=undo_of,
        sent_pager=sent_pager,
        matched=matched,
        aside=aside,
        aside_pager=aside_pager,
        gone=gone,
        gone_pager=gone_pager,
    )


def _campaigns(desk: Desk) -> list[tuple[UUID, Campaign, int]]:
    counts = result_routing.of_campaigns(desk.read)
    by_name = sorted(desk.refs.campaigns.items(), key=lambda item: normalise(item[1].name))
    return [(id, one, counts.get(id, 0)) for id, one in by_name]


def _blank(desk: Desk, name: str, about: UUID) -> OpenForm | None:
    """Returns a form to fill, with what was typed on Pix for a new dossier; None when there is none of that name."""
    if name in ("aside", "send"):
        return OpenForm(name, str(about))
    row = result_routing.find(desk.read, about) if name == "new" else None
    if row is None:
        return None
    sites, site = desk.refs.structure.sites, desk.refs.campaigns[row.campaign].site
    typed = {"last_name": row.last_name, "first_name": row.first_name, "imilo_number": row.number or ""}
    likely = [site] if site in sites else sites
    return OpenForm(name, str(about), typed | {"site": likely[0] if len(likely) == 1 else ""})


def _choices(desk: Desk, form: OpenForm) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Returns the options of the forms: of a new dossier, and the advisors with their load."""
    about = dossier_sheet.places(desk.read, [UUID(form.about)]) if form.name == "send" else {}
    site, group = next(iter(about.values()), ("", ""))
    team = [(str(id), label) for id, label in proposals.advisors(desk).options(site, group)]
    return {
        "sites": [("", "Choisir…"), *((site, site) for site in desk.refs.structure.sites)],
        "programmes": [("", "Pas encore connu"), *vocabulary.PROGRAMMES.items()],
        "advisors": [("", "À affecter plus tard"), *team],
        "loads": team,
    }


def _show_again(
    request: Request, desk: Desk, where: BoardPlace, form: OpenForm, participation: UUID | None = None
) -> Response:
    """Draws the board with the form as it was sent; a form that has no place for its errors has them at the top."""
    if form.name in ("new", "aside") and not (form.code and "" in form.errors):
        return _board(request, desk, where, replace(form, about=str(participation)), status=422)
    return _board(request, desk, where, errors={"": " ".join(dict.fromkeys(form.errors.values()))})


@router.get("/resultats")
def read(
    request: Request,
    desk: AtBoard,
    where: Where,
    formulaire: str = "",
    sur: UUID | None = None,
    recu: str = "",
    importe: Number = 0,
    deja: Number = 0,
) -> Response:
    """Shows the board. `formulaire` opens a form on the row `sur`; the others name what was just recorded."""
    receipt = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO)
    receipt = receipt or receipts.of_export(desk, importe) or receipts.of_known_file(desk, deja)
    opened = _blank(desk, formulaire, sur) if sur and desk.has_role_for(prescription.dispatch_result) else None
    return _board(request, desk, where, opened, receipt=receipt)


# --- a participation to match


@router.post("/resultats/{participation:uuid}/confirmer")
@redraw(_show_again)
def confirm(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Confirms that the participation is that young person's, and those that wait under the same name and number."""
    form = read_form(ConfirmMatchForm, data)
    steps = matching.confirm_steps(desk, participation, form.dossier)
    return where.see(_execute(desk, steps, ("confirm", participation, form.dossier), form))


@router.post("/resultats/{participation:uuid}/aucun")
@redraw(_show_again)
def reject(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Rejects the dossiers proposed."""
    form = read_form(RejectForm, data)
    streams = {"participation": participation}
    steps = [Step(streams, matches.reject_match, {"dossier": id}) for id in form.dossier]
    return where.see(_execute(desk, steps, ("reject", participation, form.dossier), form))


@router.post("/resultats/{participation:uuid}/chercher")
def search(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Searches another dossier by name or number. A POST: no name stands in an address or a log."""
    looked = lookup.look(desk, text_of(data, "q"), 20)
    form = OpenForm("other", str(participation), {"q": looked.text})
    return _board(request, desk, where, form, people=looked.everyone)


@router.post("/resultats/{participation:uuid}/nouveau")
@redraw(_show_again)
def new(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Opens a dossier for the participation and matches them, in one transaction."""
    row = result_routing.find(desk.read, participation)
    if row is None:
        raise HTTPException(404)
    form = read_form(NewDossierForm, data)
    is_strange = {
        "site": form.site not in desk.refs.structure.sites,
        "advisor": form.advisor and form.advisor not in dict(desk.staff("advisor")),
    }
    check({name: validation.invalid("literal_error", {}) for name, strange in is_strange.items() if strange})
    id = new_id(form.command_id, "dossier")
    sent = form.model_dump(exclude={"command_id", "seen"}) | {"programme": form.programme or ""}
    person = Person(form.last_name, form.first_name, form.imilo_number, form.birth_date)
    match = scoring.score(match_proposals.participant(row), person) or match_proposals.BY_HAND
    streams, context = {"participation": participation, "dossier": id}, match_proposals.confirmation(match)
    steps = [Step({"dossier": id}, identity.open_dossier, sent), Step(streams, matches.confirm_match, context=context)]
    reference = _execute(desk, steps, ("open", participation, sent), form, taken="imilo_number")
    desk.refresh()
    matching.match_waiting(desk, id, identity.canonical_number(form.imilo_number), command_id=form.command_id)
    return where.see(reference)


@router.post("/resultats/{participation:uuid}/ecarter")
@redraw(_show_again)
def aside(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Sets the participation aside: it is nobody's here."""
    form = read_form(SetAsideForm, data)
    streams = {"participation": participation}
    return where.see(receipts.reference(take(desk, streams, matches.set_participation_aside, form)))


@router.post("/resultats/{participation:uuid}/reprendre")
@redraw(_show_again)
def undo_set_aside(request: Request, desk: AtBoard, where: Where, participation: UUID, data: FormData) -> Response:
    """Undoes that it was set aside."""
    form, streams, reason = read_form(Form, data), {"participation": participation}, "remise à rapprocher"
    outcome = record(desk, streams, matches.undo_set_aside, command_id=form.command_id, reason=reason)
    return where.see(receipts.reference(require_events(desk, outcome)))


def _execute(desk: Desk, steps: list[Step], sent: object, form: Form, taken: str = "") -> str:
    """Takes several decisions as one command, and returns its reference. Raises FormRefused."""
    by = desk.by(steps[-1].decision)
    with form_refusals(desk, taken=taken):
        done = desk.engine.execute_all(steps, sent, by=by, command_id=form.command_id, via="web")
    return receipts.reference(done.recorded)


# --- a result to dispatch


@router.post("/resultats/transmettre")
@redraw(_show_again)
def send(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Dispatches a result to the dossier's advisor, or to another one, who then follows the dossier."""
    form = read_form(DispatchForm, data)
    advisor = form.advisor or desk.dossier(form.dossier).advisor
    is_advisor = advisor in dict(desk.staff("advisor"))
    check({} if is_advisor else {"": "Choisissez un·e conseiller·ère de l’équipe."})
    outcome = record(
        desk,
        {"dossier": form.dossier},
        prescription.dispatch_result,
        command_id=form.command_id,
        participation=form.participation,
        advisor=advisor,
    )
    return where.see(receipts.reference(require_events(desk, outcome)))


# --- many at once


@router.post("/resultats/confirmer-surs")
@redraw(_show_again)
def confirm_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Confirms the nearly certain matches that were shown."""
    form = read_form(MatchPairsForm, data)
    return _see_or_show(request, desk, where, matching.confirm(desk, form.pair, form.command_id))


@router.post("/resultats/transmettre-surs")
@redraw(_show_again)
def dispatch_sure(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Dispatches the results that were shown, each to the advisor who follows the dossier."""
    form = read_form(MatchPairsForm, data)
    return _see_or_show(request, desk, where, dispatch.send(desk, form.pair, form.command_id))


@router.post("/resultats/annuler")
def take_back(request: Request, desk: AtBoard, where: Where, data: FormData) -> Response:
    """Takes back what the board just recorded, but for the rows that something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    return _see_or_show(request, desk, where, undo.undo(desk, form))


def _see_or_show(request: Request, desk: Desk, where: BoardPlace, outcomes: BulkOutcome) -> Response:
    """Redirects to the receipt on the board, or shows the result of every row when one was refused."""
    if not outcomes.refused:
        return where.see(outcomes.reference)
    desk.refresh()
    receipt = undo.offer(desk, outcomes.receipt(), outcomes.reference, UNDO)
    return _board(request, desk, where, receipt=receipt, status=422)
