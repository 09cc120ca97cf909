"""The answers that partners gave by link since the last working day: the advisor tells the young person."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from pixflow.actor import PARTNER
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AnswerPromised, ReferralAnswered
from projections import audit_trail
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.events import sentences
from web.pages.queue.receptions import MOST, Reception, last_working_day


def partner_answers(desk: Desk) -> list[Reception]:
    """Returns the answers about the dossiers followed at this desk, the latest first."""
    midnight = datetime.combine(last_working_day(desk.refs.calendar, desk.today), time(), ZoneInfo(desk.zone))
    topics = (ReferralAnswered.TOPIC, AnswerPromised.TOPIC)
    rows = [row for topic in topics for row in audit_trail.since(desk.read, topic, midnight, MOST)]
    given = audit_trail.opened(desk.engine, [row for row in rows if row.by.startswith(PARTNER)])
    dossiers = folds_of(desk.read, {one.originator_id for one in given})
    told = []
    for one in sorted(given, key=lambda known: known.position, reverse=True):
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
