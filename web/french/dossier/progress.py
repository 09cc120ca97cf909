"""Words for the path of a dossier: its four stages, and need, seats, self-study, certification, retake."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pixflow.dossier.state import (
    ActionState,
    Certification,
    Difficulty,
    Dossier,
    NeedAssessment,
    Seat,
    StageStatus,
    Study,
)
from pixflow.events.base import Stage
from pixflow.events.values import Result
from web.french import vocabulary
from web.french.dossier import path
from web.french.phrases import listed
from web.french.typography import plural, say, upper_first

Said = Callable[..., str]


def need(known: NeedAssessment, on: Said) -> str:
    return f"{'reconnu' if known.needed else 'pas pour l’instant'}, le {on(known.stamp.on)}"


def seat(seat: Seat, on: Said) -> str:
    """Returns a text like "présent·e le 12 mars, en difficulté"."""
    day = on(seat.day)
    if seat.status == "booked":
        return f"place réservée le {day}"
    if seat.status == "attended":
        return listed(f"présent·e le {day}", seat.trouble and "en difficulté", seat.ease and "à l’aise")
    if seat.status == "missed":
        return f"{'excusé·e' if seat.reason == 'excused' else 'absent·e'} le {day}"
    return f"atelier du {day} annulé" if seat.reason == "cancelled" else f"place rendue, atelier du {day}"


def explored(known: Difficulty, on: Said) -> str:
    return f"{vocabulary.CAUSES[known.cause]}, explorée le {on(known.stamp.on)}"


def study(study: Study, on: Said) -> str:
    """Describes a self-study: "en cours, vu le 12 mars"."""
    if study.followed and study.outcome:
        return f"{vocabulary.STUDIES[study.outcome]}, vu le {on(study.followed.on)}"
    return f"donnés le {on(study.stamp.on)}"


def complete(dossier: Dossier, on: Said) -> str:
    """Returns the day of the complete diagnostic, from the result if an export has it; "" if unknown."""
    answer, now = dossier.parcours.complete, dossier.diagnostic.current("complete")
    if answer is None:
        return ""
    shared = now[1].result.shared.day if answer.accepted and now and now[1].result else answer.stamp.on
    return f"{'passé' if answer.accepted else 'décliné'} le {on(shared)}"


def certification(certification: Certification, on: Said) -> str:
    """Returns a text like "inscription faite le 12 mars, session du 10 avril"."""
    said = f"{vocabulary.CERTIFICATIONS[certification.step]} le {on(certification.stamp.on)}"
    told = listed(said, certification.session and f"session du {on(certification.session)}")
    return say("{told} ({level})", told=told, level=certification.level) if certification.level else told


def retake(dossier: Dossier, on: Said) -> str:
    """Returns the planned retake, "prévu à partir du 12 mars", or its outcome; "" if there is none."""
    plan, taken = dossier.parcours.retake, retaken(dossier)
    if taken:
        return f"passé le {on(taken.shared.day)}"
    if plan is None:
        return ""
    return f"prévu à partir du {on(plan.planned_for)}" if plan.planned_for else f"décliné le {on(plan.stamp.on)}"


def retaken(dossier: Dossier) -> Result | None:
    """Returns the result of a planned retake: an initial test begun since the plan, and shared."""
    plan, now = dossier.parcours.retake, dossier.diagnostic.current("initial")
    if plan is None or plan.planned_for is None or now is None:
        return None
    begun = now[1].started.day if now[1].started else now[1].stamp.on
    since = (begun, now[1].stamp.version) >= (plan.stamp.on, plan.stamp.version)
    return now[1].result if since else None


# --- one line a stage, for the four stages of a path


_ACTIONS = {
    "à orienter": "à orienter", "à faire": "à faire", "en cours": "en cours", "terminée": "terminées",
    "abandonnée": "abandonnées", "écartée": "écartées",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageStep:
    """A stage as `ui.stepper` draws it; `state` is done, current or todo."""

    label: str
    state: str
    lines: Sequence[str]


def steps(statuses: Sequence[StageStatus], dossier: Dossier, owed: Collection[str], today: date) -> list[StageStep]:
    """Returns the four stages in order; `owed` are the kinds of the dossier's tasks."""
    lines = stages(dossier, owed, today)
    return [StageStep(vocabulary.STAGES[one.stage], one.status, [lines[one.stage]]) for one in statuses]


def stages(dossier: Dossier, owed: Collection[str], today: date) -> dict[Stage, str]:
    """Returns one line a stage; `owed` has the kinds of its tasks."""
    return {
        "orientation": _orientation(dossier, owed, today),
        "diagnostic": _diagnostic(dossier, today),
        "prescription": _prescription(dossier, owed, today),
        "parcours": _parcours(dossier, owed, today),
    }


def _orientation(dossier: Dossier, owed: Collection[str], today: date) -> str:
    parts = filter(None, (_presented(dossier, owed, today), _to_test(dossier, owed, today)))
    skipped = "Diagnostic prévu" if dossier.orientation.plan else "Pix non présenté"
    return upper_first(", ".join(parts)) or skipped


