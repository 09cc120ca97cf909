"""The forms that take a decision about a dossier, a colleague or a partner: one spec, and one way to take them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from pixflow.decision import Decision
from pixflow.engine import Step
from web.desk.commands import FormRefused, Outcome, read_form, record, record_all
from web.desk.desk import Desk
from web.french.errors import missing
from web.http.forms import Form, labels

S = TypeVar("S")
Values = Mapping[str, Any]
Errors = dict[str, str]
Arguments = tuple[dict[str, Any], dict[str, Any]]
"""The arguments of a decision: what the person says, then what the program adds."""


def sent(form: Form, *left_out: str) -> dict[str, Any]:
    """Returns the fields of a form, without those that every form has and those that another decision takes."""
    aside = (name for name, (label, _) in labels(type(form)).items() if label.aside)
    left = {"command_id", "seen", *left_out, *aside}
    return {name: getattr(form, name) for name in type(form).model_fields if name not in left}


@dataclass(frozen=True, slots=True)
class FormSpec(Generic[S]):
    """A form about a state: its decision and its fields (`model`), which have the names of the decision's parameters.

    `about` is the field that the address names (`?sur=`), "" for none; the page carries it hidden. `also` are fields
    that name further streams of the decision. `initial` is what a blank form shows, `arguments` what the decision
    takes, `further` the steps taken with it; `check` gives the errors that only the data of the structure can tell.
    """

    decision: Decision[..., Any]
    model: type[Form]
    _: KW_ONLY
    about: str = ""
    also: tuple[str, ...] = ()
    initial: Callable[[Desk, S, str], Values] = lambda desk, state, about: {}
    arguments: Callable[[Desk, S, Any], Arguments] = lambda desk, state, form: (sent(form), {})
    further: Callable[[Desk, UUID, S, Any], Sequence[Step]] = lambda desk, stream, state, form: ()
    check: Callable[[Desk, S, Any], Errors] = lambda desk, state, form: {}


def read(desk: Desk, spec: FormSpec[S], state: S, data: Mapping[str, Any]) -> Form:
    """Returns a form as it was sent. Raises FormRefused; what is recorded already is not checked again."""
    form = read_form(spec.model, data)
    errors = spec.check(desk, state, form)
    if errors and not desk.engine.has_recorded(form.command_id):
        raise FormRefused(missing.named(errors))
    return form


def act(
    desk: Desk,
    spec: FormSpec[S],
    own: Mapping[str, UUID],
    state: S,
    form: Form,
    *,
    replaces: Step | None = None,
    also: Sequence[Step] = (),
    seen: Mapping[str, int] | None = None,
) -> Outcome:
    """Takes the decision of a form on its `own` stream, and the steps that go with it, as one command.

    The steps of `also` come last. `replaces` takes back before the event that the form corrects. `seen` is the version
    that the form was drawn from.
    """
    (stream,) = own.values()
    streams = {**{name: getattr(form, name) for name in spec.also}, **own}
    said, context = spec.arguments(desk, state, form)
    further = [*spec.further(desk, stream, state, form), *also]
    if not replaces and not further:
        return record(desk, streams, spec.decision, command_id=form.command_id, seen=seen, context=context, **said)
    steps = [*([replaces] if replaces else []), Step(streams, spec.decision, said, context), *further]
    typed = form.model_dump(exclude={"command_id", "seen"})  # what was looked up of it may change before it comes again
    version = replaces.sent["version"] if replaces else 0
    about = (str(stream), ([step.decision.name for step in steps], version, typed))
    return record_all(desk, steps, about, command_id=form.command_id, seen=seen)
