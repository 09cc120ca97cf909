"""Stage 3: the result reaches the advisor, is debriefed, and the prescription is built."""

from datetime import date
from uuid import UUID

from pixflow.dossier.guards import must_be_open, required
from pixflow.dossier.state import Built, Dossier, Linked
from pixflow.events import Event
from pixflow.events.dossier import AdvisorAssigned, DebriefHeld, PrescriptionBuilt, ResultDispatched
from pixflow.events.values import Action, Channel
from pixflow.grille import Grille, explain
from pixflow.refused import Refused


def dispatch_result(dossier: Dossier, *, participation: UUID, advisor: UUID, on: date) -> list[Event]:
    """The référent releases a result to the dossier's advisor; choosing another one assigns the dossier too."""
    must_be_open(dossier)
    _must_be_current(dossier, participation)
    sent = dossier.prescription.dispatched.get(participation)
    if sent:
        if sent.advisor == advisor:
            return []
        raise Refused("already-dispatched", advisor=sent.advisor, on=sent.mark.on)
    assigned = [] if dossier.advisor == advisor else [AdvisorAssigned(advisor=advisor, on=on)]
    return [*assigned, ResultDispatched(participation=participation, advisor=advisor, on=on)]


def hold_debrief(dossier: Dossier, *, participation: UUID, channel: Channel, note: str, on: date) -> list[Event]:
    """The score was explained to the young person, individually."""
    must_be_open(dossier)
    _must_be_current(dossier, participation)
    held = dossier.prescription.debriefs.get(participation)
    if held:
        if held.on == on:
            return []
        raise Refused("already-debriefed", on=held.on)
    return [DebriefHeld(participation=participation, channel=channel, note=note.strip(), on=on)]


def build_prescription(
    dossier: Dossier,
    *,
    participation: UUID,
    kept: tuple[str, ...],
    added: tuple[str, ...],
    wish: str,
    project: str,
    reason: str,
    on: date,
    grille: Grille,
    number: int,
    action_ids: tuple[UUID, ...],
) -> list[Event]:
    """The grid proposed, the advisor decides (DOMAIN.md §3).

    `kept` are proposal ids of the band, `added` labels of actions from outside the grid; a reason is asked when
    nothing of the band is kept or something is added. `action_ids` names the actions, kept ones first; there are
    at least as many.
    """
    must_be_open(dossier)
    link = _must_be_current(dossier, participation)
    if participation not in dossier.prescription.debriefs:
        raise Refused("debrief-first")
    kept = tuple(dict.fromkeys(kept))
    extra = tuple(label.strip() for label in added if label.strip())
    built = dossier.prescription.built.get(participation)
    if built:
        if _said(built) == (kept, extra, wish.strip(), reason.strip()):
            return []
        raise Refused("already-built", on=built.mark.on)
    if link.result is None or link.result.mastery is None:
        raise Refused("no-score")
    reading = explain(grille, number, link.result.mastery)
    shown = {proposal.id: proposal for proposal in reading.proposals}
    unknown = [proposal for proposal in kept if proposal not in shown]
    if unknown:
        raise Refused("unknown-proposal", proposal=unknown[0])
    if not kept and not extra:
        raise Refused("no-action")
    if (not kept or extra) and not reason.strip():
        raise Refused("reason-needed")
    chosen = [(shown[p].label, shown[p].kind, p) for p in kept] + [(label, "action", None) for label in extra]
    ids = action_ids[: len(chosen)]
    actions = tuple(Action(i, label, kind, p) for i, (label, kind, p) in zip(ids, chosen, strict=True))
    return [
        PrescriptionBuilt(
            participation=participation, grille=number, percent=reading.percent,
            low=reading.band.low, high=reading.band.high, proposed=tuple(shown), actions=actions,
            wish=wish.strip(), project=required(project or dossier.project or "—", "project"),
            reason=reason.strip(), on=on,
        )
    ]  # fmt: skip


def _said(built: Built) -> tuple[tuple[str, ...], tuple[str, ...], str, str]:
    kept = tuple(action.proposal for action in built.actions if action.proposal is not None)
    return kept, tuple(a.label for a in built.actions if a.proposal is None), built.wish, built.reason


def _must_be_current(dossier: Dossier, participation: UUID) -> Linked:
    current = dossier.diagnostic.current("initial")
    if current is None or current[0] != participation:
        raise Refused("not-the-current-result")
    return current[1]
