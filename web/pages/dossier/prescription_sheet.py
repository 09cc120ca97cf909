"""The actions on the prescription sheet, told to the young person: where, when, whom to ask for, what comes next."""

from dataclasses import dataclass

from pixflow.dossier.state import ActionState, Dossier, Referral
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.participation.campaign import Campaign
from pixflow.partners.state import PartnerState
from pixflow.tasks.stages import WITHOUT_PARTNER
from projections import contacts, partners
from projections.store.folds import fold_of
from web.desk.desk import Desk
from web.desk.sites import MAP, map_of
from web.desk.territory.referral_offers import meant
from web.french import dates
from web.french.phrases import listed
from web.french.territory import hours
from web.french.typography import phone, say, typeset, upper_first
from web.http.papers import PaperEntry


@dataclass(frozen=True, slots=True)
class _Destination:
    """Where a referral leads: the file of its partner, its offer if it is open, and the person to ask for.

    `is_over` says that the offer closed, or that the partner left the list.
    """

    referral: Referral
    details: PartnerDetails
    offer: OfferTerms | None
    is_over: bool
    contact: str

    @property
    def address(self) -> str:
        """Returns the address on one line, "" without a street."""
        file = self.details
        town = f"{file.postal_code} {typeset(file.town)}".strip()
        return listed(file.address, file.complement, town) if file.address else ""


def is_kept(state: ActionState) -> bool:
    """Tells if an action still counts: neither dropped nor abandoned."""
    return not state.dropped and state.outcome != "abandoned"


def entry_of(desk: Desk, dossier: Dossier, state: ActionState, added: str = "") -> PaperEntry:
    """Returns an action as the sheet says it. A partner who refused, or whom the grid alone names, is not on it.

    `added` says when and by whom it was added.
    """
    there = _destination(desk, state.referral) if state.referral else None
    campaign = _complete_campaign(desk, dossier) if state.action.kind == "complete" else None
    session, advisor = _session(dossier, state), advisor_of(desk, dossier)
    facts = (
        ("Ajoutée", added),
        ("Quoi", _phrase_offer(state, there)),
        ("Où", _where(there, session, campaign, advisor)),
        ("Quand", _when(state, there, session)),
        ("Ouvert", typeset(" ; ").join(hours.in_french(there.details.hours)) if there else ""),
        ("Appelez", _called(there) if there else ""),
        ("À apporter", _brought(there, session)),
        ("Ensuite", _next(state, there, session, advisor)),
    )
    return PaperEntry(state.action.label, tuple((label, said) for label, said in facts if said), _map(there))


def _destination(desk: Desk, referral: Referral) -> _Destination:
    id = referral.partner.id or meant(desk, referral.partner.name)
    row = partners.find(desk.read, id) if id else None
    partner = fold_of(desk.read, row.stream) if row else None
    contact = contacts.find(desk.read, referral.contact)
    contact_name = contact.details.name if contact and contact.is_there else ""
    if not isinstance(partner, PartnerState):
        return _Destination(referral, PartnerDetails(name=referral.partner.name), None, False, contact_name)
    offer = partner.offers.get(referral.offer) if referral.offer else None
    is_over = not partner.is_proposed or (offer is not None and offer.closed is not None)
    return _Destination(
        referral, partner.details, offer.terms if offer and not is_over else None, is_over, contact_name
    )


def _phrase_offer(state: ActionState, there: _Destination | None) -> str:
    """Returns what the partner offers, in its own words, when they differ from the action's."""
    label = there.offer.label if there and there.offer else ""
    return "" if label.casefold() == state.action.label.casefold() else label


def _where(there: _Destination | None, session: tuple[str, str] | None, campaign: Campaign | None, advisor: str) -> str:
    if campaign:
        return say("Sur app.pix.fr. Code à écrire : {code}", code=campaign.code)
    if session and session[1]:
        return session[1]
    if there is None:
        return ""
    room = there.referral.place and say("lieu indiqué : {place}", place=there.referral.place)
    unknown = say("adresse à demander à {name}", name=advisor)
    return listed(there.details.name, there.address or unknown, room)


