"""Sentences for the rest of the path: need, seats, difficulty, self-study, certification, retake, chases."""

from datetime import date

from pixflow.events import dossier as e
from pixflow.events.base import Event
from web.french import dates, vocabulary
from web.french.events.fields import EventContext
from web.french.phrases import listed, noted, paused_until
from web.french.typography import say


def sentence(event: Event, context: EventContext) -> str:
    """Returns the sentence of an event, "" for other events."""
    return (
        _workshop(event, context)
        or _difficulty(event, context)
        or _certification(event, context)
        or _turn(event, context)
    )


def _workshop(event: Event, context: EventContext) -> str:
    match event:
        case e.NeedAssessed(needed=needed, reason=reason):
            return noted("Besoin reconnu" if needed else "Pas de besoin pour l’instant", reason)
        case e.SeatBooked(day=day):
            moved = context.before(e.SeatBooked)
            again = isinstance(moved, e.SeatBooked) and moved.workshop == event.workshop
            return f"{'Atelier déplacé' if again else 'Place réservée en atelier'} : {_weekday(day, context)}"
        case e.SeatCancelled(reason="cancelled"):
            return "Atelier annulé, la place est perdue"
        case e.SeatCancelled():
            return "Place en atelier rendue"
        case e.WorkshopAttended(trouble=trouble, ease=ease):
            return listed("Présent·e à l’atelier", trouble and "en difficulté", ease and "à l’aise")
        case e.WorkshopMissed(excused=excused):
            return "Excusé·e pour l’atelier" if excused else "Absent·e à l’atelier"
    return ""


def _difficulty(event: Event, context: EventContext) -> str:
    match event:
        case e.DifficultyExplored(cause=cause, note=note):
            return noted(f"Difficulté explorée : {vocabulary.CAUSES[cause]}", note, " — ")
        case e.SelfStudyAssigned(tutorials=tutorials):
            return noted("Tutoriels Pix à suivre", tutorials)
        case e.SelfStudyFollowed(outcome=outcome, note=note):
            return noted(f"Tutoriels Pix : {vocabulary.STUDIES[outcome]}", note, " — ")
        case e.PartnerChased(referral=referral, channel=channel, reached=reached, note=note):
            partner, label = context.referral(referral)
            reply = "automatique" if event.automatic else "réponse obtenue" if reached else "sans réponse"
            text = "Relance du partenaire {how}, {reply} : {partner}"
            chased = say(text, how=vocabulary.CHANNELS[channel], reply=reply, partner=partner)
            return noted(f"{chased} ({label})" if label else chased, note, " — ")
    return ""


def _certification(event: Event, context: EventContext) -> str:
    match event:
        case e.CompleteDiagnosticTaken(participation=participation):
            return "Diagnostic complet vu à l’import" if participation else "Diagnostic complet passé"
        case e.CompleteDiagnosticDeclined(reason=reason):
            return noted("Diagnostic complet décliné", reason)
        case e.CertificationProposed(note=note):
            return noted("Certification proposée", note, " — ")
        case e.CertificationRegistered(session=session, place=place):
            return listed(f"Inscription à la certification : {_weekday(session, context)}", place)
        case e.CertificationTaken():
            return "Certification passée"
        case e.CertificationObtained(level=level):
            return noted("Certification obtenue", level)
        case e.CertificationNotObtained(note=note):
            return noted("Certification non obtenue", note, " — ")
        case e.CertificationDeclined(reason=reason):
            return noted("Certification déclinée", reason)
        case e.ResultAddedToCv():
            return "Résultat valorisé sur le CV"
        case e.RetakePlanned(campaign=campaign, planned_for=day):
            text = "Nouveau passage prévu à partir du {day} : {campaign}"
            return say(text, day=context.day(day), campaign=context.names.campaign(campaign))
        case e.RetakeDeclined(reason=reason):
            return noted("Nouveau passage décliné", reason)
    return ""


def _turn(event: Event, context: EventContext) -> str:
    match event:
        case e.DossierLent(advisor=advisor, until=until):
            return f"Dossier confié à {context.names.staff(advisor)} jusqu’au {context.day(until)}"
        case e.TaskSnoozed(task=task, until=until, reason=reason, awaits=awaits):
            ends = paused_until(context.day(until), awaits)
            return noted(say("En pause {ends} : {task}", ends=ends, task=context.task(task)), reason, " — ")
        case e.TaskHandedOver(task=task, note=note):
            return noted(say("{whom} : {task}", whom=_handed(event, context), task=context.task(task)), note, " — ")
    return ""


def _weekday(day: date, context: EventContext) -> str:
    return f"{dates.weekday(day)} {context.day(day)}"


def _handed(event: e.TaskHandedOver, context: EventContext) -> str:
    """Returns who has a task now: its advisor again, somebody who took it, or somebody to whom it was given."""
    name, follows = context.names.staff(event.to), context.before(e.AdvisorAssigned, e.DossierLent)
    if isinstance(follows, (e.AdvisorAssigned, e.DossierLent)) and follows.advisor == event.to:
        return f"Rendu à {name}"
    taken = context.recorded.by == str(event.to)
    through = f" jusqu’au {context.day(event.until)}" if event.until else ""
    return f"{'Pris en charge par' if taken else 'Confié à'} {name}{through}"
