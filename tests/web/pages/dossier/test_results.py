"""Results compared with the previous one of their purpose: in points, in levels, or not at all."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.events.dossier import ProfileReceived
from pixflow.events.values import Level, Moment, Part, Profile, Result
from tests.given import DAY, PARTICIPATION, SECOND, linked, opened, received, state_of, withdrawn
from web.french.typography import NBSP
from web.pages.dossier import results

LATER = DAY + timedelta(days=60)
TODAY = date(2026, 12, 1)


def plain(text: str) -> str:
    return text.replace(NBSP, " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def result(shared: date, mastery: str | None, *parts: Part) -> Result:
    rate = Decimal(mastery) if mastery else None
    return Result(
        shared=Moment(shared), mastery=rate, domains=parts[:1], competences=parts[1:], badges=(("Cléa", True),)
    )


def retaken(purpose: Any, before: Result, now: Result) -> Dossier:
    """Two participations of one purpose; the later one is imported first."""
    state: Dossier = state_of(
        "dossier",
        opened(),
        linked(LATER, SECOND, purpose=purpose),
        received(LATER, SECOND, purpose=purpose, result=now),
        linked(purpose=purpose),
        received(purpose=purpose, result=before),
    )
    return state


BEFORE = result(DAY, "0.32", Part("Information", 2, 8), Part("Gérer", 1, 4), Part("Traiter", 1, 4))
NOW = result(LATER, "0.40", Part("Information", 3, 8), Part("Gérer", 1, 4), Part("Interagir", 2, 4))


def test_a_retake_says_how_far_it_has_come_part_by_part() -> None:
    state = retaken("initial", BEFORE, NOW)
    assert plain(results.progress(state)) == "+ 8 points depuis 32 %"
    bars = results.initial(state)
    assert [(bar.name, bar.value, bar.total, plain(bar.change)) for bar in bars.domains] == [
        ("Information", 3, 8, "+ 13 points")
    ]
    assert [(bar.name, bar.change) for bar in bars.competences] == [("Gérer", ""), ("Interagir", "")]
    assert bars.compared


def test_every_try_stands_in_its_order_with_its_change() -> None:
    third, last = UUID(int=33), TODAY - timedelta(days=1)
    state = state_of(
        "dossier",
        opened(),
        linked(LATER, SECOND),
        received(LATER, SECOND, result=NOW),
        linked(),
        received(result=BEFORE),
        linked(last, third),
        received(last, third, result=result(last, "0.38")),
    )
    assert [(plain(on), rate, plain(change)) for on, rate, change in results.tries(state, "initial", TODAY)] == [
        ("15 sept.", 32, ""),
        ("14 nov.", 40, "+ 8 points"),
        ("30 nov.", 38, "− 2 points"),
    ]
    assert results.tries(state, "complete", TODAY) == []


def test_one_try_is_no_progress() -> None:
    assert results.tries(state_of("dossier", opened(), linked(), received(result=NOW)), "initial", TODAY) == []
    unrated = retaken("initial", result(DAY, None), NOW)
    assert results.tries(unrated, "initial", TODAY) == []


def test_a_first_result_is_compared_to_nothing() -> None:
    state = state_of("dossier", opened(), linked(), received(result=NOW))
    assert results.progress(state) == ""
    assert not results.initial(state).compared
    assert results.initial(state_of("dossier", opened(), linked(progress="0.5"))).domains == ()


def test_purposes_are_not_compared_to_each_other() -> None:
    state = state_of(
        "dossier",
        opened(),
        linked(),
        received(result=BEFORE),
        linked(LATER, SECOND, purpose="complete"),
        received(LATER, SECOND, purpose="complete", result=NOW),
    )
    assert results.progress(state) == ""
    (complete,) = results.others(state, TODAY)
    assert (complete.participation, plain(complete.said), complete.compared) == (SECOND, "40 %", False)
    assert [plain(told) for told in complete.about] == ["partagé le 14 nov.", "badge Cléa"]


def test_a_complete_retake_says_its_progress_and_that_it_vanished() -> None:
    state = retaken("complete", BEFORE, NOW)
    (complete,) = results.others(state, TODAY)
    assert "+ 8 points depuis 32 %" in [plain(told) for told in complete.about]
    assert complete.compared
    gone = state_of(
        "dossier", opened(), linked(purpose="complete"), received(purpose="complete", result=NOW), withdrawn(LATER)
    )
    (complete,) = results.others(gone, TODAY)
    assert plain(complete.about[-1]) == "disparu de Pix Orga le 14 nov., gardé ici"


def test_a_result_without_a_rate_says_no_progress() -> None:
    state = retaken("complete", result(DAY, None), NOW)
    assert results.progress(state, "complete") == ""
    assert results.progress(retaken("initial", BEFORE, result(LATER, "0.32"))).endswith(
        "depuis 32\N{NARROW NO-BREAK SPACE}%"
    )


def profile(shared: date, pix: int | None, *levels: tuple[str, int | None]) -> Profile:
    known = tuple(Level(name, level, None) for name, level in levels)
    return Profile(shared=Moment(shared), pix=pix, certifiable=False, certifiable_competences=2, levels=known)


def test_levels_stand_in_their_domains_and_say_what_changed() -> None:
    sent = linked(purpose="profile", started=None), linked(LATER, SECOND, purpose="profile", started=None)
    before = profile(DAY, 34, ("Interagir", 1), ("Gérer des données", 2))
    now = profile(LATER, 204, ("Interagir", 3), ("Gérer des données", 1), ("Programmer", None), ("Pix+ Droit", 2))
    state = state_of(
        "dossier",
        opened(),
        *sent,
        ProfileReceived(participation=PARTICIPATION, profile=before, on=DAY),
        ProfileReceived(participation=SECOND, profile=now, on=LATER),
    )
    (card,) = results.others(state, TODAY)
    assert (plain(card.said), card.participation) == ("204 pix", SECOND)
    assert [plain(told) for told in card.about] == [
        "pas encore certifiable (2 compétences sur 5)",
        "partagé le 14 nov.",
        "+ 170 pix depuis 34 pix",
    ]
    assert [(domain, [(bar.name, bar.value, plain(bar.change)) for bar in bars]) for domain, bars in card.groups] == [
        ("Information et données", [("Gérer des données", 1, "− 1 niveau")]),
        ("Communication et collaboration", [("Interagir", 3, "+ 2 niveaux")]),
        ("Autres compétences", [("Pix+ Droit", 2, "")]),
    ]
    assert card.compared
