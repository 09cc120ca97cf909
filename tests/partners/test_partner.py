"""A partner: its file between the sources and the team, its offers, its joins."""

from dataclasses import replace as with_fields
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given as over
from hypothesis import strategies as st
from msgspec.structs import replace as with_changes

from pixflow.events import partner as e
from pixflow.events.base import Event
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing
from pixflow.partners.state import PartnerState, contested, freshness, list_gone_sources, to_review
from pixflow.refused import Refused
from pixflow.streams import KINDS
from tests.given import DAY, LATER, given, stamped, state_of

ID, OTHER, OFFER = UUID(int=0xE1), UUID(int=0xE2), UUID(int=0xE3)
EPN = PartnerDetails(name="EPN", town="L'Aigle", commune="61214", phone="+33233000101", hours="Mo-Fr 09:00-12:00")
MOVED = PartnerDetails(name="EPN", town="L'Aigle", commune="61214", phone="+33233000199", hours="Mo-Fr 09:00-12:00")
TERMS = OfferTerms(label="Bureautique", kind="digital")
BY_HAND = e.PartnerListed(details=EPN, source="", place="", updated=None, digest="", on=DAY)
DELISTED = e.PartnerDelisted(reason="closed", on=DAY)


def told(details: PartnerDetails, digest: str, source: str = "Dora", updated: date = DAY) -> e.SourceTold:
    return e.SourceTold(source=source, place="7", updated=updated, digest=digest, details=details, on=DAY)


def imported(details: PartnerDetails = EPN, digest: str = "a", updated: date = DAY) -> e.PartnerListed:
    return e.PartnerListed(details=details, source="Dora", place="7", updated=updated, digest=digest, on=DAY)


def corrected(field: e.CorrectedField = "phone", value: str = "+33233000111") -> e.PartnerCorrected:
    return e.PartnerCorrected(field=field, value=value, on=DAY)


def filed(field: str, value: str) -> PartnerDetails:
    """A file with one field."""
    fields: dict[str, Any] = {field: value}
    return PartnerDetails(name="EPN", **fields)


def partner(*events: Event) -> PartnerState:
    state: PartnerState = state_of("partner", *events)
    return state


def test_the_team_s_word_counts_until_the_source_changes_its_own() -> None:
    before = partner(imported(), corrected())
    assert before.details.phone == "+33233000111"
    same = partner(imported(), corrected(), told(EPN, "b", updated=LATER))
    assert same.details.phone == "+33233000111", "the source says the same: only its date is another"
    assert not to_review(same)
    moved = partner(imported(), corrected(), told(MOVED, "b"))
    assert (moved.details.phone, contested(moved)) == ("+33233000199", {"phone": "+33233000111"})
    again = partner(imported(), corrected(), told(MOVED, "b"), corrected())
    assert (again.details.phone, to_review(again)) == ("+33233000111", False)
    reviewed = partner(imported(), corrected(), told(MOVED, "b"), e.PartnerReviewed(on=DAY))
    assert (reviewed.details.phone, to_review(reviewed)) == ("+33233000199", False)


def test_the_latest_source_comes_first_and_fills_nothing_of_another_one() -> None:
    bare = PartnerDetails(name="Espace numérique", town="L'Aigle", commune="61214")
    both = partner(imported(), told(bare, "c", "France Services", LATER))
    assert (both.details.name, both.details.phone) == ("Espace numérique", EPN.phone)
    assert both.confirmed == LATER


def test_a_place_in_another_commune_than_its_source_says_loses_the_point_of_the_source() -> None:
    placed = imported(with_fields(EPN, point=(48.76, 0.63)))
    assert partner(placed, corrected("commune", "61006"), corrected("town", "Argentan")).details.point is None
    assert partner(placed, corrected("commune", "")).details.point is None
    assert partner(placed, corrected("commune", "61214"), corrected()).details.point == (48.76, 0.63)


def test_a_place_gone_stays_listed() -> None:
    left = partner(imported(), e.SourceWithdrawn(source="Dora", place="7", on=LATER))
    assert (left.is_proposed, list_gone_sources(left), to_review(left)) == (True, ["Dora|7"], True)
    back = partner(imported(), e.SourceWithdrawn(source="Dora", place="7", on=LATER), told(EPN, "a"))
    assert not to_review(back)


def test_an_import_tells_once() -> None:
    asked = {"source": "Dora", "place": "7", "updated": DAY, "digest": "a", "details": EPN, "on": DAY}
    given().when(listing.import_place, **asked).then(imported())
    given(imported()).when(listing.import_place, **asked).then_nothing()
    given(imported()).when(listing.import_place, **asked | {"digest": "b", "details": MOVED}).then(told(MOVED, "b"))
    given(imported()).when(listing.withdraw_place, source="Dora", place="8").then_nothing()


