"""Sends the commands of the person at the desk to the engine: with their outcome, or for a form that is drawn again."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from functools import partial, wraps
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID, uuid4

from fastapi import HTTPException, Request, Response

from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult, Stale, Step
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.streams import KINDS
from pixflow.workshop.state import Workshop
from projections.store.folds import fold_of
from web.desk import refusals
from web.desk.desk import Desk
from web.desk.signed_in import ReauthenticationAsked
from web.french.validation import MISSING, phrase_empty_fields
from web.http.forms import Form, OpenForm, errors_shown, labels, validate
from web.http.security import is_led_from_elsewhere

F = TypeVar("F", bound=Form)
S = TypeVar("S")
P = ParamSpec("P")
MANY = 100
"""People of a list beyond which its file asks for a proof."""
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
    """Takes one decision for the person at the desk; a refusal or a stale page is an outcome, not an error.

    Raises ReauthenticationAsked.
    """
    ask_for_reauthentication(desk, streams, decision, **sent)
    about: dict[str, Any] = {"by": _by(desk, streams, decision), "command_id": command_id, "via": "web", "seen": seen}
    return _outcome(partial(desk.engine.execute, streams, decision, context=context, **about, **sent))


def ask_for_reauthentication(
    desk: Desk, streams: Mapping[str, UUID], decision: Decision[..., Any], **sent: Any
) -> None:
    """Raises ReauthenticationAsked where a decision asks for a factor of the last ten minutes, and none was proved."""
    if desk.is_fresh or decision.reauthentication == "never":
        return
    if decision.reauthentication == "others" and not takes_from_another(desk, streams["dossier"], sent):
        return
    if decision.reauthentication != "many" or sent["people"] > MANY:
        raise ReauthenticationAsked


def takes_from_another(desk: Desk, stream: UUID, sent: Mapping[str, Any]) -> bool:
    """Tells if a dossier, or a task of it, goes from its advisor or its lender to anybody else, by somebody else."""
    dossier = desk.state(stream)
    if not isinstance(dossier, Dossier):
        return False
    if "participation" in sent and sent["advisor"] == dossier.advisor:
        return False  # a result for its advisor moves no dossier
    theirs = {dossier.advisor, dossier.lent and dossier.lent.back_to}
    return bool(theirs - {None, desk.me, sent.get("advisor"), sent.get("to")})


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

    A refusal or a stale page is an outcome, not an error. Raises ReauthenticationAsked.
    """
    for step in steps:
        ask_for_reauthentication(desk, step.streams, step.decision, **step.sent)
    by = _by(desk, steps[0].streams, steps[0].decision)
    return _outcome(partial(desk.engine.execute_all, steps, sent, by=by, command_id=command_id, via="web", seen=seen))


def _outcome(execute: Callable[[], CommandResult]) -> Outcome:
    try:
        done = execute()
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


# --- forms that take a decision: what is refused draws their page again


class FormRefused(Exception):
    """A form of which nothing was recorded: one sentence by field ("" for the whole form), and the refusal's code."""

    def __init__(self, errors: Mapping[str, str], code: str = "") -> None:
        super().__init__(code)
        self.errors, self.code = errors, code


def must(desk: Desk, *decisions: Decision[..., Any]) -> None:
    """Raises 403 unless the person at the desk may take one of these decisions."""
    if not any(map(desk.may, decisions)):
        raise HTTPException(403)


def read_form(
    model: type[F], data: Mapping[str, Any], *, hidden: Collection[str] = (), empty: Mapping[str, str] = MISSING
) -> F:
    """Returns a form as it was sent. Raises FormRefused; an error of a `hidden` field is one of the whole form.

    `empty` has the sentences of empty fields.
    """
    form, errors = validate(model, data)
    if form is None:
        raise FormRefused(errors_shown(phrase_empty_fields(errors, empty), hidden))
    return form


def read_button(model: type[F], data: Mapping[str, Any]) -> F:
    """Returns a form that nobody fills. Raises 422: no page sends another."""
    form, _ = validate(model, data)
    if form is None:
        raise HTTPException(422)
    return form


def check(errors: Mapping[str, str]) -> None:
    """Raises FormRefused for the errors that only the data of the structure can tell."""
    if errors:
        raise FormRefused(errors)


def take(
    desk: Desk, streams: Mapping[str, UUID], decision: Decision[..., Any], form: Form, *, taken: str = ""
) -> tuple[Recorded, ...]:
    """Takes a decision with the fields of its form, which have the names of its parameters. Raises FormRefused."""
    sent = form.model_dump(exclude={"command_id", "seen"})
    outcome = record(desk, streams, decision, command_id=form.command_id, **sent)
    return require_events(desk, outcome, taken=taken, model=type(form))


def take_all(desk: Desk, steps: list[Step], said: object, form: Form) -> tuple[Recorded, ...]:
    """Takes several decisions as one command. Raises FormRefused."""
    return require_events(desk, record_all(desk, steps, said, command_id=form.command_id))


