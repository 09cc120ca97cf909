"""The bulks of the board: one command and one result for each row."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pixflow.dossier.stages import prescription
from pixflow.participation import matches
from projections import directory, match_proposals, result_routing
from projections import dispatch as projections_dispatch
from projections.directory import YoungPerson
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import row_command
from web.http.forms import Form, Pair

CHANGED = "n’est plus parmi les sûrs : regardez-le seul"
MOST = 500
"""The largest number of results dispatched at once: some seconds, and one receipt."""
UNASSIGNED = "n’est plus suivi par personne de l’équipe : choisissez à qui"


class MatchPairsForm(Form):
    """The rows shown, as pairs: on the left the participation, or the dossier, that each command is about."""

    pair: Annotated[tuple[Pair, ...], Field(max_length=MOST)]


def confirm(desk: Desk, form: MatchPairsForm) -> BulkOutcome:
    """Confirms each match that is as sure as it was when it was shown, or as alone of its name."""
    rows = result_routing.many(desk.read, [left for left, _ in form.pair])
    people = directory.named(desk.read, [right for _, right in form.pair])
    found = match_proposals.proposals(desk.read, [row for row in rows.values() if row.waiting])
    results = []
    for left, right in form.pair:
        row, person = rows.get(left), people.get(right)
        if row is None or person is None:
            continue
        proposed = found.get(left, ())
        sure = match_proposals.sure(proposed) or match_proposals.alone(proposed)
        name = f"{row.last_name} {row.first_name}"
        if row.waiting and (sure is None or sure[0].stream != right):
            results.append(RowOutcome(name, refused=CHANGED))
            continue
        outcome = record(
            desk,
            {"participation": left, "dossier": right},
            matches.confirm_match,
            command_id=row_command(form.command_id, left),
            context=confirmation(desk, row, person),
        )
        results.append(row_outcome(desk, name, outcome))
    return BulkOutcome(results, form.command_id)


def alike(desk: Desk, row: Any, dossier: UUID) -> list[Any]:
    """Returns the other waiting participations of the same person: same name and number typed, nobody else near."""
    others = match_proposals.waiting_alike(desk.read, row) if row.waiting else []
    found = match_proposals.proposals(desk.read, others)
    return [one for one in others if _goes_along(one, found[one.stream], dossier)]


def _goes_along(row: Any, found: Sequence[match_proposals.Proposal], dossier: UUID) -> bool:
    if str(dossier) in row.rejected.split():
        return False
    only = match_proposals.sure(found) or match_proposals.alone(found)
    return row.external_id is not None or (only is not None and only[0].stream == dossier)


def confirmation(desk: Desk, row: Any, person: YoungPerson) -> dict[str, Any]:
    """Returns the arguments of confirm_match besides its streams."""
    evidence = match_proposals.evidence(desk.read, row, person)
    return {"participation_id": row.stream, "dossier_id": person.stream, **evidence}


def dispatch(desk: Desk, form: MatchPairsForm) -> BulkOutcome:
    """Dispatches each dossier's result to the advisor who follows it."""
    rows = projections_dispatch.current_results(desk.read, [left for left, _ in form.pair])
    team = dict(desk.staff("advisor"))
    results = []
    for dossier, participation in form.pair:
        row = rows.get(dossier)
        if row is None:
            continue
        if row.advisor not in team:
            results.append(RowOutcome(row.name, refused=UNASSIGNED))
            continue
        outcome = record(
            desk,
            {"dossier": dossier},
            prescription.dispatch_result,
            command_id=row_command(form.command_id, dossier),
            participation=participation,
            advisor=row.advisor,
        )
        results.append(row_outcome(desk, row.name, outcome))
    return BulkOutcome(results, form.command_id)
