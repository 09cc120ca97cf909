"""Stage 3: dispatch the result, hold the debrief, build the prescription."""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.decision import OWN_DOSSIERS, REFERENT, decision
from pixflow.documents.grille import Grille, Proposal, band_of, explain, is_for, reads_otherwise
from pixflow.dossier.state import ActionState, BuiltPrescription, Dossier, LinkedParticipation, must_be_open
from pixflow.events.base import Event
from pixflow.events.dossier import (
    ActionAdded,
    AdvisorAssigned,
    DebriefHeld,
    DifficultyExplored,
    PrescriptionBuilt,
    ReadingReviewed,
    ResultDispatched,
    SelfStudyAssigned,
    SelfStudyFollowed,
)
from pixflow.events.values import Action, Cause, Channel
from pixflow.folding import Stamp
from pixflow.identity import normalise
from pixflow.refused import Refused, required


@decision("dispatch_result", REFERENT, reauthentication="others")
def dispatch_result(dossier: Dossier, *, participation: UUID, advisor: UUID, on: date) -> list[Event]:
    """Dispatches a result to an advisor; another advisor than the dossier's is assigned too."""
    must_be_open(dossier)
    _must_be_current(dossier, participation)
    sent = dossier.prescription.dispatched.get(participation)
    if sent:
        if sent.advisor == advisor:
            return []
        raise Refused("already-dispatched", advisor=sent.advisor, on=sent.stamp.on)
    assigned = [] if dossier.advisor == advisor else [AdvisorAssigned(advisor=advisor, on=on)]
    return [*assigned, ResultDispatched(participation=participation, advisor=advisor, on=on)]


@decision("hold_debrief", OWN_DOSSIERS)
def hold_debrief(
    dossier: Dossier,
    *,
    participation: UUID,
    channel: Channel,
    note: str,
    on: date,
    cause: Cause | None = None,
    tutorials: str = "",
    study: UUID | None = None,
    number: int | None = None,
) -> list[Event]:
    """Records the individual interview that explains the score, as the grid `number` reads it.

    It may also record the `cause` of a flagged difficulty, and assign tutorials. The result may be learned afterwards,
    from an export: the interview is at the earliest of the day when the young person shared it.
    """
    must_be_open(dossier)
    link = _must_be_current(dossier, participation)
    held = dossier.prescription.debriefs.get(participation)
    if held:
        if held.on == on:
            return []
        raise Refused("already-debriefed", on=held.on)
    if link.result and on < link.result.shared.day:
        raise Refused("before-its-result", field="on", shared=link.result.shared.day)
    read = number if link.result and link.result.mastery is not None else None
    events: list[Event] = [
        DebriefHeld(participation=participation, channel=channel, note=note.strip(), on=on, grille=read)
    ]
    if cause == "other":
        required(note, "note")
    if cause:
        events.append(DifficultyExplored(cause=cause, note="", on=on))
    if tutorials.strip() and study:
        events += assign_self_study(dossier, tutorials=tutorials, on=on, study=study)
    return events


@decision("explore_difficulty", OWN_DOSSIERS)
def explore_difficulty(
    dossier: Dossier, *, cause: Cause, note: str, tutorials: str, on: date, study: UUID
) -> list[Event]:
    """Records the cause of a difficulty, found in an interview. It may assign Pix tutorials."""
    must_be_open(dossier)
    difficulty = dossier.prescription.explored
    if cause == "other":
        note = required(note, "note")
    given = assign_self_study(dossier, tutorials=tutorials, on=on, study=study) if tutorials.strip() else []
    if difficulty and (difficulty.stamp.on, difficulty.cause) == (on, cause):
        return given
    return [DifficultyExplored(cause=cause, note=note.strip(), on=on), *given]


@decision("assign_self_study", OWN_DOSSIERS)
def assign_self_study(dossier: Dossier, *, tutorials: str, on: date, study: UUID) -> list[Event]:
    """Assigns tutorials to work through alone. They are followed up until done or stopped."""
    must_be_open(dossier)
    tutorials = required(tutorials, "tutorials")
    if any(known.tutorials == tutorials and not known.over for known in dossier.prescription.studies.values()):
        return []
    return [SelfStudyAssigned(study=study, tutorials=tutorials, on=on)]


