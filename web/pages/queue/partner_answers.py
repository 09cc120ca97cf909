"""The answers that partners gave by link since the last working day: the advisor tells the young person."""

from collections.abc import Sequence
from typing import Any

from pixflow.actor import PARTNER
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AnswerPromised
from projections import audit_trail
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.events import sentences
from web.pages.queue.receptions import ANSWERS, Reception


def partner_answers(desk: Desk, recent: Sequence[Any]) -> list[Reception]:
    """Returns the recent answers about the dossiers followed at this desk, the latest first."""
    answers = [row for row in recent if row.topic in ANSWERS and row.by.startswith(PARTNER)]
    given = audit_trail.opened(desk.engine, answers)
    dossiers = folds_of(desk.read, {one.originator_id for one in given})
    told = []
    for one in given:
        dossier = dossiers.get(one.originator_id)
        if isinstance(dossier, Dossier) and dossier.advisor in desk.owners and _stands(dossier, one):
            said = sentences.sentence(one, names_for(desk, dossier), zone=desk.zone)
            told.append(Reception(one.originator_id, f"{dossier.first_name} {dossier.last_name}", f"{said}."))
    return told


def _stands(dossier: Dossier, one: Recorded) -> bool:
    """Tells if the answer still counts: the advisor has not undone it, and the promise is not kept yet."""
    sent = (known for action in dossier.parcours.actions.values() for known in action.referrals)
    known = next((known for known in sent if known.id == one.event.referral), None)  # type: ignore[attr-defined]
    if known is None:
        return False
    if isinstance(one.event, AnswerPromised):
        return known.answer is None and known.promised == one.event.until
    return known.answered is not None and known.answered.version == one.originator_version