def _presented(dossier: Dossier, owed: Collection[str], today: date) -> str:
    state, attended = dossier.orientation, dossier.diagnostic.last_attended
    if state.presented:
        return f"Pix présenté le {path.short(state.presented.on, today)}"
    if attended:
        return f"Pix présenté en atelier le {path.short(attended.day, today)}"
    if "present-pix" in owed:
        return "Pix à présenter"
    if state.need:
        return "" if state.need.needed else "pas de besoin pour l’instant"
    begun = state.plan or state.declined or dossier.closed or dossier.diagnostic.has_participation("initial")
    return "" if begun else "besoin à évaluer"


def _to_test(dossier: Dossier, owed: Collection[str], today: date) -> str:
    """Describes the planned diagnostic until it is taken, or a diagnostic taken without a plan."""
    state = dossier.orientation
    tries = [link for link in dossier.diagnostic.participations.values() if link.purpose == "initial"]
    if state.declined:
        return f"diagnostic décliné le {path.short(state.declined.on, today)}"
    if dossier.diagnostic.last_attended or (state.plan and tries):
        return ""
    if tries:
        taken = any(link.finished or link.result for link in tries)
        return f"test {'passé' if taken else 'commencé'} sans avoir été prévu"
    if state.plan:
        return _planned(dossier, owed, today)
    return "diagnostic à prévoir" if "plan-diagnostic" in owed else ""


def _planned(dossier: Dossier, owed: Collection[str], today: date) -> str:
    """Describes the seat of a diagnostic planned in a workshop, or says that one must be found."""
    booking = dossier.diagnostic.seat
    if "book-workshop" in owed:
        return "place en atelier à réserver"
    if booking and (booking.status == "booked" or "rebook-absent" in owed):
        again = "" if booking.status == "booked" else ", à réinscrire"
        return seat(booking, partial(path.short, today=today)) + again
    return "diagnostic prévu"


def _diagnostic(dossier: Dossier, today: date) -> str:
    current = dossier.diagnostic.current("initial")
    links = dossier.diagnostic.participations.values()
    others = [link for link in links if link.purpose == "initial" and not link.result]
    running = [link for link in others if not link.withdrawn]
    if current and current[1].result:
        shared = current[1].result.shared.day
        said = f"{path.scored(current[1])} partagé le {path.short(shared, today)}"
        return f"{said}, un autre passage en cours" if running else said
    if running:
        return path.unshared(running[-1])
    if others:
        return "participation disparue de Pix Orga"
    if dossier.diagnostic.last_attended:
        return f"{seat(dossier.diagnostic.last_attended, partial(path.short, today=today))}, résultat attendu"
    booking = dossier.diagnostic.seat
    if booking and booking.status == "booked":
        return f"en atelier le {path.short(booking.day, today)}"
    if dossier.orientation.plan and not dossier.orientation.declined:
        return f"à passer à partir du {path.short(dossier.orientation.plan.planned_for, today)}"
    return "décliné" if dossier.orientation.declined else "après l’orientation"


def _prescription(dossier: Dossier, owed: Collection[str], today: date) -> str:
    current = dossier.diagnostic.current("initial")
    built = dossier.prescription.built.get(current[0]) if current else None
    if built:
        return f"construite le {path.short(built.stamp.on, today)}, {plural(len(built.all_actions), 'action')}"
    for kind, said in (
        ("dispatch-result", "résultat à transmettre"),
        ("hold-debrief", "restitution à tenir"),
        ("build-prescription", "prescription à construire"),
        ("explore-difficulty", "difficulté à explorer"),
    ):
        if kind in owed:
            return said
    if any(not study.over for study in dossier.prescription.studies.values()):
        return "tutoriels en cours"
    if current:
        return "restitution tenue" if current[0] in dossier.prescription.debriefs else "sans restitution"
    return "après le diagnostic"


def _parcours(dossier: Dossier, owed: Collection[str], today: date) -> str:
    counted = Counter(map(_action, dossier.parcours.actions.values()))
    parts = [plural(counted[one], one, many) for one, many in _ACTIONS.items() if counted[one]]
    return ", ".join([*parts, *_beyond(dossier, owed, today)]) or "après la prescription"


def _action(action: ActionState) -> str:
    if action.dropped:
        return "écartée"
    if action.ended:
        return vocabulary.OUTCOMES[action.outcome or "done"]
    return "en cours" if action.started or action.referral else path.to_do(action)


def _beyond(dossier: Dossier, owed: Collection[str], today: date) -> Iterator[str]:
    """Describes the certification, else the complete diagnostic, and the retake to come."""
    state, on = dossier.parcours, partial(path.short, today=today)
    if state.certification and state.certification.session:
        yield f"session de certification le {on(state.certification.session)}"
    elif state.certification:
        yield f"certification {certification(state.certification, on)}"
    elif state.complete:
        yield f"diagnostic complet {complete(dossier, on)}"
    elif "complete-path" in owed:
        yield "diagnostic complet à passer"
    if state.retake and state.retake.planned_for:
        yield f"nouveau passage {retake(dossier, on)}"
