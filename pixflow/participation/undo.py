"""Takes a row of an import back, unless something followed from it (docs/domain.md#imports-taken-back)."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.decision import REFERENT, Argument, decision
from pixflow.events import participation as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import not_retracted
from pixflow.participation.state import Participation
from pixflow.refused import Refused

Why = Literal["erased", "matched", "later", "followed"]
_HARMLESS = (e.PurposeSettled, e.MatchRejected, e.ParticipationSetAside)


def of_import(history: Sequence[Recorded], command: UUID) -> list[Recorded]:
    """Returns what still counts of an import in the stream of a participation."""
    return [one for one in not_retracted(history) if one.command == command]


def is_new(history: Sequence[Recorded], command: UUID) -> bool:
    """Tells if the import showed this row for the first time: all of it is taken back."""
    return any(isinstance(one.event, e.ParticipationImported) for one in of_import(history, command))


def why_it_stays(history: Sequence[Recorded], command: UUID) -> Why | None:
    """Returns why a row of an import stays; None when it can be taken back.

    Its person is erased, somebody matched it, or another export or purpose said more of it since. What a number matched
    by itself goes with the row, and so does setting it aside.
    """
    if any(isinstance(one.event, e.PersonErased) for one in history):
        return "erased"
    mine, new = of_import(history, command), is_new(history, command)
    for one in not_retracted(history):
        if not mine or one.originator_version < mine[0].originator_version or one.command == command:
            continue
        match one.event:
            case e.MatchConfirmed(automatic=automatic):
                if not (new and automatic):
                    return "matched"
            case event if not (new and isinstance(event, _HARMLESS)):
                return "later"
    return None


@decision("take_back_row", REFERENT, Argument.HISTORY, on_erased="ignore")
def take_back_row(
    participation: Participation, *, imported: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts what the command `imported` said of a row; all of a row that it showed first.

    Raises Refused("moved") when something followed meanwhile.
    """
    if why_it_stays(history, imported):
        raise Refused("moved")
    mine = not_retracted(history) if is_new(history, imported) else of_import(history, imported)
    return [e.Retracted(version=one.originator_version, reason=reason, on=on) for one in reversed(mine)]