@decision("follow_self_study", OWN_DOSSIERS)
def follow_self_study(
    dossier: Dossier, *, study: UUID, outcome: Literal["done", "ongoing", "stopped"], note: str, on: date
) -> list[Event]:
    """Records the progress of a self-study: done, stopped, or ongoing and followed up again."""
    must_be_open(dossier)
    study_state = dossier.prescription.studies.get(study)
    if study_state is None:
        raise Refused("unknown-study")
    if study_state.outcome == outcome and study_state.followed and study_state.followed.on == on:
        return []
    if study_state.over and study_state.followed:
        raise Refused("study-over", on=study_state.followed.on)
    return [SelfStudyFollowed(study=study, outcome=outcome, note=note.strip(), on=on)]


@decision("build_prescription", OWN_DOSSIERS)
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
    """Records the advisor's choice among the proposals of the grid (docs/domain.md#prescription).

    `kept` are ids of proposals shown for the dossier's programme, `added` labels of other actions. A reason is
    required when nothing is kept, or something is added. `action_ids` name the actions, kept ones first. There may
    be more ids than actions. A result without a score has no proposals.
    """
    must_be_open(dossier)
    link = _must_be_current(dossier, participation)
    debrief = dossier.prescription.debriefs.get(participation)
    if debrief is None:
        raise Refused("debrief-first")
    kept = tuple(dict.fromkeys(kept))
    extra = tuple(label.strip() for label in added if label.strip())
    built = dossier.prescription.built.get(participation)
    if built:
        if _choices_of(built) == (kept, extra, wish.strip(), reason.strip()):
            return []
        raise Refused("already-built", on=built.stamp.on)
    if on < debrief.on:
        raise Refused("before-its-debrief", field="on", debriefed=debrief.on)
    mastery = link.result.mastery if link.result else None
    reading = explain(grille, number, mastery, dossier.programme) if mastery is not None else None
    shown = {proposal.id: proposal for proposal in (reading.proposals if reading else ())}
    unknown = [proposal for proposal in kept if proposal not in shown]
    if unknown:
        raise Refused("unknown-proposal", proposal=unknown[0])
    if not kept and not extra:
        raise Refused("no-action", field="added")
    if (not kept or extra) and not reason.strip():
        raise Refused("reason-needed", field="reason")
    chosen = [(shown[p].label, shown[p].kind, p) for p in kept] + [(label, "action", None) for label in extra]
    ids = action_ids[: len(chosen)]
    actions = tuple(Action(i, label, kind, p) for i, (label, kind, p) in zip(ids, chosen, strict=True))
    return [
        PrescriptionBuilt(
            participation=participation,
            grille=number if reading else None,
            percent=reading.percent if reading else None,
            low=reading.band.low if reading else None,
            high=reading.band.high if reading else None,
            proposed=tuple(shown),
            actions=actions,
            wish=wish.strip(),
            project=required(project or dossier.project or "—", "project"),
            reason=reason.strip(),
            on=on,
        )
    ]


@decision("review_reading", OWN_DOSSIERS)
def review_reading(
    dossier: Dossier,
    *,
    number: int,
    told: bool,
    note: str,
    on: date,
    grilles: Mapping[int | None, Grille],
    in_force: int,
) -> list[Event]:
    """Answers the grid `number`, in force, that reads the current result otherwise than the grid that was told.

    `grilles` are all grids by number, None that of the interview's day. `told`: the young person learns the new
    reading, which counts from now on. Else that of then is kept.
    """
    must_be_open(dossier)
    current = dossier.diagnostic.current("initial")
    reading = dossier.prescription.reading_of(current[0]) if current else None
    mastery = current[1].result.mastery if current and current[1].result else None
    if current is None or reading is None or mastery is None:
        raise Refused("debrief-first")
    for answer in dossier.prescription.reviews.get(current[0], ()):
        if answer.number == number:
            if answer.told == told:
                return []
            raise Refused("reading-reviewed", number=number)
    if in_force != number:
        raise Refused("grid-not-in-force", number=number)
    if on < reading.stamp.on:
        raise Refused("before-its-debrief", field="on", debriefed=reading.stamp.on)
    compared = grilles.get(reading.grille, grilles[None]), grilles[number]
    before, after = (explain(one, number, mastery, dossier.programme) for one in compared)
    if not reads_otherwise(before.band, after.band, dossier.programme):
        raise Refused("reading-unchanged", number=number)
    band = after.band
    return [
        ReadingReviewed(
            participation=current[0], number=number, low=band.low, high=band.high, told=told, note=note.strip(), on=on
        )
    ]


