"""Parts of sentences, joined."""

from web.french import typography

LONGEST = 240


def listed(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def noted(text: str, note: str, between: str = " : ") -> str:
    """Returns the text, followed by a note if there is one."""
    return f"{text}{typography.typeset(between)}{short(note)}" if note.strip() else text


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
