"""What every decision on a dossier asks first."""

from pixflow.dossier.state import Dossier
from pixflow.refused import Refused


def must_be_open(dossier: Dossier) -> None:
    """Raises Refused("unknown-dossier") or Refused("closed")."""
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    if dossier.closed:
        raise Refused("closed", on=dossier.closed.on)


def required(text: str, field: str) -> str:
    """The text without surrounding blanks; Refused("required") when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise Refused("required", field=field)
    return stripped
