"""The words of a colleague on a partner since a form was drawn: told once, beside what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from pixflow.partners.state import PartnerState
from web.french.typography import say
from web.pages.partners.forms import of_file

EMPTY = "vide"


def corrections(seen: PartnerState, now: PartnerState, changed: Mapping[str, Any]) -> dict[str, str]:
    """Returns an error for each field that is changed here, and that somebody else has changed since."""
    before, after = seen.details, now.details
    return {
        name: say(
            "Entre-temps, ce champ est devenu « {theirs} ». Gardez votre texte ou reprenez celui-ci, puis enregistrez.",
            theirs=of_file(after)[name] or EMPTY,
        )
        for name, typed in changed.items()
        if getattr(after, name) not in (getattr(before, name), typed)
    }


def whole(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], what: str) -> dict[str, str]:
    """Returns the error of a form that replaces all that is known, when that has changed since; {} when it has not.

    `before` and `after` are labels and values in words, `what` begins the sentence, such as "Cette offre".
    """
    then, now = dict(before), dict(after)
    changes = [f"{label} : {now.get(label) or EMPTY}" for label in {**then, **now} if then.get(label) != now.get(label)]
    if not changes:
        return {}
    text = "{what} a changé entre-temps ({changes}). Vérifiez ce que vous avez écrit, puis enregistrez à nouveau."
    return {"": say(text, what=what, changes=" · ".join(changes))}
