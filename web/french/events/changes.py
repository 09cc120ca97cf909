"""Changes that one event made in a dossier, field by field."""

from collections.abc import Iterator
from datetime import date

from pixflow.dossier.state import Appointment, DiagnosticPlan, Dossier
from pixflow.open_data import communes
from web.french import dates, typography, vocabulary
from web.french.dossier import path, progress
from web.french.events.fields import PARIS, Names
from web.french.phrases import paused_until, short
from web.french.typography import plural, say

NOBODY = "personne"
Field = tuple[str, str, str]
"""Key, label and value."""


def changes(
    before: Dossier, after: Dossier, names: Names, today: date, *, zone: str = PARIS
) -> list[tuple[str, str, str]]:
    """Yields label, value before and value after of each changed field, in the order of the dossier; "" for none."""
    were = {key: (label, text) for key, label, text in fields(before, names, today, zone)}
    are = {key: (label, text) for key, label, text in fields(after, names, today, zone)}
    rows = []
    for key in dict.fromkeys((*are, *were)):
        label = (are.get(key) or were[key])[0]
        old, new = were.get(key, ("", ""))[1], are.get(key, ("", ""))[1]
        if old != new and (old, new) != ("", NOBODY):
            rows.append((label, old, new))
    return rows


def fields(dossier: Dossier, names: Names, today: date, zone: str = PARIS) -> Iterator[Field]:
    """Yields every field of a dossier that has a value."""
    if dossier.opened is None:
        return
    for key, label, text in (
        *_identity(dossier, names),
        *_orientation(dossier, names),
        *_results(dossier, names, today),
        *_parcours(dossier, names, today),
        *_along_the_way(dossier, names, zone),
    ):
        if text:
            yield key, label, text


def _identity(dossier: Dossier, names: Names) -> Iterator[Field]:
    assert dossier.opened is not None
    state = f"ouvert depuis le {_day(dossier.opened.on)}"
    if dossier.closed:
        state = f"clos le {_day(dossier.closed.on)}, {vocabulary.CLOSINGS.get(dossier.close_reason, vocabulary.MERGED)}"
    yield "state", "Dossier", state
    yield "last_name", "Nom", dossier.last_name
    yield "first_name", "Prénom", dossier.first_name
    yield "birth_date", "Date de naissance", _day(dossier.birth_date)
    yield "imilo_number", f"N°{typography.NBSP}i-Milo", dossier.imilo_number or ""
    yield "site", "Site", dossier.site
    yield "phone", "Téléphone", typography.phone(dossier.phone) if dossier.phone else ""
    yield "email", "Courriel", dossier.email or ""
    yield "commune", "Commune", communes.label(dossier.commune)
    yield "programme", "Programme", vocabulary.PROGRAMMES.get(dossier.programme, dossier.programme)
    yield "group", "Groupe", dossier.group or ""
    yield "collective_end", "Fin de la période collective", _day(dossier.collective_end)
    yield "programme_end", "Fin du programme", _day(dossier.programme_end)
    yield "project", "Projet professionnel", dossier.project
    yield "advisor", "Suivi par", names.staff(dossier.advisor) if dossier.advisor else NOBODY
    if dossier.lent:
        yield "lent", "Rendu à", f"{names.staff(dossier.lent.back_to)}, après le {_day(dossier.lent.until)}"


def _orientation(dossier: Dossier, names: Names) -> Iterator[Field]:
    state = dossier.orientation
    yield "need", "Besoin", progress.need(state.need, _day) if state.need else ""
    yield "presented", "Pix présenté", f"le {_day(state.presented.on)}" if state.presented else ""
    yield "declined", "Diagnostic décliné", f"le {_day(state.declined.on)}" if state.declined else ""
    yield "plan", "Diagnostic prévu", _plan(state.plan, names) if state.plan else ""
    for id, seat in dossier.diagnostic.seats.items():
        yield f"seat {id}", "Atelier", progress.seat(seat, _day)


def _plan(plan: DiagnosticPlan, names: Names) -> str:
    where = (
        f"{vocabulary.MODALITIES[plan.modality]} ({plan.place})" if plan.place else vocabulary.MODALITIES[plan.modality]
    )
    told = [f"à partir du {_day(plan.planned_for)}", where, "avec médiation" if plan.mediator else ""]
    return say("{told} : {campaign}", told=", ".join(filter(None, told)), campaign=names.campaign(plan.campaign))