@decision("add_action", OWN_DOSSIERS)
def add_action(
    dossier: Dossier,
    *,
    participation: UUID,
    proposal: str,
    label: str,
    reason: str,
    on: date,
    grille: Grille | None,
    action: UUID,
) -> list[Event]:
    """Adds one action to the prescription of the current result: what stands beside it stays.

    It is a `proposal` of the band of its score, else the free action `label`. `grille` is the grid that counts for
    that result, whatever is in force since; None when it read no score.
    """
    must_be_open(dossier)
    _must_be_current(dossier, participation)
    built = dossier.prescription.built.get(participation)
    if built is None:
        raise Refused("prescription-first")
    if on < built.stamp.on:
        raise Refused("before-its-prescription", field="on", built=built.stamp.on)
    shown = {one.id: one for one in proposals_of(dossier, built, grille)}
    if proposal and proposal not in shown:
        raise Refused("unknown-proposal", proposal=proposal)
    field = "proposal" if proposal else "label"
    said = shown[proposal] if proposal else Proposal("", required(label, "label"), "action")
    added, reason = Action(action, said.label, said.kind, proposal or None), required(reason, "reason")
    if standing := _find_standing(dossier, added):
        if any(one.stamp == standing.built and (one.stamp.on, one.reason) == (on, reason) for one in built.added):
            return []
        raise Refused("already-prescribed", field=field, action=said.label, on=standing.built.on)
    if _is_done(dossier, added):
        raise Refused("done-before", field=field, action=said.label)
    return [ActionAdded(participation=participation, added=added, reason=reason, on=on)]


def proposals_of(dossier: Dossier, built: BuiltPrescription, grille: Grille | None) -> tuple[Proposal, ...]:
    """Returns what a grid proposes for the score of a prescription, and the programme of today."""
    if grille is None or built.percent is None:
        return ()
    return tuple(one for one in band_of(grille, built.percent).proposals if is_for(one, dossier.programme))


def may_be_added(dossier: Dossier, action: Action) -> bool:
    """Tells if an action is neither prescribed already nor done."""
    return _find_standing(dossier, action) is None and not _is_done(dossier, action)


def _find_standing(dossier: Dossier, action: Action) -> ActionState | None:
    """Returns the action of the same proposal, or of the same label whatever its capitals, that is not over."""

    def is_same(known: Action) -> bool:
        proposed = action.proposal is not None and known.proposal == action.proposal
        return proposed or normalise(known.label) == normalise(action.label)

    return next((one for one in dossier.parcours.actions.values() if not one.over and is_same(one.action)), None)


def _is_done(dossier: Dossier, action: Action) -> bool:
    return dossier.parcours.begin(action, Stamp(date.min, 0)).over


def _choices_of(built: BuiltPrescription) -> tuple[tuple[str, ...], tuple[str, ...], str, str]:
    kept = tuple(action.proposal for action in built.actions if action.proposal is not None)
    return kept, tuple(a.label for a in built.actions if a.proposal is None), built.wish, built.reason


def _must_be_current(dossier: Dossier, participation: UUID) -> LinkedParticipation:
    current = dossier.diagnostic.current("initial")
    if current is None or current[0] != participation:
        raise Refused("not-the-current-result")
    return current[1]
