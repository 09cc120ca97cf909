"""The results to dispatch, those that each advisor was given, and those that are dispatched many at once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from pixflow.documents.grille import explain
from pixflow.dossier import retraction
from pixflow.dossier.stages import prescription
from pixflow.events.dossier import ResultDispatched, Retracted
from pixflow.folding import not_retracted
from pixflow.identity import normalise
from pixflow.team.staff import colleagues_deputised_by
from projections import audit_trail, dossier_sheet, piles, result_routing
from web.desk import task_links
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.colleagues import absence_text
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.desk.receipts import row_command
from web.desk.team import proposals
from web.desk.team.proposals import AdvisorProposal
from web.french import typography
from web.http.addresses import SIZE

MOST = 500
"""The largest number of results dispatched at once: some seconds, and one receipt."""
UNASSIGNED = "n’est plus suivi par personne de l’équipe : choisissez à qui"
_DISPATCHES = (ResultDispatched.TOPIC, Retracted.TOPIC)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result to give to the advisor of its dossier; `advisor` is "" when there is none, or they left.

    `away` says until when that advisor is absent, and who deputises: the result goes to the advisor all the same.
    `proposed` is who may take the dossier, when it has no advisor or when nobody sees the absent one's tasks.
    """

    stream: UUID
    participation: UUID
    name: str
    result: str
    advisor: str
    away: str
    proposed: AdvisorProposal | None


def result_rows(desk: Desk, rows: Sequence[Any]) -> list[ResultRow]:
    """Returns rows of the table as the board shows them."""
    if not rows:
        return []
    places = dossier_sheet.places(desk.read, [row.stream for row in rows])
    team = proposals.advisors(desk)
    proposed = {place: team.proposed(*place) for place in {("", ""), *places.values()}}
    return [_result_row(desk, row, proposed[places.get(row.stream, ("", ""))]) for row in rows]


def _result_row(desk: Desk, row: Any, proposed: AdvisorProposal | None) -> ResultRow:
    result = "sans score"
    if row.mastery is not None:
        published = desk.refs.grille(row.received_on)
        read = explain(published.document, published.number, Decimal(row.mastery))
        result = f"{typography.percent(read.percent)} · {read.band.low}-{read.band.high}"
    advisor = desk.refs.team.get(row.advisor)
    if advisor is None or "advisor" not in advisor.roles_on(desk.today):
        return ResultRow(row.stream, row.participation, row.name, result, "", "", proposed)
    absence = advisor.absence(desk.today)
    away = absence_text(desk, absence) if absence else ""
    alone = proposed if is_unseen(desk, row.advisor) else None
    return ResultRow(row.stream, row.participation, row.name, result, advisor.name, away, alone)


def is_unseen(desk: Desk, advisor: UUID) -> bool:
    """True when an advisor is absent today and no deputy sees their tasks."""
    team, today = desk.refs.team, desk.today
    absence = team[advisor].absence(today)
    deputy = absence and absence.deputy
    return absence is not None and not (deputy and advisor in colleagues_deputised_by(team, deputy, today))


def sure(
    desk: Desk, most: int, streams: Collection[UUID] | None = None
) -> tuple[list[tuple[UUID, UUID]], list[tuple[str, int]]]:
    """Returns the results of every page whose advisor is known, as dossier and participation; their number by advisor.

    At most `most`; with `streams`, of these dossiers only. An absent advisor whose tasks nobody sees is left out:
    somebody chooses.
    """
    team = {id: name for id, name in desk.staff("advisor") if not is_unseen(desk, id)}
    rows = result_routing.followed(desk.read, team, most, desk.refs, streams)
    counts = Counter(team[row.advisor] for row in rows)
    by_name = sorted(counts.items(), key=lambda pair: normalise(pair[0]))
    return [(row.stream, row.participation) for row in rows], by_name


Given = Mapping[UUID, tuple[int, int]]
"""The results that each advisor was given this week, and how many of them are debriefed."""


def of_week(desk: Desk) -> Given:
    return result_routing.dispatched_counts(desk.read, _monday(desk))


def _monday(desk: Desk) -> date:
    return desk.today - timedelta(days=desk.today.weekday())


def _ranked(desk: Desk, counts: Given) -> dict[UUID, str]:
    """Returns the names of these advisors, those with most results first."""
    names = {id: staff_name(desk, id) for id in counts}
    return {id: names[id] for id in sorted(names, key=lambda id: (-counts[id][0], normalise(names[id])))}


def list_dispatched(desk: Desk, counts: Given, limit: int, offset: int = 0) -> list[Any]:
    """Returns the results of the week, in the order of the advisors, the latest first."""
    return result_routing.dispatched(desk.read, _monday(desk), list(_ranked(desk, counts)), limit, offset)


def by_advisor(desk: Desk, counts: Given, offset: int) -> tuple[list[dict[str, Any]], dict[UUID, str]]:
    """Returns the advisors given results this week, those with most first, with the results of one page as `rows`.

    `held` counts the debriefs of these results, `late` those that are late of any week, with the most working days. And
    by dossier the address where its dispatch is taken back, until its debrief is held.
    """
    if not counts:
        return [], {}
    debriefs, days = piles.late_debriefs(desk.read, desk.today), desk.refs.calendar.count
    late = {owner: (count, days(oldest, desk.today)) for owner, count, oldest in debriefs}
    advisors: dict[UUID, dict[str, Any]] = {
        id: {"name": name, "given": counts[id][0], "held": counts[id][1], "late": late.get(id), "rows": []}
        for id, name in _ranked(desk, counts).items()
    }
    rows = list_dispatched(desk, counts, SIZE, offset)
    for row in rows:
        advisors[row.dispatched_to]["rows"].append(row)
    back = rows if desk.has_role_for(retraction.retract) else ()
    undo = _undo(desk, {row.stream: row.participation for row in back if row.debriefed_on is None})
    return list(advisors.values()), undo


def _undo(desk: Desk, participations: Mapping[UUID, UUID]) -> dict[UUID, str]:
    rows = audit_trail.of_topics(desk.read, participations, _DISPATCHES)
    recorded = audit_trail.open_rows(desk.engine, sorted(rows, key=lambda row: (row.stream, row.version)))
    return {
        stream: task_links.dossier_form(stream, "retract", str(fact.originator_version))
        for stream, events in groupby(recorded, lambda one: one.originator_id)
        for fact in not_retracted(list(events))
        if isinstance(fact.event, ResultDispatched) and fact.event.participation == participations[stream]
    }


def send(desk: Desk, pairs: Sequence[tuple[UUID, UUID]], command_id: UUID) -> BulkOutcome:
    """Dispatches each dossier's result to the advisor who follows it: one command each."""
    rows = result_routing.current_results(desk.read, [dossier for dossier, _ in pairs])
    team = dict(desk.staff("advisor"))
    outcomes = []
    for dossier, participation in pairs:
        row = rows.get(dossier)
        if row is None:
            continue
        if row.advisor not in team:
            outcomes.append(RowOutcome(row.name, refused=UNASSIGNED, person=dossier))
            continue
        outcome = record(
            desk,
            {"dossier": dossier},
            prescription.dispatch_result,
            command_id=row_command(command_id, dossier),
            participation=participation,
            advisor=row.advisor,
        )
        outcomes.append(row_outcome(desk, row.name, outcome, person=dossier))
    return BulkOutcome(outcomes, command_id)