def _results(dossier: Dossier, names: Names, today: date) -> Iterator[Field]:
    for id, link in dossier.diagnostic.participations.items():
        label = "Participation" if link.purpose == "initial" else f"Participation, {vocabulary.PURPOSES[link.purpose]}"
        yield f"link {id}", label, path.participation(link, today)
        sent = dossier.prescription.dispatched.get(id)
        if link.result and link.purpose == "initial":
            yield f"sent {id}", "Résultat confié à", names.staff(sent.advisor) if sent else NOBODY
    for id, held in dossier.prescription.debriefs.items():
        yield f"debrief {id}", "Restitution", f"tenue le {_day(held.on)}"
        told = dossier.prescription.reading_of(id)
        yield f"reading {id}", "Lecture dite", f"grille n° {told.grille}" if told and told.grille else ""
    for id, built in dossier.prescription.built.items():
        text = "{actions}, grille n° {number}, tranche {low}-{high}" if built.grille else "{actions}, sans score"
        count = plural(len(built.all_actions), "action")
        said = say(text, actions=count, number=built.grille, low=built.low, high=built.high)
        yield f"built {id}", "Prescription", said


def _parcours(dossier: Dossier, names: Names, today: date) -> Iterator[Field]:
    explored, state = dossier.prescription.explored, dossier.parcours
    yield "explored", "Difficulté", progress.explored(explored, _day) if explored else ""
    for id, study in dossier.prescription.studies.items():
        label = say("Tutoriels « {tutorials} »", tutorials=short(study.tutorials))
        yield f"study {id}", label, progress.study(study, _day)
    for id, action in state.actions.items():
        yield f"action {id}", say("Action « {label} »", label=action.action.label), path.action(action, today)
    yield "complete", "Diagnostic complet", progress.complete(dossier, _day)
    certified = progress.certification(state.certification, _day) if state.certification else ""
    yield "certification", "Certification", certified
    yield "cv", "Résultat sur le CV", f"valorisé le {_day(state.on_cv.on)}" if state.on_cv else ""
    if state.retake:
        of = names.campaign(state.retake.campaign) if state.retake.campaign else ""
        said = progress.retake(dossier, _day)
        yield "retake", "Nouveau passage", say("{said} : {of}", said=said, of=of) if of else said


def _along_the_way(dossier: Dossier, names: Names, zone: str) -> Iterator[Field]:
    for key, appointment in dossier.appointments.items():
        label = say("Rendez-vous : {task}", task=typography.lower_first(names.task(key)))
        yield f"appointment {key}", label, _appointment(appointment, zone)
    for key, tries in dossier.chases.items():
        label = say("Relances : {task}", task=typography.lower_first(names.task(key)))
        yield f"chases {key}", label, f"{plural(len(tries), 'essai')}, le dernier le {_day(tries[-1].on)}"
    for key, snooze in dossier.snoozes.items():
        label = say("En pause : {task}", task=typography.lower_first(names.task(key)))
        ends = paused_until(_day(snooze.end), None if snooze.woken else snooze.awaits)
        yield f"snooze {key}", label, say("{ends} ({why})", ends=ends, why=short(snooze.reason))
    for key, handed in dossier.handovers.items():
        label = say("Confié : {task}", task=typography.lower_first(names.task(key)))
        until = f", jusqu’au {_day(handed.until)}" if handed.until else ""
        yield f"handed {key}", label, f"à {names.staff(handed.to)}{until}"
    for person, glass in dossier.glasses.items():
        yield f"glass {person}", "Reçu·e sans être suivi·e", f"par {names.staff(person)}, le {_day(glass.until)}"
    yield "late", "Arrivée tardive", f"à relire, le {_day(dossier.late.on)}" if dossier.late else ""


def _appointment(appointment: Appointment, zone: str) -> str:
    if appointment.missed:
        return f"manqué le {_day(appointment.missed.on)}"
    at = f"{dates.weekday_day(appointment.day, year=True)}, {dates.clock(appointment.at, zone)}"
    return f"{at}, {appointment.place}" if appointment.place else at


def _day(day: date | None) -> str:
    return dates.day(day, year=True) if day else ""
