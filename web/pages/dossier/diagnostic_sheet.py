"""The diagnostic on its sheet, told to the young person: where, when, what to bring, what comes next.

A day without a seat is the first day of a wait: only a seat has an hour.
"""

from datetime import UTC
from typing import Any
from uuid import UUID

from pixflow.dossier.state import DiagnosticPlan, Dossier
from projections import workshops
from web.desk import sites
from web.desk.desk import Desk
from web.french import dates, vocabulary
from web.french.events import workshops as french
from web.french.phrases import listed
from web.french.typography import say, typeset, upper_first
from web.http.papers import PaperEntry
from web.pages.dossier.prescription_sheet import advisor_of

BRING = typeset("Une adresse électronique que vous pouvez lire sur place, ou votre compte Pix.")


def entry_of(desk: Desk, dossier_id: UUID, dossier: Dossier, plan: DiagnosticPlan) -> PaperEntry:
    """Returns the diagnostic as the sheet says it: a seat, a place on a waiting list, or a first day."""
    row = _row(desk, dossier_id, plan)
    if row is None:
        return _without_seat(desk, dossier, plan)
    advisor, where = advisor_of(desk, dossier), sites.where(desk.refs, row.site, row.place)
    map = sites.map_of(sites.address(desk.refs, row.site))
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    when = say("Le {when}", when=french.moment(starts, ends, desk.zone, year=True))
    if not row.waits:
        return PaperEntry("Votre place en atelier", (("Quand", when), ("Où", where), ("À apporter", BRING)), map)
    workshop = ("Atelier", when), ("Où", where)
    if row.until:
        kept = say("Jusqu’au {day}", day=dates.weekday_day(row.until, year=True))
        after = say("Dites à {advisor} si vous la prenez.", advisor=advisor)
        return PaperEntry("Une place est gardée pour vous", (*workshop, ("Gardée", kept), ("Ensuite", after)), map)
    after = say("Pas encore de place. {advisor} vous préviendra si une se libère.", advisor=upper_first(advisor))
    return PaperEntry("Vous êtes sur liste d’attente", (*workshop, ("Ensuite", after)), map)


def _row(desk: Desk, dossier_id: UUID, plan: DiagnosticPlan) -> Any:
    """Returns the seat to come in a workshop of the plan; else the place on a waiting list, an offered seat first."""
    rows = workshops.of_dossier(desk.read, dossier_id, desk.today) if plan.modality == "workshop" else []
    mine = [row for row in rows if row.campaign == plan.campaign]
    return min(mine, key=lambda row: (row.waits, row.until is None), default=None)


def _without_seat(desk: Desk, dossier: Dossier, plan: DiagnosticPlan) -> PaperEntry:
    advisor = advisor_of(desk, dossier)
    address = sites.address(desk.refs, plan.place) if plan.modality == "office" else ""
    mediator = plan.mediator and "avec une médiation numérique"
    where = listed(vocabulary.MODALITIES[plan.modality], plan.place, address, mediator)
    first = say("À partir du {day}", day=dates.weekday_day(plan.planned_for, year=True))
    facts = [("Où", upper_first(where)), ("Quand", first)]
    if plan.modality != "home":
        after = say("{advisor} vous dira le jour et l’heure.", advisor=upper_first(advisor))
        facts += [("À apporter", BRING), ("Ensuite", after)]
    return PaperEntry("Votre diagnostic", facts, sites.map_of(address))
