"""A partner: its file, its offers, its sources side by side, its people, its referrals, its history; its decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.engine import Step
from pixflow.events.partner import Retracted
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.duplicates import duplicates
from pixflow.partners import contacts as contact_decisions
from pixflow.partners import listing
from pixflow.partners.state import PartnerState, contested, list_gone_sources, proposed_kinds
from pixflow.place_import.plan import place_of
from projections import contacts as contact_table
from projections import directory, partners, referrals
from projections.store.folds import fold_of
from web.desk import receipts, task_links
from web.desk.commands import (
    FormRefused,
    Outcome,
    as_seen,
    must,
    read_button,
    read_form,
    record,
    record_all,
    redraw,
    require_events,
)
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt
from web.french import dates
from web.french.events import partners as words
from web.french.events import sentences
from web.french.territory import files, hours
from web.french.territory import partners as french
from web.french.territory.places import REASONS
from web.french.typography import say, typeset
from web.http.addresses import SIZE, PageNumber, Pager, address, whole_number
from web.http.forms import FormData, OpenForm, text_of
from web.http.people import listed
from web.http.templates import show
from web.pages.partners import contacts, forms, revision
from web.pages.partners.contacts import PersonForm
from web.pages.partners.duplicates import joins
from web.pages.partners.listing import AtPartners
from web.pages.partners.proposed_offers import kind_of, proposed_terms
from web.pages.partners.revision import proposed_lines

router = APIRouter()
DECISIONS: tuple[Decision[..., Any], ...] = (
    listing.list_partner, listing.correct_partner, listing.verify_partner, listing.delist_partner,
    listing.attach_name, listing.take_back, listing.list_offer, listing.join_partner, *contacts.DECISIONS,
)  # fmt: skip
CHOICES: dict[str, Sequence[tuple[str, str]]] = {
    "channel": list(words.VERIFICATIONS.items()),
    "reason": list(words.DELISTINGS.items()),
    "kind": list(files.OFFER_KINDS.items()),
    "contact": list(files.CONTACTS.items()),
}
UNDONE = "réunion défaite"
MOVED = "La fiche ou la proposition a changé entre-temps, ou c’est déjà relu : rien n’est enregistré, relisez."
_STATUS = {"suggested": "proposé", "delisted": "retiré de la liste", "listed": ""}

# --- its page


def state_of(desk: Desk, id: UUID) -> PartnerState:
    """Returns the partner. Raises 404 when there is none."""
    state = fold_of(desk.read, id)
    if not isinstance(state, PartnerState) or not (state.listed or state.suggested):
        raise HTTPException(404)
    return state


def _page(
    request: Request,
    desk: Desk,
    id: UUID,
    form: OpenForm | None = None,
    receipt: Receipt | None = None,
    number: int = 1,
) -> Response:
    """Draws a partner; `number` is a page of the referrals that it received."""
    state = state_of(desk, id)
    details, row = state.details, partners.find(desk.read, id)
    bands, proposals = forms.grid_choices(desk)
    sorts = {normalise(name) for name in (details.name, *state.names)}
    sent = referrals.of_partners(desk.read, sorted(contacts.list_joined(desk, id)), sorted(sorts))
    mine = [one for one in sent if desk.scope.reads(one.advisor)]
    pager = Pager.at(len(mine), number, f"/partenaires/{id}", {}, anchor="#received")
    mine = mine[pager.offset : pager.offset + SIZE]
    people = directory.find_people(desk.read, {one.stream for one in mine})
    mine = [one for one in mine if one.stream in people]
    is_told = len(sent) >= french.FROM
    lines = (details.address, details.complement, f"{details.postal_code} {details.town}".strip())
    known_kinds = {one.terms.kind for one in state.offers.values()}
    return show(
        request,
        "partners/partner.html",
        "partner",
        listed(one.stream for one in mine),
        id=id,
        name=details.name,
        standing=_STATUS.get(row.status, "") if row else "",
        town=typeset(details.town),
        address=[typeset(line) for line in lines if line],
        details=details,
        hours=hours.in_french(details.hours),
        now=hours.now_in_french(details.hours, desk.engine.clock(), desk.zone),
        facts=[(files.FIELDS[name], typeset(", ".join(lists))) for name in _LISTS if (lists := getattr(details, name))],
        confirmed=french.confirmed(
            state.confirmed, state.checked.on if state.checked else None, desk.today, _confirmed_by(desk, id, state)
        ),
        contacts=contacts.people_of(desk, id),
        answers=french.answers(sent, desk.today),
        tally=[pair for pair in french.tally(sent, desk.today) if pair[1]] if is_told else (),
        pace=french.pace(sent, desk.today) if is_told else "",
        received=[
            (
                task_links.dossier(referral.stream),
                people[referral.stream].name,
                referral.label,
                french.day(referral.sent, desk.today),
                french.phrase_referral(referral, desk.today),
                referral.answer is None and referral.awaited and referral.chased <= desk.today,
            )
            for referral in mine
        ],
        others=len(sent) - pager.total,
        pager=pager,
        offers=state.open_offers(),
        facts_of_offers={
            offer: files.of_terms(terms, dict(proposals))[2:] for offer, terms in state.open_offers().items()
        },
        proposed_kinds=[kind for kind in proposed_kinds(details) if kind not in known_kinds],
        offer_kinds=files.OFFER_KINDS,
        proposed_offers=files.PROPOSED_OFFERS,
        fields=[files.FIELDS[name] for name in _SHOWN],
        sources=_sources(state),
        contested=[
            (files.FIELDS[name], _text(name, own), _text(name, getattr(details, name)))
            for name, own in contested(state).items()
        ],
        proposed=proposed_lines(state),
        proposed_on=state.changes.stamp.on if state.changes else None,
        version=state.version,
        gone=[files.source_name(state.sources[key].source) for key in list_gone_sources(state)],
        alike=_alike(desk, id, state),
        joined=[
            (other, getattr(fold_of(desk.read, other), "details", PartnerDetails()).name) for other in state.joined
        ],
        names=state.names,
        history=_history(desk, id),
        may=desk.names_of_allowed(*DECISIONS),
        form=form,
        errors=form.errors if form else {},
        receipt=receipt,
        bands=bands,
        proposals=proposals,
        choices=CHOICES,
        contact_choices=contacts.choices(form),
        contact_titles=contacts.TITLES,
        contact_ways=files.CONTACTS,
    )


_SHOWN = ("name", "address", "town", "phone", "email", "website", "hours", "services")
_LISTS = ("kinds", "services", "thematics", "labels", "networks", "special_care", "audiences", "fees", "support")


def _sources(state: PartnerState) -> list[tuple[str, Sequence[str]]]:
    """Returns the team's word, when there is one, then each source's; nothing when no source says anything.

    Each is a name, then a value for each field.
    """
    corrected = {name: one.value for name, one in state.corrections.items()}
    team = [getattr(state.stated, name) or corrected.get(name, "") for name in _SHOWN]
    columns: list[tuple[str, Sequence[str]]] = [
        (french.source(one.source, one.updated), [_text(name, getattr(one.details, name)) for name in _SHOWN])
        for one in state.sources.values()
    ]
    return [("L’équipe", list(map(_text, _SHOWN, team))), *columns] if any(team) and columns else columns


def _text(name: str, value: Any) -> str:
    return typeset(files.of_field(name, value) or "—")


def _alike(desk: Desk, id: UUID, state: PartnerState) -> list[tuple[UUID, str, str]]:
    """Returns the listed partners of the commune that may be the same place, each with its name and the reasons."""
    if not state.is_proposed:
        return []
    details = state.details
    there = partners.of_commune(desk.read, details.commune, details.town)
    others = [row for row in there if row.stream not in (id, *state.different)]
    mine = place_of(details, str(id))
    pairs = duplicates([mine], [place_of(partners.details_of(row), str(row.stream)) for row in others])
    alike = []
    for pair in pairs:
        place = pair.other if pair.one is mine else pair.one
        other = fold_of(desk.read, UUID(place.id))
        if not (isinstance(other, PartnerState) and id in other.different):
            alike.append((UUID(place.id), place.name, ", ".join(REASONS[reason] for reason in pair.reasons)))
    return alike


def _confirmed_by(desk: Desk, id: UUID, state: PartnerState) -> str:
    """Returns the colleague who answered for the file, else the source whose word is the latest, "" for nobody."""
    if state.checked:
        told = (one for one in desk.trail(id) if one.originator_version == state.checked.version)
        return next((sentences.who(one, names_for(desk)) for one in told), "")
    return next((one.source for one in state.sources.values() if one.updated and one.updated == state.confirmed), "")


def _history(desk: Desk, id: UUID) -> list[tuple[str, str, int]]:
    """Returns each event in words, who and when, and the version of one that may be taken back, else 0."""
    events = desk.trail(id)
    undone = {one.event.version for one in events if isinstance(one.event, Retracted)}
    names = names_for(desk)
    return [
        (
            sentences.sentence(event, names, zone=desk.zone, history=events),
            sentences.who(event, names) + ", " + dates.instant(event.at, desk.zone),
            event.originator_version
            if isinstance(event.event, listing.UNDOABLE) and event.originator_version not in undone
            else 0,
        )
        for event in reversed(events)
    ]


@router.get("/partenaires/{partner_id:uuid}")
def read(
    request: Request,
    desk: AtPartners,
    partner_id: UUID,
    formulaire: str = "",
    sur: str = "",
    recu: str = "",
    p: PageNumber = 1,
) -> Response:
    """Shows a partner. `formulaire` opens a form, about an offer or a kind of offer `sur`.

    `recu` names a command, `p` a page of its referrals. A partner that was joined to another one leads there.
    """
    state = state_of(desk, partner_id)
    if state.into:
        return RedirectResponse(f"/partenaires/{state.into}", 303)
    form = _blank(desk, partner_id, state, formulaire, sur)
    return _page(request, desk, partner_id, form, receipts.of_partners(desk, recu, partner_id), p)


# --- its forms

OPENED = ("corriger", "verifier", "retirer", "offre", "modifier-offre", "rattacher")
MEANWHILE = "meanwhile"
"""The refusal of a form whose subject somebody else has changed since it was drawn: it is drawn of today."""


def _blank(desk: Desk, id: UUID, state: PartnerState, name: str, about: str) -> OpenForm | None:
    """Returns a form of the page with what is known; None for another name."""
    if name in contacts.TITLES:
        return contacts.blank(desk, id, name, about)
    if name not in OPENED:
        return None
    if name == "corriger":
        return OpenForm(name, values=forms.of_file(state.details), seen=state.version)
    if name == "offre" and (kind := kind_of(about)):
        return OpenForm(name, values=_values(proposed_terms(desk, kind)))
    if name == "modifier-offre":
        found = {str(offer): terms for offer, terms in state.open_offers().items()}.get(about)
        return OpenForm(name, about, {**_values(found), "offer": about}, seen=state.version) if found else None
    return OpenForm(name)


def _values(terms: OfferTerms) -> dict[str, Any]:
    bands, proposals = [f"{low}-{high}" for low, high in terms.bands], list(terms.proposals)
    seats = "" if terms.seats is None else terms.seats
    return {**asdict(terms), "band": bands, "proposal": proposals, "seats": seats}


def _show_again(request: Request, desk: Desk, partner_id: UUID, form: OpenForm, name: str = "") -> Response:
    """Draws a form that was refused, with what was typed; one without fields is an error of the whole page."""
    state = state_of(desk, partner_id)
    if state.into:
        return RedirectResponse(f"/partenaires/{state.into}", 303)
    name = "corriger" if form.name == correct.__name__ else name
    seen = state.version if form.code == MEANWHILE else whole_number(str(form.get("seen")))
    return _page(request, desk, partner_id, replace(form, name=name if name in OPENED else "", seen=seen))


def _next(desk: Desk, partner_id: UUID, outcome: Outcome, data: Mapping[str, Any]) -> Response:
    """Leads to the partner, or back to the pile of Ma boîte. Raises FormRefused."""
    receipt, pile = receipts.reference(require_events(desk, outcome)), text_of(data, "pile")
    there = "/boite" if pile else f"/partenaires/{partner_id}"
    return RedirectResponse(address(there, {"pile": pile, "recu": receipt}), 303)


@router.post("/partenaires/{partner_id:uuid}/corriger")
@redraw(_show_again)
def correct(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Records each field that differs from the file, as one command."""
    must(desk, listing.correct_partner)
    state = state_of(desk, partner_id)
    form = read_form(forms.PartnerCorrectionForm, data)
    seen: PartnerState = as_seen(desk, "partner", partner_id, form)
    fields: dict[str, str] = {name: getattr(form, name) for name in forms.FIELDS}
    shown = forms.of_file(seen.details)
    changed = {n: value for n, value in fields.items() if value not in (shown[n], getattr(seen.details, n))}
    moved = bool(changed.keys() & forms.OF_COMMUNE)
    changed |= {name: fields[name] for name in forms.OF_COMMUNE if moved}
    theirs = _corrected_meanwhile(seen, state, changed)
    if theirs and not desk.engine.has_recorded(form.command_id):
        raise FormRefused(theirs, MEANWHILE)
    changed |= forms.commune_of(form.town, form.postal_code) if moved else {}
    steps = [
        Step({"partner": partner_id}, listing.correct_partner, {"field": name, "value": value})
        for name, value in changed.items()
    ]
    if not steps:
        return _next(desk, partner_id, Outcome(), {})
    outcome = record_all(desk, steps, ("correct", str(partner_id), fields), command_id=form.command_id)
    return _next(desk, partner_id, outcome, data)