def require_events(
    desk: Desk, outcome: Outcome, *, taken: str = "", model: type[Form] | None = None
) -> tuple[Recorded, ...]:
    """Returns the events of a command. Raises FormRefused, without an error for a stale page.

    `taken` is the field of a value that may be taken, `model` has the sentences of empty fields.
    """
    if outcome.refused:
        errors = refusals.field_errors(desk, outcome.refused, taken=taken, model=model)
        raise FormRefused(errors, outcome.refused.code)
    if outcome.meanwhile:
        raise FormRefused({})
    return outcome.recorded


@contextmanager
def form_refusals(desk: Desk, *, taken: str = "") -> Iterator[None]:
    """Raises FormRefused for a decision that is refused inside; `taken` is the field of a value that may be taken."""
    try:
        yield
    except Refused as refused:
        raise FormRefused(refusals.field_errors(desk, refused, taken=taken), refused.code) from None


def redraw(page: Callable[..., Response]) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Decorates the route of a form: what is refused draws `page` with the route's arguments and the form as sent."""

    def decorate(route: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(route)
        def answer(*args: P.args, **sent: P.kwargs) -> Response:
            try:
                return route(*args, **sent)
            except FormRefused as refused:
                shown: dict[str, Any] = dict(sent)
                shown["desk"].refresh()
                form = OpenForm(route.__name__, values=shown.pop("data"), errors=refused.errors, code=refused.code)
                return page(form=form, **shown)

        return answer

    return decorate


# --- the forms about a dossier, a colleague or a partner: one spec, and one way to take them all


Values = Mapping[str, Any]
Errors = dict[str, str]
Arguments = tuple[dict[str, Any], dict[str, Any]]
"""The arguments of a decision: what the person says, then what the program adds."""


def read_fields(form: Form, *left_out: str) -> dict[str, Any]:
    """Returns the fields of a form, without those that every form has and those that another decision takes."""
    aside = (name for name, (label, _) in labels(type(form)).items() if label.aside)
    left = {"command_id", "seen", *left_out, *aside}
    return {name: getattr(form, name) for name in type(form).model_fields if name not in left}


@dataclass(frozen=True, slots=True)
class FormSpec(Generic[S]):
    """A form about a state: its decision and its fields (`model`), which have the names of the decision's parameters.

    `about` is the field that the address names (`?sur=`), "" for none; the page carries it hidden. `also` are fields
    that name further streams of the decision. `initial` is what a blank form shows, `arguments` what the decision
    takes, `known` what the tables add of its stream, `further` the steps taken with it; `check` gives the errors that
    only the data of the structure can tell.
    """

    decision: Decision[..., Any]
    model: type[Form]
    _: KW_ONLY
    about: str = ""
    also: tuple[str, ...] = ()
    initial: Callable[[Desk, S, str], Values] = lambda desk, state, about: {}
    arguments: Callable[[Desk, S, Any], Arguments] = lambda desk, state, form: (read_fields(form), {})
    known: Callable[[Desk, UUID], dict[str, Any]] = lambda desk, stream: {}
    further: Callable[[Desk, UUID, S, Any], Sequence[Step]] = lambda desk, stream, state, form: ()
    check: Callable[[Desk, S, Any], Errors] = lambda desk, state, form: {}

    def read(self, desk: Desk, state: S, data: Mapping[str, Any]) -> Form:
        """Returns a form as it was sent. Raises FormRefused; what is recorded already is not checked again."""
        form = read_form(self.model, data)
        errors = self.check(desk, state, form)
        if errors and not desk.engine.has_recorded(form.command_id):
            raise FormRefused(phrase_empty_fields(errors))
        return form

    def act(
        self,
        desk: Desk,
        own: Mapping[str, UUID],
        state: S,
        form: Form,
        *,
        replaces: Step | None = None,
        also: Sequence[Step] = (),
        seen: Mapping[str, int] | None = None,
    ) -> Outcome:
        """Takes the decision of a form on its `own` stream, and the steps that go with it, as one command.

        The steps of `also` come last. `replaces` takes back before the event that the form corrects. `seen` is the
        version that the form was drawn from.
        """
        (stream,) = own.values()
        streams = {**{name: getattr(form, name) for name in self.also}, **own}
        said, context = self.arguments(desk, state, form)
        context = {**context, **self.known(desk, stream)}
        further = [*self.further(desk, stream, state, form), *also]
        if not replaces and not further:
            return record(desk, streams, self.decision, command_id=form.command_id, seen=seen, context=context, **said)
        steps = [*([replaces] if replaces else []), Step(streams, self.decision, said, context), *further]
        # what was looked up of a form may change before it comes again
        typed = form.model_dump(exclude={"command_id", "seen"})
        version = replaces.sent["version"] if replaces else 0
        about = (str(stream), ([step.decision.name for step in steps], version, typed))
        return record_all(desk, steps, about, command_id=form.command_id, seen=seen)
