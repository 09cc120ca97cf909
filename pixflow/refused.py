"""How a decision says no."""


class Refused(Exception):
    """A decision that was not taken: a code for the sentence (web/french/refusals.py) and its details."""

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


def required(text: str, field: str) -> str:
    """The text without surrounding blanks; Refused("required") when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise Refused("required", field=field)
    return stripped
