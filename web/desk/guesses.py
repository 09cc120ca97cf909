"""Answers that tell whether somebody is followed here to who does not read their dossier (docs/security.md)."""

from collections.abc import Collection
from uuid import UUID

from fastapi import Request

from pixflow.access_journal.seal import midnight
from pixflow.refused import Refused
from projections import directory
from web.desk.desk import Desk
from web.desk.journal_writer import DeskJournalWriter

A_DAY = 10
"""The most such answers to one person in a day."""
SPENT = (
    "Vous avez cherché plusieurs fois aujourd’hui des personnes que vous ne suivez pas : "
    "adressez-vous à la ou au référent·e Pix."
)


def are_spent(desk: Desk) -> bool:
    """Tells if the answers of the day are all given. Whoever reads every dossier learns nothing from them."""
    since = midnight(desk.today, desk.zone)
    return desk.scope.whose != "all" and desk.served.journal.guesses(desk.me, desk.today, since) >= A_DAY


def may_be_told(request: Request, desk: Desk, dossiers: Collection[UUID] = ()) -> bool:
    """Writes a line for each dossier that an answer tells of, or for none. Tells if the answer may leave.

    Of several answers at once, each counts the others.
    """
    writer: DeskJournalWriter = request.state.journal_writer
    counts = [writer.guessed(dossier) for dossier in dossiers or (None,)]
    return desk.scope.whose == "all" or max(counts) <= A_DAY


def hides(desk: Desk, refused: Refused) -> UUID | None:
    """Returns the dossier that has a number already, when this person does not read it."""
    by = refused.details.get("by") if refused.code == "taken" and refused.details.get("kind") == "imilo" else None
    found = directory.find_people(desk.read, [by]).get(by) if isinstance(by, UUID) else None
    return by if isinstance(by, UUID) and not (found and desk.scope.reads(found.advisor)) else None
