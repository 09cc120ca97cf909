"""The resources that come with pixflow: short texts in French, drawn from the guide (docs/mission.md)."""

import tomllib
from pathlib import Path

import msgspec

from pixflow.documents.resource import ResourceDocument

_HERE = Path(__file__).parent / "resources"
_FENCE = "+++\n"


def examples() -> tuple[ResourceDocument, ...]:
    """Returns the texts, in their order. Each says that it is an example."""
    return tuple(_read(path.read_text(encoding="utf-8")) for path in sorted(_HERE.glob("*.md")))


def _read(text: str) -> ResourceDocument:
    """Returns the resource of a file: its fields in TOML between two fences, then its body."""
    _, fields, body = text.split(_FENCE, 2)
    return msgspec.convert({**tomllib.loads(fields), "body": body.strip(), "example": True}, ResourceDocument)
