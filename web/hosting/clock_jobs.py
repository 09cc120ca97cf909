"""Periodic jobs on events, recorded as `system:clock`. Idempotent: each job derives its command ids."""

from typing import Any
from uuid import UUID

from pixflow.actor import CLOCK, Actor
from pixflow.decision import Decision
from pixflow.dossier import lending
from pixflow.engine import Engine, new_id
from pixflow.refused import Refused
from pixflow.structure import note_shortcut
from pixflow.workshop.booking import lapse_offer, offer_deadline
from projections import handovers, workshops
from projections.store.catch_up import ReadSide


def return_lent_dossiers(engine: Engine, side: ReadSide) -> int:
    """Returns every dossier whose loan has ended to its advisor, and returns how many moved."""
    with side.database.connect() as connection:
        over = handovers.lent_before(connection, engine.today())
    return sum(
        _moves(engine, {"dossier": dossier}, lending.end_loan, new_id(dossier, f"give_back {until}"))
        for dossier, until in over
    )


def expire_seat_offers(engine: Engine, side: ReadSide) -> int:
    """Offers each seat whose offer has expired to the next person waiting, and returns how many expired."""
    today = engine.today()
    with side.database.connect() as connection:
        due = workshops.lapsed(connection, today)
    until = offer_deadline(engine.references(), today)
    return sum(
        _moves(
            engine,
            {"workshop": workshop},
            lapse_offer,
            new_id(workshop, f"lapse_offer {dossier} {kept}"),
            dossier=dossier,
            kept=kept,
            context={"until": until},
        )
        for workshop, dossier, kept in due
    )


def note_shortcuts(engine: Engine, structure: UUID, sites: set[str]) -> None:
    """Records the sites whose computers opened the page of the tests since the last tick, and forgets them."""
    today = engine.today()
    while sites:
        site = sites.pop()
        command = new_id(structure, f"shortcut {site} {today}")
        _moves(engine, {"structure": structure}, note_shortcut, command, site=site)


def _moves(
    engine: Engine, streams: dict[str, UUID], decision: Decision[..., Any], command_id: UUID, **arguments: Any
) -> bool:
    """Tells whether the decision recorded something new. A damaged stream keeps no other from moving."""
    try:
        done = engine.execute(streams, decision, by=Actor(CLOCK), via="cli", command_id=command_id, **arguments)
    except Refused as refused:
        if refused.code != "damaged-stream":
            raise
        return False
    return bool(done.recorded) and not done.repeated
