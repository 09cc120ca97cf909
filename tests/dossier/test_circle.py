"""An erasure covers whom its request named: whatever is merged or parted, nobody else is erased with them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import erasure_log
from pixflow.dossier.evolve import fold
from pixflow.dossier.privacy import decline_erasure, request_erasure
from pixflow.dossier.retraction import reinstate, retract
from pixflow.events.dossier import ErasureDeclined, ErasureRequested
from pixflow.participation.matches import confirm_match
from pixflow.refused import Refused
from tests import erasures
from tests.result_import.house import BOTH_STORES, FIRST, House, on_store, row, shared
from tests.result_import.test_meanwhile import before_the_lock

NAMES = ("Amel", "Bruno", "Chloé", "Diane")


@pytest.fixture(params=["sqlite"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with on_store(request, tmp_path) as made:
        yield made


def manager(house: House) -> Actor:
    return house.hire("Odile Roy", "odile@example.org", "manager")


def ask(house: House, dossier: UUID) -> None:
    house.do(request_erasure, {"dossier": dossier}, reason="request")


def decline(house: House, dossier: UUID) -> None:
    by, command = manager(house), uuid4()
    house.engine.execute({"dossier": dossier}, decline_erasure, by=by, command_id=command, note="à garder")


def read(house: House, dossier: UUID) -> str:
    return erasures.page(house.opened, dossier, manager(house))


def confirm(house: House, dossier: UUID, page: str | None = None) -> None:
    seen = read(house, dossier) if page is None else page
    erasing.erase(house.opened, dossier, seen, by=manager(house), command_id=uuid4())


def merge(house: House, duplicate: UUID, into: UUID) -> None:
    erasures.merge(house.opened, duplicate, into, house.referent)


def part(house: House, duplicate: UUID) -> None:
    erasures.part(house.opened, duplicate, house.referent)


def people(house: House, count: int) -> list[UUID]:
    return [house.open(f"Nom{n}", f"Prénom{n}") for n in range(count)]


def erased(house: House, dossiers: list[UUID]) -> set[UUID]:
    return {one for one in dossiers if house.dossier(one).erased}


# --- while a request is open


def test_thirty_merged_into_an_erasure_that_was_asked_are_not_erased(house: House) -> None:
    asked_for, *others = people(house, 31)
    ask(house, asked_for)
    for one in others:
        with pytest.raises(Refused, match="erasure-asked"):
            merge(house, one, asked_for)
    confirm(house, asked_for)
    assert erased(house, [asked_for, *others]) == {asked_for}


def test_who_is_to_be_erased_is_merged_into_nobody(house: House) -> None:
    asked_for, other = people(house, 2)
    ask(house, asked_for)
    with pytest.raises(Refused, match="erasure-asked"):
        merge(house, asked_for, other)
    assert house.dossier(asked_for).merged is None


def test_a_circle_neither_grows_nor_shrinks_before_its_answer(house: House) -> None:
    kept, known, later = people(house, 3)
    merge(house, known, kept)
    ask(house, kept)
    for change in (lambda: merge(house, later, kept), lambda: part(house, known)):
        with pytest.raises(Refused, match="erasure-asked"):
            change()
    confirm(house, kept)
    assert erased(house, [kept, known, later]) == {kept, known}


def test_once_it_is_declined_dossiers_are_merged_again(house: House) -> None:
    kept, other = people(house, 2)
    ask(house, kept)
    decline(house, kept)
    merge(house, other, kept)
    assert house.dossier(kept).duplicates == (other,)


@pytest.mark.parametrize("house", BOTH_STORES, indirect=True)
def test_a_merge_that_was_decided_before_the_request_is_decided_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people at once: whichever is recorded first, the other is refused, or covers both."""
    kept, other = people(house, 2)
    with monkeypatch.context() as patch:
        before_the_lock(house, patch, lambda: ask(house, kept))
        with pytest.raises(Refused, match="erasure-asked"):
            merge(house, other, kept)
    confirm(house, kept)
    assert erased(house, [kept, other]) == {kept}


