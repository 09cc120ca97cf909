"""Merges: the surviving dossier takes over missing data and events of the duplicate."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pixflow.dossier import identity
from pixflow.dossier.evolve import fold
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.tasks import of_dossier
from tests.given import (
    COLLEAGUE,
    DAY,
    DOSSIER,
    HELD,
    LATER,
    OTHER_DOSSIER,
    PRESCRIBED,
    SECOND,
    When,
    absent,
    answered,
    appointment,
    assigned,
    attended,
    booked,
    certification,
    certified,
    chased,
    complete,
    declined,
    given,
    handed,
    joined,
    lent,
    linked,
    not_complete,
    note,
    opened,
    planned,
    presented,
    references,
    registered,
    reminder,
    retracted,
    sent,
    snoozed,
    stamped,
    studied,
    unbooked,
)

JOINED = d.DuplicateJoined(duplicate=OTHER_DOSSIER, on=DAY)
TWIN = opened(number=None)
"""A duplicate without data that the first dossier lacks."""
LONG_AGO = DAY - timedelta(days=30)


def taken_over(duplicate: tuple[Event, ...], kept: tuple[Event, ...] = (opened(), assigned())) -> When:
    told = stamped(duplicate, OTHER_DOSSIER)
    about = {"other": fold(told), "duplicate": OTHER_DOSSIER, "duplicate_history": told, "on": DAY}
    return given(*kept).when(identity.take_over_duplicate, **about)


def test_the_one_that_goes_on_says_whom_it_was_joined_with() -> None:
    taken_over((TWIN,)).then(JOINED)


def test_what_happened_in_the_duplicate_is_told_again_with_its_days() -> None:
    path = (presented(LONG_AGO), planned(LONG_AGO), *PRESCRIBED[2:], sent(), studied(), note())
    taken_over((TWIN, assigned(COLLEAGUE), *path)).then(JOINED, *path)


def test_nothing_that_was_done_is_owed_again() -> None:
    path = (TWIN, assigned(), *PRESCRIBED[2:], sent())
    after = [*stamped((opened(), assigned())), *stamped(taken_over(path).decided()["dossier"], after=2)]
    refs = references()
    assert {task.key for task in of_dossier(fold(after), refs)} == {
        task.key for task in of_dossier(fold(stamped(path)), refs)
    }


def test_what_was_taken_back_stays_so() -> None:
    taken_over((TWIN, presented(), retracted(2))).then(JOINED)


def test_whose_it_was_and_what_was_put_off_stays_behind() -> None:
    left = (assigned(COLLEAGUE), lent(), snoozed("present-pix", LATER), handed("present-pix"))
    taken_over((TWIN, *left)).then(JOINED)


def test_its_seats_are_the_workshops_who_was_there_is_known() -> None:
    taken_over((TWIN, booked(), unbooked(), attended())).then(JOINED, attended())
    taken_over((TWIN, booked(), absent())).then(JOINED, absent())


def test_what_it_knew_and_the_other_did_not_is_said() -> None:
    lives = d.CommuneStated(commune="61214", on=LONG_AGO)
    other = (TWIN, assigned(COLLEAGUE), joined(on=LONG_AGO), d.ProjectStated(project="vente", on=LONG_AGO), lives)
    taken_over(other, (opened(),)).then(
        JOINED, joined(on=LONG_AGO), d.ProjectStated(project="vente", on=DAY), d.CommuneStated(commune="61214", on=DAY),
        assigned(COLLEAGUE),
    )  # fmt: skip
    moved = d.CommuneStated(commune="65440", on=DAY)
    knows = (opened(), assigned(), joined("PACEA"), d.ProjectStated(project="mode", on=DAY), moved)
    taken_over(other, knows).then(JOINED)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (presented(LONG_AGO), presented()),
        (declined(LONG_AGO), planned()),
        (planned(LONG_AGO), declined()),
        (planned(LONG_AGO), planned(plan=SECOND)),
        (not_complete(LONG_AGO), complete()),
        (certification(LONG_AGO), registered(LATER)),
        (appointment("present-pix", LATER, LONG_AGO), appointment("present-pix", HELD)),
        (absent(on=LONG_AGO), attended(on=DAY)),
    ],
)
def test_of_two_words_about_one_thing_the_later_one_counts(earlier: Event, later: Event) -> None:
    taken_over((TWIN, earlier), (opened(), later)).then(JOINED)
    taken_over((TWIN, later), (opened(), earlier)).then(JOINED, later)


def test_reminders_come_along_and_those_that_served_stay_done() -> None:
    done = d.ReminderDone(reminder=SECOND, note="", on=LATER)
    taken_over((TWIN, reminder(LATER, LONG_AGO)), (opened(),)).then(JOINED, reminder(LATER, LONG_AGO))
    taken_over((TWIN, reminder(LATER, LONG_AGO), done), (opened(),)).then(JOINED, reminder(LATER, LONG_AGO), done)


def test_said_of_one_day_the_word_of_the_one_that_goes_on_stands() -> None:
    taken_over((TWIN, declined()), (opened(), planned())).then(JOINED)


def test_a_certification_goes_on_from_where_the_later_word_left_it() -> None:
    done = certified(DAY)
    taken_over((TWIN, certification(LONG_AGO), done), (opened(), registered(DAY, on=LONG_AGO))).then(JOINED, done)


def test_what_an_export_says_comes_whatever_was_said_here() -> None:
    taken = (linked(LONG_AGO, purpose="complete"), complete(LONG_AGO, SECOND))
    taken_over((TWIN, *taken), (opened(), not_complete())).then(JOINED, *taken)


def test_tries_to_reach_somebody_count_together() -> None:
    about = "present-pix"
    taken_over((TWIN, chased(about)), (opened(), chased(about))).then(JOINED, chased(about))


def test_a_duplicate_that_moved_meanwhile_is_looked_at_again() -> None:
    here = {"dossier_id": DOSSIER, "into": OTHER_DOSSIER, "gives_number": False, "on": DAY}
    given(opened(), assigned()).when(identity.merge_dossier, **here, version=1).refused("moved")
    moved = d.DossierMerged(into=OTHER_DOSSIER, participations=(), gives_number=False, on=DAY)
    given(opened(), assigned()).when(identity.merge_dossier, **here, version=2).then(moved)


def test_parted_again_what_was_built_on_it_goes_too() -> None:
    """A referral that came from the duplicate was answered since; what was noted before and since stays."""
    came = stamped(taken_over((TWIN, *PRESCRIBED[2:], sent())).decided()["dossier"], after=3)
    merged = [replace(one, command=SECOND) for one in came]
    since = stamped((answered(), note()), after=3 + len(came))
    history = [*stamped((opened(), assigned(), presented())), *merged, *since]
    strikes = identity.undo_take_over(fold(history), command=SECOND, reason="deux personnes", on=DAY, history=history)
    assert [one.version for one in strikes if isinstance(one, d.Retracted)] == list(range(len(came) + 4, 3, -1))


def test_one_that_was_joined_elsewhere_since_is_parted_from_there_first() -> None:
    away = d.DossierMerged(into=SECOND, participations=(), gives_number=False, on=DAY)
    about = {"command": SECOND, "reason": "deux personnes", "on": DAY}
    given(opened(), JOINED, away).when(identity.undo_take_over, **about).refused("already-merged", dossier=SECOND)
