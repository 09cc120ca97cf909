"""How the parts of a sentence go together."""

from web.french import vocabulary

LONGEST = 240


def listed(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def noted(text: str, note: str, between: str = " : ") -> str:
    """The text, and what somebody wrote about it."""
    return f"{text}{vocabulary.typeset(between)}{short(note)}" if note.strip() else text


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
