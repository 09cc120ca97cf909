"""Participations to match: their cards on the board, and the matches that are confirmed many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.documents.grille import percent
from pixflow.engine import Step
from pixflow.identity import list_name
from pixflow.participation import matches
from pixflow.participation.scoring import Match
from pixflow.refused import Refused
from pixflow.result_import import match_after_opening
from projections import directory, match_proposals, result_routing
from projections.directory import YoungPerson
from projections.match_proposals import Proposal
from web.desk import refusals
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import FormRefused, record
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.desk.receipts import row_command
from web.french import dates, matching, typography, vocabulary
from web.french.dossier import path, profiles
from web.french.typography import NBSP, say

CHANGED = "n’est plus parmi les sûrs : regardez-le seul"


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A dossier proposed or found for a participation; `why` and `warnings` explain the proposal."""

    stream: UUID
    name: str
    about: str
    why: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchCard:
    """A participation to match. A bulk may confirm the dossier that is `sure`, or `alone` to have this name."""

    stream: UUID
    name: str
    about: str
    candidates: tuple[MatchCandidate, ...]
    sure: MatchCandidate | None
    alone: MatchCandidate | None


def cards(desk: Desk, rows: Sequence[Any]) -> list[MatchCard]:
    """Returns the cards of participations. Proposals are searched again when one, or a young person, has changed.

    An earlier day has none: the names of that day are not searched.
    """
    keys = {stream: ("proposals", facts) for stream, facts in match_proposals.facts(desk.read, rows).items()}
    proposals_by_stream = {
        stream: found for stream, key in keys.items() if (found := desk.memory.searches.get(key)) is not None
    }
    new = match_proposals.proposals(
        desk.read, [row for row in rows if row.stream not in proposals_by_stream and not desk.is_past]
    )
    proposals_by_stream |= {stream: desk.memory.searches.put(keys[stream], found) for stream, found in new.items()}
    several = sum(one.declared is not None for one in desk.refs.campaigns.values()) > 1
    made = []
    for row in rows:
        proposals = proposals_by_stream.get(row.stream, ())
        candidates = [candidate(desk, person, match, numbered=row.number is not None) for person, match in proposals]
        sure = candidates[0] if match_proposals.sure(proposals) else None
        alone = candidates[0] if not sure and match_proposals.find_only_match(proposals) else None
        about = (_number(row), _progress(row), desk.refs.campaigns[row.campaign].name if several else "")
        said = " · ".join(filter(None, about))
        made.append(MatchCard(row.stream, list_name(row), said, tuple(candidates), sure, alone))
    return made


def candidate(desk: Desk, person: YoungPerson, match: Match | None = None, *, numbered: bool = True) -> MatchCandidate:
    """Returns a dossier as the board shows it; the i-Milo number only when it helps."""
    alike = match is not None and "namesake" in match.warnings
    about = (
        vocabulary.PROGRAMMES.get(person.programme, person.programme),
        advisor_name(desk, person.advisor),
        f"n°{NBSP}{person.imilo_number}" if person.imilo_number and (numbered or alike) else "",
        "dossier clos" if person.closed else "",
    )
    why = [matching.reason(code) for code in match.reasons] if match else []
    warnings = tuple(matching.warning(code) for code in match.warnings) if match else ()
    if alike and person.birth_date:
        why.append(say("né·e le {day}", day=dates.day(person.birth_date, year=True)))
    return MatchCandidate(person.stream, person.name, " · ".join(filter(None, about)), " · ".join(why), warnings)


def _number(row: Any) -> str:
    """Returns the identifier that the participant typed."""
    if not row.external_id:
        return "sans n°"
    return f"n°{NBSP}{row.external_id}" if row.number else say("identifiant « {id} »", id=row.external_id)