def test_a_correction_is_noted_once_and_the_name_is_never_empty() -> None:
    given(BY_HAND).when(listing.correct_partner, field="phone", value="+33233000111").then(corrected())
    given(BY_HAND).when(listing.correct_partner, field="phone", value=EPN.phone).then_nothing()
    given(BY_HAND).when(listing.correct_partner, field="phone", value="").then(corrected(value=""))
    given(BY_HAND).when(listing.correct_partner, field="name", value=" ").refused("required", field="name")
    given().when(listing.correct_partner, field="phone", value="1").refused("unknown-partner")


def test_a_contested_correction_may_be_said_again() -> None:
    moved = given(imported(), corrected(), told(MOVED, "b"))
    moved.when(listing.correct_partner, field="phone", value="+33233000111").then(corrected())


def test_a_delisted_partner_takes_no_referral_until_it_is_back() -> None:
    given(BY_HAND).when(listing.delist_partner, reason="closed").then(DELISTED)
    given(BY_HAND, DELISTED).when(listing.use_partner).refused("partner-delisted")
    given(BY_HAND, DELISTED).when(listing.list_offer, offer=OFFER, terms=TERMS).refused("partner-delisted")
    given(BY_HAND, DELISTED).when(listing.relist_partner).then(e.PartnerRelisted(on=DAY))
    given(BY_HAND).when(listing.relist_partner).then_nothing()


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("phone", "02 33 00 01 11", "+33233000111"),
        ("phone", "39 49", "3949"),
        ("email", " Accueil@Exemple.fr ", "accueil@exemple.fr"),
        ("website", "www.exemple.fr", "https://www.exemple.fr"),
        ("booking", "http://exemple.fr/rdv?a=1", "http://exemple.fr/rdv?a=1"),
        ("hours", "le matin", "le matin"),
        ("phone", "", ""),
    ],
)
def test_a_field_is_kept_as_pages_dial_and_show_it(field: e.CorrectedField, typed: str, kept: str) -> None:
    known = with_fields(EPN, phone="+33233000101", email="a@exemple.fr", website="https://a.fr", booking="https://a.fr")
    by_hand = with_fields(BY_HAND, details=known)
    told = e.PartnerCorrected(field=field, value=kept, on=DAY)
    given(by_hand).when(listing.correct_partner, field=field, value=typed).then(told)
    new, stored = (with_fields(BY_HAND, details=filed(field, value)) for value in (typed, kept))
    given().when(listing.list_partner, details=new.details).then(stored)


@pytest.mark.parametrize(
    ("field", "typed", "refused"),
    [
        ("phone", "appeler l’accueil", "bad-phone"),
        ("email", "pas une adresse", "bad-email"),
        ("website", "javascript:alert(1)", "bad-website"),
        ("website", "sur leur page", "bad-website"),
        ("booking", "ftp://exemple.fr", "bad-booking"),
        ("booking", "https://qui@exemple.fr", "bad-booking"),
        ("website", "exemple", "bad-website"),
        ("website", "http://[::1", "bad-website"),
        ("website", "http://127.0.0.1", "bad-website"),
        ("booking", "http://localhost:8080/rdv", "bad-booking"),
    ],
)
def test_a_field_that_no_page_can_show_is_refused(field: e.CorrectedField, typed: str, refused: str) -> None:
    given(BY_HAND).when(listing.correct_partner, field=field, value=typed).refused(refused)
    kept = filed(field, typed)
    for decide in (listing.list_partner, listing.suggest_partner):
        given().when(decide, details=kept).refused(refused)
    before = e.PartnerSuggested(details=kept, on=DAY)
    given(before).when(listing.list_partner, details=kept).then(with_fields(BY_HAND, details=kept))


def test_a_use_is_noted_once_a_day() -> None:
    given(BY_HAND).when(listing.use_partner).then(e.PartnerUsed(on=DAY))
    given(BY_HAND, e.PartnerUsed(on=LATER)).when(listing.use_partner).then_nothing()
    changed = (BY_HAND, e.PartnerUsed(on=DAY), e.OfferListed(offer=OFFER, terms=TERMS, on=DAY))
    given(*changed).when(listing.use_partner).then(e.PartnerUsed(on=DAY))


