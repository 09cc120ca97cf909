"""Refusals: the exception, and the check of a text that must be there."""


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
