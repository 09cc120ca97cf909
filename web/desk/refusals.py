"""The refusal of a decision as a sentence, with the names that the person at the desk may read."""

from pixflow.refused import Refused
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import refusals
from web.http.forms import Form, phrase_missing


def sentence(desk: Desk, refused: Refused, model: type[Form] | None = None) -> str:
    """Returns the reason of a refusal; for an empty field of a form (`model`), the sentence of that field."""
    empty = phrase_missing(model, str(refused.details.get("field"))) if model and refused.code == "required" else ""
    return empty or refusals.refusal(refused.code, refused.details, names_for(desk))


def field_errors(desk: Desk, refused: Refused, *, taken: str = "", model: type[Form] | None = None) -> dict[str, str]:
    """Returns the reason by the field that it names, "" for the whole form.

    `taken` is the field of a number or a code that may be taken.
    """
    field = taken if taken and refused.code == "taken" else str(refused.details.get("field", ""))
    return {field: sentence(desk, refused, model)}