def test_an_offer_is_listed_revised_and_closed() -> None:
    listed = e.OfferListed(offer=OFFER, terms=TERMS, on=DAY)
    given(BY_HAND).when(listing.list_offer, offer=OFFER, terms=TERMS).then(listed)
    given(BY_HAND, listed).when(listing.list_offer, offer=OTHER, terms=TERMS).then_nothing()
    given(BY_HAND, listed).when(listing.close_offer, offer=OFFER).then(e.OfferClosed(offer=OFFER, on=DAY))
    closed = given(BY_HAND, listed, e.OfferClosed(offer=OFFER, on=DAY))
    closed.when(listing.revise_offer, offer=OFFER, terms=TERMS).refused("unknown-offer")
    bad = OfferTerms(label="x", kind="general", bands=((50, 40),))
    given(BY_HAND).when(listing.list_offer, offer=OFFER, terms=bad).refused("bad-band")
    for seats in (-1, listing.MOST_SEATS + 1):
        wrong = OfferTerms(label="x", kind="general", seats=seats)
        given(BY_HAND).when(listing.list_offer, offer=OFFER, terms=wrong).refused("bad-seats")


def test_a_partner_proposes_and_nothing_changes_before_a_review() -> None:
    listed = e.OfferListed(offer=OFFER, terms=TERMS, on=DAY)
    other = OfferTerms(label="Bureautique", kind="digital", days="le mardi")
    before = given(BY_HAND, listed)
    changes = {"fields": {"name": "EPN", "phone": "02 33 00 01 99"}, "offers": {OFFER: other}}
    said = e.RevisionProposed(fields=(("phone", "+33233000199"),), offers=((OFFER, other),), on=DAY)
    before.when(listing.propose_changes, **changes).then(said)
    waiting = partner(BY_HAND, listed, said)
    assert waiting.details.phone == EPN.phone
    assert to_review(waiting)
    assert not to_review(partner(BY_HAND, listed, said, e.PartnerReviewed(on=DAY)))
    taken = (corrected(value="+33233000199"), e.OfferRevised(offer=OFFER, terms=other, on=DAY))
    assert not to_review(partner(BY_HAND, listed, said, *taken)), "the team said so meanwhile"
    back = e.RevisionProposed(fields=(), offers=(), on=DAY)
    given(BY_HAND, listed, said).when(listing.propose_changes, fields={"phone": EPN.phone}, offers={}).then(back)
    assert not to_review(partner(BY_HAND, listed, said, back)), "the partner thinks again"


def test_a_partner_proposes_nothing_strange() -> None:
    here = given(BY_HAND)
    here.when(listing.propose_changes, fields={"name": EPN.name, "phone": EPN.phone}, offers={}).then_nothing()
    for fields, code in (
        ({"name": " "}, "required"),
        ({"email": "x"}, "bad-email"),
        ({"website": "a b"}, "bad-website"),
        ({"website": "http://127.0.0.1"}, "bad-website"),
    ):
        here.when(listing.propose_changes, fields=fields, offers={}).refused(code)
    here.when(listing.propose_changes, fields={}, offers={OFFER: TERMS}).refused("unknown-offer")
    given(BY_HAND, DELISTED).when(listing.propose_changes, fields={}, offers={}).refused("partner-delisted")
    often = [
        e.RevisionProposed(fields=(("summary", str(n)),), offers=(), on=DAY) for n in range(listing.MOST_PROPOSALS)
    ]
    said = given(BY_HAND, *often).when(listing.propose_changes, fields={"summary": "x"}, offers={})
    said.refused("proposed-often")


def test_a_join_brings_sources_offers_and_names_and_is_undone_whole() -> None:
    there = partner(
        imported(MOVED), e.OfferListed(offer=OFFER, terms=TERMS, on=DAY), e.NameAttached(name="L’EPN", on=DAY)
    )
    joined = [
        e.PartnersJoined(other=OTHER, on=DAY),
        told(MOVED, "a"),
        e.OfferListed(offer=OFFER, terms=TERMS, on=DAY),
        e.NameAttached(name="L’EPN", on=DAY),
    ]
    given(BY_HAND).when(listing.join_partner, other=OTHER, takes=there).then(*joined)
    history = [
        with_changes(one, command=UUID(int=9)) if one.originator_version > 1 else one
        for one in stamped([BY_HAND, *joined])
    ]
    undone = listing.undo_join(partner(BY_HAND, *joined), other=OTHER, reason="erreur", on=DAY, history=history)
    assert [one.version for one in undone] == [5, 4, 3, 2]  # type: ignore[attr-defined]


JOINED = e.PartnersJoined(other=OTHER, on=DAY)
SHOUTED = with_fields(EPN, name="EPN DE L’AIGLE", phone="", email="epn@exemple.fr")


def after_join(*before: Event, brings: e.SourceTold) -> PartnerState:
    """Returns a partner to which another was joined, in one command, with the source that this one brings."""
    events = [*before, JOINED, brings]
    command = UUID(int=9)
    joins = [with_changes(one, command=command) if one.event in (JOINED, brings) else one for one in stamped(events)]
    state: PartnerState = KINDS["partner"].fold(joins)
    return state


