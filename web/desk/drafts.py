"""The draft of a document of the structure: proposed, endorsed, dropped, published, its publication taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pixflow.decision import Decision
from web.desk.commands import must, read_form, record, require_events
from web.desk.desk import Desk
from web.http.forms import Day, Form, Text

Step = Literal["draft", "endorse", "drop", "publish", "withdraw"]


class OpinionForm(Form):
    """A comment on a draft; the button or the box tells `endorsed`."""

    draft: int
    endorsed: bool
    comment: Text = ""


class DropForm(Form):
    draft: int
    reason: Text = ""


class PublicationForm(Form):
    draft: int
    from_day: Day
    alone: bool = False


class WithdrawalForm(Form):
    """The undo of the publication of version `number`."""

    number: int


FORMS: dict[Step, type[Form]] = {
    "endorse": OpinionForm, "drop": DropForm, "publish": PublicationForm, "withdraw": WithdrawalForm,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """The decisions about the drafts of one document; `what` names it in addresses, `stream` among the streams."""

    what: str
    stream: str
    decisions: Mapping[Step, Decision[..., Any]]

    def may(self, desk: Desk) -> frozenset[Step]:
        """Returns the steps that the person at the desk may take."""
        return frozenset(step for step, decision in self.decisions.items() if desk.may(decision))

    def must(self, desk: Desk, step: Step) -> None:
        """Raises 403 unless the person at the desk may take this step."""
        must(desk, self.decisions[step])

    def stream_of(self, desk: Desk) -> UUID:
        return desk.served.opened.stream(self.stream)

    def propose(self, desk: Desk, form: Form, **sent: Any) -> None:
        """Proposes a `document` with its `note`, in the place of the draft that it `replaces`. Raises FormRefused."""
        self._record(desk, "draft", form, {}, sent)

    def take(self, desk: Desk, step: Step, data: Mapping[str, Any]) -> None:
        """Takes a step about a draft that is there. Raises 403 and FormRefused."""
        self.must(desk, step)
        form = read_form(FORMS[step], data, hidden=("draft",), empty={})
        context = {"by": desk.actor.id} if step == "endorse" else {}
        self._record(desk, step, form, context, form.model_dump(exclude={"command_id", "seen"}))

    def _record(self, desk: Desk, step: Step, form: Form, context: dict[str, Any], sent: dict[str, Any]) -> None:
        streams, decision = {self.stream: self.stream_of(desk)}, self.decisions[step]
        require_events(desk, record(desk, streams, decision, command_id=form.command_id, context=context, **sent))
