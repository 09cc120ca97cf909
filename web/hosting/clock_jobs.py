"""Periodic jobs on events, recorded as `system:clock`. Idempotent: each job derives its command ids."""

from pixflow.actor import CLOCK, Actor
from pixflow.dossier import lending
from pixflow.engine import Engine, new_id
from pixflow.workshop.booking import lapse_offer, offer_deadline
from projections import dossier_sheet, workshops
from projections.store.catch_up import ReadSide


def return_lent_dossiers(engine: Engine, side: ReadSide) -> int:
    """Returns every dossier whose loan has ended to its advisor, and returns how many moved."""
    with side.database.connect() as connection:
        over = dossier_sheet.lent_before(connection, engine.today())
    done = [
        engine.execute(
            {"dossier": dossier},
            lending.end_loan,
            by=Actor(CLOCK),
            via="cli",
            command_id=new_id(dossier, f"give_back {until}"),
        )
        for dossier, until in over
    ]
    return sum(bool(one.recorded) and not one.repeated for one in done)


def expire_seat_offers(engine: Engine, side: ReadSide) -> int:
    """Offers each seat whose offer has expired to the next person waiting, and returns how many expired."""
    today = engine.today()
    with side.database.connect() as connection:
        due = workshops.lapsed(connection, today)
    lapsed = 0
    for workshop, dossier, kept in due:
        done = engine.execute(
            {"workshop": workshop},
            lapse_offer,
            by=Actor(CLOCK),
            command_id=new_id(workshop, f"lapse_offer {dossier} {kept}"),
            via="cli",
            dossier=dossier,
            kept=kept,
            context={"until": offer_deadline(engine.references(), today)},
        )
        lapsed += bool(done.recorded and not done.repeated)
    return lapsed
