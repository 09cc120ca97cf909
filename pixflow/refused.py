"""Refusals: the exception, and the checks of a text: it must be there, it must be of a form."""

from collections.abc import Callable


class Refused(Exception):
    """A refused decision: a code for its sentence (web/french/errors/refusals.py), and its details."""

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


def required(text: str, field: str) -> str:
    """Returns the text without surrounding blanks. Raises Refused("required") when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise Refused("required", field=field)
    return stripped


def parse(read: Callable[[str], str], text: str, field: str, code: str = "") -> str:
    """Returns the text as `read` gives it, "" for a blank one. Raises Refused("bad-…"), of the field or the code."""
    try:
        return read(text) if text.strip() else ""
    except ValueError:
        raise Refused(f"bad-{code or field}", field=field) from None
