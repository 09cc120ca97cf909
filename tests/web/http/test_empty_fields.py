"""The error of an empty field names this field, with a word of its label."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import web.pages
from web.french import validation
from web.french.validation import MISSING
from web.http.forms import Form, labels, phrase_missing

for _module in pkgutil.walk_packages(web.pages.__path__, "web.pages."):
    importlib.import_module(_module.name)


def forms(of: type[Form] = Form) -> Iterator[type[Form]]:
    for form in of.__subclasses__():
        yield form
        yield from forms(form)


FIELDS = sorted({
    (name, label.text, phrase_missing(form, name) or MISSING.get(name, validation.INVALID["missing"]))
    for form in forms()
    for name, (label, is_required) in labels(form).items()
    if is_required
})  # fmt: skip


def beginnings(text: str) -> set[str]:
    """Returns the first letters of each word, which its other forms share."""
    return {word[:5] for word in re.findall(r"\w+", text.lower())}


@pytest.mark.parametrize(("name", "label", "said"), FIELDS)
def test_the_error_of_an_empty_field_names_it_as_its_label_does(name: str, label: str, said: str) -> None:
    assert said != validation.INVALID["missing"], name
    assert beginnings(label) & beginnings(said)


def test_there_are_fields() -> None:
    assert len(FIELDS) > 30