def _when(state: ActionState, there: _Destination | None, session: tuple[str, str] | None) -> str:
    if session:
        return upper_first(session[0])
    starts, ends = there.referral.starts if there else None, state.ends
    if starts and ends:
        said = say("du {first} au {last}", first=dates.day(starts, year=True), last=dates.day(ends, year=True))
    elif starts:
        said = say("à partir du {day}", day=dates.day(starts, year=True))
    else:
        said = say("jusqu’au {day}", day=dates.day(ends, year=True)) if ends else ""
    days = there.offer.days if there and there.offer else ""
    return ". ".join(map(upper_first, filter(None, (said, days))))


def _session(dossier: Dossier, state: ActionState) -> tuple[str, str] | None:
    """Returns the day and the place of the session of a certification, None without one to come."""
    certification = dossier.parcours.certification
    if (
        state.action.kind != "certification"
        or certification is None
        or certification.step != "registered"
        or not certification.session
    ):
        return None
    return say("le {day}", day=dates.weekday_day(certification.session, year=True)), certification.place


def _called(there: _Destination) -> str:
    """Returns the number of the place and whom to ask for; the number of that person is the team's alone."""
    number = phone(there.details.phone)
    asked = there.contact and say("demandez {name}", name=there.contact)
    return listed(number, asked) if number else upper_first(asked)


def _brought(there: _Destination | None, session: tuple[str, str] | None) -> str:
    """Returns what to bring: Pix asks for the identity of whoever takes its certification."""
    if session:
        return typeset("Une pièce d’identité avec votre photo.")
    return upper_first(there.offer.bring) if there and there.offer else ""


def _next(state: ActionState, there: _Destination | None, session: tuple[str, str] | None, advisor: str) -> str:
    """Returns what happens next, in the second person."""
    if state.ended:
        return say("C’est terminé depuis le {day}.", day=dates.day(state.ended.on, year=True))
    if state.started:
        text = "Vous avez commencé le {day}. À la fin, faites le point avec {advisor}."
        return say(text, day=dates.day(state.started.on, year=True), advisor=advisor)
    if session:
        return say("Après la session, faites le point avec {advisor}.", advisor=advisor)
    if state.action.kind == "complete":
        return say("À la fin du test, envoyez vos résultats. Puis lisez-les avec {advisor}.", advisor=advisor)
    if there:
        return _phrase_answer(there, advisor)
    if state.action.kind in WITHOUT_PARTNER:
        return say("Vous le ferez avec {advisor}.", advisor=advisor)
    return say("{advisor} cherche un lieu pour vous.", advisor=upper_first(advisor))


def _phrase_answer(there: _Destination, advisor: str) -> str:
    """Returns what follows the answer of a partner, or their silence."""
    referral = there.referral
    if there.is_over:
        return say("Ce lieu a changé son offre. Avant de vous déplacer, appelez {advisor}.", advisor=advisor)
    if referral.answer == "accepted" and referral.starts:
        return say("On vous attend le {day}.", day=dates.weekday_day(referral.starts))
    if referral.answer == "accepted" and there.details.phone:
        return typeset("On vous attend : appelez ce lieu pour fixer votre premier jour.")
    if referral.answer == "accepted":
        return say("On vous attend. {advisor} vous dira quel jour.", advisor=upper_first(advisor))
    if referral.promised:
        text = "Ce lieu répond avant le {day}. {advisor} vous préviendra."
        return say(text, day=dates.day(referral.promised), advisor=upper_first(advisor))
    return say("Ce lieu doit encore répondre. {advisor} vous préviendra.", advisor=upper_first(advisor))


def advisor_of(desk: Desk, dossier: Dossier) -> str:
    """Returns who follows the dossier, as a sheet names them."""
    known = desk.refs.colleague(dossier.advisor)
    return known.name if known else "la Mission locale"


def _map(there: _Destination | None) -> str:
    """Returns the address of a map, "" for a place that moves, or of which neither a point nor a street is known."""
    if there is None or there.details.itinerant or not (there.details.point or there.address):
        return ""
    if there.details.point:
        latitude, longitude = there.details.point
        return f"{MAP}/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return map_of(listed(there.details.address, there.details.town))


def _complete_campaign(desk: Desk, dossier: Dossier) -> Campaign | None:
    """Returns the open campaign of the complete diagnostic: that of the dossier's site first."""
    complete = [one for one in desk.refs.campaigns.values() if one.open and one.code and one.purpose == "complete"]
    held = [one for one in complete if one.site in (None, dossier.site)]
    return max(held, key=lambda one: (one.site is not None, one.declared and one.declared.on), default=None)