def test_no_participation_of_somebody_else_is_given_to_them_by_hand(house: House) -> None:
    asked_for = house.open("Zanzibar", "Özgül", "0099887")
    house.declare()
    house.receive([shared(row("Bah", "Ali", "77"))])
    (theirs,) = (one.stream for one in house.known(house.campaign))
    ask(house, asked_for)
    said = {"automatic": False, "score": 100, "reasons": (), "warnings": (), "others": ()}
    streams = {"participation": theirs, "dossier": asked_for}
    with pytest.raises(Refused, match="erasure-asked"):
        house.do(confirm_match, streams, **said)
    confirm(house, asked_for)
    assert not house.participation(theirs).erased


def test_what_an_export_brings_of_themselves_goes_with_them(house: House) -> None:
    asked_for = house.open("Zanzibar", "Özgül", "0099887")
    house.declare()
    ask(house, asked_for)
    house.receive([shared(row("Zanzibar", "Özgül", "0099887")), row("Bah", "Ali", "77")], FIRST + timedelta(days=1))
    rows = [one.stream for one in house.known(house.campaign)]
    confirm(house, asked_for)
    left = [state for one in rows if not (state := house.participation(one)).erased]
    assert [one.last_name for one in left] == ["Bah"]


# --- the request that is confirmed


def test_a_page_of_an_earlier_request_confirms_no_other(house: House) -> None:
    """Asked for one, declined, thirty merged, asked again: the form of before names one, and erases none."""
    kept, *others = people(house, 31)
    ask(house, kept)
    seen = read(house, kept)
    decline(house, kept)
    for one in others:
        merge(house, one, kept)
    ask(house, kept)
    with pytest.raises(Refused, match="erasure-changed"):
        confirm(house, kept, seen)
    assert erased(house, [kept, *others]) == set()


def test_a_request_that_is_taken_back_and_put_back_is_another_one(house: House) -> None:
    kept, other = people(house, 2)
    ask(house, kept)
    seen, version = read(house, kept), erasures.asked(house.opened, kept)
    house.do(retract, {"dossier": kept}, version=version, reason="par erreur")
    merge(house, other, kept)
    house.do(reinstate, {"dossier": kept}, versions=(version,))
    with pytest.raises(Refused, match="erasure-changed"):
        confirm(house, kept, seen)
    assert house.dossier(kept).erasure.duplicates == (other,)


def test_asked_twice_it_is_the_request_of_before(house: House) -> None:
    (kept,) = people(house, 1)
    ask(house, kept)
    seen = erasures.asked(house.opened, kept)
    ask(house, kept)
    assert erasures.asked(house.opened, kept) == seen


# --- stores of before


def test_a_request_of_before_covers_whom_it_found(house: House) -> None:
    """A version before allowed to merge after the request: it is asked again, and names them all."""
    kept, known, later = people(house, 3)
    merge(house, known, kept)
    ask(house, kept)
    before = house.engine.history(kept)
    decline(house, kept)
    merge(house, later, kept)
    stored = [one for one in house.engine.history(kept) if not isinstance(one.event, ErasureDeclined)]
    assert not fold(before).outgrown
    assert fold(stored).outgrown
    assert fold(stored).erasure.duplicates == (known,)


def test_an_outgrown_request_erases_nobody_until_it_is_asked_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, later = people(house, 2)
    ask(house, kept)
    with monkeypatch.context() as patch:  # as the version before, which allowed it
        patch.setattr("pixflow.dossier.identity.must_keep_its_circle", lambda dossier: None)
        merge(house, later, kept)
    with pytest.raises(Refused, match="erasure-changed"):
        confirm(house, kept)
    assert erased(house, [kept, later]) == set()
    ask(house, kept)
    confirm(house, kept)
    assert erased(house, [kept, later]) == {kept, later}


