"""The result of a command that runs once per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.decision import Decision
from pixflow.events.base import Recorded
from web.desk import refusals
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.desk.receipts import Receipt, ReceiptLine, row_command
from web.french import typography
from web.french.typography import say


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The result of one row; `refused` is the reason why nothing was recorded, `about` names the row in its form.

    `person` is the dossier or the participation whose name the row has.
    """

    name: str
    recorded: Sequence[Recorded] = ()
    refused: str = ""
    about: str = ""
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """The results of a bulk, in the order of its rows; `command` is the id of the bulk."""

    rows: Sequence[RowOutcome]
    command: UUID

    @property
    def refused(self) -> bool:
        return any(row.refused for row in self.rows)

    @property
    def reference(self) -> str:
        """The value of `recu` in the address of its receipt; "" when no row recorded anything."""
        return str(self.command) if any(row.recorded for row in self.rows) else ""

    def receipt(self) -> Receipt:
        """Returns the result of every row."""
        done = sum(not row.refused for row in self.rows)
        lines = [ReceiptLine(f"{row.name} : {row.refused or 'enregistré'}", person=row.person) for row in self.rows]
        title = say(
            "{done} sur {all} enregistrés :", done=typography.number(done), all=typography.number(len(self.rows))
        )
        return Receipt(title, lines, "late")


def take_row(
    desk: Desk, names: ScopedNames, bulk: UUID, dossier: UUID, decision: Decision[..., Any], **sent: Any
) -> RowOutcome:
    """Takes a decision on the dossier of one row; the id of its command comes from the bulk's and the dossier's."""
    outcome = record(desk, {"dossier": dossier}, decision, command_id=row_command(bulk, dossier), **sent)
    name = names.dossier(dossier)
    return row_outcome(desk, name, outcome, person=dossier if dossier in names.people else None)


def row_outcome(desk: Desk, name: str, outcome: Outcome, about: str = "", person: UUID | None = None) -> RowOutcome:
    """Returns the result of one command."""
    why = typography.lower_first(refusals.sentence(desk, outcome.refused)) if outcome.refused else ""
    return RowOutcome(name, outcome.recorded, why, about, person)
