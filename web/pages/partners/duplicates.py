"""The partners that may be the same place: the référent joins several pairs at once, or notes that they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import combinations
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.engine import Step
from pixflow.events import partner as e
from pixflow.events.base import Recorded
from pixflow.open_data.duplicates import duplicates
from pixflow.partners.listing import absorb_partner, join_partner, note_difference, take_back_command
from pixflow.partners.state import PartnerState
from pixflow.place_import.plan import place_of
from pixflow.unit_of_work import Guard
from projections import partners
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import must, read_button, record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt, ReceiptLine, UndoForm
from web.french.phrases import listed
from web.french.territory import partners as french
from web.french.territory.files import source_name
from web.french.territory.places import REASONS
from web.french.typography import phone, plural, say, typeset
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.forms import Form, FormData, Spaced
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partners.listing import LIST, AtPartners
from web.pages.partners.undo import read_command

router = APIRouter()
PATH = f"{LIST}/doublons"
UNDO = f"{PATH}/annuler"
NONE_TICKED = "Cochez au moins une paire."
NO_MORE = "ces deux fiches ne sont plus à comparer, rechargez la page."
FOLLOWED = "autre chose a suivi : séparez-les sur la fiche."
APART = "deux de ces fiches sont notées comme deux lieux : cochez-les paire par paire."
_Streams = tuple[UUID, UUID]
_Ticked = Annotated[tuple[Annotated[_Streams, Spaced], ...], Field(max_length=SIZE)]


class DuplicatesForm(Form):
    """The ticked pairs of a page, or `all` that it showed; each is two partners' ids, the one that stays first."""

    ticked: _Ticked = ()
    shown: _Ticked = ()
    all: bool = False
    way: Literal["same", "different"]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two listed partners that may be the same place, and why. `kept` stays when they are joined."""

    kept: Any
    other: Any
    why: str

    @property
    def streams(self) -> _Streams:
        return self.kept.stream, self.other.stream

    @property
    def value(self) -> str:
        return " ".join(map(str, self.streams))

    @property
    def name(self) -> str:
        return say("{kept} et {other}", kept=self.kept.name, other=self.other.name)


def proposed(desk: Desk) -> Sequence[Duplicate]:
    """Returns the pairs to compare, the surest first, without those that somebody noted as different."""
    return desk.memory.partners.get_or_make("duplicates", lambda: list(_proposed(desk)))


def _proposed(desk: Desk) -> Iterator[Duplicate]:
    rows = {str(row.stream): row for row in partners.listed(desk.read)}
    places = [place_of(partners.details_of(row), id) for id, row in rows.items()]
    digest = sha256(msgspec.json.encode(places)).hexdigest()  # two seconds for 25,000: a referral changes none of this
    pairs = desk.memory.texts.get_or_make(("duplicates", digest), lambda: duplicates(places))
    states = folds_of(desk.read, {UUID(one.id) for pair in pairs for one in (pair.one, pair.other)})
    for pair in pairs:
        kept, other = sorted((rows[pair.one.id], rows[pair.other.id]), key=_use)[::-1]
        if not _differ(states, kept.stream, other.stream):
            yield Duplicate(kept, other, listed(*(REASONS[reason] for reason in pair.reasons)))


def _use(row: Any) -> tuple[Any, ...]:
    """Returns if the team answers for a partner, then how much it serves: the greatest stays."""
    return row.checked is not None, row.used or date.min, row.offers, row.confirmed or date.min, str(row.stream)


def _differ(states: Mapping[UUID, Any], one: UUID, other: UUID) -> bool:
    return other in states[one].different or one in states[other].different


@router.get(PATH)
def read(request: Request, desk: AtPartners, p: PageNumber = 1, recu: str = "") -> Response:
    """Shows a page of the pairs to compare; `recu` names the command that joined some."""
    must(desk, join_partner)
    return _page(request, desk, p, receipt=_receipt(desk, recu))


@router.post(PATH)
def settle(request: Request, desk: AtPartners, data: FormData, p: PageNumber = 1) -> Response:
    """Joins the ticked pairs, or notes that they differ, in one command."""
    must(desk, join_partner)
    form = read_button(DuplicatesForm, data)
    ticked = form.shown if form.all else form.ticked
    if not ticked:
        return _page(request, desk, p, error=NONE_TICKED)
    if desk.engine.has_recorded(form.command_id):
        return _see(str(form.command_id))
    known = {frozenset(one.streams): one for one in proposed(desk)}
    pairs = {one: known[frozenset(one)] for one in ticked if frozenset(one) in known}
    refused = [RowOutcome(_names(desk, one), refused=NO_MORE) for one in ticked if one not in pairs]
    rows = [*refused, *_record_pairs(desk, form, list(pairs.values()))]
    return _answer(request, desk, BulkOutcome(rows, form.command_id), p)


def _names(desk: Desk, streams: Sequence[UUID]) -> str:
    names = dict(partners.titles(desk.read, streams))
    return listed(*(names.get(one, str(one)) for one in streams))


def _record_pairs(desk: Desk, form: DuplicatesForm, pairs: Sequence[Duplicate]) -> list[RowOutcome]:
    """Records the pairs as one command: all of them, or none when one is refused."""
    if form.way == "different":
        rows: list[tuple[str, str]] = [(one.name, "") for one in pairs]
        steps = [Step({"partner": one.kept.stream}, note_difference, {"other": one.other.stream}) for one in pairs]
    else:
        rows, steps = [], []
        for group in _groups(pairs):
            states = folds_of(desk.read, [row.stream for row in group])
            refused = APART if any(_differ(states, *two) for two in combinations(states, 2)) else ""
            rows.append((listed(*(row.name for row in group)), refused))
            steps += [] if refused else joins(group[0].stream, {row.stream: states[row.stream] for row in group[1:]})
    if not steps:
        return [RowOutcome(name, refused=refused) for name, refused in rows]
    told = form.way, sorted(one.value for one in pairs)
    outcome = record_all(desk, steps, ("duplicates", *told), command_id=form.command_id)
    return [
        RowOutcome(name, refused=refused) if refused else row_outcome(desk, name, outcome) for name, refused in rows
    ]


def _groups(pairs: Sequence[Duplicate]) -> list[list[Any]]:
    """Returns the partners that are one place by these pairs, in groups, each with the one that stays first."""
    of: dict[UUID, dict[UUID, Any]] = {}
    for one in pairs:
        both = {row.stream: row for row in (one.kept, one.other)}
        merged = {**of.get(one.kept.stream, {}), **of.get(one.other.stream, {}), **both}
        of.update(dict.fromkeys(merged, merged))
    groups = {frozenset(group): group for group in of.values()}
    return [sorted(group.values(), key=_use, reverse=True) for group in groups.values()]


def joins(into: UUID, others: Mapping[UUID, PartnerState]) -> Iterator[Step]:
    """Yields the decisions that join other partners to one, as they were when they were compared."""
    for other, takes in others.items():
        unmoved = Guard(lambda state, version=takes.version: state.version == version)
        yield Step({"partner": other}, absorb_partner, {"into": into}, guard=unmoved)
        yield Step({"partner": into}, join_partner, {"other": other}, {"takes": takes})


# --- what was just recorded, and its undo


@router.post(UNDO)
def undo(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Takes back what a press recorded, in one command, but for the pairs that something followed."""
    must(desk, take_back_command)
    form = read_button(UndoForm, data)
    if desk.engine.has_recorded(form.command_id):
        return _see(str(form.command_id))
    stands = read_command(desk, form.receipt)
    rows = [RowOutcome(_names(desk, group), refused=FOLLOWED) for group in stands.followed]
    if steps := stands.steps():
        outcome = record_all(desk, steps, ("undo duplicates", form.receipt), command_id=form.command_id)
        rows += [row_outcome(desk, _names(desk, group), outcome) for group in stands.free]
    return _answer(request, desk, BulkOutcome(rows, form.command_id), 1)


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome, number: int) -> Response:
    """Redirects to the receipt, or shows the result of each pair when one was refused."""
    if not outcomes.refused:
        return _see(outcomes.reference, number)
    desk.refresh()
    return _page(request, desk, number, receipt=_undoable(desk, outcomes.receipt(), outcomes.reference), status=422)