@pytest.mark.parametrize("mine", [imported(), BY_HAND], ids=["of a file", "by hand"])
def test_a_partner_keeps_its_own_file_when_another_is_joined_to_it(mine: Event) -> None:
    both = after_join(mine, brings=told(SHOUTED, "b", "Carte", LATER))
    assert (both.details.name, both.details.phone) == (EPN.name, EPN.phone)
    assert both.details.email == "epn@exemple.fr", "what it does not say comes from the other"


def test_a_joined_source_that_changes_its_word_still_comes_after() -> None:
    joined = after_join(imported(), brings=told(SHOUTED, "b", "Carte", LATER))
    (renewed,) = stamped([told(with_fields(SHOUTED, name="EPN D’ORNE"), "c", "Carte", LATER)], after=joined.version)
    assert KINDS["partner"].evolve(joined, renewed).details.name == EPN.name


def test_the_date_of_a_source_is_no_verification() -> None:
    verified = e.PartnerVerified(channel="call", on=DAY)
    both = after_join(imported(), verified, brings=told(SHOUTED, "b", "Carte", LATER))
    assert (both.confirmed, both.checked and both.checked.on) == (DAY, DAY)
    never = partner(imported(), told(EPN, "b", updated=LATER))
    assert (never.confirmed, never.checked) == (LATER, None)
    by_hand = after_join(BY_HAND, brings=told(SHOUTED, "b", "Carte", LATER))
    assert by_hand.confirmed == DAY, "who wrote it still answers for it"


def test_a_join_brings_no_offer_that_the_partner_has() -> None:
    listed = e.OfferListed(offer=OFFER, terms=TERMS, on=DAY)
    there = partner(BY_HAND, listed)
    mine = given(BY_HAND, e.OfferListed(offer=UUID(int=0xE4), terms=TERMS, on=DAY))
    mine.when(listing.join_partner, other=OTHER, takes=there).then(e.PartnersJoined(other=OTHER, on=DAY))


def test_what_a_command_did_is_taken_back_until_something_follows() -> None:
    listed = e.OfferListed(offer=OFFER, terms=TERMS, on=DAY)
    history = stamped([imported(), listed, e.DifferenceNoted(other=OTHER, on=DAY)])
    bulk = [history[0], *(with_changes(one, command=UUID(int=9)) for one in history[1:])]

    def taken(command: int, *after: Event) -> list[int]:
        trail = [*bulk, *stamped(after, after=len(bulk))]
        state = KINDS["partner"].fold(trail)
        events = listing.take_back_command(state, command=UUID(int=command), reason="erreur", on=DAY, history=trail)
        return [one.version for one in events]  # type: ignore[attr-defined]

    assert taken(9) == [3, 2]
    back = [e.Retracted(version=version, reason="erreur", on=DAY) for version in (3, 2)]
    assert taken(9, *back) == []
    assert taken(1, *back) == [1], "what followed was taken back too: an import takes back the place that it listed"
    assert taken(8) == []
    for after in (corrected(), e.PartnerUsed(on=DAY)):
        with pytest.raises(Refused, match="moved"):
            taken(9, after)
    with pytest.raises(Refused, match="moved"):
        taken(1)


@pytest.mark.parametrize("event", [BY_HAND, e.PartnerSuggested(details=EPN, on=DAY), e.PartnerUsed(on=DAY)])
def test_what_no_bulk_records_is_not_taken_back_by_its_command(event: Event) -> None:
    given(event).when(listing.take_back_command, command=UUID(int=1), reason="erreur").refused("not-noted")


def test_what_was_joined_is_corrected_no_more() -> None:
    absorbed = given(BY_HAND, e.PartnerAbsorbed(into=OTHER, on=DAY))
    absorbed.when(listing.correct_partner, field="phone", value="1").refused("partner-joined")
    absorbed.when(listing.absorb_partner, into=ID).refused("partner-joined")


@pytest.mark.parametrize("event", [BY_HAND, imported(), e.PartnerUsed(on=DAY)])
def test_only_the_team_s_own_word_is_taken_back(event: Event) -> None:
    given(BY_HAND, event).when(listing.take_back, version=2, reason="erreur").refused("not-noted")
    verified = given(BY_HAND, e.PartnerVerified(channel="call", on=DAY))
    retracted = e.Retracted(version=2, reason="erreur", on=DAY)
    verified.when(listing.take_back, version=2, reason="erreur").then(retracted)


@over(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(0, 900))
def test_a_file_is_fresh_for_six_months_and_old_after_two_years(today: date, age: int) -> None:
    """Whatever the lengths of the months between."""
    confirmed = today - relativedelta(days=age)
    fresh = confirmed + relativedelta(months=6) >= today
    ageing = confirmed + relativedelta(years=2) > today
    assert freshness(confirmed, today) == ("fresh" if fresh else "ageing" if ageing else "old")
