"""Words for the rest of the path: need, seats, self-study, complete diagnostic, certification, retake.

`on` formats a day: short on a dossier's page, in full in a replay.
"""

from collections.abc import Callable

from pixflow.dossier.state import Certification, Difficulty, Dossier, NeedAssessment, Seat, Study
from pixflow.events.values import Result
from web.french import vocabulary
from web.french.phrases import listed
from web.french.typography import say

Said = Callable[..., str]


def need(known: NeedAssessment, on: Said) -> str:
    return f"{'reconnu' if known.needed else 'pas pour l’instant'}, le {on(known.stamp.on)}"


def seat(known: Seat, on: Said) -> str:
    """Returns a text like "présent·e le 12 mars, en difficulté"."""
    day = on(known.day)
    if known.status == "booked":
        return f"place réservée le {day}"
    if known.status == "attended":
        return listed(f"présent·e le {day}", known.trouble and "en difficulté", known.ease and "à l’aise")
    if known.status == "missed":
        return f"{'excusé·e' if known.reason == 'excused' else 'absent·e'} le {day}"
    return f"atelier du {day} annulé" if known.reason == "cancelled" else f"place rendue, atelier du {day}"


def explored(known: Difficulty, on: Said) -> str:
    return f"{vocabulary.CAUSES[known.cause]}, explorée le {on(known.stamp.on)}"


def study(known: Study, on: Said) -> str:
    """Describes a self-study: "en cours, vu le 12 mars"."""
    if known.followed and known.outcome:
        return f"{vocabulary.STUDIES[known.outcome]}, vu le {on(known.followed.on)}"
    return f"donnés le {on(known.stamp.on)}"


def complete(dossier: Dossier, on: Said) -> str:
    """Returns the day of the complete diagnostic, from the result if an export has it; "" if unknown."""
    known, now = dossier.parcours.complete, dossier.diagnostic.current("complete")
    if known is None:
        return ""
    shared = now[1].result.shared.day if known.accepted and now and now[1].result else known.stamp.on
    return f"{'passé' if known.accepted else 'décliné'} le {on(shared)}"


def certification(known: Certification, on: Said) -> str:
    """Returns a text like "inscription faite le 12 mars, session du 10 avril"."""
    said = f"{vocabulary.CERTIFICATIONS[known.step]} le {on(known.stamp.on)}"
    told = listed(said, known.session and f"session du {on(known.session)}")
    return say("{told} ({level})", told=told, level=known.level) if known.level else told


def retake(dossier: Dossier, on: Said) -> str:
    """Returns the planned retake, "prévu à partir du 12 mars", or its outcome; "" if there is none."""
    known, taken = dossier.parcours.retake, retaken(dossier)
    if taken:
        return f"passé le {on(taken.shared.day)}"
    if known is None:
        return ""
    return f"prévu à partir du {on(known.planned_for)}" if known.planned_for else f"décliné le {on(known.stamp.on)}"


def retaken(dossier: Dossier) -> Result | None:
    """Returns the result of a planned retake: an initial test begun since the plan, and shared."""
    known, now = dossier.parcours.retake, dossier.diagnostic.current("initial")
    if known is None or known.planned_for is None or now is None:
        return None
    begun = now[1].started.day if now[1].started else now[1].stamp.on
    since = (begun, now[1].stamp.version) >= (known.stamp.on, known.stamp.version)
    return now[1].result if since else None
