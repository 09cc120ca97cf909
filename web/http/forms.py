"""Base of every form, and its validation."""

import inspect
import types
import typing
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, HTTPException, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from pixflow.identity import REPLACED, without_controls
from pixflow.unit_of_work import FIRST_DAY, LAST_DAY
from web.french import validation
from web.french.typography import typeset

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound="Form")
MAX_FIELDS = 25_000
"""Fields of one form: one for each dossier of a large structure, and fewer than SQLite takes variables."""


def _in_our_time(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("date_range", "out of range")
    return day


Day = Annotated[date, AfterValidator(_in_our_time)]
"""A day of a form; a mistyped year is refused on its field."""

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text that may stay empty: an emptied field is "", not None."""


ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""The pattern of an id, as pages write it."""


Pair = Annotated[tuple[UUID, UUID], BeforeValidator(lambda text: text.split(":") if isinstance(text, str) else text)]
"""Two ids in one field, written `left:right`."""
Spaced = BeforeValidator(lambda text: text.split(" ", 1) if isinstance(text, str) else text)
"""Reads two values of one field, written `left right`."""


@dataclass(frozen=True, slots=True)
class Label:
    """The words of a field beside its type, and how `ui.field` draws it: `reason: Annotated[str, Label("Motif")]`.

    `options` are the labels of its answers by code; a page gives the lists that it computes itself. `missing` is the
    sentence for an empty field, `without` the hint of an empty list. `since` and `until` bound a day: by today, or by
    the day of the form ("on"). Fields that stand `together` are on one line; one `aside` is folded below the others.
    `sometimes`: the hint says when it is required, so it is not marked as optional.
    """

    text: str
    kind: str = "text"
    options: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    without: str = ""
    missing: str = ""
    together: bool = False
    aside: bool = False
    rows: int = 2
    since: Literal["", "today", "on"] = ""
    until: Literal["", "today"] = ""
    remembered: bool = True
    sometimes: bool = False

    def attributes(self, today: date, on: object) -> dict[str, object]:
        """Returns more attributes of the field in HTML."""
        bounds = {"min": today if self.since == "today" else on if self.since else None}
        bounds["max"] = today if self.until else None
        return bounds | {"autocomplete": None if self.remembered else "off"}

    def is_required(self, asked: FieldInfo) -> bool:
        """Tells if the field is marked: an answer of a list without an empty one is always there."""
        return asked.is_required() and not (self.kind == "select" and self.options)


@cache
def labels(model: type[BaseModel]) -> Mapping[str, tuple[Label, bool]]:
    """Returns the labels of a form by field, in the order of the page, each with True for a required field."""
    return {
        name: (label, label.is_required(asked))
        for name, asked in model.model_fields.items()
        for label in asked.metadata
        if isinstance(label, Label)
    }


@cache
def asks_day(model: type[BaseModel]) -> bool:
    """Tells if the day is asked below the fields, as today's."""
    return "on" in labels(model) and not labels(model)["on"][0].together


@cache
def rows(model: type[BaseModel]) -> list[tuple[bool, list[str]]]:
    """Returns the fields of a form in the order of the page: lines of those that stand together, and fields alone."""
    apart = ["on"] if asks_day(model) else []
    shown = ((name, label) for name, (label, _) in labels(model).items() if not label.aside and name not in apart)
    return [(line, [name for name, _ in some]) for line, some in groupby(shown, lambda pair: pair[1].together)]


def phrase_missing(model: type[BaseModel], name: str) -> str:
    """Returns the sentence for an empty field of a form, "" when the field has none of its own."""
    label = labels(model).get(name)
    return typeset(label[0].missing) if label else ""


class Form(BaseModel):
    """Base of every form: unknown fields are refused, texts are trimmed.

    `command_id` is the fresh id each rendered form carries, `seen` the version of the dossier it was drawn from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=5_000)
    command_id: UUID
    seen: int | None = None


class DatedForm(Form):
    """Base of a form about something that happened on a day."""

    on: Annotated[Day, Label("Quand", "date", missing="Écrivez quand cela s’est passé.", until="today")]


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The form that is open on a page: its values, and one error by field name ("" for the whole form).

    `about` is the id or the key that the form is about; `seen` is the version that the form was drawn from; `corrects`
    is the version of the event that the form replaces, 0 for none; `code` is that of a refusal.
    """

    name: str
    about: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None
    corrects: int = 0
    code: str = ""

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    def many(self, name: str) -> list[str]:
        """Returns the values of a field that may have several."""
        value = self.get(name)
        return [value] if isinstance(value, str) else [str(one) for one in value]

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def errors_shown(errors: Mapping[str, str], hidden: Collection[str] = ()) -> dict[str, str]:
    """Returns the errors with those of hidden fields under "", the whole form: nobody sees such a field."""
    unseen = {"command_id", "seen", *hidden}
    return {("" if name in unseen else name): error for name, error in errors.items()}


async def upload_data(request: Request) -> AsyncIterator[dict[str, Any]]:
    """Yields the fields that were sent: a text, an UploadFile, or a list for a repeated name. Closes the files.

    A control character becomes U+FFFD: no query meets it, and whoever typed it sees it in the form that `validate`
    refuses.
    """
    async with request.form(max_fields=MAX_FIELDS) as sent:
        request.state.command_id = sent.get("command_id")
        fields = {
            without_controls(name): [
                without_controls(value) if isinstance(value, str) else value for value in sent.getlist(name)
            ]
            for name in sent
        }
        yield {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


UploadData = Annotated[dict[str, Any], Depends(upload_data)]


async def form_data(data: UploadData) -> dict[str, Any]:
    """Returns the fields that were sent, without files. Raises HTTPException(400) for one. Use it as `FormData`."""
    sent = [one for value in data.values() for one in (value if isinstance(value, list) else [value])]
    if not all(isinstance(one, str) for one in sent):
        raise HTTPException(400)
    return data


FormData = Annotated[dict[str, Any], Depends(form_data)]


def text_of(data: Mapping[str, Any], name: str) -> str:
    """Returns a field as it was sent, with its spaces; "" when it was not, or was sent twice."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def validate(model: type[M], data: Mapping[str, Any]) -> tuple[M | None, dict[str, str]]:
    """Returns the form and no errors, or None and one French sentence by field name ("" for the whole form).

    That of an optional field names it: nobody asked for it.
    An emptied field is None, never its default; a list field accepts one value; an absent one has its default. Raises
    HTTPException(400) for a repeated field that is no list: no page sends one.
    """
    many = {field.alias or name for name, field in model.model_fields.items() if _is_many(field.annotation)}
    if any(isinstance(value, list) and name not in many for name, value in data.items()):
        raise HTTPException(400)
    # a control character (NUL, an escape, a bell), or what stands in its place
    texts = {name: [one for one in every(data, name) if isinstance(one, str)] for name in data}
    if unseen := [name for name in texts if any(REPLACED in without_controls(one) for one in texts[name])]:
        return None, _in_page_order(model, dict.fromkeys(unseen, validation.invalid("control_character", {})))
    cleaned = {name: _cleaned(value, many=name in many) for name, value in data.items()}
    try:
        return model.model_validate(cleaned), {}
    except ValidationError as refused:
        errors: dict[str, str] = {}
        for error in refused.errors(include_url=False):
            name = ".".join(str(part) for part in error["loc"][:1])
            kind = error["type"]
            if error["input"] is None and kind != "extra_forbidden":
                kind = "missing"
            own = phrase_missing(model, name) if kind == "missing" else ""
            label, required = labels(model).get(name, (Label(""), True))
            named = "" if kind == "missing" or required else label.text
            errors.setdefault(name, own or validation.invalid(kind, error.get("ctx", {}), named))
        return None, _in_page_order(model, errors)


def read_address(model: type[F], request: Request) -> F:
    """Returns a form with what can be read of the address of a request."""
    query = request.query_params
    return salvage(model, {name: query.getlist(name) for name in query})


def salvage(model: type[F], sent: Mapping[str, Any]) -> F:
    """Returns a form with what can be read of its fields: the last text of a field, each text of a list.

    Its command is a new one, and says nothing.
    """
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        texts = [str(text) for text in every(sent, name)]
        if _is_many(info.annotation) and texts:
            values[name] = texts
        elif texts and texts[-1].strip():
            values[name] = texts[-1]
    while True:
        try:
            return model.model_validate({**values, "command_id": uuid4(), "seen": None})
        except ValidationError as refused:
            for error in reversed(refused.errors(include_url=False)):
                name, *place = error["loc"]
                if place:
                    del values[str(name)][int(place[0])]
                else:
                    del values[str(name)]


def _in_page_order(model: type[BaseModel], errors: Mapping[str, str]) -> dict[str, str]:
    """Orders the errors as pages show the fields: those of a form's own class, then those that it inherits."""
    own = [name for one in model.__mro__ for name in vars(one).get("__annotations__", {}) if name in model.model_fields]
    order = [model.model_fields[name].alias or name for name in dict.fromkeys(own)]
    return dict(sorted(errors.items(), key=lambda error: order.index(error[0]) if error[0] in order else len(order)))


def every(data: Mapping[str, Any], name: str) -> list[str]:
    """Returns the texts of a field outside a model that may have several."""
    value = data.get(name, [])
    return value if isinstance(value, list) else [value]


def _cleaned(value: Any, *, many: bool) -> Any:
    if many:
        values = value if isinstance(value, list) else [value]
        return [one for one in values if one != ""]
    return None if isinstance(value, str) and not value.strip() else value


def _is_many(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    if origin is typing.Annotated:
        return False  # such as Pair: its validator reads one text
    if inspect.isclass(origin) and origin is not types.UnionType:
        return issubclass(origin, list | tuple | set | frozenset)
    return any(_is_many(part) for part in typing.get_args(annotation))