def test_two_requests_of_a_circle_are_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a store of before, both dossiers of a merge have a request: that of the one that goes on is confirmed."""
    kept, double = people(house, 2)
    ask(house, double)
    with monkeypatch.context() as patch:
        patch.setattr("pixflow.dossier.identity.must_keep_its_circle", lambda dossier: None)
        merge(house, double, kept)
    with pytest.raises(Refused, match="already-merged"):
        confirm(house, double)
    with pytest.raises(Refused, match="erasure-not-asked"):
        confirm(house, kept)
    ask(house, kept)
    confirm(house, kept)
    assert erased(house, [kept, double]) == {kept, double}


# --- how many


def test_each_dossier_of_a_circle_counts(house: House) -> None:
    """Nobody confirms more than five dossiers; the operator's own destroys no key before they say so again."""
    kept, *doubles = people(house, erasing.AT_ONCE + 1)
    for one in doubles:
        merge(house, one, kept)
    ask(house, kept)
    with pytest.raises(Refused, match="too-many-erasures"):
        confirm(house, kept)
    assert erased(house, [kept, *doubles]) == set()
    with pytest.raises(erasing.ErasureUnfinished):
        erasures.confirm(house.opened, kept, Actor(OPERATOR))
    assert {stream for _, stream in erasure_log.list_unfinished(house.opened)} == {kept, *doubles}
    erasing.settle(house.opened, most=None)
    assert erasure_log.list_unfinished(house.opened) == []


# --- whatever happens

Move = Callable[[House, UUID, UUID], None]
MOVES: dict[str, Move] = {
    "ask": lambda house, one, _: ask(house, one),
    "decline": lambda house, one, _: decline(house, one),
    "withdraw": lambda house, one, _: withdraw(house, one),
    "put back": lambda house, one, _: put_back(house, one),
    "merge": merge,
    "part": lambda house, one, _: part(house, one),
}


def withdraw(house: House, dossier: UUID) -> None:
    house.do(retract, {"dossier": dossier}, version=erasures.asked(house.opened, dossier), reason="par erreur")


def put_back(house: House, dossier: UUID) -> None:
    requests = [r for r in house.engine.history(dossier) if isinstance(r.event, ErasureRequested)]
    house.do(reinstate, {"dossier": dossier}, versions=tuple(r.originator_version for r in requests))


def named(house: House, dossier: UUID) -> set[UUID]:
    """Returns the dossiers that are one with this one now, found from the merges themselves."""
    merged = {one: state.merged.into for one in everybody(house) if (state := house.dossier(one)).merged}
    found = {dossier}
    while more := {one for one, into in merged.items() if into in found} - found:
        found |= more
    return found


def everybody(house: House) -> set[UUID]:
    return {r.originator_id for r in house.events(0) if r.event.TOPIC == "dossier.DossierOpened"}


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("circle"))
    yield made
    made.engine.close()


PEOPLE = range(4)
ONE_MOVE = st.tuples(st.sampled_from([*MOVES, "confirm"]), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


@given(moves=st.lists(ONE_MOVE, min_size=3, max_size=14))
def test_whatever_happens_no_more_are_erased_than_the_confirmed_request_named(
    lasting: House, moves: list[tuple[str, int, int]]
) -> None:
    house, ours = lasting, people(lasting, len(PEOPLE))
    covered: dict[tuple[UUID, int], set[UUID]] = {}
    for move, first, second in moves:
        one, other, before = ours[first], ours[second], erased(lasting, ours)
        seen = erasures.asked(house.opened, one)
        with suppress(Refused, AttributeError):
            if move == "confirm":
                house.now += erasing.PACE
                confirm(house, one)
            else:
                MOVES[move](house, one, other)
        if (now := erasures.asked(house.opened, one)) and now != seen:
            covered[one, now] = named(house, one)
        if gone := erased(house, ours) - before:
            assert move == "confirm"
            assert gone <= covered[one, seen]