@router.post("/partenaires/{partner_id:uuid}/inscrire")
@redraw(_show_again)
def accept(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Lists a partner that a colleague suggested."""
    must(desk, listing.list_partner)
    details = state_of(desk, partner_id).details
    form = read_button(forms.BoxForm, data)
    streams = {"partner": partner_id}
    outcome = record(desk, streams, listing.list_partner, command_id=form.command_id, details=details)
    return _next(desk, partner_id, outcome, data)


@router.post("/partenaires/{partner_id:uuid}/reunir")
@redraw(_show_again)
def join(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Joins another partner to this one."""
    must(desk, listing.join_partner)
    form = _other(desk, partner_id, data)
    steps = list(joins(partner_id, {form.other: state_of(desk, form.other)}))
    outcome = record_all(desk, steps, ("join", str(partner_id), str(form.other)), command_id=form.command_id)
    return _next(desk, partner_id, outcome, data)


@router.post("/partenaires/{partner_id:uuid}/separer")
@redraw(_show_again)
def separate(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Undoes a join, on both partners."""
    must(desk, listing.undo_join)
    form = _other(desk, partner_id, data)
    steps = [
        Step({"partner": partner_id}, listing.undo_join, {"other": form.other, "reason": UNDONE}),
        Step({"partner": form.other}, listing.undo_join, {"other": partner_id, "reason": UNDONE}),
    ]
    outcome = record_all(desk, steps, ("part", str(partner_id), str(form.other)), command_id=form.command_id)
    return _next(desk, partner_id, outcome, data)


def _other(desk: Desk, id: UUID, data: Mapping[str, Any]) -> forms.OtherForm:
    """Returns the form about another partner. Raises 404 for an unknown one, 422 for this one."""
    state_of(desk, id)
    form = read_button(forms.OtherForm, data)
    if form.other == id:
        raise HTTPException(422)
    return form


@router.post("/partenaires/{partner_id:uuid}/proposition/relire")
@redraw(_show_again)
def review(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Takes the ticked lines of what the partner proposes, and leaves the others, in one command."""
    must(desk, listing.correct_partner)
    state = state_of(desk, partner_id)
    form = read_button(revision.RevisionForm, data)
    seen: PartnerState = as_seen(desk, "partner", partner_id, form)
    if proposed_lines(seen) != proposed_lines(state) and not desk.engine.has_recorded(form.command_id):
        raise FormRefused({"": MOVED})
    steps = list(revision.steps(partner_id, state, form.ticked))
    said = "review proposal", str(partner_id), form.seen, sorted(form.ticked)
    return _next(desk, partner_id, record_all(desk, steps, said, command_id=form.command_id), data)


@router.post("/partenaires/{partner_id:uuid}/{name}")
@redraw(_show_again)
def act(request: Request, desk: AtPartners, partner_id: UUID, name: str, data: FormData) -> Response:
    """Takes one decision on the partner."""
    spec = forms.FORMS.get(name)
    if spec is None:
        raise HTTPException(404)
    must(desk, spec.decision)
    state = state_of(desk, partner_id)
    form = spec.read(desk, state, data)
    if name == "modifier-offre" and isinstance(form, forms.OfferForm) and form.offer:
        _must_be_unmoved(desk, partner_id, state, form, form.offer)
    outcome = spec.act(desk, {"partner": partner_id}, state, form)
    return _next(desk, partner_id, outcome, data)


# --- the people to call there


@router.get("/personnes-a-joindre/{contact_id:uuid}")
def find(desk: AtPartners, contact_id: UUID) -> Response:
    """Leads to the page of the partner, with what a task asks for: the erasure of who left, else the details."""
    contact = contact_table.find(desk.read, contact_id)
    if contact is None:
        raise HTTPException(404)
    form = "personne-effacee" if contact.left and desk.may(contact_decisions.erase_contact) else "personne-a-jour"
    return RedirectResponse(f"/partenaires/{contact.partner}?formulaire={form}&sur={contact_id}#form", 303)


def _person_again(request: Request, desk: Desk, partner_id: UUID, form: OpenForm, name: str = "") -> Response:
    """Draws a form about a person again, with what was typed over what is known."""
    about = str(form.get("contact"))
    known = contacts.blank(desk, partner_id, name, about)
    values = {**(known.values if known else {}), **form.values}
    seen = known.seen if known and form.code == MEANWHILE else whole_number(str(form.get("seen")))
    return _page(request, desk, partner_id, replace(form, name=name, about=about, values=values, seen=seen))


@router.post("/partenaires/{partner_id:uuid}/personnes/{name}")
@redraw(_person_again)
def act_on_person(request: Request, desk: AtPartners, partner_id: UUID, name: str, data: FormData) -> Response:
    """Takes one decision on a person of the partner."""
    model = contacts.MODELS.get(name)
    if model is None:
        raise HTTPException(404)
    is_erasure = model is contacts.ErasureForm
    must(desk, contact_decisions.erase_contact if is_erasure else contact_decisions.name_contact)
    state_of(desk, partner_id)
    form = read_form(model, data)
    if form.contact and form.contact not in contact_table.of_partners(
        desk.read, contacts.list_joined(desk, partner_id)
    ):
        raise HTTPException(404)
    if isinstance(form, PersonForm) and form.contact:
        seen, now = as_seen(desk, "contact", form.contact, form), desk.state(form.contact)
        if now.details != form.details() and not desk.engine.has_recorded(form.command_id):
            before, after = contacts.labelled(seen.details), contacts.labelled(now.details)
            _must_be_equal(before, after, "Ce qui est noté de cette personne")
    receipt = receipts.reference(require_events(desk, contacts.decide(desk, partner_id, form)))
    return RedirectResponse(address(f"/partenaires/{partner_id}", {"recu": receipt}) + "#contacts", 303)


# --- the words of a colleague since a form was drawn: told once, beside what was typed

EMPTY = "vide"


def _corrected_meanwhile(seen: PartnerState, now: PartnerState, changed: Mapping[str, Any]) -> dict[str, str]:
    """Returns an error for each field that is changed here, and that somebody else has changed since."""
    before, after = seen.details, now.details
    return {
        name: say(
            "Entre-temps, ce champ est devenu « {theirs} ». Gardez votre texte ou reprenez celui-ci, puis enregistrez.",
            theirs=forms.of_file(after)[name] or EMPTY,
        )
        for name, typed in changed.items()
        if getattr(after, name) not in (getattr(before, name), typed)
    }


def _must_be_unmoved(desk: Desk, id: UUID, state: PartnerState, form: forms.OfferForm, offer: UUID) -> None:
    """Raises FormRefused for an offer that somebody else has revised since the form was drawn."""
    seen: PartnerState = as_seen(desk, "partner", id, form)
    offer_terms = [one.offers[offer].terms for one in (seen, state) if offer in one.offers]
    if len(offer_terms) == 2 and form.terms() != offer_terms[1] and not desk.engine.has_recorded(form.command_id):
        proposals = dict(forms.grid_choices(desk)[1])
        before, after = (files.of_terms(terms, proposals) for terms in offer_terms)
        _must_be_equal(before, after, "Cette offre")


def _must_be_equal(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], what: str) -> None:
    """Raises FormRefused for a form that replaces all that is known, when that has changed since.

    `before` and `after` are labels and values in words, `what` begins the sentence, such as "Cette offre".
    """
    then, now = dict(before), dict(after)
    changes = [f"{label} : {now.get(label) or EMPTY}" for label in {**then, **now} if then.get(label) != now.get(label)]
    if changes:
        text = "{what} a changé entre-temps ({changes}). Vérifiez ce que vous avez écrit, puis enregistrez à nouveau."
        raise FormRefused({"": say(text, what=what, changes=" · ".join(changes))}, MEANWHILE)
