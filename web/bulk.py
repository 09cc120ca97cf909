"""Many rows of the board at once: one command for each, one result a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pixflow import participation as participations
from pixflow.dossier import prescription
from pixflow.engine import new_id
from pixflow.events import Recorded
from pixflow.refused import Refused
from projections import directory, result_routing
from projections.directory import Found
from web import proposals, told
from web.dependencies import Desk
from web.french import refusals, words
from web.french.words import say
from web.naming import names_for
from web.pages import Form
from web.recording import Outcome, record
from web.told import Line, Told

_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CHANGED = "n’est plus parmi les sûrs : regardez-le seul"
UNASSIGNED = "n’est plus suivi par personne de l’équipe : choisissez à qui"


class Pairs(Form):
    """What was shown: on the left the participation, or the dossier, that each command is about."""

    pair: tuple[Annotated[str, Field(pattern=f"^{_ID}:{_ID}$")], ...]

    @property
    def ids(self) -> list[tuple[UUID, UUID]]:
        return [(UUID(left), UUID(right)) for left, _, right in (text.partition(":") for text in self.pair)]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row; `refused` says why nothing was recorded."""

    name: str
    recorded: Sequence[Recorded] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One result for each row, in the order shown."""

    rows: Sequence[Row]

    @property
    def refused(self) -> bool:
        return any(row.refused for row in self.rows)

    @property
    def span(self) -> str:
        return told.span(sorted((r for row in self.rows for r in row.recorded), key=lambda r: r.position))

    def told(self) -> Told:
        """Every row, done or not, and why not."""
        done = sum(not row.refused for row in self.rows)
        lines = [Line(f"{row.name} : {row.refused or 'enregistré'}") for row in self.rows]
        title = say("{done} sur {all} enregistrés :", done=words.number(done), all=words.number(len(self.rows)))
        return Told(title, lines, "late")


def confirm(desk: Desk, form: Pairs) -> Outcomes:
    """Each participation with the dossier shown, as long as the match is as sure as it was."""
    rows = result_routing.many(desk.read, [left for left, _ in form.ids])
    people = directory.named(desk.read, [right for _, right in form.ids])
    found = proposals.proposals(desk.read, [row for row in rows.values() if row.waiting])
    made = []
    for left, right in form.ids:
        row, person = rows.get(left), people.get(right)
        if row is None or person is None:
            continue
        sure = proposals.sure(found.get(left, ()))
        name = f"{row.last_name} {row.first_name}"
        if row.waiting and (sure is None or sure[0].stream != right):
            made.append(Row(name, refused=CHANGED))
            continue
        outcome = record(
            desk, {"participation": left, "dossier": right}, participations.confirm_match,
            command_id=new_id(form.command_id, str(left)), context=confirmation(desk, row, person),
        )  # fmt: skip
        made.append(row_of(desk, name, outcome))
    return Outcomes(made)


def confirmation(desk: Desk, row: Any, person: Found) -> dict[str, Any]:
    """What confirm_match takes besides its streams."""
    evidence = proposals.evidence(desk.read, row, person)
    return {"participation_id": row.stream, "dossier_id": person.stream, **evidence}


def dispatch(desk: Desk, form: Pairs) -> Outcomes:
    """Each dossier's result to the advisor who follows it."""
    rows = result_routing.current_results(desk.read, [left for left, _ in form.ids])
    team = dict(desk.staff("advisor"))
    made = []
    for dossier, participation in form.ids:
        row = rows.get(dossier)
        if row is None:
            continue
        if row.advisor not in team:
            made.append(Row(row.name, refused=UNASSIGNED))
            continue
        outcome = record(
            desk, {"dossier": dossier}, prescription.dispatch_result,
            command_id=new_id(form.command_id, str(dossier)), participation=participation, advisor=row.advisor,
        )  # fmt: skip
        made.append(row_of(desk, row.name, outcome))
    return Outcomes(made)


def row_of(desk: Desk, name: str, outcome: Outcome) -> Row:
    """What became of one command."""
    return Row(name, outcome.recorded, _why(desk, outcome.refused) if outcome.refused else "")


def _why(desk: Desk, refused: Refused) -> str:
    return words.lower_first(refusals.refusal(refused.code, refused.details, names_for(desk)))
