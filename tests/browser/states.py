"""Dossiers, rows of exports and a campaign, driven to where a task is owed on Thursday 2 April 2026."""

from datetime import date
from uuid import UUID, uuid4

from pixflow import campaign, participation
from pixflow.dossier import assignment, orientation, parcours
from pixflow.events.participation import ParticipationImported
from tests.web.paths import House

THURSDAY = date(2026, 4, 2)
SOPHIE = "Sophie Lecomte"


def waiting(house: House, purpose: str | None = "initial", of: UUID | None = None) -> None:
    """A shared row of an export, whose name is that of a dossier with nothing to do today."""
    house.planned()
    house.took(house.opened("Autre", "Personne", "Paul Rey"))
    found = house.served.engine.state("participation", _last_imported(house))
    house.says(
        SOPHIE, participation.import_participation, {"participation": uuid4()}, campaign=of or house.campaign,
        purpose=purpose, last_name="Diallo", first_name="Aminata", external_id=None, imported=(),
        started=found.started, progress=found.progress, ordinal=1, result=found.result,
        exported_at=house.served.engine.clock(),
    )  # fmt: skip


def _last_imported(house: House) -> UUID:
    recorded = house.served.engine.read(0, 10_000)
    return [one.originator_id for one in recorded if isinstance(one.event, ParticipationImported)][-1]


def undeclared(house: House) -> None:
    found = uuid4()
    house.says(
        SOPHIE,
        campaign.find_campaign,
        {"campaign": found},
        pix_id=512384,
        code="VWXKTR738",
        name="Été",
        pix_course=None,
    )
    waiting(house, None, found)


def chased(house: House, *days: date) -> None:
    """Planned for the first day, chased on the others."""
    house.day(days[0])
    dossier = house.planned()
    plan = house.state(dossier).orientation.plan
    assert plan
    for day in days[1:]:
        house.day(day)
        about = f"chase-diagnostic:{plan.id}"
        house.on(dossier, assignment.chase, about=about, channel="phone", reached=False, note="")


def finished(house: House) -> None:
    house.day(date(2026, 3, 30))
    house.took(house.planned(), None)


def running(house: House) -> None:
    """One action that ends today; the others were dropped."""
    dossier, (first, *others) = house.prescribed()
    for action in others:
        house.on(dossier, parcours.drop_action, action=action, reason="plus tard")
    house.referred(dossier, first, ends=THURSDAY)


def quiet(house: House) -> None:
    house.day(date(2026, 1, 8))
    house.on(house.opened(), orientation.decline_diagnostic, reason="pas maintenant")


def late(house: House) -> None:
    dossier = house.planned()
    house.on(dossier, assignment.close, reason="moved", note="")
    house.took(dossier)
