"""Decisions on the CEJ group of a dossier: its name and the end of its collective period."""

from collections.abc import Sequence
from datetime import date

from pixflow.decision import OWN_DOSSIERS_AND_MANAGER, Argument, decision
from pixflow.dossier.guards import must_be_open
from pixflow.dossier.identity import join_programme
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import retractions_by_version
from pixflow.refused import Refused, required


@decision("correct_group", OWN_DOSSIERS_AND_MANAGER)
def correct_group(dossier: Dossier, *, group: str, collective_end: date | None, on: date) -> list[Event]:
    """Records the same programme with another group. Without `collective_end`, the dossier keeps its own."""
    must_be_open(dossier)
    if not dossier.group:
        raise Refused("no-group")
    name, end = required(group, "group"), collective_end or dossier.collective_end
    return join_programme(dossier, programme=dossier.programme, group=name, collective_end=end, on=on)


@decision("undo_group", OWN_DOSSIERS_AND_MANAGER, Argument.HISTORY)
def undo_group(dossier: Dossier, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts the latest change of group; the programme stays."""
    retracted = retractions_by_version(history)
    joins = {r.originator_version: r.event for r in history if isinstance(r.event, e.ProgrammeJoined)}
    before = [event for known, event in joins.items() if known < version and known not in retracted]
    if version not in joins or not before or before[-1].programme != joins[version].programme:
        raise Refused("unknown-event", version=version)
    if version in retracted:
        return []
    if dossier.joined is None or dossier.joined.version != version:
        raise Refused("regrouped-since")
    return [e.Retracted(version=version, reason=reason, on=on)]