def _progress(row: Any) -> str:
    """Returns the result of a participation, or the part of the test that is done."""
    if row.profile:
        return profiles.short(row.pix, row.certifiable)
    if row.shared_day:
        return f"résultat {typography.percent(percent(Decimal(row.mastery)))}" if row.mastery else "résultat sans score"
    if row.purpose == "profile":
        return "profil pas encore partagé"
    if row.progress is None:
        return "en cours"
    return f"{path.part(Decimal(row.progress))}, non partagé"


# --- what is recorded


def confirm_steps(desk: Desk, participation: UUID, dossier: UUID) -> list[Step]:
    """Returns the matches of a participation, and of those that wait under the same name and number.

    Raises FormRefused for a participation or a dossier that is unknown.
    """
    row = result_routing.find(desk.read, participation)
    person = directory.find_people(desk.read, [dossier]).get(dossier)
    if row is None or person is None:
        raise FormRefused(refusals.field_errors(desk, Refused("unknown-dossier")))
    others = match_proposals.waiting_alike(desk.read, row) if row.waiting else []
    proposals = match_proposals.proposals(desk.read, others)
    alike = [one for one in others if _goes_along(one, proposals[one.stream], dossier)]
    return [
        Step(
            {"participation": matched_row.stream, "dossier": dossier},
            matches.confirm_match,
            context=_confirmation(desk, matched_row, person),
        )
        for matched_row in (row, *alike)
    ]


def _goes_along(row: Any, proposals: Sequence[Proposal], dossier: UUID) -> bool:
    """Tells if a participation under the same name and number is of the same person: nobody else is near."""
    if str(dossier) in row.rejected.split():
        return False
    only = _only(proposals)
    return row.external_id is not None or (only is not None and only.stream == dossier)


def _only(proposals: Sequence[Proposal]) -> YoungPerson | None:
    """Returns the young person who is sure, or alone of the name."""
    found = match_proposals.sure(proposals) or match_proposals.find_only_match(proposals)
    return found[0] if found else None


def _confirmation(desk: Desk, row: Any, person: YoungPerson) -> dict[str, Any]:
    """Returns the arguments of confirm_match besides its streams."""
    evidence = match_proposals.evidence(desk.read, row, person)
    return {"participation_id": row.stream, "dossier_id": person.stream, **evidence}


def confirm(desk: Desk, pairs: Sequence[tuple[UUID, UUID]], command_id: UUID) -> BulkOutcome:
    """Confirms each match that is as sure as it was when it was shown, or as alone of its name: one command each."""
    rows = result_routing.many(desk.read, [left for left, _ in pairs])
    people = directory.find_people(desk.read, [right for _, right in pairs])
    proposals = match_proposals.proposals(desk.read, [row for row in rows.values() if row.waiting])
    outcomes = []
    for left, right in pairs:
        row, person = rows.get(left), people.get(right)
        if row is None or person is None:
            continue
        only, name = _only(proposals.get(left, ())), list_name(row)
        if row.waiting and (only is None or only.stream != right):
            outcomes.append(RowOutcome(name, refused=CHANGED, person=left))
            continue
        outcome = record(
            desk,
            {"participation": left, "dossier": right},
            matches.confirm_match,
            command_id=row_command(command_id, left),
            context=_confirmation(desk, row, person),
        )
        outcomes.append(row_outcome(desk, name, outcome, person=left))
    return BulkOutcome(outcomes, command_id)


def match_waiting(desk: Desk, dossier_id: UUID, imilo_number: str | None, *, command_id: UUID) -> int:
    """Matches what waits under the i-Milo number of a dossier that `command_id` opened, or whose identity it corrected.

    Returns the number of events recorded, as the system (docs/domain.md#matching). The desk must have been refreshed
    since.
    """
    numbers = [imilo_number] if imilo_number else []
    waiting = match_proposals.waiting_with_numbers(desk.read, numbers).get(imilo_number or "", [])
    return len(match_after_opening(desk.engine, dossier_id, waiting, command_id=command_id).recorded)
