"""Stage 4 after the actions: complete diagnostic, certification, CV, retake (docs/domain.md#certification)."""

from datetime import date
from uuid import UUID

from pixflow.decision import OWN_DOSSIERS, decision
from pixflow.dossier.state import Dossier, must_be_open
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.refused import Refused, required


@decision("take_complete_diagnostic", OWN_DOSSIERS)
def take_complete_diagnostic(dossier: Dossier, *, on: date) -> list[Event]:
    """Records that the complete diagnostic was taken, before any export shows it."""
    must_be_open(dossier)
    answer = dossier.parcours.complete
    if answer and answer.accepted:
        return []
    return [e.CompleteDiagnosticTaken(participation=None, on=on)]


@decision("decline_complete_diagnostic", OWN_DOSSIERS)
def decline_complete_diagnostic(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    must_be_open(dossier)
    answer = dossier.parcours.complete
    if answer:
        if not answer.accepted:
            return []
        raise Refused("complete-taken", on=answer.stamp.on)
    return [e.CompleteDiagnosticDeclined(reason=required(reason, "reason"), on=on)]


@decision("propose_certification", OWN_DOSSIERS)
def propose_certification(dossier: Dossier, *, note: str, on: date) -> list[Event]:
    """Records that the certification was presented, because the project calls for it."""
    must_be_open(dossier)
    step = _step(dossier)
    if step == "proposed":
        return []
    if step not in ("", "declined", "not-obtained"):
        raise Refused("certification-under-way", step=step)
    return [e.CertificationProposed(note=note.strip(), on=on)]


@decision("decline_certification", OWN_DOSSIERS)
def decline_certification(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    must_be_open(dossier)
    step = _step(dossier)
    if step == "declined":
        return []
    if step in ("taken", "obtained", "not-obtained"):
        raise Refused("certification-taken")
    return [e.CertificationDeclined(reason=required(reason, "reason"), on=on)]


@decision("register_certification", OWN_DOSSIERS)
def register_certification(dossier: Dossier, *, session: date, place: str, on: date) -> list[Event]:
    """Registers for a session. Another day or place replaces the first."""
    must_be_open(dossier)
    certification = dossier.parcours.certification
    if certification is None or certification.step not in ("proposed", "registered", "not-obtained"):
        raise Refused("certification-not-proposed")
    if (certification.step, certification.session, certification.place) == ("registered", session, place.strip()):
        return []
    if session < on:
        raise Refused("session-past", field="session", session=session)
    return [e.CertificationRegistered(session=session, place=place.strip(), on=on)]


@decision("take_certification", OWN_DOSSIERS)
def take_certification(dossier: Dossier, *, on: date) -> list[Event]:
    must_be_open(dossier)
    step = _step(dossier)
    if step == "taken":
        return []
    if step not in ("proposed", "registered"):
        raise Refused("certification-not-proposed")
    return [e.CertificationTaken(on=on)]


@decision("obtain_certification", OWN_DOSSIERS)
def obtain_certification(dossier: Dossier, *, obtained: bool, level: str, note: str, on: date) -> list[Event]:
    """Records the outcome, with the level as written on the certificate."""
    must_be_open(dossier)
    step = _step(dossier)
    if step == ("obtained" if obtained else "not-obtained"):
        return []
    if step not in ("registered", "taken"):
        raise Refused("certification-not-taken")
    if obtained:
        return [e.CertificationObtained(level=level.strip(), on=on)]
    return [e.CertificationNotObtained(note=note.strip(), on=on)]


@decision("add_result_to_cv", OWN_DOSSIERS)
def add_result_to_cv(dossier: Dossier, *, on: date) -> list[Event]:
    must_be_open(dossier)
    if dossier.parcours.on_cv:
        return []
    if not any(link.result for link in dossier.diagnostic.participations.values()):
        raise Refused("no-result")
    return [e.ResultAddedToCv(on=on)]


@decision("plan_retake", OWN_DOSSIERS)
def plan_retake(dossier: Dossier, *, campaign: UUID, planned_for: date, on: date) -> list[Event]:
    """Plans a second initial diagnostic, to measure progress."""
    must_be_open(dossier)
    if dossier.diagnostic.current("initial") is None:
        raise Refused("no-result")
    retake = dossier.parcours.retake
    if retake and (retake.campaign, retake.planned_for) == (campaign, planned_for):
        return []
    if planned_for < on:
        raise Refused("planned-before", planned_for=planned_for, on=on)
    return [e.RetakePlanned(campaign=campaign, planned_for=planned_for, on=on)]


@decision("decline_retake", OWN_DOSSIERS)
def decline_retake(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    must_be_open(dossier)
    retake, learned = dossier.parcours.retake, dossier.parcours.last_training
    since = learned and retake and learned[0].version > retake.stamp.version
    if retake and retake.campaign is None and not since:
        return []
    return [e.RetakeDeclined(reason=required(reason, "reason"), on=on)]


def _step(dossier: Dossier) -> str:
    known = dossier.parcours.certification
    return known.step if known else ""
