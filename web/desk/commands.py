"""Sends the commands of the person at the desk to the engine, and returns their outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import HTTPException, Request

from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.engine import Stale, Step
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.streams import KINDS
from pixflow.workshop.state import Workshop
from projections.store.folds import fold_of
from web.desk.desk import Desk
from web.http.cross_origin import is_led_from_elsewhere
from web.http.forms import Form

KNOWN = frozenset({"already-debriefed", "already-built", "already-answered"})
"""The refusals of what stands in the dossier: only a correction changes it."""


class FromElsewhere(Exception):
    """Raised instead of recording a fact: another site asked for it, and perhaps not this person."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a command. `refused` or `meanwhile` is why nothing was recorded."""

    recorded: tuple[Recorded, ...] = ()
    repeated: bool = False
    refused: Refused | None = None
    meanwhile: list[Recorded] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.refused is None and not self.meanwhile

    @property
    def is_known(self) -> bool:
        """True when the command was refused because another one had said it, in other words."""
        return self.refused is not None and self.refused.code in KNOWN


def record(
    desk: Desk,
    streams: Mapping[str, UUID],
    decision: Decision[..., Any],
    *,
    command_id: UUID,
    seen: Mapping[str, int] | None = None,
    context: Mapping[str, Any] | None = None,
    **sent: Any,
) -> Outcome:
    """Takes one decision for the person at the desk; a refusal or a stale page is an outcome, not an error."""
    by = _by(desk, streams, decision)
    try:
        done = desk.engine.execute(
            streams, decision, by=by, command_id=command_id, via="web", seen=seen, context=context, **sent
        )
    except Refused as refused:
        return Outcome(refused=refused)
    except Stale as stale:
        return Outcome(meanwhile=stale.meanwhile)
    return Outcome(done.recorded, done.repeated)


def as_seen(desk: Desk, kind: str, stream: UUID, form: Form) -> Any:
    """Returns the state of a stream that a form was drawn from: that of today when the form does not say."""
    seen = form.seen
    if seen is None:
        return desk.state(stream)
    return KINDS[kind].fold([one for one in desk.trail(stream) if one.originator_version <= seen])


def must_be_asked_here(request: Request) -> None:
    """Raises FromElsewhere when a page of another site led here: it may not hand anything out in somebody's name."""
    if is_led_from_elsewhere(request.headers):
        raise FromElsewhere


def issue(request: Request, desk: Desk, streams: Mapping[str, UUID], decision: Decision[..., Any], **sent: Any) -> None:
    """Records what is about to be handed out. HEAD hands nothing out.

    Raises 403 when the decision is refused, FromElsewhere, StoreBusy and StoreFull: nothing is handed out then.
    """
    must_be_asked_here(request)
    if request.method != "HEAD" and record(desk, streams, decision, command_id=uuid4(), **sent).refused:
        raise HTTPException(403)


def record_all(
    desk: Desk, steps: Sequence[Step], sent: object, *, command_id: UUID, seen: Mapping[str, int] | None = None
) -> Outcome:
    """Takes several decisions as one command of the person at the desk.

    A refusal or a stale page is an outcome, not an error.
    """
    by = _by(desk, steps[0].streams, steps[0].decision)
    try:
        done = desk.engine.execute_all(steps, sent, by=by, command_id=command_id, via="web", seen=seen)
    except Refused as refused:
        return Outcome(refused=refused)
    except Stale as stale:
        return Outcome(meanwhile=stale.meanwhile)
    return Outcome(done.recorded, done.repeated)


def _by(desk: Desk, streams: Mapping[str, UUID], decision: Decision[..., Any]) -> Actor:
    """Returns the person at the desk, acting for the absent colleague whom they deputise for, when it is needed."""
    if not desk.deputised:
        return desk.actor
    dossier, workshop = (
        fold_of(desk.read, streams[kind]) if kind in streams else None for kind in ("dossier", "workshop")
    )
    subject = Subject(
        dossier if isinstance(dossier, Dossier) else None,
        streams.get("staff"),
        workshop if isinstance(workshop, Workshop) else None,
    )
    return desk.by(decision, subject)
