"""Stage 4: tasks of actions, complete diagnostic, certification, second diagnostic."""

from collections.abc import Iterator

from pixflow.dossier.parcours_state import ActionState, Referral
from pixflow.dossier.state import Diagnostic
from pixflow.folding import Stamp
from pixflow.partner_links.validity import lapse_day
from pixflow.tasks.builder import TaskBuilder, when
from pixflow.tasks.task import Task


def parcours(builder: TaskBuilder) -> Iterator[Task]:
    for state in builder.dossier.parcours.actions.values():
        if not state.over:
            yield from _of_action(builder, state)
    yield from _complete(builder)
    yield from _certification(builder)
    yield from _retake(builder)


WITHOUT_PARTNER = ("check", "cv")
"""The kinds of actions that need no partner."""


def _of_action(builder: TaskBuilder, state: ActionState) -> Iterator[Task]:
    label = {"label": state.action.label}
    if state.started is None and state.action.kind != "complete":
        last, held = state.referrals[-1] if state.referrals else None, state.referral
        if last is None:
            alone = {"alone": state.action.kind} if state.action.kind in WITHOUT_PARTNER else {}
            yield builder.task("refer", state.action.id, "advisor", state.built, label | alone)
        elif held is None and last.answered:
            by = {"by": "refused", "partner": last.partner.name}
            yield builder.task("offer-alternative", state.action.id, "advisor", last.answered, label | by)
        elif held and held.answer is None:
            yield from _silent(builder, state, held)
    stamp = _under_way(state)
    if told := state.reported:
        yield _reported(builder, state, told)
    elif stamp and state.ends:
        ends = {"ends": state.ends.isoformat()}
        yield builder.task("record-outcome", state.action.id, "advisor", stamp, label | ends, state.ends)


def _silent(builder: TaskBuilder, state: ActionState, sent: Referral) -> Iterator[Task]:
    """Yields chases of a silent partner, then the search for another one once the referral has lapsed."""
    details = {"label": state.action.label, "partner": sent.partner.name}
    lapses = lapse_day(sent, builder.refs)
    start, until = sent.stamp.on, sent.promised
    yield from builder.chase("chase-partner", sent.id, sent.stamp, start, details, lapses, not_before=until)
    yield builder.task("offer-alternative", state.action.id, "advisor", sent.stamp, details | {"by": "lapsed"}, lapses)


def _reported(builder: TaskBuilder, state: ActionState, told: Referral) -> Task:
    """Returns the task to confirm what the partner says of an action."""
    assert told.report is not None
    said = {"by": told.report.outcome, "partner": told.partner.name, "planned": told.report.day.isoformat()}
    details = {"label": state.action.label, **said}
    return builder.task("record-outcome", state.action.id, "advisor", told.report.stamp, details)


def _under_way(state: ActionState) -> Stamp | None:
    """Returns the event since which the action runs: its start, or its current referral."""
    return state.started or (state.referral.stamp if state.referral else None)


def _complete(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the complete diagnostic, for ease in a workshop or a kept proposal, within the collective period.

    Once an export shows it finished, its sharing is awaited instead. Once declined, it is due when kept since.
    """
    dossier = builder.dossier
    links = [link for link in dossier.diagnostic.participations.values() if link.purpose == "complete"]
    complete = dossier.parcours.complete
    if (complete and complete.accepted) or any(link.finished and not link.withdrawn for link in links):
        return
    seat = dossier.diagnostic.last_attended
    kept = [a.built for a in dossier.parcours.actions.values() if a.action.kind == "complete" and not a.over]
    asked = ([(seat.stamp, "ease")] if seat and seat.ease else []) + [(stamp, "kept") for stamp in kept]
    stamps = [one for one in asked if complete is None or one[0].version > complete.stamp.version]
    if stamps:
        stamp, by = min(stamps, key=lambda one: when(one[0]))
        end = dossier.collective_end if dossier.programme == "CEJ" else None
        due = end if end and end >= stamp.on else None
        details = {"by": by, **({"ends": due.isoformat()} if due else {})}
        yield builder.task("complete-path", "", "advisor", stamp, details, due=due)


def _certification(builder: TaskBuilder) -> Iterator[Task]:
    state, certifiable = builder.dossier.parcours, _certifiable(builder.dossier.diagnostic)
    if state.complete and state.complete.accepted and state.certification is None and certifiable:
        since = max(state.complete.stamp.on, certifiable.on)
        yield builder.task("propose-certification", "", "advisor", state.complete.stamp, opens=since)


def _certifiable(diagnostic: Diagnostic) -> Stamp | None:
    """Returns the event that makes the person certifiable: a shared profile, or the complete diagnostic."""
    profile, complete = diagnostic.profile, diagnostic.current("complete")
    sent = diagnostic.participations.values() if profile and profile.certifiable else ()
    stamps = [link.received for link in sent if link.profile == profile]
    if complete and complete[1].result and any(earned for _, earned in complete[1].result.badges):
        stamps.append(complete[1].received)
    return min(filter(None, stamps), key=when, default=None)


def _retake(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the second diagnostic, some time after the last action done."""
    learned, retake = builder.dossier.parcours.last_training, builder.dossier.parcours.retake
    if learned is None:
        return
    since, action = learned
    if (retake and retake.stamp.version > since.version) or _tested_since(builder, since):
        return
    opens = builder.delay_end(since.on, "plan-retake-opens", since)
    yield builder.task("plan-retake", "", "advisor", since, {"label": action.label}, opens)


def _tested_since(builder: TaskBuilder, since: Stamp) -> bool:
    """Tells if an initial test began after that day, on any date of export."""
    links = builder.dossier.diagnostic.participations.values()
    begun = ((link.started.day if link.started else link.stamp.on, link) for link in links if link.purpose == "initial")
    return any((day, link.stamp.version) > (since.on, since.version) for day, link in begun)