def _see(reference: str, number: int = 1) -> Response:
    return RedirectResponse(address(PATH, {"p": str(number) if number > 1 else "", "recu": reference}), 303)


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns what a press recorded: each pair joined or noted as different, or that it was taken back."""
    events = receipts.events_of(desk, reference)
    joined, different = _others(events, e.PartnersJoined), _others(events, e.DifferenceNoted)
    pairs = joined or different
    if not pairs:
        taken = any(isinstance(one.event, e.Retracted) for one in events)
        return Receipt("C’est annulé : ces fiches sont de nouveau séparées, ou à comparer.") if taken else None
    names = dict(partners.titles(desk.read, {one for pair in pairs for one in pair}))
    lines = [
        ReceiptLine(french.settled(names.get(kept, ""), names.get(other, ""), bool(joined))) for kept, other in pairs
    ]
    title = plural(len(joined), "fiche réunie :", "fiches réunies :") if joined else french.DIFFERENT
    return _undoable(desk, Receipt(title, lines), reference)


def _others(events: Sequence[Recorded], kind: type[e.PartnersJoined | e.DifferenceNoted]) -> list[_Streams]:
    return [(one.originator_id, one.event.other) for one in events if isinstance(one.event, kind)]


def _undoable(desk: Desk, receipt: Receipt, reference: str) -> Receipt:
    """Returns the receipt with its undo, while one pair at least can be taken back."""
    command = receipts.command_of(reference)
    return receipt.with_undo(reference, UNDO) if command and read_command(desk, command).free else receipt


# --- the page


def _page(
    request: Request, desk: Desk, number: int, *, receipt: Receipt | None = None, error: str = "", status: int = 200
) -> Response:
    every = proposed(desk)
    pager = Pager.at(len(every), number, PATH, {})
    rows = every[pager.offset : pager.offset + SIZE]
    states = folds_of(desk.read, {stream for one in rows for stream in one.streams})
    return show(
        request,
        "partners/duplicates.html",
        "duplicates",
        NOBODY,
        status=422 if error else status,
        rows=[
            (one, [(row, _facts(row), _sources(states[row.stream])) for row in (one.kept, one.other)]) for one in rows
        ],
        pager=pager,
        here=pager.under(""),
        receipt=receipt,
        error=error,
    )


def _facts(row: Any) -> str:
    """Returns what tells a partner from another: where it is, and how to reach it."""
    details = partners.details_of(row)
    where = " ".join(filter(None, (details.address, details.postal_code, details.town)))
    return listed(typeset(where), phone(row.phone) if row.phone else "", row.email)


def _sources(state: PartnerState) -> str:
    return listed(*dict.fromkeys(source_name(one.source) for one in state.sources.values())) or french.BY_HAND
