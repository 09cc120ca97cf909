"""Decisions on the people who follow a dossier: its advisor, a colleague for a while, somebody for a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pixflow.actor import CLOCK, OPERATOR
from pixflow.decision import ANY_ADVISOR, LOAN_PARTIES, NOBODY, REFERENT_AND_MANAGER, decision
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier, must_be_known, must_be_open
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import retractions_by_version
from pixflow.refused import Refused, required
from pixflow.team.staff import Staff, Team, must_work


@decision("assign_advisor", REFERENT_AND_MANAGER, system=(OPERATOR,), reauthentication="others")
def assign_advisor(dossier: Dossier, *, advisor: UUID, on: date, bulk: UUID | None = None) -> list[Event]:
    """Assigns the dossier for good. `bulk` is the command that moves it with others."""
    must_be_open(dossier)
    for_good = advisor == dossier.advisor and dossier.lent is None
    return [] if for_good else [e.AdvisorAssigned(advisor=advisor, on=on, bulk=bulk)]


# --- decisions on the loan of a dossier to a colleague, and on undoing an assignment


@decision("lend", REFERENT_AND_MANAGER, reauthentication="others")
def lend_dossier(dossier: Dossier, *, advisor: UUID, until: date, on: date, bulk: UUID | None = None) -> list[Event]:
    """Lends the dossier through `until`. A second loan keeps the first advisor as the one it goes back to.

    `bulk` is the command that lends it with others.
    """
    must_be_open(dossier)
    if until < on:
        raise Refused("until-past", field="until", until=until)
    if dossier.advisor is None:
        raise Refused("followed-by-nobody")
    if dossier.lent:
        if (advisor, until) == (dossier.advisor, dossier.lent.until):
            return []
        if advisor == dossier.lent.back_to:
            return [e.AdvisorAssigned(advisor=advisor, on=on, bulk=bulk)]
    elif advisor == dossier.advisor:
        return []
    return [e.DossierLent(advisor=advisor, until=until, on=on, bulk=bulk)]


@decision("give_back", NOBODY, system=(CLOCK,), on_erased="ignore")
def end_loan(dossier: Dossier, *, on: date, team: Team) -> list[Event]:
    """Gives the dossier back once its day is past.

    It stays where it is when its advisor has left. A closed dossier goes back too.
    """
    lent = dossier.lent
    if lent is None or on <= lent.until or dossier.advisor is None:
        return []
    lender = team.get(lent.back_to)
    advisor = lent.back_to if lender and lender.works(on) else dossier.advisor
    return [e.AdvisorAssigned(advisor=advisor, on=on)]


@decision("return_dossier", LOAN_PARTIES, on_erased="ignore")
def return_dossier(dossier: Dossier, *, on: date, team: Team, bulk: UUID | None = None) -> list[Event]:
    """Gives the dossier back before its day: decided by its lender, by its borrower, or by those who steer.

    Raises Refused("has-left") when the lender works here no more.
    """
    if dossier.lent is None:
        return []
    must_work(team.get(dossier.lent.back_to, Staff()), on)
    return [e.AdvisorAssigned(advisor=dossier.lent.back_to, on=on, bulk=bulk)]


@decision("undo_return", ANY_ADVISOR)
def undo_return(
    dossier: Dossier, *, version: int, reason: str, on: date, actor: UUID, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts the return of a loan on its day, for who recorded it: the dossier is lent as before.

    Raises Refused("unknown-event") for any other event, Refused("reassigned-since").
    """
    event = next((r.event for r in history if r.originator_version == version and r.by == str(actor)), None)
    lent = fold([r for r in history if r.originator_version < version]).lent
    if not (isinstance(event, e.AdvisorAssigned) and event.on == on and lent and lent.back_to == event.advisor):
        raise Refused("unknown-event", version=version)
    return undo_assignment(dossier, version=version, reason=reason, on=on, history=history)


@decision("undo_assignment", REFERENT_AND_MANAGER)
def undo_assignment(
    dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts the latest assignment or loan, at that version."""
    target = next((r.event for r in history if r.originator_version == version), None)
    if not isinstance(target, (e.AdvisorAssigned, e.DossierLent)):
        raise Refused("unknown-event", version=version)
    if version in retractions_by_version(history):
        return []
    if dossier.assigned is None or dossier.assigned.version != version:
        raise Refused("reassigned-since", advisor=dossier.advisor)
    return [e.Retracted(version=version, reason=reason, on=on)]


# --- opens a dossier for a day to an advisor who receives its person without following them (docs/accounts.md)


A_DAY = 5
"""The most glasses that one person breaks in a day."""


@decision("break_glass", ANY_ADVISOR)
def break_glass(dossier: Dossier, *, reason: str, nth: int, actor: str, on: date) -> list[Event]:
    """Opens the dossier to the actor until the end of the day. `nth` counts their glasses of that day, from 1."""
    must_be_known(dossier)
    reason = required(reason, "reason")
    known = dossier.glasses.get(actor)
    if str(dossier.advisor) == actor or (known and known.until >= on):
        return []
    if not 1 <= nth <= A_DAY:
        raise Refused("glass-limit", most=A_DAY)
    return [e.GlassBroken(reason=reason, until=on, nth=nth, on=on)]
