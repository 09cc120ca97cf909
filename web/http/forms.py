"""Base of every form, and its validation."""

import inspect
import typing
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from pixflow.unit_of_work import FIRST_DAY, LAST_DAY
from web.french import vocabulary

M = TypeVar("M", bound=BaseModel)


def _in_our_time(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("date_range", "out of range")
    return day


Day = Annotated[date, AfterValidator(_in_our_time)]
"""A day that a form may say: a year mistyped is refused where it is typed."""


class Form(BaseModel):
    """Base of every form: unknown fields are refused, texts are trimmed.

    `command_id` is the fresh id each rendered form carries, `seen` the version of the dossier it was drawn from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=5_000)
    command_id: UUID
    seen: int | None = None


async def form_data(request: Request) -> dict[str, Any]:
    """What the form sent: text, UploadFile, or a list where a name came several times. Use it as `FormData`."""
    if getattr(request.state, "too_large", False):
        raise HTTPException(413)
    sent = await request.form()
    request.state.command_id = sent.get("command_id")
    return {name: values[0] if len(values := sent.getlist(name)) == 1 else values for name in sent}


FormData = Annotated[dict[str, Any], Depends(form_data)]


def validate(model: type[M], data: Mapping[str, Any]) -> tuple[M | None, dict[str, str]]:
    """The form's value and no errors, or None and one French sentence by field name ("" for the whole form).

    An emptied field is None, never its default; a list field accepts one value; an absent one has its default.
    """
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    cleaned = {name: _cleaned(value, fields.get(name)) for name, value in data.items()}
    try:
        return model.model_validate(cleaned), {}
    except ValidationError as refused:
        errors: dict[str, str] = {}
        for error in refused.errors(include_url=False):
            name = ".".join(str(part) for part in error["loc"][:1])
            kind = error["type"]
            if error["input"] is None and kind != "extra_forbidden":
                kind = "missing"
            errors.setdefault(name, vocabulary.invalid(kind, error.get("ctx", {})))
        return None, errors


def _cleaned(value: Any, field: FieldInfo | None) -> Any:
    if field is not None and _is_many(field.annotation):
        values = value if isinstance(value, list) else [value]
        return [one for one in values if one != ""]
    return None if isinstance(value, str) and not value.strip() else value


def _is_many(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    if inspect.isclass(origin):
        return issubclass(origin, list | tuple | set | frozenset)
    return any(_is_many(part) for part in typing.get_args(annotation))
